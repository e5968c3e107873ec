/**
 * Stdio and options of a container under a real containerd: what ctr reads and writes goes on over kill -9 of the
 * supervisor, and annotations make the VM.
 */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ContainerdHost, containerdMissing } from '../../harness/containerd.ts';
import { skip } from '../../harness/skip.ts';
import { until } from './stdio-suite.ts';

const test = suite<{ host: ContainerdHost }>("a container's stdio under containerd");
const SUPERVISOR = 'lcow-supervisor';
const LINES = 6000;

/** How much of the only process' output the supervisor has noted as handed on. */
function notedBytes(host: ContainerdHost): number {
  const pods = join(host.run, 'pod');
  const [pod = ''] = readdirSync(pods).filter((name) => name.startsWith('ctr-'));
  const stdio = join(pods, pod, 'stdio');
  const [record = ''] = readdirSync(stdio).filter((name) => !name.endsWith('.in'));
  return Number(readFileSync(join(stdio, record), 'latin1').slice(0, 16));
}

/** Kills the supervisor and waits for the next. */
async function killSupervisor(host: ContainerdHost): Promise<void> {
  const killed = host.pids(SUPERVISOR);
  assert.is(killed.length, 1);
  for (const pid of killed) process.kill(pid, 'SIGKILL');
  await until(() => {
    const [now, ...more] = host.pids(SUPERVISOR);
    return now !== undefined && more.length === 0 && !killed.includes(now);
  });
}

const missing = containerdMissing();
if (missing !== undefined) skip(missing);
else {
  test.before(async (context) => {
    context.host = await ContainerdHost.start();
  });

  test.after(({ host }) => host[Symbol.asyncDispose]());

  test("ctr's own output and input go on over kill -9 of the supervisor, with nothing lost", async ({
    host,
  }) => {
    const text = `echo ready; read line; echo "got $line"
      i=0; while [ $i -lt ${LINES} ]; do i=$((i+1)); echo $i; done; read line; echo "got $line"; exit 3`;
    const args = host.runArguments(
      ['--rm', '--annotation', 'io.lcow.memory=300m'],
      'talk',
      'sh',
      '-c',
      text,
    );
    const talk = host.spawn(args, 'open');
    await talk.shows('ready\n');
    // What a reader sees may not be noted yet, and would come again.
    await until(() => notedBytes(host) === 'ready\n'.length);
    await killSupervisor(host);
    talk.child.stdin?.write('first\n');
    await talk.shows('got first\n');
    await talk.shows('\n1000\n');
    await killSupervisor(host);
    await talk.shows(`\n${LINES}\n`);
    talk.child.stdin?.write('second\n');
    const { code, stdout, stderr } = await talk.finished;
    assert.is(code, 3, stderr);
    const lines = stdout.split('\n');
    const numbers = lines.slice(2, -2).map(Number);
    assert.equal(
      [lines[0], lines[1], lines.at(-2), lines.at(-1)],
      ['ready', 'got first', 'got second', ''],
    );
    // Of the write that was under way a part may come again; no line is missing and none is another.
    let [next, repeated] = [1, 0];
    for (const number of numbers) {
      if (number === next) next += 1;
      else repeated += 1;
    }
    assert.is(next, LINES + 1, `line ${next} is missing`);
    // What echo says one by one comes in small pieces.
    assert.ok(repeated < 1000, `${repeated} lines came again`);
    process.stdout.write(`${repeated} of ${LINES} lines came again\n`);
    assert.equal(await host.settledLeftovers(), []);
  });

  test('annotations make the VM, what they forbid is refused by name, and wrong ones are', async ({
    host,
  }) => {
    const shared = join(host.folder, 'shared');
    mkdirSync(shared);
    const annotations = (...pairs: string[]): string[] =>
      pairs.flatMap((pair) => ['--annotation', pair]);
    const small = [
      '-d',
      ...annotations('io.lcow.memory=300m', 'io.lcow.shares=none', 'io.lcow.processors=1'),
    ];
    await host.ok(...host.runArguments(small, 'small', 'sleep', '100000'));
    const look = host.execArguments([], 'small', 'sh', '-c', 'head -1 /proc/meminfo; nproc');
    const [, total, processors] = /MemTotal:\s+(\d+) kB\n(\d+)/.exec(await host.ok(...look)) ?? [];
    assert.ok(Number(total) > 200_000 && Number(total) < 307_200, total);
    assert.is(processors, '1');
    await host.remove('small');

    const mount = ['--mount', `type=bind,src=${shared},dst=/mnt,options=rbind:rw`];
    const refused = async (options: string[], words: RegExp): Promise<void> => {
      const { code, stderr } = await host.ctr(
        ...host.runArguments(['--rm', ...options], 'no', 'true'),
      );
      assert.is.not(code, 0);
      assert.match(stderr, words);
      await host.remove('no');
    };
    await refused(
      [...mount, ...annotations('io.lcow.shares=/nowhere')],
      /mount \/mnt: "[^"]*shared" may not be shared: the pod's option shares allows \/nowhere/,
    );
    await refused(
      annotations('io.lcow.memroy=1g'),
      /annotation io\.lcow\.memroy: there is no option/,
    );
    await refused(
      annotations('io.lcow.memory=much'),
      /annotation io\.lcow\.memory: "much" is not a size/,
    );
    assert.equal(await host.settledLeftovers(), []);
  });

  test.run();
}
