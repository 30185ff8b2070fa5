/** The SQL of intake: set-based, prepared, a handful of statements per batch whatever its size. */
import { journalInsertSql } from '#domain/journal/append.ts';
import { statement } from '#domain/store/db.ts';

/** A thread of a batch: t numbers it. */
export const THREAD_COLUMNS = `t int, organisation_id uuid, account_id uuid, handle text, thread_key text`;

/** Of an open interaction o, its id where the customer's message makes it wait for a reply again. */
export const DUE = `case when o.awaiting_reply_since is null or o.customer_ended_at is not null
      or o.snoozed_until is not null or o.state in ('IDLE_CHECK_1', 'IDLE_CHECK_2') then o.id end as due_id`;

/** What an update of such an interaction o sets; `now` is SQL. */
export const resumed = (now: string): string => `awaiting_reply_since = coalesce(o.awaiting_reply_since, ${now}),
    customer_ended_at = null, version = o.version + 1,
    snoozed_until = case when o.snoozed_until is not null then least(o.snoozed_until, ${now}) end,
    state = case when o.state in ('IDLE_CHECK_1', 'IDLE_CHECK_2') then 'IN_SERVICE' else o.state end`;

/** The journal's word of messages of `stored`, in the order of the batch. */
export const TELL_RECEIVED = `insert into journal (epoch, at, organisation_id, type, subject_type, subject_id,
    conversation_id, actor_kind, site_id, branch_id, queue_id, team_id, agent_id)
  select (select epoch from journal_epoch), created_at, organisation_id, 'message.received', 'message', id,
    conversation_id, 'CUSTOMER', site_id, branch_id, queue_id, team_id, agent_id
  from stored order by n`;

/**
 * Whoever writes can be reached: a point that was noted as out of reach is so no more. Of the CTEs `conversation` and
 * `interaction`, numbered by t.
 */
export const REACHED = `reached as (
  update contact_points p set unreachable_at = null, version = p.version + 1 from conversation c
  where p.id = c.contact_point_id and p.unreachable_at is not null
  returning c.t, c.id as conversation_id, p.organisation_id, p.id, p.contact_id
), told_reached as (
  insert into journal (epoch, at, organisation_id, type, subject_type, subject_id, conversation_id, actor_kind, site_id,
    branch_id, queue_id, team_id, agent_id, data)
  select (select epoch from journal_epoch), (select app_now()), r.organisation_id, 'contact.updated', 'contact',
    r.contact_id, r.conversation_id, 'CUSTOMER', o.site_id, o.branch_id, o.queue_id, o.team_id, o.agent_id,
    jsonb_build_object('changed', '["reachable"]'::jsonb, 'contactPointId', r.id)
  from reached r left join interaction o on o.t = r.t
)`;

/** The raw events of `source`, each new for certain: $raw its bytes end to end, $hashes 32 bytes each. */
export const insertEvents = (source: string, raw: string, hashes: string): string => `insert into inbound_events (id,
    organisation_id, channel_account_id, direction, dedup_hash, kind, raw, received_at)
  select inbound_event_id, organisation_id, channel_account_id, 0, substring(${hashes}::bytea from n * 32 + 1 for 32),
    'message', substring(${raw}::bytea from raw_at + 1 for raw_length), created_at
  from ${source}`;

/**
 * Finds the conversations of the messages in `source` (item i ...; t numbers its threads), gives each its next seqs
 * under the row's lock (INV4) and locks its open interaction. Conversation before interaction: the order of locks of
 * the whole house. An interaction that closed meanwhile falls out, and the message opens new work.
 */
const touch = (source: string): string => `touched as (
  select i.t, i.organisation_id, i.account_id, i.handle, i.thread_key, count(*)::int as messages,
    (array_agg(i.preview order by i.n desc))[1] as preview
  from ${source} where i.kind = 'message'
  group by i.t, i.organisation_id, i.account_id, i.handle, i.thread_key order by i.account_id, i.handle, i.thread_key
), conversation as (
  update conversations c set last_seq = c.last_seq + t.messages, last_message_at = (select app_now()),
    last_inbound_at = (select app_now()), last_text = t.preview, last_direction = 'IN',
    unread_count = c.unread_count + t.messages, version = c.version + 1
  from touched t where c.organisation_id = t.organisation_id and c.channel_account_id = t.account_id
    and c.handle = t.handle and c.thread_key = t.thread_key
  returning t.t, c.id, c.organisation_id, c.contact_id, c.contact_point_id, c.last_seq - t.messages as last_seq
), interaction as (
  select c.t, c.last_seq, o.id, o.conversation_id, o.ticket_id, o.site_id, o.branch_id, o.queue_id, o.team_id,
    o.agent_id, ${DUE}
  from conversation c join interactions o on o.organisation_id = c.organisation_id and o.conversation_id = c.id
    and o.state not in ('CLOSED', 'OOT_COMPLETE')
  for no key update of o
), ${REACHED}`;

