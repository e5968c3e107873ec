import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  pmemDevices,
  PMemPacking,
  type PMemPlace,
} from '../../../hcs/document/virtual-pmem-packing.ts';
import { hcsThrow } from '../../harness/rejection.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const PACKED = { deviceCount: 64, deviceSizeBytes: 4 * GIB, packed: true };

test('an image takes a whole region of the smallest class, 1 MiB x 4^k, as in hcsshim', () => {
  const packing = new PMemPacking(PACKED);
  const offsets = [MIB + 1, MIB, 4 * MIB, 4096, 17 * MIB].map(
    (size) => packing.reserve(size)?.offset,
  );
  // 1.1 MiB costs 4 MiB; the two of 1 MiB share another 4 MiB; 17 MiB costs 64.
  assert.equal(offsets, [0, 4 * MIB, 8 * MIB, 5 * MIB, 64 * MIB]);
});

test('sizes are whole pages, and the next device is begun when one is full', () => {
  const packing = new PMemPacking({ deviceCount: 2, deviceSizeBytes: 4 * MIB, packed: true });
  assert.equal(packing.reserve(5000), { device: 0, offset: 0, sizeBytes: 8192 });
  assert.equal(packing.reserve(4 * MIB), { device: 1, offset: 0, sizeBytes: 4 * MIB });
  assert.is(packing.reserve(4 * MIB), undefined);
  packing.release({ device: 0, offset: 0 });
  assert.equal(packing.reserve(4 * MIB), { device: 0, offset: 0, sizeBytes: 4 * MIB });
  assert.throws(() => packing.release({ device: 1, offset: 4096 }), /nothing at offset 4096/);
});

test('unpacked, an image takes a device, and a reserved device is left out', () => {
  const packing = new PMemPacking({ ...PACKED, deviceCount: 3, packed: false, reserved: [0] });
  assert.equal(packing.reserve(MIB), { device: 1, offset: 0, sizeBytes: MIB });
  assert.equal(packing.reserve(3 * GIB), { device: 2, offset: 0, sizeBytes: 3 * GIB });
  assert.is(packing.reserve(4096), undefined);
});

test('what is empty or larger than a device has no place', () => {
  for (const packed of [true, false]) {
    const packing = new PMemPacking({ ...PACKED, packed });
    for (const size of [0, -1, Number.NaN, 4 * GIB + 1]) {
      assert.is(packing.reserve(size), undefined, `${size}`);
    }
  }
});

test('the image that has no place is named', () => {
  const images = [
    { path: 'a', sizeBytes: 4096 },
    { path: 'b', sizeBytes: 4096 },
  ];
  const devices = { deviceCount: 1, deviceSizeBytes: MIB, packed: true };
  const error = hcsThrow(() => pmemDevices(images, devices), 'E_INVALIDARG');
  assert.match(error.message, 'virtualPMemImages[1] of 4096 bytes has no place in 1 devices');
});

test('whatever comes and goes, regions never overlap, and all that is freed is free', () => {
  const deviceSizeBytes = fc.integer({ min: 1, max: 80 }).map((mib) => mib * MIB);
  const steps = fc.array(
    fc.oneof(
      fc.record({ reserve: fc.integer({ min: 1, max: 80 * MIB }) }),
      fc.record({ release: fc.nat() }),
    ),
    { maxLength: 60 },
  );
  let placed = 0;
  fc.assert(
    fc.property(deviceSizeBytes, steps, (size, run) => {
      const packing = new PMemPacking({ deviceCount: 2, deviceSizeBytes: size, packed: true });
      const places: PMemPlace[] = [];
      for (const step of run) {
        if ('reserve' in step) {
          const place = packing.reserve(step.reserve);
          if (place === undefined) continue;
          placed += 1;
          assert.is(place.offset % 4096, 0);
          assert.ok(place.offset + place.sizeBytes <= size);
          for (const other of places.filter(({ device }) => device === place.device)) {
            const apart =
              other.offset + other.sizeBytes <= place.offset ||
              place.offset + place.sizeBytes <= other.offset;
            assert.ok(apart, JSON.stringify([other, place]));
          }
          places.push(place);
        } else {
          const [place] = places.splice(step.release % (places.length + 1), 1);
          if (place !== undefined) packing.release(place);
        }
      }
      for (const place of places) packing.release(place);
      const whole = [64, 16, 4, 1].find((mib) => mib * MIB <= size) ?? 1;
      assert.equal(packing.reserve(whole * MIB), { device: 0, offset: 0, sizeBytes: whole * MIB });
    }),
    { numRuns: 300 },
  );
  assert.ok(placed > 100, `${placed}`);
});

test.run();
