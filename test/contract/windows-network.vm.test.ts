/**
 * A pod's network over the whole of the Windows path: an endpoint of HCN, its port mapping, the adapter that is hot-added
 * by the document's own path, and a guest that has what the endpoint's properties say.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { NetworkEndpoints } from '../../hcs/windows/network-endpoints.ts';
import { attachNetwork, type PodNetwork } from '../../runtime/network/pod-network.ts';
import { filesBelow } from '../harness/leftovers.ts';
import { hcsRejection } from '../harness/rejection.ts';
import { skip } from '../harness/skip.ts';
import type { TaskPod } from '../runtime/task/task-pod.ts';
import { buildStandIn } from '../stand-in/build-stand-in.ts';
import { controlNetworks, standInEndpoints } from '../stand-in/network-control.ts';
import { controlStandIn } from '../stand-in/stand-in-control.ts';
import {
  closeStandInHost,
  openStandInHost,
  openStandInPod,
  type StandInHost,
} from './stand-in-pod.ts';

/** Under emulation on a loaded host. */
const PATIENCE_MS = 60_000;
const LOOPBACK = '127.0.0.1';

interface Context extends StandInHost {
  endpoints: NetworkEndpoints;
  /** Whether the endpoints' owner is said to live. */
  owner: { alive: boolean };
  network: PodNetwork;
  runtimeId: string;
  pod: TaskPod;
}

const test = suite<Context>('a network over FFI');

test('a pod boots with an endpoint of HCN', async (context) => {
  Object.assign(context, await openStandInHost());
  context.owner = { alive: true };
  context.endpoints = standInEndpoints(await buildStandIn(), {
    searches: ['pods.test'],
    isOwnerAlive: () => context.owner.alive,
  });
  context.pod = await openStandInPod(context, context.endpoints, {
    network: async (of, vm) => {
      const ports = [
        { protocol: 'tcp', hostAddress: LOOPBACK, guestPort: 80 },
        { protocol: 'udp', hostAddress: LOOPBACK, guestPort: 53 },
      ] as const;
      context.network = await attachNetwork(vm, of, { mode: 'user', ports });
      context.runtimeId = vm.system.runtimeId;
      return context.network;
    },
  });
  await context.network.configured;
});

test.after(async (context) => {
  const { bridge, pod, network, endpoints } = context;
  await pod?.end();
  if (network?.record.mode === 'user') {
    await hcsRejection(endpoints.openEndpoint(network.record.endpoint.id), 'ERROR_NOT_FOUND');
  }
  const libraries = await buildStandIn();
  const { documents, systems, staleHandles } = controlStandIn(libraries.computecore).counters();
  assert.equal({ documents, systems, staleHandles }, { documents: 0, systems: 0, staleHandles: 0 });
  const left = { documents: 0, doubleFrees: 0, handles: 0, staleHandles: 0 };
  assert.equal(controlNetworks(libraries).held(), left);
  assert.equal(
    filesBelow(bridge.runDirectory).filter((file) => file.includes('.endpoint')),
    [],
  );
  await closeStandInHost(context);
});

test("the guest has the endpoint's address, route, name server and MAC address", async (context) => {
  const { record } = context.network;
  assert.is(record.mode, 'user');
  if (record.mode !== 'user') return;
  const line = 'ip addr show eth0; ip route; cat /etc/resolv.conf';
  const { stdout } = await context.pod.run('look', ['sh', '-c', line]);
  const { addresses, routes, nameservers, macAddress } = record.endpoint;
  assert.match(stdout, `inet ${addresses[0]}`);
  assert.match(stdout, `default via ${routes[0]?.gateway} dev eth0`);
  assert.match(stdout, `nameserver ${nameservers[0]}`);
  assert.match(stdout, 'search pods.test');
  assert.match(stdout, macAddress);
});

test('HCN says which VM has the endpoint: a dead owner does not take it from there', async (context) => {
  context.owner.alive = false;
  assert.equal(await context.endpoints.sweep([context.runtimeId]), []);
  context.owner.alive = true;
});

test('a published port answers an HTTP request of the host', async ({ pod, network }) => {
  const serve = 'mkdir /www; echo served > /www/index.html; exec httpd -f -p 80 -h /www';
  await pod.create('httpd', ['sh', '-c', serve]);
  await pod.tasks.start('httpd', '');
  assert.match(await httpGet(network.ports[0]?.hostPort ?? 0), /200 OK[^]*served\n$/);
  await pod.remove('httpd');
});

test('its ports are its own as long as it is there', async ({ endpoints, network }) => {
  const create = endpoints.createEndpoint({ network: 'user', ports: network.ports });
  await hcsRejection(create, 'HCN_E_PORT_ALREADY_EXISTS');
});

try {
  await buildStandIn();
  test.run();
} catch (error) {
  skip(`a network over FFI: ${(error as Error).message}`);
}

/** Until it listens, connections end without an answer. */
async function httpGet(port: number): Promise<string> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const socket = connect(port, LOOPBACK);
    try {
      await once(socket, 'connect');
      socket.write('GET / HTTP/1.0\r\n\r\n');
      const answer = await text(socket);
      if (answer !== '') return answer;
    } catch (error) {
      if (Date.now() > end) throw error;
    } finally {
      socket.destroy();
    }
    if (Date.now() > end) throw new Error(`port ${port} does not answer`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
