/** The guest's connections to the host: listen, accept, again, given up, and the console. */
import * as assert from 'uvu/assert';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type { HcsError } from '../../hcs/hcs-error.ts';
import { readUntil } from '../harness/greet-guest.ts';
import { hcsRejection, rejection } from '../harness/rejection.ts';
import type { Contract } from './contract-bench.ts';

const BOOT_TIMEOUT_MS = 60_000;

export function connectionContract(contract: Contract): void {
  contract('a booted guest dials, is accepted, and again after the end', async (stage) => {
    const system = await stage.create();
    await using listener = await system.listen(stage.guestPort);
    assert.is(listener.port, stage.guestPort);
    await system.start();
    for (let time = 0; time < 3; time += 1) {
      const stream = await listener.accept(AbortSignal.timeout(BOOT_TIMEOUT_MS));
      await stage.converse(stream);
      const closed = once(stream, 'close');
      stream.destroy();
      await closed;
    }
  });

  contract('the connection ends when the system does', async (stage) => {
    const system = await stage.create();
    await using listener = await system.listen(stage.guestPort);
    await system.start();
    const stream = await listener.accept(AbortSignal.timeout(BOOT_TIMEOUT_MS));
    await stage.converse(stream);
    stream.resume().on('error', () => undefined);
    const closed = once(stream, 'close');
    await system.terminate();
    await closed;
  });

  contract('accept is given up with its signal', async (stage) => {
    const system = await stage.create();
    await using listener = await system.listen(stage.guestPort + 1);
    await system.start();
    const first = await listener.accept(AbortSignal.timeout(200)).then(
      // A serial channel is connected before a guest speaks: the next accept waits for its end.
      () => rejection(listener.accept(AbortSignal.timeout(200))),
      (error: unknown) => error,
    );
    assert.is((first as { code?: string }).code, 'HCS_E_CONNECTION_TIMEOUT');
    await hcsRejection(listener.accept(AbortSignal.abort()), 'HCS_E_CONNECTION_TIMEOUT');
  });

  contract('accept is told when the system exits', async (stage) => {
    const system = await stage.create();
    await using listener = await system.listen(stage.guestPort);
    await system.start();
    const held = await listener.accept(AbortSignal.timeout(BOOT_TIMEOUT_MS));
    held.on('error', () => undefined);
    const [outcome] = await Promise.all([
      listener.accept().then(untilClosed, (error: unknown) => (error as HcsError).code),
      system.terminate(),
    ]);
    assert.ok(outcome === 'closed' || outcome === 'HCS_E_CONNECTION_CLOSED', String(outcome));
    await hcsRejection(listener.accept(), 'HCS_E_CONNECTION_CLOSED');
  });

  contract('a console is there when the document has one, and carries the boot', async (stage) => {
    const quiet = await stage.create();
    assert.is(await quiet.console(), undefined);
    const loud = await stage.create(stage.document({ console: true }));
    const console = await loud.console();
    assert.ok(console !== undefined);
    if (console === undefined) return;
    console.on('error', () => undefined);
    await loud.start();
    const text = await readUntil(console, BOOT_TIMEOUT_MS, (received) =>
      received.includes('Linux version') ? received.toString('latin1') : undefined,
    );
    assert.match(text, 'Linux version');
    console.destroy();
  });
}

/** On a serial channel an accept may win the race with the exit: its stream then ends at once. */
function untilClosed(stream: Duplex): Promise<string> {
  return new Promise((resolve) => {
    stream.resume().on('error', () => undefined);
    stream.on('close', () => resolve('closed'));
  });
}
