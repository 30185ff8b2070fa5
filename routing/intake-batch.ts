/** One batch of intake: a single short transaction from raw events to journal rows. */
import { createHash } from 'node:crypto';
import type { AccountView, InboundEvent, InboundMessage, Medium, ReceiveResult } from '#domain/channels/words.ts';
import { AppError } from '#domain/errors.ts';
import { failpoint } from '#domain/failpoints.ts';
import { newId } from '#domain/ids.ts';
import {
  planIntake, previewOf, type Arrival, type IntakePlan, type LastTicket, type OpenInteraction, type Thread,
  type ThreadRoute,
} from '#domain/interactions/intake-plan.ts';
import { journalRecord } from '#domain/journal/append.ts';
import type { JournalEntry } from '#domain/journal/events.ts';
import { limits } from '#domain/limits.ts';
import { cutText, safeText } from '#domain/text.ts';
import type { Tx } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import { applySignal } from './intake-signals.ts';
import type { IntakeRoutes } from './intake-routes.ts';
import * as sql from './intake-statements.ts';

/** The account an event came in on, with the medium its channel declares. */
export type IntakeAccount = AccountView & { medium: Medium };

/** What a batch works with. */
export interface IntakeContext {
  work: Work;
  routes: IntakeRoutes;
}

/** One event on its way in. */
export interface Entry {
  account: IntakeAccount;
  event: InboundEvent;
  eventId: string;
  hash: Buffer;
  /** A quarantined event taken up again: its row exists already. */
  replayBy?: string;
}

/** A thread's place in the database, with its open interaction if it has one. */
interface Place {
  n: number;
  conversation_id: string | null;
  contact_id: string | null;
  contact_point_id: string | null;
  last_seq: number | null;
  interaction_id: string | null;
  ticket_id: string | null;
  site_id: string | null;
  branch_id: string | null;
  queue_id: string | null;
  team_id: string | null;
  agent_id: string | null;
}

interface Recorded extends Place {
  fresh: boolean;
  now: Date;
}

interface MadePlace extends Place {
  isNew: boolean;
  isNewContact: boolean;
}

/** The key under which a duplicate is known for ever (INV2). */
export function dedupHash(event: InboundEvent): Buffer {
  return createHash('sha256').update(event.kind === 'message' || event.kind === 'unreadable' ? '' : `${event.kind}:`)
    .update(event.dedupKey).digest();
}

function handleOf(event: InboundEvent): string | null {
  return event.kind === 'unreadable' ? null : safeText(event.handle);
}

function threadFields(entry: Entry): Record<string, unknown> {
  const { account, event } = entry;
  const message = event.kind === 'message' ? event : undefined;
  return { kind: event.kind, preview: message === undefined ? undefined : previewOf(message),
    organisation_id: account.organisationId, account_id: account.id, channel: account.channel,
    point_account_id: message?.sharedHandle === true ? null : account.id, handle: handleOf(event),
    thread_key: message?.threadKey ?? '' };
}

async function record(tx: Tx, entries: readonly Entry[]): Promise<Recorded[]> {
  let rawAt = 0;
  const items = entries.map((entry, n) => {
    const { event } = entry;
    const lost = event.kind === 'unreadable' ? event : undefined;
    const item = { n, id: entry.eventId, raw_at: rawAt, raw_length: event.raw.byteLength,
      state: lost === undefined ? undefined : 'QUARANTINED', reason_code: lost?.reasonCode,
      reason_detail: lost?.reasonDetail === undefined ? undefined
        : cutText(safeText(lost.reasonDetail), limits.quarantineDetailChars),
      ...threadFields(entry) };
    rawAt += event.raw.byteLength;
    return item;
  });
  const raw = Buffer.concat(entries.map((entry) => entry.event.raw));
  return tx.rows<Recorded>(sql.recordEvents, [JSON.stringify(items), raw, Buffer.concat(entries.map((e) => e.hash))]);
}

const NOWHERE: Omit<Place, 'n'> = { conversation_id: null, contact_id: null, contact_point_id: null, last_seq: null,
  interaction_id: null, ticket_id: null, site_id: null, branch_id: null, queue_id: null, team_id: null,
  agent_id: null };

