/**
 * Keeps a VM that `lcow uvm boot` made: tells what its image runs, from the agent's lines in the kernel's log, until
 * the VM ends or a signal asks for its end, which is an orderly one.
 */
import { guestEvents } from '../guest/events.ts';
import { METHODS } from '../guest/methods.ts';
import type { UtilityVm } from '../uvm/utility-vm.ts';
import { escapeControl } from './escape.ts';

/** What the image's last containers and then all others have to end in. */
const GRACE_MS = 10_000;
/** Events before now are not asked for. */
const AFTER_EVERYTHING = Number.MAX_SAFE_INTEGER;
/** How the agent begins what it says of the image. */
const IMAGE_LINE = /lcow-agent: (image: .*)$/;

/** Resolves when the VM has ended. @param signal aborts when the VM is to end */
export async function holdVm(vm: UtilityVm, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const telling = tellImage(vm, over.signal).catch(() => {});
  const asked = new Promise<'asked'>((resolve) => {
    if (signal.aborted) resolve('asked');
    signal.addEventListener('abort', () => resolve('asked'), { once: true });
  });
  const first = await Promise.race([vm.exited.then(() => 'ended' as const), asked]);
  if (first === 'asked') await vm.shutdown(GRACE_MS);
  over.abort();
  await telling;
}

/** The image's lines on stderr: those so far, then as they come. */
async function tellImage(vm: UtilityVm, signal: AbortSignal): Promise<void> {
  const told = new Set<string>();
  const tell = (text: string): void => {
    const line = IMAGE_LINE.exec(text)?.[1];
    // What came between the two questions below comes twice.
    if (line === undefined || told.has(line)) return;
    told.add(line);
    process.stderr.write(`${escapeControl(line)}\n`);
  };
  const events = guestEvents(await vm.agent(), {
    after: AFTER_EVERYTHING,
    exits: false,
    kernelLog: true,
    signal,
  });
  const following = (async () => {
    for await (const event of events) if (event.kind === 'kernel-log') tell(event.text);
  })();
  following.catch(() => {});
  const { text } = await vm.call('read the kernel log', METHODS.kernelLog, {});
  for (const line of text.split('\n')) tell(line);
  await following;
}
