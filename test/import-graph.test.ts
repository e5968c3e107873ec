/** Holds docs/architecture.md's rule: arrows between folders point down only. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { repositoryRoot } from './harness/repository-root.ts';

const ROOT = repositoryRoot();
const SOURCES = ['runtime', 'hcs', 'linuxkit', 'bench', 'proto'].flatMap((folder) =>
  walk(join(ROOT, folder)),
);

/** What a folder's files may import, beside their own folder and packages. Longest prefix counts. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'hcs/document': ['hcs/hcs-error.ts', 'hcs/hresult.ts'],
  'hcs/qemu': [
    'hcs/document',
    'hcs/service.ts',
    'hcs/endpoints.ts',
    'hcs/host-overlay.ts',
    'hcs/accept-queue.ts',
    'hcs/endpoint-request.ts',
    'hcs/host-ports.ts',
    'hcs/hcs-error.ts',
    'hcs/hresult.ts',
  ],
  'hcs/windows': [
    'hcs/document',
    'hcs/service.ts',
    'hcs/endpoints.ts',
    'hcs/host-overlay.ts',
    'hcs/accept-queue.ts',
    'hcs/endpoint-request.ts',
    'hcs/host-ports.ts',
    'hcs/hcs-error.ts',
    'hcs/hresult.ts',
  ],
  hcs: ['hcs/document'],
  proto: [],
  linuxkit: ['runtime/errors.ts'],
  // The builder writes disks and reads tars as the runtime does; images are handed to it.
  'linuxkit/yaml': ['linuxkit', 'runtime/errors.ts', 'runtime/rootfs'],
  'runtime/configuration': ['runtime/errors.ts'],
  'runtime/guest': [
    'proto',
    'runtime/errors.ts',
    'runtime/deadline.ts',
    'runtime/socket-address.ts',
  ],
  'runtime/ttrpc': [
    'proto',
    'runtime/errors.ts',
    'runtime/deadline.ts',
    'runtime/pipe-meeting.ts',
    'runtime/private-folder.ts',
    'runtime/scope.ts',
    'runtime/socket-address.ts',
  ],
  'runtime/rootfs': ['runtime/errors.ts', 'runtime/replace-file.ts'],
  'runtime/image': ['runtime/errors.ts', 'runtime/rootfs'],
  // Waits for others.
  'runtime/image/registry': ['runtime/image', 'runtime/errors.ts', 'runtime/deadline.ts'],
  'runtime/uvm': [
    'hcs/document',
    'hcs/host-overlay.ts',
    'hcs/service.ts',
    'linuxkit/foreign/needed-options.ts',
    'proto',
    'runtime/guest',
    'runtime/errors.ts',
    'runtime/deadline.ts',
    // Whether a disk is one that the guest has mounted already.
    'runtime/rootfs/scratch-digest.ts',
    'runtime/scope.ts',
    'runtime/timeline.ts',
  ],
  'runtime/network': [
    'hcs/document',
    'hcs/endpoints.ts',
    'hcs/service.ts',
    'proto',
    'runtime/guest',
    'runtime/uvm',
    'runtime/errors.ts',
    'runtime/scope.ts',
    'runtime/deadline.ts',
  ],
  'runtime/container': [
    'runtime/errors.ts',
    'runtime/exclusive-file.ts',
    'runtime/ownership.ts',
    'runtime/replace-file.ts',
  ],
  'runtime/task': [
    'hcs/host-overlay.ts',
    'hcs/service.ts',
    'proto',
    'runtime/container/container-record.ts',
    'runtime/container/record-file.ts',
    'runtime/deadline.ts',
    'runtime/network',
    'runtime/replace-file.ts',
    'runtime/rootfs/scratch-digest.ts',
    'runtime/rootfs/temporary-file.ts',
    'runtime/ttrpc',
    'runtime/uvm',
    'runtime/guest',
    'runtime/errors.ts',
    'runtime/scope.ts',
    'runtime/timeline.ts',
    'runtime/version.ts',
  ],
  // A template's maker runs a container of its own in the VM that becomes one.
  'runtime/template': [
    'hcs/document',
    'hcs/service.ts',
    'linuxkit/manifest.ts',
    'runtime/container/record-file.ts',
    'runtime/directories.ts',
    'runtime/guest/methods.ts',
    'runtime/errors.ts',
    'runtime/host-service.ts',
    'runtime/ownership.ts',
    'runtime/rootfs',
    'runtime/task',
    'runtime/uvm',
    'runtime/windows-host-service.ts',
  ],
  'runtime/stdio': [
    'runtime/deadline.ts',
    'runtime/errors.ts',
    'runtime/ownership.ts',
    'runtime/task/process-io.ts',
  ],
  // Over the task service; of the VM below it only what its own operations call in the guest.
  'runtime/supervisor': [
    'hcs/document/host-version.ts',
    'hcs/document/lcow-boot.ts',
    'hcs/document/properties.ts',
    'hcs/service.ts',
    'linuxkit/manifest.ts',
    'proto',
    'runtime/container',
    'runtime/deadline.ts',
    'runtime/directories.ts',
    'runtime/errors.ts',
    'runtime/private-folder.ts',
    'runtime/replace-file.ts',
    'runtime/exclusive-file.ts',
    'runtime/guest/methods.ts',
    'runtime/host-log.ts',
    'runtime/host-service.ts',
    'runtime/network/pod-network.ts',
    'runtime/image/data-folder.ts',
    'runtime/ownership.ts',
    // Who takes a parked one, and the pool's own processes, which are the same program.
    'runtime/pool/claim.ts',
    'runtime/pool/parked-supervisor.ts',
    'runtime/pool/pool-process.ts',
    'runtime/rootfs/temporary-file.ts',
    'runtime/stdio',
    'runtime/task',
    'runtime/telemetry',
    'runtime/template',
    'runtime/timeline.ts',
    'runtime/ttrpc',
  ],
  // Told of what happens, and of nothing else.
  'runtime/telemetry': ['runtime/errors.ts', 'runtime/timeline.ts', 'runtime/version.ts'],
  // Supervisors that are made ahead, with their VMs, and who keeps them.
  'runtime/pool': [
    'hcs/document',
    'linuxkit/manifest.ts',
    'runtime/container/container-record.ts',
    'runtime/deadline.ts',
    'runtime/directories.ts',
    'runtime/errors.ts',
    'runtime/guest/methods.ts',
    'runtime/host-service.ts',
    'runtime/image/data-folder.ts',
    'runtime/network/pod-network.ts',
    'runtime/ownership.ts',
    'runtime/rootfs/scratch-digest.ts',
    'runtime/rootfs/scratch.ts',
    'runtime/rootfs/temporary-file.ts',
    // What containerd's launcher hands over.
    'runtime/shim/handed-command.ts',
    'runtime/socket-address.ts',
    'runtime/supervisor',
    'runtime/task/parked-vm.ts',
    'runtime/task/root-ahead.ts',
    'runtime/template',
    'runtime/ttrpc',
    'runtime/uvm',
  ],
  // A client of supervisors: it knows no VM and no guest.
  'runtime/lcow': [
    'proto',
    'runtime/container',
    'runtime/deadline.ts',
    'runtime/directories.ts',
    'runtime/errors.ts',
    'runtime/image',
    'runtime/ownership.ts',
    'runtime/private-folder.ts',
    'runtime/rootfs/scratch.ts',
    'runtime/supervisor',
    'runtime/task/container-spec.ts',
    'runtime/task/oci-runtime-spec.ts',
    'runtime/task/process-io.ts',
    'runtime/task/process-spec.ts',
    'runtime/task/resource-options.ts',
    'runtime/task/task-service.ts',
    'runtime/telemetry',
    'runtime/timeline.ts',
  ],
  'runtime/setup': ['linuxkit/manifest.ts', 'runtime/errors.ts', 'runtime/replace-file.ts'],
  // runc's command line: a client of supervisors, as `lcow` is.
  'runtime/oci': [
    'linuxkit/manifest.ts',
    'proto',
    'runtime/configuration',
    'runtime/container',
    'runtime/deadline.ts',
    'runtime/directories.ts',
    'runtime/errors.ts',
    'runtime/ownership.ts',
    'runtime/shim/options',
    'runtime/supervisor',
    'runtime/task/capability-options.ts',
    'runtime/task/oci-features.ts',
    'runtime/task/oci-runtime-spec.ts',
    'runtime/task/process-io.ts',
    'runtime/task/standard-mounts.ts',
    'runtime/task/task-service.ts',
    'runtime/version.ts',
  ],
  // A client of supervisors, as the CLI is; it stands beside it.
  'runtime/shim': [
    'proto',
    'runtime/configuration',
    'runtime/container',
    'runtime/directories.ts',
    'runtime/errors.ts',
    'runtime/host-service.ts',
    'runtime/pool/holder-claim.ts',
    'runtime/supervisor',
    'runtime/task',
    'runtime/ttrpc',
    'runtime/version.ts',
  ],
  'runtime/cli': [
    'bench/report',
    'bench/startup',
    'bench/statistics.ts',
    'hcs/document',
    'hcs/endpoints.ts',
    'hcs/hcs-error.ts',
    'hcs/service.ts',
    'linuxkit/build-guest-image.ts',
    'linuxkit/foreign',
    'linuxkit/kernel',
    'linuxkit/manifest.ts',
    'linuxkit/yaml',
    'runtime',
  ],
  // What the benchmark starts it starts as a user does; of the parts below it only what it measures by itself.
  'bench/startup': [
    'bench/statistics.ts',
    'hcs/document/properties.ts',
    'hcs/qemu/record.ts',
    'hcs/service.ts',
    'linuxkit/busybox-image.ts',
    'linuxkit/manifest.ts',
    'linuxkit/tar-archive.ts',
    'runtime',
  ],
  'bench/report': [
    'bench/startup/grouped-values.ts',
    'bench/startup/result.ts',
    'bench/statistics.ts',
    'runtime/errors.ts',
  ],
  'runtime/doctor': [
    'hcs/document/properties.ts',
    'hcs/windows/host-needs.ts',
    'linuxkit/manifest.ts',
    'runtime/directories.ts',
    'runtime/errors.ts',
    'runtime/host-service.ts',
    'runtime/vsock-backend.ts',
  ],
};

/** Commands that ask a supervisor: what holds a VM, and what reads images, is not loaded with them. */
const SHORT_PATHS = ['main', 'commands/exec', 'commands/ps', 'commands/kill', 'commands/logs'];
const NOT_ON_SHORT_PATHS = [
  ...['hcs/qemu', 'hcs/windows', 'runtime/guest', 'runtime/image', 'runtime/network'],
  ...['runtime/rootfs/layer.ts', 'runtime/supervisor/open-pod.ts', 'runtime/task/tasks.ts'],
  ...['runtime/uvm', '@grpc/grpc-js', '@opentelemetry/sdk-trace', 'koffi'],
];

