/**
 * The file of results that `lcow bench startup` writes and that compare and report read: its types, and the decoder
 * that takes nothing on trust. Every sample is in it, in the order it was taken. No statistics: those are made from the
 * samples by who tells them (bench/statistics.ts).
 */
import { RuntimeError } from '../../runtime/errors.ts';

export const RESULT_VERSION = 1;

/** One run of the benchmark. Version 1. */
export interface BenchResult {
  readonly version: typeof RESULT_VERSION;
  readonly kind: 'startup';
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** What --label said. */
  readonly label?: string;
  /** How many rounds were counted, and how many went before that were not. */
  readonly rounds: number;
  readonly warmUp: number;
  readonly environment: Environment;
  readonly series: readonly Series[];
  /** With --trace-boot. */
  readonly bootTrace?: BootTrace;
  /** Noise, and what was skipped or failed and why: whole sentences. */
  readonly notes: readonly string[];
}

/** Where it ran: all that two runs must share to be compared, and what tells why they differ. */
export interface Environment {
  /** For example "Debian GNU/Linux 12 (bookworm)". */
  readonly os: string;
  /** Kernel's release and version; on Windows the build. */
  readonly osBuild: string;
  readonly cpu: string;
  readonly cpus: number;
  readonly memoryMiB: number;
  /** "kvm", "tcg", "whp": what guests ran with. */
  readonly accelerator: string;
  /** Why that one. */
  readonly acceleratorReason: string;
  /** What this host itself runs on; "none" where it is not virtual. */
  readonly hypervisor: string;
  /** For example "QEMU 7.2.22". */
  readonly vmm: string;
  /** Of the VMM's binary; 64 digits, or "unknown: <why>". */
  readonly qemuSha256: string;
  readonly kernelRelease: string;
  readonly kernelSha256: string;
  readonly initrdSha256: string;
  readonly agentSha256: string;
  /** Version, and the commit in brackets where it is known. */
  readonly lcow: string;
  readonly node: string;
  /** The load average of one minute. */
  readonly loadAtStart: number;
  readonly loadAtEnd: number;
  /** By program: its version, or "absent: <why, and how to get it>". */
  readonly peers: Readonly<Record<string, string>>;
}

export type Unit = 'ms' | 'MiB' | 'MiB/s';

/** What one subject did in one scenario. Subjects of one scenario are each other's peers. */
export interface Series {
  /** For example "cold", "ctr", "at-once-8". */
  readonly scenario: string;
  /** For example "lcow", "runc", "ctr+runc", "spawn". */
  readonly subject: string;
  readonly unit: Unit;
  readonly better: 'less' | 'more';
  /** Every one, in order; none discarded. */
  readonly samples: readonly Sample[];
}

export interface Sample {
  /** From 0; warm-up is not counted. */
  readonly round: number;
  /** When it was taken, since the run began. */
  readonly atMs: number;
  readonly value: number;
  readonly phases?: readonly Phase[];
}

/** A part of a sample. Phases are in order of their start; they may overlap and need not fill the sample. */
export interface Phase {
  readonly name: string;
  /** Since the sample began. */
  readonly startMs: number;
  readonly ms: number;
  readonly where: 'host' | 'guest';
}

/** Where the time of one guest's boot went, on the guest's clock. It is of no sample: tracing costs time. */
export interface BootTrace {
  readonly kernelRelease: string;
  /** By their beginning. */
  readonly initcalls: readonly InitcallSpan[];
  /** Of the agent's timeline (Vm.GetTimeline): each ends a phase, the first is where the kernel handed over to it. */
  readonly marks: readonly BootMark[];
}

export interface InitcallSpan {
  readonly name: string;
  readonly startMs: number;
  readonly ms: number;
  /** Below whom it was called, or beside whom it ran; 0 is the outermost. */
  readonly depth: number;
  /** Below zero: an errno. */
  readonly returned: number;
}

export interface BootMark {
  readonly name: string;
  readonly atMs: number;
}

/** More than any run writes: 20 scenarios of 5 subjects, 1000 rounds, 20 phases each stays below it. */
export const MAX_RESULT_BYTES = 256 * 2 ** 20;
const MAX_ROUNDS = 100_000;
const MAX_SERIES = 1000;
const MAX_SAMPLES = 1_000_000;
const MAX_PHASES = 256;
const MAX_NOTES = 10_000;
const MAX_PEERS = 100;
const MAX_TEXT = 4096;
export const MAX_INITCALLS = 20_000;
export const MAX_INITCALL_DEPTH = 60;
const MAX_MARKS = 256;
/** Names become labels, keys and file names. */
const NAME = /^[\w.+/() :-]{1,64}$/;
/** Of phases, which name what happens: longer, and of any printing characters. */
const PHASE_NAME = /^[^\p{C}]{1,128}$/u;
const UNITS = ['ms', 'MiB', 'MiB/s'] as const;

/**
 * Reads the text of a file of results.
 * @param source what messages name: the file's path
 * @throws RuntimeError invalid-argument naming the field and its value; unsupported for another version
 */
