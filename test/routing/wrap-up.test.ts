/**
 * How interactions and tickets end, on a real database: the matrix of documentation and closing, OOT, goodbye,
 * rating.
 */
import t from 'tap';
import { newId } from '#domain/ids.ts';
import { interactionStates } from '#domain/interactions/states.ts';
import { limits } from '#domain/limits.ts';
import type { Db } from '#domain/store/db.ts';
import { acceptOffer, offerNext } from '#routing/assignment.ts';
import { escalateInteraction } from '#routing/escalation.ts';
import { sweepAbandoned } from '#routing/sla.ts';
import {
  categoriseInteraction, closeInteraction, completeOutOfTopic, customerEnded, documentInteraction, rateInteraction,
} from '#routing/wrap-up.ts';
import { openInteraction, openOwnedInteraction } from '#test/support/conversation.ts';
import {
  formOf, interactionRow, moveClock, offersOf, openOfferOf, ready, setUp, typesOf, usedPoints, wrongPoints,
} from '#test/support/routing.ts';

t.setTimeout(120_000);

async function ticketRow(db: Db, id: string): Promise<Record<string, unknown>> {
  const [row] = await db.dynamic<Record<string, unknown>>('select * from tickets where id = $1', [id]);
  if (row === undefined) throw new Error('no such ticket');
  return row;
}

async function postings(db: Db, conversationId: string): Promise<string[]> {
  const rows = await db.dynamic<{ code: string }>(`select payload ->> 'code' as code from messages
    where conversation_id = $1 and direction = 'SYSTEM' order by seq`, [conversationId]);
  return rows.map((row) => row.code);
}

t.test('C10 documented, then closed: the ticket is resolved, then closed with it', async (t) => {
  const { work, world, agents: [a], hints } = await setUp(t);
  await ready(work, a);
  const open = await openOwnedInteraction(work.db, world, a.id, { answered: true });
  const who = { user: a, interactionId: open.interactionId };
  await t.rejects(closeInteraction(work, who), { code: 'NOT_DOCUMENTED' });
  const form = { ...formOf(world), productInterest: 'Tabungan Emas' };
  t.match(await documentInteraction(work, { ...who, form }), { amended: false });
  t.equal(await usedPoints(work.db, a), 0);
  t.match(await interactionRow(work.db, open.interactionId), { state: 'DOCUMENTED', outcome_code: 'SELESAI',
    category_id: world.categoryIds.INFORMASI, agent_id: a.id });
  t.match(await ticketRow(work.db, open.ticketId), { state: 'RESOLVED', summary: form.summary,
    outcome_code: 'SELESAI' });
  const amended = { ...form, summary: 'Diperbaiki.', categoryId: world.categoryIds.PENGADUAN };
  t.match(await documentInteraction(work, { ...who, form: amended }), { amended: true });
  const forms = await work.db.dynamic(
    'select summary, version, product_interest, cross_selling_offered from documentations');
  t.same(forms, [{ summary: 'Diperbaiki.', version: 2, product_interest: 'Tabungan Emas',
    cross_selling_offered: true }]);
  hints.length = 0;
  await closeInteraction(work, who);
  t.ok(hints.includes('journal'));
  await closeInteraction(work, who);
  t.match(await interactionRow(work.db, open.interactionId),
    { state: 'CLOSED', agent_id: a.id, closed_reason: 'AGENT' });
  const ticket = await ticketRow(work.db, open.ticketId);
  t.equal(ticket['state'], 'CLOSED');
  t.ok(ticket['resolved_at'] && ticket['closed_at'] && ticket['documented_at']);
  await t.rejects(documentInteraction(work, { ...who, form }), { code: 'INTERACTION_CLOSED' });
  t.same(await typesOf(work.db, open.interactionId), ['interaction.documented', 'interaction.documented',
    'interaction.closed']);
  const moves = await work.db.dynamic<{ data: unknown }>(
    `select data from journal where subject_id = $1 and type = 'ticket.state-changed' order by id`, [open.ticketId]);
  t.same(moves.map((row) => row.data), [{ from: 'OPEN_T1', to: 'RESOLVED' }, { from: 'RESOLVED', to: 'CLOSED' }]);
  t.same(await postings(work.db, open.conversationId), ['CLOSED']);
  t.same(await wrongPoints(work.db), []);
});

