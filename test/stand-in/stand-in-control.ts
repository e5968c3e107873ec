/** The stand-in's own exports, for tests: configuration, what happens from outside, and counters. */
import type { LibraryHandle } from 'koffi';
import { loadLibrary } from '../../hcs/windows/compute-core.ts';

/** In the order of `enum counter` in stand-in.h. */
const COUNTERS = [
  'documents',
  'doubleFrees',
  'operations',
  'systems',
  'threads',
  'staleHandles',
  'callbacks',
  'machines',
  'grants',
  'created',
  'groupGrants',
  'processes',
  'hanging',
] as const;

/** stdHandles: of processes, given to the caller and not closed. */
export type Counters = Record<(typeof COUNTERS)[number] | 'stdHandles', number>;

/** A failure of an export, see faults.c. */
export interface Failure {
  Hresult: number;
  Synchronous?: boolean;
  Times?: number;
  Document?: unknown;
}

/** See faults.c. */
export interface Configuration {
  Build?: number;
  CheckAccess?: boolean;
  CallbackBeforeReturn?: boolean;
  DelayMs?: Record<string, number>;
  Hang?: Record<string, boolean>;
  Fail?: Record<string, Failure>;
}

export interface Control {
  Action: 'Flood' | 'Crash' | 'Exit' | 'Disconnect' | 'Reconnect' | 'Release';
  System?: string;
  Times?: number;
}

/** What tests do with the stand-in that this process has loaded. */
export interface StandInControl {
  readonly configure: (configuration: Configuration) => void;
  readonly control: (action: Control) => void;
  readonly counters: () => Counters;
}

/** @param path of computecore.so */
export function controlStandIn(path: string): StandInControl {
  const library: LibraryHandle = loadLibrary(path);
  const configure = library.func('HcsStandInConfigure', 'int32_t', ['str16']);
  const control = library.func('HcsStandInControl', 'int32_t', ['str16']);
  const count = library.func('HcsStandInCount', 'int64_t', ['int32_t']);
  const stdHandles = library.func('HcsStandInStdHandles', 'int64_t', []);
  const checked = (result: unknown, what: unknown): void => {
    if (result !== 0) throw new Error(`the stand-in refuses ${JSON.stringify(what)}`);
  };
  return {
    configure: (configuration) => checked(configure(JSON.stringify(configuration)), configuration),
    control: (action) => checked(control(JSON.stringify(action)), action),
    counters: () =>
      Object.fromEntries([
        ...COUNTERS.map((name, at) => [name, Number(count(at))]),
        ['stdHandles', Number(stdHandles())],
      ]) as Counters,
  };
}
