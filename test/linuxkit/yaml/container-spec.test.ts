/** config.json and runtime.json are what LinuxKit makes of image, label and YAML, and valid by OCI's schema. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CAPABILITIES } from '../../../linuxkit/yaml/capabilities.ts';
import {
  type ContainerDocuments,
  containerDocuments,
  documentText,
} from '../../../linuxkit/yaml/container-spec.ts';
import type { SourceImageConfig } from '../../../linuxkit/yaml/image-source.ts';
import { containerIds, readConfig, readLabel } from '../../../linuxkit/yaml/read-config.ts';
import { sharedFile } from '../../harness/repository-root.ts';
import { skip } from '../../harness/skip.ts';

const SCHEMA = 'data/oci-runtime-schema/config-schema.json';

type Json = Record<string, any>;

/** The documents of a container of these lines, as JSON has them. */
function documents(
  lines: string,
  label = '{}',
  image: SourceImageConfig = {},
): { config: Json; runtime: Json; text: string } {
  const indented = lines.replace(/^(?=.)/gm, '    ');
  const yaml = `services:\n  - name: web\n    image: web:1\n${indented}\nvolumes:\n  - name: vol\n`;
  const config = readConfig([{ name: 'a.yml', text: yaml }], 'build');
  const [settings] = config.services;
  const made: ContainerDocuments = containerDocuments({
    settings: settings as NonNullable<typeof settings>,
    label: readLabel(label, 'web:1', 'build'),
    image,
    ids: containerIds(config),
  });
  const text = documentText(made.config);
  return { config: JSON.parse(text), runtime: JSON.parse(documentText(made.runtime)), text };
}

test('without a word a container has nothing but its own mounts, pids and cgroup', () => {
  const { config, runtime } = documents('', '{}', {
    Entrypoint: ['/entry'],
    Cmd: ['arg'],
    Env: ['PATH=/bin'],
    WorkingDir: '/srv',
  });
  assert.equal(config['process'], {
    user: { uid: 0, gid: 0 },
    args: ['/entry', 'arg'],
    env: ['PATH=/bin'],
    cwd: '/srv',
    capabilities: {},
  });
  assert.equal(config['root'], { path: 'rootfs' });
  assert.equal(config['linux'], {
    resources: {},
    namespaces: [{ type: 'pid' }, { type: 'mount' }, { type: 'cgroup' }],
  });
  const mounts = config['mounts'] as { destination: string; type: string; options: string[] }[];
  assert.equal(
    mounts.map(({ destination, type }) => `${destination} ${type}`),
    ['/dev tmpfs', '/dev/pts devpts', '/proc proc', '/sys sysfs', '/sys/fs/cgroup cgroup'],
  );
  assert.equal(mounts[0]?.options, ['nosuid', 'strictatime', 'mode=755', 'size=65536k']);
  assert.equal(runtime, {
    cgroups: [],
    mounts: [],
    mkdir: [],
    interfaces: [],
    bindNS: { cgroup: '', ipc: '', mnt: '', net: '', pid: '', user: '', uts: '' },
    namespace: '',
  });
});

