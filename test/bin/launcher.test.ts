import { spawnSync } from 'node:child_process';
import {
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

interface Checkout {
  root: string;
  /** Runs bin/lcow there. */
  lcow: (env?: Record<string, string>) => { status: number | null; stdout: string; stderr: string };
  /** Writes a bundle that prints this. */
  bundle: (text: string) => Promise<void>;
  /** Writes this as the bundle. */
  write: (bundle: string) => Promise<void>;
  caches: () => Promise<string[]>;
}

/** A bundle as bin/load-bundle.cjs reads it, of segments with their chunks' code; the first chunk is the main one. */
function bundleOf(segments: Record<string, Record<string, string>>): string {
  const texts = Object.values(segments).map((chunks) => {
    const functions = Object.entries(chunks).map(
      ([name, code]) => `${JSON.stringify(name)}: function (exports, require, module) { ${code} }`,
    );
    return `(function (importMeta) { return { ${functions.join(', ')} }; })`;
  });
  const header = {
    main: Object.keys(Object.values(segments)[0] ?? {})[0],
    segments: Object.entries(segments).map(([name, chunks], index) => ({
      name,
      length: texts[index]?.length,
      chunks: Object.keys(chunks),
    })),
  };
  return `${JSON.stringify(header)}\n${texts.join('')}`;
}

/** A folder with the launcher and nothing else. */
async function withCheckout(body: (checkout: Checkout) => Promise<void>): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'lcow-launcher-'));
  const bundles = join(root, 'dist', 'bundle');
  try {
    await cp('bin', join(root, 'bin'), { recursive: true });
    await copyFile('package.json', join(root, 'package.json'));
    await body({
      root,
      lcow: (env = {}) => {
        const options = {
          encoding: 'utf8',
          env: { ...process.env, NODE_EXTRA_CA_CERTS: '', ...env },
        } as const;
        return spawnSync(join(root, 'bin', 'lcow'), ['word'], options);
      },
      bundle: async (text) => {
        await mkdir(bundles, { recursive: true });
        const print = `process.stdout.write(${JSON.stringify(text)} + (process.env.LCOW_EXTRA_CA_CERTS ?? ''))`;
        const main = `exports.main = async (args) => { ${print}; return args.length; };`;
        await writeFile(join(bundles, 'lcow.bundle'), bundleOf({ all: { 'main.js': main } }));
      },
      write: async (text) => {
        await mkdir(bundles, { recursive: true });
        await writeFile(join(bundles, 'lcow.bundle'), text);
      },
      caches: async () => (await readdir(bundles)).filter((name) => name.endsWith('.cache')),
    });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

test('a launcher whose program is not built says so and exits 125', async () => {
  await withCheckout(async ({ lcow }) => {
    const { status, stderr, stdout } = lcow();
    assert.is(status, 125);
    assert.is(stderr, 'lcow is not built yet: run `npm run setup` in its checkout\n');
    assert.is(stdout, '');
  });
});

test("the program gets the arguments, and its status is the launcher's", async () => {
  await withCheckout(async ({ lcow, bundle }) => {
    await bundle('hello');
    const { status, stdout, stderr } = lcow();
    assert.equal([status, stdout, stderr], [1, 'hello', '']);
  });
});

test('NODE_EXTRA_CA_CERTS reaches the program under a name that Node does not read', async () => {
  await withCheckout(async ({ lcow, bundle }) => {
    await bundle('certs:');
    assert.is(lcow({ NODE_EXTRA_CA_CERTS: '/etc/some.pem' }).stdout, 'certs:/etc/some.pem');
  });
});

test('a code cache is written only when asked for, and never serves another bundle', async () => {
  await withCheckout(async ({ root, lcow, bundle, caches }) => {
    await bundle('one');
    lcow();
    assert.equal(await caches(), []);
    lcow({ LCOW_CODE_CACHE: 'write' });
    assert.is((await caches()).length, 1);
    assert.is(lcow().stdout, 'one');
    await bundle('two');
    await utimes(join(root, 'dist', 'bundle', 'lcow.bundle'), 1, 1);
    assert.is(lcow().stdout, 'two');
  });
});

test('a damaged code cache does not stop the program', async () => {
  await withCheckout(async ({ root, lcow, bundle, caches }) => {
    await bundle('one');
    lcow({ LCOW_CODE_CACHE: 'write' });
    const [name] = await caches();
    for (const damaged of [Buffer.alloc(0), Buffer.alloc(64), Buffer.from('no cache at all')]) {
      await writeFile(join(root, 'dist', 'bundle', name as string), damaged);
      const { status, stdout } = lcow();
      assert.equal([status, stdout], [1, 'one']);
    }
  });
});

test('a segment is read when a chunk of it is required, and its chunks share one state', async () => {
  await withCheckout(async ({ lcow, write, caches }) => {
    const main = `
      const count = () => require('./counter.js').next();
      exports.main = async () => {
        count();
        if (process.env.AGAIN) process.stdout.write(count() + require('./reader.js').read());
        return 0;
      };`;
    const counter = 'let n = 0; exports.next = () => `${(n += 1)}`;';
    const reader = `exports.read = () => require('./counter.js').next();`;
    const unused = 'this is no program';
    await write(
      bundleOf({
        first: { 'main.js': main },
        second: { 'counter.js': counter, 'reader.js': reader },
        third: { 'unused.js': unused },
      }),
    );
    const { status, stdout, stderr } = lcow({ AGAIN: '1', LCOW_CODE_CACHE: 'write' });
    assert.equal([status, stdout, stderr], [0, '23', '']);
    assert.equal(segmentsOf(await caches()), ['first', 'second']);
    assert.is(lcow({ AGAIN: '1' }).stdout, '23');
  });
});

test('a program goes on with its own bundle when a new build replaces the file', async () => {
  await withCheckout(async ({ lcow, write, root }) => {
    const file = JSON.stringify(join(root, 'dist', 'bundle', 'lcow.bundle'));
    const main = `exports.main = async () => {
      const fs = require('node:fs');
      fs.writeFileSync(${file} + '.new', 'another build');
      fs.renameSync(${file} + '.new', ${file});
      process.stdout.write(require('./late.js').text);
      return 0;
    };`;
    await write(
      bundleOf({ first: { 'main.js': main }, second: { 'late.js': "exports.text = 'mine'" } }),
    );
    const { status, stdout, stderr } = lcow();
    assert.equal([status, stdout, stderr], [0, 'mine', '']);
  });
});

test('a bundle that was cut short is told', async () => {
  await withCheckout(async ({ lcow, write }) => {
    await write(bundleOf({ all: { 'main.js': 'exports.main = async () => 0;' } }).slice(0, -4));
    const { status, stderr } = lcow();
    assert.is(status, 1);
    assert.match(stderr, /the bundle ends after \d+ bytes: build it again/);
  });
});

test("modules of Node's that are loaded late are as they are", async () => {
  await withCheckout(async ({ lcow, write }) => {
    const main = `exports.main = async () => {
      const crypto = require('node:crypto');
      const os = require('node:os');
      const same = crypto.randomBytes === process.getBuiltinModule('node:crypto').randomBytes;
      const all = Object.keys(os).length === Object.keys(process.getBuiltinModule('node:os')).length;
      const copied = { ...os };
      process.stdout.write([same, all, 'EOL' in os, copied.EOL === '\\n', os.nothing].join());
      return 0;
    };`;
    await write(bundleOf({ all: { 'main.js': main } }));
    assert.is(lcow().stdout, 'true,true,true,true,');
  });
});

test('every program that the package installs is one, and tells its version', async () => {
  const { bin, version } = JSON.parse(await readFile('package.json', 'utf8')) as {
    bin: Record<string, string>;
    version: string;
  };
  assert.equal(Object.keys(bin).sort(), ['containerd-shim-lcow-v1', 'lcow', 'lcow-oci']);
  for (const [name, path] of Object.entries(bin)) {
    const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
    assert.is(status, 0, name);
    assert.ok(stdout.includes(version), `${name}: ${stdout}`);
  }
});

test.run();

/** The segments that caches are of. */
function segmentsOf(caches: readonly string[]): string[] {
  return caches.map((name) => /-([a-z]+)\.cache$/.exec(name)?.[1] ?? name).sort();
}
