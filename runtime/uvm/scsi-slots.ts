/**
 * Which disk sits at which SCSI controller and LUN of a VM. Read-only disks are shared by path and
 * counted; a writable disk has one user. Pure bookkeeping: it attaches nothing.
 */
import { SCSI_LUNS_PER_CONTROLLER } from '../../hcs/document/scsi.ts';
import { RuntimeError } from '../errors.ts';

export interface ScsiSlot {
  readonly controller: number;
  readonly lun: number;
}

/** A slot whose device the guest has already, empty (hcs/qemu/scsi-drives.ts). Only for disks that are mounted. */
export interface ScsiDrive extends ScsiSlot {
  readonly readOnly: boolean;
  /** What the guest takes it for: a disk here may not be larger. */
  readonly sizeBytes: number;
  /** The guest has it mounted: only a disk with this digest (rootfs/scratch-digest.ts) may come here. Absent: any. */
  readonly mounted?: string;
}

/** What is to be known of a disk that may come into a drive. */
export interface DiskForDrive {
  readonly sizeBytes: number;
  readonly digest?: string;
}

/** A disk in its slot: what a later owner of the VM must know of it. */
export interface AttachedDisk extends ScsiSlot {
  readonly path: string;
  readonly readOnly: boolean;
}

interface Occupant {
  readonly slot: ScsiSlot;
  readonly path: string;
  readonly readOnly: boolean;
  users: number;
  /** Its last user is taking it away: nobody may join any more. */
  leaving: boolean;
  /** Settles when the attach that the first user began is done; later users wait for the same. */
  attached: Promise<void>;
}

export class ScsiSlots {
  readonly #occupants: Occupant[] = [];
  readonly #controllers: number;
  #drives: readonly ScsiDrive[];
  /** Where the search for a free slot begins: behind the one that was taken last. */
  #next = 0;

  /**
   * @param restored disks that an earlier owner attached; nobody uses them until claim()
   * @param drives kept for disks that ask for one
   */
  constructor(
    controllers: number,
    restored: readonly AttachedDisk[] = [],
    drives: readonly ScsiDrive[] = [],
  ) {
    this.#controllers = controllers;
    this.#drives = drives;
    for (const { controller, lun, path, readOnly } of restored) {
      const slot = { controller, lun };
      const attached = Promise.resolve();
      this.#occupants.push({ slot, path, readOnly, users: 0, leaving: false, attached });
      this.#next = Math.max(this.#next, indexOf(slot) + 1);
    }
  }

  get drives(): readonly ScsiDrive[] {
    return this.#drives;
  }

  /** Whether the slot is a drive's: its device stays when its disk leaves. */
  isDrive(slot: ScsiSlot): boolean {
    return this.#drives.some((drive) => indexOf(drive) === indexOf(slot));
  }

  /** Every disk that is attached or about to be. */
  get disks(): AttachedDisk[] {
    return this.#occupants.map(({ slot, path, readOnly }) => ({ ...slot, path, readOnly }));
  }

  /** Restored disks that nobody claimed. */
  get unclaimed(): AttachedDisk[] {
    return this.#occupants
      .filter(({ users }) => users === 0)
      .map(({ slot, path, readOnly }) => ({ ...slot, path, readOnly }));
  }

  /** Counts a user of a restored disk. Returns whether there is one in the slot. */
  claim(slot: ScsiSlot): boolean {
    const occupant = this.#at(slot);
    if (occupant === undefined) return false;
    occupant.users += 1;
    return true;
  }

