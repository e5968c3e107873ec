import { Metadata, status } from '@grpc/grpc-js';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RuntimeError } from '../../../runtime/errors.ts';
import {
  ProcessStreams,
  type ProcessStreamsOptions,
  WINDOW_BYTES,
} from '../../../runtime/guest/process-streams.ts';
import type { Carriage } from '../../../runtime/guest/carriage.ts';
import { type AttachCall, fakeGuest } from '../../harness/fake-guest.ts';
import { rejection } from '../../harness/rejection.ts';

const PROCESS = { containerId: 'c', execId: '' };

async function withGuest(
  attach: (call: AttachCall) => void,
  use: (streams: ProcessStreams, breakLink: () => void) => Promise<void>,
  options?: ProcessStreamsOptions,
): Promise<void> {
  const guest = await fakeGuest(attach);
  try {
    await use(new ProcessStreams(guest.channel, PROCESS, options), () => guest.guestEnd.destroy());
  } finally {
    await guest[Symbol.asyncDispose]();
  }
}

async function read(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'resolved';
  } catch (error) {
    return error instanceof RuntimeError ? error.code : String(error);
  }
}

test('output, stderr and the exit arrive, output first', async () => {
  await withGuest(
    (call) => {
      call.on('data', (frame) => {
        if (!frame.open) return;
        call.write({ attached: { pid: 5 } });
        call.write({ stdout: { offset: 0, bytes: Buffer.from('one ') } });
        call.write({ stderr: { offset: 0, bytes: Buffer.from('err') } });
        call.write({ stdout: { offset: 4, bytes: Buffer.from('two') } });
        call.write({ exit: { code: 3, oomKilled: true } });
        call.end();
      });
    },
    async (streams) => {
      const [out, err, exit] = await Promise.all([
        read(streams.stdout),
        read(streams.stderr),
        streams.exit,
      ]);
      assert.is(out, 'one two');
      assert.is(err, 'err');
      assert.equal(exit, { code: 3, exitedAtNs: 0, exitedAtWallNs: 0, oomKilled: true });
    },
  );
});

test('a slow reader bounds what is held: no ack beyond what was taken', async () => {
  let acknowledged = 0;
  let sent = 0;
  let ended = false;
  await withGuest(
    (call) => {
      const chunk = Buffer.alloc(64 * 1024, 1);
      const push = (): void => {
        while (sent + chunk.length <= acknowledged + WINDOW_BYTES && sent < 4 * WINDOW_BYTES) {
          call.write({ stdout: { offset: sent, bytes: chunk } });
          sent += chunk.length;
        }
        if (sent === 4 * WINDOW_BYTES && !ended) {
          ended = true;
          call.write({ exit: { code: 0 } });
          call.end();
        }
      };
      call.on('data', (frame) => {
        if (frame.ack) acknowledged = frame.ack.stdoutOffset ?? 0;
        push();
      });
    },
    async (streams) => {
      // Nobody reads: the guest must come to rest at the window and what the stream buffers itself.
      streams.stdout.pause();
      await new Promise((resolve) => streams.stdout.once('readable', resolve));
      assert.ok(sent <= 2 * WINDOW_BYTES, `${sent} bytes were sent to a reader that took none`);
      let total = 0;
      for await (const bytes of streams.stdout) total += (bytes as Buffer).length;
      assert.is(total, 4 * WINDOW_BYTES);
      assert.is((await streams.exit).code, 0);
    },
  );
});

for (const [what, frame] of [
  ['a gap in the numbering', { stdout: { offset: 10, bytes: Buffer.from('x') } }],
  ['a chunk over its limit', { stdout: { offset: 0, bytes: Buffer.alloc(65 * 1024) } }],
  ['an acknowledgement of what was never sent', { stdinAck: { offset: 999 } }],
  ['an exit code out of range', { exit: { code: 4096 } }],
] as const) {
  test(`a guest that sends ${what} ends the streams with data-loss`, async () => {
    await withGuest(
      (call) => {
        call.on('error', () => {});
        call.once('data', () => call.write(frame));
      },
      async (streams) => {
        assert.is(await codeOf(streams.exit), 'data-loss');
      },
    );
  });
}

test('a stream that ends without an exit is data-loss, a broken link unavailable', async () => {
  await withGuest(
    (call) => call.once('data', () => call.end()),
    async (streams) => {
      assert.is(await codeOf(streams.exit), 'data-loss');
    },
  );
  await withGuest(
    (call) => {
      call.on('error', () => {});
    },
    async (streams, breakLink) => {
      breakLink();
      assert.is(await codeOf(streams.exit), 'unavailable');
    },
  );
});

