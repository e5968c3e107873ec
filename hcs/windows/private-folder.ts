/**
 * Folders that are their maker's alone, as mode 0700 is elsewhere: SYSTEM, Administrators and the owner may enter, and
 * nobody else. What is made in one inherits that. %ProgramData%, where lcow's folders are, lets every user read and
 * make files, so without this any user could read secrets there, or lay the folder out before we do.
 *
 * Security descriptors that Windows makes for us are freed by LocalFree, once; strings that go in live as long as the
 * call. Calls are synchronous and local.
 */
import koffi from 'koffi';
import { HcsError } from '../hcs-error.ts';
import { loadLibrary } from './compute-core.ts';
import { win32Failure } from './win32-error.ts';

/** Protected from what its parent grants; OW is whoever owns the object, BA and SY are Windows' own. */
const PRIVATE = 'D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;OW)';
const SDDL_REVISION_1 = 1;
const SE_FILE_OBJECT = 1;
const OWNER_AND_DACL = 1 | 4;
const ERROR_ALREADY_EXISTS = 183;
const TOKEN_QUERY = 8;
const TOKEN_USER = 1;
const CURRENT_PROCESS = -1;
const TOKEN_USER_BYTES = 256;
/** SYSTEM and Administrators, who may do anything anyway, and the placeholders for the owner. */
const TRUSTED: ReadonlySet<string> = new Set([
  'SY',
  'BA',
  'OW',
  'CO',
  'S-1-5-18',
  'S-1-5-32-544',
  'S-1-3-4',
]);

/** Makes the folder, private; its parent exists. False where it exists already. @throws HcsError */
export function makePrivateFolder(path: string): boolean {
  const windows = bind();
  const out = Buffer.alloc(8);
  const op = `make the folder ${path}`;
  if (windows.fromText(PRIVATE, SDDL_REVISION_1, out, null) === 0) {
    throw win32Failure(
      op,
      'ConvertStringSecurityDescriptorToSecurityDescriptorW',
      windows.lastError(),
      path,
    );
  }
  const descriptor = out.readBigUInt64LE();
  try {
    // SECURITY_ATTRIBUTES: its size, the descriptor, whether handles are inherited.
    const attributes = Buffer.alloc(24);
    attributes.writeUInt32LE(attributes.length);
    attributes.writeBigUInt64LE(descriptor, 8);
    if (windows.makeFolder(path, attributes) !== 0) return true;
    const error = windows.lastError();
    if (error === ERROR_ALREADY_EXISTS) return false;
    throw win32Failure(op, 'CreateDirectoryW', error, path);
  } finally {
    windows.free(descriptor);
  }
}

/**
 * Why a folder is not private: an owner who is neither we nor an administrator, or an entry that lets others in.
 * Undefined where it is. @throws HcsError where its security cannot be read
 */
export function privacyProblem(path: string): string | undefined {
  const text = securityOf(path);
  return problemOf(text, currentUser());
}

/** As privacyProblem, of a descriptor in SDDL; `user` is the SID of this process. */
export function problemOf(sddl: string, user: string | undefined): string | undefined {
  const trusted = (sid: string): boolean => TRUSTED.has(sid) || sid === user;
  const [, owner = ''] = /^O:(S-[0-9-]+|[A-Z]{2})/.exec(sddl) ?? [];
  if (!trusted(owner)) return `its owner is ${owner === '' ? 'not told' : owner}`;
  const dacl = /D:[A-Z]*((?:\([^)]*\))*)/.exec(sddl);
  if (dacl === null || sddl.includes('NO_ACCESS_CONTROL'))
    return 'it has no access list, so all may enter';
  for (const [, entry = ''] of (dacl[1] ?? '').matchAll(/\(([^)]*)\)/g)) {
    const [type = '', flags = '', rights = '', , , sid = ''] = entry.split(';');
    // Denials take nothing away from privacy; inherit-only entries are for what is made in it.
    if (type !== 'A' || trusted(sid) || rights === '' || rights === '0x0') continue;
    return `its access list lets ${sid} in (${flags === '' ? '' : `${flags} `}${rights})`;
  }
  return undefined;
}

