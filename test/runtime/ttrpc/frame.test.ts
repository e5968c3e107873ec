import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  encodeFrame,
  encodeHeader,
  FRAME_DATA_BYTES_MAX,
  type Frame,
  FrameDecoder,
  HEADER_BYTES,
} from '../../../runtime/ttrpc/frame.ts';

const frames = fc.array(
  fc.record({
    streamId: fc.nat(0xffff_ffff),
    type: fc.nat(255),
    flags: fc.nat(255),
    payload: fc.uint8Array({ maxLength: 300 }),
  }),
  { maxLength: 12 },
);

test("the frames of containerd's first exchange are these bytes", () => {
  const created = encodeFrame(1, 2, 0, Buffer.from('120308c321', 'hex'));
  assert.is(created.toString('hex'), '00000005000000010200120308c321');
  assert.is(encodeFrame(7, 2, 0, Buffer.alloc(0)).toString('hex'), '00000000000000070200');
  assert.is(encodeHeader(1, 1, 0, 0x220).toString('hex'), '00000220000000010100');
});

test('frames cut anywhere come out as they went in', () => {
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 700 })), (sent, cuts) => {
      const wire = Buffer.concat(
        sent.map(({ streamId, type, flags, payload }) =>
          encodeFrame(streamId, type, flags, payload),
        ),
      );
      const decoder = new FrameDecoder();
      const received = cut(wire, cuts).flatMap((chunk) => decoder.push(chunk));
      assert.equal(
        received.map((frame) => ({ ...frame, payload: hex((frame as Frame).payload) })),
        sent.map((frame) => ({ kind: 'frame', ...frame, payload: hex(frame.payload) })),
      );
      assert.is(decoder.bufferedBytes, 0);
    }),
    { numRuns: 500 },
  );
});

test('garbage never throws, cut or not gives the same frames, and keeps less than a frame', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 4000 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
      (garbage, cuts) => {
        const whole = new FrameDecoder();
        const pieces = new FrameDecoder();
        const expected = whole.push(garbage);
        const actual = cut(Buffer.from(garbage), cuts).flatMap((chunk) => pieces.push(chunk));
        assert.is(actual.length, expected.length);
        actual.forEach((frame, at) => {
          const { streamId, type, flags } = expected[at] as Frame;
          assert.equal([frame.streamId, frame.type, frame.flags], [streamId, type, flags]);
        });
        assert.ok(pieces.bufferedBytes <= FRAME_DATA_BYTES_MAX + HEADER_BYTES);
        assert.is(pieces.bufferedBytes, whole.bufferedBytes);
      },
    ),
    { numRuns: 500 },
  );
});

test('exactly 4 MiB is a frame; one byte more is told at once, skipped, and the next frame is found', () => {
  const most = new FrameDecoder().push(encodeFrame(3, 3, 0, Buffer.alloc(FRAME_DATA_BYTES_MAX)));
  assert.is(most.length, 1);
  assert.is((most[0] as Frame).payload.byteLength, FRAME_DATA_BYTES_MAX);

  const decoder = new FrameDecoder();
  const lengthBytes = FRAME_DATA_BYTES_MAX + 1;
  assert.equal(decoder.push(encodeHeader(5, 1, 0, lengthBytes)), [
    { kind: 'oversize', streamId: 5, type: 1, flags: 0, lengthBytes },
  ]);
  const half = Buffer.alloc(FRAME_DATA_BYTES_MAX / 2);
  assert.equal(decoder.push(half), []);
  assert.is(decoder.bufferedBytes, 0);
  assert.equal(decoder.push(half), []);
  const next = decoder.push(Buffer.concat([Buffer.alloc(1), encodeFrame(7, 1, 0, half)]));
  assert.equal([next.length, next[0]?.streamId], [1, 7]);
});

test('more than 4 MiB is not encoded', () => {
  assert.throws(() => encodeFrame(1, 3, 0, Buffer.alloc(FRAME_DATA_BYTES_MAX + 1)), /do not fit/);
});

test('a small payload does not keep its chunk alive', () => {
  const frame = encodeFrame(1, 3, 0, Buffer.from('x'));
  const chunk = Buffer.alloc(65_536, frame);
  const [first] = new FrameDecoder().push(chunk);
  assert.is((first as Frame).payload.buffer.byteLength, 1);
});

test.run();

function cut(wire: Buffer, cuts: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let at = 0;
  for (let i = 0; at < wire.byteLength; i += 1) {
    const size = cuts.length === 0 ? wire.byteLength : (cuts[i % cuts.length] ?? 1);
    chunks.push(wire.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
