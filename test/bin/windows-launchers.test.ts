/**
 * lcow.exe (bin/build-windows.mjs): built here of npm's Windows Node, and run under Wine. Building takes half a minute of
 * processor time an executable, so `npm run test:windows` runs this file and `npm test` does not; what was built stays
 * in build/windows/launchers for the next time.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { repositoryRoot } from '../harness/repository-root.ts';
import { skip } from '../harness/skip.ts';
import { buildExecutable } from '../windows/windows-executable.ts';
import { NODE_VERSIONS } from '../windows/windows-node.ts';
import { makePrefix, runWine } from '../windows/wine.ts';
import { windowsPath } from '../windows/windows-test-file.ts';

const WINE = '/usr/lib/wine/wine64';
const DEADLINE_MS = 60_000;

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

const folder = mkdtempSync(join(tmpdir(), 'lcow-launchers-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

if (process.env['LCOW_TEST_WINDOWS'] !== '1') skip('lcow.exe: npm run test:windows runs it');
else if (existsSync(WINE)) await register();
else skip(`lcow.exe: Wine is not installed (${WINE})`);
test.run();

async function register(): Promise<void> {
  await makePrefix(() => undefined);
  const built = NODE_VERSIONS.map(
    async (version) => [version, await buildExecutable(version)] as const,
  );
  for (const [version, executable] of await Promise.all(built)) forExecutable(version, executable);
}

function forExecutable(version: string, executable: string): void {
  const lcow = async (
    args: readonly string[],
    env: Record<string, string> = {},
  ): Promise<Ended> => {
    const [output, errors] = [join(folder, 'stdout'), join(folder, 'stderr')];
    const options = { output, errors, env, timeoutMs: DEADLINE_MS };
    const code = await runWine([executable, ...args], options);
    return { code, stdout: readFileSync(output, 'utf8'), stderr: readFileSync(errors, 'utf8') };
  };

  test(`Node ${version}: lcow.exe, the shim, and the native part of koffi are all there is`, async () => {
    const files = await readdir(join(executable, '..'));
    const shown = files.filter((name) => !name.startsWith('.')).sort();
    assert.equal(shown, ['containerd-shim-lcow-v1.exe', 'koffi.node', 'lcow.exe']);
  });

  test(`Node ${version}: by the shim's name it is the shim`, async () => {
    const shim = join(executable, '..', 'containerd-shim-lcow-v1.exe');
    const [output, errors] = [join(folder, 'stdout'), join(folder, 'stderr')];
    const code = await runWine([shim, '-v'], { output, errors, timeoutMs: DEADLINE_MS });
    assert.is(code, 0, readFileSync(errors, 'utf8'));
    assert.match(readFileSync(output, 'utf8'), /^containerd-shim-lcow-v1:\n {2}Version: {2}\d/);
  });

  test(`Node ${version}: an unsigned executable, whose certificate directory is empty`, () => {
    const image = readFileSync(executable);
    const header = image.readUInt32LE(0x3c) + 24;
    assert.is(image.readUInt16LE(header), 0x20b);
    assert.is(image.readBigUInt64LE(header + 112 + 4 * 8), 0n);
  });

  test(`Node ${version}: lcow.exe --version says which Node and which platform`, async () => {
    const { code, stdout, stderr } = await lcow(['--version']);
    assert.is(code, 0, stderr);
    assert.match(stdout, /^version +\d+\.\d+\.\d+$/m);
    assert.match(stdout, new RegExp(`^node +${version.replaceAll('.', '\\.')}$`, 'm'));
    assert.match(stdout, /^platform +win32\/x64$/m);
    assert.is(stderr, '');
  });

  test(`Node ${version}: a document is printed as on Linux`, async () => {
    const args = ['uvm', 'boot', '--document-only', '--windows-build'];
    for (const build of ['17763', '26100']) {
      const { code, stdout, stderr } = await lcow([...args, build]);
      assert.is(code, 0, stderr);
      assert.match(stderr, /^kernel line: /);
      const here = [join(repositoryRoot(), 'bin', 'lcow'), ...args, build];
      assert.is(stdout, (await promisify(execFile)(process.execPath, here)).stdout);
    }
  });

  test(`Node ${version}: what cannot be done is 125 and one line`, async () => {
    const { code, stdout, stderr } = await lcow(['no-such-command']);
    assert.is(code, 125);
    assert.is(stdout, '');
    assert.match(stderr, /^lcow: cannot run "lcow no-such-command": [^\n]+\n$/);
  });

  test(`Node ${version}: the supervisor's role, its flags, its file and the Event Log`, async () => {
    const usage = await lcow(['lcow-supervisor']);
    assert.is(usage.code, 64);
    assert.match(usage.stderr, /^usage: lcow-supervisor --pod FOLDER/);
    const pod = join(folder, `pods-${version}`, 'pod', 'p1');
    await mkdir(pod, { recursive: true });
    const { supervisorProgram } = await import('../../runtime/supervisor/supervisor-program.ts');
    // Wine's Event Log is its debug output: the channel's name shows the type of the event.
    const channels = { WINEDEBUG: '-all,err+eventlog,warn+eventlog,trace+eventlog' };
    const env = { ...supervisorProgram(true).env, ...channels };
    const failed = await lcow(['lcow-supervisor', '--pod', windowsPath(pod)], env);
    assert.is(failed.code, 1, failed.stderr);
    assert.match(
      failed.stderr,
      /err:eventlog:ReportEventW L"pod p1: it ends: .*it has no pod\.json/,
    );
    const log = readFileSync(join(pod, 'supervisor.log'), 'utf8');
    assert.match(log, /Z error: it ends: RuntimeError: cannot supervise .*it has no pod\.json/);
    assert.not.match(log, /Event Log/);
  });
}
