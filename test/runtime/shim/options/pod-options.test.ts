/** VM options of pods: where they come from, which one counts, and how each mistake is told. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import protobuf from 'protobufjs/minimal.js';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { messageOf, RuntimeError } from '../../../../runtime/errors.ts';
import {
  checkMember,
  decodePodOptions,
  type PodOptions,
} from '../../../../runtime/shim/options/pod-options.ts';
import { rejection } from '../../../harness/rejection.ts';

const folder = mkdtempSync(join(tmpdir(), 'lcow-options-'));
const MIB = 2 ** 20;

interface Given {
  readonly host?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly options?: { readonly typeUrl: string; readonly value: Uint8Array };
  readonly annotations?: Readonly<Record<string, string>>;
  readonly resources?: unknown;
  readonly hasNetworkNamespace?: boolean;
}

async function decode(given: Given = {}): Promise<PodOptions> {
  const hostFile = join(folder, 'config.toml');
  writeFileSync(hostFile, given.host ?? '');
  return decodePodOptions({
    spec: {
      annotations: given.annotations ?? {},
      resources: given.resources,
      hasNetworkNamespace: given.hasNetworkNamespace ?? true,
    },
    options: given.options,
    env: given.env ?? {},
    hostFile,
  });
}

async function refused(given: Given): Promise<string> {
  const error = await rejection(decode(given));
  assert.instance(error, RuntimeError);
  assert.is((error as RuntimeError).code, 'invalid-argument');
  return messageOf(error);
}

/** A message of these fields; numbers are varints. */
function message(fields: Readonly<Record<number, string | number>>): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const [number, value] of Object.entries(fields)) {
    if (typeof value === 'number') writer.uint32(Number(number) << 3).uint32(value);
    else writer.uint32((Number(number) << 3) | 2).string(value);
  }
  return writer.finish();
}

const generic = (fields: Readonly<Record<number, string>>) => ({
  typeUrl: 'runtimeoptions.v1.Options',
  value: message(fields),
});
const runc = (fields: Readonly<Record<number, string | number>>) => ({
  typeUrl: 'containerd.runc.v1.Options',
  value: message(fields),
});

test('without anything a VM is made as the defaults have it', async () => {
  assert.equal(await decode(), {
    shape: { network: 'none', ports: [] },
    debug: false,
    ioRetryMs: 0,
  });
  assert.is((await decode({ hasNetworkNamespace: false })).shape.network, 'user');
});

test('every option reaches the VM, as an annotation or in a file', async () => {
  const shape = {
    memoryMiB: 1536,
    processorCount: 1,
    kernelArguments: 'quiet',
    accelerator: 'tcg',
    network: 'user',
    shares: ['/data', '/srv'],
    ports: [],
    template: 'none',
  };
  const annotations = {
    'io.lcow.memory': '1.5g',
    'io.lcow.processors': '1',
    'io.lcow.kernel-args': 'quiet',
    'io.lcow.accelerator': 'tcg',
    'io.lcow.network': 'user',
    'io.lcow.template': 'none',
    'io.lcow.shares': '/data,/srv/',
    'io.lcow.debug': '1',
    // The agent's and the task service's.
    'io.lcow.privileged': 'true',
    'io.lcow.hosts': '[]',
    'io.lcow.devices': '[]',
    other: 'x',
  };
  const annotated = await decode({ annotations });
  assert.equal({ ...annotated.shape }, shape);
  assert.is(annotated.debug, true);
  const host = [
    '[shim]',
    'memory = "1.5g"',
    'processors = 1',
    'kernel-args = "quiet"',
    'accelerator = "tcg"',
    'network = "user"',
    'boot-files = "/boot/lcow"',
    'template = "none"',
    'shares = "/data,/srv"',
    'debug = true',
  ].join('\n');
  const filed = await decode({ host });
  assert.equal({ ...filed.shape }, { ...shape, bootFiles: '/boot/lcow' });
  assert.is(filed.debug, true);
});

test("later sources count: file, environment, the runtime's options, annotations", async () => {
  const path = join(folder, 'pods.toml');
  writeFileSync(path, 'memory = "400m"\nprocessors = 2\n');
  const host = '[shim]\nmemory = "200m"\n';
  const env = { LCOW_SHIM_MEMORY: '300m' };
  const memory = async (given: Given): Promise<number | undefined> =>
    (await decode(given)).shape.memoryMiB;
  assert.is(await memory({ host }), 200);
  assert.is(await memory({ host, env }), 300);
  const options = generic({ 1: 'lcow.v1.Options', 2: path });
  assert.is(await memory({ host, env, options }), 400);
  assert.is((await decode({ options })).shape.processorCount, 2);
  const body = generic({ 1: 'lcow.v1.Options', 2: path, 3: 'memory = "500m"' });
  assert.is(await memory({ host, env, options: body }), 500);
  const annotations = { 'io.lcow.memory': '600m' };
  assert.is(await memory({ host, env, options: body, annotations }), 600);
});

