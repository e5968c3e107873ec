/** When a guest counts as dead: a ping without an answer in its time, never a link that broke and was made again. */
import { EventEmitter, once } from 'node:events';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { RuntimeError } from '../../../runtime/errors.ts';
import { watchLiveness } from '../../../runtime/task/liveness.ts';
import type { UtilityVm } from '../../../runtime/uvm/utility-vm.ts';
import { collectGarbage } from '../../harness/collect-garbage.ts';

const test = suite('liveness');

/** A VM that is ready and answers pings so. */
function vmThat(answers: (ping: number) => Promise<unknown>): UtilityVm {
  let pings = 0;
  const call = () => answers((pings += 1));
  return { ready: Promise.resolve(), standsStill: false, call } as unknown as UtilityVm;
}

test('a guest that never answers is declared dead, though garbage is collected meanwhile', async () => {
  const awake = setInterval(() => {}, 1000);
  const over = new AbortController();
  try {
    const pings = new EventEmitter();
    const asked = once(pings, 'ping');
    const vm = vmThat(() => {
      pings.emit('ping');
      return new Promise(() => {});
    });
    const dead = new Promise<string>((resolve) => {
      const limits = { intervalMs: 1, deadlineMs: 100, signal: over.signal };
      void watchLiveness(vm, resolve, limits);
    });
    await asked;
    await collectGarbage();
    assert.match(await dead, /no answer to a ping within 0\.1 s/);
  } finally {
    over.abort();
    clearInterval(awake);
  }
});

test('one whose link breaks and comes back lives', async () => {
  const awake = setInterval(() => {}, 1000);
  const over = new AbortController();
  try {
    let dead: string | undefined;
    const pings = new EventEmitter();
    const answered = once(pings, 'answered');
    const vm = vmThat(async (ping) => {
      if (ping === 1) throw new RuntimeError('unavailable', 'ping the guest', 'the link broke');
      pings.emit('answered');
      return {};
    });
    const limits = { intervalMs: 1, deadlineMs: 5000, signal: over.signal };
    const watching = watchLiveness(vm, (cause) => (dead = cause), limits);
    await answered;
    over.abort();
    await watching;
    assert.is(dead, undefined);
  } finally {
    clearInterval(awake);
  }
});

test.run();
