/**
 * Takes commands of containerd's shim that a launcher hands over in place of starting Node (decisions/0023; the other end
 * is runtime/holder/src/command.rs). It knows how they come, not what they are: that is the runner's.
 *
 *   the caller says      the daemon says
 *   who, what, where ──▶
 *                    ◀── refused: it has done nothing         ─▶ the caller starts Node
 *                    ◀── accepted, with input or without
 *   go, the input    ──▶
 *                    ◀── begun: from here on the command is not to be run once more, unless it may be
 *                    ◀── holder: what is to be started by the caller, whose child it is
 *   its pid, its words ─▶
 *                    ◀── done: exit status, stdout, stderr
 *
 * A line of JSON each. That it begins is in the kernel's hands before anything is done: who has not read it by the end of the
 * connection knows that nothing was.
 */
import type { Socket } from 'node:net';
import { isAbsolute } from 'node:path';
import { messageOf, RuntimeError } from '../errors.ts';
import type { SupervisorLog } from '../supervisor/supervisor-log.ts';
import { readLines } from './parked-channel.ts';

export const COMMAND_PROTOCOL = 1;
/** From a connection to its command, and from that to its input. */
const WORDS_MS = 10_000;
/** For a process to say that it serves; the caller gives up before. */
const PROCESS_MS = 90_000;
/** A caller says no more than this before it is asked: a process's id and words. */
const LINES_AHEAD_MAX = 2;
/** At once. */
const COMMANDS_MAX = 128;
const ARGUMENTS_MAX = 64;
const TEXT_LENGTH_MAX = 4096;
const NAMESPACES = ['mnt', 'net', 'pid', 'user'] as const;
/** Of stderr, the end. */
const ERRORS_LENGTH_MAX = 16 * 1024;
const OP = 'take a command';

export type Namespaces = Readonly<Record<(typeof NAMESPACES)[number], string>>;

/** As the caller said it, checked. */
export interface HandedCommand {
  /** The program that containerd executed. */
  readonly launcher: string;
  readonly arguments: readonly string[];
  /** The current one. */
  readonly folder: string;
  /** All of it. */
  readonly environment: Readonly<Record<string, string>>;
  /** As /proc/self/ns has them. */
  readonly namespaces: Namespaces;
}

/** A process that the caller is to start. */
export interface WantedProcess {
  readonly program: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly log: string;
}

export interface ProcessOfCaller {
  readonly pid: number;
  /** All that it said, or that it serves. */
  readonly words: string;
  /** Its exit status; undefined: it serves. */
  readonly ended: string | number | undefined;
}

/** The way back, while the command runs. */
export interface CommandCaller {
  /** Aborts when the caller has gone. */
  readonly signal: AbortSignal;
  /** @throws RuntimeError unavailable when the caller cannot, or goes meanwhile; then the process is told to end */
  readonly spawn: (wanted: WantedProcess) => Promise<ProcessOfCaller>;
}

export interface CommandAnswer {
  readonly status: number;
  readonly stdout: Uint8Array;
  readonly stderr: string;
}

/** A command that can be run here. */
export interface ReadyCommand {
  /** Whether it reads stdin. */
  readonly takesInput: boolean;
  /** Whether it does no harm, and is of use, to run it once more after it broke off. */
  readonly mayRepeat: boolean;
  /** Never rejects. */
  run(input: Uint8Array, caller: CommandCaller): Promise<CommandAnswer>;
}

/** What a command is. @throws RuntimeError why it cannot be run here; nothing was done */
export type CommandRunner = (command: HandedCommand) => Promise<ReadyCommand>;

export interface CommandCounts {
  readonly handedOver: number;
  readonly refused: number;
  /** Why, of the last one; empty where none was. */
  readonly lastRefusal: string;
}

export interface CommandServiceOptions {
  readonly runner: CommandRunner;
  readonly log: SupervisorLog;
  /** Something is being started. */
  readonly onCommand?: () => void;
}

