import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ScsiSlots } from '../../../runtime/uvm/scsi-slots.ts';

test('read-only disks are shared and counted, writable ones are not', async () => {
  const slots = new ScsiSlots(1);
  const attached: string[] = [];
  const reserve = (path: string, readOnly: boolean) =>
    slots.reserve(path, readOnly, async ({ lun }) => void attached.push(`${path}@${lun}`));
  const [first, second] = await Promise.all([reserve('/layer', true), reserve('/layer', true)]);
  assert.equal(first, second);
  assert.equal(await reserve('/scratch', false), { controller: 0, lun: 1 });
  assert.equal(await reserve('/scratch', false), { controller: 0, lun: 2 });
  assert.equal(attached, ['/layer@0', '/scratch@1', '/scratch@2']);

  let detached = 0;
  const detach = async (): Promise<void> => void (detached += 1);
  await slots.release(first, detach);
  assert.is(detached, 0);
  await slots.release(second, detach);
  assert.is(detached, 1);
});

test('a slot that was given back is the last to be taken again', async () => {
  const slots = new ScsiSlots(1, [{ controller: 0, lun: 61, path: '/kept', readOnly: true }]);
  const reserve = async (): Promise<number> =>
    (await slots.reserve('/disk', false, async () => {})).lun;
  const lun = await reserve();
  assert.is(lun, 62);
  await slots.release({ controller: 0, lun }, async () => {});
  const later: number[] = [];
  for (let n = 0; n < 63; n += 1) later.push(await reserve());
  assert.equal(later.slice(0, 2), [63, 0]);
  assert.is(later.at(-1), 62);
});

test('a failed attach frees its slot and fails everyone who waited for it', async () => {
  const slots = new ScsiSlots(1);
  const failing = () => slots.reserve('/layer', true, async () => Promise.reject(new Error('no')));
  const results = await Promise.allSettled([failing(), failing()]);
  assert.equal(
    results.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  const slot = await slots.reserve('/layer', true, async () => {});
  assert.equal(slot, { controller: 0, lun: 1 });
});

test('a failed detach keeps the slot, so that it can be tried again', async () => {
  const slots = new ScsiSlots(1);
  const slot = await slots.reserve('/a', false, async () => {});
  let failed = false;
  await slots
    .release(slot, async () => Promise.reject(new Error('busy')))
    .catch(() => (failed = true));
  assert.ok(failed);
  assert.equal(await slots.reserve('/b', false, async () => {}), { controller: 0, lun: 1 });
});

test('drives are for disks that fit them, and what the guest has mounted for that disk alone', async () => {
  const sizeBytes = 100;
  const drive = (lun: number, readOnly: boolean) => ({ controller: 0, lun, readOnly, sizeBytes });
  const mounted = { ...drive(2, false), mounted: 'fresh' };
  const slots = new ScsiSlots(1, [], [drive(0, true), drive(1, false), mounted]);
  const put = async (
    path: string,
    readOnly: boolean,
    disk?: { sizeBytes: number; digest?: string },
  ): Promise<number> => (await slots.reserve(path, readOnly, async () => {}, disk)).lun;
  assert.is(await put('/not-mounted', true), 3);
  assert.is(await put('/large', true, { sizeBytes: sizeBytes + 1 }), 4);
  assert.is(await put('/layer', true, { sizeBytes }), 0);
  assert.is(await put('/second-layer', true, { sizeBytes }), 5);
  assert.is(await put('/scratch', false, { sizeBytes, digest: 'fresh' }), 2);
  assert.is(await put('/used', false, { sizeBytes, digest: 'used' }), 1);
  assert.is(await put('/second-scratch', false, { sizeBytes, digest: 'fresh' }), 6);
  assert.is(slots.isDrive({ controller: 0, lun: 2 }), true);
  assert.is(slots.isDrive({ controller: 0, lun: 6 }), false);

  await slots.release({ controller: 0, lun: 2 }, async () => {});
  assert.equal(slots.drives, [drive(0, true), drive(1, false), drive(2, false)]);
  assert.is(await put('/used-too', false, { sizeBytes, digest: 'used-too' }), 2);
});

test('a drive whose disk could not be attached has it mounted still', async () => {
  const drives = [{ controller: 0, lun: 0, readOnly: false, sizeBytes: 1, mounted: 'fresh' }];
  const slots = new ScsiSlots(1, [], drives);
  const refused = slots.reserve('/a', false, async () => Promise.reject(new Error('no')), {
    ...{ sizeBytes: 1, digest: 'fresh' },
  });
  assert.instance(await refused.catch((error: unknown) => error), Error);
  assert.equal(slots.drives, drives);
});

test('the 65th disk of a controller is refused', async () => {
  const slots = new ScsiSlots(1);
  for (let n = 0; n < 64; n += 1) await slots.reserve(`/d${n}`, false, async () => {});
  let message = '';
  await slots
    .reserve('/d64', false, async () => {})
    .catch((error: Error) => (message = error.message));
  assert.match(message, /all 64 SCSI slots are taken/);
});

test('a drive whose disk was taken out from under a mount is for one of that content alone', async () => {
  const drives = [{ controller: 0, lun: 0, readOnly: false, sizeBytes: 100 }];
  const slots = new ScsiSlots(1, [], drives);
  const reserve = async (path: string, digest: string): Promise<number> =>
    (await slots.reserve(path, false, async () => {}, { sizeBytes: 50, digest })).lun;
  assert.is(await reserve('/ahead', 'as made'), 0);
  slots.vacate({ controller: 0, lun: 0 }, 'as mounted');
  assert.equal(slots.disks, []);
  assert.is.not(await reserve('/fresh', 'as made'), 0);
  assert.is(await reserve('/own', 'as mounted'), 0);
  await slots.release({ controller: 0, lun: 0 }, async () => {});
  // The guest has unmounted it.
  assert.is(await reserve('/later', 'as made'), 0);
});

test.run();