t.test('C10 the matrix: from every state, what documenting and closing say', async (t) => {
  const { work, world, agents: [a] } = await setUp(t);
  await ready(work, a);
  const mayDocument = new Set(['PICKED_UP', 'IN_SERVICE', 'IDLE_CHECK_1', 'IDLE_CHECK_2', 'INFORMED', 'CLOSING',
    'DOCUMENTED']);
  for (const state of interactionStates) {
    if (state === 'QUEUED') continue;
    const open = await openOwnedInteraction(work.db, world, a.id);
    await work.db.dynamic('update interactions set state = $2 where id = $1', [open.interactionId, state]);
    const who = { user: a, interactionId: open.interactionId };
    const close = await closeInteraction(work, who).then(() => 'ok', (error: { code: string }) => error.code);
    const expected = { DOCUMENTED: 'ok', CLOSED: 'ok', OOT_COMPLETE: 'INTERACTION_CLOSED' }[state as string]
      ?? 'NOT_DOCUMENTED';
    t.equal(close, expected, `close from ${state}`);
    await work.db.dynamic('update interactions set state = $2, closed_at = null where id = $1',
      [open.interactionId, state]);
    const document = await documentInteraction(work, { ...who, form: formOf(world) })
      .then(() => 'ok', (error: { code: string }) => error.code);
    const over = state === 'CLOSED' || state === 'OOT_COMPLETE' ? 'INTERACTION_CLOSED' : 'STATE_CONFLICT';
    t.equal(document, mayDocument.has(state) ? 'ok' : over, `document from ${state}`);
    await work.db.dynamic(`update agent_states set used_points = 0`);
  }
});

t.test('the form is checked against the lists; nothing is kept of a wrong one', async (t) => {
  const { work, world, agents: [a, b] } = await setUp(t);
  await ready(work, a);
  const open = await openOwnedInteraction(work.db, world, a.id);
  const who = { user: a, interactionId: open.interactionId };
  const form = formOf(world);
  for (const [wrong, field] of [[{ outcomeCode: 'APA' }, 'outcomeCode'], [{ categoryId: newId() }, 'categoryId'],
    [{ subcategoryId: world.categoryIds.SARAN }, 'subcategoryId'], [{ summary: '  a ' }, 'summary']] as const) {
    await t.rejects(documentInteraction(work, { ...who, form: { ...form, ...wrong } }),
      { code: 'VALIDATION_FAILED', details: { fields: [field] } });
  }
  t.match(await interactionRow(work.db, open.interactionId), { state: 'PICKED_UP', category_id: null });
  await t.rejects(documentInteraction(work, { ...who, user: b, form }), { code: 'NOT_FOUND' });
  await t.rejects(documentInteraction(work, { ...who, user: { ...a, organisationId: newId() }, form }),
    { code: 'NOT_FOUND' });
  t.same(await work.db.dynamic('select 1 from documentations'), []);
});

t.test('a ticket with other open work stays open', async (t) => {
  const { work, world, agents: [a] } = await setUp(t);
  await ready(work, a);
  const one = await openOwnedInteraction(work.db, world, a.id, { answered: true });
  const two = await openOwnedInteraction(work.db, world, a.id, { answered: true });
  await work.db.dynamic('update interactions set ticket_id = $2 where id = $1', [two.interactionId, one.ticketId]);
  for (const [open, state] of [[one, 'RESOLVED'], [two, 'CLOSED']] as const) {
    await documentInteraction(work, { user: a, interactionId: open.interactionId, form: formOf(world) });
    await closeInteraction(work, { user: a, interactionId: open.interactionId });
    t.equal((await ticketRow(work.db, one.ticketId))['state'], state);
  }
});

