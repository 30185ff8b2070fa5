/** Fourth migration: what the road out needs to find its work fast, and to pace an account over all nodes. */
import { Migration } from '@mikro-orm/migrations';

export class Outbound extends Migration {
  override up(): void {
    this.addSql(`
alter table messages add column lease_node uuid;
drop index messages_due;
create index messages_due on messages (channel_account_id, bulk, due_at) where status = 'queued';
create index messages_pending on messages (conversation_id, seq) where status in ('queued', 'sending');
create index messages_leased on messages (lease_until) where status = 'sending';
create index receipts_kept on receipts (received_at) where not applied;

create table send_paces (
  organisation_id uuid not null references organisations,
  channel_account_id uuid not null references channel_accounts,
  tokens double precision not null, refilled_at timestamptz not null default app_now(), paused_until timestamptz,
  primary key (organisation_id, channel_account_id)) with (fillfactor = 50);
`);
  }
}