const PLACE = `c.id as conversation_id, c.contact_id, c.contact_point_id, c.last_seq, o.due_id,
  o.id as interaction_id, o.ticket_id, o.site_id, o.branch_id, o.queue_id, o.team_id, o.agent_id`;

/** The columns of an item that become its message's row; interactions/intake-plan.ts says what stands in them. */
export const MESSAGE_COLUMNS = `body text, attachments jsonb, payload jsonb, provider_message_id text,
  reply_to_provider_id text, provider_at timestamptz`;

/** Writes the rows of `source`: the columns of `item` in writeMessages. */
export const insertMessages = (source: string): string => `insert into messages (id, organisation_id, conversation_id,
    interaction_id, channel_account_id, seq, direction, author_kind, kind, body, attachments, payload,
    provider_message_id, inbound_event_id, created_at, provider_at, reply_to_id)
  select id, organisation_id, conversation_id, interaction_id, channel_account_id, seq, 'IN', 'CUSTOMER', kind, body,
    attachments, payload, provider_message_id, inbound_event_id, created_at, provider_at,
    case when reply_to_provider_id is null then null else (select r.id from messages r
      where r.channel_account_id = ${source}.channel_account_id and r.provider_message_id = ${source}.reply_to_provider_id
        and r.conversation_id = ${source}.conversation_id limit 1) end
  from ${source}`;

/**
 * Interactions whose customer wrote after the last answer, the goodbye or the idle check, or while they were put aside:
 * they wait for a reply again, and what was put aside is due at once.
 */
const resume = (ids: string): string => `update interactions o set ${resumed('(select app_now())')}
  where o.id = any(${ids})`;

/**
 * $1 the events as JSON, $2 their raw bytes laid end to end, $3 their hashes (32 bytes each). Inserts what is new
 * (INV2) and gives each fresh message its place; nulls where nobody wrote on that thread before. A message whose work
 * is open already is written here, with its journal row, and comes back with its seq: planIntake would plan the same.
 * What cannot be written here is planned in the same transaction.
 */
export const recordEvents = statement('intake.record', `
with item as (
  select * from json_to_recordset($1::json) as i (n int, id uuid, kind text, raw_at int, raw_length int, state text,
    reason_code text, reason_detail text, preview text, message_id uuid, message_kind text, ${MESSAGE_COLUMNS},
    ${THREAD_COLUMNS})
), fresh as (
  insert into inbound_events (id, organisation_id, channel_account_id, direction, dedup_hash, kind, raw, received_at,
    state, reason_code, reason_detail)
  select id, organisation_id, account_id, 0, substring($3::bytea from n * 32 + 1 for 32), kind,
    substring($2::bytea from raw_at + 1 for raw_length), (select app_now()), coalesce(state, 'DONE'), reason_code,
    reason_detail
  from item
  on conflict (organisation_id, channel_account_id, direction, dedup_hash) do nothing returning id
), ${touch('item i join fresh f on f.id = i.id')}, stored as (
  select i.n, o.due_id, i.message_id as id, i.organisation_id, o.conversation_id, o.id as interaction_id,
    i.account_id as channel_account_id,
    (o.last_seq + row_number() over (partition by o.conversation_id order by i.n))::int as seq,
    i.message_kind as kind, i.body, i.attachments, i.payload, i.provider_message_id, i.reply_to_provider_id,
    i.id as inbound_event_id, (select app_now()) as created_at, i.provider_at,
    o.site_id, o.branch_id, o.queue_id, o.team_id, o.agent_id
  from item i join fresh f on f.id = i.id join interaction o on o.t = i.t where i.kind = 'message'
), message as (
  ${insertMessages('stored')}
), resumed as (
  ${resume('(select array_agg(due_id) from stored where due_id is not null)::uuid[]')}
), told as (
  ${TELL_RECEIVED}
)
select i.n, (f.id is not null) as fresh, s.seq, coalesce(s.conversation_id, c.id) as conversation_id,
  c.contact_id, c.contact_point_id, c.last_seq, case when s.n is null then (select app_now()) end as now
from item i left join fresh f on f.id = i.id left join stored s on s.n = i.n
left join conversation c on c.t = i.t and f.id is not null and s.n is null`);

