/** The agent's calls as data: path, how a request is encoded and how a reply is decoded (proto/agent.proto). */
import { lcow } from '../../proto/generated/agent.js';

/** The generated messages, under the short name this folder uses. */
export const v1 = lcow.agent.v1;

export interface Method<Request, Response> {
  readonly path: string;
  readonly encode: (request: Request) => Buffer;
  readonly decode: (bytes: Uint8Array) => Response;
}

interface Encoder<T> {
  encode(message: T): { finish(): Uint8Array };
}
interface Decoder<T> {
  decode(bytes: Uint8Array): T;
}

function method<Request, Response>(
  path: string,
  request: Encoder<Request>,
  response: Decoder<Response>,
): Method<Request, Response> {
  return {
    path: `/lcow.agent.v1.${path}`,
    encode: (message) => {
      const bytes = request.encode(message).finish();
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    },
    decode: (bytes) => response.decode(bytes),
  };
}

/** Unary calls. */
export const METHODS = {
  hello: method('Vm/Hello', v1.HelloRequest, v1.HelloResponse),
  ping: method('Vm/Ping', v1.PingRequest, v1.PingResponse),
  setTime: method('Vm/SetTime', v1.SetTimeRequest, v1.SetTimeResponse),
  addEntropy: method('Vm/AddEntropy', v1.AddEntropyRequest, v1.AddEntropyResponse),
  resumeVm: method('Vm/Resume', v1.ResumeRequest, v1.ResumeResponse),
  getTimeline: method('Vm/GetTimeline', v1.GetTimelineRequest, v1.GetTimelineResponse),
  getMemory: method('Vm/GetMemory', v1.GetMemoryRequest, v1.GetMemoryResponse),
  shutdown: method('Vm/Shutdown', v1.ShutdownRequest, v1.ShutdownResponse),

  attach: method('Storage/Attach', v1.AttachRequest, v1.AttachResponse),
  detach: method('Storage/Detach', v1.DetachRequest, v1.DetachResponse),
  mount: method('Storage/Mount', v1.MountRequest, v1.MountResponse),
  unmount: method('Storage/Unmount', v1.UnmountRequest, v1.UnmountResponse),
  mountOverlay: method('Storage/MountOverlay', v1.MountOverlayRequest, v1.MountOverlayResponse),
  trim: method('Storage/Trim', v1.TrimRequest, v1.TrimResponse),

  listLinks: method('Network/ListLinks', v1.ListLinksRequest, v1.ListLinksResponse),
  configureLink: method('Network/ConfigureLink', v1.ConfigureLinkRequest, v1.ConfigureLinkResponse),
  configureNames: method(
    'Network/ConfigureNames',
    v1.ConfigureNamesRequest,
    v1.ConfigureNamesResponse,
  ),

  create: method('Containers/Create', v1.CreateContainerRequest, v1.CreateContainerResponse),
  prepareContainer: method('Containers/Prepare', v1.PrepareRequest, v1.PrepareResponse),
  start: method('Containers/Start', v1.StartContainerRequest, v1.StartContainerResponse),
  exec: method('Containers/Exec', v1.ExecRequest, v1.ExecResponse),
  signal: method('Containers/Signal', v1.SignalRequest, v1.SignalResponse),
  wait: method('Containers/Wait', v1.WaitRequest, v1.ExitStatus),
  resize: method('Containers/Resize', v1.ResizeRequest, v1.ResizeResponse),
  closeStdin: method('Containers/CloseStdin', v1.CloseStdinRequest, v1.CloseStdinResponse),
  pause: method('Containers/Pause', v1.PauseRequest, v1.PauseResponse),
  resumeContainer: method(
    'Containers/ResumeContainer',
    v1.ResumeContainerRequest,
    v1.ResumeContainerResponse,
  ),
  update: method('Containers/Update', v1.UpdateRequest, v1.UpdateResponse),
  stats: method('Containers/Stats', v1.StatsRequest, v1.StatsResponse),
  list: method('Containers/List', v1.ListContainersRequest, v1.ListContainersResponse),
  pids: method('Containers/Pids', v1.PidsRequest, v1.PidsResponse),
  delete: method('Containers/Delete', v1.DeleteRequest, v1.DeleteResponse),

  stat: method('Files/Stat', v1.StatRequest, v1.CopyOutStat),

  stacks: method('Debug/Stacks', v1.StacksRequest, v1.StacksResponse),
  kernelLog: method('Debug/KernelLog', v1.KernelLogRequest, v1.KernelLogResponse),
} as const;

/** Streaming calls. */
export const STREAMS = {
  attach: method('Streams/Attach', v1.HostFrame, v1.GuestFrame),
  execs: method('Streams/Execs', v1.ExecsRequest, v1.ExecsReply),
  subscribe: method('Events/Subscribe', v1.SubscribeRequest, v1.Event),
  copyIn: method('Files/CopyIn', v1.CopyInFrame, v1.CopyInResponse),
  copyOut: method('Files/CopyOut', v1.CopyOutRequest, v1.CopyOutFrame),
} as const;
