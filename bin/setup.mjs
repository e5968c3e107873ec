// Takes a fresh checkout to a running container, and does only what is not done yet:
//
//   node bin/setup.mjs           what is needed: packages, compiled code, agent, guest image, an OCI image
//   node bin/setup.mjs --run     then a container in a utility VM       (npm start)
//   node bin/setup.mjs --test    then every test                        (npm test [-- FILTER...])
//   node bin/setup.mjs --bench   then a benchmark                       (npm run bench [-- NAME] [ARGUMENT...])
//
// Plain JavaScript without dependencies, because it runs before there are any.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const started = performance.now();
const MODES = ['--run', '--test', '--bench'];
/** Benchmarks that the command line has; the others are programs of bench/. */
const BENCH_COMMANDS = ['startup', 'compare', 'report'];
const OLDEST_NODE = [20, 19];

/** Debian packages and what each is for. */
const PACKAGES = {
  'qemu-system-x86': 'runs the utility VM',
  'busybox-static': 'the first image',
  'xz-utils': 'unpacks the kernel',
  binutils: 'strips kernel modules',
  gcc: 'links the agent and the holder',
  'libc6-dev': 'links the agent and the holder',
  'libseccomp-dev': "the agent's system call filter",
  e2fsprogs: 'checks our ext4 images in tests',
  cpio: 'checks our initrd in tests',
};
/** What tests start for real; where one cannot be installed its tests are skipped and say so. */
const TEST_PACKAGES = {
  containerd: 'runs our shim',
  'docker.io': 'runs our containers beside runc',
  runc: 'what ours are compared with',
  crun: 'what ours are compared with',
  podman: 'runs containers by the OCI command line',
  conmon: 'runs containers by the OCI command line',
  tini: 'init of docker run --init',
  iptables: 'networks of dockerd',
  'containernetworking-plugins': 'networks of the CRI plugin',
  iproute2: 'networks of dockerd and CRI',
  patch: 'takes what lcow setup prints',
  'squashfs-tools': 'lcow linuxkit build --format kernel+squashfs',
  'cryptsetup-bin': 'lcow linuxkit build --dm-verity',
  python3: 'pseudo-terminals',
  'python3-yaml': "reads Kubernetes' manifests",
};
/** By itself: a distribution that has it by another name, or not at all, has the others. */
const BROWSER_PACKAGES = { 'chromium-headless-shell': "opens the benchmark's report" };
/** Debian's packages ask this file before they start a service: 101 is no. */
const SERVICE_POLICY = '/usr/sbin/policy-rc.d';

/** Folders with TypeScript that is compiled, as in tsconfig.json. */
const SOURCES = ['runtime', 'hcs', 'linuxkit', 'proto', 'bench', 'test'];

/** The version of the crate that the vsock link was tested with. */
const VSOCK_BACKEND = '0.3.0';

class SetupError extends Error {}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`\nset-up stopped: ${error.message}`);
  process.exitCode = 1;
}

function main(args) {
  const mode = args[0]?.startsWith('--') ? args.shift() : undefined;
  if (mode !== undefined && !MODES.includes(mode)) {
    throw new SetupError(`unknown option ${mode}; there are ${MODES.join(', ')}`);
  }
  process.chdir(root);
  checkHost();
  if (process.platform === 'linux') installPackages();
  installNodeModules();
  compile();
  if (process.platform === 'linux') {
    buildAgent();
    buildHolder();
    buildPreload();
    step('guest image', 'kernel, initrd and manifest in build/guest');
    node(['dist/linuxkit/build-guest-image.js']);
    step('OCI image', 'busybox in build/images/busybox');
    node(['dist/linuxkit/busybox-image.js']);
  }
  if (mode === '--run') {
    const status = runFirstContainer();
    if (status === 0) warmUp();
    return status;
  }
  warmUp();
  if (mode === '--test' && process.platform === 'linux') {
    installTestPackages(TEST_PACKAGES);
    installTestPackages(BROWSER_PACKAGES);
    buildVsockBackend();
    step('images for tests', 'nginx and openntpd of the distribution in build/images');
    node(['dist/test/linuxkit/debian-programs.js']);
  }
  if (mode === '--test') return runTests(args);
  if (mode === '--bench') return runBenchmark(args);
  step('ready', 'npm start runs a container, npm test every test, bin/lcow is the command');
  return 0;
}

