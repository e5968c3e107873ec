/**
 * HCS's templates on the engine, which keeps them as files. HCS keeps a template as a system: it is there, whoever has
 * handles, until it is terminated, and its clones are taken to end with it (template.c).
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ComputeSystemDocument } from '../../hcs/document/compute-system.ts';
import type { ComputeService, ComputeSystem } from '../../hcs/service.ts';

export class BridgedTemplates {
  readonly #service: ComputeService;
  readonly #directory: string;
  /** By the template's id. */
  readonly #clones = new Map<string, Set<ComputeSystem>>();
  /** Ids of systems that outlive their handles. */
  readonly #outliving = new Set<string>();

  /** @param directory the engine's templates */
  constructor(service: ComputeService, directory: string) {
    this.#service = service;
    this.#directory = directory;
  }

  /** To be told of each system that was created. */
  created(system: ComputeSystem, document: ComputeSystemDocument): void {
    const { id } = system;
    if (document.ShouldTerminateOnLastHandleClosed !== true) this.#outliving.add(id);
    const template = document.VirtualMachine.RestoreState?.TemplateSystemId;
    const clones = template === undefined ? undefined : this.#clonesOf(template);
    clones?.add(system);
    void system.exited.then(() => {
      this.#outliving.delete(id);
      clones?.delete(system);
    });
  }

  /** To be told of each that was saved as a template. */
  async saved({ id, exited }: ComputeSystem): Promise<void> {
    // A handle of the bridge's is what keeps it.
    const kept = this.#outliving.has(id) ? await this.#service.open(id) : undefined;
    void exited.then(() => this.#ended(id, kept));
  }

  async #ended(id: string, kept: ComputeSystem | undefined): Promise<void> {
    rmSync(join(this.#directory, id), { recursive: true, force: true });
    const clones = [...this.#clonesOf(id)];
    this.#clones.delete(id);
    await Promise.all(clones.map((clone) => clone.terminate()));
    await kept?.[Symbol.asyncDispose]();
  }

  #clonesOf(id: string): Set<ComputeSystem> {
    const clones = this.#clones.get(id) ?? new Set();
    this.#clones.set(id, clones);
    return clones;
  }
}
