import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  decodeGuestHello,
  encodeHostHello,
  findGuestHello,
  guestProofHolds,
} from '../../../runtime/guest/preamble.ts';
import { guestHello } from '../../harness/guest-hello.ts';

test('the host hello has the bytes of docs/protocol.md', () => {
  const nonce = Buffer.alloc(16, 7);
  const secret = Buffer.alloc(32, 9);
  const first = encodeHostHello(nonce);
  assert.is(first.length, 64);
  assert.is(first.toString('latin1', 0, 8), 'lcowHOST');
  assert.is(first.readUInt32LE(8), 1);
  assert.ok(first.subarray(16, 32).equals(nonce));
  assert.ok(first.subarray(32).equals(Buffer.alloc(32)));
  const proof = createHmac('sha256', secret).update(nonce).digest();
  assert.ok(encodeHostHello(nonce, secret).subarray(32).equals(proof));
});

test('a guest hello is found behind any bytes, however they are cut', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 600 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 }),
      (garbage, cuts) => {
        const nonce = randomBytes(16);
        const stream = Buffer.concat([garbage, guestHello(nonce), Buffer.from('PRI')]);
        let pending: Buffer = Buffer.alloc(0);
        let from = 0;
        let rest: Buffer | undefined;
        for (const cut of [...cuts, stream.length]) {
          pending = Buffer.concat([pending, stream.subarray(from, from + cut)]);
          from += cut;
          const { at, droppable } = findGuestHello(pending, nonce);
          if (at >= 0) {
            rest = pending.subarray(at);
            break;
          }
          pending = pending.subarray(droppable);
        }
        assert.ok(rest !== undefined && rest.subarray(16, 32).equals(nonce));
      },
    ),
  );
});

test('a hello with another nonce is passed over, as is a cut-off one', () => {
  const nonce = randomBytes(16);
  const stale = guestHello(randomBytes(16));
  const bytes = Buffer.concat([stale.subarray(0, 20), stale, guestHello(nonce)]);
  assert.is(findGuestHello(bytes, nonce).at, 84);
});

test('what a guest hello says is decoded, and unknown words are told as such', () => {
  const nonce = randomBytes(16);
  assert.is(decodeGuestHello(guestHello(nonce)).status, 'accepted');
  assert.is(
    decodeGuestHello(guestHello(nonce, { status: 1, version: 3 })).status,
    'version-not-supported',
  );
  assert.is(decodeGuestHello(guestHello(nonce, { status: 2 })).status, 'proof-wrong');
  assert.is(decodeGuestHello(guestHello(nonce, { status: 77 })).status, 'unknown');
  assert.is(decodeGuestHello(guestHello(nonce, { version: 2 })).status, 'unknown');
});

test('a guest proof holds for its secret and nonce only', () => {
  const nonce = randomBytes(16);
  const secret = randomBytes(32);
  const proof = guestHello(nonce, { secret }).subarray(32);
  assert.ok(guestProofHolds(proof, nonce, secret));
  assert.not(guestProofHolds(proof, nonce, randomBytes(32)));
  assert.not(guestProofHolds(proof, randomBytes(16), secret));
  assert.not(guestProofHolds(proof, nonce));
  assert.ok(guestProofHolds(Buffer.alloc(32), nonce));
});

test.run();
