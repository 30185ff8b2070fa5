/** A customer with something of theirs in every place that can hold it, and what of it is still to be found. */
import { newId } from '#domain/ids.ts';
import { indexNext } from '#domain/search/indexer.ts';
import { addUser } from './admin-world.ts';
import { openInteraction } from './conversation.ts';
import { smallWorld } from './fixtures.ts';
import type { Teardown } from './harness.ts';
import { wholeApp } from './node.ts';

export const NAME = 'Zulfaqqar Wiradikarna';
export const HANDLE = '62899-zq-pegangan';
/** Words that stand nowhere but in what is theirs. */
export const SECRETS = ['zulfaqqar', 'wiradikarna', 'zq-pegangan', 'zq-surat@contoh.id', '+628990001122',
  'zq-kata-nasabah', 'zq-balasan', 'zq-ringkasan', 'zq-berkas', 'zq-komentar', 'zq-alamat', 'zq-catatan', 'zq-mentah',
  'zq-lama', 'zq-nama-lama'];

/** The whole application with a manager and an administrator signed in. */
export async function place(t: Teardown) {
  const whole = await wholeApp(t);
  const { work, nodeId, blobs } = whole.parts;
  const { db } = work;
  const world = await smallWorld(db);
  const manager = await whole.as(await addUser({ work: work as never, world }, '80009', 'OPERATION_MANAGER'));
  const admin = await whole.as(world.administrator);
  const run = (sql: string, ...values: unknown[]) => db.dynamic<{ id: string }>(sql, values);
  return { ...whole, work, db, world, manager, admin, run, parts: { work, nodeId, blobs }, blobs };
}

export type Place = Awaited<ReturnType<typeof place>>;

/** A customer with something in every place that can hold something of theirs; the work is closed. */
export async function customer({ db, world, manager, run, blobs }: Place) {
  const one = await openInteraction(db, world, { name: NAME, handle: HANDLE, text: 'zq-kata-nasabah' });
  const stored = await blobs.put(Buffer.from('isi zq-berkas'), { fileName: 'zq-berkas.txt' });
  const [fileId, rawId, editId] = [newId(), newId(), newId()];
  const o = world.organisationId;
  const changed = await manager.call('PATCH', `/api/contacts/${one.contactId}`, { name: `${NAME} zq-nama-lama`,
    email: 'zq-surat@contoh.id', domicile: 'zq-alamat', notes: 'zq-catatan' }, { 'if-match': '1' });
  if (changed.status !== 200) throw new Error(`contact: ${JSON.stringify(changed.body)}`);
  await run(`update contacts set name = $2 where id = $1`, one.contactId, NAME);
  await run(`update contact_points set phone = '+628990001122' where id = $1`, one.contactPointId);
  await run(`insert into files (id, organisation_id, conversation_id, storage_name, file_name, media_type, size_bytes,
    sha256, uploaded_by_kind, attached_at) values ($1, $2, $3, $4, 'zq-berkas.txt', 'text/plain', 9, '\\x00',
    'CUSTOMER', app_now())`, fileId, o, one.conversationId, stored.storageName);
  for (const [n, id] of [rawId, editId].entries()) {
    await run(`insert into inbound_events (id, organisation_id, channel_account_id, dedup_hash, kind, raw, received_at)
      values ($1, $2, $3, $4, 'message', convert_to($5, 'UTF8'), app_now())`, id, o, world.accountId,
    Buffer.from([n]), `{"from": "${HANDLE}", "text": "zq-mentah"}`);
  }
  await run(`update messages set inbound_event_id = $2, attachments = $3::jsonb, provider_message_id = $4 where id = $1`,
    one.messageId, rawId, JSON.stringify([{ fileId, fileName: 'zq-berkas.txt' }]), `${HANDLE}:1`);
  await run(`insert into message_edits (id, organisation_id, message_id, body, replaced_at)
    values ($1, $2, $3, 'zq-lama', app_now())`, newId(), o, one.messageId);
  await run(`insert into messages (id, organisation_id, conversation_id, interaction_id, channel_account_id, seq,
      direction, author_kind, kind, body, created_at)
    values ($1, $2, $3, $4, $5, 2, 'OUT', 'AGENT', 'text', 'zq-balasan', app_now())`, newId(), o, one.conversationId,
  one.interactionId, world.accountId);
  await run(`update conversations set last_text = 'zq-balasan' where id = $1`, one.conversationId);
  await run(`update tickets set summary = 'zq-ringkasan', state = 'CLOSED' where id = $1`, one.ticketId);
  await run(`insert into documentations (id, organisation_id, interaction_id, ticket_id, author_id, category_id,
      outcome_code, summary, cross_selling_offered, created_at)
    values ($1, $2, $3, $4, $5, $6, 'SELESAI', 'zq-ringkasan', false, app_now())`, newId(), o, one.interactionId,
  one.ticketId, world.leader.id, world.categoryIds.INFORMASI);
  while (await indexNext(db) > 0);
  const close = () => run(`update interactions set state = 'CLOSED', closed_at = app_now(),
    csat_comment = 'zq-komentar' where id = $1`, one.interactionId);
  return { ...one, fileId, storageName: stored.storageName, close };
}

/** Every value of every table as text, but what is sealed. */
export async function dump({ db }: Place): Promise<string> {
  const tables = await db.dynamic<{ name: string }>(`select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r'`);
  const texts: string[] = [];
  for (const { name } of tables) {
    const rows = await db.dynamic<{ row: string }>(`select x::text as row from ${name} x`);
    texts.push(...rows.map((row) => `${name}: ${row.row}`));
  }
  const raw = await db.dynamic<{ raw: string }>(`select encode(raw, 'escape') as raw from inbound_events`);
  return [...texts, ...raw.map((row) => `raw: ${row.raw}`)].join('\n').toLowerCase();
}
