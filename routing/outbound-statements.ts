/**
 * The prepared statements by which messages to customers are written down: replies, notes and the system's own texts.
 */
import { journalInsertSql } from '#domain/journal/append.ts';
import { statement } from '#domain/store/db.ts';

/** $1 organisation, $2 conversation: takes the lock under which seq is given (INV4, RI5). */
export const lockConversation = statement('outbound.lock-conversation', `
select id, channel_account_id, last_seq from conversations where organisation_id = $1 and id = $2 for update`);

/** $1 organisation, $2 client id: the message that a click made before (INV3, RF19). */
export const byClientId = statement('outbound.by-client-id', `
select id, conversation_id, author_id, direction from messages where organisation_id = $1 and client_id = $2`);

/** $1 organisation, $2 conversation: its open interaction, locked. */
export const lockInteraction = statement('outbound.lock-interaction', `
select id, state, version, answered_at, site_id, branch_id, queue_id, team_id, agent_id from interactions
where organisation_id = $1 and conversation_id = $2 and state not in ('CLOSED', 'OOT_COMPLETE') for update`);

/**
 * $1 organisation, $2 ids, $3 the user, $4 conversation: files that this user uploaded and that no message has taken
 * yet.
 */
export const lockFiles = statement('outbound.lock-files', `
select id, file_name, media_type, size_bytes::float8 as size_bytes from files
where organisation_id = $1 and id = any($2::uuid[]) and uploaded_by_kind = 'AGENT' and uploaded_by = $3
  and attached_at is null and (conversation_id is null or conversation_id = $4) order by id for update`);

/** $1 organisation, $2 conversation, $3 message: what a reply may quote. */
export const quotable = statement('outbound.quotable', `
select id from messages where organisation_id = $1 and conversation_id = $2 and id = $3
  and direction in ('IN', 'OUT')`);

/**
 * $1 one message as columns, $2 the interaction's new state (null: untouched, as for notes and texts of bots), $3
 * files to take, $4 journal records, $5 users a note mentions. What an agent wrote waits behind what is still held
 * back, so that the order of the clicks stays. The caller holds the locks of the conversation and the interaction.
 */
export const writeMessage = statement('outbound.write', `
with item as (
  select * from json_to_record($1::json) as m (id uuid, organisation_id uuid, conversation_id uuid, interaction_id uuid,
    channel_account_id uuid, seq int, direction text, author_kind text, author_id uuid, kind text, body text,
    attachments jsonb, reply_to_id uuid, client_id uuid, status text, purpose text, bulk boolean, due_at timestamptz,
    hold_s float8, payload jsonb, preview text)
), held as (
  select max(e.due_at) as until from item join messages e on e.conversation_id = item.conversation_id
    and e.status in ('queued', 'sending')
  where e.organisation_id = item.organisation_id and e.status = 'queued' and e.author_kind = 'AGENT'
    and e.attempts = 0 and e.reason_code is null and item.author_kind = 'AGENT' and item.direction = 'OUT'
), message as (
  insert into messages (id, organisation_id, conversation_id, interaction_id, channel_account_id, seq, direction,
    author_kind, author_id, kind, body, attachments, reply_to_id, client_id, status, status_at, purpose, bulk, due_at,
    payload, created_at)
  select id, organisation_id, conversation_id, interaction_id, channel_account_id, seq, direction, author_kind,
    author_id,
    kind, body, attachments, reply_to_id, client_id, status, case when status is not null then app_now() end, purpose,
    bulk, case when status is not null then greatest(coalesce(due_at, app_now() + hold_s * interval '1 second'),
      (select until from held)) end, payload, app_now()
  from item
), conversation as (
  update conversations c set last_seq = item.seq, last_message_at = app_now(), last_text = item.preview,
    last_direction = item.direction, version = c.version + 1
  from item where c.id = item.conversation_id and c.organisation_id = item.organisation_id
), interaction as (
  update interactions i set state = $2::text, answered_at = coalesce(i.answered_at, app_now()),
    awaiting_reply_since = null,
    version = i.version + 1
  from item where $2::text is not null and i.id = item.interaction_id and i.organisation_id = item.organisation_id
), file as (
  update files f set attached_at = app_now(), conversation_id = item.conversation_id
  from item where f.organisation_id = item.organisation_id and f.id = any($3::uuid[])
), mention as (
  insert into mentions (organisation_id, message_id, user_id, conversation_id, interaction_id, created_at)
  select item.organisation_id, item.id, who, item.conversation_id, item.interaction_id, app_now()
  from item cross join unnest($5::uuid[]) as who
)
${journalInsertSql('$4')}`);

/**
 * $1 organisation, $2 message: a message to the customer, for the decision of an agent about it. Its conversation
 * comes first.
 */
export const conversationOfMessage = statement('outbound.conversation-of', `
select conversation_id from messages where organisation_id = $1 and id = $2 and direction = 'OUT'`);

/** $1 organisation, $2 message: locked, after its conversation and interaction. */
export const lockMessage = statement('outbound.lock-message', `
select id, channel_account_id, status, version, deleted_at is not null as deleted from messages
where organisation_id = $1 and id = $2 for update`);

/**
 * $1 organisation, $2 message, $3 journal records: sent again under the same client UUID. A provider's id of a refused
 * attempt is forgotten; that of an open one stays, so that a late proof still ends the message.
 */
export const queueAgain = statement('outbound.queue-again', `
with message as (
  update messages set status = 'queued', status_at = app_now(), reason_code = null, due_at = app_now(), attempts = 0,
    first_attempt_at = null, lease_until = null, lease_node = null, version = version + 1,
    provider_message_id = case when status = 'failed' then null else provider_message_id end
  where organisation_id = $1 and id = $2 and status in ('failed', 'unknown')
)
${journalInsertSql('$3')}`);
