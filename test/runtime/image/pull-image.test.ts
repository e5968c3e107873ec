/** Images from a registry: what is taken, what is refused, and what a registry cannot make us do. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { RuntimeError } from '../../../runtime/errors.ts';
import type { ImageRecord } from '../../../runtime/image/image-record.ts';
import { openImageStore } from '../../../runtime/image/image-store.ts';
import { linuxOn, openStoredImage } from '../../../runtime/image/layered-image.ts';
import { hostPlatform } from '../../../runtime/image/manifest.ts';
import { parseReference } from '../../../runtime/image/reference.ts';
import { parseChallenges } from '../../../runtime/image/registry/challenge.ts';
import { pullImage, type PullOptions } from '../../../runtime/image/registry/pull-image.ts';
import { mayAsk, registryUrl } from '../../../runtime/image/registry/registry-address.ts';
import { rejection } from '../../harness/rejection.ts';
import { buildTar, file } from '../rootfs/tar-builder.ts';
import { FakeRegistry } from './fake-registry.ts';
import { type BuiltLayer, buildImage, buildLayer, imageConfig, sha256 } from './image-builder.ts';

interface Bench {
  registry: FakeRegistry;
  folder: string;
  data: string;
  pull: (name: string, options?: Partial<PullOptions>) => Promise<ImageRecord>;
  /** The pull's error, after which the store is as good as empty. */
  refused: (name: string, options?: Partial<PullOptions>) => Promise<RuntimeError>;
}

const test = suite<Bench>('pullImage');

test.before.each(async (bench) => {
  bench.registry = await FakeRegistry.start();
  bench.folder = mkdtempSync(join(tmpdir(), 'lcow-test-'));
  bench.data = join(bench.folder, 'data');
  bench.pull = (name, options = {}) =>
    pullImage(bench.data, parseReference(`${bench.registry.domain}/${name}`), {
      platform: hostPlatform(),
      times: { silenceMs: 10_000, retryMs: 1 },
      environment: { DOCKER_CONFIG: bench.folder },
      ...options,
    });
  bench.refused = async (name, options) => {
    const error = (await rejection(bench.pull(name, options))) as RuntimeError;
    assert.instance(error, RuntimeError, String(error));
    assert.equal(await openImageStore(bench.data).list(), []);
    for (const folder of ['tmp', 'leases', 'layers/tmp']) {
      const path = join(bench.data, folder);
      assert.equal(existsSync(path) ? readdirSync(path) : [], [], folder);
    }
    return error;
  };
});

