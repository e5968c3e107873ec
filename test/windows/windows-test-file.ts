/** Runs one compiled test file by Windows' Node, with a bridge to the engine where it boots VMs. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBridgeProcess, type BridgeForWine } from '../stand-in/start-bridge.ts';
import type { TestGuest } from '../harness/test-guest.ts';
import { runWine, winePrefix } from './wine.ts';

/** What came of a file. */
export interface FileOutcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly string[];
  readonly output: string;
  /** Wine's own ntdll.dll faulted: what it said. */
  readonly wineFault?: string;
}

/**
 * A fault inside of Wine's ntdll.dll, which stands at this address, and of no program: seen in its heap once in some
 * thirty runs of a file with many threads on a busy host; the same file under AddressSanitizer on Linux is clean.
 */
const WINE_FAULT = /^.*wine: Unhandled page fault .* at address 000000017[0-9A-F]{7} .*$/m;

/** A file and who runs it. */
export interface FileToRun {
  node: string;
  /** The folder of the compiled program, as Windows' Node is to see it. */
  program: string;
  /** Below test/, without ending. */
  name: string;
  guest: TestGuest;
}

/** A unit file, one that boots VMs. */
const DEADLINE_MS = { unit: 180_000, vm: 600_000 };

/** See the module's comment. */
export async function runTestFile({ node, program, name, guest }: FileToRun): Promise<FileOutcome> {
  const folder = await mkdtemp(join(tmpdir(), 'lcow-windows-'));
  const isVm = name.endsWith('.vm.test');
  const runDirectory = join(folder, 'run');
  await mkdir(runDirectory, { mode: 0o700 });
  const bridge = isVm
    ? await startBridgeProcess({ LCOW_BRIDGE_RUN: runDirectory, LCOW_BRIDGE_WINE: winePrefix() })
    : undefined;
  try {
    const output = join(folder, 'output');
    const timeoutMs = isVm ? DEADLINE_MS.vm : DEADLINE_MS.unit;
    const file = join(program, 'test', `${name}.js`);
    const env = {
      LCOW_TEST_GUEST: JSON.stringify({
        kernel: windowsPath(guest.kernel),
        initrd: windowsPath(guest.initrd),
      }),
      ...(bridge === undefined
        ? {}
        : {
            LCOW_TEST_BRIDGE: JSON.stringify({
              accelerator: bridge.accelerator,
              port: bridge.port,
              runDirectory,
            } satisfies BridgeForWine),
          }),
    };
    const began = performance.now();
    const code = await runWine([node, '--enable-source-maps', file], { output, timeoutMs, env });
    const late = performance.now() - began >= timeoutMs;
    const text = await readFile(output, 'utf8');
    const [wineFault] = WINE_FAULT.exec(text) ?? [];
    return { ...read(text, code, late), ...(wineFault === undefined ? {} : { wineFault }) };
  } finally {
    await bridge?.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs one compiled test file by this Node: it starts Windows' programs itself. */
export async function runHostFile(name: string): Promise<FileOutcome> {
  const file = join(import.meta.dirname, '..', `${name}.js`);
  const began = performance.now();
  const timeout = DEADLINE_MS.vm;
  const options = { timeout, env: { ...process.env, LCOW_TEST_WINDOWS: '1' } };
  const [code, output] = await new Promise<[number, string]>((resolve) => {
    execFile(process.execPath, ['--enable-source-maps', file], options, (error, out, errors) => {
      resolve([error === null ? 0 : 1, out + errors]);
    });
  });
  return read(output, code, performance.now() - began >= timeout);
}

/** A path of Linux as programs under Wine name it. */
export function windowsPath(path: string): string {
  return `Z:${path.replaceAll('/', '\\')}`;
}

/** As test/run.ts reads uvu's words. */
function read(output: string, code: number, late: boolean): FileOutcome {
  const count = (label: string): number =>
    [...output.matchAll(new RegExp(`^\\s*${label}:?\\s+(\\d+)`, 'gm'))].reduce(
      (sum, [, n]) => sum + Number(n),
      0,
    );
  const skipped = [...output.matchAll(/^SKIP (.*)$/gm)].map(([, reason]) => reason?.trim() ?? '');
  const [total, passed] = [count('Total'), count('Passed')];
  const ranNothing = total === 0 && skipped.length === 0;
  const failed = Math.max(total - passed, code === 0 && !late && !ranNothing ? 0 : 1);
  const why = late ? '\nit did not end in time' : code === 0 ? '' : `\nit ended with ${code}`;
  return { passed, failed, skipped, output: output + (ranNothing ? '\nit ran no test' : '') + why };
}
