/**
 * The one function of computestorage.dll that LCOW has a use for: HcsDestroyLayer, which deletes a layer's folder that
 * a plain removal cannot (files of a filter, of the system's own accounts). The others prepare, mount and format
 * layers of Windows containers, with NTFS; they are not bound. docs/decisions/0014.
 */
import { resolve } from 'node:path';
import { HcsError } from '../hcs-error.ts';
import { HRESULT } from '../hresult.ts';
import { callOnPool, type LibraryPaths, loadLibrary, type NativeFunction } from './compute-core.ts';

/** computestorage.dll, loaded when it is first used. */
export class ComputeStorage {
  readonly #path: string;
  #destroy: NativeFunction | undefined;

  constructor(paths: LibraryPaths = {}) {
    this.#path = paths.computestorage ?? 'computestorage.dll';
  }

  /**
   * Deletes a layer's folder with all that is in it. One that does not exist is not an error.
   * @throws HcsError E_ACCESSDENIED, ERROR_SHARING_VIOLATION; NOT_SUPPORTED before Windows build 17763
   */
  async destroyLayer(folder: string): Promise<void> {
    const op = `destroy layer ${folder}`;
    const path = resolve(folder);
    const destroy = (this.#destroy ??= this.#bind(op));
    const hresult = ((await callOnPool(destroy, path)) as number) >>> 0;
    if (hresult < 0x8000_0000) return;
    if (hresult === HRESULT.FILE_NOT_FOUND || hresult === HRESULT.PATH_NOT_FOUND) return;
    const Message = `HcsDestroyLayer on ${JSON.stringify(path)} failed`;
    throw new HcsError(op, hresult, [{ Message, Source: 'HcsDestroyLayer' }]);
  }

  #bind(op: string): NativeFunction {
    try {
      return loadLibrary(this.#path).func('HcsDestroyLayer', 'int32_t', ['str16']);
    } catch (error) {
      const Message = `${this.#path} has no HcsDestroyLayer: ${(error as Error).message}`;
      throw new HcsError(op, 'NOT_SUPPORTED', [{ Message }], { cause: error });
    }
  }
}
