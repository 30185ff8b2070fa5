/** One batch of intake: a single short transaction from raw events to journal rows. */
import type { ReceiveResult } from '#domain/channels/words.ts';
import { failpoint } from '#domain/failpoints.ts';
import { newId } from '#domain/ids.ts';
import {
  planIntake, type Arrival, type IntakePlan, type LastTicket, type Thread,
} from '#domain/interactions/intake-plan.ts';
import { journalRecord } from '#domain/journal/append.ts';
import type { JournalEntry } from '#domain/journal/events.ts';
import { isUnavailable, type Queryable, type Tx } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import { applySignal } from './intake-signals.ts';
import type { IntakeRoutes } from './intake-routes.ts';
import * as sql from './intake-statements.ts';
import {
  gatherThreads, record, takeReplay, type Entry, type IntakeAccount, type Recorded,
} from './intake-threads.ts';

/** What a batch works with. */
export interface IntakeContext {
  work: Work;
  routes: IntakeRoutes;
}

/** Fills in what only new work needs: its route, the last ticket, and a ticket number each. */
async function prepareOpenings(
  context: IntakeContext, tx: Tx, cold: readonly { thread: Thread; account: IntakeAccount }[],
): Promise<(organisationId: string) => string> {
  const known = cold.filter(({ thread }) => !thread.isNewConversation).map(({ thread }) => thread.conversationId);
  const tickets = new Map((known.length === 0 ? [] : await tx.rows<LastTicket & { conversation_id: string }>(
    sql.lastTickets, [known])).map((row) => [row.conversation_id, row]));
  const needed = new Map<string, { timeZone: string; count: number }>();
  for (const { thread, account } of cold) {
    const { timeZone, ...route } = await context.routes.routeOf(account);
    Object.assign(thread.route, route);
    thread.lastTicket = tickets.get(thread.conversationId);
    if (thread.lastTicket?.open === true || thread.lastTicket?.reopenable === true) continue;
    const { organisationId } = thread.route;
    needed.set(organisationId, { timeZone, count: (needed.get(organisationId)?.count ?? 0) + 1 });
  }
  const numbers = new Map<string, string[]>();
  for (const [organisationId, { timeZone, count }] of needed) {
    numbers.set(organisationId, await context.routes.ticketNumbers(organisationId, timeZone, count));
  }
  return (organisationId) => {
    const number = numbers.get(organisationId)?.shift();
    if (number === undefined) throw new Error('no ticket number was taken for a new ticket');
    return number;
  };
}

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

/**
 * Stores messages that all find their work open by one statement, which is its own transaction: no more round trips
 * than one. Gives nothing, with nothing stored, where one of them does not, or where anything else is wrong with them.
 */
async function storeKnown(db: Queryable, entries: readonly Entry[]): Promise<ReceiveResult[] | undefined> {
  if (entries.some(({ event, replayBy }) => event.kind !== 'message' || replayBy !== undefined)) return undefined;
  let recorded: Recorded[];
  try {
    recorded = await record(db, entries, sql.recordKnown);
  } catch (error) {
    if (isUnavailable(error)) throw error;
    return undefined;
  }
  const results: (ReceiveResult | undefined)[] = Array.from({ length: entries.length });
  for (const row of recorded) {
    results[row.n] = row.fresh ? { outcome: 'stored', conversationId: row.conversation_id ?? '',
      messageId: entries[row.n]?.messageId ?? '', seq: row.seq ?? 0 } : { outcome: 'duplicate' };
  }
  if (recorded.some((row) => !row.fresh)) await answerDuplicates(db, entries, results);
  return results.map((result) => result ?? { outcome: 'duplicate' });
}

/**
 * Stores the batch in one transaction; results in the order of the entries. All or none. `known` where the work of all
 * is likely to be open: a hint that saves round trips, and costs one where it is wrong.
 */
export async function storeBatch(
  context: IntakeContext, entries: readonly Entry[], known = false,
): Promise<ReceiveResult[]> {
  const { db, wake } = context.work;
  const placed = known ? await storeKnown(db, entries) : undefined;
  if (placed !== undefined) {
    await failpoint('intake.afterCommit');
    wake.hint('journal');
    await failpoint('intake.afterWake');
    return placed;
  }
  const { results, opened } = await db.transaction((tx) => receiveIn(context, tx, entries));
  await failpoint('intake.afterCommit');
  wake.hint('journal');
  if (opened) wake.hint('assignment');
  await failpoint('intake.afterWake');
  return results;
}

/** Keeps an event that the database refuses: its raw bytes and the reason, for an administrator to replay (INV7). */
export async function quarantine(context: IntakeContext, entry: Entry, reasonCode: string): Promise<ReceiveResult> {
  const { event } = entry;
  const lost: Entry = { ...entry, event: { kind: 'unreadable', dedupKey: event.dedupKey, raw: event.raw, reasonCode } };
  const [result] = await storeBatch(context, [lost]);
  return result ?? { outcome: 'quarantined' };
}
