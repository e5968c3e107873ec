import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { vsockServiceId } from '../../../hcs/document/hv-socket.ts';
import {
  computeScsiControllerId,
  SCSI_CONTROLLER_IDS,
  scsiControllerId,
} from '../../../hcs/document/scsi-controllers.ts';

test("the controllers' keys are UUIDv5 of their numbers in hcsshim's namespace", () => {
  assert.equal([0, 1, 2, 3].map(computeScsiControllerId), [...SCSI_CONTROLLER_IDS]);
});

test('there are four controllers', () => {
  assert.is(scsiControllerId(3), '305891a9-b251-5dfe-91a2-c25d9212275b');
  for (const number of [-1, 4, 0.5, Number.NaN])
    assert.throws(() => scsiControllerId(number), /0 to 3/);
});

test('a vsock port is the first 32 bits of its service GUID', () => {
  assert.is(vsockServiceId(0x4c43), '00004c43-facb-11e6-bd58-64006a7986d3');
  assert.is(vsockServiceId(0xffffffff), 'ffffffff-facb-11e6-bd58-64006a7986d3');
  for (const port of [-1, 2 ** 32, 1.5]) assert.throws(() => vsockServiceId(port), /vsock port/);
});

test.run();
