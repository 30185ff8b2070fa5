/** Eighth migration: files that a provider still holds, fetched after their message is stored. */
import { Migration } from '@mikro-orm/migrations';

export class RemoteFiles extends Migration {
  override up(): void {
    this.addSql(`
create table remote_files (
  id uuid primary key, organisation_id uuid not null references organisations,
  channel_account_id uuid not null references channel_accounts, provider_message_id text not null, place int not null,
  ref text, file_name text, size_bytes bigint,
  state text not null default 'WAITING' check (state in ('WAITING', 'STORED', 'FAILED')),
  reason_code text, attempts int not null default 0, due_at timestamptz not null default app_now(),
  lease_fence bigint not null default 0, file_id uuid,
  created_at timestamptz not null default app_now(), ended_at timestamptz,
  unique (organisation_id, channel_account_id, provider_message_id, place));
create index remote_files_due on remote_files (due_at) where state = 'WAITING';
create index remote_files_ended on remote_files (ended_at) where state <> 'WAITING';
`);
  }
}
