/** The example of README.md, run on a real VM. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LcowHost } from '../harness/lcow-host.ts';
import { runAContainer } from './run-a-container.ts';

const test = suite<{ host: LcowHost }>('examples', { host: new LcowHost() });

test.after(async ({ host }) => {
  const left = await host.settledLeftovers();
  await host[Symbol.asyncDispose]();
  assert.equal(left, []);
});

test('the example boots a VM, runs a container, sees its events, output and exit', async ({
  host,
}) => {
  // Lcow.open() without arguments, as an embedder calls it, reads these.
  Object.assign(process.env, { LCOW_DATA: host.data, LCOW_RUN: host.run });
  const said: string[] = [];
  await runAContainer(host.busybox, (line) => said.push(line));
  assert.ok(said.includes('event 1: exited'), said.join('\n'));
  assert.match(said.join('\n'), /output: hello from Linux \d+\.\d+/);
  assert.is(said.at(-1), 'exit status: 3');
});

test.run();
