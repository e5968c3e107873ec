/**
 * What containerd writes to the stdin of `start`. Up to 2.2 that is a google.protobuf.Any with the runtime options, or
 * nothing; from 2.3 on, containerd.runtime.bootstrap.v1.BootstrapParams. Each reads as the other's prefix, so the
 * fields tell: with the container's id in field 1, or any field after the second, they are BootstrapParams.
 */
import protobuf from 'protobufjs/minimal.js';
import { containerd } from '../../proto/generated/shim.js';
import { messageOf, RuntimeError } from '../errors.ts';
import { bareTypeName } from '../task/type-urls.ts';

const v1 = containerd.shim.v1;

/** The runtime options, of whatever type. */
export interface TypedOptions {
  /** Bare: "runtimeoptions.v1.Options". */
  readonly typeUrl: string;
  readonly value: Uint8Array;
}

export interface StartInput {
  readonly options?: TypedOptions;
  readonly grpcAddress?: string;
  readonly ttrpcAddress?: string;
  /** Where the socket is to be. */
  readonly socketFolder?: string;
  readonly debug?: boolean;
}

/** More than any options file. */
export const START_INPUT_BYTES_MAX = 4 << 20;

/** Of extensions, those that are the runtime's options: the others are not ours to read. */
const OPTIONS_TYPES: readonly string[] = [
  'runtimeoptions.v1.Options',
  'containerd.runc.v1.Options',
  'containerd.runhcs.v1.Options',
];
/** containerd's LogLevel: DEBUG is -4, TRACE -8. */
const DEBUG_LEVEL = -4;

/**
 * @param id the container's, as the command line has it
 * @throws RuntimeError invalid-argument for bytes that are neither message
 */
export function decodeStartInput(bytes: Uint8Array, id: string): StartInput {
  if (bytes.length === 0) return {};
  try {
    return isBootstrap(bytes, id) ? fromBootstrap(bytes) : fromAny(bytes);
  } catch (cause) {
    const what = `${bytes.length} bytes on stdin are neither an Any nor BootstrapParams: ${messageOf(cause)}`;
    throw new RuntimeError('invalid-argument', 'read the runtime options', what, { cause });
  }
}

/** As -info is given them. @throws RuntimeError invalid-argument */
export function decodeOptions(bytes: Uint8Array): TypedOptions | undefined {
  try {
    return fromAny(bytes).options;
  } catch (cause) {
    const what = `${bytes.length} bytes on stdin are no Any: ${messageOf(cause)}`;
    throw new RuntimeError('invalid-argument', 'read the runtime options', what, { cause });
  }
}

function isBootstrap(bytes: Uint8Array, id: string): boolean {
  const reader = protobuf.Reader.create(bytes);
  let bootstrap = false;
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const field = tag >>> 3;
    if (field > 2) bootstrap = true;
    if (field === 1 && (tag & 7) === 2) bootstrap ||= id !== '' && reader.string() === id;
    else reader.skipType(tag & 7);
  }
  return bootstrap;
}

function fromAny(bytes: Uint8Array): StartInput {
  const { typeUrl, value } = v1.Any.decode(bytes);
  return typeUrl === '' ? {} : { options: { typeUrl: bareTypeName(typeUrl), value } };
}

function fromBootstrap(bytes: Uint8Array): StartInput {
  const params = v1.BootstrapParams.decode(bytes);
  const options = params.extensions
    .map(({ value }) => ({
      typeUrl: bareTypeName(value?.typeUrl ?? ''),
      value: value?.value ?? new Uint8Array(0),
    }))
    .find(({ typeUrl }) => OPTIONS_TYPES.includes(typeUrl));
  const socketFolder = params.socketDir ?? '';
  return {
    ...(options === undefined ? {} : { options }),
    ...(params.containerdGrpcAddress === '' ? {} : { grpcAddress: params.containerdGrpcAddress }),
    ...(params.containerdTtrpcAddress === ''
      ? {}
      : { ttrpcAddress: params.containerdTtrpcAddress }),
    ...(socketFolder === '' ? {} : { socketFolder }),
    debug: params.logLevel <= DEBUG_LEVEL,
  };
}
