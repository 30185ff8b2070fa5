/**
 * People who never wrote before: all that their first messages open is known before anything is asked of the database,
 * so one look says who they are and one statement, its own transaction, makes contact, thread, ticket, interaction and
 * message. Where somebody else made one of them meanwhile an index refuses all of it, and
 * routing/intake-batch.ts goes the long way.
 */
import type { InboundMessage, ReceiveResult } from '#domain/channels/words.ts';
import { newId } from '#domain/ids.ts';
import { planIntake, type Arrival, type Columns, type Thread } from '#domain/interactions/intake-plan.ts';
import { journalInsertSql, journalRecord } from '#domain/journal/append.ts';
import { isUnavailable, statement, type Db } from '#domain/store/db.ts';
import { prepareOpenings, type IntakeContext } from './intake-openings.ts';
import { insertEvents, insertMessages, insertNewWork, insertThreads, MESSAGE_COLUMNS } from './intake-statements.ts';
import {
  bareRoute, bytesOf, pointFields, threadItem, threadKey, threadsAt, type Entry, type IntakeAccount,
  type NewThreadItem,
} from './intake-threads.ts';

/** $1 threads as JSON, numbered by t: those whose person has a contact point already, and what time it is. */
const findKnown = statement('intake.find-known', `
select (select app_now()) as now, array(select i.t
  from json_to_recordset($1::json) as i (t int, organisation_id uuid, channel text, handle text, point_account_id uuid)
  where exists (select from contact_points p where p.organisation_id = i.organisation_id and p.channel = i.channel
    and p.handle = i.handle and p.channel_account_id is not distinct from i.point_account_id)) as known`);

/**
 * $1 the threads as JSON, $2 new tickets, $3 new interactions, $4 messages with the place of their raw bytes,
 * $5 journal records, $6 the raw bytes laid end to end, $7 their hashes (32 bytes each): all that newcomers open.
 */
export const openNewcomers = statement('intake.open-newcomers', `
with ${insertThreads('$1')}, ${insertNewWork('$2', '$3')}, planned as (
  select * from json_to_recordset($4::json) as m (n int, raw_at int, raw_length int, id uuid, organisation_id uuid,
    conversation_id uuid, interaction_id uuid, channel_account_id uuid, seq int, kind text, ${MESSAGE_COLUMNS},
    inbound_event_id uuid, created_at timestamptz)
), event as (
  ${insertEvents('planned', '$6', '$7')}
), message as (
  ${insertMessages('planned')}
)
${journalInsertSql('$5')}`);

/** A batch in two: people who never wrote, and everything else. Threads stay whole, entries in their order. */
interface Parted {
  now: Date;
  newcomers: Entry[];
  others: Entry[];
}

/** Looks up who of the entries' people never wrote; signals and replays are no newcomers. */
export async function partNewcomers(db: Db, entries: readonly Entry[]): Promise<Parted> {
  const threads = new Map<string, number>();
  const looked: Record<string, unknown>[] = [];
  const numbers = entries.map((entry) => {
    if (entry.event.kind !== 'message' || entry.replayBy !== undefined) return undefined;
    const key = threadKey(entry);
    const t = threads.get(key) ?? threads.size;
    if (t === threads.size) looked.push({ ...pointFields(entry), t });
    threads.set(key, t);
    return t;
  });
  if (looked.length === 0) return { now: new Date(0), newcomers: [], others: [...entries] };
  const row = await db.one<{ now: Date; known: number[] }>(findKnown, [JSON.stringify(looked)]);
  const known = new Set(row?.known);
  const isNew = (n: number): boolean => numbers[n] !== undefined && !known.has(numbers[n]);
  return { now: row?.now ?? new Date(0), newcomers: entries.filter((_, n) => isNew(n)),
    others: entries.filter((_, n) => !isNew(n)) };
}

interface Opening { item: NewThreadItem; thread: Thread; account: IntakeAccount; places: readonly number[] }

/** The threads of a batch of newcomers, each with the places of its messages. */
function openingsOf(entries: readonly Entry[]): Opening[] {
  return threadsAt(entries, entries.keys()).map((one, t) => {
    const { account } = one.first;
    const item = threadItem(one, entries, t);
    const thread = { route: bareRoute(account), conversationId: item.conversation_id, contactId: item.contact_id,
      contactPointId: item.point_id, lastSeq: 0, isNewContact: true, isNewConversation: true, interaction: undefined,
      lastTicket: undefined };
    return { item, thread, account, places: one.places };
  });
}

/** The planned messages with the place of each one's raw bytes in what lies end to end. */
function withRaw(messages: readonly Columns[], entries: readonly Entry[]): Columns[] {
  let rawAt = 0;
  return messages.map((message, n) => {
    const length = entries[n]?.event.raw.byteLength ?? 0;
    rawAt += length;
    return { n, raw_at: rawAt - length, raw_length: length, ...message };
  });
}

/**
 * Stores the first messages of people who never wrote, results in their order. Gives undefined, with nothing stored,
 * where one of them did meanwhile, an event came before, or where anything else is wrong with them.
 */
export async function storeNewcomers(
  { work, routes }: IntakeContext, { now, newcomers: entries }: Parted,
): Promise<ReceiveResult[] | undefined> {
  const openings = openingsOf(entries);
  const ticketNumber = await prepareOpenings({ work, routes }, work.db, openings);
  const threads = new Map(openings.flatMap(({ thread, places }) => places.map((n) => [n, thread] as const)));
  const arrivals = entries.map((entry, n): Arrival => ({ thread: threads.get(n) as Thread,
    message: entry.event as InboundMessage, eventId: entry.eventId, messageId: entry.messageId }));
  const plan = planIntake(arrivals, { now, newId, ticketNumber });
  try {
    const written = [openings.map(({ item }) => item), plan.newTickets, plan.newInteractions,
      withRaw(plan.messages, entries), plan.journal.map(journalRecord)];
    await work.db.rows(openNewcomers, [...written.map((rows) => JSON.stringify(rows)), ...bytesOf(entries)]);
  } catch (error) {
    if (isUnavailable(error)) throw error;
    return undefined;
  }
  return arrivals.map(({ thread, messageId }, n) => (
    { outcome: 'stored', conversationId: thread.conversationId, messageId, seq: plan.seqs[n] ?? 0 }));
}