/** Only these may know of a package. */
const PACKAGE_HOMES: Readonly<Record<string, readonly string[]>> = {
  koffi: [
    'hcs/windows/',
    'runtime/supervisor/program-pages.ts',
    'runtime/ttrpc/peer-credentials.ts',
  ],
  '@grpc/grpc-js': ['runtime/guest/'],
  '@opentelemetry/api': ['runtime/telemetry/'],
  '@opentelemetry/sdk-trace': ['runtime/telemetry/'],
  yaml: ['linuxkit/yaml/'],
  fflate: ['linuxkit/yaml/'],
};

test('imports point down only', () => {
  const wrong: string[] = [];
  let edges = 0;
  for (const file of SOURCES) {
    const rule = ruleOf(file);
    if (rule === undefined) continue;
    for (const target of importsOf(file).filter((name) => name.startsWith('.'))) {
      const path = relative(ROOT, resolve(dirname(join(ROOT, file)), target));
      edges += 1;
      if (!isAllowed(rule, path)) wrong.push(`${file} imports ${path}`);
    }
  }
  assert.ok(edges > 100, `only ${edges} imports were looked at`);
  assert.equal(wrong, []);
});

test('no folder is left without a rule', () => {
  const folders = new Set(SOURCES.map((file) => file.split('/').slice(0, 2).join('/')));
  const ruled = (folder: string): boolean =>
    Object.keys(MAY_IMPORT).some((rule) => `${folder}/`.startsWith(`${rule}/`));
  const unruled = [...folders].filter((folder) => !/\.[jt]s$/.test(folder) && !ruled(folder));
  assert.equal(unruled.sort(), []);
});