function securityOf(path: string): string {
  const windows = bind();
  const op = `look at the access list of ${path}`;
  const descriptorOut = Buffer.alloc(8);
  const error = windows.security(
    path,
    SE_FILE_OBJECT,
    OWNER_AND_DACL,
    null,
    null,
    null,
    null,
    descriptorOut,
  ) as number;
  if (error !== 0) throw win32Failure(op, 'GetNamedSecurityInfoW', error, path);
  const descriptor = descriptorOut.readBigUInt64LE();
  try {
    const textOut = Buffer.alloc(8);
    if (windows.toText(descriptor, SDDL_REVISION_1, OWNER_AND_DACL, textOut, null) === 0) {
      throw win32Failure(
        op,
        'ConvertSecurityDescriptorToStringSecurityDescriptorW',
        windows.lastError(),
        path,
      );
    }
    return textAt(textOut.readBigUInt64LE(), windows.free);
  } finally {
    windows.free(descriptor);
  }
}

/** The SID of the user of this process; undefined where it cannot be had. */
function currentUser(): string | undefined {
  const windows = bind();
  const tokenOut = Buffer.alloc(8);
  if (windows.openToken(CURRENT_PROCESS, TOKEN_QUERY, tokenOut) === 0) return undefined;
  const token = tokenOut.readBigUInt64LE();
  try {
    // TOKEN_USER: a pointer to the SID, which follows in the same buffer.
    const [user, length] = [Buffer.alloc(TOKEN_USER_BYTES), Buffer.alloc(4)];
    if (windows.tokenInformation(token, TOKEN_USER, user, user.length, length) === 0)
      return undefined;
    const textOut = Buffer.alloc(8);
    if (windows.sidText(user.readBigUInt64LE(), textOut) === 0) return undefined;
    return textAt(textOut.readBigUInt64LE(), windows.free);
  } finally {
    windows.close(token);
  }
}

function textAt(pointer: bigint, free: (pointer: bigint) => unknown): string {
  try {
    return koffi.decode(pointer, 'char16_t', -1) as string;
  } finally {
    free(pointer);
  }
}

type Bound = ReturnType<typeof load>;
let bound: Bound | undefined;

/** @throws HcsError NOT_SUPPORTED elsewhere than on Windows */
function bind(): Bound {
  try {
    return (bound ??= load());
  } catch (error) {
    const Message = `advapi32.dll cannot be used: ${(error as Error).message}`;
    throw new HcsError('use access lists', 'NOT_SUPPORTED', [{ Message }], { cause: error });
  }
}

function load() {
  const advapi = loadLibrary('advapi32.dll');
  const kernel = loadLibrary('kernel32.dll');
  const pointer = 'uintptr_t';
  return {
    fromText: advapi.func('ConvertStringSecurityDescriptorToSecurityDescriptorW', 'int', [
      ...['str16', 'uint32_t', 'void *', 'void *'],
    ]),
    toText: advapi.func('ConvertSecurityDescriptorToStringSecurityDescriptorW', 'int', [
      ...[pointer, 'uint32_t', 'uint32_t', 'void *', 'void *'],
    ]),
    security: advapi.func('GetNamedSecurityInfoW', 'uint32_t', [
      ...['str16', 'int', 'uint32_t', 'void *', 'void *', 'void *', 'void *', 'void *'],
    ]),
    openToken: advapi.func('OpenProcessToken', 'int', ['intptr_t', 'uint32_t', 'void *']),
    tokenInformation: advapi.func('GetTokenInformation', 'int', [
      ...[pointer, 'int', 'void *', 'uint32_t', 'void *'],
    ]),
    sidText: advapi.func('ConvertSidToStringSidW', 'int', [pointer, 'void *']),
    makeFolder: kernel.func('CreateDirectoryW', 'int', ['str16', 'void *']),
    lastError: kernel.func('GetLastError', 'uint32_t', []) as () => number,
    free: kernel.func('LocalFree', pointer, [pointer]) as (memory: bigint) => unknown,
    close: kernel.func('CloseHandle', 'int', [pointer]),
  };
}