test.after.each(async ({ registry, folder }) => {
  await registry[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

function dockerConfig(folder: string, config: unknown): void {
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
}

/** A layer that does not compress. */
function bigLayer(bytes: number): BuiltLayer {
  const tar = buildTar([file('hello', randomBytes(bytes))]);
  return { tar, blob: tar };
}

async function textOf(data: string, name: string): Promise<string> {
  const image = openStoredImage(data, parseReference(name), hostPlatform(), 'test');
  const parts: Buffer[] = [];
  for await (const part of image?.layers[0]?.open() ?? []) parts.push(part);
  return sha256(Buffer.concat(parts));
}

test('an image is in the store as one that was imported, and nothing of it is fetched twice', async ({
  registry,
  data,
  pull,
}) => {
  const image = buildImage();
  registry.push(image, 'latest');
  const record = await pull('web/app');
  const name = `${registry.domain}/web/app:latest`;
  assert.is(record.name, name);
  assert.is(record.manifestDigest, image.manifestDigest);
  const resolved = await openImageStore(data).resolve(name);
  assert.is(resolved.id, image.configDigest);
  assert.ok(resolved.layers.every((path) => existsSync(path)));
  assert.is(await textOf(data, name), sha256(image.layers[0]?.blob ?? ''));
  assert.is(registry.paths.length, 4);
  await pull('web/app:latest');
  assert.equal(registry.paths.slice(4), ['manifests/latest']);
});

test('of an index the platform’s manifest is taken, of OCI’s and of Docker’s', async ({
  registry,
  pull,
  refused,
}) => {
  const image = buildImage();
  registry.push(image, 'plain');
  const manifest = registry.manifests.get('plain')?.bytes as Buffer;
  const other = { digest: sha256('other'), size: 5, platform: linuxOn('s390x') };
  const own = { digest: sha256(manifest), size: manifest.length, platform: hostPlatform() };
  const types = [
    [
      'oci',
      'application/vnd.oci.image.index.v1+json',
      'application/vnd.oci.image.manifest.v1+json',
    ],
    [
      'docker',
      'application/vnd.docker.distribution.manifest.list.v2+json',
      'application/vnd.docker.distribution.manifest.v2+json',
    ],
  ] as const;
  for (const [tag, type, mediaType] of types) {
    const manifests = [other, own].map((each) => ({ ...each, mediaType }));
    const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: type, manifests }));
    registry.pushManifest(tag, index, type);
    if (tag === 'oci') {
      const error = await refused(`app:${tag}`, { platform: linuxOn('riscv64') });
      assert.is(error.code, 'unsupported');
      assert.match(error.message, /it has no linux\/riscv64, only: linux\/s390x, linux\/amd64/);
    }
    const { domain } = registry;
    if (tag === 'docker') {
      // Docker's manifest has its own type inside.
      registry.manifests.set(image.manifestDigest, {
        bytes: manifest,
        type: 'application/vnd.docker.distribution.manifest.v2+json',
      });
    }
    assert.is((await pull(`app:${tag}`)).manifestDigest, image.manifestDigest, domain);
  }
});

test('by digest it is what has the digest, and replaces no tag', async ({
  registry,
  data,
  pull,
  refused,
}) => {
  registry.push(buildImage({ layers: [buildLayer('new')] }), 'latest');
  const pinned = buildImage({ layers: [buildLayer('old')] });
  registry.push(pinned, 'old');
  const manifest = registry.manifests.get('old')?.bytes as Buffer;
  const type = 'application/vnd.oci.image.index.v1+json';
  const descriptor = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: pinned.manifestDigest,
    size: manifest.length,
  };
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [descriptor] }));
  registry.pushManifest('index', index, type);
  const name = `app@${sha256(index)}`;
  registry.manifests.set(sha256(index), { bytes: Buffer.from('{"schemaVersion":2}'), type });
  assert.is((await refused(name)).code, 'data-loss');
  registry.pushManifest('index', index, type);
  await pull('app');
  await pull(name);
  const found = (text: string): string | undefined => {
    const reference = parseReference(`${registry.domain}/${text}`);
    return openStoredImage(data, reference, hostPlatform(), 'test')?.manifestDigest;
  };
  assert.is(found(name), pinned.manifestDigest);
  assert.is.not(found('app'), pinned.manifestDigest);
  assert.is(found(`app@sha256:${'0'.repeat(64)}`), undefined);
});

test('a token is asked for as the registry says, with what docker login left', async ({
  registry,
  folder,
  pull,
  refused,
}) => {
  registry.push(buildImage(), 'latest');
  registry.wanted = 'Bearer t0ken';
  await using tokens = await FakeRegistry.start();
  registry.challenge = `Bearer realm="http://${tokens.domain}/token",service="a, b",scope="repository:app:pull"`;
  const basic = `Basic ${Buffer.from('me:se:cret').toString('base64')}`;
  tokens.instead = ({ headers }, response) => {
    const isKnown = headers.authorization === basic;
    response.writeHead(isKnown ? 200 : 401).end(isKnown ? '{"token":"t0ken"}' : '');
    return true;
  };
  const error = await refused('app');
  assert.is(error.code, 'permission-denied');
  assert.match(error.message, /token of 127.* 401; there is no .*config\.json with credentials/);
  const auth = Buffer.from('me:se:cret').toString('base64');
  dockerConfig(folder, { auths: { [`https://${registry.domain}/v2/`]: { auth } } });
  await pull('app');
  assert.match(
    tokens.seen.at(-1)?.url ?? '',
    /^\/token\?service=a%2C\+b&scope=repository%3Aapp%3Apull$/,
  );
  assert.not.ok(registry.seen.some(({ authorization }) => authorization === basic));
});

