/** The one search over real rows: found by word, stem, beginning, slip and number; never beyond what one may see. */
import t from 'tap';
import { newId } from '#domain/ids.ts';
import { appendJournal } from '#domain/journal/append.ts';
import type { JournalType, SubjectType } from '#domain/journal/events.ts';
import type { User } from '#domain/people/access.ts';
import { createSearchIndexer, indexNext } from '#domain/search/indexer.ts';
import { forgetContact } from '#domain/search/documents.ts';
import { groups, search, type Found } from '#domain/search/find.ts';
import { openInteraction, openOwnedInteraction, type OpenedInteraction } from '#test/support/conversation.ts';
import { smallWorld, type SmallWorld } from '#test/support/fixtures.ts';
import { eventually, testWork, type Teardown, type TestWork } from '#test/support/harness.ts';

t.setTimeout(120_000);

interface Place { work: TestWork; world: SmallWorld; one: User; two: User }

async function place(t: Teardown): Promise<Place> {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  await work.db.dynamic('update queues set site_id = $1', [world.siteId]);
  const [one, two] = world.agents;
  if (one === undefined || two === undefined) throw new Error('no agents');
  return { work, world, one, two };
}

async function tell({ work, world }: Place, type: JournalType, subjectType: SubjectType, subjectId: string,
  data?: Record<string, unknown>): Promise<void> {
  await work.db.transaction(async (tx) => {
    await appendJournal(tx, [{ type, subjectType, subjectId, actor: { kind: 'SYSTEM' },
      scope: { organisationId: world.organisationId }, ...(data === undefined ? {} : { data }) }]);
  });
}

/** Tells of a thread made by the fixtures as intake would have, and indexes it. */
async function index(at: Place, ...opened: OpenedInteraction[]): Promise<void> {
  for (const one of opened) {
    await tell(at, 'contact.created', 'contact', one.contactId);
    await tell(at, 'ticket.opened', 'ticket', one.ticketId);
    await tell(at, 'message.received', 'message', one.messageId);
  }
  await settle(at);
}

/** Until every row told of is indexed: other writers of the cluster may hold the journal's tail back for a moment. */
async function settle({ work }: Place): Promise<void> {
  await eventually('the search is up to date', async () => {
    while (await indexNext(work.db) > 0);
    const [row] = await work.db.dynamic<{ done: boolean }>(`select not exists (select from journal j, search_progress p
      where (j.epoch, j.xid, j.id) > (p.epoch, p.xid, p.id)) as done`);
    return row?.done;
  });
}

async function find({ work }: Place, user: User, typed: string): Promise<Required<Found>> {
  return await search(work.db, { user, typed, groups, limit: 5 }) as Required<Found>;
}

function names(found: Found): (string | null)[] {
  return found.contacts?.items.map((item) => item.name) ?? [];
}

t.test('contacts, tickets and messages are found by word, beginning, stem and slip', async (t) => {
  const at = await place(t);
  const { world, one } = at;
  const budi = await openInteraction(at.work.db, world, { name: 'Budi Santoso', handle: '+6281234567567',
    text: 'Angsuran saya terpotong dua kali, mohon dicek' });
  const rina = await openOwnedInteraction(at.work.db, world, one.id, { name: 'Rina Rahmawati', text: 'Terima kasih' });
  await index(at, budi, rina);
  for (const typed of ['budi', 'BUDI s', 'santoso budi', 'bud san', 'Budí'.normalize('NFD').replace('\u0301', '')]) {
    t.same(names(await find(at, world.leader, typed)), ['Budi Santoso'], typed);
  }
  for (const typed of ['budu santoso', 'bdui', 'santso', 'rahmawaty']) {
    const found = await find(at, world.leader, typed);
    t.equal(found.contacts.items.length, 1, typed);
    t.equal(found.contacts.near, true, 'and says that it is a guess');
  }
  for (const typed of ['angsuran', 'angsur', 'angsura', 'potong', 'ANGSURAN kali']) {
    const { messages } = await find(at, world.leader, typed);
    t.match(messages.items, [{ interactionId: budi.interactionId, contactName: 'Budi Santoso' }], typed);
    t.ok(messages.items[0]?.parts.some((part) => part.hit), `${typed} is marked`);
  }
  const byNumber = await find(at, world.leader, budi.ticketNumber);
  t.match(byNumber.tickets.items, [{ number: budi.ticketNumber, interactionId: budi.interactionId }]);
  t.same((await find(at, world.leader, 'budi')).tickets.items.map((item) => item.number), [budi.ticketNumber],
    'tickets by the name of the customer');
  for (const typed of ['tidakadayangbegini', '%', "'", 'a', "' | 'x", 'budi & !santoso', '\\', '😀', '\u0000']) {
    const found = await find(at, world.leader, typed);
    t.equal(found.messages.items.length, 0, JSON.stringify(typed));
  }
});

