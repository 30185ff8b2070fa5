/** First migration: the organisation, its people, and the channels they work on. */
import { Migration } from '@mikro-orm/migrations';

export class Foundation extends Migration {
  override up(): void {
    this.addSql(`
create extension if not exists ltree;
create extension if not exists pg_trgm;

create table app_clock (singleton boolean primary key default true check (singleton), offset_ms bigint not null);
insert into app_clock (offset_ms) values (0);
create function app_now() returns timestamptz language sql stable parallel safe as
  $$ select now() + (select offset_ms from app_clock) * interval '1 millisecond' $$;

create table organisations (
  id uuid primary key, code text not null unique, name text not null,
  programmes text[] not null default '{contact-centre}', settings jsonb not null default '{}',
  created_at timestamptz not null default app_now(), version int not null default 1);

create table sites (
  id uuid primary key, organisation_id uuid not null references organisations,
  code text not null, name text not null, time_zone text not null,
  created_at timestamptz not null default app_now(), version int not null default 1,
  unique (organisation_id, code));

create table branches (
  id uuid primary key, organisation_id uuid not null references organisations,
  parent_id uuid references branches, code text not null, name text not null,
  kind text not null check (kind in ('HEAD_OFFICE', 'REGION', 'AREA', 'BRANCH')),
  path ltree not null, created_at timestamptz not null default app_now(), version int not null default 1,
  unique (organisation_id, code));
create index branches_path on branches using gist (path);

create table teams (
  id uuid primary key, organisation_id uuid not null references organisations,
  site_id uuid not null references sites, name text not null, leader_id uuid,
  created_at timestamptz not null default app_now(), version int not null default 1,
  unique (organisation_id, name));

create table users (
  id uuid primary key, organisation_id uuid not null references organisations,
  npk text not null unique check (npk ~ '^[0-9]{4,8}$'), name text not null check (name <> ''),
  password_hash text, status text not null default 'ACTIVE' check (status in ('ACTIVE', 'DISABLED')),
  site_id uuid references sites, branch_id uuid references branches, team_id uuid references teams,
  locale text not null default 'id' check (locale in ('id', 'en')),
  capacity_points int not null default 100 check (capacity_points between 0 and 1000),
  password_changed_at timestamptz, created_at timestamptz not null default app_now(),
  updated_at timestamptz not null default app_now(), version int not null default 1);
create index users_organisation on users (organisation_id, npk);
alter table teams add foreign key (leader_id) references users;

create table roles (
  id uuid primary key, organisation_id uuid not null references organisations,
  code text not null, name_id text not null, name_en text not null,
  rank int not null check (rank between 0 and 100), permissions text[] not null,
  default_scope text not null default 'self'
    check (default_scope in ('self', 'team', 'queue', 'site', 'branch', 'organisation')),
  built_in boolean not null default false, created_at timestamptz not null default app_now(),
  version int not null default 1, unique (organisation_id, code));

create table user_roles (
  id uuid primary key, organisation_id uuid not null references organisations,
  user_id uuid not null references users, role_id uuid not null references roles,
  scope_kind text not null check (scope_kind in ('self', 'team', 'queue', 'site', 'branch', 'organisation')),
  scope_id uuid, created_at timestamptz not null default app_now(),
  unique nulls not distinct (organisation_id, user_id, role_id, scope_kind, scope_id),
  check ((scope_kind in ('self', 'organisation')) = (scope_id is null)));

create table seats (
  id uuid primary key, organisation_id uuid not null references organisations,
  site_id uuid not null references sites, application text not null, label text not null,
  user_id uuid references users, taken_at timestamptz, unique (organisation_id, label));
create unique index seats_one_per_user on seats (organisation_id, application, user_id) where user_id is not null;

create table skills (
  id uuid primary key, organisation_id uuid not null references organisations,
  code text not null, name text not null, active boolean not null default true,
  version int not null default 1, unique (organisation_id, code));
create table user_skills (
  organisation_id uuid not null references organisations, user_id uuid not null references users,
  skill_id uuid not null references skills, level int not null default 3 check (level between 1 and 5),
  primary key (organisation_id, user_id, skill_id));

create table queues (
  id uuid primary key, organisation_id uuid not null references organisations,
  code text not null, name text not null, tier int not null check (tier in (1, 2)),
  site_id uuid references sites, priority int not null default 0 check (priority between 0 and 9),
  cost_points int check (cost_points between 1 and 100),
  offer_timeout_s int not null default 30 check (offer_timeout_s between 5 and 600),
  pick_allowed boolean not null default false, active boolean not null default true,
  created_at timestamptz not null default app_now(), version int not null default 1,
  unique (organisation_id, code));
create table queue_skills (
  organisation_id uuid not null references organisations, queue_id uuid not null references queues,
  skill_id uuid not null references skills, primary key (organisation_id, queue_id, skill_id));
create table queue_members (
  organisation_id uuid not null references organisations, queue_id uuid not null references queues,
  user_id uuid not null references users, primary key (organisation_id, queue_id, user_id));
create index queue_members_user on queue_members (user_id);

create table categories (
  id uuid primary key, organisation_id uuid not null references organisations,
  parent_id uuid references categories, code text not null, name_id text not null, name_en text not null,
  target_ideal_s int, target_max_s int, reopen_days int not null default 7 check (reopen_days between 0 and 365),
  active boolean not null default true, version int not null default 1, unique (organisation_id, code));
create table reasons (
  id uuid primary key, organisation_id uuid not null references organisations,
  kind text not null check (kind in ('BREAK', 'DECLINE', 'OUTCOME', 'OOT', 'UNMASK', 'REOPEN', 'ESCALATION')),
  code text not null, label_id text not null, label_en text not null, active boolean not null default true,
  sort int not null default 0, version int not null default 1, unique (organisation_id, kind, code));

create table channel_accounts (
  id uuid primary key, organisation_id uuid not null references organisations,
  channel text not null, key text not null check (key ~ '^[a-z0-9][a-z0-9-]{1,62}$'), name text not null,
  address text, queue_id uuid references queues,
  status text not null default 'ACTIVE' check (status in ('ACTIVE', 'DISABLED', 'NEEDS_ATTENTION')),
  settings jsonb not null default '{}', created_at timestamptz not null default app_now(),
  version int not null default 1, unique (channel, key));

create table secrets (
  organisation_id uuid not null references organisations, owner_kind text not null, owner_id uuid not null,
  name text not null, key_id text not null, sealed bytea not null,
  updated_at timestamptz not null default app_now(), primary key (organisation_id, owner_kind, owner_id, name));
create table cursors (
  organisation_id uuid not null references organisations, channel_account_id uuid not null references channel_accounts,
  name text not null, value text not null, updated_at timestamptz not null default app_now(),
  primary key (organisation_id, channel_account_id, name));
create table leases (
  name text primary key, holder text not null, fence bigint not null, expires_at timestamptz not null);
create table nodes (
  id uuid primary key, roles text[] not null, release text not null,
  started_at timestamptz not null default app_now(), seen_at timestamptz not null default app_now());

create table sessions (
  id_hash bytea primary key, organisation_id uuid not null references organisations,
  user_id uuid not null references users, csrf_token text not null, ip text, user_agent text,
  created_at timestamptz not null default app_now(), seen_at timestamptz not null default app_now(),
  expires_at timestamptz not null, revoked_at timestamptz, revoke_reason text);
create index sessions_user on sessions (user_id) where revoked_at is null;
create table login_failures (
  npk_hash bytea not null, ip text not null, at timestamptz not null default app_now());
create index login_failures_npk on login_failures (npk_hash, at);
create index login_failures_ip on login_failures (ip, at);
create table known_devices (
  organisation_id uuid not null references organisations, user_id uuid not null references users,
  device_hash bytea not null, seen_at timestamptz not null default app_now(),
  primary key (organisation_id, user_id, device_hash));
create table idempotency_keys (
  organisation_id uuid not null references organisations, user_id uuid not null references users,
  key text not null, request_hash bytea not null, status int, body jsonb,
  created_at timestamptz not null default app_now(), primary key (organisation_id, user_id, key));
`);
  }
}
