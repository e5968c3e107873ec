/**
 * Another program's configuration file that we change and can give back: a backup beside it, a record of what was
 * done, and the file itself replaced as a whole. What is changed in it: daemon-json.ts, containerd-toml.ts.
 *
 *   daemon.json               the file, with its owner and mode
 *   daemon.json.before-lcow   what it was
 *   daemon.json.lcow-setup    the record: this and nothing else makes `--undo` possible
 */
import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import {
  mkdir,
  open,
  readFile,
  readlink,
  realpath,
  rm,
  rmdir,
  stat,
  symlink,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RuntimeError } from '../errors.ts';
import { replaceFile } from '../replace-file.ts';
import { TextFault } from './json-spans.ts';

/** A daemon's configuration is a page; larger files are something else. */
const MAX_FILE_BYTES = 2 ** 20;

export interface ConfiguredFile {
  /** Links followed. */
  readonly path: string;
  /** Undefined: there is none. */
  readonly text: string | undefined;
  readonly record: SetupRecord | undefined;
}

/** A symbolic link that is wanted, or was made. */
export interface WantedLink {
  readonly path: string;
  readonly target: string;
}

interface SetupRecord {
  readonly version: 1;
  /** SHA-256 of what we wrote: the file is as we left it. */
  readonly written: string;
  /** False: there was no file, so there is no backup. */
  readonly existed: boolean;
  /** The backup is the file without our part. False after set-up ran again on a file that somebody had edited. */
  readonly exact: boolean;
  readonly link?: WantedLink;
  /** Folders that we made, outermost first. */
  readonly folders: readonly string[];
}

export interface Change {
  readonly file: ConfiguredFile;
  /** Undefined: no file. */
  readonly after: string | undefined;
  readonly link?: WantedLink;
}

/** @throws RuntimeError invalid-argument for what is no text file of at most 1 MiB; permission-denied */
export async function readConfigured(asked: string): Promise<ConfiguredFile> {
  return attempt(`read ${asked}`, async () => {
    const path = await realpath(asked).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return asked;
    });
    return { path, text: await textOf(path), record: await recordOf(path) };
  });
}

/** Runs an edit. @throws RuntimeError invalid-argument naming file and line for what the edit refuses */
export function edited(path: string, edit: () => string): string {
  try {
    return edit();
  } catch (error) {
    if (!(error instanceof TextFault)) throw error;
    throw new RuntimeError('invalid-argument', `change ${path}:${error.line}`, error.message);
  }
}

/**
 * Backup, record, link, then the file: what fails on the way is taken back, and the file is as it was.
 * @throws RuntimeError permission-denied, already-exists for another file at the link's path
 */
export async function applyChange({ file, after, link }: Change): Promise<void> {
  const { path, text, record } = file;
  if (after === undefined) throw new RangeError('set-up removes no file');
  const undo: (() => Promise<unknown>)[] = [];
  await attempt(`set up ${path}`, async () => {
    try {
      const folders = [...(record?.folders ?? [])];
      for (const folder of [dirname(path), ...(link === undefined ? [] : [dirname(link.path)])]) {
        for (const made of await makeFolders(folder)) {
          folders.push(made);
          undo.unshift(() => rmdir(made));
        }
      }
      const untouched = record !== undefined && text !== undefined && record.written === hash(text);
      if (record === undefined && text !== undefined) {
        await replace(backupOf(path), text, path);
        undo.unshift(() => rm(backupOf(path), { force: true }));
      }
      if (link !== undefined && (await putLink(link))) {
        undo.unshift(() => rm(link.path, { force: true }));
      }
      const kept = link ?? record?.link;
      const next: SetupRecord = {
        version: 1,
        written: hash(after),
        existed: record?.existed ?? text !== undefined,
        exact: record === undefined || (record.exact && untouched),
        ...(kept === undefined ? {} : { link: kept }),
        folders,
      };
      await replace(recordPath(path), `${JSON.stringify(next, undefined, 2)}\n`, path);
      if (record === undefined) undo.unshift(() => rm(recordPath(path), { force: true }));
      await replace(path, after, path);
    } catch (error) {
      for (const step of undo) await step().catch(() => {});
      throw error;
    }
  });
}

/**
 * What undoing would make of the file: what it was before, or, where somebody edited it since, `without`'s answer.
 * @returns undefined where there is no record of a set-up
 */
export async function plannedUndo(
  file: ConfiguredFile,
  without: (text: string) => string,
): Promise<(Change & { readonly exact: boolean }) | undefined> {
  const { path, text, record } = file;
  if (record === undefined) return undefined;
  const link = record.link === undefined ? {} : { link: record.link };
  if (text === undefined) return { file, after: undefined, exact: false, ...link };
  if (record.exact && record.written === hash(text)) {
    const before = record.existed ? await textOf(backupOf(path)) : undefined;
    if (!record.existed || before !== undefined)
      return { file, after: before, exact: true, ...link };
  }
  return { file, after: edited(path, () => without(text)), exact: false, ...link };
}

