/** The package's public face: run containers in utility VMs, reach them, watch what happens. */
export { HcsError } from '../hcs/hcs-error.ts';
export type { ComputeService, ComputeSystem, GuestListener } from '../hcs/service.ts';
export type {
  ContainerRecord,
  ContainerState,
  ContainerStatus,
  PodRecord,
  PodShape,
  PublishedPort,
  RestartPolicy,
} from './container/container-record.ts';
export type { StoredContainer } from './container/container-store.ts';
export { parseSignal, signalName } from './container/signal.ts';
export { type Directories, directories } from './directories.ts';
export { type ErrorCode, RuntimeError } from './errors.ts';
export type { ImageRecord, ImageStore, ResolvedImage } from './image/image-store.ts';
export {
  type ContainerListing,
  type EventOptions,
  Lcow,
  type ListOptions,
  type PruneResult,
  type RunOptions,
  type RunRequest,
} from './lcow.ts';
export {
  ContainerHandle,
  type ContainerInspection,
  type LogOptions,
  type StopOptions,
  type UpdateRequest,
} from './lcow/container-handle.ts';
export type { ContainerRequest } from './lcow/container-request.ts';
export type { ExecProcess, ExecRequest } from './lcow/exec.ts';
export type { PodInspection, PodListing, PodRequest, Pods } from './lcow/pods.ts';
export type { AttachRequest, StartOptions } from './lcow/start-container.ts';
export { type ContainerMetrics, decodeMetrics } from './lcow/stats.ts';
export type { EventType, JournalEvent } from './supervisor/event-journal.ts';
export type { LogOutput } from './supervisor/log-reader.ts';
export type {
  AttachedProcess,
  PathStat,
  PodDescription,
  SupervisorClient,
  TopProcess,
} from './supervisor/supervisor-client.ts';
export { Timeline, type TimelineMark, type TimelinePhase } from './timeline.ts';
export { LCOW_VERSION } from './version.ts';
