import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ALL_CAPABILITIES } from '../../../runtime/task/capability-options.ts';
import { containerSpec, type ContainerSpecOptions } from '../../../runtime/task/container-spec.ts';
import { parseDevice } from '../../../runtime/task/device-options.ts';
import { encodeOciDocument } from '../../../runtime/task/oci-runtime-spec.ts';
import { containerProcess, execProcess, parseUser } from '../../../runtime/task/process-spec.ts';
import { ociSeccomp } from '../../../runtime/task/seccomp-profile.ts';
import { sharedFile } from '../../harness/repository-root.ts';
import { skip } from '../../harness/skip.ts';

const image = {
  entrypoint: ['/entry'],
  cmd: ['serve'],
  env: ['PATH=/image', 'A=image'],
  workingDirectory: '/srv',
  user: 'web',
};

const everything: Partial<ContainerSpecOptions> = {
  capAdd: ['NET_ADMIN'],
  capDrop: ['mknod'],
  ulimits: [{ name: 'core', soft: 0, hard: 'unlimited' }],
  sysctls: { 'net.core.somaxconn': '9' },
  pidsLimit: 5,
  memoryBytes: 1 << 26,
  memoryReservationBytes: 1 << 25,
  memorySwapBytes: -1,
  cpus: 1,
  cpuShares: 2,
  cpusetCpus: '0',
  oomScoreAdj: -5,
  shmSizeBytes: 4096,
  extraMounts: [
    { type: 'bind', source: '/srv', target: '/data', readOnly: true },
    { type: 'tmpfs', target: '/run', options: ['size=1m'] },
  ],
  devices: [parseDevice('/dev/null:/dev/x')],
  init: true,
  groupAdd: ['7', '8'],
  annotations: { who: 'me' },
  security: {
    noNewPrivileges: true,
    seccomp: ociSeccomp(
      {
        defaultAction: 'SCMP_ACT_ALLOW',
        syscalls: [{ names: ['acct'], action: 'SCMP_ACT_ERRNO' }],
      },
      { capabilities: [] },
    ),
  },
};

function spec(options: Partial<ContainerSpecOptions> = {}) {
  return containerSpec({ id: '0123456789abcdef', image, ...options });
}

test('the image decides what the caller leaves open', () => {
  const { process, hostname, root } = spec();
  assert.equal(process.args, ['/entry', 'serve']);
  assert.equal(process.env, ['PATH=/image', 'A=image']);
  assert.is(process.cwd, '/srv');
  assert.is(process.user.username, 'web');
  assert.is(hostname, '0123456789ab');
  assert.is(root.readonly, undefined);
});

test('a command replaces Cmd; an entrypoint replaces both, as in Docker', () => {
  assert.equal(spec({ command: ['x', '-y'] }).process.args, ['/entry', 'x', '-y']);
  assert.equal(spec({ entrypoint: '/bin/sh' }).process.args, ['/bin/sh']);
  assert.equal(spec({ entrypoint: '/bin/sh', command: ['-c', 'id'] }).process.args, [
    '/bin/sh',
    '-c',
    'id',
  ]);
  assert.equal(spec({ entrypoint: '', command: ['id'] }).process.args, ['id']);
  assert.throws(() => spec({ entrypoint: '' }), /no command/);
});

test('the later value of a variable wins, PATH and TERM have defaults', () => {
  assert.equal(spec({ env: ['A=mine', 'B='] }).process.env, ['PATH=/image', 'A=mine', 'B=']);
  const bare = containerSpec({
    id: 'c',
    image: { cmd: ['x'] },
    terminal: { width: 80, height: 24 },
  });
  assert.ok(bare.process.env.includes('TERM=xterm'));
  assert.ok(bare.process.env.some((entry) => entry.startsWith('PATH=/usr/local/sbin')));
  assert.equal(bare.process.consoleSize, { width: 80, height: 24 });
});

for (const [what, options, message] of [
  ['an environment entry without =', { env: ['NOPE'] }, /"NOPE" is not NAME=VALUE/],
  ['a relative working directory', { workingDirectory: 'srv' }, /"srv" is not an absolute path/],
  ['a hostname with blanks', { hostname: 'a b' }, /"a b" is not 1 to 64/],
  ['a user with two colons', { user: 'a:b:c' }, /"a:b:c" is not USER\[:GROUP\]/],
  ['a group by name', { groupAdd: ['wheel'] }, /"wheel" is not a number/],
  ['an OOM score', { oomScoreAdj: 1001 }, /1001 is not -1000 to 1000/],
  ['a /dev/shm of nothing', { shmSizeBytes: 0 }, /0 is not a number of bytes/],
  ['an argument with a NUL', { command: ['a\0b'] }, /NUL byte/],
  ['a sysctl of the VM', { sysctls: { 'vm.overcommit_memory': '1' } }, /"vm\.overcommit_memory"/],
  ['an annotation of the runtime', { annotations: { 'io.lcow.x': '1' } }, /"io\.lcow\.x"/],
  ['a limit that setrlimit has not', { ulimits: [{ name: 'x', soft: 1, hard: 1 }] }, /"x"/],
  [
    'a mount of /',
    { extraMounts: [{ type: 'tmpfs', target: '/' }] },
    /"\/" has no absolute target/,
  ],
] as const) {
  test(`${what} is refused with its value`, () => {
    assert.throws(() => spec(options), message);
  });
}

test('limits become cgroup values', () => {
  const { resources } = spec({ memoryBytes: 64 << 20, cpus: 1.5 }).linux;
  assert.equal(resources?.memory, { limit: 64 << 20 });
  assert.equal(resources?.cpu, { quota: 150_000, period: 100_000 });
});

