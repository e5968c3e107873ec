/** Finds out what windows-checks.ts judges, from files and the answers of `sc` and `whoami`. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { WindowsFacts } from './windows-checks.ts';

const run = promisify(execFile);
const PROGRAM_DEADLINE_MS = 10_000;
/** Security identifiers: a high-integrity token, and the group Hyper-V Administrators. */
const HIGH_INTEGRITY = 'S-1-16-12288';
const SYSTEM_INTEGRITY = 'S-1-16-16384';
const HYPER_V_ADMINISTRATORS = 'S-1-5-32-578';

export async function gatherWindowsFacts(): Promise<WindowsFacts> {
  const system32 = join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32');
  const [groups, vmcompute, hns, vmms] = await Promise.all([
    outputOf(join(system32, 'whoami.exe'), ['/groups', '/fo', 'csv', '/nh']),
    outputOf(join(system32, 'sc.exe'), ['query', 'vmcompute']),
    outputOf(join(system32, 'sc.exe'), ['query', 'hns']),
    outputOf(join(system32, 'sc.exe'), ['query', 'vmms']),
  ]);
  return {
    release: release(),
    rights: rightsFrom(groups),
    computeCore: existsSync(join(system32, 'computecore.dll')),
    services: {
      vmcompute: serviceStateFrom(vmcompute),
      hns: serviceStateFrom(hns),
      vmms: serviceStateFrom(vmms),
    },
  };
}

/** Reads `whoami /groups`; its names are translated, its identifiers are not. */
export function rightsFrom(groups: string | undefined): WindowsFacts['rights'] {
  if (groups === undefined) return 'unknown';
  const has = (sid: string): boolean => groups.includes(`"${sid}"`);
  if (has(HIGH_INTEGRITY) || has(SYSTEM_INTEGRITY)) return 'elevated';
  return has(HYPER_V_ADMINISTRATORS) ? 'hyper-v-administrator' : 'none';
}

/** Reads `sc query`: the state's number is not translated, and 4 is running. */
export function serviceStateFrom(answer: string | undefined): 'running' | 'stopped' | 'absent' {
  const state = /^\s*STATE\s*:\s*(\d)/m.exec(answer ?? '')?.[1];
  if (state === undefined) return 'absent';
  return state === '4' ? 'running' : 'stopped';
}

async function outputOf(program: string, args: string[]): Promise<string | undefined> {
  return run(program, args, { timeout: PROGRAM_DEADLINE_MS }).then(
    ({ stdout }) => stdout,
    () => undefined,
  );
}
