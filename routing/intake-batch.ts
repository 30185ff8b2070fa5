/** One batch of intake: a single short transaction from raw events to journal rows. */
import { createHash } from 'node:crypto';
import type { AccountView, InboundEvent, InboundMessage, Medium, ReceiveResult } from '#domain/channels/words.ts';
import { AppError } from '#domain/errors.ts';
import { failpoint } from '#domain/failpoints.ts';
import { newId } from '#domain/ids.ts';
import {
  planIntake, type Arrival, type IntakePlan, type OpenInteraction, type Thread, type ThreadRoute,
} from '#domain/interactions/intake-plan.ts';
import { journalRecord } from '#domain/journal/append.ts';
import type { JournalEntry } from '#domain/journal/events.ts';
import { limits } from '#domain/limits.ts';
import { cutText, safeText } from '#domain/text.ts';
import type { Tx } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import { applySignal } from './intake-signals.ts';
import * as sql from './intake-statements.ts';

/** The account an event came in on, with the medium its channel declares. */
export type IntakeAccount = AccountView & { medium: Medium };

/** One event on its way in. */
export interface Entry {
  account: IntakeAccount;
  event: InboundEvent;
  eventId: string;
  hash: Buffer;
  /** A quarantined event taken up again: its row exists already. */
  replayBy?: string;
}

interface Recorded {
  n: number;
  fresh: boolean;
  conversation_id: string | null;
  contact_id: string | null;
  contact_point_id: string | null;
  last_seq: number | null;
  now: Date;
}

type Found = Pick<Recorded, 'conversation_id' | 'contact_id' | 'contact_point_id' | 'last_seq'> & { n: number };

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
  return { organisation_id: account.organisationId, account_id: account.id, channel: account.channel,
    point_account_id: message?.sharedHandle === true ? null : account.id, handle: handleOf(event),
    thread_key: message?.threadKey ?? '' };
}

async function record(tx: Tx, entries: readonly Entry[]): Promise<Recorded[]> {
  let rawAt = 0;
  const items = entries.map((entry, n) => {
    const { event } = entry;
    const lost = event.kind === 'unreadable' ? event : undefined;
    const item = { n, id: entry.eventId, kind: event.kind, raw_at: rawAt, raw_length: event.raw.byteLength,
      state: lost === undefined ? 'DONE' : 'QUARANTINED', reason_code: lost?.reasonCode ?? null,
      reason_detail: lost?.reasonDetail === undefined ? null
        : cutText(safeText(lost.reasonDetail), limits.quarantineDetailChars),
      ...threadFields(entry) };
    rawAt += event.raw.byteLength;
    return item;
  });
  const raw = Buffer.concat(entries.map((entry) => entry.event.raw));
  return tx.rows<Recorded>(sql.recordEvents, [JSON.stringify(items), raw, Buffer.concat(entries.map((e) => e.hash))]);
}

async function takeReplay(tx: Tx, entry: Entry): Promise<Recorded[]> {
  const [taken] = await tx.rows<{ now: Date }>(sql.takeQuarantined, [entry.eventId, entry.replayBy]);
  if (taken === undefined) throw new AppError('STATE_CONFLICT');
  const [found] = await tx.rows<Found>(sql.lockThreads, [JSON.stringify([{ n: 0, ...threadFields(entry) }])]);
  return [{ n: 0, fresh: true, now: taken.now, conversation_id: found?.conversation_id ?? null,
    contact_id: found?.contact_id ?? null, contact_point_id: found?.contact_point_id ?? null,
    last_seq: found?.last_seq ?? null }];
}

function threadKey(entry: Entry): string {
  return JSON.stringify(Object.values(threadFields(entry)));
}

/** Makes the threads that nobody has written on before; safe against another node doing the same. */
async function openUnknown(tx: Tx, entries: readonly Entry[]): Promise<Map<string, Found & { isNew: boolean; isNewContact: boolean }>> {
  const unique = new Map<string, Entry>();
  for (const entry of entries) if (!unique.has(threadKey(entry))) unique.set(threadKey(entry), entry);
  const items = [...unique.values()].map((entry, n) => {
    const message = entry.event as InboundMessage;
    const name = message.name === undefined ? null : cutText(safeText(message.name).trim(), limits.nameChars);
    return { n, contact_id: newId(), point_id: newId(), conversation_id: newId(), ...threadFields(entry),
      name: name === '' ? null : name, phone: message.phone ?? null, email: message.email ?? null, verified: false };
  });
  const json = JSON.stringify(items);
  const contacts = new Set((await tx.rows<{ id: string }>(sql.openThreads, [json])).map((row) => row.id));
  const opened = new Set((await tx.rows<{ id: string }>(sql.openConversations, [json])).map((row) => row.id));
  const found = new Map((await tx.rows<Found>(sql.lockThreads, [json])).map((row) => [row.n, row]));
  const keys = [...unique.keys()];
  return new Map(items.map((item) => {
    const row = found.get(item.n);
    if (row === undefined) throw new Error('a thread that was just opened is missing');
    return [keys[item.n] ?? '', { ...row, isNew: opened.has(row.conversation_id ?? ''),
      isNewContact: contacts.has(row.contact_id ?? '') }];
  }));
}

