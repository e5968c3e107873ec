/** The seventeen methods of containerd.task.v2.Task as data, for its server and its client. */
import { containerd } from '../../proto/generated/task.js';
import { unaryMethod } from '../ttrpc/method.ts';

const v2 = containerd.task.v2;
export const TASK_SERVICE = 'containerd.task.v2.Task';

export const TASK_METHODS = {
  state: unaryMethod(TASK_SERVICE, 'State', v2.StateRequest, v2.StateResponse),
  create: unaryMethod(TASK_SERVICE, 'Create', v2.CreateTaskRequest, v2.CreateTaskResponse),
  start: unaryMethod(TASK_SERVICE, 'Start', v2.StartRequest, v2.StartResponse),
  delete: unaryMethod(TASK_SERVICE, 'Delete', v2.DeleteRequest, v2.DeleteResponse),
  pids: unaryMethod(TASK_SERVICE, 'Pids', v2.PidsRequest, v2.PidsResponse),
  pause: unaryMethod(TASK_SERVICE, 'Pause', v2.PauseRequest, v2.Empty),
  resume: unaryMethod(TASK_SERVICE, 'Resume', v2.ResumeRequest, v2.Empty),
  checkpoint: unaryMethod(TASK_SERVICE, 'Checkpoint', v2.CheckpointTaskRequest, v2.Empty),
  kill: unaryMethod(TASK_SERVICE, 'Kill', v2.KillRequest, v2.Empty),
  exec: unaryMethod(TASK_SERVICE, 'Exec', v2.ExecProcessRequest, v2.Empty),
  resizePty: unaryMethod(TASK_SERVICE, 'ResizePty', v2.ResizePtyRequest, v2.Empty),
  closeIo: unaryMethod(TASK_SERVICE, 'CloseIO', v2.CloseIORequest, v2.Empty),
  update: unaryMethod(TASK_SERVICE, 'Update', v2.UpdateTaskRequest, v2.Empty),
  wait: unaryMethod(TASK_SERVICE, 'Wait', v2.WaitRequest, v2.WaitResponse),
  stats: unaryMethod(TASK_SERVICE, 'Stats', v2.StatsRequest, v2.StatsResponse),
  connect: unaryMethod(TASK_SERVICE, 'Connect', v2.ConnectRequest, v2.ConnectResponse),
  shutdown: unaryMethod(TASK_SERVICE, 'Shutdown', v2.ShutdownRequest, v2.Empty),
} as const;
