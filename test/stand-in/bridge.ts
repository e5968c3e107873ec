/**
 * The bridge: runs the stand-in's systems on our QEMU engine. It serves a Unix socket to any number of processes
 * that have the stand-in loaded; what a process held is given back when its connection ends, as HCS gives back
 * the handles of a process that died.
 *
 *   Q <call> <verb> <handle> <json>    ->    R <call> <hresult in hex> <json or ->
 *                                            E <handle> <event type> <json or ->
 *   L <VmId> <port in hex> <where>     ->    Y, then the socket at `where`, a path or tcp:<port>, is dialled for
 *                                            each of the guest's connections, until this connection ends; N where
 *                                            that cannot be
 *   C <RuntimeId>                      ->    Y, and this connection is the system's console; N where it has none
 *
 * Beyond HCS's verbs it has those of the computenetwork stand-in (bridge-endpoints.ts), and `hang-up`, which ends the
 * connections of whoever holds a system.
 */
import { once } from 'node:events';
import { createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import type { ComputeSystemDocument } from '../../hcs/document/compute-system.ts';
import type { PropertyQuery } from '../../hcs/document/properties.ts';
import type { ModifySettingRequest } from '../../hcs/document/modify-setting-request.ts';
import type { SaveOptions } from '../../hcs/document/save-options.ts';
import { HcsError } from '../../hcs/hcs-error.ts';
import { HRESULT } from '../../hcs/hresult.ts';
import { platformArguments } from '../../hcs/qemu/kernel-arguments.ts';
import type { ComputeService, ComputeSystem } from '../../hcs/service.ts';
import { BridgedEndpoints } from './bridge-endpoints.ts';
import { BridgedTemplates } from './bridge-templates.ts';
import { joinConsole, listen, servePipe } from './bridge-streams.ts';
import type { WinePaths } from './wine-paths.ts';

const EVENT_SYSTEM_EXITED = 1;
/** A document of a megabyte, escaped. */
const LINE_MAX = 8 * 1024 * 1024;
/** Arguments of a kernel on Hyper-V, as kernelCommandLine() gives them. */
const HYPERV_ONLY = ['initcall_blacklist=virtio_vsock_init', 'pci=off', 'pmtmr=0'];

/** What a bridge serves. */
interface Bridged {
  readonly service: ComputeService;
  readonly byRuntimeId: Map<string, ComputeSystem>;
  readonly endpoints: BridgedEndpoints;
  readonly templates: BridgedTemplates;
  /** Of the connections that are open. */
  readonly clients: Set<Client>;
  /** Where the programs are under Wine. */
  readonly paths?: WinePaths | undefined;
}

/**
 * Serves a Unix socket's path, or a port of 127.0.0.1. The service stays the caller's.
 * @param templateDirectory the service's
 * @param paths where the programs are under Wine
 */
export async function serveBridge(
  service: ComputeService,
  templateDirectory: string,
  where: ListenOptions,
  paths?: WinePaths,
): Promise<Server> {
  const endpoints = new BridgedEndpoints(service.endpoints);
  const templates = new BridgedTemplates(service, templateDirectory);
  const clients = new Set<Client>();
  const byRuntimeId = new Map<string, ComputeSystem>();
  const bridged: Bridged = { service, byRuntimeId, endpoints, templates, clients, paths };
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    serveConnection(bridged, socket.setNoDelay());
  });
  server.listen(where);
  await once(server, 'listening');
  return server;
}

function serveConnection(bridged: Bridged, socket: Socket): void {
  const client = new Client(bridged, socket);
  const { byRuntimeId, clients } = bridged;
  clients.add(client);
  let rest = '';
  // Not the socket's own decoder: it may become a console, whose bytes are no text.
  const decoder = new StringDecoder('utf8');
  const take = (chunk: Buffer): void => {
    rest += decoder.write(chunk);
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LINE_MAX) socket.destroy();
    for (const line of lines) {
      if (line.startsWith('L ')) {
        void listen(byRuntimeId, socket, line);
      } else if (line.startsWith('C ')) {
        socket.off('data', take);
        void joinConsole(byRuntimeId, socket, line);
        return;
      } else {
        void client.take(line);
      }
    }
  };
  socket.on('data', take);
  socket.once('close', () => {
    clients.delete(client);
    void client.end();
  });
}

