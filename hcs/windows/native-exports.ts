/**
 * The exports of one of Windows' libraries, bound when they are first called. A build of Windows that has not got one
 * refuses by its name. Loading libraries is compute-core.ts.
 */
import type koffi from 'koffi';
import type { LibraryHandle } from 'koffi';
import { HcsError } from '../hcs-error.ts';
import type { NativeFunction } from './compute-core.ts';

/** A type of koffi's: its name, or what koffi made of others. */
export type NativeType = string | ReturnType<typeof koffi.pointer> | ReturnType<typeof koffi.out>;

export class NativeExports {
  readonly #library: LibraryHandle;
  readonly #path: string;
  readonly #bound = new Map<string, NativeFunction>();

  /** @param path as errors name the library */
  constructor(library: LibraryHandle, path: string) {
    this.#library = library;
    this.#path = path;
  }

  /**
   * @param signature asked once
   * @throws HcsError NOT_SUPPORTED, of `op`, where the library has no such export
   */
  get(
    op: string,
    name: string,
    signature: () => { readonly result: NativeType; readonly parameters: readonly NativeType[] },
  ): NativeFunction {
    const bound = this.#bound.get(name);
    if (bound !== undefined) return bound;
    const { result, parameters } = signature();
    let found: NativeFunction;
    try {
      found = this.#library.func(name, result, [...parameters]);
    } catch (error) {
      const Message = `${this.#path} has no ${name}: this build of Windows is too old for it`;
      const events = [{ Message, Source: name }];
      throw new HcsError(op, 'NOT_SUPPORTED', events, { cause: error });
    }
    this.#bound.set(name, found);
    return found;
  }
}
