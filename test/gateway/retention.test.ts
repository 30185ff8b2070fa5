/** Retention: who is held keeps everything, open work keeps its files, and what went says so (RA11). */
import t from 'tap';
import { messageViews } from '#domain/conversations/queries.ts';
import { newId } from '#domain/ids.ts';
import { runRetention } from '#gateway/removal.ts';
import { mergeContacts } from '#routing/contact-merge.ts';
import { openInteraction } from '#test/support/conversation.ts';
import { customer, dump, HANDLE, place, type Place } from '#test/support/subject-world.ts';

t.setTimeout(120_000);

const LATER_MS = 40 * 86_400_000;

async function keepFor30Days({ admin }: Place, ...classes: string[]): Promise<void> {
  for (const name of classes) {
    const answer = await admin.call('PUT', `/api/retention-rules/${name}`, { days: 30 });
    if (answer.status !== 200) throw new Error(`rule: ${JSON.stringify(answer.body)}`);
  }
}

/** An original that came in and could not be read. */
async function quarantined({ run, world }: Place, text: string): Promise<void> {
  await run(`insert into inbound_events (id, organisation_id, channel_account_id, dedup_hash, kind, raw, received_at,
      state)
    values ($1, $2, $3, convert_to($4, 'UTF8'), 'unreadable', convert_to($4, 'UTF8'), app_now(), 'QUARANTINED')`,
  newId(), world.organisationId, world.accountId, text);
}

t.test('RA11 a held customer keeps texts, files, originals and quarantine, also after a merge', async (t) => {
  const here = await place(t);
  const { manager, parts, run, work, world, db, blobs } = here;
  const one = await customer(here);
  await one.close();
  const other = await openInteraction(db, world, { handle: 'zq-tetangga', text: 'zq-dari-tetangga' });
  const stranger = await openInteraction(db, world, { handle: 'zq-asing', text: 'zq-orang-lain' });
  await run(`update interactions set state = 'CLOSED', closed_at = app_now() where id = any($1::uuid[])`,
    [other.interactionId, stranger.interactionId]);
  await quarantined(here, `{"from": "${HANDLE}", "text": "zq-karantina"}`);
  await quarantined(here, '{"from": "zq-asing", "text": "zq-buangan"}');
  // Nothing in it names the customer, as with what is sealed to a telephone: its message does.
  await run(`update inbound_events set raw = convert_to('zq-tanpa-nama', 'UTF8')
    where id = (select inbound_event_id from messages where id = $1)`, one.messageId);
  await manager.call('POST', '/api/legal-holds', { contactId: one.contactId, reason: 'perkara 12/2026' });
  await mergeContacts(work, { user: world.leader, keptId: other.contactId, mergedId: one.contactId });
  await keepFor30Days(here, 'MESSAGE', 'MEDIA', 'RAW_INBOUND', 'QUARANTINE');
  await run('update app_clock set offset_ms = $1', LATER_MS);
  await runRetention(parts);
  const after = await dump(here);
  t.same(['zq-kata-nasabah', 'zq-dari-tetangga', 'zq-berkas', 'zq-mentah', 'zq-tanpa-nama', 'zq-karantina',
    'zq-orang-lain', 'zq-buangan'].filter((word) => !after.includes(word)), ['zq-orang-lain', 'zq-buangan'],
  'only strangers went');
  t.not(await blobs.get(one.storageName), undefined);
  await run('update legal_holds set released_at = app_now()');
  await run('update retention_runs set started_at = started_at - interval \'2 days\'');
  await runRetention(parts);
  const released = await dump(here);
  t.same(['zq-kata-nasabah', 'zq-dari-tetangga', 'zq-mentah', 'zq-tanpa-nama', 'zq-karantina']
    .filter((word) => released.includes(word)), [], 'until the hold ends');
});

t.test('RA11 files of open work stay; the message of one that went says so, and stays', async (t) => {
  const here = await place(t);
  const { parts, run, db, world, blobs } = here;
  const one = await customer(here);
  await keepFor30Days(here, 'MEDIA');
  await run('update app_clock set offset_ms = $1', LATER_MS);
  await runRetention(parts);
  t.not(await blobs.get(one.storageName), undefined, 'the work is open');
  await one.close();
  await run('update retention_runs set started_at = started_at - interval \'2 days\'');
  const before = await messageViews(db, world.organisationId, [one.messageId]);
  await runRetention(parts);
  t.equal(await blobs.get(one.storageName), undefined);
  const [message] = await messageViews(db, world.organisationId, [one.messageId]);
  t.match(message, { text: 'zq-kata-nasabah', attachments: [], deletedAt: null, version: (before[0]?.version ?? 0) + 1,
    waitingFiles: [{ fileName: 'zq-berkas.txt', sizeBytes: null, reasonCode: 'RETENTION' }] });
  t.match(await run(`select subject_id as id, data from journal where type = 'message.file-removed'`),
    [{ id: one.messageId, data: { reason: 'RETENTION' } }]);
});
