/** What the contract suite asks of whoever puts an implementation of hcs/service.ts under it. */
import type { Duplex } from 'node:stream';
import type { ComputeSystemDocument } from '../../hcs/document/compute-system.ts';
import type { LcowDocumentOptions } from '../../hcs/document/lcow-document.ts';
import type { ComputeService } from '../../hcs/service.ts';

/** What may differ from the subject's plain document. */
export type DocumentOverrides = Partial<LcowDocumentOptions>;

/** One implementation, opened for one suite. */
export interface ServiceUnderTest {
  service: ComputeService;
  /** A document that boots, small, with ShouldTerminateOnLastHandleClosed. A fresh one each call. */
  document(overrides?: DocumentOverrides): ComputeSystemDocument;
  /** The vsock port that the guest of `document()` dials as soon as it is up. */
  guestPort: number;
  /** Holds a conversation with the guest on an accepted connection; rejects when it does not answer. */
  converse(stream: Duplex): Promise<void>;
  /** What of the suite's systems is left on the host: processes, mounts, files. Empty when all is clean. */
  leftovers(): Promise<string[]>;
  /** Closes the service and removes what the subject made. */
  close(): Promise<void>;
}

/** What the suite gives: a folder of its own for disks, shares and saved state. */
export interface SubjectOptions {
  folder: string;
}
