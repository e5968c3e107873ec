/** The options of containers, one table a flag: what each text means and what is refused by its value. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RuntimeError } from '../../../runtime/errors.ts';
import {
  ALL_CAPABILITIES,
  chooseCapabilities,
  DEFAULT_CAPABILITIES,
} from '../../../runtime/task/capability-options.ts';
import { deviceAnnotations, parseDevice } from '../../../runtime/task/device-options.ts';
import {
  ociMounts,
  parseMount,
  parseTmpfs,
  parseVolume,
} from '../../../runtime/task/mount-options.ts';
import { UNLIMITED } from '../../../runtime/task/oci-runtime-spec.ts';
import { limits } from '../../../runtime/task/resource-options.ts';
import { ociSeccomp } from '../../../runtime/task/seccomp-profile.ts';
import { parseSecurityOptions } from '../../../runtime/task/security-options.ts';
import { standardMounts } from '../../../runtime/task/standard-mounts.ts';
import { parseSysctl } from '../../../runtime/task/sysctl-options.ts';
import { parseUlimit, rlimits } from '../../../runtime/task/ulimit-options.ts';

type Parser = (text: string) => unknown;
const volume: Parser = (text) => parseVolume(text, '/here');
const mount: Parser = (text) => parseMount(text, '/here');
const security: Parser = (text) => parseSecurityOptions([text]);
const capAdd: Parser = (name) => chooseCapabilities({ capAdd: [name] });
const capDrop: Parser = (name) => chooseCapabilities({ capDrop: [name] });
const cpuset: Parser = (cpusetCpus) => limits({ cpusetCpus });

const bind = (source: string, target: string, readOnly = false) => ({
  type: 'bind',
  source,
  target,
  readOnly,
});
const without = (name: string) => DEFAULT_CAPABILITIES.filter((other) => other !== name);

const MEANS: [string, Parser, string, unknown][] = [
  ['--ulimit', parseUlimit, 'nofile=1024:2048', { name: 'nofile', soft: 1024, hard: 2048 }],
  ['--ulimit', parseUlimit, 'core=0', { name: 'core', soft: 0, hard: 0 }],
  ['--ulimit', parseUlimit, 'core=0:-1', { name: 'core', soft: 0, hard: 'unlimited' }],
  [
    '--ulimit',
    parseUlimit,
    'memlock=unlimited',
    { name: 'memlock', soft: 'unlimited', hard: 'unlimited' },
  ],
  ['--sysctl', parseSysctl, 'net.core.somaxconn=1024', ['net.core.somaxconn', '1024']],
  ['--sysctl', parseSysctl, 'kernel.sem = 1 2 3 4', ['kernel.sem', '1 2 3 4']],
  ['--sysctl', parseSysctl, 'fs.mqueue.msg_max=9', ['fs.mqueue.msg_max', '9']],
  ['--volume', volume, '/a:/b', bind('/a', '/b')],
  ['--volume', volume, '/a:/b/:ro', bind('/a', '/b', true)],
  ['--volume', volume, './a:/b:rw,z', bind('/here/a', '/b')],
  ['--volume', volume, '../a:/b/../c', bind('/a', '/c')],
  ['--mount', mount, 'type=bind,source=/a,target=/b', bind('/a', '/b')],
  ['--mount', mount, 'type=bind,src=a,dst=/b,readonly', bind('/here/a', '/b', true)],
  ['--mount', mount, 'readonly=false,destination=/b,source=/a,type=bind', bind('/a', '/b')],
  [
    '--mount',
    mount,
    'type=tmpfs,target=/t,tmpfs-size=64m,tmpfs-mode=1777',
    { type: 'tmpfs', target: '/t', options: ['size=64m', 'mode=1777'] },
  ],
  ['--tmpfs', parseTmpfs, '/t', { type: 'tmpfs', target: '/t', options: [] }],
  [
    '--tmpfs',
    parseTmpfs,
    '/t:rw,size=10%,exec',
    { type: 'tmpfs', target: '/t', options: ['rw', 'size=10%', 'exec'] },
  ],
  [
    '--device',
    parseDevice,
    '/dev/x',
    { pathOnHost: '/dev/x', pathInContainer: '/dev/x', permissions: 'rwm' },
  ],
  [
    '--device',
    parseDevice,
    '/dev/x:r',
    { pathOnHost: '/dev/x', pathInContainer: '/dev/x', permissions: 'r' },
  ],
  [
    '--device',
    parseDevice,
    '/dev/x:/y:mr',
    { pathOnHost: '/dev/x', pathInContainer: '/y', permissions: 'mr' },
  ],
  ['--security-opt', security, 'no-new-privileges', { noNewPrivileges: true }],
  ['--security-opt', security, 'no-new-privileges:true', { noNewPrivileges: true }],
  ['--security-opt', security, 'no-new-privileges=false', { noNewPrivileges: false }],
  ['--security-opt', security, 'seccomp=unconfined', { seccomp: 'unconfined' }],
  ['--security-opt', security, 'seccomp=a:b.json', { seccomp: { file: 'a:b.json' } }],
  ['--security-opt', security, 'apparmor=unconfined', {}],
  ['--security-opt', security, 'label:disable', {}],
  ['--security-opt', security, 'systempaths=unconfined', { unconfinedSystemPaths: true }],
  ['--cap-add', capAdd, 'sys_admin', [...DEFAULT_CAPABILITIES, 'CAP_SYS_ADMIN']],
  ['--cap-add', capAdd, 'CAP_CHOWN', DEFAULT_CAPABILITIES],
  ['--cap-add', capAdd, 'all', ALL_CAPABILITIES],
  ['--cap-drop', capDrop, 'Cap_Mknod', without('CAP_MKNOD')],
  ['--cap-drop', capDrop, 'ALL', []],
  ['--cpuset-cpus', cpuset, '0-2,4', { cpu: { cpus: '0-2,4' } }],
];
for (const [flag, parse, text, means] of MEANS) {
  test(`${flag} ${text} is read`, () => assert.equal(parse(text), means));
}

const REFUSED: [string, Parser, string, RegExp?][] = [
  ['--ulimit', parseUlimit, 'nofile'],
  ['--ulimit', parseUlimit, 'nofile=', /NAME=SOFT/],
  ['--ulimit', parseUlimit, 'files=1', /"files" is not one of core/],
  ['--ulimit', parseUlimit, 'nofile=2:1', /above the hard one/],
  ['--ulimit', parseUlimit, 'nofile=-1:5', /above the hard one/],
  ['--ulimit', parseUlimit, 'nofile=1k', /"1k"/],
  ['--ulimit', parseUlimit, 'nofile=1:2:3'],
  ['--sysctl', parseSysctl, 'net.x', /NAME=VALUE/],
  ['--sysctl', parseSysctl, 'vm.swappiness=1', /"vm\.swappiness" is not of a namespace/],
  ['--sysctl', parseSysctl, 'net/../vm.x=1', /is not a name like/],
  ['--sysctl', parseSysctl, 'kernel.hostname=x', /option of its own/],
  ['--sysctl', parseSysctl, 'net..x=1', /is not a name like/],
  ['--sysctl', parseSysctl, 'net.x=a\nb', /plain characters/],
  ['--sysctl', parseSysctl, 'net.x=', /plain characters/],
  ['--volume', volume, 'nocolon', /"nocolon"/],
  ['--volume', volume, 'name:/b', /named volumes are not there yet/],
  ['--volume', volume, '/data', /SRC:DST/],
  ['--volume', volume, ':/b'],
  ['--volume', volume, '/a:b', /no absolute target/],
  ['--volume', volume, '/a:/', /no absolute target below \//],
  ['--volume', volume, '/a:/b/..', /no absolute target/],
  ['--volume', volume, '/a:/b:rx', /"rx", not ro or rw/],
  ['--volume', volume, '/a:/b:rshared', /"rshared"/],
  ['--volume', volume, '/a:/b:ro:x'],
  ['--mount', mount, '', /unknown field/],
  ['--mount', mount, 'target=/x', /volume/],
  ['--mount', mount, 'type=bind,target=/x', /no source/],
  ['--mount', mount, 'type=bind,source=/x', /no target/],
  ['--mount', mount, 'type=npipe,source=/x,target=/y', /"npipe"/],
  ['--mount', mount, 'type=bind,source=/x,target=/y,target=/z', /target twice/],
  ['--mount', mount, 'type=bind,source=/x,target=/y,__proto__=1', /unknown field "__proto__"/],
  ['--mount', mount, 'type=bind,source=/x,target=/y,bind-propagation=shared', /"shared"/],
  ['--mount', mount, 'type=bind,source=/x,target=/y,readonly=maybe', /no boolean/],
  ['--mount', mount, 'type=tmpfs,source=/x,target=/y', /source, which a tmpfs/],
  ['--mount', mount, 'type=tmpfs,target=/y,tmpfs-mode=9', /"mode=9"/],
  ['--tmpfs', parseTmpfs, 'rel', /no absolute target/],
  ['--tmpfs', parseTmpfs, '/t:bogus', /"bogus"/],
  ['--tmpfs', parseTmpfs, '/t:size=x', /"size=x"/],
  ['--tmpfs', parseTmpfs, '/t:constructor=1', /"constructor=1"/],
  ['--device', parseDevice, 'x', /below \/dev/],
  ['--device', parseDevice, '/dev/../etc', /below \/dev/],
  ['--device', parseDevice, '/dev/x:y', /"y" is not an absolute/],
  ['--device', parseDevice, '/dev/x:/y:rwx', /"rwx"/],
  ['--device', parseDevice, '/dev/x:/y:rr', /"rr"/],
  ['--device', parseDevice, '/dev/x:/y:r:w'],
  ['--security-opt', security, 'apparmor=docker-default', /no AppArmor/],
  ['--security-opt', security, 'label=type:svirt', /no SELinux/],
  ['--security-opt', security, 'no-new-privileges=maybe'],
  ['--security-opt', security, 'seccomp='],
  ['--security-opt', security, 'bogus', /"bogus" is not one of/],
  ['--cap-add', capAdd, 'FLY', /"FLY" is no capability/],
  ['--cap-drop', capDrop, ''],
  ['--cpuset-cpus', cpuset, '2-1', /"2-1"/],
  ['--cpuset-cpus', cpuset, ''],
  ['--cpuset-cpus', cpuset, '0,'],
];
for (const [flag, parse, text, message = text] of REFUSED) {
  test(`${flag} ${JSON.stringify(text)} is refused by its value`, () => {
    assert.throws(() => parse(text), message);
    assert.ok(isRefusal(parse, text));
  });
}

test('any text is read or refused as an invalid argument', () => {
  const piece = fc.constantFrom(
    ...['/', ':', ',', '=', '-', 'type', 'bind', 'tmpfs', 'source', 'target', '/dev/x', 'nofile'],
    ...['ro', 'size', '1', 'net.', 'seccomp', 'unconfined', 'ALL', 'CAP_', '__proto__', '..', '\0'],
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 10 }).map((all) => all.join('')),
  );
  const parsers = [
    ...[parseUlimit, parseSysctl, volume, mount, parseTmpfs, parseDevice, security],
    ...[capAdd, capDrop, cpuset],
  ];
  fc.assert(
    fc.property(text, (wanted) => {
      for (const parse of parsers) isRefusal(parse, wanted);
    }),
    { numRuns: 1500 },
  );
});

test('any JSON is a seccomp profile or refused as an invalid argument', () => {
  const subject = { capabilities: DEFAULT_CAPABILITIES, arch: 'x64' };
  const rules = fc.array(
    fc.object({ key: fc.constantFrom('names', 'action', 'args', 'includes') }),
  );
  const profile = fc.oneof(
    fc.jsonValue(),
    fc.record({ defaultAction: fc.constant('SCMP_ACT_ALLOW'), syscalls: rules }),
  );
  fc.assert(
    fc.property(profile, (wanted) => {
      isRefusal(() => ociSeccomp(wanted, subject), '');
    }),
  );
});

test("Docker's seccomp profile keeps the rules of the container's capabilities and architecture", () => {
  const rule = (name: string, rest: object = {}) => ({
    names: [name],
    action: 'SCMP_ACT_ALLOW',
    ...rest,
  });
  const profile = {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: 1,
    archMap: [{ architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86'] }],
    syscalls: [
      rule('read', { args: [{ index: 0, value: 8, op: 'SCMP_CMP_EQ' }] }),
      rule('mount', { includes: { caps: ['CAP_SYS_ADMIN'] } }),
      rule('chroot', { includes: { caps: ['CAP_SYS_CHROOT'] } }),
      rule('arch_prctl', { includes: { arches: ['amd64'] } }),
      rule('arm_only', { includes: { arches: ['arm64'] } }),
      rule('clone', { excludes: { caps: ['CAP_SYS_CHROOT'] }, errnoRet: 38 }),
      { name: 'old', action: 'SCMP_ACT_TRAP' },
    ],
  };
  const made = ociSeccomp(profile, { capabilities: DEFAULT_CAPABILITIES, arch: 'x64' });
  assert.equal(
    made.syscalls?.flatMap(({ names }) => names),
    ['read', 'chroot', 'arch_prctl', 'old'],
  );
  assert.is(made.defaultErrnoRet, 1);
  assert.ok(made.architectures?.includes('SCMP_ARCH_X86_64'));
  assert.equal(made.syscalls?.[0]?.args, [{ index: 0, value: 8, op: 'SCMP_CMP_EQ' }]);
});

test('ALL added wins over ALL dropped, and keeps what is dropped by name out', () => {
  const some = chooseCapabilities({ capAdd: ['ALL'], capDrop: ['all', 'NET_RAW'] });
  assert.equal(
    some,
    ALL_CAPABILITIES.filter((name) => name !== 'CAP_NET_RAW'),
  );
  assert.equal(chooseCapabilities({ capAdd: ['chown'], capDrop: ['ALL'] }), ['CAP_CHOWN']);
  assert.equal(chooseCapabilities({ capDrop: ['ALL'], privileged: true }), [...ALL_CAPABILITIES]);
  assert.is(ALL_CAPABILITIES.length, 41);
});

test('limits of a process: the default stays beside others, a later one of a name wins', () => {
  const nofile = { type: 'RLIMIT_NOFILE', soft: 1_048_576, hard: 1_048_576 };
  assert.equal(rlimits(), [nofile]);
  const core = { name: 'core', soft: 0, hard: 'unlimited' } as const;
  assert.equal(rlimits([core]), [nofile, { type: 'RLIMIT_CORE', soft: 0, hard: UNLIMITED }]);
  assert.equal(rlimits([1, 2].map((n) => ({ name: 'nofile', soft: n, hard: n }))), [
    { type: 'RLIMIT_NOFILE', soft: 2, hard: 2 },
  ]);
});

test('resources become the OCI fields; what makes no sense is refused by its number', () => {
  const mib = 2 ** 20;
  assert.equal(
    limits({
      memoryBytes: 64 * mib,
      memoryReservationBytes: 32 * mib,
      memorySwapBytes: -1,
      cpus: 0.5,
      cpuShares: 512,
      pidsLimit: 10,
    }),
    {
      memory: { limit: 64 * mib, reservation: 32 * mib, swap: -1 },
      cpu: { quota: 50_000, period: 100_000, shares: 512 },
      pids: { limit: 10 },
    },
  );
  assert.equal(limits({ pidsLimit: -1 }), {});
  for (const [options, message] of [
    [{ memoryBytes: 5 * mib }, /5242880/],
    [{ memoryBytes: 8 * mib, memoryReservationBytes: 9 * mib }, /9437184/],
    [{ memorySwapBytes: 9 * mib }, /need a memory limit/],
    [{ memoryBytes: 8 * mib, memorySwapBytes: 7 * mib }, /7340032/],
    [{ cpus: 0 }, /0 processors/],
    [{ cpuShares: 1 }, /1 CPU shares/],
    [{ pidsLimit: -2 }, /-2 processes/],
    [{ pidsLimit: 1.5 }, /1\.5 processes/],
  ] as const) {
    assert.throws(() => limits(options), message);
  }
});

test('a given mount replaces a standard one, one at /dev all below it; parents come first', () => {
  const standard = standardMounts({});
  const places = (...targets: string[]) =>
    ociMounts(
      standard,
      targets.map((target) => ({ type: 'tmpfs', target })),
    ).map(({ destination }) => destination);
  const own = standard.map(({ destination }) => destination);
  assert.equal(places('/a/b/c', '/a', '/a/b').slice(own.length), ['/a', '/a/b', '/a/b/c']);
  assert.is(places('/dev/shm').filter((place) => place === '/dev/shm').length, 1);
  assert.equal(
    places('/dev').filter((place) => place.startsWith('/dev')),
    ['/dev'],
  );
  assert.throws(() => places('/a', '/a/'), /"\/a" is given twice/);
});

test('a tmpfs has the safe options until others are asked for', () => {
  const options = (...given: string[]) =>
    ociMounts([], [{ type: 'tmpfs', target: '/t', options: given }])[0]?.options;
  assert.equal(options(), ['noexec', 'nosuid', 'nodev']);
  assert.equal(options('exec', 'size=1m', 'size=2m'), ['nosuid', 'nodev', 'exec', 'size=2m']);
});

test('devices go to the agent as an annotation', () => {
  assert.equal(deviceAnnotations([]), {});
  const device = parseDevice('/dev/x:/y:r');
  assert.equal(JSON.parse(deviceAnnotations([device])['io.lcow.devices'] ?? ''), [device]);
  assert.throws(() => deviceAnnotations([{ ...device, permissions: 'x' }]), /"x"/);
});

test.run();

/** Whether the text is refused, as it must be where it is not taken. */
function isRefusal(parse: Parser, text: string): boolean {
  try {
    parse(text);
    return false;
  } catch (error) {
    if (error instanceof RuntimeError && error.code === 'invalid-argument') return true;
    throw error;
  }
}
