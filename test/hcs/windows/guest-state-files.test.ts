/** The empty files of a VM's state, through the stand-in. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HRESULT } from '../../../hcs/hresult.ts';
import { ComputeCore } from '../../../hcs/windows/compute-core.ts';
import {
  createEmptyGuestStateFile,
  createEmptyRuntimeStateFile,
} from '../../../hcs/windows/guest-state-files.ts';
import { hcsRejection } from '../../harness/rejection.ts';
import { skip } from '../../harness/skip.ts';
import { standInBench, type StandInBench } from './stand-in-bench.ts';

try {
  register(await standInBench());
} catch (error) {
  skip(`hcs/windows/guest-state-files: the stand-in cannot be built: ${(error as Error).message}`);
}
test.run();

function register({ libraries, folder, configure }: StandInBench): void {
  const core = new ComputeCore(libraries);

  test('both files are made by HCS', async () => {
    const vmgs = join(folder, 'a\u00e9\ud83d\ude00.vmgs');
    await createEmptyGuestStateFile(core, vmgs);
    assert.is(readFileSync(vmgs, 'latin1'), 'GUESTRTS');
    await createEmptyRuntimeStateFile(core, join(folder, 'a.vmrs'));
    assert.is(readFileSync(join(folder, 'a.vmrs'), 'latin1'), 'RUNTIMES');
  });

  test('a file that is there stays as it is, and the error names it', async () => {
    const path = join(folder, 'twice.vmgs');
    await createEmptyGuestStateFile(core, path);
    const error = await hcsRejection(createEmptyGuestStateFile(core, path), 'ERROR_FILE_EXISTS');
    assert.match(error.message, 'twice.vmgs');
  });

  test('what cannot be made leaves nothing', async () => {
    const before = readdirSync(folder);
    const nowhere = createEmptyGuestStateFile(core, join(folder, 'none', 'a.vmgs'));
    await hcsRejection(nowhere, 'PATH_NOT_FOUND');
    await hcsRejection(createEmptyGuestStateFile(core, ''), 'E_INVALIDARG');
    await hcsRejection(createEmptyRuntimeStateFile(core, 'a\0b'), 'E_INVALIDARG');
    const Hresult = HRESULT.HCS_E_ACCESS_DENIED | 0;
    configure({ Fail: { HcsCreateEmptyRuntimeStateFile: { Hresult, Synchronous: true } } });
    const refused = createEmptyRuntimeStateFile(core, join(folder, 'b.vmrs'));
    assert.match((await hcsRejection(refused, 'HCS_E_ACCESS_DENIED')).message, 'elevated');
    configure({});
    assert.equal(readdirSync(folder), before);
  });

  test('a build without them says which it has not', async () => {
    const old = new ComputeCore({ ...libraries, computecore: libraries.ws2_32 ?? '' });
    const path = join(folder, 'old.vmgs');
    const error = await hcsRejection(createEmptyGuestStateFile(old, path), 'NOT_SUPPORTED');
    assert.match(error.message, 'HcsCreateEmptyGuestStateFile');
  });
}
