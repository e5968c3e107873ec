/**
 * Reads what a Linux kernel booted with `initcall_debug` says of its initcalls (init/main.c):
 *
 *   [    0.123456] calling  foo_init+0x0/0x10 @ 1
 *   [    0.124000] initcall foo_init+0x0/0x10 returned 0 after 123 usecs
 *
 * The log comes from a guest: what does not look like this is passed over, and lines, calls and names are bounded.
 */
import { RuntimeError } from '../../runtime/errors.ts';
import { type InitcallSpan, MAX_INITCALL_DEPTH, MAX_INITCALLS } from './result.ts';

export interface InitcallLog {
  /** By their beginning. Times since the kernel's clock began. */
  readonly spans: readonly InitcallSpan[];
  /** Called, and not seen to return. */
  readonly unfinished: readonly string[];
  /** Returned, and not seen to be called: the log begins after it did. */
  readonly beheaded: number;
}

export const MAX_LOG_BYTES = 4 * 2 ** 20;
/** Longer lines are of something else. */
const MAX_LINE = 512;
const MAX_NAME = 128;
/** Parents and children are stamped by two clocks. */
const OVERLAP_MS = 0.01;

/** "<7>" of the raw log, "[  0.123456]" and "[    T1]" of CONFIG_PRINTK_CALLER. */
const LINE =
  /^(?:<\d{1,3}>)?\[ *(\d{1,9})\.(\d{6})\](?:\[ *[TC]\d{1,10}\])? (calling|initcall) +(.*)$/;
const CALLING = /^(\S{1,256}(?: \[\S{1,64}\])?) @ (\d{1,10})$/;
const RETURNED = /^(\S{1,256}(?: \[\S{1,64}\])?) returned (-?\d{1,10}) after (\d{1,12}) usecs/;

interface OpenCall {
  readonly name: string;
  readonly startMs: number;
  readonly parent: OpenCall | undefined;
  depth: number;
  returned: boolean;
}

/** @throws RuntimeError resource-exhausted where the log or the count of calls is larger than any kernel's */
export function readInitcalls(log: string): InitcallLog {
  if (log.length > MAX_LOG_BYTES) refuse(`it has ${log.length} characters`, MAX_LOG_BYTES);
  const byName = new Map<string, OpenCall[]>();
  const byTask = new Map<string, OpenCall[]>();
  const done: DoneCall[] = [];
  let [count, beheaded] = [0, 0];
  for (const line of lines(log)) {
    const [, seconds = '', micros = '', verb, rest = ''] = LINE.exec(line) ?? [];
    if (verb === undefined) continue;
    const atMs = Number(seconds) * 1000 + Number(micros) / 1000;
    if (verb === 'calling') {
      const [, symbol, task = ''] = CALLING.exec(rest) ?? [];
      if (symbol === undefined) continue;
      count += 1;
      if (count > MAX_INITCALLS) refuse('it has more calls', MAX_INITCALLS);
      const stack = listOf(byTask, task);
      while (stack.at(-1)?.returned === true) stack.pop();
      const call = {
        name: nameOf(symbol),
        startMs: atMs,
        parent: stack.at(-1),
        depth: 0,
        returned: false,
      };
      stack.push(call);
      listOf(byName, call.name).push(call);
    } else {
      const [, symbol, returned, usecs] = RETURNED.exec(rest) ?? [];
      if (symbol === undefined) continue;
      const call = byName.get(nameOf(symbol))?.pop();
      if (call === undefined) {
        beheaded += 1;
        continue;
      }
      call.returned = true;
      done.push({
        call,
        ms: lengthOf(Number(usecs) / 1000, atMs - call.startMs),
        returned: Number(returned),
      });
    }
  }
  const unfinished = [...byName.values()].flatMap((calls) => calls.map(({ name }) => name));
  return { spans: withDepths(done), unfinished, beheaded };
}

interface DoneCall {
  readonly call: OpenCall;
  readonly ms: number;
  readonly returned: number;
}

/**
 * What the kernel says that it took, where that fits between its two lines. Before its clock is up it counts in ticks
 * of 4 ms: then it is the time between the lines, which has the writing of one of them in it.
 */
function lengthOf(saidMs: number, betweenMs: number): number {
  return saidMs > 0 && saidMs <= betweenMs ? saidMs : Math.max(0, betweenMs);
}

function listOf<T>(lists: Map<string, T[]>, key: string): T[] {
  const known = lists.get(key);
  if (known !== undefined) return known;
  const list: T[] = [];
  lists.set(key, list);
  return list;
}

/** Below its caller, and below whatever is still going on beside it. */
function withDepths(done: readonly DoneCall[]): InitcallSpan[] {
  const ends: number[] = [];
  return [...done]
    .sort((a, b) => a.call.startMs - b.call.startMs || b.ms - a.ms)
    .map(({ call, ms, returned }) => {
      const { name, startMs, parent } = call;
      let depth = parent?.returned === true ? parent.depth + 1 : 0;
      // Nobody looks deeper; what lies deeper is put there.
      while (depth < MAX_INITCALL_DEPTH && (ends[depth] ?? -Infinity) > startMs + OVERLAP_MS)
        depth += 1;
      ends[depth] = startMs + ms;
      call.depth = depth;
      return { name, startMs, ms, depth, returned };
    });
}

/** "foo_init" of "foo_init+0x0/0x10"; "virtio" of "init_module+0x0/0x10 [virtio]". */
function nameOf(symbol: string): string {
  const [, call = symbol, module] =
    /^(\S+?)(?:\+0x[\da-f]+\/0x[\da-f]+)?(?: \[(\S+)\])?$/.exec(symbol) ?? [];
  const name =
    module === undefined ? call : call === 'init_module' ? module : `${call} [${module}]`;
  return name.slice(0, MAX_NAME);
}

function* lines(log: string): Generator<string> {
  let from = 0;
  while (from < log.length) {
    const end = log.indexOf('\n', from);
    const to = end === -1 ? log.length : end;
    if (to - from <= MAX_LINE) yield log.slice(from, to).replace(/\r$/, '');
    from = to + 1;
  }
}

function refuse(what: string, most: number): never {
  throw new RuntimeError('resource-exhausted', "read the kernel's log", `${what}: at most ${most}`);
}
