/**
 * What a template is of. Two VMs that would boot alike have one template; any change of kernel, initrd, document, QEMU or
 * processor makes another, and the old one is of no use any more.
 */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { cpus } from 'node:os';
import { basename } from 'node:path';
import type { ComputeSystemDocument } from '../../hcs/document/compute-system.ts';
import type { ExecutionProperties } from '../../hcs/document/properties.ts';
import type { BootFilePaths } from '../uvm/utility-vm.ts';

/** Of what is saved and of how a clone goes on with it. */
const FORMAT = 1;

export interface TemplateIdentity {
  readonly format: typeof FORMAT;
  /** Without owner and life. */
  readonly virtualMachine: ComputeSystemDocument['VirtualMachine'];
  /** Digests from the boot files' manifest; else sizes and times of the files. */
  readonly kernel: string;
  readonly initrd: string;
  /** Version, size and time of the program. */
  readonly vmm: string;
  readonly accelerator: string;
  /** As the host names it: a guest may have looked at it. */
  readonly processor: string;
}

/** Boot files whose digests are known need not be looked at. */
export interface IdentityOptions {
  readonly document: ComputeSystemDocument;
  readonly bootFiles: BootFilePaths & {
    readonly manifest?: { readonly files: Readonly<Record<string, { readonly sha256: string }>> };
  };
  readonly execution: Pick<ExecutionProperties, 'Accelerator' | 'VmmName' | 'VmmVersion'>;
  /** The VMM's program, as a path; undefined where that is the host's own, which its version names. */
  readonly vmm: string | undefined;
}

/** @throws Error of a file that cannot be looked at */
export function templateIdentity(options: IdentityOptions): TemplateIdentity {
  const { document, bootFiles, execution, vmm } = options;
  const { kernel, initrd = '', manifest } = bootFiles;
  return {
    format: FORMAT,
    virtualMachine: document.VirtualMachine,
    kernel: digestOf(kernel, manifest),
    initrd: initrd === '' ? '' : digestOf(initrd, manifest),
    vmm: vmm === undefined ? execution.VmmVersion : `${execution.VmmVersion} ${lookOf(vmm)}`,
    accelerator: execution.Accelerator,
    processor: processorName(),
  };
}

/** The id of its template: as good a name for a folder and for a compute system as any. */
export function templateId(identity: TemplateIdentity): string {
  const digest = createHash('sha256').update(JSON.stringify(identity)).digest('hex');
  return `template-${digest.slice(0, 24)}`;
}

function digestOf(path: string, manifest: IdentityOptions['bootFiles']['manifest']): string {
  return manifest?.files[basename(path)]?.sha256 ?? lookOf(path);
}

function lookOf(path: string): string {
  const { size, mtimeMs, ino } = statSync(path);
  return `${path} ${size} ${mtimeMs} ${ino}`;
}

let processor: string | undefined;

function processorName(): string {
  processor ??=
    process.platform === 'linux'
      ? (/^model name\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? '')
      : (cpus()[0]?.model ?? '');
  return processor;
}
