/**
 * The bridge: runs the stand-in's systems on our QEMU engine. It serves a Unix socket to any number of processes
 * that have the stand-in loaded; what a process held is given back when its connection ends, as HCS gives back
 * the handles of a process that died.
 *
 *   Q <call> <verb> <handle> <json>    ->    R <call> <hresult in hex> <json or ->
 *                                            E <handle> <event type> <json or ->
 *   L <VmId> <port in hex> <path>      ->    Y, then the socket at `path` is dialled for each of the guest's
 *                                            connections, until this connection ends; N where that cannot be
 *
 * Beyond HCS's verbs it has the endpoints', for tests of the whole contract.
 */
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ComputeSystemDocument } from '../../hcs/document/compute-system.ts';
import type { PropertyQuery } from '../../hcs/document/properties.ts';
import type { EndpointRequest } from '../../hcs/endpoints.ts';
import { HcsError } from '../../hcs/hcs-error.ts';
import { HRESULT } from '../../hcs/hresult.ts';
import type { ComputeService, ComputeSystem, GuestListener } from '../../hcs/service.ts';

const EVENT_SYSTEM_EXITED = 1;
/** A document of a megabyte, escaped. */
const LINE_MAX = 8 * 1024 * 1024;

/** Serves `socketPath`. The service stays the caller's. */
export async function serveBridge(service: ComputeService, socketPath: string): Promise<Server> {
  const systems = new Map<string, ComputeSystem>();
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    serveConnection(service, systems, socket);
  });
  server.listen(socketPath);
  await once(server, 'listening');
  return server;
}

function serveConnection(
  service: ComputeService,
  byRuntimeId: Map<string, ComputeSystem>,
  socket: Socket,
): void {
  const client = new Client(service, byRuntimeId, socket);
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    rest += chunk;
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LINE_MAX) socket.destroy();
    for (const line of lines) {
      if (line.startsWith('L ')) void listen(byRuntimeId, socket, line);
      else void client.take(line);
    }
  });
  socket.once('close', () => void client.end());
}

/** One process with the stand-in. */
class Client {
  readonly #service: ComputeService;
  readonly #byRuntimeId: Map<string, ComputeSystem>;
  readonly #socket: Socket;
  readonly #handles = new Map<number, Held>();
  #nextHandle = 1;
  #ended = false;

  constructor(service: ComputeService, byRuntimeId: Map<string, ComputeSystem>, socket: Socket) {
    this.#service = service;
    this.#byRuntimeId = byRuntimeId;
    this.#socket = socket;
  }

  async take(line: string): Promise<void> {
    const [, call = '', verb = '', handle = '', text = ''] =
      /^Q (\d+) ([a-z-]+) (-?\d+) (.*)$/s.exec(line) ?? [];
    let answer: [number, unknown];
    try {
      answer = [0, await this.#do(verb, Number(handle), JSON.parse(text))];
    } catch (error) {
      answer = failureOf(error);
    }
    const [hresult, document] = answer;
    const shown = document === undefined ? '-' : JSON.stringify(document);
    this.#write(`R ${call} ${(hresult >>> 0).toString(16)} ${shown}\n`);
  }

  async end(): Promise<void> {
    this.#ended = true;
    const held = [...this.#handles.values()];
    this.#handles.clear();
    await Promise.all(held.map(giveBack));
  }

  async #do(verb: string, handle: number, input: unknown): Promise<unknown> {
    switch (verb) {
      case 'create': {
        const { Id, Document } = input as { Id: string; Document: ComputeSystemDocument };
        return this.#create(Id, Document);
      }
      case 'open':
        return this.#hold(await this.#service.open((input as { Id: string }).Id), []);
      case 'enumerate':
        return this.#service.enumerate(input as object);
      case 'endpoint-create':
        return this.#service.endpoints.createEndpoint(input as EndpointRequest);
      case 'endpoint-open':
        return this.#service.endpoints.openEndpoint(input as string);
      case 'endpoint-delete':
        return this.#service.endpoints.deleteEndpoint(input as string);
      case 'close': {
        const held = this.#handles.get(handle);
        this.#handles.delete(handle);
        if (held !== undefined) await giveBack(held);
        return undefined;
      }
      default:
        return this.#act(verb, handle, input);
    }
  }

  async #act(verb: string, handle: number, input: unknown): Promise<unknown> {
    const system = this.#handles.get(handle)?.system;
    if (system === undefined) throw new HcsError(verb, 'HCS_E_SYSTEM_NOT_FOUND');
    switch (verb) {
      case 'start':
        return system.start();
      case 'shutdown':
        return system.shutdown();
      case 'terminate':
        return system.terminate();
      case 'pause':
        return system.pause();
      case 'resume':
        return system.resume();
      case 'save':
        return system.save(input as object);
      case 'modify':
        return system.modify(input as never);
      case 'properties':
        return system.properties(input as PropertyQuery);
      default:
        throw new HcsError(verb, 'E_NOTIMPL');
    }
  }

