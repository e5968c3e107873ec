/**
 * `memory`: what a container that does nothing takes of the host, by the kernel's own account (smaps). Private pages are
 * those that no other process maps too. Of the template's memory, a file that all its clones map, only those are counted
 * that the clone wrote: the rest is the file's, once for all clones, and told apart.
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
/** A line of smaps: a template's memory, mapped privately. */
const TEMPLATE_MEMORY = / [r-][w-][x-]p .*\/template\/[^/]+\/memory$/;

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
            ...(template === 'none'
              ? []
              : [{ subject: `${name} VM, of the template's file`, value: vmm.fileMiB }]),
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

function memoryOf(pid: number): { privateMiB: number; residentMiB: number; fileMiB: number } {
  const all = { Private_Clean: 0, Private_Dirty: 0, Rss: 0 };
  let fileKB = 0;
  for (const mapping of readText(`/proc/${pid}/smaps`).split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)) {
    const kB = (field: string): number =>
      Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(mapping)?.[1] ?? 0);
    for (const field of ['Private_Clean', 'Private_Dirty', 'Rss'] as const) all[field] += kB(field);
    const [first = ''] = mapping.split('\n', 1);
    if (!TEMPLATE_MEMORY.test(first)) continue;
    fileKB += kB('Private_Clean') + kB('Private_Dirty') - kB('Anonymous');
  }
  if (all.Rss === 0) throw new Error(`process ${pid} tells of no memory`);
  const privateKB = all.Private_Clean + all.Private_Dirty - fileKB;
  return { privateMiB: privateKB / 1024, residentMiB: all.Rss / 1024, fileMiB: fileKB / 1024 };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
