/** The API of work at hand: filters and views that count true, bulk actions, timeline, follows, naming, merging. */
import { randomBytes } from 'node:crypto';
import t from 'tap';
import { newId } from '#domain/ids.ts';
import type { User } from '#domain/people/access.ts';
import { readingApis } from '#gateway/api/reading.ts';
import { createBlobStore } from '#gateway/blob-store.ts';
import { createVault, masterKeys } from '#gateway/security/vault.ts';
import { settleMerges } from '#routing/contact-merge.ts';
import { identifyHandle } from '#routing/identity.ts';
import { closeInteraction, documentInteraction } from '#routing/wrap-up.ts';
import { testApi, type Browser, type TestApi } from '#test/support/api.ts';
import { openInteraction, openOwnedInteraction, type OpenedInteraction } from '#test/support/conversation.ts';
import { smallWorld, type SmallWorld } from '#test/support/fixtures.ts';
import { testWork, type Teardown, type TestWork } from '#test/support/harness.ts';
import { formOf, ready, usedPoints } from '#test/support/routing.ts';

t.setTimeout(120_000);

interface Place { work: TestWork; world: SmallWorld; api: TestApi; agents: [User, User]; agent: Browser;
  leader: Browser }

async function place(t: Teardown): Promise<Place> {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  await work.db.dynamic('update queues set site_id = $1', [world.siteId]);
  const vault = createVault(masterKeys([randomBytes(32).toString('base64')]));
  const blobs = createBlobStore('/nowhere');
  const api = await testApi(t, { work, plugins: () => readingApis({ work, vault, blobs }) });
  const [one, two] = world.agents;
  if (one === undefined || two === undefined) throw new Error('no agents');
  return { work, world, api, agents: [one, two], agent: await api.as(one), leader: await api.as(world.leader) };
}

function list(filter: object, view = 'mine', state = 'open'): string {
  return `/api/interactions?view=${view}&state=${state}&filter=${encodeURIComponent(JSON.stringify(filter))}`;
}

t.test('C4 RS01 lists can be narrowed to what one may read: an agent to own queues and oneself, a leader to the team',
  async (t) => {
    const { agent, leader, agents, world, work, api } = await place(t);
    await work.db.dynamic(`insert into channel_accounts (id, organisation_id, channel, key, name, queue_id)
      values ($1, $2, 'telegram', 'bot-uji', 'Bot Uji', $3)`, [newId(), world.organisationId, world.queueId]);
    const names = async (browser: Browser): Promise<{ queues: string[]; agents: string[] }> => {
      const { status, body } = await browser.get('/api/views/choices');
      t.equal(status, 200);
      const found = body as { queues: { id: string }[]; agents: { id: string }[] };
      return { queues: found.queues.map(({ id }) => id), agents: found.agents.map(({ id }) => id) };
    };
    t.same(await names(agent), { queues: [world.queueId], agents: [agents[0].id] });
    t.match((await agent.get('/api/views/choices')).body, { channels: ['generic', 'telegram'] },
      'the channels of all accounts');
    const seen = await names(leader);
    t.ok(agents.every(({ id }) => seen.agents.includes(id)), 'all of the team');
    t.notOk(seen.agents.includes(world.administrator.id), 'nobody who never owns work');
    await work.db.dynamic('update queues set active = false where id = $1', [world.queueId]);
    t.same((await names(agent)).queues, [], 'a closed queue is offered no more');
    const zone = await (await api.as(world.administrator)).get('/api/me/zone');
    t.same(zone.body, { timeZone: 'Asia/Jakarta' });
  });

const filters = (world: SmallWorld): [string, object][] => [
  ['unread', { unread: true }], ['late', { late: true }], ['awaiting', { awaiting: true }],
  ['put aside', { snoozed: 'only' }], ['not put aside', { snoozed: 'hide' }], ['followed', { followed: true }],
  ['complaints', { categoryIds: [world.categoryIds.PENGADUAN] }], ['of a queue', { queueIds: [world.queueId] }],
  ['of a channel', { channels: ['live-chat'] }], ['tier 2', { tier: 2 }],
  ['late and unread', { late: true, unread: true, channels: ['generic'] }], ['everything', {}],
];

