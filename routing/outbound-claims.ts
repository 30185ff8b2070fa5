/** The statements of the worker: claim what is due, settle how it ended, find what was forgotten. */
import type { Attachment, MessageKind } from '#domain/channels/words.ts';
import { limits } from '#domain/limits.ts';
import { statement } from '#domain/store/db.ts';
import { statusJournalSql } from './status-journal.ts';

/** The day of an account's counts, for which its caps hold. */
export const HOUSE_ZONE = 'Asia/Jakarta';

/** $1 account ids: what a lane must know of its account; makes the account's pace row where it is missing. */
export const loadAccounts = statement('send.accounts', `
with pace as (
  insert into send_paces (organisation_id, channel_account_id, tokens)
  select organisation_id, id, 1 from channel_accounts where id = any($1::uuid[]) order by id on conflict do nothing
)
select id, organisation_id as "organisationId", channel, key, name, address, settings, status from channel_accounts
where id = any($1::uuid[])`);

export interface AccountRow {
  id: string; organisationId: string; channel: string; key: string; name: string; address: string | null;
  settings: Record<string, unknown>; status: 'ACTIVE' | 'DISABLED' | 'NEEDS_ATTENTION';
}

/**
 * What an earlier message of the conversation must be to hold this one back (INV4, RI5): on its way, or waiting to be
 * sent now, or being retried. One that the gate deferred or that is scheduled for later does not; nor does a bulk
 * message that was never tried hold back what is not bulk, else an agent's answer would wait for a blast.
 */
const HOLDS_BACK = `e.conversation_id = m.conversation_id and e.seq < m.seq
  and (e.status = 'sending' or (e.status = 'queued'
  and (e.first_attempt_at is not null or (e.due_at <= (select app_now()) + interval '1 second'
    and (m.bulk or not e.bulk)))))`;

/**
 * $1 lanes (account, free slots, rate and burst of the bucket, probe), $2 node, $3 lease in ms. One statement: takes
 * tokens of each account under its row lock (so the rate holds over all nodes), claims its oldest due messages,
 * agents' before bulk, gives them a lease and the next fence, and journals it. A row per lane and message; a lane
 * without one has null.
 */
