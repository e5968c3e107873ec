/** A registry in this process: its read side, with authentication, and whatever a test has it do wrong. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type BuiltImage, sha256 } from './image-builder.ts';

export interface SeenRequest {
  readonly url: string;
  readonly authorization: string | undefined;
  readonly range: string | undefined;
}

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

export class FakeRegistry implements AsyncDisposable {
  readonly #server = createServer((request, response) => this.#answer(request, response));
  readonly seen: SeenRequest[] = [];
  readonly blobs = new Map<string, Buffer>();
  /** By tag and by digest. */
  readonly manifests = new Map<string, { bytes: Buffer; type: string }>();
  /** Header of a request that is let in; absent for all. */
  wanted: string | undefined;
  challenge = '';
  /** Answers in place of the registry where it returns true. */
  instead: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;

  static async start(): Promise<FakeRegistry> {
    const registry = new FakeRegistry();
    registry.#server.listen(0, '127.0.0.1');
    await once(registry.#server, 'listening');
    return registry;
  }

  /** "127.0.0.1:PORT". */
  get domain(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Paths that were asked for, without the repository. */
  get paths(): string[] {
    return this.seen.map(({ url }) => url.replace(/^\/v2\/[^?]*?\/(?=manifests|blobs)/, ''));
  }

  push(image: BuiltImage, tag: string): void {
    for (const [name, bytes] of image.files) {
      const hex = /^blobs\/sha256\/(.*)$/.exec(name)?.[1];
      if (hex !== undefined) this.blobs.set(`sha256:${hex}`, bytes);
    }
    const bytes = this.blobs.get(image.manifestDigest);
    if (bytes !== undefined) this.pushManifest(tag, bytes, MANIFEST);
  }

  pushManifest(tag: string, bytes: Buffer, type: string): void {
    for (const name of [tag, sha256(bytes)]) this.manifests.set(name, { bytes, type });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { url = '', headers } = request;
    this.seen.push({ url, authorization: headers.authorization, range: headers.range });
    if (this.instead(request, response)) return;
    if (this.wanted !== undefined && headers.authorization !== this.wanted) {
      response.writeHead(401, { 'www-authenticate': this.challenge });
      response.end('{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}');
      return;
    }
    const [, kind, name = ''] = /^\/v2\/.+\/(manifests|blobs)\/([^/]+)$/.exec(url) ?? [];
    const manifest = this.manifests.get(name);
    const blob = this.blobs.get(name);
    if (kind === 'manifests' && manifest !== undefined) {
      response.writeHead(200, { 'content-type': manifest.type }).end(manifest.bytes);
    } else if (kind === 'blobs' && blob !== undefined) {
      const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
      const range = { 'content-range': `bytes ${from}-${blob.length - 1}/${blob.length}` };
      response.writeHead(from === 0 ? 200 : 206, from === 0 ? {} : range).end(blob.subarray(from));
    } else {
      response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"not known"}]}');
    }
  }
}