async function someWork({ work, world, agents: [one, two], agent }: Place): Promise<number[]> {
  const open = (options: object): Promise<OpenedInteraction> =>
    openOwnedInteraction(work.db, world, one.id, { costPoints: 5, ...options });
  await open({ waitingSeconds: 3_000 });
  const read = await open({ answered: true, categoryId: world.categoryIds.PENGADUAN });
  await agent.call('POST', '/api/interactions/bulk', { ids: [read.interactionId], what: { action: 'read' } });
  await open({ channel: 'live-chat', categoryId: world.categoryIds.SARAN, waitingSeconds: 90_000 });
  await open({ tier: 2, queueId: world.tier2QueueId, waitingSeconds: 10 });
  const aside = await open({ answered: true });
  const [at] = await work.db.dynamic<{ at: Date }>(`select app_now() + interval '1 hour' as at`);
  const snoozed = await agent.call('POST', `/api/interactions/${aside.interactionId}/snooze`,
    { until: at?.at.toISOString() });
  const followed = await agent.call('PUT', `/api/tickets/${aside.ticketId}/follow`);
  const closed = await open({ answered: true });
  await documentInteraction(work, { user: one, interactionId: closed.interactionId, form: formOf(world) });
  await closeInteraction(work, { user: one, interactionId: closed.interactionId });
  await openOwnedInteraction(work.db, world, two.id, { waitingSeconds: 5_000, costPoints: 5 });
  await openInteraction(work.db, world, { waitingSeconds: 5_000 });
  return [snoozed.status, followed.status];
}

t.test('a view counts exactly the rows that its list gives, for every filter, state and user', async (t) => {
  const here = await place(t);
  await ready(here.work, ...here.agents);
  t.same(await someWork(here), [200, 200]);
  let narrowed = 0;
  for (const [browser, views] of [[here.agent, ['mine', 'queues', 'all']], [here.leader, ['all']]] as const) {
    const lists = views.flatMap((view) => ['open', 'closed'].map((state) => ({ view, state })));
    for (const { view, state } of lists) for (const [name, filter] of filters(here.world)) {
      const rows = await browser.get(list(filter, view, state));
      t.equal(rows.status, 200, JSON.stringify(rows.body));
      const counted = await browser.call('POST', '/api/views/counts', { views: [{ view, state, filter }] });
      t.same(counted.body.counts, [rows.body.items.length], `${view} ${state} ${name}`);
      if (rows.body.items.length > 0) narrowed += 1;
    }
  }
  t.ok(narrowed > 20, `${narrowed} lists held something`);
  const mine = async (filter: object): Promise<number> => (await here.agent.get(list(filter))).body.items.length;
  t.same([await mine({ snoozed: 'only' }), await mine({ followed: true }), await mine({ late: true }),
    await mine({ unread: true, late: true }), await mine({})], [1, 1, 1, 1, 5]);
  for (const bad of ['{', '{"tier":3}', '{"nonsense":true}', '{"queueIds":["x"]}', '[]', '\u0000']) {
    t.equal((await here.agent.get(`/api/interactions?filter=${encodeURIComponent(bad)}`)).status, 400, bad);
  }
});

