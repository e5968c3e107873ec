/** A pod's network on a real VM: address, route, names, ports both ways, no network, and what is left. */
import { createSocket } from 'node:dgram';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sweepHost } from '../../../runtime/host-service.ts';
import {
  adoptNetwork,
  attachNetwork,
  type NetworkRecord,
  type PodNetwork,
  type PodNetworkOptions,
} from '../../../runtime/network/pod-network.ts';
import { parsePortMappings } from '../../../runtime/network/port-mapping.ts';
import { LcowHost } from '../../harness/lcow-host.ts';
import { rejection } from '../../harness/rejection.ts';
import { busyboxLayers, TaskPod } from '../task/task-pod.ts';

const LOOPBACK = '127.0.0.1';
/** Under emulation on a loaded host. */
const PATIENCE_MS = 60_000;

const host = new LcowHost();
const where = { data: host.data, run: host.run };
let layers: readonly string[];
let pod: TaskPod;
let network: PodNetwork;
let serial = 0;

const test = suite('user network');

test.before(async () => {
  layers = await busyboxLayers(host);
  const ports = parsePortMappings(['127.0.0.1::80', '127.0.0.1:0:53/udp']);
  [pod, network] = await openPod({ mode: 'user', ports });
});

test.after(async () => {
  await pod.end();
  await host[Symbol.asyncDispose]();
});

/** A pod that boots while this returns, and its network; adopted, it goes on with the recorded one. */
async function openPod(options: PodNetworkOptions): Promise<[TaskPod, PodNetwork]> {
  let made: PodNetwork | undefined;
  const opened = await new TaskPod(host, layers, {
    memoryMiB: 512,
    network: async (service, vm, record) => {
      made =
        record === undefined
          ? await attachNetwork(vm, service, options)
          : adoptNetwork(vm, service, record as NetworkRecord);
      return made;
    },
  }).open();
  return [opened, made as PodNetwork];
}

/** The output of a shell line in a container of its own. */
async function shell(line: string, at = pod): Promise<string> {
  const id = `c${(serial += 1)}`;
  const { stdout } = await at.run(id, ['sh', '-c', `{ ${line}\n} 2>&1`], { hostname: 'web' });
  return stdout;
}

test('the network is attached while the guest boots, and free ports were chosen', async () => {
  assert.is(network.ports.length, 2);
  for (const { hostPort, hostAddress } of network.ports) {
    assert.ok(hostPort > 0);
    assert.is(hostAddress, LOOPBACK);
  }
  await network.configured;
  assert.equal(JSON.parse(JSON.stringify(network.record)), network.record);
});

test('a container has address, default route, and its own names', async () => {
  const said = await shell(
    'ip -4 addr show eth0; ip route; cat /etc/resolv.conf /etc/hosts; hostname',
  );
  assert.match(said, /inet 10\.0\.2\.15\/24/);
  assert.match(said, /default via 10\.0\.2\.2 dev eth0/);
  assert.match(said, /nameserver 10\.0\.2\.3/);
  assert.match(said, /127\.0\.0\.1\tlocalhost/);
  assert.match(said, /10\.0\.2\.15\tweb/);
  assert.match(said, /\nweb\n$/);
});

test('a container reaches a service of the host at the gateway', async () => {
  const server = createServer((_, response) => response.end('from the host')).listen(0, LOOPBACK);
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const said = await shell(`wget -q -O - http://10.0.2.2:${port}/`);
  server.close();
  assert.is(said, 'from the host');
});

test('a published tcp port answers an HTTP request of the host', async () => {
  const serve = 'mkdir /www; echo served > /www/index.html; exec httpd -f -p 80 -h /www';
  await pod.create('httpd', ['sh', '-c', serve]);
  await pod.tasks.start('httpd', '');
  const port = network.ports[0]?.hostPort ?? 0;
  assert.match(await httpGet(port), /200 OK[^]*served\n$/);
  await pod.remove('httpd');
});

test('a published udp port takes a datagram of the host and its answer comes back', async () => {
  const source = udpEcho(host.folder);
  const extraMounts = [{ type: 'bind', source, target: '/echo', readOnly: true }] as const;
  await pod.create('echo', ['/echo'], { extraMounts });
  await pod.tasks.start('echo', '');
  const socket = createSocket('udp4');
  const answer = once(socket, 'message', { signal: AbortSignal.timeout(PATIENCE_MS) });
  // Datagrams that come before it listens are lost: asked again until one is answered.
  const again = setInterval(() => socket.send('ping', network.ports[1]?.hostPort, LOOPBACK), 300);
  const [message] = (await answer) as [Buffer];
  clearInterval(again);
  socket.close();
  assert.is(message.toString(), 'ping');
  await pod.remove('echo');
});

