/** Virtual disks through the stand-in: what is asked of Windows byte by byte, genuine files, errors, handles. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadLibrary } from '../../../hcs/windows/compute-core.ts';
import { VirtDisk } from '../../../hcs/windows/virtdisk.ts';
import {
  createParameters,
  openParameters,
  storageType,
} from '../../../hcs/windows/virtdisk-parameters.ts';
import { hresultFromWin32 } from '../../../hcs/windows/win32-error.ts';
import { createScratch } from '../../../runtime/rootfs/scratch.ts';
import { hcsRejection } from '../../harness/rejection.ts';
import { skip } from '../../harness/skip.ts';
import { buildStandIn } from '../../stand-in/build-stand-in.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const folder = mkdtempSync(join(tmpdir(), 'lcow virtdisk ä-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

test('structures have the offsets of the Windows SDK', () => {
  const create = createParameters({
    ...{ sizeBytes: 20 * GIB, blockBytes: MIB, sectorBytes: 512, physicalSectorBytes: 4096 },
  });
  assert.is(create.length, 184);
  assert.is(create.readUInt32LE(0), 2);
  assert.is(create.readBigUInt64LE(24), 20n * 2n ** 30n);
  assert.equal(
    [32, 36, 40].map((at) => create.readUInt32LE(at)),
    [MIB, 512, 4096],
  );
  assert.is(storageType('vhdx').toString('hex'), '03000000ec4a98ecf9a0e947901f71415a66345b');
  const open = openParameters({ informationOnly: true, readOnly: false });
  assert.is(open.toString('hex'), `0200000001000000${'00'.repeat(20)}`);
});

test('a Win32 error becomes an HRESULT as winerror.h has it', () => {
  assert.is(hresultFromWin32(0), 0);
  assert.is(hresultFromWin32(5), 0x80070005);
  assert.is(hresultFromWin32(0xc03a001a), 0xc03a001a);
  assert.is(hresultFromWin32(0xc03a001a | 0), 0xc03a001a);
});

try {
  const libraries = await buildStandIn();
  register(new VirtDisk(libraries), libraries.virtdisk);
} catch (error) {
  skip(`hcs/windows/virtdisk: the stand-in cannot be built: ${(error as Error).message}`);
}
test.run();

function register(virtdisk: VirtDisk, library: string): void {
  const standIn = loadLibrary(library);
  const count = standIn.func('VirtDiskStandInCount', 'int64_t', ['int32_t']);
  const fail = standIn.func('VirtDiskStandInFail', 'void', [
    ...['str', 'uint32_t', 'int32_t', 'int32_t', 'uint32_t'],
  ]);
  const counters = (): number[] => [0, 1, 2].map((what) => Number(count(what)));
  let files = 0;
  const newPath = (): string => join(folder, `disk ${(files += 1)}.vhdx`);

  /** A test that must give every handle back, and touch none that is closed. */
  const clean = (name: string, body: () => Promise<void>): void => {
    test(name, async () => {
      const before = counters();
      try {
        await body();
      } finally {
        fail('', 0, 0, 0, 0);
      }
      assert.equal(counters(), before, 'open handles, stale handles, attached disks');
    });
  };

  clean('a dynamic VHDX is made, asked, resized, attached, detached and closed', async () => {
    const path = newPath();
    await using disk = await virtdisk.createVhdx(path, { sizeBytes: 20 * GIB });
    const information = await disk.information();
    assert.ok(information.fileBytes < 5 * MIB);
    assert.equal(
      { ...information, fileBytes: 0 },
      {
        ...{ sizeBytes: 20 * GIB, fileBytes: 0, blockBytes: MIB, sectorBytes: 512 },
        ...{ format: 'vhdx', kind: 'dynamic' },
      },
    );
    await disk.resize(40 * GIB);
    assert.is((await disk.information()).sizeBytes, 40 * GIB);
    await hcsRejection(disk.physicalPath(), 'ERROR_NOT_READY');
    await disk.attach();
    assert.match(await disk.physicalPath(), /^\\\\\.\\PhysicalDrive\d+$/);
    await disk.detach();
    await hcsRejection(disk.detach(), 'ERROR_NOT_READY');
    await disk.attach({ localHost: false, readOnly: true });
    await hcsRejection(disk.physicalPath(), 'ERROR_NOT_READY');
    if (spawnSync('qemu-img', ['--version']).status !== 0) return;
    const { status, stderr } = spawnSync('qemu-img', ['check', '-f', 'vhdx', path]);
    assert.is(status, 0, stderr.toString());
  });

  clean('closing is once, waits for what is in flight, and detaches', async () => {
    const disk = await virtdisk.createVhdx(newPath(), { sizeBytes: GIB });
    fail('', 0, 0, 0, 30);
    const asked = disk.information();
    const attached = disk.attach();
    const closed = Promise.all([disk[Symbol.asyncDispose](), disk[Symbol.asyncDispose]()]);
    assert.is((await asked).sizeBytes, GIB);
    await attached;
    await closed;
    const error = await hcsRejection(disk.information(), 'E_INVALIDARG');
    assert.match(error.message, /this handle is closed/);
  });

  clean('disks of our own writer are opened and known for what they are', async () => {
    const fixed = join(folder, 'fixed.vhd');
    const dynamic = newPath();
    await createScratch(fixed, 64 * MIB);
    await createScratch(dynamic, 64 * MIB);
    for (const [path, format, kind] of [
      [fixed, 'vhd', 'fixed'],
      [dynamic, 'vhdx', 'dynamic'],
    ] as const) {
      await using disk = await virtdisk.open(path, { informationOnly: true });
      const information = await disk.information();
      assert.is(information.sizeBytes, 64 * MIB);
      assert.is(information.format, format);
      assert.is(information.kind, kind);
      await hcsRejection(disk.attach(), 'E_ACCESSDENIED');
    }
    await using one = await virtdisk.open(dynamic, { readOnly: true });
    await using two = await virtdisk.open(dynamic, { readOnly: true });
    await one.attach();
    const error = await hcsRejection(two.attach(), 'ERROR_SHARING_VIOLATION');
    assert.match(error.message, /another process has it open/);
    await hcsRejection(one.resize(GIB), 'E_ACCESSDENIED');
  });

  clean('what cannot be made is refused by field and value, and leaves no file', async () => {
    const path = newPath();
    const refused = async (text: RegExp, at: string, disk: object): Promise<void> => {
      const error = await hcsRejection(virtdisk.createVhdx(at, disk as never), 'E_INVALIDARG');
      assert.match(error.message, text);
      assert.not(existsSync(at));
    };
    await refused(/sizeBytes is 1048577/, path, { sizeBytes: MIB + 1 });
    await refused(/sizeBytes is 2097152/, path, { sizeBytes: 2 * MIB });
    await refused(/sizeBytes is NaN/, path, { sizeBytes: Number.NaN });
    await refused(/blockBytes is 3145728/, path, { sizeBytes: GIB, blockBytes: 3 * MIB });
    await refused(/blockBytes is 536870912/, path, { sizeBytes: GIB, blockBytes: 512 * MIB });
    await refused(/sectorBytes is 520/, path, { sizeBytes: GIB, sectorBytes: 520 });
    await refused(/path is ".*\.vhd"/, join(folder, 'x.vhd'), { sizeBytes: GIB });
    const far = join(folder, 'no such folder', 'x.vhdx');
    await hcsRejection(virtdisk.createVhdx(far, { sizeBytes: GIB }), 'PATH_NOT_FOUND');
  });

  clean('a create that fails half way leaves no file, and spares one that was there', async () => {
    const path = newPath();
    fail('CreateVirtualDisk', 112, 1, 1, 0);
    const error = await hcsRejection(
      virtdisk.createVhdx(path, { sizeBytes: GIB }),
      'ERROR_DISK_FULL',
    );
    assert.match(error.message, /CreateVirtualDisk on ".*" failed with ERROR_DISK_FULL: free some/);
    assert.not(existsSync(path));
    writeFileSync(path, 'mine');
    await hcsRejection(virtdisk.createVhdx(path, { sizeBytes: GIB }), 'ERROR_FILE_EXISTS');
    fail('CreateVirtualDisk', 5, 1, 0, 0);
    await hcsRejection(virtdisk.createVhdx(path, { sizeBytes: GIB }), 'E_ACCESSDENIED');
    assert.ok(existsSync(path));
  });

  clean('errors of every call come by name, with advice', async () => {
    const damaged = newPath();
    writeFileSync(damaged, 'vhdxfile'.padEnd(4096));
    await hcsRejection(virtdisk.open(damaged), 'ERROR_FILE_CORRUPT');
    await hcsRejection(virtdisk.open(newPath()), 'FILE_NOT_FOUND');
    const path = newPath();
    await using disk = await virtdisk.createVhdx(path, { sizeBytes: GIB });
    const calls: readonly [string, () => Promise<unknown>][] = [
      ['AttachVirtualDisk', () => disk.attach()],
      ['DetachVirtualDisk', () => disk.detach()],
      ['GetVirtualDiskInformation', () => disk.information()],
      ['GetVirtualDiskPhysicalPath', () => disk.physicalPath()],
      ['ResizeVirtualDisk', () => disk.resize(2 * GIB)],
    ];
    for (const [name, call] of calls) {
      fail(name, 0xc03a001a, -1, 0, 0);
      const error = await hcsRejection(call(), 'ERROR_VIRTUAL_DISK_LIMITATION');
      assert.match(error.message, /neither sparse, nor compressed, nor encrypted/);
      assert.is(error.events[0]?.Source, name);
    }
    fail('', 0, 0, 0, 0);
    await hcsRejection(disk.resize(512 * MIB), 'E_INVALIDARG');
    await hcsRejection(disk.resize(2 ** 45), 'NOT_SUPPORTED');
  });

  clean('slow calls do not hold the event loop up', async () => {
    await using disk = await virtdisk.createVhdx(newPath(), { sizeBytes: GIB });
    fail('', 0, 0, 0, 100);
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 5);
    await disk.attach();
    clearInterval(timer);
    assert.ok(turns >= 3, `${turns} turns in 100 ms`);
  });

  clean('sixty disks leave no handle', async () => {
    mkdirSync(join(folder, 'many'));
    const path = join(folder, 'many', 'one.vhdx');
    for (let round = 0; round < 60; round += 1) {
      const disk = await virtdisk.createVhdx(path, { sizeBytes: 3 * MIB });
      await disk[Symbol.asyncDispose]();
      rmSync(path);
    }
  });

  test('a library that is not there is refused by its name', () => {
    const missing = join(folder, 'missing.dll');
    assert.throws(() => new VirtDisk({ virtdisk: missing }), /missing\.dll cannot be loaded/);
  });
}
