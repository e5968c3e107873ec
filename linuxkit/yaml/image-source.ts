/**
 * Where the builder gets images: an interface, given by who calls it. The runtime's store of images, layouts and
 * archives know nothing of LinuxKit, and the builder knows nothing of them.
 */

export interface SourceLayer {
  /** "sha256:<hex>" of the uncompressed tar. */
  readonly diffId: string;
  /** The layer as it is kept: a tar, plain, gzip or zstd. */
  open(): AsyncIterable<Buffer>;
}

/** The parts of an image's configuration that LinuxKit takes defaults from; names are the OCI image specification's. */
export interface SourceImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Env?: readonly string[];
  readonly WorkingDir?: string;
  readonly Labels?: Readonly<Record<string, string>>;
}

export interface SourceImage {
  /** In full, as the bill of materials names it. */
  readonly reference: string;
  /** "sha256:<hex>" of the image's configuration. */
  readonly id: string;
  /** "sha256:<hex>" of the image's manifest. */
  readonly manifestDigest: string;
  readonly config: SourceImageConfig;
  /** Topmost last. */
  readonly layers: readonly SourceLayer[];
}

export interface ImageSources {
  /**
   * @param architecture the one to take of an image that has several: amd64, arm64
   * @throws RuntimeError not-found when no source has it, data-loss when it is damaged
   */
  open(reference: string, architecture: string): Promise<SourceImage>;
}
