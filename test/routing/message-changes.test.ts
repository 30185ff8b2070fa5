/** Changes to what was said: who may make them, once per click, in order, taken back in time; what is left behind. */
import t from 'tap';
import type { ChangeOutcome, OutboundChange } from '#domain/channels/words.ts';
import { earlierTexts } from '#domain/conversations/single.ts';
import { messageViews, type MessageSeen } from '#domain/conversations/queries.ts';
import { newId } from '#domain/ids.ts';
import type { User } from '#domain/people/access.ts';
import { startChanges } from '#routing/change-worker.ts';
import { changeMessage, undoChange, type Wish } from '#routing/message-changes.ts';
import { smallWorld, type SmallWorld } from '#test/support/fixtures.ts';
import { eventually, testWork, type TestWork } from '#test/support/harness.ts';
import {
  fakeProvider, journalOf, messageState, ownedInteraction, reply, startSending,
} from '#test/support/outbound.ts';
import { moveClock } from '#test/support/routing.ts';

t.setTimeout(180_000);

interface Talk {
  work: TestWork; world: SmallWorld; agent: User; other: User; conversationId: string; interactionId: string;
  /** The customer's message and the agent's answer, which was sent. */
  asked: string; said: string;
  /** Every change as the channel got it, and what it answers next. */
  ledger: OutboundChange[];
  answers: ChangeOutcome[];
  change(wish: Wish, more?: { undoSeconds?: number; clientId?: string; messageId?: string; user?: User }):
    Promise<{ changeId: string }>;
  view(id?: string): Promise<MessageSeen>;
  until(what: string, of: (view: MessageSeen) => boolean, id?: string): Promise<void>;
}

async function talking(t: Parameters<typeof testWork>[0], isServed = true): Promise<Talk> {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const [agent, other] = world.agents as [User, User];
  const opened = await ownedInteraction(work, world, agent);
  await work.db.dynamic(`update messages set provider_message_id = 'in-1' where id = $1`, [opened.messageId]);
  await work.db.dynamic('update interactions set site_id = $1', [world.siteId]);
  const sending = startSending(work, fakeProvider());
  t.teardown(() => sending.stop());
  const said = await reply(work, agent, opened.conversationId, 'angsuran Rp500.000');
  await eventually('the answer sent', async () => (await messageState(work, said)).status === 'sent');
  const talk: Talk = {
    work, world, agent, other, conversationId: opened.conversationId, interactionId: opened.interactionId,
    asked: opened.messageId, said, ledger: [], answers: [],
    change: (wish, more = {}) => changeMessage(work, { user: more.user ?? agent, clientId: more.clientId ?? newId(),
      messageId: more.messageId ?? (wish.kind === 'REACTION' ? opened.messageId : said), wish,
      undoSeconds: more.undoSeconds }),
    async view(id = said) {
      const [view] = await messageViews(work.db, world.organisationId, [id]);
      if (view === undefined) throw new Error('no such message');
      return view;
    },
    async until(what, of, id) { await eventually(what, async () => of(await talk.view(id))); },
  };
  if (isServed) serve(t, talk);
  return talk;
}

function serve(t: Parameters<typeof testWork>[0], talk: Talk): void {
  const changes = startChanges(talk.work, { sweepMs: 50, changer: () => async (change) => {
    talk.ledger.push(change);
    return talk.answers.shift() ?? { kind: 'done' };
  } });
  t.teardown(() => changes.stop());
}

t.test('an edit reaches the channel with what was sent, then stands in the thread; the old text is kept', async (t) => {
  const talk = await talking(t);
  const clientId = newId();
  await Promise.all([talk.change({ kind: 'EDIT', text: 'angsuran Rp550.000' }, { clientId }),
    talk.change({ kind: 'EDIT', text: 'angsuran Rp550.000' }, { clientId })]);
  await talk.until('the edit', (view) => view.text === 'angsuran Rp550.000');
  t.equal(talk.ledger.length, 1, 'INV3 two clicks, one change');
  t.match(talk.ledger[0], { kind: 'EDIT', text: 'angsuran Rp550.000', message: { text: 'angsuran Rp500.000' } });
  const view = await talk.view();
  t.ok(view.editedAt);
  t.equal(view.change, undefined);
  t.match(await earlierTexts(talk.work.db, talk.world.organisationId, talk.said), [{ text: 'angsuran Rp500.000' }]);
  t.same((await journalOf(talk.work, talk.said)).slice(-2), ['message.change-queued', 'message.edited']);
  const [line] = await talk.work.db.dynamic('select last_text from conversations where id = $1', [talk.conversationId]);
  t.same(line, { last_text: 'angsuran Rp550.000' }, 'and the inbox shows it');
  await t.rejects(talk.change({ kind: 'RECALL' }, { clientId, messageId: talk.asked }),
    { code: 'IDEMPOTENCY_MISMATCH' });
});

