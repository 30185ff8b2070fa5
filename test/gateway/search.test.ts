/** POST /api/search: bounded, journalled without words, and no road around rights. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import { appendJournal } from '#domain/journal/append.ts';
import { indexNext } from '#domain/search/indexer.ts';
import { createBlobStore } from '#gateway/blob-store.ts';
import { readingApis } from '#gateway/api/reading.ts';
import { createVault, masterKeys } from '#gateway/security/vault.ts';
import { testApi } from '#test/support/api.ts';
import { openInteraction } from '#test/support/conversation.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import { eventually, testWork } from '#test/support/harness.ts';

t.test('the search answers in groups, keeps no words, and refuses what is no search', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  await work.db.dynamic('update queues set site_id = $1', [world.siteId]);
  const folder = await mkdtemp(path.join(tmpdir(), 'sambung-search-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const vault = createVault(masterKeys([Buffer.from('0123456789abcdefghijklmnopqrstuv').toString('base64')]));
  const api = await testApi(t, { work, plugins: () => readingApis({ work, vault, blobs: createBlobStore(folder) }) });
  const opened = await openInteraction(work.db, world, { name: 'Budi Santoso', handle: '+6281234567567',
    text: 'mohon cek angsuran' });
  await work.db.transaction((tx) => appendJournal(tx, [
    ...([['contact.created', 'contact', opened.contactId], ['ticket.opened', 'ticket', opened.ticketId],
      ['message.received', 'message', opened.messageId]] as const).map(([type, subjectType, subjectId]) =>
      ({ type, subjectType, subjectId, actor: { kind: 'CUSTOMER' as const },
        scope: { organisationId: world.organisationId } })),
  ]));
  const leader = await api.as(world.leader);
  await eventually('it is indexed', async () => {
    await indexNext(work.db);
    return (await leader.call('POST', '/api/search', { q: 'budi' })).body.contacts.items.length === 1;
  });
  const all = await leader.call('POST', '/api/search', { q: 'santoso' });
  t.equal(all.status, 200);
  t.equal(all.headers['cache-control'], 'no-store');
  t.match(all.body, { contacts: { items: [{ name: 'Budi Santoso', handleMasked: '0812****567',
    interactionId: opened.interactionId }], more: false, near: false }, tickets: { items: [{
    number: opened.ticketNumber, contactName: 'Budi Santoso' }] }, messages: { items: [] }, files: { items: [] } });
  const some = await leader.call('POST', '/api/search', { q: 'angsuran', groups: ['messages'] });
  t.same(Object.keys(some.body), ['messages'], 'only what was asked for');
  t.match(some.body.messages.items, [{ interactionId: opened.interactionId, parts: [{ text: 'mohon cek ', hit: false },
    { text: 'angsuran', hit: true }] }]);
  for (const bad of [{}, { q: '' }, { q: ' ' }, { q: 'x'.repeat(101) }, { q: 'budi', limit: 51 },
    { q: 'budi', groups: [] }, { q: 'budi', groups: ['users'] }, { q: 'budi', more: 1 }, { q: 7 }]) {
    t.equal((await leader.call('POST', '/api/search', bad)).status, 400, JSON.stringify(bad));
  }
  for (const hard of ['\u0000', 'a\u0000b', '\ud800', "';drop table search_words;--", '!!!&|()<->:*', '\\', '%_',
    'x & ', ':*', '👩‍👩‍👧', 'ب'.repeat(100)]) {
    t.equal((await leader.call('POST', '/api/search', { q: hard })).status, 200, JSON.stringify(hard));
  }
  t.equal((await api.stranger.call('POST', '/api/search', { q: 'budi' })).status, 401);
  const journalled = await work.db.dynamic<{ data: unknown }>(
    `select data from journal where type = 'search.performed'`);
  t.same(journalled.map((row) => row.data), [{ noun: 'search' }], 'RA08 one entry while typing, and no words');
  t.notMatch(work.log.lines.join('\n'), /santoso|angsuran/i, 'RA09');
});
