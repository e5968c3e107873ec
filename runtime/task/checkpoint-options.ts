/**
 * containerd.runc.v1.CheckpointOptions, as far as a whole VM's save has a use for it: whether the container ends with
 * it, and where its files go. The rest tunes CRIU, which saves processes one by one: a VM is saved with all it has.
 */
import protobuf from 'protobufjs/minimal.js';
import { messageOf, RuntimeError } from '../errors.ts';
import { bareTypeName } from './type-urls.ts';

const TYPE = 'containerd.runc.v1.CheckpointOptions';
const EXIT = 1;
const IMAGE_PATH = 8;

export interface CheckpointOptions {
  /** The container is killed once it is saved. */
  readonly exit: boolean;
  /** In place of the request's path. */
  readonly imagePath: string;
}

/** @throws RuntimeError invalid-argument for another type, or bytes that are none of it */
export function checkpointOptions(
  op: string,
  options: { readonly typeUrl: string; readonly value: Uint8Array } | undefined,
): CheckpointOptions {
  const found = { exit: false, imagePath: '' };
  if (options === undefined || (options.typeUrl === '' && options.value.length === 0)) return found;
  if (bareTypeName(options.typeUrl) !== TYPE) {
    const what = `options.type_url is ${JSON.stringify(options.typeUrl.slice(0, 256))}; it may be ${TYPE}`;
    throw new RuntimeError('invalid-argument', op, what);
  }
  try {
    const reader = protobuf.Reader.create(options.value);
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      if (tag >>> 3 === EXIT) found.exit = reader.bool();
      else if (tag >>> 3 === IMAGE_PATH) found.imagePath = reader.string();
      else reader.skipType(tag & 7);
    }
  } catch (error) {
    const what = `options are no ${TYPE}: ${messageOf(error)}`;
    throw new RuntimeError('invalid-argument', op, what, { cause: error });
  }
  return found;
}