t.test('C25, C35, C40, C48 out of topic: where the flow has it, right after pick-up, with a reason', async (t) => {
  const { work, world, agents: [a] } = await setUp(t);
  await ready(work, a);
  const results: Record<string, string> = {};
  for (const medium of ['VOICE', 'CHAT', 'MESSAGING', 'SOCIAL', 'EMAIL'] as const) {
    const open = await openOwnedInteraction(work.db, world, a.id, { medium, costPoints: 10 });
    const spam = { user: a, interactionId: open.interactionId, reasonCode: 'SPAM' };
    results[medium] = await completeOutOfTopic(work, spam).then(() => 'ok', (error: { code: string }) => error.code);
    if (results[medium] !== 'ok') continue;
    t.match(await interactionRow(work.db, open.interactionId), { state: 'OOT_COMPLETE', outcome_code: 'SPAM' });
    t.match(await ticketRow(work.db, open.ticketId), { state: 'OOT_COMPLETE', outcome_code: 'SPAM' });
    t.same(await typesOf(work.db, open.interactionId), ['interaction.completed-out-of-topic']);
    await completeOutOfTopic(work, spam);
  }
  t.same(results, { VOICE: 'STATE_CONFLICT', CHAT: 'STATE_CONFLICT', MESSAGING: 'ok', SOCIAL: 'ok',
    EMAIL: 'STATE_CONFLICT' });
  const served = await openOwnedInteraction(work.db, world, a.id,
    { medium: 'MESSAGING', answered: true, costPoints: 10 });
  const who = { user: a, interactionId: served.interactionId };
  await t.rejects(completeOutOfTopic(work, { ...who, reasonCode: 'SPAM' }), { code: 'STATE_CONFLICT' });
  await work.db.dynamic(`update interactions set state = 'PICKED_UP' where id = $1`, [served.interactionId]);
  await t.rejects(completeOutOfTopic(work, { ...who, reasonCode: 'SELESAI' }), { code: 'VALIDATION_FAILED' });
  t.same(await wrongPoints(work.db), []);
});

t.test('C64 the account may name another flow', async (t) => {
  const { work, world, agents: [a] } = await setUp(t);
  await ready(work, a);
  await work.db.dynamic(`update channel_accounts set settings = '{"flow": "whatsapp"}'`);
  const open = await openOwnedInteraction(work.db, world, a.id, { medium: 'CHAT' });
  await completeOutOfTopic(work, { user: a, interactionId: open.interactionId, reasonCode: 'SPAM' });
  t.equal(await usedPoints(work.db, a), 0);
});

t.test('out of topic on a ticket that is documented already closes it again instead of hiding it', async (t) => {
  const { work, world, agents: [a] } = await setUp(t);
  await ready(work, a);
  const first = await openOwnedInteraction(work.db, world, a.id, { medium: 'MESSAGING', answered: true });
  await documentInteraction(work, { user: a, interactionId: first.interactionId, form: formOf(world) });
  await closeInteraction(work, { user: a, interactionId: first.interactionId });
  const thanks = await openOwnedInteraction(work.db, world, a.id, { medium: 'MESSAGING' });
  await work.db.dynamic('update interactions set ticket_id = $2 where id = $1', [thanks.interactionId, first.ticketId]);
  await work.db.dynamic(`update tickets set state = 'OPEN_T1', closed_at = null where id = $1`, [first.ticketId]);
  await completeOutOfTopic(work, { user: a, interactionId: thanks.interactionId, reasonCode: 'SPAM' });
  t.match(await ticketRow(work.db, first.ticketId), { state: 'CLOSED', outcome_code: 'SELESAI' });
});

