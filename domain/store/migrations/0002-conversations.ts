/** Second migration: contacts, conversations, messages, interactions, tickets and the agents' states. */
import { Migration } from '@mikro-orm/migrations';

// The tables that every message touches carry few foreign keys: each costs a locked index look-up per row (a quarter of
// a batch's time when measured), and their rows are written by one command each. None points at an organisation or an
// account, which are never deleted: every newcomer would lock those same rows. A test looks for orphans instead.

export class Conversations extends Migration {
  override up(): void {
    this.addSql(`
create table contacts (
  id uuid primary key, organisation_id uuid not null,
  name text, email text, domicile text, time_zone text, language text, notes text,
  branch_id uuid references branches, merged_into_id uuid references contacts,
  created_at timestamptz not null default app_now(), updated_at timestamptz not null default app_now(),
  version int not null default 1);
create index contacts_name on contacts using gin (name gin_trgm_ops);

create table contact_points (
  id uuid primary key, organisation_id uuid not null,
  contact_id uuid not null references contacts, channel text not null,
  channel_account_id uuid, handle text not null,
  phone text, verified boolean not null default false, unreachable_at timestamptz,
  created_at timestamptz not null default app_now(), version int not null default 1,
  unique nulls not distinct (organisation_id, channel, handle, channel_account_id));
create index contact_points_contact on contact_points (contact_id);
create index contact_points_phone on contact_points (organisation_id, phone) where phone is not null;

create table opt_outs (
  id uuid primary key, organisation_id uuid not null references organisations,
  contact_point_id uuid not null references contact_points, purpose text not null default 'ALL'
    check (purpose in ('ALL', 'FOLLOW_UP', 'COLLECTION', 'OFFER')),
  reason text not null, created_by uuid references users, created_at timestamptz not null default app_now(),
  withdrawn_at timestamptz, withdrawn_by uuid references users);
create unique index opt_outs_active on opt_outs (organisation_id, contact_point_id, purpose) where withdrawn_at is null;

create table conversations (
  id uuid primary key, organisation_id uuid not null,
  channel_account_id uuid not null, contact_id uuid not null,
  contact_point_id uuid not null references contact_points, handle text not null, thread_key text not null default '',
  last_seq int not null default 0, last_message_at timestamptz, last_inbound_at timestamptz,
  last_text text, last_direction text, unread_count int not null default 0, customer_read_seq int not null default 0,
  created_at timestamptz not null default app_now(), version int not null default 1,
  unique (organisation_id, channel_account_id, handle, thread_key)) with (fillfactor = 60);
create index conversations_contact on conversations (contact_id);
create index conversations_point on conversations (contact_point_id);

create table inbound_events (
  id uuid primary key, organisation_id uuid not null,
  channel_account_id uuid not null,
  direction smallint not null default 0, dedup_hash bytea not null, kind text not null, raw bytea not null,
  received_at timestamptz not null,
  state text not null default 'DONE' check (state in ('DONE', 'QUARANTINED', 'REPLAYED')),
  reason_code text, reason_detail text, attempts int not null default 1,
  resolved_at timestamptz, resolved_by uuid references users);
create unique index inbound_events_dedup on inbound_events (organisation_id, channel_account_id, direction, dedup_hash);
create index inbound_events_quarantined on inbound_events (organisation_id, received_at) where state = 'QUARANTINED';

create table tickets (
  id uuid primary key, organisation_id uuid not null,
  number text not null, contact_id uuid not null references contacts, conversation_id uuid,
  category_id uuid references categories, subcategory_id uuid references categories,
  state text not null default 'OPEN_T1' check (state in ('OPEN_T1', 'ESCALATED_T2', 'T2_IDENTIFYING', 'RESOLVED_T2',
    'DISPATCHED', 'PARTY_RECEIVED', 'PARTY_IDENTIFYING', 'PARTY_PROCESSING', 'STATUS_INFORMED', 'RESOLVED',
    'CUSTOMER_INFORMED', 'CLOSED', 'OOT_COMPLETE')),
  summary text, outcome_code text, site_id uuid, branch_id uuid,
  queue_id uuid, team_id uuid, agent_id uuid references users,
  opened_at timestamptz not null, resolved_at timestamptz, closed_at timestamptz,
  reopened_count int not null default 0, documented_at timestamptz, version int not null default 1,
  unique (organisation_id, number));
create index tickets_contact on tickets (contact_id, opened_at);
create index tickets_conversation on tickets (conversation_id, opened_at);
create index tickets_state on tickets (organisation_id, state, opened_at);
create table ticket_counters (
  organisation_id uuid not null references organisations, day date not null, used int not null,
  primary key (organisation_id, day));

create table interactions (
  id uuid primary key, organisation_id uuid not null,
  conversation_id uuid references conversations, contact_id uuid not null,
  channel_account_id uuid not null, channel text not null, medium text not null,
  ticket_id uuid not null references tickets,
  state text not null check (state in ('QUEUED', 'PICKED_UP', 'IN_SERVICE', 'IDLE_CHECK_1', 'IDLE_CHECK_2', 'INFORMED',
    'ESCALATED_T2', 'CLOSING', 'DOCUMENTED', 'CLOSED', 'OOT_COMPLETE')),
  tier int not null default 1 check (tier in (1, 2)), priority int not null default 0,
  site_id uuid, branch_id uuid, queue_id uuid,
  team_id uuid, agent_id uuid references users,
  cost_points int not null, skill_ids uuid[] not null default '{}', waiting_since timestamptz,
  date_origin timestamptz not null, provider_origin_at timestamptz, queued_at timestamptz, accepted_at timestamptz,
  answered_at timestamptz, documented_at timestamptz, closed_at timestamptz, awaiting_reply_since timestamptz,
  snoozed_until timestamptz, customer_ended_at timestamptz,
  outcome_code text, closed_reason text, csat_score int check (csat_score between 1 and 5), csat_comment text,
  csat_at timestamptz, category_id uuid, version int not null default 1) with (fillfactor = 60);
create unique index interactions_one_open on interactions (organisation_id, conversation_id)
  where state not in ('CLOSED', 'OOT_COMPLETE');
create index interactions_waiting on interactions (organisation_id, queue_id, priority desc, waiting_since)
  where state = 'QUEUED';
create index interactions_agent on interactions (agent_id) where state not in ('CLOSED', 'OOT_COMPLETE');
create index interactions_open on interactions (organisation_id, date_origin)
  where state not in ('CLOSED', 'OOT_COMPLETE');
create index interactions_closed on interactions (organisation_id, closed_at) where state in ('CLOSED', 'OOT_COMPLETE');
create index interactions_contact on interactions (contact_id);
create index interactions_ticket on interactions (ticket_id);

create table messages (
  id uuid primary key, organisation_id uuid not null,
  conversation_id uuid not null, interaction_id uuid,
  channel_account_id uuid not null, seq int not null,
  direction text not null check (direction in ('IN', 'OUT', 'NOTE', 'SYSTEM')),
  author_kind text not null check (author_kind in ('CUSTOMER', 'AGENT', 'BOT', 'SYSTEM')), author_id uuid,
  kind text not null, body text, attachments jsonb, payload jsonb, reply_to_id uuid, client_id uuid,
  provider_message_id text, inbound_event_id uuid,
  status text check (status in ('queued', 'sending', 'sent', 'delivered', 'read', 'played', 'failed', 'unknown')),
  status_at timestamptz, reason_code text, purpose text not null default 'SERVICE', bulk boolean not null default false,
  due_at timestamptz, attempts int not null default 0, first_attempt_at timestamptz,
  lease_until timestamptz, lease_fence bigint not null default 0,
  created_at timestamptz not null, provider_at timestamptz, edited_at timestamptz, deleted_at timestamptz,
  version int not null default 1) with (fillfactor = 90);
create unique index messages_seq on messages (organisation_id, conversation_id, seq);
create unique index messages_client on messages (organisation_id, client_id) where client_id is not null;
create index messages_provider on messages (channel_account_id, provider_message_id)
  where provider_message_id is not null;
create index messages_due on messages (channel_account_id, bulk, due_at) where status in ('queued', 'sending');

create table receipts (
  id uuid primary key, organisation_id uuid not null,
  channel_account_id uuid not null, provider_message_id text not null,
  status text not null, reason_code text, provider_at timestamptz, received_at timestamptz not null,
  applied boolean not null default false);
create unique index receipts_once on receipts (organisation_id, channel_account_id, provider_message_id, status);

create table segments (
  id uuid primary key, organisation_id uuid not null,
  interaction_id uuid not null references interactions, kind text not null check (kind in ('QUEUE', 'AGENT')),
  queue_id uuid, agent_id uuid, started_at timestamptz not null,
  ended_at timestamptz, result text);
create index segments_interaction on segments (interaction_id, started_at);

create table offers (
  id uuid primary key, organisation_id uuid not null,
  interaction_id uuid not null references interactions, queue_id uuid not null,
  agent_id uuid not null references users,
  state text not null check (state in ('OFFERED', 'ACCEPTED', 'DECLINED', 'EXPIRED', 'WITHDRAWN')),
  cost_points int not null, offered_at timestamptz not null, expires_at timestamptz not null,
  resolved_at timestamptz, reason_code text);
create unique index offers_one_open on offers (organisation_id, interaction_id) where state = 'OFFERED';
create index offers_expiring on offers (expires_at) where state = 'OFFERED';
create index offers_agent on offers (agent_id) where state = 'OFFERED';
create index offers_interaction on offers (interaction_id);

create table agent_states (
  user_id uuid primary key references users, organisation_id uuid not null references organisations,
  presence text not null default 'OFFLINE' check (presence in ('READY', 'BUSY', 'BREAK', 'WRAP_UP', 'OFFLINE')),
  reason_code text, since timestamptz not null default app_now(), wrap_up_until timestamptz,
  after_wrap_up text, capacity_points int not null default 100, used_points int not null default 0,
  last_offered_at timestamptz, vanished_at timestamptz, version int not null default 1,
  check (used_points >= 0 and used_points <= capacity_points)) with (fillfactor = 70);
create table desk_connections (
  id uuid primary key, organisation_id uuid not null references organisations, user_id uuid not null references users,
  node_id uuid not null, tab_id text not null, connected_at timestamptz not null default app_now());
create index desk_connections_user on desk_connections (user_id);
create index desk_connections_node on desk_connections (node_id);

create table documentations (
  id uuid primary key, organisation_id uuid not null references organisations,
  interaction_id uuid not null references interactions, ticket_id uuid not null references tickets,
  author_id uuid not null references users, category_id uuid not null references categories,
  subcategory_id uuid references categories, outcome_code text not null, summary text not null,
  cross_selling_offered boolean not null, product_interest text, created_at timestamptz not null,
  version int not null default 1);
create index documentations_ticket on documentations (ticket_id, created_at);

create table files (
  id uuid primary key, organisation_id uuid not null references organisations,
  conversation_id uuid references conversations, storage_name text not null, file_name text not null,
  media_type text not null, size_bytes bigint not null, sha256 bytea not null,
  uploaded_by_kind text not null check (uploaded_by_kind in ('CUSTOMER', 'AGENT', 'SYSTEM')), uploaded_by uuid,
  attached_at timestamptz, created_at timestamptz not null default app_now());
create index files_orphans on files (created_at) where attached_at is null;

create table journal (
  epoch int not null, xid xid8 not null default pg_current_xact_id(), id bigint generated always as identity,
  at timestamptz not null, organisation_id uuid not null, type text not null,
  subject_type text not null, subject_id uuid not null, conversation_id uuid,
  actor_kind text not null, actor_id uuid,
  site_id uuid, branch_id uuid, queue_id uuid, team_id uuid, agent_id uuid,
  version int not null default 0, data jsonb, primary key (epoch, xid, id));
create index journal_subject on journal (subject_id);
create table journal_epoch (singleton boolean primary key default true check (singleton), epoch int not null);
insert into journal_epoch (epoch) values (1);
create table journal_detail (
  journal_id bigint primary key, organisation_id uuid not null, subject_id uuid not null,
  key_id uuid not null, sealed bytea not null);
create table subject_keys (
  id uuid primary key, organisation_id uuid not null references organisations, subject_id uuid not null,
  sealed_key bytea, destroyed_at timestamptz, unique (organisation_id, subject_id));
create table journal_seal (
  block bigint primary key, from_epoch int not null, from_xid xid8 not null, from_id bigint not null,
  to_epoch int not null, to_xid xid8 not null, to_id bigint not null, row_count int not null,
  row_hashes bytea storage external not null, previous_hmac bytea not null, hmac bytea not null, key_id text not null,
  sealed_at timestamptz not null);

create function refuse_change() returns trigger language plpgsql as
  $$ begin raise exception 'append-only table %', tg_table_name using errcode = '55000'; end $$;
create trigger journal_append_only before update or delete or truncate on journal
  for each statement execute function refuse_change();
create trigger journal_seal_append_only before update or delete or truncate on journal_seal
  for each statement execute function refuse_change();
`);
  }
}
