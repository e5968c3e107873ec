/** Endpoints of QEMU's user-mode network without a VM: records, ports, refusals, sweeping. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EndpointRequest } from '../../../hcs/endpoints.ts';
import type { HresultName } from '../../../hcs/hresult.ts';
import { USER_MODE_ENDPOINT } from '../../../hcs/qemu/endpoint.ts';
import { portRefusedByQemu } from '../../../hcs/qemu/port-refusal.ts';
import { sweepEndpoints } from '../../../hcs/qemu/endpoint-record.ts';
import { UserEndpoints } from '../../../hcs/qemu/user-endpoints.ts';
import { hcsRejection, rejection } from '../../harness/rejection.ts';

const LOOPBACK = '127.0.0.1';
let run = '';
let endpoints: UserEndpoints;

test.before.each(async () => {
  run = await mkdtemp(join(tmpdir(), 'lcow-endpoints-'));
  endpoints = new UserEndpoints(run);
});
test.after.each(async () => {
  await endpoints.letGo();
  await rm(run, { recursive: true, force: true });
});

function tcp(hostPort = 0): EndpointRequest {
  return {
    network: 'user',
    ports: [{ protocol: 'tcp', hostAddress: LOOPBACK, hostPort, guestPort: 80 }],
  };
}

test('an endpoint is a private record that another process finds, until it is deleted', async () => {
  const made = await endpoints.createEndpoint({ network: 'user' });
  assert.match(made.macAddress, /^02(:[0-9a-f]{2}){5}$/);
  assert.equal(made.addresses, ['10.0.2.15/24']);
  assert.equal(made.routes, [{ destination: '0.0.0.0/0', gateway: '10.0.2.2' }]);
  assert.equal(made.nameservers, ['10.0.2.3']);
  assert.equal(made.ports, []);
  const file = join(run, '.endpoint', `${made.id}.json`);
  assert.is((await stat(file)).mode & 0o777, 0o600);
  assert.is((await stat(join(run, '.endpoint'))).mode & 0o777, 0o700);
  const other = new UserEndpoints(run);
  assert.equal(await other.openEndpoint(made.id.toUpperCase()), made);
  await other.deleteEndpoint(made.id);
  await other.deleteEndpoint(made.id);
  await hcsRejection(endpoints.openEndpoint(made.id), 'ERROR_NOT_FOUND');
  assert.equal(await readdir(run), []);
});

test('a free port is chosen and held: a second endpoint cannot have it', async () => {
  const made = await endpoints.createEndpoint(tcp());
  const { hostPort } = made.ports[0] ?? { hostPort: 0 };
  assert.ok(hostPort > 0);
  const error = await hcsRejection(
    endpoints.createEndpoint(tcp(hostPort)),
    'HCN_E_PORT_ALREADY_EXISTS',
  );
  assert.match(error.message, `port ${hostPort} of 127.0.0.1 is in use`);
  await endpoints.deleteEndpoint(made.id);
  assert.is((await endpoints.createEndpoint(tcp(hostPort))).ports[0]?.hostPort, hostPort);
});

test('a port that another listens on is refused, for udp too, and those before it are free again', async () => {
  const server: Server = createServer().listen(0, LOOPBACK);
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  socket.bind(0, LOOPBACK);
  await Promise.all([once(server, 'listening'), once(socket, 'listening')]);
  const taken = { tcp: (server.address() as { port: number }).port, udp: socket.address().port };
  const { ports } = await endpoints.createEndpoint(tcp());
  const free = ports[0]?.hostPort ?? 0;
  await endpoints.letGo();
  for (const protocol of ['tcp', 'udp'] as const) {
    const error = await hcsRejection(
      endpoints.createEndpoint({
        network: 'user',
        ports: [
          { protocol: 'tcp', hostAddress: LOOPBACK, hostPort: free, guestPort: 1 },
          { protocol, hostAddress: LOOPBACK, hostPort: taken[protocol], guestPort: 80 },
        ],
      }),
      'HCN_E_PORT_ALREADY_EXISTS',
    );
    assert.match(error.message, `port ${taken[protocol]} of 127.0.0.1 is in use`);
    assert.is(error.events[0]?.Source, 'ports[1]');
  }
  assert.is((await readdir(join(run, '.endpoint'))).length, 1);
  server.close();
  socket.close();
});

test('a port of both protocols is two ports', async () => {
  const first = await endpoints.createEndpoint(tcp());
  const hostPort = first.ports[0]?.hostPort ?? 0;
  await endpoints.letGo();
  const both = (['tcp', 'udp'] as const).map((protocol) => ({
    protocol,
    hostAddress: LOOPBACK,
    hostPort,
    guestPort: 53,
  }));
  assert.equal((await endpoints.createEndpoint({ network: 'user', ports: both })).ports, both);
});

const REFUSED: [string, unknown, HresultName, RegExp][] = [
  ['an IPv6 address', { hostAddress: '::1' }, 'NOT_SUPPORTED', /"::1".*IPv4 addresses only/],
  ['a name as address', { hostAddress: 'localhost' }, 'E_INVALIDARG', /hostAddress is "localhost"/],
  ['a foreign address', { hostAddress: '192.0.2.1' }, 'E_INVALIDARG', /192\.0\.2\.1 is no address/],
  ['port 65536', { hostPort: 65_536 }, 'E_INVALIDARG', /hostPort is 65536/],
  ['guest port 0', { guestPort: 0 }, 'E_INVALIDARG', /guestPort is 0/],
  ['another protocol', { protocol: 'sctp' }, 'E_INVALIDARG', /protocol is "sctp"/],
];
for (const [what, port, hresult, message] of REFUSED) {
  test(`${what} is refused by its name and leaves nothing`, async () => {
    const ports = [{ protocol: 'tcp', guestPort: 80, ...(port as object) }];
    const request = { network: 'user', ports } as unknown as EndpointRequest;
    const error = await hcsRejection(endpoints.createEndpoint(request), hresult);
    assert.match(error.message, message);
    assert.equal(await readdir(run), []);
  });
}

test('another network, too many ports and ids that are none are refused', async () => {
  const bridge = { network: 'bridge' } as unknown as EndpointRequest;
  await hcsRejection(endpoints.createEndpoint(bridge), 'NOT_SUPPORTED');
  const ports = Array.from({ length: 1025 }, () => ({ protocol: 'tcp' as const, guestPort: 1 }));
  await hcsRejection(endpoints.createEndpoint({ network: 'user', ports }), 'E_INVALIDARG');
  for (const id of ['', '../record', 'x'.repeat(5000)]) {
    await hcsRejection(endpoints.openEndpoint(id), 'E_INVALIDARG');
    await hcsRejection(endpoints.deleteEndpoint(id), 'E_INVALIDARG');
  }
});

test('a claim lets go of the ports and gives the endpoint to the VM', async () => {
  const made = await endpoints.createEndpoint(tcp());
  const claimed = await endpoints.claim(made.id, process.pid);
  assert.equal(claimed, { kind: 'user', macAddress: made.macAddress, ports: made.ports });
  const server = createServer().listen(made.ports[0]?.hostPort, LOOPBACK);
  await once(server, 'listening');
  const error = await rejection(new UserEndpoints(run).claim(made.id, process.pid));
  assert.match(String(error), /port \d+ of 127\.0\.0\.1 is in use/);
  server.close();
  assert.is(await endpoints.claim('aaaaaaaa-0000-4000-8000-00000000dead', 1), undefined);
  assert.equal(await endpoints.claim(USER_MODE_ENDPOINT, 1), { kind: 'user' });
});

test("QEMU's refusal of a forward names the port", () => {
  const said = "Could not set up host forwarding rule 'udp:0.0.0.0:53-10.0.2.15:53'";
  assert.is(portRefusedByQemu(said)?.message, 'port 53 of 0.0.0.0 is in use');
  assert.is(portRefusedByQemu('Duplicate ID'), undefined);
});

test('the sweep removes endpoints of processes that are gone, and no others', async () => {
  const kept = await endpoints.createEndpoint({ network: 'user' });
  const orphan = await endpoints.createEndpoint({ network: 'user' });
  const vmm = spawn('sleep', ['60'], { stdio: 'ignore' });
  await once(vmm, 'spawn');
  await endpoints.claim(orphan.id, vmm.pid ?? 0);
  assert.equal(await sweepEndpoints(run), []);
  vmm.kill('SIGKILL');
  await once(vmm, 'exit');
  const folder = join(run, '.endpoint');
  await writeFile(join(folder, `${orphan.id}.json.999999999`), '{');
  await writeFile(join(folder, 'aaaaaaaa-0000-4000-8000-000000000001.json'), 'null');
  assert.equal(await sweepEndpoints(run), [orphan.id]);
  assert.equal((await readdir(folder)).sort(), [
    ...[`${kept.id}.json`, 'aaaaaaaa-0000-4000-8000-000000000001.json'].sort(),
  ]);
  assert.equal(await sweepEndpoints(join(run, 'nowhere')), []);
});

test('many that make and delete endpoints at once do not take the folder from each other', async () => {
  await Promise.all(
    Array.from({ length: 50 }, async () => {
      const { id } = await endpoints.createEndpoint({ network: 'user' });
      await endpoints.deleteEndpoint(id);
    }),
  );
  assert.equal(await readdir(run), []);
});

test.run();
