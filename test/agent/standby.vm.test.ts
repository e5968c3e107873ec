/**
 * A container that was made of a standby is what libcontainer would have made: each spec is run both ways in one VM, and
 * what the container sees of itself compared. containers.vm.test.ts has what is said of either.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { RuntimeError } from '../../runtime/errors.ts';
import { METHODS } from '../../runtime/guest/methods.ts';
import { standbySpec } from '../../runtime/template/standby.ts';
import { containerSpec, type ContainerSpecOptions } from '../../runtime/task/container-spec.ts';
import { rejection } from '../harness/rejection.ts';
import { AgentVm, IDLE, type Result } from './agent-vm.ts';

const test = suite<{ agent: AgentVm }>('standbys');

test.before(async (context) => {
  context.agent = await AgentVm.boot('agent-standbys');
});
test.after(async ({ agent }) => {
  assert.equal(await agent.end(), []);
});

/** All that a process can see of its container, in an order of its own. Ids of mounts differ, and so does their order. */
const LOOK = [
  'id',
  'umask',
  'pwd',
  'hostname',
  'env | sort',
  'ulimit -a',
  "grep -vE '^(Vm|Rss|.*ctxt|Threads|Cpus|Mems|Speculation|Sig|Pid|PPid|Tgid|NSpid|NStgid|NSpgid|NSsid)' /proc/self/status",
  'cat /proc/self/cgroup /proc/self/oom_score_adj /etc/hosts /etc/hostname',
  "cut -d' ' -f4-6,8- /proc/self/mountinfo | sed 's/^.*\\/lcow\\/c\\/[a-z0-9]*//; s/scratch[^ ,]*//g; s/c\\/[a-z0-9]*\\/rootfs//g' | sort",
  'ls -l /dev /dev/pts | tr -s " " | cut -d" " -f1-5,9-',
  'ls -ld / /proc /dev /sys /run /tmp | cut -d" " -f1',
  'ls /proc/self/fd | wc -l',
  'cat /proc/1/cmdline | tr "\\0" " "',
  'cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/pids.max',
  'touch /written; echo $?',
  'touch /proc/sys/kernel/domainname; echo $?; head -c1 /proc/keys | wc -c',
  'mknod /n b 8 0; head -c1 /n; echo $?',
].join('; ');

type Options = Omit<ContainerSpecOptions, 'id' | 'image'>;

/** Runs it by libcontainer, then of a standby like those of templates. */
async function bothWays(agent: AgentVm, name: string, options: Options): Promise<Result[]> {
  const command = ['sh', '-c', `(${LOOK}) 2>&1`];
  const spec = containerSpec({ id: 'same', image: {}, command, ...options });
  const terminal = options.terminal !== undefined;
  const results: Result[] = [];
  for (const standbys of [0, 1]) {
    if (standbys === 1) await prepare(agent);
    assert.is(await waiting(agent), standbys);
    results.push(await agent.run(`${name}${standbys}`, spec, { terminal }));
    assert.is(await waiting(agent), 0, `${name} takes the standby`);
  }
  return results;
}

async function prepare(agent: AgentVm): Promise<void> {
  const spec = Buffer.from(JSON.stringify(standbySpec()));
  await agent.channel.call('prepare', METHODS.prepareContainer, { spec });
}

async function waiting(agent: AgentVm): Promise<number> {
  return (await agent.channel.call('list', METHODS.list, {})).standbys;
}

const CASES: Readonly<Record<string, Options>> = {
  default: {},
  terminal: { terminal: { width: 91, height: 17 }, init: true },
  user: {
    user: '1234:55',
    groupAdd: ['66'],
    workingDirectory: '/srv/new',
    env: ['B=2', 'A=1'],
    hostname: 'else',
    oomScoreAdj: 321,
    ulimits: [{ name: 'nofile', soft: 100, hard: 200 }],
    capDrop: ['ALL'],
    security: { noNewPrivileges: true },
  },
  mounts: {
    readOnly: true,
    shmSizeBytes: 2 ** 20,
    memoryBytes: 32 * 2 ** 20,
    pidsLimit: 77,
    extraMounts: [{ type: 'tmpfs', target: '/a/b', options: ['size=1m', 'mode=700'] }],
    capAdd: ['SYS_ADMIN'],
  },
};

