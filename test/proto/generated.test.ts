import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { METHODS, STREAMS } from '../../runtime/guest/methods.ts';
import { repositoryRoot } from '../harness/repository-root.ts';

test('the generated TypeScript is what the protos generate, and nothing else is there', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lcow-generated-'));
  try {
    execFileSync(process.execPath, [join(repositoryRoot(), 'proto/generate.mjs'), folder]);
    const files = readdirSync(folder).sort();
    assert.ok(files.includes('agent.js') && files.includes('ttrpc.d.ts'), files.join(' '));
    const checkedInFolder = join(repositoryRoot(), 'proto/generated');
    assert.equal(readdirSync(checkedInFolder).filter(isGenerated).sort(), files);
    for (const file of files) {
      const checkedIn = readFileSync(join(checkedInFolder, file), 'utf8');
      assert.ok(
        checkedIn === readFileSync(join(folder, file), 'utf8'),
        `${file} differs: npm run generate`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('every call of agent.proto is in the table of methods, and no other', () => {
  const proto = readFileSync(join(repositoryRoot(), 'proto/agent.proto'), 'utf8');
  const declared = [...proto.matchAll(/^service (\w+) \{([\s\S]*?)^\}/gm)].flatMap(
    ([, service, body]) =>
      [...(body ?? '').matchAll(/rpc (\w+)\(/g)].map(
        ([, name]) => `/lcow.agent.v1.${service}/${name}`,
      ),
  );
  const known = [...Object.values(METHODS), ...Object.values(STREAMS)].map(({ path }) => path);
  assert.equal(known.sort(), declared.sort());
});

test.run();

function isGenerated(file: string): boolean {
  return /\.(js|d\.ts)$/.test(file);
}
