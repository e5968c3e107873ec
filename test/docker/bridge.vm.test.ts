/**
 * Docker as it comes, with its bridge and its firewall rules, in a network namespace of its own: a runtime added to a
 * daemon that runs, and what its networks are to a container in a VM.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DockerdHost, dockerdMissing } from '../harness/dockerd.ts';
import { skip } from '../harness/skip.ts';

const test = suite<{ host: DockerdHost }>('docker with its bridge');
const missing = dockerdMissing();

test.before(async (context) => {
  context.host = await DockerdHost.start({ bridge: true, runtime: 'runc' });
});

test.after(async ({ host }) => {
  await host?.[Symbol.asyncDispose]();
});

test('a daemon that runs takes the runtime that lcow setup docker wrote when it is told to reload', async ({
  host,
}) => {
  const { code, stderr } = await host.containerd.lcow('setup', 'docker', '--config', host.config);
  assert.is(code, 0, stderr);
  host.reload();
  const deadline = performance.now() + 20_000;
  while (!(await host.ok('info', '--format', '{{json .Runtimes}}')).includes('lcow-oci')) {
    assert.ok(performance.now() < deadline, 'dockerd did not take it');
  }
});

test('on the default bridge a container has its address on the host and starts and stops cleanly; its VM has only lo', async ({
  host,
}) => {
  await host.ok(
    ...['run', '--runtime', 'lcow', '-d', '--init', '--name', 'bridged', '-p', '8080:80'],
    ...['busybox', 'sleep', '1000'],
  );
  const address = await host.inspect('bridged', '{{.NetworkSettings.IPAddress}}');
  assert.match(address, /^172\.\d+\.\d+\.\d+$/);
  const shown = await host.ok('exec', 'bridged', 'sh', '-c', 'ls /sys/class/net; cat /etc/hosts');
  assert.match(shown, /^lo\n/);
  assert.ok(shown.includes(address), shown);
  await host.ok('network', 'create', 'another');
  await host.ok('network', 'connect', 'another', 'bridged');
  await host.ok('stop', '--time', '10', 'bridged');
  assert.is(await host.inspect('bridged', '{{.State.ExitCode}}'), '143');
  await host.ok('rm', 'bridged');
  await host.ok('network', 'rm', 'another');
});

test('nothing is left of it', async ({ host }) => {
  assert.equal(await host.settledLeftovers(), []);
});

if (missing === undefined) test.run();
else skip(missing);