interface RouteRow {
  account_id: string;
  queue_id: string | null;
  site_id: string | null;
  tier: number | null;
  cost_points: number | null;
  priority: number | null;
  time_zone: string;
}

function bareRoute(account: IntakeAccount): ThreadRoute {
  return { organisationId: account.organisationId, accountId: account.id, channel: account.channel,
    medium: account.medium, queueId: null, queueSiteId: null, queueTier: 1, queueCostPoints: null, queuePriority: 0 };
}

/** Fills in what only new work needs: its route, the last ticket, and a ticket number each. */
async function prepareOpenings(work: Work, tx: Tx, threads: readonly Thread[]): Promise<(organisationId: string) => string> {
  const routes = new Map((await tx.rows<RouteRow>(sql.routesOfAccounts,
    [[...new Set(threads.map((thread) => thread.route.accountId))]])).map((row) => [row.account_id, row]));
  const tickets = new Map((await tx.rows<{ conversation_id: string; id: string; open: boolean; reopenable: boolean }>(
    sql.lastTickets, [threads.map((thread) => thread.conversationId)])).map((row) => [row.conversation_id, row]));
  const needed = new Map<string, { zone: string; count: number }>();
  for (const thread of threads) {
    const route = routes.get(thread.route.accountId);
    if (route !== undefined) Object.assign(thread.route, { queueId: route.queue_id, queueSiteId: route.site_id,
      queueTier: route.tier ?? 1, queueCostPoints: route.cost_points, queuePriority: route.priority ?? 0 });
    thread.lastTicket = tickets.get(thread.conversationId);
    if (thread.lastTicket?.open === true || thread.lastTicket?.reopenable === true) continue;
    const { organisationId } = thread.route;
    needed.set(organisationId, { zone: route?.time_zone ?? 'Asia/Jakarta', count: (needed.get(organisationId)?.count ?? 0) + 1 });
  }
  const next = new Map<string, () => string>();
  for (const [organisationId, { zone, count }] of needed) {
    const row = await work.db.one<{ used: number; day: string }>(sql.takeTicketNumbers, [organisationId, count, zone]);
    let used = (row?.used ?? 0) - count;
    next.set(organisationId, () => `TK-${row?.day}-${String(used += 1).padStart(4, '0')}`);
  }
  return (organisationId) => {
    const number = next.get(organisationId)?.();
    if (number === undefined) throw new Error('no ticket number was taken for a new ticket');
    return number;
  };
}

interface InteractionRow {
  conversation_id: string;
  id: string;
  ticket_id: string;
  version: number;
  organisation_id: string;
  site_id: string | null;
  branch_id: string | null;
  queue_id: string | null;
  team_id: string | null;
  agent_id: string | null;
}

function openInteractionOf(row: InteractionRow): OpenInteraction {
  return { id: row.id, ticketId: row.ticket_id, version: row.version, organisationId: row.organisation_id,
    siteId: row.site_id, branchId: row.branch_id, queueId: row.queue_id, teamId: row.team_id, agentId: row.agent_id };
}

async function gatherThreads(tx: Tx, entries: readonly Entry[], recorded: readonly Recorded[]): Promise<(Thread | undefined)[]> {
  const unknown: Entry[] = [];
  for (const row of recorded) {
    const entry = entries[row.n];
    if (row.fresh && row.conversation_id === null && entry?.event.kind === 'message') unknown.push(entry);
  }
  const opened = unknown.length === 0 ? new Map<string, never>() : await openUnknown(tx, unknown);
  const threads = new Map<string, Thread>();
  const byEntry: (Thread | undefined)[] = Array.from({ length: entries.length });
  for (const row of recorded) {
    const entry = entries[row.n];
    if (!row.fresh || entry === undefined || entry.event.kind === 'unreadable') continue;
    const made = row.conversation_id === null ? opened.get(threadKey(entry)) : undefined;
    const place = made ?? row;
    if (place.conversation_id === null || place.contact_id === null || place.contact_point_id === null) continue;
    const thread = threads.get(place.conversation_id) ?? { route: bareRoute(entry.account),
      conversationId: place.conversation_id, contactId: place.contact_id, contactPointId: place.contact_point_id,
      lastSeq: place.last_seq ?? 0, isNewContact: made?.isNewContact ?? false, isNewConversation: made?.isNew ?? false,
      interaction: undefined, lastTicket: undefined };
    threads.set(place.conversation_id, thread);
    byEntry[row.n] = thread;
  }
  if (threads.size > 0) {
    for (const row of await tx.rows<InteractionRow>(sql.openInteractions, [[...threads.keys()]])) {
      const thread = threads.get(row.conversation_id);
      if (thread !== undefined) thread.interaction = openInteractionOf(row);
    }
  }
  return byEntry;
}

