import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type {
  ContainerRecord,
  ContainerState,
  PodRecord,
} from '../../../runtime/container/container-record.ts';
import { ContainerStore } from '../../../runtime/container/container-store.ts';
import { hostBootId } from '../../../runtime/ownership.ts';
import { EventJournal } from '../../../runtime/supervisor/event-journal.ts';
import { readEvents } from '../../../runtime/supervisor/event-reader.ts';
import { repairOrphans } from '../../../runtime/supervisor/orphans.ts';
import { createPodFolder, markStarted, podFolder } from '../../../runtime/supervisor/pod-folder.ts';
import { takePodLock } from '../../../runtime/supervisor/pod-lock.ts';
import { reconcile, settleContainer } from '../../../runtime/supervisor/reconcile.ts';
import { TaskRecordFolder } from '../../../runtime/task/task-record.ts';
import { containerRecordOf } from '../container/container-record-of.ts';

/** A host on disk; no process of ours runs on it. */
class Host {
  readonly folder = mkdtempSync(join(tmpdir(), 'lcow-reconcile-'));
  readonly where = { data: join(this.folder, 'data'), run: join(this.folder, 'run') };
  readonly store = new ContainerStore(this.where.data);

  async container(
    state: Partial<ContainerState>,
    record: Partial<ContainerRecord> = {},
  ): Promise<string> {
    const reservation = await this.store.reserve();
    const { id } = reservation;
    await this.store.create(reservation, containerRecordOf(id, record));
    await this.store.writeState(id, {
      status: 'running',
      hostBootId: hostBootId(),
      restartCount: 0,
      ...state,
    });
    return id;
  }

  /** A pod whose supervisor had begun. */
  pod(id: string, lone = true): string {
    const record: PodRecord = {
      ...{ version: 1, id, createdAt: new Date().toISOString(), lone, labels: {} },
      shape: { network: 'none', ports: [] },
    };
    assert.ok(createPodFolder(this.where, record));
    const folder = podFolder(this.where, id);
    markStarted(folder);
    return folder;
  }

  async journal(): Promise<string[]> {
    const lines: string[] = [];
    for await (const { action, actor } of readEvents(new EventJournal(this.where.run))) {
      lines.push(`${action} ${actor.attributes['exitCode'] ?? ''}`.trim());
    }
    return lines;
  }
}

const hosts: Host[] = [];
function host(): Host {
  const made = new Host();
  hosts.push(made);
  return made;
}
test.after(() => {
  for (const { folder } of hosts) rmSync(folder, { recursive: true, force: true });
});

test('what lost supervisor and VM has ended, with the cause, told once', async () => {
  const h = host();
  const id = await h.container({});
  const folder = h.pod(id);
  const done = await reconcile(h.where);
  assert.is(done.length, 2);
  const state = h.store.readState(id);
  assert.is(state.status, 'exited');
  assert.is(state.exitCode, 255);
  assert.match(state.error ?? '', /ended without a word/);
  assert.not(existsSync(folder));
  assert.equal(await reconcile(h.where), []);
  assert.equal(await h.journal(), ['die 255']);
});

test('what was in a VM that is gone was killed with it; what its record says to have ended before, ended so', async () => {
  const h = host();
  const folder = h.pod('shared', false);
  writeFileSync(join(folder, 'vm.json'), JSON.stringify({ id: 'gone' }));
  const [ran, ended, between] = [
    await h.container({ pod: 'shared' }),
    await h.container({ pod: 'shared' }),
    await h.container({ pod: 'shared', status: 'restarting' }),
  ];
  const exit = { code: 3, exitedAtMs: 1_700_000_000_000, oomKilled: true };
  const stdio = { terminal: false, stdin: '', stdout: '', stderr: '' };
  await new TaskRecordFolder(join(folder, 'task')).save({
    ...{ version: 1, id: ended, bundle: '/b', rootfs: [], phase: 'created', execs: {} },
    ...{ eventsAfter: 0, oomKills: 1, init: { ...stdio, pid: 42, started: true, exit } },
  });
  await reconcile(h.where);
  const told = (id: string) => {
    const { status, exitCode, error, finishedAt, oomKilled } = h.store.readState(id);
    assert.is(status, 'exited');
    return {
      exitCode,
      error,
      oomKilled,
      recorded: Date.parse(finishedAt ?? '') === exit.exitedAtMs,
    };
  };
  const cause = 'its VM and its supervisor ended without a word';
  const unseen = { error: cause, oomKilled: false, recorded: false };
  assert.equal(told(ran), { ...unseen, exitCode: 137 });
  assert.equal(told(ended), { exitCode: 3, error: undefined, oomKilled: true, recorded: true });
  assert.equal(told(between), { ...unseen, exitCode: 255 });
  assert.equal((await h.journal()).sort(), ['destroy', 'die 137', 'die 255', 'die 3']);
});

