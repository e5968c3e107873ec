/**
 * Every field of the OCI runtime specification: none is dropped. The table is held to the official schema where that is
 * at hand; each field that is refused is refused by its name, each other one reaches the agent or is the host's.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RuntimeError } from '../../../runtime/errors.ts';
import { readBundle } from '../../../runtime/task/bundle.ts';
import { planMounts } from '../../../runtime/task/host-mounts.ts';
import type { OfHostPid } from '../../../runtime/task/namespace-paths.ts';
import { ociFeatures } from '../../../runtime/task/oci-features.ts';
import {
  checkFields,
  type FieldRule,
  PROCESS_FIELDS,
  RESOURCE_FIELDS,
  SPEC_FIELDS,
} from '../../../runtime/task/spec-fields.ts';
import { rejection } from '../../harness/rejection.ts';
import { repositoryRoot, sharedFile } from '../../harness/repository-root.ts';

type Json = Record<string, unknown>;
const CAPTURED = join(repositoryRoot(), 'test/runtime/task/captured');
const SCHEMA = 'data/oci-runtime-schema/config-schema.json';

/** Fields of config.json as the schema has them: "mounts[].type"; those of other systems by their section alone. */
function schemaFields(): string[] {
  const folder = dirname(sharedFile(SCHEMA) as string);
  const found = new Set<string>();
  const documents = new Map<string, Json>();
  const load = (file: string): Json => {
    if (!documents.has(file)) {
      documents.set(file, JSON.parse(readFileSync(join(folder, file), 'utf8')) as Json);
    }
    return documents.get(file) as Json;
  };
  const walk = (fileOf: string, nodeOf: Json, path: string): void => {
    let [file, node] = [fileOf, nodeOf];
    for (let ref = node['$ref']; typeof ref === 'string'; ref = node['$ref']) {
      const [other = '', pointer = ''] = ref.split('#');
      if (other !== '') file = other;
      node = pointer
        .split('/')
        .filter(Boolean)
        .reduce<Json>((at, key) => at[key] as Json, load(file));
    }
    if (/^(?:windows|solaris|zos|freebsd|vm)$/.test(path)) {
      found.add(path);
      return;
    }
    const parts = ['allOf', 'anyOf', 'oneOf'].flatMap((key) => (node[key] ?? []) as Json[]);
    for (const part of parts) walk(file, part, path);
    const properties = Object.entries((node['properties'] ?? {}) as Record<string, Json>);
    for (const [name, property] of properties) {
      walk(file, property, path === '' ? name : `${path}.${name}`);
    }
    const { items } = node;
    if (items !== undefined)
      walk(file, (Array.isArray(items) ? items[0] : items) as Json, `${path}[]`);
    else if (properties.length === 0 && parts.length === 0) found.add(path);
  };
  walk('config-schema.json', load('config-schema.json'), '');
  return [...found];
}

/** A document with one field set to something. */
function sample(path: string, value: unknown): Json {
  const [first = '', ...rest] = path.split('.');
  const inner = rest.length === 0 ? value : sample(rest.join('.'), value);
  return first.endsWith('[]') ? { [first.slice(0, -2)]: [inner] } : { [first]: inner };
}

const base = (): Json => ({
  ociVersion: '1.2.0',
  root: { path: 'rootfs' },
  process: { args: ['sh'], cwd: '/', user: { uid: 0, gid: 0 } },
  linux: { namespaces: [{ type: 'mount' }] },
});

