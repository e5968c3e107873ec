/** Folders of the host that the guest mounts over 9P (schema `Plan9`, `Plan9Share`). Types and constants. */

/** The vsock port that HCS serves 9P on; hcsshim sends it with every share. */
export const PLAN9_PORT = 564;

/** Plan9Share.Flags, a bit set; undocumented by Microsoft, values from hcsshim. */
export const PLAN9_FLAGS = {
  ReadOnly: 0x1,
  /** Ownership and modes are kept in extended attributes; always set for LCOW. */
  LinuxMetadata: 0x4,
  CaseSensitive: 0x8,
  UseShareRootIdentity: 0x10,
  /** Only AllowedFiles can be opened. */
  RestrictFileAccess: 0x80,
  UnlimitedConnections: 0x100,
} as const;

/** Schema `Plan9`; present and empty it enables shares to be added later. */
export interface Plan9 {
  Shares?: Plan9Share[];
}

/** Schema `Plan9Share`. */
export interface Plan9Share {
  /** Unique in the VM. hcsshim uses a decimal counter and its guest insists on that. */
  Name: string;
  /** What the guest names when it mounts (`aname`); hcsshim gives Name again. */
  AccessName?: string;
  /** Host folder. Absent in a Remove request. */
  Path?: string;
  Port?: number;
  /** See PLAN9_FLAGS. */
  Flags?: number;
  /** With RestrictFileAccess: names inside Path, no separators. */
  AllowedFiles?: string[];
}
