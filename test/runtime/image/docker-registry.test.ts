/** Pulls from the registry that Debian packages (docker-registry), to which the test pushes by its own API. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openImageStore } from '../../../runtime/image/image-store.ts';
import { hostPlatform } from '../../../runtime/image/manifest.ts';
import { parseReference } from '../../../runtime/image/reference.ts';
import { pullImage } from '../../../runtime/image/registry/pull-image.ts';
import { skip } from '../../harness/skip.ts';
import { type BuiltImage, buildImage, sha256 } from './image-builder.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const START_DEADLINE_MS = 20_000;

test('an image that was pushed to a registry is pulled, by tag and by digest of its index', async () => {
  if (spawnSync('docker-registry', ['--version']).status !== 0) {
    skip('docker-registry is not installed (apt-get install docker-registry)');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'lcow-test-'));
  const domain = `127.0.0.1:${await freePort()}`;
  const registry = startRegistry(folder, domain);
  try {
    await ready(registry);
    const image = buildImage();
    const digest = await push(domain, image);
    const data = join(folder, 'data');
    const options = { platform: hostPlatform(), environment: { DOCKER_CONFIG: folder } };
    for (const name of ['team/app:1', `team/app@${digest}`]) {
      const record = await pullImage(data, parseReference(`${domain}/${name}`), options);
      assert.is(record.manifestDigest, image.manifestDigest);
    }
    const resolved = await openImageStore(data).resolve(`${domain}/team/app:1`);
    assert.is(resolved.id, image.configDigest);
    const missing = parseReference(`${domain}/team/app:2`);
    const error = await pullImage(data, missing, options).then(String, String);
    assert.match(error, /manifest 2: 404 \(MANIFEST_UNKNOWN: manifest unknown\)/);
  } finally {
    registry.kill('SIGKILL');
    await once(registry, 'close');
    rmSync(folder, { recursive: true, force: true });
  }
});

test.run();

function startRegistry(folder: string, domain: string): ChildProcess {
  const config = join(folder, 'registry.yml');
  writeFileSync(
    config,
    `version: 0.1
log: {level: info, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: ${join(folder, 'registry')}}}
http: {addr: "${domain}"}
`,
  );
  return spawn('docker-registry', ['serve', config], { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Resolves when it says that it listens. */
async function ready(registry: ChildProcess): Promise<void> {
  let told = '';
  const timer = setTimeout(() => registry.kill('SIGKILL'), START_DEADLINE_MS);
  const listening = new Promise<void>((resolve, reject) => {
    registry.stderr?.on('data', (bytes: Buffer) => {
      told += bytes.toString();
      if (told.includes('listening on')) resolve();
    });
    registry.once('close', () => reject(new Error(`docker-registry ended: ${told}`)));
  });
  try {
    await listening;
  } finally {
    clearTimeout(timer);
  }
}

/** Push blobs, manifest, and an index of it with the tag. Returns the index's digest. */
async function push(domain: string, image: BuiltImage): Promise<string> {
  const api = `http://${domain}/v2/team/app`;
  for (const [name, bytes] of image.files) {
    const hex = /^blobs\/sha256\/(.*)$/.exec(name)?.[1];
    if (hex === undefined) continue;
    const begun = await fetch(`${api}/blobs/uploads/`, { method: 'POST' });
    const upload = new URL(begun.headers.get('location') ?? '', api);
    upload.searchParams.set('digest', `sha256:${hex}`);
    const done = await fetch(upload, { method: 'PUT', body: bytes });
    assert.is(done.status, 201, await done.text());
  }
  const hex = image.manifestDigest.slice('sha256:'.length);
  const manifest = image.files.get(`blobs/sha256/${hex}`) as Buffer;
  await putManifest(`${api}/manifests/${image.manifestDigest}`, MANIFEST, manifest);
  const entry = { mediaType: MANIFEST, digest: image.manifestDigest, size: manifest.length };
  const manifests = [{ ...entry, platform: hostPlatform() }];
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }));
  await putManifest(`${api}/manifests/1`, INDEX, index);
  return sha256(index);
}

async function putManifest(url: string, type: string, body: Buffer): Promise<void> {
  const answer = await fetch(url, { method: 'PUT', headers: { 'content-type': type }, body });
  assert.is(answer.status, 201, await answer.text());
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
