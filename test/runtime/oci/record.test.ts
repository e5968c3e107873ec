import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { podOf } from '../../../runtime/oci/pod.ts';
import { checkId, OciRecords } from '../../../runtime/oci/record.ts';

const root = join(mkdtempSync(join(tmpdir(), 'lcow-oci-record-')), 'root');
test.after(() => rmSync(join(root, '..'), { recursive: true, force: true }));

const RECORD = {
  id: 'one',
  ociVersion: '1.0.2',
  bundle: '/b',
  rootfs: '/b/rootfs',
  annotations: {},
  created: '2026-01-01T00:00:00.000Z',
  owner: 'root',
  where: { run: '/run/lcow', data: '/var/lib/lcow' },
  pod: 'oci-0123456789abcdef',
  stage: 'creating',
  creator: '1.2.3',
  cgroups: [],
} as const;

test('an id is taken once, and is free again when the record is removed', async () => {
  const records = new OciRecords(root);
  await records.reserve(RECORD);
  const again = await records.reserve(RECORD).catch((error: Error) => error.message);
  assert.is(again, 'container with given ID already exists');
  assert.is(records.read('one').stage, 'creating');
  assert.equal(records.ids(), ['one']);
  await records.remove('one');
  assert.throws(() => records.read('one'), /^container does not exist$/);
  assert.equal(records.ids(), []);
});

test('of twenty at once one gets the id', async () => {
  const records = new OciRecords(root);
  const tries = await Promise.allSettled(
    Array.from({ length: 20 }, () => records.reserve({ ...RECORD, id: 'raced' })),
  );
  assert.is(tries.filter(({ status }) => status === 'fulfilled').length, 1);
  await records.remove('raced');
});

test('the root is for its owner, and a record is written whole', async () => {
  const records = new OciRecords(root);
  const record = await records.reserve({ ...RECORD, id: 'whole' });
  await records.write({ ...record, stage: 'created', process: '7.8.9' });
  assert.is(statSync(root).mode & 0o777, 0o700);
  const file = join(root, 'whole', 'state.json');
  assert.is((JSON.parse(readFileSync(file, 'utf8')) as { process: string }).process, '7.8.9');
  writeFileSync(file, '{"version":1');
  assert.throws(() => records.read('whole'), /damaged/);
  writeFileSync(file, JSON.stringify({ ...record, stage: 'lost' }));
  assert.throws(() => records.read('whole'), /stage is lost/);
  const said: string[] = [];
  assert.equal(
    records.all((text) => said.push(text)),
    [],
  );
  assert.is(said.length, 1);
  await records.remove('whole');
});

test('what a create that was killed at once left is no container', () => {
  mkdirSync(join(root, 'half'), { recursive: true });
  const records = new OciRecords(root);
  assert.is(records.find('half'), undefined);
  assert.equal(records.ids(), ['half']);
});

test('execs are remembered by their host process', async () => {
  const records = new OciRecords(root);
  await records.reserve({ ...RECORD, id: 'execs' });
  records.addExec('execs', '10.20.30', 'a');
  records.addExec('execs', '11.20.30', 'b');
  await records.removeExec('execs', '10.20.30');
  assert.equal(records.execs('execs'), [{ name: '11.20.30', execId: 'b' }]);
  assert.equal(records.execs('none'), []);
});

test('an id that could be a path or is too long is refused with its text', () => {
  for (const id of ['', '.', '..', 'a/b', '/a', '-a', '.a', 'a b', 'a\n', 'ä', 'a'.repeat(129)]) {
    assert.throws(() => checkId(id), /invalid container ID format/);
  }
  assert.throws(() => checkId('a'.repeat(300)), /a\.\.\."/);
  for (const id of ['a', 'A.b_c-d', '0'.repeat(128)]) assert.is(checkId(id), id);
});

test('no id leads out of the root', () => {
  const records = new OciRecords('/root/of/all');
  fc.assert(
    fc.property(fc.string(), (id) => {
      try {
        assert.is(records.folder(id), `/root/of/all/${id}`);
        assert.not.match(id, /[/\0]/);
      } catch (error) {
        assert.match((error as Error).message, /invalid container ID format/);
      }
    }),
  );
});

test('containers of one group have one pod, under one root', () => {
  const group = { 'io.kubernetes.cri.sandbox-id': 'sandbox' };
  assert.is(podOf('/r', 'a', group), podOf('/r', 'b', group));
  assert.is(podOf('/r', 'sandbox', {}), podOf('/r', 'b', group));
  assert.is.not(podOf('/r', 'a', {}), podOf('/r', 'b', {}));
  assert.is.not(podOf('/r', 'a', {}), podOf('/s', 'a', {}));
  assert.match(podOf('/r', 'a', {}), /^oci-[0-9a-f]{16}$/);
});

test.run();
