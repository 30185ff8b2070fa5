/** Eighteenth migration: channels that hold a session of their own: their keys, how they stand, and what they may send. */
import { Migration } from '@mikro-orm/migrations';

// channel_keys is not `secrets`: a session has thousands of keys, read some at a time and written with every message.
// channel_connections has one row an account whose channel holds a session; claimDue reads cold_* of it, so that a
// number's health decides what leaves (WhatsApp policy). code_* holds a QR or pairing code for the seconds it lives.
// contact_merges.merged_by: what a provider proves is merged by nobody.

export class Connections extends Migration {
  override up(): void {
    this.addSql(`
create table channel_keys (
  organisation_id uuid not null references organisations, channel_account_id uuid not null references channel_accounts,
  kind text not null, id text not null, key_id text not null, sealed bytea not null,
  written_at timestamptz not null default app_now(),
  primary key (organisation_id, channel_account_id, kind, id));
create index channel_keys_fleeting on channel_keys (written_at) where kind in ('sent', 'media');

create table channel_key_archives (
  id uuid primary key, organisation_id uuid not null references organisations,
  channel_account_id uuid not null references channel_accounts, reason_code text not null,
  key_id text not null, sealed bytea not null, archived_at timestamptz not null default app_now());
create index channel_key_archives_age on channel_key_archives (archived_at);

create table channel_connections (
  organisation_id uuid not null references organisations, channel_account_id uuid not null references channel_accounts,
  state text not null check (state in ('IDLE', 'CONNECTING', 'PAIRING', 'OPEN', 'OFFLINE', 'OPERATOR')),
  reason_code text, since timestamptz not null default app_now(), number text, display_name text, paired_at timestamptz,
  code_kind text check (code_kind in ('QR', 'CODE')), code_key_id text, code_sealed bytea, code_until timestamptz,
  wish text check (wish in ('PAIR_QR', 'PAIR_CODE', 'RECONNECT', 'LOG_OUT', 'STOP')), wish_number text,
  wished_at timestamptz,
  cold_cap int, cold_paused_until timestamptz, cold_reason_code text,
  updated_at timestamptz not null default app_now(), version int not null default 1,
  primary key (organisation_id, channel_account_id));

create table channel_days (
  organisation_id uuid not null references organisations, channel_account_id uuid not null references channel_accounts,
  day date not null, cold int not null default 0, warm int not null default 0, failed int not null default 0,
  received int not null default 0, ignored int not null default 0,
  primary key (organisation_id, channel_account_id, day));

create table channel_gaps (
  id uuid primary key, organisation_id uuid not null references organisations,
  channel_account_id uuid not null references channel_accounts, reason_code text not null,
  from_at timestamptz not null, until_at timestamptz, recovered int not null default 0);
create index channel_gaps_account on channel_gaps (organisation_id, channel_account_id, from_at desc);
create unique index channel_gaps_open on channel_gaps (organisation_id, channel_account_id) where until_at is null;

alter table contact_merges alter column merged_by drop not null;
`);
  }
}
