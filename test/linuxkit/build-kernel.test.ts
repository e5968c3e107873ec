/**
 * The kernel's build around a stand-in source tree, whose make compiles one file: what is configured, kept, said and
 * left behind. The real one takes a quarter of an hour: test/long/kernel-build.ts.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { buildKernel, type BuildKernelOptions } from '../../linuxkit/kernel/build-kernel.ts';
import { checkBuildTools, missingTools } from '../../linuxkit/kernel/build-tools.ts';
import { KernelStore } from '../../linuxkit/kernel/kernel-store.ts';
import { rejection } from '../harness/rejection.ts';
import { skip } from '../harness/skip.ts';
import { inTemporaryFolder } from './temporary-folder.ts';

/** make's part: a configuration that loses what is named so, a vmlinux with a PVH note, a bzImage that tells its environment. */
const MAKEFILE = `VERSION = 6
PATCHLEVEL = 1
allnoconfig:
\tmkdir -p $(O)/include/config $(O)/arch/x86/boot
\techo 6.1.0-fake > $(O)/include/config/kernel.release
\tgrep -v LOST $(KCONFIG_ALLCONFIG) > $(O)/.config
prepare:
vmlinux:
\t@echo >> $(O)/compiled
\t@echo '  CC      note.o'
\t@$(SLOW)
\tgcc -nostdlib -static -o $(O)/vmlinux note.S
bzImage: vmlinux
\tset | grep -E '^(KBUILD|SOURCE_DATE|SECRET)' > $(O)/arch/x86/boot/bzImage
`;
const NOTE = `.section .note.Xen,"a",@note
.long 4, 8, 18
.asciz "Xen"
.quad 0x100000
.text
.globl _start
_start: hlt
`;

interface Stage {
  readonly folder: string;
  readonly store: KernelStore;
  readonly source: string;
  readonly options: BuildKernelOptions;
}

async function withSource(body: (stage: Stage) => Promise<void>, makefile = MAKEFILE) {
  if (missingTools(undefined).length > 0) {
    const names = missingTools(undefined).map(({ name }) => name);
    return skip(`${names.join(', ')} are not installed`);
  }
  await inTemporaryFolder(async (folder) => {
    const source = join(folder, 'linux');
    mkdirSync(source);
    writeFileSync(join(source, 'Makefile'), makefile);
    writeFileSync(join(source, 'note.S'), NOTE);
    const fragment = join(folder, 'mine.config');
    writeFileSync(fragment, 'CONFIG_A=y # first\nCONFIG_B=64 # second\n');
    const storeDirectory = join(folder, 'kernel');
    const options = {
      ...{ source, fragments: [fragment], storeDirectory, jobs: 2 },
      workDirectory: join(folder, 'work'),
    };
    await body({ folder, source, options, store: new KernelStore(storeDirectory) });
  });
}

/** Packs the source into an archive, in whose name it then is. */
function packed({ folder, source }: Stage): string {
  const archive = join(folder, 'linux-source-6.1.tar');
  const { status } = spawnSync('tar', ['-C', folder, '-cf', archive, 'linux']);
  assert.is(status, 0);
  rmSync(source, { recursive: true });
  return archive;
}

