// Bundles each launcher's program into one file: one file is read at start instead of hundreds, and what the program
// imports with `import()` stays unevaluated in it until it is asked for. The file holds one function expression
// with CommonJS's parameters, which bin/load-bundle.cjs calls.
//
//   node bin/build.mjs [--analyze]
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const outDir = join(root, 'dist', 'bundle');

/** Launcher's name to its entry module. */
const ENTRIES = {
  lcow: 'runtime/cli/main.ts',
  'lcow-supervisor': 'runtime/supervisor/main.ts',
};

const { build, analyzeMetafile } = await import('esbuild');
await mkdir(outDir, { recursive: true });
for (const [name, entry] of Object.entries(ENTRIES)) {
  if (!existsSync(join(root, entry))) {
    console.log(`  ${name}: no ${entry} yet`);
    continue;
  }
  const temporary = join(outDir, `${name}.${process.pid}.js`);
  try {
    const result = await build({
      absWorkingDir: root,
      entryPoints: [entry],
      outfile: temporary,
      bundle: true,
      platform: 'node',
      target: 'node20.19',
      format: 'cjs',
      // import() of Node's own modules from CommonJS would start the ESM loader; require() does not.
      supported: { 'dynamic-import': false },
      // The FFI library is a native add-on: loaded from node_modules, on Windows only. The loader of .proto files is
      // what grpc-js's channelz and ORCA services would require if they were served.
      external: ['koffi', '@grpc/proto-loader'],
      // The source stays in memory as long as the program runs. Names stay readable in stacks.
      minifyWhitespace: true,
      legalComments: 'none',
      sourcemap: false,
      metafile: true,
      define: { 'import.meta.url': 'importMetaUrl' },
      banner: {
        js:
          "(function (exports, require, module, __filename, __dirname) { 'use strict';\n" +
          "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;",
      },
      footer: { js: '})' },
      logLevel: 'warning',
    });
    const bytes = Object.values(result.metafile.outputs)[0].bytes;
    await removeCaches(name);
    await rename(temporary, join(outDir, `${name}.bundle`));
    if (name === 'lcow-supervisor') warmUp(name);
    console.log(`  ${name}: dist/bundle/${name}.bundle, ${Math.round(bytes / 1024)} KiB`);
    if (process.argv.includes('--analyze')) console.log(await analyzeMetafile(result.metafile));
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Has V8 keep what it compiled; the supervisor's start is part of every container's. */
function warmUp(name) {
  const env = { ...process.env, LCOW_CODE_CACHE: 'write' };
  delete env.NODE_EXTRA_CA_CERTS;
  spawnSync(process.execPath, [join(root, 'bin', name), '--warm-up'], { env, stdio: 'inherit' });
}

/** Code caches are of one build of the bundle. */
async function removeCaches(name) {
  for (const file of await readdir(outDir)) {
    if (file.startsWith(`${name}.bundle-`)) await rm(join(outDir, file), { force: true });
  }
}
