/** An update's zeros and empty texts are what stays as it is; everything else reaches the guest as it was sent. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { changedResources } from '../../../runtime/task/changed-resources.ts';

function changed(text: string): string {
  return Buffer.from(changedResources(Buffer.from(text))).toString();
}

test('what dockerd sends for what stays is dropped', () => {
  const sent = {
    memory: { limit: 100663296, reservation: 0, swap: 100663296 },
    cpu: { shares: 0, quota: 0, period: 0, cpus: '', mems: '' },
    pids: { limit: 55 },
    blockIO: { weight: 0 },
  };
  assert.equal(JSON.parse(changed(JSON.stringify(sent))), {
    memory: { limit: 100663296, swap: 100663296 },
    cpu: {},
    pids: { limit: 55 },
    blockIO: {},
  });
});

test('what has none of that is byte for byte as it was, numbers beyond 2^53 and no limit too', () => {
  for (const text of [
    '{ "memory": {"limit": 9223372036854771712} }',
    '{"memory":{"limit":-1},"pids":{"limit":-1}}',
    '{"hugepageLimits":[{"pageSize":"2MB","limit":0}]}',
    '{"memory":',
    '[]',
    'null',
  ]) {
    assert.is(changed(text), text);
  }
});

test.run();
