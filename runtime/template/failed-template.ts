/**
 * A template of which no clone came to answer. Whether that is the template's fault is told by what follows: a host that
 * boots a VM in less time than the clone had could have had the clone; then the template is set aside, and no later start
 * loses its time with it. Where the boot fails too, or is slow, the next start tries again.
 */
import type { TemplateRecord, TemplateStore } from './template-store.ts';

/** Made when the clone has failed, before the VM boots in its place. */
export class FailedTemplate {
  readonly #record: TemplateRecord;
  readonly #why: string;
  readonly #patienceMs: number;
  readonly #failedMs = performance.now();

  /** @param patienceMs how long the clone had */
  constructor(record: TemplateRecord, why: string, patienceMs: number) {
    this.#record = record;
    this.#why = why;
    this.#patienceMs = patienceMs;
  }

  /** The VM has booted instead. Returns what was done, for people; undefined for nothing. */
  async booted(store: TemplateStore): Promise<string | undefined> {
    if (performance.now() - this.#failedMs >= this.#patienceMs) return undefined;
    if (!(await store.setAside(this.#record, this.#why))) return undefined;
    const { systemId } = this.#record;
    return `${systemId} is set aside: "lcow template list" shows it, "lcow template create" makes another`;
  }
}
