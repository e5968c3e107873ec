/** computestorage.dll's one function that LCOW uses, through the stand-in. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadLibrary } from '../../../hcs/windows/compute-core.ts';
import { ComputeStorage } from '../../../hcs/windows/computestorage.ts';
import { hcsRejection } from '../../harness/rejection.ts';
import { skip } from '../../harness/skip.ts';
import { buildStandIn } from '../../stand-in/build-stand-in.ts';

const folder = mkdtempSync(join(tmpdir(), 'lcow-computestorage-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

test('a library that is not there is told when it is used, not before', async () => {
  const storage = new ComputeStorage({ computestorage: join(folder, 'missing.dll') });
  const error = await hcsRejection(storage.destroyLayer(folder), 'NOT_SUPPORTED');
  assert.match(error.message, /missing\.dll/);
});

try {
  const libraries = await buildStandIn();
  register(new ComputeStorage(libraries), libraries.computestorage);
} catch (error) {
  skip(`hcs/windows/computestorage: the stand-in cannot be built: ${(error as Error).message}`);
}
test.run();

function register(storage: ComputeStorage, library: string): void {
  const fail = loadLibrary(library).func('ComputeStorageStandInFail', 'void', ['int32_t']);

  test('a layer goes with all that is in it; again is not an error', async () => {
    const layer = join(folder, 'layer');
    mkdirSync(join(layer, 'a', 'b'), { recursive: true });
    writeFileSync(join(layer, 'layer.vhd'), 'x', { mode: 0o444 });
    writeFileSync(join(layer, 'a', 'b', 'c'), 'x');
    await storage.destroyLayer(layer);
    assert.not(existsSync(layer));
    await storage.destroyLayer(layer);
    assert.ok(existsSync(folder));
  });

  test('a failure is an HcsError with its HRESULT, the call and the folder', async () => {
    const layer = join(folder, 'busy');
    mkdirSync(layer);
    fail(0x80070020 | 0);
    const error = await hcsRejection(storage.destroyLayer(layer), 'ERROR_SHARING_VIOLATION');
    assert.match(error.message, /HcsDestroyLayer on ".*busy" failed/);
    assert.is(error.events[0]?.Source, 'HcsDestroyLayer');
    assert.ok(existsSync(layer));
    writeFileSync(join(layer, 'file'), '');
    await hcsRejection(storage.destroyLayer(join(layer, 'file')), 'E_INVALIDARG');
  });
}
