/** Short execs over one call of a link: replies in any order, what a hostile guest answers, an agent without the call. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { RuntimeError } from '../../../runtime/errors.ts';
import { ExecCalls } from '../../../runtime/guest/exec-calls.ts';
import { type ExecsCall, fakeGuest } from '../../harness/fake-guest.ts';
import { rejection } from '../../harness/rejection.ts';

const EXEC = { process: Buffer.from('{}'), stdio: { stdout: true, stderr: true } };

function start(calls: ExecCalls, execId: string, forget: string[] = []) {
  const box = (id: string) => ({ containerId: 'c', execId: id });
  return calls.start(`exec "${execId}"`, box(execId), EXEC, forget.map(box));
}

function names(processes: readonly { execId?: string | null }[]): string[] {
  return processes.map(({ execId }) => execId ?? '');
}

async function withGuest(
  execs: ((call: ExecsCall) => void) | undefined,
  use: (calls: ExecCalls, breakLink: () => void) => Promise<void>,
): Promise<void> {
  const guest = await fakeGuest((call) => call.end(), execs);
  try {
    await use(ExecCalls.of(guest.channel), () => guest.guestEnd.destroy());
  } finally {
    await guest[Symbol.asyncDispose]();
  }
}

test('execs share a call, and each has its own reply, whatever the order', async () => {
  let calls = 0;
  const forgotten: string[] = [];
  await withGuest(
    (call) => {
      calls += 1;
      const numbers: number[] = [];
      call.on('data', (request) => {
        numbers.push(request.number ?? 0);
        forgotten.push(...names(request.forget));
        if (numbers.length < 3) return;
        call.write({ number: numbers[2] ?? 0, ended: { pid: 9, exit: { code: 3 } } });
        call.write({ number: numbers[1] ?? 0, runs: { pid: 8 } });
        const stdout = Buffer.from('out');
        call.write({ number: numbers[0] ?? 0, ended: { pid: 7, exit: { code: 0 }, stdout } });
      });
    },
    async (execs) => {
      const [first, second, third] = await Promise.all([
        start(execs, 'a'),
        start(execs, 'b', ['x', 'y']),
        start(execs, 'c'),
      ]);
      assert.is(first.pid, 7);
      assert.is(first.ended?.output.stdout.toString(), 'out');
      assert.is(first.ended?.output.stderr.length, 0);
      assert.is(second.pid, 8);
      assert.is(second.ended, undefined);
      assert.is(third.ended?.exit.code, 3);
      assert.is(calls, 1);
      assert.equal(forgotten, ['x', 'y']);
    },
  );
});

test('a refusal is that exec alone, with the code that its status and cause mean', async () => {
  await withGuest(
    (call) => {
      call.on('data', ({ number, process }) => {
        if (process?.execId === 'good') call.write({ number: number ?? 0, runs: { pid: 5 } });
        else call.write({ number: number ?? 0, refused: REFUSALS[process?.execId ?? ''] ?? null });
      });
    },
    async (execs) => {
      const [missing, taken, good] = await Promise.all([
        rejection(start(execs, 'missing')) as Promise<RuntimeError>,
        rejection(start(execs, 'taken')) as Promise<RuntimeError>,
        start(execs, 'good'),
      ]);
      assert.is(missing.code, 'command-not-found');
      assert.is(missing.message, 'cannot exec "missing": no  [31m such file');
      assert.is(taken.code, 'already-exists');
      assert.is(good.pid, 5);
      assert.ok(execs.offered);
    },
  );
});

const REFUSALS: Readonly<Record<string, { code: number; message: string; cause: string }>> = {
  missing: { code: 5, message: 'no \u001b[31m such file', cause: 'exec-not-found' },
  taken: { code: 6, message: 'process "taken" exists', cause: '' },
};

for (const [what, reply] of [
  ['a reply to nobody', { number: 77, runs: { pid: 5 } }],
  ['an empty reply', { number: 1 }],
  ['a process without a number', { number: 1, ended: { exit: { code: 0 } } }],
  ['an exit code out of range', { number: 1, ended: { pid: 5, exit: { code: 256 } } }],
  ['more output than a frame has', { number: 1, ended: { pid: 5, stdout: Buffer.alloc(65537) } }],
] as const) {
  test(`a guest that sends ${what} fails all that is under way with data-loss, and the next exec calls anew`, async () => {
    let calls = 0;
    await withGuest(
      (call) => {
        const hostile = (calls += 1) === 1;
        call.on('error', () => {});
        call.on('data', ({ number }) => {
          if (!hostile) call.write({ number: number ?? 0, runs: { pid: 6 } });
          else if (number === 2) call.write(reply);
        });
      },
      async (execs) => {
        const both = [start(execs, 'a'), start(execs, 'b')].map(rejection);
        for (const error of await Promise.all(both)) {
          assert.is((error as RuntimeError).code, 'data-loss');
        }
        assert.is((await start(execs, 'c')).pid, 6);
        assert.is(calls, 2);
      },
    );
  });
}

test('a link that breaks, a call that ends: whoever waits is told', async () => {
  await withGuest(
    (call) => void call.on('error', () => {}),
    async (execs, breakLink) => {
      const waiting = rejection(start(execs, 'a'));
      breakLink();
      assert.is(((await waiting) as RuntimeError).code, 'unavailable');
    },
  );
  await withGuest(
    (call) => call.once('data', () => call.end()),
    async (execs) => {
      assert.is(((await rejection(start(execs, 'a'))) as RuntimeError).code, 'data-loss');
    },
  );
});

test('an agent without the call says so with the first exec', async () => {
  await withGuest(undefined, async (execs) => {
    assert.ok(execs.offered);
    assert.is(((await rejection(start(execs, 'a'))) as RuntimeError).code, 'unsupported');
    assert.not.ok(execs.offered);
  });
});

test.run();