t.test('RA06 RS19 nothing is found that may not be seen; work that moves on is no longer found', async (t) => {
  const at = await place(t);
  const { world, one, two } = at;
  const waiting = await openInteraction(at.work.db, world, { name: 'Budi Waiting', text: 'rahasia antrean' });
  const others = await openOwnedInteraction(at.work.db, world, two.id, { name: 'Budi Orang', text: 'rahasia orang' });
  const own = await openOwnedInteraction(at.work.db, world, one.id, { name: 'Budi Saya', text: 'rahasia saya' });
  await index(at, waiting, others, own);
  const mine = await find(at, one, 'budi');
  t.same(names(mine), ['Budi Saya']);
  t.same(mine.tickets.items.map((item) => item.interactionId), [own.interactionId]);
  t.same((await find(at, one, 'rahasia')).messages.items.map((item) => item.messageId), [own.messageId]);
  t.equal(names(await find(at, world.leader, 'budi')).length, 3);
  t.equal((await find(at, world.leader, 'rahasia')).messages.items.length, 3);
  const none = await find(at, world.administrator, 'budi');
  t.same([none.contacts, none.tickets, none.messages, none.files].map((group) => group.items.length), [0, 0, 0, 0],
    'an administrator reads no customers');
  await at.work.db.dynamic('update interactions set agent_id = $2 where id = $1', [own.interactionId, two.id]);
  t.same(names(await find(at, one, 'budi')), [], 'at once: rights are asked of the interactions themselves');
  const foreign: User = { ...world.leader, organisationId: newId() };
  t.same(names(await find(at, foreign, 'budi')), [], 'INV10 another organisation');
});

t.test('RA09 digits behind the mask are no way to guess a number; who may unmask finds it by its parts', async (t) => {
  const at = await place(t);
  const { world, one } = at;
  const opened = await openOwnedInteraction(at.work.db, world, one.id, { name: 'Siti', handle: '+6281234567567' });
  await index(at, opened);
  for (const typed of ['081234567567', '+62 812-3456-7567', '0812', '567']) {
    const found = await find(at, one, typed);
    t.match(found.contacts.items, [{ name: 'Siti', handleMasked: '0812****567' }], typed);
    t.notMatch(JSON.stringify(found), /34567/, 'masked in the answer');
  }
  for (const typed of ['08123', '7567', '081234567568', '01823456756']) {
    t.same(names(await find(at, one, typed)), [], `${typed} tells the agent nothing`);
    t.same(names(await find(at, world.leader, typed)), typed === '01823456756' ? [] : ['Siti'],
      `${typed} finds for who may unmask`);
  }
});

