/** Brings a database to the present schema: MikroORM's migrator over the list below, forward only. */
import { setTimeout } from 'node:timers/promises';
import { MikroORM } from '@mikro-orm/postgresql';
import { Migrator } from '@mikro-orm/migrations';
import pg from 'pg';
import { Foundation } from './migrations/0001-foundation.ts';
import { Conversations } from './migrations/0002-conversations.ts';
import { Judgement } from './migrations/0003-judgement.ts';
import { Outbound } from './migrations/0004-outbound.ts';
import { Security } from './migrations/0005-security.ts';
import { Reading } from './migrations/0006-reading.ts';
import { CustomerSide } from './migrations/0007-customer-side.ts';
import { RemoteFiles } from './migrations/0008-remote-files.ts';
import { Search } from './migrations/0009-search.ts';
import { Conversation } from './migrations/0010-conversation.ts';
import { WorkAtHand } from './migrations/0011-work.ts';
import { Access } from './migrations/0012-access.ts';
import { Places } from './migrations/0013-places.ts';
import { Lists } from './migrations/0014-lists.ts';
import { Entry } from './migrations/0015-entry.ts';
import { Changes } from './migrations/0016-changes.ts';
import { Intake } from './migrations/0017-intake.ts';
import { Connections } from './migrations/0018-connections.ts';
import { OwnPart } from './migrations/0019-own-part.ts';
import { Trail } from './migrations/0020-trail.ts';
import { OpenTickets } from './migrations/0021-open-tickets.ts';

/** In order; a later release only appends, and each step must leave the release before it able to run. */
export const migrationsList = [
  { name: '0001-foundation', class: Foundation },
  { name: '0002-conversations', class: Conversations },
  { name: '0003-judgement', class: Judgement },
  { name: '0004-outbound', class: Outbound },
  { name: '0005-security', class: Security },
  { name: '0006-reading', class: Reading },
  { name: '0007-customer-side', class: CustomerSide },
  { name: '0008-remote-files', class: RemoteFiles },
  { name: '0009-search', class: Search },
  { name: '0010-conversation', class: Conversation },
  { name: '0011-work', class: WorkAtHand },
  { name: '0012-access', class: Access },
  { name: '0013-places', class: Places },
  { name: '0014-lists', class: Lists },
  { name: '0015-entry', class: Entry },
  { name: '0016-changes', class: Changes },
  { name: '0017-intake', class: Intake },
  { name: '0018-connections', class: Connections },
  { name: '0019-own-part', class: OwnPart },
  { name: '0020-trail', class: Trail },
  { name: '0021-open-tickets', class: OpenTickets },
];

/** The role that the product's statements run as: it may not change or delete what is append-only (RA08). */
export const APP_ROLE = 'sambung_app';

const MIGRATION_LOCK = 7_215_001;
/** How often a node that finds another one at it looks again. */
const LOCK_EVERY_MS = 200;

/**
 * Asks again and again instead of waiting in one statement: an index that is built beside the work waits for every
 * statement that began before it, and would wait for this one for ever.
 */
async function lock(client: pg.Client): Promise<void> {
  const ask = async (): Promise<boolean> => (await client.query<{ mine: boolean }>(
    'select pg_try_advisory_lock($1) as mine', [MIGRATION_LOCK])).rows[0]?.mine === true;
  while (!await ask()) await setTimeout(LOCK_EVERY_MS);
}

async function grant(client: pg.Client): Promise<string | undefined> {
  const able = await client.query<{ able: boolean }>(
    `select (rolcreaterole or rolsuper) or exists (select from pg_roles r where r.rolname = $1
       and pg_has_role(current_user, r.oid, 'MEMBER')) as able from pg_roles where rolname = current_user`, [APP_ROLE]);
  if (able.rows[0]?.able !== true) return undefined;
  await client.query(`do $$ begin
    if not exists (select from pg_roles where rolname = '${APP_ROLE}') then create role ${APP_ROLE} nologin; end if;
  exception when duplicate_object or unique_violation then null; end $$`);
  await client.query(`
    grant usage on schema public to ${APP_ROLE};
    grant select, insert, update, delete on all tables in schema public to ${APP_ROLE};
    grant usage, select on all sequences in schema public to ${APP_ROLE};
    revoke update, delete, truncate on journal, journal_seal from ${APP_ROLE};
    grant ${APP_ROLE} to current_user`);
  return APP_ROLE;
}

/**
 * Applies what is missing, under an advisory lock, so that two nodes may start at once. Gives the role to run as, or
 * undefined where the database's user may not make roles (then only the triggers guard the journal).
 */
export async function migrate(url: string): Promise<string | undefined> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await lock(client);
    const orm = await MikroORM.init({
      clientUrl: url, entities: [], discovery: { warnWhenNoEntities: false }, extensions: [Migrator],
      migrations: { migrationsList, snapshot: false, silent: true, tableName: 'schema_migrations',
        // Each step for itself: one that is no transaction cannot stand within one over all of them.
        allOrNothing: false },
    });
    try {
      await orm.migrator.up();
    } finally {
      await orm.close(true);
    }
    return await grant(client);
  } finally {
    await client.end();
  }
}
