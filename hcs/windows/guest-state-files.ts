/**
 * The empty files that a document's GuestState names: what a VM keeps of its firmware (.vmgs: UEFI's variables, TPM) and
 * of itself when it is saved (.vmrs). HCS writes them as it wants them; what is in them is not known here.
 *
 * The file must not exist. A build without the export refuses by its name (NOT_SUPPORTED).
 */
import { resolve } from 'node:path';
import { HcsError } from '../hcs-error.ts';
import type { ComputeCore, ExportName } from './compute-core.ts';
import { hcsFailure } from './result-document.ts';

/** For GuestState/GuestStateFilePath. @throws HcsError ERROR_FILE_EXISTS, PATH_NOT_FOUND, E_ACCESSDENIED */
export function createEmptyGuestStateFile(core: ComputeCore, path: string): Promise<void> {
  return create(core, 'guest state', 'HcsCreateEmptyGuestStateFile', path);
}

/** For GuestState/RuntimeStateFilePath. @throws HcsError ERROR_FILE_EXISTS, PATH_NOT_FOUND, E_ACCESSDENIED */
export function createEmptyRuntimeStateFile(core: ComputeCore, path: string): Promise<void> {
  return create(core, 'runtime state', 'HcsCreateEmptyRuntimeStateFile', path);
}

async function create(
  core: ComputeCore,
  what: string,
  name: ExportName,
  path: string,
): Promise<void> {
  const op = `create the empty ${what} file ${path}`;
  if (path === '' || path.includes('\0')) {
    const Message = `path is ${JSON.stringify(path)}: it must name a file`;
    throw new HcsError(op, 'E_INVALIDARG', [{ Message, Source: 'path' }]);
  }
  // HCS's working folder is its own.
  const hresult = (await core.callAsync(name, resolve(path))) as number;
  if (hresult < 0) throw hcsFailure(op, hresult, null);
}