t.test('B7-B10 a change of category moves the clock; a breach that happened stays', async (t) => {
  const { work, world, agents: [a] } = await setUp(t);
  await ready(work, a);
  const open = await openOwnedInteraction(work.db, world, a.id, { waitingSeconds: 800 });
  const who = { user: a, interactionId: open.interactionId };
  const before = await interactionRow(work.db, open.interactionId);
  const stale = { ...who, categoryId: world.categoryIds.PENGADUAN, ifVersion: Number(before['version']) - 1 };
  await t.rejects(categoriseInteraction(work, stale), { code: 'VERSION_CONFLICT' });
  const { version } = await categoriseInteraction(work, { ...stale, ifVersion: Number(before['version']) });
  const row = await interactionRow(work.db, open.interactionId);
  t.match(row, { category_id: world.categoryIds.PENGADUAN, version });
  const origin = (row['date_origin'] as Date).getTime();
  t.equal((row['first_breached_at'] as Date).getTime() - origin, 720_000, 'INFORMASI ran until the category was known');
  t.match(await ticketRow(work.db, open.ticketId), { category_id: world.categoryIds.PENGADUAN });
  await categoriseInteraction(work, { ...who, categoryId: world.categoryIds.SARAN });
  t.equal(((await interactionRow(work.db, open.interactionId))['first_breached_at'] as Date).getTime() - origin,
    720_000);
  const young = await openOwnedInteraction(work.db, world, a.id, { waitingSeconds: 100 });
  await categoriseInteraction(work, { user: a, interactionId: young.interactionId,
    categoryId: world.categoryIds.SARAN });
  t.equal((await interactionRow(work.db, young.interactionId))['first_breached_at'], null);
  await t.rejects(categoriseInteraction(work, { ...who, categoryId: newId() }), { code: 'VALIDATION_FAILED' });
});

t.test('C41 the customer ends it: an agent documents at once, what nobody answered is abandoned', async (t) => {
  const { work, world, agents: [a] } = await setUp(t);
  const { organisationId } = world;
  await ready(work, a);
  const owned = await openOwnedInteraction(work.db, world, a.id);
  const waiting = await openInteraction(work.db, world);
  await offerNext(work);
  for (const { interactionId } of [owned, waiting, waiting]) {
    await work.db.transaction((tx) => customerEnded(tx, { organisationId, interactionId }));
  }
  t.match(await interactionRow(work.db, owned.interactionId), { state: 'PICKED_UP', agent_id: a.id });
  t.match(await interactionRow(work.db, waiting.interactionId),
    { state: 'CLOSED', outcome_code: 'ABANDONED', agent_id: null });
  t.match(await ticketRow(work.db, waiting.ticketId), { state: 'CLOSED', outcome_code: 'ABANDONED' });
  t.match(await offersOf(work.db, waiting.interactionId), [{ state: 'WITHDRAWN', reason_code: 'ABANDONED' }]);
  t.same(await typesOf(work.db, waiting.interactionId), ['interaction.offered', 'interaction.customer-ended',
    'interaction.offer-ended', 'interaction.abandoned', 'interaction.closed']);
  t.same(await postings(work.db, waiting.conversationId), ['CUSTOMER_ENDED', 'CLOSED']);
  t.same(await wrongPoints(work.db), []);
  await documentInteraction(work, { user: a, interactionId: owned.interactionId, form: formOf(world) });
  await closeInteraction(work, { user: a, interactionId: owned.interactionId });
  t.same(await postings(work.db, owned.conversationId), ['CUSTOMER_ENDED', 'CLOSED']);
});

t.test('C41 answered work that waits again is not abandoned when the customer ends it', async (t) => {
  const { work, world } = await setUp(t);
  const open = await openInteraction(work.db, world);
  await work.db.dynamic('update interactions set answered_at = app_now() where id = $1', [open.interactionId]);
  await work.db.transaction((tx) => customerEnded(tx, { organisationId: world.organisationId,
    interactionId: open.interactionId }));
  t.match(await interactionRow(work.db, open.interactionId), { state: 'QUEUED', outcome_code: null });
});

t.test('silence of 30 minutes before any answer abandons, where the flow has an idle check; a new word keeps it',
  async (t) => {
  const { work, world, agents: [a] } = await setUp(t);
  const silent = await openInteraction(work.db, world, { medium: 'CHAT' });
  const written = await openInteraction(work.db, world, { medium: 'MESSAGING' });
  const mail = await openInteraction(work.db, world, { medium: 'EMAIL' });
  const tier2 = await openInteraction(work.db, world, { tier: 2, queueId: world.tier2QueueId });
  const owned = await openOwnedInteraction(work.db, world, a.id);
  t.equal(await sweepAbandoned(work), 0);
  await moveClock(work.db, limits.abandonedAfterMinutes * 60 - 10);
  await work.db.dynamic('update conversations set last_inbound_at = app_now() where id = $1', [written.conversationId]);
  await moveClock(work.db, 11);
  const counts = await Promise.all([sweepAbandoned(work), sweepAbandoned(work)]);
  t.equal(counts[0] + counts[1], 1);
  t.match(await interactionRow(work.db, silent.interactionId), { state: 'CLOSED', outcome_code: 'ABANDONED' });
  for (const open of [written, mail, tier2]) t.equal((await interactionRow(work.db, open.interactionId))['state'],
    'QUEUED');
  t.equal((await interactionRow(work.db, owned.interactionId))['state'], 'PICKED_UP');
  await work.db.dynamic(`update organisations set settings = '{"abandonedAfterMinutes": 0}'`);
  t.equal(await sweepAbandoned(work), 1);
});

