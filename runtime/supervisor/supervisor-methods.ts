/** The methods of lcow.supervisor.v1.Supervisor as data, for its server and its clients. */
import { lcow } from '../../proto/generated/supervisor.js';
import {
  type DecodedBy,
  type EncodedBy,
  generatedClass,
  type Method,
  type StreamKind,
  streamMethod,
  unaryMethod,
} from '../ttrpc/method.ts';
import { SERVER_FRAME } from './hub-frame.ts';

const v1 = lcow.supervisor.v1;
type V1 = typeof v1;

/** A generated message as it may be given: fields left out. */
export type Message<Name extends keyof V1> = EncodedBy<V1[Name]>;

type Unary<Request extends keyof V1, Response extends keyof V1> = Method<
  Message<Request>,
  DecodedBy<V1[Request]>,
  Message<Response>,
  DecodedBy<V1[Response]>,
  'unary'
>;
type Streaming<Request extends keyof V1, Response extends keyof V1> = Method<
  Message<Request>,
  DecodedBy<V1[Request]>,
  Message<Response>,
  DecodedBy<V1[Response]>,
  StreamKind
>;

export const SUPERVISOR_SERVICE = 'lcow.supervisor.v1.Supervisor';

function unary<Request extends keyof V1, Response extends keyof V1>(
  name: string,
  request: Request,
  response: Response,
): Unary<Request, Response> {
  const [taken, given] = [generatedClass(v1, request), generatedClass(v1, response)];
  return unaryMethod(SUPERVISOR_SERVICE, name, taken, given);
}

function stream<Request extends keyof V1, Response extends keyof V1>(
  name: string,
  kind: StreamKind,
  request: Request,
  response: Response,
): Streaming<Request, Response> {
  const [taken, given] = [generatedClass(v1, request), generatedClass(v1, response)];
  return streamMethod(SUPERVISOR_SERVICE, name, kind, taken, given);
}

export const SUPERVISOR = {
  describe: unary('Describe', 'DescribeRequest', 'DescribeResponse'),
  keep: unary('Keep', 'KeepRequest', 'Empty'),
  stop: unary('Stop', 'StopRequest', 'StopResponse'),
  stopPod: unary('StopPod', 'StopPodRequest', 'Empty'),
  top: unary('Top', 'TopRequest', 'TopResponse'),
  execInVm: unary('ExecInVm', 'ExecInVmRequest', 'ExecInVmResponse'),
  statPath: unary('StatPath', 'StatPathRequest', 'PathStat'),
  stacks: unary('Stacks', 'Empty', 'StacksResponse'),
  metrics: unary('Metrics', 'Empty', 'MetricsResponse'),
  subscribe: stream('Subscribe', 'server-stream', 'SubscribeRequest', 'Event'),
  copyIn: stream('CopyIn', 'client-stream', 'CopyInFrame', 'CopyInResponse'),
  copyOut: stream('CopyOut', 'server-stream', 'CopyOutRequest', 'CopyOutFrame'),
  kernelLog: stream('KernelLog', 'server-stream', 'KernelLogRequest', 'KernelLogLine'),
  attach: streamMethod(
    SUPERVISOR_SERVICE,
    'Attach',
    'bidi-stream',
    generatedClass(v1, 'ClientFrame'),
    SERVER_FRAME,
  ),
} as const;
