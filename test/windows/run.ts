/**
 * Runs what there is for Windows by the Windows build of Node, under Wine, over the stand-ins of Windows' libraries:
 * makes everything that it needs first, says what, and ends with "N passed, N failed[, N skipped]".
 *
 *   node dist/test/windows/run.js [--prepare] [--node <version>] [word...]     words select files by part of their path
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildTestGuest } from '../harness/test-guest.ts';
import { buildWindowsStandIn } from '../stand-in/build-stand-in.ts';
import { layOutProgram, NODE_VERSIONS, windowsNode } from './windows-node.ts';
import { type FileOutcome, runHostFile, runTestFile } from './windows-test-file.ts';
import { installLibraries, installWine, makePrefix } from './wine.ts';

/** Folders of test/ and which of their files make sense on Windows. */
const FILES: readonly [string, RegExp][] = [
  ['stand-in', /^computecore\.test\.js$/],
  ['hcs/windows', /\.test\.js$/],
  ['runtime/rootfs', /^(scratch|vhdx)\.test\.js$/],
  ['runtime/supervisor', /^supervisor-log\.test\.js$/],
  ['runtime/task', /^mounts\.test\.js$/],
  ['runtime/template', /^template-systems\.test\.js$/],
  ['contract', /^windows-.*\.test\.js$/],
];

/** Files that run here and start Windows' programs themselves; test/windows has more of them. */
const HOST_FILES: readonly [string, RegExp][] = [
  ['bin', /^windows-launchers\.test\.js$/],
  ['windows', /\.test\.js$/],
];

/** The compiled test/. */
const compiled = dirname(dirname(fileURLToPath(import.meta.url)));
const args = process.argv.slice(2);
const onlyNode = args.includes('--node') ? args[args.indexOf('--node') + 1] : undefined;
const words = args.filter((word, at) => !word.startsWith('--') && args[at - 1] !== '--node');
const began = performance.now();
const say = (text: string): void => {
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  process.stdout.write(`[${seconds.padStart(6)} s] ${text}\n`);
};

await installWine(say);
await makePrefix(say);
await installLibraries(await buildWindowsStandIn());
const program = await layOutProgram(say);
const nodes = new Map<string, string>();
for (const version of NODE_VERSIONS.filter((one) => onlyNode === undefined || one === onlyNode)) {
  nodes.set(version, await windowsNode(version, say));
}
say('ready');
if (!args.includes('--prepare')) await runAll();

async function runAll(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'lcow-windows-guest-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const guest = await buildTestGuest(folder);
  let [passed, failed, skipped] = [0, 0, 0];
  const files = filesOf(FILES);
  const tell = async (what: string, start: () => Promise<FileOutcome>): Promise<void> => {
    const before = performance.now();
    let outcome = await start();
    if (outcome.failed > 0 && outcome.wineFault !== undefined) {
      process.stdout.write(`     ${what}: once more, for ${outcome.wineFault}\n`);
      outcome = await start();
    }
    const seconds = ((performance.now() - before) / 1000).toFixed(1);
    const word = outcome.failed === 0 ? 'ok  ' : 'FAIL';
    process.stdout.write(`${word} ${what} (${outcome.passed} tests, ${seconds} s)\n`);
    for (const reason of outcome.skipped) process.stdout.write(`     skipped: ${reason}\n`);
    if (outcome.failed > 0) process.stdout.write(`${outcome.output}\n`);
    passed += outcome.passed;
    failed += outcome.failed;
    skipped += outcome.skipped.length;
  };
  for (const [version, node] of nodes) {
    for (const name of files) {
      const start = (): Promise<FileOutcome> => runTestFile({ node, program, name, guest });
      await tell(`${name}.ts on Windows Node ${version}`, start);
    }
  }
  for (const name of filesOf(HOST_FILES)) {
    await tell(`${name}.ts, with Windows' programs`, () => runHostFile(name));
  }
  const tail = skipped > 0 ? `, ${skipped} skipped` : '';
  process.stdout.write(`${passed} passed, ${failed} failed${tail}\n`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}

/** Below test/, without ending. */
function filesOf(folders: readonly [string, RegExp][]): string[] {
  return folders
    .flatMap(([below, names]) =>
      readdirSync(join(compiled, below))
        .filter((name) => names.test(name))
        .map((name) => `${below}/${name.slice(0, -'.js'.length)}`),
    )
    .filter((file) => words.every((word) => file.includes(word)));
}
