/**
 * What providers say about messages that left: every receipt is kept, and merged into the status in any order,
 * repeated or early. A receipt that comes before its message's provider id is known waits; the worker merges it when
 * the id comes.
 */
import { createHash } from 'node:crypto';
import type { AccountView, InboundReceipt, SendStatus } from '#domain/channels/words.ts';
import { isSeen, mergeReceipts, type ReceiptStatus } from '#domain/conversations/status.ts';
import { AppError } from '#domain/errors.ts';
import { newId } from '#domain/ids.ts';
import { limits } from '#domain/limits.ts';
import { isUnavailable, sqlState, statement, type Db, type Tx } from '#domain/store/db.ts';
import { cutText, safeText } from '#domain/text.ts';
import type { Work } from '#domain/work.ts';
import { Gatherer } from './gather.ts';
import { statusJournalSql } from './status-journal.ts';

/** A provider's message id on one account. */
export interface ProviderKey { organisationId: string; accountId: string; providerMessageId: string }

const PROVIDER_ID_CHARS = 512;
const REASON_CHARS = 64;

/** A provider's id as it is stored: clean, and short enough for an index (rows over 2,704 bytes fail). */
export function providerIdOf(id: string): string {
  const clean = safeText(id);
  return clean.length <= PROVIDER_ID_CHARS ? clean : `sha256:${createHash('sha256').update(clean).digest('hex')}`;
}

/** A reason code as it is stored. */
export function reasonOf(code: string | undefined): string | null {
  return code === undefined || code === '' ? null : cutText(safeText(code), REASON_CHARS);
}

function timeOf(at: Date | undefined): string | null {
  const year = at === undefined || Number.isNaN(at.getTime()) ? 0 : at.getUTCFullYear();
  return year >= 2000 && year <= 2200 ? (at as Date).toISOString() : null;
}

/** $1 receipts as they came; a repeated one changes nothing. */
const keep = statement('receipts.keep', `
insert into receipts (id, organisation_id, channel_account_id, provider_message_id, status, reason_code, provider_at,
  received_at)
select id, organisation_id, channel_account_id, provider_message_id, status, reason_code, provider_at,
  (select app_now())
from json_to_recordset($1::json) as r (id uuid, organisation_id uuid, channel_account_id uuid, provider_message_id text,
  status text, reason_code text, provider_at timestamptz)
order by organisation_id, channel_account_id, provider_message_id, status
on conflict do nothing`);

/** $1 receipts that say our own id back: a message of unknown fate learns the provider's id, and so its fate. */
const adopt = statement('receipts.adopt', `
update messages m set provider_message_id = found.provider_message_id
from (select m.id, r.provider_message_id
  from json_to_recordset($1::json) as r (organisation_id uuid, channel_account_id uuid, provider_message_id text,
    client_id uuid)
  join messages m using (organisation_id, channel_account_id, client_id)
  where m.direction = 'OUT' and m.provider_message_id is null and m.status in ('sending', 'unknown')
  order by m.id for update of m) found
where m.id = found.id`);

/** $1 keys: messages for which receipts wait. */
const findWaiting = statement('receipts.find', `
select m.id, m.conversation_id, bool_or(r.status in ('read', 'played')) as seen
from json_to_recordset($1::json) as k (organisation_id uuid, channel_account_id uuid, provider_message_id text)
join receipts r using (organisation_id, channel_account_id, provider_message_id)
join messages m using (organisation_id, channel_account_id, provider_message_id)
where not r.applied and m.direction = 'OUT' group by m.id, m.conversation_id`);

const lockConversations = statement('receipts.lock-conversations', `
select id from conversations where id = any($1::uuid[]) order by id for update`);

const lockMessages = statement('receipts.lock-messages', `
select id, seq, conversation_id, interaction_id, status, reason_code from messages where id = any($1::uuid[])
  order by id for update`);