test('stdin stops at the window, goes on when taken, and ends', async () => {
  const received: number[] = [];
  let eof = false;
  await withGuest(
    (call) => {
      let next = 0;
      call.on('data', (frame) => {
        if (frame.stdin) {
          assert.is(frame.stdin.offset ?? 0, next);
          next += frame.stdin.bytes?.length ?? 0;
          received.push(next);
          if (next === WINDOW_BYTES) call.write({ stdinAck: { offset: next } });
        }
        if (frame.stdinEof) {
          eof = true;
          call.write({ exit: { code: 0 } });
          call.end();
        }
      });
    },
    async (streams) => {
      const input = Buffer.alloc(WINDOW_BYTES + 1000, 2);
      streams.stdin.end(input);
      await streams.exit;
      assert.is(received.at(-1), input.length);
      assert.ok(eof);
      assert.ok(received.includes(WINDOW_BYTES), 'the window was not where the sender stopped');
    },
  );
});

test('a process that closed its stdin takes the rest silently', async () => {
  await withGuest(
    (call) => {
      call.on('data', (frame) => {
        if (frame.open) call.write({ stdinAck: { offset: 0, closed: true } });
        if (frame.stdinEof) {
          call.write({ exit: { code: 0 } });
          call.end();
        }
      });
    },
    async (streams) => {
      await new Promise((resolve) => setImmediate(resolve));
      streams.stdin.end(Buffer.alloc(8 * WINDOW_BYTES));
      assert.is((await streams.exit).code, 0);
    },
  );
});

test('a handler takes output in order, one call at a time, and only what it took is acknowledged', async () => {
  const acks: number[] = [];
  const calls: string[] = [];
  let release: (() => void) | undefined;
  let exit: (() => void) | undefined;
  await withGuest(
    (call) => {
      call.on('data', (frame) => {
        if (frame.open) {
          call.write({ attached: {} });
          call.write({ stdout: { offset: 0, bytes: Buffer.from('one') } });
          call.write({ stdout: { offset: 3, bytes: Buffer.from('two') } });
        }
        if (!frame.ack) return;
        acks.push(frame.ack.stdoutOffset ?? 0);
        exit?.();
      });
      exit = () => {
        if (acks.at(-1) !== 6) return;
        call.write({ exit: { code: 0 } });
        call.end();
      };
    },
    async (streams) => {
      await streams.attached;
      while (release === undefined) await new Promise((resolve) => setImmediate(resolve));
      assert.equal(calls, ['stdout 0 one']);
      assert.is(streams.taken.stdoutOffset, 0);
      release();
      assert.is((await streams.exit).code, 0);
      assert.equal(calls, ['stdout 0 one', 'stdout 3 two']);
      assert.equal(streams.taken, { stdoutOffset: 6, stderrOffset: 0 });
      assert.equal(acks, [6], 'small amounts are acknowledged together');
      assert.is(await read(streams.stdout), '');
    },
    {
      onOutput: (stream, bytes, offset) => {
        calls.push(`${stream} ${offset} ${bytes.toString()}`);
        if (offset === 0) return new Promise((resolve) => (release = resolve));
        return undefined;
      },
    },
  );
});

test('the exit waits for a handler that still takes output', async () => {
  let took = false;
  await withGuest(
    (call) => {
      call.once('data', () => {
        call.write({ attached: {} });
        call.write({ stdout: { offset: 0, bytes: Buffer.from('late') } });
        call.write({ exit: { code: 4 } });
        call.end();
      });
    },
    async (streams) => {
      assert.is((await streams.exit).code, 4);
      assert.ok(took, 'the exit came before the output was taken');
    },
    {
      onOutput: async () => {
        for (let turn = 0; turn < 20; turn += 1) await new Promise((r) => setImmediate(r));
        took = true;
      },
    },
  );
});

test('a handler that fails ends the attachment with its reason, and nothing more is given to it', async () => {
  let calls = 0;
  await withGuest(
    (call) => {
      call.on('error', () => {});
      call.once('data', () => {
        call.write({ attached: {} });
        call.write({ stdout: { offset: 0, bytes: Buffer.from('a') } });
        call.write({ stdout: { offset: 1, bytes: Buffer.from('b') } });
      });
    },
    async (streams) => {
      assert.is(await codeOf(streams.exit), 'resource-exhausted');
      assert.is(calls, 1);
      assert.is(streams.taken.stdoutOffset, 0);
    },
    {
      onOutput: async () => {
        calls += 1;
        throw new RuntimeError('resource-exhausted', 'write the log', 'the disk is full');
      },
    },
  );
});