test('every container of a dead pod is settled, its name is free when it was to be removed', async () => {
  const h = host();
  h.pod('shared', false);
  const kept = await h.container({ pod: 'shared' }, { pod: 'shared' });
  const removed = await h.container({ pod: 'shared' }, { pod: 'shared', autoRemove: true });
  const name = h.store.read(removed).name;
  const created = await h.container({ status: 'created' }, { pod: 'shared' });
  await reconcile(h.where);
  assert.is(h.store.readState(kept).exitCode, 255);
  assert.not(h.store.ids().includes(removed));
  assert.is((await h.store.reserve(name)).name, name);
  assert.is(h.store.readState(created).status, 'created');
});

test('a pod whose lock is held is left alone, and so is one that is being started', async () => {
  const h = host();
  const id = await h.container({});
  const lock = await takePodLock(h.pod(id));
  const starting = await h.container({});
  const record: PodRecord = {
    ...{ version: 1, id: starting, createdAt: '', lone: true, labels: {} },
    shape: { network: 'none', ports: [] },
  };
  createPodFolder(h.where, record);
  assert.equal(await reconcile(h.where), []);
  assert.is(h.store.readState(id).status, 'running');
  assert.is(h.store.readState(starting).status, 'running');
  await lock?.[Symbol.asyncDispose]();
});

test('after the host was restarted nothing runs, and that is the cause', async () => {
  const h = host();
  const id = await h.container({ hostBootId: 'another boot', status: 'paused' });
  await settleContainer(h.where, id);
  assert.match(h.store.readState(id).error ?? '', /restarted/);
  assert.is(h.store.readState(id).status, 'exited');
});

test('a pod folder that is gone ends its container', async () => {
  const h = host();
  const id = await h.container({ status: 'restarting' });
  await settleContainer(h.where, id);
  assert.is(h.store.readState(id).status, 'exited');
});

test('torn and garbage records stop nothing: they are put aside and said', async () => {
  const h = host();
  const id = await h.container({});
  const folder = h.pod(id);
  writeFileSync(join(folder, 'pod.json'), '{"version":1,"id"');
  writeFileSync(join(folder, 'vm.json'), '\0\0\0\0');
  const broken = await h.container({});
  writeFileSync(h.store.paths(broken).state, 'null');
  const done = await reconcile(h.where);
  assert.match(done.join('\n'), /pod\.json.*broken/);
  assert.is(h.store.readState(id).status, 'exited');
});

test('nothing is wrong with fifty containers that run', async () => {
  const h = host();
  const locks = [];
  for (let i = 0; i < 50; i += 1) {
    const id = await h.container({});
    locks.push(await takePodLock(h.pod(id)));
  }
  await reconcile(h.where);
  assert.equal(await reconcile(h.where), []);
  for (const lock of locks) await lock?.[Symbol.asyncDispose]();
});

test('doctor --fix says what it did, and then there is nothing left to do', async () => {
  const h = host();
  const id = await h.container({});
  h.pod(id);
  const dead = '99999999.1-0123abcd';
  mkdirSync(join(h.where.run, 'pod', dead));
  mkdirSync(join(h.where.run, 'pod', '.removing-x-0123abcd'));
  mkdirSync(join(h.where.data, 'container', `.removing-${'a'.repeat(64)}`));
  mkdirSync(join(h.where.data, 'scratch'), { recursive: true });
  writeFileSync(join(h.where.data, 'scratch', `${dead}.vhd`), '');
  const done = (await repairOrphans(h.where)).join('\n');
  for (const word of ['exited (255)', dead, '.removing-x', '.removing-aaa', 'scratch']) {
    assert.ok(done.includes(word), `${word} in ${done}`);
  }
  assert.not(done.includes('not repaired'), done);
  assert.equal(await repairOrphans(h.where), []);
  assert.equal(readdirSync(join(h.where.run, 'pod')), []);
});

test.run();