export function parseResult(text: string, source: string): BenchResult {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new RuntimeError('invalid-argument', `read ${source}`, `it is not JSON: ${why}`, {
      cause: error,
    });
  }
  return decodeResult(value, source);
}

/**
 * Checks every field, refuses those it does not know.
 * @param source what messages name: the file's path
 * @throws RuntimeError invalid-argument naming the field and its value; unsupported for another version
 */
export function decodeResult(value: unknown, source: string): BenchResult {
  const read = new Reader(source);
  const top = read.record(value, 'the result');
  if (top['kind'] !== 'startup') read.wrong('kind', top['kind'], '"startup"');
  if (top['version'] !== RESULT_VERSION) {
    throw new RuntimeError(
      'unsupported',
      `read ${source}`,
      `version is ${shown(top['version'])}, this program reads ${RESULT_VERSION}`,
    );
  }
  read.only(top, '', RESULT_FIELDS);
  const startedAt = read.text(top['startedAt'], 'startedAt');
  if (!/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(startedAt) || Number.isNaN(Date.parse(startedAt))) {
    read.wrong('startedAt', startedAt, 'a time of ISO 8601 in UTC');
  }
  const rounds = read.count(top['rounds'], 'rounds', MAX_ROUNDS);
  return {
    version: RESULT_VERSION,
    kind: 'startup',
    startedAt,
    durationMs: read.amount(top['durationMs'], 'durationMs'),
    ...(top['label'] === undefined ? {} : { label: read.text(top['label'], 'label') }),
    rounds,
    warmUp: read.count(top['warmUp'], 'warmUp', MAX_ROUNDS),
    environment: decodeEnvironment(read, top['environment']),
    series: decodeSeriesList(read, top['series']),
    ...(top['bootTrace'] === undefined
      ? {}
      : { bootTrace: decodeBootTrace(read, top['bootTrace'], 'bootTrace') }),
    notes: read.list(top['notes'], 'notes', MAX_NOTES, (note, at) => read.text(note, at)),
  };
}

const RESULT_FIELDS = [
  ...['version', 'kind', 'startedAt', 'durationMs', 'label', 'rounds', 'warmUp', 'environment'],
  ...['series', 'bootTrace', 'notes'],
];

/** In the order in which they are told. */
export const ENVIRONMENT_TEXTS = [
  ...(['os', 'osBuild', 'cpu', 'accelerator', 'acceleratorReason', 'hypervisor', 'vmm'] as const),
  ...(['qemuSha256', 'kernelRelease', 'kernelSha256', 'initrdSha256', 'agentSha256'] as const),
  ...(['lcow', 'node'] as const),
] as const;
export const ENVIRONMENT_NUMBERS = ['cpus', 'memoryMiB', 'loadAtStart', 'loadAtEnd'] as const;

function decodeEnvironment(read: Reader, value: unknown): Environment {
  const fields = read.record(value, 'environment');
  read.only(fields, 'environment', [...ENVIRONMENT_TEXTS, ...ENVIRONMENT_NUMBERS, 'peers']);
  const at = (name: string): string => `environment.${name}`;
  const texts = ENVIRONMENT_TEXTS.map((name) => [name, read.text(fields[name], at(name))]);
  const numbers = ENVIRONMENT_NUMBERS.map((name) => [name, read.amount(fields[name], at(name))]);
  const peers = Object.entries(read.record(fields['peers'], at('peers')));
  if (peers.length > MAX_PEERS) read.wrong(at('peers'), peers.length, `at most ${MAX_PEERS}`);
  return {
    ...(Object.fromEntries([...texts, ...numbers]) as Omit<Environment, 'peers'>),
    peers: Object.fromEntries(
      peers.map(([name, what]) => [
        read.name(name, at('peers: a name')),
        read.text(what, at(`peers.${name}`)),
      ]),
    ),
  };
}

function decodeSeriesList(read: Reader, value: unknown): Series[] {
  const series = read.list(value, 'series', MAX_SERIES, (each, at) => decodeSeries(read, each, at));
  const seen = new Set<string>();
  for (const [index, { scenario, subject }] of series.entries()) {
    const key = seriesKey({ scenario, subject });
    if (seen.has(key)) read.wrong(`series[${index}]`, key, 'a scenario and subject told once');
    seen.add(key);
  }
  return series;
}

/** Names a series within a result: "scenario, subject". */
export function seriesKey({ scenario, subject }: Pick<Series, 'scenario' | 'subject'>): string {
  return `${scenario}, ${subject}`;
}

function decodeSeries(read: Reader, value: unknown, at: string): Series {
  const fields = read.record(value, at);
  read.only(fields, at, ['scenario', 'subject', 'unit', 'better', 'samples']);
  return {
    scenario: read.name(fields['scenario'], `${at}.scenario`),
    subject: read.name(fields['subject'], `${at}.subject`),
    unit: read.word(fields['unit'], `${at}.unit`, UNITS),
    better: read.word(fields['better'], `${at}.better`, ['less', 'more'] as const),
    samples: read.list(fields['samples'], `${at}.samples`, MAX_SAMPLES, (sample, where) =>
      decodeSample(read, sample, where),
    ),
  };
}