test('a later attachment goes on where the guest says, output and stdin', async () => {
  const got: string[] = [];
  const sent: string[] = [];
  await withGuest(
    (call) => {
      call.on('data', (frame) => {
        if (frame.open) {
          assert.ok(frame.open.resume);
          call.write({
            attached: { stdinOffset: 900, stdoutOffset: 5000, stderrOffset: 70, pid: 7 },
          });
          call.write({ stdinAck: { offset: 800 } });
          call.write({ stderr: { offset: 70, bytes: Buffer.from('err') } });
          call.write({ stdout: { offset: 5000, bytes: Buffer.from('out') } });
        }
        if (frame.stdin) sent.push(`${frame.stdin.offset} ${String(frame.stdin.bytes)}`);
        if (frame.stdinEof) {
          call.write({ exit: { code: 0 } });
          call.end();
        }
      });
    },
    async (streams) => {
      streams.stdin.end('more');
      const offsets = await streams.attached;
      assert.equal(offsets, {
        ...{ stdinOffset: 900, stdoutOffset: 5000, stderrOffset: 70, pid: 7 },
        carries: false,
      });
      await streams.exit;
      assert.equal(got.sort(), ['stderr 70 err', 'stdout 5000 out']);
      assert.equal(sent, ['900 more']);
      assert.equal(streams.taken, { stdoutOffset: 5003, stderrOffset: 73 });
    },
    {
      resume: true,
      onOutput: (stream, bytes, offset) => void got.push(`${stream} ${offset} ${bytes.toString()}`),
    },
  );
});

test('what nobody took when the link broke is not given to the handler: the guest still has it', async () => {
  const got: string[] = [];
  let release: (() => void) | undefined;
  await withGuest(
    (call) => {
      call.on('error', () => {});
      call.once('data', () => {
        call.write({ attached: {} });
        call.write({ stdout: { offset: 0, bytes: Buffer.from('a') } });
        call.write({ stdout: { offset: 1, bytes: Buffer.from('b') } });
      });
    },
    async (streams, breakLink) => {
      while (release === undefined) await new Promise((resolve) => setImmediate(resolve));
      breakLink();
      const ended = codeOf(streams.exit);
      await new Promise((resolve) => setTimeout(resolve, 50));
      release();
      assert.is(await ended, 'unavailable');
      assert.equal(got, ['a']);
      assert.is(streams.taken.stdoutOffset, 1, 'what had begun to be taken was taken');
    },
    {
      onOutput: (_stream, bytes) => {
        got.push(String(bytes));
        return new Promise((resolve) => (release = resolve));
      },
    },
  );
});

const EXEC = { process: Buffer.from('{"args":["true"]}'), stdio: { stdout: true } };

test('an exec is one call: started by its first frame, which says what may go; nothing is sent after its exit', async () => {
  const frames: string[] = [];
  const gone = [{ containerId: 'c', execId: 'earlier' }];
  await withGuest(
    (call) => {
      call.on('data', (frame) => {
        const ids = frame.open?.forget?.map(({ execId }: { execId: string }) => execId);
        frames.push(frame.open?.exec ? `exec, forget ${ids}` : 'other');
        assert.is(String(frame.open?.exec?.process), '{"args":["true"]}');
        call.write({ attached: { pid: 12 } });
        call.write({ exit: { code: 4 } });
        call.end();
      });
    },
    async (streams) => {
      assert.is((await streams.attached).pid, 12);
      assert.is((await streams.exit).code, 4);
      assert.equal(frames, ['exec, forget earlier']);
    },
    { exec: EXEC, forget: gone },
  );
});

test('an exec that the guest refuses rejects with its reason, in the words of the call', async () => {
  await withGuest(
    (call) => {
      call.on('data', () => {
        const metadata = new Metadata();
        metadata.set('lcow-cause', 'exec-not-found');
        call.emit('error', { code: status.NOT_FOUND, details: 'no such file', metadata });
      });
    },
    async (streams) => {
      const error = (await rejection(streams.attached)) as RuntimeError;
      assert.is(error.code, 'command-not-found');
      assert.match(error.message, /^cannot exec in container "c": no such file/);
    },
    { exec: EXEC, op: 'exec in container "c"' },
  );
});

