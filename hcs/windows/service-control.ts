/**
 * The state of Windows' services, from the Service Control Manager. Reads only: whatever needs one starts it, as the
 * first call of HCS does.
 *
 * Calls are synchronous and local. Handles of the manager and of services are ours and closed before the return.
 */
import { loadLibrary } from './compute-core.ts';

/** disabled: it is not to be started. unknown: Windows could not be asked. */
export type ServiceState = 'running' | 'stopped' | 'disabled' | 'absent' | 'unknown';

const SC_MANAGER_CONNECT = 1;
const SERVICE_QUERY_CONFIG = 1;
const SERVICE_QUERY_STATUS = 4;
const SERVICE_RUNNING = 4;
const SERVICE_DISABLED = 4;
const ERROR_SERVICE_DOES_NOT_EXIST = 1060;
/** SERVICE_STATUS: seven 32-bit numbers. */
const STATUS_BYTES = 28;
/** QUERY_SERVICE_CONFIGW with its strings: at most this (MSDN). */
const CONFIG_BYTES = 8192;

/** The states of services, by their names. */
export function serviceStates<Name extends string>(
  names: readonly Name[],
): Record<Name, ServiceState> {
  const states = Object.fromEntries(names.map((name) => [name, 'unknown'])) as Record<
    Name,
    ServiceState
  >;
  try {
    const control = bind();
    const manager = control.openManager(null, null, SC_MANAGER_CONNECT) as number;
    if (manager === 0) return states;
    try {
      for (const name of names) states[name] = stateOf(control, manager, name);
    } finally {
      control.close(manager);
    }
  } catch {
    // No such library: not Windows. What is not known stays so.
  }
  return states;
}

type Control = ReturnType<typeof bind>;

function bind() {
  const advapi = loadLibrary('advapi32.dll');
  const handle = 'uintptr_t';
  return {
    openManager: advapi.func('OpenSCManagerW', handle, ['str16', 'str16', 'uint32_t']),
    open: advapi.func('OpenServiceW', handle, [handle, 'str16', 'uint32_t']),
    status: advapi.func('QueryServiceStatus', 'int', [handle, 'void *']),
    config: advapi.func('QueryServiceConfigW', 'int', [handle, 'void *', 'uint32_t', 'void *']),
    close: advapi.func('CloseServiceHandle', 'int', [handle]),
    lastError: loadLibrary('kernel32.dll').func('GetLastError', 'uint32_t', []),
  };
}

function stateOf(control: Control, manager: number, name: string): ServiceState {
  const access = SERVICE_QUERY_STATUS | SERVICE_QUERY_CONFIG;
  const service = control.open(manager, name, access) as number;
  if (service === 0) {
    return control.lastError() === ERROR_SERVICE_DOES_NOT_EXIST ? 'absent' : 'unknown';
  }
  try {
    const status = Buffer.alloc(STATUS_BYTES);
    if (control.status(service, status) === 0) return 'unknown';
    if (status.readUInt32LE(4) === SERVICE_RUNNING) return 'running';
    const config = Buffer.alloc(CONFIG_BYTES);
    const needed = Buffer.alloc(4);
    const known = control.config(service, config, config.length, needed) !== 0;
    // dwServiceType, then dwStartType.
    return known && config.readUInt32LE(4) === SERVICE_DISABLED ? 'disabled' : 'stopped';
  } finally {
    control.close(service);
  }
}