t.test('a recall takes the message from the thread and the inbox line; its text is not shown again', async (t) => {
  const talk = await talking(t);
  await talk.change({ kind: 'RECALL' });
  await talk.until('gone', (view) => view.deletedAt !== null);
  t.match(await talk.view(), { text: null, attachments: [], status: 'sent' });
  const [line] = await talk.work.db.dynamic('select last_text, last_direction from conversations where id = $1',
    [talk.conversationId]);
  t.same(line, { last_text: 'Halo', last_direction: 'IN' });
  t.same((await journalOf(talk.work, talk.said)).slice(-1), ['message.deleted']);
  await t.rejects(talk.change({ kind: 'EDIT', text: 'lagi' }), { code: 'STATE_CONFLICT' }, 'gone is gone');
});

t.test('a reaction stands on the customer\'s message beside their own, and goes again', async (t) => {
  const talk = await talking(t);
  await talk.work.db.dynamic(`update messages set reactions = '[{"emoji": "\u{1F525}", "by": "CUSTOMER"}]'
    where id = $1`, [talk.asked]);
  await talk.change({ kind: 'REACTION', emoji: '\u{1F44D}' });
  await talk.until('both', (view) => view.reactions?.length === 2, talk.asked);
  t.same((await talk.view(talk.asked)).reactions, [{ emoji: '\u{1F525}', by: 'CUSTOMER' },
    { emoji: '\u{1F44D}', by: 'AGENT' }]);
  await talk.change({ kind: 'REACTION', emoji: null });
  await talk.until('the customer\'s alone', (view) => view.reactions?.length === 1, talk.asked);
  await t.rejects(talk.change({ kind: 'REACTION', emoji: '\u{1F44D}' }, { messageId: talk.said }),
    { code: 'STATE_CONFLICT' }, 'not on our own');
  await t.rejects(talk.change({ kind: 'REACTION', emoji: 'x'.repeat(17) }), { code: 'VALIDATION_FAILED' });
});

t.test('held back for second thoughts: taken back it never leaves; left alone it leaves by itself', async (t) => {
  const talk = await talking(t);
  const { changeId } = await talk.change({ kind: 'RECALL' }, { undoSeconds: 20 });
  t.ok((await talk.view()).change?.holdUntil, 'the desk sees until when');
  await t.rejects(undoChange(talk.work, { user: talk.other, changeId }), { code: 'NOT_FOUND' }, 'not by another');
  await Promise.all([undoChange(talk.work, { user: talk.agent, changeId }),
    undoChange(talk.work, { user: talk.agent, changeId })]);
  t.equal((await talk.view()).change, undefined);
  await moveClock(talk.work.db, 25);
  await talk.change({ kind: 'EDIT', text: 'kedua' }, { undoSeconds: 20 });
  await talk.change({ kind: 'EDIT', text: 'ketiga' }, { undoSeconds: 20 });
  await moveClock(talk.work.db, 25);
  await talk.until('the last wish', (view) => view.text === 'ketiga');
  t.same(talk.ledger.map((one) => one.text), ['ketiga'], 'a newer wish makes one void that has not begun');
  await t.rejects(undoChange(talk.work, { user: talk.agent, changeId: talk.ledger[0]?.id ?? '' }),
    { code: 'ALREADY_SENT' });
});

t.test('what the channel refuses is told with its reason, changes nothing, and can be laid aside or tried again',
  async (t) => {
    const talk = await talking(t);
    talk.answers.push({ kind: 'failed', reasonCode: 'CHANGE_TOO_LATE' });
    const { changeId } = await talk.change({ kind: 'EDIT', text: 'terlambat' });
    await talk.until('the refusal', (view) => view.change?.state === 'FAILED');
    t.match(await talk.view(), { text: 'angsuran Rp500.000', editedAt: null,
      change: { text: 'terlambat', reasonCode: 'CHANGE_TOO_LATE', authorId: talk.agent.id } });
    t.same((await journalOf(talk.work, talk.said)).slice(-1), ['message.change-failed']);
    await undoChange(talk.work, { user: talk.agent, changeId });
    t.equal((await talk.view()).change, undefined);
    talk.answers.push({ kind: 'failed', reasonCode: 'X' });
    await talk.change({ kind: 'EDIT', text: 'sekali lagi' });
    await talk.until('refused again', (view) => view.change?.state === 'FAILED');
    await talk.change({ kind: 'EDIT', text: 'sekali lagi' });
    await talk.until('taken', (view) => view.text === 'sekali lagi');
    t.equal((await talk.view()).change, undefined, 'the failed one gave way');
  });

