/** An exec as one call (docs/protocol.md §3): begun by its first frame, kept until a later call says that it may go. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { RuntimeError } from '../../runtime/errors.ts';
import { ExecCalls } from '../../runtime/guest/exec-calls.ts';
import { METHODS } from '../../runtime/guest/methods.ts';
import { type ProcessId, ProcessStreams } from '../../runtime/guest/process-streams.ts';
import { rejection } from '../harness/rejection.ts';
import { AgentVm, collect, IDLE, processOf, specOf, text } from './agent-vm.ts';

const test = suite<{ agent: AgentVm }>('an exec as one call');

test.before(async (context) => {
  context.agent = await AgentVm.boot('agent-exec-call');
  await context.agent.create('box', specOf(IDLE));
  await context.agent.start('box');
});
test.after(async ({ agent }) => {
  await agent.delete('box');
  assert.equal(await agent.end(), []);
});

interface ExecOptions {
  stdin?: boolean;
  forget?: ProcessId[];
}

function exec(agent: AgentVm, execId: string, args: string[], options: ExecOptions = {}) {
  const { stdin = false, forget = [] } = options;
  const process = Buffer.from(JSON.stringify(processOf(args)));
  const stdio = { stdin, stdout: true, stderr: true };
  return new ProcessStreams(agent.channel, box(execId), { exec: { process, stdio }, forget });
}

function box(execId: string): ProcessId {
  return { containerId: 'box', execId };
}

async function forget(agent: AgentVm, execId: string): Promise<void> {
  await agent.channel.call('delete', METHODS.delete, { process: box(execId) });
}

async function execIds(agent: AgentVm): Promise<string[]> {
  const { containers } = await agent.channel.call('list', METHODS.list, {});
  return (containers[0]?.execs ?? []).map(({ execId }) => execId ?? '');
}

test('it starts, gives its output and exit, and is kept until the next one says that it may go', async ({
  agent,
}) => {
  const streams = exec(agent, 'one', ['sh', '-c', 'echo out; echo err >&2; exit 3']);
  assert.ok((await streams.attached).pid > 1);
  const { code, out, err } = await collect(streams);
  assert.equal([code, out, err], [3, 'out\n', 'err\n']);
  assert.equal(await execIds(agent), ['one']);
  // Its id is free for the very call that forgets it.
  const again = exec(agent, 'one', ['sh', '-c', 'exit 4'], { forget: [box('one')] });
  assert.is((await again.exit).code, 4);
  const other = exec(agent, 'two', ['true'], { forget: [box('one'), box('never')] });
  assert.is((await other.exit).code, 0);
  assert.equal(await execIds(agent), ['two']);
  await forget(agent, 'two');
  assert.equal(await execIds(agent), []);
});

test('one that still runs is not forgotten, whoever says so', async ({ agent }) => {
  const running = exec(agent, 'busy', ['cat'], { stdin: true });
  await running.attached;
  const other = exec(agent, 'other', ['true'], { forget: [box('busy')] });
  assert.is((await other.exit).code, 0);
  assert.equal(await execIds(agent), ['busy', 'other']);
  running.stdin.end('still here');
  assert.is(await text(running.stdout), 'still here');
  assert.is((await running.exit).code, 0);
  await forget(agent, 'busy');
  await forget(agent, 'other');
});

test('one that reads its input is said to run before it ends', async ({ agent }) => {
  const streams = exec(agent, 'cat', ['cat'], { stdin: true });
  await streams.attached;
  streams.stdin.end('typed');
  assert.is(await text(streams.stdout), 'typed');
  assert.is((await streams.exit).code, 0);
  await forget(agent, 'cat');
});

test('a host that ends its call without a word finds the exit again by the id', async ({
  agent,
}) => {
  const first = exec(agent, 'kept', ['sh', '-c', 'echo once; exit 7']);
  assert.is((await collect(first)).code, 7);
  first.detach();
  assert.equal(await execIds(agent), ['kept']);
  const second = new ProcessStreams(agent.channel, box('kept'), { resume: true });
  assert.is((await collect(second)).code, 7);
  await forget(agent, 'kept');
  assert.equal(await execIds(agent), []);
});

test('a command that is not there, an id that is taken: the call fails as Exec, nothing stays', async ({
  agent,
}) => {
  const missing = (await rejection(exec(agent, 'none', ['/not/there']).exit)) as RuntimeError;
  assert.is(missing.code, 'command-not-found');
  const running = exec(agent, 'taken', IDLE);
  await running.attached;
  const taken = (await rejection(exec(agent, 'taken', ['true']).exit)) as RuntimeError;
  assert.is(taken.code, 'already-exists');
  assert.equal(await execIds(agent), ['taken']);
  await agent.channel.call('delete', METHODS.delete, { process: box('taken'), force: true });
});

test('only execs are forgotten so, and 1024 of them at most', async ({ agent }) => {
  for (const forget of [[box('')], Array.from({ length: 1025 }, (_, n) => box(`e${n}`))]) {
    const streams = exec(agent, 'refused', ['true'], { forget });
    const refused = (await rejection(streams.exit)) as RuntimeError;
    assert.is(refused.code, 'invalid-argument');
    assert.match(refused.message, /forget/);
  }
  assert.equal(await execIds(agent), []);
});

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** What is over at once, over the call for all execs. */
async function run(
  agent: AgentVm,
  execId: string,
  args: string[],
  forget: ProcessId[] = [],
): Promise<Outcome | 'runs'> {
  const process = Buffer.from(JSON.stringify(processOf(args)));
  const start = { process, stdio: { stdout: true, stderr: true } };
  const calls = ExecCalls.of(agent.channel);
  const { pid, ended } = await calls.start(`exec "${execId}"`, box(execId), start, forget);
  assert.ok(pid > 1);
  if (ended === undefined) return 'runs';
  const { stdout, stderr } = ended.output;
  return { code: ended.exit.code, out: stdout.toString(), err: stderr.toString() };
}