test("containerd's whole table of options is read where it comes as TOML", async () => {
  const text = 'TypeUrl = "lcow.v1.Options"\nmemory = "2g"\n';
  const { shape } = await decode({ options: generic({ 1: 'lcow.v1.Options', 3: text }) });
  assert.is(shape.memoryMiB, 2048);
  assert.equal((await decode({ options: generic({}) })).shape.memoryMiB, undefined);
});

test('what is unknown or wrong is told with its source, its key and its value', async () => {
  const path = join(folder, 'wrong.toml');
  writeFileSync(path, 'data = "/x"\n');
  const cases: readonly (readonly [Given, ...RegExp[]])[] = [
    [{ host: '[shim]\nmemroy = "1g"' }, /config\.toml:2/, /"shim\.memroy"/],
    [{ host: '[shim]\nmemory = 7' }, /config\.toml:2: shim\.memory: "7"/],
    [{ env: { LCOW_SHIM_PROCESSORS: 'two' } }, /LCOW_SHIM_PROCESSORS: "two" is not/],
    [{ annotations: { 'io.lcow.memroy': '1g' } }, /annotation io\.lcow\.memroy/, /"memroy"; there/],
    [
      { annotations: { 'io.lcow.memory': '1x' } },
      /annotation io\.lcow\.memory: "1x" is not a size/,
    ],
    [{ annotations: { 'io.lcow.memory': '' } }, /annotation io\.lcow\.memory: "" is not a size/],
    [{ annotations: { 'io.lcow.processors': '0' } }, /io\.lcow\.processors: "0" is not a whole/],
    [
      { annotations: { 'io.lcow.network': 'bridge' } },
      /network: "bridge" is not one of user, none/,
    ],
    [{ annotations: { 'io.lcow.template': 'web' } }, /"web" is not one of auto, make, none/],
    [{ annotations: { 'io.lcow.shares': '/a/../b' } }, /shares: "\/a\/\.\.\/b" is not any, none/],
    [{ annotations: { 'io.lcow.boot-files': '/x' } }, /io\.lcow\.boot-files: "\/x": only a conf/],
    [{ options: generic({ 1: 'other.v1.Options' }) }, /type_url: "other\.v1\.Options" is not lcow/],
    [{ options: generic({ 2: 'pods.toml' }) }, /config_path: "pods\.toml" is not an absolute path/],
    [{ options: generic({ 2: '/nowhere.toml' }) }, /config_path: ENOENT.*\/nowhere\.toml/],
    [{ options: generic({ 2: folder }) }, /config_path: .* is not a file/],
    [{ options: generic({ 2: path }) }, /wrong\.toml: data: there is no option "data"/],
    [{ options: generic({ 3: 'memory = ' }) }, /config_body:1: /],
    [{ options: generic({ 3: 'memory = true' }) }, /config_body: memory: it is true \(a boolean\)/],
    [{ options: generic({ 3: 'TypeUrl = "x"' }) }, /config_body: TypeUrl: "x" is not lcow/],
    [{ options: { typeUrl: 'a.b.C', value: message({}) } }, /options of type "a\.b\.C"/],
    [
      { options: { typeUrl: 'runtimeoptions.v1.Options', value: Buffer.from([0x0a, 9]) } },
      /2 bytes/,
    ],
    [
      { options: runc({ 6: '/usr/bin/crun' }) },
      /binary_name: "\/usr\/bin\/crun": it means nothing/,
    ],
    [{ options: runc({ 3: '/cg' }) }, /shim_cgroup: "\/cg"/],
    [{ options: runc({ 4: 1000 }) }, /io_uid: 1000/],
  ];
  for (const [given, ...words] of cases) {
    const text = await refused(given);
    for (const word of words) assert.match(text, word);
  }
});

test("dockerd's and ctr's options of runc say nothing of a VM", async () => {
  const options = runc({ 1: 1, 6: '/usr/bin/runc', 7: '/var/run/docker/runtime-runc/moby', 9: 1 });
  assert.equal((await decode({ options })).shape, { network: 'none', ports: [] });
});