const receiptsOf = statement('receipts.of', `
select r.id, m.id as message_id, r.status, r.reason_code, r.applied from messages m
join receipts r using (organisation_id, channel_account_id, provider_message_id) where m.id = any($1::uuid[])`);

/** $1 moved messages, $2 receipts that were looked at, $3 how far customers have read. */
const apply = statement('receipts.apply', `
with moved as (
  update messages m set status = x.status, reason_code = x.reason_code, status_at = (select app_now()),
    version = m.version + 1
  from json_to_recordset($1::json) as x (id uuid, status text, reason_code text) where m.id = x.id
  returning m.organisation_id, m.id, m.conversation_id, m.interaction_id, m.version, m.status, m.reason_code
), looked as (
  update receipts set applied = true where id = any($2::uuid[])
), seen as (
  update conversations c set customer_read_seq = x.seq, version = c.version + 1
  from json_to_recordset($3::json) as x (id uuid, seq int, interaction_id uuid) where c.id = x.id
    and c.customer_read_seq < x.seq
  returning c.organisation_id, c.id, c.version, x.seq, x.interaction_id
), told as (
  insert into journal (epoch, at, organisation_id, type, subject_type, subject_id, conversation_id, actor_kind,
    site_id, branch_id, queue_id, team_id, agent_id, version, data)
  select (select epoch from journal_epoch), (select app_now()), s.organisation_id, 'conversation.read',
    'conversation', s.id, s.id,
    'CUSTOMER', i.site_id, i.branch_id, i.queue_id, i.team_id, i.agent_id, s.version, jsonb_build_object('seq', s.seq)
  from seen s left join interactions i on i.id = s.interaction_id and i.organisation_id = s.organisation_id
)
${statusJournalSql('moved')}`);

/** $1 hours: receipts that still wait although their message is known by now (a crash came between). */
const forgotten = statement('receipts.forgotten', `
select r.organisation_id as "organisationId", r.channel_account_id as "accountId",
  r.provider_message_id as "providerMessageId"
from receipts r where not r.applied and r.received_at > (select app_now()) - $1::int * interval '1 hour'
  and exists (select from messages m where m.channel_account_id = r.channel_account_id
    and m.provider_message_id = r.provider_message_id and m.direction = 'OUT')
order by r.received_at limit ${limits.sendBatchMax}`);

interface WaitingRow { id: string; conversation_id: string; seen: boolean }
interface MessageRow {
  id: string; seq: number; conversation_id: string; interaction_id: string | null; status: SendStatus;
  reason_code: string | null;
}
interface ReceiptRow {
  id: string; message_id: string; status: ReceiptStatus; reason_code: string | null; applied: boolean;
}

function columnsOf(keys: readonly ProviderKey[]): string {
  const unique = new Map(keys.map((key) => [`${key.accountId} ${key.providerMessageId}`, key]));
  return JSON.stringify([...unique.values()].map((key) => ({ organisation_id: key.organisationId,
    channel_account_id: key.accountId, provider_message_id: key.providerMessageId })));
}

async function mergeLocked(tx: Tx, waiting: readonly WaitingRow[]): Promise<void> {
  const ids = waiting.map((row) => row.id);
  // The order of locks is conversation, then message; only a reading customer moves the conversation.
  const [, messages, receipts] = await Promise.all([
    tx.rows(lockConversations, [waiting.filter((row) => row.seen).map((row) => row.conversation_id)]),
    tx.rows<MessageRow>(lockMessages, [ids]),
    tx.rows<ReceiptRow>(receiptsOf, [ids]),
  ]);
  const byMessage = Map.groupBy(receipts, (row) => row.message_id);
  const moved: { id: string; status: SendStatus; reason_code: string | null }[] = [];
  const seen = new Map<string, { id: string; seq: number; interaction_id: string | null }>();
  for (const message of messages) {
    const known = byMessage.get(message.id) ?? [];
    const status = mergeReceipts(message.status, known.map((row) => row.status));
    if (status !== message.status) {
      const reason = status === 'failed' ? known.find((row) => row.status === 'failed')?.reason_code : null;
      moved.push({ id: message.id, status, reason_code: reason ?? null });
    }
    if (isSeen(status) && (seen.get(message.conversation_id)?.seq ?? 0) < message.seq) {
      seen.set(message.conversation_id, { id: message.conversation_id, seq: message.seq,
        interaction_id: message.interaction_id });
    }
  }
  tx.last(apply, [JSON.stringify(moved), receipts.filter((row) => !row.applied).map((row) => row.id),
    JSON.stringify([...seen.values()])]);
}

