/**
 * The part of the OCI runtime specification (config.json, 1.2) that we write. Field names are the
 * specification's; absent fields are left out, never null.
 */

export interface OciSpec {
  readonly ociVersion: string;
  readonly hostname?: string;
  readonly domainname?: string;
  readonly root: { readonly path: string; readonly readonly?: boolean };
  readonly process: OciProcess;
  readonly mounts: readonly OciMount[];
  readonly linux: OciLinux;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface OciProcess {
  readonly terminal?: boolean;
  readonly consoleSize?: { readonly height: number; readonly width: number };
  readonly user: OciUser;
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly cwd: string;
  readonly capabilities: OciCapabilities;
  readonly rlimits?: readonly OciRlimit[];
  readonly noNewPrivileges?: boolean;
  /** -1000 to 1000. */
  readonly oomScoreAdj?: number;
}

export interface OciRlimit {
  /** "RLIMIT_NOFILE". */
  readonly type: string;
  readonly hard: number;
  readonly soft: number;
}

/**
 * A limit without end. RLIM_INFINITY is 2^64-1, which no JavaScript number is: this is the greatest below it that
 * is, and encodeOciDocument writes RLIM_INFINITY for it.
 */
export const UNLIMITED = 2 ** 64 - 2 ** 11;

/** `username` ("name[:group]", not numeric) is resolved by the agent against the image's passwd and group. */
export interface OciUser {
  readonly uid: number;
  readonly gid: number;
  readonly additionalGids?: readonly number[];
  readonly username?: string;
}

export interface OciCapabilities {
  readonly bounding: readonly string[];
  readonly effective: readonly string[];
  readonly permitted: readonly string[];
}

export interface OciMount {
  readonly destination: string;
  readonly type: string;
  readonly source: string;
  readonly options?: readonly string[];
}

export interface OciLinux {
  readonly namespaces: readonly { readonly type: string; readonly path?: string }[];
  readonly cgroupsPath: string;
  readonly maskedPaths?: readonly string[];
  readonly readonlyPaths?: readonly string[];
  readonly resources?: OciResources;
  readonly sysctl?: Readonly<Record<string, string>>;
  readonly seccomp?: OciSeccomp;
}

export interface OciResources {
  readonly devices?: readonly { readonly allow: boolean; readonly access: string }[];
  /** Bytes; swap is memory and swap together, -1 unlimited. */
  readonly memory?: {
    readonly limit?: number;
    readonly reservation?: number;
    readonly swap?: number;
  };
  readonly cpu?: {
    /** Microseconds in each period. */
    readonly quota?: number;
    readonly period?: number;
    readonly shares?: number;
    readonly cpus?: string;
  };
  readonly pids?: { readonly limit: number };
}

export interface OciSeccomp {
  readonly defaultAction: string;
  readonly defaultErrnoRet?: number;
  readonly architectures?: readonly string[];
  readonly flags?: readonly string[];
  readonly syscalls?: readonly {
    readonly names: readonly string[];
    readonly action: string;
    readonly errnoRet?: number;
    readonly args?: readonly {
      readonly index: number;
      readonly value: number;
      readonly valueTwo?: number;
      readonly op: string;
    }[];
  }[];
}

/** A spec or a process, ours or a caller's bundle's, as the JSON that the agent takes. */
export function encodeOciDocument(document: object): Buffer {
  // A quote inside of a string is escaped, so this matches no text of the caller's.
  const text = JSON.stringify(document)
    .replace(/"(hard|soft)":18446744073709550000(?=[,}])/g, '"$1":18446744073709551615')
    // What a caller's largest numbers have become: they are rounded up, beyond what their types hold.
    .replace(/"(\w+)":18446744073709552000(?=[,}])/g, '"$1":18446744073709551615')
    .replace(/"(\w+)":9223372036854776000(?=[,}])/g, '"$1":9223372036854775807');
  return Buffer.from(text);
}