test("options of Windows' shim become ours where they mean the same", async () => {
  const typeUrl = 'containerd.runhcs.v1.Options';
  const value = message({ 1: 1, 5: 'linux/amd64', 7: '/boot/lcow', 8: 2, 9: 2048, 17: 30 });
  const { shape, debug, ioRetryMs } = await decode({ options: { typeUrl, value } });
  assert.is(debug, true);
  assert.is(ioRetryMs, 30_000);
  assert.is(shape.memoryMiB, 2048);
  assert.is(shape.processorCount, 2);
  assert.is(shape.bootFiles, '/boot/lcow');
  const windows = { typeUrl, value: message({ 5: 'windows/amd64' }) };
  assert.match(await refused({ options: windows }), /sandbox_platform: "windows\/amd64"/);
});

test('a lone container has a VM after its limits, with what the VM needs beside them', async () => {
  const limited = async (resources: unknown): Promise<object> =>
    (await decode({ resources })).shape;
  const none = { network: 'none', ports: [] };
  const memory = { memory: { limit: 64 * MIB } };
  assert.equal(await limited(memory), { ...none, memoryMiB: 64 + 2 + 192 });
  assert.equal(await limited({ memory: { limit: -1 } }), none);
  assert.equal(await limited({ memory: { limit: 9_223_372_036_854_771_712 } }), none);
  assert.equal(await limited({ cpu: { quota: 50_000, period: 100_000 } }), {
    ...none,
    processorCount: 1,
  });
  const most = availableParallelism();
  const cpu = { quota: 90_000_000, period: 100_000 };
  assert.equal(await limited({ cpu }), { ...none, processorCount: most });
  assert.equal(await limited({ cpu: { quota: -1 } }), none);
  assert.match(await refused({ resources: { memory: { limit: MIB } } }), /1048576 bytes/);
  const annotations = { 'io.lcow.memory': '1g' };
  assert.is((await decode({ annotations, resources: memory })).shape.memoryMiB, 1024);
});

test('a pod has a VM after what the kubelet says of all of it, never after its first container', async () => {
  const resources = { memory: { limit: 64 * MIB } };
  for (const group of ['io.containerd.runc.v2.group', 'io.kubernetes.cri.sandbox-id']) {
    const { shape } = await decode({ annotations: { [group]: 'pod' }, resources });
    assert.equal(shape, { network: 'none', ports: [] });
  }
  const annotations = {
    'io.kubernetes.cri.sandbox-id': 'pod',
    'io.kubernetes.cri.sandbox-memory': String(320 * MIB),
    'io.kubernetes.cri.sandbox-cpu-quota': '100000',
    'io.kubernetes.cri.sandbox-cpu-period': '100000',
  };
  const { shape } = await decode({ annotations });
  assert.equal(shape, { memoryMiB: 320 + 10 + 192, processorCount: 1, network: 'none', ports: [] });
  const wrong = { ...annotations, 'io.kubernetes.cri.sandbox-memory': '1g' };
  assert.match(await refused({ annotations: wrong }), /sandbox-memory: "1g" is no number/);
});

test('an annotation can take away paths that may be shared, and add none', async () => {
  const host = '[shim]\nshares = "/data,/srv"\n';
  const shares = async (asked: string): Promise<unknown> =>
    (await decode({ host, annotations: { 'io.lcow.shares': asked } })).shape.shares;
  assert.equal((await decode({ host })).shape.shares, ['/data', '/srv']);
  assert.equal(await shares('/data/web'), ['/data/web']);
  assert.equal(await shares('none'), []);
  for (const asked of ['any', '/', '/dat', '/database', '/data,/etc']) {
    const text = await refused({ host, annotations: { 'io.lcow.shares': asked } });
    assert.match(
      text,
      new RegExp(`io\\.lcow\\.shares: "${asked}" is more than .*:2: shim\\.shares`),
    );
  }
});

test('a container that joins a pod cannot ask for another VM', () => {
  const pod = { id: 'p', shape: { memoryMiB: 2048, network: 'none', ports: [] } } as const;
  checkMember(pod, { 'io.lcow.memory': '2g', 'io.lcow.network': 'none', 'io.lcow.shares': 'any' });
  checkMember(pod, { 'io.lcow.hosts': '[]', 'io.lcow.debug': '1' });
  const asks = (annotations: Record<string, string>): (() => void) => {
    return () => checkMember(pod, annotations);
  };
  assert.throws(asks({ 'io.lcow.memory': '1g' }), /io\.lcow\.memory: "1g", and pod "p".* has 2048/);
  assert.throws(asks({ 'io.lcow.shares': 'none' }), /io\.lcow\.shares: "none"/);
  assert.throws(asks({ 'io.lcow.processors': '2' }), /io\.lcow\.processors: "2"/);
});

test.after(() => rmSync(folder, { recursive: true, force: true }));

test.run();
