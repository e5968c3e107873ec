/** Configuration that the documentation shows is configuration: it parses, and says what lcow itself writes. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withContainerdRuntime } from '../../runtime/setup/containerd-toml.ts';
import { withRuntime } from '../../runtime/setup/daemon-json.ts';
import { repositoryRoot } from '../harness/repository-root.ts';
import { skip } from '../harness/skip.ts';
import { codeBlocksOf } from './markdown.ts';

const ROOT = repositoryRoot();
const FOLDER = join(ROOT, 'docs/kubernetes');
const PAGES = ['docs/containerd.md', 'docs/docker.md', 'docs/kubernetes/README.md'];

interface Manifest {
  readonly kind: string;
  readonly handler?: string;
  readonly spec?: { readonly runtimeClassName?: string; readonly template?: Template };
  readonly overhead?: { readonly podFixed: Readonly<Record<string, string>> };
  readonly scheduling?: { readonly nodeSelector: unknown };
  readonly metadata: { readonly name: string };
}

interface Template {
  readonly spec: {
    readonly nodeSelector: unknown;
    readonly initContainers: readonly { readonly image: string; readonly command: string[] }[];
    readonly containers: readonly { readonly image: string }[];
  };
}

/** By Python's YAML library, or undefined where that is not there. */
function readManifests(): Map<string, Manifest> | undefined {
  const program = `
import json, sys, yaml
print(json.dumps({p: yaml.safe_load(open(p)) for p in sys.argv[1:]}))`;
  const paths = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => join(FOLDER, name));
  const { status, stdout, stderr } = spawnSync('python3', ['-c', program, ...paths], {
    encoding: 'utf8',
  });
  if (status !== 0) {
    if (stderr === null || /No module named 'yaml'/.test(stderr)) return undefined;
    throw new Error(stderr);
  }
  const read = JSON.parse(stdout) as Record<string, Manifest>;
  return new Map(paths.map((path) => [path.slice(FOLDER.length + 1), read[path] as Manifest]));
}

const manifests = readManifests();
if (manifests === undefined) {
  skip('no YAML reader (apt-get install python3-yaml): manifests are not read');
} else {
  test('the manifests parse, and name one runtime, one label and one image', () => {
    const runtimeClass = manifests.get('runtime-class.yaml');
    const daemonSet = manifests.get('installer.yaml')?.spec?.template?.spec;
    assert.is(runtimeClass?.kind, 'RuntimeClass');
    assert.is(runtimeClass?.handler, 'lcow');
    assert.match(runtimeClass?.overhead?.podFixed['memory'] ?? '', /^\d+Mi$/);
    assert.is(manifests.get('pod.yaml')?.spec?.runtimeClassName, runtimeClass?.metadata.name);
    assert.equal(daemonSet?.nodeSelector, runtimeClass?.scheduling?.nodeSelector);
    const images = [...(daemonSet?.initContainers ?? []), ...(daemonSet?.containers ?? [])].map(
      ({ image }) => image,
    );
    assert.is(new Set(images).size, 1);
    assert.ok(readFileSync(join(FOLDER, 'README.md'), 'utf8').includes(`-t ${images[0]} .`));
  });

  test('what the installer executes and what its image copies is in the checkout', () => {
    const command =
      manifests.get('installer.yaml')?.spec?.template?.spec.initContainers[0]?.command;
    assert.ok(existsSync(join(ROOT, (command?.[0] ?? '').replace(/^\/lcow\//, ''))));
    const copied = readFileSync(join(FOLDER, 'Containerfile'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('COPY '))
      .flatMap((line) => line.split(' ').slice(1, -1));
    assert.ok(copied.length > 5);
    // What set-up builds is there once it ran; what git has, always.
    const built = /^(dist|build|node_modules)\//;
    assert.equal(
      copied.filter((path) => !built.test(path) && !existsSync(join(ROOT, path))),
      [],
    );
  });
}

test('JSON and TOML in the pages parse, and have the runtime as lcow setup writes it', () => {
  let read = 0;
  for (const page of PAGES) {
    const text = readFileSync(join(ROOT, page), 'utf8');
    for (const block of codeBlocksOf(text, 'json')) {
      const { runtimes } = JSON.parse(block) as { runtimes?: { lcow?: object } };
      const lcow = runtimes?.lcow;
      if (lcow !== undefined)
        assert.is(withRuntime(block, 'lcow', lcow as { path: string }), block);
      read += 1;
    }
    for (const block of codeBlocksOf(text, 'toml')) {
      const document = parse(block);
      read += 1;
      if (!('version' in document)) continue;
      const standard = { name: 'runc', type: 'io.containerd.runc.v2' };
      assert.is(withContainerdRuntime(block, { name: 'lcow', standard }), block);
    }
  }
  assert.ok(read >= 4, `${read} blocks were read`);
});

const needs = ['bin/containerd-shim-lcow-v1', 'build/guest/kernel', 'build/host/lcow-holder'];
const absent = needs.filter((path) => !existsSync(join(ROOT, path)));
if (process.getuid?.() !== 0) skip('install.sh needs root');
else if (absent.length > 0) skip(`install.sh is not run: no ${absent.join(', ')}`);
else {
  test('install.sh installs on a root file system, does nothing again, and is undone', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lcow-install-'));
    try {
      for (const name of ['upper', 'work', 'root']) mkdirSync(join(folder, name));
      // This host's root with a layer over it, in a mount namespace that ends with the script.
      const script = `set -eu
        mount -t overlay overlay -o lowerdir=/,upperdir=$1/upper,workdir=$1/work $1/root
        mkdir -p $1/root/etc/containerd
        printf 'version = 2\\n' > $1/root/etc/containerd/config.toml
        mount --rbind /dev $1/root/dev
        mount --rbind /proc $1/root/proc
        "$2" $1/root && "$2" $1/root
        cat $1/root/etc/containerd/config.toml
        test -x $1/root/opt/lcow/bin/lcow
        chroot $1/root /opt/lcow/bin/lcow setup containerd --undo > /dev/null
        cat $1/root/etc/containerd/config.toml`;
      const { status, stdout, stderr } = spawnSync(
        'unshare',
        ['-m', 'sh', '-c', script, 'sh', folder, join(FOLDER, 'install.sh')],
        { encoding: 'utf8', env: { ...process.env, LCOW_RESTART: 'echo restarted' } },
      );
      assert.is(status, 0, stderr);
      assert.is(stdout.split('restarted').length, 2, 'containerd restarts once');
      assert.match(stdout, /runtimes\.lcow\]\n {2}runtime_type = "io\.containerd\.lcow\.v1"/);
      assert.match(stdout, /# END lcow\nversion = 2\n$/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

test.run();
