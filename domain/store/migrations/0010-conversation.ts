/** Tenth migration: what an agent works with inside a conversation: canned replies, mentions, earlier texts, previews. */
import { Migration } from '@mikro-orm/migrations';

export class Conversation extends Migration {
  override up(): void {
    this.addSql(`
alter table messages add column reactions jsonb;

create table message_edits (
  id uuid primary key, organisation_id uuid not null references organisations, message_id uuid not null,
  body text, replaced_at timestamptz not null);
create index message_edits_message on message_edits (message_id, replaced_at);

create table mentions (
  organisation_id uuid not null references organisations, message_id uuid not null,
  user_id uuid not null references users, conversation_id uuid not null, interaction_id uuid not null,
  created_at timestamptz not null, read_at timestamptz, primary key (organisation_id, message_id, user_id));
create index mentions_user on mentions (user_id, created_at desc);

create table canned_replies (
  id uuid primary key, organisation_id uuid not null references organisations,
  shortcut text not null check (shortcut ~ '^[a-z0-9][a-z0-9-]{0,31}$'), title text not null, body text not null,
  queue_id uuid references queues, active boolean not null default true,
  created_at timestamptz not null default app_now(), version int not null default 1,
  unique (organisation_id, shortcut));

create table link_previews (
  organisation_id uuid not null references organisations, address_hash bytea not null,
  title text, description text, site_name text, reason_code text, fetched_at timestamptz not null,
  primary key (organisation_id, address_hash));
create index link_previews_age on link_previews (fetched_at);
`);
  }
}