test('the YAML replaces what the label says, and with .add adds to it', () => {
  const label = JSON.stringify({
    capabilities: ['CAP_NET_ADMIN', 'CAP_SYS_ADMIN'],
    binds: ['/run:/run', '/etc/x:/etc/x:ro'],
    net: 'host',
    readonly: true,
    command: ['label'],
    cwd: '/label',
    sysctl: { a: '1' },
    runtime: { mkdir: ['/var/lib/x'], bindNS: { net: '/run/netns/x' } },
  });
  const kept = documents(
    'capabilities.add: [CAP_BPF, CAP_SYS_ADMIN]\nbinds.add: ["vol:/data"]',
    label,
  );
  assert.equal(kept.config['process'].capabilities.bounding, [
    'CAP_BPF',
    'CAP_NET_ADMIN',
    'CAP_SYS_ADMIN',
  ]);
  assert.equal(kept.config['process'].capabilities.effective, [
    'CAP_NET_ADMIN',
    'CAP_SYS_ADMIN',
    'CAP_BPF',
  ]);
  assert.equal(kept.config['process'].args, ['label']);
  assert.equal(kept.config['process'].cwd, '/label');
  assert.is(kept.config['root'].readonly, true);
  const binds = (config: Json): string[] =>
    config['mounts']
      .filter(({ type }: Json) => type === 'bind')
      .map(({ source, destination, options }: Json) => `${source}:${destination}:${options}`);
  assert.equal(binds(kept.config), [
    '/containers/volumes/vol/merged:/data:rw,rbind,rshared',
    '/etc/x:/etc/x:ro,rbind',
    '/run:/run:rw,rbind,rshared',
  ]);
  assert.equal(kept.runtime['mkdir'], ['/var/lib/x']);
  assert.is(kept.runtime['bindNS'].net, '/run/netns/x');

  const replaced = documents(
    'capabilities: [none]\nbinds: []\nnet: new\nreadonly: false\ncommand: [yaml]\nsysctl: {b: "2"}\nruntime: {mkdir: [/y]}',
    label,
  );
  assert.equal(replaced.config['process'].capabilities, {});
  assert.equal(binds(replaced.config), []);
  assert.equal(replaced.config['root'], { path: 'rootfs' });
  assert.equal(replaced.config['linux'].sysctl, { b: '2' });
  assert.equal(replaced.config['linux'].namespaces[0], { type: 'network' });
  assert.equal(
    [replaced.runtime['mkdir'], replaced.runtime['bindNS'].net],
    [['/y'], '/run/netns/x'],
  );
});

test('namespaces: host and root share, new and none are fresh, a path is joined', () => {
  const of = (line: string): unknown => documents(line).config['linux'].namespaces;
  const always = [{ type: 'mount' }, { type: 'cgroup' }];
  assert.equal(of('pid: host'), always);
  assert.equal(of('net: none\nipc: new\nuts: new\nuserns: new'), [
    { type: 'network' },
    { type: 'ipc' },
    { type: 'uts' },
    { type: 'pid' },
    { type: 'user' },
    ...always,
  ]);
  assert.equal(of('net: /run/netns/a\npid: root'), [
    { type: 'network', path: '/run/netns/a' },
    ...always,
  ]);
});

test('all capabilities are all, sorted where a set is meant', () => {
  const { bounding, effective, ambient } = documents('capabilities: [ALL]\nambient: [CAP_BPF]')
    .config['process'].capabilities as Json;
  assert.equal(effective, CAPABILITIES);
  assert.equal(bounding, [...CAPABILITIES].sort());
  assert.equal(ambient, ['CAP_BPF']);
});

test('mounts are completed, later ones replace earlier ones of the place, and parents come first', () => {
  const { config } = documents(
    'tmpfs: ["/run:size=1m,ro", /tmp]\nbinds: ["/x:/run"]\nmounts:\n  - {source: mqueue}\n  - {type: cgroup, options: [rw]}\n  - {destination: /dev}\n  - {type: tmpfs, destination: /dev/shm, options: [size=1m]}',
  );
  assert.equal(
    config['mounts'].map(({ destination, type, source, options }: Json) =>
      [destination, type, source, (options ?? []).join(',')].join(' ').trim(),
    ),
    [
      '/dev tmpfs tmpfs',
      '/dev/mqueue mqueue mqueue',
      '/dev/pts devpts devpts nosuid,noexec,newinstance,ptmxmode=0666,mode=0620',
      '/dev/shm tmpfs tmpfs size=1m',
      '/proc proc proc nosuid,nodev,noexec,relatime',
      '/run bind /x rw,rbind,rshared',
      '/sys sysfs sysfs nosuid,noexec,nodev',
      '/sys/fs/cgroup cgroup cgroup rw',
      '/tmp tmpfs tmpfs',
    ],
  );
});

