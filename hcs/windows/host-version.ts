/**
 * What this Windows is: its build and the architecture of its kernel. Which documents it takes is judged in
 * document/host-version.ts; whether lcow can run on it in host-needs.ts.
 */
import { release } from 'node:os';
import type { HostArchitecture } from '../document/host-version.ts';
import { loadLibrary } from './compute-core.ts';

/** winnt.h, IMAGE_FILE_MACHINE_ARM64. */
const MACHINE_ARM64 = 0xaa64;
/** What GetCurrentProcess() returns, always. */
const CURRENT_PROCESS = -1;

/** The build: 26100 of "10.0.26100", which Node has from RtlGetVersion and no manifest changes. 0 where it is none. */
export function windowsBuild(version = release()): number {
  return Number(/^10\.0\.(\d{1,6})$/.exec(version)?.[1] ?? 0);
}

/**
 * The architecture of Windows itself: an x64 Node on an arm64 Windows, which emulates it, is told so by
 * IsWow64Process2 alone. Where there is no such call (before 1709, and elsewhere than on Windows) it is Node's own.
 */
export function nativeArchitecture(path = 'kernel32.dll'): HostArchitecture {
  const own = process.arch === 'arm64' ? 'arm64' : 'amd64';
  try {
    const types = ['intptr_t', 'void *', 'void *'];
    const isWow64Process2 = loadLibrary(path).func('IsWow64Process2', 'int', types);
    // Both are ours, 16 bits each, alive for the call, which keeps neither.
    const [emulated, native] = [Buffer.alloc(2), Buffer.alloc(2)];
    if (isWow64Process2(CURRENT_PROCESS, emulated, native) === 0) return own;
    return native.readUInt16LE() === MACHINE_ARM64 ? 'arm64' : own;
  } catch {
    return own;
  }
}
