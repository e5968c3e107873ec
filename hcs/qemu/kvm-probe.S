# The payload of kvm-probe.ts: multiboot (32-bit) -> long mode -> cmpxchg16b, xsave and xrstor, int3 -> exit port 0xf4.
# Build: as --64 -o probe.o kvm-probe.S && objcopy -O binary -j .text probe.o probe.bin && base64 -w0 probe.bin
.set BASE, 0x100000
.code32
.org 0
start:
mb:
  .long 0x1BADB002
  .long 0x00010000
  .long -(0x1BADB002 + 0x00010000)
  .long BASE          # header_addr
  .long BASE          # load_addr
  .long 0
  .long BASE + 0x8000 # bss_end
  .long BASE + (entry - start)
entry:
  cli
  # page tables at BASE+0x2000: PML4, PDPT, PD (2 MiB pages, first GiB)
  mov $(BASE+0x2000), %edi
  xor %eax, %eax
  mov $0xc00, %ecx
  cld
  rep stosl
  movl $(BASE+0x3000+3), BASE+0x2000
  movl $(BASE+0x4000+3), BASE+0x3000
  mov $(BASE+0x4000), %edi
  mov $0x83, %eax
  mov $512, %ecx
1: mov %eax, (%edi)
  add $0x200000, %eax
  add $8, %edi
  loop 1b
  mov $(BASE+0x2000), %eax
  mov %eax, %cr3
  mov %cr4, %eax
  or $0x620, %eax       # PAE, OSFXSR, OSXMMEXCPT
  mov %eax, %cr4
  mov $0xC0000080, %ecx
  rdmsr
  or $0x100, %eax
  wrmsr
  mov %cr0, %eax
  and $~4, %eax         # EM off
  or $0x80000003, %eax  # PG, MP, PE
  mov %eax, %cr0
  lgdt BASE + (gdtr - start)
  ljmp $8, $(BASE + (long - start))
.code64
long:
  mov $16, %eax
  mov %eax, %ds
  mov %eax, %es
  mov %eax, %ss
  mov $(BASE+0x8000), %rsp
  # IDT entry 3 at BASE+0x5000
  lea handler(%rip), %rax
  mov $(BASE+0x5030), %edi
  mov %ax, (%rdi)
  movw $8, 2(%rdi)
  movw $0x8e00, 4(%rdi)
  shr $16, %rax
  mov %ax, 6(%rdi)
  shr $16, %rax
  mov %eax, 8(%rdi)
  movl $0, 12(%rdi)
  lidt idtr(%rip)
  # cmpxchg16b
  mov $(BASE+0x6000), %edi
  movq $0, (%rdi)
  movq $0, 8(%rdi)
  xor %eax, %eax
  xor %edx, %edx
  mov $1, %ebx
  mov $2, %ecx
  lock cmpxchg16b (%rdi)
  jnz fail
  cmpq $2, 8(%rdi)
  jne fail
  # xsave/xrstor where CPUID has it
  mov $1, %eax
  cpuid
  bt $26, %ecx
  jnc 2f
  mov %cr4, %rax
  or $0x40000, %rax
  mov %rax, %cr4
  xor %ecx, %ecx
  mov $3, %eax
  xor %edx, %edx
  xsetbv
  mov $(BASE+0x7000), %edi
  mov $3, %eax
  xor %edx, %edx
  xsave (%rdi)
  mov $3, %eax
  xor %edx, %edx
  xrstor (%rdi)
2:
  xor %esi, %esi
  int3
  cmp $0x2a, %esi
  jne fail
  mov $0x2a, %eax
  jmp out
fail:
  mov $0x01, %eax
out:
  mov $0xf4, %dx
  out %al, %dx
3: hlt
  jmp 3b
handler:
  mov $0x2a, %esi
  iretq
.align 16
gdt:
  .quad 0
  .quad 0x00209a0000000000
  .quad 0x0000920000000000
gdtr:
  .word 23
  .long BASE + (gdt - start)
idtr:
  .word 0xff
  .quad BASE + 0x5000
