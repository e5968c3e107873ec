/** Makes a document's paths of host files absolute: whoever opens them has another working folder. */
import { resolve } from 'node:path';
import type { ComputeSystemDocument } from './compute-system.ts';

/** Changes the document and returns it. Pipes are not files: a name of a pipe stays as it is. */
export function absolutePaths(document: ComputeSystemDocument): ComputeSystemDocument {
  const vm = document.VirtualMachine;
  const direct = vm.Chipset?.LinuxKernelDirect;
  if (direct !== undefined) {
    direct.KernelFilePath = resolve(direct.KernelFilePath);
    if (direct.InitRdPath !== undefined) direct.InitRdPath = resolve(direct.InitRdPath);
  }
  if (vm.RestoreState?.SaveStateFilePath !== undefined) {
    vm.RestoreState.SaveStateFilePath = resolve(vm.RestoreState.SaveStateFilePath);
  }
  for (const controller of Object.values(vm.Devices?.Scsi ?? {})) {
    for (const disk of Object.values(controller.Attachments ?? {})) disk.Path = resolve(disk.Path);
  }
  for (const device of Object.values(vm.Devices?.VirtualPMem?.Devices ?? {})) {
    if (device.HostPath !== undefined) device.HostPath = resolve(device.HostPath);
  }
  for (const share of vm.Devices?.Plan9?.Shares ?? []) {
    if (share.Path !== undefined) share.Path = resolve(share.Path);
  }
  return document;
}
