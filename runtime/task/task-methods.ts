/** The seventeen methods of containerd.task.v2.Task as data, for its server and its client. */
import { containerd } from '../../proto/generated/task.js';
import {
  type DecodedBy,
  type EncodedBy,
  generatedClass,
  type Method,
  unaryMethod,
} from '../ttrpc/method.ts';

const v2 = containerd.task.v2;
type V2 = typeof v2;
export const TASK_SERVICE = 'containerd.task.v2.Task';

export const TASK_METHODS = {
  state: unary('State', 'StateRequest', 'StateResponse'),
  create: unary('Create', 'CreateTaskRequest', 'CreateTaskResponse'),
  start: unary('Start', 'StartRequest', 'StartResponse'),
  delete: unary('Delete', 'DeleteRequest', 'DeleteResponse'),
  pids: unary('Pids', 'PidsRequest', 'PidsResponse'),
  pause: unary('Pause', 'PauseRequest', 'Empty'),
  resume: unary('Resume', 'ResumeRequest', 'Empty'),
  checkpoint: unary('Checkpoint', 'CheckpointTaskRequest', 'Empty'),
  kill: unary('Kill', 'KillRequest', 'Empty'),
  exec: unary('Exec', 'ExecProcessRequest', 'Empty'),
  resizePty: unary('ResizePty', 'ResizePtyRequest', 'Empty'),
  closeIo: unary('CloseIO', 'CloseIORequest', 'Empty'),
  update: unary('Update', 'UpdateTaskRequest', 'Empty'),
  wait: unary('Wait', 'WaitRequest', 'WaitResponse'),
  stats: unary('Stats', 'StatsRequest', 'StatsResponse'),
  connect: unary('Connect', 'ConnectRequest', 'ConnectResponse'),
  shutdown: unary('Shutdown', 'ShutdownRequest', 'Empty'),
} as const;

function unary<Request extends keyof V2, Response extends keyof V2>(
  name: string,
  request: Request,
  response: Response,
): Method<
  EncodedBy<V2[Request]>,
  DecodedBy<V2[Request]>,
  EncodedBy<V2[Response]>,
  DecodedBy<V2[Response]>,
  'unary'
> {
  const [taken, given] = [generatedClass(v2, request), generatedClass(v2, response)];
  return unaryMethod(TASK_SERVICE, name, taken, given);
}
