/** Where everything from customers comes in: group-committed by lanes (intake-lanes.ts), poison set apart. */
import type { InboundEvent, ReceiveResult } from '#domain/channels/words.ts';
import { AppError } from '#domain/errors.ts';
import { newId } from '#domain/ids.ts';
import { limits } from '#domain/limits.ts';
import { isPoison, isUnavailable, sqlState } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import { quarantine, storeBatch, storeQuickly } from './intake-batch.ts';
import { IntakeLanes } from './intake-lanes.ts';
import type { IntakeContext } from './intake-openings.ts';
import { IntakeRoutes } from './intake-routes.ts';
import { openHandles } from './intake-statements.ts';
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

/** What a lane does: the quick way for as many as it fits, the long way for the rest. */
async function store(context: IntakeContext, entries: readonly Entry[], known: boolean): Promise<ReceiveResult[]> {
  const quick = await storeQuickly(context, entries, known);
  const rest = entries.filter((_, n) => quick[n] === undefined);
  const slow = rest.length === 0 ? [] : await storeIsolating(context, rest);
  return entries.map((_, n) => quick[n] ?? slow.shift() ?? { outcome: 'duplicate' });
}

/** Builds the intake of this node. */
export function createIntake(work: Work): Intake {
  const context = { work, routes: new IntakeRoutes(work) };
  const lanes = new IntakeLanes((entries, known) => store(context, entries, known).catch((error: unknown) => {
    throw asAppError(error);
  }));
  let closed = false;
  // A hint that only chooses lanes: a database that is away now costs a slower start, nothing else.
  const remembering = work.db.rows<{ account_id: string; handle: string }>(openHandles, [limits.intakeKnownMax])
    .then((rows) => { for (const row of rows) lanes.remember(row.account_id, row.handle); }, () => undefined);

  function submit(account: IntakeAccount, event: InboundEvent): Promise<ReceiveResult> {
    return new Promise((done, failed) => {
      const entry = { account, event, eventId: newId(), messageId: newId(), hash: dedupHash(event) };
      lanes.push({ entry, done, failed });
    });
  }

  return {
    async receive(account, events) {
      if (closed) throw new AppError('SHUTTING_DOWN');
      if (lanes.waiting() + events.length > limits.intakeWaitingMax) throw new AppError('OVERLOADED');
      const [first] = events;
      if (events.length === 1 && first !== undefined) return [await submit(account, first)];
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
    waiting: () => lanes.waiting(),
    async close() {
      closed = true;
      await Promise.all([remembering, lanes.drained()]);
    },
  };
}
