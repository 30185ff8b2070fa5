/**
 * Where everything from customers comes in. Two lanes, by hash of account and handle; a lane commits what gathered
 * while its last batch was in flight (performance: window 0), so a burst makes larger batches, not more transactions.
 */
import type { InboundEvent, ReceiveResult } from '#domain/channels/words.ts';
import { AppError } from '#domain/errors.ts';
import { newId } from '#domain/ids.ts';
import { limits } from '#domain/limits.ts';
import { isPoison, isUnavailable, sqlState } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import { quarantine, storeBatch, type IntakeContext } from './intake-batch.ts';
import { IntakeRoutes } from './intake-routes.ts';
import { dedupHash, type Entry, type IntakeAccount } from './intake-threads.ts';

export type { IntakeAccount } from './intake-threads.ts';

export interface Intake {
  /**
   * Stores the events; resolves after COMMIT, results in the order given. Rejects with OVERLOADED or
   * DATABASE_UNAVAILABLE when nothing may be acknowledged. A bad event is quarantined alone (INV7, RI8).
   */
  receive(account: IntakeAccount, events: readonly InboundEvent[]): Promise<ReceiveResult[]>;
  /**
   * Stores a quarantined event after all, as `event` now reads it. Rejects STATE_CONFLICT if it was replayed before.
   */
  replay(account: IntakeAccount, eventId: string, event: InboundEvent, userId: string): Promise<ReceiveResult>;
  /** Events that wait for their lane. */
  waiting(): number;
  /** Resolves when the lanes are empty; refuses what comes later. */
  close(): Promise<void>;
}

interface Waiting {
  entry: Entry;
  done(result: ReceiveResult): void;
  failed(error: unknown): void;
}

function laneOf(account: IntakeAccount, event: InboundEvent): number {
  if (event.kind === 'unreadable') return 0;
  let hash = 0;
  for (let at = 0; at < event.handle.length; at += 1) hash = (hash * 31 + event.handle.charCodeAt(at)) | 0;
  return Math.abs(hash ^ account.id.charCodeAt(account.id.length - 1)) % limits.intakeLanes;
}

function asAppError(error: unknown): unknown {
  if (error instanceof AppError) return error;
  return isUnavailable(error) ? new AppError('DATABASE_UNAVAILABLE', undefined, error) : error;
}

/** Stores the entries; where one poisons the batch, halves it until that one stands alone and is quarantined. */
async function storeIsolating(context: IntakeContext, entries: readonly Entry[]): Promise<ReceiveResult[]> {
  try {
    return await storeBatch(context, entries);
  } catch (error) {
    const [only] = entries;
    if (!isPoison(error) || only === undefined || only.replayBy !== undefined) throw error;
    if (entries.length === 1) {
      context.work.log.warn({ eventId: only.eventId, sqlState: sqlState(error) }, 'event quarantined');
      return [await quarantine(context, only, `SQL_${sqlState(error)}`)];
    }
    const middle = entries.length >> 1;
    return [...await storeIsolating(context, entries.slice(0, middle)),
      ...await storeIsolating(context, entries.slice(middle))];
  }
}

/** Resolves in the next turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => { setImmediate(resolve); });
}

/** A lane: its queue, and whether a batch is in flight. */
class Lane {
  readonly waiting: Waiting[] = [];
  readonly #context: IntakeContext;
  #running: Promise<void> | undefined;

  constructor(context: IntakeContext) {
    this.#context = context;
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
      const batch = this.#take();
      const settle = await storeIsolating(this.#context, batch.map((item) => item.entry)).then(
        (results) => () => {
          for (const [n, item] of batch.entries()) item.done(results[n] ?? { outcome: 'duplicate' });
        },
        (error: unknown) => () => { for (const item of batch) item.failed(asAppError(error)); });
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

/** Builds the intake of this node. */
export function createIntake(work: Work): Intake {
  const context = { work, routes: new IntakeRoutes(work) };
  const lanes = Array.from({ length: limits.intakeLanes }, () => new Lane(context));
  let closed = false;
  const waiting = (): number => lanes.reduce((sum, lane) => sum + lane.waiting.length, 0);

  function submit(account: IntakeAccount, event: InboundEvent): Promise<ReceiveResult> {
    return new Promise((done, failed) => {
      const entry = { account, event, eventId: newId(), messageId: newId(), hash: dedupHash(event) };
      lanes[laneOf(account, event)]?.push({ entry, done, failed });
    });
  }

  return {
    async receive(account, events) {
      if (closed) throw new AppError('SHUTTING_DOWN');
      if (waiting() + events.length > limits.intakeWaitingMax) throw new AppError('OVERLOADED');
      // Settled, not raced: the caller must not be answered while a part of its events is still on its way.
      const settled = await Promise.allSettled(events.map((event) => submit(account, event)));
      const failed = settled.find((one) => one.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      return settled.map((one) => (one as PromiseFulfilledResult<ReceiveResult>).value);
    },
    async replay(account, eventId, event, userId) {
      const entry: Entry = { account, event, eventId, messageId: newId(), hash: dedupHash(event), replayBy: userId };
      try {
        const [result] = await storeIsolating(context, [entry]);
        return result ?? { outcome: 'quarantined' };
      } catch (error) {
        if (isPoison(error)) throw new AppError('STATE_CONFLICT', { sqlState: sqlState(error) }, error);
        throw asAppError(error);
      }
    },
    waiting,
    async close() {
      closed = true;
      await Promise.all(lanes.map((lane) => lane.drained()));
    },
  };
}
