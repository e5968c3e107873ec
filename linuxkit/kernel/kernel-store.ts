/**
 * Kernels that were built here: a folder each, named by what went in, with a record that vouches for the files. The
 * newest built one is what guests boot, unless another is chosen; without any it is the distribution's
 * (kernel-package.ts).
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const KERNEL_FORMAT = 1;
/** Written with the folder's move into its place: a folder that is there is whole. */
const RECORD = 'kernel.json';
const WHOLE_ID = /^[0-9a-f]{16}$/;

/** What is known of a kernel that was built. */
export interface BuiltKernelRecord {
  readonly formatVersion: typeof KERNEL_FORMAT;
  /** 16 hexadecimal digits of all that went in; the folder's name. */
  readonly id: string;
  /** `uname -r`. */
  readonly release: string;
  readonly source: { readonly origin: string; readonly sha256?: string };
  /** Fragments' names, or paths where they were files. */
  readonly fragments: readonly string[];
  /** What `cc --version` says first. */
  readonly compiler: string;
  /** By name: vmlinux, kernel, config. */
  readonly files: Readonly<Record<string, { readonly sizeBytes: number; readonly sha256: string }>>;
  /** ISO 8601; of the folder, not of the kernel, which has no time in it. */
  readonly builtAt: string;
}

export interface BuiltKernel {
  readonly record: BuiltKernelRecord;
  /** The folder with vmlinux, kernel and config. */
  readonly directory: string;
}

export class KernelStore {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** Newest first. What cannot be read is left out. */
  list(): BuiltKernel[] {
    const names = existsSync(this.directory) ? readdirSync(this.directory) : [];
    return names
      .filter((name) => WHOLE_ID.test(name))
      .flatMap((name) => {
        const kernel = this.find(name);
        return kernel === undefined ? [] : [kernel];
      })
      .sort((a, b) => (a.record.builtAt < b.record.builtAt ? 1 : -1));
  }

  /** @param id 16 hexadecimal digits */
  find(id: string): BuiltKernel | undefined {
    const directory = join(this.directory, id);
    try {
      const record = JSON.parse(readFileSync(join(directory, RECORD), 'utf8')) as BuiltKernelRecord;
      if (record.formatVersion !== KERNEL_FORMAT || record.id !== id) return undefined;
      for (const [name, { sizeBytes }] of Object.entries(record.files)) {
        if (statSync(join(directory, name)).size !== sizeBytes) return undefined;
      }
      return { record, directory };
    } catch {
      return undefined;
    }
  }

  /** Puts a kernel's files there, all or none. One of the same id is replaced. */
  async put(
    record: Omit<BuiltKernelRecord, 'files' | 'formatVersion'>,
    files: Readonly<Record<string, Buffer>>,
  ): Promise<BuiltKernel> {
    const directory = join(this.directory, record.id);
    const work = join(this.directory, `.${record.id}.${process.pid}`);
    await rm(work, { recursive: true, force: true });
    await mkdir(work, { recursive: true });
    try {
      const records: Record<string, { sizeBytes: number; sha256: string }> = {};
      for (const [name, bytes] of Object.entries(files)) {
        await writeFile(join(work, name), bytes);
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        records[name] = { sizeBytes: bytes.length, sha256 };
      }
      const whole: BuiltKernelRecord = { formatVersion: KERNEL_FORMAT, ...record, files: records };
      await writeFile(join(work, RECORD), `${JSON.stringify(whole, null, 2)}\n`);
      await rm(directory, { recursive: true, force: true });
      await rename(work, directory);
      return { record: whole, directory };
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }

  /** Already gone is not an error. */
  async remove(id: string): Promise<void> {
    if (WHOLE_ID.test(id)) await rm(join(this.directory, id), { recursive: true, force: true });
  }
}
