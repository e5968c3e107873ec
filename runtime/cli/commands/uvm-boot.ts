/**
 * `lcow uvm boot`: the researcher's door. Boots VMs without containers, one or many, and says how long that
 * took; or prints the document and starts nothing.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { findBootFiles } from '../../../linuxkit/manifest.ts';
import { hostVersionOf } from '../../../hcs/document/host-version.ts';
import { bootsByUefi } from '../../../hcs/document/lcow-boot.ts';
import type { ComputeService } from '../../../hcs/service.ts';
import { directories } from '../../directories.ts';
import { RuntimeError } from '../../errors.ts';
import { openHostService } from '../../host-service.ts';
import type { PodNetwork } from '../../network/pod-network.ts';
import { parsePortMappings, portText } from '../../network/port-mapping.ts';
import { runInVm } from '../../task/vm-process.ts';
import { Timeline } from '../../timeline.ts';
import {
  createUtilityVm,
  type UtilityVm,
  utilityVmDocument,
  type UtilityVmShape,
} from '../../uvm/utility-vm.ts';
import { missingLines } from '../../uvm/kernel-features.ts';
import { readBootFiles, readRootDisk } from '../boot-files-option.ts';
import { kernelWords } from '../../uvm/vm-exit.ts';
import { cancelOnSignals } from '../cancel.ts';
import type { CommandInput, OptionValues } from '../command.ts';
import { escapeControl } from '../escape.ts';
import { foreground } from '../foreground.ts';
import { holdVm } from '../hold-vm.ts';
import { parseCount } from '../size.ts';
import { table } from '../table.ts';
import { takeTerminal } from '../terminal.ts';
import { newTimeline, timelineTable, writeTimelineJson } from '../timeline-report.ts';
import { readVmSize } from '../vm-size.ts';
import { asksForWindowsDocument, printWindowsDocument } from '../windows-document.ts';

const MIB = 1024 * 1024;
const MOST_VMS = 1000;

export async function run({ options }: CommandInput): Promise<number> {
  if (asksForWindowsDocument(options)) return printWindowsDocument(options);
  const paths = directories();
  const machine = options.text('machine');
  const service = await openHostService(
    paths,
    machine === undefined ? process.env : { ...process.env, LCOW_MACHINE: machine },
  );
  const properties = await service.properties();
  const { Execution } = properties;
  const host = hostVersionOf(properties);
  const shape = { ...(await readShape(options, bootsByUefi(host))), execution: Execution, host };
  if (options.flag('document-only')) return printDocument(shape);
  const count = parseCount('--count', options.text('count') ?? '1', 1, MOST_VMS);
  const parallel = parseCount('--parallel', options.text('parallel') ?? '1', 1, MOST_VMS);
  if (count > 1) refuseMany(options);
  const ports = parsePortMappings(options.list('publish'));
  const wanted = network(options);
  if (wanted === 'none' && ports.length > 0) {
    const what = 'without a network no port can be published';
    throw new RuntimeError('invalid-argument', 'read --publish', what);
  }
  const cancel = cancelOnSignals();
  const bootOne = (timeline: Timeline) =>
    bootVm(service, shape, paths.run, timeline, cancel.signal);
  try {
    return count > 1
      ? await bootMany(bootOne, count, parallel, options)
      : await bootAndUse(bootOne, options, {
          accelerator: Execution.Accelerator,
          signal: cancel.signal,
          join: (vm) => joinNetwork(vm, service, wanted, ports),
        });
  } finally {
    cancel.release();
  }
}

async function readShape(
  options: OptionValues,
  bzImage: boolean,
): Promise<Omit<UtilityVmShape, 'execution'>> {
  const bootFiles =
    (await readRootDisk(options)) ??
    (await readBootFiles(options)) ??
    (await findBootFiles({ bzImage }));
  // The agent of an image with containers of its own waits for what it is told to come.
  const adapters = network(options) === 'none' ? [] : ['lcow.adapters=1'];
  const kernelArguments = [options.text('kernel-args') ?? '', ...adapters].join(' ').trim();
  return {
    bootFiles,
    ...readVmSize(options),
    ...(kernelArguments === '' ? {} : { kernelArguments }),
    console: options.flag('console'),
  };
}

function network(options: OptionValues): 'user' | 'dhcp' | 'none' {
  const name = options.text('network') ?? (options.list('publish').length > 0 ? 'user' : 'none');
  if (name === 'user' || name === 'dhcp' || name === 'none') return name;
  const what = `"${name.slice(0, 64)}" is not user, dhcp or none`;
  throw new RuntimeError('invalid-argument', 'read --network', what);
}

/** What a VM alone cannot be one of many with. */
function refuseMany(options: OptionValues): void {
  const alone = [
    ...(options.flag('wait') ? ['--wait'] : []),
    ...(options.list('publish').length > 0 ? ['--publish'] : []),
  ];
  if (alone.length === 0) return;
  const what = `${alone.join(' and ')} is for one VM`;
  throw new RuntimeError('invalid-argument', 'read --count', what);
}

