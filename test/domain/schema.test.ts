/**
 * The schema itself: whose rows are whose (INV10), what is append-only (RA08), and that no row points into the
 * void.
 */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import t from 'tap';
import { newId } from '#domain/ids.ts';
import { APP_ROLE, migrate, migrationsList } from '#domain/store/migrate.ts';
import type { Db } from '#domain/store/db.ts';
import type { InboundEvent } from '#domain/channels/words.ts';
import { acceptOffer, declineOffer, offerNext, releaseInteraction } from '#routing/assignment.ts';
import { escalateInteraction } from '#routing/escalation.ts';
import { createIntake, type IntakeAccount } from '#routing/intake.ts';
import { addNote, recordReceipts } from '#routing/outbound.ts';
import { closeInteraction, completeOutOfTopic, documentInteraction } from '#routing/wrap-up.ts';
import { eventually, openTestDb, testServers } from '#test/support/harness.ts';
import { fakeProvider, reply, startSending, messageState } from '#test/support/outbound.ts';
import { formOf, openOfferOf, ready, setUp } from '#test/support/routing.ts';

t.setTimeout(240_000);

/** Tables that belong to the installation, not to an organisation. */
const NOBODYS: Record<string, string> = {
  organisations: 'is the organisation',
  app_clock: 'one clock for all', journal_epoch: 'one epoch of the whole journal',
  leases: 'who holds what, by name; no data', nodes: 'the processes', schema_migrations: 'what was migrated',
  search_progress: 'how far the search follows the whole journal',
  vault_checks: 'one line per master key', journal_seal: 'one chain over the whole journal',
  login_failures: 'counted before anybody knows whose NPK it is: hashes and addresses only',
};

/** Unique keys without organisation_id, each with the reason why it must hold over the whole installation. */
const UNIQUE_EVERYWHERE: Record<string, string> = {
  'users(npk)': 'one signs in with the NPK alone, before the organisation is known',
  'channel_accounts(channel,key)': 'the address /hooks/:channel/:key names no organisation',
  'sessions(id_hash)': 'the hash of 256 random bits; it is what tells the organisation',
  'agent_states(user_id)': 'a user is of one organisation: the same single uuid as users(id)',
  'journal(epoch,xid,id)': 'the order of the whole journal: tail and seals read it across organisations',
  'journal_detail(journal_id)': 'one row beside a journal row, by its number',
};

interface Key { table: string; columns: string[] }

async function tablesOf(db: Db): Promise<string[]> {
  const rows = await db.dynamic<{ name: string }>(`select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by 1`);
  return rows.map((row) => row.name);
}

async function uniqueKeys(db: Db): Promise<Key[]> {
  return db.dynamic<{ table: string; columns: string[] } & Record<string, unknown>>(`
    select c.relname as table, array(select a.attname::text from unnest(i.indkey::int[]) with ordinality k(n, at)
      join pg_attribute a on a.attrelid = c.oid and a.attnum = k.n order by k.at) as columns
    from pg_index i join pg_class c on c.oid = i.indrelid
    where c.relnamespace = 'public'::regnamespace and (i.indisunique or i.indisprimary) order by 1, 2`);
}

t.test('INV10 every business table has organisation_id, never null, and so has every unique key', async (t) => {
  const { db } = await openTestDb(t);
  const tables = await tablesOf(db);
  t.ok(tables.length > 40, `${tables.length} tables`);
  t.same(Object.keys(NOBODYS).filter((name) => !tables.includes(name)), [], 'exceptions that are no longer there');
  const owned = await db.dynamic<{ name: string }>(`select c.relname as name from pg_attribute a
    join pg_class c on c.oid = a.attrelid where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
      and a.attname = 'organisation_id' and a.attnotnull`);
  const having = new Set(owned.map((row) => row.name));
  t.same(tables.filter((name) => !having.has(name) && !(name in NOBODYS)), [], 'tables without an owner');

  const uuids = await db.dynamic<{ name: string }>(`select c.relname || '.' || a.attname as name
    from pg_attribute a join pg_class c on c.oid = a.attrelid where a.atttypid = 'uuid'::regtype`);
  const uuidKeys = new Set(uuids.map((row) => row.name));
  const seen = new Set<string>();
  const wrong = (await uniqueKeys(db)).filter(({ table, columns }) => {
    const name = `${table}(${columns.join(',')})`;
    if (name in UNIQUE_EVERYWHERE) { seen.add(name); return false; }
    const ownId = columns.length === 1 && columns[0] === 'id' && uuidKeys.has(`${table}.id`);
    return !(table in NOBODYS) && !ownId && !columns.includes('organisation_id');
  });
  t.same(wrong, [], 'unique over all organisations');
  t.same(Object.keys(UNIQUE_EVERYWHERE).filter((name) => !seen.has(name)), [], 'exceptions that are no longer there');
});

