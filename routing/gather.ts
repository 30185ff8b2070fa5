/** Gathers what arrives while the last batch is in flight and commits it together (performance: window 0, no timer). */

interface Waiting<I, O> { item: I; done(result: O): void; failed(error: unknown): void }

/** Runs one batch at a time; each item resolves with its own result once its batch is committed. */
export class Gatherer<I, O> {
  readonly #waiting: Waiting<I, O>[] = [];
  readonly #commit: (batch: readonly I[]) => Promise<readonly O[]>;
  readonly #max: number;
  #running: Promise<void> | undefined;

  /** `commit` gives one result per item, in their order; if it rejects, all items of the batch reject. */
  constructor(max: number, commit: (batch: readonly I[]) => Promise<readonly O[]>) {
    this.#max = max;
    this.#commit = commit;
  }

  /** Items that wait for their batch. */
  get length(): number {
    return this.#waiting.length;
  }

  push(item: I): Promise<O> {
    return new Promise((done, failed) => {
      this.#waiting.push({ item, done, failed });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing waits and nothing is in flight. */
  async drained(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    // One turn of the event loop, so that what was started together is committed together.
    await new Promise((resolve) => { setImmediate(resolve); });
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#max);
      try {
        const results = await this.#commit(batch.map((one) => one.item));
        for (const [n, one] of batch.entries()) one.done(results[n] as O);
      } catch (error) {
        for (const one of batch) one.failed(error);
      }
    }
    this.#running = undefined;
  }
}
