/** An exec as one call (docs/protocol.md §3): begun by its first frame, kept until the host says that it may go. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { RuntimeError } from '../../runtime/errors.ts';
import { METHODS } from '../../runtime/guest/methods.ts';
import { ProcessStreams } from '../../runtime/guest/process-streams.ts';
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

function exec(agent: AgentVm, execId: string, args: string[], stdin = false): ProcessStreams {
  const process = Buffer.from(JSON.stringify(processOf(args)));
  const stdio = { stdin, stdout: true, stderr: true };
  const id = { containerId: 'box', execId };
  return new ProcessStreams(agent.channel, id, { exec: { process, stdio }, hold: true });
}

async function execIds(agent: AgentVm): Promise<string[]> {
  const { containers } = await agent.channel.call('list', METHODS.list, {});
  return (containers[0]?.execs ?? []).map(({ execId }) => execId ?? '');
}

test('it starts, gives its output and exit, and is gone once it is forgotten', async ({
  agent,
}) => {
  const streams = exec(agent, 'one', ['sh', '-c', 'echo out; echo err >&2; exit 3']);
  assert.ok((await streams.attached).pid > 1);
  const { code, out, err } = await collect(streams);
  assert.equal([code, out, err], [3, 'out\n', 'err\n']);
  assert.equal(await execIds(agent), ['one']);
  await streams.forget();
  assert.equal(await execIds(agent), []);
  // Its id is free at once.
  const again = exec(agent, 'one', ['true']);
  assert.is((await again.exit).code, 0);
  await again.forget();
});

test('one that reads its input is said to run before it ends', async ({ agent }) => {
  const streams = exec(agent, 'cat', ['cat'], true);
  await streams.attached;
  streams.stdin.end('typed');
  assert.is(await text(streams.stdout), 'typed');
  assert.is((await streams.exit).code, 0);
  await streams.forget();
});

test('a host that ends its call without a word finds the exit again by the id', async ({
  agent,
}) => {
  const first = exec(agent, 'kept', ['sh', '-c', 'echo once; exit 7']);
  assert.is((await collect(first)).code, 7);
  first.detach();
  const id = { containerId: 'box', execId: 'kept' };
  assert.equal(await execIds(agent), ['kept']);
  const second = new ProcessStreams(agent.channel, id, { resume: true, hold: true });
  assert.is((await collect(second)).code, 7);
  await second.forget();
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
  const process = { containerId: 'box', execId: 'taken' };
  await agent.channel.call('delete', METHODS.delete, { process, force: true });
});

test('only an exec is held', async ({ agent }) => {
  const init = { containerId: 'box', execId: '' };
  const refused = (await rejection(
    new ProcessStreams(agent.channel, init, { hold: true }).exit,
  )) as RuntimeError;
  assert.is(refused.code, 'invalid-argument');
  assert.match(refused.message, /hold/);
});

test.run();
