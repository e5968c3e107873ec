/**
 * A headless Chromium that tests look at pages with: started with the DevTools protocol on two pipes (messages of JSON,
 * each ended by a NUL), which needs no library, no port and no network. It sees no network at all.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** By the names of the distributions. */
const PROGRAMS = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];
const CALL_TIMEOUT_MS = 30_000;
const MAX_MESSAGE = 64 * 2 ** 20;

/** What is missing for pages to be looked at here; undefined: nothing. */
export function chromiumMissing(): string | undefined {
  if (findChromium() !== undefined) return undefined;
  return 'Chromium is not installed (apt-get install chromium-headless-shell)';
}

function findChromium(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return PROGRAMS.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
}

type Json = Readonly<Record<string, unknown>>;
type Listener = (params: Json) => void;

interface Pending {
  readonly resolve: (result: Json) => void;
  readonly reject: (error: Error) => void;
}

export class Chromium implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Map<string, Set<Listener>>();
  #next = 1;
  #rest: Buffer[] = [];
  #restLength = 0;
  #stderr = '';

  static async start(): Promise<Chromium> {
    const chromium = new Chromium();
    await chromium.call('Browser.getVersion');
    return chromium;
  }

  private constructor() {
    const program = findChromium();
    if (program === undefined) throw new Error('there is no Chromium here');
    this.#folder = mkdtempSync(join(tmpdir(), 'lcow-chromium-'));
    const args = [
      ...['--headless', '--remote-debugging-pipe', `--user-data-dir=${this.#folder}`],
      // Root may not use its sandbox; the pages are ours.
      ...['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars'],
      ...['--no-first-run', '--disable-background-networking', '--disable-component-update'],
      // Whatever name is asked for is not found: pages must work without a network.
      ...['--host-resolver-rules=MAP * ~NOTFOUND', '--disable-extensions', '--mute-audio'],
      'about:blank',
    ];
    this.#process = spawn(program, args, {
      env: { ...process.env, HOME: this.#folder },
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    });
    this.#process.stderr?.on('data', (bytes: Buffer) => {
      this.#stderr = (this.#stderr + bytes.toString()).slice(-4096);
    });
    const from = this.#process.stdio[4] as Readable;
    from.on('data', (bytes: Buffer) => this.#take(bytes));
    // It may end while something is written to it: the calls under way say so.
    (this.#process.stdio[3] as Writable).on('error', () => {});
    const ended = (why: string): void => {
      for (const { reject } of this.#pending.values()) reject(new Error(`${why}: ${this.#stderr}`));
      this.#pending.clear();
    };
    this.#process.on('error', (error) => ended(error.message));
    this.#process.on('exit', (code) => ended(`Chromium exited with ${code}`));
  }

  /** A call of the DevTools protocol. @param sessionId of a page; default: of the browser itself */
  call(method: string, params: Json = {}, sessionId?: string): Promise<Json> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new Error(`${method}: no answer in ${CALL_TIMEOUT_MS} ms`));
      }, CALL_TIMEOUT_MS);
      const over = <T>(then: (value: T) => void) => {
        return (value: T): void => {
          clearTimeout(timer);
          then(value);
        };
      };
      this.#pending.set(id, {
        resolve: over(resolve),
        reject: over((error: Error) => reject(new Error(`${method}: ${error.message}`))),
      });
      const message = { id, method, params, ...(sessionId === undefined ? {} : { sessionId }) };
      (this.#process.stdio[3] as Writable).write(`${JSON.stringify(message)}\0`);
    });
  }

  /** Told of each event of that name, of that page. */
  on(method: string, sessionId: string, listener: Listener): void {
    const key = `${sessionId} ${method}`;
    const known = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, known.add(listener));
  }

  #take(bytes: Buffer): void {
    let rest = bytes;
    for (let end = rest.indexOf(0); end !== -1; end = rest.indexOf(0)) {
      const text = Buffer.concat([...this.#rest, rest.subarray(0, end)]).toString();
      this.#rest = [];
      this.#restLength = 0;
      rest = rest.subarray(end + 1);
      this.#dispatch(JSON.parse(text) as Json);
    }
    this.#rest.push(rest);
    this.#restLength += rest.length;
    if (this.#restLength > MAX_MESSAGE) throw new Error('a message of Chromium is too long');
  }

  #dispatch(message: Json): void {
    const { id, error, result, method, params, sessionId } = message;
    if (typeof id === 'number') {
      const pending = this.#pending.get(id);
      this.#pending.delete(id);
      if (error !== undefined) pending?.reject(new Error((error as { message: string }).message));
      else pending?.resolve(result as Json);
      return;
    }
    const listeners = this.#listeners.get(`${String(sessionId)} ${String(method)}`) ?? [];
    for (const listener of listeners) listener(params as Json);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const exited = new Promise((resolve) => this.#process.once('exit', resolve));
      const kill = setTimeout(() => this.#process.kill('SIGKILL'), 5000);
      this.call('Browser.close').catch(() => {});
      await exited;
      clearTimeout(kill);
    }
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
