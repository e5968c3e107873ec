/** hcs/windows' endpoints over the computenetwork stand-in: life, ports, names, owners, faults, answers. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { networkInterfaces } from 'node:os';
import { HRESULT } from '../../../hcs/hresult.ts';
import { LCOW_NETWORK_ID } from '../../../hcs/windows/nat-network.ts';
import { hcsRejection } from '../../harness/rejection.ts';
import { skip } from '../../harness/skip.ts';
import { standInEndpoints } from '../../stand-in/network-control.ts';
import { networkBench, type NetworkBench } from './network-bench.ts';

try {
  register(await networkBench());
  test.run();
} catch (error) {
  skip(`HCN's endpoints: the stand-in cannot be built: ${(error as Error).message}`);
}

function register({ libraries, entities, control, clean, attach }: NetworkBench): void {
  const endpoints = standInEndpoints(libraries);

  clean('an endpoint is made in the NAT network, found, and deleted', async () => {
    const made = await endpoints.createEndpoint({ network: 'user' });
    assert.match(made.id, /^[0-9a-f-]{36}$/);
    assert.match(made.macAddress, /^00:15:5d(:[0-9a-f]{2}){3}$/);
    assert.match(made.addresses[0] ?? '', /^172\.27\.224\.2\/20$/);
    assert.equal(made.routes, [{ destination: '0.0.0.0/0', gateway: '172.27.224.1' }]);
    assert.equal(made.nameservers, ['10.0.2.3']);
    assert.equal(made.ports, []);
    assert.equal(await endpoints.openEndpoint(made.id.toUpperCase()), made);
    await endpoints.deleteEndpoint(made.id);
    await endpoints.deleteEndpoint(made.id);
    await hcsRejection(endpoints.openEndpoint(made.id), 'ERROR_NOT_FOUND');
  });

  clean('the network is made once, whoever asks and however many at a time', async () => {
    const others = [endpoints, standInEndpoints(libraries), standInEndpoints(libraries)];
    const made = await Promise.all(others.map((one) => one.createEndpoint({ network: 'user' })));
    const networks = await entities.networks('list');
    assert.equal(
      networks.map(({ ID, Name, Type }) => [ID.toLowerCase(), Name, Type]),
      [[LCOW_NETWORK_ID, 'lcow', 'NAT']],
    );
    assert.is(new Set(made.flatMap(({ addresses }) => addresses)).size, 3);
    for (const { id } of made) await endpoints.deleteEndpoint(id);
  });

  clean('the prefix is one that nothing on the host has', async () => {
    await endpoints.removeNetwork();
    const taken = await entities.createNetwork('make', '6c636f77-0000-4000-8000-000000000001', {
      Name: 'other',
      Type: 'NAT',
      Ipams: [{ Type: 'Static', Subnets: [{ IpAddressPrefix: '172.27.240.0/20', Routes: [] }] }],
      Flags: 0,
      SchemaVersion: { Major: 2, Minor: 0 },
    });
    const near = await entities
      .createNetwork('make', '6c636f77-0000-4000-8000-000000000002', {
        Name: 'near',
        Type: 'NAT',
        Ipams: [{ Type: 'Static', Subnets: [{ IpAddressPrefix: '172.27.128.0/17', Routes: [] }] }],
        Flags: 0,
        SchemaVersion: { Major: 2, Minor: 0 },
      })
      .catch(() => undefined);
    assert.is(near, undefined, 'the stand-in refuses what overlaps');
    const wide = await endpoints.createEndpoint({ network: 'user' });
    assert.match(wide.addresses[0] ?? '', /^172\.27\.224\./, 'a neighbour is no overlap');
    await endpoints.deleteEndpoint(wide.id);
    await endpoints.removeNetwork();
    await entities.deleteNetwork('remove', taken.ID);
    const own = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    assert.ok(!own.some(({ address }) => address.startsWith('172.27.')), 'this host has it not');
    const named = standInEndpoints(libraries, { prefix: '10.9.8.0/24' });
    const made = await named.createEndpoint({ network: 'user' });
    assert.is(made.addresses[0], '10.9.8.2/24');
    await hcsRejection(named.removeNetwork(), 'HCN_E_ENTITY_HAS_REFERENCES');
    await named.deleteEndpoint(made.id);
    await named.removeNetwork();
  });

  clean(
    'what has the id of the network but is none of NAT is refused, with what to do',
    async () => {
      await endpoints.removeNetwork();
      const settings = {
        Name: 'odd',
        Type: 'Transparent',
        Ipams: [],
        Flags: 0,
        SchemaVersion: { Major: 2, Minor: 0 },
      };
      await entities.createNetwork('make', LCOW_NETWORK_ID, settings as never);
      const create = standInEndpoints(libraries).createEndpoint({ network: 'user' });
      const error = await hcsRejection(create, 'HCN_E_INVALID_NETWORK_TYPE');
      assert.match(error.message, 'Transparent');
      assert.match(error.message, 'remove it');
      await entities.deleteNetwork('remove', LCOW_NETWORK_ID);
    },
  );

  clean('a network that was removed meanwhile is made again', async () => {
    const first = await endpoints.createEndpoint({ network: 'user' });
    await endpoints.deleteEndpoint(first.id);
    await entities.deleteNetwork('remove', LCOW_NETWORK_ID);
    const second = await endpoints.createEndpoint({ network: 'user' });
    await endpoints.deleteEndpoint(second.id);
  });

  clean('ports are mapped as asked for, in order; free ones are chosen and told', async () => {
    const made = await endpoints.createEndpoint({
      network: 'user',
      ports: [
        { protocol: 'udp', hostAddress: '127.0.0.1', guestPort: 53 },
        { protocol: 'tcp', hostPort: 18_431, guestPort: 80 },
        { protocol: 'tcp', guestPort: 80 },
      ],
    });
    const [dns, web, chosen] = made.ports;
    assert.is(dns?.hostAddress, '127.0.0.1');
    assert.ok((dns?.hostPort ?? 0) > 0 && (chosen?.hostPort ?? 0) > 0);
    assert.equal(web, { protocol: 'tcp', hostAddress: '0.0.0.0', hostPort: 18_431, guestPort: 80 });
    const raw = await entities.endpoint('read', made.id);
    assert.equal(raw?.Policies?.[1], {
      Type: 'PortMapping',
      Settings: { Protocol: 6, InternalPort: 80, ExternalPort: 18_431 },
    });
    assert.match(JSON.stringify(raw?.Policies?.[0]?.Settings), '"VIP":"127.0.0.1"');
    assert.equal((await endpoints.openEndpoint(made.id)).ports, made.ports);
    await endpoints.deleteEndpoint(made.id);
  });

  clean('a port of another endpoint is refused, naming it; nothing is left', async () => {
    const ports = [{ protocol: 'tcp', hostPort: 18_432, guestPort: 80 }] as const;
    const made = await endpoints.createEndpoint({ network: 'user', ports });
    const again = endpoints.createEndpoint({
      network: 'user',
      ports: [{ protocol: 'tcp', guestPort: 9 }, ...ports],
    });
    const error = await hcsRejection(again, 'HCN_E_PORT_ALREADY_EXISTS');
    assert.match(error.message, 'port 18432 of 0.0.0.0 is in use');
    assert.is((await entities.endpoints('list')).length, 1);
    const udp = await endpoints.createEndpoint({
      network: 'user',
      ports: [{ ...ports[0], protocol: 'udp' }],
    });
    await endpoints.deleteEndpoint(udp.id);
    await endpoints.deleteEndpoint(made.id);
  });

  clean('a port that a process listens on is refused, naming it', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const create = endpoints.createEndpoint({
      network: 'user',
      ports: [{ protocol: 'tcp', hostAddress: '127.0.0.1', hostPort: port, guestPort: 80 }],
    });
    const error = await hcsRejection(create, 'HCN_E_PORT_ALREADY_EXISTS');
    assert.match(error.message, `port ${port} of 127.0.0.1 is in use`);
    server.close();
  });

  clean('a port that Windows alone knows to be in use is refused as such', async () => {
    control.configure({
      Fail: { HcnCreateEndpoint: { Hresult: HRESULT.ERROR_SHARING_VIOLATION | 0 } },
    });
    const ports = [{ protocol: 'tcp', hostPort: 18_433, guestPort: 80 }] as const;
    const create = endpoints.createEndpoint({ network: 'user', ports });
    const error = await hcsRejection(create, 'HCN_E_PORT_ALREADY_EXISTS');
    assert.match(error.message, 'port 18433 of 0.0.0.0 is in use');
  });

  clean('a free port that was taken in the last moment is chosen anew', async () => {
    control.configure({
      Fail: {
        HcnCreateEndpoint: { Hresult: HRESULT.HCN_E_PORT_ALREADY_EXISTS | 0, Times: 3 },
      },
    });
    const ports = [{ protocol: 'tcp', guestPort: 80 }] as const;
    const made = await endpoints.createEndpoint({ network: 'user', ports });
    await endpoints.deleteEndpoint(made.id);
  });

  clean('requests are checked before HCN sees them', async () => {
    const create = (ports: unknown): Promise<unknown> =>
      endpoints.createEndpoint({ network: 'user', ports } as never);
    await hcsRejection(create([{ protocol: 'tcp', guestPort: 0 }]), 'E_INVALIDARG');
    await hcsRejection(create([{ protocol: 'sctp', guestPort: 1 }]), 'E_INVALIDARG');
    const six = [{ protocol: 'tcp', hostAddress: '::1', guestPort: 1 }];
    assert.match((await hcsRejection(create(six), 'NOT_SUPPORTED')).message, 'IPv4');
    await hcsRejection(endpoints.createEndpoint({ network: 'x' as never }), 'NOT_SUPPORTED');
    await hcsRejection(endpoints.openEndpoint('nothing'), 'E_INVALIDARG');
  });

  clean('DNS goes out and comes back: servers, domain, search', async () => {
    const named = standInEndpoints(libraries, {
      nameservers: () => ['9.9.9.9', '1.1.1.1', '8.8.8.8', '8.8.4.4'],
      domain: 'pods.test',
      searches: ['one.test', 'pods.test', 'two.test'],
    });
    const made = await named.createEndpoint({ network: 'user' });
    assert.equal(made.nameservers, ['9.9.9.9', '1.1.1.1', '8.8.8.8']);
    assert.equal(made.searches, ['pods.test', 'one.test', 'two.test']);
    await named.deleteEndpoint(made.id);
  });

  clean('endpoints of dead owners that no VM has are swept; all others stay', async () => {
    const dead = standInEndpoints(libraries, { owner: () => '999999.1-deadbeef' });
    const [gone, running] = [
      await dead.createEndpoint({ network: 'user' }),
      await dead.createEndpoint({ network: 'user' }),
    ];
    const ours = await endpoints.createEndpoint({ network: 'user' });
    const vm = '0a0b0c0d-0000-4000-8000-00000000000a';
    await attach(running.id, vm);
    // Another VM of the host, whose endpoint HCN does not tell: it might be any.
    const other = '0a0b0c0d-0000-4000-8000-00000000000b';
    assert.equal(await endpoints.sweep([vm, other]), []);
    assert.equal(await endpoints.sweep([vm.toUpperCase()]), [gone.id]);
    assert.equal(await endpoints.sweep([]), [running.id]);
    await endpoints.openEndpoint(ours.id);
    await endpoints.deleteEndpoint(ours.id);
  });

  clean('what others made is never swept', async () => {
    const network = await endpoints.createEndpoint({ network: 'user' });
    const foreign = await entities.createEndpoint('make', '6c636f77-0000-4000-8000-0000000000aa', {
      Name: 'Ethernet',
      HostComputeNetwork: LCOW_NETWORK_ID,
      Policies: [],
      Dns: {},
      Flags: 0,
      SchemaVersion: { Major: 2, Minor: 0 },
    });
    assert.equal(await endpoints.sweep([]), []);
    await endpoints.deleteEndpoint(network.id);
    await endpoints.deleteEndpoint(foreign.ID);
  });

  clean("a namespace's endpoints are found; one endpoint is in one namespace", async () => {
    const [one, two] = [await endpoints.createNamespace(), await endpoints.createNamespace()];
    const made = await endpoints.createEndpoint({ network: 'user' });
    await endpoints.changeNamespace(one, 'Add', made.id);
    assert.equal(await endpoints.endpointsOfNamespace(one), [made]);
    await hcsRejection(
      endpoints.changeNamespace(two, 'Add', made.id),
      'HCN_E_ENDPOINT_NAMESPACE_ALREADY_EXISTS',
    );
    await endpoints.changeNamespace(one, 'Remove', made.id);
    assert.equal(await endpoints.endpointsOfNamespace(one), []);
    await endpoints.changeNamespace(two, 'Add', made.id);
    await endpoints.deleteEndpoint(made.id);
    assert.equal(await endpoints.endpointsOfNamespace(two), []);
    for (const id of [one, two, two]) await endpoints.deleteNamespace(id);
    await hcsRejection(endpoints.endpointsOfNamespace(one), 'ERROR_NOT_FOUND');
  });

  for (const call of ['HcnOpenNetwork', 'HcnCreateEndpoint', 'HcnQueryEndpointProperties']) {
    clean(`an endpoint whose ${call} fails is not left, and HCN's words are told`, async () => {
      control.configure({
        Fail: {
          [call]: {
            Hresult: HRESULT.RPC_S_SERVER_UNAVAILABLE | 0,
            Document: { Success: false, Error: 'The RPC server is unavailable. ', ErrorCode: 1722 },
          },
        },
      });
      const fresh = standInEndpoints(libraries);
      const create = fresh.createEndpoint({ network: 'user' });
      const error = await hcsRejection(create, 'RPC_S_SERVER_UNAVAILABLE');
      assert.match(error.message, 'The RPC server is unavailable.');
      assert.match(error.message, 'net start hns');
      control.configure({});
      assert.equal(await entities.endpoints('list'), []);
    });
  }

  clean(
    'a call that hangs is told in time, stalls nothing, and leaves nothing once it returns',
    async () => {
      // Long enough for the calls that do not hang, on a busy host.
      const fresh = standInEndpoints(libraries, { timeoutMs: 1000 });
      await fresh.deleteEndpoint((await fresh.createEndpoint({ network: 'user' })).id);
      control.configure({ Hang: { HcnCreateEndpoint: true } });
      const stalls = monitorEventLoopDelay({ resolution: 1 });
      stalls.enable();
      const error = await hcsRejection(
        fresh.createEndpoint({ network: 'user' }),
        'HCS_E_OPERATION_TIMEOUT',
      );
      stalls.disable();
      assert.match(error.message, 'HcnCreateEndpoint has not returned within 1000 ms');
      assert.ok(stalls.percentile(50) / 1e6 < 20, `${stalls.percentile(50) / 1e6} ms`);
      const given = control.given();
      control.configure({});
      // Nothing is left also before the late endpoint is there.
      await settled(() => Promise.resolve(control.given() > given));
      await settled(async () => (await entities.endpoints('list')).length === 0);
      // The late handle is closed after its endpoint was deleted.
      await settled(() => Promise.resolve(control.held().handles === 0));
    },
  );

  clean('forty at a time, and each with its own address', async () => {
    const ask = Array.from({ length: 40 }, () => endpoints.createEndpoint({ network: 'user' }));
    const made = await Promise.all(ask);
    assert.is(new Set(made.map(({ addresses }) => addresses[0])).size, 40);
    await Promise.all(made.map(({ id }) => endpoints.deleteEndpoint(id)));
  });

  clean('Windows without the library is told what to enable', async () => {
    const without = standInEndpoints({ ...libraries, computenetwork: 'no-such-computenetwork' });
    const create = without.createEndpoint({ network: 'user' });
    assert.match((await hcsRejection(create, 'NOT_SUPPORTED')).message, 'VirtualMachinePlatform');
  });
}

async function settled(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('it did not come to be so within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
