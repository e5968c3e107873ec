/**
 * The modules of a kernel package: where they are, what each needs, and in which order a set of them loads. The
 * package carries no modules.dep (depmod makes it on installation), so dependencies are read from the modules'
 * own .modinfo sections.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readElf, sectionOf } from '../kernel/elf.ts';
import { SOFT_DEPENDENCIES } from './module-groups.ts';

/** Largest module that is believed; the largest in use here has 2 MiB. */
const MAX_MODULE_BYTES = 64 * 1024 * 1024;

/** One module: its name with underscores, and what must be loaded before it. */
export interface KernelModule {
  name: string;
  /** Absolute path in the unpacked package. */
  file: string;
  /** Names with underscores, soft dependencies first. */
  needs: string[];
}

/** Finds modules by name, reading each at most once. */
export class ModuleIndex {
  readonly #files: ReadonlyMap<string, string>;
  readonly #builtin: ReadonlySet<string>;
  readonly #read = new Map<string, KernelModule>();

  private constructor(files: ReadonlyMap<string, string>, builtin: ReadonlySet<string>) {
    this.#files = files;
    this.#builtin = builtin;
  }

  /**
   * @param directory lib/modules/<release> of a kernel package
   * @throws Error when there are no modules
   */
  static async open(directory: string): Promise<ModuleIndex> {
    const kernel = join(directory, 'kernel');
    if (!existsSync(kernel)) throw new Error(`no kernel modules in ${kernel}`);
    const files = new Map<string, string>();
    for (const path of (await readdir(kernel, { recursive: true })).sort()) {
      const name = /([^/]+)\.ko(\.xz|\.zst|\.gz)?$/.exec(path)?.[1];
      if (name !== undefined) files.set(canonical(name), join(kernel, path));
    }
    const builtin = await readFile(join(directory, 'modules.builtin'), 'utf8');
    const names = [...builtin.matchAll(/([^/\n]+)\.ko$/gm)].map((match) =>
      canonical(match[1] ?? ''),
    );
    return new ModuleIndex(files, new Set(names));
  }

  /** Whether the kernel has it without loading. */
  isBuiltin(name: string): boolean {
    return this.#builtin.has(canonical(name));
  }

  /** Whether the kernel has it, built in or as a module. */
  has(name: string): boolean {
    return this.isBuiltin(name) || this.#files.has(canonical(name));
  }

  /** @throws Error when the package has no such module */
  async module(name: string): Promise<KernelModule> {
    const key = canonical(name);
    const known = this.#read.get(key);
    if (known !== undefined) return known;
    const file = this.#files.get(key);
    if (file === undefined) throw new Error(`the kernel package has no module ${key}`);
    const info = moduleInfo(await readModule(file), file);
    const module = { name: key, file, needs: this.#needs(info) };
    this.#read.set(key, module);
    return module;
  }

  /** The named modules and all that they need, each once and after what it needs; built-in ones left out. */
  async closure(names: readonly string[]): Promise<KernelModule[]> {
    const ordered: KernelModule[] = [];
    const done = new Set<string>();
    const visit = async (name: string, path: readonly string[]): Promise<void> => {
      if (path.includes(name)) {
        throw new Error(`modules need each other: ${[...path, name].join(' -> ')}`);
      }
      if (done.has(name) || this.isBuiltin(name)) return;
      const module = await this.module(name);
      for (const need of module.needs) await visit(need, [...path, name]);
      done.add(name);
      ordered.push(module);
    };
    for (const name of names) await visit(canonical(name), []);
    return ordered;
  }

  #needs(info: ReadonlyMap<string, string[]>): string[] {
    const soft = (info.get('softdep') ?? [])
      .flatMap((line) => /pre:\s*([^:]*?)\s*(?:post:|$)/.exec(line)?.[1]?.split(/\s+/) ?? [])
      .flatMap(
        (name) => SOFT_DEPENDENCIES[name] ?? (this.#files.has(canonical(name)) ? [name] : []),
      );
    const hard = (info.get('depends') ?? []).flatMap((line) => line.split(',')).filter(Boolean);
    return [...new Set([...soft, ...hard].map(canonical))];
  }
}

/** A module's bytes, uncompressed. */
export async function readModule(file: string): Promise<Buffer> {
  const bytes = await readFile(file);
  if (file.endsWith('.gz')) return gunzipSync(bytes, { maxOutputLength: MAX_MODULE_BYTES });
  const program = file.endsWith('.xz') ? 'xz' : file.endsWith('.zst') ? 'zstd' : undefined;
  if (program === undefined) return bytes;
  const result = spawnSync(program, ['-dc'], { input: bytes, maxBuffer: MAX_MODULE_BYTES });
  if (result.status !== 0) throw new Error(`${program} cannot unpack ${file}`);
  return result.stdout;
}

/** The `key=value` strings of a module's .modinfo section, values in order of appearance. */
export function moduleInfo(bytes: Buffer, subject: string): ReadonlyMap<string, string[]> {
  const section = sectionOf(bytes, readElf(bytes, subject), '.modinfo');
  if (section === undefined) throw new Error(`${subject} is no kernel module: no .modinfo section`);
  const info = new Map<string, string[]>();
  for (const line of section.toString('latin1').split('\0')) {
    const equals = line.indexOf('=');
    if (equals <= 0) continue;
    const key = line.slice(0, equals);
    info.set(key, [...(info.get(key) ?? []), line.slice(equals + 1)]);
  }
  return info;
}

/** Modules are named with either sign; the kernel itself uses underscores. */
function canonical(name: string): string {
  return name.replaceAll('-', '_');
}
