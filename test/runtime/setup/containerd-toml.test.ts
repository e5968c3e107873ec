/** A runtime in containerd's config.toml: appended between marks, taken out again, refused by line. */
import { parse } from 'smol-toml';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  readContainerdFile,
  withContainerdRuntime,
  withoutBlock,
} from '../../../runtime/setup/containerd-toml.ts';
import { TextFault } from '../../../runtime/setup/json-spans.ts';

const LCOW = { name: 'lcow', standard: { name: 'runc', type: 'io.containerd.runc.v2' } };
const SETTINGS = {
  runtime_type: 'io.containerd.lcow.v1',
  pod_annotations: ['io.lcow.*'],
  container_annotations: ['io.lcow.*'],
  privileged_without_host_devices: true,
};
/** As Debian's package has it. */
const DEBIAN = `version = 2

[plugins]
  [plugins."io.containerd.grpc.v1.cri"]
    [plugins."io.containerd.grpc.v1.cri".cni]
      bin_dir = "/usr/lib/cni"
      conf_dir = "/etc/cni/net.d"
  [plugins."io.containerd.internal.v1.opt"]
    path = "/var/lib/containerd/opt"
`;

function runtimesOf(text: string, plugin = 'io.containerd.grpc.v1.cri'): unknown {
  const { plugins } = parse(text) as {
    plugins: Record<string, { containerd: { runtimes: unknown } }>;
  };
  const found = plugins[plugin]?.containerd.runtimes;
  // With prototypes, as assert.equal compares.
  return JSON.parse(JSON.stringify(found));
}

function refusal(text: string): TextFault {
  try {
    withContainerdRuntime(text, LCOW);
  } catch (error) {
    if (error instanceof TextFault) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

test('no file becomes one of version 2, with the runtime that the plugin defaults to', () => {
  const text = withContainerdRuntime(undefined, LCOW);
  assert.is(parse(text)['version'], 2);
  assert.equal(runtimesOf(text), {
    runc: { runtime_type: 'io.containerd.runc.v2' },
    lcow: SETTINGS,
  });
});

test('to a file without runtimes both are appended, and every line of it stays', () => {
  const text = withContainerdRuntime(DEBIAN, LCOW);
  assert.ok(text.startsWith(DEBIAN));
  assert.equal(Object.keys(runtimesOf(text) as object), ['runc', 'lcow']);
  assert.is(withContainerdRuntime(text, LCOW), text, 'a second time changes nothing');
  assert.is(withoutBlock(text), DEBIAN);
});

test('to a file with runtimes only ours is appended', () => {
  const own = `${DEBIAN}[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.crun]\nruntime_type = "io.containerd.runc.v2"`;
  const text = withContainerdRuntime(own, LCOW);
  assert.equal(Object.keys(runtimesOf(text) as object), ['crun', 'lcow']);
  assert.is(withoutBlock(text), `${own}\n`);
});

test("version 3 has containerd 2's name of the plugin", () => {
  const text = withContainerdRuntime('version = 3\n', LCOW);
  assert.equal(Object.keys(runtimesOf(text, 'io.containerd.cri.v1.runtime') as object), [
    'runc',
    'lcow',
  ]);
});

test('a block that stands in the middle of a file is left where it is', () => {
  const text = `${withContainerdRuntime(DEBIAN, LCOW)}\n[debug]\n  level = "debug"\n`;
  assert.is(withContainerdRuntime(text, LCOW), text);
  assert.is(withoutBlock(text), `${DEBIAN}\n[debug]\n  level = "debug"\n`);
});

test('the same runtime without the marks is left, another of that name is refused by its line', () => {
  const bare = withContainerdRuntime('version = 2\n', LCOW).replaceAll(/^#.*\n/gm, '');
  assert.is(withContainerdRuntime(bare, LCOW), bare);
  const other = bare.replace('io.containerd.lcow.v1', 'io.containerd.kata.v2');
  const fault = refusal(other);
  assert.is(other.split('\n')[fault.line - 1]?.includes('runtimes.lcow'), true);
  assert.match(fault.message, /runtime "lcow" of its own/);
});

test('what is no TOML, of another version, or cannot have tables appended is refused by its line', () => {
  assert.is(refusal('version = 2\n[plugins\n').line, 2);
  const first = refusal('[plugins.cri]\n');
  assert.match(first.message, /version is 1, not 2 or 3; "containerd config migrate"/);
  assert.is(refusal('\n\nversion = 4\n').line, 3);
  const inline =
    'version = 2\n[plugins."io.containerd.grpc.v1.cri".containerd]\nruntimes = { runc = { runtime_type = "io.containerd.runc.v2" } }\n';
  const fault = refusal(inline);
  assert.is(fault.line, 3);
  assert.match(fault.message, /cannot have .*runtimes\.lcow.* appended/);
  assert.match(
    refusal(
      'version = 2\n# BEGIN lcow: written by "lcow setup containerd", taken out by its --undo\n',
    ).message,
    /no "# END lcow"/,
  );
});

test('what else of the file matters is told', () => {
  const facts = readContainerdFile(
    `imports = ["/etc/containerd/conf.d/*.toml"]\ndisabled_plugins = ["cri"]\n${DEBIAN}`,
  );
  assert.is(facts.optFolder, '/var/lib/containerd/opt');
  assert.is(facts.version, 2);
  assert.match(facts.notes.join('\n'), /CRI plugin: Kubernetes cannot/);
  assert.match(facts.notes.join('\n'), /imports \/etc\/containerd\/conf\.d/);
});

test.run();
