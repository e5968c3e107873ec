/** What goes wrong under `lcow run`: each time a clear error, the right status, and nothing left behind. */
import { cpSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findBootFiles } from '../../linuxkit/manifest.ts';
import type { RuntimeError } from '../../runtime/errors.ts';
import { openHostService } from '../../runtime/host-service.ts';
import { createUtilityVm } from '../../runtime/uvm/utility-vm.ts';
import { LcowHost, type RunningCommand } from '../harness/lcow-host.ts';
import { rejection } from '../harness/rejection.ts';
import { repositoryRoot } from '../harness/repository-root.ts';
import { provideTemplate } from '../harness/shared-template.ts';

const test = suite<{ host: LcowHost }>('faults');

test.before.each((context) => {
  context.host = new LcowHost();
});
test.after.each(async ({ host }) => {
  const left = await host.settledLeftovers();
  await host[Symbol.asyncDispose]();
  assert.equal(left, []);
});

const bootFiles = join(repositoryRoot(), 'build/guest');

/** Phases that the command tells itself; the others are its supervisor's. */
const OURS = ['command loaded', 'image resolved', 'container created', 'process started'];

async function reached(host: LcowHost, run: RunningCommand, phase: string): Promise<void> {
  if (OURS.includes(phase)) await run.shows(`ms ${phase}`);
  else await Promise.race([host.supervisorShows(`ms ${phase}`), endedEarly(run)]);
}

async function endedEarly(run: RunningCommand): Promise<never> {
  const { code, stderr } = await run.finished;
  throw new Error(`it ended with ${code}: ${stderr}`);
}

for (const phase of [
  'command loaded',
  'image resolved',
  'started',
  'link',
  'rootfs',
  'container created',
]) {
  test(`Ctrl-C after "${phase}" gives up with 130`, async ({ host }) => {
    const run = host.start(['run', '--rm', '--debug', host.busybox, 'sleep', '100']);
    await reached(host, run, phase);
    run.child.kill('SIGINT');
    const { code, stderr } = await run.finished;
    assert.is(code, 130, stderr);
  });
}