async function read(spec: unknown, ofHostPid?: OfHostPid) {
  const folder = mkdtempSync(join(tmpdir(), 'lcow-spec-'));
  try {
    writeFileSync(join(folder, 'config.json'), JSON.stringify(spec));
    return await readBundle('op', folder, ofHostPid);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function refusal(rules: Readonly<Record<string, FieldRule>>, prefix: string, document: unknown) {
  try {
    checkFields('op', prefix, rules, document);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof RuntimeError);
    assert.is(error.code, 'unsupported');
    return error.message;
  }
}

test('the table has every field of the official schema, itself or by what it is in', () => {
  if (sharedFile(SCHEMA) === undefined) {
    console.log('not compared: the OCI schema is not at hand');
    return;
  }
  const known = Object.keys(SPEC_FIELDS);
  const missing = schemaFields().filter(
    (field) =>
      !known.some(
        (name) =>
          name === field ||
          field.startsWith(`${name}.`) ||
          field.startsWith(`${name}[`) ||
          // The schema has some items twice: as a whole, and by their fields.
          name.startsWith(`${field}.`),
      ),
  );
  assert.equal(missing, []);
  assert.ok(schemaFields().length > 150);
});

test('what is refused is refused by its name, and means nothing when it is empty', () => {
  const lists = [
    ['', SPEC_FIELDS],
    ['process.', PROCESS_FIELDS],
    ['resources.', RESOURCE_FIELDS],
  ] as const;
  let refused = 0;
  for (const [prefix, rules] of lists) {
    for (const [path, rule] of Object.entries(rules)) {
      if (typeof rule !== 'function') continue;
      for (const nothing of [null, '', 0, false]) {
        if (path.endsWith('[]')) continue;
        assert.is(refusal(rules, prefix, sample(path, nothing)), undefined, `${path} ${nothing}`);
      }
      const something = path.endsWith('unified')
        ? { '../x': '1' }
        : path.endsWith('options[]')
          ? 'idmap'
          : [{ name: 'x', major: 8, minor: 0 }];
      const message = refusal(rules, prefix, sample(path, something));
      assert.ok(message, `${prefix}${path} is not refused`);
      assert.ok(message.includes(`${prefix}${path.replaceAll('[]', '[0]')}: `), message);
      refused += 1;
    }
  }
  assert.ok(refused > 45, String(refused));
});

test('what the guest honours reaches it as it came', async () => {
  for (const [path, rule] of Object.entries(SPEC_FIELDS)) {
    if (
      rule !== 'guest' ||
      /^(?:mounts|annotations|process\.args|process\.cwd|hostname)/.test(path)
    )
      continue;
    const value = path.startsWith('hooks.') ? undefined : 7;
    if (value === undefined) continue;
    const field = sample(path, value);
    const spec = merge(base(), field);
    if (path.startsWith('linux.devices')) {
      merge(spec, { linux: { devices: [{ type: 'c', major: 1, minor: 3 }] } });
    }
    const encoded = JSON.parse((await read(spec)).encode([]).toString()) as Json;
    const found = JSON.stringify(encoded);
    assert.ok(contains(encoded, field), `${path}: ${found}`);
  }
  const hook = { path: '/bin/x', args: ['x'], env: ['A=b'], timeout: 3 };
  const hooks = { startContainer: [hook], prestart: [hook] };
  const encoded = JSON.parse((await read({ ...base(), hooks })).encode([]).toString()) as Json;
  assert.equal(encoded['hooks'], { startContainer: [hook] });
});

test('a view is read-only whatever the spec says; limits of no huge pages go', async () => {
  const resources = { hugepageLimits: [{ pageSize: '2MB', limit: 0 }], pids: { limit: 5 } };
  const spec = { ...base(), linux: { namespaces: [{ type: 'mount' }], resources } };
  const config = await read(spec);
  const encoded = JSON.parse(config.encode([], true).toString()) as {
    root: unknown;
    linux: { resources: unknown };
  };
  assert.equal(encoded.root, { path: 'rootfs', readonly: true });
  assert.equal(encoded.linux.resources, { pids: { limit: 5 } });
});

test('namespaces are those of the VM: the pod for its network, a container of it by the host pid', async () => {
  const placed = async (namespaces: Json[], mounts: Json[] = []) => {
    const of = (pid: number) =>
      pid === 77 ? { containerId: 'a', execId: '', guestPid: 9 } : undefined;
    const config = await read({ ...base(), mounts, linux: { namespaces } }, of);
    const encoded = JSON.parse(config.encode([]).toString()) as { linux: { namespaces: unknown } };
    return encoded.linux.namespaces;
  };
  assert.equal(
    await placed([
      { type: 'mount' },
      { type: 'network', path: '/var/run/netns/cni-1' },
      { type: 'ipc', path: '/proc/77/ns/ipc' },
      { type: 'pid', path: '/proc/77/ns/pid' },
      { type: 'uts', path: 'uvm:///proc/5/ns/uts' },
    ]),
    [
      { type: 'mount' },
      { type: 'ipc', path: '/proc/9/ns/ipc' },
      { type: 'pid', path: '/proc/9/ns/pid' },
      { type: 'uts', path: '/proc/5/ns/uts' },
    ],
  );
  const cgroup = { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup' };
  assert.equal(await placed([{ type: 'mount' }], [cgroup]), [
    { type: 'mount' },
    { type: 'cgroup' },
  ]);
  for (const [namespace, message] of [
    [{ type: 'ipc', path: '/proc/78/ns/ipc' }, /process 78/],
    [{ type: 'ipc', path: '/proc/77/ns/net' }, /namespace of the host/],
    [{ type: 'mount', path: '/proc/77/ns/mnt' }, /"mount" namespace of the host/],
    [{ type: 'uts', path: '/var/run/uts' }, /\/var\/run\/uts/],
    [{ type: 'disk' }, /"disk"/],
  ] as const) {
    assert.match(String(await rejection(placed([namespace]))), message);
  }
  assert.match(String(await rejection(placed([{ type: 'pid' }, { type: 'pid' }]))), /twice/);
});

test('devices of every Linux are made, those with a driver asked of the VM, others refused', async () => {
  const placed = async (devices: Json[], rules: Json[] = [{ allow: false, access: 'rwm' }]) => {
    const linux = { namespaces: [{ type: 'mount' }], devices, resources: { devices: rules } };
    const config = await read({ ...base(), linux });
    return JSON.parse(config.encode([]).toString()) as {
      annotations?: Record<string, string>;
      linux: { devices: unknown };
    };
  };
  const zero = { path: '/dev/z', type: 'c', major: 1, minor: 5 };
  const fuse = { path: '/dev/fuse', type: 'c', major: 10, minor: 229 };
  const both = await placed([zero, fuse]);
  assert.equal(both.linux.devices, [zero]);
  assert.equal(JSON.parse(both.annotations?.['io.lcow.devices'] ?? ''), [
    { pathOnHost: '/dev/fuse', pathInContainer: '/dev/fuse' },
  ]);
  const disk = { path: '/dev/sda', type: 'b', major: 8, minor: 0 };
  assert.match(String(await rejection(placed([zero, disk]))), /linux\.devices\[1\] "\/dev\/sda"/);
  const all = await placed([zero, disk], [{ allow: true, access: 'rwm' }]);
  assert.equal(all.linux.devices, []);
  assert.is(all.annotations?.['io.lcow.privileged'], 'true');
});

test('what ctr and docker wrote is taken, each as it is', async () => {
  const names = readdirSync(CAPTURED).sort();
  assert.equal(names.length, 5);
  for (const name of names) {
    const spec = JSON.parse(readFileSync(join(CAPTURED, name), 'utf8')) as Json;
    const config = await read(spec);
    const plan = planMounts('op', '/bundle', config.mounts);
    const text = config
      .encode(plan.place('box', Array(plan.shares.length).fill(undefined)))
      .toString();
    const encoded = JSON.parse(text) as Json & { linux: Json };
    assert.equal(encoded['process'], spec['process'], name);
    assert.equal(encoded.linux['seccomp'], (spec['linux'] as Json)['seccomp'], name);
    assert.is(encoded['hooks'], undefined, name);
    assert.is(name.includes('privileged'), text.includes('io.lcow.privileged'), name);
    assert.not(/18446744073709552000/.test(text), name);
  }
  const options = readFileSync(join(CAPTURED, 'docker-options.json'), 'utf8');
  assert.match(options, /"hard": ?18446744073709551615/);
});

test("an engine's AppArmor profile is the agent's to drop; a person's is refused", () => {
  for (const profile of ['docker-default', 'cri-containerd.apparmor.d', 'unconfined', '']) {
    assert.is(refusal(PROCESS_FIELDS, 'process.', { apparmorProfile: profile }), undefined);
  }
  const message = refusal(PROCESS_FIELDS, 'process.', { apparmorProfile: 'my-own' });
  assert.match(message ?? '', /process\.apparmorProfile/);
});

test('the features document says what the table says', () => {
  const { hooks, linux, mountOptions } = ociFeatures();
  const refused = (path: string): boolean => typeof SPEC_FIELDS[path] === 'function';
  for (const name of [
    'prestart',
    'createRuntime',
    'createContainer',
    'startContainer',
    'poststart',
    'poststop',
  ]) {
    const is = refused(`hooks.${name}`) || refused(`hooks.${name}[].path`);
    assert.is(hooks.includes(name), !is, name);
  }
  const rule = SPEC_FIELDS['mounts[].options[]'];
  assert.type(rule, 'function');
  for (const option of [...mountOptions, 'idmap', 'ridmap']) {
    const why = typeof rule === 'function' ? rule(option) : undefined;
    assert.is(why === undefined, (mountOptions as readonly string[]).includes(option), option);
  }
  assert.is(linux.apparmor.enabled, false);
  assert.is(linux.selinux.enabled, !refused('process.selinuxLabel'));
  assert.is(linux.intelRdt.enabled, !refused('linux.intelRdt'));
  assert.is(linux.netDevices.enabled, !refused('linux.netDevices'));
  assert.equal(linux.namespaces, [
    'cgroup',
    'ipc',
    'mount',
    'network',
    'pid',
    'time',
    'user',
    'uts',
  ]);
});

/** Whether all of `part` is in `whole`; of a list, its first element. */
function contains(whole: unknown, part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return whole === part;
  return Object.entries(part).every(([key, value]) =>
    contains((whole as Json | undefined)?.[key], value),
  );
}

function merge(into: Json, from: Json): Json {
  for (const [key, value] of Object.entries(from)) {
    const old = into[key];
    if (typeof old === 'object' && old !== null && typeof value === 'object' && value !== null) {
      merge(old as Json, value as Json);
    } else into[key] = value;
  }
  return into;
}

test.run();
