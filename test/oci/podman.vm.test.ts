/** podman, and conmon under it, with lcow-oci as their runtime: the real ones, where they are installed. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { skip } from '../harness/skip.ts';
import { OciHost, until } from './oci-host.ts';

const test = suite<{ podman: Podman }>('podman');

/** podman with storage, folders and a runtime of its own. */
class Podman {
  readonly oci = new OciHost();
  readonly #runtime = join(this.oci.folder, 'lcow-oci');

  constructor() {
    const { env } = this.oci.host;
    // conmon has an environment of its own: where lcow's folders are is told by the runtime itself.
    const folders = ['LCOW_DATA', 'LCOW_RUN', 'LCOW_BOOT_FILES'].filter((name) => env[name]);
    const exports = folders.map((name) => `export ${name}='${env[name]}'`).join('\n');
    const exec = `exec ${this.oci.program} --root ${this.oci.root} "$@"`;
    writeFileSync(this.#runtime, `#!/bin/sh\n${exports}\n${exec}\n`);
    chmodSync(this.#runtime, 0o755);
    mkdirSync(join(this.oci.folder, 'xdg'));
  }

  call(args: readonly string[], input = ''): { code: number | null; out: string; err: string } {
    const at = (name: string): string => join(this.oci.folder, 'podman', name);
    const own = ['--root', at('root'), '--runroot', at('run'), '--tmpdir', at('tmp')];
    const simple = ['--storage-driver', 'vfs', '--cgroup-manager', 'cgroupfs'];
    const globals = [...own, ...simple, '--events-backend', 'none', '--runtime', this.#runtime];
    const env = { ...this.oci.host.env, XDG_RUNTIME_DIR: join(this.oci.folder, 'xdg') };
    const done = spawnSync('podman', [...globals, ...args], { env, input, timeout: 120_000 });
    return { code: done.status, out: done.stdout.toString(), err: done.stderr.toString() };
  }

  ok(args: readonly string[], input = ''): string {
    const { code, out, err } = this.call(args, input);
    if (code !== 0) throw new Error(`podman ${args.join(' ')} exited ${code}: ${out}${err}`);
    return out.trim();
  }

  run(...args: readonly string[]) {
    return this.call(['run', '--rm', '--network', 'none', ...args]);
  }

  /** Imports a root file system as the image "busybox". */
  import(): void {
    const rootfs = join(this.oci.bundle('image', ['true']), 'rootfs');
    const tar = join(this.oci.folder, 'image.tar');
    assert.is(spawnSync('tar', ['-C', rootfs, '-cf', tar, '.']).status, 0);
    this.ok(['import', tar, 'busybox']);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.call(['rm', '-fa']);
    await this.oci[Symbol.asyncDispose]();
    // What podman itself makes for conmon.
    const parents = 'for d in /sys/fs/cgroup/*/libpod_parent; do rmdir $d/conmon $d; done';
    spawnSync('sh', ['-c', `${parents} 2>/dev/null`]);
  }
}

if (spawnSync('podman', ['--version']).status !== 0) skip('podman is not installed');
else {
  test.before((context) => {
    context.podman = new Podman();
    context.podman.import();
  });
  test.after(({ podman }) => podman[Symbol.asyncDispose]());

  test('run gives output, both streams, input and the status; what cannot be executed is 127', ({
    podman,
  }) => {
    const both = podman.call(
      [
        'run',
        '--rm',
        '-i',
        '--network',
        'none',
        'busybox',
        'sh',
        '-c',
        'cat; echo err >&2; exit 5',
      ],
      'typed',
    );
    assert.equal(both, { code: 5, out: 'typed', err: 'err\n' });
    const missing = podman.run('busybox', 'nosuch');
    assert.is(missing.code, 127);
    assert.match(missing.err, /executable file not found/);
  });

  test('a container in the background lives as podman wants it to', async ({ podman }) => {
    const script = 'trap "echo term; exit 4" TERM; echo up; while :; do sleep 1; done';
    const limits = ['--network', 'none', '--memory', '64m', '--pids-limit', '20'];
    const id = podman.ok(['run', '-d', ...limits, 'busybox', 'sh', '-c', script]);
    const of = (format: string): string => podman.ok(['inspect', '--format', format, id]);
    await until('it is up', () => podman.ok(['logs', id]) === 'up');
    assert.is(of('{{.State.Status}}'), 'running');
    assert.ok(existsSync(`/proc/${of('{{.State.Pid}}')}`));
    assert.is(podman.call(['exec', id, 'sh', '-c', 'exit 6']).code, 6);
    assert.is(podman.ok(['exec', '-i', id, 'cat'], 'through'), 'through');
    assert.is(podman.ok(['exec', '-t', id, 'tty']), '/dev/pts/0');
    assert.is(podman.call(['exec', id, 'nosuch']).code, 127);
    const stats = podman.ok(['stats', '--no-stream', '--format', '{{.MemUsage}}', id]);
    assert.match(stats, /^\d+(\.\d+)?MB \/ 67\.11MB$/, 'what the VM costs the host');
    podman.ok(['pause', id]);
    assert.is(of('{{.State.Status}}'), 'paused');
    podman.ok(['unpause', id]);
    podman.ok(['stop', '-t', '20', id]);
    assert.is(of('{{.State.ExitCode}} {{.State.Status}}'), '4 exited');
    podman.ok(['start', id]);
    podman.ok(['kill', id]);
    await until('it has ended', () => of('{{.State.Status}}') === 'exited');
    assert.is(of('{{.State.ExitCode}}'), '137');
    podman.ok(['rm', id]);
    const left = await podman.oci.leftovers();
    assert.equal(
      left.filter((line) => !line.includes('/podman/')),
      [],
    );
  });

  test.run();
}
