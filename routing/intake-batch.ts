/** One batch of intake: a single short transaction from raw events to journal rows. */
import type { ReceiveResult } from '#domain/channels/words.ts';
import { failpoint } from '#domain/failpoints.ts';
import { newId } from '#domain/ids.ts';
import {
  planIntake, type Arrival, type IntakePlan, type Thread,
} from '#domain/interactions/intake-plan.ts';
import { journalRecord } from '#domain/journal/append.ts';
import type { JournalEntry } from '#domain/journal/events.ts';
import type { Queryable, Tx } from '#domain/store/db.ts';
import { storeKnown } from './intake-known.ts';
import { partNewcomers, storeNewcomers } from './intake-newcomers.ts';
import { applySignal } from './intake-signals.ts';
import type { Work } from '#domain/work.ts';
import { prepareOpenings, type IntakeContext } from './intake-openings.ts';
import * as sql from './intake-statements.ts';
import {
  gatherThreads, record, takeReplay, type Entry, type IntakeAccount,
} from './intake-threads.ts';

async function write(tx: Tx, plan: IntakePlan, isLast: boolean): Promise<void> {
  if (plan.messages.length === 0 && plan.journal.length === 0) return;
  const opens = plan.newInteractions.length > 0;
  const written = [JSON.stringify(plan.messages), JSON.stringify(plan.journal.map(journalRecord))];
  const values = opens ? [JSON.stringify(plan.newTickets), plan.reopenedTickets, JSON.stringify(plan.newInteractions),
    ...written] : written;
  const stmt = opens ? sql.writeOpenings : sql.writeMessages;
  if (isLast) tx.last(stmt, values);
  else await tx.rows(stmt, values);
}

function quarantineEntry(entry: Entry, reasonCode: string): JournalEntry {
  return { type: 'event.quarantined', subjectType: 'event', subjectId: entry.eventId, actor: { kind: 'SYSTEM' },
    scope: { organisationId: entry.account.organisationId }, data: { reasonCode, channelAccountId: entry.account.id } };
}

async function answerDuplicates(
  db: Queryable, entries: readonly Entry[], results: (ReceiveResult | undefined)[],
): Promise<void> {
  for (const [n, entry] of entries.entries()) {
    if (results[n]?.outcome !== 'duplicate' || entry.event.kind !== 'message') continue;
    if (entry.event.providerMessageId === undefined) continue;
    const [row] = await db.rows<{ id: string; conversation_id: string; seq: number }>(sql.knownMessages,
      [entry.account.id, [entry.event.providerMessageId]]);
    if (row === undefined) continue;
    results[n] = { outcome: 'duplicate', conversationId: row.conversation_id, messageId: row.id, seq: row.seq };
  }
}

async function planMessages(
  context: IntakeContext, tx: Tx, entries: readonly Entry[], threads: readonly (Thread | undefined)[],
  now: Date,
): Promise<{ plan: IntakePlan; arrivals: Arrival[]; places: number[] }> {
  const arrivals: Arrival[] = [];
  const places: number[] = [];
  for (const [n, entry] of entries.entries()) {
    const thread = threads[n];
    if (thread === undefined || entry.event.kind !== 'message') continue;
    arrivals.push({ thread, message: entry.event, eventId: entry.eventId, messageId: entry.messageId });
    places.push(n);
  }
  const cold = new Map<Thread, IntakeAccount>();
  for (const [i, { thread }] of arrivals.entries()) {
    const account = entries[places[i] ?? 0]?.account;
    if (thread.interaction === undefined && account !== undefined) cold.set(thread, account);
  }
  const ticketNumber = cold.size === 0 ? () => ''
    : await prepareOpenings(context, tx, [...cold].map(([thread, account]) => ({ thread, account })));
  return { plan: planIntake(arrivals, { now, newId, ticketNumber }), arrivals, places };
}

interface Received { results: ReceiveResult[]; opened: boolean }

