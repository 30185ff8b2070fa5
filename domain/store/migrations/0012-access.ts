/** Twelfth migration: two-factor sign-in, identity providers, API keys, webhooks, retention and requests of subjects. */
import { Migration } from '@mikro-orm/migrations';

export class Access extends Migration {
  override up(): void {
    this.addSql(`
alter table sessions add column method text not null default 'PASSWORD', add column stepped_up_at timestamptz;

create table two_factors (
  organisation_id uuid not null references organisations, user_id uuid not null references users,
  confirmed_at timestamptz, last_step bigint not null default 0, updated_at timestamptz not null default app_now(),
  primary key (organisation_id, user_id));
create table recovery_codes (
  organisation_id uuid not null references organisations, user_id uuid not null references users,
  code_hash bytea not null, used_at timestamptz, primary key (organisation_id, user_id, code_hash));
create table sign_in_steps (
  id_hash bytea not null, organisation_id uuid not null references organisations,
  user_id uuid not null references users, kind text not null check (kind in ('TOTP', 'ENROL')), method text not null,
  password_mark bytea not null, npk_hash bytea not null, place text not null, attempts int not null default 0,
  expires_at timestamptz not null, primary key (id_hash, organisation_id));
create index sign_in_steps_user on sign_in_steps (user_id);

create table identity_providers (
  id uuid primary key, organisation_id uuid not null references organisations, name text not null,
  issuer text not null, client_id text not null, npk_claim text not null default 'npk',
  second_step_done boolean not null default false, active boolean not null default true,
  created_at timestamptz not null default app_now(), version int not null default 1, unique (organisation_id, name));
create table user_identities (
  organisation_id uuid not null references organisations, provider_id uuid not null references identity_providers,
  subject_hash bytea not null, user_id uuid not null references users,
  created_at timestamptz not null default app_now(), primary key (organisation_id, provider_id, subject_hash));

create table api_keys (
  id uuid primary key, organisation_id uuid not null references organisations,
  user_id uuid not null references users, name text not null, key_hash bytea not null, last4 text not null,
  permissions text[] not null, expires_at timestamptz not null, last_used_at timestamptz,
  created_at timestamptz not null default app_now(), revoked_at timestamptz, revoke_reason text);
create index api_keys_user on api_keys (user_id) where revoked_at is null;
create index api_keys_list on api_keys (organisation_id, created_at, id);

create table webhooks (
  id uuid primary key, organisation_id uuid not null references organisations, name text not null,
  url text not null, types text[] not null, active boolean not null default true,
  after_epoch int not null, after_xid xid8 not null, after_id bigint not null, failing_since timestamptz,
  created_at timestamptz not null default app_now(), version int not null default 1, unique (organisation_id, name));
create table webhook_deliveries (
  id uuid primary key, organisation_id uuid not null references organisations,
  webhook_id uuid not null references webhooks, journal_id bigint not null, type text not null, body text not null,
  state text not null default 'WAITING' check (state in ('WAITING', 'DELIVERED', 'FAILED')),
  attempts int not null default 0, due_at timestamptz not null default app_now(), answer_status int, reason_code text,
  created_at timestamptz not null default app_now(), finished_at timestamptz,
  unique (organisation_id, webhook_id, journal_id));
create index webhook_deliveries_due on webhook_deliveries (webhook_id, due_at) where state = 'WAITING';
create index webhook_deliveries_list on webhook_deliveries (webhook_id, created_at, id);

create table retention_rules (
  organisation_id uuid not null references organisations, data_class text not null,
  days int not null check (days between 1 and 36500), updated_at timestamptz not null default app_now(),
  version int not null default 1, primary key (organisation_id, data_class));
create table retention_runs (
  id uuid primary key, organisation_id uuid not null references organisations,
  cause text not null check (cause in ('SCHEDULE', 'USER')), started_by uuid references users,
  state text not null default 'RUNNING' check (state in ('RUNNING', 'DONE')),
  cutoffs jsonb not null, counts jsonb not null default '{}', held int not null default 0,
  started_at timestamptz not null default app_now(), finished_at timestamptz);
create unique index retention_runs_one on retention_runs (organisation_id) where state = 'RUNNING';
create index retention_runs_list on retention_runs (organisation_id, started_at, id);

create table legal_holds (
  id uuid primary key, organisation_id uuid not null references organisations,
  contact_id uuid not null references contacts, reason text not null, placed_by uuid not null references users,
  placed_at timestamptz not null default app_now(), released_by uuid references users, released_at timestamptz);
create unique index legal_holds_one on legal_holds (organisation_id, contact_id) where released_at is null;
create table subject_requests (
  id uuid primary key, organisation_id uuid not null references organisations,
  contact_id uuid not null references contacts, kind text not null check (kind in ('EXPORT', 'ERASURE')),
  state text not null default 'REQUESTED' check (state in ('REQUESTED', 'APPROVED', 'REJECTED', 'DONE')),
  reason text not null, requested_by uuid not null references users,
  requested_at timestamptz not null default app_now(), due_at timestamptz not null,
  decided_by uuid references users, decided_at timestamptz, finished_at timestamptz, counts jsonb,
  version int not null default 1);
create unique index subject_requests_one on subject_requests (organisation_id, contact_id, kind)
  where state in ('REQUESTED', 'APPROVED');
create index subject_requests_list on subject_requests (organisation_id, requested_at, id);

update roles set version = version + 1, permissions = permissions
  || '{security.manage,api-key.manage,webhook.manage,retention.manage,subject-data.approve}'
  where built_in and code = 'ADMIN';
update roles set version = version + 1, permissions = permissions || '{subject-data.manage,retention.manage}'
  where built_in and code = 'OPERATION_MANAGER';
`);
  }
}
