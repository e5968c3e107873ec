/**
 * An image of a registry as an OCI layout, piece by piece as they are asked for: oci-layout.ts reads it, and verifies
 * it, as it does one on the disk. Which pieces there are is what its documents, read so far, refer to.
 */
import { type ErrorCode, RuntimeError } from '../../errors.ts';
import type { ContentStore } from '../content-store.ts';
import { type Digest, digestHex, digestOf } from '../digest.ts';
import { type ImageSource, missing, readPiece } from '../image-source.ts';
import { asObject, parseJson } from '../json-shape.ts';
import {
  type Descriptor,
  decodeIndex,
  decodeManifest,
  isIndexType,
  isManifestType,
} from '../manifest.ts';
import { INDEX_FILE, LAYOUT_FILE } from '../oci-layout.ts';
import { formatReference, type Reference } from '../reference.ts';
import type { RegistryClient } from './registry-client.ts';

type Piece = Pick<Descriptor, 'digest' | 'mediaType' | 'sizeBytes'>;

export class RegistrySource implements ImageSource {
  readonly kind = 'registry';
  /** The reference, for messages. */
  readonly path: string;
  /** Of the document that the reference names. */
  readonly digest: Digest;
  readonly #client: RegistryClient;
  readonly #content: ContentStore;
  readonly #documents = new Map<string, Buffer>();
  readonly #pieces = new Map<string, Piece>();

  private constructor(client: RegistryClient, content: ContentStore, path: string, root: Piece) {
    this.#client = client;
    this.#content = content;
    this.path = path;
    this.digest = root.digest;
    const { digest, mediaType, sizeBytes: size } = root;
    this.#documents.set(LAYOUT_FILE, Buffer.from('{"imageLayoutVersion":"1.0.0"}'));
    const index = { schemaVersion: 2, manifests: [{ mediaType, digest, size }] };
    this.#documents.set(INDEX_FILE, Buffer.from(JSON.stringify(index)));
  }

  /**
   * Ask for what the reference names. Throws RuntimeError or ShapeError.
   *
   * @param content what is there already is not fetched again
   */
  static async open(
    client: RegistryClient,
    reference: Reference,
    content: ContentStore,
    op: string,
  ): Promise<RegistrySource> {
    const { bytes, mediaType: stated } = await client.manifest(
      reference.digest ?? reference.tag ?? 'latest',
    );
    // Some registries know only that it is JSON; then it says itself what it is.
    const own = asObject(parseJson(bytes, 'manifest'), 'manifest')['mediaType'];
    const isKnown = isIndexType(stated) || isManifestType(stated);
    const mediaType = isKnown || typeof own !== 'string' ? stated : own;
    if (!isIndexType(mediaType) && !isManifestType(mediaType)) {
      const what = `its manifest is of the type ${JSON.stringify(mediaType.slice(0, 100))}`;
      throw new RuntimeError('unsupported' satisfies ErrorCode, op, what);
    }
    const root = { digest: digestOf(bytes), mediaType, sizeBytes: bytes.length };
    const source = new RegistrySource(client, content, formatReference(reference), root);
    source.#keep(root, bytes);
    return source;
  }

  async sizeOf(name: string): Promise<number | undefined> {
    return this.#documents.get(name)?.length ?? this.#pieces.get(name)?.sizeBytes;
  }

  read(name: string, limitBytes: number): Promise<Buffer> {
    return readPiece(this, name, limitBytes);
  }

  async *stream(name: string): AsyncGenerator<Buffer> {
    const piece = this.#pieces.get(name);
    const document = this.#documents.get(name);
    if (document !== undefined) yield document;
    else if (piece === undefined) throw missing(this.path, name);
    else if (isIndexType(piece.mediaType) || isManifestType(piece.mediaType)) {
      const { bytes } = await this.#client.manifest(piece.digest, piece.sizeBytes);
      this.#keep(piece, bytes);
      yield bytes;
    } else if (this.#content.has(piece.digest)) yield* this.#content.read(piece.digest);
    else yield* this.#client.blob(piece);
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  /** A document, and what it refers to. */
  #keep({ digest, mediaType }: Piece, bytes: Buffer): void {
    this.#documents.set(pieceName(digest), bytes);
    const document = `manifest ${digest}`;
    const value = parseJson(bytes, document);
    if (isIndexType(mediaType)) {
      for (const each of decodeIndex(value, document))
        this.#pieces.set(pieceName(each.digest), each);
    } else {
      const { config, layers } = decodeManifest(value, document);
      for (const each of [config, ...layers]) this.#pieces.set(pieceName(each.digest), each);
    }
  }
}

function pieceName(digest: Digest): string {
  return `blobs/sha256/${digestHex(digest)}`;
}
