/**
 * The version of HCS's schema (schema `Version`). A minor version is a compatible subset of later ones;
 * which field came with which version is in version-gates.ts.
 */

/** Schema `Version`. Both are uint32. */
export interface SchemaVersion {
  Major: number;
  Minor: number;
}

/** What hcsshim sends for LCOW, even with LinuxKernelDirect (which the schema's text dates 2.2). */
export const LCOW_SCHEMA_VERSION: Readonly<SchemaVersion> = { Major: 2, Minor: 1 };

/** Negative when `a` is older than `b`, zero when equal, positive when newer. */
export function compareSchemaVersions(a: SchemaVersion, b: SchemaVersion): number {
  return a.Major === b.Major ? a.Minor - b.Minor : a.Major - b.Major;
}