export const claimDue = statement('send.claim', `
with lane as (
  select * from json_to_recordset($1::json) as l (account_id uuid, free int, rate float8, burst float8, probe boolean)
), pace as (
  select p.organisation_id, p.channel_account_id, lane.rate,
    least(lane.burst, p.tokens + greatest(0, extract(epoch
      from (select app_now()) - p.refilled_at)::float8) * lane.rate) as tokens,
    case when a.status = 'ACTIVE' then lane.free when a.status = 'NEEDS_ATTENTION' and lane.probe then 1
      else 0 end as free,
    greatest(0, coalesce(extract(epoch from p.paused_until - (select app_now()))::float8, 0) * 1000) as paused_ms
  from lane join send_paces p on p.channel_account_id = lane.account_id
  join channel_accounts a on a.id = p.channel_account_id
  order by p.channel_account_id for update of p
), due as (
  select d.id from pace cross join lateral (
    select m.id from messages m
    where m.channel_account_id = pace.channel_account_id and m.organisation_id = pace.organisation_id
      and m.status = 'queued' and m.bulk in (false, true) and m.due_at <= (select app_now())
      and not exists (select from messages e where ${HOLDS_BACK} and e.status in ('queued', 'sending'))
    order by m.bulk, m.due_at
    limit case when pace.paused_ms > 0 then 0 else least(pace.free, floor(pace.tokens)::int) end
    for update of m skip locked) d
), claimed as (
  update messages m set status = 'sending', status_at = (select app_now()), attempts = m.attempts + 1,
    version = m.version + 1,
    first_attempt_at = coalesce(m.first_attempt_at, (select app_now())),
      lease_until = (select app_now()) + $3::float8 * interval '1 ms',
    lease_node = $2::uuid, lease_fence = m.lease_fence + 1
  from due where m.id = due.id
  returning m.organisation_id, m.id, m.channel_account_id, m.conversation_id, m.interaction_id, m.client_id, m.seq,
    m.author_kind, m.author_id, m.kind, m.body, m.attachments, m.reply_to_id, m.created_at, m.lease_fence, m.attempts,
    m.purpose, m.bulk, m.first_attempt_at, m.version, m.status, m.reason_code, m.payload
), used as (
  select channel_account_id, count(*) as n from claimed group by 1
), spent as (
  update send_paces p set tokens = pace.tokens - used.n, refilled_at = (select app_now())
  from pace join used using (channel_account_id)
  where p.organisation_id = pace.organisation_id and p.channel_account_id = pace.channel_account_id
), told as (
  ${statusJournalSql('claimed')}
)
select pace.channel_account_id as "accountId", pace.paused_ms as "pausedMs", pace.tokens, pace.free,
  case when used.n >= pace.free then true else (select q.id from messages q
    where q.channel_account_id = pace.channel_account_id and q.status = 'queued' and q.bulk in (false, true)
      and q.due_at <= (select app_now()) and not exists (select from due where due.id = q.id)
    order by q.bulk, q.due_at limit 1) is not null end as more,
  c.id, c.client_id as "clientId", c.conversation_id as "conversationId", c.seq, c.author_kind as "authorKind", c.kind,
  c.body as text, c.attachments, c.payload, c.created_at as "createdAt", c.lease_fence::float8 as fence, c.attempts,
    c.purpose,
    c.bulk,
  extract(epoch from (select app_now()) - c.first_attempt_at)::float8 * 1000 as "heldMs",
  conversation.thread_key as "threadKey", conversation.last_inbound_at is not null as "customerWrote",
  case when cold.is then case when number.cold_paused_until > (select app_now()) then number.cold_paused_until
    when coalesce(today.cold, 0) >= number.cold_cap
      then (date_trunc('day', (select app_now()) at time zone '${HOUSE_ZONE}') + interval '1 day')
        at time zone '${HOUSE_ZONE}' end end as "coldUntil",
  case when number.cold_paused_until > (select app_now()) then number.cold_reason_code else 'COLD_CAP_REACHED' end
    as "coldReasonCode",
  point.handle, u.name as "authorName", quoted.provider_message_id as "replyToProviderId",
  left(quoted.body, 300) as "replyToText", quoted.direction = 'OUT' as "replyToFromUs",
  case when c.id is not null then array(select o.purpose from opt_outs o where o.organisation_id = c.organisation_id
    and o.contact_point_id = conversation.contact_point_id and o.withdrawn_at is null) end as "optOuts"
from pace left join used on used.channel_account_id = pace.channel_account_id
left join claimed c on c.channel_account_id = pace.channel_account_id
left join conversations conversation on conversation.id = c.conversation_id
left join contact_points point on point.id = conversation.contact_point_id
left join channel_connections number on number.organisation_id = c.organisation_id
  and number.channel_account_id = c.channel_account_id
left join channel_days today on today.organisation_id = c.organisation_id
  and today.channel_account_id = c.channel_account_id
  and today.day = ((select app_now()) at time zone '${HOUSE_ZONE}')::date
cross join lateral (select number.channel_account_id is not null and (conversation.last_inbound_at is null
  or conversation.last_inbound_at < (select app_now()) - interval '${limits.coldAfterDays} days') as is) cold
left join users u on u.id = c.author_id and c.author_kind = 'AGENT'
left join messages quoted on quoted.id = c.reply_to_id`);

/** What a claim says of a lane, on each of its rows. */
export interface LaneRow { accountId: string; pausedMs: number; tokens: number; free: number; more: boolean }

export interface ClaimedRow extends LaneRow {
  id: string; clientId: string | null; conversationId: string; seq: number; authorKind: 'AGENT' | 'BOT' | 'SYSTEM';
  kind: MessageKind; text: string | null; attachments: Attachment[] | null; createdAt: Date; fence: number;
  payload: Record<string, unknown> | null;
  attempts: number;
  purpose: string; bulk: boolean; heldMs: number; threadKey: string; customerWrote: boolean; handle: string;
  authorName: string | null; replyToProviderId: string | null; optOuts: string[];
  replyToText: string | null; replyToFromUs: boolean | null;
  coldUntil: Date | null; coldReasonCode: string | null;
}

/** How one claim ended, as columns of the statement below. */
export interface Settlement {
  id: string;
  fence: number;
  /**
   * outcome: the send ended · release: it never began, so it was no attempt · defer: the gate says later · expire:
   * the lease ran out.
   */
  mode: 'outcome' | 'release' | 'defer' | 'expire';
  status: 'sent' | 'delivered' | 'failed' | 'unknown' | 'queued';
  provider_id: string | null;
  parts?: string[][] | undefined;
  reason_code: string | null;
  delay_ms: number;
  until: string | null;
  pause_ms: number;
  exhausted: boolean;
}

