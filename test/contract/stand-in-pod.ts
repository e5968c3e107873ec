/** What tests of pods over the stand-in for Windows' libraries share: a host, its bridge, and pods whose guests are real. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { platformArguments } from '../../hcs/qemu/kernel-arguments.ts';
import {
  openWindowsService,
  type WindowsServiceOptions,
} from '../../hcs/windows/windows-service.ts';
import { processesNaming } from '../harness/leftovers.ts';
import { LcowHost } from '../harness/lcow-host.ts';
import { busyboxLayers, TaskPod, type TaskPodOptions } from '../runtime/task/task-pod.ts';
import { buildStandIn } from '../stand-in/build-stand-in.ts';
import { type RunningBridge, startBridge } from '../stand-in/start-bridge.ts';

export interface StandInHost {
  readonly host: LcowHost;
  readonly root: string;
  readonly bridge: RunningBridge;
}

export async function openStandInHost(): Promise<StandInHost> {
  await buildStandIn();
  const root = await mkdtemp(join(tmpdir(), 'lcow-ffi-'));
  return { host: new LcowHost(), root, bridge: await startBridge(root) };
}

/** Boots a pod's VM through FFI. */
export async function openStandInPod(
  { host, bridge }: StandInHost,
  endpoints: NonNullable<WindowsServiceOptions['endpoints']>,
  options: Pick<TaskPodOptions, 'network' | 'scratch'>,
): Promise<TaskPod> {
  const libraries = await buildStandIn();
  const service = await openWindowsService({ endpoints, libraries, build: 26100 });
  const { Execution } = await service.properties();
  return new TaskPod(host, await busyboxLayers(host), {
    ...options,
    memoryMiB: 256,
    openService: () => Promise.resolve(service),
    // The guest is the engine's, whatever the service says of Hyper-V: its kernel line is the engine's.
    execution: {
      ...Execution,
      Accelerator: bridge.accelerator,
      Platform: 'qemu',
      KernelArguments: platformArguments(bridge.accelerator),
    },
  }).open();
}

/** Once its pods have ended: nothing of them is left. */
export async function closeStandInHost({ host, root, bridge }: StandInHost): Promise<void> {
  assert.equal(processesNaming(bridge.runDirectory), []);
  await bridge.close();
  await rm(root, { recursive: true, force: true });
  const left = await host.settledLeftovers();
  await host[Symbol.asyncDispose]();
  assert.equal(left, []);
}
