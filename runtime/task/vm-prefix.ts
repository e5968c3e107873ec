/** How a bundle names things of the VM itself: a mount's source, a namespace's path. The rest is the path there. */
export const VM_PREFIX = 'uvm://';