t.test('RF11 a retry comes again, a Retry-After pauses the account, and after its window it says that it failed',
  async (t) => {
    const talk = await talking(t);
    talk.answers.push({ kind: 'retry', reasonCode: 'RATE_LIMITED', afterMs: 300_000 });
    await talk.change({ kind: 'EDIT', text: 'menunggu' });
    await eventually('the pause', async () => (await talk.work.db.dynamic<{ paused: boolean }>(
      'select paused_until > app_now() as paused from send_paces'))[0]?.paused === true);
    t.equal(talk.ledger.length, 1);
    await moveClock(talk.work.db, 301);
    await talk.until('the edit', (view) => view.text === 'menunggu');
    talk.answers.push(...Array.from({ length: 500 }, (): ChangeOutcome =>
      ({ kind: 'retry', reasonCode: 'ECONNREFUSED' })));
    await talk.change({ kind: 'EDIT', text: 'tak sampai' });
    await eventually('a try', () => talk.ledger.length >= 3);
    await moveClock(talk.work.db, 1_000);
    await talk.until('the failure', (view) => view.change?.state === 'FAILED');
    t.match((await talk.view()).change, { reasonCode: 'ECONNREFUSED' });
  });

t.test('RF15 INV4 in the order of the clicks over two nodes and a crash: made again, never lost', async (t) => {
  const talk = await talking(t, false);
  await talk.change({ kind: 'REACTION', emoji: '\u{1F44D}' });
  await talk.change({ kind: 'EDIT', text: 'satu' });
  // A node claimed the first and was killed.
  await talk.work.db.dynamic(`update message_changes set attempts = 1, lease_fence = 1,
    due_at = app_now() + interval '20 seconds' where kind = 'REACTION'`);
  await talk.change({ kind: 'RECALL' });
  serve(t, talk);
  serve(t, talk);
  await moveClock(talk.work.db, 21);
  await talk.until('gone', (view) => view.deletedAt !== null);
  t.same(talk.ledger.map((one) => one.kind), ['REACTION', 'RECALL'], 'in order; a recall leaves nothing to edit');
  t.match((await talk.view(talk.asked)).reactions, [{ by: 'AGENT' }]);
});

t.test('rights: the owner edits their own words and reacts; the author recalls at any time, a leader what they oversee',
  async (t) => {
    const talk = await talking(t);
    const { other, world } = talk;
    for (const wish of [{ kind: 'EDIT', text: 'x' }, { kind: 'RECALL' }, { kind: 'REACTION', emoji: '\u{1F44D}' }] as
      const) {
      await t.rejects(talk.change(wish, { user: other }), { code: 'NOT_FOUND' }, `${wish.kind} by who may not see it`);
    }
    await t.rejects(talk.change({ kind: 'EDIT', text: 'x' }, { user: world.leader }), { code: 'STATE_CONFLICT' },
      'nobody puts words into another\'s mouth');
    await t.rejects(talk.change({ kind: 'EDIT', text: '  ' }), { code: 'VALIDATION_FAILED' });
    await t.rejects(talk.change({ kind: 'EDIT', text: 'x' }, { messageId: talk.asked }), { code: 'STATE_CONFLICT' });
    await talk.work.db.dynamic(`update interactions set state = 'CLOSED', closed_at = app_now() where id = $1`,
      [talk.interactionId]);
    await t.rejects(talk.change({ kind: 'EDIT', text: 'x' }), { code: 'INTERACTION_CLOSED' });
    t.equal(talk.ledger.length, 0);
    await talk.change({ kind: 'RECALL' });
    await talk.until('gone', (view) => view.deletedAt !== null);
    const late = await talking(t);
    await late.change({ kind: 'RECALL' }, { user: late.world.leader });
    await late.until('gone', (view) => view.deletedAt !== null);
  });

t.test('what has not arrived cannot be changed', async (t) => {
  const talk = await talking(t);
  const provider = fakeProvider();
  provider.answers.push(() => ({ kind: 'failed', reasonCode: 'X' }));
  const id = newId();
  await talk.work.db.dynamic(`insert into messages (id, organisation_id, conversation_id, channel_account_id, seq,
    direction, author_kind, author_id, kind, body, status, created_at) values ($1, $2, $3, $4, 90, 'OUT', 'AGENT', $5,
    'text', 'gagal', 'failed', app_now())`,
  [id, talk.world.organisationId, talk.conversationId, talk.world.accountId, talk.agent.id]);
  for (const wish of [{ kind: 'EDIT', text: 'x' }, { kind: 'RECALL' }] as const) {
    await t.rejects(talk.change(wish, { messageId: id }), { code: 'STATE_CONFLICT' });
  }
});