/** $1 messages as JSON whose events are recorded already: their places, as recordEvents gives them. */
export const touchThreads = statement('intake.touch-threads', `
with item as (
  select * from json_to_recordset($1::json) as i (n int, kind text, preview text, ${THREAD_COLUMNS})
), ${touch('item i')}
select i.n, true as fresh, (select app_now()) as now, ${PLACE}
from item i left join conversation c on c.t = i.t left join interaction o on o.t = i.t`);

/** $1 open interactions, their locks held, as `resume` says; for messages that recordEvents did not place. */
export const resumeWaiting = statement('intake.resume-waiting', resume('$1::uuid[]'));

const NEW_THREADS = (parameter: string): string => `select * from json_to_recordset(${parameter}::json) as i (n int,
    contact_id uuid, point_id uuid, conversation_id uuid, name text, phone text, email text, messages int, preview text,
    channel text, point_account_id uuid, ${THREAD_COLUMNS})`;
const INSERT_POINTS = `insert into contact_points (id, organisation_id, contact_id, channel, channel_account_id, handle,
    phone)
  select point_id, organisation_id, contact_id, channel, point_account_id, handle, phone from item`;
const INSERT_CONTACTS = `insert into contacts (id, organisation_id, name, email)
  select i.contact_id, i.organisation_id, i.name, i.email from item`;
const INSERT_CONVERSATIONS = `insert into conversations (id, organisation_id, channel_account_id, contact_id,
    contact_point_id, handle, thread_key, last_seq, last_message_at, last_inbound_at, last_text, last_direction,
    unread_count)
  select i.conversation_id, i.organisation_id, i.account_id, i.contact_id, i.point_id, i.handle, i.thread_key,
    i.messages, (select app_now()), (select app_now()), i.preview, 'IN', i.messages
  from item`;

/** Contact, point and conversation of threads (JSON) that nobody has written on; refused where one of them exists. */
export const insertThreads = (parameter: string): string => `item as (
  ${NEW_THREADS(parameter)}
), point as (
  ${INSERT_POINTS}
), contact as (
  ${INSERT_CONTACTS} i
), conversation as (
  ${INSERT_CONVERSATIONS} i
)`;

/**
 * $1 the unknown threads as JSON. Makes contact, point and conversation of those that nobody made meanwhile and gives
 * their places in the list; a point that exists already (another account's, another node's) is left to adoptThreads.
 */
export const openThreads = statement('intake.open-threads', `
with item as (
  ${NEW_THREADS('$1')}
), point as (
  ${INSERT_POINTS} on conflict do nothing returning id
), contact as (
  ${INSERT_CONTACTS} i join point p on p.id = i.point_id
)
${INSERT_CONVERSATIONS} i join point p on p.id = i.point_id
on conflict do nothing returning id`);

/** $1 threads whose contact point exists: makes their conversations where they are missing. */
export const adoptThreads = statement('intake.adopt-threads', `
with item as (
  select * from json_to_recordset($1::json) as i (conversation_id uuid, channel text, point_account_id uuid,
    ${THREAD_COLUMNS})
)
insert into conversations (id, organisation_id, channel_account_id, contact_id, contact_point_id, handle, thread_key)
select i.conversation_id, i.organisation_id, i.account_id, p.contact_id, p.id, i.handle, i.thread_key
from item i join contact_points p on p.organisation_id = i.organisation_id and p.channel = i.channel
  and p.channel_account_id is not distinct from i.point_account_id and p.handle = i.handle
on conflict do nothing returning id`);

