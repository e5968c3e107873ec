/** What a disk's file is taken for. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recognizeDisk } from '../../../hcs/qemu/disk-image.ts';
import { hcsRejection } from '../../harness/rejection.ts';

const SOURCE = 'VirtualMachine/Devices/Scsi/x/Attachments/0/Path';
let folder = '';
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lcow-disk-'));
});
test.after(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, ...parts: Buffer[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, Buffer.concat(parts));
  return path;
}

function footer(type: number, sizeBytes: number): Buffer {
  const bytes = Buffer.alloc(512);
  bytes.write('conectix');
  bytes.writeBigUInt64BE(BigInt(sizeBytes), 48);
  bytes.writeUInt32BE(type, 60);
  return bytes;
}

/** One of the two headers, one of the two region tables. */
function vhdx(header: string, table: string): Buffer {
  const bytes = Buffer.alloc(320 * 1024);
  bytes.write('vhdxfile');
  bytes.write(header, 128 * 1024);
  bytes.write(table, 192 * 1024);
  return bytes;
}

test('fixed VHD, dynamic VHD, VHDX and raw are told apart', async () => {
  const data = Buffer.alloc(8192);
  const cases = [
    [await file('raw', data), { driver: 'raw', isBlockDevice: false }],
    [await file('tiny', Buffer.from('x')), { driver: 'raw', isBlockDevice: false }],
    [
      await file('fixed', data, footer(2, 8192)),
      { driver: 'raw', sizeBytes: 8192, isBlockDevice: false },
    ],
    [
      await file('dynamic', footer(3, 1 << 20), data, footer(3, 1 << 20)),
      { driver: 'vpc', isBlockDevice: false },
    ],
    [await file('vhdx', vhdx('head', 'regi')), { driver: 'vhdx', isBlockDevice: false }],
  ] as const;
  for (const [path, expected] of cases) {
    assert.equal(await recognizeDisk('attach', path, SOURCE), expected, path);
  }
});

test('what cannot be a disk is refused with its path', async () => {
  const cases = [
    [await file('empty'), 'ERROR_FILE_CORRUPT'],
    [await file('cut', Buffer.alloc(4096), footer(2, 8192)), 'ERROR_FILE_CORRUPT'],
    [await file('headless', footer(3, 1 << 20), Buffer.alloc(4096)), 'ERROR_FILE_CORRUPT'],
    [await file('vhdx cut', vhdx('head', 'regi').subarray(0, 190 * 1024)), 'ERROR_FILE_CORRUPT'],
    [await file('vhdx bare', Buffer.from('vhdxfile')), 'ERROR_FILE_CORRUPT'],
    [await file('vhdx headless', vhdx('dead', 'regi')), 'ERROR_FILE_CORRUPT'],
    [folder, 'E_INVALIDARG'],
    [join(folder, 'missing'), 'FILE_NOT_FOUND'],
    [join(folder, 'raw', 'below'), 'FILE_NOT_FOUND'],
  ] as const;
  for (const [path, hresult] of cases) {
    const error = await hcsRejection(recognizeDisk('attach', path, SOURCE), hresult);
    assert.match(error.message, path);
    assert.is(error.events[0]?.Source, SOURCE);
  }
});

test.run();
