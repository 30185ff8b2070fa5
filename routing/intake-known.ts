/**
 * The way of most messages: all of a batch find their work open, so one statement, which is its own transaction,
 * stores them. Where one does not, or came before, the statement refuses itself, nothing is stored, and
 * routing/intake-batch.ts goes the long way.
 */
import type { InboundMessage, ReceiveResult } from '#domain/channels/words.ts';
import { messageColumns, previewOf } from '#domain/interactions/intake-plan.ts';
import { isUnavailable, statement, type Queryable } from '#domain/store/db.ts';
import {
  DUE, insertEvents, insertMessages, MESSAGE_COLUMNS, REACHED, resumed, TELL_RECEIVED, THREAD_COLUMNS,
} from './intake-statements.ts';
import { bytesOf, threadFields, threadKey, type Entry } from './intake-threads.ts';

/**
 * $1 threads as JSON, in the order of their keys (so that two batches lock alike), $2 their messages as JSON, $3 how
 * many, $4 the raw bytes laid end to end, $5 their hashes (32 bytes each). Gives seqs under the conversation's lock
 * (INV4), then locks the open interaction: the order of locks of the whole house. Nothing is sorted, counted or looked
 * up that the caller knows already, for a batch has few rows and pays for every node of the plan.
 * It divides by zero where a message finds no open work; a key that was stored before violates its index (INV2).
 */
export const recordKnown = statement('intake.record-known', `
with thread as (
  select * from json_to_recordset($1::json) as t (${THREAD_COLUMNS}, messages int, preview text)
), conversation as (
  update conversations c set last_seq = c.last_seq + t.messages, last_message_at = clock.now,
    last_inbound_at = clock.now, last_text = t.preview, last_direction = 'IN',
    unread_count = c.unread_count + t.messages, version = c.version + 1
  from thread t, (select app_now() as now) clock
  where c.organisation_id = t.organisation_id and c.channel_account_id = t.account_id
    and c.handle = t.handle and c.thread_key = t.thread_key
  returning t.t, c.id, c.organisation_id, c.channel_account_id, c.contact_point_id,
    c.last_seq - t.messages as last_seq,
    c.last_inbound_at as now
), interaction as (
  select c.*, o.id as interaction_id, o.site_id, o.branch_id, o.queue_id, o.team_id, o.agent_id,
    ${DUE}
  from conversation c join interactions o on o.organisation_id = c.organisation_id and o.conversation_id = c.id
    and o.state not in ('CLOSED', 'OOT_COMPLETE')
  for no key update of o
), ${REACHED}, stored as (
  select i.n, i.raw_at, i.raw_length, i.id, i.event_id as inbound_event_id, o.last_seq + i.place as seq, i.kind, i.body,
    i.attachments, i.payload, i.provider_message_id, i.reply_to_provider_id, i.provider_at, o.now as created_at,
    o.organisation_id, o.channel_account_id, o.id as conversation_id, o.interaction_id,
    o.site_id, o.branch_id, o.queue_id, o.team_id, o.agent_id
  from json_to_recordset($2::json) as i (n int, t int, place int, id uuid, event_id uuid, raw_at int, raw_length int,
    kind text, ${MESSAGE_COLUMNS}) join interaction o on o.t = i.t
), event as (
  ${insertEvents('stored', '$4', '$5')}
), message as (
  ${insertMessages('stored')}
), told as (
  ${TELL_RECEIVED}
), resumed as (
  update interactions o set ${resumed('d.now')} from interaction d where o.id = d.due_id
)
select s.n, s.seq, s.conversation_id
from (select 1 / ((select count(*) from stored) = $3::int)::int as whole) guard left join stored s on true
where guard.whole = 1`);

interface Stored { n: number; seq: number; conversation_id: string }

/** The parameters of recordKnown: what the batch says itself, so that the statement need not find it out. */
function valuesOf(entries: readonly Entry[]): unknown[] {
  const threads = new Map<string, { t: number; messages: number; preview: string | undefined; entry: Entry }>();
  let rawAt = 0;
  const items = entries.map((entry, n) => {
    const message = entry.event as InboundMessage;
    const key = threadKey(entry);
    const thread = threads.get(key) ?? { t: threads.size, messages: 0, preview: undefined, entry };
    thread.messages += 1;
    thread.preview = previewOf(message);
    threads.set(key, thread);
    const rawLength = message.raw.byteLength;
    rawAt += rawLength;
    return { n, t: thread.t, place: thread.messages, id: entry.messageId, event_id: entry.eventId,
      raw_at: rawAt - rawLength, raw_length: rawLength, kind: message.messageKind, ...messageColumns(message) };
  });
  const ordered = [...threads].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, { t, messages, preview, entry }]) => (
    { ...threadFields(entry), t, messages, preview }));
  return [JSON.stringify(ordered), JSON.stringify(items), entries.length, ...bytesOf(entries)];
}

/**
 * Stores messages that all find their work open, results in their order: no more round trips than one. Gives
 * undefined, with nothing stored, where one of them does not, came before, or where anything else is wrong with them.
 */
export async function storeKnown(db: Queryable, entries: readonly Entry[]): Promise<ReceiveResult[] | undefined> {
  if (entries.some(({ event, replayBy }) => event.kind !== 'message' || replayBy !== undefined)) return undefined;
  const results: ReceiveResult[] = [];
  try {
    for (const { n, seq, conversation_id: conversationId } of await db.rows<Stored>(recordKnown, valuesOf(entries))) {
      results[n] = { outcome: 'stored', conversationId, messageId: entries[n]?.messageId ?? '', seq };
    }
  } catch (error) {
    if (isUnavailable(error)) throw error;
    return undefined;
  }
  return results;
}