test('many at once over one call: each with its own output and exit, kept until it is forgotten', async ({
  agent,
}) => {
  const ids = Array.from({ length: 8 }, (_, n) => `many-${n}`);
  const outcomes = await Promise.all(
    ids.map((id, n) => run(agent, id, ['sh', '-c', `echo ${n}; echo e${n} >&2; exit ${n}`])),
  );
  for (const [n, outcome] of outcomes.entries()) {
    // On a busy machine one may be told to run before its end: its output is there for who attaches.
    const told =
      outcome === 'runs'
        ? await collect(new ProcessStreams(agent.channel, box(`many-${n}`)))
        : outcome;
    assert.equal([told.code, told.out, told.err], [n, `${n}\n`, `e${n}\n`]);
  }
  assert.equal(await execIds(agent), ids);
  // The output of what was told whole is still the guest's to give.
  const again = new ProcessStreams(agent.channel, box('many-3'), { resume: true });
  assert.is((await collect(again)).out, '3\n');
  await run(agent, 'last', ['true'], ids.map(box));
  assert.equal(await execIds(agent), ['last']);
  await forget(agent, 'last');
});

test('what goes on, or says more than a frame has, is told to run; who attaches has all of it', async ({
  agent,
}) => {
  assert.is(await run(agent, 'long', IDLE), 'runs');
  await agent.channel.call('delete', METHODS.delete, { process: box('long'), force: true });
  const much = ['sh', '-c', 'dd if=/dev/zero bs=1024 count=80 2>/dev/null | tr "\\0" x; exit 5'];
  assert.is(await run(agent, 'much', much), 'runs');
  const { code, out } = await collect(new ProcessStreams(agent.channel, box('much')));
  assert.equal([code, out], [5, 'x'.repeat(80 * 1024)]);
  await forget(agent, 'much');
});

test('over that call too nothing stays of what cannot be started, and stdin is refused by name', async ({
  agent,
}) => {
  const missing = (await rejection(run(agent, 'none', ['/not/there']))) as RuntimeError;
  assert.is(missing.code, 'command-not-found');
  const process = Buffer.from(JSON.stringify(processOf(['cat'])));
  const start = { process, stdio: { stdin: true, stdout: true } };
  const calls = ExecCalls.of(agent.channel);
  const refused = await rejection(calls.start('exec "in"', box('in'), start, []));
  assert.is((refused as RuntimeError).code, 'invalid-argument');
  assert.match((refused as RuntimeError).message, /exec\.stdio/);
  const many = Array.from({ length: 1025 }, (_, n) => box(`e${n}`));
  const tooMany = (await rejection(run(agent, 'many', ['true'], many))) as RuntimeError;
  assert.match(tooMany.message, /forget/);
  assert.ok(calls.offered);
  assert.equal(await execIds(agent), []);
});

test.run();
