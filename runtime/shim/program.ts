/** What containerd calls this program. */
export const PROGRAM = 'containerd-shim-lcow-v1';
