/**
 * Much stdout through containerd's FIFO, which a program of the host carries past the supervisor: all of it arrives, in
 * order, over the death of that program and of the supervisor.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ContainerdHost, containerdMissing } from '../harness/containerd.ts';
import { skip } from '../harness/skip.ts';

const test = suite<{ host: ContainerdHost }>('carried output');
const GROUP = ['--annotation', 'io.containerd.runc.v2.group=keeper'];

/** What SCRIPT says: numbered blocks, made once, for an emulated shell is slow. */
const BLOCKS = 36;
const LINES = 80_000;
const SCRIPT = `seq 1 ${LINES} > /b; for i in $(seq 1 ${BLOCKS}); do echo "block $i"; cat /b; done`;

function expected(): { bytes: number; sha256: string } {
  const block = Buffer.from(
    `${Array.from({ length: LINES }, (_, index) => index + 1).join('\n')}\n`,
  );
  const hash = createHash('sha256');
  let bytes = 0;
  for (let number = 1; number <= BLOCKS; number += 1) {
    const head = `block ${number}\n`;
    hash.update(head).update(block);
    bytes += head.length + block.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

class Reader {
  readonly #child;
  readonly #hash = createHash('sha256');
  bytes = 0;
  readonly closed: Promise<unknown>;
  #waiting: { bytes: number; resolve: () => void } | undefined;

  constructor(host: ContainerdHost, args: string[]) {
    this.#child = spawn('ctr', args, { env: host.env, stdio: ['ignore', 'pipe', 'inherit'] });
    this.closed = once(this.#child, 'close');
    this.#child.stdout.on('data', (chunk: Buffer) => {
      this.bytes += chunk.length;
      this.#hash.update(chunk);
      if (this.#waiting !== undefined && this.bytes >= this.#waiting.bytes) {
        this.#child.stdout.pause();
        this.#waiting.resolve();
      }
    });
  }

  /** Resolves when so many bytes have come; then no more is read. */
  async stopsAt(bytes: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#waiting = { bytes, resolve };
    });
  }

  async end(): Promise<{ bytes: number; sha256: string; code: number | null }> {
    this.#waiting = undefined;
    this.#child.stdout.resume();
    await this.closed;
    return { bytes: this.bytes, sha256: this.#hash.digest('hex'), code: this.#child.exitCode };
  }
}

/** Processes of the pods of `host` whose command line has `word`. */
function pidsOf(host: ContainerdHost, word: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
        return line.includes(host.folder) && line.includes(word);
      } catch {
        return false;
      }
    })
    .map(Number);
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within 30 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const missing = containerdMissing();
if (missing !== undefined) skip(missing);
else {
  test.before(async (context) => {
    context.host = await ContainerdHost.start();
    await context.host.ok(...context.host.runArguments(['-d'], 'keeper', 'sleep', '100000'));
  });

  test.after(({ host }) => host[Symbol.asyncDispose]());

  const run = (host: ContainerdHost, id: string): Reader =>
    new Reader(host, host.runArguments(['--rm', ...GROUP], id, 'sh', '-c', SCRIPT));

  test('all of it arrives, and a program carries it', async ({ host }) => {
    const reader = run(host, 'whole');
    await reader.stopsAt(4 << 20);
    assert.is(pidsOf(host, '\0pump\0').length, 1);
    assert.equal(await reader.end(), { ...expected(), code: 0 });
    await until('the program has ended', () => pidsOf(host, '\0pump\0').length === 0);
  });

  test('the program is killed: the supervisor goes on where it was', async ({ host }) => {
    const reader = run(host, 'killed');
    await reader.stopsAt(4 << 20);
    // Everything up to the pipes is full: nothing is between a write and its record.
    await new Promise((resolve) => setTimeout(resolve, 300));
    for (const pid of pidsOf(host, '\0pump\0')) process.kill(pid, 'SIGKILL');
    assert.equal(await reader.end(), { ...expected(), code: 0 });
  });

  test('the supervisor is killed: the next one goes on where it was', async ({ host }) => {
    const reader = run(host, 'adopted');
    await reader.stopsAt(4 << 20);
    // Everything up to the pipes is full: nothing is between a write and its record.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const [supervisor] = pidsOf(host, 'lcow-supervisor').filter(
      (pid) => !readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('lcow-holder'),
    );
    assert.ok(supervisor !== undefined);
    process.kill(supervisor, 'SIGKILL');
    await until('the program has ended with it', () => pidsOf(host, '\0pump\0').length === 0);
    assert.equal(await reader.end(), { ...expected(), code: 0 });
  });
}

test.run();
