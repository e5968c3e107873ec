/** Documentation that says what is so: promises name what holds them, links lead somewhere, examples are real code. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { COMMANDS } from '../../runtime/cli/command-table.ts';
import { repositoryRoot } from '../harness/repository-root.ts';
import { anchorsOf, codeBlocksOf, linksOf } from './markdown.ts';

const ROOT = repositoryRoot();
const PAGES = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', ...pagesBelow('docs')];

test('every link to a file of the repository leads to one, and every anchor to a heading', () => {
  const broken: string[] = [];
  let checked = 0;
  for (const page of PAGES) {
    const text = read(page);
    for (const { target, line } of linksOf(text)) {
      if (/^[a-z]+:/.test(target)) continue;
      checked += 1;
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : relative(ROOT, join(ROOT, dirname(page), path));
      const where = `${page}:${line} links to ${target}`;
      if (!existsSync(join(ROOT, file))) broken.push(`${where}, which does not exist`);
      else if (anchor !== undefined && !anchorsOf(read(file)).includes(anchor)) {
        broken.push(`${where}, which has no such heading`);
      }
    }
  }
  assert.ok(checked > 50, `only ${checked} links were looked at`);
  assert.equal(broken, []);
});

test('promises are numbered from S1 without gaps, and each names the test or benchmark that holds it', () => {
  const rows = promises();
  assert.ok(rows.length >= 20, `${rows.length} promises`);
  assert.equal(
    rows.map(({ id }) => id),
    rows.map((_, index) => `S${index + 1}`),
  );
  const unheld = rows.filter(({ held }) => !held.some(runs) || !held.every(existsInRepository));
  assert.equal(unheld, []);
});

test('a promise that quotes a test quotes one that is there', () => {
  const missing: string[] = [];
  let quoted = 0;
  for (const { id, row, held } of promises()) {
    for (const [, name = ''] of row.matchAll(/"([^"]+)"/g)) {
      quoted += 1;
      const found = held.some((file) => read(file).includes(name));
      if (!found) missing.push(`${id}: no file of ${held.join(', ')} has "${name}"`);
    }
  }
  assert.ok(quoted > 10, `only ${quoted} tests are quoted`);
  assert.equal(missing, []);
});

test('the README shows the example that is tested', () => {
  const [shown] = codeBlocksOf(read('README.md'), 'ts');
  const file = read('test/examples/run-a-container.ts');
  const imported = file.replace("'../../runtime/index.ts'", "'lcow'");
  assert.is.not(imported, file);
  assert.is(shown, imported);
});

test('the README names every command and every option that runs containers or VMs', () => {
  const readme = read('README.md');
  for (const { name, options } of COMMANDS.filter(({ hidden }) => !hidden)) {
    assert.ok(readme.includes(`lcow ${name}`), `lcow ${name} is missing`);
    if (name !== 'run' && name !== 'uvm boot') continue;
    for (const option of options) {
      assert.ok(readme.includes(`--${option.name}`), `--${option.name} of ${name} is missing`);
    }
  }
});

test('every decision that code refers to is written down, and every note has a number of its own', () => {
  const notes = readdirSync(join(ROOT, 'docs/decisions'));
  const numbers = notes.map((name) => name.slice(0, 4));
  assert.is(new Set(numbers).size, numbers.length, numbers.join(' '));
  for (const name of notes) assert.match(name, /^\d{4}-[a-z0-9-]+\.md$/);
  const absent: string[] = [];
  for (const file of sources()) {
    for (const [, number = ''] of read(file).matchAll(/docs\/decisions\/(\d{4})/g)) {
      if (!numbers.includes(number)) absent.push(`${file} refers to docs/decisions/${number}`);
    }
  }
  assert.equal(absent, []);
});

test.run();

interface Promise_ {
  readonly id: string;
  readonly row: string;
  /** Files that hold it, from the repository's root. */
  readonly held: readonly string[];
}

/** Rows `| S<n> | promise | held by |` of docs/specification.md; the last cell links what holds it. */
function promises(): Promise_[] {
  return read('docs/specification.md')
    .split('\n')
    .filter((line) => /^\| S\d+ \|/.test(line))
    .map((row) => {
      const cells = row.split(/(?<!\\)\|/).map((cell) => cell.trim());
      const held = linksOf(cells.at(-2) ?? '').map(({ target }) => join('docs', target));
      return { id: cells[1] ?? '', row, held };
    });
}

/** What `npm test` or `npm run bench` runs. */
function runs(file: string): boolean {
  return /^(test\/.*\.test\.ts|bench\/.*\.ts|linuxkit\/agent\/.*\.rs)$/.test(file);
}

function existsInRepository(file: string): boolean {
  return existsSync(join(ROOT, file));
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

function pagesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name))
    .sort();
}

/** Our sources, without what is built or generated. */
function sources(): string[] {
  return ['bin', 'bench', 'hcs', 'linuxkit', 'proto', 'runtime', 'test'].flatMap(below);
}

function below(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return /^(target|generated)$/.test(entry.name) ? [] : below(path);
    return /\.(ts|mjs|cjs|rs|proto)$/.test(entry.name) ? [path] : [];
  });
}
