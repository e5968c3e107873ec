/** Who stands on the host for the processes of a pod: a holder's, a caller's, a number, or nobody. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { RuntimeError } from '../../../runtime/errors.ts';
import {
  hostProcesses,
  OCI_CREATE_OPTIONS_TYPE,
} from '../../../runtime/supervisor/host-processes.ts';
import type {
  HeldProcess,
  HostProcesses,
  HostProcessKey,
} from '../../../runtime/task/host-process.ts';
import { rejection } from '../../harness/rejection.ts';

const init = { containerId: 'c', execId: '', title: 'sh', network: 'new' as const };
const exec = { ...init, execId: 'x' };

/** `CreateOptions { uint32 host_pid = 1; }` with a field of a version to come before it. */
function named(pid: number) {
  const bytes = [0x12, 1, 0x41, 0x08];
  for (let rest = pid; ; rest = Math.floor(rest / 128)) {
    bytes.push(rest < 128 ? rest : (rest % 128) | 0x80);
    if (rest < 128) break;
  }
  return { typeUrl: OCI_CREATE_OPTIONS_TYPE, value: Uint8Array.from(bytes) };
}

class FakeHolder implements HostProcesses {
  readonly calls: string[] = [];

  async hold({ containerId, execId }: { containerId: string; execId: string }) {
    this.calls.push(`hold ${containerId}/${execId}`);
    return { pid: 4711 };
  }
  async release(containerId: string, execId: string): Promise<void> {
    this.calls.push(`release ${containerId}/${execId}`);
  }
  async adopt(held: readonly HeldProcess[]): Promise<HostProcessKey[]> {
    this.calls.push(`adopt ${held.map(({ containerId }) => containerId).join()}`);
    return [];
  }
  onKilled(): void {}
}

test('a process that the caller names stands for its container; its execs have none, and nothing is released', async () => {
  const holder = new FakeHolder();
  const processes = hostProcesses({ holder, containerd: true });
  const { pid } = process;
  assert.equal(await processes.hold({ ...init, options: named(pid) }), { pid });
  assert.is(await processes.hold(exec), undefined);
  await processes.release('c', 'x');
  await processes.release('c', '');
  assert.equal(holder.calls, []);
  // A later container of that name is another's.
  assert.equal(await processes.hold(init), { pid: 4711 });
  await processes.release('c', '');
  assert.equal(holder.calls, ['hold c/', 'release c/']);
});

test('an adopter goes on with whose process is whose', async () => {
  const holder = new FakeHolder();
  const processes = hostProcesses({ holder, containerd: true });
  const gone = { containerId: 'gone', execId: '', pid: 2 ** 30, options: named(7) };
  const lives = { containerId: 'c', execId: '', pid: process.pid, options: named(7) };
  const lost = await processes.adopt([
    ...[lives, gone],
    { containerId: 'held', execId: '', pid: 4711 },
  ]);
  assert.equal(lost, [gone], 'who was killed meanwhile is told');
  assert.is(await processes.hold(exec), undefined);
  assert.equal(holder.calls, ['adopt held']);
});

test('a named process that is none is refused by field', async () => {
  const processes = hostProcesses({ containerd: false });
  const refused = async (options: ReturnType<typeof named>): Promise<RuntimeError> =>
    (await rejection(processes.hold({ ...init, options }))) as RuntimeError;
  for (const pid of [0, 1, 2 ** 30]) {
    const error = await refused(named(pid));
    assert.is(error.code, 'invalid-argument');
    assert.match(error.message, new RegExp(`options\\.host_pid is ${pid}: `));
  }
  const torn = { ...named(7), value: Uint8Array.from([0x08]) };
  assert.match((await refused(torn)).message, /its options: /);
});

test('without a holder nobody stands for a container; on Windows a number of its own does', async () => {
  const nobody = hostProcesses({ containerd: true, platform: 'linux' });
  assert.is(await nobody.hold(init), undefined);
  await nobody.release('c', '');
  const numbers = hostProcesses({ containerd: true, platform: 'win32' });
  const first = (await numbers.hold(init))?.pid ?? 0;
  await numbers.adopt([{ containerId: 'old', execId: '', pid: first + 50 }]);
  assert.is((await numbers.hold(exec))?.pid, first + 51);
  assert.is(await hostProcesses({ containerd: false, platform: 'win32' }).hold(init), undefined);
});

test.run();
