/**
 * A process that owns a VM until it is killed: creates it or takes it over, follows two containers, and notes in a
 * file what it was given, before that counts as taken. Run by reconnect.vm.test.ts; its argument is JSON.
 */
import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { addScsiAttachment } from '../../hcs/document/resource-requests.ts';
import { findBootFiles } from '../../linuxkit/manifest.ts';
import { AgentChannel } from '../../runtime/guest/agent-channel.ts';
import { beginLink } from '../../runtime/guest/link.ts';
import { METHODS } from '../../runtime/guest/methods.ts';
import { ProcessStreams } from '../../runtime/guest/process-streams.ts';
import { openHostService } from '../../runtime/host-service.ts';
import { AGENT_PORT, utilityVmDocument } from '../../runtime/uvm/utility-vm.ts';
import { specOf } from './agent-vm.ts';

export interface OwnerOptions {
  readonly id: string;
  readonly data: string;
  readonly run: string;
  readonly layer: string;
  readonly secret: string;
  /** One JSON object a line: {stream, offset, text}. */
  readonly log: string;
  readonly round: number;
}

const DEADLINE_MS = 120_000;

/** The agent's channel of a running VM, by whoever knows its secret. */
export async function takeOver(options: OwnerOptions) {
  const { data, run } = options;
  const service = await openHostService({ data, run });
  const system = await service.open(options.id);
  const listener = await system.listen(AGENT_PORT);
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const stream = await listener.accept(signal);
  await beginLink(stream, { signal, secret: Buffer.from(options.secret, 'hex') });
  const path = join(run, `agent-${process.pid}.sock`);
  return { service, system, channel: await AgentChannel.open(stream, path) };
}

async function create(options: OwnerOptions): Promise<AgentChannel> {
  const { data, run } = options;
  const service = await openHostService({ data, run });
  const { Execution: execution } = await service.properties();
  const bootFiles = await findBootFiles();
  const document = utilityVmDocument({ bootFiles, execution, survivesHost: true });
  const system = await service.create(options.id, document);
  const listener = await system.listen(AGENT_PORT);
  await system.start();
  const disk = { path: options.layer, readOnly: true };
  await system.modify(addScsiAttachment({ controller: 0, lun: 0 }, disk));
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const stream = await listener.accept(signal);
  await beginLink(stream, { signal });
  const channel = await AgentChannel.open(stream, join(run, `agent-${process.pid}.sock`));
  await channel.call('greet', METHODS.hello, {
    secret: Buffer.from(options.secret, 'hex'),
    entropy: Buffer.alloc(64, 1),
    wallClockNs: Date.now() * 1e6,
    hostname: 'reconnect',
  });
  const commands = {
    lines: 'n=0; while :; do echo line $n; n=$((n+1)); [ $((n % 20)) = 0 ] && sleep 0.02; done',
    waits: 'read line; echo "read $line"; exit 7',
    brief: 'read line; exit 9',
  };
  for (const [id, command] of Object.entries(commands)) {
    const rootfs = `/run/lcow/c/${id}/rootfs`;
    const layers = [{ disk: { scsi: { controller: 0, lun: 0 } } }];
    await channel.call('mount', METHODS.mountOverlay, { target: rootfs, layers });
    const spec = Buffer.from(JSON.stringify(specOf(['sh', '-c', command])));
    const stdio = { stdin: true, stdout: true, stderr: true };
    await channel.call('create', METHODS.create, { id, rootfs, spec, stdio });
    await channel.call('start', METHODS.start, { id });
  }
  return channel;
}

async function main(options: OwnerOptions): Promise<void> {
  const channel = options.round === 0 ? await create(options) : (await takeOver(options)).channel;
  const log = openSync(options.log, 'a');
  const attach = (containerId: string) =>
    new ProcessStreams(
      channel,
      { containerId, execId: '' },
      {
        resume: options.round > 0,
        onOutput: (stream, bytes, offset) => {
          const text = bytes.toString('latin1');
          writeSync(
            log,
            `${JSON.stringify({ stream: `${containerId} ${stream}`, offset, text })}\n`,
          );
        },
      },
    );
  const streams = ['lines', 'waits'].map(attach);
  await Promise.all(streams.map(({ attached }) => attached));
  // Typed in pieces by one owner after the other; the container reads the whole line.
  streams[1]?.stdin.write(`${options.round} `);
  process.stdout.write('attached\n');
  await new Promise(() => setInterval(() => {}, 1000));
}

if (process.argv[2] !== undefined && process.argv[1]?.includes('reconnect-owner')) {
  await main(JSON.parse(process.argv[2]) as OwnerOptions);
}
