/** LinuxKit's YAML is read strictly: what is wrong is told with file, line, column and field, all of it at once. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CAPABILITIES } from '../../../linuxkit/yaml/capabilities.ts';
import {
  containerIds,
  idOf,
  readConfig,
  readLabel,
  type WholeConfig,
} from '../../../linuxkit/yaml/read-config.ts';
import { parseRlimit } from '../../../linuxkit/yaml/rlimit.ts';
import { RuntimeError } from '../../../runtime/errors.ts';

function read(...texts: string[]): WholeConfig {
  return readConfig(
    texts.map((text, index) => ({ name: `${index === 0 ? 'a' : 'b'}.yml`, text })),
    'build',
  );
}

function refusal(...texts: string[]): string {
  try {
    read(...texts);
  } catch (error) {
    assert.instance(error, RuntimeError);
    assert.is((error as RuntimeError).code, 'invalid-argument');
    return (error as RuntimeError).message.replace(/^cannot build: /, '');
  }
  assert.unreachable(`it was taken: ${texts.join('\n---\n')}`);
  return '';
}

/** A service with one more line. */
function service(line: string): string {
  return `services:\n  - name: web\n    image: web:1\n    ${line}\n`;
}

/** Each rule, and what breaking it is told as. */
const WRONG: readonly [rule: string, yaml: string, told: RegExp][] = [
  ['the document', '- kernel\n', /^a\.yml:1:1: must be a mapping, is a list$/],
  ['no document', '', /^a\.yml:1:1: must be a mapping, is empty$/],
  ['YAML', 'kernel: {image: x\n', /^a\.yml:\d+:\d+: .*(flow|expected|map)/i],
  ['two documents', 'init: []\n---\ninit: []\n', /^a\.yml:2:1: .*multiple documents/i],
  ['tabs', 'kernel:\n\timage: x\n', /^a\.yml:2:1: .*tab/i],
  ['a key twice', 'init: []\ninit: []\n', /^a\.yml:2:1: init: the key "init" is there twice$/],
  ['a key that is no text', '? [a]\n: b\n', /^a\.yml:1:3: a key is no text$/],
  ['an alias of nothing', 'init: *none\n', /^a\.yml:1:7: .*(anchor|alias).*none/i],
  [
    'a section',
    'kernal: {}\n',
    /^a\.yml:1:1: kernal: there is no such field; did you mean kernel\?$/,
  ],
  [
    'a section without a like',
    'initramfs: {}\n',
    /^a\.yml:1:1: initramfs: there is no such field$/,
  ],
  ['kernel', 'kernel: x\n', /^a\.yml:1:9: kernel: must be a mapping, is the text "x"$/],
  ['kernel.image', 'kernel:\n  image: 5\n', /^a\.yml:2:10: kernel\.image: must be text, is 5$/],
  ['kernel without image', 'kernel:\n  cmdline: quiet\n', /^a\.yml:2:3: kernel: image is missing$/],
  [
    'kernel.tar',
    'kernel:\n  image: k\n  tar: false\n',
    /^a\.yml:3:8: kernel\.tar: must be text, is false$/,
  ],
  [
    'kernel, a field',
    'kernel:\n  image: k\n  Cmdline: x\n',
    /^a\.yml:3:3: kernel\.Cmdline: .*mean cmdline\?$/,
  ],
  ['init', 'init: x\n', /^a\.yml:1:7: init: must be a list, is the text "x"$/],
  ['init, one', 'init:\n  - a\n  - 7\n', /^a\.yml:3:5: init\[1\]: must be text, is 7$/],
  ['init, empty', 'init:\n  - ""\n', /^a\.yml:2:5: init\[0\]: must name an image, is empty$/],
  ['a section of nothing', 'services:\n', /^a\.yml:1:\d+: services: must be a list, is empty$/],
  ['a template', 'init:\n  - "@pkg:./x"\n', /^a\.yml:2:5: init\[0\]: a template .*show-tag/],
  [
    'a container without name',
    'onboot:\n  - image: x\n',
    /^a\.yml:2:5: onboot\[0\]: name is missing$/,
  ],
  [
    'a container without image',
    'onshutdown:\n  - name: x\n',
    /^a\.yml:2:5: onshutdown\[0\]: image is missing$/,
  ],
  [
    'a name with a slash',
    'onboot:\n  - name: ../x\n    image: x\n',
    /^a\.yml:2:11: onboot\[0\]\.name: must be letters, .*"\.\.\/x"$/,
  ],
  [
    'two services of a name',
    `${service('net: host')}  - name: web\n    image: w\n`,
    /^a\.yml:5:11: services\[1\]\.name: there are two services "web"$/,
  ],
  [
    'capabilities',
    service('capabilities: all'),
    /^a\.yml:4:19: services\[0\]\.capabilities: must be a list/,
  ],
  [
    'a capability',
    service('capabilities: [NET_ADMIN]'),
    /^a\.yml:4:20: services\[0\]\.capabilities\[0\]: there is no capability "NET_ADMIN"; did you mean CAP_NET_ADMIN\?$/,
  ],
  [
    'all among others',
    service('capabilities: [all, CAP_BPF]'),
    /capabilities: "all" and "none" stand alone$/,
  ],
  [
    'capabilities.add',
    service('capabilities.add: [CAP_X]'),
    /services\[0\]\.capabilities\.add\[0\]: there is no capability "CAP_X"$/,
  ],
  ['ambient', service('ambient: [cap_bpf]'), /ambient\[0\]: .*did you mean CAP_BPF\?$/],
  [
    'a bind',
    service('binds: ["/x"]'),
    /^a\.yml:4:13: services\[0\]\.binds\[0\]: must be SOURCE:DESTINATION\[:OPTIONS\], is "\/x"$/,
  ],
  ['a bind of four', service('binds: ["/a:/b:ro:x"]'), /binds\[0\]: must be SOURCE:DESTINATION/],
  [
    'a bind to nowhere',
    service('binds: ["/a:b"]'),
    /binds\[0\]: its destination must begin with "\/", is "b"$/,
  ],
  ['binds.add', service('binds.add: [5]'), /binds\.add\[0\]: must be text, is 5$/],
  [
    'a bind of no volume',
    service('binds: ["data:/data"]'),
    /^a\.yml:4:13: services\[0\]\.binds\[0\]: there is no volume "data"$/,
  ],
  [
    'a mount without type',
    service('mounts: [{destination: /x}]'),
    /^a\.yml:4:14: services\[0\]\.mounts\[0\]: type is missing$/,
  ],
  [
    'a mount without destination',
    service('mounts: [{type: tmpfs}]'),
    /mounts\[0\]: destination is missing: tmpfs has no usual one$/,
  ],
  [
    'a mount of a volume',
    service('mounts: [{type: bind, source: v, destination: /x}]'),
    /mounts\[0\]: there is no volume "v"$/,
  ],
  [
    'a field of a mount',
    service('mounts: [{type: tmpfs, target: /x}]'),
    /mounts\[0\]\.target: there is no such field$/,
  ],
  [
    "a mount's options",
    service('mounts: [{type: proc, options: ro}]'),
    /mounts\[0\]\.options: must be a list, is the text "ro"$/,
  ],
  ['tmpfs', service('tmpfs: ["run"]'), /tmpfs\[0\]: must be \/DESTINATION\[:OPTIONS\], is "run"$/],
  ['a device', service('devices: [{path: /dev/x, type: c}]'), /devices\[0\]: major is missing$/],
  [
    "a device's type",
    service('devices: [{path: all, type: x}]'),
    /devices\[0\]\.type: must be a or b or c or u or p, is "x"$/,
  ],
  [
    "a device's mode",
    service('devices: [{path: /dev/x, type: c, major: 1, minor: 3, mode: "0999"}]'),
    /mode: must be an octal mode, is "0999"$/,
  ],
  ['command', service('command: sh -c x'), /command: must be a list, is the text "sh -c x"$/],
  ['env', service('env: {A: b}'), /env: must be a list, is a mapping$/],
  ['cwd', service('cwd: [x]'), /cwd: must be text, is a list$/],
  ['net', service('net: true'), /^a\.yml:4:10: services\[0\]\.net: must be text, is true$/],
  ['readonly', service('readonly: yes'), /readonly: must be true or false, is the text "yes"$/],
  ['uid', service('uid: 1.5'), /uid: must be text or a whole number, is 1\.5$/],
  ['a negative uid', service('uid: -1'), /uid: must be 0 to 4294967295, is -1$/],
  [
    'a uid of nobody',
    service('uid: db'),
    /^a\.yml:4:10: services\[0\]\.uid: there is no container "db"/,
  ],
  [
    'a gid of nobody',
    service('additionalGids: [0, db]'),
    /additionalGids\[1\]: there is no container "db"/,
  ],
  ['oomScoreAdj', service('oomScoreAdj: 1001'), /oomScoreAdj: must be -1000 to 1000, is 1001$/],
  [
    'rootfsPropagation',
    service('rootfsPropagation: open'),
    /rootfsPropagation: must be private or /,
  ],
  [
    'sysctl',
    service('sysctl: {net.x: 1}'),
    /^a\.yml:4:21: services\[0\]\.sysctl\.net\.x: must be text, is 1$/,
  ],
  [
    'rlimits',
    service('rlimits: ["nofile,1"]'),
    /rlimits\[0\]: must be NAME,SOFT,HARD, is "nofile,1"$/,
  ],
  ["a limit's name", service('rlimits: ["files,1,1"]'), /rlimits\[0\]: there is no limit "files"$/],
  [
    "a limit's value",
    service('rlimits: ["nofile,1,lots"]'),
    /rlimits\[0\]: must be a number or unlimited, is "lots"$/,
  ],
  [
    'uidMappings',
    service('uidMappings: [{host: 1}]'),
    /uidMappings\[0\]\.host: there is no such field; did you mean hostID\?$/,
  ],
  ['annotations', service('annotations: {a: [b]}'), /annotations\.a: must be text, is a list$/],
  ['resources', service('resources: {ram: 1}'), /resources\.ram: there is no such field$/],
  [
    'resources.memory',
    service('resources: {memory: {limit: 1G}}'),
    /resources\.memory\.limit: must be a whole number, is the text "1G"$/,
  ],
  [
    'resources.cpu',
    service('resources: {cpu: {shares: -1}}'),
    /resources\.cpu\.shares: must be 0 to/,
  ],
  ['resources.pids', service('resources: {pids: 5}'), /resources\.pids: must be a mapping, is 5$/],
  [
    'resources.blockio',
    service('resources: {blockio: {weight: 70000}}'),
    /blockio\.weight: must be 0 to 65535, is 70000$/,
  ],
  [
    'resources.hugepageLimits',
    service('resources: {hugepageLimits: [{limit: 1}]}'),
    /hugepageLimits\[0\]: pageSize is missing$/,
  ],
  [
    'resources.network',
    service('resources: {network: {classID: x}}'),
    /network\.classID: must be a whole number/,
  ],
  [
    'resources.devices',
    service('resources: {devices: [{allow: 1}]}'),
    /devices\[0\]\.allow: must be true or false, is 1$/,
  ],
  ['runtime', service('runtime: {mkdirs: []}'), /runtime\.mkdirs: .*did you mean mkdir\?$/],
  [
    'runtime.interfaces',
    service('runtime: {interfaces: [{add: 1}]}'),
    /interfaces\[0\]\.add: must be text, is 1$/,
  ],
  [
    'runtime.bindNS',
    service('runtime: {bindNS: {network: /x}}'),
    /bindNS\.network: there is no such field$/,
  ],
  ['files', 'files: {}\n', /^a\.yml:1:8: files: must be a list, is a mapping$/],
  ['a file without path', 'files:\n  - contents: x\n', /^a\.yml:2:5: files\[0\]: path is missing$/],
  [
    'a file without name',
    'files:\n  - path: /\n    contents: x\n',
    /files\[0\]\.path: must name a file, is empty$/,
  ],
  [
    'a file outside',
    'files:\n  - path: ../x\n    contents: x\n',
    /files\[0\]\.path: must not leave the root/,
  ],
  [
    'a file of nothing',
    'files:\n  - path: x\n',
    /^a\.yml:2:5: files\[0\]: one of directory, symlink, contents, source and metadata is needed: none is there$/,
  ],
  [
    'a file of two',
    'files:\n  - path: x\n    source: y\n    contents: z\n',
    /files\[0\]: .*there are contents and source$/,
  ],
  [
    'a folder with contents',
    'files:\n  - path: x\n    directory: true\n    contents: z\n',
    /there are directory and contents$/,
  ],
  [
    "a file's mode as number",
    'files:\n  - path: x\n    contents: z\n    mode: 0644\n',
    /^a\.yml:4:11: files\[0\]\.mode: must be text, is 644$/,
  ],
  [
    "a file's mode",
    'files:\n  - path: x\n    contents: z\n    mode: rw\n',
    /mode: must be an octal mode, is "rw"$/,
  ],
  [
    'metadata',
    'files:\n  - path: x\n    metadata: xml\n',
    /metadata: must be yaml or json, is "xml"$/,
  ],
  [
    "a file's owner",
    'files:\n  - path: x\n    contents: z\n    uid: web\n',
    /^a\.yml:4:10: files\[0\]\.uid: there is no container "web"/,
  ],
  [
    'a volume without name',
    'volumes:\n  - image: x\n',
    /^a\.yml:2:5: volumes\[0\]: name is missing$/,
  ],
  ["a volume's name", 'volumes:\n  - name: Data\n', /volumes\[0\]\.name: must be small letters/],
  [
    'two volumes of a name',
    'volumes:\n  - name: a\n  - name: a\n',
    /^a\.yml:3:11: volumes\[1\]\.name: there are two volumes "a"$/,
  ],
  [
    "a volume's format",
    'volumes:\n  - name: a\n    format: tar\n',
    /format: must be filesystem or oci, is "tar"$/,
  ],
  [
    'a read-only volume',
    `volumes:\n  - name: a\n    readonly: true\n${service('binds: ["a:/a"]')}`,
    /^a\.yml:7:13: services\[0\]\.binds\[0\]: volume "a" is read-only: ask for it with ro$/,
  ],
  [
    'trust',
    'trust: {orgs: []}\n',
    /^a\.yml:1:9: trust\.orgs: there is no such field; did you mean org\?$/,
  ],
];

