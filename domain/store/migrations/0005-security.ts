/** Fifth migration: what shows whether the master key fits the data, and where sessions look for changed rights. */
import { Migration } from '@mikro-orm/migrations';

export class Security extends Migration {
  override up(): void {
    this.addSql(`
create table vault_checks (
  key_id text primary key, sealed bytea not null, created_at timestamptz not null default app_now());
alter table skills add column created_at timestamptz not null default app_now();
alter table seats add column version int not null default 1;
create index login_failures_at on login_failures (at);
create index idempotency_keys_created on idempotency_keys (created_at);
`);
  }
}
