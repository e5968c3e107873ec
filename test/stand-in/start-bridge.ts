/**
 * Starts the bridge's process and points this process' stand-in at it. Under Wine no process of Linux can be started:
 * whoever started this one has started the bridge before, and LCOW_TEST_BRIDGE says where it is.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import type { NetConnectOpts, Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Accelerator } from '../../hcs/document/properties.ts';

/** A bridge that runs. */
export interface RunningBridge {
  accelerator: Accelerator;
  /** Where it serves. */
  where: NetConnectOpts;
  /** The engine's, on Linux. */
  runDirectory: string;
  /** The Hyper-V sockets' folder. */
  hvSockets: string;
  close(): Promise<void>;
}

/** What one who starts the bridge for programs under Wine tells them, as JSON. */
export interface BridgeForWine {
  accelerator: Accelerator;
  port: number;
  runDirectory: string;
}

/** A bridge's process. */
export interface BridgeProcess {
  accelerator: Accelerator;
  port: number;
  close(): Promise<void>;
}

/**
 * To be called before the stand-in's first call: it looks at the environment then.
 * @param folder for what the bridge and the sockets have on the disk
 */
export async function startBridge(folder: string): Promise<RunningBridge> {
  const hvSockets = join(folder, 'hv');
  await mkdir(hvSockets, { mode: 0o700 });
  process.env['LCOW_STAND_IN_HVSOCKETS'] = hvSockets;
  process.env['LCOW_STAND_IN_NETWORKS'] = join(folder, 'networks');
  const given = process.env['LCOW_TEST_BRIDGE'];
  if (given !== undefined) {
    const { accelerator, port, runDirectory } = JSON.parse(given) as BridgeForWine;
    process.env['LCOW_STAND_IN_BRIDGE'] = `tcp:${port}`;
    const where = { host: '127.0.0.1', port };
    return { accelerator, where, runDirectory, hvSockets, close: () => Promise.resolve() };
  }
  const runDirectory = join(folder, 'run');
  const path = join(folder, 'bridge');
  await mkdir(runDirectory, { mode: 0o700 });
  process.env['LCOW_STAND_IN_BRIDGE'] = `unix:${path}`;
  const bridge = await startBridgeProcess({
    LCOW_BRIDGE_RUN: runDirectory,
    LCOW_BRIDGE_SOCKET: path,
  });
  return { ...bridge, where: { path }, runDirectory, hvSockets };
}

/** @param environment of bridge-process.ts */
export async function startBridgeProcess(
  environment: Record<string, string>,
): Promise<BridgeProcess> {
  const script = fileURLToPath(new URL('./bridge-process.js', import.meta.url));
  const child = spawn(process.execPath, ['--enable-source-maps', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  });
  const exited = once(child, 'exit');
  const ready = once(createInterface(child.stdout), 'line') as Promise<[string]>;
  const gone = exited.then(([code]) => {
    throw new Error(`the bridge ended with ${String(code)} before it was ready`);
  });
  gone.catch(() => undefined);
  const [line] = await Promise.race([ready, gone]);
  // It ends with this process, which does not wait for it.
  child.unref();
  (child.stdin as Socket).unref();
  (child.stdout as Socket).unref();
  const [, accelerator, port] = line.split(' ');
  return {
    accelerator: accelerator as Accelerator,
    port: Number(port),
    close: async () => {
      child.ref();
      child.stdin.end();
      await exited;
    },
  };
}
