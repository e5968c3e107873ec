/** The real agent under a host that misbehaves or vanishes: it starts over and serves the next connection. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ComputeService, ComputeSystem, GuestListener } from '../../../hcs/service.ts';
import { findBootFiles } from '../../../linuxkit/manifest.ts';
import { RuntimeError } from '../../../runtime/errors.ts';
import { AgentChannel } from '../../../runtime/guest/agent-channel.ts';
import { beginLink } from '../../../runtime/guest/link.ts';
import { METHODS } from '../../../runtime/guest/methods.ts';
import { openHostService } from '../../../runtime/host-service.ts';
import { AGENT_PORT, utilityVmDocument } from '../../../runtime/uvm/utility-vm.ts';
import { LcowHost } from '../../harness/lcow-host.ts';
import { rejection } from '../../harness/rejection.ts';

interface Context {
  host: LcowHost;
  service: ComputeService;
  system: ComputeSystem;
  listener: GuestListener;
}
const test = suite<Context>('link faults');
const secret = randomBytes(32);
const DEADLINE_MS = 120_000;
const UNANSWERED_MS = 10_000;
const UNANSWERED_MOST = 5;

test.before(async (context) => {
  context.host = new LcowHost();
  const { data, run } = context.host;
  context.service = await openHostService({ data, run });
  const { Execution } = await context.service.properties();
  const document = utilityVmDocument({ bootFiles: await findBootFiles(), execution: Execution });
  context.system = await context.service.create('link-faults', document);
  context.listener = await context.system.listen(AGENT_PORT);
  await context.system.start();
});

test.after(async ({ host, service, system }) => {
  await system.terminate();
  await system[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
  const left = await host.settledLeftovers();
  await host[Symbol.asyncDispose]();
  assert.equal(left, []);
});

function accept({ listener }: Context): Promise<Duplex> {
  return listener.accept(AbortSignal.timeout(DEADLINE_MS));
}

/**
 * How the agent refuses this proof. A hello that comes before the agent has seen the end of the connection before is bytes
 * of that session, which they end (docs/protocol.md §2): nobody answers it, and the next one is looked at.
 */
async function refusal(context: Context, proof: Buffer | undefined): Promise<unknown> {
  for (let unanswered = 0; ; unanswered += 1) {
    const error = await rejection(linked(context, proof, UNANSWERED_MS));
    if (!(error instanceof RuntimeError && error.code === 'cancelled')) return error;
    assert.ok(unanswered < UNANSWERED_MOST, 'it answers');
  }
}

let channels = 0;
async function channelOver(context: Context, stream: Duplex): Promise<AgentChannel> {
  channels += 1;
  return AgentChannel.open(stream, join(context.host.folder, `agent-${channels}.sock`));
}

async function linked(
  context: Context,
  proof?: Buffer,
  deadlineMs = DEADLINE_MS,
): Promise<AgentChannel> {
  const stream = await accept(context);
  const signal = AbortSignal.timeout(deadlineMs);
  await beginLink(stream, proof === undefined ? { signal } : { signal, secret: proof });
  return channelOver(context, stream);
}

test('garbage before the hello is discarded', async (context) => {
  const stream = await accept(context);
  stream.write(randomBytes(1_000_000));
  await beginLink(stream, { signal: AbortSignal.timeout(DEADLINE_MS) });
  stream.destroy();
});

test('a host that goes after the hello is no loss: the agent starts over', async (context) => {
  const channel = await linked(context);
  const hello = await channel.call('greet', METHODS.hello, {
    secret,
    entropy: randomBytes(64),
    wallClockNs: Date.now() * 1e6,
    hostname: 'link-faults',
  });
  assert.match(hello.kernelRelease, /^\d+\.\d+/);
  await channel[Symbol.asyncDispose]();
});

test('from then on only who knows the secret is served', async (context) => {
  for (const proof of [undefined, randomBytes(32)]) {
    const error = await refusal(context, proof);
    assert.ok(error instanceof RuntimeError);
    assert.is(error.code, 'permission-denied');
  }
  const channel = await linked(context, secret);
  await channel.call('ping', METHODS.ping, {});
  await channel[Symbol.asyncDispose]();
});

test('garbage in place of HTTP/2, and a frame of a huge length, end the connection and nothing else', async (context) => {
  const hugeFrame = Buffer.from([0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1]);
  const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  for (const bytes of [
    randomBytes(100_000),
    Buffer.concat([preface, hugeFrame, randomBytes(70_000)]),
  ]) {
    const stream = await accept(context);
    await beginLink(stream, { signal: AbortSignal.timeout(DEADLINE_MS), secret });
    stream.on('error', () => {});
    stream.write(bytes);
    stream.destroy();
    const channel = await linked(context, secret);
    await channel.call('ping', METHODS.ping, {});
    await channel[Symbol.asyncDispose]();
  }
});

test('a host that vanishes in the middle of a call finds the agent well', async (context) => {
  for (let round = 0; round < 5; round += 1) {
    const channel = await linked(context, secret);
    const call = channel.call('wait', METHODS.getMemory, {});
    call.catch(() => {});
    await channel[Symbol.asyncDispose]();
  }
  const channel = await linked(context, secret);
  const { totalBytes } = await channel.call('measure', METHODS.getMemory, {});
  assert.ok(totalBytes > 500e6);
  await channel[Symbol.asyncDispose]();
});

test('requests out of bounds are refused by field', async (context) => {
  const channel = await linked(context, secret);
  const refused = async (call: Promise<unknown>, code: string, text: RegExp): Promise<void> => {
    const error = await rejection(call);
    assert.ok(error instanceof RuntimeError);
    assert.is(error.code, code, error.message);
    assert.match(error.message, text);
  };
  const scsi = { controller: 4, lun: 0 };
  await refused(
    channel.call('attach', METHODS.attach, { disk: { scsi } }),
    'invalid-argument',
    /scsi\.controller/,
  );
  await refused(
    channel.call('mount', METHODS.mount, { target: '/etc', bind: '/x' }),
    'invalid-argument',
    /target/,
  );
  await refused(
    channel.call('start', METHODS.start, { id: 'no-such-container' }),
    'not-found',
    /no-such-container/,
  );
  await refused(channel.call('create', METHODS.create, { id: '../x' }), 'invalid-argument', /id/);
  await channel[Symbol.asyncDispose]();
});

test.run();
