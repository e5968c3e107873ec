/**
 * What a kubelet asks of a node, against containerd's CRI plugin with the runtime handler lcow: one pod, its VM shared by
 * the containers, from RunPodSandbox to RemovePodSandbox.
 *
 * With LCOW_TEST_RUNTIME=io.containerd.runc.v2 the same on runc, to tell CRI's behaviour from ours.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BUSYBOX } from '../harness/containerd.ts';
import { skip } from '../harness/skip.ts';
import type { Message } from './cri-client.ts';
import { CriHost, criMissing, KERNEL_ARGUMENT } from './cri-host.ts';
import { execStream } from './exec-stream.ts';

interface Context {
  host: CriHost;
  /** The pod's configuration, which CreateContainer wants again. */
  config: Message;
  logs: string;
  pod: string;
  first: string;
  second: string;
}

const test = suite<Context>('cri');
const missing = criMissing();

interface ExecAnswer {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly exit_code: number;
}

async function execSync(
  { host }: Context,
  container: string,
  ...cmd: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const request = { container_id: container, cmd, timeout: 30 };
  const { stdout, stderr, exit_code } = await host.cri.call<ExecAnswer>('ExecSync', request);
  return {
    code: exit_code,
    stdout: Buffer.from(stdout).toString(),
    stderr: Buffer.from(stderr).toString(),
  };
}

async function create(context: Context, name: string, more: Message): Promise<string> {
  const { container_id } = await context.host.cri.call<{ container_id: string }>(
    'CreateContainer',
    {
      pod_sandbox_id: context.pod,
      sandbox_config: context.config,
      config: {
        metadata: { name, attempt: 0 },
        image: { image: BUSYBOX },
        log_path: `${name}.log`,
        ...more,
      },
    },
  );
  await context.host.cri.call('StartContainer', { container_id });
  return container_id;
}

async function status(
  { host }: Context,
  container: string,
): Promise<{ state: string; exit_code: number }> {
  const answer = await host.cri.call<{ status: { state: string; exit_code: number } }>(
    'ContainerStatus',
    { container_id: container },
  );
  return { state: answer.status.state, exit_code: answer.status.exit_code };
}

test.before(async (context) => {
  context.host = await CriHost.start();
  context.logs = join(context.host.containerd.folder, 'pod-logs');
  mkdirSync(context.logs);
});

test.after(async ({ host }) => {
  await host?.[Symbol.asyncDispose]();
});

test('RunPodSandbox makes a pod with an address', async (context) => {
  const { host, logs } = context;
  context.config = {
    metadata: { name: 'pod', uid: 'pod-uid', namespace: 'default', attempt: 0 },
    hostname: 'pod-host',
    log_directory: logs,
    dns_config: { servers: ['192.0.2.53'], searches: ['example.test'] },
    labels: { app: 'test' },
    annotations: { 'io.lcow.processors': '1' },
    linux: {
      cgroup_parent: `/${host.containerd.namespace}`,
      resources: { memory_limit_in_bytes: 96 * 2 ** 20 },
    },
  };
  const request = { config: context.config, runtime_handler: host.handler };
  const { pod_sandbox_id } = await host.cri.call<{ pod_sandbox_id: string }>(
    'RunPodSandbox',
    request,
  );
  context.pod = pod_sandbox_id;
  const answer = await host.cri.call<{
    status: { state: string; runtime_handler: string; network: { ip: string } };
  }>('PodSandboxStatus', { pod_sandbox_id });
  assert.is(answer.status.state, 'SANDBOX_READY');
  assert.is(answer.status.runtime_handler, host.handler);
  assert.match(answer.status.network.ip, /^10\.213\.77\.\d+$/);
});

test('the VM is as large as the pod may become and its annotations say', async ({ host }) => {
  if (host.handler !== 'lcow') return;
  const { stdout } = await host.containerd.lcow('pod', 'list', '--format', 'Memory,Cpus');
  assert.is(stdout.trim(), '291 MiB\t1');
});

test('an annotation that is not one of ours is refused by its name, and leaves nothing', async ({
  host,
  config,
}) => {
  if (host.handler !== 'lcow') return;
  const wrong = {
    ...config,
    metadata: { name: 'wrong', uid: 'wrong-uid', namespace: 'default', attempt: 0 },
    annotations: { 'io.lcow.memroy': '1g' },
  };
  const request = { config: wrong, runtime_handler: host.handler };
  const refusal = await host.cri.call('RunPodSandbox', request).then(
    () => undefined,
    (error: Error) => error,
  );
  assert.match(refusal?.message ?? '', /io\.lcow\.memroy.*there is no option "memroy"/);
  assert.is(host.containerd.pids('qemu-system').length, 1);
});

