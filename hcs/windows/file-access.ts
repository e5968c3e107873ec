/**
 * Which files a VM may open: HCS runs each VM as an account of its own, which must be granted every file that
 * its document names.
 *
 * A file that the VM writes is granted to that VM, and what is granted here is revoked here. A file that it only
 * reads (kernel, initrd, layers) is granted to the group of all virtual machines, and stays so until it is deleted:
 * many VMs of many processes read it at a time, and an entry a VM, set and taken back by each, would be lost between
 * two that change the same list. docs/decisions/0014.
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
  /** The VM only reads it. Default false. */
  readOnly?: boolean;
}

/** The files that a document names, but for shared folders: those HCS opens as the caller. */
export function documentFiles(document: ComputeSystemDocument): NamedFile[] {
  const files: NamedFile[] = [];
  const vm = document.VirtualMachine;
  const direct = vm.Chipset?.LinuxKernelDirect;
  const boot = 'VirtualMachine/Chipset/LinuxKernelDirect';
  add(files, direct?.KernelFilePath, `${boot}/KernelFilePath`, true);
  add(files, direct?.InitRdPath, `${boot}/InitRdPath`, true);
  for (const [controller, { Attachments = {} }] of Object.entries(vm.Devices?.Scsi ?? {})) {
    for (const [lun, { Path, ReadOnly }] of Object.entries(Attachments)) {
      const at = `VirtualMachine/Devices/Scsi/${controller}/Attachments/${lun}/Path`;
      add(files, Path, at, ReadOnly);
    }
  }
  for (const [number, device] of Object.entries(vm.Devices?.VirtualPMem?.Devices ?? {})) {
    const at = `VirtualMachine/Devices/VirtualPMem/Devices/${number}`;
    add(files, device.HostPath, `${at}/HostPath`, device.ReadOnly);
    for (const [offset, { HostPath }] of Object.entries(device.Mappings ?? {})) {
      add(files, HostPath, `${at}/Mappings/${offset}/HostPath`, device.ReadOnly);
    }
  }
  add(files, vm.RestoreState?.SaveStateFilePath, 'VirtualMachine/RestoreState/SaveStateFilePath');
  return files;
}

function add(
  files: NamedFile[],
  path: string | undefined,
  source: string,
  readOnly: boolean | undefined = false,
): void {
  if (path !== undefined) files.push({ path, source, readOnly });
}

/** Grants `id` a file. @throws HcsError FILE_NOT_FOUND, E_ACCESSDENIED, naming where and which */
export async function grantAccess(
  core: ComputeCore,
  op: string,
  id: string,
  file: NamedFile,
): Promise<void> {
  const hresult = (await core.callAsync('HcsGrantVmAccess', id, file.path)) as number;
  if (hresult < 0) throw refused(op, hresult, file, 'the virtual machine');
}

/** Grants all virtual machines a file. False where Windows is too old for it (before build 19041). */
async function grantGroupAccess(core: ComputeCore, op: string, file: NamedFile): Promise<boolean> {
  if (!core.has('HcsGrantVmGroupAccess')) return false;
  const hresult = (await core.callAsync('HcsGrantVmGroupAccess', file.path)) as number;
  if (hresult >>> 0 === HRESULT.E_NOTIMPL) return false;
  if (hresult < 0) throw refused(op, hresult, file, 'the group of virtual machines');
  return true;
}

function refused(op: string, hresult: number, { path, source }: NamedFile, who: string): HcsError {
  const { code, events } = hcsFailure(op, hresult, null);
  // As it is typed, not as JSON: a path of Windows would have every separator twice.
  const Message = `${source} is "${path}": ${who} cannot be granted it (${code})`;
  return new HcsError(op, hresult, [{ Message, Source: source }, ...events]);
}

/** A file that was granted. */
interface Grant {
  readonly path: string;
  count: number;
  /** True where the VM itself has it, which is to be revoked; false where its group has. */
  own: boolean;
  granted: Promise<void>;
}

/** The grants of one VM, counted: a file may be attached more than once. */
export class FileAccess {
  readonly #core: ComputeCore;
  readonly #id: string;
  /** By path, apart for files that are read and for files that are written. */
  readonly #grants = new Map<string, Grant>();

  constructor(core: ComputeCore, id: string) {
    this.#core = core;
    this.#id = id;
  }

  /** @throws as grantAccess; the file then counts as not granted */
  async grant(op: string, file: NamedFile): Promise<void> {
    const key = keyOf(file);
    let grant = this.#grants.get(key);
    if (grant === undefined) {
      grant = { path: file.path, count: 0, own: true, granted: Promise.resolve() };
      grant.granted = this.#give(op, file, grant);
      this.#grants.set(key, grant);
    }
    grant.count += 1;
    try {
      await grant.granted;
    } catch (error) {
      if (this.#grants.get(key) === grant) this.#grants.delete(key);
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

  has(file: NamedFile): boolean {
    return this.#grants.has(keyOf(file));
  }

  /** Takes one grant back. A file that is gone meanwhile needs nothing. */
  async revoke(file: NamedFile): Promise<void> {
    const key = keyOf(file);
    const grant = this.#grants.get(key);
    if (grant === undefined) return;
    grant.count -= 1;
    if (grant.count > 0) return;
    this.#grants.delete(key);
    // The entry in the file's list is one, for reading and for writing.
    if (grant.own && !this.#hasOwn(grant.path)) await this.#revoke(grant.path);
  }

  /** Takes all back. What cannot be taken back now, the service being gone, is tried again by the next call. */
  async revokeAll(): Promise<void> {
    const revoked = [...this.#grants].map(async ([key, grant]) => {
      await grant.granted.catch(() => undefined);
      const hresult = grant.own ? await this.#revoke(grant.path) : HRESULT.S_OK;
      const over = hresult >= 0 || isMissing(hresult);
      if (over && this.#grants.get(key) === grant) this.#grants.delete(key);
    });
    await Promise.all(revoked);
  }

  async #give(op: string, file: NamedFile, grant: Grant): Promise<void> {
    if (file.readOnly === true && (await grantGroupAccess(this.#core, op, file))) grant.own = false;
    else await grantAccess(this.#core, op, this.#id, file);
  }

  #hasOwn(path: string): boolean {
    return [...this.#grants.values()].some((grant) => grant.own && grant.path === path);
  }

  async #revoke(path: string): Promise<number> {
    return (await this.#core.callAsync('HcsRevokeVmAccess', this.#id, path)) as number;
  }
}

function keyOf({ path, readOnly }: NamedFile): string {
  return `${readOnly === true ? 'read' : 'write'} ${path}`;
}

function isMissing(hresult: number): boolean {
  const value = hresult >>> 0;
  return value === HRESULT.FILE_NOT_FOUND || value === HRESULT.PATH_NOT_FOUND;
}
