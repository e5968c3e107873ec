/** The endpoints of the bridge's engine: they stand for HCN's while there is no stand-in for computenetwork.dll. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Endpoint, EndpointRequest, EndpointService } from '../../hcs/endpoints.ts';
import { HcsError, type ErrorEvent } from '../../hcs/hcs-error.ts';

/** See the module's comment. */
export class BridgeEndpoints implements EndpointService {
  readonly #socket: Socket;
  readonly #pending = new Map<number, (line: string) => void>();
  #nextCall = 1;
  #rest = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8').on('data', (chunk: string) => this.#take(chunk));
  }

  static async connect(path: string): Promise<BridgeEndpoints> {
    const socket = connect(path);
    await once(socket, 'connect');
    socket.unref();
    return new BridgeEndpoints(socket);
  }

  async createEndpoint(request: EndpointRequest): Promise<Endpoint> {
    return (await this.#call('endpoint-create', request)) as Endpoint;
  }

  async openEndpoint(id: string): Promise<Endpoint> {
    return (await this.#call('endpoint-open', id)) as Endpoint;
  }

  async deleteEndpoint(id: string): Promise<void> {
    await this.#call('endpoint-delete', id);
  }

  close(): void {
    this.#socket.destroy();
  }

  async #call(verb: string, input: unknown): Promise<unknown> {
    const call = this.#nextCall;
    this.#nextCall += 1;
    const line = await new Promise<string>((resolve) => {
      this.#socket.ref();
      this.#pending.set(call, resolve);
      this.#socket.write(`Q ${call} ${verb} -1 ${JSON.stringify(input)}\n`);
    });
    const [, hresult = '', text = '-'] = /^R \d+ ([0-9a-f]+) (.*)$/s.exec(line) ?? [];
    const document = text === '-' ? undefined : (JSON.parse(text) as unknown);
    if (parseInt(hresult, 16) === 0) return document;
    const { ErrorEvents = [] } = (document ?? {}) as { ErrorEvents?: ErrorEvent[] };
    throw new HcsError(verb, parseInt(hresult, 16), ErrorEvents);
  }

  #take(chunk: string): void {
    this.#rest += chunk;
    const lines = this.#rest.split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const call = Number(line.split(' ')[1]);
      const settle = this.#pending.get(call);
      this.#pending.delete(call);
      if (this.#pending.size === 0) this.#socket.unref();
      settle?.(line);
    }
  }
}
