/** A network namespace's path is the host's own, or another's. */
import { closeSync, openSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isHostNetwork } from '../../../runtime/container/host-network.ts';
import { skip } from '../../harness/skip.ts';

if (process.platform !== 'linux') {
  skip('network namespaces are of Linux');
} else {
  test("the namespace of this process is the host's, by whatever path it is reached", () => {
    assert.ok(isHostNetwork('/proc/self/ns/net'));
    const held = openSync('/proc/self/ns/net', 'r');
    assert.ok(isHostNetwork(`/proc/self/fd/${held}`));
    closeSync(held);
  });

  test('another namespace, a file and nothing at all are not', () => {
    assert.not(isHostNetwork('/proc/self/ns/uts'));
    assert.not(isHostNetwork('/etc/hostname'));
    assert.not(isHostNetwork('/nowhere'));
  });

  test.run();
}
