/** How ends are told and what outlives what: QEMU killed, its owner killed, handles closed. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HRESULT } from '../../../hcs/hresult.ts';
import { openQemuService, type QemuComputeService } from '../../../hcs/qemu/qemu-service.ts';
import { isAlive } from '../../../hcs/qemu/record.ts';
import { sweepDead } from '../../../hcs/qemu/run-folder.ts';
import { filesBelow, mountsNaming, processesNaming } from '../../harness/leftovers.ts';
import { hcsRejection } from '../../harness/rejection.ts';
import { buildShellGuest, Shell, shellDocument, type ShellGuest } from './shell-guest.ts';

const OWNER = fileURLToPath(new URL('./owner-process.js', import.meta.url));

let folder = '';
let run = '';
let service: QemuComputeService;
let guest: ShellGuest;

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lcow-exits-'));
  run = join(folder, 'run');
  guest = await buildShellGuest(join(folder, 'guest'));
  service = await openQemuService({ runDirectory: run, accelerator: 'tcg' });
});

test.after(async () => {
  await service[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

test.after.each(() => {
  assert.equal(processesNaming(run), []);
  assert.equal(mountsNaming(run), []);
  const left = filesBelow(run).filter((name) => name !== '.execution.json');
  assert.equal(left, []);
});

test('a QEMU that is killed is told at once, to every handle, and leaves nothing', async () => {
  const system = await service.create('killed', shellDocument(guest));
  const other = await service.open('killed');
  await system.start();
  const startMs = performance.now();
  process.kill(system.vmmPid ?? 0, 'SIGKILL');
  const status = await system.exited;
  const tookMs = performance.now() - startMs;
  assert.is(status.ExitType, 'UnexpectedExit');
  assert.is(status.Status >>> 0, HRESULT.HCS_E_UNEXPECTED_EXIT);
  assert.equal(await other.exited, status);
  assert.ok(tookMs < 200, `told after ${tookMs} ms`);
  await hcsRejection(system.pause(), 'HCS_E_SYSTEM_ALREADY_STOPPED');
  await system[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
});

test('a QEMU that is killed while it starts fails the start, with why', async () => {
  const system = await service.create('killed-early', shellDocument(guest));
  const starting = system.start();
  process.kill(system.vmmPid ?? 0, 'SIGKILL');
  await hcsRejection(starting, 'HCS_E_UNEXPECTED_EXIT');
  assert.is((await system.exited).ExitType, 'UnexpectedExit');
  await system[Symbol.asyncDispose]();
});

test('a QEMU that refuses its arguments fails the start with its own words', async () => {
  const document = shellDocument(guest, { memoryMiB: 200_000_000 });
  const system = await service.create('too-big', document);
  const error = await hcsRejection(system.start(), 'HCS_E_UNEXPECTED_EXIT');
  assert.match(error.message, /memory|Cannot/i);
  await system[Symbol.asyncDispose]();
});

test('the folder is 0700, QEMU is sandboxed and has no privileges to gain', async () => {
  const system = await service.create('folder', shellDocument(guest));
  await system.start();
  assert.is((await stat(system.folder)).mode & 0o777, 0o700);
  const status = await readFile(`/proc/${system.vmmPid}/status`, 'utf8');
  assert.match(status, /^Seccomp:\t2$/m);
  assert.match(status, /^NoNewPrivs:\t1$/m);
  const environment = await readFile(`/proc/${system.vmmPid}/environ`, 'latin1');
  assert.not.match(environment, 'HOME=');
  await system[Symbol.asyncDispose]();
});

test('an owner that is killed leaves a running system, which can be opened and talked to', async () => {
  const owner = await startOwner('survivor', true);
  owner.kill();
  await owner.ended;
  const [found] = await service.enumerate({ Ids: ['survivor'] });
  assert.is(found?.State, 'Running');
  const system = await service.open('survivor');
  const shell = await Shell.of(system);
  assert.is(await shell.run('echo still here'), 'still here\n');
  await system.pause();
  assert.is((await system.properties()).State, 'Paused');
  await system.resume();
  shell.close();
  process.kill(owner.vmmPid, 'SIGKILL');
  assert.is((await system.exited).ExitType, 'UnexpectedExit');
  await system[Symbol.asyncDispose]();
});

test('a system in another process can be opened meanwhile, and both are told of its end', async () => {
  const owner = await startOwner('visited', true);
  const system = await service.open('visited');
  assert.is((await system.properties()).State, 'Running');
  await system.terminate();
  assert.is((await system.exited).ExitType, 'ForcedExit');
  assert.match(await owner.nextLine(), 'ForcedExit');
  owner.kill();
  await owner.ended;
  await system[Symbol.asyncDispose]();
});

test('ShouldTerminateOnLastHandleClosed: a kill of the owner leaves no process', async () => {
  const owner = await startOwner('bound', false);
  owner.kill();
  await owner.ended;
  await untilGone(owner.vmmPid);
  await hcsRejection(service.open('bound'), 'HCS_E_SYSTEM_NOT_FOUND');
  assert.equal(await sweepDead(run), ['bound']);
});

test('an owner that is killed between create and start leaves nothing either', async () => {
  const owner = await startOwner('unstarted', false, 'create');
  owner.kill();
  await owner.ended;
  await untilGone(owner.vmmPid);
  assert.equal(await sweepDead(run), ['unstarted']);
});

test('a dead system\u2019s id is free for create without a sweep', async () => {
  const owner = await startOwner('reused', false);
  owner.kill();
  await owner.ended;
  await untilGone(owner.vmmPid);
  const system = await service.create('reused', shellDocument(guest));
  await system[Symbol.asyncDispose]();
});

interface Owner {
  vmmPid: number;
  kill(): void;
  ended: Promise<unknown>;
  nextLine(): Promise<string>;
}

/** A process that creates and starts a system, says QEMU's pid, and tells of its exit. */
async function startOwner(id: string, survives: boolean, upTo = 'start'): Promise<Owner> {
  const child = spawn(
    process.execPath,
    [OWNER, run, id, guest.kernel, guest.initrd, String(survives), upTo],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = once(child, 'exit');
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const nextLine = async (): Promise<string> => {
    while (!text.includes('\n')) await Promise.race([once(child.stdout, 'data'), ended]);
    const [line = '', ...rest] = text.split('\n');
    text = rest.join('\n');
    return line;
  };
  const vmmPid = Number(await nextLine());
  assert.ok(vmmPid > 0);
  return { vmmPid, kill: () => child.kill('SIGKILL'), ended, nextLine };
}

async function untilGone(pid: number): Promise<void> {
  const deadline = performance.now() + 2_000;
  while (isAlive({ pid })) {
    if (performance.now() > deadline) assert.unreachable(`process ${pid} is still there`);
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
}

test.run();