function checkHost() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    throw new SetupError(`Node ${process.version} is too old, ${OLDEST_NODE.join('.')} is needed`);
  }
  if (!['linux', 'win32'].includes(process.platform) || process.arch !== 'x64') {
    throw new SetupError(
      `${process.platform} on ${process.arch}: Linux or Windows on x64 is needed`,
    );
  }
  step('host', `Node ${process.version} on ${process.platform} ${process.arch}`);
  if (process.platform === 'linux' && process.getuid() !== 0) {
    done('not root: packages cannot be installed, and VMs need root for mounts and cgroups');
  }
}

function installPackages() {
  step('packages', Object.keys(PACKAGES).join(' '));
  const missing = missingPackages(PACKAGES);
  if (missing.length === 0) return done('all installed');
  for (const name of missing) done(`${name} is missing: ${PACKAGES[name]}`);
  if (!onPath('apt-get')) {
    throw new SetupError(`no apt-get here; install what stands for: ${missing.join(' ')}`);
  }
  if (process.getuid() !== 0) {
    throw new SetupError(`as root: apt-get install --no-install-recommends ${missing.join(' ')}`);
  }
  if (!install(missing)) throw new SetupError(`apt-get install ${missing.join(' ')} failed`);
}

/** Nothing that these install is started: tests start their own, in folders of their own. */
function installTestPackages(packages) {
  step('packages for tests', Object.keys(packages).join(' '));
  const missing = missingPackages(packages);
  if (missing.length === 0) return done('all installed');
  for (const name of missing) done(`${name} is missing: ${packages[name]}`);
  const skipped = 'the tests that need them are skipped';
  if (!onPath('apt-get')) return done(`no apt-get here: ${skipped}`);
  if (process.getuid() !== 0) return done(`only root can install them: ${skipped}`);
  const kept = existsSync(SERVICE_POLICY);
  if (!kept) writeFileSync(SERVICE_POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    if (!install(missing)) done(`they were not installed: ${skipped}`);
  } finally {
    if (!kept) rmSync(SERVICE_POLICY, { force: true });
  }
}

/** @returns whether apt-get could, at the latest with fresh package lists */
function install(names) {
  const args = ['install', '-y', '-q', '--no-install-recommends', ...names];
  const update = () => command('apt-get', ['update', '-q'], { mayFail: true }) === 0;
  if (!hasPackageLists() && !update()) return false;
  if (aptGet(args) === 0) return true;
  done('apt-get failed; once more with fresh package lists');
  return update() && aptGet(args) === 0;
}

function missingPackages(packages) {
  const names = Object.keys(packages);
  const query = spawnSync(
    'dpkg-query',
    ['-W', '-f', '${Package} ${db:Status-Status}\n', ...names],
    {
      encoding: 'utf8',
    },
  );
  if (query.error) return names.filter((name) => !onPath(name));
  const installed = new Set(query.stdout.split('\n'));
  return names.filter((name) => !installed.has(`${name} installed`));
}

function hasPackageLists() {
  const lists = '/var/lib/apt/lists';
  return existsSync(lists) && readdirSync(lists).some((name) => /_(Packages|Release)/.test(name));
}

