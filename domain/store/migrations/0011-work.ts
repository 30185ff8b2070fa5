/** Eleventh migration: work that is put aside, followed or looked at through saved views; contacts that are one person. */
import { Migration } from '@mikro-orm/migrations';

// interactions_snoozed is empty but for what is put aside: an insert only tests its predicate.

export class WorkAtHand extends Migration {
  override up(): void {
    this.addSql(`
alter table interactions add column snoozed_at timestamptz, add column snoozed_s int not null default 0;
create index interactions_snoozed on interactions (snoozed_until) where snoozed_until is not null;
create index contacts_email on contacts (organisation_id, lower(email)) where email is not null;

create table saved_views (
  id uuid primary key, organisation_id uuid not null references organisations, user_id uuid not null references users,
  name text not null check (name <> ''), filter jsonb not null, sort int not null default 0,
  created_at timestamptz not null default app_now(), version int not null default 1,
  unique (organisation_id, user_id, name));

create table ticket_follows (
  organisation_id uuid not null references organisations, user_id uuid not null references users,
  ticket_id uuid not null references tickets, created_at timestamptz not null default app_now(),
  primary key (organisation_id, user_id, ticket_id));

create table contact_merges (
  id uuid primary key, organisation_id uuid not null references organisations,
  kept_id uuid not null references contacts, merged_id uuid not null references contacts,
  point_ids uuid[] not null, interaction_ids uuid[] not null, ticket_ids uuid[] not null, filled text[] not null,
  merged_by uuid not null references users, merged_at timestamptz not null default app_now(),
  undone_by uuid references users, undone_at timestamptz);
create unique index contact_merges_active on contact_merges (organisation_id, merged_id) where undone_at is null;
create index contact_merges_kept on contact_merges (kept_id);
create index contact_merges_recent on contact_merges (merged_at) where undone_at is null;

create table contacts_apart (
  organisation_id uuid not null references organisations, one_id uuid not null references contacts,
  other_id uuid not null references contacts, said_by uuid not null references users,
  said_at timestamptz not null default app_now(), primary key (organisation_id, one_id, other_id),
  check (one_id < other_id));

update roles set permissions = permissions || '{contact.update}', version = version + 1
where built_in and code in ('AGENT', 'TIER2', 'VERIFIER', 'OUTBOUND', 'TELEMARKETING')
  and not 'contact.update' = any(permissions);
`);
  }
}
