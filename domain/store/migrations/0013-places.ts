/** Thirteenth migration: places that can be closed down, working hours, holidays, and tests of channel accounts. */
import { Migration } from '@mikro-orm/migrations';

export class Places extends Migration {
  override up(): void {
    this.addSql(`
create table calendars (
  id uuid primary key, organisation_id uuid not null references organisations,
  code text not null, name text not null, time_zone text not null, weekly jsonb not null,
  active boolean not null default true, created_at timestamptz not null default app_now(),
  version int not null default 1, unique (organisation_id, code));
create table holidays (
  id uuid primary key, organisation_id uuid not null references organisations,
  calendar_id uuid references calendars, day date not null, name text not null, spans jsonb not null default '[]',
  active boolean not null default true, created_at timestamptz not null default app_now(),
  version int not null default 1, unique nulls not distinct (organisation_id, calendar_id, day));

alter table sites add column active boolean not null default true, add column calendar_id uuid references calendars;
alter table queues add column calendar_id uuid references calendars;
alter table branches add column active boolean not null default true, alter column path set default '',
  add column calendar_id uuid references calendars;
alter table teams add column active boolean not null default true;
alter table seats add column active boolean not null default true;

create table account_tests (
  id uuid primary key, organisation_id uuid not null references organisations,
  channel_account_id uuid not null references channel_accounts, code text not null,
  created_by uuid not null references users, created_at timestamptz not null default app_now(),
  received_at timestamptz, conversation_id uuid, reply_id uuid);
create index account_tests_account on account_tests (organisation_id, channel_account_id, created_at);
`);
  }
}