test('what is no token, and a token server that may not be asked, are refused', async ({
  registry,
  refused,
}) => {
  registry.wanted = 'Bearer t0ken';
  registry.challenge = 'Bearer realm="http://registry.example/token"';
  assert.match(
    (await refused('app')).message,
    /token server to http:\/\/registry\.example is refused/,
  );
  registry.challenge = `Bearer realm="http://${registry.domain}/token"`;
  for (const answer of ['{"token":"a\\r\\nb: c"}', '{}', `{"token":"${'x'.repeat(70_000)}"}`]) {
    registry.instead = ({ url }, response) => {
      if (url?.startsWith('/token') !== true) return false;
      response.end(answer);
      return true;
    };
    assert.match((await refused('app')).message, /token of .*: the answer has none/);
  }
});

test('user and password are sent where they are asked for; who keeps them elsewhere is told', async ({
  registry,
  folder,
  pull,
  refused,
}) => {
  registry.push(buildImage(), 'latest');
  const auth = Buffer.from('me:secret').toString('base64');
  registry.wanted = `Basic ${auth}`;
  registry.challenge = 'Basic realm="here"';
  dockerConfig(folder, { auths: { [registry.domain]: {} }, credsStore: 'desktop' });
  const error = await refused('app');
  assert.is(error.code, 'permission-denied');
  assert.match(error.message, /"docker-credential-desktop", and credential helpers are not run/);
  dockerConfig(folder, { auths: { [registry.domain]: { auth: 'bm9jb2xvbg==' } } });
  assert.match((await refused('app')).message, /auth of 127.* is no base64 of USER:PASSWORD/);
  writeFileSync(join(folder, 'config.json'), '{"auths": "secret" ');
  const broken = await refused('app');
  assert.match(broken.message, /config\.json: it is no JSON object/);
  assert.not.match(broken.message, /secret/);
  dockerConfig(folder, { auths: { [registry.domain]: { auth } } });
  await pull('app');
  assert.is(registry.seen[0]?.authorization, undefined);
  dockerConfig(folder, {
    auths: { [registry.domain]: { auth: Buffer.from('me:wrong').toString('base64') } },
  });
  registry.push(buildImage({ layers: [buildLayer('x')] }), 'two');
  const wrong = await pull('app:two').then(String, String);
  assert.match(wrong, /manifest two: 401 \(UNAUTHORIZED: authentication required\)/);
});

test('a redirect is followed without what authorizes us, and only where it may lead', async ({
  registry,
  folder,
  pull,
  refused,
}) => {
  const image = buildImage();
  registry.push(image, 'latest');
  const auth = Buffer.from('me:secret').toString('base64');
  registry.wanted = `Basic ${auth}`;
  registry.challenge = 'Basic realm="here"';
  dockerConfig(folder, { auths: { [registry.domain]: { auth } } });
  await using store = await FakeRegistry.start();
  store.push(image, 'latest');
  let target = 'http://blobs.example';
  registry.instead = ({ url }, response) => {
    if (url?.includes('/blobs/') !== true) return false;
    response.writeHead(307, { location: `${target}${url}` }).end();
    return true;
  };
  const error = await refused('app');
  assert.is(error.code, 'permission-denied');
  assert.match(error.message, /its redirect to http:\/\/blobs\.example is refused/);
  target = `http://${registry.domain}`;
  assert.match((await refused('app')).message, /more than 5 redirects/);
  target = `http://${store.domain}`;
  await pull('app');
  assert.is(store.seen.length, 3);
  assert.equal(
    store.seen.map(({ authorization }) => authorization),
    [undefined, undefined, undefined],
  );
});

