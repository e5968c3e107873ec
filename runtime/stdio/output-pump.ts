/**
 * A program of the host that takes a guest process's stdout from its port's socket to a pipe, past this process:
 * `lcow-holder pump` (runtime/holder/README.md). It writes down in the record of what was handed on, and ends with us.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { RuntimeError } from '../errors.ts';
import type { Carriage, CarriageSource } from '../task/process-io.ts';

/** It connects and greets, no more. */
const READY_TIMEOUT_MS = 5000;
/** Between being told to end and being killed. */
const END_TIMEOUT_MS = 1000;

export interface OutputPumpOptions extends CarriageSource {
  readonly program: string;
  /** Non-blocking; stays the caller's. */
  readonly outputFd: number;
  /** Of a HandedOn; stays the caller's. */
  readonly recordFd: number;
  /** What it says where it cannot go on. */
  readonly onTrouble: (what: string) => void;
  /** Where it came to, once it has ended. */
  readonly handedOn: () => number;
}

/**
 * Resolves when it is connected to the socket.
 * @throws RuntimeError unavailable where it does not come so far
 */
export async function startOutputPump(options: OutputPumpOptions): Promise<Carriage> {
  const { program, socketPath, nonce, outputFd, recordFd, onTrouble, handedOn } = options;
  const args = ['pump', '--nonce', nonce.toString('hex'), '--', socketPath];
  const child = spawn(program, args, {
    env: {},
    stdio: ['pipe', 'pipe', 'pipe', outputFd, recordFd],
  });
  const { stdin, stdout, stderr } = child;
  let said = '';
  stderr?.setEncoding('utf8').on('data', (text: string) => {
    if (said.length < 1024) said += text;
  });
  for (const stream of [stdin, stdout, stderr]) stream?.on('error', () => {});
  const over = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      said ||= error.message;
      resolve();
    });
    child.once('close', () => resolve());
  });
  const ready = new Promise<boolean>((resolve) => {
    stdout?.once('data', () => resolve(true));
    void over.then(() => resolve(false));
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), READY_TIMEOUT_MS);
  const isReady = await ready;
  clearTimeout(timer);
  if (!isReady) {
    const what = said.trim() || 'it ended before it was ready';
    throw new RuntimeError('unavailable', `start "${program} pump"`, what);
  }
  let stopped = false;
  return {
    begin: (offset) => void stdin?.write(`go ${offset}\n`),
    stop: () => {
      if (!stopped) stop(child, over);
      stopped = true;
    },
    ended: over.then(() => {
      if (!stopped && said !== '') onTrouble(said.trim());
      return handedOn();
    }),
  };
}

function stop(child: ChildProcess, over: Promise<void>): void {
  child.stdin?.end();
  const timer = setTimeout(() => child.kill('SIGKILL'), END_TIMEOUT_MS);
  void over.then(() => clearTimeout(timer));
}
