// Builds lcow for Windows, on Linux or wherever Node and npm run:
//
//   node bin/build-windows.mjs [--arch x64|arm64]... [--node VERSION] [--out FOLDER]
//
//   build/windows/<arch>/lcow.exe    Node of npm's package for Windows with our bundle inside (Node's single executable
//                                    applications): `lcow`, and with `lcow-supervisor` as first argument the supervisor
//   build/windows/<arch>/containerd-shim-lcow-v1.exe   the same file by the name that containerd looks for
//   build/windows/<arch>/koffi.node  the FFI library's native part, of the same version as the rest of it in the bundle
//   build/windows/<arch>/boot/       the guest's boot files, where build/guest has them and --boot is given
//
// What is fetched stays in build/tools/npm. The executables are not signed: docs/windows.md says how to sign them.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import {
  copyFile,
  cp,
  link,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { removeSignature } from './portable-executable.mjs';

/** A wrong argument or a step that failed: told without a stack. */
class BuildError extends Error {}

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);
/** The Node that is built in, by architecture: npm does not have every version for both. */
const NODE_VERSIONS = { x64: '22.22.2', arm64: '22.23.2' };
/** Says beside an executable what it was made of. */
const SHIM_EXE = 'containerd-shim-lcow-v1.exe';
const MADE_FILE = '.lcow.exe.inputs';
/** Node looks for these two; they are its own constants. */
const SEA_RESOURCE = 'NODE_SEA_BLOB';
const SEA_FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

const { values } = parseArgs({
  options: {
    arch: { type: 'string', multiple: true },
    node: { type: 'string' },
    out: { type: 'string' },
    boot: { type: 'boolean' },
  },
});
const out = resolve(values.out ?? join(root, 'build', 'windows'));
try {
  for (const arch of values.arch ?? Object.keys(NODE_VERSIONS)) {
    if (!Object.hasOwn(NODE_VERSIONS, arch)) fail(`--arch is "${arch}"; there are x64 and arm64`);
    const version = values.node ?? NODE_VERSIONS[arch];
    if (!/^\d+\.\d+\.\d+$/.test(version)) fail(`--node is "${version}", which is no version`);
    await buildFor(arch, version);
  }
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  console.error(`build-windows: ${error.message}`);
  process.exitCode = 1;
}

