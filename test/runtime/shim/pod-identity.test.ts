/** Which pod a container of containerd's belongs to, and where containerd is to dial it. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkIdentity, podIdentity, readBundleSpec } from '../../../runtime/shim/pod-identity.ts';

const ASKED = { namespace: 'k8s.io', id: 'c1', address: '/run/containerd/containerd.sock' };
const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
const bundle = mkdtempSync(join(tmpdir(), 'lcow-identity-'));

test('a container alone is its own group, at the address that containerd computes', () => {
  const digest = sha('/run/containerd/containerd.sock/k8s.io/c1');
  assert.equal(podIdentity(ASKED, {}), {
    ...{ groupId: 'c1', podId: `ctr-${digest.slice(0, 16)}` },
    address: `/run/containerd/s/${digest}`,
  });
});

test('an annotation names the group, and that of the runtime comes before that of CRI', () => {
  const cri = { 'io.kubernetes.cri.sandbox-id': 'sandbox' };
  assert.is(podIdentity(ASKED, cri).groupId, 'sandbox');
  const both = { ...cri, 'io.containerd.runc.v2.group': 'mine' };
  assert.is(podIdentity(ASKED, both).groupId, 'mine');
  assert.is(podIdentity(ASKED, { 'io.containerd.runc.v2.group': '' }).groupId, 'c1');
  assert.equal(podIdentity(ASKED, cri), podIdentity({ ...ASKED, id: 'c2' }, cri));
});

test('a path is cleaned as Go cleans it, and namespaces do not meet', () => {
  const odd = { ...ASKED, address: '/run//containerd/./containerd.sock' };
  assert.equal(podIdentity(odd, {}), podIdentity(ASKED, {}));
  assert.is.not(
    podIdentity({ ...ASKED, namespace: 'moby' }, {}).podId,
    podIdentity(ASKED, {}).podId,
  );
});

test('a folder for sockets is respected', () => {
  const { address } = podIdentity(ASKED, {}, '/run/short');
  assert.match(address, /^\/run\/short\/[0-9a-f]{64}$/);
});

test('names that are none of containerd are refused by name', () => {
  for (const id of ['', 'a/b', '../x', 'x'.repeat(300), '-x', 'a b']) {
    assert.throws(() => checkIdentity({ ...ASKED, id }), /-id is "/, id);
  }
  assert.throws(() => checkIdentity({ ...ASKED, namespace: '' }), /-namespace is ""/);
  assert.throws(() => checkIdentity({ ...ASKED, address: '' }), /-address is missing/);
  checkIdentity(ASKED);
});

test('of a bundle the annotations and the network namespace count', () => {
  const spec = {
    annotations: { a: 'b', odd: 5 },
    linux: { namespaces: [{ type: 'pid' }, { type: 'network', path: '/n' }], resources: { x: 1 } },
  };
  writeFileSync(join(bundle, 'config.json'), JSON.stringify(spec));
  assert.equal(readBundleSpec(bundle), {
    ...{ annotations: { a: 'b' }, hasNetworkNamespace: true, resources: { x: 1 } },
  });
  writeFileSync(join(bundle, 'config.json'), '[]');
  assert.equal(readBundleSpec(bundle).hasNetworkNamespace, false);
});

test('a bundle without config.json, or with another file there, is refused with its path', () => {
  writeFileSync(join(bundle, 'config.json'), '{');
  assert.throws(() => readBundleSpec(bundle), /cannot read .*config\.json/);
  rmSync(join(bundle, 'config.json'));
  assert.throws(() => readBundleSpec(bundle), /config\.json.*ENOENT/);
  mkdirSync(join(bundle, 'config.json'));
  assert.throws(() => readBundleSpec(bundle), /config\.json/);
});

test('groups without end are refused', () => {
  const annotations = { 'io.containerd.runc.v2.group': 'g'.repeat(1000) };
  assert.throws(() => podIdentity(ASKED, annotations), /the group's id has 1000 characters/);
});

test.after(() => rmSync(bundle, { recursive: true }));
test.run();
