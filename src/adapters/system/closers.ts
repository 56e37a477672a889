/** What has to be closed, in the order in which it was opened. */
export class Closers {
  readonly #closers: (() => Promise<void>)[] = [];

  add(closer: () => Promise<void>): void {
    this.#closers.push(closer);
  }

  /** The last that was opened goes first. One that fails keeps none of the others open; then all that failed is told together. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const closer of this.#closers.splice(0).toReversed()) {
      try {
        await closer();
      } catch (cause) {
        failures.push(cause);
      }
    }
    if (failures.length === 0) return;
    if (failures.length === 1) throw failures[0];
    const said = failures.map((cause) => (cause instanceof Error ? cause.message : String(cause)));
    throw new AggregateError(failures, `${failures.length} things could not be closed: ${said.join('; ')}`);
  }
}