test('limits are numbers of 64 bits, devices have their rules, ids their names', () => {
  const { config, text } = documents(
    'uid: web\ngid: root\nadditionalGids: [web, 5]\nrlimits: ["nofile,1024,unlimited"]\noomScoreAdj: 0\n' +
      'devices:\n  - {path: all, type: b}\n  - {path: /dev/x, type: c, major: 10, minor: 3, mode: "0660"}\n' +
      'resources: {memory: {limit: 1048576}, hugepageLimits: [{pageSize: 2097152, limit: 4194304}], blockio: {weight: 10}}',
  );
  assert.equal(config['process'].user, { uid: 100, gid: 0, additionalGids: [100, 5] });
  assert.match(text, /"hard": 18446744073709551615\n/);
  assert.is(config['process'].oomScoreAdj, 0);
  assert.equal(config['linux'].devices, [
    { path: '/dev/x', type: 'c', major: 10, minor: 3, fileMode: 0o660 },
  ]);
  assert.equal(config['linux'].resources, {
    devices: [
      { allow: true, type: 'b', access: 'rwm' },
      { allow: true, type: 'c', major: 10, minor: 3, access: 'rwm' },
    ],
    memory: { limit: 1048576 },
    blockIO: { weight: 10 },
    hugepageLimits: [{ pageSize: '2MB', limit: 4194304 }],
  });
});

test('documents are valid by the schema of the OCI runtime specification', () => {
  const schema = sharedFile(SCHEMA);
  if (schema === undefined) return skip(`no ${SCHEMA}`);
  const ajv = new Ajv({ strict: false, validateFormats: false });
  // Draft 4 names schemas by `id`; references are to file names all the same.
  for (const name of readdirSync(dirname(schema))) {
    const value = JSON.parse(readFileSync(join(dirname(schema), name), 'utf8'), (key, each) =>
      (key === 'id' && typeof each === 'string') || key === '$schema' ? undefined : each,
    );
    ajv.addSchema({ ...value, $id: `https://oci/${name}` });
  }
  const validate = ajv.getSchema('https://oci/config-schema.json');
  assert.ok(validate !== undefined);
  const whole =
    'capabilities: [all]\nambient: [CAP_BPF]\nbinds: ["/a:/b:ro"]\ntmpfs: [/t]\nenv: [A=b]\nhostname: h\nreadonly: true\n' +
    'net: new\nuserns: new\nmaskedPaths: [/x]\nreadonlyPaths: [/y]\nuid: 1\ngid: 2\nadditionalGids: [3]\nnoNewPrivileges: true\n' +
    'oomScoreAdj: -5\nrootfsPropagation: shared\ncgroupsPath: /g\nsysctl: {a: "1"}\nrlimits: ["core,0,0"]\ncommand: [a]\n' +
    'uidMappings: [{hostID: 1, containerID: 0, size: 5}]\ngidMappings: [{hostID: 1, containerID: 0, size: 5}]\nannotations: {a: b}\n' +
    'devices: [{path: /dev/x, type: c, major: 1, minor: 3, mode: "0666"}]\n' +
    'resources:\n  devices: [{allow: true, type: c, major: 1, minor: 3, access: rw}]\n  memory: {limit: 1, swap: -1, swappiness: 5, disableOOMKiller: true}\n' +
    '  cpu: {shares: 5, quota: -1, period: 100, cpus: "0-1", mems: "0"}\n  pids: {limit: 5}\n' +
    '  blockio: {weight: 10, weightDevice: [{major: 8, minor: 0, weight: 5}], throttleReadBpsDevice: [{major: 8, minor: 0, rate: 100}]}\n' +
    '  hugepageLimits: [{pageSize: 2MB, limit: 5}]\n  network: {classID: 5, priorities: [{name: eth0, priority: 1}]}';
  for (const lines of ['command: [a]', whole]) {
    const { config } = documents(lines);
    assert.ok(validate(config), ajv.errorsText(validate.errors));
  }
  assert.not(validate({ process: {} }), 'the schema accepts anything');
});

test.run();