  /**
   * A slot for `path`; a drive's where it may be one (`forDrive`) and one is free. `attach` runs for the first user only; when it fails the slot is free again and
   * every waiting user gets the error.
   * @throws RuntimeError resource-exhausted when all slots are taken
   */
  async reserve(
    path: string,
    readOnly: boolean,
    attach: (slot: ScsiSlot) => Promise<void>,
    forDrive?: DiskForDrive,
  ): Promise<ScsiSlot> {
    const shared =
      readOnly &&
      this.#occupants.find((known) => known.readOnly && !known.leaving && known.path === path);
    if (shared) {
      shared.users += 1;
      await shared.attached;
      return shared.slot;
    }
    const drive = forDrive && this.#freeDrive(readOnly, forDrive);
    const slot = drive ?? this.#nextFree(path);
    const occupant: Occupant = {
      slot,
      path,
      readOnly,
      users: 1,
      leaving: false,
      attached: Promise.resolve(),
    };
    // It stands in `disks` before it is attached.
    this.#occupants.push(occupant);
    try {
      occupant.attached = attach(slot);
      await occupant.attached;
    } catch (error) {
      this.#remove(occupant);
      throw error;
    }
    return slot;
  }

  /** Gives a user's claim up; `detach` runs for the last one, and the slot is free once it succeeded. */
  async release(slot: ScsiSlot, detach: () => Promise<void>): Promise<void> {
    const occupant = this.#at(slot);
    if (occupant === undefined) return;
    if (occupant.users > 1) {
      occupant.users -= 1;
      return;
    }
    occupant.leaving = true;
    try {
      await detach();
    } catch (error) {
      occupant.leaving = false;
      throw error;
    }
    this.#remove(occupant);
    // The guest has unmounted what it had mounted there.
    this.#drives = this.#drives.map(({ controller, lun, readOnly, sizeBytes, mounted }) => ({
      ...{ controller, lun, readOnly, sizeBytes },
      ...(mounted === undefined || indexOf({ controller, lun }) === indexOf(slot)
        ? {}
        : { mounted }),
    }));
  }

  /** A disk was taken out of its drive, whose content the guest has mounted: it is for a disk of this digest now. */
  vacate(slot: ScsiSlot, digest: string): void {
    const occupant = this.#at(slot);
    if (occupant === undefined) return;
    this.#remove(occupant);
    this.#drives = this.#drives.map((drive) =>
      indexOf(drive) === indexOf(slot) ? { ...drive, mounted: digest } : drive,
    );
  }

  #at(slot: ScsiSlot): Occupant | undefined {
    return this.#occupants.find(
      ({ slot: taken }) => taken.controller === slot.controller && taken.lun === slot.lun,
    );
  }

  /** One that has the very disk mounted goes before others. */
  #freeDrive(readOnly: boolean, { sizeBytes, digest }: DiskForDrive): ScsiSlot | undefined {
    const free = this.#drives.filter(
      (drive) =>
        drive.readOnly === readOnly &&
        drive.sizeBytes >= sizeBytes &&
        this.#at(drive) === undefined,
    );
    const found =
      free.find(({ mounted }) => mounted !== undefined && mounted === digest) ??
      free.find(({ mounted }) => mounted === undefined);
    return found && { controller: found.controller, lun: found.lun };
  }

  /**
   * The slot that has been free longest, all in turn. A guest hears of a removal some time after the host: a disk
   * that came to the same slot before that would be taken for the old one and removed in its place.
   */
  #nextFree(path: string): ScsiSlot {
    const slots = [...this.#occupants.map(({ slot }) => slot), ...this.#drives];
    const taken = new Set(slots.map(indexOf));
    const total = this.#controllers * SCSI_LUNS_PER_CONTROLLER;
    for (let tried = 0; tried < total; tried += 1) {
      const index = (this.#next + tried) % total;
      if (taken.has(index)) continue;
      this.#next = index + 1;
      return {
        controller: Math.floor(index / SCSI_LUNS_PER_CONTROLLER),
        lun: index % SCSI_LUNS_PER_CONTROLLER,
      };
    }
    throw new RuntimeError(
      'resource-exhausted',
      `attach ${path}`,
      `all ${total} SCSI slots are taken`,
    );
  }

  #remove(occupant: Occupant): void {
    const index = this.#occupants.indexOf(occupant);
    if (index >= 0) this.#occupants.splice(index, 1);
  }
}

function indexOf({ controller, lun }: ScsiSlot): number {
  return controller * SCSI_LUNS_PER_CONTROLLER + lun;
}
