/** What the agent makes of an OCI spec: limits, users, mounts, devices, names, init, and what it refuses by name. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { RuntimeError } from '../../runtime/errors.ts';
import { METHODS } from '../../runtime/guest/methods.ts';
import { rejection } from '../harness/rejection.ts';
import { AgentVm, collect, IDLE, specOf } from './agent-vm.ts';

async function refused(call: Promise<unknown>, named: RegExp): Promise<void> {
  const error = await rejection(call);
  assert.ok(error instanceof RuntimeError, String(error));
  assert.is(error.code, 'invalid-argument', error.message);
  assert.match(error.message, named);
}

const CAPABILITIES = {
  bounding: ['CAP_CHOWN', 'CAP_KILL', 'CAP_NET_RAW'],
  permitted: ['CAP_CHOWN', 'CAP_KILL'],
  inheritable: ['CAP_CHOWN', 'CAP_KILL'],
  effective: ['CAP_CHOWN'],
  ambient: ['CAP_CHOWN'],
};
const STATUS = "grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status | tr -d '\\t'";
const STATUS_OF_UID_1000 = [
  'CapInh:0000000000000021',
  'CapPrm:0000000000000001',
  'CapEff:0000000000000001',
  'CapBnd:0000000000002021',
  'CapAmb:0000000000000001',
  'NoNewPrivs:1',
  'Seccomp:2',
];

for (const standsBy of [false, true]) {
  const test = suite<{ agent: AgentVm }>(
    `containers ${standsBy ? 'made of standbys' : 'of the agent'}`,
  );

  test.before(async (context) => {
    context.agent = await AgentVm.boot('agent-containers');
    context.agent.standsBy = standsBy;
  });
  test.after(async ({ agent }) => {
    assert.equal(await agent.end(), []);
  });

  test('user, groups, umask, rlimits, score, working folder and sysctls are honoured', async ({
    agent,
  }) => {
    const { out, code, err } = await agent.run(
      'basics',
      specOf(
        [
          'sh',
          '-c',
          'id -u; id -g; id -G; umask; ulimit -n; ulimit -Hn; cat /proc/self/oom_score_adj; pwd; cd /proc/sys; cat kernel/msgmax net/ipv4/ip_local_port_range',
        ],
        {
          process: {
            cwd: '/srv/new',
            user: { uid: 1234, gid: 55, additionalGids: [66, 77], umask: 0o27 },
            rlimits: [{ type: 'RLIMIT_NOFILE', soft: 100, hard: 200 }],
            oomScoreAdj: 321,
          },
          linux: {
            sysctl: { 'kernel.msgmax': '12345', 'net.ipv4.ip_local_port_range': '20000\t30000' },
          },
        },
      ),
    );
    assert.is(code, 0, err);
    const words = out.trim().split('\n');
    assert.equal(words, [
      '1234',
      '55',
      '55 66 77',
      '0027',
      '100',
      '200',
      '321',
      '/srv/new',
      '12345',
      '20000\t30000',
    ]);
  });

  test('all five sets of capabilities, no new privileges and seccomp hold for init and for exec', async ({
    agent,
  }) => {
    const process = {
      user: { uid: 1000, gid: 1000 },
      capabilities: CAPABILITIES,
      noNewPrivileges: true,
    };
    const seccomp = {
      defaultAction: 'SCMP_ACT_ALLOW',
      architectures: ['SCMP_ARCH_X86_64'],
      syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: 38 }],
    };
    const command = `${STATUS}; mkdir /tmp/x 2>&1 | grep -o 'not implemented'`;
    const spec = specOf(['sh', '-c', `${command}; exec sleep 1000`], {
      process,
      linux: { seccomp },
    });
    const streams = await agent.create('caps', spec);
    await agent.start('caps');
    const wanted = [...STATUS_OF_UID_1000, 'not implemented', ''].join('\n');
    let out = '';
    for await (const chunk of streams.stdout) {
      out += String(chunk);
      if (out.length >= wanted.length) break;
    }
    assert.is(out, wanted);
    // An exec inherits what its process object leaves out.
    const { out: second } = await agent.sh('caps', command, process);
    assert.is(second, wanted);
    await agent.delete('caps');
  });

  test('masked and read-only paths, a read-only root, a tmpfs with its size and mode', async ({
    agent,
  }) => {
    const { out } = await agent.run(
      'paths',
      specOf(
        [
          'sh',
          '-c',
          'touch /x 2>&1 | grep -o Read-only; echo 1 2>/dev/null >/proc/sys/kernel/msgmax || echo refused; wc -c </proc/version; stat -c %a /cache; df -k /cache | tail -1 | tr -s " " | cut -d" " -f2; touch /cache/y && echo written',
        ],
        {
          mounts: [
            {
              destination: '/cache',
              type: 'tmpfs',
              source: 'tmpfs',
              options: ['size=1024k', 'mode=1700', 'noexec'],
            },
          ],
          linux: { maskedPaths: ['/proc/version'], readonlyPaths: ['/proc/sys'] },
          rest: { root: { path: 'rootfs', readonly: true } },
        },
      ),
    );
    assert.equal(out.trim().split('\n'), ['Read-only', 'refused', '0', '1700', '1024', 'written']);
  });

  test('names that were configured before the creation show in the container, whatever the image has', async ({
    agent,
  }) => {
    await agent.channel.call('names', METHODS.configureNames, {
      containerId: 'named',
      nameservers: ['10.0.2.3'],
      searches: ['example.test'],
      options: ['ndots:2'],
      hosts: [{ address: '10.0.2.15', names: ['box', 'box.example.test'] }],
      hostname: 'box',
    });
    const { out, err } = await agent.run(
      'named',
      specOf(
        [
          'sh',
          '-c',
          'cat /etc/resolv.conf /etc/hostname; grep box /etc/hosts; grep -c localhost /etc/hosts; hostname; ifconfig lo | grep -o UP',
        ],
        { rest: { hostname: 'box' } },
      ),
    );
    assert.equal(
      out.trim().split('\n'),
      [
        'search example.test',
        'nameserver 10.0.2.3',
        'options ndots:2',
        'box',
        '10.0.2.15\tbox box.example.test',
        '2',
        'box',
        'UP',
      ],
      err,
    );
  });

  test("the agent serves as a container's init: it reaps, passes signals on and ends as its child", async ({
    agent,
  }) => {
    const init = {
      destination: '/sbin/lcow-init',
      type: 'bind',
      source: 'uvm:///init',
      options: ['bind', 'ro', 'exec'],
    };
    const spec = (command: string) =>
      specOf(['/sbin/lcow-init', '--', 'sh', '-c', command], { mounts: [init] });
    const streams = await agent.create(
      'init',
      spec(
        'trap "exit 42" TERM; (sleep 0.1 & ) ; sleep 0.5; ps -o stat,comm; echo ready; while :; do sleep 0.1; done',
      ),
    );
    await agent.start('init');
    const done = collect(streams);
    await new Promise((resolve) => streams.stdout.once('data', resolve));
    await agent.channel.call('term', METHODS.signal, {
      process: { containerId: 'init', execId: '' },
      signal: 15,
    });
    const { code, out } = await done;
    assert.is(code, 42);
    assert.not.match(out, /^Z/m);
    assert.match(out, /lcow-init/);
    await agent.delete('init');
    assert.is((await agent.run('init-kill', spec('kill -9 $$'))).code, 137);
    assert.is(
      (
        await agent.run(
          'init-none',
          specOf(['/sbin/lcow-init', '--', 'no-such'], { mounts: [init] }),
        )
      ).code,
      127,
    );
  });

  test('a terminal belongs to the child of that init', async ({ agent }) => {
    const init = {
      destination: '/sbin/lcow-init',
      type: 'bind',
      source: 'uvm:///init',
      options: ['bind', 'ro', 'exec'],
    };
    const spec = specOf(['/sbin/lcow-init', '--', 'sh', '-c', 'tty; read line; echo got $line'], {
      mounts: [init],
      process: { terminal: true },
    });
    const streams = await agent.create('init-tty', spec, { terminal: true, stdin: true });
    await agent.start('init-tty');
    streams.stdin.write('hello\n');
    const { code, out } = await collect(streams);
    assert.is(code, 0);
    assert.match(out, /\/dev\/pts\/0/);
    assert.match(out, /got hello/);
    await agent.delete('init-tty');
  });

  test('devices of the VM are given by annotation, and no other can be opened', async ({
    agent,
  }) => {
    const annotations = (devices: object[]) => ({
      annotations: { 'io.lcow.devices': JSON.stringify(devices) },
    });
    const { out, err } = await agent.run(
      'devices',
      specOf(
        [
          'sh',
          '-c',
          'stat -c "%n %t:%T" /dev/fuse /dev/my-tun; : <>/dev/fuse && echo fuse; : <>/dev/my-tun && echo tun; mknod /tmp-disk b 8 0; cat /tmp-disk 2>&1 >/dev/null| grep -o "not permitted"',
        ],
        {
          rest: annotations([
            { pathOnHost: '/dev/fuse', pathInContainer: '/dev/fuse', permissions: 'rwm' },
            { pathOnHost: '/dev/net/tun', pathInContainer: '/dev/my-tun', permissions: 'rw' },
          ]),
        },
      ),
    );
    assert.equal(
      out.trim().split('\n'),
      ['/dev/fuse a:e5', '/dev/my-tun a:c8', 'fuse', 'tun', 'not permitted'],
      err,
    );
    await agent.rootfs('no-device');
    await refused(
      agent.create(
        'no-device',
        specOf(IDLE, { rest: annotations([{ pathOnHost: '/dev/no-such', permissions: 'r' }]) }),
        { rootfs: '/run/lcow/c/no-device/rootfs' },
      ),
      /io\.lcow\.devices\]\[0\]\.pathOnHost: "\/dev\/no-such"/,
    );
  });

  test("a privileged container has the VM's devices", async ({ agent }) => {
    const { out, err } = await agent.run(
      'privileged',
      specOf(
        [
          'sh',
          '-c',
          'ls -d /dev/kmsg /dev/fuse /dev/net/tun; head -c 1 /dev/kmsg >/dev/null && echo open',
        ],
        {
          rest: { annotations: { 'io.lcow.privileged': 'true' } },
        },
      ),
    );
    assert.equal(
      out.trim().split('\n').sort(),
      ['/dev/fuse', '/dev/kmsg', '/dev/net/tun', 'open'],
      err,
    );
  });

  test('what the agent cannot honour is refused by name, and nothing is left of it', async ({
    agent,
  }) => {
    const rootfs = await agent.rootfs('refused');
    const cases: [object, RegExp][] = [
      [
        { mounts: [{ destination: '/x', type: 'bind', source: '/etc', options: ['bind'] }] },
        /spec\.mounts\[4\]\.source: "\/etc"/,
      ],
      [
        { mounts: [{ destination: '/x', type: 'none', source: 'uvm:///etc', options: ['rbind'] }] },
        /spec\.mounts\[4\]\.source/,
      ],
      [{ process: { apparmorProfile: 'my-own' } }, /spec\.process\.apparmorProfile/],
      [{ process: { selinuxLabel: 'x' } }, /spec\.process\.selinuxLabel/],
      [{ process: { oomScoreAdj: 100000 } }, /oomScoreAdj/],
      [{ linux: { intelRdt: { closID: 'x' } } }, /spec\.linux\.intelRdt/],
      [{ rest: { annotations: { 'io.lcow.devices': '{' } } }, /io\.lcow\.devices/],
    ];
    for (const [parts, named] of cases) {
      await refused(agent.create('refused', specOf(IDLE, parts), { rootfs }), named);
    }
    const { containers } = await agent.channel.call('list', METHODS.list, {});
    assert.equal(containers, []);
  });

  test.run();
}
