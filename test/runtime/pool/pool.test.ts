/** The daemon's logic over parked supervisors that are none: filling, refilling, its ceiling, draining, crashes. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type ParkedProcess, Pool, type PoolOptions } from '../../../runtime/pool/pool.ts';

const MIB = 2 ** 20;

/** A parked supervisor that does as it is told. */
class Fake implements ParkedProcess {
  static next = 100;
  readonly pid = (Fake.next += 1);
  readonly free: Promise<number>;
  readonly claiming: Promise<void>;
  readonly claimed: Promise<void>;
  readonly over: Promise<void>;
  becomeFree!: (memoryBytes: number) => void;
  fail!: (error: Error) => void;
  beTaken!: () => void;
  beClaimed!: () => void;
  die!: () => void;
  asked: string[] = [];

  constructor() {
    this.free = new Promise((resolve, reject) => {
      this.becomeFree = resolve;
      this.fail = reject;
    });
    this.claiming = new Promise((resolve) => {
      this.beTaken = resolve;
    });
    this.claimed = new Promise((resolve) => {
      this.beClaimed = resolve;
    });
    const ended = new Promise<void>((resolve) => {
      this.die = resolve;
    });
    this.over = Promise.race([ended, this.claimed]);
  }

  end(): void {
    this.asked.push('end');
    this.die();
  }

  kill(): void {
    this.asked.push('kill');
  }
}

function poolOf(more: Partial<PoolOptions> = {}): { pool: Pool; made: Fake[]; said: string[] } {
  const made: Fake[] = [];
  const said: string[] = [];
  const pool = new Pool({
    size: 3,
    memoryCeilingBytes: 1024 * MIB,
    quietMs: 0,
    retryMs: 10,
    log: (line) => said.push(line),
    start: () => {
      const fake = new Fake();
      made.push(fake);
      return fake;
    },
    ...more,
  });
  return { pool, made, said };
}

/** Everything that is due happens. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 5000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within 5 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

test('supervisors are made one after the other until enough are parked', async () => {
  const { pool, made } = poolOf();
  for (const count of [1, 2, 3]) {
    assert.is(made.length, count);
    assert.equal(pool.counts.preparing, 1);
    made[count - 1]?.becomeFree(50 * MIB);
    await settle();
  }
  assert.is(made.length, 3);
  const { parked, preparing, memoryBytes } = pool.counts;
  assert.equal(
    { parked, preparing, memoryBytes },
    { parked: 3, preparing: 0, memoryBytes: 150 * MIB },
  );
  await pool.filled();
});

test('one that is claimed is counted and replaced, and is no longer the pool’s to end', async () => {
  const { pool, made } = poolOf({ size: 1 });
  made[0]?.becomeFree(MIB);
  await settle();
  made[0]?.beTaken();
  await settle();
  assert.is(pool.counts.claimed, 0, 'it is not its pod’s yet');
  made[0]?.beClaimed();
  await until('another is made', () => made.length === 2);
  assert.is(pool.counts.claimed, 1);
  await pool.stop();
  assert.equal(made[0]?.asked, []);
  assert.equal(made[1]?.asked, ['end']);
});

test('a start puts the next one off, one after the other does not do so for ever', async () => {
  const { pool, made } = poolOf({ size: 2, quietMs: 60_000, patienceMs: 80 });
  made[0]?.becomeFree(MIB);
  pool.missed(1);
  await settle();
  assert.is(made.length, 1, 'a start has just been seen');
  const began = performance.now();
  const starts = setInterval(() => pool.missed(1), 5);
  await until('one is made all the same', () => made.length === 2);
  clearInterval(starts);
  assert.ok(performance.now() - began >= 60, `after ${performance.now() - began} ms`);
  assert.ok(pool.counts.missed > 5);
  await pool.stop();
});

test('no more is parked than the ceiling allows, by what the last one took', async () => {
  const { pool, made } = poolOf({ size: 5, memoryCeilingBytes: 500 * MIB });
  made[0]?.becomeFree(200 * MIB);
  await settle();
  made[1]?.becomeFree(200 * MIB);
  await settle();
  assert.is(made.length, 2);
  assert.match(
    pool.counts.held,
    `one more would take ${600 * MIB} bytes of memory, of ${500 * MIB}`,
  );
  await pool.filled();
  made[0]?.beTaken();
  made[0]?.beClaimed();
  await until('there is room again', () => made.length === 3);
  assert.is(pool.counts.held, '');
});

test('a ceiling below the first one is said, and nothing is made', () => {
  const { pool, made } = poolOf({ memoryCeilingBytes: 64 * MIB });
  assert.is(made.length, 0);
  assert.match(pool.counts.held, 'one more would take');
});

test('one that cannot be made is tried again, later and later, and the reason is kept', async () => {
  const { pool, made, said } = poolOf({ size: 1, retryMs: 20 });
  const began = performance.now();
  for (const time of [0, 1, 2]) {
    await until(`try ${time}`, () => made.length === time + 1);
    made[time]?.fail(new Error(`no memory ${time}`));
    made[time]?.die();
    await settle();
    assert.is(pool.counts.lastError, `no memory ${time}`);
  }
  await until('the fourth', () => made.length === 4);
  assert.ok(performance.now() - began >= 20 + 40 + 80 - 5);
  made[3]?.becomeFree(MIB);
  await settle();
  assert.is(pool.counts.lastError, '');
  assert.is(said.length, 3);
});

test('one that cannot even be started is as one that ends at once', async () => {
  let tries = 0;
  const { pool } = poolOf({
    start: () => {
      tries += 1;
      throw new Error('EAGAIN');
    },
  });
  await until('it is tried again', () => tries > 1);
  assert.is(pool.counts.lastError, 'EAGAIN');
  await pool.stop();
});

test('one that dies unclaimed is replaced, and that is said', async () => {
  const { pool, made, said } = poolOf({ size: 1 });
  made[0]?.becomeFree(MIB);
  await settle();
  made[0]?.die();
  await until('another is made', () => made.length === 2);
  assert.is(pool.counts.claimed, 0);
  assert.match(said.join('\n'), `parked supervisor ${made[0]?.pid} ended unclaimed`);
});

test('stopping waits for the end of what is parked and being made, and makes nothing more', async () => {
  const { pool, made } = poolOf();
  made[0]?.becomeFree(MIB);
  await settle();
  const [first, second] = made;
  let over = false;
  const stopping = pool.stop().then(() => {
    over = true;
  });
  await stopping;
  assert.ok(over);
  assert.equal([first?.asked, second?.asked], [['end'], ['end']]);
  await settle();
  assert.is(made.length, 2);
  await pool.filled();
});

test.run();