async function buildFor(arch, nodeVersion) {
  const folder = join(out, arch);
  const work = join(folder, `.work-${process.pid}`);
  await mkdir(work, { recursive: true });
  try {
    const bundle = join(work, 'lcow.cjs');
    await bundleProgram(bundle, arch);
    const blob = await readFile(await makeBlob(work, bundle, nodeVersion));
    const made = `${nodeVersion} ${createHash('sha256').update(blob).digest('hex')}\n`;
    const node = join(await fetchPackage(`node-win-${arch}`, nodeVersion), 'bin', 'node.exe');
    const koffi = await fetchPackage(`@koromix/koffi-win32-${arch}`, await koffiVersion());
    if (!(await isMade(folder, made))) {
      const exe = join(work, 'lcow.exe');
      await writeFile(exe, removeSignature(await readFile(node)));
      await injectBlob(exe, blob);
      await rename(exe, join(folder, 'lcow.exe'));
      await writeFile(join(folder, MADE_FILE), made);
    }
    await linkAs(join(folder, 'lcow.exe'), join(folder, SHIM_EXE));
    await copyFile(join(koffi, `win32_${arch}`, 'koffi.node'), join(folder, 'koffi.node'));
    if (values.boot) await copyBootFiles(join(folder, 'boot'));
    await report(join(folder, 'lcow.exe'), `Node ${nodeVersion} for Windows ${arch}`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Putting the program into 85 MB of Node takes 15 s of processor time, which is spared where nothing has changed. */
async function isMade(folder, made) {
  const before = await readFile(join(folder, MADE_FILE), 'utf8').catch(() => '');
  return before === made && existsSync(join(folder, 'lcow.exe'));
}

/** A second name of the file; a copy where the file system has one name a file. */
async function linkAs(file, name) {
  await rm(name, { force: true });
  await link(file, name).catch(() => copyFile(file, name));
}

/** All programs as one CommonJS file, in which what is imported with import() stays unevaluated until it is needed. */
async function bundleProgram(file, arch) {
  const { build } = await import('esbuild');
  await build({
    absWorkingDir: root,
    entryPoints: ['bin/windows-launcher.mjs'],
    outfile: file,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    supported: { 'dynamic-import': false },
    external: ['@grpc/proto-loader'],
    // Its ES module requires the native part in a way that no bundler sees.
    alias: { koffi: join(root, 'node_modules', 'koffi', 'index.cjs') },
    minifyWhitespace: true,
    legalComments: 'none',
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: {
      js: "const importMetaUrl = require('node:url').pathToFileURL(process.execPath).href;",
    },
    plugins: [nativeKoffiBeside(arch)],
    logLevel: 'warning',
  });
}

/** koffi asks for the package with its native part, one a platform: here a file beside the executable, and no other. */
function nativeKoffiBeside(arch) {
  const load = "require('node:module').createRequire(process.execPath)('./koffi.node')";
  return {
    name: 'native part of koffi',
    setup(build) {
      build.onResolve({ filter: /^@koromix\/koffi-/ }, ({ path }) => ({
        path,
        namespace: 'koffi',
      }));
      build.onLoad({ filter: /.*/, namespace: 'koffi' }, ({ path }) => ({
        contents: `module.exports = ${path === `@koromix/koffi-win32-${arch}` ? load : 'null'};`,
        loader: 'js',
      }));
    },
  };
}

/** The blob's layout is its Node version's, not its platform's: a Node of that version for this host writes it. */
async function makeBlob(work, bundle, nodeVersion) {
  const config = join(work, 'sea.json');
  const output = join(work, 'lcow.blob');
  // A snapshot and V8's code cache are of the Node that makes them, its platform included.
  const options = { useSnapshot: false, useCodeCache: false, disableExperimentalSEAWarning: true };
  // The main file's name stands in stacks: relative, it says nothing of this machine.
  const main = basename(bundle);
  await writeFile(config, JSON.stringify({ main, output: basename(output), ...options }));
  const node = await nodeOfVersion(nodeVersion);
  run(node, ['--experimental-sea-config', basename(config)], { cwd: work });
  return output;
}

async function nodeOfVersion(version) {
  if (process.versions.node === version) return process.execPath;
  const platform = { linux: 'linux', darwin: 'darwin', win32: 'win' }[process.platform];
  const folder = await fetchPackage(`node-${platform}-${process.arch}`, version);
  return join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

async function injectBlob(exe, blob) {
  const { inject } = require('postject');
  await inject(exe, SEA_RESOURCE, blob, { sentinelFuse: SEA_FUSE });
}

async function copyBootFiles(to) {
  const from = join(root, 'build', 'guest');
  if (!existsSync(join(from, 'manifest.json')))
    fail('build/guest has no manifest.json: run `npm run setup`');
  await cp(from, to, { recursive: true });
}

async function koffiVersion() {
  const file = join(root, 'node_modules', 'koffi', 'package.json');
  return JSON.parse(await readFile(file, 'utf8')).version;
}

/** A package of npm's, unpacked. npm checks what comes against the registry's digest. */
async function fetchPackage(name, version) {
  const tools = join(root, 'build', 'tools', 'npm');
  const folder = join(tools, `${name.replace('/', '-')}-${version}`);
  if (existsSync(join(folder, 'package.json'))) return folder;
  const temporary = `${folder}.${process.pid}`;
  await mkdir(temporary, { recursive: true });
  try {
    const shell = process.platform === 'win32';
    run('npm', ['pack', `${name}@${version}`, '--loglevel=error'], { cwd: temporary, shell });
    const [archive] = await readdir(temporary);
    const file = join(temporary, archive);
    const { x: extract } = require('tar');
    await extract({ file, cwd: temporary, strip: 1 });
    await rm(file);
    await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return folder;
}

function run(program, args, options = {}) {
  const env = { ...process.env };
  delete env.NODE_EXTRA_CA_CERTS;
  const { status, error, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    env,
    ...options,
  });
  if (error) fail(`cannot run ${program}: ${error.message}`);
  if (status !== 0) fail(`${program} ${args.join(' ')} ended with ${status}: ${stderr}${stdout}`);
  return stdout;
}

async function report(file, what) {
  const { size } = await stat(file);
  console.log(`  ${relative(process.cwd(), file)}: ${what}, ${(size / 2 ** 20).toFixed(1)} MiB`);
}

function fail(message) {
  throw new BuildError(message);
}
