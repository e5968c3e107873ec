import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { viewBundle } from '../../../runtime/oci/bundle.ts';
import { exampleSpec } from '../../../runtime/oci/commands/spec.ts';
import { podShapeOf } from '../../../runtime/oci/pod-shape.ts';

const folder = mkdtempSync(join(tmpdir(), 'lcow-oci-bundle-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

function view(change: (spec: Record<string, any>) => void = () => undefined) {
  const spec = structuredClone(exampleSpec()) as Record<string, any>;
  change(spec);
  writeFileSync(join(folder, 'config.json'), JSON.stringify(spec));
  return viewBundle(folder);
}

test('the example spec is a bundle with a terminal and a new network', () => {
  const seen = view();
  assert.is(seen.bundle, folder);
  assert.is(seen.rootfs, join(folder, 'rootfs'));
  assert.is(seen.terminal, true);
  assert.is(seen.network, 'new');
  assert.is(seen.cgroupsPath, '');
});

test("a root's absolute path is as it is", () => {
  assert.is(view((spec) => (spec['root'].path = '/merged')).rootfs, '/merged');
});

test("without a network namespace it is the host's network, with a path that one", () => {
  assert.is(view((spec) => (spec['linux'].namespaces = [{ type: 'pid' }])).network, 'host');
  const path = '/var/run/netns/x';
  const joined = view((spec) => (spec['linux'].namespaces = [{ type: 'network', path }]));
  assert.equal(joined.network, { path });
  assert.throws(
    () => view((spec) => (spec['linux'].namespaces = [{ type: 'network', path: 'x' }])),
    /network's path "x" is not absolute/,
  );
});

test("its VM has a network where the bundle has the host's or an annotation says so", async () => {
  const networkOf = async (change: (spec: Record<string, any>) => void) =>
    (await podShapeOf(view(change))).network;
  assert.is(await networkOf(() => undefined), 'none');
  assert.is(await networkOf((spec) => delete spec['linux'].namespaces), 'user');
  const annotated = (network: string) =>
    networkOf((spec) => (spec['annotations'] = { 'io.lcow.network': network }));
  assert.is(await annotated('user'), 'user');
  const refused = await annotated('bridge').catch((error: Error) => error.message);
  assert.match(refused, /io\.lcow\.network.*bridge/);
});

test('what is missing or wrong is named', () => {
  const wrong: readonly (readonly [(spec: Record<string, any>) => void, RegExp])[] = [
    [(spec) => delete spec['root'], /root is no object/],
    [(spec) => (spec['root'].path = ''), /root\.path is missing/],
    [(spec) => delete spec['process'], /process is no object/],
    [(spec) => (spec['process'].args = 'sh'), /process\.args is no list/],
    [(spec) => delete spec['ociVersion'], /ociVersion is missing/],
    [(spec) => (spec['linux'].cgroupsPath = 7), /linux\.cgroupsPath is no text/],
    [(spec) => (spec['annotations'] = { a: 1 }), /annotations\.a is no text/],
    [(spec) => (spec['linux'].namespaces = {}), /linux\.namespaces is no list/],
    [(spec) => (spec['linux'].namespaces = [1]), /linux\.namespaces\[0\] is no object/],
  ];
  for (const [change, expected] of wrong) assert.throws(() => view(change), expected);
});

test('a bundle without config.json, with one that is not JSON, or too large, is refused', () => {
  assert.throws(() => viewBundle(join(folder, 'none')), /no such file or directory/);
  writeFileSync(join(folder, 'config.json'), '{');
  assert.throws(() => viewBundle(folder), /config\.json: it is not JSON/);
  writeFileSync(join(folder, 'config.json'), 'x'.repeat(2 ** 20 + 1));
  assert.throws(() => viewBundle(folder), /more than 1048576/);
});

test.run();
