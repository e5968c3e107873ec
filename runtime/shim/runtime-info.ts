/** What `-info` prints: containerd 1.7 and later ask once for each runtime, and go on without an answer. */
import { containerd } from '../../proto/generated/shim.js';
import { LCOW_VERSION } from '../version.ts';
import type { TypedOptions } from './bootstrap.ts';

/** As containerd's callers name this runtime. */
export const RUNTIME_NAME = 'io.containerd.lcow.v1';
const FEATURES_TYPE_URL = 'types.containerd.io/opencontainers/runtime-spec/1/features/Features';

/** @param features the OCI runtime's `features` document */
export function encodeRuntimeInfo(
  options: TypedOptions | undefined,
  features: unknown,
): Uint8Array {
  return containerd.shim.v1.RuntimeInfo.encode({
    name: RUNTIME_NAME,
    version: { version: LCOW_VERSION },
    ...(options === undefined ? {} : { options }),
    ...(features === undefined
      ? {}
      : { features: { typeUrl: FEATURES_TYPE_URL, value: Buffer.from(JSON.stringify(features)) } }),
  }).finish();
}