/** $1 conversations of a signal as JSON: the conversation, locked, with its open interaction; nothing is changed. */
export const lockThreads = statement('intake.lock-threads', `
with item as (
  select * from json_to_recordset($1::json) as i (n int, ${THREAD_COLUMNS})
), known as (
  select i.n, c.id from item i join conversations c on c.organisation_id = i.organisation_id
    and c.channel_account_id = i.account_id and c.handle = i.handle and c.thread_key = i.thread_key
), locked as (
  select id, contact_id, contact_point_id, last_seq from conversations
  where id in (select id from known) order by id for no key update
)
select k.n, l.id as conversation_id, l.contact_id, l.contact_point_id, l.last_seq, o.id as interaction_id, o.ticket_id,
  o.site_id, o.branch_id, o.queue_id, o.team_id, o.agent_id
from known k join locked l on l.id = k.id
left join interactions o on o.conversation_id = l.id and o.state not in ('CLOSED', 'OOT_COMPLETE')`);

/** $1 how many: handles that have open work, the newest first, for a node that starts. */
export const openHandles = statement('intake.open-handles', `
select c.channel_account_id as account_id, c.handle from interactions o join conversations c on c.id = o.conversation_id
where o.state not in ('CLOSED', 'OOT_COMPLETE') order by o.date_origin desc limit $1`);

/**
 * $1 account ids: where new work of the account goes. Without a queue of its own, the organisation's first of tier 1.
 */
export const routesOfAccounts = statement('intake.routes', `
select a.id as account_id, q.id as queue_id, q.site_id, q.tier, q.cost_points, q.priority,
  coalesce(s.time_zone, (select time_zone from sites where organisation_id = a.organisation_id order by code limit 1),
    'Asia/Jakarta') as time_zone
from channel_accounts a
left join lateral (
  select * from queues where queues.organisation_id = a.organisation_id and queues.active
    and (queues.id = a.queue_id or queues.tier = 1)
  order by (queues.id = a.queue_id) desc nulls last, queues.code limit 1) q on true
left join sites s on s.id = q.site_id
where a.id = any($1::uuid[])`);

/** $1 conversation ids: the newest ticket of each that is not out of topic, and whether it takes new work. */
export const lastTickets = statement('intake.last-tickets', `
select distinct on (t.conversation_id) t.conversation_id, t.id, (t.state <> 'CLOSED') as open,
  (t.state = 'CLOSED'
    and t.closed_at + coalesce(c.reopen_days, 7) * interval '1 day' > (select app_now())) as reopenable
from tickets t left join categories c on c.id = t.category_id
where t.conversation_id = any($1::uuid[]) and t.state <> 'OOT_COMPLETE'
order by t.conversation_id, t.opened_at desc, t.id desc`);

/**
 * $1 organisation, $2 how many, $3 time zone. A statement of its own, outside the batch, so that lanes never
 * queue on it.
 */
export const takeTicketNumbers = statement('intake.ticket-numbers', `
insert into ticket_counters (organisation_id, day, used) values ($1, ((select app_now()) at time zone $3)::date, $2)
on conflict (organisation_id, day) do update set used = ticket_counters.used + excluded.used
returning used, to_char(day, 'YYMMDD') as day`);

/** Written by planIntake: $n messages. */
const plannedMessages = (parameter: string): string => `planned as (
  select * from json_to_recordset(${parameter}::json) as m (id uuid, organisation_id uuid, conversation_id uuid,
    interaction_id uuid, channel_account_id uuid, seq int, kind text, ${MESSAGE_COLUMNS}, inbound_event_id uuid,
    created_at timestamptz)
), message as (
  ${insertMessages('planned')}
)`;

/** New tickets and interactions as planIntake plans them (JSON), with the segment of their queue leg. */
export const insertNewWork = (tickets: string, interactions: string): string => `ticket as (
  insert into tickets (id, organisation_id, number, contact_id, conversation_id, site_id, queue_id, opened_at)
  select * from json_to_recordset(${tickets}::json) as t (id uuid, organisation_id uuid, number text, contact_id uuid,
    conversation_id uuid, site_id uuid, queue_id uuid, opened_at timestamptz)
), opened as (
  select * from json_to_recordset(${interactions}::json) as i (id uuid, organisation_id uuid, conversation_id uuid,
    contact_id uuid, channel_account_id uuid, channel text, medium text, ticket_id uuid, tier int, priority int,
    site_id uuid, queue_id uuid, cost_points int, date_origin timestamptz, provider_origin_at timestamptz,
    queued_at timestamptz, waiting_since timestamptz, segment_id uuid)
), interaction as (
  insert into interactions (id, organisation_id, conversation_id, contact_id, channel_account_id, channel, medium,
    ticket_id, state, tier, priority, site_id, queue_id, cost_points, date_origin, provider_origin_at, queued_at,
    waiting_since, awaiting_reply_since, category_id)
  select i.id, i.organisation_id, i.conversation_id, i.contact_id, i.channel_account_id, i.channel, i.medium,
    i.ticket_id, 'QUEUED', i.tier, i.priority, i.site_id, i.queue_id, i.cost_points, i.date_origin,
    i.provider_origin_at, i.queued_at, i.waiting_since, i.queued_at,
    (select t.category_id from tickets t where t.id = i.ticket_id)
  from opened i
), segment as (
  insert into segments (id, organisation_id, interaction_id, kind, queue_id, started_at)
  select segment_id, organisation_id, id, 'QUEUE', queue_id, queued_at from opened where queue_id is not null
)`;

