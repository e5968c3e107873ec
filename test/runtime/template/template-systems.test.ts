/** Templates as systems, of HCS's interface over the stand-in: when one may be cloned, when it is gone, when it may end. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ComputeSystem } from '../../../hcs/service.ts';
import { processIdentity } from '../../../runtime/ownership.ts';
import type { TemplateIdentity } from '../../../runtime/template/template-identity.ts';
import { type TemplateRecord, TemplateStore } from '../../../runtime/template/template-store.ts';
import { TemplateSystems } from '../../../runtime/template/template-systems.ts';
import { rejection } from '../../harness/rejection.ts';
import { skip } from '../../harness/skip.ts';
import { standInBench, type StandInBench } from '../../hcs/windows/stand-in-bench.ts';

const NOBODY = '4194303.1.0';

try {
  register(await standInBench());
  test.run();
} catch (error) {
  skip(`templates as systems: the stand-in cannot be built: ${(error as Error).message}`);
}

function register(bench: StandInBench): void {
  const { service } = bench;
  // Handles that are open keep Windows' Node from ending.
  test.after(async () => {
    await service[Symbol.asyncDispose]();
  });
  const data = mkdtempSync(join(tmpdir(), 'lcow-test-template-systems-'));
  process.on('exit', () => rmSync(data, { recursive: true, force: true }));
  const store = new TemplateStore(data);
  const systems = TemplateSystems.of(service, store);
  if (systems === undefined) throw new Error('the service keeps no systems as templates');
  let counter = 0;
  const newTemplateId = (): string => `template-${(counter += 1).toString(16).padStart(24, '0')}`;

  /** As makeTemplate() does it. */
  const make = async (id = newTemplateId()): Promise<TemplateRecord> => {
    await systems.begin(id);
    const system = await survivor(id);
    await system.pause();
    await system.save({ SaveType: 'AsTemplate' });
    const record = await systems.saved(recordOf(id));
    await store.keep(record);
    systems.finished(id);
    await system[Symbol.asyncDispose]();
    return record;
  };

  const survivor = async (id: string): Promise<ComputeSystem> => {
    const system = await service.create(id, {
      ...bench.document(),
      ShouldTerminateOnLastHandleClosed: false,
    });
    await system.start();
    return system;
  };

  const clone = async ({ systemId }: TemplateRecord): Promise<ComputeSystem> => {
    const id = bench.newId();
    const { VirtualMachine, ...rest } = bench.document();
    const system = await service.create(id, {
      ...rest,
      VirtualMachine: { ...VirtualMachine, RestoreState: { TemplateSystemId: systemId } },
    });
    await system.start();
    return system;
  };

  const end = async (id: string): Promise<void> => {
    await using system = await service.open(id);
    await system.terminate();
  };

  const isThere = async (id: string): Promise<boolean> =>
    (await service.enumerate({ Ids: [id] })).length > 0;

  test('one that was made can be cloned, by others too, and a sweep keeps it', async () => {
    const { systemId, runtimeId } = await make();
    const record = store.find(systemId);
    if (record === undefined) return assert.unreachable('there is no record');
    assert.is(record.runtimeId, runtimeId);
    assert.match(String(runtimeId), /^[0-9a-f]{8}-/);
    await systems.claim(record, 'vm');
    assert.equal(await systems.sweep(), []);
    assert.ok(await isThere(systemId));
    await store.remove(systemId);
    // This process has claimed it and lives, so it may be about to make a clone.
    assert.equal(await systems.sweep(), []);
    writeFileSync(join(store.directory, '.systems', systemId, 'clone.vm'), NOBODY);
    assert.equal(await systems.sweep(), [`system of the template ${systemId}`]);
    assert.not(await isThere(systemId));
  });

  test('one whose system is gone is told of, removed, and can be made again', async () => {
    const record = await make();
    const { systemId } = record;
    await end(systemId);
    const refused = await rejection(systems.claim(record, 'vm'));
    assert.match(String(refused), new RegExp(`clone ${systemId}: its system is gone: the host`));
    assert.is(store.find(systemId), undefined);
    const again = await make(systemId);
    assert.is.not(again.runtimeId, record.runtimeId);
    // A record of the one before has a secret that nobody has.
    assert.match(String(await rejection(systems.claim(record, 'vm'))), /is gone/);
    await end(systemId);
    await store.keep(again);
    assert.equal(await systems.sweep(), [`template ${systemId}, whose system is gone`]);
    assert.is(store.find(systemId), undefined);
    assert.equal(await systems.sweep(), []);
  });

  test('one that was removed goes on while a clone of it lives', async () => {
    const record = await make();
    const { systemId } = record;
    const system = await clone(record);
    await store.remove(systemId);
    assert.equal(await systems.sweep(), []);
    assert.is((await system.properties()).State, 'Running');
    const again = await rejection(systems.begin(systemId));
    assert.match(String(again), /goes on for the clones it has/);
    await system.terminate();
    assert.equal(await systems.sweep(), [`system of the template ${systemId}`]);
    assert.not(await isThere(systemId));
  });

  test('the system of one that was set aside is ended, and it can be made again', async () => {
    const record = await make();
    const { systemId } = record;
    await store.setAside(record, 'it does not answer');
    assert.match(String(await rejection(systems.claim(record, 'vm'))), /set aside meanwhile/);
    await systems.begin(systemId);
    systems.finished(systemId);
    assert.not(await isThere(systemId));
    assert.is((await make(systemId)).systemId, systemId);
    assert.ok(store.find(systemId));
    await end(systemId);
    await systems.sweep();
  });

  test('what a maker that died left is ended, of one that lives it is let be', async () => {
    const id = newTemplateId();
    const folder = join(store.directory, '.systems', id);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'maker'), processIdentity());
    await using system = await survivor(id);
    assert.equal(await systems.sweep(), []);
    assert.match(String(await rejection(systems.begin(id))), /another process makes it/);
    writeFileSync(join(folder, 'maker'), NOBODY);
    await systems.begin(id);
    systems.finished(id);
    assert.is((await system.exited).ExitType, 'ForcedExit');
  });

  test("another store's systems are let be", async () => {
    const id = newTemplateId();
    await using system = await survivor(id);
    assert.equal(await systems.sweep(), []);
    assert.ok(await isThere(id));
    await system.terminate();
  });
}

function recordOf(systemId: string): TemplateRecord {
  return {
    systemId,
    secret: Buffer.alloc(32, 7),
    guest: {
      ...{ agentVersion: '1', kernelRelease: '6', platform: 'hyperv', runtime: 'r', bootId: '' },
      ...{ cpus: 1, memoryBytes: 2 ** 30 },
    },
    guestNowNs: 1,
    identity: {} as TemplateIdentity,
    createdAt: new Date().toISOString(),
    tookMs: 1,
  };
}
