/** `lcow run`: a command in a new container, in a utility VM of its own, in the foreground. */
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { findBootFiles } from '../../../linuxkit/manifest.ts';
import { directories } from '../../directories.ts';
import { RuntimeError } from '../../errors.ts';
import { openHostService } from '../../host-service.ts';
import { openImageStore, type ResolvedImage } from '../../image/image-store.ts';
import { createScratch } from '../../rootfs/scratch.ts';
import { containerSpec } from '../../task/container-spec.ts';
import { type ContainerMountOptions, Pod } from '../../task/pod.ts';
import { Timeline } from '../../timeline.ts';
import type { CommandInput, OptionValues } from '../command.ts';
import { foreground } from '../foreground.ts';
import { cancelOnSignals } from '../cancel.ts';
import { parseCpus, parseSize } from '../size.ts';
import { requireTerminal, terminalSize } from '../terminal.ts';
import { timelineTable, writeTimelineJson } from '../timeline-report.ts';

/** What a VM needs beside its container's memory: kernel, agent, page tables. Measured: docs/decisions/0005. */
const VM_OVERHEAD_MIB = 192;
const MIB = 1024 * 1024;
const SCRATCH_BYTES = 20 * 1024 ** 3;

export async function run({ options, operands }: CommandInput): Promise<number> {
  const timeline = new Timeline();
  const request = readRequest(options, operands);
  const paths = directories();
  const cancel = cancelOnSignals();
  try {
    const service = await openHostService(paths);
    const store = openImageStore(paths.data);
    const [bootFiles, image, { Execution }] = await Promise.all([
      findBootFiles(),
      store.resolve(request.image),
      service.properties(),
    ]);
    timeline.mark('image resolved');
    const pod = await Pod.create(service, {
      id: request.id,
      directory: join(paths.run, 'pod', request.id),
      bootFiles,
      execution: Execution,
      ...request.shape,
      timeline,
      signal: cancel.signal,
    });
    let code: number;
    try {
      code = await runIn(pod, image, request, paths.data, timeline, cancel);
      timeline.mark('exit');
    } finally {
      await pod[Symbol.asyncDispose]();
      timeline.mark('torn down');
    }
    await report(options, timeline, { accelerator: Execution.Accelerator });
    return code;
  } finally {
    cancel.release();
  }
}

async function runIn(
  pod: Pod,
  image: ResolvedImage,
  request: Request,
  data: string,
  timeline: Timeline,
  cancel: ReturnType<typeof cancelOnSignals>,
): Promise<number> {
  const { id, interactive, terminal } = request;
  const spec = containerSpec({
    ...request.spec,
    id,
    image: imageProcess(image),
    ...(terminal ? { terminal: terminalSize() } : {}),
  });
  const scratch = join(data, 'scratch', `${id}.vhd`);
  await mkdir(join(data, 'scratch'), { recursive: true, mode: 0o700 });
  await createScratch(scratch, SCRATCH_BYTES);
  const container = await cancel.race(
    pod.createContainer({
      id,
      spec,
      rootfs: { layers: image.layers, scratch, readOnly: request.readOnly },
      mounts: request.mounts,
      stdio: { terminal: terminal && terminalSize(), stdin: interactive, stdout: true, stderr: true },
      timeline,
    }),
  );
  const attached = foreground(container.init, {
    interactive,
    terminal,
    onFirstByte: () => timeline.mark('first byte'),
  });
  await cancel.race(container.start());
  timeline.mark('process started');
  cancel.release();
  const { code } = await attached.exit();
  return code;
}

interface Request {
  readonly id: string;
  readonly image: string;
  readonly interactive: boolean;
  readonly terminal: boolean;
  readonly readOnly: boolean;
  readonly mounts: readonly ContainerMountOptions[];
  readonly spec: Omit<Parameters<typeof containerSpec>[0], 'id' | 'image'>;
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
    readOnly: options.flag('read-only'),
    mounts: options.list('volume').map(parseVolume),
    spec: {
      command,
      env: options.list('env').map(inheritEnv).filter((entry) => entry !== undefined),
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
    throw new RuntimeError('invalid-argument', 'read --memory', `${memoryBytes} bytes are less than 6m`);
  }
  return Math.ceil(memoryBytes / MIB) + VM_OVERHEAD_MIB;
}

function processors(cpus: number): number {
  const whole = Math.ceil(cpus);
  const most = availableParallelism();
  if (whole > most) {
    throw new RuntimeError('invalid-argument', 'read --cpus', `${cpus} are more than this host's ${most}`);
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

function parseVolume(text: string): ContainerMountOptions {
  const [source, destination, mode, ...rest] = text.split(':');
  const known = mode === undefined || mode === 'ro' || mode === 'rw';
  if (!source || !destination?.startsWith('/') || destination === '/' || !known || rest.length > 0) {
    throw new RuntimeError(
      'invalid-argument',
      'read --volume',
      `"${text}" is not SRC:DST[:ro] with an absolute DST below /`,
    );
  }
  return { hostPath: resolve(source), destination, readOnly: mode === 'ro' };
}

function imageProcess({ config }: ResolvedImage) {
  const inner = config.config ?? {};
  return {
    ...optional('entrypoint', inner.Entrypoint),
    ...optional('cmd', inner.Cmd),
    ...optional('env', inner.Env),
    ...optional('workingDirectory', inner.WorkingDir),
    ...optional('user', inner.User),
  };
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
