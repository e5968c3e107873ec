/** `lcow inspect` over a store that was made up: docker's shape, and what is missing. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CommandHost } from './captured-command.ts';
import { makeUp } from './made-up-store.ts';

async function withContainer(use: (host: CommandHost, id: string) => Promise<void>): Promise<void> {
  using host = new CommandHost();
  const [id = ''] = await makeUp(host.data, [
    {
      name: 'web',
      record: {
        labels: { 'com.example/a': 'b' },
        mounts: [{ type: 'bind', source: '/srv', target: '/data', readOnly: true }],
        vm: {
          network: 'user',
          memoryMiB: 256,
          ports: [{ protocol: 'tcp', hostAddress: '0.0.0.0', hostPort: 8080, guestPort: 80 }],
        },
        limits: { memoryBytes: 2 ** 28, cpus: 1.5, pids: 100 },
        restart: { name: 'on-failure', maximum: 3 },
      },
      state: {
        status: 'exited',
        exitCode: 137,
        oomKilled: true,
        error: 'the kernel ended it: out of memory',
        startedAt: '2026-01-01T00:00:00.000Z',
        finishedAt: '2026-01-01T00:01:00.000Z',
        restartCount: 2,
      },
      bundle: {
        process: { env: ['A=1'], cwd: '/srv', user: { uid: 1, gid: 2 } },
        root: { path: 'rootfs', readonly: true },
      },
    },
  ]);
  await use(host, id);
}

test('a container has the shape that docker inspect gives', async () => {
  await withContainer(async (host, id) => {
    const { code, stdout } = await host.lcow(['inspect', 'web']);
    assert.is(code, 0);
    const [shown] = JSON.parse(stdout) as [Record<string, Record<string, unknown>>];
    assert.is(shown['Id'], id);
    assert.is(shown['Name'], '/web');
    assert.is(shown['Path'], 'sh');
    assert.equal(shown['Args'], ['-c', 'sleep 1000']);
    assert.equal(shown['State'], {
      Status: 'exited',
      Running: false,
      Paused: false,
      Restarting: false,
      OOMKilled: true,
      Dead: false,
      Pid: 0,
      ExitCode: 137,
      Error: 'the kernel ended it: out of memory',
      StartedAt: '2026-01-01T00:00:00.000Z',
      FinishedAt: '2026-01-01T00:01:00.000Z',
    });
    assert.is(shown['RestartCount'], 2);
    const host_ = shown['HostConfig'] ?? {};
    assert.equal(host_['RestartPolicy'], { Name: 'on-failure', MaximumRetryCount: 3 });
    assert.equal(host_['Binds'], ['/srv:/data:ro']);
    assert.equal(
      [host_['Memory'], host_['NanoCpus'], host_['PidsLimit'], host_['ReadonlyRootfs']],
      [2 ** 28, 1.5e9, 100, true],
    );
    assert.equal(host_['PortBindings'], { '80/tcp': [{ HostIp: '0.0.0.0', HostPort: '8080' }] });
    const config = shown['Config'] ?? {};
    assert.equal([config['Env'], config['WorkingDir'], config['User']], [['A=1'], '/srv', '1:2']);
    assert.equal(config['Labels'], { 'com.example/a': 'b' });
    assert.is(config['StopSignal'], 'SIGTERM');
    assert.equal(shown['NetworkSettings'], { Ports: {} });
    assert.is(shown['Vm']?.['MemoryMiB'], 256);
  });
});

test('templates and fields that scripts use', async () => {
  await withContainer(async (host, id) => {
    const show = async (format: string): Promise<string> =>
      (await host.lcow(['inspect', '--format', format, id.slice(0, 12)])).stdout;
    assert.is(await show('{{.State.Running}}'), 'false\n');
    assert.is(await show('{{.State.ExitCode}} {{.Name}}'), '137 /web\n');
    assert.is(await show('{{json .Config.Labels}}'), '{"com.example/a":"b"}\n');
    assert.is(await show('{{index .Config.Labels "com.example/a"}}'), 'b\n');
    assert.is(await show('State.Status,Name'), 'exited\t/web\n');
    assert.is(JSON.parse(await show('json')).Id, id);
  });
});

test('a name that means nothing is told, the rest is shown, and the status is 1', async () => {
  await withContainer(async (host) => {
    const both = await host.lcow(['inspect', 'nobody', 'web']);
    assert.is(both.code, 1);
    assert.is((JSON.parse(both.stdout) as unknown[]).length, 1);
    assert.match(both.stderr, /cannot inspect "nobody": there is no container, pod or image/);
    const none = await host.lcow(['inspect', 'nobody']);
    assert.equal([none.code, none.stdout], [1, '[]\n']);
    const evil = await host.lcow(['inspect', 'a\u001b[2J']);
    assert.not.ok(evil.stderr.includes('\u001b'));
    const typed = await host.lcow(['inspect', '--type', 'pod', 'web']);
    assert.is(typed.code, 1);
    assert.match((await host.lcow(['inspect', '--type', 'x', 'web'])).stderr, /"x" is not one of/);
  });
});

test('a wrong template is refused before anything is looked up', async () => {
  using host = new CommandHost();
  const { code, stderr } = await host.lcow(['inspect', '--format', '{{if}}', 'nobody']);
  assert.is(code, 125);
  assert.match(stderr, /\{\{if\}\}/);
});

test.run();