test('a third Ctrl-C gives up on a process that ignores it', async ({ host }) => {
  provideTemplate(host.data);
  const run = host.start([
    'run',
    '--rm',
    '--debug',
    host.busybox,
    'sh',
    '-c',
    'trap "" INT; echo up; sleep 100',
  ]);
  await run.shows('up');
  for (let n = 0; n < 3; n += 1) {
    run.child.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.is((await run.finished).code, 130);
});

test('a signal reaches the process and its status comes back', async ({ host }) => {
  provideTemplate(host.data);
  const run = host.start([
    'run',
    '--rm',
    host.busybox,
    'sh',
    '-c',
    'trap "echo got; exit 9" TERM; echo up; while :; do sleep 0.1; done',
  ]);
  await run.shows('up');
  run.child.kill('SIGTERM');
  const { code, stdout } = await run.finished;
  assert.is(code, 9);
  assert.match(stdout, /got/);
});

test('kill -9 of a client in the foreground leaves its container running and within reach', async ({
  host,
}) => {
  provideTemplate(host.data);
  const script = 'trap "exit 7" TERM; echo up; while :; do sleep 0.1; done';
  const args = ['run', '--rm', '--name', 'left', '-v', `${host.folder}:/s`, host.busybox];
  const run = host.start([...args, 'sh', '-c', script]);
  await run.shows('up');
  run.child.kill('SIGKILL');
  await run.finished;
  assert.is(await host.ok('ps', '--format', '{{.Names}} {{.State}}'), 'left running');
  assert.is(await host.ok('exec', 'left', 'echo', 'reached'), 'reached');
  assert.is(await host.ok('logs', 'left'), 'up');
  await host.ok('stop', 'left');
  assert.is(await host.ok('ps', '-aq'), '', '--rm removes it whoever is there');
});

test('kill -9 of supervisor and QEMU leaves nothing after the next command', async ({ host }) => {
  provideTemplate(host.data);
  const options = ['-d', '--name', 'gone', '-v', `${host.folder}:/s`];
  await host.ok('run', ...options, host.busybox, 'sleep', '100');
  assert.is(host.killSupervisors(), 1);
  assert.is(host.killVmms(), 1);
  assert.is(await host.ok('ps', '-a', '--format', '{{.Names}} {{.State}}'), 'gone exited');
  const state = JSON.parse(await host.ok('inspect', '--format', '{{json .State}}', 'gone'));
  assert.is(state.ExitCode, 137);
  assert.match(state.Error, /died|ended|killed|VM/);
  assert.equal(
    host.leftovers().filter((line) => !line.includes('/data/')),
    [],
  );
  assert.is(await host.ok('rm', 'gone'), 'gone');
});

for (const phase of ['started', 'link', 'rootfs', 'container created', 'process started']) {
  test(`a VMM killed after "${phase}" is told at once`, async ({ host }) => {
    const run = host.start(['run', '--rm', '--debug', host.busybox, 'sleep', '100']);
    await reached(host, run, phase);
    assert.is(host.killVmms(), 1);
    const { code, stderr } = await run.finished;
    assert.is(code, 125, stderr);
    // A call that was under way to the VMM ends with the same cause in its words.
    assert.match(stderr, /the VM exited \(UnexpectedExit|QEMU ended: SIGKILL/, stderr);
  });
}

test('a guest kernel that panics under the container ends it with the cause', async ({ host }) => {
  const script = 'echo c > /proc/sysrq-trigger; sleep 100';
  const args = ['run', '--rm', '--privileged', host.busybox, 'sh', '-c', script];
  const { code, stderr } = await host.lcow(...args);
  assert.is(code, 125, stderr);
  assert.match(stderr, /the VM exited .*Kernel panic - not syncing: sysrq triggered crash/);
});

test('a guest that says nothing is given up at the deadline, and nothing of it stays', async ({
  host,
}) => {
  const service = await openHostService(host);
  const { Execution: execution } = await service.properties();
  // No guest is up this soon: to us it is one that never answers.
  const vm = await createUtilityVm(service, {
    ...{ execution, bootFiles: await findBootFiles(), id: 'silent', bootTimeoutMs: 200 },
    directory: join(host.run, 'pod', 'silent'),
  });
  const error = (await rejection(vm.ready)) as RuntimeError;
  assert.is(error.code, 'timeout');
  assert.match(error.message, /did not answer within 200 ms/);
  assert.is((await vm.exited).ExitType, 'ForcedExit');
  await vm[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
});

test('a VMM that is not installed is named with advice', async ({ host }) => {
  const env = { LCOW_QEMU: '/no/such/qemu-system-x86_64' };
  const run = host.start(['run', '--rm', host.busybox, 'true'], { env });
  const { code, stderr } = await run.finished;
  assert.is(code, 125);
  assert.match(stderr, /\/no\/such\/qemu-system-x86_64/);
  assert.match(stderr, /install/);
});

for (const file of ['vmlinux', 'initrd.img']) {
  test(`a truncated and a changed ${file} are refused by name`, async ({ host }) => {
    const copy = join(host.folder, 'guest');
    cpSync(bootFiles, copy, { recursive: true });
    const path = join(copy, file);
    truncateSync(path, 100_000);
    const env = { LCOW_BOOT_FILES: copy };
    const truncated = await host.start(['run', '--rm', host.busybox, 'true'], { env }).finished;
    assert.is(truncated.code, 125);
    assert.match(truncated.stderr, new RegExp(file));

    const changed = readFileSync(join(bootFiles, file));
    changed[changed.length >> 1] = (changed[changed.length >> 1] ?? 0) ^ 0xff;
    writeFileSync(path, changed);
    const wrong = await host.start(['run', '--rm', host.busybox, 'true'], { env }).finished;
    assert.is(wrong.code, 125);
    assert.match(wrong.stderr, /digest|sha256/i);
  });
}

test('missing boot files are told with what builds them', async ({ host }) => {
  const env = { LCOW_BOOT_FILES: join(host.folder, 'nothing') };
  const { code, stderr } = await host.start(['run', '--rm', host.busybox, 'true'], { env })
    .finished;
  assert.is(code, 125);
  assert.match(stderr, /nothing/);
  assert.match(stderr, /npm run setup/);
});

test('a kernel that is none, and an initrd that is none, are refused by name', async ({ host }) => {
  const junk = join(host.folder, 'junk');
  writeFileSync(junk, Buffer.alloc(100_000, 0x55));
  const initrd = join(bootFiles, 'initrd.img');
  const kernel = await host.lcow('uvm', 'boot', '--kernel', junk, '--initrd', initrd);
  assert.is(kernel.code, 125);
  assert.match(kernel.stderr, /kernel ".*junk" is neither a bzImage nor an ELF vmlinux/);
  const none = await host.lcow(
    'uvm',
    'boot',
    '--kernel',
    join(bootFiles, 'vmlinux'),
    '--initrd',
    junk,
  );
  assert.is(none.code, 125);
  assert.match(none.stderr, /initrd ".*junk" is no initrd: neither a cpio archive nor/);
});

test('too little memory for the VM is told before or by its end, never by silence', async ({
  host,
}) => {
  const { code, stderr } = await host.lcow('uvm', 'boot', '--memory', '16m');
  assert.is(code, 125);
  assert.match(stderr, /memory of 16 MiB is less than the \d+ MiB/);
});

test('a damaged image is refused and leaves the store as it was', async ({ host }) => {
  const layout = join(host.folder, 'image');
  cpSync(host.busybox, layout, { recursive: true });
  const index = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) as {
    manifests: { digest: string }[];
  };
  const blob = (digest = ''): string => join(layout, 'blobs', ...digest.split(':'));
  const manifest = JSON.parse(readFileSync(blob(index.manifests[0]?.digest), 'utf8')) as {
    layers: { digest: string }[];
  };
  truncateSync(blob(manifest.layers[0]?.digest), 1000);
  const { code, stderr } = await host.lcow('run', '--rm', layout, 'true');
  assert.is(code, 125);
  assert.match(stderr, /has 1000 bytes, its descriptor says/);
  assert.is((await host.lcow('image', 'list', '-q')).stdout, '');
});

test.run();
