/** The prepared statements of changes to what was said: asked for, claimed, settled. */
import { journalInsertSql } from '#domain/journal/append.ts';
import { statement } from '#domain/store/db.ts';

/** $1 organisation, $2 message: its conversation, which is locked before it. */
export const placeOf = statement('change.place', `
select conversation_id from messages where organisation_id = $1 and id = $2 and direction in ('IN', 'OUT')`);

/** $1 organisation, $2 client id: what the same click made before (INV3). */
export const byClientId = statement('change.by-client-id', `
select id, message_id, author_id from message_changes where organisation_id = $1 and client_id = $2`);

/** $1 organisation, $2 message: locked, after its conversation and interaction. */
export const lockMessage = statement('change.lock-message', `
select id, conversation_id, interaction_id, channel_account_id, direction, author_kind, author_id, status, body,
  attachments is not null as has_files, provider_message_id, version, deleted_at is not null as deleted
from messages where organisation_id = $1 and id = $2 for update`);

/**
 * $1 one change as columns, $2 kinds that it makes void, $3 journal records. Of the same message, what nobody has begun
 * and what failed gives way; what has begun stays, and the new one waits behind it.
 */
export const ask = statement('change.ask', `
with item as (
  select * from json_to_record($1::json) as c (id uuid, organisation_id uuid, client_id uuid, message_id uuid,
    conversation_id uuid, channel_account_id uuid, author_id uuid, kind text, body text, emoji text, hold_s float8)
), void as (
  update message_changes c set state = 'WITHDRAWN', ended_at = app_now(), body = null from item
  where c.organisation_id = item.organisation_id and c.message_id = item.message_id and c.kind = any($2::text[])
    and (c.state = 'FAILED' or (c.state = 'WAITING' and c.attempts = 0))
), change as (
  insert into message_changes (id, organisation_id, client_id, message_id, conversation_id, channel_account_id,
    author_id, kind, body, emoji, due_at)
  select id, organisation_id, client_id, message_id, conversation_id, channel_account_id, author_id, kind, body, emoji,
    app_now() + hold_s * interval '1 second' from item
), message as (
  update messages m set version = m.version + 1 from item where m.id = item.message_id
)
${journalInsertSql('$3')}`);

/** $1 organisation, $2 change: where it stands, before the locks. */
export const changePlace = statement('change.change-place', `
select conversation_id, message_id, author_id from message_changes where organisation_id = $1 and id = $2`);

/** $1 organisation, $2 change. */
export const lockChange = statement('change.lock-change', `
select state, attempts, kind from message_changes where organisation_id = $1 and id = $2 for update`);

/** $1 organisation, $2 change, $3 journal records: taken back, or a failure that was seen. */
export const giveUp = statement('change.give-up', `
with change as (
  update message_changes set state = 'WITHDRAWN', ended_at = app_now(), body = null
  where organisation_id = $1 and id = $2 returning message_id
), message as (
  update messages m set version = m.version + 1 from change where m.id = change.message_id
)
${journalInsertSql('$3')}`);

/**
 * $1 how many, $2 how long a claim holds, ms, $3 accounts whose session another node holds, $4 the only accounts this
 * node serves or null: what is due, one per conversation, in the order of the clicks, and not
 * while its account was asked to wait. Claims are as short as a send's; after a crash the change is simply made again.
 */
export const claim = statement('change.claim', `
with due as (
  select c.id from message_changes c join channel_accounts a on a.id = c.channel_account_id
  left join send_paces p on p.channel_account_id = a.id and p.organisation_id = a.organisation_id
  where c.state = 'WAITING' and c.due_at <= app_now() and a.status <> 'DISABLED'
    and (p.paused_until is null or p.paused_until <= app_now())
    and not a.id = any($3::uuid[]) and ($4::uuid[] is null or a.id = any($4::uuid[]))
    and not exists (select from message_changes e where e.conversation_id = c.conversation_id
      and e.state = 'WAITING' and e.place < c.place)
  order by c.due_at limit $1 for update of c skip locked
)
update message_changes c set attempts = c.attempts + 1, lease_fence = c.lease_fence + 1,
  first_attempt_at = coalesce(c.first_attempt_at, app_now()), due_at = app_now() + $2::float8 * interval '1 ms'
from due, messages m, conversations v
where c.id = due.id and m.id = c.message_id and v.id = c.conversation_id
returning c.id, c.organisation_id as "organisationId", c.channel_account_id as "accountId",
  c.conversation_id as "conversationId", c.message_id as "messageId", c.author_id as "authorId", c.kind, c.body,
  c.emoji,
  c.attempts, c.lease_fence::float8 as fence,
  extract(epoch from app_now() - c.first_attempt_at)::float8 * 1000 as "triedMs",
  m.provider_message_id as "providerMessageId", m.payload, m.body as "oldBody", m.attachments, m.kind as "messageKind",
  m.client_id as "clientId", m.seq, m.author_kind as "authorKind", m.created_at as "createdAt",
  m.deleted_at is not null as deleted, v.handle, v.thread_key as "threadKey"`);