test('two containers share the VM of their pod, its host name and its shared memory', async (context) => {
  const { host } = context;
  context.first = await create(context, 'first', {
    command: ['sh', '-c'],
    args: ['trap "exit 4" TERM; echo to-stdout; echo to-stderr >&2; while :; do sleep 0.1; done'],
    envs: [{ key: 'WORD', value: 'word' }],
    mounts: [{ container_path: '/logs', host_path: context.logs, readonly: true }],
    linux: {
      resources: { memory_limit_in_bytes: 32 * 2 ** 20, cpu_period: 100_000, cpu_quota: 50_000 },
      security_context: { run_as_user: { value: 1 } },
    },
  });
  context.second = await create(context, 'second', { command: ['sleep', '1000'] });
  const boot = await execSync(context, context.first, 'cat', '/proc/sys/kernel/random/boot_id');
  const same = await execSync(context, context.second, 'cat', '/proc/sys/kernel/random/boot_id');
  assert.is(boot.stdout, same.stdout);
  if (host.handler === 'lcow') {
    assert.is(host.containerd.pids('qemu-system').length, 1);
    const own = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
    assert.is.not(boot.stdout, own, 'the guest has a kernel of its own');
    const line = await execSync(context, context.second, 'cat', '/proc/cmdline');
    assert.ok(line.stdout.includes(KERNEL_ARGUMENT), "the runtime's options reached the VM");
  }
  for (const each of [context.first, context.second]) {
    assert.is((await execSync(context, each, 'hostname')).stdout, 'pod-host\n');
    const dns = await execSync(context, each, 'cat', '/etc/resolv.conf');
    assert.match(dns.stdout, /search example\.test\nnameserver 192\.0\.2\.53/);
  }
  await execSync(
    context,
    context.second,
    'sh',
    '-c',
    'echo shared > /dev/shm/word; chmod 666 /dev/shm/word',
  );
  assert.is((await execSync(context, context.first, 'cat', '/dev/shm/word')).stdout, 'shared\n');
});

test('ExecSync has both outputs, the status, and the process as the container was told to be', async (context) => {
  const script = 'echo $WORD $(id -u); echo wrong >&2; ls /logs; exit 6';
  const answer = await execSync(context, context.first, 'sh', '-c', script);
  assert.equal(answer, { code: 6, stdout: 'word 1\nfirst.log\nsecond.log\n', stderr: 'wrong\n' });
});

test("Exec is a stream: input, output and Kubernetes' status", async (context) => {
  const { url } = await context.host.cri.call<{ url: string }>('Exec', {
    container_id: context.second,
    cmd: ['sh', '-c', 'read line; echo "got $line"; exit 3'],
    stdin: true,
    stdout: true,
    stderr: true,
  });
  const outcome = await execStream(url, 'through the stream\n');
  assert.is(outcome.stdout, 'got through the stream\n');
  assert.is(outcome.status['status'], 'Failure');
  assert.match(JSON.stringify(outcome.status), /ExitCode","message":"3"/);
});

test("logs are in the pod's folder as CRI has them", ({ logs }) => {
  const text = readFileSync(join(logs, 'first.log'), 'utf8');
  assert.match(text, /^\d{4}-\d\d-\d\dT\S+ stdout F to-stdout$/m);
  assert.match(text, /^\d{4}-\d\d-\d\dT\S+ stderr F to-stderr$/m);
});

test('stats are of the container, and limits change while it runs', async (context) => {
  const { host, first } = context;
  interface Stats {
    readonly stats: {
      readonly cpu: { readonly usage_core_nano_seconds: { readonly value: number } };
      readonly memory: { readonly working_set_bytes: { readonly value: number } };
    };
  }
  const { stats } = await host.cri.call<Stats>('ContainerStats', { container_id: first });
  assert.ok(stats.cpu.usage_core_nano_seconds.value > 0);
  const bytes = stats.memory.working_set_bytes.value;
  assert.ok(bytes > 0 && bytes < 32 * 2 ** 20, `${bytes} bytes`);
  await host.cri.call('UpdateContainerResources', {
    container_id: first,
    linux: { memory_limit_in_bytes: 48 * 2 ** 20 },
  });
  const limit = await execSync(
    context,
    first,
    ...[
      'sh',
      '-c',
      'cat /sys/fs/cgroup/memory.max 2>/dev/null || cat /sys/fs/cgroup/memory/memory.limit_in_bytes',
    ],
  );
  assert.is(limit.stdout.trim(), String(48 * 2 ** 20));
});

test('a container is stopped by its signal, removed, and its neighbour runs on', async (context) => {
  const { host, first, second } = context;
  await host.cri.call('StopContainer', { container_id: first, timeout: 20 });
  assert.equal(await status(context, first), { state: 'CONTAINER_EXITED', exit_code: 4 });
  await host.cri.call('RemoveContainer', { container_id: first });
  assert.equal(await status(context, second), { state: 'CONTAINER_RUNNING', exit_code: 0 });
  assert.is((await execSync(context, second, 'echo', 'still here')).stdout, 'still here\n');
});

test('the pod is stopped with what runs in it, and removed; nothing is left', async (context) => {
  const { host, pod, second } = context;
  await host.cri.call('StopPodSandbox', { pod_sandbox_id: pod });
  assert.equal(await status(context, second), { state: 'CONTAINER_EXITED', exit_code: 137 });
  const answer = await host.cri.call<{ status: { state: string } }>('PodSandboxStatus', {
    pod_sandbox_id: pod,
  });
  assert.is(answer.status.state, 'SANDBOX_NOTREADY');
  await host.cri.call('RemovePodSandbox', { pod_sandbox_id: pod });
  assert.equal(await host.settledLeftovers(), []);
});

if (missing === undefined) test.run();
else skip(missing);
