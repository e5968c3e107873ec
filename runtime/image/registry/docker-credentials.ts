/**
 * What docker's config.json knows of a registry: user and password of `docker login`, where they are kept in the file
 * itself. Credential helpers are programs of others and are not run; that one is configured is told where it matters.
 */
import { open } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { messageOf, RuntimeError } from '../../errors.ts';
import { DEFAULT_DOMAIN } from '../reference.ts';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

export interface KnownCredentials {
  readonly credentials?: Credentials;
  /** Why there are none, to end a sentence about a registry that refused. */
  readonly absent: string;
}

const MAX_BYTES = 2 ** 20;
/** What docker calls its own registry. */
const DOCKER_KEYS = ['index.docker.io', 'registry-1.docker.io'];

/** @throws RuntimeError invalid-argument, naming the file and none of its content */
export async function readDockerCredentials(
  domain: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<KnownCredentials> {
  const folder = environment['DOCKER_CONFIG'] || join(homedir(), '.docker');
  const path = join(folder, 'config.json');
  const text = await readIfThere(path);
  if (text === undefined) return { absent: `there is no ${path} with credentials for it` };
  const config = parse(text, path);
  const names = domain === DEFAULT_DOMAIN ? [domain, ...DOCKER_KEYS] : [domain];
  const isMeant = ([key]: [string, unknown]): boolean => names.includes(hostOf(key));
  const entries = Object.entries(objectIn(config, 'auths', path)).filter(isMeant);
  for (const [, entry] of entries) {
    const auth = (entry as { auth?: unknown } | null)?.auth;
    if (auth !== undefined && auth !== '')
      return { credentials: decodeAuth(auth, path, domain), absent: '' };
  }
  const [helper] = Object.entries(objectIn(config, 'credHelpers', path)).filter(isMeant);
  const program = helper?.[1] ?? config['credsStore'];
  if (typeof program === 'string' && program !== '') {
    const name = `docker-credential-${program.slice(0, 100)}`;
    return {
      absent: `${path} leaves its credentials to ${JSON.stringify(name)}, and credential helpers are not run: it needs "auths"`,
    };
  }
  if (entries.some(([, entry]) => (entry as { identitytoken?: unknown } | null)?.identitytoken)) {
    return { absent: `${path} has an identity token for it, which is not used: it needs "auth"` };
  }
  return { absent: `${path} has no credentials for it` };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    await using file = await open(path, 'r');
    const buffer = Buffer.alloc(MAX_BYTES + 1);
    let length = 0;
    for (let got = 1; got > 0 && length < buffer.length; length += got) {
      got = (await file.read(buffer, length, buffer.length - length, null)).bytesRead;
    }
    if (length > MAX_BYTES) throw refused(path, `it is longer than ${MAX_BYTES} bytes`);
    return buffer.toString('utf8', 0, length);
  } catch (error) {
    if (error instanceof RuntimeError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw refused(path, messageOf(error));
  }
}

/** What JSON.parse says of a mistake quotes the text around it, which may be a password: it is not passed on. */
function parse(text: string, path: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Said below.
  }
  throw refused(path, 'it is no JSON object');
}

function objectIn(
  config: Record<string, unknown>,
  name: string,
  path: string,
): Record<string, unknown> {
  const value = config[name] ?? {};
  if (!isObject(value)) throw refused(path, `${name} is no object`);
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Keys are hosts, or addresses of an API: "https://index.docker.io/v1/". */
function hostOf(key: string): string {
  return key.replace(/^https?:\/\//, '').split('/')[0] ?? '';
}

function decodeAuth(auth: unknown, path: string, domain: string): Credentials {
  const text = typeof auth === 'string' ? Buffer.from(auth, 'base64').toString('utf8') : '';
  const colon = text.indexOf(':');
  if (colon <= 0) throw refused(path, `auth of ${domain} is no base64 of USER:PASSWORD`);
  // Docker pads passwords with NUL.
  return { user: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') };
}

function refused(path: string, what: string): RuntimeError {
  return new RuntimeError('invalid-argument', `read ${path}`, what);
}
