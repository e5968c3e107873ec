/** The bill of materials follows SPDX 2.3, says what is in the image, and says it the same way each time. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { file } from '../../runtime/rootfs/tar-builder.ts';
import { inTemporaryFolder } from '../temporary-folder.ts';
import { Images, rootOf } from './image-bench.ts';

interface Spdx {
  [field: string]: unknown;
  packages: { SPDXID: string; name: string; versionInfo?: string; [field: string]: any }[];
  relationships: { spdxElementId: string; relationshipType: string; relatedSpdxElement: string }[];
}

const APK = 'P:musl\nV:1.2.4-r1\nA:x86_64\nL:MIT\n\nP:odd\nV:2\nL:Custom License\n\n';
const DPKG =
  'Package: libc6\nStatus: install ok installed\nVersion: 2.36-9\nArchitecture: amd64\n\n' +
  'Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n\n';

async function withSbom(body: (sbom: Spdx, text: string) => void): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const images = new Images()
      .addKernel()
      .add('alpine:3', [[file('lib/apk/db/installed', APK)]])
      .add('debian:12', [[file('var/lib/dpkg/status', DPKG)]]);
    const yaml =
      'kernel: {image: k:1}\ninit: [alpine:3]\nservices: [{name: d, image: debian:12}, {name: e, image: debian:12}]\n';
    const root = await rootOf(folder, yaml, images);
    const text = root.get('sbom.spdx.json')?.data.toString() ?? '';
    body(JSON.parse(text) as Spdx, text);
  });
}

test('every element has what SPDX 2.3 requires', async () => {
  await withSbom((sbom) => {
    assert.is(sbom['spdxVersion'], 'SPDX-2.3');
    assert.is(sbom['dataLicense'], 'CC0-1.0');
    assert.is(sbom['SPDXID'], 'SPDXRef-DOCUMENT');
    assert.is(sbom['name'], 'test');
    const namespace = new URL(sbom['documentNamespace'] as string);
    assert.is(namespace.hash, '');
    const creation = sbom['creationInfo'] as { created: string; creators: string[] };
    assert.match(creation.created, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    for (const creator of creation.creators)
      assert.match(creator, /^(Tool|Person|Organization): \S+$/);
    const ids = sbom.packages.map(({ SPDXID }) => SPDXID);
    assert.is(new Set(ids).size, ids.length, 'ids are unique');
    for (const each of sbom.packages) {
      assert.match(each.SPDXID, /^SPDXRef-[A-Za-z0-9.-]+$/);
      assert.type(each.name, 'string');
      assert.is(each['downloadLocation'], 'NOASSERTION');
      assert.is(each['filesAnalyzed'], false);
      assert.match(each['licenseDeclared'], /^[A-Za-z0-9.+ -]+$/);
      for (const { algorithm, checksumValue } of each['checksums'] ?? []) {
        assert.is(algorithm, 'SHA256');
        assert.match(checksumValue, /^[0-9a-f]{64}$/);
      }
      for (const { referenceCategory, referenceType, referenceLocator } of each['externalRefs'] ??
        []) {
        assert.equal([referenceCategory, referenceType], ['PACKAGE-MANAGER', 'purl']);
        assert.match(referenceLocator, /^pkg:(oci|apk|deb)\/[^\s@]+@[^\s@]+$/);
      }
    }
    for (const { spdxElementId, relatedSpdxElement } of sbom.relationships) {
      for (const id of [spdxElementId, relatedSpdxElement]) {
        assert.ok(id === 'SPDXRef-DOCUMENT' || ids.includes(id), id);
      }
    }
    // Everything but the document itself is in something.
    const inside = sbom.relationships.map(({ relatedSpdxElement }) => relatedSpdxElement);
    assert.equal([...inside].sort(), [...ids].sort());
  });
});

test('images, each once, and the packages in them are there, with licenses that SPDX knows', async () => {
  await withSbom((sbom) => {
    assert.equal(
      sbom.packages.map(({ name, versionInfo }) => `${name} ${versionInfo ?? ''}`.trim()),
      ['test', 'k 1', 'alpine 3', 'musl 1.2.4-r1', 'odd 2', 'debian 12', 'libc6 2.36-9'],
    );
    const [, , , musl, odd] = sbom.packages;
    assert.is(musl?.['licenseDeclared'], 'MIT');
    assert.equal(
      [odd?.['licenseDeclared'], odd?.['licenseComments']],
      ['NOASSERTION', 'its package says: Custom License'],
    );
    const id = (name: string): string | undefined =>
      sbom.packages.find((each) => each.name === name)?.SPDXID;
    assert.ok(
      sbom.relationships.some(
        ({ spdxElementId, relationshipType, relatedSpdxElement }) =>
          spdxElementId === id('debian') &&
          relationshipType === 'CONTAINS' &&
          relatedSpdxElement === id('libc6'),
      ),
    );
  });
});

test('two builds say the same, and it has no time of its own', async () => {
  const texts: string[] = [];
  await withSbom((_, text) => texts.push(text));
  await withSbom((_, text) => texts.push(text));
  assert.is(texts[0], texts[1]);
});

test.run();
