/**
 * The image config: what an image says about how to run it. Decoded strictly: a field of the wrong type is refused by
 * its name, an unknown field is ignored, as the OCI Image Specification (config.md) asks.
 */
import { type Digest, isDigest } from './digest.ts';
import {
  asArray,
  asObject,
  asString,
  asStringArray,
  asStringMap,
  optional,
  ShapeError,
} from './json-shape.ts';

/** The parts of an OCI image config that running needs, under their own names; absent stands for absent or null. */
export interface OciImageConfig {
  architecture: string;
  os: string;
  created?: string;
  author?: string;
  config: OciContainerDefaults;
  rootfs: { type: 'layers'; diff_ids: Digest[] };
}

export interface OciContainerDefaults {
  /** "user", "uid", "user:group", "uid:gid" and mixtures. */
  User?: string;
  /** Keys such as "8080/tcp". */
  ExposedPorts?: string[];
  /** "NAME=value". */
  Env?: string[];
  Entrypoint?: string[];
  Cmd?: string[];
  /** Paths that want a volume. */
  Volumes?: string[];
  WorkingDir?: string;
  Labels?: Record<string, string>;
  /** "SIGTERM" or a number. */
  StopSignal?: string;
}

/** More layers than this no overlay mount takes. */
const MAX_LAYERS = 500;

/** Decode a config. Throws ShapeError. */
export function decodeImageConfig(value: unknown): OciImageConfig {
  const document = asObject(value, 'image config');
  const rootfs = asObject(document['rootfs'], 'rootfs');
  const type = asString(rootfs['type'], 'rootfs.type');
  if (type !== 'layers') throw new ShapeError('rootfs.type', '"layers"', type);
  const diffIds = asArray(rootfs['diff_ids'] ?? [], 'rootfs.diff_ids', (each, field) => {
    if (!isDigest(each)) throw new ShapeError(field, 'a sha256 digest', each);
    return each;
  });
  if (diffIds.length > MAX_LAYERS) {
    throw new ShapeError('rootfs.diff_ids', `at most ${MAX_LAYERS} layers`, diffIds.length);
  }
  // Not used, but a wrong one means that the document is not what it claims to be.
  optional(document['history'], 'history', (history, field) => asArray(history, field, asObject));
  return {
    architecture: asString(document['architecture'], 'architecture'),
    os: asString(document['os'], 'os'),
    ...present('created', optional(document['created'], 'created', asString)),
    ...present('author', optional(document['author'], 'author', asString)),
    config: optional(document['config'], 'config', decodeDefaults) ?? {},
    rootfs: { type, diff_ids: diffIds },
  };
}

function decodeDefaults(value: unknown, at: string): OciContainerDefaults {
  const config = asObject(value, at);
  const read = <T>(name: string, decode: (value: unknown, field: string) => T): T | undefined =>
    optional(config[name], `${at}.${name}`, decode);
  return {
    ...present('User', read('User', asString)),
    ...present('ExposedPorts', read('ExposedPorts', asKeys)),
    ...present('Env', read('Env', asEnvironment)),
    ...present('Entrypoint', read('Entrypoint', asStringArray)),
    ...present('Cmd', read('Cmd', asStringArray)),
    ...present('Volumes', read('Volumes', asKeys)),
    ...present('WorkingDir', read('WorkingDir', asString)),
    ...present('Labels', read('Labels', asStringMap)),
    ...present('StopSignal', read('StopSignal', asString)),
  };
}

function asEnvironment(value: unknown, field: string): string[] {
  const environment = asStringArray(value, field);
  environment.forEach((each, index) => {
    if (each.includes('\0')) {
      throw new ShapeError(field, 'strings without NUL', each, `${field}[${index}]`);
    }
  });
  return environment;
}

/** Go's way to write a set: an object whose values are empty objects. */
function asKeys(value: unknown, field: string): string[] {
  const set = asObject(value, field);
  for (const [key, each] of Object.entries(set)) {
    if (each !== null) asObject(each, `${field}[${JSON.stringify(key.slice(0, 100))}]`);
  }
  return Object.keys(set);
}

function present<K extends string, T>(key: K, value: T | undefined): { [P in K]?: T } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: T };
}