t.test('RS01 saved views are each user\'s own: made once, changed by version, named once, gone for good', async (t) => {
  const { agent, leader } = await place(t);
  const definition = { view: 'mine', state: 'open', filter: { late: true } };
  const made = await agent.call('POST', '/api/views', { name: ' Terlambat ', definition },
    { 'idempotency-key': 'view-key-0001' });
  t.match(made, { status: 201, body: { name: 'Terlambat', count: 0, filter: { late: true } } });
  const again = await agent.call('POST', '/api/views', { name: ' Terlambat ', definition },
    { 'idempotency-key': 'view-key-0001' });
  t.equal(again.body.id, made.body.id);
  t.match(await agent.call('POST', '/api/views', { name: 'Terlambat', definition }),
    { status: 409, body: { code: 'ALREADY_EXISTS' } });
  const url = `/api/views/${made.body.id}`;
  t.match(await agent.call('PATCH', url, { name: 'Lewat target' }, { 'if-match': '1' }),
    { status: 200, body: { name: 'Lewat target', version: 2, filter: { late: true } } });
  t.match(await agent.call('PATCH', url, { name: 'x' }, { 'if-match': '1' }), { status: 409 });
  t.same((await leader.get('/api/views')).body.items, []);
  t.equal((await leader.call('DELETE', url)).status, 404);
  t.equal((await leader.call('PATCH', url, { name: 'x' }, { 'if-match': '2' })).status, 404);
  t.equal((await agent.call('DELETE', url)).status, 200);
  t.equal((await agent.call('DELETE', url)).status, 404);
  for (let n = 0; n < 30; n += 1) await agent.call('POST', '/api/views', { name: `Tampilan ${n}`, definition });
  t.match(await agent.call('POST', '/api/views', { name: 'Satu lagi', definition }),
    { status: 409, body: { code: 'LIMIT_REACHED' } });
});

t.test('a bulk action does what it may, row by row, and says of each other row why not', async (t) => {
  const { work, world, agents: [one, two], agent } = await place(t);
  await ready(work, one, two);
  const own = await openOwnedInteraction(work.db, world, one.id, { answered: true });
  const fresh = await openOwnedInteraction(work.db, world, one.id);
  const theirs = await openOwnedInteraction(work.db, world, two.id, { answered: true });
  const ids = [own, fresh, theirs].map((each) => each.interactionId);
  const [at] = await work.db.dynamic<{ at: Date }>(`select app_now() + interval '1 day' as at`);
  const bulk = (what: object): Promise<{ status: number; body: ReturnType<typeof JSON.parse> }> =>
    agent.call('POST', '/api/interactions/bulk', { ids: [...ids, ...ids], what });
  t.match((await bulk({ action: 'snooze', until: at?.at.toISOString() })).body, { done: 1, results: [
    { id: own.interactionId, ok: true }, { ok: false, code: 'STATE_CONFLICT' }, { ok: false, code: 'NOT_FOUND' }] });
  t.equal(await usedPoints(work.db, one), 25);
  t.match((await bulk({ action: 'categorise', categoryId: world.categoryIds.SARAN })).body, { done: 2 });
  t.match((await bulk({ action: 'follow' })).body, { done: 2, results: [{}, {}, { code: 'NOT_FOUND' }] });
  t.same((await agent.get('/api/follows')).body.ticketIds.toSorted(), [own.ticketId, fresh.ticketId].toSorted());
  t.match((await bulk({ action: 'release' })).body, { done: 2 });
  t.equal(await usedPoints(work.db, one), 0);
  t.equal((await bulk({ action: 'nonsense' })).status, 400);
  t.equal((await agent.call('POST', '/api/interactions/bulk', { ids: [], what: { action: 'read' } })).status, 400);
});