t.test('migrations run from empty, twice, and by two nodes at once', async (t) => {
  const admin = new pg.Client({ connectionString: testServers().postgresUrl });
  await admin.connect();
  const name = `test_${randomBytes(6).toString('hex')}`;
  await admin.query(`create database ${name}`);
  t.teardown(async () => { await admin.query(`drop database ${name} with (force)`); await admin.end(); });
  const address = new URL(testServers().postgresUrl);
  address.pathname = `/${name}`;
  t.same(await Promise.all([migrate(address.href), migrate(address.href)]), [APP_ROLE, APP_ROLE]);
  const client = new pg.Client({ connectionString: address.href });
  await client.connect();
  const shape = async (): Promise<unknown> => (await client.query(`
    select table_name, column_name, data_type, is_nullable
    from information_schema.columns where table_schema = 'public' order by 1, 2`)).rows;
  const before = await shape();
  t.equal(await migrate(address.href), APP_ROLE);
  t.same(await shape(), before);
  const done = await client.query<{ name: string }>('select name from schema_migrations order by id');
  t.same(done.rows.map((row) => row.name), migrationsList.map((one) => one.name), 'each once, in order');
  await client.end();
});

t.test('RA08 the journal and its seals refuse change: by trigger for everybody, by right for the application',
  async (t) => {
  const { url, db } = await openTestDb(t);
  const organisationId = newId();
  await db.dynamic(`insert into organisations (id, code, name) values ($1, 'UJI', 'Uji')`, [organisationId]);
  await db.dynamic(`insert into journal (epoch, at, organisation_id, type, subject_type, subject_id, actor_kind)
    values (1, app_now(), $1, 'user.updated', 'user', $1, 'SYSTEM')`, [organisationId]);
  await db.dynamic(`insert into journal_seal (block, from_epoch, from_xid, from_id, to_epoch, to_xid, to_id, row_count,
    row_hashes, previous_hmac, hmac, key_id, sealed_at) values (1, 1, '1', 1, 1, '1', 1, 1, '', '', '', 'k',
      app_now())`);
  const attempts = ['journal', 'journal_seal'].flatMap((table) => {
    const column = table === 'journal' ? 'subject_type' : 'key_id';
    return [`update ${table} set ${column} = 'x'`, `delete from ${table}`, `truncate ${table}`];
  });
  const code = (text: string, client: { query(text: string): Promise<unknown> }): Promise<string> =>
    client.query(text).then(() => 'done', (error: { code: string }) => error.code);
  for (const text of attempts) t.equal(await code(text, db.pool), '55000', `the owner: ${text}`);

  await migrate(url);
  const client = new pg.Client({ connectionString: url, options: `-c role=${APP_ROLE}` });
  await client.connect();
  for (const text of attempts) t.equal(await code(text, client), '42501', `the application: ${text}`);
  for (const text of ['alter table journal disable trigger all', 'drop table journal',
    'drop trigger journal_append_only on journal'])
    t.equal(await code(text, client), '42501', text);
  t.equal(await code('select count(*) from journal', client), 'done');
  await client.end();
  t.same(await db.dynamic(`select (select count(*)::int from journal) as rows,
    (select count(*)::int from journal_seal) as seals`),
    [{ rows: 1, seals: 1 }]);
});

/** What a column of this name points to, in every table. */
const POINTS_TO: Record<string, string> = {
  conversation_id: 'conversations', interaction_id: 'interactions', contact_id: 'contacts', ticket_id: 'tickets',
  contact_point_id: 'contact_points', channel_account_id: 'channel_accounts', inbound_event_id: 'inbound_events',
  queue_id: 'queues', agent_id: 'users', team_id: 'teams', site_id: 'sites', branch_id: 'branches', user_id: 'users',
  category_id: 'categories', subcategory_id: 'categories', reply_to_id: 'messages', role_id: 'roles',
    skill_id: 'skills',
};
const SUBJECTS: Record<string, string> = {
  conversation: 'conversations', interaction: 'interactions', contact: 'contacts', ticket: 'tickets',
    message: 'messages',
  agent: 'users', user: 'users', event: 'inbound_events',
};

