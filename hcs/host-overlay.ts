/**
 * An overlay of folders of the host, to be shared like a folder: ComputeSystem.stageOverlay gives it a path that a
 * Plan9Share's Path can name. Not of HCS, whose documents know folders alone; nothing of it is in a document.
 */

/** See the module's comment. Every path is absolute. */
export interface HostOverlay {
  /** The topmost first, 1 to 500 of them. */
  readonly lower: readonly string[];
  /** Where changes go; absent: the overlay is read-only and has two lower folders at least. */
  readonly upper?: { readonly folder: string; readonly work: string };
  /** Plain options of Linux's overlay besides those folders: "index=off", "userxattr". No ',' in one. */
  readonly options?: readonly string[];
}

/** The kernel's limit (OVL_MAX_STACK). */
export const OVERLAY_LOWER_MAX = 500;
