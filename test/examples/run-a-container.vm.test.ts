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

test('the example runs a container, a process in it, sees events, output and exit', async ({
  host,
}) => {
  // Lcow.open() without arguments, as an embedder calls it, reads these.
  Object.assign(process.env, { LCOW_DATA: host.data, LCOW_RUN: host.run });
  const said: string[] = [];
  await runAContainer(host.busybox, (line) => said.push(line));
  assert.is(said[0], 'exec: its own host name, 0');
  assert.ok(said.includes('event: start') && said.includes('event: die'), said.join('\n'));
  assert.match(said.join('\n'), /output: hello from Linux \d+\.\d+/);
  assert.is(said.at(-1), 'exit status: 3');
});

test.run();
