/** Pulls from the registry that Debian packages (docker-registry), to which the test pushes by its own API. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openImageStore } from '../../../runtime/image/image-store.ts';
import { hostPlatform } from '../../../runtime/image/manifest.ts';
import { parseReference } from '../../../runtime/image/reference.ts';
import { pullImage } from '../../../runtime/image/registry/pull-image.ts';
import { freePort } from '../../harness/free-port.ts';
import { skip } from '../../harness/skip.ts';
import { type BuiltImage, buildImage, sha256 } from './image-builder.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const START_DEADLINE_MS = 20_000;

test('an image that was pushed to a registry is pulled, by tag and by digest of its index', async () => {
  if (!installed(['docker-registry', '--version'])) return;
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

test('from a registry that is another host an image comes by https, of an authority that is known', async () => {
  if (!installed(['docker-registry', '--version'], ['openssl', 'version'])) return;
  const folder = mkdtempSync(join(tmpdir(), 'lcow-test-'));
  // Not one of the names that are this very host.
  const host = '127.0.0.2';
  const domain = `${host}:${await freePort(host)}`;
  const plain = startRegistry(folder, domain);
  let registry: ChildProcess | undefined;
  try {
    await ready(plain);
    const image = buildImage();
    await push(domain, image);
    plain.kill('SIGKILL');
    await once(plain, 'close');
    const certificate = selfSigned(folder, host);
    registry = startRegistry(folder, domain, certificate);
    await ready(registry);
    assert.match(await pullElsewhere(folder, domain), /self-signed certificate/);
    const pulled = await pullElsewhere(folder, domain, certificate);
    assert.is(pulled, image.manifestDigest);
  } finally {
    plain.kill('SIGKILL');
    registry?.kill('SIGKILL');
    if (registry !== undefined && registry.exitCode === null && registry.signalCode === null) {
      await once(registry, 'close');
    }
    rmSync(folder, { recursive: true, force: true });
  }
});

test.run();

/** Whether these programs run here; says which one does not. */
function installed(...programs: readonly (readonly [program: string, option: string])[]): boolean {
  const missing = programs.find(([program, option]) => spawnSync(program, [option]).status !== 0);
  if (missing === undefined) return true;
  skip(`${missing[0]} is not installed (apt-get install ${missing[0]})`);
  return false;
}

/** A certificate of the address, which is its own authority; its key is beside it. */
function selfSigned(folder: string, address: string): string {
  const file = join(folder, 'registry.pem');
  const { status, stderr } = spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-subj', '/CN=registry', '-addext', `subjectAltName=IP:${address}`, '-days', '2'],
    ...['-keyout', `${file}.key`, '-out', file],
  ]);
  assert.is(status, 0, String(stderr));
  return file;
}

/** Pulls team/app:1 by a process of its own: Node reads the authorities that it is given when it starts. */
async function pullElsewhere(folder: string, domain: string, authority?: string): Promise<string> {
  const { NODE_EXTRA_CA_CERTS: _unused, ...env } = process.env;
  const module = (path: string): string =>
    JSON.stringify(join(import.meta.dirname, '../../../runtime/image', path));
  const program = `
    import { hostPlatform } from ${module('manifest.js')};
    import { parseReference } from ${module('reference.js')};
    import { pullImage } from ${module('registry/pull-image.js')};
    const options = { platform: hostPlatform(), environment: { DOCKER_CONFIG: ${JSON.stringify(folder)} } };
    const reference = parseReference(${JSON.stringify(`${domain}/team/app:1`)});
    pullImage(${JSON.stringify(join(folder, 'data'))}, reference, options).then(
      ({ manifestDigest }) => process.stdout.write(manifestDigest),
      (error) => process.stdout.write(String(error)),
    );`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    env: { ...env, ...(authority === undefined ? {} : { NODE_EXTRA_CA_CERTS: authority }) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return text(child.stdout);
}

/** @param certificate with its key beside it; absent: http */
function startRegistry(folder: string, domain: string, certificate?: string): ChildProcess {
  const config = join(folder, 'registry.yml');
  const tls =
    certificate === undefined
      ? ''
      : `, tls: {certificate: ${certificate}, key: ${certificate}.key}`;
  writeFileSync(
    config,
    `version: 0.1
log: {level: info, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: ${join(folder, 'registry')}}}
http: {addr: "${domain}"${tls}}
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
