// Regenerates the TypeScript side of proto/agent.proto into proto/generated. The Rust side is
// proto/codegen (cargo). Both are checked in; test/proto/generated.test.ts regenerates and compares.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const bin = (name) => join(here, '../node_modules/protobufjs-cli/bin', name);
const outDir = process.argv[2] ?? join(here, 'generated');

const scratch = mkdtempSync(join(outDir, '.generate-'));
try {
  const js = pbjs('agent.js', ['--no-comments']);
  // The declarations come from the JSDoc of a module with comments.
  const documented = pbjs('documented.js', []);
  const dts = join(scratch, 'agent.d.ts');
  run(bin('pbts'), ['-o', dts, documented]);
  writeFileSync(dts, readFileSync(dts, 'utf8').replace('import Long = require("long");\n', ''));
  // Node's ESM loader needs the default import of a CommonJS module; 64-bit fields are numbers here
  // (exact to 2^53, which is 104 days in nanoseconds), so Long is switched off.
  const text = readFileSync(js, 'utf8').replace(
    /import .*\$protobuf from "protobufjs\/minimal(\.js)?";/,
    'import $protobuf from "protobufjs/minimal.js";\n$protobuf.util.Long = null;\n$protobuf.configure();',
  );
  writeFileSync(js, text);
  if (!text.includes('util.Long = null')) throw new Error('the import of protobufjs was not found');
  renameSync(js, join(outDir, 'agent.js'));
  renameSync(dts, join(outDir, 'agent.d.ts'));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function pbjs(name, extra) {
  const out = join(scratch, name);
  run(bin('pbjs'), [
    ...['-t', 'static-module', '-w', 'es6', '--es6', '--force-number'],
    ...['--no-convert', '--no-verify', '--no-delimited', '--no-service', ...extra],
    ...['-o', out, join(here, 'agent.proto')],
  ]);
  return out;
}

function run(script, args) {
  execFileSync(process.execPath, [script, ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
}
