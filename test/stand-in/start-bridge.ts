/** Starts the bridge's process and points this process' stand-in at it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Accelerator } from '../../hcs/document/properties.ts';

/** A bridge that runs. */
export interface RunningBridge {
  accelerator: Accelerator;
  pid: number;
  close(): Promise<void>;
}

/** To be called before the stand-in's first call: it looks at the environment then. */
export async function startBridge(options: {
  runDirectory: string;
  socket: string;
  hvSockets: string;
}): Promise<RunningBridge> {
  const { runDirectory, socket, hvSockets } = options;
  setNativeEnvironment('LCOW_STAND_IN_BRIDGE', `unix:${socket}`);
  setNativeEnvironment('LCOW_STAND_IN_HVSOCKETS', hvSockets);
  const script = fileURLToPath(new URL('./bridge-process.js', import.meta.url));
  const child = spawn(process.execPath, ['--enable-source-maps', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, LCOW_BRIDGE_RUN: runDirectory, LCOW_BRIDGE_SOCKET: socket },
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
  return {
    accelerator: line.split(' ')[1] as Accelerator,
    pid: child.pid ?? 0,
    close: async () => {
      child.ref();
      child.stdin.end();
      await exited;
    },
  };
}

/** process.env reaches C's getenv too. */
function setNativeEnvironment(name: string, value: string): void {
  process.env[name] = value;
}