/** What the test has of a program that carries stdout. */
class FakeCarriage implements Carriage {
  readonly began: number[] = [];
  stops = 0;
  end!: (offset: number) => void;
  readonly ended = new Promise<number>((resolve) => {
    this.end = resolve;
  });

  /** @param to where it has come to when it is stopped */
  readonly #to: number;
  constructor(to: number) {
    this.#to = to;
  }

  begin(offset: number): void {
    this.began.push(offset);
  }

  stop(): void {
    this.stops += 1;
    this.end(this.#to);
  }
}

/** A guest that sends 3 bytes, is asked to carry, and answers as told. */
function carrying(answer: (call: AttachCall) => void): (call: AttachCall) => void {
  return (call) => {
    call.on('error', () => {});
    call.on('data', (frame) => {
      if (frame.open) {
        call.write({ attached: { pid: 5, carries: true } });
        call.write({ stdout: { offset: 0, bytes: Buffer.from('one') } });
      } else if (frame.carry) {
        assert.equal([frame.carry.port, frame.carry.nonce?.length], [7, 16]);
        answer(call);
      }
    });
  };
}

async function carry(streams: ProcessStreams, to: number): Promise<FakeCarriage> {
  assert.is((await streams.attached).carries, true);
  const carriage = new FakeCarriage(to);
  streams.carry(carriage, 7, Buffer.alloc(16));
  return carriage;
}

test('stdout that is carried begins after what came before, and the exit waits for its end', async () => {
  let release!: () => void;
  const taken: string[] = [];
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await withGuest(
    carrying((call) => {
      call.write({ carried: { offset: 3 } });
      call.write({ exit: { code: 4 }, carriedTo: 1003 });
      call.end();
    }),
    async (streams) => {
      const carriage = await carry(streams, 1003);
      assert.equal(carriage.began, []);
      release();
      assert.is((await streams.exit).code, 4);
      assert.equal(taken, ['one']);
      assert.is(carriage.stops, 1);
      assert.is(streams.taken.stdoutOffset, 1003);
    },
    {
      onOutput: async (_stream, bytes) => {
        await held;
        taken.push(String(bytes));
      },
    },
  );
});

test('what was carried must be what the guest says that it sent', async () => {
  await withGuest(
    carrying((call) => {
      call.write({ carried: { offset: 3 } });
      call.write({ exit: { code: 0 }, carriedTo: 1003 });
    }),
    async (streams) => {
      await carry(streams, 1002);
      assert.is(await codeOf(streams.exit), 'data-loss');
    },
    { onOutput: () => {} },
  );
});

test('a guest that does not carry goes on as before', async () => {
  await withGuest(
    carrying((call) => {
      call.write({ carried: { refused: 'no port' } });
      call.write({ stdout: { offset: 3, bytes: Buffer.from(' two') } });
      call.write({ exit: { code: 0 } });
      call.end();
    }),
    async (streams) => {
      const carriage = await carry(streams, 0);
      assert.is((await streams.exit).code, 0);
      assert.equal([carriage.began, carriage.stops], [[], 1]);
      assert.is(streams.taken.stdoutOffset, 7);
    },
    { onOutput: () => {} },
  );
});

test('what carries and ends by itself ends the attachment, at what it has handed on', async () => {
  await withGuest(
    carrying((call) => call.write({ carried: { offset: 3 } })),
    async (streams) => {
      const carriage = await carry(streams, 0);
      while (carriage.began.length === 0) await new Promise((resolve) => setImmediate(resolve));
      assert.equal(carriage.began, [3]);
      carriage.end(500);
      assert.is(await codeOf(streams.exit), 'unavailable');
      assert.is(streams.taken.stdoutOffset, 500);
    },
    { onOutput: () => {} },
  );
});

for (const [what, frames] of [
  ['carries from elsewhere', [{ carried: { offset: 2 } }]],
  [
    'sends stdout beside what is carried',
    [{ carried: { offset: 3 } }, { stdout: { offset: 3, bytes: Buffer.from('x') } }],
  ],
] as const) {
  test(`a guest that ${what} ends the streams with data-loss`, async () => {
    await withGuest(
      carrying((call) => {
        for (const frame of frames) call.write(frame);
      }),
      async (streams) => {
        const carriage = await carry(streams, 3);
        assert.is(await codeOf(streams.exit), 'data-loss');
        assert.is(carriage.stops, 1);
      },
      { onOutput: () => {} },
    );
  });
}

test.run();
