// Regenerates the TypeScript side of every proto/*.proto into proto/generated. The Rust side of agent.proto is
// proto/codegen (cargo). Both are checked in; test/proto/generated.test.ts regenerates and compares.
//
//   node proto/generate.mjs [folder to write to]
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const bin = (name) => join(here, '../node_modules/protobufjs-cli/bin', name);
const outDir = process.argv[2] ?? join(here, 'generated');

/** What madeWhenUsed() calls. */
const WHEN_USED = `const $whenUsed = (holder, name, make) => $Object.defineProperty(holder, name, {
    configurable: true,
    enumerable: true,
    get() {
        const value = make();
        $Object.defineProperty(holder, name, { value, configurable: true, enumerable: true, writable: true });
        return value;
    }
});
`;

const scratch = mkdtempSync(join(outDir, '.generate-'));
try {
  const protos = readdirSync(here).filter((file) => file.endsWith('.proto'));
  await Promise.all(protos.map((file) => generate(basename(file, '.proto'))));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function generate(name) {
  // The declarations come from the JSDoc of a module with comments.
  const [js, documented] = await Promise.all([
    pbjs(name, `${name}.js`, ['--no-comments']),
    pbjs(name, `${name}-documented.js`, []),
  ]);
  const dts = join(scratch, `${name}.d.ts`);
  await run(bin('pbts'), ['-o', dts, documented]);
  writeFileSync(dts, readFileSync(dts, 'utf8').replace('import Long = require("long");\n', ''));
  // Node's ESM loader needs the default import of a CommonJS module; 64-bit fields are numbers here
  // (exact to 2^53, which is 104 days in nanoseconds), so Long is switched off.
  const text = readFileSync(js, 'utf8').replace(
    /import .*\$protobuf from "protobufjs\/minimal(\.js)?";/,
    'import $protobuf from "protobufjs/minimal.js";\n$protobuf.util.Long = null;\n$protobuf.configure();',
  );
  writeFileSync(js, madeWhenUsed(text));
  if (!text.includes('util.Long = null')) throw new Error('the import of protobufjs was not found');
  renameSync(js, join(outDir, `${name}.js`));
  renameSync(dts, join(outDir, `${name}.d.ts`));
}

/**
 * Each message's class is made when it is first used: a command that sends three messages of a hundred does not wait
 * for the others, nor does V8 keep them.
 */
function madeWhenUsed(text) {
  const lines = text.split('\n');
  const open = [];
  const made = lines.map((line) => {
    const begin = /^( {4,})(\w+)\.([A-Z]\w*) = \(function\(\) \{$/.exec(line);
    if (begin !== null) {
      const [, indent, holder, name] = begin;
      open.push(indent);
      return `${indent}$whenUsed(${holder}, "${name}", function() {`;
    }
    if (line !== `${open.at(-1)}})();`) return line;
    return `${open.pop()}});`;
  });
  if (open.length > 0) throw new Error('the end of a generated class was not found');
  const at = made.findIndex((line) => line.startsWith('const $root = '));
  made.splice(at, 0, WHEN_USED);
  return made.join('\n');
}

async function pbjs(name, file, extra) {
  const out = join(scratch, file);
  await run(bin('pbjs'), [
    ...['-t', 'static-module', '-w', 'es6', '--es6', '--force-number'],
    // A root a file: modules that share one overwrite each other's packages in it.
    ...['-r', name, '-p', here],
    ...['--no-convert', '--no-verify', '--no-delimited', '--no-service', ...extra],
    ...['-o', out, join(here, `${name}.proto`)],
  ]);
  return out;
}

async function run(script, args) {
  const { stderr } = await promisify(execFile)(process.execPath, [script, ...args]);
  process.stderr.write(stderr);
}
