/**
 * Which transaction an event goes with. A lane commits what gathered while its last batch was in flight (performance:
 * window 0), so a burst makes larger batches, not more transactions. Handles whose work was open lately share lanes of
 * their own, by hash; whoever else writes goes through the lane of newcomers, where opening work costs several times
 * as much. A handle stays in its lane while anything of it waits (decisions/0003).
 */
import type { ReceiveResult } from '#domain/channels/words.ts';
import { limits } from '#domain/limits.ts';
import type { Entry } from './intake-threads.ts';

/** An entry and whom to tell what became of it. */
export interface Waiting {
  entry: Entry;
  done(result: ReceiveResult): void;
  failed(error: unknown): void;
}

/**
 * Stores entries in one transaction, results in their order; rejects when none of them may be acknowledged. `known`
 * where all of their work is likely to be open.
 */
type Store = (entries: readonly Entry[], known: boolean) => Promise<ReceiveResult[]>;

/** In a burst newcomers rest this many times as long as their last batch took, unless that was of so many. */
const NEWCOMERS_REST = 8;
const NO_REST_FROM = 8;

/** A burst: this many wait beside the batch that is in flight, so that the machine has no time to spare. */
const BURST_FROM = 8;

/** Resolves in the next turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => { setImmediate(resolve); });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => { setTimeout(resolve, ms); });
}

/** A lane: its queue, and whether a batch is in flight. */
class Lane {
  readonly waiting: Waiting[] = [];
  readonly #store: (entries: readonly Entry[]) => Promise<ReceiveResult[]>;
  readonly #restShare: () => number;
  #running: Promise<void> | undefined;
  #restUntilMs = 0;

  /**
   * After a small batch the lane rests restShare() times as long as that took, so that the next is larger; the first
   * after a pause goes at once.
   */
  constructor(store: (entries: readonly Entry[]) => Promise<ReceiveResult[]>, restShare: () => number) {
    this.#store = store;
    this.#restShare = restShare;
  }

  push(item: Waiting): void {
    this.waiting.push(item);
    this.#running ??= this.#run();
  }

  /** As many messages as may go together; a signal goes alone, so that it keeps its place among them. */
  #take(): Waiting[] {
    const batch: Waiting[] = [];
    for (const item of this.waiting) {
      const alone = item.entry.event.kind !== 'message' && item.entry.event.kind !== 'unreadable';
      if (batch.length >= limits.intakeBatchMax || (alone && batch.length > 0)) break;
      batch.push(item);
      if (alone) break;
    }
    this.waiting.splice(0, batch.length);
    return batch;
  }

  async #run(): Promise<void> {
    // One turn of the event loop lets requests that arrived together share the first batch too.
    await turn();
    while (this.waiting.length > 0) {
      const early = this.#restUntilMs - performance.now();
      if (early >= 1) await pause(early);
      const batch = this.#take();
      const startedMs = performance.now();
      const settle = await this.#store(batch.map((item) => item.entry)).then(
        (results) => () => {
          for (const [n, item] of batch.entries()) item.done(results[n] ?? { outcome: 'duplicate' });
        },
        (error: unknown) => () => { for (const item of batch) item.failed(error); });
      const endedMs = performance.now();
      const share = batch.length < NO_REST_FROM ? this.#restShare() : 0;
      this.#restUntilMs = endedMs + Math.min(limits.intakeRestMs, (endedMs - startedMs) * share);
      // Only in the next turn, so that the next batch is on its way before the answers to this one are written.
      setImmediate(settle);
    }
    this.#running = undefined;
  }

  async drained(): Promise<void> {
    await this.#running;
    await turn();
  }
}

function hashOf(key: string): number {
  let hash = 0;
  for (let at = 0; at < key.length; at += 1) hash = (hash * 31 + key.charCodeAt(at)) | 0;
  return Math.abs(hash);
}

/** Keys seen lately, at most twice limits.intakeKnownMax: the older half is forgotten at once. */
class Lately {
  #now = new Set<string>();
  #before = new Set<string>();

  /** Asking for a key keeps it. */
  has(key: string): boolean {
    if (this.#now.has(key)) return true;
    if (!this.#before.has(key)) return false;
    this.add(key);
    return true;
  }

  size(): number {
    return this.#now.size + this.#before.size;
  }

  add(key: string): void {
    if (this.#now.size >= limits.intakeKnownMax) {
      this.#before = this.#now;
      this.#now = new Set();
    }
    this.#now.add(key);
  }
}

/** The lanes of one node. */
export class IntakeLanes {
  readonly #lanes: Lane[];
  readonly #newcomers: Lane;
  readonly #known = new Lately();
  /**
   * How much of a handle waits or is in flight among the newcomers: it stays there until nothing does. The others need
   * no such note: what waits was asked for just now, and far fewer may wait than are remembered.
   */
  readonly #arriving = new Map<string, number>();

  constructor(store: Store) {
    const known = (): Lane => new Lane((entries) => store(entries, true), () => 0);
    this.#lanes = Array.from({ length: limits.intakeLanes }, known);
    this.#newcomers = new Lane((entries) => store(entries, false), () => (
      this.#lanes.some((lane) => lane.waiting.length >= BURST_FROM) ? NEWCOMERS_REST : 0));
  }

  /** Remembers that the handle has open work, as the database says: a hint, so it may be late or wrong. */
  remember(accountId: string, handle: string): void {
    this.#known.add(`${accountId} ${handle}`);
  }

  /** Queues the item; its done or failed is called once its batch is committed or refused. */
  push(item: Waiting): void {
    const { account, event } = item.entry;
    const key = event.kind === 'unreadable' ? account.id : `${account.id} ${event.handle}`;
    const arriving = this.#arriving.get(key) ?? 0;
    const lane = arriving > 0 ? undefined : this.#laneOf(key);
    if (lane !== undefined) {
      lane.push(item);
      return;
    }
    this.#arriving.set(key, arriving + 1);
    const leave = (): void => {
      const left = (this.#arriving.get(key) ?? 1) - 1;
      if (left === 0) this.#arriving.delete(key);
      else this.#arriving.set(key, left);
    };
    this.#newcomers.push({
      entry: item.entry,
      done: (result) => {
        leave();
        if (event.kind === 'message' && result.outcome === 'stored') this.#known.add(key);
        item.done(result);
      },
      failed: (error) => { leave(); item.failed(error); },
    });
  }

  /** The lane of a handle whose work was open lately. */
  #laneOf(key: string): Lane | undefined {
    if (!this.#known.has(key)) return undefined;
    return this.#lanes[this.#lanes.length === 1 ? 0 : hashOf(key) % this.#lanes.length];
  }

  /** Entries that wait for their lane. */
  waiting(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.waiting.length, this.#newcomers.waiting.length);
  }

  /** Handles remembered as having open work. */
  known(): number {
    return this.#known.size();
  }

  /** Resolves when the lanes are empty. */
  async drained(): Promise<void> {
    await Promise.all([...this.#lanes, this.#newcomers].map((lane) => lane.drained()));
  }
}
