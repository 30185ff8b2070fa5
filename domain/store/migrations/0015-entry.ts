/** Fifteenth migration: links by which people set their own password, sessions with a second factor, and exports. */
import { Migration } from '@mikro-orm/migrations';

export class Entry extends Migration {
  override up(): void {
    this.addSql(`
alter table sessions add column second_factor boolean not null default false;

create table user_links (
  id_hash bytea not null, organisation_id uuid not null references organisations,
  user_id uuid not null references users, kind text not null check (kind in ('INVITE', 'RESET')),
  created_by uuid references users, created_at timestamptz not null default app_now(),
  expires_at timestamptz not null, used_at timestamptz, void_at timestamptz,
  primary key (organisation_id, id_hash));
create index user_links_hash on user_links (id_hash);
create unique index user_links_live on user_links (organisation_id, user_id) where used_at is null and void_at is null;

update organisations set settings = settings || '{"demo": true}' where code = 'DEMO';
update roles set version = version + 1, permissions = permissions || '{data.export}'
  where built_in and code in ('ADMIN', 'OPERATION_MANAGER');
`);
  }
}