function aptGet(args) {
  return command('apt-get', args, {
    mayFail: true,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}

function installNodeModules() {
  step('node packages', 'as package-lock.json says');
  if (nodeModulesMatch()) return done('node_modules matches');
  const npm = process.env.npm_execpath;
  // Not `npm ci`: it refuses a lock file without the optional packages of platforms that the registry, where the
  // lock file was made, did not have. What came is compared with the lock file below all the same.
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  if (npm?.endsWith('.js')) command(process.execPath, [npm, ...args]);
  else command('npm', args, { shell: process.platform === 'win32' });
  if (!nodeModulesMatch())
    throw new SetupError('npm installed other packages than package-lock.json names');
}

/** Compares what npm says it installed with what the lock file asks for. */
function nodeModulesMatch() {
  try {
    const wanted = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages;
    const present = JSON.parse(readFileSync('node_modules/.package-lock.json', 'utf8')).packages;
    return Object.entries(wanted).every(
      ([path, entry]) =>
        path === '' ||
        present[path]?.version === entry.version ||
        (present[path] === undefined && entry.optional === true),
    );
  } catch {
    return false;
  }
}

function compile() {
  step('compile', 'TypeScript to dist');
  const stampFile = join('dist', '.sources');
  const stamp = sourcesStamp();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return done('up to date');
  rmSync(stampFile, { force: true });
  const tsc = join('node_modules', 'typescript', 'bin', 'tsc');
  node([tsc, '-p', '.', '--outDir', 'dist']);
  removeStaleOutput('dist');
  copyGenerated();
  node(['bin/build.mjs']);
  writeFileSync(stampFile, stamp);
}

/** Changes when a source, its size or its time does. */
function sourcesStamp() {
  const hash = createHash('sha256');
  const files = ['tsconfig.json', 'package-lock.json', 'bin/build.mjs', 'bin/load-bundle.cjs'];
  for (const folder of SOURCES) files.push(...filesUnder(folder).filter(isSource));
  for (const file of files.sort()) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return `${hash.digest('hex')}\n`;
}

function isSource(file) {
  return file.endsWith('.ts') || file.startsWith(join('proto', 'generated'));
}

function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return ['target', 'node_modules'].includes(entry.name) ? [] : filesUnder(path);
    return entry.isFile() ? [path] : [];
  });
}

/** A source that is gone must not live on as a compiled test. */
function removeStaleOutput(dist) {
  for (const folder of SOURCES) {
    for (const file of filesUnder(join(dist, folder))) {
      const source = file.slice(dist.length + 1).replace(/(\.d\.ts|\.js|\.js\.map)$/, '');
      if (!['.ts', '.js', '.d.ts'].some((ending) => existsSync(source + ending))) rmSync(file);
    }
  }
}

/** Generated JavaScript is not compiled: it goes along as it is. */
function copyGenerated() {
  const to = join('dist', 'proto', 'generated');
  mkdirSync(to, { recursive: true });
  for (const file of filesUnder(join('proto', 'generated'))) {
    if (/\.(js|d\.ts)$/.test(file)) copyFileSync(file, join('dist', file));
  }
}

function buildAgent() {
  step('agent', 'cargo build --release in linuxkit/agent');
  cargoBuild('linuxkit/agent', 'lcow-agent');
}

/** What outlives a supervisor (runtime/holder), where the launchers look for it. */
function buildHolder() {
  step('holder', 'cargo build --release in runtime/holder, to build/host');
  const built = cargoBuild('runtime/holder', 'lcow-holder');
  const binary = join('build', 'host', 'lcow-holder');
  if (existsSync(binary) && readFileSync(binary).equals(readFileSync(built))) return;
  mkdirSync(dirname(binary), { recursive: true });
  // By rename: the old one may be running.
  const next = `${binary}.${process.pid}`;
  copyFileSync(built, next);
  renameSync(next, binary);
}

/** What QEMU needs to make special files in shares (hcs/qemu/preload). Without cargo: its flags are the static ones. */
function buildPreload() {
  step('preload', 'rustc of hcs/qemu/preload/special-files.rs, to build/host');
  const library = join('build', 'host', 'special-files.so');
  mkdirSync(dirname(library), { recursive: true });
  const next = `${library}.${process.pid}`;
  const flags = ['--edition', '2024', '--crate-type', 'cdylib', '-O', '-C', 'panic=abort'];
  const cargo = findCargo();
  const rustc = cargo === undefined ? 'rustc' : join(dirname(cargo), 'rustc');
  command(cargo === 'cargo' ? 'rustc' : rustc, [
    ...flags,
    '-C',
    'strip=symbols',
    '-o',
    next,
    'hcs/qemu/preload/special-files.rs',
  ]);
  renameSync(next, library);
}

