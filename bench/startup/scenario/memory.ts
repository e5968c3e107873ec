/**
 * `memory`: what a container that does nothing takes of the host. The kernel's own account (smaps_rollup): private pages
 * are those that no other process maps too, so a clone is not charged with what it shares with its template.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readRecord } from '../../../hcs/qemu/record.ts';
import type { Bench } from '../bench.ts';
import { prepareVariant, VARIANTS } from '../ours.ts';
import type { Measured, Scenario, Subject } from '../scenario.ts';

/** The agent's and the supervisor's work after the start is over by then: nothing tells of it. */
const SETTLE_MS = 2000;
const FOREVER = ['sleep', '1000000'];
const QEMU = 'qemu-system-x86_64';

export const MEMORY: Scenario = {
  name: 'memory',
  summary:
    'Host memory of one idle container, two seconds after its start: private pages of its QEMU, and beyond those of a QEMU whose processors never ran; resident pages of its supervisor.',
  unit: 'MiB',
  better: 'less',
  subjects: VARIANTS.map(
    (variant): Subject => ({
      name: variant.name,
      absent: () => (process.platform === 'linux' ? undefined : 'it is measured on Linux alone'),
      async open(bench) {
        const image = await bench.lcowImage();
        await prepareVariant(bench, variant);
        const { name, template } = variant;
        return async ({ signal }) => {
          const emptyMiB = await emptyQemu(bench, signal);
          const vm = { template };
          const request = { image, command: FOREVER, logDriver: 'none' as const, vm };
          await using container = await bench.host.run(request, { signal });
          const { supervisorPid, vmId } = await container.describePod();
          await delay(SETTLE_MS, undefined, { signal });
          const vmm = memoryOf(vmmOf(bench, vmId));
          const all: Measured[] = [
            { subject: `${name} VM`, value: vmm.privateMiB },
            { subject: `${name} VM beyond start`, value: Math.max(0, vmm.privateMiB - emptyMiB) },
            { subject: `${name} supervisor`, value: memoryOf(supervisorPid).residentMiB },
          ];
          if (template === 'none') all.push({ subject: 'QEMU at start', value: emptyMiB });
          return all;
        };
      },
    }),
  ),
};

/** A QEMU with the machine and memory that VMs have, stopped before its first instruction. */
async function emptyQemu(bench: Bench, signal: AbortSignal): Promise<number> {
  const program = bench.env['LCOW_QEMU'] || QEMU;
  const machine = ['-machine', `q35,accel=${bench.execution.Accelerator}`, '-m', '1024', '-S'];
  const quiet = ['-nodefaults', '-no-user-config', '-display', 'none', '-monitor', 'stdio'];
  const child = spawn(program, [...machine, ...quiet], {
    env: bench.env,
    cwd: bench.folder,
    stdio: ['pipe', 'pipe', 'ignore'],
    signal,
  });
  const exited = once(child, 'exit');
  exited.catch(() => {});
  try {
    let said = '';
    await Promise.race([
      exited.then(() => {
        throw new Error(`${program} ended before it was ready`);
      }),
      (async () => {
        for await (const chunk of child.stdout) {
          said += String(chunk);
          if (said.includes('(qemu)')) return;
        }
      })(),
    ]);
    return memoryOf(child.pid ?? 0).privateMiB;
  } finally {
    child.kill('SIGKILL');
    await exited.catch(() => undefined);
  }
}

/** The pid of a VM's QEMU, by its record. */
function vmmOf(bench: Bench, vmId: string): number {
  const pid = readRecord(join(bench.where.run, 'vm', vmId))?.vmm?.pid;
  if (pid === undefined) throw new Error(`the record of VM ${vmId} names no QEMU`);
  return pid;
}

function memoryOf(pid: number): { privateMiB: number; residentMiB: number } {
  const rollup = readText(`/proc/${pid}/smaps_rollup`);
  const mib = (field: string): number => {
    const found = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1];
    if (found === undefined) throw new Error(`smaps_rollup of process ${pid} tells no ${field}`);
    return Number(found) / 1024;
  };
  return { privateMiB: mib('Private_Clean') + mib('Private_Dirty'), residentMiB: mib('Rss') };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
