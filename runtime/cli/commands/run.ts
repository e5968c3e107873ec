/** `lcow run`: a command in a new container, in a utility VM of its own, in the foreground. */
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { RuntimeError } from '../../errors.ts';
import type { ResolvedImage } from '../../image/image-store.ts';
import { type ContainerRequest, Lcow } from '../../lcow.ts';
import { parseVolume } from '../../task/mount-options.ts';
import type { ContainerMountOptions, Pod } from '../../task/pod.ts';
import type { Timeline } from '../../timeline.ts';
import { type Cancellation, cancelOnSignals } from '../cancel.ts';
import type { CommandInput, OptionValues } from '../command.ts';
import { foreground } from '../foreground.ts';
import { parseCpus, parseSize } from '../size.ts';
import { requireTerminal, terminalSize } from '../terminal.ts';
import { newTimeline, timelineTable, writeTimelineJson } from '../timeline-report.ts';

/**
 * What a VM needs beside its container's memory: kernel, agent, page tables, and a share that grows with it.
 * Measured: docs/decisions/0005.
 */
const VM_OVERHEAD_MIB = 192;
const VM_OVERHEAD_SHARE = 1 / 32;
const MIB = 1024 * 1024;

export async function run({ options, operands }: CommandInput): Promise<number> {
  const timeline = newTimeline(options.flag('debug'));
  timeline.mark('command loaded');
  const request = readRequest(options, operands);
  const cancel = cancelOnSignals();
  try {
    const lcow = await Lcow.open();
    const image = await lcow.images.resolve(request.image);
    timeline.mark('image resolved');
    const { id, shape } = request;
    const pod = await lcow.createPod({ id, ...shape, timeline, signal: cancel.signal });
    let code: number;
    try {
      code = await runIn(lcow, pod, image, request, timeline, cancel);
      timeline.markGuest('exit');
    } finally {
      await pod[Symbol.asyncDispose]();
      await cancel.settled();
      timeline.mark('torn down');
    }
    await lcow.sweep();
    await report(options, timeline, { accelerator: lcow.execution.Accelerator });
    return code;
  } finally {
    cancel.release();
  }
}

async function runIn(
  lcow: Lcow,
  pod: Pod,
  image: ResolvedImage,
  request: Request,
  timeline: Timeline,
  cancel: Cancellation,
): Promise<number> {
  const { interactive, terminal } = request;
  const container = await cancel.race(
    lcow.createContainer(pod, {
      ...request.container,
      id: request.id,
      image,
      stdio: { terminal: terminal && terminalSize(), stdin: interactive },
      timeline,
    }),
  );
  const attached = foreground(container.init, {
    interactive,
    terminal,
    onFirstByte: () => timeline.markGuest('first byte'),
  });
  await cancel.race(container.start());
  timeline.markGuest('process started');
  cancel.release();
  const { code } = await attached.exit();
  return code;
}

interface Request {
  readonly id: string;
  readonly image: string;
  readonly interactive: boolean;
  readonly terminal: boolean;
  readonly container: Omit<ContainerRequest, 'id' | 'image' | 'stdio' | 'timeline'>;
  readonly shape: { memoryMiB?: number; processorCount?: number; kernelArguments?: string };
}

function readRequest(options: OptionValues, [image = '', ...command]: readonly string[]): Request {
  const terminal = options.flag('tty');
  if (terminal && options.flag('interactive')) requireTerminal();
  const memory = options.text('memory');
  const memoryBytes = memory === undefined ? undefined : parseSize('--memory', memory);
  const cpusText = options.text('cpus');
  const cpus = cpusText === undefined ? undefined : parseCpus('--cpus', cpusText);
  return {
    id: checkName(options.text('name')) ?? randomBytes(6).toString('hex'),
    image,
    interactive: options.flag('interactive'),
    terminal,
    container: {
      command,
      mounts: options.list('volume').map(volume),
      env: options
        .list('env')
        .map(inheritEnv)
        .filter((entry) => entry !== undefined),
      readOnly: options.flag('read-only'),
      ...optional('entrypoint', options.text('entrypoint')),
      ...optional('workingDirectory', options.text('workdir')),
      ...optional('user', options.text('user')),
      ...optional('hostname', options.text('hostname')),
      ...optional('memoryBytes', memoryBytes),
      ...optional('cpus', cpus),
    },
    shape: {
      ...(memoryBytes === undefined ? {} : { memoryMiB: vmMemoryMiB(memoryBytes) }),
      ...(cpus === undefined ? {} : { processorCount: processors(cpus) }),
      ...optional('kernelArguments', options.text('kernel-args')),
    },
  };
}

/** Docker's least: below it no process starts. */
const LEAST_MEMORY_BYTES = 6 * MIB;

function vmMemoryMiB(memoryBytes: number): number {
  if (memoryBytes < LEAST_MEMORY_BYTES) {
    throw new RuntimeError(
      'invalid-argument',
      'read --memory',
      `${memoryBytes} bytes are less than 6m`,
    );
  }
  const memoryMiB = memoryBytes / MIB;
  return Math.ceil(memoryMiB * (1 + VM_OVERHEAD_SHARE)) + VM_OVERHEAD_MIB;
}

function processors(cpus: number): number {
  const whole = Math.ceil(cpus);
  const most = availableParallelism();
  if (whole > most) {
    throw new RuntimeError(
      'invalid-argument',
      'read --cpus',
      `${cpus} are more than this host's ${most}`,
    );
  }
  return whole;
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}

function checkName(name: string | undefined): string | undefined {
  if (name !== undefined && !/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/.test(name)) {
    throw new RuntimeError(
      'invalid-argument',
      'read --name',
      `"${name}" is not 1 to 63 of A-Z a-z 0-9 _ . - beginning with a letter or digit`,
    );
  }
  return name;
}

/** "K=V" stays; "K" takes our value, or nothing where we have none, as Docker does. */
function inheritEnv(entry: string): string | undefined {
  if (entry.includes('=')) return entry;
  const value = process.env[entry];
  return value === undefined ? undefined : `${entry}=${value}`;
}

function volume(text: string): ContainerMountOptions {
  const { source, target, readOnly = false } = parseVolume(text);
  return { hostPath: source, destination: target, readOnly };
}

async function report(
  options: OptionValues,
  timeline: Timeline,
  context: Record<string, string>,
): Promise<void> {
  if (options.flag('timeline')) process.stderr.write(timelineTable(timeline));
  const file = options.text('timeline-json');
  if (file !== undefined) await writeTimelineJson(file, timeline, context);
}