/** @returns the binary's path */
function cargoBuild(crate, name) {
  const binary = join(crate, 'target/x86_64-unknown-linux-gnu/release', name);
  const cargo = findCargo();
  if (cargo !== undefined) command(cargo, ['build', '--release', '--locked'], { cwd: crate });
  else {
    const how = 'install Rust from https://rustup.rs';
    if (!existsSync(binary))
      throw new SetupError(`cargo is missing and ${name} is not built: ${how}`);
    done(`cargo is missing (${how}); the ${name} that is there is taken as it is`);
  }
  return binary;
}

/** The vsock device's back end, a crate of rust-vmm: tests and LCOW_LINK=vsock use it, nothing else does. */
function buildVsockBackend() {
  step('vsock back end', `vhost-device-vsock ${VSOCK_BACKEND} in build/tools`);
  if (existsSync('build/tools/bin/vhost-device-vsock')) return done('built already');
  const cargo = findCargo();
  if (cargo === undefined) return done('cargo is missing: the tests of the vsock link are skipped');
  const crate = ['vhost-device-vsock', '--version', VSOCK_BACKEND, '--locked'];
  if (command(cargo, ['install', ...crate, '--root', 'build/tools'], { mayFail: true }) !== 0) {
    done('it was not built: the tests of the vsock link are skipped');
  }
}

/**
 * Has V8 keep what it compiled for the commands that people wait for (bin/load-bundle.cjs): a container's start, and
 * what is done with one that runs. Where no VM can run, starts are only slower.
 */
function warmUp() {
  step('code cache', 'of the bundled program, beside it');
  const cached = readdirSync(join('dist', 'bundle')).some(
    (file) => file.startsWith(`lcow.bundle-${process.version}-`) && file.endsWith('-client.cache'),
  );
  if (cached) return done('up to date');
  const folder = mkdtempSync(join(tmpdir(), 'lcow-warm-up-'));
  const env = { ...process.env, LCOW_CODE_CACHE: 'write' };
  env.LCOW_DATA = join(folder, 'data');
  env.LCOW_RUN = join(folder, 'run');
  const lcow = (...args) => command('bin/lcow', args, { mayFail: true, stdio: 'ignore', env });
  try {
    if (lcow('run', '-d', '--name', 'warm-up', 'build/images/busybox', 'sleep', '1000') !== 0) {
      return done('no container starts here (bin/lcow doctor may say why): commands start slower');
    }
    for (const args of [
      ['exec', 'warm-up', 'true'],
      ['ps', '-a'],
      ['inspect', 'warm-up'],
      ['logs', 'warm-up'],
    ]) {
      lcow(...args);
    }
  } finally {
    lcow('rm', '-f', 'warm-up');
    rmSync(folder, { recursive: true, force: true });
  }
}

function findCargo() {
  if (onPath('cargo')) return 'cargo';
  const own = join(process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'bin', 'cargo');
  return existsSync(own) ? own : undefined;
}

function runFirstContainer() {
  step('doctor', 'is this host able?');
  const accelerator = checkWithDoctor();
  if (accelerator === undefined) return 1;
  step('run', 'a busybox container in a utility VM');
  console.log('');
  const script = 'echo "hello from Linux $(uname -r) in a utility VM ($LCOW_ACCELERATOR)"';
  const status = command(
    'bin/lcow',
    [
      'run',
      '--rm',
      '--timeline',
      '-e',
      `LCOW_ACCELERATOR=${accelerator}`,
      'build/images/busybox',
      'sh',
      '-c',
      script,
    ],
    // What a run needs compiled is what most commands need.
    { mayFail: true, env: { ...process.env, LCOW_CODE_CACHE: 'write' } },
  );
  if (status !== 0)
    throw new SetupError(`lcow run ended with ${status}; bin/lcow doctor may say why`);
  console.log(`
Next:
  bin/lcow run --rm -it build/images/busybox sh      a shell in a VM of its own
  bin/lcow uvm boot --document-only                  the HCS document that boots it
  bin/lcow doctor                                    what this host has and lacks`);
  return 0;
}