t.test('the timeline of a ticket tells its course from the journal, newest first, in pages', async (t) => {
  const { work, world, agents: [one], agent, api } = await place(t);
  await ready(work, one);
  const opened = await openOwnedInteraction(work.db, world, one.id, { answered: true });
  await documentInteraction(work, { user: one, interactionId: opened.interactionId, form: formOf(world) });
  await closeInteraction(work, { user: one, interactionId: opened.interactionId });
  const url = `/api/tickets/${opened.ticketId}/timeline`;
  const { items } = (await agent.get(url)).body;
  const types = items.map((step: { type: string }) => step.type);
  t.same(types.slice(0, 2).toSorted(), ['interaction.closed', 'ticket.state-changed']);
  t.ok(types.includes('interaction.documented'));
  t.match(items.find((step: { type: string }) => step.type === 'interaction.documented'),
    { actorName: one.name, detail: { outcomeCode: 'SELESAI', categoryCode: 'INFORMASI' } });
  const paged: unknown[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: { items: unknown[]; nextCursor: string | null } =
      (await agent.get(`${url}?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)).body;
    paged.push(...page.items);
    cursor = page.nextCursor;
  }
  t.same(paged, items);
  t.equal((await (await api.as(world.administrator)).get(url)).status, 404);
});

t.test('J52 the timeline says to whom work went, why, and what the ticket said before', async (t) => {
  const { work, world, agents: [one, two], agent, leader } = await place(t);
  await ready(work, one);
  await ready(work, two);
  const opened = await openOwnedInteraction(work.db, world, one.id, { answered: true,
    categoryId: world.categoryIds.INFORMASI });
  const path = `/api/interactions/${opened.interactionId}`;
  const url = `/api/tickets/${opened.ticketId}`;
  const course = async (type: string, of = url): Promise<{ detail: Record<string, unknown> }[]> =>
    (await leader.get(`${of}/timeline`)).body.items.filter((step: { type: string }) => step.type === type);
  const { version } = (await leader.get(url)).body;
  t.equal((await leader.call('PATCH', url, { categoryId: world.categoryIds.PENGADUAN, outcomeCode: 'SELESAI',
    summary: 'Angsuran tercatat dua kali' }, { 'if-match': String(version) })).status, 200);
  const changes = (await course('ticket.updated')).flatMap(({ detail }) => detail['changes'] as object[]);
  t.match(changes.find((each) => 'field' in each && each.field === 'category'),
    { from: { id: 'INFORMASI' }, to: { id: 'PENGADUAN' } });
  t.match(changes.find((each) => 'field' in each && each.field === 'outcome'), { from: null, to: { id: String } });
  t.same(changes.find((each) => 'field' in each && each.field === 'summary'),
    { field: 'summary', from: null, to: null });
  t.notMatch(JSON.stringify(await work.db.dynamic('select data from journal')), /Angsuran/, 'no text in the journal');
  t.equal((await agent.call('POST', `${path}/transfer`, { agentId: two.id })).status, 200);
  t.match(await course('interaction.transferred'), [{ detail: { agentName: two.name, queueName: String } }]);
  const other = await openOwnedInteraction(work.db, world, one.id, { answered: true });
  t.equal((await agent.call('POST', `/api/interactions/${other.interactionId}/escalate`,
    { reasonCode: 'DI_LUAR_WEWENANG' })).status, 200);
  t.match(await course('interaction.escalated', `/api/tickets/${other.ticketId}`),
    [{ detail: { reasonName: { id: String, en: String } } }]);
});

t.test('C15 RA07 an agent names the customer they serve, and nobody they serve no longer', async (t) => {
  const { work, world, agents: [one, two], agent, api } = await place(t);
  const opened = await openOwnedInteraction(work.db, world, one.id, { answered: true });
  const url = `/api/contacts/${opened.contactId}`;
  t.match(await agent.call('PATCH', url, { name: 'Budi Santoso', domicile: 'Bandung' }, { 'if-match': '1' }),
    { status: 200, body: { name: 'Budi Santoso', domicile: 'Bandung', version: 2 } });
  t.match(await agent.call('PATCH', url, { timeZone: 'Mars/Olympus' }, { 'if-match': '2' }), { status: 400 });
  t.match(await agent.call('PATCH', url, { timeZone: 'Asia/Makassar' }, { 'if-match': '2' }),
    { status: 200, body: { name: 'Budi Santoso', timeZone: 'Asia/Makassar', version: 3 } });
  t.equal((await (await api.as(two)).call('PATCH', url, { name: 'x' }, { 'if-match': '3' })).status, 404);
  await documentInteraction(work, { user: one, interactionId: opened.interactionId, form: formOf(world) });
  await closeInteraction(work, { user: one, interactionId: opened.interactionId });
  t.equal((await agent.call('PATCH', url, { name: 'x' }, { 'if-match': '3' })).status, 404);
});

async function where(work: TestWork, contactId: string): Promise<Record<string, number>> {
  const [row] = await work.db.dynamic<Record<string, number>>(`select
    (select count(*) from contact_points where contact_id = $1)::int as points,
    (select count(*) from conversations where contact_id = $1)::int as threads,
    (select count(*) from interactions where contact_id = $1)::int as work,
    (select count(*) from tickets where contact_id = $1)::int as tickets`, [contactId]);
  return row ?? {};
}

t.test('contacts that share a phone, an address or a card are suggested, merged with all they have, and parted again',
  async (t) => {
  const { work, world, agents: [one], leader } = await place(t);
  const kept = await openOwnedInteraction(work.db, world, one.id, { name: 'Budi Santoso' });
  const [phone, mail, card, other] = await Promise.all([0, 1, 2, 3].map((n) =>
    openInteraction(work.db, world, { name: `Nasabah ${n}` })));
  if (phone === undefined || mail === undefined || card === undefined || other === undefined) throw new Error('four');
  const setPhone = (of: OpenedInteraction, value: string): Promise<unknown> =>
    work.db.dynamic('update contact_points set phone = $2 where contact_id = $1', [of.contactId, value]);
  await setPhone(kept, '+6281200000001');
  await setPhone(phone, '+6281200000001');
  await setPhone(card, '+6281200000002');
  await work.db.dynamic(`update contacts set email = case id when $1::uuid then 'Budi@contoh.id'
      else 'budi@contoh.id' end,
      domicile = case id when $2::uuid then 'Bandung' end,
      time_zone = case id when $2::uuid then 'Asia/Jayapura' end where id in ($1, $2)`, [kept.contactId, mail.contactId]);
  await work.db.dynamic(`insert into messages (id, organisation_id, conversation_id, interaction_id, channel_account_id,
      seq, direction, author_kind, kind, payload, created_at)
    values ($1, $2, $3, $4, $5, 2, 'IN', 'CUSTOMER', 'contact', '{"phone": "0812-0000-0002"}', app_now())`,
  [newId(), world.organisationId, kept.conversationId, kept.interactionId, world.accountId]);
  await work.db.dynamic('update conversations set last_seq = 2 where id = $1', [kept.conversationId]);
  const url = `/api/contacts/${kept.contactId}`;
  const found = (await leader.get(`${url}/suggestions`)).body.items as { contact: { id: string }; because: string[] }[];
  t.same(new Map(found.map((each) => [each.contact.id, each.because])), new Map([[phone.contactId, ['PHONE']],
    [mail.contactId, ['EMAIL']], [card.contactId, ['CARD']]]));
  t.notMatch(JSON.stringify(found), /81200000001|budi@contoh/, 'RA09 masked');
  await leader.call('POST', `${url}/apart`, { otherId: card.contactId });
  t.equal((await leader.get(`${url}/suggestions`)).body.items.length, 2, 'said to be somebody else');

  const merged = await leader.call('POST', `${url}/merge`, { otherId: mail.contactId });
  t.match(merged, { status: 200, body: { contact: { name: 'Budi Santoso', domicile: 'Bandung',
    timeZone: 'Asia/Jayapura' } } });
  t.same(await where(work, kept.contactId), { points: 2, threads: 2, work: 2, tickets: 2 });
  t.same(await where(work, mail.contactId), { points: 0, threads: 0, work: 0, tickets: 0 });
  t.equal((await leader.get(`/api/contacts/${mail.contactId}`)).status, 404);
  t.equal((await leader.get(`${url}/history`)).body.items.length, 2, 'history across what was two');
  t.match(await leader.call('POST', `${url}/merge`, { otherId: mail.contactId }), { status: 404 });
  await work.db.dynamic('update conversations set contact_id = $2 where id = $1',
    [mail.conversationId, mail.contactId]);
  t.equal(await settleMerges(work), 1, 'a thread made meanwhile follows');
  t.same((await where(work, kept.contactId))['threads'], 2);

  const [merge] = (await leader.get(`${url}/suggestions`)).body.merges;
  t.match(merge, { mergedId: mail.contactId, points: 1 });
  t.equal((await leader.call('DELETE', `/api/merges/${merge.id}`)).status, 200);
  t.same(await where(work, kept.contactId), { points: 1, threads: 1, work: 1, tickets: 1 });
  t.same(await where(work, mail.contactId), { points: 1, threads: 1, work: 1, tickets: 1 });
  t.match((await leader.get(url)).body, { name: 'Budi Santoso', domicile: null, timeZone: null });
  t.match((await leader.get(`/api/contacts/${mail.contactId}`)).body, { name: 'Nasabah 1', domicile: 'Bandung',
    timeZone: 'Asia/Jayapura' });
  t.equal((await leader.call('DELETE', `/api/merges/${merge.id}`)).status, 404);
  const told = await work.db.dynamic<{ type: string; data: unknown }>(
    `select type, data from journal where subject_id = $1 and type like 'contact.%merged' order by id`,
    [kept.contactId]);
  t.match(told, [{ type: 'contact.merged', data: { mergedId: mail.contactId, filled: ['domicile', 'timeZone'] } },
    { type: 'contact.unmerged', data: { mergedId: mail.contactId } }]);
  t.notMatch(JSON.stringify(told), /Bandung|contoh/, 'no personal data in the journal');
});

t.test('RS01 who may not change both contacts merges neither; chains are undone from their end', async (t) => {
  const { work, world, agents: [one], agent, leader } = await place(t);
  const [a, b, c] = await Promise.all([0, 1, 2].map((n) => openInteraction(work.db, world, { name: `N${n}` })));
  if (a === undefined || b === undefined || c === undefined) throw new Error('three');
  const own = await openOwnedInteraction(work.db, world, one.id);
  t.equal((await agent.call('POST', `/api/contacts/${own.contactId}/merge`, { otherId: a.contactId })).status, 404);
  t.equal((await agent.get(`/api/contacts/${a.contactId}/suggestions`)).status, 404);
  const merge = async (kept: string, otherId: string): Promise<string> =>
    (await leader.call('POST', `/api/contacts/${kept}/merge`, { otherId })).body.mergeId;
  const first = await merge(b.contactId, a.contactId);
  const second = await merge(c.contactId, b.contactId);
  t.equal((await where(work, c.contactId))['points'], 3);
  t.equal((await leader.call('DELETE', `/api/merges/${first}`)).status, 404, 'its kept contact is merged further');
  t.equal((await leader.call('DELETE', `/api/merges/${second}`)).status, 200);
  t.equal((await leader.call('DELETE', `/api/merges/${first}`)).status, 200);
  for (const one of [a, b, c]) t.equal((await where(work, one.contactId))['points'], 1);
  t.equal((await leader.call('POST', `/api/contacts/${a.contactId}/merge`, { otherId: a.contactId })).status, 400);
});

t.test('what a provider merged stands in the list, says who came, and stays parted once it is taken back', async (t) => {
  const { work, world, leader } = await place(t);
  const [lid, phone] = [await openInteraction(work.db, world, { name: 'Siti Nama Lama', handle: '0812000000077' }),
    await openInteraction(work.db, world, { name: 'Siti', handle: '0812000000078' })];
  const account = { id: world.accountId, organisationId: world.organisationId, channel: 'generic', key: 'uji',
    name: 'Uji', address: null, settings: {} };
  const proven = (): Promise<void> => identifyHandle(work, account, { handle: lid.handle, is: phone.handle });
  await proven();
  t.equal((await where(work, phone.contactId))['points'], 2);
  const url = `/api/contacts/${phone.contactId}/suggestions`;
  const { merges } = (await leader.get(url)).body;
  t.match(merges, [{ mergedId: lid.contactId, mergedByName: null, mergedName: 'Siti Nama Lama', points: 1,
    came: [{ channel: 'generic', handleMasked: '0812****077', phoneMasked: null }] }]);
  t.notMatch(JSON.stringify(merges), /0812000000077/, 'RA09 masked');
  t.equal((await leader.call('DELETE', `/api/merges/${merges[0].id}`)).status, 200);
  await proven();
  t.equal((await where(work, phone.contactId))['points'], 1, 'told again, they stay two');
  t.same((await leader.get(url)).body.merges, []);
});