async function write(tx: Tx, plan: IntakePlan): Promise<void> {
  if (plan.newInteractions.length > 0) {
    await tx.rows(sql.writeOpenings,
      [JSON.stringify(plan.newTickets), plan.reopenedTickets, JSON.stringify(plan.newInteractions)]);
  }
  if (plan.messages.length === 0 && plan.journal.length === 0) return;
  await tx.rows(sql.writeMessages, [JSON.stringify(plan.messages), JSON.stringify(plan.conversations),
    JSON.stringify(plan.touchedInteractions), JSON.stringify(plan.journal.map(journalRecord))]);
}

function quarantineEntry(entry: Entry, reasonCode: string): JournalEntry {
  return { type: 'event.quarantined', subjectType: 'event', subjectId: entry.eventId, actor: { kind: 'SYSTEM' },
    scope: { organisationId: entry.account.organisationId }, data: { reasonCode, channelAccountId: entry.account.id } };
}

async function answerDuplicates(tx: Tx, entries: readonly Entry[], results: (ReceiveResult | undefined)[]): Promise<void> {
  for (const [n, entry] of entries.entries()) {
    if (results[n]?.outcome !== 'duplicate' || entry.event.kind !== 'message') continue;
    if (entry.event.providerMessageId === undefined) continue;
    const [row] = await tx.rows<{ id: string; conversation_id: string; seq: number }>(sql.knownMessages,
      [entry.account.id, [entry.event.providerMessageId]]);
    if (row !== undefined) results[n] = { outcome: 'duplicate', conversationId: row.conversation_id, messageId: row.id, seq: row.seq };
  }
}

async function planMessages(work: Work, tx: Tx, entries: readonly Entry[], threads: readonly (Thread | undefined)[],
  now: Date): Promise<{ plan: IntakePlan; arrivals: Arrival[]; places: number[] }> {
  const arrivals: Arrival[] = [];
  const places: number[] = [];
  for (const [n, entry] of entries.entries()) {
    const thread = threads[n];
    if (thread === undefined || entry.event.kind !== 'message') continue;
    arrivals.push({ thread, message: entry.event, eventId: entry.eventId, messageId: newId() });
    places.push(n);
  }
  const cold = [...new Set(arrivals.map((arrival) => arrival.thread))].filter((thread) => thread.interaction === undefined);
  const ticketNumber = cold.length === 0 ? () => '' : await prepareOpenings(work, tx, cold);
  return { plan: planIntake(arrivals, { now, newId, ticketNumber }), arrivals, places };
}

async function receiveIn(work: Work, tx: Tx, entries: readonly Entry[]): Promise<ReceiveResult[]> {
  const [first] = entries;
  const recorded = first?.replayBy === undefined ? await record(tx, entries) : await takeReplay(tx, first);
  await failpoint('intake.afterReceive');
  const threads = await gatherThreads(tx, entries, recorded);
  const now = recorded[0]?.now ?? new Date(0);
  const { plan, arrivals, places } = await planMessages(work, tx, entries, threads, now);
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
  await write(tx, plan);
  for (const [n, entry] of entries.entries()) {
    const thread = threads[n];
    if (results[n] !== undefined || entry.event.kind === 'message' || entry.event.kind === 'unreadable') continue;
    results[n] = thread === undefined ? { outcome: 'stored' } : await applySignal(tx, entry.account, entry.event, thread);
  }
  if (results.some((result) => result?.outcome === 'duplicate')) await answerDuplicates(tx, entries, results);
  const opened = plan.newInteractions.length > 0;
  tx.afterCommit(() => {
    work.wake.hint('journal');
    if (opened) work.wake.hint('assignment');
  });
  await failpoint('intake.beforeCommit');
  return results.map((result) => result ?? { outcome: 'duplicate' });
}

/** Stores the batch in one transaction; results in the order of the entries. All or none. */
export async function storeBatch(work: Work, entries: readonly Entry[]): Promise<ReceiveResult[]> {
  const results = await work.db.transaction((tx) => receiveIn(work, tx, entries));
  await failpoint('intake.afterCommit');
  return results;
}

/** Keeps an event that the database refuses: its raw bytes and the reason, for an administrator to replay (INV7). */
export async function quarantine(work: Work, entry: Entry, reasonCode: string): Promise<ReceiveResult> {
  const { event } = entry;
  const lost: Entry = { ...entry, event: { kind: 'unreadable', dedupKey: event.dedupKey, raw: event.raw, reasonCode } };
  const [result] = await storeBatch(work, [lost]);
  return result ?? { outcome: 'quarantined' };
}