t.test('files are found by their names, and what is withdrawn, merged or erased is found no more', async (t) => {
  const at = await place(t);
  const { world, work } = at;
  const opened = await openInteraction(work.db, world, { name: 'Dewi Lestari', text: 'bukti terlampir' });
  const attachments = [{ fileId: newId(), fileName: 'Bukti-Transfer_2026.pdf', mediaType: 'application/pdf',
    sizeBytes: 1 }, { fileId: newId(), fileName: 'lain.png', mediaType: 'image/png', sizeBytes: 2 }];
  await work.db.dynamic('update messages set attachments = $2 where id = $1',
    [opened.messageId, JSON.stringify(attachments)]);
  await index(at, opened);
  t.match((await find(at, world.leader, 'transfer 2026')).files.items, [{ fileName: 'Bukti-Transfer_2026.pdf' }]);
  t.equal((await find(at, world.leader, 'transfer 2026')).messages.items.length, 0);
  await work.db.dynamic('update contacts set name = $2 where id = $1', [opened.contactId, 'Ayu Lestari']);
  await tell(at, 'contact.updated', 'contact', opened.contactId, { changed: ['name'] });
  await settle(at);
  t.same(names(await find(at, world.leader, 'ayu')), ['Ayu Lestari']);
  t.equal((await find(at, world.leader, 'ayu')).tickets.items.length, 1, 'its tickets go by the new name');
  t.equal((await find(at, world.leader, 'dewi')).tickets.items.length, 0);
  await work.db.dynamic('update messages set deleted_at = app_now() where id = $1', [opened.messageId]);
  t.equal((await find(at, world.leader, 'bukti')).messages.items.length, 0, 'gone at once');
  await tell(at, 'message.deleted', 'message', opened.messageId);
  await settle(at);
  t.same(await work.db.dynamic('select id from search_messages'), [], 'and its words with it');
  await work.db.transaction((tx) => forgetContact(tx, world.organisationId, opened.contactId));
  t.same(await work.db.dynamic('select id from search_contacts union all select id from search_tickets'), []);
  t.same((await work.db.dynamic<{ word: string }>('select word from search_words')).map((row) => row.word)
    .filter((word) => word === 'ayu' || word === 'lestari'), [], 'RL06 no name stays behind to be guessed');
});

t.test('own work is found however many newer hits the floor has', async (t) => {
  const at = await place(t);
  const { work, world, one, two } = at;
  const own = await openOwnedInteraction(work.db, world, one.id, { name: 'Budi Lama', text: 'angsuran lama' });
  await index(at, own);
  await work.db.dynamic(`update search_contacts set at = at - interval '1 year'`);
  await work.db.dynamic(`update search_messages set at = at - interval '1 year'`);
  await work.db.dynamic(`insert into search_contacts (id, organisation_id, at, words) select gen_random_uuid(), $1,
    app_now(), '''budi'''::tsvector from generate_series(1, 6000)`, [world.organisationId]);
  await work.db.dynamic(`insert into search_messages (id, organisation_id, at, words) select gen_random_uuid(), $1,
    app_now(), '''angsur'''::tsvector from generate_series(1, 6000)`, [world.organisationId]);
  t.same(names(await find(at, one, 'budi')), ['Budi Lama']);
  t.equal((await find(at, one, 'angsur')).messages.items.length, 1);
  t.same(names(await find(at, two, 'budi')), []);
});

t.test('one node indexes; another goes on where it was, and nothing is missed (RF02)', async (t) => {
  const at = await place(t);
  const { work, world } = at;
  const [first, second] = [createSearchIndexer(work, { nodeId: newId() }), createSearchIndexer(work,
    { nodeId: newId() })];
  t.teardown(() => Promise.all([first.stop(), second.stop()]));
  const told = async (name: string): Promise<void> => {
    const opened = await openInteraction(work.db, world, { name });
    await tell(at, 'contact.created', 'contact', opened.contactId);
    await eventually(`${name} is found`, async () => names(await find(at, world.leader, name)).length === 1);
  };
  await told('Agus');
  await first.stop();
  await told('Bambang');
  await second.stop();
  const third = createSearchIndexer(work, { nodeId: newId() });
  t.teardown(() => third.stop());
  await told('Citra');
});
