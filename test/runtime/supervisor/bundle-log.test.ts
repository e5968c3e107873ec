/** What containerd reads of a shim: the FIFO in the bundle. */
import { spawnSync } from 'node:child_process';
import {
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  writeFileSync,
  readFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ContainerdPod } from '../../../runtime/container/container-record.ts';
import { openBundleLog } from '../../../runtime/supervisor/bundle-log.ts';
import { skip } from '../../harness/skip.ts';

if (process.platform === 'win32') skip('there are no FIFOs');

const root = mkdtempSync(join(tmpdir(), 'lcow-log-'));

function podOf(debug: boolean): ContainerdPod {
  const bundle = mkdtempSync(join(root, 'b'));
  const pod = {
    namespace: 'ns1',
    groupId: 'g "1"',
    address: '',
    grpcAddress: '',
    ttrpcAddress: '',
  };
  return { ...pod, bundle, debug };
}

function makeFifo(bundle: string): number {
  spawnSync('mkfifo', [join(bundle, 'log')]);
  return openSync(join(bundle, 'log'), constants.O_RDWR | constants.O_NONBLOCK);
}

function readAll(fifo: number): string {
  const chunk = Buffer.alloc(1 << 20);
  try {
    return chunk.toString('utf8', 0, readSync(fifo, chunk));
  } catch {
    return '';
  }
}

test('a line is what containerd itself writes, and quotes what would break it', () => {
  const pod = podOf(true);
  const fifo = makeFifo(pod.bundle);
  openBundleLog(pod).write('warning', 'two\nlines "quoted"');
  assert.match(
    readAll(fifo),
    /^time="[-0-9T:.]+Z" level=warning msg="two\\nlines \\"quoted\\"" namespace="ns1" pod="g \\"1\\"" runtime=io\.containerd\.lcow\.v1\n$/,
  );
});

test('mere information is for a containerd that debugs', () => {
  const pod = podOf(false);
  const fifo = makeFifo(pod.bundle);
  const log = openBundleLog(pod);
  log.write('information', 'boots');
  log.write('error', 'fails');
  const text = readAll(fifo);
  assert.not.match(text, /boots/);
  assert.match(text, /level=error msg="fails"/);
});

test('what nobody reads is dropped, and what follows is written again', () => {
  const pod = podOf(false);
  const fifo = makeFifo(pod.bundle);
  const log = openBundleLog(pod);
  for (let n = 0; n < 1000; n += 1) log.write('warning', `line ${n} ${'x'.repeat(200)}`);
  const full = readAll(fifo);
  assert.ok(full.length <= 64 * 1024);
  assert.ok(full.endsWith('\n'), 'no line is torn');
  log.write('warning', 'again');
  assert.match(readAll(fifo), /msg="again"/);
});

test('a line of any length fits the pipe', () => {
  const pod = podOf(false);
  const fifo = makeFifo(pod.bundle);
  openBundleLog(pod).write('warning', '\u0001'.repeat(100_000));
  const text = readAll(fifo);
  assert.ok(text.length > 1000 && text.length <= 4096, String(text.length));
  assert.ok(text.endsWith('\n'));
});

test('without a FIFO nothing is written, and no file is made in its place', () => {
  const pod = podOf(true);
  openBundleLog(pod).write('warning', 'lost');
  assert.not(existsSync(join(pod.bundle, 'log')));
  writeFileSync(join(pod.bundle, 'log'), 'mine');
  openBundleLog(pod).write('warning', 'lost');
  assert.is(readFileSync(join(pod.bundle, 'log'), 'utf8'), 'mine');
});

test.after(() => rmSync(root, { recursive: true }));
test.run();
