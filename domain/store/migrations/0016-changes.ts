/** Sixteenth migration: changes to what was said, on their way to the customer: edits, recalls and our reactions. */
import { Migration } from '@mikro-orm/migrations';

// messages gets a column without a default and no index: nothing that is inserted there costs more than before.

export class Changes extends Migration {
  override up(): void {
    this.addSql(`
alter table messages add column agent_reaction text;

create table message_changes (
  id uuid primary key, organisation_id uuid not null references organisations,
  place bigint generated always as identity, client_id uuid not null,
  message_id uuid not null, conversation_id uuid not null,
  channel_account_id uuid not null references channel_accounts, author_id uuid not null references users,
  kind text not null check (kind in ('EDIT', 'RECALL', 'REACTION')), body text, emoji text,
  state text not null default 'WAITING' check (state in ('WAITING', 'DONE', 'FAILED', 'WITHDRAWN')),
  reason_code text, attempts int not null default 0, first_attempt_at timestamptz,
  due_at timestamptz not null, lease_fence bigint not null default 0,
  created_at timestamptz not null default app_now(), ended_at timestamptz,
  unique (organisation_id, client_id));
create index message_changes_due on message_changes (due_at) where state = 'WAITING';
create index message_changes_order on message_changes (conversation_id, place) where state = 'WAITING';
create index message_changes_open on message_changes (message_id) where state in ('WAITING', 'FAILED');
create index message_changes_message on message_changes (message_id);
`);
  }
}