test('what has not its digest or size is refused, and the store stays as it was', async ({
  registry,
  refused,
}) => {
  const image = buildImage({ layers: [buildLayer('one')] });
  registry.push(image, 'latest');
  const layer = sha256(image.layers[0]?.blob ?? '');
  const whole = registry.blobs.get(layer) as Buffer;
  const wrong = Buffer.from(whole);
  wrong.writeUInt8(wrong.readUInt8(4) ^ 1, 4);
  const cases: [string, string, Buffer, RegExp][] = [
    ['a layer that differs', layer, wrong, /digest is sha256:/],
    ['a longer layer', layer, Buffer.concat([whole, whole]), /is longer than the \d+ bytes/],
    ['a shorter layer', layer, whole.subarray(0, 50), /ended after 50 of \d+ bytes/],
    ['a config that differs', image.configDigest, Buffer.from('{}'), /ended after 2 of|digest/],
  ];
  for (const [what, digest, bytes, expected] of cases) {
    const kept = registry.blobs.get(digest) as Buffer;
    registry.blobs.set(digest, bytes);
    const error = await refused('app');
    assert.is(error.code, 'data-loss', what);
    assert.match(error.message, expected, what);
    assert.match(error.message, `cannot pull ${registry.domain}/app:latest from`, what);
    registry.blobs.set(digest, kept);
  }
});

test('where the connection breaks the rest is asked for, of who knows no ranges all', async ({
  registry,
  data,
  pull,
}) => {
  for (const knowsRanges of [true, false]) {
    const layer = bigLayer(300_000);
    registry.push(buildImage({ layers: [layer] }), 'latest');
    const digest = sha256(layer.blob);
    registry.seen.length = 0;
    let breaks = 2;
    registry.instead = (request, response) => {
      if (request.url?.endsWith(digest) !== true) return false;
      if (!knowsRanges) delete request.headers.range;
      if (breaks === 0) return false;
      const from = Number(/\d+/.exec(request.headers.range ?? '0')?.[0]);
      const length = layer.blob.length - from;
      response.writeHead(from === 0 ? 200 : 206, {
        'content-length': length,
        ...(from > 0 && { 'content-range': `bytes ${from}-${layer.blob.length - 1}/*` }),
      });
      response.write(layer.blob.subarray(from, from + 100_000), () => response.destroy());
      breaks -= 1;
      return true;
    };
    await pull('app');
    assert.is(await textOf(data, `${registry.domain}/app`), digest);
    const ranges = registry.seen
      .filter(({ url }) => url.endsWith(digest))
      .map(({ range }) => range);
    assert.is(ranges.length, 3);
    assert.is(ranges[0], undefined);
    assert.match(ranges[1] ?? '', /^bytes=[1-9]\d*-$/);
  }
});

test('a connection that always breaks is given up, and so are bytes from elsewhere', async ({
  registry,
  refused,
}) => {
  const layer = bigLayer(100_000);
  registry.push(buildImage({ layers: [layer] }), 'latest');
  let contentRange = '';
  registry.instead = ({ url, headers }, response) => {
    if (url?.endsWith(sha256(layer.blob)) !== true) return false;
    if (headers.range !== undefined && contentRange !== '') {
      response.writeHead(206, { 'content-range': contentRange }).end(layer.blob);
      return true;
    }
    response.writeHead(headers.range === undefined ? 200 : 500);
    response.write(layer.blob.subarray(0, 1000), () => response.destroy());
    return true;
  };
  assert.is((await refused('app')).code, 'unavailable');
  assert.is(registry.paths.filter((path) => path.startsWith('blobs')).length, 1 + 4);
  contentRange = 'bytes 5-99/100';
  const error = await refused('app');
  assert.is(error.code, 'data-loss');
  assert.match(error.message, /bytes from 1000 on were asked for, not from 5/);
});

