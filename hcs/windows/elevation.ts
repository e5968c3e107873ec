/**
 * Whether this process may use the Host Compute Service, which takes calls of administrators (with an elevated token)
 * and of members of Hyper-V Administrators: asked of the token itself, so that a group that is there "for deny only"
 * does not count.
 *
 * Everything is synchronous and local; a SID that Windows makes for us is freed by LocalFree, once.
 */
import { loadLibrary } from './compute-core.ts';

/** elevated: also SYSTEM. unknown: Windows could not be asked. */
export type HostRights = 'elevated' | 'hyper-v-administrator' | 'none' | 'unknown';

/** Well-known identifiers of groups: their names are translated, these are not. */
const ADMINISTRATORS = 'S-1-5-32-544';
const HYPER_V_ADMINISTRATORS = 'S-1-5-32-578';

export function hostRights(): HostRights {
  try {
    const isMember = membership();
    if (isMember(ADMINISTRATORS)) return 'elevated';
    return isMember(HYPER_V_ADMINISTRATORS) ? 'hyper-v-administrator' : 'none';
  } catch {
    return 'unknown';
  }
}

/** Whether a group is enabled in the token of this thread. @throws Error when it cannot be asked */
function membership(): (sid: string) => boolean {
  const advapi = loadLibrary('advapi32.dll');
  const sidOf = advapi.func('ConvertStringSidToSidW', 'int', ['str16', 'void *']);
  const check = advapi.func('CheckTokenMembership', 'int', ['void *', 'uintptr_t', 'void *']);
  const free = loadLibrary('kernel32.dll').func('LocalFree', 'uintptr_t', ['uintptr_t']);
  return (text) => {
    const pointer = Buffer.alloc(8);
    if (sidOf(text, pointer) === 0) throw new Error(`Windows does not know ${text}`);
    const sid = pointer.readBigUInt64LE();
    try {
      const member = Buffer.alloc(4);
      if (check(null, sid, member) === 0) throw new Error('CheckTokenMembership failed');
      return member.readInt32LE() !== 0;
    } finally {
      free(sid);
    }
  };
}
