/**
 * OCI specs through the task service into one VM: what ctr and docker wrote runs as it is, and what the other tests of
 * the agent do not look at is honoured: hooks of the guest, namespaces of the pod, propagation and options of mounts,
 * user and time namespaces, personality, further limits.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { containerSpec } from '../../runtime/task/container-spec.ts';
import { MOUNT_OPTIONS } from '../../runtime/task/oci-features.ts';
import { HUB_URI } from '../../runtime/task/process-io.ts';
import { LcowHost } from '../harness/lcow-host.ts';
import { rejection } from '../harness/rejection.ts';
import { repositoryRoot } from '../harness/repository-root.ts';
import { skip } from '../harness/skip.ts';
import { TaskPod } from '../runtime/task/task-pod.ts';

type Json = Record<string, unknown>;
interface Context {
  host: LcowHost;
  pod: TaskPod;
  base: string;
}
const test = suite<Context>('OCI specs');
const CAPTURED = join(repositoryRoot(), 'test/runtime/task/captured');

test.before(async (context) => {
  const host = new LcowHost();
  const base = join(host.folder, 'base');
  mkdirSync(base);
  const blobs = join(repositoryRoot(), 'build/images/busybox/blobs/sha256');
  for (const blob of readdirSync(blobs)) {
    if (readFileSync(join(blobs, blob))[0] === 0x7b) continue;
    execFileSync('tar', ['-xf', join(blobs, blob), '-C', base]);
  }
  Object.assign(context, { host, base, pod: await new TaskPod(host, []).open() });
});
test.after(async ({ host, pod }) => {
  await pod.end();
  const left = await host.settledLeftovers();
  await host[Symbol.asyncDispose]();
  assert.equal(left, []);
});

/** @param own the root, in place of one over the base's files */
async function create(
  { host, base, pod }: Context,
  id: string,
  spec: object,
  own?: string,
): Promise<number> {
  const folders = ['fs', 'work'].map((part) => join(host.folder, 'snapshots', id, part));
  for (const folder of folders) mkdirSync(folder, { recursive: true });
  const bundle = join(host.folder, 'bundle', id);
  mkdirSync(bundle, { recursive: true });
  writeFileSync(join(bundle, 'config.json'), JSON.stringify(spec));
  const options = [`workdir=${folders[1]}`, `upperdir=${folders[0]}`, `lowerdir=${base}`];
  const { pid } = await pod.tasks.create({
    ...{ id, bundle, terminal: false, stdin: '', stdout: HUB_URI, stderr: HUB_URI },
    rootfs: [
      own === undefined
        ? { type: 'overlay', source: 'overlay', target: '', options }
        : { type: 'bind', source: own, target: '', options: ['rbind', 'rw'] },
    ],
  });
  return pid;
}

/** @returns its output; its status must be 0 */
async function run(context: Context, id: string, spec: object, own?: string): Promise<string> {
  const { tasks, recorder } = context.pod;
  await create(context, id, spec, own);
  await tasks.start(id, '');
  const { code } = await tasks.wait(id, '');
  await tasks.delete(id, '');
  const { stdout, stderr } = recorder.of(id).text;
  assert.is(code, 0, `${id}: ${stdout}${stderr}`);
  return stdout;
}

/** Our own spec of a script with changes: a section's fields are added to it. */
function specOf(script: string, changes: Record<string, object | string> = {}): Json {
  const spec: Json = { ...containerSpec({ id: 'box', image: {}, command: ['sh', '-c', script] }) };
  for (const [name, change] of Object.entries(changes)) {
    const old = spec[name];
    if (Array.isArray(old)) spec[name] = [...(old as unknown[]), ...(change as unknown[])];
    else if (typeof old === 'object' && typeof change === 'object')
      spec[name] = { ...old, ...change };
    else spec[name] = change;
  }
  return spec;
}

