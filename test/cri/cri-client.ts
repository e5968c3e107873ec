/** A client of the Container Runtime Interface as the kubelet is one: cri.proto's services over gRPC on a socket. */
import { join } from 'node:path';
import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import { repositoryRoot } from '../harness/repository-root.ts';

/** Longer than any call here takes on a busy host; a VM boots in the first. */
const CALL_MS = 60_000;

export type Message = Readonly<Record<string, unknown>>;

export class CriClient {
  readonly #client: Client;
  readonly #root: protobuf.Root;

  constructor(socket: string) {
    this.#client = new Client(`unix://${socket}`, credentials.createInsecure());
    const path = join(repositoryRoot(), 'test/cri/cri.proto');
    this.#root = new protobuf.Root().loadSync(path, { keepCase: true });
  }

  /**
   * Calls a method of RuntimeService, or of ImageService where its name has that before a dot. Numbers are numbers,
   * enumerations are words, and every field of a message is there.
   * @throws ServiceError with gRPC's code and containerd's text
   */
  call<T = Message>(name: string, request: Message = {}): Promise<T> {
    const [method = '', service = 'RuntimeService'] = name.split('.').reverse();
    const found = this.#root.lookupService(`runtime.v1.${service}`).methods[method];
    if (found === undefined) throw new RangeError(`${service} has no ${method}`);
    found.resolve();
    const { resolvedRequestType: input, resolvedResponseType: output } = found;
    if (input === null || output === null) throw new RangeError(`${method} has no types`);
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        `/runtime.v1.${service}/${method}`,
        (message: Message) => Buffer.from(input.encode(input.fromObject(message)).finish()),
        (bytes: Buffer) =>
          output.toObject(output.decode(bytes), {
            longs: Number,
            enums: String,
            defaults: true,
          }) as T,
        request,
        { deadline: Date.now() + CALL_MS },
        (error: ServiceError | null, response?: T) => {
          if (error !== null) reject(error);
          else resolve(response as T);
        },
      );
    });
  }

  close(): void {
    this.#client.close();
  }
}