/**
 * $1 new tickets, $2 ids of reopened ones, $3 new interactions, $4 messages, $5 journal records: all that planIntake
 * planned, where it opened work.
 */
export const writeOpenings = statement('intake.openings', `
with reopened as (
  update tickets set state = 'OPEN_T1', closed_at = null, resolved_at = null, documented_at = null, agent_id = null,
    team_id = null, reopened_count = reopened_count + 1, version = version + 1
  where id = any($2::uuid[]) and state = 'CLOSED'
), ${insertNewWork('$1', '$3')}, ${plannedMessages('$4')}
${journalInsertSql('$5')}`);

/** $1 messages, $2 journal records: what planIntake planned, where it opened nothing. */
export const writeMessages = statement('intake.messages', `with ${plannedMessages('$1')} ${journalInsertSql('$2')}`);

/** $1 account, $2 provider message ids: what a redelivered message became, for the acknowledgement of its sender. */
export const knownMessages = statement('intake.known-messages', `
select provider_message_id, id, conversation_id, seq from messages
where channel_account_id = $1 and provider_message_id = any($2::text[]) and direction = 'IN'`);

/** $1 id, $2 user: takes a quarantined event for a replay. */
export const takeQuarantined = statement('intake.take-quarantined', `
update inbound_events set state = 'REPLAYED', attempts = attempts + 1, resolved_at = (select app_now()),
  resolved_by = $2
where id = $1 and state = 'QUARANTINED' returning id, (select app_now()) as now`);

/** $1 conversation, $2 account, $3 provider message id: a message of the customer, locked. */
const ownMessage = `select id, organisation_id, body, attachments from messages
  where channel_account_id = $2 and provider_message_id = $3 and conversation_id = $1 and direction = 'IN'
    and deleted_at is null for update`;

/**
 * $4 new text, $5 id of the earlier one: the customer changed a message; what stood there is kept for whoever reads
 * the conversation, for an agent may have answered it.
 */
export const editMessage = statement('intake.edit', `
with old as (${ownMessage}), kept as (
  insert into message_edits (id, organisation_id, message_id, body, replaced_at)
  select $5::uuid, organisation_id, id, body, app_now() from old where body is distinct from $4
)
update messages m set body = $4, edited_at = app_now(), version = m.version + 1 from old where m.id = old.id
returning m.id, m.version`);

/** $4 kind, $5 text, $6 payload: what could not be read at first; nothing that can be read is written over. */
export const revealMessage = statement('intake.reveal', `
with old as (${ownMessage})
update messages m set kind = $4, body = $5, payload = $6::jsonb, version = m.version + 1
from old where m.id = old.id and m.payload ->> 'unreadable' = 'true' returning m.id, m.version`);

/** $4 the reactions as JSON: on a message of either side, for customers react to ours. */
export const reactToMessage = statement('intake.react', `
update messages set reactions = $4::jsonb, version = version + 1
where channel_account_id = $2 and provider_message_id = $3 and conversation_id = $1 and direction in ('IN', 'OUT')
  and deleted_at is null and reactions is distinct from $4::jsonb returning id, version`);

/** The customer withdrew a message; its text and its files go too, and what stood there before. */
export const deleteMessage = statement('intake.delete', `
with old as (${ownMessage}), forgotten as (delete from message_edits e using old where e.message_id = old.id),
file as (update files f set attached_at = null from old where f.organisation_id = old.organisation_id and f.id in
  (select (one ->> 'fileId')::uuid from jsonb_array_elements(coalesce(old.attachments, '[]')) as one))
update messages m set body = null, attachments = null, payload = null, reactions = null, deleted_at = app_now(),
  version = m.version + 1
from old where m.id = old.id returning m.id, m.version`);