/** The document as JSON on stdout; its kernel line, for reading, on stderr. */
function printDocument(shape: UtilityVmShape): number {
  const document = utilityVmDocument(shape);
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  const line = document.VirtualMachine?.Chipset?.LinuxKernelDirect?.KernelCmdLine ?? '';
  process.stderr.write(`kernel line: ${line}\n`);
  return 0;
}

function bootVm(
  service: ComputeService,
  shape: UtilityVmShape,
  runDirectory: string,
  timeline: Timeline,
  signal: AbortSignal,
): Promise<UtilityVm> {
  const id = `uvm-${randomBytes(4).toString('hex')}`;
  return createUtilityVm(service, {
    ...shape,
    id,
    directory: join(runDirectory, 'pod', id),
    timeline,
    signal,
  });
}

/** What a VM that is booted alone is used with. */
interface Use {
  readonly accelerator: string;
  /** Aborts when the VM is to end. */
  readonly signal: AbortSignal;
  readonly join: (vm: UtilityVm) => Promise<PodNetwork | undefined>;
}

/** Gives the VM its adapter while it boots, and says where its ports are. */
async function joinNetwork(
  vm: UtilityVm,
  service: ComputeService,
  wanted: ReturnType<typeof network>,
  ports: ReturnType<typeof parsePortMappings>,
): Promise<PodNetwork | undefined> {
  if (wanted === 'none') return undefined;
  const { attachNetwork } = await import('../../network/pod-network.ts');
  const configure = wanted === 'user';
  const joined = await attachNetwork(vm, service, { mode: 'user', ports, configure });
  for (const port of joined.ports) process.stderr.write(`published ${portText(port)}\n`);
  return joined;
}

async function bootAndUse(
  bootOne: (timeline: Timeline) => Promise<UtilityVm>,
  options: OptionValues,
  { accelerator, signal, join }: Use,
): Promise<number> {
  const timeline = newTimeline(options.flag('debug'));
  const vm = await bootOne(timeline);
  let joined: PodNetwork | undefined;
  let code = 0;
  try {
    joined = await join(vm);
    if (options.flag('console')) {
      code = await useConsole(vm, signal);
    } else {
      await joined?.configured;
      code = await useAgent(vm, options, accelerator);
      if (options.flag('wait')) await holdVm(vm, signal);
    }
  } catch (error) {
    await vm[Symbol.asyncDispose]();
    tellDeath(vm, timeline, kernelWords(await vm.exited));
    throw error;
  } finally {
    await vm[Symbol.asyncDispose]();
    await joined?.[Symbol.asyncDispose]();
    timeline.mark('torn down');
  }
  if (options.flag('timeline')) process.stderr.write(timelineTable(timeline));
  const file = options.text('timeline-json');
  if (file !== undefined) await writeTimelineJson(file, timeline, { accelerator });
  return code;
}

