/** What carries stdout past the supervisor: the real program, with a guest that the test plays on its socket. */
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HandedOn } from '../../../runtime/stdio/handed-on.ts';
import { hostStdio } from '../../../runtime/stdio/host-stdio.ts';
import { startOutputPump } from '../../../runtime/stdio/output-pump.ts';
import { holderProgram } from '../../../runtime/supervisor/holder-program.ts';
import type { Carriage } from '../../../runtime/task/process-io.ts';
import { rejection } from '../../harness/rejection.ts';
import { skip } from '../../harness/skip.ts';
import { type Bench, FifoEnd, onBench, until } from './stdio-suite.ts';

const NONCE = Buffer.alloc(16, 0x5a);
const HELLO = Buffer.concat([Buffer.from('lcowBULK'), NONCE]);

function head(offset: number): Buffer {
  const number = Buffer.alloc(8);
  number.writeBigUInt64LE(BigInt(offset));
  return Buffer.concat([HELLO, number]);
}

/** The guest's end of one connection. */
class Port {
  readonly socketPath: string;
  readonly #server: Server;
  socket!: Socket;
  #heard = Buffer.alloc(0);

  private constructor(socketPath: string, server: Server) {
    this.socketPath = socketPath;
    this.#server = server;
  }

  static async open(folder: string): Promise<Port> {
    const path = join(folder, 'port.sock');
    const server = createServer((socket) => {
      port.socket = socket;
      socket.on('error', () => {});
      socket.on('data', (bytes: Buffer) => {
        port.#heard = Buffer.concat([port.#heard, bytes]);
      });
    });
    const port = new Port(path, server);
    server.listen(path);
    await once(server, 'listening');
    return port;
  }

  get greeting(): Buffer {
    return this.#heard.subarray(0, HELLO.length);
  }

  /** The last offset that was acknowledged. */
  get acknowledged(): number {
    const rest = this.#heard.subarray(HELLO.length);
    const whole = rest.length - (rest.length % 8);
    return whole === 0 ? -1 : Number(rest.readBigUInt64LE(whole - 8));
  }

  close(): void {
    this.socket?.destroy();
    this.#server.close();
  }
}

interface Pumped {
  readonly port: Port;
  readonly reader: FifoEnd;
  readonly record: HandedOn;
  readonly carriage: Carriage;
  readonly troubles: string[];
  readonly path: string;
}

function pumped(use: (parts: Pumped) => Promise<void>) {
  return onBench(async (bench: Bench) => {
    const port = await Port.open(bench.folder);
    const fifo = bench.fifo('out');
    const reader = new FifoEnd(fifo, 'read');
    const output = new FifoEnd(fifo, 'write');
    const path = join(bench.folder, 'record');
    const record = HandedOn.create(path);
    const troubles: string[] = [];
    const carriage = await startOutputPump({
      ...{ program: holderProgram(), socketPath: port.socketPath, nonce: NONCE },
      ...{ outputFd: output.fd, recordFd: record.lend() ?? -1 },
      onTrouble: (what) => troubles.push(what),
      handedOn: () => record.takeBack(),
    });
    try {
      await use({ port, reader, record, carriage, troubles, path });
    } finally {
      carriage.stop();
      await carriage.ended;
      port.close();
      record.close(true);
      reader.close();
      closeSync(output.fd);
    }
  });
}

/** Takes from the reader until `total` bytes have come. */
async function take(reader: FifoEnd, total: number): Promise<Buffer> {
  const taken: Buffer[] = [];
  let length = 0;
  await until(() => {
    const bytes = reader.take() ?? Buffer.alloc(0);
    taken.push(bytes);
    length += bytes.length;
    return length >= total;
  });
  return Buffer.concat(taken);
}

let here = true;
try {
  holderProgram();
} catch (error) {
  here = false;
  skip((error as Error).message);
}

