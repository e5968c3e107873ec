/** Containers on disk: whole or not at all, names with one winner, whatever dies in between. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { RuntimeError } from '../../../runtime/errors.ts';
import { ContainerStore } from '../../../runtime/container/container-store.ts';
import { rejection } from '../../harness/rejection.ts';
import { containerRecordOf } from './container-record-of.ts';

const test = suite<{ data: string; store: ContainerStore }>('container store');

test.before.each((context) => {
  context.data = mkdtempSync(join(tmpdir(), 'lcow-store-'));
  context.store = new ContainerStore(context.data);
});
test.after.each(({ data }) => rmSync(data, { recursive: true, force: true }));

async function make(store: ContainerStore, name?: string): Promise<string> {
  const reservation = await store.reserve(name);
  await store.create(reservation, containerRecordOf(reservation.id));
  return reservation.id;
}

function thrown(action: () => unknown): RuntimeError {
  try {
    action();
  } catch (error) {
    return error as RuntimeError;
  }
  throw new Error('nothing was thrown');
}

test('a container is found by name, id and the beginning of its id', async ({ store }) => {
  const id = await make(store, 'web');
  for (const reference of ['web', id, id.slice(0, 12), id.slice(0, 3)]) {
    assert.is(store.resolve(reference), id);
  }
  const { record, name, state } = store.read(id);
  assert.equal([record.id, name, state.status], [id, 'web', 'created']);
});

test('what names nothing is not found, however it looks', async ({ store }) => {
  const id = await make(store, 'web');
  const wrong = ['we', 'webs', id.slice(0, 2), '../name/web', 'web/', '', '-web', 'x'.repeat(5000)];
  for (const reference of [...wrong, '/', '.', '..', '\0', `${id}0`]) {
    const { code, message } = thrown(() => store.resolve(reference));
    assert.is(code, 'not-found', reference.slice(0, 80));
    assert.ok(message.length < 200, message);
  }
});

test('the beginning of several ids is refused as ambiguous', async ({ store }) => {
  // Made by hand: ids of chance seldom begin alike.
  const prefix = 'abc';
  for (const tail of ['0', '1']) {
    const id = prefix.padEnd(64, tail);
    await store.create({ id, name: `n${tail}` }, containerRecordOf(id));
  }
  const { code, message } = thrown(() => store.resolve(prefix));
  assert.is(code, 'invalid-argument');
  assert.match(message, /2 containers/);
});

test('names against the rules are refused by name', async ({ store }) => {
  for (const name of ['a/b', '-a', '.a', 'a', '', 'ä1', 'a b', 'x'.repeat(300), '../x', 'a\nb']) {
    const { code, message } = (await rejection(store.reserve(name))) as RuntimeError;
    assert.is(code, 'invalid-argument', JSON.stringify(name));
    assert.ok(message.includes(`"${name.slice(0, 64)}`), message);
  }
  for (const name of ['a1', '0.a_b-c', 'x'.repeat(128)]) await make(store, name);
});

test('a name is given once, and again when its container is gone', async ({ store }) => {
  const id = await make(store, 'web');
  const { code, message } = (await rejection(store.reserve('web'))) as RuntimeError;
  assert.is(code, 'already-exists');
  assert.ok(message.includes(id.slice(0, 12)), message);
  await store.remove(id);
  assert.not.equal(await make(store, 'web'), id);
});

test('a container that cannot be made leaves nothing', async ({ store, data }) => {
  const reservation = await store.reserve('web');
  const making = store.create(reservation, containerRecordOf(reservation.id), async () => {
    throw new Error('the disk is full');
  });
  assert.match(((await rejection(making)) as Error).message, /the disk is full/);
  store.release(reservation);
  assert.equal(readdirSync(join(data, 'container')), []);
  assert.equal(readdirSync(join(data, 'name')), []);
});

test('renaming frees the old name and takes the new one', async ({ store }) => {
  const id = await make(store, 'old');
  const other = await make(store, 'taken');
  await store.rename(id, 'new');
  assert.is(store.resolve('new'), id);
  assert.is(thrown(() => store.resolve('old')).code, 'not-found');
  await make(store, 'old');
  const { code, message } = (await rejection(store.rename(id, 'taken'))) as RuntimeError;
  assert.is(code, 'already-exists');
  assert.ok(message.includes(other.slice(0, 12)));
  assert.is(((await rejection(store.rename(id, 'a/b'))) as RuntimeError).code, 'invalid-argument');
  assert.is(store.read(id).name, 'new');
});

test('states of one container come in the order they were written', async ({ store }) => {
  const id = await make(store);
  const state = store.readState(id);
  const writes = Array.from({ length: 50 }, (_, restartCount) =>
    store.writeState(id, { ...state, restartCount }),
  );
  await Promise.all(writes);
  assert.is(store.readState(id).restartCount, 49);
});

test('the state of a removed container is not written', async ({ store, data }) => {
  const id = await make(store);
  const state = store.readState(id);
  await store.remove(id);
  const error = (await rejection(store.writeState(id, state))) as RuntimeError;
  assert.is(error.code, 'not-found');
  assert.equal(readdirSync(join(data, 'container')), []);
});

for (const file of ['container.json', 'state.json', 'name']) {
  test(`a torn, wrong, huge or missing ${file} is data-loss by its name, and the list goes on`, async ({
    store,
    data,
  }) => {
    const good = await make(store, 'good');
    const bad = await make(store, 'bad');
    const path = join(data, 'container', bad, file);
    const whole = readFileSync(path);
    const spoil: (() => void)[] = [
      () => truncateSync(path, Math.floor(whole.length / 2)),
      () => writeFileSync(path, ''),
      () => writeFileSync(path, '"?"\n'),
      () => writeFileSync(path, Buffer.alloc(5 * 2 ** 20, 0x20)),
      () => rmSync(path),
    ];
    for (const act of spoil.slice(file === 'name' ? 1 : 0)) {
      writeFileSync(path, whole);
      act();
      const { code, message } = thrown(() => store.read(bad));
      assert.is(code, 'data-loss', message);
      assert.ok(message.includes(path), message);
      const { containers, damaged } = store.list();
      assert.equal(
        containers.map(({ record }) => record.id),
        [good],
      );
      assert.is(damaged.length, 1);
    }
    await store.remove(bad);
    assert.equal(store.ids(), [good]);
    await make(store, 'bad');
  });
}

test('a record of another container, or of another version, is damage', async ({ store, data }) => {
  const [one, two] = [await make(store), await make(store)];
  const path = (id: string): string => join(data, 'container', id, 'container.json');
  writeFileSync(path(one), readFileSync(path(two)));
  assert.match(thrown(() => store.read(one)).message, /it is of container/);
  writeFileSync(path(one), JSON.stringify({ ...containerRecordOf(one), version: 2 }));
  assert.match(thrown(() => store.read(one)).message, /version/);
});

test('fifty containers are listed in milliseconds', async ({ store }) => {
  for (let n = 0; n < 50; n += 1) await make(store);
  store.list();
  const tookMs = Math.min(
    ...[1, 2, 3].map(() => {
      const beginMs = performance.now();
      assert.is(store.list().containers.length, 50);
      return performance.now() - beginMs;
    }),
  );
  assert.ok(tookMs < 50, `${tookMs} ms`);
});

interface Worker {
  readonly child: ChildProcess;
  readonly output: Promise<string>;
  says(text: string): Promise<void>;
}

function work(verb: string, data: string, name: string): Worker {
  const program = fileURLToPath(new URL('store-process.js', import.meta.url));
  const { NODE_EXTRA_CA_CERTS: _slow, ...env } = process.env;
  const child = spawn(process.execPath, [program, verb, data, name], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  const output = new Promise<string>((resolve) => child.on('close', () => resolve(said)));
  const waiting: (() => void)[] = [];
  child.stdout?.on('data', (text: Buffer) => {
    said += text.toString();
    for (const look of waiting) look();
  });
  return {
    child,
    output,
    says: (text) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (said.includes(text)) resolve();
        };
        waiting.push(look);
        look();
      }),
  };
}

test('of several processes that want a name one has it, the others learn whose it is', async ({
  store,
  data,
}) => {
  const said = await Promise.all(
    Array.from({ length: 5 }, () => work('create', data, 'web').output),
  );
  const made = said.filter((text) => text.startsWith('made '));
  assert.is(made.length, 1, said.join(''));
  const id = made[0]?.slice(5).trim() ?? '';
  assert.is(store.resolve('web'), id);
  for (const text of said.filter((each) => each !== made[0])) {
    assert.match(text, /^refused cannot name a container "web"/);
    assert.ok(text.includes(id.slice(0, 12)), text);
  }
  assert.equal(store.ids(), [id]);
});

test('a killed creator leaves neither container nor name', async ({ store, data }) => {
  const worker = work('hang', data, 'web');
  await worker.says('filling');
  const { message } = (await rejection(store.reserve('web'))) as RuntimeError;
  assert.match(message, /being made/);
  assert.equal(store.list(), { containers: [], damaged: [] });
  worker.child.kill('SIGKILL');
  await worker.output;
  // The name is to be had at once, without anybody's cleaning up; and again by several at once.
  const said = await Promise.all(
    Array.from({ length: 3 }, () => work('create', data, 'web').output),
  );
  assert.is(said.filter((text) => text.startsWith('made ')).length, 1, said.join(''));
  assert.is((await store.sweep()).length, 1);
  assert.equal(readdirSync(join(data, 'container')), store.ids());
});

test('a writer that is killed at any moment leaves a whole state', async ({ store, data }) => {
  const id = await make(store, 'web');
  for (let round = 0; round < 3; round += 1) {
    const worker = work('write', data, 'web');
    await worker.says('writing');
    worker.child.kill('SIGKILL');
    await worker.output;
    assert.ok(store.readState(id).restartCount >= 20);
  }
  await store.remove(id);
  assert.equal(readdirSync(join(data, 'container')), []);
});

test('what a kill left of a rename is taken over, and what of a removal is swept', async ({
  store,
  data,
}) => {
  const id = await make(store, 'web');
  // As a crash between the two steps leaves it: the new name reserved by a process that is no more.
  writeFileSync(join(data, 'name', 'new'), `${id} 1.1.gone`);
  assert.is(thrown(() => store.resolve('new')).code, 'not-found');
  const other = await make(store, 'new');
  assert.is(store.resolve('new'), other);
  await store.setAside(id);
  assert.ok(existsSync(join(data, 'container', `.removing-${id}`)));
  assert.equal(await store.sweep(), [`container/.removing-${id}`]);
  assert.equal(store.ids(), [other]);
});

test.run();