test('the rules refuse an arrow that points up', () => {
  const rule = ruleOf('runtime/task/task.ts');
  assert.is(isAllowed(rule, 'runtime/supervisor/keeper.ts'), false);
  assert.is(isAllowed(rule, 'runtime/uvm/utility-vm.ts'), true);
  assert.is(isAllowed(ruleOf('runtime/lcow/exec.ts'), 'runtime/uvm/utility-vm.ts'), false);
  assert.is(isAllowed(ruleOf('runtime/supervisor/hub.ts'), 'runtime/lcow.ts'), false);
});

test('commands that only ask a supervisor load neither VMs nor images', () => {
  for (const name of SHORT_PATHS) {
    const loaded = loadedWith(`runtime/cli/${name}.ts`);
    assert.ok(loaded.size > 3, `${name} loads ${loaded.size} modules`);
    const heavy = [...loaded.keys()].filter((path) =>
      NOT_ON_SHORT_PATHS.some((no) => path === no || path.startsWith(`${no}/`)),
    );
    assert.equal(
      heavy.map((path) => `${path}, for ${loaded.get(path)}`),
      [],
      name,
    );
  }
});

test('what exports traces is loaded by nobody at once', () => {
  for (const entry of [
    'cli/main',
    'cli/commands/run',
    'lcow',
    'shim/main',
    'supervisor/open-pod',
  ]) {
    const loaded = loadedWith(`runtime/${entry}.ts`);
    const exporting = [...loaded.keys()].filter((path) => {
      return (
        path.startsWith('@opentelemetry/') || /telemetry\/(export|start-trace|pod-trace)/.test(path)
      );
    });
    assert.equal(exporting, [], entry);
  }
  const loaded = loadedWith('runtime/telemetry/export-spans.ts');
  assert.ok(loaded.has('@opentelemetry/sdk-trace'));
});