if (here) {
  test(
    'bytes come through, past those of an earlier connection, and are written down and acknowledged',
    pumped(async ({ port, reader, record, carriage, path }) => {
      await until(() => port.greeting.length === HELLO.length);
      assert.ok(port.greeting.equals(HELLO));
      const sent = Buffer.alloc(3_000_000);
      for (let at = 0; at < sent.length; at += 1) sent[at] = (at * 7 + (at >> 8)) % 251;
      port.socket.write(Buffer.concat([Buffer.alloc(70_000, 'lcowBULK'), head(1000)]));
      port.socket.write(sent);
      carriage.begin(1000);
      assert.ok((await take(reader, sent.length)).equals(sent));
      await until(() => port.acknowledged === 3_001_000);
      // What is written of the record meanwhile leaves its field alone.
      record.state.stdinClosed = true;
      record.save();
      carriage.stop();
      assert.is(await carriage.ended, 3_001_000);
      const next = HandedOn.reopen(path);
      assert.equal([next?.state.stdout, next?.state.stdinClosed], [3_001_000, true]);
      next?.close(false);
    }),
  );

  test(
    'nothing is passed on before it is told to begin',
    pumped(async ({ port, reader, carriage }) => {
      port.socket.write(Buffer.concat([head(0), Buffer.from('first')]));
      await new Promise((resolve) => setTimeout(resolve, 50));
      assert.is(String(reader.take()), '');
      carriage.begin(0);
      assert.is(String(await take(reader, 5)), 'first');
    }),
  );

  test(
    'without a reader the guest is held up, and what the pipe has taken is what counts',
    pumped(async ({ port, reader, carriage }) => {
      let written = 0;
      const total = 8_000_000;
      carriage.begin(0);
      port.socket.write(head(0));
      port.socket.write(Buffer.alloc(total, 'x'), () => {
        written = total;
      });
      await until(() => port.acknowledged > 0);
      assert.is(written, 0);
      carriage.stop();
      // It may have taken more meanwhile.
      const handed = await carriage.ended;
      assert.ok(handed >= port.acknowledged, `${handed} of ${port.acknowledged} acknowledged`);
      assert.ok(handed <= 1 << 20, `${handed} bytes were taken that nobody has read`);
      assert.is((await take(reader, handed)).length, handed);
      assert.not.ok(reader.take()?.length);
    }),
  );

  test(
    'a guest that begins elsewhere is not listened to',
    pumped(async ({ port, reader, carriage, troubles }) => {
      port.socket.write(Buffer.concat([head(5), Buffer.from('never')]));
      carriage.begin(4);
      assert.is(await carriage.ended, 0);
      assert.is(String(reader.take()), '');
      assert.equal(troubles, ['lcow-holder: the guest begins at 5, not at 4']);
    }),
  );

  test(
    'a guest that never says hello is given up',
    pumped(async ({ port, reader, carriage, troubles }) => {
      port.socket.write(Buffer.alloc(17 << 20, 'x'));
      carriage.begin(0);
      assert.is(await carriage.ended, 0);
      assert.is(String(reader.take()), '');
      assert.match(troubles[0] ?? '', /bytes came before the guest's hello/);
    }),
  );

  test(
    'a socket that is not there is told with its path',
    onBench(async (bench) => {
      const fifo = new FifoEnd(bench.fifo('out'), 'read');
      const socketPath = join(bench.folder, 'none.sock');
      const error = await rejection(
        startOutputPump({
          ...{ program: holderProgram(), socketPath, nonce: NONCE },
          ...{ outputFd: fifo.fd, recordFd: fifo.fd },
          onTrouble: () => {},
          handedOn: () => 0,
        }),
      );
      assert.match((error as Error).message, /cannot connect to ".*none\.sock"/);
      fifo.close();
    }),
  );

  test(
    'one that cannot be started is told once of all processes, and what they say goes on through us',
    onBench(async (bench) => {
      const stdout = bench.fifo('out');
      const reader = new FifoEnd(stdout, 'read');
      const troubles: string[] = [];
      const open = hostStdio({
        folder: bench.folder,
        pumpProgram: () => '/no/such/holder',
        onTrouble: (subject, what) => troubles.push(`${subject}: ${what}`),
      });
      const request = {
        execId: '',
        terminal: false,
        adopted: false,
        stdin: '',
        stdout,
        stderr: '',
      };
      for (const containerId of ['web', 'other']) {
        const io = await open({ ...request, containerId });
        await io.output('stdout', Buffer.from('before '), 0);
        const source = { socketPath: join(bench.folder, 'none.sock'), nonce: NONCE };
        assert.match(
          String(await rejection(Promise.resolve(io.carry?.(source)))),
          /no\/such\/holder/,
        );
        await io.output('stdout', Buffer.from('after'), 7);
        assert.is(String(reader.take()), 'before after');
        await io.close();
      }
      assert.is(troubles.length, 1, troubles.join('\n'));
      assert.match(
        troubles[0] ?? '',
        /"web".*its stdout goes through this process: cannot start ".no.such.holder pump"/,
      );
      reader.close();
    }),
  );
}

test.run();
