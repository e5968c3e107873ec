/**
 * The bundled `lcow` by Windows' Node under Wine, over the stand-in: its commands, its supervisors, its folders. The VMs
 * that it makes are the engine's, on Linux (stand-in/bridge-process.ts).
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filesBelow, processesNaming } from '../harness/leftovers.ts';
import { repositoryRoot } from '../harness/repository-root.ts';
import { buildWindowsStandIn } from '../stand-in/build-stand-in.ts';
import { type BridgeProcess, startBridgeProcess } from '../stand-in/start-bridge.ts';
import { layOutProgram, NODE_VERSIONS, windowsNode } from './windows-node.ts';
import { windowsPath } from './windows-test-file.ts';
import {
  installLibraries,
  installWine,
  makePrefix,
  runWine,
  windowsFolder,
  winePrefix,
} from './wine.ts';

/** Services that the features bring, which Wine has none of: their names are all that is looked at. */
const SERVICES = ['vmcompute', 'hns', 'vmms'];
/** A boot under emulation, on a host that does more. */
const COMMAND_MS = 240_000;

/** What a command came to. */
export interface CommandOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class WindowsProgram implements AsyncDisposable {
  readonly #folder: string;
  readonly #command: readonly string[];
  readonly #bridge: BridgeProcess;
  readonly #engine: string;
  /** On drive C, of this test alone. */
  readonly #name: string;
  #commands = 0;

  private constructor(
    folder: string,
    command: readonly string[],
    bridge: BridgeProcess,
    engine: string,
  ) {
    this.#folder = folder;
    this.#command = command;
    this.#bridge = bridge;
    this.#engine = engine;
    this.#name = `lcow-test-${process.pid}`;
  }

  /**
   * Makes what is missing.
   * @param version of Node, which runs the bundle
   * @param executable lcow.exe, which is both; instead of Node
   * @throws Error where Wine, mingw or the bundles cannot be had
   */
  static async open(
    version: string = NODE_VERSIONS[0],
    executable?: string,
  ): Promise<WindowsProgram> {
    const say = (): void => undefined;
    await installWine(say);
    await makePrefix(say);
    await installLibraries(await buildWindowsStandIn());
    await layOutProgram(say);
    linkInto(windowsFolder(), 'bin');
    linkInto(windowsFolder(), 'dist');
    const command =
      executable === undefined
        ? [await windowsNode(version, say), windowsPath(join(windowsFolder(), 'bin', 'lcow'))]
        : [executable];
    const folder = await mkdtemp(join(tmpdir(), 'lcow-windows-program-'));
    const engine = join(folder, 'engine');
    mkdirSync(engine, { mode: 0o700 });
    const environment = { LCOW_BRIDGE_RUN: engine, LCOW_BRIDGE_WINE: winePrefix() };
    const program = new WindowsProgram(
      folder,
      command,
      await startBridgeProcess(environment),
      engine,
    );
    for (const service of SERVICES) await program.addService(service);
    mkdirSync(program.#onDrive('hv'), { recursive: true });
    return program;
  }

  /** Registers a service; one that is there stays. */
  async addService(name: string): Promise<void> {
    const path = 'C:\\windows\\system32\\svchost.exe';
    await this.#wine(['sc', 'create', name, 'binPath=', path, 'start=', 'demand']);
  }

  async removeService(name: string): Promise<void> {
    await this.#wine(['sc', 'delete', name]);
  }

  /** Runs `lcow`. Its streams are files: Node under Wine takes no pipe of Linux's. */
  lcow(...args: string[]): Promise<CommandOutcome> {
    return this.#wine([...this.#command, ...args]);
  }

  /** As lcow(), of a command that succeeds. @returns its output, trimmed */
  async ok(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.lcow(...args);
    if (code !== 0) throw new Error(`lcow ${args.join(' ')} ended with ${code}: ${stderr}`);
    return stdout.trim();
  }

  /** The supervisors' processes, as Linux sees them. */
  supervisors(): number[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => {
        const line = commandLine(pid);
        return line.includes('lcow-supervisor') && line.includes(`\\${this.#name}\\`);
      });
  }

  /** What is left of pods, containers and VMs: nothing, once all are removed. */
  leftovers(): string[] {
    return [
      ...this.supervisors().map((pid) => `supervisor ${pid}`),
      ...processesNaming(this.#engine).map(String),
      ...filesBelow(this.#onDrive('run', 'pod')),
      ...filesBelow(this.#onDrive('data', 'container')),
      ...filesBelow(this.#onDrive('data', 'name')),
    ];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pid of this.supervisors()) process.kill(pid, 'SIGKILL');
    await this.#bridge.close();
    rmSync(this.#onDrive(), { recursive: true, force: true });
    await rm(this.#folder, { recursive: true, force: true });
  }

  #onDrive(...parts: string[]): string {
    return join(winePrefix(), 'drive_c', this.#name, ...parts);
  }

  async #wine(args: readonly string[]): Promise<CommandOutcome> {
    this.#commands += 1;
    const output = join(this.#folder, `${this.#commands}.out`);
    const errors = join(this.#folder, `${this.#commands}.err`);
    const place = `C:\\${this.#name}`;
    const env = {
      LCOW_BOOT_FILES: windowsPath(
        process.env['LCOW_BOOT_FILES'] || join(repositoryRoot(), 'build', 'guest'),
      ),
      LCOW_DATA: `${place}\\data`,
      LCOW_RUN: `${place}\\run`,
      LCOW_STAND_IN_BRIDGE: `tcp:${this.#bridge.port}`,
      LCOW_STAND_IN_HVSOCKETS: `${place}\\hv`,
      LCOW_STAND_IN_NETWORKS: `${place}\\networks`,
    };
    const code = await runWine(args, { output, errors, timeoutMs: COMMAND_MS, env });
    const [stdout, stderr] = [readFileSync(output, 'utf8'), readFileSync(errors, 'utf8')];
    return {
      code,
      stdout: stdout.replaceAll('\r\n', '\n'),
      stderr: stderr.replaceAll('\r\n', '\n'),
    };
  }
}

function linkInto(folder: string, name: string): void {
  if (!existsSync(join(folder, name)))
    symlinkSync(join(repositoryRoot(), name), join(folder, name));
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