/** The accelerator that guests run with; undefined, and advice on stderr, when the host is not able. */
function checkWithDoctor() {
  const doctor = spawnSync('bin/lcow', ['doctor', '--json'], { encoding: 'utf8' });
  let report;
  try {
    report = JSON.parse(doctor.stdout);
  } catch {
    throw new SetupError(`lcow doctor failed (${doctor.status}): ${doctor.stderr.trim()}`);
  }
  const bad = report.checks.filter(({ status }) => status === 'missing' || status === 'wrong');
  for (const { title, found, advice } of bad) console.error(`  ${title}: ${found}\n    ${advice}`);
  if (bad.length > 0) return undefined;
  done(`guests run with ${report.accelerator}`);
  return report.accelerator;
}

/** `lcow bench NAME`, startup where none is named, or a benchmark of bench/ by its name. */
function runBenchmark(args) {
  const name = args[0] === undefined || args[0].startsWith('-') ? 'startup' : args.shift();
  if (BENCH_COMMANDS.includes(name)) {
    step('benchmark', `lcow bench ${name}`);
    return command('bin/lcow', ['bench', name, ...args], { mayFail: true });
  }
  const file = `dist/bench/${name}.js`;
  if (!existsSync(file)) throw new SetupError(`there is no benchmark "${name}"`);
  step('benchmark', name);
  return node([file, ...args], { mayFail: true });
}

function runTests(args) {
  const rust = process.platform === 'linux' ? runRustTests() : { passed: 0, failed: 0 };
  step('tests', 'every *.test.ts, one process a file');
  return Math.max(
    rust.failed > 0 ? 1 : 0,
    node(['dist/test/run.js', ...args], {
      mayFail: true,
      env: { LCOW_RUST_TESTS: `${rust.passed} ${rust.failed}` },
    }),
  );
}

function runRustTests() {
  const crates = [
    runCrateTests('linuxkit/agent', ['--release']),
    // Its tests wait for nothing but themselves: what is compiled sooner is over sooner.
    runCrateTests('runtime/holder', []),
  ];
  const total = (name) => crates.reduce((sum, counts) => sum + counts[name], 0);
  return { passed: total('passed'), failed: total('failed') };
}

function runCrateTests(crate, profile) {
  step('rust tests', ['cargo test', ...profile, 'in', crate].join(' '));
  const cargo = findCargo();
  if (cargo === undefined) {
    console.log(`SKIP ${crate}: cargo is missing`);
    return { passed: 0, failed: 0 };
  }
  const run = spawnSync(cargo, ['test', ...profile, '--locked'], {
    cwd: crate,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let passed = 0;
  let failed = 0;
  for (const match of run.stdout.matchAll(/^test result: .*?(\d+) passed; (\d+) failed/gm)) {
    passed += Number(match[1]);
    failed += Number(match[2]);
  }
  if (run.status !== 0) {
    process.stdout.write(run.stdout);
    failed = Math.max(failed, 1);
  }
  console.log(`  ${crate}: ${passed} passed, ${failed} failed`);
  return { passed, failed };
}

/** Runs node without NODE_EXTRA_CA_CERTS, which costs Node 20 fifty milliseconds a start. */
function node(args, options = {}) {
  const env = { ...process.env, ...options.env };
  delete env.NODE_EXTRA_CA_CERTS;
  return command(process.execPath, args, { ...options, env });
}

/** @returns the exit status, 128+n for signal n */
function command(program, args, { mayFail = false, ...options } = {}) {
  const run = spawnSync(program, args, { stdio: 'inherit', ...options });
  if (run.error) throw new SetupError(`cannot run ${program}: ${run.error.message}`);
  const status = run.status ?? 1;
  if (status !== 0 && !mayFail) {
    throw new SetupError(
      `${program} ${args.slice(0, 3).join(' ')} ended with ${run.signal ?? status}`,
    );
  }
  return status;
}

function onPath(program) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .some((folder) => existsSync(join(folder, program)));
}

function step(name, what) {
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`[${seconds.padStart(6)} s] ${name}: ${what}`);
}

function done(text) {
  console.log(`  ${text}`);
}
