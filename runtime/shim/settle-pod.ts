/**
 * A pod's folder that is there while nobody serves its address: it is being made, it ends, or whoever had it died. This
 * waits for the first two, and ends and removes the third.
 */
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Directories } from '../directories.ts';
import { endSystem } from '../host-service.ts';
import { isBeingStarted, podFolder } from '../supervisor/pod-folder.ts';
import { isPodLocked, podUnlocked } from '../supervisor/pod-lock.ts';
import { podVmId } from '../supervisor/pod-vm.ts';
import { endPod } from '../supervisor/reconcile.ts';

/** Between looks at what tells nobody when it changes. */
const LOOK_MS = 10;
/** A pod that ends has this long until it is looked at again. */
const ENDING_MS = 1000;

/**
 * Returns when what `start` found may have changed: the pod ended, or is about to be served.
 * @throws RuntimeError what ending its VM or removing it throws
 */
export async function podSettled(where: Directories, pod: string): Promise<void> {
  const folder = podFolder(where, pod);
  if (!existsSync(folder)) return;
  if (isPodLocked(folder)) {
    await podUnlocked(folder, AbortSignal.timeout(ENDING_MS));
  } else if (isBeingStarted(folder)) {
    // Its holder is about to serve, or, when its supervisor has just ended, to go.
    await delay(LOOK_MS);
  } else {
    await endPod(where, pod);
  }
}

/** Ends the VM, whoever owns it. One that has ended is none. */
export async function endPodVm(where: Directories, pod: string): Promise<void> {
  const vm = podVmId(podFolder(where, pod));
  if (vm !== undefined) await endSystem(where, vm);
}