test('manifests are bounded, known types, and of images', async ({ registry, refused }) => {
  const type = 'application/vnd.oci.image.manifest.v1+json';
  registry.pushManifest('huge', Buffer.alloc(4 * 2 ** 20 + 1, ' '), type);
  assert.match((await refused('app:huge')).message, /manifest huge is longer than 4194304 bytes/);
  registry.pushManifest('text', Buffer.from('no JSON'), type);
  assert.is((await refused('app:text')).code, 'invalid-argument');
  const old = 'application/vnd.docker.distribution.manifest.v1+prettyjws';
  registry.pushManifest('old', Buffer.from('{"schemaVersion":1}'), old);
  const error = await refused('app:old');
  assert.is(error.code, 'unsupported');
  assert.match(error.message, /its manifest is of the type "application\/vnd\.docker/);
  const arm = [buildLayer('arm')];
  const config = (): unknown => ({ ...imageConfig(arm), architecture: 'arm64' });
  registry.push(buildImage({ layers: arm, config }), 'arm');
  assert.match(
    (await refused('app:arm')).message,
    /it is for linux\/arm64, wanted is linux\/amd64/,
  );
});

test('statuses have codes, and what a registry says is one line of printable text', async ({
  registry,
  refused,
}) => {
  const absent = await refused('app:none');
  assert.is(absent.code, 'not-found');
  assert.match(absent.message, /manifest none: 404 \(MANIFEST_UNKNOWN: not known\)/);
  assert.is(registry.seen.length, 1);
  const message = `\u001b[2J\n\u202e${'x'.repeat(5000)}`;
  registry.instead = (_, response) => {
    response.writeHead(403).end(JSON.stringify({ errors: [{ code: 'DENIED', message }] }));
    return true;
  };
  const denied = await refused('app');
  assert.is(denied.code, 'permission-denied');
  assert.match(denied.message, /403 \(DENIED: \?\[2J\?\?x+\.\.\.\)/);
  assert.ok(denied.message.length < 600);
});

test('a registry that is not there is named', async ({ folder }) => {
  const gone = await FakeRegistry.start();
  const { domain } = gone;
  await gone[Symbol.asyncDispose]();
  const pulling = pullImage(folder, parseReference(`${domain}/app`), {
    platform: hostPlatform(),
    times: { silenceMs: 10_000, retryMs: 1 },
  });
  const error = (await rejection(pulling)) as RuntimeError;
  assert.is(error.code, 'unavailable');
  assert.match(
    error.message,
    `cannot pull ${domain}/app:latest from ${domain}: manifest latest at ${domain}: connect ECONNREFUSED`,
  );
});

test('429 and 5xx are asked again, as patiently as the registry wants within reason', async ({
  registry,
  pull,
  refused,
}) => {
  registry.push(buildImage(), 'latest');
  let answers: [number, Record<string, string>][] = [];
  registry.instead = (_, response) => {
    const next = answers.shift();
    if (next !== undefined) response.writeHead(...next).end('<html>');
    return next !== undefined;
  };
  answers = [500, 502, 503, 500].map((status) => [status, {}]);
  const error = await refused('app');
  assert.is(error.code, 'unavailable');
  assert.match(error.message, /manifest latest: 500$/);
  answers = [[429, { 'retry-after': '3600' }]];
  assert.is((await refused('app')).code, 'resource-exhausted');
  assert.equal(answers, []);
  answers = [
    [429, { 'retry-after': '0' }],
    [503, {}],
  ];
  await pull('app');
});

test('a registry that says nothing is given up; a slow one is not', async ({
  registry,
  pull,
  refused,
}) => {
  const layer = bigLayer(2000);
  registry.push(buildImage({ layers: [layer] }), 'latest');
  const times = { silenceMs: 150, retryMs: 1 };
  registry.instead = () => true;
  assert.is((await refused('app', { times })).code, 'timeout');
  registry.instead = ({ url }, response) => {
    if (url?.endsWith(sha256(layer.blob)) !== true) return false;
    response.writeHead(200).write(layer.blob.subarray(0, 10));
    return true;
  };
  assert.match((await refused('app', { times })).message, /blob sha256:.*nothing came for 150 ms/);
  registry.instead = ({ url }, response) => {
    if (url?.endsWith(sha256(layer.blob)) !== true) return false;
    response.writeHead(200);
    let at = 0;
    const timer = setInterval(() => {
      response.write(layer.blob.subarray(at, at + 256));
      at += 256;
      if (at < layer.blob.length) return;
      clearInterval(timer);
      response.end();
    }, 100);
    return true;
  };
  const begun = performance.now();
  await pull('app', { times: { silenceMs: 1000, retryMs: 1 } });
  assert.ok(performance.now() - begun > 1000, 'it took longer than silence may');
});

test('one that is cancelled leaves nothing half-made, and the next goes on with the layer it was in', async ({
  registry,
  data,
  pull,
  refused,
}) => {
  const layers = [buildLayer('one'), bigLayer(100_000)];
  registry.push(buildImage({ layers }), 'latest');
  const first = sha256(layers[0]?.blob ?? '');
  const second = sha256(layers[1]?.blob ?? '');
  const controller = new AbortController();
  registry.instead = ({ url }, response) => {
    if (url?.endsWith(second) !== true) return false;
    response.writeHead(200);
    response.write(layers[1]?.blob.subarray(0, 1000), () => {
      const kept = join(data, 'content', 'blobs', 'sha256', first.slice(7));
      const timer = setInterval(() => {
        if (!existsSync(kept)) return;
        clearInterval(timer);
        controller.abort(new RuntimeError('cancelled', 'test', 'SIGINT came first'));
      }, 5);
    });
    return true;
  };
  const error = await refused('app', { signal: controller.signal });
  assert.is(error.code, 'cancelled');
  registry.instead = () => false;
  registry.seen.length = 0;
  await pull('app');
  assert.not.ok(registry.paths.includes(`blobs/${first}`));
  assert.ok(registry.paths.includes(`blobs/${second}`));
});

test('registries are asked by https, on this host by http', () => {
  const of = (name: string): string => registryUrl(parseReference(name)).href;
  assert.is(of('busybox'), 'https://registry-1.docker.io/');
  assert.is(of('ghcr.io/a/b'), 'https://ghcr.io/');
  assert.is(of('localhost/a'), 'http://localhost/');
  assert.is(of('127.0.0.1:5000/a'), 'http://127.0.0.1:5000/');
  assert.is(of('[::1]:5000/a'), 'http://[::1]:5000/');
  assert.is(of('localhost.example.org/a'), 'https://localhost.example.org/');
  const far = new URL('https://ghcr.io/');
  const near = new URL('http://localhost:5000/');
  assert.ok(mayAsk(new URL('https://cdn.example/x'), far));
  assert.not.ok(mayAsk(new URL('http://cdn.example/x'), near));
  assert.not.ok(mayAsk(new URL('http://127.0.0.1/x'), far));
  assert.not.ok(mayAsk(new URL('https://a:b@cdn.example/x'), far));
  assert.not.ok(mayAsk(new URL('file:///etc/passwd'), near));
});

test('challenges are read as their grammar has them', () => {
  const read = (header: string): unknown =>
    parseChallenges(header).map(({ scheme, parameters }) => [
      scheme,
      Object.fromEntries(parameters),
    ]);
  assert.equal(read('Bearer realm="https://a/b?c=d,e",Service=x , scope="a\\"b"'), [
    ['bearer', { realm: 'https://a/b?c=d,e', service: 'x', scope: 'a"b' }],
  ]);
  assert.equal(read('Negotiate, Basic realm="x", Bearer realm=y'), [
    ['negotiate', {}],
    ['basic', { realm: 'x' }],
    ['bearer', { realm: 'y' }],
  ]);
  for (const text of ['', '=', '"', 'realm="x"', `Bearer realm="${'\\'.repeat(9000)}`]) read(text);
});

test.run();
