/**
 * The kernel's configuration as named fragments (linuxkit/kernel/config/*.config): lines of
 * `CONFIG_NAME=value # reason`. An option without a reason is refused, and so are two fragments that want different
 * values; the same one may be wanted by several. It configures nothing: build-kernel.ts does.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { packageRoot } from '../manifest.ts';

const ENDING = '.config';
const LINE = /^(CONFIG_[A-Za-z0-9_]+)=("[^"]*"|[^\s#]+)\s*(?:#\s*(\S.*))?$/;
/** No fragment is near this. */
const MAX_BYTES = 1024 * 1024;

export interface KernelOption {
  /** With its prefix: CONFIG_SMP. */
  readonly name: string;
  /** As Kconfig writes it: y, a number, or text in quotes. */
  readonly value: string;
  readonly reason: string;
  /** The fragment that has it: `base`, or a file's path. */
  readonly fragment: string;
}

/** Names of the fragments that come with lcow, sorted. */
export function fragmentNames(directory: string = configDirectory()): string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith(ENDING))
    .map((name) => basename(name, ENDING))
    .sort();
}

/**
 * The options of fragments together, sorted by name.
 * @param fragments names of lcow's own, or paths of files; default all of lcow's own
 * @throws Error naming fragment, line and option
 */
export function readFragments(
  fragments?: readonly string[],
  directory: string = configDirectory(),
): KernelOption[] {
  const own = fragmentNames(directory);
  const options = new Map<string, KernelOption>();
  for (const fragment of fragments ?? own) {
    const path = own.includes(fragment) ? join(directory, `${fragment}${ENDING}`) : fragment;
    for (const option of parseFragment(readBounded(path, own), fragment)) {
      const other = options.get(option.name);
      if (other !== undefined && other.value !== option.value) {
        throw new Error(
          `kernel fragments "${other.fragment}" and "${fragment}" disagree: ` +
            `${option.name} is ${other.value} and ${option.value}`,
        );
      }
      options.set(option.name, other ?? option);
    }
  }
  return [...options.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** @throws Error naming fragment and line */
export function parseFragment(text: string, fragment: string): KernelOption[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '' || line.startsWith('#')) return [];
    const at = `kernel fragment "${fragment}", line ${index + 1}`;
    const found = LINE.exec(line.trim());
    if (found === null) {
      throw new Error(`${at}: ${JSON.stringify(line.slice(0, 120))} is not CONFIG_X=value # why`);
    }
    const [, name = '', value = '', reason] = found;
    if (value === 'm') throw new Error(`${at}: ${name}=m: there are no modules, only y`);
    if (reason === undefined) throw new Error(`${at}: ${name} has no reason (# why)`);
    return [{ name, value, reason, fragment }];
  });
}

/** What Kconfig reads. */
export function configText(options: readonly KernelOption[]): string {
  return options.map(({ name, value }) => `${name}=${value}\n`).join('');
}

/** The options that are not in a finished .config as they were asked for: their dependencies are missing. */
export function lostOptions(options: readonly KernelOption[], config: string): KernelOption[] {
  const lines = new Set(config.split('\n'));
  return options.filter(({ name, value }) =>
    value === 'n'
      ? !lines.has(`# ${name} is not set`) && config.includes(`${name}=`)
      : !lines.has(`${name}=${value}`),
  );
}

function readBounded(path: string, own: readonly string[]): string {
  try {
    const text = readFileSync(path, 'utf8');
    if (text.length <= MAX_BYTES) return text;
  } catch (cause) {
    const known = own.join(', ');
    throw new Error(`kernel fragment "${path}" is neither one of ${known} nor a file`, { cause });
  }
  throw new Error(`kernel fragment "${path}" has more than ${MAX_BYTES} bytes`);
}

/** Data of the package, which is not compiled. */
function configDirectory(): string {
  return join(packageRoot() ?? '.', 'linuxkit', 'kernel', 'config');
}