async function receiveIn(context: IntakeContext, tx: Tx, entries: readonly Entry[]): Promise<Received> {
  const [first] = entries;
  const recorded = first?.replayBy === undefined ? await record(tx, entries) : await takeReplay(tx, first);
  await failpoint('intake.afterReceive');
  const { threads, due } = await gatherThreads(tx, entries, recorded);
  if (due.length > 0) await tx.rows(sql.resumeWaiting, [due]);
  const now = recorded.find((row) => row.now != null)?.now ?? new Date(0);
  const { plan, arrivals, places } = await planMessages(context, tx, entries, threads, now);
  const results: (ReceiveResult | undefined)[] = Array.from({ length: entries.length });
  for (const row of recorded) {
    const entry = entries[row.n];
    if (entry === undefined) continue;
    if (!row.fresh) results[row.n] = { outcome: 'duplicate' };
    else if (row.seq != null) {
      results[row.n] = { outcome: 'stored', conversationId: row.conversation_id ?? '', messageId: entry.messageId,
        seq: row.seq };
    } else if (entry.event.kind === 'unreadable') {
      plan.journal.push(quarantineEntry(entry, entry.event.reasonCode));
      results[row.n] = { outcome: 'quarantined' };
    }
  }
  for (const [i, arrival] of arrivals.entries()) {
    results[places[i] ?? 0] = { outcome: 'stored', conversationId: arrival.thread.conversationId,
      messageId: arrival.messageId, seq: plan.seqs[i] ?? 0 };
  }
  const after = entries.some((entry) => entry.event.kind !== 'message' && entry.event.kind !== 'unreadable')
    || results.some((result) => result?.outcome === 'duplicate');
  await write(tx, plan, !after);
  for (const [n, entry] of entries.entries()) {
    const thread = threads[n];
    if (results[n] !== undefined || entry.event.kind === 'message' || entry.event.kind === 'unreadable') continue;
    results[n] = thread === undefined
      ? { outcome: 'stored' }
      : await applySignal(tx, entry.account, entry.event, thread);
  }
  if (results.some((result) => result?.outcome === 'duplicate')) await answerDuplicates(tx, entries, results);
  await failpoint('intake.beforeCommit');
  return {
    opened: plan.newInteractions.length > 0,
    results: results.map((result) => result ?? { outcome: 'duplicate' }),
  };
}

/** Says after COMMIT what there is to do: hints, for sweeps find what they forgot. */
async function announce(work: Work, opened: boolean): Promise<void> {
  await failpoint('intake.afterCommit');
  work.wake.hint('journal');
  if (opened) work.wake.hint('assignment');
  await failpoint('intake.afterWake');
}

/** Stores the batch in one transaction; results in the order of the entries. All or none. */
export async function storeBatch(context: IntakeContext, entries: readonly Entry[]): Promise<ReceiveResult[]> {
  const { results, opened } = await context.work.db.transaction((tx) => receiveIn(context, tx, entries));
  await announce(context.work, opened);
  return results;
}

/**
 * What of the entries one statement can store, by their place; the rest is for storeBatch. `known` where the work of
 * all is likely to be open: a hint that saves round trips, and costs one where it is wrong.
 */
export async function storeQuickly(
  context: IntakeContext, entries: readonly Entry[], known: boolean,
): Promise<(ReceiveResult | undefined)[]> {
  const { db } = context.work;
  await failpoint('intake.beforeCommit');
  if (known) {
    const stored = await storeKnown(db, entries);
    if (stored !== undefined) await announce(context.work, false);
    return stored ?? [];
  }
  const parted = await partNewcomers(db, entries);
  const stored = parted.newcomers.length === 0 ? undefined : await storeNewcomers(context, parted);
  if (stored === undefined) return [];
  await announce(context.work, true);
  const results = new Map(parted.newcomers.map((entry, n) => [entry, stored[n]]));
  return entries.map((entry) => results.get(entry));
}

/** Keeps an event that the database refuses: its raw bytes and the reason, for an administrator to replay (INV7). */
export async function quarantine(context: IntakeContext, entry: Entry, reasonCode: string): Promise<ReceiveResult> {
  const { event } = entry;
  const lost: Entry = { ...entry, event: { kind: 'unreadable', dedupKey: event.dedupKey, raw: event.raw, reasonCode } };
  const [result] = await storeBatch(context, [lost]);
  return result ?? { outcome: 'quarantined' };
}