async function takeReplay(tx: Tx, entry: Entry): Promise<Recorded[]> {
  const [taken] = await tx.rows(sql.takeQuarantined, [entry.eventId, entry.replayBy]);
  if (taken === undefined) throw new AppError('STATE_CONFLICT');
  return tx.rows<Recorded>(sql.touchThreads, [JSON.stringify([{ n: 0, ...threadFields(entry) }])]);
}

function threadKey({ account, event }: Entry): string {
  const thread = event.kind === 'message' ? event.threadKey ?? '' : '';
  return JSON.stringify([account.id, handleOf(event), thread]);
}

interface NewThread {
  first: Entry;
  /** Where its messages stand in the batch, oldest first. */
  places: number[];
}

function threadItem({ first, places }: NewThread, entries: readonly Entry[], n: number): NewThreadItem {
  const message = first.event as InboundMessage;
  const name = message.name === undefined ? '' : cutText(safeText(message.name).trim(), limits.nameChars);
  const last = entries[places.at(-1) ?? 0]?.event as InboundMessage;
  return { ...threadFields(first), n, contact_id: newId(), point_id: newId(), conversation_id: newId(),
    name: name === '' ? undefined : name, phone: message.phone, email: message.email, messages: places.length,
    preview: previewOf(last) };
}

interface NewThreadItem {
  n: number;
  contact_id: string;
  point_id: string;
  conversation_id: string;
  [column: string]: unknown;
}

/**
 * Makes the threads that nobody has written on before; safe against another node doing the same. By place in the batch.
 */
async function openUnknown(
  tx: Tx, entries: readonly Entry[], unknown: readonly number[],
): Promise<Map<number, MadePlace>> {
  const threads = new Map<string, NewThread>();
  for (const n of unknown) {
    const entry = entries[n];
    if (entry === undefined) continue;
    const thread = threads.get(threadKey(entry)) ?? { first: entry, places: [] };
    thread.places.push(n);
    threads.set(threadKey(entry), thread);
  }
  const list = [...threads.values()];
  const items = list.map((thread, n) => threadItem(thread, entries, n));
  const made = new Set((await tx.rows<{ id: string }>(sql.openThreads, [JSON.stringify(items)])).map((row) => row.id));
  const result = new Map<number, MadePlace>();
  for (const item of items) if (made.has(item.conversation_id)) {
    const place = { ...NOWHERE, conversation_id: item.conversation_id, contact_id: item.contact_id,
      contact_point_id: item.point_id, last_seq: 0, isNew: true, isNewContact: true };
    for (const n of list[item.n]?.places ?? []) result.set(n, { ...place, n });
  }
  const others = items.filter((item) => !made.has(item.conversation_id));
  if (others.length === 0) return result;
  const adoptedRows = await tx.rows<{ id: string }>(sql.adoptThreads, [JSON.stringify(others)]);
  const adopted = new Set(adoptedRows.map((row) => row.id));
  const places = others.flatMap((item) => list[item.n]?.places ?? []).toSorted((x, y) => x - y);
  const touched = await tx.rows<Recorded>(sql.touchThreads, [JSON.stringify(places.flatMap((n) => {
    const entry = entries[n];
    return entry === undefined ? [] : [{ n, ...threadFields(entry) }];
  }))]);
  for (const place of touched) {
    result.set(place.n, { ...place, isNew: adopted.has(place.conversation_id ?? ''), isNewContact: false });
  }
  return result;
}

