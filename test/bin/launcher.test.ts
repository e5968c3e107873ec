import { spawnSync } from 'node:child_process';
import { copyFile, cp, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
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
  caches: () => Promise<string[]>;
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
        const options = { encoding: 'utf8', env: { ...process.env, ...env } } as const;
        return spawnSync(join(root, 'bin', 'lcow'), ['word'], options);
      },
      bundle: async (text) => {
        await mkdir(bundles, { recursive: true });
        const print = `process.stdout.write(${JSON.stringify(text)} + (process.env.LCOW_EXTRA_CA_CERTS ?? ''))`;
        const main = `exports.main = async (args) => { ${print}; return args.length; };`;
        const code = `(function (exports, require, module, __filename, __dirname) { ${main} })`;
        await writeFile(join(bundles, 'lcow.bundle'), code);
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

test.run();