for (const [rule, yaml, told] of WRONG) {
  test(`what is wrong with ${rule} is told with its place`, () =>
    assert.match(refusal(yaml), told));
}

test('all mistakes are told at once, in the order of the file, at most twenty', () => {
  const lines = refusal('kernel:\n  tar: 1\ninit: 5\nfoo: 1\n').split('\n');
  assert.equal(
    lines.map((line) => line.split(': ')[0]),
    ['a.yml:2:8', 'a.yml:3:7', 'a.yml:4:1'],
  );
  const many = refusal(`init:\n${'  - 5\n'.repeat(30)}`).split('\n');
  assert.is(many.length, 21);
  assert.is(many.at(-1), 'and 10 more');
});

test('mistakes of the second file are told as such', () => {
  assert.match(refusal('init: [a]\n', 'init: 5\n'), /^b\.yml:1:7: init: must be a list, is 5$/);
  const other = service('net: host');
  assert.match(
    refusal(other, other),
    /^b\.yml:2:11: services\[0\]\.name: there are two services "web"/,
  );
});

test('several files are one: lists append, fields of the kernel override', () => {
  const config = read(
    'kernel: {image: k:1, cmdline: a, tar: x.tar}\ninit: [i1]\nonboot: [{name: a, image: a}]\nfiles: [{path: x, contents: "1"}]\n',
    'kernel: {image: k:2, cmdline: "", tar: none, ucode: u.cpio}\ninit: [i2]\nonboot: [{name: a, image: b}]\n' +
      'services: [{name: s, image: s}]\nonshutdown: [{name: o, image: o}]\nvolumes: [{name: v}]\nfiles: [{path: y, contents: ""}]\n',
  );
  assert.equal({ ...config.kernel }, { image: 'k:2', cmdline: 'a', tar: 'none', ucode: 'u.cpio' });
  assert.equal(config.init, ['i1', 'i2']);
  assert.equal(
    config.initPlaces.map(({ file }) => file),
    ['a.yml', 'b.yml'],
  );
  assert.equal(
    config.onboot.map(({ image }) => image),
    ['a', 'b'],
  );
  assert.equal(
    config.files.map(({ path }) => path),
    ['x', 'y'],
  );
  assert.equal(
    [config.services.length, config.onshutdown.length, config.volumes.length],
    [1, 1, 1],
  );
});