/** One process with the stand-in. */
class Client {
  readonly #service: ComputeService;
  readonly #byRuntimeId: Map<string, ComputeSystem>;
  readonly #endpoints: BridgedEndpoints;
  readonly #templates: BridgedTemplates;
  readonly #clients: ReadonlySet<Client>;
  readonly #paths: WinePaths | undefined;
  readonly #socket: Socket;
  readonly #handles = new Map<number, Held>();
  #nextHandle = 1;
  #ended = false;

  constructor(
    { service, byRuntimeId, endpoints, templates, clients, paths }: Bridged,
    socket: Socket,
  ) {
    this.#service = service;
    this.#byRuntimeId = byRuntimeId;
    this.#endpoints = endpoints;
    this.#templates = templates;
    this.#clients = clients;
    this.#paths = paths;
    this.#socket = socket;
  }

  async take(line: string): Promise<void> {
    const [, call = '', verb = '', handle = '', text = ''] =
      /^Q (\d+) ([a-z-]+) (-?\d+) (.*)$/s.exec(line) ?? [];
    let answer: [number, unknown];
    try {
      const input: unknown = JSON.parse(text);
      answer = [0, await this.#do(verb, Number(handle), this.#paths?.toLinux(input) ?? input)];
    } catch (error) {
      const failure = failureOf(error);
      answer = this.#paths?.toWindows(failure) ?? failure;
    }
    const [hresult, document] = answer;
    const shown = document === undefined ? '-' : JSON.stringify(document);
    this.#write(`R ${call} ${(hresult >>> 0).toString(16)} ${shown}\n`);
  }

  /** Ends the connection of a process that holds the system. */
  hangUp(id: string): boolean {
    const holds = [...this.#handles.values()].some(({ system }) => system.id === id);
    if (holds) this.#socket.destroy();
    return holds;
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
      case 'hang-up': {
        const { Id } = input as { Id: string };
        return { Connections: [...this.#clients].filter((client) => client.hangUp(Id)).length };
      }
      case 'enumerate':
        return this.#service.enumerate(input as object);
      case 'close': {
        const held = this.#handles.get(handle);
        this.#handles.delete(handle);
        if (held !== undefined) await giveBack(held);
        return undefined;
      }
      default:
        return this.#endpoints.act(verb, input) ?? this.#act(verb, handle, input);
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
        return this.#save(system, input as SaveOptions);
      case 'modify':
        return this.#endpoints.modify(system, input as ModifySettingRequest);
      case 'properties':
        return system.properties(input as PropertyQuery);
      default:
        throw new HcsError(verb, 'E_NOTIMPL');
    }
  }

  async #save(system: ComputeSystem, options: SaveOptions): Promise<void> {
    await system.save(options);
    if (options.SaveType === 'AsTemplate') await this.#templates.saved(system);
  }

  async #create(id: string, document: ComputeSystemDocument): Promise<unknown> {
    const port = document.VirtualMachine.Devices?.ComPorts?.['0'];
    const pipe = port?.NamedPipe;
    // The pipe is served here, as vmwp serves it; the engine's own socket is the engine's. Windows' pipes are not
    // Linux's: under Wine the stand-in serves them.
    delete port?.NamedPipe;
    const attach = this.#endpoints.adaptDocument(document);
    const system = await this.#service.create(id, await this.#forEngine(document));
    attach(system);
    this.#templates.created(system, document);
    const onWindows = pipe === undefined || pipe.startsWith('\\\\');
    return this.#hold(system, onWindows ? [] : [await servePipe(pipe, system)]);
  }

  /** The guest runs on QEMU, whatever its kernel was told: what is for Hyper-V alone makes room for QEMU's. */
  async #forEngine(document: ComputeSystemDocument): Promise<ComputeSystemDocument> {
    const direct = document.VirtualMachine.Chipset?.LinuxKernelDirect;
    const line = direct?.KernelCmdLine ?? '';
    if (direct === undefined || !HYPERV_ONLY.some((word) => line.includes(word))) return document;
    const { Execution } = await this.#service.properties();
    const kept = line.split(' ').filter((word) => !HYPERV_ONLY.includes(word));
    direct.KernelCmdLine = [...platformArguments(Execution.Accelerator), ...kept].join(' ');
    return document;
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