/** Gives the file back, and takes away the link, the backup where the file is what it was, the record and empty folders. */
export async function applyUndo(change: Change & { readonly exact: boolean }): Promise<void> {
  const { file, after, link, exact } = change;
  const { path, text, record } = file;
  await attempt(`undo the set-up of ${path}`, async () => {
    if (after === undefined) await rm(path, { force: true });
    else if (after !== text) await replace(path, after, path);
    if (link !== undefined && (await linkTarget(link.path)) === link.target) await rm(link.path);
    if (exact) await rm(backupOf(path), { force: true });
    await rm(recordPath(path), { force: true });
    for (const folder of [...(record?.folders ?? [])].reverse()) {
      // Somebody may have put something there since.
      await rmdir(folder).catch(() => {});
    }
  });
}

/** Whether the link is there already. @throws RuntimeError already-exists for anything that is not a link */
export async function linkIsThere({ path, target }: WantedLink): Promise<boolean> {
  const found = await linkTarget(path);
  if (found === false) {
    throw new RuntimeError('already-exists', `link ${path}`, 'there is a file that is not a link');
  }
  return found === target;
}

export function backupOf(path: string): string {
  return `${path}.before-lcow`;
}

/** @returns undefined: nothing is there; false: it is not a link */
async function linkTarget(path: string): Promise<string | undefined | false> {
  try {
    return await readlink(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (code === 'EINVAL' || code === 'UNKNOWN') return false;
    throw error;
  }
}

/** @returns whether it was made; a link to another place, of an older checkout, is replaced */
async function putLink(link: WantedLink): Promise<boolean> {
  if (await linkIsThere(link)) return false;
  const temporary = `${link.path}.${randomBytes(6).toString('hex')}`;
  try {
    await symlink(link.target, temporary);
    await replaceFile(temporary, link.path);
    return true;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** @returns those that were not there, outermost first */
async function makeFolders(folder: string): Promise<string[]> {
  const first = await mkdir(folder, { recursive: true, mode: 0o755 });
  const made: string[] = [];
  for (let each = folder; first !== undefined; each = dirname(each)) {
    made.unshift(each);
    if (each === first || each === dirname(each)) break;
  }
  return made;
}

/** Written beside and renamed, with the mode and owner of `like`, 0644 where that is not there. */
async function replace(path: string, text: string, like: string): Promise<void> {
  const model = await stat(like).catch(() => undefined);
  const temporary = join(dirname(path), `.${randomBytes(6).toString('hex')}.lcow-setup`);
  try {
    const handle = await open(
      temporary,
      constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY,
      0o600,
    );
    try {
      await handle.writeFile(text);
      if (process.platform !== 'win32') {
        await handle.chmod((model?.mode ?? 0o644) & 0o7777);
        if (model !== undefined) await handle.chown(model.uid, model.gid);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await replaceFile(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function textOf(path: string): Promise<string | undefined> {
  let found: Awaited<ReturnType<typeof stat>>;
  try {
    found = await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const refuse = (what: string): RuntimeError =>
    new RuntimeError('invalid-argument', `read ${path}`, what);
  if (!found.isFile()) throw refuse('it is not a file');
  if (found.size > MAX_FILE_BYTES) throw refuse(`it has ${found.size} bytes, more than 1 MiB`);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(path));
  } catch (error) {
    if (error instanceof TypeError) throw refuse('it is not UTF-8 text');
    throw error;
  }
}

async function recordOf(path: string): Promise<SetupRecord | undefined> {
  const text = await textOf(recordPath(path));
  if (text === undefined) return undefined;
  try {
    return decodeRecord(JSON.parse(text));
  } catch (cause) {
    const what = `it is damaged: ${(cause as Error).message}; take it away to set up anew`;
    throw new RuntimeError('data-loss', `read ${recordPath(path)}`, what, { cause });
  }
}

function decodeRecord(value: unknown): SetupRecord {
  const { version, written, existed, exact, link, folders } = value as Record<string, unknown>;
  if (version !== 1) throw new RangeError(`version ${String(version)} is not 1`);
  if (typeof written !== 'string' || typeof existed !== 'boolean' || typeof exact !== 'boolean') {
    throw new TypeError('written, existed or exact is missing');
  }
  if (!Array.isArray(folders) || !folders.every((each) => typeof each === 'string')) {
    throw new TypeError('folders is not a list of paths');
  }
  if (link === undefined) return { version, written, existed, exact, folders };
  const { path, target } = link as Record<string, unknown>;
  if (typeof path !== 'string' || typeof target !== 'string') throw new TypeError('link is none');
  return { version, written, existed, exact, link: { path, target }, folders };
}

function recordPath(path: string): string {
  return `${path}.lcow-setup`;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function attempt<T>(op: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof RuntimeError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const denied = code === 'EACCES' || code === 'EPERM' || code === 'EROFS';
    throw new RuntimeError(denied ? 'permission-denied' : 'internal', op, message, {
      cause: error,
    });
  }
}