/** What the kernel of a guest that did not boot said, and how far it came. */
function tellDeath(vm: UtilityVm, timeline: Timeline, said: string): void {
  for (const { name, atMs } of vm.system.timeline) timeline.mark(name, atMs);
  const lines = said === '' ? [] : said.split('\n');
  for (const line of lines) process.stderr.write(`guest: ${escapeControl(line)}\n`);
  if (lines.length > 0) process.stderr.write(timelineTable(timeline));
}

async function useAgent(
  vm: UtilityVm,
  options: OptionValues,
  accelerator: string,
): Promise<number> {
  await vm.ready;
  const guest = vm.guest;
  process.stderr.write(
    `Linux ${guest?.kernelRelease} (${accelerator}), agent ${guest?.agentVersion}, ` +
      `${guest?.runtime}, ${guest?.cpus} cpus, ${Math.round((guest?.memoryBytes ?? 0) / MIB)} MiB\n`,
  );
  for (const line of missingLines(guest?.kernelRelease ?? '', vm.missing)) {
    process.stderr.write(`warning: ${line}\n`);
  }
  const command = options.text('exec');
  if (command === undefined) return 0;
  const args = command.split(/\s+/).filter((word) => word !== '');
  const started = await runInVm(vm, args);
  const joined = { ...started, stdin: undefined, resize: () => {} };
  const end = await foreground(joined, {
    interactive: false,
    terminal: false,
    kill: (signal) => started.kill(signal),
  }).end();
  return end.kind === 'exited' ? end.code : 0;
}

/** Joins the serial console to ours until the VM ends. Ctrl-] leaves, as in telnet. */
async function useConsole(vm: UtilityVm, signal: AbortSignal): Promise<number> {
  const stream = await vm.system.console();
  if (stream === undefined)
    throw new RuntimeError('internal', 'open the console', 'the VM has none');
  stream.pipe(process.stdout, { end: false });
  const { stdin } = process;
  const terminal = stdin.isTTY ? takeTerminal(() => {}) : undefined;
  const left = new Promise<void>((resolve) => {
    stdin.on('data', (bytes: Buffer) => {
      if (bytes.includes(0x1d)) resolve();
      else stream.write(bytes);
    });
  });
  const told = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  try {
    // A failed boot ends the VM; its own message is on the console already.
    await Promise.race([vm.exited, left, told, vm.ready.then(() => new Promise<never>(() => {}))]);
    signal.throwIfAborted();
    await vm.ready;
    return 0;
  } finally {
    terminal?.[Symbol.dispose]();
    stdin.pause();
    stdin.unref?.();
    stream.destroy();
  }
}

async function bootMany(
  bootOne: (timeline: Timeline) => Promise<UtilityVm>,
  count: number,
  parallel: number,
  options: OptionValues,
): Promise<number> {
  const answered: number[] = [];
  const begin = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      const timeline = new Timeline();
      const startMs = performance.now();
      const vm = await bootOne(timeline);
      try {
        await vm.ready;
        answered.push(performance.now() - startMs);
      } finally {
        await vm[Symbol.asyncDispose]();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, count) }, worker));
  const sorted = [...answered].sort((a, b) => a - b);
  const at = (share: number): string =>
    (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1);
  const wall = (performance.now() - begin).toFixed(1);
  process.stdout.write(
    table(
      ['VMS', 'PARALLEL', 'MIN MS', 'MEDIAN MS', 'P90 MS', 'MAX MS', 'WALL MS'],
      [[String(count), String(parallel), at(0), at(0.5), at(0.9), at(1), wall]],
    ),
  );
  const file = options.text('timeline-json');
  if (file !== undefined) {
    const { writeFile } = await import('node:fs/promises');
    await writeFile(file, `${JSON.stringify({ schema: 1, answeredMs: answered }, null, 2)}\n`);
  }
  return 0;
}
