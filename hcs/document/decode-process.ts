/** Decodes the documents of processes: a caller's strictly, HCS's answers passing over what is new. */
import {
  boolean,
  type Decoder,
  decodeWhole,
  integer,
  list,
  map,
  object,
  oneOf,
  required,
  string,
} from './decoder.ts';
import type {
  ProcessModifyRequest,
  ProcessParameters,
  ProcessSignal,
  ProcessStatus,
  SignalProcessOptions,
} from './process.ts';
import { text } from './scalars.ts';

/** Linux' highest. */
const SIGNAL_MAX = 64;
const INT32_MIN = -0x8000_0000;
const UINT32_MAX = 0xffff_ffff;

const uint16 = integer({ type: 'uint16', min: 1 });
const uint32 = integer({ type: 'uint32' });

const processParameters = object<ProcessParameters>(
  {
    ApplicationName: string(),
    CommandLine: string(),
    CommandArgs: list(text),
    User: string(),
    WorkingDirectory: string(),
    Environment: map(
      {
        what: 'names of variables: not empty, without "=" and NUL',
        normalize: (key) => (/^[^=\0]+$/.test(key) ? key : undefined),
      },
      text,
    ),
    RestrictedToken: boolean,
    EmulateConsole: boolean,
    CreateStdInPipe: boolean,
    CreateStdOutPipe: boolean,
    CreateStdErrPipe: boolean,
    ConsoleSize: list(uint16, 2),
    UseExistingLogin: boolean,
    UseLegacyConsole: boolean,
  },
  {
    check({ CommandLine, CommandArgs, ConsoleSize, EmulateConsole }, _path, context) {
      const words = CommandArgs?.length ?? 0;
      if (CommandLine === undefined && words === 0) {
        context.note('refused', 'CommandLine', 'CommandLine is missing, and so is CommandArgs');
      } else if (CommandLine !== undefined && CommandArgs !== undefined) {
        const message = 'CommandArgs is given beside CommandLine: one of them is the command';
        context.note('refused', 'CommandArgs', message);
      }
      if (ConsoleSize === undefined) return;
      if (ConsoleSize.length !== 2) {
        const message = `ConsoleSize has ${ConsoleSize.length} entries: it is rows, then columns`;
        context.note('refused', 'ConsoleSize', message);
      }
      if (EmulateConsole !== true) {
        const message = 'ConsoleSize is given: only a process with EmulateConsole has a terminal';
        context.note('refused', 'ConsoleSize', message);
      }
    },
  },
);

/** @throws HcsError HCS_E_INVALID_JSON, E_INVALIDARG */
export function decodeProcessParameters(input: unknown, op = 'create a process') {
  return decodeWhole(processParameters, input, '', op);
}

const processModifyRequest = object<ProcessModifyRequest>(
  {
    Operation: required(oneOf('ConsoleSize', 'CloseHandle')),
    ConsoleSize: object<NonNullable<ProcessModifyRequest['ConsoleSize']>>({
      Height: required(uint16),
      Width: required(uint16),
    }),
    CloseHandle: object<NonNullable<ProcessModifyRequest['CloseHandle']>>({
      Handle: required(oneOf('StdIn', 'StdOut', 'StdErr', 'All')),
    }),
  },
  {
    check(request, _path, context) {
      const { Operation } = request;
      const other = Operation === 'ConsoleSize' ? 'CloseHandle' : 'ConsoleSize';
      if (request[Operation] === undefined) {
        context.note('refused', Operation, `${Operation} is missing: Operation names it`);
      }
      if (request[other] !== undefined) {
        context.note('refused', other, `${other} is given, but Operation is "${Operation}"`);
      }
    },
  },
);

/** @throws HcsError HCS_E_INVALID_JSON, E_INVALIDARG */
export function decodeProcessModifyRequest(input: unknown, op = 'modify a process') {
  return decodeWhole(processModifyRequest, input, '', op);
}

const signalName = oneOf<ProcessSignal>(
  'CtrlC',
  'CtrlBreak',
  'CtrlClose',
  'CtrlLogOff',
  'CtrlShutdown',
);
const signalNumber = integer({ type: 'uint8', min: 1, max: SIGNAL_MAX });
const signal: Decoder<ProcessSignal | number> = (value, path, context) =>
  (typeof value === 'number' ? signalNumber : signalName)(value, path, context);
const signalProcessOptions = object<SignalProcessOptions>({ Signal: required(signal) });

/** @throws HcsError HCS_E_INVALID_JSON, E_INVALIDARG */
export function decodeSignalProcessOptions(input: unknown, op = 'signal a process') {
  return decodeWhole(signalProcessOptions, input, '', op);
}

const hresult: Decoder<number> = (value, path, context) => {
  const read = typeof value === 'number' && Number.isInteger(value) ? value : Number.NaN;
  // HCS writes it signed; its bits count.
  if (read >= INT32_MIN && read <= UINT32_MAX) return read | 0;
  context.problem('malformed', path, value, 'must be an HRESULT');
  return undefined;
};

const processStatus = object<Partial<ProcessStatus>>(
  { ProcessId: uint32, Exited: boolean, ExitCode: uint32, LastWaitResult: hresult },
  { answer: true },
);

/** What HCS says of the process `ProcessId`; it leaves out what is empty. @throws HcsError HCS_E_INVALID_JSON */
export function decodeProcessStatus(input: unknown, ProcessId: number, op: string): ProcessStatus {
  const read = decodeWhole(processStatus, input, '', op);
  return { ProcessId, Exited: false, ExitCode: 0, LastWaitResult: 0, ...read };
}