t.test('a rating is kept once, from 1 to 5, and its comment stays out of the journal', async (t) => {
  const { work, world, agents: [a] } = await setUp(t);
  const open = await openOwnedInteraction(work.db, world, a.id);
  const rate = (score: number, comment?: string): Promise<boolean> => work.db.transaction((tx) => rateInteraction(tx,
    { organisationId: world.organisationId, interactionId: open.interactionId, score,
      ...(comment === undefined ? {} : { comment }) }));
  for (const score of [0, 6, 2.5, Number.NaN]) t.equal(await rate(score), false);
  t.equal(await rate(4, 'Cepat\0 sekali'), true);
  t.equal(await rate(1), false);
  t.match(await interactionRow(work.db, open.interactionId), { csat_score: 4, csat_comment: 'Cepat\u2400 sekali' });
  t.same(await typesOf(work.db, open.interactionId), ['interaction.rated']);
  const [entry] = await work.db.dynamic<{ data: unknown }>('select data from journal where subject_id = $1',
    [open.interactionId]);
  t.same(entry?.data, { score: 4 });
});

t.test('A44 escalation: tier 2 waits from now, the points are free, the ticket goes up, and down the tier-2 path',
  async (t) => {
  const { work, world, agents: [a, b] } = await setUp(t);
  await ready(work, a);
  const open = await openOwnedInteraction(work.db, world, a.id, { answered: true, waitingSeconds: 500 });
  const up = { user: a, interactionId: open.interactionId, reasonCode: 'DI_LUAR_WEWENANG' };
  await t.rejects(escalateInteraction(work, { ...up, reasonCode: 'APA' }), { code: 'VALIDATION_FAILED' });
  await t.rejects(escalateInteraction(work, { ...up, user: b }), { code: 'NOT_FOUND' });
  t.same(await escalateInteraction(work, { ...up, note: 'Perlu cek mutasi.', form: formOf(world) }),
    { queueId: world.tier2QueueId });
  const row = await interactionRow(work.db, open.interactionId);
  t.match(row, { state: 'QUEUED', tier: 2, queue_id: world.tier2QueueId, agent_id: null });
  t.ok((row['waiting_since'] as Date) > (row['date_origin'] as Date),
    'tier 2 waits from now, the clock from the origin');
  t.match(await ticketRow(work.db, open.ticketId), { state: 'ESCALATED_T2', agent_id: null,
    queue_id: world.tier2QueueId });
  t.equal(await usedPoints(work.db, a), 0);
  t.equal((await work.db.dynamic('select 1 from documentations where author_id = $1', [a.id])).length, 1, 'C9');
  const [note] = await work.db.dynamic(`select body, author_id, seq from messages where direction = 'NOTE'`);
  t.same(note, { body: 'Perlu cek mutasi.', author_id: a.id, seq: 2 });
  t.same(await postings(work.db, open.conversationId), ['TRANSFERRED']);
  await work.db.dynamic('insert into queue_members (organisation_id, queue_id, user_id) values ($1, $2, $3)',
    [world.organisationId, world.tier2QueueId, b.id]);
  await ready(work, b);
  t.equal(await offerNext(work), 1);
  await acceptOffer(work, { user: b, offerId: (await openOfferOf(work.db, b)).id });
  t.equal((await ticketRow(work.db, open.ticketId))['state'], 'T2_IDENTIFYING');
  await t.rejects(escalateInteraction(work, { ...up, user: b }), { code: 'STATE_CONFLICT' });
  await documentInteraction(work, { user: b, interactionId: open.interactionId, form: formOf(world) });
  t.equal((await ticketRow(work.db, open.ticketId))['state'], 'RESOLVED_T2');
  await closeInteraction(work, { user: b, interactionId: open.interactionId });
  t.equal((await ticketRow(work.db, open.ticketId))['state'], 'CLOSED');
  t.same(await wrongPoints(work.db), []);
});

