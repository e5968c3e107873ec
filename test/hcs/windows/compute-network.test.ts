/** The C interface of computenetwork.dll over the stand-in, error records, and endpoints of processes that die. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { HCN_SCHEMA_VERSION } from '../../../hcs/document/host-compute-network.ts';
import { HRESULT, hresultName } from '../../../hcs/hresult.ts';
import { ComputeNetwork } from '../../../hcs/windows/compute-network.ts';
import { endpointOf } from '../../../hcs/windows/endpoint-document.ts';
import { networkFailure } from '../../../hcs/windows/network-failure.ts';
import { NetworkEntities } from '../../../hcs/windows/network-entities.ts';
import { hcsRejection } from '../../harness/rejection.ts';
import { skip } from '../../harness/skip.ts';
import { standInEndpoints } from '../../stand-in/network-control.ts';
import { networkBench, type NetworkBench } from './network-bench.ts';

const NETWORK = '6c636f77-0000-4000-8000-0000000000c0';
const ENDPOINT = '6c636f77-0000-4000-8000-0000000000c1';
const NAT = {
  Name: 'c interface',
  Type: 'NAT',
  Ipams: [
    {
      Type: 'Static',
      Subnets: [
        {
          IpAddressPrefix: '10.77.0.0/24',
          Routes: [{ NextHop: '10.77.0.1', DestinationPrefix: '0.0.0.0/0' }],
        },
      ],
    },
  ],
  Flags: 0,
  SchemaVersion: HCN_SCHEMA_VERSION,
} as const;
const PLAIN = { Name: 'e', SchemaVersion: HCN_SCHEMA_VERSION };

try {
  register(await networkBench());
  test.run();
} catch (error) {
  skip(`computenetwork: the stand-in cannot be built: ${(error as Error).message}`);
}

function register(bench: NetworkBench): void {
  const { libraries, hcn, entities, control, clean } = bench;
  const op = 'test';

  /** A network for one test. */
  const inNetwork = (name: string, body: (network: bigint) => Promise<void>): void =>
    clean(name, async () => {
      const network = await hcn.create(op, 'Network', NETWORK, JSON.stringify(NAT));
      try {
        await body(network);
      } finally {
        await hcn.close('Network', network);
        await entities.deleteNetwork(op, NETWORK);
      }
    });
  const createEndpoint = (network: bigint, settings: object, id = ENDPOINT): Promise<bigint> =>
    hcn.create(op, 'Endpoint', id, JSON.stringify(settings), network);

  clean('a GUID goes by pointer as Windows keeps it, and a second of it is refused', async () => {
    const handle = await hcn.create(op, 'Network', NETWORK, JSON.stringify(NAT));
    const again = hcn.create(op, 'Network', NETWORK, JSON.stringify({ ...NAT, Name: 'second' }));
    await hcsRejection(again, 'HCN_E_NETWORK_ALREADY_EXISTS');
    assert.is((await entities.network(op, NETWORK))?.ID.toLowerCase(), NETWORK);
    await hcn.close('Network', handle);
    await entities.deleteNetwork(op, NETWORK);
    assert.is(await entities.network(op, NETWORK), undefined);
  });

  for (const [what, wrong, named] of [
    ['an unknown field', { Colour: 1 }, 'Colour'],
    ['a field in the wrong place', { IpAddressPrefix: '10.0.0.0/8' }, 'IpAddressPrefix'],
    ['a wrong type', { Ipams: {} }, 'Ipams'],
    ['a wrong type within', { Ipams: [{ Subnets: [{ Routes: [{ Metric: 'x' }] }] }] }, 'Metric'],
    ['an unknown name', { Type: 'Natt' }, 'Natt'],
  ] as const) {
    clean(`a document with ${what} is refused, naming it`, async () => {
      const text = JSON.stringify({ ...NAT, ...wrong });
      const create = hcn.create(op, 'Network', NETWORK, text);
      assert.match((await hcsRejection(create, 'HCN_E_INVALID_JSON')).message, named);
    });
  }

  clean('what a build does not know yet is refused', async () => {
    control.configure({ Build: 17_763 });
    const create = hcn.create(op, 'Network', NETWORK, JSON.stringify({ ...NAT, Type: 'Mirrored' }));
    assert.match((await hcsRejection(create, 'HCN_E_INVALID_JSON')).message, 'Mirrored');
  });

  clean('what lcow sends is known to the oldest build', async () => {
    control.configure({ Build: 17_763 });
    const endpoints = standInEndpoints(libraries, { domain: 'a.test', searches: ['b.test'] });
    const ports = [{ protocol: 'tcp', hostAddress: '127.0.0.1', guestPort: 80 }] as const;
    const made = await endpoints.createEndpoint({ network: 'user', ports });
    const space = await endpoints.createNamespace();
    await endpoints.changeNamespace(space, 'Add', made.id);
    await endpoints.deleteNamespace(space);
    await endpoints.deleteEndpoint(made.id);
    await endpoints.removeNetwork();
  });

  inNetwork('a mapping without an internal port, or twice, is refused', async (network) => {
    const mapping = (Settings: object): object => ({
      ...PLAIN,
      Policies: [{ Type: 'PortMapping', Settings }],
    });
    await hcsRejection(
      createEndpoint(network, mapping({ Protocol: 6, ExternalPort: 1 })),
      'HCN_E_INVALID_INTERNAL_PORT',
    );
    const bad = mapping({ Protocol: 6, InternalPort: 1, Address: '1.2.3.4' });
    await hcsRejection(createEndpoint(network, bad), 'HCN_E_INVALID_JSON');
    const one = {
      Type: 'PortMapping',
      Settings: { Protocol: 6, InternalPort: 1, ExternalPort: 2 },
    };
    const twice = { ...PLAIN, Policies: [one, one] };
    await hcsRejection(createEndpoint(network, twice), 'HCN_E_PORT_ALREADY_EXISTS');
  });

  inNetwork('what is in use stays: a network with endpoints, an address', async (network) => {
    const handle = await createEndpoint(network, PLAIN);
    await hcsRejection(hcn.delete(op, 'Network', NETWORK), 'HCN_E_ENTITY_HAS_REFERENCES');
    const taken = { ...PLAIN, IpConfigurations: [{ IpAddress: '10.77.0.2', PrefixLength: 24 }] };
    const other = '6c636f77-0000-4000-8000-0000000000c2';
    await hcsRejection(createEndpoint(network, taken, other), 'HCN_E_ADDR_INVALID_OR_RESERVED');
    await hcn.close('Endpoint', handle);
    await hcn.delete(op, 'Endpoint', ENDPOINT);
  });

  inNetwork('an endpoint is attached once', async (network) => {
    await hcn.close('Endpoint', await createEndpoint(network, PLAIN));
    await bench.attach(ENDPOINT, NETWORK);
    await hcsRejection(bench.attach(ENDPOINT, NETWORK), 'HCN_E_ENDPOINT_ALREADY_ATTACHED');
    await hcn.delete(op, 'Endpoint', ENDPOINT);
  });

  for (const [what, answer, named] of [
    ['that is no document', 'no', undefined],
    ['that is a list', '[]', undefined],
    ['with a mistyped field', { MacAddress: 5 }, 'MacAddress'],
    ['with a mistyped address', { IpConfigurations: [{ IpAddress: [] }] }, 'IpConfigurations/0'],
    ['without its id', { ID: undefined }, 'ID'],
  ] as const) {
    test(`an answer ${what} is refused${named === undefined ? '' : ', naming it'}`, async () => {
      const good = { ID: ENDPOINT, MacAddress: '00-15-5D-00-00-01' };
      const text = typeof answer === 'string' ? answer : JSON.stringify({ ...good, ...answer });
      const fake = {
        open: () => Promise.resolve(1n),
        query: () => Promise.resolve(text),
        close: () => Promise.resolve(),
      } as unknown as ComputeNetwork;
      const read = new NetworkEntities(fake).endpoint(op, ENDPOINT);
      const error = await hcsRejection(read, 'ERROR_INVALID_DATA');
      if (named !== undefined) assert.match(error.message, named);
    });
  }

  test('an answer of a newer Windows is read: unknown fields, null, names and numbers', async () => {
    const text = JSON.stringify({
      ID: ENDPOINT.toUpperCase(),
      Name: 'x',
      NewInThisBuild: { deep: [1] },
      HostComputeNamespace: null,
      MacAddress: '00-15-5D-00-00-01',
      IpConfigurations: [{ IpAddress: '10.0.0.5', PrefixLength: 24, IpSubnetId: '{x}' }],
      Routes: [{ NextHop: '', DestinationPrefix: '0.0.0.0/0', Metric: 256, Extra: 1 }],
      Dns: null,
      Policies: [
        { Type: 'PortMapping', Settings: { Protocol: 'TCP', InternalPort: 1, ExternalPort: 2 } },
        {
          Type: 'PortMapping',
          Settings: { Protocol: 17, InternalPort: 3, ExternalPort: 4, VIP: '' },
        },
        { Type: 'EncapOverhead', Settings: { Overhead: 50 } },
        { Type: 'Another', Settings: null },
      ],
      Health: { Data: null, Extra: { VirtualMachine: null, Resources: {} } },
    });
    const fake = {
      open: () => Promise.resolve(1n),
      query: () => Promise.resolve(text),
      close: () => Promise.resolve(),
    } as unknown as ComputeNetwork;
    const properties = await new NetworkEntities(fake).endpoint(op, ENDPOINT);
    assert.equal(endpointOf(op, properties ?? { ID: '' }, '10.0.0.1'), {
      id: ENDPOINT,
      macAddress: '00:15:5d:00:00:01',
      addresses: ['10.0.0.5/24'],
      routes: [{ destination: '0.0.0.0/0', gateway: '10.0.0.1' }],
      nameservers: [],
      mtu: 1450,
      ports: [
        { protocol: 'tcp', hostAddress: '0.0.0.0', hostPort: 2, guestPort: 1 },
        { protocol: 'udp', hostAddress: '0.0.0.0', hostPort: 4, guestPort: 3 },
      ],
    });
  });

  test('an error record becomes an error: HRESULT, name, words, advice', () => {
    const record = (value: object): string => JSON.stringify(value);
    const words = 'The specified port already exists. ';
    const code = HRESULT.HCN_E_PORT_ALREADY_EXISTS;
    const full = record({ Success: false, Error: words, ErrorCode: code });
    const error = networkFailure('make', 'HcnCreateEndpoint', code | 0, full);
    assert.is(error?.code, 'HCN_E_PORT_ALREADY_EXISTS');
    assert.is(error?.events[0]?.Message, words.trim());
    assert.is(error?.events[0]?.Source, 'HcnCreateEndpoint');
    assert.match(error?.message ?? '', 'Get-HnsEndpoint');
    // hcsshim takes a record for a failure whatever the call returned.
    assert.is(networkFailure('make', 'HcnCreateEndpoint', 0, full)?.hresult, code);
    assert.is(networkFailure('make', 'x', 0, record({ Success: false }))?.code, 'E_FAIL');
    assert.is(networkFailure('make', 'x', 0, record({ Success: true })), undefined);
    assert.is(networkFailure('make', 'x', 0, null), undefined);
    for (const odd of ['', '[]', '{"Error":5}', 'x'.repeat(10)])
      assert.is(networkFailure('make', 'x', HRESULT.E_FAIL | 0, odd)?.code, 'E_FAIL');
    assert.is(hresultName(0x803b002c | 0), 'HCN_E_ENTITY_HAS_REFERENCES');
  });

  for (const afterMs of [0, 1, 3, 10, 30, 100]) {
    clean(`killed ${afterMs} ms after it began, a process' endpoints are swept`, async () => {
      const owner = fileURLToPath(new URL('./network-owner-process.js', import.meta.url));
      const stdio = ['ignore', 'pipe', 'inherit'] as const;
      const child = spawn(process.execPath, [owner], { stdio: [...stdio] });
      const exited = once(child, 'exit');
      for await (const line of createInterface(child.stdout)) if (line === 'CREATING') break;
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      child.kill('SIGKILL');
      await exited;
      const endpoints = standInEndpoints(libraries);
      const ours = await endpoints.createEndpoint({ network: 'user' });
      const before = (await entities.endpoints(op)).length;
      const swept = await endpoints.sweep([]);
      assert.is(swept.length, before - 1);
      assert.equal(
        (await entities.endpoints(op)).map(({ ID }) => ID.toLowerCase()),
        [ours.id],
      );
      await endpoints.deleteEndpoint(ours.id);
      await endpoints.removeNetwork();
    });
  }
}