test('what ctr and docker wrote runs as it is, but for its paths and its command', async (context) => {
  const file = join(context.host.folder, 'bound');
  writeFileSync(file, 'bound\n');
  for (const name of readdirSync(CAPTURED).sort()) {
    const spec = JSON.parse(readFileSync(join(CAPTURED, name), 'utf8')) as Json & {
      process: Json;
      mounts: (Json & { type: string; options?: string[] })[];
    };
    const script =
      'grep -E "^(Seccomp|NoNewPrivs|CapBnd|CapEff):" /proc/self/status; id -u; ulimit -c; cat /sys/fs/cgroup/pids.max; ls /dev | wc -l';
    const mounts = spec.mounts.map((mount) =>
      mount.type === 'bind' || mount.options?.some((option) => /^r?bind$/.test(option)) === true
        ? { ...mount, source: mount['destination'] === '/mnt' ? context.host.folder : file }
        : mount,
    );
    // Hooks are the supervisor's; docker's is of a daemon that is not here.
    const { hooks: _hooks, ...rest } = spec;
    const process = { ...spec.process, terminal: false, args: ['sh', '-c', script] };
    const out = await run(context, name.replace('.json', ''), { ...rest, process, mounts });
    const privileged = name.includes('privileged');
    const docker = name.startsWith('docker');
    assert.match(out, docker && !privileged ? /Seccomp:\s+2/ : /Seccomp:\s+0/, name);
    if (name === 'docker-options.json') assert.match(out, /\n5\nunlimited\n50\n/);
    const devices = Number(out.trim().split('\n').at(-1));
    assert.ok(privileged ? devices > 20 : devices < 20, `${name}: ${devices} devices`);
  }
});