  async #create(id: string, document: ComputeSystemDocument): Promise<unknown> {
    const port = document.VirtualMachine.Devices?.ComPorts?.['0'];
    const pipe = port?.NamedPipe;
    // The pipe is served here, as vmwp serves it; the engine's own socket is the engine's.
    delete port?.NamedPipe;
    const system = await this.#service.create(id, document);
    return this.#hold(system, pipe === undefined ? [] : [await servePipe(pipe, system)]);
  }

  async #hold(system: ComputeSystem, servers: Server[]): Promise<unknown> {
    const held: Held = { system, servers };
    if (this.#ended) {
      // The process died while its system was being made.
      await giveBack(held);
      return undefined;
    }
    const handle = this.#nextHandle;
    this.#nextHandle += 1;
    this.#handles.set(handle, held);
    this.#byRuntimeId.set(system.runtimeId, system);
    void system.exited.then((status) => {
      if (this.#byRuntimeId.get(system.runtimeId) === system) {
        this.#byRuntimeId.delete(system.runtimeId);
      }
      for (const server of servers) server.close();
      this.#write(`E ${handle} ${EVENT_SYSTEM_EXITED} ${JSON.stringify(status)}\n`);
    });
    return { Handle: handle, RuntimeId: system.runtimeId };
  }

  #write(line: string): void {
    if (!this.#socket.destroyed) this.#socket.write(line);
  }
}

interface Held {
  system: ComputeSystem;
  servers: Server[];
}

async function giveBack({ system, servers }: Held): Promise<void> {
  for (const server of servers) server.close();
  await system[Symbol.asyncDispose]();
}

function failureOf(error: unknown): [number, unknown] {
  if (!(error instanceof HcsError)) {
    const ErrorMessage = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return [HRESULT.E_FAIL, { Error: HRESULT.E_FAIL | 0, ErrorMessage, ErrorEvents: [] }];
  }
  const { hresult, message, events } = error;
  return [hresult, { Error: hresult | 0, ErrorMessage: message, ErrorEvents: events }];
}

/** The far end of the first serial port, one client at a time. */
async function servePipe(path: string, system: ComputeSystem): Promise<Server> {
  const server = createServer((client) => {
    client.on('error', () => undefined);
    void system.console().then(
      (console) => {
        if (console === undefined) client.destroy();
        else join(client, console);
      },
      () => client.destroy(),
    );
  });
  await rm(path, { force: true });
  server.listen(path);
  await once(server, 'listening');
  return server;
}

/** Serves one listener of the guest's connections, as long as its connection lives. */
async function listen(
  byRuntimeId: Map<string, ComputeSystem>,
  owner: Socket,
  line: string,
): Promise<void> {
  const [, vm = '', port = '', path = ''] = line.split(' ');
  const guid = vm.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  let listener: GuestListener;
  try {
    const system = byRuntimeId.get(guid);
    if (system === undefined) throw new HcsError('listen', 'HCS_E_SYSTEM_NOT_FOUND');
    listener = await system.listen(parseInt(port, 16));
  } catch {
    owner.end('N\n');
    return;
  }
  owner.once('close', () => void listener[Symbol.asyncDispose]());
  owner.write('Y\n');
  for (;;) {
    let guest: Duplex;
    try {
      guest = await listener.accept();
    } catch {
      return;
    }
    join(connect(path), guest);
  }
}

/** Each one's bytes to the other, ends and failures included. */
function join(one: Duplex, other: Duplex): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.on('error', () => to.destroy());
    from.on('close', () => {
      // What was received last goes out first.
      if (from.readableEnded) to.end();
      else to.destroy();
    });
    from.pipe(to);
  }
}
