/**
 * Hooks of an OCI configuration that run on the host: prestart, createRuntime, poststart, poststop (OCI runtime spec,
 * "POSIX-platform Hooks"). Here they are decoded and run one after the other, with the container's state on stdin; when
 * is the task service's to say. createContainer and startContainer run in the guest and are only decoded here.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { isAbsolute } from 'node:path';
import { cancelled } from '../deadline.ts';
import { messageOf, RuntimeError } from '../errors.ts';

/** In the order of a container's life. */
export const HOST_HOOKS = ['prestart', 'createRuntime', 'poststart', 'poststop'] as const;
const GUEST_HOOKS = ['createContainer', 'startContainer'] as const;

export type HostHookName = (typeof HOST_HOOKS)[number];
export type HookName = HostHookName | (typeof GUEST_HOOKS)[number];

const HOOK_NAMES: readonly string[] = [...HOST_HOOKS, ...GUEST_HOOKS];
/** Of one name. */
const HOOKS_MAX = 256;
const TEXTS_MAX = 1024;
const TEXT_LENGTH_MAX = 128 * 1024;
/** A day; what Node's timers take is 24. */
const TIMEOUT_SECONDS_MAX = 86_400;
/** Of one that says none: whoever waits for Create has given up long before. */
const TIMEOUT_SECONDS = 600;
/** Of what a failed hook wrote, in its error. */
const WORDS_BYTES_MAX = 4096;
/** How long a hook's descendants that have its output open are read from. */
const CLOSE_FOLLOWS_MS = 200;

export interface Hook {
  readonly path: string;
  /** argv, its first included; undefined: the path alone. */
  readonly args?: readonly string[];
  /** `name=value`. */
  readonly env: readonly string[];
  readonly timeoutSeconds?: number;
}

export type Hooks = Readonly<Record<HookName, readonly Hook[]>>;

/** What a hook gets on stdin (OCI runtime spec, "State"). */
export interface HookState {
  readonly ociVersion: string;
  readonly id: string;
  readonly status: 'creating' | 'created' | 'running' | 'stopped';
  /** Absent of one that has stopped. */
  readonly pid?: number;
  readonly bundle: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** @throws RuntimeError invalid-argument for a field that is not as the specification has it, unsupported for a name that it has not */
export function readHooks(op: string, value: unknown): Hooks {
  const found: Record<string, readonly Hook[]> = {};
  for (const name of HOOK_NAMES) found[name] = [];
  if (value != null) {
    for (const [name, list] of Object.entries(object(op, 'hooks', value))) {
      if (list == null) continue;
      if (!HOOK_NAMES.includes(name)) {
        throw new RuntimeError('unsupported', op, `hooks.${name.slice(0, 64)} is no kind of hook`);
      }
      const hooks = array(op, `hooks.${name}`, list, HOOKS_MAX);
      found[name] = hooks.map((hook, index) => readHook(op, `hooks.${name}[${index}]`, hook));
    }
  }
  return found as Hooks;
}

/** Whether any of them runs on the host. */
export function hasHostHooks(hooks: Hooks): boolean {
  return HOST_HOOKS.some((name) => hooks[name].length > 0);
}

/**
 * Runs the hooks of one name in order, until one fails.
 * @throws RuntimeError internal, with what the hook said; timeout; cancelled
 */
export async function runHooks(
  op: string,
  name: HostHookName,
  hooks: readonly Hook[],
  state: HookState,
  signal?: AbortSignal,
): Promise<void> {
  for (const [index, hook] of hooks.entries()) {
    await runHook(op, `hooks.${name}[${index}] ${hook.path}`, hook, state, signal);
  }
}

async function runHook(
  op: string,
  at: string,
  hook: Hook,
  state: HookState,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (signal?.aborted) throw cancelled(op, signal);
  const [argv0 = hook.path, ...args] = hook.args ?? [hook.path];
  const child = spawn(hook.path, args, {
    argv0,
    cwd: state.bundle,
    env: environment(hook.env),
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own, so that what it started ends with it.
    detached: true,
  });
  const words = collect(child);
  const seconds = hook.timeoutSeconds ?? TIMEOUT_SECONDS;
  let cut: RuntimeError | undefined;
  const end = (error: RuntimeError): void => {
    cut ??= error;
    killGroup(child);
  };
  const timer = setTimeout(() => {
    end(new RuntimeError('timeout', op, `${at} took more than ${seconds} s`));
  }, seconds * 1000);
  const abort = (): void => end(new RuntimeError('cancelled', op, `${at} was given up`));
  signal?.addEventListener('abort', abort, { once: true });
  try {
    // It may end without reading.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(JSON.stringify(state));
    const how = await ended(child);
    if (cut !== undefined) throw cut;
    if (how === 0) return;
    const said = words().trim();
    const what = `${at}: ${typeof how === 'number' ? `exit status ${how}` : how}`;
    throw new RuntimeError('internal', op, said === '' ? what : `${what}: ${said}`);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

/** The exit status, the signal, or why it could not be started. */
function ended(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(messageOf(error)));
    child.once('exit', (code, signal) => {
      const how = code ?? signal ?? 'it ended';
      // Its last words are read with its streams' end, which a descendant may keep from coming.
      const limit = setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, CLOSE_FOLLOWS_MS);
      child.once('close', () => {
        clearTimeout(limit);
        resolve(how);
      });
    });
  });
}

