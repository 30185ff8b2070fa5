/** The first half of a batch of intake: its raw events, and the threads that its messages belong to. */
import { hash } from 'node:crypto';
import type { AccountView, InboundEvent, InboundMessage, Medium } from '#domain/channels/words.ts';
import { AppError } from '#domain/errors.ts';
import { newId } from '#domain/ids.ts';
import {
  messageColumns, previewOf, type Columns, type OpenInteraction, type Thread, type ThreadRoute,
} from '#domain/interactions/intake-plan.ts';
import { limits } from '#domain/limits.ts';
import { cutText, safeText } from '#domain/text.ts';
import type { Queryable, Tx } from '#domain/store/db.ts';
import * as sql from './intake-statements.ts';

/** The account an event came in on, with the medium its channel declares. */
export type IntakeAccount = AccountView & { medium: Medium };

/** One event on its way in. */
export interface Entry {
  account: IntakeAccount;
  event: InboundEvent;
  eventId: string;
  /** The id its message gets, if it is one. */
  messageId: string;
  hash: string;
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
  /** Its open interaction, where that has to wait for a reply again. */
  due_id?: string | null;
}

/** What became of an event of the batch: new or known, and where its message belongs. */
export interface Recorded extends Place {
  fresh: boolean;
  /** Set where the message is written already: its work was open. */
  seq?: number | null;
  now?: Date | null;
}

interface MadePlace extends Place {
  isNew: boolean;
  isNewContact: boolean;
}

/** The key under which a duplicate is known for ever (INV2): sha256 in hex. */
export function dedupHash(event: InboundEvent): string {
  const kind = event.kind === 'message' || event.kind === 'unreadable' ? '' : `${event.kind}:`;
  return hash('sha256', `${kind}${event.dedupKey}`);
}

/** The raw bytes of the entries laid end to end, and their hashes (32 bytes each), as the statements take them. */
export function bytesOf(entries: readonly Entry[]): [raw: Buffer, hashes: Buffer] {
  return [Buffer.concat(entries.map((entry) => entry.event.raw)),
    Buffer.from(entries.map((entry) => entry.hash).join(''), 'hex')];
}

function handleOf(event: InboundEvent): string | null {
  return event.kind === 'unreadable' ? null : safeText(event.handle);
}

/** The columns of the thread an entry belongs to. */
export function threadFields(entry: Entry): Columns {
  const { account, event } = entry;
  const message = event.kind === 'message' ? event : undefined;
  return { kind: event.kind, preview: message === undefined ? undefined : previewOf(message),
    organisation_id: account.organisationId, account_id: account.id, handle: handleOf(event) ?? undefined,
    thread_key: message?.threadKey ?? '' };
}

/** Numbers the threads of a batch as they come; the number ties a message to its thread within a statement. */
function threadNumbers(): (entry: Entry) => number {
  const numbers = new Map<string, number>();
  return (entry) => {
    const key = threadKey(entry);
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, numbers.size);
    return numbers.size - 1;
  };
}

/** What the event's own row says beside its thread, and its message's row where it is one. */
function eventColumns({ event, messageId }: Entry): Columns {
  if (event.kind === 'message') {
    return { message_id: messageId, message_kind: event.messageKind, ...messageColumns(event) };
  }
  if (event.kind !== 'unreadable') return {};
  return { state: 'QUARANTINED', reason_code: event.reasonCode,
    reason_detail: event.reasonDetail === undefined ? undefined
      : cutText(safeText(event.reasonDetail), limits.quarantineDetailChars) };
}

/** Inserts the raw events of the batch (INV2); messages whose work is open are written with them. */
export async function record(db: Queryable, entries: readonly Entry[]): Promise<Recorded[]> {
  let rawAt = 0;
  const numberOf = threadNumbers();
  const items = entries.map((entry, n) => {
    const length = entry.event.raw.byteLength;
    const item = { n, id: entry.eventId, raw_at: rawAt, raw_length: length, ...eventColumns(entry),
      t: numberOf(entry), ...threadFields(entry) };
    rawAt += length;
    return item;
  });
  return db.rows<Recorded>(sql.recordEvents, [JSON.stringify(items), ...bytesOf(entries)]);
}

const NOWHERE: Omit<Place, 'n'> = { conversation_id: null, contact_id: null, contact_point_id: null, last_seq: null,
  interaction_id: null, ticket_id: null, site_id: null, branch_id: null, queue_id: null, team_id: null,
  agent_id: null };

