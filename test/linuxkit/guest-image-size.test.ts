/** How large the guest image that set-up built may be: it is read at every start. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BootFilesError, findBootFiles, type BootFiles } from '../../linuxkit/manifest.ts';
import { repositoryRoot } from '../harness/repository-root.ts';
import { skip } from '../harness/skip.ts';

const MIB = 2 ** 20;
/** docs/specification.md. */
const INITRD_BYTES_MAX = 12 * MIB;
const AGENT_BYTES_MAX = 6 * MIB;

const image = await findBootFiles({ packageRoot: repositoryRoot() }).catch((error: unknown) => {
  if (!(error instanceof BootFilesError)) throw error;
  return error;
});

if (image instanceof BootFilesError) skip(image.message);
else sizes(image);

function sizes({ initrd, manifest, directory }: BootFiles): void {
  test('the initrd is at most 12 MiB', async () => {
    const { size } = await stat(initrd);
    assert.ok(size <= INITRD_BYTES_MAX, `${size} bytes`);
  });

  test('the agent is at most 6 MiB', () => {
    assert.ok(manifest.agent.sizeBytes <= AGENT_BYTES_MAX, `${manifest.agent.sizeBytes} bytes`);
  });

  test('the initrd holds little beside agent and modules', async () => {
    const modules = manifest.modules.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const { size } = await stat(join(directory, 'initrd.img'));
    const rest = size - modules - manifest.agent.sizeBytes;
    assert.ok(rest >= 0 && rest < MIB / 4, `${rest} bytes`);
  });

  test.run();
}
