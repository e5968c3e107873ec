/** Limits of a process, as `--ulimit NAME=SOFT[:HARD]` and as the OCI specification write them. */
import { type OciRlimit, UNLIMITED } from './oci-runtime-spec.ts';
import { refuse } from './refusal.ts';

/** Docker's names. */
const NAMES: readonly string[] = [
  'core',
  'cpu',
  'data',
  'fsize',
  'locks',
  'memlock',
  'msgqueue',
  'nice',
  'nofile',
  'nproc',
  'rss',
  'rtprio',
  'rttime',
  'sigpending',
  'stack',
];

/** One limit; units are setrlimit's (bytes, seconds, counts). */
export interface Ulimit {
  /** One of Docker's names, for example "nofile". */
  readonly name: string;
  /** "unlimited", or a whole number. */
  readonly soft: number | 'unlimited';
  /** Not below soft. */
  readonly hard: number | 'unlimited';
}

/** What a container has where nothing else is said. */
export const DEFAULT_ULIMITS: readonly Ulimit[] = [
  { name: 'nofile', soft: 1_048_576, hard: 1_048_576 },
];

/** "nofile=1024:2048", "core=0", "memlock=-1". @throws RuntimeError invalid-argument */
export function parseUlimit(text: string): Ulimit {
  const [, name = '', soft = '', hard = soft] =
    /^([^=]+)=([^:]+)(?::([^:]+))?$/.exec(text) ?? refuse(OP, text, 'is not NAME=SOFT[:HARD]');
  const limit = { name, soft: parseLimit(text, soft), hard: parseLimit(text, hard) };
  ociRlimit(limit);
  return limit;
}

/** Docker's defaults under what is given; a later limit of a name wins. @throws RuntimeError invalid-argument */
export function rlimits(given: readonly Ulimit[] = []): OciRlimit[] {
  const byType = new Map<string, OciRlimit>();
  for (const limit of [...DEFAULT_ULIMITS, ...given].map(ociRlimit)) byType.set(limit.type, limit);
  return [...byType.values()];
}

const OP = 'set a ulimit';

function ociRlimit(limit: Ulimit): OciRlimit {
  const { name, soft, hard } = limit;
  if (!NAMES.includes(name)) refuse(OP, name, `is not one of ${NAMES.join(' ')}`);
  const [low, high] = [number(limit, soft), number(limit, hard)];
  if (low > high) refuse(OP, `${name}=${soft}:${hard}`, 'has a soft limit above the hard one');
  return { type: `RLIMIT_${name.toUpperCase()}`, soft: low, hard: high };
}

function number({ name }: Ulimit, limit: number | 'unlimited'): number {
  if (limit === 'unlimited') return UNLIMITED;
  const good = Number.isSafeInteger(limit) && limit >= 0;
  return good ? limit : refuse(OP, `${name}=${limit}`, 'is not a whole number or unlimited');
}

function parseLimit(text: string, limit: string): number | 'unlimited' {
  if (limit === '-1' || limit === 'unlimited') return 'unlimited';
  return /^\d{1,15}$/.test(limit)
    ? Number(limit)
    : refuse(OP, text, `has "${limit.slice(0, 32)}", not a whole number or -1`);
}
