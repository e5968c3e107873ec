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
    'hcs/hcs-error.ts',
    'hcs/hresult.ts',
  ],
  'hcs/windows': [
    'hcs/document',
    'hcs/service.ts',
    'hcs/endpoints.ts',
    'hcs/hcs-error.ts',
    'hcs/hresult.ts',
  ],
  hcs: ['hcs/document'],
  proto: [],
  linuxkit: ['runtime/errors.ts'],
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
    'runtime/scope.ts',
    'runtime/socket-address.ts',
  ],
  'runtime/rootfs': ['runtime/errors.ts'],
  'runtime/image': ['runtime/errors.ts', 'runtime/rootfs'],
  'runtime/uvm': [
    'hcs/document',
    'hcs/service.ts',
    'proto',
    'runtime/guest',
    'runtime/errors.ts',
    'runtime/deadline.ts',
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
  'runtime/task': [
    'hcs/service.ts',
    'proto',
    'runtime/container/container-record.ts',
    'runtime/deadline.ts',
    'runtime/network',
    'runtime/rootfs/temporary-file.ts',
    'runtime/ttrpc',
    'runtime/uvm',
    'runtime/guest',
    'runtime/errors.ts',
    'runtime/scope.ts',
    'runtime/timeline.ts',
  ],
};

/** Only these may know of a package. */
const PACKAGE_HOMES: Readonly<Record<string, readonly string[]>> = {
  koffi: ['hcs/windows/', 'runtime/ttrpc/peer-credentials.ts'],
  '@grpc/grpc-js': ['runtime/guest/'],
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
      const allowed = [rule.folder, ...rule.allowed].some(
        (prefix) => path === prefix || path.startsWith(`${prefix}/`),
      );
      if (!allowed) wrong.push(`${file} imports ${path}`);
    }
  }
  assert.ok(edges > 100, `only ${edges} imports were looked at`);
  assert.equal(wrong, []);
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