/** Every column that points to a row which is not there, or is of another organisation. */
async function orphans(db: Db): Promise<string[]> {
  const columns = await db.dynamic<{ table: string; column: string }>(`select c.relname as table, a.attname as column
    from pg_attribute a join pg_class c on c.oid = a.attrelid
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0
      and a.atttypid = 'uuid'::regtype`);
  const looks = columns.flatMap(({ table, column }) => (POINTS_TO[column] === undefined || table in NOBODYS ? []
    : [{ name: `${table}.${column}`, to: POINTS_TO[column], from: `${table} x where x.${column} is not null`,
      column }]));
  for (const [subject, to] of Object.entries(SUBJECTS)) {
    looks.push({ name: `journal(${subject})`, to, from: `journal x where x.subject_type = '${subject}'`,
      column: 'subject_id' });
  }
  const found: string[] = [];
  for (const { name, to, from, column } of looks) {
    const [row] = await db.dynamic<{ n: number }>(`select count(*)::int as n from ${from}
      and not exists (select from ${to} y where y.id = x.${column} and y.organisation_id = x.organisation_id)`);
    if (row?.n !== 0) found.push(`${name}: ${row?.n} without a row of ${to}`);
  }
  return found;
}

function text(id: string, handle: string): InboundEvent {
  return { kind: 'message', dedupKey: id, raw: Buffer.from(`{"id":"${id}"}`), handle, messageKind: 'text',
    text: `pesan ${id}`,
    providerMessageId: id, name: 'Nasabah Uji', phone: '+628120000001' };
}

t.test('no row points into the void after intake, offers, replies, receipts, escalation, closing and coming back',
  async (t) => {
  const { work, world, agents: [a, b] } = await setUp(t);
  const intake = createIntake(work);
  t.teardown(() => intake.close());
  const account: IntakeAccount = { id: world.accountId, organisationId: world.organisationId, channel: 'generic',
    key: world.accountKey, name: 'Akun Uji', address: null, settings: {}, medium: 'MESSAGING' };
  const provider = fakeProvider();
  const sending = startSending(work, provider);
  t.teardown(() => sending.stop());
  for (const handle of ['satu', 'dua', 'tiga', 'empat']) {
    // Again each time: closing leaves the agent in wrap-up.
    await ready(work, a);
    await intake.receive(account, [text(`${handle}-1`, handle), text(`${handle}-2`, handle)]);
    await offerNext(work);
    const offer = await openOfferOf(work.db, a);
    const { interactionId } = await acceptOffer(work, { user: a, offerId: offer.id });
    const [row] = await work.db.dynamic<{ conversation_id: string }>(
      'select conversation_id from interactions where id = $1', [interactionId]);
    const conversationId = row?.conversation_id ?? '';
    const who = { user: a, interactionId };
    if (handle === 'tiga') { await completeOutOfTopic(work, { ...who, reasonCode: 'SPAM' }); continue; }
    const messageId = await reply(work, a, conversationId, 'Selamat pagi.');
    await addNote(work, { user: a, conversationId, clientId: newId(), text: 'catatan' });
    const sent = await eventually('the reply is sent', async () => (await messageState(work,
      messageId)).provider_message_id);
    await recordReceipts(work, account, [{ providerMessageId: sent, status: 'read' }]);
    if (handle === 'satu') { await documentInteraction(work, { ...who,
      form: formOf(world) }); await closeInteraction(work, who); }
    if (handle === 'dua') await escalateInteraction(work, { ...who, reasonCode: 'DI_LUAR_WEWENANG' });
    if (handle === 'empat') await releaseInteraction(work, who);
  }
  await intake.receive(account, [text('satu-3', 'satu'),
    { kind: 'edit', dedupKey: 'e1', raw: Buffer.from('{}'), handle: 'dua', providerMessageId: 'dua-1', text: 'diubah' },
    { kind: 'ended', dedupKey: 'x1', raw: Buffer.from('{}'), handle: 'empat' },
    { kind: 'unreadable', dedupKey: 'u1', raw: Buffer.from('{'), reasonCode: 'UJI', reasonDetail: 'x' }]);
  await ready(work, b);
  await offerNext(work);
  const [offer] = await work.db.dynamic<{ id: string; agent_id: string }>(
    `select id, agent_id from offers where state = 'OFFERED'`);
  if (offer !== undefined) await declineOffer(work, { user: offer.agent_id === a.id ? a : b, offerId: offer.id,
    reasonCode: 'SIBUK' });

  t.same(await orphans(work.db), []);
  const [counts] = await work.db.dynamic(`select (select count(*)::int from interactions) >= 5 as interactions,
    (select count(*)::int from segments) > 5 as segments, (select count(*)::int from receipts) = 3 as receipts,
    (select count(*)::int from messages) > 12 as messages, (select count(*)::int from journal) > 40 as journal`);
  t.same(counts, { interactions: true, segments: true, receipts: true, messages: true, journal: true },
    'and there was something to look at');
});