for (const [name, options] of Object.entries(CASES)) {
  test(`a container is the same either way: ${name}`, async ({ agent }) => {
    const [plain, standby] = await bothWays(agent, name, options);
    assert.equal(standby?.out.split('\n'), plain?.out.split('\n'));
    assert.is(standby?.code, plain?.code);
    assert.ok((plain?.out.length ?? 0) > 1000, 'it has looked');
  });
}

test('what cannot be run is refused as ever, and takes nothing with it', async ({ agent }) => {
  const wrong: [Options, RegExp][] = [
    [{ command: ['/missing'] }, /cannot execute "\/missing": no such file/],
    [{ command: ['/etc/passwd'] }, /not an executable file/],
    [{ command: ['sh'], workingDirectory: '/proc/self/fd/3' }, /cwd/],
  ];
  for (const [index, [options, message]] of wrong.entries()) {
    await prepare(agent);
    const spec = containerSpec({ id: 'same', image: {}, ...options });
    const error = await rejection(agent.create(`wrong-${index}`, spec));
    assert.ok(error instanceof RuntimeError, String(error));
    assert.match(error.message, message);
    assert.is(await waiting(agent), 0);
  }
  const { containers } = await agent.channel.call('list', METHODS.list, {});
  assert.equal(containers, []);
});

test('what does not fit leaves the standby to the next that does', async ({ agent }) => {
  await prepare(agent);
  const command = ['true'];
  const privileged = containerSpec({ id: 'same', image: {}, command, privileged: true });
  assert.is((await agent.run('privileged', privileged)).code, 0);
  assert.is(await waiting(agent), 1);
  assert.is((await agent.run('next', containerSpec({ id: 'same', image: {}, command }))).code, 0);
  assert.is(await waiting(agent), 0);
});

test('it is killed for memory, frozen, changed, joined and deleted as any', async ({ agent }) => {
  await prepare(agent);
  const spec = containerSpec({ id: 'same', image: {}, command: IDLE, memoryBytes: 32 * 2 ** 20 });
  const streams = await agent.create('life', spec);
  await agent.start('life');
  const id = 'life';
  const inside = await agent.sh(
    id,
    'cat /sys/fs/cgroup/memory.max; readlink /proc/1/ns/cgroup /proc/self/ns/cgroup',
  );
  const [limit, ...namespaces] = inside.out.trim().split('\n');
  assert.is(limit, String(32 * 2 ** 20), inside.err);
  assert.is(namespaces[0], namespaces[1]);
  const resources = Buffer.from(JSON.stringify({ pids: { limit: 55 } }));
  await agent.channel.call('update', METHODS.update, { id, resources });
  assert.is((await agent.sh(id, 'cat /sys/fs/cgroup/pids.max')).out, '55\n');
  await agent.channel.call('pause', METHODS.pause, { id });
  await agent.channel.call('resume', METHODS.resumeContainer, { id });
  const { pids } = await agent.channel.call('pids', METHODS.pids, { id });
  assert.equal(
    pids.map(({ execId }) => execId),
    ['init'],
  );
  const eaten = await agent.sh(id, 'x=$(head -c 100m /dev/zero | tr "\\0" x)');
  assert.is(eaten.code, 137);
  assert.ok(eaten.exit.oomKilled);
  await agent.delete(id);
  assert.is((await streams.exit).code, 137);
});

test('four may wait, and each serves one container', async ({ agent }) => {
  for (let count = 0; count < 4; count += 1) await prepare(agent);
  const error = await rejection(prepare(agent));
  assert.match(String(error), /4 containers stand by/);
  const spec = containerSpec({ id: 'same', image: {}, command: ['echo', 'x'] });
  for (let count = 0; count < 4; count += 1) {
    assert.is((await agent.run(`of-four-${count}`, spec)).out, 'x\n');
  }
  assert.is(await waiting(agent), 0);
});

test.run();