export class CommandService {
  readonly #options: CommandServiceOptions;
  readonly #running = new Set<Promise<void>>();
  #handedOver = 0;
  #refused = 0;
  #lastRefusal = '';

  constructor(options: CommandServiceOptions) {
    this.#options = options;
  }

  get counts(): CommandCounts {
    const [handedOver, refused] = [this.#handedOver, this.#refused];
    return { handedOver, refused, lastRefusal: this.#lastRefusal };
  }

  /** @param connection of a peer that is ours */
  serve(connection: Socket): void {
    const running = this.#converse(new Conversation(connection)).finally(() => {
      this.#running.delete(running);
    });
    this.#running.add(running);
  }

  /** Resolves when every command that has begun has its answer. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #converse(caller: Conversation): Promise<void> {
    try {
      const first = await caller.hear(WORDS_MS);
      if (first === undefined) return;
      const command = await this.#examine(first).catch((error: unknown) => {
        this.#refuse(caller, messageOf(error));
        return undefined;
      });
      if (command === undefined) return;
      await caller.say({ accepted: true, input: command.takesInput });
      const go = await caller.hear(WORDS_MS);
      if (go === undefined) return;
      const input = inputOf(go);
      await caller.say({ begun: true, again: command.mayRepeat });
      this.#handedOver += 1;
      this.#options.onCommand?.();
      const { status, stdout, stderr } = await command.run(input, caller);
      await caller.say({
        done: {
          ...{ status, stdout: Buffer.from(stdout).toString('hex') },
          stderr: Buffer.from(stderr.slice(-ERRORS_LENGTH_MAX)).toString('hex'),
        },
      });
      caller.end();
    } catch (error) {
      // It has gone, or says what it may not.
      if (!caller.signal.aborted) this.#options.log(messageOf(error), 'warning');
      caller.destroy();
    }
  }

  async #examine(first: Record<string, unknown>): Promise<ReadyCommand> {
    if (this.#running.size > COMMANDS_MAX) {
      throw new RuntimeError('unavailable', OP, `${COMMANDS_MAX} are being run`);
    }
    return this.#options.runner(decodeCommand(first));
  }

  #refuse(caller: Conversation, why: string): void {
    this.#refused += 1;
    if (why !== this.#lastRefusal) this.#options.log(`a command goes to Node: ${why}`);
    this.#lastRefusal = why;
    caller.say({ refused: why.slice(0, TEXT_LENGTH_MAX) }).then(
      () => caller.end(),
      () => caller.destroy(),
    );
  }
}

/** Lines to and from one caller. */
class Conversation implements CommandCaller {
  readonly signal: AbortSignal;
  readonly #connection: Socket;
  readonly #gone = new AbortController();
  readonly #heard: Record<string, unknown>[] = [];
  #listener: ((line: Record<string, unknown> | undefined) => void) | undefined;

  readonly spawn: CommandCaller['spawn'] = async ({ program, environment, log }) => {
    await this.say({ holder: { program, environment, log } });
    const pid = pidOf(await this.hear(PROCESS_MS));
    const last = partOf(await this.hear(PROCESS_MS));
    if (typeof last?.['words'] === 'string') {
      const { words, ended } = last;
      const isEnd = typeof ended === 'number' || typeof ended === 'string';
      return { pid, words, ended: isEnd ? ended : undefined };
    }
    endProcess(pid);
    throw new RuntimeError('unavailable', OP, `the caller has gone, process ${pid} is told to end`);
  };

