/** `update`'s limits: OCI resources from a file or stdin, or from options. */
import { readJson } from './bundle.ts';
import { OciFailure } from './failure.ts';
import type { OciArguments } from './options.ts';

const RESOURCES_BYTES_MAX = 1 << 20;

/** @throws OciFailure naming the option */
export function resourcesOf(input: OciArguments): Record<string, unknown> {
  const file = input.value('resources');
  if (file !== undefined && file !== '') {
    const value = readJson(file === '-' ? 0 : file, RESOURCES_BYTES_MAX);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
    throw new OciFailure(`--resources ${file} is no object`);
  }
  const memory = present({
    limit: bytes(input, 'memory'),
    reservation: bytes(input, 'memory-reservation'),
    swap: bytes(input, 'memory-swap'),
  });
  const cpu = present({
    period: integer(input, 'cpu-period'),
    quota: integer(input, 'cpu-quota'),
    shares: integer(input, 'cpu-share'),
    realtimePeriod: integer(input, 'cpu-rt-period'),
    realtimeRuntime: integer(input, 'cpu-rt-runtime'),
    cpus: input.value('cpuset-cpus') || undefined,
    mems: input.value('cpuset-mems') || undefined,
  });
  const blockIO = present({ weight: integer(input, 'blkio-weight') });
  const pids = present({ limit: integer(input, 'pids-limit') });
  return present({ memory, cpu, blockIO, pids }) ?? {};
}

function present(fields: Record<string, unknown>): Record<string, unknown> | undefined {
  const found = Object.entries(fields).filter(([, value]) => value !== undefined);
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

/** -1 and more; 0 leaves a limit as it is, as runc has it. */
function integer(input: OciArguments, name: string): number | undefined {
  const text = input.value(name) ?? '';
  if (text === '') return undefined;
  const value = /^-?\d{1,18}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= -1 && value <= Number.MAX_SAFE_INTEGER)) {
    throw new OciFailure(`invalid value for ${name}: ${JSON.stringify(text.slice(0, 64))}`);
  }
  return value === 0 ? undefined : value;
}

const SUFFIXES = 'bkmgtp';

/** "512m", "1GiB", bytes, -1. */
function bytes(input: OciArguments, name: string): number | undefined {
  const text = input.value(name) ?? '';
  const [, number, suffix = 'b'] = /^(\d{1,15}(?:\.\d{1,6})?)\s*([bkmgtp]?)i?b?$/i.exec(text) ?? [];
  if (number === undefined) return integer(input, name);
  const value = Math.floor(
    Number(number) * 1024 ** SUFFIXES.indexOf((suffix || 'b').toLowerCase()),
  );
  if (value > Number.MAX_SAFE_INTEGER) {
    throw new OciFailure(`invalid value for ${name}: ${JSON.stringify(text)}`);
  }
  return value === 0 ? undefined : value;
}