test('a package with a home is imported nowhere else', () => {
  const wrong: string[] = [];
  for (const file of SOURCES) {
    for (const name of importsOf(file)) {
      const homes = PACKAGE_HOMES[name];
      if (homes?.some((home) => file.startsWith(home)) === false)
        wrong.push(`${file} imports ${name}`);
    }
  }
  assert.equal(wrong, []);
});

test('the runtime knows no HRESULT and no flag of QEMU', () => {
  const wrong = SOURCES.filter(
    (file) => file.startsWith('runtime/') && !file.startsWith('runtime/doctor/'),
  ).filter((file) =>
    /HRESULT|hresult|'-(accel|machine|device|chardev|qmp)'/.test(
      readFileSync(join(ROOT, file), 'utf8'),
    ),
  );
  assert.equal(wrong, []);
});

test.run();

function ruleOf(file: string): { folder: string; allowed: readonly string[] } | undefined {
  const folders = Object.keys(MAY_IMPORT).filter((folder) => file.startsWith(`${folder}/`));
  const folder = folders.sort((a, b) => b.length - a.length)[0];
  return folder === undefined ? undefined : { folder, allowed: MAY_IMPORT[folder] ?? [] };
}

function isAllowed(rule: ReturnType<typeof ruleOf>, path: string): boolean {
  return [rule?.folder ?? '', ...(rule?.allowed ?? [])].some(
    (prefix) => path === prefix || path.startsWith(`${prefix}/`),
  );
}

/** Every module that is evaluated with this one, and who wants it; what import() and types name is not. */
function loadedWith(entry: string, found = new Map<string, string>()): Map<string, string> {
  const text = readFileSync(join(ROOT, entry), 'utf8');
  const statements = text.matchAll(/^(?:import|export)\s+(?!type\b)([^;]*?)\s*from\s+'([^']+)'/gm);
  for (const [, names = '', target = ''] of statements) {
    // What names types alone leaves nothing to load.
    const inner = /^\{([^}]*)\}$/.exec(names)?.[1];
    const parts = inner
      ?.split(',')
      .map((part) => part.trim())
      .filter(Boolean);
    if (parts?.every((part) => part.startsWith('type '))) continue;
    const path = target.startsWith('.')
      ? relative(ROOT, resolve(dirname(join(ROOT, entry)), target))
      : target;
    if (found.has(path)) continue;
    found.set(path, entry);
    if (path.endsWith('.ts')) loadedWith(path, found);
  }
  return found;
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const found = text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g);
  return [...found].map(([, name]) => name ?? '');
}

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return /agent|codegen|node_modules/.test(entry.name) ? [] : walk(path);
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts')
      ? [relative(ROOT, path)]
      : [];
  });
}
