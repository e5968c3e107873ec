/** Which container is given a root that was mounted ahead. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { scratchDigest } from '../../../runtime/rootfs/scratch-digest.ts';
import { RootsAhead } from '../../../runtime/task/root-ahead.ts';

const folder = mkdtempSync(join(tmpdir(), 'lcow-ahead-'));
const own = join(folder, 'own.vhd');
const mounted = join(folder, 'mounted.vhd');
const LAYERS = ['/layers/a', '/layers/b'];

test.before.each(() => {
  writeFileSync(own, 'fresh');
  writeFileSync(mounted, 'mounted');
});
test.after(() => rmSync(folder, { recursive: true, force: true }));

const roots = (): RootsAhead =>
  new RootsAhead([{ layers: LAYERS, scratch: mounted, fresh: scratchDigest(own) }]);
const asked = (layers: readonly string[]) =>
  ({ kind: 'layers', layers, scratch: own, readOnly: false }) as const;

test('the first of the same layers and with nothing on its disk has it', () => {
  const ahead = roots();
  ahead.take(asked(LAYERS));
  assert.is(readFileSync(own, 'latin1'), 'mounted');
  assert.not(existsSync(mounted));
  writeFileSync(own, 'fresh');
  ahead.take(asked(LAYERS));
  assert.is(readFileSync(own, 'latin1'), 'fresh');
});

test('other layers, an order of their own, a disk that was written to, no disk: nobody has it', () => {
  const ahead = roots();
  for (const layers of [['/layers/a'], ['/layers/b', '/layers/a'], [...LAYERS, '/layers/c']]) {
    ahead.take(asked(layers));
  }
  ahead.take({ kind: 'layers', layers: LAYERS, readOnly: false });
  writeFileSync(own, 'used');
  ahead.take(asked(LAYERS));
  assert.is(readFileSync(own, 'latin1'), 'used');
  assert.ok(existsSync(mounted));
});

test('what nobody took is removed', () => {
  const ahead = roots();
  ahead.discard();
  assert.not(existsSync(mounted));
  ahead.take(asked(LAYERS));
  assert.is(readFileSync(own, 'latin1'), 'fresh');
});

test.run();
