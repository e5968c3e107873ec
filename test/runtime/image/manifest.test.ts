/** Manifests and indexes, and the choice of a platform. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Descriptor,
  decodeIndex,
  decodeManifest,
  hostPlatform,
  MEDIA_TYPE,
  selectPlatform,
} from '../../../runtime/image/manifest.ts';

const digest = `sha256:${'0'.repeat(64)}` as const;
const config = { mediaType: MEDIA_TYPE.config, digest, size: 2 };
const layer = { mediaType: MEDIA_TYPE.layerGzip, digest, size: 9 };

function platform(os: string, architecture: string): Descriptor {
  return {
    mediaType: MEDIA_TYPE.manifest,
    digest,
    sizeBytes: 1,
    annotations: {},
    platform: { os, architecture },
  };
}

test('the first manifest of the platform is taken, or else one that names none', () => {
  const amd64 = platform('linux', 'amd64');
  const plain: Descriptor = {
    mediaType: MEDIA_TYPE.manifest,
    digest,
    sizeBytes: 1,
    annotations: {},
  };
  const linux = { os: 'linux', architecture: 'amd64' };
  assert.is(
    selectPlatform([platform('windows', 'amd64'), platform('linux', 'arm64'), amd64], linux),
    amd64,
  );
  assert.is(selectPlatform([platform('unknown', 'unknown'), plain], linux), plain);
  assert.is(selectPlatform([platform('unknown', 'unknown')], linux), undefined);
  assert.equal(hostPlatform('x64'), linux);
  assert.is(hostPlatform('arm64').architecture, 'arm64');
});

for (const [document, message] of [
  [{ schemaVersion: 1 }, /m schemaVersion must be 2: got number 1/],
  [{ schemaVersion: 2, mediaType: MEDIA_TYPE.index }, /m mediaType must be an image manifest/],
  [
    {
      schemaVersion: 2,
      config: { ...config, mediaType: 'application/vnd.cncf.helm.config.v1+json' },
      layers: [],
    },
    /config.mediaType must be the config of a container image: got string "application\/vnd.cncf/,
  ],
  [
    { schemaVersion: 2, config: { ...config, digest: 'sha256:../../etc' }, layers: [] },
    /m config.digest must be a sha256 digest: got string "sha256:..\/..\/etc"/,
  ],
  [
    { schemaVersion: 2, config: { ...config, size: -1 }, layers: [] },
    /m config.size must be a whole number from 0: got number -1/,
  ],
  [{ schemaVersion: 2, config: { ...config, size: 1e300 }, layers: [] }, /config.size/],
  [{ schemaVersion: 2, config }, /m layers must be an array: got nothing/],
  [
    { schemaVersion: 2, config, layers: [layer, { ...layer, mediaType: 'text/plain' }] },
    /m layers\[1\].mediaType must be a tar layer: got string "text\/plain"/,
  ],
  [
    { schemaVersion: 2, config, layers: [{ ...layer, annotations: { a: 1 } }] },
    /layers\[0\].annotations must be an object of strings: got number 1 at/,
  ],
] as const) {
  test(`refused: ${message.source}`, () => {
    assert.throws(() => decodeManifest(document, 'm'), message);
  });
}

test('a platform without os is refused, an unknown field is not', () => {
  const index = {
    schemaVersion: 2,
    manifests: [{ ...config, mediaType: MEDIA_TYPE.manifest, platform: { architecture: 'amd64' } }],
  };
  assert.throws(
    () => decodeIndex(index, 'i'),
    /i manifests\[0\].platform.os must be a string: got nothing/,
  );
  const fine = {
    schemaVersion: 2,
    future: 1,
    manifests: [{ ...config, mediaType: MEDIA_TYPE.manifest, later: true }],
  };
  assert.is(decodeIndex(fine, 'i').length, 1);
});

test.run();
