/** Twenty pods at once leave nothing behind. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { podEnded } from '../../runtime/supervisor/connect.ts';
import { SupervisedHost } from './supervised-host.ts';

const host = new SupervisedHost();
test.after(async () => {
  await host.lcow_[Symbol.asyncDispose]();
  await host[Symbol.asyncDispose]();
});

test('twenty containers with VMs of their own, at once: each exit is right, nothing is left', async () => {
  await host.lcow('image', 'import', host.busybox, 'busybox');
  const codes = Array.from({ length: 20 }, (_, n) => n);
  const ended = await Promise.all(
    codes.map(async (code) => {
      const container = await host.sh(`exit ${code}`, { vm: { network: 'none' } });
      const exit = await container.wait();
      await podEnded(host.where, container.id);
      await container.remove();
      return exit;
    }),
  );
  assert.equal(ended, codes);
  assert.equal(await host.settledLeftovers(), []);
});

test.run();
