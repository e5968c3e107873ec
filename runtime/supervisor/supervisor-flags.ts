/**
 * Node's flags for the supervisor, of which there is one a pod: memory first. The code cache that set-up writes is
 * valid for the same flags only. Measured in docs/decisions/0012.
 */
export const SUPERVISOR_FLAGS: readonly string[] = [
  '--max-semi-space-size=1',
  '--max-old-space-size=128',
  '--no-warnings',
];
