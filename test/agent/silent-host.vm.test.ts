/**
 * A host that neither reads nor goes: to the guest a socket whose other end was killed may look like that for ever.
 * The agent gives it up and dials again, however full the socket is.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Duplex, PassThrough } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { addScsiAttachment } from '../../hcs/document/resource-requests.ts';
import { findBootFiles } from '../../linuxkit/manifest.ts';
import { AgentChannel } from '../../runtime/guest/agent-channel.ts';
import { beginLink } from '../../runtime/guest/link.ts';
import { METHODS } from '../../runtime/guest/methods.ts';
import { ProcessStreams } from '../../runtime/guest/process-streams.ts';
import { openHostService } from '../../runtime/host-service.ts';
import { AGENT_PORT, utilityVmDocument } from '../../runtime/uvm/utility-vm.ts';
import { LcowHost } from '../harness/lcow-host.ts';
import { vsockBackendInPath } from '../harness/vsock-backend.ts';
import { busyboxLayers, specOf } from './agent-vm.ts';

/** Far above what the agent waits for a silent host, so that only one that waits for ever fails. */
const REDIAL_DEADLINE_MS = 60_000;
/** Together they have more under way than a socket's buffers hold. */
const WRITERS = 8;

if (vsockBackendInPath()) {
  process.env['LCOW_LINK'] = 'vsock';
  test('a host that stops reading a full vsock is given up and dialled again', silentHost);
}

async function silentHost(): Promise<void> {
  const host = new LcowHost();
  const { data, run } = host;
  mkdirSync(run, { recursive: true });
  const service = await openHostService({ data, run });
  const { Execution: execution } = await service.properties();
  const document = utilityVmDocument({ bootFiles: await findBootFiles(), execution });
  const system = await service.create('silent-host', document);
  const listener = await system.listen(AGENT_PORT);
  await system.start();
  const layer = (await busyboxLayers(host))[0] as string;
  await system.modify(
    addScsiAttachment({ controller: 0, lun: 0 }, { path: layer, readOnly: true }),
  );
  const signal = AbortSignal.timeout(120_000);
  const stream = await listener.accept(signal);
  await beginLink(stream, { signal });
  const secret = randomBytes(32);
  const read = stream.pipe(new PassThrough());
  const between = Duplex.from({ readable: read, writable: stream });
  const channel = await AgentChannel.open(between, join(run, 'agent.sock'));
  await channel.call('greet', METHODS.hello, {
    secret,
    entropy: randomBytes(64),
    wallClockNs: Date.now() * 1e6,
    hostname: 'silent',
  });
  const rootfs = '/run/lcow/c/flood/rootfs';
  const layers = [{ disk: { scsi: { controller: 0, lun: 0 } } }];
  await channel.call('mount', METHODS.mountOverlay, { target: rootfs, layers });
  await channel.call('create', METHODS.create, {
    id: 'flood',
    rootfs,
    spec: Buffer.from(JSON.stringify(specOf(['sleep', '1000']))),
    stdio: {},
  });
  await channel.call('start', METHODS.start, { id: 'flood' });
  const writers = await Promise.all(
    Array.from({ length: WRITERS }, async (_, n) => {
      const id = { containerId: 'flood', execId: `yes${n}` };
      await channel.call('exec', METHODS.exec, {
        ...id,
        process: Buffer.from(JSON.stringify(specOf(['yes']).process)),
        stdio: { stdout: true },
      });
      return new ProcessStreams(channel, id);
    }),
  );
  await Promise.all(writers.map(({ attached }) => attached));

  stream.unpipe();
  stream.pause();
  const again = await listener.accept(AbortSignal.timeout(REDIAL_DEADLINE_MS));
  await beginLink(again, { signal, secret });

  again.destroy();
  await channel[Symbol.asyncDispose]();
  await system.terminate();
  await system[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
  assert.equal(await host.settledLeftovers(), []);
  await host[Symbol.asyncDispose]();
}

test.run();