test('aliases and merged keys are followed, the own key counts', () => {
  const config = read(
    'onboot:\n  - &base\n    name: a\n    image: i\n    net: new\n  - <<: *base\n    name: b\nservices:\n  - {<<: [*base], name: c, net: host}\n',
  );
  assert.equal(
    config.onboot.map(({ name, net }) => [name, net]),
    [
      ['a', 'new'],
      ['b', 'new'],
    ],
  );
  assert.equal(
    config.services.map(({ image, net }) => [image, net]),
    [['i', 'host']],
  );
});

test('what aliases blow up is bounded', () => {
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
  for (let level = 0; level < 9; level++) {
    const [from, to] = ['abcdefghij'[level], 'abcdefghij'[level + 1]];
    bomb.push(`${to}: &${to} [${Array.from({ length: 10 }, () => `*${from}`).join(', ')}]`);
  }
  assert.match(refusal(`${bomb.join('\n')}\n`), /there are over 200000 values/);
  assert.match(refusal(`init: ${'['.repeat(100)}${']'.repeat(100)}\n`), /over 64 levels deep/);
});

test('containers have numbers from 100 in LinuxKit’s order, root is 0', () => {
  const ids = containerIds(
    read(
      'services: [{name: s, image: s, uid: b, gid: s}]\nonboot: [{name: b, image: b}]\nonshutdown: [{name: o, image: o}]\n',
    ),
  );
  assert.equal(
    [...ids],
    [
      ['b', 100],
      ['o', 101],
      ['s', 102],
    ],
  );
  assert.equal(
    [idOf('root', ids), idOf(undefined, ids), idOf(7, ids), idOf('x', ids)],
    [0, 0, 7, undefined],
  );
});

