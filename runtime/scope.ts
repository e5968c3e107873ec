/** A stack of releases: what was acquired is released in reverse, once, even when some releases fail. */

export class Scope implements AsyncDisposable {
  readonly #releases: (() => unknown)[] = [];

  /** Releases `release` when the scope is disposed. */
  defer(release: () => unknown): void {
    this.#releases.push(release);
  }

  /** Disposes of `resource` with the scope, and returns it. */
  use<T extends AsyncDisposable>(resource: T): T {
    this.defer(() => resource[Symbol.asyncDispose]());
    return resource;
  }

  /** Hands all releases to a new scope: what was a failure's unwinding becomes the result's own life. */
  move(): Scope {
    const moved = new Scope();
    moved.#releases.push(...this.#releases.splice(0));
    return moved;
  }

  /** @throws the first failure, after every release was tried. */
  async [Symbol.asyncDispose](): Promise<void> {
    const failures: unknown[] = [];
    for (let release = this.#releases.pop(); release; release = this.#releases.pop()) {
      try {
        await release();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
