/** A process in the utility VM itself, outside any container: for those who debug the VM. */
import { randomBytes } from 'node:crypto';
import { PassThrough, type Readable } from 'node:stream';
import { METHODS } from '../guest/methods.ts';
import type { ProcessId } from '../guest/process-streams.ts';
import type { UtilityVm } from '../uvm/utility-vm.ts';
import { GuestProcess } from './guest-process.ts';
import { encodeOciDocument } from './oci-runtime-spec.ts';
import type { OutputStream, ProcessIo } from './process-io.ts';
import type { BackendExit } from './task-backend.ts';

export interface VmProcessRequest {
  /** Default: generated. */
  readonly execId?: string;
  readonly args: readonly string[];
  /** A pseudo-terminal instead of pipes. */
  readonly terminal?: { readonly width: number; readonly height: number };
}

/**
 * Starts a process as root in the VM's own namespaces.
 * @throws RuntimeError command-not-found, command-not-invocable, unavailable
 */
export async function startInVm(
  vm: UtilityVm,
  { execId = `vm-${randomBytes(4).toString('hex')}`, args, terminal }: VmProcessRequest,
  io: ProcessIo,
): Promise<{ id: ProcessId; process: GuestProcess }> {
  const id = { containerId: '', execId };
  const document = {
    args,
    env: ['PATH=/sbin:/bin:/usr/sbin:/usr/bin', ...(terminal ? ['TERM=xterm'] : [])],
    cwd: '/',
    user: { uid: 0, gid: 0 },
  };
  const start = { op: 'run a process in the VM', process: encodeOciDocument(document) };
  const process = await GuestProcess.exec(vm, id, {
    ...{ io, terminal: terminal !== undefined },
    exec: terminal === undefined ? start : { ...start, size: terminal },
  });
  return { id, process };
}

/** A process of a VM that this process holds, its output to be read here; it has no stdin. */
export interface VmProcess {
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Rejects with `unavailable` when the VM ended first, with the VM's end as the message. */
  readonly exited: Promise<BackendExit>;
  /** @throws RuntimeError not-found when it has exited */
  kill(signal: number): Promise<void>;
}

/** As startInVm, without a supervisor. */
export async function runInVm(vm: UtilityVm, args: readonly string[]): Promise<VmProcess> {
  const output = { stdout: new PassThrough(), stderr: new PassThrough() };
  const { id, process } = await startInVm(vm, { args }, readableIo(output));
  void process.drained.then(() => {
    output.stdout.end();
    output.stderr.end();
  });
  const op = 'follow a process of the VM';
  const exited = process.exited.catch(async (error: unknown) => {
    throw await vm.explain(op, error);
  });
  exited.catch(() => {});
  return {
    ...output,
    exited,
    kill: async (signal) => {
      await vm.call(`send signal ${signal}`, METHODS.signal, { process: id, signal, all: false });
    },
  };
}

/** Output counts as taken when its stream has room for more. */
function readableIo(to: Readonly<Record<OutputStream, PassThrough>>): ProcessIo {
  return {
    wants: { stdin: false, stdout: true, stderr: true },
    connect: () => {},
    output: (stream, bytes) => new Promise((resolve) => to[stream].write(bytes, () => resolve())),
    outputEnded: () => Promise.resolve(),
    closeStdin: () => {},
    exited: () => {},
    close: () => Promise.resolve(),
  };
}
