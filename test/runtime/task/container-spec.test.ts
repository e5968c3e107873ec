import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  containerSpec,
  type ContainerSpecOptions,
  parseUser,
} from '../../../runtime/task/container-spec.ts';
import { sharedFile } from '../../harness/repository-root.ts';
import { skip } from '../../harness/skip.ts';

const image = {
  entrypoint: ['/entry'],
  cmd: ['serve'],
  env: ['PATH=/image', 'A=image'],
  workingDirectory: '/srv',
  user: 'web',
};

function spec(options: Partial<ContainerSpecOptions> = {}) {
  return containerSpec({ id: '0123456789abcdef', image, ...options });
}

test('the image decides what the caller leaves open', () => {
  const { process, hostname, root } = spec();
  assert.equal(process.args, ['/entry', 'serve']);
  assert.equal(process.env, ['PATH=/image', 'A=image']);
  assert.is(process.cwd, '/srv');
  assert.is(process.user.username, 'web');
  assert.is(hostname, '0123456789ab');
  assert.is(root.readonly, undefined);
});

test('a command replaces Cmd; an entrypoint replaces both, as in Docker', () => {
  assert.equal(spec({ command: ['x', '-y'] }).process.args, ['/entry', 'x', '-y']);
  assert.equal(spec({ entrypoint: '/bin/sh' }).process.args, ['/bin/sh']);
  assert.equal(spec({ entrypoint: '/bin/sh', command: ['-c', 'id'] }).process.args, [
    '/bin/sh',
    '-c',
    'id',
  ]);
  assert.equal(spec({ entrypoint: '', command: ['id'] }).process.args, ['id']);
  assert.throws(() => spec({ entrypoint: '' }), /no command/);
});

test('the later value of a variable wins, PATH and TERM have defaults', () => {
  assert.equal(spec({ env: ['A=mine', 'B='] }).process.env, ['PATH=/image', 'A=mine', 'B=']);
  const bare = containerSpec({
    id: 'c',
    image: { cmd: ['x'] },
    terminal: { width: 80, height: 24 },
  });
  assert.ok(bare.process.env.includes('TERM=xterm'));
  assert.ok(bare.process.env.some((entry) => entry.startsWith('PATH=/usr/local/sbin')));
  assert.equal(bare.process.consoleSize, { width: 80, height: 24 });
});

for (const [what, options, message] of [
  ['an environment entry without =', { env: ['NOPE'] }, /"NOPE" is not NAME=VALUE/],
  ['a relative working directory', { workingDirectory: 'srv' }, /"srv" is not an absolute path/],
  ['a hostname with blanks', { hostname: 'a b' }, /"a b" is not 1 to 64/],
  ['a user with two colons', { user: 'a:b:c' }, /"a:b:c" is not USER\[:GROUP\]/],
] as const) {
  test(`${what} is refused with its value`, () => {
    assert.throws(() => spec(options), message);
  });
}

test('limits become cgroup values', () => {
  const { resources } = spec({ memoryBytes: 64 << 20, cpus: 1.5 }).linux;
  assert.equal(resources?.memory, { limit: 64 << 20 });
  assert.equal(resources?.cpu, { quota: 150_000, period: 100_000 });
});

test('a user is left to the agent, by name or by number', () => {
  assert.is(parseUser('1000:100').username, '1000:100');
  assert.is(parseUser('').username, '0');
});

test('what we write is valid by the OCI runtime schema', () => {
  const main = sharedFile('data/oci-runtime-schema/config-schema.json');
  if (main === undefined) return skip('the OCI runtime schema is not beside the checkout');
  // The schema is draft 4, which this ajv reads once it is not told so.
  const read = (file: string): object => {
    const { $schema: _draft, id: _id, ...schema } = JSON.parse(readFileSync(file, 'utf8'));
    return schema;
  };
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const files = ['defs', 'defs-linux', 'defs-vm', 'defs-windows', 'defs-zos', 'defs-freebsd'];
  const configs = ['linux', 'windows', 'solaris', 'vm', 'zos', 'freebsd'].map(
    (os) => `config-${os}`,
  );
  for (const name of [...files, ...configs]) {
    const file = sharedFile(`data/oci-runtime-schema/${name}.json`);
    if (file !== undefined) ajv.addSchema(read(file), `${name}.json`);
  }
  const validate = ajv.compile({ ...read(main), $id: 'config-schema.json' });
  const written = spec({
    memoryBytes: 1 << 26,
    cpus: 2,
    readOnly: true,
    terminal: { width: 1, height: 2 },
  });
  assert.ok(validate(JSON.parse(JSON.stringify(written))), JSON.stringify(validate.errors));
  assert.not(validate({ ...written, root: { path: 5 } }));
});

test.run();