t.test('C9 what an agent has filled in goes up with the work, each field under its rule', async (t) => {
  const { work, world, agents: [a] } = await setUp(t);
  const open = await openOwnedInteraction(work.db, world, a.id, { answered: true });
  const up = { user: a, interactionId: open.interactionId, reasonCode: 'DI_LUAR_WEWENANG' };
  for (const form of [{ outcomeCode: 'APA' }, { categoryId: newId() }]) {
    await t.rejects(escalateInteraction(work, { ...up, form }), { code: 'VALIDATION_FAILED' });
  }
  await escalateInteraction(work, { ...up, form: { categoryId: world.categoryIds.PENGADUAN,
    summary: ' Angsuran dobel. ', crossSellingOffered: true, productInterest: 'KPR' } });
  t.match(await work.db.dynamic('select * from documentations'), [{ author_id: a.id, outcome_code: null,
    category_id: world.categoryIds.PENGADUAN, summary: 'Angsuran dobel.', product_interest: 'KPR' }]);
  t.match(await ticketRow(work.db, open.ticketId), { summary: 'Angsuran dobel.', outcome_code: null,
    category_id: world.categoryIds.PENGADUAN, documented_at: null });
  t.match(await work.db.dynamic(`select data from journal where type = 'interaction.escalated'`),
    [{ data: { documented: false } }]);
  t.ok((await typesOf(work.db, open.ticketId)).includes('ticket.updated'), 'the desks hear of it');
});

t.test('C9 C10 a part without a summary documents nothing, and an empty one is not kept', async (t) => {
  const { work, world, agents: [a] } = await setUp(t);
  await ready(work, a);
  const first = await openOwnedInteraction(work.db, world, a.id, { medium: 'MESSAGING', answered: true });
  const reasonCode = 'DI_LUAR_WEWENANG';
  await escalateInteraction(work, { user: a, interactionId: first.interactionId, reasonCode,
    form: { categoryId: world.categoryIds.PENGADUAN, outcomeCode: 'SELESAI', summary: ' x ' } });
  t.match(await ticketRow(work.db, first.ticketId), { summary: null, outcome_code: 'SELESAI' });
  const other = await openOwnedInteraction(work.db, world, a.id, { medium: 'MESSAGING' });
  await work.db.dynamic(`update interactions set state = 'CLOSED' where id = $1`, [first.interactionId]);
  await work.db.dynamic('update interactions set ticket_id = $2 where id = $1', [other.interactionId, first.ticketId]);
  await work.db.dynamic(`update tickets set state = 'OPEN_T1' where id = $1`, [first.ticketId]);
  await completeOutOfTopic(work, { user: a, interactionId: other.interactionId, reasonCode: 'SPAM' });
  t.match(await ticketRow(work.db, first.ticketId), { state: 'OOT_COMPLETE' });
  const empty = await openOwnedInteraction(work.db, world, a.id, { answered: true });
  await escalateInteraction(work, { user: a, interactionId: empty.interactionId, reasonCode, form: {} });
  t.equal((await work.db.dynamic('select 1 from documentations')).length, 1);
});

t.test('J58 without a tier-2 queue escalation says so and changes nothing', async (t) => {
  const { work, world, agents: [a] } = await setUp(t);
  await work.db.dynamic('update queues set active = false where tier = 2');
  const open = await openOwnedInteraction(work.db, world, a.id);
  const up = { user: a, interactionId: open.interactionId, reasonCode: 'DI_LUAR_WEWENANG', note: 'x' };
  await t.rejects(escalateInteraction(work, up), { code: 'NO_TIER2_QUEUE' });
  t.match(await interactionRow(work.db, open.interactionId), { tier: 1, agent_id: a.id });
});