test('a label is read as JSON or YAML, and has neither name nor image', () => {
  assert.equal(
    { ...readLabel('{"binds": ["/a:/b"], "capabilities": ["CAP_BPF"]}', 'x:1', 'build') },
    {
      capabilities: ['CAP_BPF'],
      binds: ['/a:/b'],
    },
  );
  assert.throws(
    () => readLabel('name: x', 'x:1', 'build'),
    /label org\.mobyproject\.config of x:1:1:1: name: there is no such field/,
  );
});

test('limits are numbers or unlimited, with or without their prefix', () => {
  assert.equal(parseRlimit('nofile, 1024 ,unlimited'), {
    type: 'RLIMIT_NOFILE',
    soft: 1024n,
    hard: 18446744073709551615n,
  });
  assert.is((parseRlimit('RLIMIT_AS,1,2') as { type: string }).type, 'RLIMIT_AS');
  assert.type(parseRlimit('as,1,18446744073709551616'), 'string');
});

test('there are 41 capabilities, the last by number', () => {
  assert.is(CAPABILITIES.length, 41);
  assert.is(CAPABILITIES.indexOf('CAP_SYS_ADMIN'), 21);
  assert.is(CAPABILITIES.indexOf('CAP_CHECKPOINT_RESTORE'), 40);
});

test.run();
