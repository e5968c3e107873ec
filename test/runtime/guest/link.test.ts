import { randomBytes } from 'node:crypto';
import { Duplex, PassThrough } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RuntimeError } from '../../../runtime/errors.ts';
import { beginLink } from '../../../runtime/guest/link.ts';
import { DISCARD_LIMIT_BYTES } from '../../../runtime/guest/preamble.ts';
import { guestHello, type GuestHelloOptions } from '../../harness/guest-hello.ts';

/** A stream whose other end is in our hands. */
function stream(): { host: Duplex; toHost: PassThrough; fromHost: PassThrough } {
  const toHost = new PassThrough();
  const fromHost = new PassThrough();
  const host = Duplex.from({ readable: toHost, writable: fromHost });
  host.on('error', () => {});
  return { host, toHost, fromHost };
}

async function nonceOf(fromHost: PassThrough): Promise<Buffer> {
  let hello: Buffer = Buffer.alloc(0);
  while (hello.length < 64) {
    const chunk = fromHost.read() as Buffer | null;
    if (chunk) hello = Buffer.concat([hello, chunk]);
    else await new Promise((resolve) => fromHost.once('readable', resolve));
  }
  return hello.subarray(16, 32);
}

async function answer(
  options: GuestHelloOptions,
  secret?: Buffer,
  before: Buffer = Buffer.alloc(0),
) {
  const { host, toHost, fromHost } = stream();
  const link = beginLink(host, {
    signal: new AbortController().signal,
    ...(secret ? { secret } : {}),
  });
  const nonce = await nonceOf(fromHost);
  toHost.write(Buffer.concat([before, guestHello(nonce, options), Buffer.from('after')]));
  return { host, outcome: await outcome(link) };
}

async function outcome(promise: Promise<void>): Promise<string> {
  return promise.then(
    () => 'linked',
    (error: unknown) => (error instanceof RuntimeError ? error.code : String(error)),
  );
}

test('the link begins, and what follows the hello stays in the stream', async () => {
  const { host, outcome: result } = await answer({}, undefined, randomBytes(5000));
  assert.is(result, 'linked');
  const next = await new Promise<Buffer>((resolve) => host.once('data', resolve));
  assert.is(next.toString(), 'after');
});

test('a known secret must be proven by the guest', async () => {
  const secret = randomBytes(32);
  assert.is((await answer({ secret }, secret)).outcome, 'linked');
  assert.is((await answer({}, secret)).outcome, 'permission-denied');
  assert.is((await answer({ secret: randomBytes(32) }, secret)).outcome, 'permission-denied');
});

test('a refusal, another version and an unknown status are told apart', async () => {
  assert.is((await answer({ status: 2 })).outcome, 'permission-denied');
  assert.is((await answer({ status: 1, version: 9 })).outcome, 'unsupported');
  assert.is((await answer({ status: 99 })).outcome, 'data-loss');
});

test('endless garbage is given up at the limit, and the stream is destroyed', async () => {
  const { host, toHost } = stream();
  const link = beginLink(host, { signal: new AbortController().signal });
  const chunk = Buffer.alloc(1024 * 1024, 0x6c);
  for (let sent = 0; sent <= DISCARD_LIMIT_BYTES + chunk.length; sent += chunk.length)
    toHost.write(chunk);
  assert.is(await outcome(link), 'data-loss');
  assert.ok(host.destroyed);
});

test('a guest that closes, and one that says nothing until the caller gives up', async () => {
  const closing = stream();
  const closed = beginLink(closing.host, { signal: new AbortController().signal });
  closing.toHost.end();
  assert.is(await outcome(closed), 'unavailable');

  const silent = stream();
  const controller = new AbortController();
  const waiting = beginLink(silent.host, { signal: controller.signal });
  controller.abort(new RuntimeError('timeout', 'boot the VM', 'too late'));
  assert.is(await outcome(waiting), 'timeout');
  assert.ok(silent.host.destroyed);
});

test.run();
