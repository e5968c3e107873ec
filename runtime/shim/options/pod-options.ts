/**
 * How the VM of a pod is made that containerd, or a caller of `lcow-oci`, asks for. Later ones count: defaults, the table
 * `[shim]` of the configuration files, LCOW_SHIM_*, the runtime's options, annotations `io.lcow.*` of the pod's first
 * container. What is unknown or wrong is refused with its source, its key and its value.
 *
 * An annotation is whoever's who may run containers: it cannot choose files of the host, and of the paths that may be
 * shared it can take away, not add.
 */
import { originText } from '../../configuration/configuration.ts';
import { loadConfiguration } from '../../configuration/load-configuration.ts';
import { isShimSetting, SHIM_TABLE } from '../../configuration/shim-settings.ts';
import type { PodRecord, PodShape } from '../../container/container-record.ts';
import { type OptionValue, optionFromText, refuseOption } from './option-value.ts';
import { readRuntimeOptions, type RuntimeOptions } from './runtime-options.ts';
import { narrowedShares, sharesOf } from './shares.ts';
import { vmLimits } from './vm-limits.ts';

/** What of a container's bundle is read. */
export interface PodOptionsSpec {
  readonly annotations: Readonly<Record<string, string>>;
  /** The container has, or joins, a network namespace. */
  readonly hasNetworkNamespace: boolean;
  /** `linux.resources`. */
  readonly resources: unknown;
}

export interface PodOptionsRequest {
  readonly spec: PodOptionsSpec;
  /** containerd's. */
  readonly options?: RuntimeOptions | undefined;
  /** Default process.env. */
  readonly env?: NodeJS.ProcessEnv;
  /** As ConfigurationSources. */
  readonly hostFile?: string;
}

export interface PodOptions {
  readonly shape: PodShape;
  readonly debug: boolean;
  /** As ContainerdPod.ioRetryMs. */
  readonly ioRetryMs: number;
}

const PREFIX = 'io.lcow.';
/** Of a container, not of its pod: the agent's and the task service's (runtime/task/container-spec.ts). */
const OF_CONTAINERS: ReadonlySet<string> = new Set(['hosts', 'privileged', 'devices']);
/** Files of the host are its administrator's to choose, and so is how its pipes are served. */
const NOT_BY_ANNOTATION: ReadonlySet<string> = new Set(['boot-files', 'io-retry-timeout']);
const MIB = 2 ** 20;
const UNITS: Readonly<Record<string, number>> = {
  '': 1 / MIB,
  b: 1 / MIB,
  k: 1 / 1024,
  m: 1,
  g: 1024,
  t: MIB,
};

/** @throws RuntimeError invalid-argument */
export async function decodePodOptions(request: PodOptionsRequest): Promise<PodOptions> {
  const { spec, options, env, hostFile } = request;
  const annotated = annotationOptions(spec.annotations);
  const host = await hostOptions(env, hostFile);
  const given = [...host, ...(options === undefined ? [] : await readRuntimeOptions(options))];
  const values = new Map([...given, ...annotated].map((each) => [each.name, each]));
  const shares = narrowedShares(
    given.findLast(({ name }) => name === 'shares'),
    annotated.find(({ name }) => name === 'shares'),
  );
  const value = (name: string): string | undefined => values.get(name)?.value || undefined;
  const asked = shapeOf(value);
  return {
    shape: {
      ...vmLimits(spec.annotations, spec.resources),
      ...asked,
      ...(shares === undefined ? {} : { shares }),
      network: asked.network ?? (spec.hasNetworkNamespace ? 'none' : 'user'),
      ports: [],
    },
    debug: value('debug') === 'true',
    ioRetryMs: Number(value('io-retry-timeout') ?? 0) * 1000,
  };
}

/**
 * Of a container that joins a pod: its annotations must not ask for another VM than the pod has.
 * @throws RuntimeError invalid-argument
 */
export function checkMember(
  { id, shape }: Pick<PodRecord, 'id' | 'shape'>,
  annotations: PodOptionsSpec['annotations'],
): void {
  for (const option of annotationOptions(annotations)) {
    const asked: Record<string, unknown> = {
      ...shapeOf((name) => (name === option.name ? option.value : undefined)),
      ...(option.name === 'shares' ? { shares: sharesOf(option.value) } : {}),
    };
    for (const [field, value] of Object.entries(asked)) {
      const has = shape[field as keyof PodShape];
      if (JSON.stringify(has) === JSON.stringify(value)) continue;
      const what = `${JSON.stringify(option.value)}, and pod "${id}", which the container joins, has ${JSON.stringify(has ?? 'its default')}`;
      throw refuseOption(option.from, what);
    }
  }
}

type Asked = { -readonly [Name in keyof Omit<PodShape, 'ports' | 'shares'>]?: PodShape[Name] };

/** @param value of an option, checked; undefined where nobody set it */
function shapeOf(value: (name: string) => string | undefined): Asked {
  const asked: Asked = {};
  const [memory, processors] = [value('memory'), value('processors')];
  if (memory !== undefined) asked.memoryMiB = mebibytes(memory);
  if (processors !== undefined) asked.processorCount = Number(processors);
  const [kernelArguments, bootFiles] = [value('kernel-args'), value('boot-files')];
  if (kernelArguments !== undefined) asked.kernelArguments = kernelArguments;
  if (bootFiles !== undefined) asked.bootFiles = bootFiles;
  // Both were checked against their choices.
  const accelerator = value('accelerator') as Asked['accelerator'];
  if (accelerator !== undefined) asked.accelerator = accelerator;
  const template = value('template') as Asked['template'];
  if (template !== undefined) asked.template = template;
  const network = value('network') as Asked['network'];
  if (network !== undefined) asked.network = network;
  return asked;
}

/** What files and the environment of this host say. */
async function hostOptions(
  env: NodeJS.ProcessEnv | undefined,
  hostFile: string | undefined,
): Promise<OptionValue[]> {
  const configuration = await loadConfiguration({
    ...(env === undefined ? {} : { env }),
    ...(hostFile === undefined ? {} : { hostFile }),
  });
  return configuration.values.flatMap(({ setting: { name }, value, origin }) => {
    if (!isShimSetting(name) || value === undefined) return [];
    const from = `${originText(origin)}: ${name}`;
    return [{ name: name.slice(SHIM_TABLE.length + 1), value, from }];
  });
}

function annotationOptions(annotations: PodOptionsSpec['annotations']): OptionValue[] {
  const ours = Object.entries(annotations).filter(([key]) => key.startsWith(PREFIX));
  return ours.flatMap(([key, text]) => {
    const name = key.slice(PREFIX.length);
    if (OF_CONTAINERS.has(name)) return [];
    const from = `annotation ${key}`;
    if (NOT_BY_ANNOTATION.has(name)) {
      const what = `${JSON.stringify(text.slice(0, 200))}: only a configuration file or the runtime's options can set it`;
      throw refuseOption(from, what);
    }
    return [optionFromText(from, name, text)];
  });
}

/** Whole MiB, as VMs have, and no less than was asked for. */
function mebibytes(size: string): number {
  const [, number = '0', unit = ''] = /^([\d.]+)([a-z]?)/i.exec(size) ?? [];
  return Math.ceil(Number(number) * (UNITS[unit.toLowerCase()] ?? 0));
}