/** Takes a quarantined event up again; throws STATE_CONFLICT if somebody did before. */
export async function takeReplay(tx: Tx, entry: Entry): Promise<Recorded[]> {
  const [taken] = await tx.rows(sql.takeQuarantined, [entry.eventId, entry.replayBy]);
  if (taken === undefined) throw new AppError('STATE_CONFLICT');
  return tx.rows<Recorded>(sql.touchThreads, [JSON.stringify([{ n: 0, t: 0, ...threadFields(entry) }])]);
}

/** One key a thread. */
export function threadKey({ account, event }: Entry): string {
  const thread = event.kind === 'message' ? event.threadKey ?? '' : '';
  return `${account.id} ${thread.length} ${thread} ${handleOf(event) ?? ''}`;
}

/** A thread that nobody has written on, with its messages in the batch. */
export interface NewThread {
  first: Entry;
  /** Where its messages stand in the batch, oldest first. */
  places: number[];
}

/** The contact point an entry's thread hangs on: the account's own, or one that accounts of the channel share. */
export function pointFields({ account, event }: Entry): Columns {
  const shared = event.kind === 'message' && event.sharedHandle === true;
  return { organisation_id: account.organisationId, channel: account.channel, handle: handleOf(event) ?? undefined,
    point_account_id: shared ? undefined : account.id };
}

/** The rows of a new thread, with ids of their own. */
export function threadItem({ first, places }: NewThread, entries: readonly Entry[], n: number): NewThreadItem {
  const message = first.event as InboundMessage;
  const name = message.name === undefined ? '' : cutText(safeText(message.name).trim(), limits.nameChars);
  const last = entries[places.at(-1) ?? 0]?.event as InboundMessage;
  return { ...threadFields(first), ...pointFields(first), n, contact_id: newId(), point_id: newId(),
    conversation_id: newId(), name: name === '' ? undefined : name, phone: message.phone,
    email: message.email, messages: places.length, preview: previewOf(last) };
}

/** The threads of the messages at these places of the batch, in the order in which they begin. */
export function threadsAt(entries: readonly Entry[], places: Iterable<number>): NewThread[] {
  const threads = new Map<string, NewThread>();
  for (const n of places) {
    const entry = entries[n];
    if (entry === undefined) continue;
    const key = threadKey(entry);
    const thread = threads.get(key) ?? { first: entry, places: [] };
    thread.places.push(n);
    threads.set(key, thread);
  }
  return [...threads.values()];
}

/** What threadItem gives. */
export interface NewThreadItem {
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
  const list = threadsAt(entries, unknown);
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
  const numberOf = threadNumbers();
  const touched = await tx.rows<Recorded>(sql.touchThreads, [JSON.stringify(places.flatMap((n) => {
    const entry = entries[n];
    return entry === undefined ? [] : [{ n, t: numberOf(entry), ...threadFields(entry) }];
  }))]);
  for (const place of touched) {
    result.set(place.n, { ...place, isNew: adopted.has(place.conversation_id ?? ''), isNewContact: false });
  }
  return result;
}

/** A thread's route before its account's queue is known. */
export function bareRoute(account: IntakeAccount): ThreadRoute {
  return { organisationId: account.organisationId, accountId: account.id, channel: account.channel,
    medium: account.medium, queueId: null, queueSiteId: null, queueTier: 1, queueCostPoints: null, queuePriority: 0 };
}

function openInteractionOf(place: Place, organisationId: string): OpenInteraction | undefined {
  if (place.interaction_id == null || place.ticket_id == null) return undefined;
  return { id: place.interaction_id, ticketId: place.ticket_id, organisationId, siteId: place.site_id,
    branchId: place.branch_id, queueId: place.queue_id, teamId: place.team_id, agentId: place.agent_id };
}

/** What gatherThreads gives. */
export interface Gathered {
  threads: (Thread | undefined)[];
  /** The open interactions among them that wait for a reply again. */
  due: string[];
}

/** The thread of each entry, by place in the batch: found, made, or (of a signal) looked up without a change. */
export async function gatherThreads(
  tx: Tx, entries: readonly Entry[], recorded: readonly Recorded[],
): Promise<Gathered> {
  const fresh = recorded.filter((row) => row.fresh && row.seq == null && entries[row.n]?.event.kind !== 'unreadable');
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
  const due = new Set([...recorded, ...made.values()].map((place) => place.due_id ?? ''));
  due.delete('');
  return { threads: byPlace, due: [...due] };
}

function fieldsAt(entries: readonly Entry[], n: number): Record<string, unknown> {
  const entry = entries[n];
  return entry === undefined ? {} : threadFields(entry);
}