/**
 * $1 settlements. Each is written only while its fence is the message's last (RF15): another claim since then makes it
 * void. A late proof of the same claim still counts where nobody has claimed it again, for proof overrides `unknown`.
 * On an account that needs attention a retry costs the message nothing: it waits for the account (RF11). Nor does a
 * wait that the provider asked of the whole account: the first attempt moves with it, so no window runs meanwhile.
 */
export const settle = statement('send.settle', `
with o as (
  select * from json_to_recordset($1::json) as o (id uuid, fence bigint, mode text, status text, provider_id text,
    parts jsonb, reason_code text, delay_ms float8, until timestamptz, pause_ms float8, exhausted boolean)
), held as (
  select o.*, case when kept.yes then 'queued' else o.status end as next, kept.yes as kept
  from o join messages m on m.id = o.id join channel_accounts a on a.id = m.channel_account_id
  cross join lateral (select o.mode = 'outcome' and a.status <> 'ACTIVE'
    and (o.exhausted or o.status = 'queued') as yes) kept
  where m.lease_fence = o.fence and (
    (m.status = 'sending' and (o.mode <> 'expire' or m.lease_until < (select app_now())))
    or (o.mode = 'outcome' and m.status = 'unknown' and o.status in ('sent', 'delivered', 'failed'))
    or (o.mode = 'outcome' and m.status = 'queued' and o.status in ('sent', 'delivered')))
  order by m.id for update of m
), moved as (
  update messages m set status = h.next, status_at = (select app_now()), reason_code = h.reason_code,
    version = m.version + 1,
    provider_message_id = coalesce(h.provider_id, m.provider_message_id),
    payload = case when h.parts is null then m.payload
      else coalesce(m.payload, '{}') || jsonb_build_object('sentParts', h.parts) end, lease_until = null, lease_node = null,
    due_at = case when h.next = 'queued' then coalesce(h.until, (select app_now()) + h.delay_ms * interval '1 ms')
      else m.due_at end,
    attempts = case when h.kept then 0 when h.mode in ('release', 'defer') then greatest(0, m.attempts - 1)
      else m.attempts end,
    first_attempt_at = case when h.kept or (h.mode in ('release', 'defer') and m.attempts <= 1) then null
      when h.next = 'queued' and h.pause_ms > 0 then m.first_attempt_at + h.delay_ms * interval '1 ms'
      else m.first_attempt_at end
  from held h where m.id = h.id
  returning m.organisation_id, m.id, m.conversation_id, m.interaction_id, m.channel_account_id, m.version, m.status,
    m.reason_code, m.provider_message_id
), paused as (
  update send_paces p set paused_until = greatest(p.paused_until, (select app_now()) + x.pause_ms * interval '1 ms')
  from (select m.channel_account_id, max(o.pause_ms) as pause_ms from o join messages m on m.id = o.id
    where o.pause_ms > 0 group by 1) x
  where p.channel_account_id = x.channel_account_id
), told as (
  ${statusJournalSql('moved')}
)
select id, organisation_id as "organisationId", channel_account_id as "accountId", status,
  provider_message_id as "providerMessageId" from moved`);

export interface SettledRow {
  id: string; organisationId: string; accountId: string; status: string; providerMessageId: string | null;
}

/** Accounts with something due: what a lost wake-up forgot (RI4). */
export const dueAccounts = statement('send.due-accounts', `
select a.id, a.status from channel_accounts a where a.status <> 'DISABLED' and exists (select from messages m
  where m.channel_account_id = a.id and m.status = 'queued' and m.bulk in (false, true)
    and m.due_at <= (select app_now()))`);

/** Claims whose lease ran out: the node that held them is gone or stopped. */
export const expiredLeases = statement('send.expired', `
select m.id, m.lease_fence::float8 as fence, m.attempts, a.channel,
  extract(epoch from (select app_now()) - m.first_attempt_at)::float8 * 1000 as "heldMs"
from messages m join channel_accounts a on a.id = m.channel_account_id
where m.status = 'sending' and m.lease_until < (select app_now()) order by m.lease_until limit ${limits.sendBatchMax}`);

export interface ExpiredRow { id: string; fence: number; attempts: number; channel: string; heldMs: number }

/** $1 node, $2 ids it works on: claims of this node whose answer was lost on the way, so they never began. */
export const unheardClaims = statement('send.unheard', `
select id, lease_fence::float8 as fence from messages
where status = 'sending' and lease_node = $1 and lease_until >= (select app_now()) and not id = any($2::uuid[])`);
