/**
 * Blobs by digest, as images were distributed: manifests, configs, layers. A blob that is there is whole and has its
 * digest; it is written once and never changed.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { RuntimeError } from '../errors.ts';
import { writeFileAtomically } from '../rootfs/temporary-file.ts';
import type { DataFolder } from './data-folder.ts';
import type { Digest } from './digest.ts';

const READ_BYTES = 1 << 20;

export class ContentStore {
  private readonly data: DataFolder;

  constructor(data: DataFolder) {
    this.data = data;
  }

  has(digest: Digest): boolean {
    return existsSync(this.data.blob(digest));
  }

  read(digest: Digest): AsyncIterable<Buffer> {
    return createReadStream(this.data.blob(digest), { highWaterMark: READ_BYTES });
  }

  /** Store bytes whose digest was verified. */
  async put(digest: Digest, bytes: Buffer): Promise<void> {
    if (this.has(digest)) return;
    await this.write(digest, async (write) => write(bytes));
  }

  /** Store a stream, verifying its digest. Throws RuntimeError 'data-loss'. */
  async ingest(digest: Digest, source: AsyncIterable<Buffer>): Promise<void> {
    await this.write(digest, async (write) => {
      const hash = createHash('sha256');
      for await (const chunk of source) {
        hash.update(chunk);
        await write(chunk);
      }
      const actual = `sha256:${hash.digest('hex')}`;
      if (actual !== digest) {
        throw new RuntimeError('data-loss', `store blob ${digest}`, `its digest is ${actual}`);
      }
    });
  }

  /** Store a stream while `use` reads it; `use` must verify the digest and read to the end, or throw. */
  async ingestThrough(
    digest: Digest,
    source: AsyncIterable<Buffer>,
    use: (source: AsyncIterable<Buffer>) => Promise<void>,
  ): Promise<void> {
    await this.write(digest, (write) =>
      use(
        (async function* () {
          for await (const chunk of source) {
            await write(chunk);
            yield chunk;
          }
        })(),
      ),
    );
  }

  private async write(
    digest: Digest,
    fill: (write: (bytes: Buffer) => Promise<void>) => Promise<void>,
  ): Promise<void> {
    await writeFileAtomically(
      this.data.blob(digest),
      (file) =>
        fill(async (bytes) => {
          for (let at = 0; at < bytes.length; ) {
            at += (await file.write(bytes, at, bytes.length - at)).bytesWritten;
          }
        }),
      { temporaryFolder: this.data.temporary, mode: 0o400 },
    );
  }
}
