/** Serves Attach: the frames of one client, to and from the hub of the process that it names. */
import type { lcow } from '../../proto/generated/supervisor.js';
import { RuntimeError } from '../errors.ts';
import { HUB_URI } from '../task/process-io.ts';
import type { TaskService } from '../task/task-service.ts';
import type { CallContext, MessageStream } from '../ttrpc/method.ts';
import type { Hub } from './hub.ts';
import type { HubAttach, HubClient } from './hub-client.ts';
import { FRAME_BYTES } from './hub-flight.ts';
import type { EncodedFrame, ServerFrame } from './hub-frame.ts';
import type { HubRegistry } from './hub-registry.ts';

type ClientFrame = lcow.supervisor.v1.ClientFrame;
type AttachOpen = lcow.supervisor.v1.AttachOpen.$Properties;
/** What of the task service an attach needs. */
export type AttachTasks = Pick<TaskService, 'state' | 'exec' | 'start' | 'delete'>;
export type AttachStream = MessageStream<ClientFrame, ServerFrame | EncodedFrame>;

const OP = 'attach to a process';
const TERMINAL_CELLS_MAX = 0xffff;

/**
 * Until the process has exited and the client has all its output, or the client leaves. Where the client asks for it,
 * the process is an exec that is added first and started once its streams are joined: one round trip instead of three.
 * @throws RuntimeError not-found, invalid-argument for a frame that does not belong, resource-exhausted; what the task
 *   service says of an exec that it cannot add or start, of which nothing stays
 */
export async function serveAttach(
  hubs: Pick<HubRegistry, 'find' | 'left'>,
  tasks: AttachTasks,
  stream: AttachStream,
  context: CallContext,
): Promise<void> {
  const open = (await stream.receive())?.open;
  if (open == null) throw invalid('the first frame is not `open`');
  if (open.exec == null) return follow(hubs, tasks, stream, context, open);
  const { containerId, execId } = idsOf(open);
  await addExec(tasks, open, context);
  let started = false;
  try {
    await follow(hubs, tasks, stream, context, open, async () => {
      await tasks.start(containerId, execId);
      started = true;
      await stream.send({ started: {} });
    });
  } catch (error) {
    if (!started) await tasks.delete(containerId, execId).catch(() => undefined);
    throw error;
  }
}

function idsOf({ containerId, execId }: AttachOpen): { containerId: string; execId: string } {
  return { containerId: containerId ?? '', execId: execId ?? '' };
}

async function addExec(
  tasks: AttachTasks,
  open: AttachOpen,
  { metadata }: CallContext,
): Promise<void> {
  const { containerId, execId } = idsOf(open);
  if (open.resume === true) throw invalid('`exec` came with `resume`');
  if (execId === '') throw invalid('`exec` came without an exec id');
  const terminal = open.exec?.terminal ?? false;
  const traceparent = metadata.get('traceparent')?.[0];
  const hub = (wanted: boolean | null | undefined): string => (wanted === true ? HUB_URI : '');
  await tasks.exec({
    id: containerId,
    execId,
    terminal,
    stdin: hub(open.stdin),
    stdout: hub(open.stdout),
    stderr: terminal ? '' : hub(open.stderr),
    process: open.exec?.process ?? new Uint8Array(0),
    ...(traceparent === undefined ? {} : { traceparent }),
  });
}

/** @param begin called once the client's streams are joined */
async function follow(
  hubs: Pick<HubRegistry, 'find' | 'left'>,
  tasks: AttachTasks,
  stream: AttachStream,
  context: CallContext,
  open: AttachOpen,
  begin?: () => Promise<void>,
): Promise<void> {
  const { containerId, execId } = idsOf(open);
  const hub = await hubs.find(containerId, execId, (id, exec) => tasks.state(id, exec));
  const client = await hub.attach(wantsOf(open), stream);
  const left = (): void => hub.leave(client);
  context.signal.addEventListener('abort', left, { once: true });
  if (context.signal.aborted) left();
  try {
    const over = Promise.race([client.done, receive(hub, client, stream)]);
    over.catch(() => undefined);
    await begin?.();
    await over;
  } finally {
    context.signal.removeEventListener('abort', left);
    left();
    hubs.left(containerId, execId);
  }
}

/** Passes on what the client sends, until it sends no more: then it has left. */
async function receive(hub: Hub, client: HubClient, stream: AttachStream): Promise<void> {
  for (let frame = await stream.receive(); frame !== undefined; frame = await stream.receive()) {
    if (client.gone) return;
    if (frame.stdin != null) {
      await hub.stdin(client, stdinBytes(client, frame.stdin));
    } else if (frame.stdinEof != null) {
      hub.eof(client);
    } else if (frame.resize != null) {
      hub.resize(cells('width', frame.resize.width), cells('height', frame.resize.height));
    } else if (frame.ack != null) {
      client.acknowledged(frame.ack.stdoutOffset ?? 0, frame.ack.stderrOffset ?? 0);
    } else if (frame.open != null) {
      throw invalid('`open` came a second time');
    }
  }
}

function wantsOf(open: AttachOpen): HubAttach {
  const [stdin, stdout, stderr] = [open.stdin === true, open.stdout === true, open.stderr === true];
  const offset = (name: 'stdoutOffset' | 'stderrOffset'): number => {
    const value = open[name] ?? 0;
    if (Number.isSafeInteger(value) && value >= 0) return value;
    throw invalid(`${name} is ${value}`);
  };
  if (open.resume !== true) return { stdin, stdout, stderr };
  const resume = { stdout: offset('stdoutOffset'), stderr: offset('stderrOffset') };
  return { stdin, stdout, stderr, resume };
}

function stdinBytes(client: HubClient, piece: lcow.supervisor.v1.Bytes.$Properties): Buffer {
  const bytes = piece.bytes ?? new Uint8Array(0);
  const offset = piece.offset ?? 0;
  if (!client.wants.stdin) throw invalid('stdin came from a client that did not ask for it');
  if (offset !== client.stdinNext) {
    throw invalid(`stdin at offset ${offset} came where ${client.stdinNext} was next`);
  }
  if (bytes.length > FRAME_BYTES) {
    throw invalid(`stdin has ${bytes.length} bytes in a frame, at most ${FRAME_BYTES} are taken`);
  }
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function cells(name: string, value: number | null | undefined): number {
  const count = value ?? 0;
  if (count <= TERMINAL_CELLS_MAX) return count;
  throw invalid(`the terminal's ${name} is ${count}, at most ${TERMINAL_CELLS_MAX}`);
}

function invalid(what: string): RuntimeError {
  return new RuntimeError('invalid-argument', OP, what);
}
