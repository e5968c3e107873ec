/**
 * What a Windows host is, as far as its documents depend on it: its build, the schema versions that its Host
 * Compute Service reports, its processors' architecture. Data and judgement; asking a host is hcs/windows' part.
 */
import { HcsError } from '../hcs-error.ts';
import { show } from './decoder.ts';
import type { ServiceProperties } from './properties.ts';
import type { SchemaVersion } from './schema-version.ts';

export type HostArchitecture = 'amd64' | 'arm64';

/** A host, as documents see it. */
export interface HostVersion {
  /** Third number of the Windows version: 26100 in 10.0.26100. */
  build: number;
  /** What HcsGetServiceProperties (Basic) reports, in any order. */
  schemaVersions: readonly SchemaVersion[];
  arch: HostArchitecture;
}

/** Builds by the names people use for them (hcsshim `osversion`). */
export const WINDOWS_BUILDS = {
  /** Windows 10 1809, Server 2019. The first with computecore.dll and a whole schema 2. */
  RS5: 17763,
  /** Windows 10 1903. */
  V19H1: 18362,
  /** Windows 10 2004. */
  V20H1: 19041,
  /** Windows 10 20H2. */
  V20H2: 19042,
  /** Windows 10 21H1. */
  V21H1: 19043,
  /** Server 2022. */
  V21H2Server: 20348,
  /** Windows 11 21H2. */
  V21H2Win11: 22000,
  /** Windows 11 22H2. */
  V22H2Win11: 22621,
  /** Windows 11 24H2, Server 2025. */
  V24H2: 26100,
} as const;

/** Builds before this speak vmcompute.dll's dialect of HCS only, which lcow does not. */
export const OLDEST_BUILD = WINDOWS_BUILDS.RS5;
/** Build numbers are below this; a typing mistake is not taken for a host. */
const BUILD_MAX = 99_999;

/** Newest minor version of schema 2 that a build and its successors know, newest first. */
const SCHEMA_OF_BUILD: readonly (readonly [build: number, minor: number])[] = [
  [WINDOWS_BUILDS.V21H2Win11, 6],
  [WINDOWS_BUILDS.V21H2Server, 5],
  [WINDOWS_BUILDS.V20H1, 3],
  [WINDOWS_BUILDS.V19H1, 2],
  [OLDEST_BUILD, 1],
];

/**
 * The host of a build, where no host can be asked: with the schema versions that the SDK of the build has.
 * @throws HcsError E_INVALIDARG for what is no build, NOT_SUPPORTED before build 17763
 */
export function hostOfBuild(build: number, arch: HostArchitecture = 'amd64'): HostVersion {
  checkBuild(build);
  const newest = SCHEMA_OF_BUILD.find(([since]) => build >= since)?.[1] ?? 1;
  const minors = Array.from({ length: newest + 1 }, (_, Minor) => ({ Major: 2, Minor }));
  return { build, schemaVersions: [{ Major: 1, Minor: 0 }, ...minors], arch };
}

/**
 * Refuses a host that lcow cannot serve.
 * @throws HcsError NOT_SUPPORTED naming the build, or the versions where schema 2.1 is not among them
 */
export function checkHostVersion(host: HostVersion): void {
  checkBuild(host.build);
  if (host.schemaVersions.some(({ Major, Minor }) => Major === 2 && Minor >= 1)) return;
  const reported = host.schemaVersions.map(({ Major, Minor }) => `${Major}.${Minor}`).join(', ');
  throw new HcsError('build LCOW document', 'NOT_SUPPORTED', [
    {
      Message: `the host reports schema ${reported === '' ? 'versions of none' : reported}: lcow needs 2.1`,
      Source: 'SchemaVersion',
    },
  ]);
}

function checkBuild(build: number): void {
  const refuse = (name: 'E_INVALIDARG' | 'NOT_SUPPORTED', Message: string): never => {
    throw new HcsError('build LCOW document', name, [{ Message, Source: 'SchemaVersion' }]);
  };
  if (!Number.isInteger(build) || build < 1 || build > BUILD_MAX) {
    refuse('E_INVALIDARG', `Windows build ${show(build)} is not a number from 1 to ${BUILD_MAX}`);
  }
  if (build < OLDEST_BUILD) {
    refuse(
      'NOT_SUPPORTED',
      `Windows build ${build} has no computecore.dll, and lcow does not speak the older vmcompute.dll: ` +
        `it needs build ${OLDEST_BUILD} (Windows 10 1809, Server 2019) or later`,
    );
  }
}

/** The host that a service runs on: what it says of itself, and one without limits where it is no Windows. */
export function hostVersionOf({
  Basic,
  Host,
}: Pick<ServiceProperties, 'Basic' | 'Host'>): HostVersion {
  if (Host === undefined) return MODERN_HOST;
  const schemaVersions = Basic.SupportedSchemaVersions;
  return { build: Host.Build, arch: Host.Architecture, schemaVersions };
}

/** A host without the limits of older Windows builds; the QEMU engine is one. */
export const MODERN_HOST: HostVersion = hostOfBuild(WINDOWS_BUILDS.V24H2);