/** Reads everything, and keeps the end of it. */
function collect(child: ChildProcess): () => string {
  let kept = Buffer.alloc(0);
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('error', () => undefined);
    stream?.on('data', (chunk: Buffer) => {
      kept = Buffer.concat([kept, chunk]).subarray(-WORDS_BYTES_MAX);
    });
  }
  return () => kept.toString('utf8');
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** Nothing of ours: a hook has what its configuration gives it. */
function environment(env: readonly string[]): NodeJS.ProcessEnv {
  return Object.fromEntries(
    env.map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}

function readHook(op: string, at: string, value: unknown): Hook {
  const { path, args, env, timeout } = object(op, at, value);
  if (typeof path !== 'string' || !isAbsolute(path) || path.includes('\0')) {
    throw invalid(op, `${at}.path is ${shown(path)}, not an absolute path`);
  }
  const lines = env == null ? [] : texts(op, `${at}.env`, env);
  for (const [index, line] of lines.entries()) {
    if (line.indexOf('=') < 1) throw invalid(op, `${at}.env[${index}] is not name=value`);
  }
  if (timeout != null) {
    const seconds = typeof timeout === 'number' && Number.isInteger(timeout) ? timeout : 0;
    if (seconds < 1 || seconds > TIMEOUT_SECONDS_MAX) {
      const what = `${at}.timeout is ${shown(timeout)}, not 1 to ${TIMEOUT_SECONDS_MAX} s`;
      throw invalid(op, what);
    }
  }
  return {
    path,
    // An empty list is none.
    ...(args == null || (Array.isArray(args) && args.length === 0)
      ? {}
      : { args: texts(op, `${at}.args`, args) }),
    env: lines,
    ...(timeout == null ? {} : { timeoutSeconds: timeout as number }),
  };
}

function texts(op: string, at: string, value: unknown): readonly string[] {
  return array(op, at, value, TEXTS_MAX).map((text, index) => {
    if (typeof text !== 'string' || text.includes('\0') || text.length > TEXT_LENGTH_MAX) {
      throw invalid(op, `${at}[${index}] is not a text without NUL`);
    }
    return text;
  });
}

function object(op: string, at: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw invalid(op, `${at} is not an object`);
}

function array(op: string, at: string, value: unknown, most: number): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid(op, `${at} is not a list`);
  if (value.length > most) {
    throw invalid(op, `${at} has ${value.length} entries, at most ${most}`);
  }
  return value as unknown[];
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'undefined').slice(0, 140);
}

function invalid(op: string, what: string): RuntimeError {
  return new RuntimeError('invalid-argument', op, what);
}