/**
 * Merges the receipts that wait for these provider ids. Must run in a transaction of its own after the commit of
 * whatever made the receipt or the provider id known: of two that race, the later then sees both.
 */
export async function mergeWaiting(work: Work, keys: readonly ProviderKey[]): Promise<number> {
  if (keys.length === 0) return 0;
  const waiting = await work.db.rows<WaitingRow>(findWaiting, [columnsOf(keys)]);
  if (waiting.length === 0) return 0;
  await work.db.transaction((tx) => mergeLocked(tx, waiting));
  work.wake.hint('journal');
  return waiting.length;
}

/** Merges what a crash left waiting; called by the slow sweep. */
export async function sweepReceipts(work: Work): Promise<number> {
  return mergeWaiting(work, await work.db.rows<ProviderKey>(forgotten, [limits.receiptKeptHours]));
}

interface Call { account: AccountView; receipts: readonly InboundReceipt[] }

function rowsOf({ account, receipts }: Call): { client_id: string | null }[] {
  return receipts.map((receipt) => ({ id: newId(), organisation_id: account.organisationId,
    channel_account_id: account.id,
    provider_message_id: providerIdOf(receipt.providerMessageId), status: receipt.status,
    reason_code: reasonOf(receipt.reasonCode), provider_at: timeOf(receipt.providerAt),
    client_id: receipt.clientId ?? null }));
}

async function record(work: Work, calls: readonly Call[]): Promise<readonly number[]> {
  const rows = calls.flatMap(rowsOf);
  await work.db.rows(keep, [JSON.stringify(rows)]);
  const named = rows.filter((row) => row.client_id !== null);
  if (named.length > 0) await work.db.rows(adopt, [JSON.stringify(named)]);
  await mergeWaiting(work, calls.flatMap(({ account, receipts }) => receipts.map((receipt) => ({
    organisationId: account.organisationId, accountId: account.id,
      providerMessageId: providerIdOf(receipt.providerMessageId),
  }))));
  return calls.map((call) => call.receipts.length);
}

const gatherers = new WeakMap<Db, Gatherer<Call, number>>();

function gathererOf(work: Work): Gatherer<Call, number> {
  const known = gatherers.get(work.db);
  if (known !== undefined) return known;
  const made = new Gatherer<Call, number>(limits.sendBatchMax, (calls) => record(work, calls));
  gatherers.set(work.db, made);
  return made;
}

/**
 * Keeps the receipts and merges them into their messages; resolves with their number after COMMIT, so only then
 * acknowledge the provider. Rejects OVERLOADED or DATABASE_UNAVAILABLE: nothing may be acknowledged.
 */
export async function recordReceipts(work: Work, account: AccountView,
  receipts: readonly InboundReceipt[]): Promise<number> {
  if (receipts.length === 0) return 0;
  const gatherer = gathererOf(work);
  if (gatherer.length >= limits.intakeWaitingMax) throw new AppError('OVERLOADED');
  for (let tries = 1; ; tries += 1) {
    try {
      return await gatherer.push({ account, receipts });
    } catch (error) {
      if (isUnavailable(error)) throw new AppError('DATABASE_UNAVAILABLE', undefined, error);
      if (sqlState(error) !== '40P01' || tries >= limits.transactionAttemptsMax) throw error;
    }
  }
}