test('a kernel comes into the store with what it was made of, and no time of the host is in it', async () => {
  process.env['SECRET_OF_THE_CALLER'] = 'x';
  await withSource(async ({ options, store, folder }) => {
    const said: string[] = [];
    let compiled = 0;
    const kernel = await buildKernel({
      ...options,
      log: (line) => said.push(line),
      onProgress: (files) => (compiled = files),
    });
    assert.is(kernel.built, true);
    assert.is(compiled, 1);
    assert.is(kernel.record.release, '6.1.0-fake');
    assert.equal(kernel.record.fragments, [join(folder, 'mine.config')]);
    assert.match(kernel.record.compiler, /gcc/);
    const of = (name: string): string => readFileSync(join(kernel.directory, name), 'utf8');
    assert.is(of('config'), 'CONFIG_A=y\nCONFIG_B=64\n');
    assert.match(of('kernel'), /KBUILD_BUILD_TIMESTAMP='?1970-01-01/);
    assert.match(of('kernel'), /KBUILD_BUILD_HOST='?lcow/);
    assert.not.match(of('kernel'), 'SECRET');
    assert.equal(
      store.list().map(({ record }) => record.id),
      [kernel.record.id],
    );
    assert.match(said.join(), /compiles without precompiled headers: .*\.empty\.o\.cmd/);
  });
});

test('an archive is unpacked and built once; a tree, which may have changed, is looked at each time', async () => {
  await withSource(async (stage) => {
    const tree = await buildKernel(stage.options);
    assert.is((await buildKernel(stage.options)).built, true);
    const source = packed(stage);
    const first = await buildKernel({ ...stage.options, source });
    assert.is(first.built, true);
    assert.is(first.record.source.origin, 'linux-source-6.1.tar');
    assert.match(first.record.source.sha256 ?? '', /^[0-9a-f]{64}$/);
    assert.is.not(first.record.id, tree.record.id);
    const again = await buildKernel({ ...stage.options, source });
    assert.is(again.built, false);
    assert.is(again.record.id, first.record.id);
  });
});

test('an option that does not survive fails the build, by name and fragment; the store is as it was', async () => {
  await withSource(async ({ options, store, folder }) => {
    writeFileSync(join(folder, 'more.config'), 'CONFIG_LOST=y # gone\nCONFIG_C=y # stays\n');
    const fragments = [...(options.fragments ?? []), join(folder, 'more.config')];
    const error = await rejection(buildKernel({ ...options, fragments }));
    assert.match(String(error), /configuration lost CONFIG_LOST=y \(.*more\.config\): what they/);
    assert.equal(store.list(), []);
    assert.not.ok(existsSync(join(folder, 'work', 'compiled')));
  });
});

test('a build that is interrupted leaves its objects and nothing in the store; the next goes on', async () => {
  const once = "test -e $(O)/slow || { touch $(O)/slow; echo '  CC      slow.o'; sleep 100; }";
  const slow = MAKEFILE.replace('$(SLOW)', once);
  await withSource(async ({ options, store, folder }) => {
    const interrupted = new AbortController();
    const { signal } = interrupted;
    const onProgress = (compiled: number): void => {
      if (compiled === 2) interrupted.abort(new Error('interrupted'));
    };
    const error = await rejection(buildKernel({ ...options, signal, onProgress }));
    assert.match(String(error), 'interrupted');
    assert.equal(store.list(), []);
    const [objects = ''] = readdirSync(join(folder, 'work'));
    assert.ok(existsSync(join(folder, 'work', objects, 'compiled')));
    assert.not.ok(existsSync(join(folder, 'work', objects, '.lcow-build')));
    assert.is((await buildKernel(options)).built, true);
  }, slow);
});

test('two builds of one source at once: the second is told of the first', async () => {
  await withSource(
    async ({ options }) => {
      let other: Promise<unknown> | undefined;
      const onProgress = (): void => void (other ??= rejection(buildKernel(options)));
      await buildKernel({ ...options, onProgress });
      assert.match(String(await other), `process ${process.pid} builds it already`);
    },
    MAKEFILE.replace('$(SLOW)', 'sleep 1'),
  );
});

test('a compiler’s error reaches the caller; a kernel without a PVH entry is none', async () => {
  await withSource(
    async ({ options, store }) => {
      const error = await rejection(buildKernel(options));
      assert.match(String(error), /make ended with 2:\n[^]*note\.c:1: error: no such thing/);
      assert.equal(store.list(), []);
    },
    MAKEFILE.replace('$(SLOW)', 'echo "note.c:1: error: no such thing" >&2; exit 1'),
  );
  await withSource(async ({ options, source }) => {
    writeFileSync(join(source, 'note.S'), '.text\n.globl _start\n_start: hlt\n');
    assert.match(String(await rejection(buildKernel(options))), 'has no PVH entry');
  });
});

test('a source that is none is refused by name, and nothing half unpacked is left', async () => {
  await withSource(async (stage) => {
    const { folder, options } = stage;
    const refused = async (source: string): Promise<string> =>
      String(await rejection(buildKernel({ ...options, source })));
    assert.match(await refused(join(folder, 'absent')), /kernel source .*absent does not exist/);
    assert.match(await refused(folder), 'is no Linux source tree: its Makefile has no VERSION');
    const broken = join(folder, 'linux-source-6.1.tar.gz');
    writeFileSync(broken, 'not an archive');
    assert.match(await refused(broken), /cannot unpack kernel source .*: tar ended with 2:/);
    assert.equal(readdirSync(join(folder, 'work')), []);
  });
});

test('what a killed process half unpacked is removed by the next', async () => {
  await withSource(async (stage) => {
    const work = stage.options.workDirectory;
    // No process has this number: it is above the kernel's largest.
    mkdirSync(join(work, 'source-0123456789abcdef.4194305.unfinished', 'linux'), {
      recursive: true,
    });
    await buildKernel({ ...stage.options, source: packed(stage) });
    const names = readdirSync(work).map((name) => name.replace(/-[0-9a-f]{16}$/, ''));
    assert.equal(names.sort(), ['objects', 'source']);
  });
});

test('a full disk is told, and leaves no kernel', async () => {
  await withSource(async (stage) => {
    const full = join(stage.folder, 'small');
    mkdirSync(full);
    const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', full]);
    if (mount.status !== 0) return skip('a small file system cannot be mounted');
    try {
      writeFileSync(join(stage.source, 'large.c'), Buffer.alloc(1_000_000, 'x'));
      const source = packed(stage);
      const workDirectory = join(full, 'work');
      const options = { ...stage.options, source, workDirectory };
      assert.match(String(await rejection(buildKernel(options))), /No space left on device/);
      assert.equal(readdirSync(workDirectory), []);
      const storeDirectory = join(full, 'kernel');
      writeFileSync(join(full, 'filler'), Buffer.alloc(60_000));
      const error = await rejection(buildKernel({ ...stage.options, source, storeDirectory }));
      assert.match(String(error), /ENOSPC/);
      assert.equal(new KernelStore(storeDirectory).list(), []);
      const left = existsSync(storeDirectory) ? readdirSync(storeDirectory) : [];
      assert.equal(left, []);
    } finally {
      spawnSync('umount', [full]);
    }
  });
});

test('what is not installed is named with the package to install', async () => {
  await inTemporaryFolder(async (folder) => {
    for (const name of ['make', 'gcc', 'ld', 'strip', 'bc', 'perl', 'gzip']) {
      symlinkSync('/bin/true', join(folder, name));
    }
    const without = missingTools('linux-source-6.1.tar.xz', folder).map(({ name }) => name);
    assert.equal(
      without.filter((name) => !name.startsWith('/')),
      ['flex', 'bison', 'xz'],
    );
    assert.throws(
      () => checkBuildTools('linux.tar.xz', folder),
      /flex, bison, .*xz are not installed; apt-get install flex bison .*xz-utils does that/,
    );
  });
});

test.run();