test('a hook of the guest runs in the container before its command; one that fails ends it', async (context) => {
  const hooks = (script: string) => ({
    startContainer: [{ path: '/bin/sh', args: ['sh', '-c', script], env: ['A=b'] }],
  });
  const hooked = specOf('cat /hooked; cat /state', {
    hooks: hooks('echo "$A" > /hooked; cat > /state'),
  });
  const out = await run(context, 'hooked', hooked);
  assert.match(out, /^b\n\{.*"id":"hooked"/);
  const { tasks } = context.pod;
  await create(context, 'unhooked', specOf('echo never', { hooks: hooks('exit 3') }));
  const error = await rejection(tasks.start('unhooked', ''));
  assert.match(String(error), /a startContainer hook failed/);
  const { code } = await tasks.wait('unhooked', '');
  await tasks.delete('unhooked', '');
  assert.is.not(code, 0);
  assert.is(context.pod.recorder.of('unhooked').text.stdout, '');
});

test('containers share the namespaces that a path names', async (context) => {
  const { tasks } = context.pod;
  const pid = await create(context, 'first', specOf('sleep 1000', { hostname: 'pod' }));
  await tasks.start('first', '');
  const spec = specOf('readlink /proc/self/ns/ipc; hostname; pidof sleep') as {
    linux: Json;
  };
  const joined = ['ipc', 'uts', 'pid'].map((type) => ({
    type,
    path: `uvm:///proc/${pid}/ns/${type}`,
  }));
  const network = { type: 'network', path: '/var/run/netns/cni-1' };
  const namespaces = [...joined, network, { type: 'mount' }];
  const { hostname: _hostname, ...rest } = spec as Json;
  const out = await run(context, 'second', { ...rest, linux: { ...spec.linux, namespaces } });
  await tasks.exec({
    ...{
      id: 'first',
      execId: 'look',
      terminal: false,
      stdin: '',
      stdout: HUB_URI,
      stderr: HUB_URI,
    },
    process: Buffer.from(
      JSON.stringify({
        ...{ args: ['readlink', '/proc/self/ns/ipc'], cwd: '/', user: { uid: 0, gid: 0 } },
        env: ['PATH=/bin'],
      }),
    ),
  });
  await tasks.start('first', 'look');
  await tasks.wait('first', 'look');
  await tasks.delete('first', 'look');
  const ipc = context.pod.recorder.of('first', 'look').text.stdout;
  assert.match(out, new RegExp(`^${ipc.trim().replaceAll(/[[\]]/g, '\\$&')}\npod\n[0-9]+\n$`));
  await context.pod.remove('first');
});

test('every option of a mount that the features document has is taken', async (context) => {
  const options = MOUNT_OPTIONS.filter((option) => !/bind|private|slave/.test(option));
  const mounts = options.map((option) => ({
    ...{ destination: `/m/${option}`, type: 'tmpfs', source: 'tmpfs', options: [option] },
  }));
  const out = await run(context, 'options', specOf('cat /proc/mounts', { mounts }));
  const flags = new Map(
    out.split('\n').map((line) => {
      const [, path = '', , text = ''] = line.split(' ');
      return [path, text.split(',')] as const;
    }),
  );
  for (const option of ['ro', 'nosuid', 'nodev', 'noexec', 'noatime', 'nodiratime']) {
    assert.ok(
      flags.get(`/m/${option}`)?.includes(option),
      `${option}: ${String(flags.get(`/m/${option}`))}`,
    );
  }
  for (const [option, flag] of [
    ['rro', 'ro'],
    ['rnosuid', 'nosuid'],
    ['rnodev', 'nodev'],
    ['rnoexec', 'noexec'],
  ] as const) {
    assert.ok(
      flags.get(`/m/${option}`)?.includes(flag),
      `${option}: ${String(flags.get(`/m/${option}`))}`,
    );
  }
});

test('domain name, personality, a time offset, a propagation and further limits are honoured', async (context) => {
  const linux = {
    personality: { domain: 'LINUX32' },
    rootfsPropagation: 'slave',
    timeOffsets: { boottime: { secs: 1_000_000, nanosecs: 0 } },
    namespaces: ['pid', 'ipc', 'uts', 'mount', 'cgroup', 'time'].map((type) => ({ type })),
    resources: { unified: { 'memory.high': '50000000' }, cpu: { idle: 0, cpus: '0' } },
  };
  const script =
    'uname -m; cat /proc/sys/kernel/domainname; cut -d. -f1 /proc/uptime; cat /sys/fs/cgroup/memory.high /sys/fs/cgroup/cpuset.cpus; awk \'$5 == "/"\' /proc/self/mountinfo';
  const cgroup = {
    destination: '/sys/fs/cgroup',
    type: 'cgroup',
    source: 'cgroup',
    options: ['ro'],
  };
  const spec = specOf(script, { domainname: 'example.org', linux });
  const mounts = (spec['mounts'] as Json[]).filter(
    ({ destination }) => destination !== '/sys/fs/cgroup',
  );
  const out = await run(context, 'further', { ...spec, mounts: [...mounts, cgroup] });
  const [machine, domain, uptime, high, cpus] = out.split('\n');
  assert.is(machine, 'i686');
  assert.is(domain, 'example.org');
  assert.ok(Number(uptime) > 1_000_000, uptime);
  assert.is(high, '49999872');
  assert.is(cpus, '0');
  assert.not(/shared:/.test(out), out);
});

test('root of a user namespace is another user outside of it, whose the root is', async (context) => {
  const ids = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
  const linux = {
    namespaces: ['pid', 'ipc', 'uts', 'mount', 'cgroup', 'user'].map((type) => ({ type })),
    uidMappings: ids,
    gidMappings: ids,
  };
  const own = join(context.host.folder, 'remapped');
  execFileSync('cp', ['-a', context.base, own]);
  execFileSync('chown', ['-R', '-h', '100000:100000', own]);
  const script = 'cat /proc/self/uid_map; id -u; touch /made; ! touch /proc/sys/kernel/hostname';
  const spec = specOf(script, { linux });
  // What a user namespace without a network of its own may not mount, with any runtime.
  const mounts = (spec['mounts'] as Json[]).filter(({ type }) => type !== 'sysfs');
  const out = await run(context, 'mapped', { ...spec, mounts }, own);
  assert.match(out, /^\s+0\s+100000\s+65536\n0\n$/);
  assert.is(statSync(join(own, 'made')).uid, 100_000);
});

test('an update refuses by name what the VM cannot change', async (context) => {
  const { tasks } = context.pod;
  await create(context, 'updated', specOf('sleep 1000'));
  await tasks.start('updated', '');
  const update = (resources: object): Promise<void> =>
    tasks.update('updated', Buffer.from(JSON.stringify(resources)));
  const refused: readonly (readonly [object, RegExp])[] = [
    [{ memory: { swappiness: 10 } }, /resources\.memory\.swappiness/],
    [{ memory: { kernel: 1 << 20 } }, /resources\.memory\.kernel/],
    [{ cpu: { realtimeRuntime: 1000 } }, /resources\.cpu\.realtimeRuntime/],
    [{ network: { classID: 1 } }, /resources\.network/],
    [{ hugepageLimits: [{ pageSize: '2MB', limit: 2 << 20 }] }, /hugepageLimits\[0\]\.limit/],
    [{ unified: { '../memory.max': '1' } }, /resources\.unified/],
    [{ blockIO: { throttleReadBpsDevice: [{ major: 8, minor: 0, rate: 1 }] } }, /throttleRead/],
  ];
  for (const [resources, message] of refused) {
    assert.match(String(await rejection(update(resources))), message);
  }
  await update({
    memory: { limit: 96 << 20, swap: 96 << 20 },
    cpu: { quota: 50_000, period: 100_000, cpus: '0', mems: '0', shares: 512 },
    pids: { limit: 77 },
    hugepageLimits: [{ pageSize: '2MB', limit: 0 }],
    devices: [{ allow: false, access: 'rwm' }],
  });
  await context.pod.remove('updated');
});

if (process.getuid?.() !== 0) skip('shares need root');
else test.run();
