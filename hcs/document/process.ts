/** Processes that HCS's own guest agent runs: what is asked for and what is told. Types only. */

/** Schema `ProcessParameters`, what a process is created from. */
export interface ProcessParameters {
  /** Windows guests: the executable, where CommandLine does not name it. */
  ApplicationName?: string;
  /** The whole command; this or CommandArgs. */
  CommandLine?: string;
  /** The command's words, instead of CommandLine: Linux guests only. */
  CommandArgs?: string[];
  User?: string;
  WorkingDirectory?: string;
  Environment?: Record<string, string>;
  /** With fewer rights than the user has. */
  RestrictedToken?: boolean;
  /** With a terminal: its output is the standard output, and there is no standard error. */
  EmulateConsole?: boolean;
  /** Without it the process reads nothing. */
  CreateStdInPipe?: boolean;
  CreateStdOutPipe?: boolean;
  CreateStdErrPipe?: boolean;
  /** Rows, then columns, of the terminal. */
  ConsoleSize?: number[];
  /** Windows guests: in a session of the user that is there. */
  UseExistingLogin?: boolean;
  UseLegacyConsole?: boolean;
}

/** Schema `ProcessStatus`: how a process is, and the data of its exit's event. */
export interface ProcessStatus {
  ProcessId: number;
  Exited: boolean;
  /** Counts only where Exited is true and LastWaitResult is 0. */
  ExitCode: number;
  /** An HRESULT, signed 32-bit as in HCS's JSON: whether the exit could be waited for. */
  LastWaitResult: number;
}

/** Schema `StdHandle`. */
export type StdHandle = 'StdIn' | 'StdOut' | 'StdErr' | 'All';

/** Schema `ProcessModifyRequest`: one change, named by Operation. */
export interface ProcessModifyRequest {
  Operation: 'ConsoleSize' | 'CloseHandle';
  ConsoleSize?: { Height: number; Width: number };
  /** The guest's end: StdIn's tells the process that there is no more to read. */
  CloseHandle?: { Handle: StdHandle };
}

/** Schema `ProcessSignal`: Windows guests'. */
export type ProcessSignal = 'CtrlC' | 'CtrlBreak' | 'CtrlClose' | 'CtrlLogOff' | 'CtrlShutdown';

/** Schema `SignalProcessOptions`; a Linux guest takes the signal's number, as hcsshim sends it. */
export interface SignalProcessOptions {
  Signal: ProcessSignal | number;
}
