/** Templates on QEMU: a system is saved once, and any number begin where it stood, each with its own memory. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ComputeSystemDocument } from '../../../hcs/document/compute-system.ts';
import { addScsiAttachment } from '../../../hcs/document/resource-requests.ts';
import { openQemuService, type QemuComputeService } from '../../../hcs/qemu/qemu-service.ts';
import { sweepPrepared } from '../../../hcs/qemu/template.ts';
import { hcsRejection } from '../../harness/rejection.ts';
import { buildShellGuest, Shell, shellDocument } from './shell-guest.ts';

interface Context {
  folder: string;
  templates: string;
  document: ComputeSystemDocument;
  /** Saves templates. */
  maker: QemuComputeService;
  service: QemuComputeService;
}

const test = suite<Context>('templates of compute systems');

test.before(async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'lcow-test-template-'));
  const templates = join(folder, 'template');
  const common = { runDirectory: join(folder, 'vm'), templateDirectory: templates };
  context.folder = folder;
  context.templates = templates;
  context.document = shellDocument(await buildShellGuest(join(folder, 'guest')));
  context.maker = await openQemuService({ ...common, savesTemplates: true });
  context.service = await openQemuService(common);
  const system = await context.maker.create('saved', context.document);
  await system.start();
  const shell = await Shell.of(system);
  await shell.run('echo of the template > /tmp.said; cat /proc/sys/kernel/random/uuid');
  shell.close();
  await system.pause();
  await system.save({ SaveType: 'AsTemplate' });
  assert.is((await system.properties()).State, 'SavedAsTemplate');
  // What its clones stand on must not change under them.
  await hcsRejection(system.resume(), 'HCS_E_INVALID_STATE');
  await system.terminate();
});

test.after(async ({ folder, maker, service }) => {
  await maker[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
  assert.equal(
    readdirSync(join(folder, 'vm')).filter((name) => !name.startsWith('.')),
    [],
  );
  rmSync(folder, { recursive: true, force: true });
});

test('clones go on where it stood, each by itself, and leave it as it was', async (context) => {
  const { service, templates } = context;
  assert.equal(readdirSync(templates), ['saved']);
  const memory = join(templates, 'saved', 'memory');
  const before = await digest(memory);
  const clones = await Promise.all(
    ['one', 'two'].map(async (id) => {
      const system = await service.create(id, cloneOf(context, 'saved'));
      await system.start();
      return { id, system, shell: await Shell.of(system) };
    }),
  );
  for (const { id, shell } of clones) await shell.run(`echo ${id} >> /tmp.said`);
  for (const { id, shell } of clones) {
    assert.is(await shell.run('cat /tmp.said'), `of the template\n${id}\n`);
  }
  assert.is(await digest(memory), before);
  for (const { system } of clones) await system.terminate();
});

test('a clone has devices plugged as any system has', async (context) => {
  const disk = join(context.folder, 'disk.img');
  await writeFile(disk, Buffer.alloc(2 ** 20, 'disk'));
  const system = await context.service.create('plugged', cloneOf(context, 'saved'));
  await system.start();
  const shell = await Shell.of(system);
  const slot = { controller: 0, lun: 3 };
  await system.modify(addScsiAttachment(slot, { path: disk, readOnly: true, type: 'PassThru' }));
  const path = '/sys/bus/scsi/devices/0:0:0:3/block';
  await shell.run(`mods scsi; await '[ -d ${path} ]'`);
  assert.is(await shell.run(`head -c 8 /dev/$(ls ${path})`), 'diskdisk');
  await system.terminate();
});

test('a clone outlives its template', async (context) => {
  const { service, templates } = context;
  const system = await service.create('orphan', cloneOf(context, 'saved'));
  await system.start();
  const gone = join(context.folder, 'gone');
  await rename(join(templates, 'saved'), gone);
  await rm(join(gone, 'state'));
  const shell = await Shell.of(system);
  assert.is(await shell.run('cat /tmp.said'), 'of the template\n');
  const refused = service.create('late', cloneOf(context, 'saved'));
  await hcsRejection(refused, 'HCS_E_SYSTEM_NOT_FOUND', /TemplateSystemId is "saved"/);
  await system.terminate();
});

test('what cannot be a template is refused, stays paused and leaves nothing', async (context) => {
  const { maker, service, templates, folder, document } = context;
  const plain = await service.create('plain', document);
  await plain.start();
  await plain.pause();
  const asked = plain.save({ SaveType: 'AsTemplate' });
  await hcsRejection(asked, 'NOT_SUPPORTED', /not created to be a template/);
  assert.is((await plain.properties()).State, 'Paused');
  await plain.terminate();

  const disk = join(folder, 'own.img');
  await writeFile(disk, Buffer.alloc(2 ** 20));
  const own = await maker.create('own', document);
  const slot = { controller: 0, lun: 1 };
  await own.modify(addScsiAttachment(slot, { path: disk, readOnly: true, type: 'PassThru' }));
  await own.start();
  await hcsRejection(own.save({ SaveType: 'AsTemplate' }), 'HCS_E_INVALID_STATE');
  await own.pause();
  const path = join(folder, 'elsewhere');
  const placed = own.save({ SaveType: 'AsTemplate', SaveStateFilePath: path });
  await hcsRejection(placed, 'NOT_SUPPORTED', /SaveStateFilePath/);
  await hcsRejection(own.save({ SaveType: 'AsTemplate' }), 'NOT_SUPPORTED', /\(scsi\)/);
  await own.terminate();
  assert.not(existsSync(path));
  assert.not(existsSync(join(templates, 'own')));
  assert.equal(
    readdirSync(templates).filter((name) => name.startsWith('.')),
    [],
  );
});

test('a template that is not to be had is refused with why', async (context) => {
  const { service, templates, folder } = context;
  for (const [id, code] of [
    ['no-such', 'HCS_E_SYSTEM_NOT_FOUND'],
    ['../saved', 'E_INVALIDARG'],
  ] as const) {
    await hcsRejection(service.create('x', cloneOf(context, id)), code, /TemplateSystemId/);
  }
  const without = await openQemuService({ runDirectory: join(folder, 'vm') });
  const refused = without.create('x', cloneOf(context, 'no-such'));
  await hcsRejection(refused, 'NOT_SUPPORTED', /keeps no templates/);
  await without[Symbol.asyncDispose]();

  const broken = join(templates, 'broken');
  await rename(join(folder, 'gone'), broken);
  await writeFile(join(broken, 'state'), 'this is no state');
  const damaged = service.create('x', cloneOf(context, 'broken'));
  await hcsRejection(damaged, 'ERROR_FILE_CORRUPT', /TemplateSystemId/);
});

test('what a maker that died left is swept, that of one that lives is not', async (context) => {
  const { maker, templates, document } = context;
  const dead = join(templates, '.new-4194303-abc');
  const system = await maker.create('alive', document);
  await rename(join(templates, 'broken'), dead);
  assert.equal(await sweepPrepared(templates), ['.new-4194303-abc']);
  assert.is(readdirSync(templates).length, 1);
  await system.terminate();
  assert.equal(readdirSync(templates), []);
});

function cloneOf({ document }: Context, TemplateSystemId: string): ComputeSystemDocument {
  const { VirtualMachine } = document;
  return { ...document, VirtualMachine: { ...VirtualMachine, RestoreState: { TemplateSystemId } } };
}

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

test.run();
