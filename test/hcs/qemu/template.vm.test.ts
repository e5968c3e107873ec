/** Templates on QEMU: a system is saved once, and any number begin where it stood, each with its own memory. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ComputeSystemDocument } from '../../../hcs/document/compute-system.ts';
import {
  addPlan9Share,
  addScsiAttachment,
  removeScsiAttachment,
} from '../../../hcs/document/resource-requests.ts';
import { openQemuService, type QemuComputeService } from '../../../hcs/qemu/qemu-service.ts';
import { sweepPrepared } from '../../../hcs/qemu/template.ts';
import { hcsRejection } from '../../harness/rejection.ts';
import { buildShellGuest, Shell, shellDocument } from './shell-guest.ts';

/** Of the disks that the template has. */
const DRIVE_BYTES = 2 ** 20;

const blockFolder = (lun: number): string => `/sys/bus/scsi/devices/0:0:0:${lun}/block`;

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
  await shell.run('mods scsi');
  for (const lun of [1, 2]) {
    const path = join(folder, `probed-${lun}.img`);
    await writeFile(path, Buffer.alloc(DRIVE_BYTES, 'saved'));
    const disk = { path, readOnly: lun === 1, type: 'PassThru' as const };
    await system.modify(addScsiAttachment({ controller: 0, lun }, disk));
    await shell.run(`await '[ -d ${blockFolder(lun)} ]'; head -c 5 /dev/$(ls ${blockFolder(lun)})`);
  }
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

test('where the template had disks, clones have drives: empty, then with a disk of their own', async (context) => {
  const { service, folder } = context;
  for (const lun of [1, 2]) rmSync(join(folder, `probed-${lun}.img`));
  const clones = await Promise.all(
    ['one', 'two'].map(async (id) => {
      const system = await service.create(id, cloneOf(context, 'saved'));
      await system.start();
      return { id, system, shell: await Shell.of(system) };
    }),
  );
  for (const { id, system, shell } of clones) {
    const device = (lun: number): string => `/dev/$(ls ${blockFolder(lun)})`;
    const read = (lun: number, bytes: number): Promise<string> =>
      shell.run(`head -c ${bytes} ${device(lun)} | tr '\\0' 0`);
    assert.is(await read(1, 5), '00000');
    const own = join(folder, `${id}.img`);
    await writeFile(own, Buffer.alloc(DRIVE_BYTES, id));
    const writable = { path: own, readOnly: false, type: 'PassThru' as const };
    const slot = { controller: 0, lun: 2 };
    // There at once: nothing is to be waited for.
    await system.modify(addScsiAttachment(slot, writable));
    assert.is(await read(2, 6), id.repeat(2));
    await shell.run(`echo -n ${id}-said | dd of=${device(2)} conv=notrunc,fsync 2>&-`);
    assert.is((await readFile(own)).toString('latin1', 0, 8), `${id}-said`);

    await system.modify(removeScsiAttachment(slot));
    assert.is(await read(2, 4), '0000');
    const again = { ...writable, readOnly: true };
    await hcsRejection(
      system.modify(addScsiAttachment(slot, { ...again, path: join(folder, 'no-such') })),
      'FILE_NOT_FOUND',
    );
    // A drive that is written to has no place for a disk that is not: a new device takes it.
    await system.modify(addScsiAttachment(slot, again));
    await shell.run(`await '[ "$(cat ${blockFolder(2)}/*/ro)" = 1 ]'`);
    assert.is(await read(2, 8), `${id}-said`);
    await system.terminate();
  }
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

  const own = await maker.create('own', document);
  await own.modify(addPlan9Share({ name: '1', folder, readOnly: true }));
  await own.start();
  await hcsRejection(own.save({ SaveType: 'AsTemplate' }), 'HCS_E_INVALID_STATE');
  await own.pause();
  const path = join(folder, 'elsewhere');
  const placed = own.save({ SaveType: 'AsTemplate', SaveStateFilePath: path });
  await hcsRejection(placed, 'NOT_SUPPORTED', /SaveStateFilePath/);
  await hcsRejection(own.save({ SaveType: 'AsTemplate' }), 'NOT_SUPPORTED', /\(plan9\)/);
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
