/**
 * How fast ttrpc is here: unary calls a second and streamed bytes a second over a Unix socket, one process.
 *
 *   node dist/test/runtime/ttrpc/speed.js
 */
import { handle, handleStream } from '../../../runtime/ttrpc/method.ts';
import { TtrpcClient } from '../../../runtime/ttrpc/client.ts';
import { TtrpcServer } from '../../../runtime/ttrpc/server.ts';
import { ECHO, socketPair } from './echo-service.ts';

const CALLS = 20_000;
const MESSAGES = 8000;
const message = Buffer.alloc(64 * 1024);

const sockets = await socketPair();
const server = new TtrpcServer([
  handle(ECHO.echo, (request) => request),
  handleStream(ECHO.repeat, async (stream) => {
    for (let i = 0; i < MESSAGES; i += 1) await stream.send(message);
  }),
  handleStream(ECHO.collect, async (stream) => {
    for await (const _ of stream);
    return Buffer.alloc(1);
  }),
]);
server.serve(sockets.server);
const client = new TtrpcClient(sockets.client);
const small = Buffer.alloc(64, 1);

for (let round = 0; round < 2; round += 1) {
  await measure('one call after another', CALLS, 'calls', async () => {
    for (let i = 0; i < CALLS; i += 1) await client.call('echo', ECHO.echo, small);
  });
  await measure('100 calls at once', CALLS, 'calls', async () => {
    const caller = async (): Promise<void> => {
      for (let i = 0; i < CALLS / 100; i += 1) await client.call('echo', ECHO.echo, small);
    };
    await Promise.all(Array.from({ length: 100 }, caller));
  });
  const megabytes = (MESSAGES * message.byteLength) / 1e6;
  await measure('server to client, 64 KiB', megabytes, 'MB', async () => {
    for await (const _ of client.stream('read', ECHO.repeat, { request: small }));
  });
  await measure('client to server, 64 KiB', megabytes, 'MB', async () => {
    const stream = client.stream('write', ECHO.collect);
    for (let i = 0; i < MESSAGES; i += 1) await stream.send(message);
    await stream.close();
    await stream.receive();
  });
}
await client.close();
await server.close();

async function measure(
  what: string,
  amount: number,
  unit: string,
  run: () => Promise<void>,
): Promise<void> {
  const beginMs = performance.now();
  await run();
  const seconds = (performance.now() - beginMs) / 1000;
  const rate = Math.round(amount / seconds);
  process.stdout.write(`${what}: ${rate} ${unit}/s\n`);
}
