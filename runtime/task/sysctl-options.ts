/**
 * Kernel parameters that belong to a container: those of the namespaces it has. `net.` is the exception: the
 * network namespace is the VM's own, so these hold for every container of the pod.
 */
import { refuse } from './refusal.ts';

const NAMED: ReadonlySet<string> = new Set([
  'kernel.domainname',
  'kernel.msgmax',
  'kernel.msgmnb',
  'kernel.msgmni',
  'kernel.sem',
  'kernel.shm_rmid_forced',
  'kernel.shmall',
  'kernel.shmmax',
  'kernel.shmmni',
]);
const PREFIXES = ['net.', 'fs.mqueue.'];
const LONGEST_VALUE = 1024;
const OP = 'set a sysctl';

/** "net.core.somaxconn=1024". @throws RuntimeError invalid-argument */
export function parseSysctl(text: string): readonly [name: string, value: string] {
  const equals = text.indexOf('=');
  if (equals <= 0) refuse(OP, text, 'is not NAME=VALUE');
  const pair = [text.slice(0, equals).trim(), text.slice(equals + 1).trim()] as const;
  checkSysctls({ [pair[0]]: pair[1] });
  return pair;
}

/** @throws RuntimeError invalid-argument for a name that is the VM's, not a container's */
export function checkSysctls(sysctls: Readonly<Record<string, string>>): Record<string, string> {
  for (const [name, value] of Object.entries(sysctls)) {
    // Dots become slashes below /proc/sys, so an empty part or a slash could lead elsewhere.
    if (!/^[a-z][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)+$/.test(name) || name.length > 256) {
      refuse(OP, name, 'is not a name like net.core.somaxconn');
    }
    if (name === 'kernel.hostname') refuse(OP, name, 'has an option of its own, the hostname');
    if (!NAMED.has(name) && !PREFIXES.some((prefix) => name.startsWith(prefix))) {
      refuse(OP, name, 'is not of a namespace that a container has');
    }
    if (value === '' || value.length > LONGEST_VALUE || /[^\x20-\x7e\t]/.test(value)) {
      refuse(OP, `${name}=${value}`, `has no value of 1 to ${LONGEST_VALUE} plain characters`);
    }
  }
  return { ...sysctls };
}
