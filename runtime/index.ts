/** The package's public face: boot a utility VM, run containers in it, watch what happens. */
export { HcsError } from '../hcs/hcs-error.ts';
export type { ComputeService, ComputeSystem, GuestListener } from '../hcs/service.ts';
export { type Directories, directories } from './directories.ts';
export { type ErrorCode, RuntimeError } from './errors.ts';
export type { ExitStatus } from './guest/exit-status.ts';
export { type EventOptions, type GuestEvent, guestEvents } from './guest/events.ts';
export type { ProcessStreams } from './guest/process-streams.ts';
export type { ImageRecord, ImageStore, ResolvedImage } from './image/image-store.ts';
export { type ContainerRequest, Lcow, type PodRequest } from './lcow.ts';
export type { Container, ExecOptions } from './task/container.ts';
export type { ContainerProcess, StdioOptions } from './task/container-process.ts';
export { capabilities, DEFAULT_CAPABILITIES } from './task/container-spec.ts';
export type { OciProcess, OciSpec } from './task/oci-runtime-spec.ts';
export type { Pod } from './task/pod.ts';
export { Timeline, type TimelineMark, type TimelinePhase } from './timeline.ts';
export type { GuestInformation, UtilityVm } from './uvm/utility-vm.ts';
export { LCOW_VERSION } from './version.ts';