function decodeSample(read: Reader, value: unknown, at: string): Sample {
  const fields = read.record(value, at);
  read.only(fields, at, ['round', 'atMs', 'value', 'phases']);
  const phases = fields['phases'];
  return {
    round: read.count(fields['round'], `${at}.round`, MAX_ROUNDS),
    atMs: read.amount(fields['atMs'], `${at}.atMs`),
    value: read.amount(fields['value'], `${at}.value`),
    ...(phases === undefined
      ? {}
      : {
          phases: read.list(phases, `${at}.phases`, MAX_PHASES, (phase, where) =>
            decodePhase(read, phase, where),
          ),
        }),
  };
}

function decodePhase(read: Reader, value: unknown, at: string): Phase {
  const fields = read.record(value, at);
  read.only(fields, at, ['name', 'startMs', 'ms', 'where']);
  return {
    name: read.phase(fields['name'], `${at}.name`),
    startMs: read.amount(fields['startMs'], `${at}.startMs`),
    ms: read.amount(fields['ms'], `${at}.ms`),
    where: read.word(fields['where'], `${at}.where`, ['host', 'guest'] as const),
  };
}

function decodeBootTrace(read: Reader, value: unknown, at: string): BootTrace {
  const fields = read.record(value, at);
  read.only(fields, at, ['kernelRelease', 'initcalls', 'marks']);
  return {
    kernelRelease: read.text(fields['kernelRelease'], `${at}.kernelRelease`),
    initcalls: read.list(fields['initcalls'], `${at}.initcalls`, MAX_INITCALLS, (each, where) => {
      const call = read.record(each, where);
      read.only(call, where, ['name', 'startMs', 'ms', 'depth', 'returned']);
      return {
        name: read.phase(call['name'], `${where}.name`),
        startMs: read.amount(call['startMs'], `${where}.startMs`),
        ms: read.amount(call['ms'], `${where}.ms`),
        depth: read.count(call['depth'], `${where}.depth`, MAX_INITCALL_DEPTH),
        returned: read.integer(call['returned'], `${where}.returned`),
      };
    }),
    marks: read.list(fields['marks'], `${at}.marks`, MAX_MARKS, (each, where) => {
      const mark = read.record(each, where);
      read.only(mark, where, ['name', 'atMs']);
      return {
        name: read.phase(mark['name'], `${where}.name`),
        atMs: read.amount(mark['atMs'], `${where}.atMs`),
      };
    }),
  };
}

/** Takes values apart; whatever is wrong is told with its field and value. */
class Reader {
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  wrong(field: string, value: unknown, wanted: string): never {
    const what = `${field} is ${shown(value)}, not ${wanted}`;
    throw new RuntimeError('invalid-argument', `read ${this.#source}`, what);
  }

  record(value: unknown, field: string): Record<string, unknown> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return this.wrong(field, value, 'an object');
    }
    return value as Record<string, unknown>;
  }

  only(fields: Record<string, unknown>, at: string, known: readonly string[]): void {
    const strange = Object.keys(fields).find((name) => !known.includes(name));
    if (strange === undefined) return;
    this.wrong(at === '' ? strange : `${at}.${strange}`, fields[strange], 'a field of this format');
  }

  list<T>(
    value: unknown,
    field: string,
    most: number,
    decode: (each: unknown, at: string) => T,
  ): T[] {
    if (!Array.isArray(value)) return this.wrong(field, value, 'a list');
    if (value.length > most) this.wrong(`${field}.length`, value.length, `at most ${most}`);
    return value.map((each, index) => decode(each, `${field}[${index}]`));
  }

  text(value: unknown, field: string): string {
    if (typeof value !== 'string' || value === '' || value.length > MAX_TEXT) {
      return this.wrong(field, value, `a text of 1..${MAX_TEXT} characters`);
    }
    return value;
  }

  name(value: unknown, field: string): string {
    if (typeof value === 'string' && NAME.test(value) && value !== '__proto__') return value;
    return this.wrong(field, value, 'a name of 1..64 letters, digits, blanks and any of _.+/():-');
  }

  /** What names something that happened. */
  phase(value: unknown, field: string): string {
    if (typeof value === 'string' && PHASE_NAME.test(value)) return value;
    return this.wrong(field, value, 'a name of 1..128 printing characters');
  }

  integer(value: unknown, field: string): number {
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
    return this.wrong(field, value, 'a whole number');
  }

  word<T extends string>(value: unknown, field: string, words: readonly T[]): T {
    const found = words.find((word) => word === value);
    if (found === undefined) return this.wrong(field, value, words.join(' or '));
    return found;
  }

  /** Zero or more. */
  amount(value: unknown, field: string): number {
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
    return this.wrong(field, value, 'a number of 0 or more');
  }

  count(value: unknown, field: string, most: number): number {
    const whole = typeof value === 'number' && Number.isInteger(value);
    if (whole && value >= 0 && value <= most) return value;
    return this.wrong(field, value, `a whole number of 0..${most}`);
  }
}

/** A value within a message: as JSON, not for pages. */
function shown(value: unknown): string {
  const text = value === undefined ? 'missing' : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}
