/**
 * Documents by build against golden files, and each against the published schema of its build's SDK.
 * LCOW_UPDATE_GOLDEN=1 writes the files anew; read the difference before it is kept.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeComputeSystemDocument } from '../../../hcs/document/decode-compute-system.ts';
import { HCS_SDKS, hcsDefinitions, schemaValidator } from '../../harness/hcs-schema.ts';
import { repositoryRoot } from '../../harness/repository-root.ts';
import { skip } from '../../harness/skip.ts';
import { GOLDEN_DOCUMENTS } from './golden-documents.ts';

const FOLDER = join(repositoryRoot(), 'test/hcs/document/golden');

if (process.env['LCOW_UPDATE_GOLDEN'] === '1') {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  for (const { file, make } of GOLDEN_DOCUMENTS) {
    writeFileSync(join(FOLDER, file), `${JSON.stringify(make(), null, 2)}\n`);
  }
}

test('there are at least 40 golden documents, and no file that nobody makes', () => {
  const files = GOLDEN_DOCUMENTS.map(({ file }) => file).sort();
  assert.ok(files.length >= 40, `${files.length}`);
  assert.equal(readdirSync(FOLDER).sort(), files);
});

for (const { file, make } of GOLDEN_DOCUMENTS) {
  test(`${file} is what is built, and is read as it stands`, () => {
    const golden: unknown = JSON.parse(readFileSync(join(FOLDER, file), 'utf8'));
    assert.equal(JSON.parse(JSON.stringify(make())), golden);
    assert.equal(decodeComputeSystemDocument(golden), golden);
  });
}

/** The SDK of a build: 1809, 1903, 2004, 2104 and, for all later ones, the newest that is published. */
function sdkOf(build: number): (typeof HCS_SDKS)[number] {
  if (build < 18286) return HCS_SDKS[0];
  if (build < 19041) return HCS_SDKS[1];
  if (build < 20348) return HCS_SDKS[2];
  if (build < 22000) return HCS_SDKS[3];
  return HCS_SDKS[4];
}

for (const sdk of HCS_SDKS) {
  const definitions = hcsDefinitions(sdk);
  if (definitions === undefined) {
    skip(`Microsoft's schema file ${sdk.file} is not at hand (LCOW_SHARED)`);
    continue;
  }
  const validate = schemaValidator(definitions, 'ComputeSystem');
  const ofSdk = GOLDEN_DOCUMENTS.filter(({ build }) => sdkOf(build) === sdk);
  test(`${ofSdk.length} golden documents are valid in ${sdk.file}, named fields apart`, () => {
    assert.ok(ofSdk.length >= 5, `${ofSdk.length}`);
    for (const { file, unpublished } of ofSdk) {
      const document: unknown = JSON.parse(readFileSync(join(FOLDER, file), 'utf8'));
      const expected = unpublished.map((path) => {
        const at = path.lastIndexOf('/');
        const additionalProperty = JSON.stringify(path.slice(at + 1));
        return `/${path.slice(0, at)} must NOT have additional properties {"additionalProperty":${additionalProperty}}`;
      });
      assert.equal(validate(document).sort(), expected.sort(), file);
    }
  });
}

test.run();