test('what the options say stands where the specification has it', () => {
  const written = spec(everything);
  assert.equal(written.linux.sysctl, { 'net.core.somaxconn': '9' });
  assert.is(written.linux.resources?.pids?.limit, 5);
  assert.equal(written.process.user.additionalGids, [7, 8]);
  assert.is(written.process.oomScoreAdj, -5);
  assert.is(written.process.noNewPrivileges, true);
  assert.equal(written.process.args.slice(0, 2), ['/sbin/lcow-init', '--']);
  const at = (place: string) => written.mounts.find(({ destination }) => destination === place);
  assert.equal(at('/sbin/lcow-init')?.source, 'uvm:///init');
  assert.ok(at('/dev/shm')?.options?.includes('size=4096'));
  assert.equal(at('/data')?.options, ['rbind', 'rprivate', 'ro']);
  assert.is(at('/data')?.source, '/srv');
  assert.equal(Object.keys(written.annotations ?? {}), ['who', 'io.lcow.devices']);
  assert.ok(written.linux.seccomp);
});

test('privileged has all of the VM: capabilities, devices, /sys, nothing masked', () => {
  const { linux, mounts, process, annotations } = spec({ privileged: true, capDrop: ['ALL'] });
  assert.equal(process.capabilities.effective, [...ALL_CAPABILITIES]);
  assert.equal([linux.maskedPaths, linux.readonlyPaths], [undefined, undefined]);
  assert.equal(linux.resources?.devices, [{ allow: true, access: 'rwm' }]);
  assert.not(mounts.some(({ options }) => options?.includes('ro')));
  assert.equal(annotations, { 'io.lcow.privileged': 'true' });
  const plain = spec({ security: { unconfinedSystemPaths: true } });
  assert.is(plain.linux.maskedPaths, undefined);
  assert.equal(plain.linux.resources?.devices, [{ allow: false, access: 'rwm' }]);
});

test('an exec inherits from the container and keeps its own terminal', () => {
  const own = containerProcess({
    image,
    env: ['A=1'],
    terminal: true,
    capDrop: ['ALL'],
    groupAdd: ['5'],
    noNewPrivileges: true,
  });
  const exec = execProcess({ containerProcess: own, args: ['id'], env: ['A=2', 'B=3'] });
  const { terminal: _terminal, ...inherited } = own;
  assert.equal(exec, {
    ...inherited,
    args: ['id'],
    env: [...own.env.map((entry) => (entry === 'A=1' ? 'A=2' : entry)), 'B=3'],
  });
  const other = execProcess({
    containerProcess: own,
    args: ['id'],
    user: 'bob',
    workingDirectory: '/tmp',
    terminal: { width: 2, height: 3 },
    privileged: true,
  });
  assert.equal(other.user, { uid: 0, gid: 0, username: 'bob', additionalGids: [5] });
  assert.equal([other.cwd, other.terminal, other.consoleSize?.width], ['/tmp', true, 2]);
  assert.equal(other.capabilities.bounding, [...ALL_CAPABILITIES]);
  for (const [wrong, message] of [
    [{ args: [] }, /no command/],
    [{ args: ['x'], workingDirectory: 'tmp' }, /"tmp"/],
    [{ args: ['x'], env: ['A'] }, /"A"/],
    [{ args: ['x'], user: ':' }, /":"/],
  ] as const) {
    assert.throws(() => execProcess({ containerProcess: own, ...wrong }), message);
  }
});

test('a limit without end is written as RLIM_INFINITY, and only where it is one', () => {
  const trap = '"hard":18446744073709550000}';
  const process = containerProcess({
    image,
    command: [trap],
    ulimits: [{ name: 'core', soft: 0, hard: 'unlimited' }],
  });
  const json = encodeOciDocument(process).toString();
  assert.match(json, '"hard":18446744073709551615');
  assert.equal(JSON.parse(json).args.at(-1), trap);
});

test('a user is left to the agent, by name or by number', () => {
  assert.is(parseUser('1000:100').username, '1000:100');
  assert.is(parseUser('').username, '0');
});

test('what we write is valid by the OCI runtime schema', () => {
  const main = sharedFile('data/oci-runtime-schema/config-schema.json');
  if (main === undefined) return skip('the OCI runtime schema is not beside the checkout');
  // The schema is draft 4, which this ajv reads once it is not told so.
  const read = (file: string): object => {
    const { $schema: _draft, id: _id, ...schema } = JSON.parse(readFileSync(file, 'utf8'));
    return schema;
  };
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const files = ['defs', 'defs-linux', 'defs-vm', 'defs-windows', 'defs-zos', 'defs-freebsd'];
  const configs = ['linux', 'windows', 'solaris', 'vm', 'zos', 'freebsd'].map(
    (os) => `config-${os}`,
  );
  for (const name of [...files, ...configs]) {
    const file = sharedFile(`data/oci-runtime-schema/${name}.json`);
    if (file !== undefined) ajv.addSchema(read(file), `${name}.json`);
  }
  const validate = ajv.compile({ ...read(main), $id: 'config-schema.json' });
  const written = spec({
    memoryBytes: 1 << 26,
    cpus: 2,
    readOnly: true,
    terminal: { width: 1, height: 2 },
  });
  for (const each of [written, spec(everything), spec({ privileged: true })]) {
    assert.ok(validate(JSON.parse(JSON.stringify(each))), JSON.stringify(validate.errors));
  }
  assert.not(validate({ ...written, root: { path: 5 } }));
});

test.run();
