/** A host of its own for tests of the supervisor: the library over temporary folders, and a look at its processes. */
import { readdirSync, readFileSync } from 'node:fs';
import { Lcow } from '../../runtime/lcow.ts';
import type { ContainerHandle } from '../../runtime/lcow/container-handle.ts';
import type { RunRequest } from '../../runtime/lcow.ts';
import { podFolder } from '../../runtime/supervisor/pod-folder.ts';
import { isPodLocked } from '../../runtime/supervisor/pod-lock.ts';
import { LcowHost } from '../harness/lcow-host.ts';
import { provideTemplate } from '../harness/shared-template.ts';

export class SupervisedHost extends LcowHost {
  readonly where = { data: this.data, run: this.run };
  readonly lcow_ = Lcow.open(this.where);

  /** Its VMs are clones where they are of the default shape. */
  constructor() {
    super();
    provideTemplate(this.data);
  }

  /** Runs a shell script in busybox, detached. */
  sh(script: string, more: Partial<RunRequest> = {}): Promise<ContainerHandle> {
    return this.lcow_.run({ image: this.busybox, command: ['sh', '-c', script], ...more });
  }

  /** The pid of the pod's supervisor. */
  supervisorOf(pod: string): number {
    const words = `--pod ${podFolder(this.where, pod)}`;
    for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
      try {
        const text = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
        if (text.includes(words) && text.includes('lcow-supervisor')) return Number(name);
      } catch {
        // It has ended.
      }
    }
    throw new Error(`no supervisor ${words}`);
  }

  /** The pid of the pod's QEMU. */
  qemuOf(pod: string): number {
    const record = JSON.parse(readFileSync(`${this.run}/vm/${pod}/record.json`, 'utf8')) as {
      vmm: { pid: number };
    };
    return record.vmm.pid;
  }

  isSupervised(pod: string): boolean {
    return isPodLocked(podFolder(this.where, pod));
  }

  /** The journal's actions for a container, in order. */
  async journal(id: string): Promise<string[]> {
    const actions: string[] = [];
    const past = {
      sinceMs: 0,
      untilMs: Date.now() + 1,
      filter: (e: { actor: { id: string } }) => e.actor.id === id,
    };
    for await (const { action } of this.lcow_.events(past)) actions.push(action);
    return actions;
  }
}

/** Resident memory in MiB. */
export function residentMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}