  constructor(connection: Socket) {
    this.#connection = connection;
    this.signal = this.#gone.signal;
    connection.on('error', () => undefined);
    connection.on('close', () => {
      this.#gone.abort(new RuntimeError('cancelled', OP, 'the caller has gone'));
      this.#heardBy(undefined);
    });
    readLines(connection, (line) => {
      if (this.#heardBy(line)) return;
      if (this.#heard.push(line) > LINES_AHEAD_MAX) connection.destroy();
    });
  }

  /** The next line; undefined where none comes any more, or not in time. */
  async hear(limitMs: number): Promise<Record<string, unknown> | undefined> {
    const next = this.#heard.shift();
    if (next !== undefined || this.signal.aborted) return next;
    const timer = setTimeout(() => this.destroy(), limitMs);
    return new Promise<Record<string, unknown> | undefined>((resolve) => {
      this.#listener = resolve;
    }).finally(() => clearTimeout(timer));
  }

  /** Whether somebody waits for it. */
  #heardBy(line: Record<string, unknown> | undefined): boolean {
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.(line);
    return listener !== undefined;
  }

  /** Resolves when the kernel has it. @throws RuntimeError cancelled */
  say(message: object): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#connection.write(`${JSON.stringify(message)}\n`, (error) => {
        if (error === undefined || error === null) resolve();
        else reject(new RuntimeError('cancelled', OP, messageOf(error), { cause: error }));
      });
    });
  }

  end(): void {
    this.#connection.end();
  }

  destroy(): void {
    this.#connection.destroy();
  }
}

/** @throws RuntimeError invalid-argument naming field and value */
export function decodeCommand(line: Record<string, unknown>): HandedCommand {
  const { protocol, launcher, arguments: words, folder, environment, namespaces } = line;
  if (protocol !== COMMAND_PROTOCOL) throw wrong('protocol', protocol, String(COMMAND_PROTOCOL));
  if (!isText(launcher)) throw wrong('launcher', launcher, 'a path');
  const areWords = Array.isArray(words) && words.length <= ARGUMENTS_MAX && words.every(isWord);
  if (!areWords) throw wrong('arguments', words, `up to ${ARGUMENTS_MAX} words`);
  if (!isText(folder) || !isAbsolute(folder)) throw wrong('folder', folder, 'an absolute path');
  if (!isObject(environment) || !Object.values(environment).every(isVariable)) {
    throw wrong('environment', typeof environment, 'texts by name');
  }
  const given = isObject(namespaces) ? namespaces : {};
  for (const name of NAMESPACES) {
    const link = given[name];
    if (typeof link !== 'string' || !/^[a-z]{3,8}:\[\d{1,20}\]$/.test(link)) {
      throw wrong(`namespaces.${name}`, link, 'what /proc/self/ns says');
    }
  }
  return {
    ...{ launcher, folder, arguments: words as string[] },
    environment: environment as Record<string, string>,
    namespaces: given as unknown as Namespaces,
  };
}

/** @throws RuntimeError invalid-argument */
function inputOf({ go, input }: Record<string, unknown>): Uint8Array {
  if (go !== true) throw wrong('go', go, 'true');
  if (typeof input !== 'string' || !/^(?:[0-9a-f]{2})*$/.test(input)) {
    throw wrong('input', input, 'hexadecimal digits');
  }
  return Buffer.from(input, 'hex');
}

function partOf(line: Record<string, unknown> | undefined): Record<string, unknown> | undefined {
  const part = line?.['holder'];
  return isObject(part) ? part : undefined;
}

/** @throws RuntimeError unavailable */
function pidOf(line: Record<string, unknown> | undefined): number {
  const { pid, error } = partOf(line) ?? {};
  if (typeof pid === 'number' && Number.isInteger(pid) && pid > 1) return pid;
  const why = typeof error === 'string' ? error.slice(0, TEXT_LENGTH_MAX) : 'it has gone';
  throw new RuntimeError('unavailable', OP, `the caller could not start a process: ${why}`);
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // It has ended.
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && value.length <= TEXT_LENGTH_MAX && !value.includes('\0');
}

function isText(value: unknown): value is string {
  return isWord(value) && value !== '';
}

function isVariable(value: unknown): boolean {
  return typeof value === 'string' && !value.includes('\0');
}

function wrong(field: string, value: unknown, expected: string): RuntimeError {
  const shown = (JSON.stringify(value) ?? 'missing').slice(0, 200);
  return new RuntimeError('invalid-argument', OP, `${field} is ${shown}, not ${expected}`);
}
