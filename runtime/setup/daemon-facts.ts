/** What daemons on this host tell of themselves: their versions, and the folder whose bin/ containerd looks in. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { RuntimeError } from '../errors.ts';

/** Printing a version takes milliseconds; a program that does not is not asked for longer. */
const ASK_MS = 10_000;
/** Where upstream's containerd has it; distributions choose others. */
const USUAL_OPT_FOLDER = '/opt/containerd';

export interface DockerVersion {
  readonly text: string;
  readonly major: number;
  readonly minor: number;
}

/**
 * @param told what --docker-version gave; undefined: `dockerd --version` is asked
 * @throws RuntimeError invalid-argument for what is no version; not-found where there is no dockerd
 */
export async function dockerVersion(told: string | undefined): Promise<DockerVersion> {
  if (told !== undefined) {
    return parseVersion(told) ?? refuse('read --docker-version', told);
  }
  const output = await ask('dockerd', ['--version']);
  if (output === undefined) {
    throw new RuntimeError(
      'not-found',
      'ask dockerd for its version',
      'no dockerd that answers is in PATH; tell the version with --docker-version',
    );
  }
  return parseVersion(output) ?? refuse('read what "dockerd --version" prints', output);
}

/** @param told the opt folder of the configuration, where that has one */
export async function containerdOptFolder(told: string | undefined): Promise<string> {
  if (told !== undefined) return told;
  const defaults = await ask('containerd', ['config', 'default']);
  const found = /\[plugins\.["']io\.containerd\.internal\.v1\.opt["']\]\s+path = ["'](.+)["']/.exec(
    defaults ?? '',
  );
  return found?.[1] ?? USUAL_OPT_FOLDER;
}

function parseVersion(text: string): DockerVersion | undefined {
  const found = /(?:^|version )v?(\d{1,4})\.(\d{1,4})(?:\.\d{1,4})?(?![\d.])/i.exec(text.trim());
  if (found === null) return undefined;
  const [shown, major, minor] = found;
  return { text: shown.replace(/^version /i, ''), major: Number(major), minor: Number(minor) };
}

function refuse(op: string, text: string): never {
  const shown = JSON.stringify(text.trim().slice(0, 100));
  throw new RuntimeError('invalid-argument', op, `${shown} has no version such as 20.10 or 24.0.7`);
}

/** What it prints; undefined where it is not there, fails, or says nothing in time. */
async function ask(program: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(program, args, {
      timeout: ASK_MS,
      killSignal: 'SIGKILL',
    });
    return stdout;
  } catch {
    return undefined;
  }
}