function bareRoute(account: IntakeAccount): ThreadRoute {
  return { organisationId: account.organisationId, accountId: account.id, channel: account.channel,
    medium: account.medium, queueId: null, queueSiteId: null, queueTier: 1, queueCostPoints: null, queuePriority: 0 };
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

function openInteractionOf(place: Place, organisationId: string): OpenInteraction | undefined {
  if (place.interaction_id === null || place.ticket_id === null) return undefined;
  return { id: place.interaction_id, ticketId: place.ticket_id, organisationId, siteId: place.site_id,
    branchId: place.branch_id, queueId: place.queue_id, teamId: place.team_id, agentId: place.agent_id };
}

/** The thread of each entry, by place in the batch: found, made, or (of a signal) looked up without a change. */
async function gatherThreads(
  tx: Tx, entries: readonly Entry[], recorded: readonly Recorded[],
): Promise<(Thread | undefined)[]> {
  const fresh = recorded.filter((row) => row.fresh && entries[row.n]?.event.kind !== 'unreadable');
  const messages = fresh.filter((row) => entries[row.n]?.event.kind === 'message');
  const unknown = messages.filter((row) => row.conversation_id === null).map((row) => row.n).toSorted((x, y) => x - y);
  const made = unknown.length === 0 ? new Map<number, MadePlace>() : await openUnknown(tx, entries, unknown);
  const signals = fresh.filter((row) => entries[row.n]?.event.kind !== 'message').map((row) => row.n);
  const looked = new Map(signals.length === 0 ? [] : (await tx.rows<Place>(sql.lockThreads,
    [JSON.stringify(signals.map((n) => ({ n, ...fieldsAt(entries, n) })))])).map((place) => [place.n, place]));
  const threads = new Map<string, Thread>();
  const byPlace: (Thread | undefined)[] = Array.from({ length: entries.length });
  for (const row of fresh) {
    const account = entries[row.n]?.account;
    const place: Partial<MadePlace> & Place = made.get(row.n) ?? looked.get(row.n) ?? row;
    if (account === undefined || place.conversation_id === null || place.contact_id === null
      || place.contact_point_id === null) continue;
    const thread = threads.get(place.conversation_id) ?? {
      route: bareRoute(account), conversationId: place.conversation_id,
      contactId: place.contact_id, contactPointId: place.contact_point_id, lastSeq: place.last_seq ?? 0,
      isNewContact: place.isNewContact ?? false, isNewConversation: place.isNew ?? false,
      interaction: openInteractionOf(place, account.organisationId), lastTicket: undefined,
    };
    threads.set(place.conversation_id, thread);
    byPlace[row.n] = thread;
  }
  return byPlace;
}

function fieldsAt(entries: readonly Entry[], n: number): Record<string, unknown> {
  const entry = entries[n];
  return entry === undefined ? {} : threadFields(entry);
}

async function write(tx: Tx, plan: IntakePlan, isLast: boolean): Promise<void> {
  if (plan.newInteractions.length > 0) {
    await tx.rows(sql.writeOpenings,
      [JSON.stringify(plan.newTickets), plan.reopenedTickets, JSON.stringify(plan.newInteractions)]);
  }
  if (plan.messages.length === 0 && plan.journal.length === 0) return;
  const values = [JSON.stringify(plan.messages), JSON.stringify(plan.journal.map(journalRecord))];
  if (isLast) tx.last(sql.writeMessages, values);
  else await tx.rows(sql.writeMessages, values);
}

function quarantineEntry(entry: Entry, reasonCode: string): JournalEntry {
  return { type: 'event.quarantined', subjectType: 'event', subjectId: entry.eventId, actor: { kind: 'SYSTEM' },
    scope: { organisationId: entry.account.organisationId }, data: { reasonCode, channelAccountId: entry.account.id } };
}

async function answerDuplicates(
  tx: Tx, entries: readonly Entry[], results: (ReceiveResult | undefined)[],
): Promise<void> {
  for (const [n, entry] of entries.entries()) {
    if (results[n]?.outcome !== 'duplicate' || entry.event.kind !== 'message') continue;
    if (entry.event.providerMessageId === undefined) continue;
    const [row] = await tx.rows<{ id: string; conversation_id: string; seq: number }>(sql.knownMessages,
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
    arrivals.push({ thread, message: entry.event, eventId: entry.eventId, messageId: newId() });
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
  const threads = await gatherThreads(tx, entries, recorded);
  const now = recorded[0]?.now ?? new Date(0);
  const { plan, arrivals, places } = await planMessages(context, tx, entries, threads, now);
  const results: (ReceiveResult | undefined)[] = Array.from({ length: entries.length });
  for (const row of recorded) {
    const entry = entries[row.n];
    if (entry === undefined) continue;
    if (!row.fresh) results[row.n] = { outcome: 'duplicate' };
    else if (entry.event.kind === 'unreadable') {
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

/** Stores the batch in one transaction; results in the order of the entries. All or none. */
export async function storeBatch(context: IntakeContext, entries: readonly Entry[]): Promise<ReceiveResult[]> {
  const { db, wake } = context.work;
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
