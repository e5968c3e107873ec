/**
 * Which files a VM may open: HCS runs each VM as an account of its own, which must be granted every file that
 * its document names. What is granted here is revoked here, so that no entry is left on a file.
 */
import type { ComputeSystemDocument } from '../document/compute-system.ts';
import { HcsError } from '../hcs-error.ts';
import { HRESULT } from '../hresult.ts';
import type { ComputeCore } from './compute-core.ts';
import { hcsFailure } from './result-document.ts';

/** A file and where it is named. */
export interface NamedFile {
  path: string;
  source: string;
}

/** The files that a document names, but for shared folders: those HCS opens as the caller. */
export function documentFiles(document: ComputeSystemDocument): NamedFile[] {
  const files: NamedFile[] = [];
  const vm = document.VirtualMachine;
  const direct = vm.Chipset?.LinuxKernelDirect;
  const boot = 'VirtualMachine/Chipset/LinuxKernelDirect';
  add(files, direct?.KernelFilePath, `${boot}/KernelFilePath`);
  add(files, direct?.InitRdPath, `${boot}/InitRdPath`);
  for (const [controller, { Attachments = {} }] of Object.entries(vm.Devices?.Scsi ?? {})) {
    for (const [lun, { Path }] of Object.entries(Attachments)) {
      add(files, Path, `VirtualMachine/Devices/Scsi/${controller}/Attachments/${lun}/Path`);
    }
  }
  for (const [number, device] of Object.entries(vm.Devices?.VirtualPMem?.Devices ?? {})) {
    const at = `VirtualMachine/Devices/VirtualPMem/Devices/${number}`;
    add(files, device.HostPath, `${at}/HostPath`);
    for (const [offset, { HostPath }] of Object.entries(device.Mappings ?? {})) {
      add(files, HostPath, `${at}/Mappings/${offset}/HostPath`);
    }
  }
  add(files, vm.RestoreState?.SaveStateFilePath, 'VirtualMachine/RestoreState/SaveStateFilePath');
  return files;
}

function add(files: NamedFile[], path: string | undefined, source: string): void {
  if (path !== undefined) files.push({ path, source });
}

/** Grants `id` a file. @throws HcsError FILE_NOT_FOUND, E_ACCESSDENIED, naming where and which */
export async function grantAccess(
  core: ComputeCore,
  op: string,
  id: string,
  { path, source }: NamedFile,
): Promise<void> {
  const hresult = (await core.callAsync('HcsGrantVmAccess', id, path)) as number;
  if (hresult >= 0) return;
  const { code, events } = hcsFailure(op, hresult, null);
  const Message = `${source} is ${JSON.stringify(path)}: the virtual machine cannot be granted it (${code})`;
  throw new HcsError(op, hresult, [{ Message, Source: source }, ...events]);
}

/** The grants of one VM, counted: a file may be attached more than once. */
export class FileAccess {
  readonly #core: ComputeCore;
  readonly #id: string;
  readonly #grants = new Map<string, { count: number; granted: Promise<void> }>();

  constructor(core: ComputeCore, id: string) {
    this.#core = core;
    this.#id = id;
  }

  /** @throws as grantAccess; the file then counts as not granted */
  async grant(op: string, file: NamedFile): Promise<void> {
    let entry = this.#grants.get(file.path);
    if (entry === undefined) {
      entry = { count: 0, granted: grantAccess(this.#core, op, this.#id, file) };
      this.#grants.set(file.path, entry);
    }
    entry.count += 1;
    try {
      await entry.granted;
    } catch (error) {
      if (this.#grants.get(file.path) === entry) this.#grants.delete(file.path);
      throw error;
    }
  }

  /** Grants what is there; what is missing is told by HCS when the system starts. */
  async grantPresent(op: string, files: readonly NamedFile[]): Promise<void> {
    const grants = files.map((file) =>
      this.grant(op, file).catch((error: unknown) => {
        if (!(error instanceof HcsError) || !isMissing(error.hresult)) throw error;
      }),
    );
    await Promise.all(grants);
  }

  has(path: string): boolean {
    return this.#grants.has(path);
  }

  /** Takes one grant back. A file that is gone meanwhile needs nothing. */
  async revoke(path: string): Promise<void> {
    const entry = this.#grants.get(path);
    if (entry === undefined) return;
    entry.count -= 1;
    if (entry.count > 0) return;
    this.#grants.delete(path);
    await this.#core.callAsync('HcsRevokeVmAccess', this.#id, path);
  }

  /** Takes all back. What cannot be taken back now, the service being gone, is tried again by the next call. */
  async revokeAll(): Promise<void> {
    const revoked = [...this.#grants].map(async ([path, entry]) => {
      await entry.granted.catch(() => undefined);
      const hresult = (await this.#core.callAsync('HcsRevokeVmAccess', this.#id, path)) as number;
      const over = hresult >= 0 || isMissing(hresult);
      if (over && this.#grants.get(path) === entry) this.#grants.delete(path);
    });
    await Promise.all(revoked);
  }
}

function isMissing(hresult: number): boolean {
  const value = hresult >>> 0;
  return value === HRESULT.FILE_NOT_FOUND || value === HRESULT.PATH_NOT_FOUND;
}
