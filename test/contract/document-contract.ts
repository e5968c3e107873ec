/** What is refused at create, with which HRESULT, and that nothing of it is left. */
import * as assert from 'uvu/assert';
import type { ComputeSystemDocument } from '../../hcs/document/compute-system.ts';
import { isGuid } from '../../hcs/document/scalars.ts';
import type { HresultName } from '../../hcs/hresult.ts';
import { hcsRejection } from '../harness/rejection.ts';
import type { Contract } from './contract-bench.ts';

/** What is done to a good document, the HRESULT, the path that the event names. */
const WRONG: [(document: Loose) => void, HresultName, string][] = [
  [(document) => (document.Colour = 'red'), 'HCS_E_INVALID_JSON', 'Colour'],
  [(document) => (document.VirtualMachine.Scsi = {}), 'HCS_E_INVALID_JSON', 'VirtualMachine/Scsi'],
  [
    (document) => (document.VirtualMachine.ComputeTopology.Memory.SizeInMB = '512'),
    'HCS_E_INVALID_JSON',
    'VirtualMachine/ComputeTopology/Memory/SizeInMB',
  ],
  [
    (document) => (document.VirtualMachine.ComputeTopology.Memory.SizeInMB = 511),
    'E_INVALIDARG',
    'VirtualMachine/ComputeTopology/Memory/SizeInMB',
  ],
  [
    (document) => (document.VirtualMachine.ComputeTopology.Processor.Count = 0),
    'E_INVALIDARG',
    'VirtualMachine/ComputeTopology/Processor/Count',
  ],
  [
    (document) => {
      const { Memory } = document.VirtualMachine.ComputeTopology;
      delete Memory.AllowOvercommit;
      Memory.EnableDeferredCommit = true;
    },
    'E_INVALIDARG',
    'VirtualMachine/ComputeTopology/Memory/EnableDeferredCommit',
  ],
  [(document) => delete document.VirtualMachine.Chipset, 'E_INVALIDARG', 'VirtualMachine/Chipset'],
  [(document) => delete document.SchemaVersion, 'E_INVALIDARG', 'SchemaVersion'],
  [(document) => (document.SchemaVersion.Major = 1), 'E_INVALIDARG', 'SchemaVersion'],
  [
    (document) => (document.VirtualMachine.Devices.NetworkAdapters = { eth0: {} }),
    'E_INVALIDARG',
    'VirtualMachine/Devices/NetworkAdapters',
  ],
  [(document) => (document.Container = {}), 'NOT_SUPPORTED', 'Container'],
];

// The point is to write what the types forbid.
type Loose = any;

export function documentContract(contract: Contract): void {
  for (const [spoil, hresult, source] of WRONG) {
    contract(`a document with a wrong ${source} is refused with ${hresult}`, async (stage) => {
      const document: Loose = stage.document();
      spoil(document);
      const id = stage.newId();
      const made = stage.service.create(id, document as ComputeSystemDocument);
      const error = await hcsRejection(made, hresult);
      assert.is(error.events.length, 1);
      assert.is(error.events[0]?.Source, source);
      assert.match(error.events[0]?.Message ?? '', source);
      await hcsRejection(stage.service.open(id), 'HCS_E_SYSTEM_NOT_FOUND');
      assert.equal(await stage.leftovers(), []);
      await stage.create(stage.document(), id);
    });
  }

  contract('every problem of a document has an event', async (stage) => {
    const document: Loose = stage.document();
    document.Colour = 'red';
    document.VirtualMachine.StopOnReset = 1;
    const error = await hcsRejection(
      stage.service.create(stage.newId(), document as ComputeSystemDocument),
      'HCS_E_INVALID_JSON',
    );
    const sources = new Set(error.events.map((event) => event.Source));
    assert.equal(sources, new Set(['Colour', 'VirtualMachine/StopOnReset']));
  });

  contract('an id that cannot be one is refused with E_INVALIDARG', async (stage) => {
    for (const id of ['', '../escape', '-x', 'a/b', 'a\0b', 'x'.repeat(129)]) {
      await hcsRejection(stage.service.create(id, stage.document()), 'E_INVALIDARG');
    }
  });

  contract('the document that was passed is not changed', async (stage) => {
    const document = stage.document();
    const before = structuredClone(document);
    await stage.create(document);
    assert.equal(document, before);
  });

  contract('a created system has the properties of its document', async (stage) => {
    const id = stage.newId();
    const system = await stage.create(stage.document({ owner: 'contract test' }), id);
    const properties = await system.properties();
    assert.is(properties.Id, id);
    assert.is(system.id, id);
    assert.is(properties.SystemType, 'VirtualMachine');
    assert.is(properties.State, 'Created');
    assert.is(properties.Owner, 'contract test');
    assert.ok(isGuid(properties.RuntimeId));
    assert.is(properties.RuntimeId, properties.RuntimeId.toLowerCase());
    assert.is(properties.RuntimeId, system.runtimeId);
  });

  contract('a property query is checked', async (stage) => {
    const system = await stage.create();
    const query = { PropertyTypes: ['Mood'] } as never;
    const error = await hcsRejection(system.properties(query), 'HCS_E_INVALID_JSON');
    assert.match(error.message, '"Mood"');
    const { TerminateOnLastHandleClosed } = await system.properties({
      PropertyTypes: ['TerminateOnLastHandleClosed'],
    });
    assert.is(TerminateOnLastHandleClosed, true);
  });

  contract('enumerate tells what the query selects', async (stage) => {
    const [a, b] = [stage.newId(), stage.newId()];
    await stage.create(stage.document({ owner: 'a' }), a);
    await stage.create(stage.document({ owner: 'b' }), b);
    const ids = async (...query: Parameters<typeof stage.service.enumerate>): Promise<string[]> =>
      (await stage.service.enumerate(...query)).map((found) => found.Id).sort();
    assert.equal(await ids(), [a, b].sort());
    assert.equal(await ids({}), [a, b].sort());
    assert.equal(await ids({ Ids: [b] }), [b]);
    assert.equal(await ids({ Owners: ['a'] }), [a]);
    assert.equal(await ids({ Owners: ['a'], Ids: [b] }), []);
    assert.equal(await ids({ Types: ['Container'] }), []);
    assert.equal(await ids({ Types: ['VirtualMachine'], Owners: ['a', 'b'] }), [a, b].sort());
  });

  contract('the service says which schema it knows and how guests are executed', async (stage) => {
    const { Basic, Execution } = await stage.service.properties();
    assert.ok(Basic.SupportedSchemaVersions.some(({ Major, Minor }) => Major === 2 && Minor >= 1));
    assert.ok(['hyperv', 'kvm', 'tcg'].includes(Execution.Accelerator));
    assert.ok(Execution.Reason.length > 0);
    assert.ok(Execution.VmmName.length > 0);
    assert.match(Execution.VmmVersion, /\d/);
  });
}
