/** `lcow image` on a store of its own. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LcowHost } from '../harness/lcow-host.ts';

const test = suite<{ host: LcowHost }>('lcow image', { host: new LcowHost() });

test.after(async ({ host }) => {
  await host[Symbol.asyncDispose]();
});

test('an image is imported, listed, inspected and removed', async ({ host }) => {
  const imported = await host.lcow('image', 'import', host.busybox, '--name', 'box:1');
  assert.is(imported.code, 0, imported.stderr);
  const list = await host.lcow('image', 'list');
  assert.match(list.stdout, /^NAME +IMAGE ID +CREATED +SIZE\n.*box:1 /);
  const [record] = JSON.parse((await host.lcow('image', 'inspect', 'box:1')).stdout) as {
    Id: string;
  }[];
  const id = record?.Id ?? '';
  assert.match(id, /^sha256:[0-9a-f]{64}$/);
  assert.is((await host.lcow('image', 'list', '-q', '--no-trunc')).stdout, `${id}\n`);
  assert.is((await host.lcow('image', 'list', '-q')).stdout, `${id.slice(7, 19)}\n`);
  const json = JSON.parse((await host.lcow('image', 'list', '--format', 'json')).stdout) as {
    Name: string;
  };
  assert.is(json.Name, 'docker.io/library/box:1');
  assert.is((await host.lcow('image', 'rm', 'box:1')).code, 0);
  assert.is((await host.lcow('image', 'list', '-q')).stdout, '');
});

test('what is not there is refused by name', async ({ host }) => {
  for (const args of [
    ['inspect', 'nope:1'],
    ['rm', 'nope:1'],
    ['import', '/no/such/folder'],
  ]) {
    const { code, stderr } = await host.lcow('image', ...args);
    assert.is(code, 125);
    assert.match(stderr, new RegExp(args[1] ?? ''));
  }
});

test.run();