test('options of a container hold in it', async () => {
  const script = [
    'cat /proc/sys/kernel/msgmax; ulimit -S -n; ulimit -H -n; ulimit -H -c',
    'grep -E "CapEff|NoNewPrivs" /proc/self/status; cat /sys/fs/cgroup/pids.max; id -G',
    'mount | grep -E " on /(t|dev/shm) "; cat /proc/self/oom_score_adj',
  ].join('; ');
  const { exit, stdout } = await pod.run('options', ['sh', '-c', script], {
    sysctls: { 'kernel.msgmax': '9000' },
    ulimits: [
      { name: 'core', soft: 0, hard: 'unlimited' },
      { name: 'nofile', soft: 99, hard: 100 },
    ],
    capDrop: ['ALL'],
    capAdd: ['chown'],
    security: { noNewPrivileges: true },
    pidsLimit: 33,
    groupAdd: ['7'],
    extraMounts: [{ type: 'tmpfs', target: '/t', options: ['size=1m', 'exec'] }],
    shmSizeBytes: 8192,
    oomScoreAdj: 100,
  });
  assert.is(exit.code, 0);
  const lines = stdout.trim().split('\n');
  assert.equal(lines.slice(0, 3), ['9000', '99', '100']);
  assert.equal(lines.slice(4, 6), ['CapEff:\t0000000000000001', 'NoNewPrivs:\t1']);
  assert.equal(lines.slice(6, 8), ['33', '0 7']);
  assert.match(lines.slice(8, 10).join('\n'), /shm on \/dev\/shm.*size=8k/);
  assert.match(lines.slice(8, 10).join('\n'), /tmpfs on \/t .*nosuid,nodev.*size=1024k/);
  assert.is(lines[10], '100');
});

test('an adopted network works on and configures what is configured', async () => {
  await pod.leave();
  await pod.open(true);
  assert.equal(pod.tasks.network?.record, network.record);
  await pod.tasks.network?.configured;
  assert.match(await shell('ip route'), /default via 10\.0\.2\.2/);
});

test('a port that another VM has is refused before a VM gets it, with its address', async () => {
  const taken = network.ports[0]?.hostPort ?? 0;
  const ports = parsePortMappings([`127.0.0.1:${taken}:80`]);
  const [other] = await openPod({ mode: 'none' });
  const { vm } = other.tasks;
  const error = await rejection(attachNetwork(vm, other.service, { mode: 'user', ports }));
  assert.match(String(error), `cannot publish a port: port ${taken} of 127.0.0.1 is in use`);
  const said = await shell('ls /sys/class/net; cat /etc/resolv.conf', other);
  assert.is(said.trim(), 'lo');
  await other.end();
});

test('an adapter goes from a VM that lives on, and its port is free again', async () => {
  const [other] = await openPod({ mode: 'none' });
  const { service } = other;
  const { vm } = other.tasks;
  const ports = parsePortMappings(['127.0.0.1::80']);
  const attached = await attachNetwork(vm, service, { mode: 'user', ports });
  await attached.configured;
  await attached.detach();
  const again = await attachNetwork(vm, service, { mode: 'user', ports: attached.ports });
  assert.equal(again.ports, attached.ports);
  await again.configured;
  await vm[Symbol.asyncDispose]();
  await again[Symbol.asyncDispose]();
  await other.end();
});

test('a killed VM leaves an endpoint that the sweep removes, and its ports are free', async () => {
  const ports = parsePortMappings(['127.0.0.1::80']);
  const [doomed, attached] = await openPod({ mode: 'user', ports });
  assert.equal(await sweepHost(where), []);
  process.kill(doomed.vmmPid, 'SIGKILL');
  await doomed.tasks.vm.exited;
  const { record } = attached;
  const id = record.mode === 'user' ? record.endpoint.id : '';
  assert.equal(await sweepHost(where), [`network endpoint ${id}`]);
  await rejection(attached.configured);
  await doomed.end();
  const { hostPort } = attached.ports[0] ?? { hostPort: 0 };
  const server: Server = createServer().listen(hostPort, LOOPBACK);
  await once(server, 'listening');
  server.close();
});

test('disposed after its VM, the network leaves nothing', async () => {
  await pod.end();
  await network[Symbol.asyncDispose]();
  assert.equal(
    host.leftovers().filter((line) => line.includes('.endpoint')),
    [],
  );
});

test.run();

/** A static program that answers each datagram to port 53 with itself; busybox has none. */
function udpEcho(folder: string): string {
  const source = join(folder, 'echo.c');
  const program = join(folder, 'echo');
  writeFileSync(
    source,
    `#include <arpa/inet.h>
    int main(void) {
      char bytes[2048];
      struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(53)};
      int fd = socket(AF_INET, SOCK_DGRAM, 0);
      if (bind(fd, (struct sockaddr *)&at, sizeof at)) return 1;
      for (;;) {
        socklen_t size = sizeof at;
        ssize_t got = recvfrom(fd, bytes, sizeof bytes, 0, (struct sockaddr *)&at, &size);
        sendto(fd, bytes, got, 0, (struct sockaddr *)&at, size);
      }
    }`,
  );
  execFileSync('cc', ['-static', '-o', program, source]);
  return program;
}

/** GET / of a port that may not be listened on yet: a refused or closed connection is tried again. */
async function httpGet(port: number): Promise<string> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const said = await new Promise<string>((resolve) => {
      const socket = connect(port, LOOPBACK, () => socket.write('GET / HTTP/1.0\r\n\r\n'));
      socket.on('error', () => {});
      text(socket).then(resolve, () => resolve(''));
    });
    if (said !== '' || Date.now() > deadline) return said;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
