import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { buildGuestImage } from '../../linuxkit/build-guest-image.ts';
import { skip } from '../harness/skip.ts';
import { inTemporaryFolder } from './temporary-folder.ts';

const CACHE = 'build/cache/kernel';
const LOADER = 'test/linuxkit/module-loader.c';
const DEVICES = ['virtio-serial-pci', 'virtio-scsi-pci', 'virtio-rng-pci'];

test('in a guest every listed module loads in the order of the list', async () => {
  if (!existsSync(CACHE)) return skip(`no kernel in ${CACHE}`);
  await inTemporaryFolder(async (folder) => {
    const agent = join(folder, 'loader');
    const compiled = spawnSync('gcc', ['-static', '-O1', '-s', '-o', agent, LOADER], {
      encoding: 'utf8',
    });
    if (compiled.status !== 0) return skip(`gcc cannot build the loader: ${compiled.stderr}`);
    const { directory, manifest } = await buildGuestImage({
      agent,
      outputDirectory: join(folder, 'image'),
      cacheDirectory: CACHE,
    });
    const qemu = spawnSync(
      'qemu-system-x86_64',
      [
        ...['-M', 'q35', '-cpu', 'max', '-m', '256', '-nodefaults', '-nographic', '-no-reboot'],
        ...[
          '-kernel',
          join(directory, manifest.kernel.boot),
          '-initrd',
          join(directory, 'initrd.img'),
        ],
        ...['-append', 'console=ttyS0 panic=-1 rdinit=/init quiet', '-serial', 'stdio'],
        ...DEVICES.flatMap((device) => ['-device', device]),
      ],
      {
        encoding: 'utf8',
        timeout: 120_000,
        killSignal: 'SIGKILL',
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    if (qemu.error !== undefined && !qemu.stdout)
      return skip(`QEMU cannot run: ${qemu.error.message}`);
    const results = [...qemu.stdout.matchAll(/^MODULE (\S+) (\S+) (.*?)\r?$/gm)];
    assert.match(qemu.stdout, /^MODULES END/m, qemu.stdout.slice(-2000));
    const loaded = results.filter(([, , , how]) => how === 'ok').map(([, , path]) => path);
    const wanted = manifest.modules
      .filter(({ groups }) => groups.some((group) => group !== 'hyperv'))
      .map(({ name }) => `/lib/modules/${manifest.kernel.release}/${name}.ko`);
    assert.equal(new Set(loaded), new Set(wanted));
    for (const [line, , , how] of results) assert.match(how ?? '', /^(ok|File exists)$/, line);
  });
});

test.run();
