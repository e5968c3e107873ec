/** Claims against sockets of parked supervisors that are none. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { PodShape } from '../../../runtime/container/container-record.ts';
import { claimParked } from '../../../runtime/pool/claim.ts';
import {
  freeFolder,
  missesFile,
  parkedName,
  takenFolder,
} from '../../../runtime/pool/pool-folder.ts';
import { poolKey, poolShapeOf } from '../../../runtime/pool/pool-shape.ts';

const SHAPE: PodShape = { network: 'none', ports: [] };
const ENV = {};

/** A pool's folders, with parked ones that answer as they are told. */
class Place {
  readonly where: { data: string; run: string };
  readonly claims: string[] = [];
  readonly log: string[] = [];
  readonly #servers: Server[] = [];

  constructor() {
    const folder = mkdtempSync(join(tmpdir(), 'lcow-pool-'));
    this.where = { data: join(folder, 'data'), run: join(folder, 'run') };
    for (const each of [freeFolder(this.where), takenFolder(this.where)]) {
      mkdirSync(each, { recursive: true });
    }
  }

  async park(name: string, answer: string | undefined, shape = SHAPE): Promise<void> {
    const server = createServer((socket) => {
      server.close();
      socket.on('error', () => undefined);
      socket.on('data', (text) => {
        const { pod } = JSON.parse(String(text)) as { pod: string };
        this.claims.push(`${name} ${pod}`);
        if (answer === undefined) socket.destroy();
        else socket.end(answer);
      });
    });
    this.#servers.push(server);
    const path = join(this.where.run, `${name}.sock`);
    await new Promise<void>((resolve) => server.listen(path, resolve));
    renameSync(
      path,
      join(freeFolder(this.where), parkedName(poolKey(poolShapeOf(shape), ENV), name)),
    );
  }

  claim(id: string, shape: PodShape = SHAPE, env: NodeJS.ProcessEnv = ENV): Promise<boolean> {
    return claimParked(this.where, { id, shape }, { log: (line) => this.log.push(line), env });
  }

  get misses(): number {
    try {
      return readFileSync(missesFile(this.where)).length;
    } catch {
      return 0;
    }
  }

  [Symbol.dispose](): void {
    for (const server of this.#servers) server.close();
    rmSync(join(this.where.run, '..'), { recursive: true, force: true });
  }
}

test('of 50 claims at once of 5 exactly 5 have one, each another', async () => {
  using place = new Place();
  for (let n = 0; n < 5; n += 1) await place.park(`1.2-0000000${n}`, '!');
  const claims = Array.from({ length: 50 }, (_, n) => place.claim(`pod${n}`));
  const had = (await Promise.all(claims)).filter(Boolean);
  assert.is(had.length, 5);
  assert.is(new Set(place.claims.map((claim) => claim.split(' ')[0])).size, 5);
  assert.is(new Set(place.claims.map((claim) => claim.split(' ')[1])).size, 5);
  assert.is(place.misses, 45);
  assert.equal(readdirSync(freeFolder(place.where)), []);
  assert.equal(readdirSync(takenFolder(place.where)), []);
});

test('one of another shape is left where it is, and that is a miss', async () => {
  using place = new Place();
  await place.park('1.2-00000000', '!', { ...SHAPE, memoryMiB: 512 });
  assert.is(await place.claim('pod'), false);
  assert.is(readdirSync(freeFolder(place.where)).length, 1);
  assert.is(place.misses, 1);
  assert.is(await place.claim('pod', { ...SHAPE, memoryMiB: 512 }), true);
});

test('the shape’s defaults, networks, ports and shares make no difference', async () => {
  using place = new Place();
  await place.park('1.2-00000000', '!');
  const port = { protocol: 'tcp', hostAddress: '0.0.0.0', hostPort: 0, guestPort: 80 } as const;
  const shape = { network: 'user', ports: [port], memoryMiB: 1024, template: 'make' } as const;
  assert.is(await place.claim('pod', shape), true);
});

test('settings that a supervisor would inherit make one of another environment no good', async () => {
  using place = new Place();
  await place.park('1.2-00000000', '!');
  assert.is(await place.claim('pod', SHAPE, { LCOW_ACCELERATOR: 'kvm' }), false);
  const same = { LCOW_RUN: '/elsewhere', LCOW_DEBUG: '1', LCOW_EXTRA_CA_CERTS: '/etc/ca.pem' };
  assert.is(await place.claim('pod', SHAPE, same), true);
});

test('who is told to boot takes none, and that is no miss', async () => {
  using place = new Place();
  await place.park('1.2-00000000', '!');
  assert.is(await place.claim('pod', { ...SHAPE, template: 'none' }), false);
  assert.is(await place.claim('pod', SHAPE, { LCOW_TEMPLATE: 'none' }), false);
  assert.is(place.misses, 0);
});

test('one that declines is passed over for the next', async () => {
  using place = new Place();
  await place.park('1.2-00000000', '{"why":"its boot files were replaced"}\n');
  await place.park('1.2-00000001', '{"why":"its boot files were replaced"}\n');
  assert.is(await place.claim('pod'), false);
  assert.is(place.claims.length, 2);
  assert.match(place.log.join('\n'), 'its boot files were replaced');
  assert.is(place.misses, 1);
});

test('the socket of one that died is passed over and removed', async () => {
  using place = new Place();
  const server = createServer();
  const path = join(freeFolder(place.where), parkedName(poolKey(SHAPE, ENV), '1.2-00000000'));
  // Renamed back, so that closing the server leaves it as kill -9 does.
  await new Promise<void>((resolve) => server.listen(`${path}x`, resolve));
  renameSync(`${path}x`, path);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  await place.park('1.2-00000001', '!');
  while (!(await place.claim('pod'))) assert.is(readdirSync(freeFolder(place.where)).length, 1);
  assert.equal(place.claims, ['1.2-00000001 pod']);
  assert.equal(readdirSync(takenFolder(place.where)), []);
});

test('one that ends in the middle of the claim may have the pod: no other is tried', async () => {
  using place = new Place();
  await place.park('1.2-00000000', undefined);
  await place.park('1.2-00000001', undefined);
  assert.is(await place.claim('pod'), false);
  assert.is(place.claims.length, 1);
  assert.match(place.log.join('\n'), 'ended without a word');
});

test('without a pool nothing is made and nothing said', async () => {
  using place = new Place();
  rmSync(join(place.where.run, 'pool'), { recursive: true });
  assert.is(await place.claim('pod'), false);
  assert.is(place.misses, 0);
});

test.run();
