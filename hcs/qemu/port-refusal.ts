/** What QEMU says of a port of this host that it cannot have. */
import { PortInUseError } from '../host-ports.ts';

/** What QEMU says of a forward that it could not set up, as the same error. */
export function portRefusedByQemu(message: string): PortInUseError | undefined {
  const rule = /set up host forwarding rule '(?:tcp|udp):([0-9.]*):(\d+)-/.exec(message);
  if (rule === null) return undefined;
  return new PortInUseError('EADDRINUSE', {
    hostAddress: rule[1] || '0.0.0.0',
    hostPort: Number(rule[2]),
  });
}