/** $1 change, $2 fence, $3 delay in ms, $4 reason, $5 account, $6 how long the whole account waits, ms. */
export const tryLater = statement('change.later', `
with paused as (
  update send_paces set paused_until = greatest(paused_until, app_now() + $6::float8 * interval '1 ms')
  where channel_account_id = $5 and $6::float8 > 0
)
update message_changes set due_at = app_now() + $3::float8 * interval '1 ms', reason_code = $4,
  first_attempt_at = case when $6::float8 > 0 then first_attempt_at + $3::float8 * interval '1 ms'
    else first_attempt_at end
where id = $1 and lease_fence = $2 and state = 'WAITING'`);

/** $1 change, $2 fence, $3 state, $4 reason: ended by whoever holds the last claim; a failed text is kept. */
export const end = statement('change.end', `
update message_changes set state = $3, reason_code = $4, ended_at = app_now(),
  body = case when $3 = 'FAILED' then body end
where id = $1 and lease_fence = $2 and state = 'WAITING' returning body`);

/** $1 organisation, $2 message: where it stands now, for the journal. */
export const scopeOf = statement('change.scope', `
select m.version, m.seq, i.site_id, i.branch_id, i.queue_id, i.team_id, i.agent_id from messages m
left join interactions i on i.id = m.interaction_id and i.organisation_id = m.organisation_id
where m.organisation_id = $1 and m.id = $2`);

/** $1 organisation, $2 message, $3 new text, $4 id of the earlier one, $5 ids by part where some went. */
export const applyEdit = statement('change.apply-edit', `
with old as (
  select id, body from messages where organisation_id = $1 and id = $2
), kept as (
  insert into message_edits (id, organisation_id, message_id, body, replaced_at)
  select $4::uuid, $1, id, body, app_now() from old where body is distinct from $3
)
update messages m set body = $3, edited_at = app_now(), version = m.version + 1,
  payload = case when $5::jsonb is null then m.payload else jsonb_set(m.payload, '{sentParts}', $5::jsonb) end
from old where m.id = old.id and m.deleted_at is null returning m.version`);

/** $1 organisation, $2 message: taken back. What it said stays under seal of its row until retention takes it. */
export const applyRecall = statement('change.apply-recall', `
update messages set deleted_at = app_now(), reactions = null, version = version + 1
where organisation_id = $1 and id = $2 and deleted_at is null returning version`);

/** $1 organisation, $2 message, $3 sign or null. */
export const applyReaction = statement('change.apply-reaction', `
update messages set agent_reaction = $3, version = version + 1
where organisation_id = $1 and id = $2 and deleted_at is null returning version`);

/** $1 organisation, $2 message: seen anew, as its change failed. */
export const touchMessage = statement('change.touch', `
update messages set version = version + 1 where organisation_id = $1 and id = $2 returning version`);

/** $1 organisation, $2 conversation, $3 seq: the inbox line, where the changed message is the one it shows. */
export const previewAgain = statement('change.preview', `
update conversations c set version = c.version + 1, (last_text, last_direction) =
  (select left(x.body, 160), x.direction from messages x where x.organisation_id = c.organisation_id
    and x.conversation_id = c.id and x.deleted_at is null and x.direction <> 'SYSTEM' order by x.seq desc limit 1)
where c.organisation_id = $1 and c.id = $2 and not exists (select from messages n
  where n.organisation_id = c.organisation_id and n.conversation_id = c.id and n.seq > $3
    and n.direction <> 'SYSTEM' and n.deleted_at is null)`);
