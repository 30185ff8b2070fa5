/** What events and snapshots do to the desk's state: by version, in any order, twice or late, always the same end. */
import fc from 'fast-check';
import t from 'tap';
import { applyEvent, applySnapshot, Lately, type Cache } from '../../agent-desk/web/src/live/apply.ts';
import { createCache } from '../../agent-desk/web/src/live/cache.ts';
import { keys } from '../../agent-desk/web/src/live/keys.ts';
import { createRows, withRow, type ListKind, type ListPage } from '../../agent-desk/web/src/live/lists.ts';
import { newestHeld, withLive, withNewest, withOlder, type Thread } from '../../agent-desk/web/src/live/thread.ts';
import type { AgentView, DeskEvent, InteractionView, MessageView, OfferView,
  Snapshot } from '../../agent-desk/web/src/live/types.ts';

const me = 'me';

function row(id: string, change: Partial<InteractionView> = {}): InteractionView {
  return {
    id, conversationId: `c-${id}`, contactId: 'p', contactName: null, handleMasked: '', channel: 'generic',
    reportName: 'GENERIC', medium: 'MESSAGING',
    accountId: 'a', accountName: 'A', ticketId: `t-${id}`, ticketNumber: 'TK', ticketState: 'OPEN_T1',
    categoryId: null, categoryCode: null,
    state: 'IN_SERVICE', tier: 1, priority: 0, queueId: 'q', queueName: 'Q', agentId: me, agentName: 'Me',
    dateOrigin: `2026-11-21T01:00:0${id.length % 10}.000Z`,
    queuedAt: null, waitingSince: `2026-11-21T01:00:00.${id.padStart(3, '0').slice(-3)}Z`, acceptedAt: null,
    answeredAt: null, documentedAt: null,
    closedAt: null, snoozedUntil: null, customerEndedAt: null, outcomeCode: null, csatScore: null, clock: null,
    unreadCount: 0, lastText: null,
    lastDirection: null, lastMessageAt: null, lastStatus: null, masked: false, version: 1,
    revision: change.version ?? 1, ...change,
  };
}

function message(seq: number, change: Partial<MessageView> = {}): MessageView {
  return {
    id: `m${seq}`, conversationId: 'c-1', interactionId: '1', seq, direction: 'IN', authorKind: 'CUSTOMER',
    authorId: null, authorName: null, kind: 'text',
    text: `text ${seq}`, attachments: [], code: null, replyToId: null, clientId: null, status: null, statusAt: null,
    reasonCode: null,
    createdAt: '2026-11-21T01:00:00.000Z', editedAt: null, deletedAt: null, version: 1, ...change,
  };
}

const agent = { userId: me, presence: 'READY', reasonCode: null, version: 1 } as AgentView;
const seqs = (thread: Thread | undefined): number[] => thread?.items.map((each) => each.seq) ?? [];

function changed(data: InteractionView | MessageView): DeskEvent {
  const type = 'seq' in data ? 'message' : 'interaction';
  return { cursor: 'x', type: `${type}.changed` as DeskEvent['type'], subject: { type, id: data.id },
    version: data.version, data };
}

function desk(snapshot: Partial<Snapshot> = {}) {
  const client = createCache();
  const lately = new Lately();
  const cache = client as unknown as Cache;
  applySnapshot(cache,
    { cursor: '0', agent, offers: [], mine: [], counts: { mine: 0, queues: 0, all: 0 }, ...snapshot }, lately);
  return { client, lately, event: (event: DeskEvent) => { applyEvent(cache, event, me, lately); },
    mine: () => client.getQueryData<InteractionView[]>(keys.mine) ?? [] };
}

t.test('events in any order, some twice, end like a fresh snapshot', async (t) => {
  const change = fc.record({
    id: fc.constantFrom('1', '22', '333', '4444'), agentId: fc.constantFrom(me, 'other', null),
    state: fc.constantFrom('IN_SERVICE', 'QUEUED', 'CLOSED'),
  });
  fc.assert(fc.property(fc.array(change, { maxLength: 24 }), fc.array(fc.nat(), { maxLength: 24 }),
    (changes, shuffle) => {
    const rows = changes.map((each,
      index) => row(each.id, { ...each, version: index + 1, revision: index + 1 }));
    const last = new Map(rows.map((each) => [each.id, each]));
    const truth = [...last.values()].filter((each) => each.agentId === me && each.state !== 'CLOSED')
      .map((each) => `${each.id}v${each.version}`).sort();
    // Each row's events keep their order (the server's promise); the rows among each other are mixed, and every
    // event comes twice.
    const mixed = [...new Set(rows.map((each) => each.id))].sort((one,
      other) => (shuffle[one.length] ?? 0) - (shuffle[other.length] ?? 0));
    const { event, mine } = desk();
    for (const id of mixed) for (const each of rows.filter((found) => found.id === id)) { event(changed(each));
      event(changed(each)); }
    t.same(mine().map((each) => `${each.id}v${each.version}`).sort(), truth);
  }), { numRuns: 200 });
});

t.test('an older version changes nothing', async (t) => {
  const { event, mine, client } = desk({ mine: [row('1', { version: 7, unreadCount: 0 })] });
  event(changed(row('1', { version: 6, unreadCount: 3 })));
  t.match(mine(), [{ version: 7, unreadCount: 0 }]);
  client.setQueryData(keys.interaction('1'), row('1', { version: 7 }));
  event(changed(row('1', { version: 5 })));
  t.equal(client.getQueryData<InteractionView>(keys.interaction('1'))?.version, 7);
});

t.test('an answer fetched before an event but read after it does not undo the event', async (t) => {
  const { event, lately } = desk();
  event(changed(row('1', { version: 9, unreadCount: 4 })));
  t.equal(lately.newest(row('1', { version: 8 })).unreadCount, 4);
  t.equal(lately.newest(row('1', { version: 10 })).version, 10);
});

t.test('rows of a queue keep the order of the server, go when taken; later ones await their page', async (t) => {
  const kind: ListKind = { view: 'queues', state: 'open', q: '' };
  const waits = (id: string,
    change: Partial<InteractionView> = {}) => row(id, { state: 'QUEUED', agentId: null, ...change });
  let pages: ListPage[] = [{ items: [waits('010'), waits('020')], nextCursor: 'next' }];
  const ids = (): string[] => createRows()(pages).map((each) => each.id);
  pages = withRow(pages, waits('015'), kind, me);
  t.same(ids(), ['010', '015', '020']);
  pages = withRow(pages, waits('030'), kind, me);
  t.same(ids(), ['010', '015', '020'], 'the next page will bring it');
  pages = withRow(pages, waits('020', { priority: 5, version: 2 }), kind, me);
  t.same(ids(), ['020', '010', '015']);
  pages = withRow(pages, row('010', { state: 'PICKED_UP', version: 2 }), kind, me);
  t.same(ids(), ['020', '015']);
  const last: ListPage[] = [{ items: [waits('010')], nextCursor: null }];
  t.same(createRows()(withRow(last, waits('030'), kind, me)).map((each) => each.id), ['010', '030'],
    'nothing more to load: it goes to the end');
});

t.test('work that leaves is remembered where it went, and a followed ticket keeps its newest interaction', async (t) => {
  const { client, event } = desk({ mine: [row('1')] });
  client.setQueryData(keys.follows, ['t-1', 't-7']);
  client.setQueryData(keys.followed, [row('7', { revision: 4 })]);
  event(changed(row('1', { agentId: null, state: 'QUEUED', revision: 2 })));
  t.match(client.getQueryData(keys.left), [{ id: '1', state: 'QUEUED' }]);
  event(changed(row('7', { unreadCount: 9, revision: 3 })));
  event(changed(row('8')));
  const later = row('9', { ticketId: 't-7', dateOrigin: '2026-11-22T01:00:00.000Z' });
  event(changed(later));
  event(changed(row('7', { revision: 5 })));
  const followed = client.getQueryData<InteractionView[]>(keys.followed) ?? [];
  t.same(followed.map((each) => each.id).toSorted(), ['1', '9']);
  client.clear();
});

t.test('what is no longer visible leaves every list', async (t) => {
  const { event, mine, client } = desk({ mine: [row('1'), row('22')] });
  const key = keys.list({ view: 'all', state: 'open', q: '' });
  client.setQueryData(key, { pages: [{ items: [row('1'), row('22')], nextCursor: null }], pageParams: [''] });
  event({ cursor: 'x', type: 'subject.gone', subject: { type: 'interaction', id: '1' }, version: 2, data: {} });
  t.same(mine().map((each) => each.id), ['22']);
  t.same(client.getQueryData<{ pages: ListPage[] }>(key)?.pages[0]?.items.map((each) => each.id), ['22']);
});

t.test('a ticket whose interaction went out of sight is asked for again, in the lists that show it alone', async (t) => {
  const { event, client } = desk({ mine: [row('1')] });
  const pagesOf = (...ids: string[]) => ({ pages: [{ items: ids.map((id) => ({ id })), nextCursor: null }],
    pageParams: [null] });
  const [open, followed] = [[...keys.ticketLists, 'open'], [...keys.ticketLists, 'followed']];
  client.setQueryData(open, pagesOf('t-1', 't-2'));
  client.setQueryData(followed, pagesOf('t-2'));
  client.setQueryData(keys.ticket('t-1'), { id: 't-1' });
  event({ cursor: 'x', type: 'subject.gone', subject: { type: 'interaction', id: '1' }, version: 2,
    data: { ticketId: 't-1' } });
  t.equal(client.getQueryState(open)?.isInvalidated, true);
  t.equal(client.getQueryState(keys.ticket('t-1'))?.isInvalidated, true);
  t.equal(client.getQueryState(followed)?.isInvalidated, false);
  client.clear();
});

t.test('a thread never has a hole: live messages join, a gap asks for a fetch, a fetch keeps what it reaches',
  async (t) => {
  const thread: Thread = { items: [message(5), message(6)], complete: false };
  t.same(seqs(withLive(thread, message(7))), [5, 6, 7]);
  t.equal(withLive(thread, message(9)), undefined);
  t.equal(withLive(thread, message(3)), thread, 'earlier ones come with their page');
  t.equal(withLive(thread, message(6)), thread, 'the same version again');
  t.match(withLive(thread, message(6, { version: 2, status: 'read' }))?.items[1], { status: 'read' });
  t.same(seqs(withNewest(thread, [message(6), message(7)], [message(8)])), [5, 6, 7, 8]);
  t.same(seqs(withNewest(thread, [message(10), message(11)], [])), [10, 11],
    'missing in between: the older part loads again');
  t.match(withOlder(thread, [message(1), message(2), message(3), message(4)]), { complete: true });
  t.match(withOlder(thread, []), { complete: true });
});

t.test('what can be taken back is the newest of mine that has not left, by its newest version', async (t) => {
  const held = (seq: number, change: Partial<MessageView> = {}): MessageView => message(seq, { authorId: me,
    status: 'queued', createdAt: `2026-11-21T01:00:0${seq}.000Z`, holdUntil: '2026-11-21T01:00:20.000Z', ...change });
  const now = Date.parse('2026-11-21T01:00:10.000Z');
  const newest = (...messages: MessageView[]): string | undefined => newestHeld(messages, me, now)?.id;
  t.equal(newest(held(1), held(2, { conversationId: 'c-2' })), 'm2', 'wherever it was written');
  t.equal(newest(held(1), held(2), held(2, { status: 'sent', version: 2 })), 'm1');
  t.equal(newest(held(2, { status: 'sent', version: 2 }), held(2), held(1)), 'm1');
  t.equal(newest(held(1, { authorId: 'other' }), held(2, { holdUntil: '2026-11-21T01:00:09.000Z' }), message(3)),
    undefined);
});

t.test('messages of a thread are patched by event; a gap invalidates it', async (t) => {
  const { event, client } = desk();
  client.setQueryData<Thread>(keys.thread('c-1'), { items: [message(1)], complete: true });
  event(changed(message(2)));
  event(changed(message(2, { version: 3, text: 'edited' })));
  event(changed(message(2, { version: 2, text: 'late' })));
  t.same(client.getQueryData<Thread>(keys.thread('c-1'))?.items.map((each) => each.text), ['text 1', 'edited']);
  event(changed(message(8)));
  t.ok(client.getQueryState(keys.thread('c-1'))?.isInvalidated);
});

t.test('B5 offers come oldest first and go; presence follows the newest version of oneself only', async (t) => {
  const { event, client } = desk();
  const offer = (id: string,
    offeredAt: string): DeskEvent =>
    ({ cursor: 'x', type: 'offer.changed', subject: { type: 'offer', id }, version: 1,
    data: { id, offeredAt } as OfferView });
  event(offer('b', '2026-11-21T01:00:02.000Z'));
  event(offer('a', '2026-11-21T01:00:01.000Z'));
  event(offer('a', '2026-11-21T01:00:01.000Z'));
  t.same(client.getQueryData<OfferView[]>(keys.offers)?.map((each) => each.id), ['a', 'b']);
  event({ cursor: 'x', type: 'offer.gone', subject: { type: 'offer', id: 'a' }, version: 2, data: {} });
  t.same(client.getQueryData<OfferView[]>(keys.offers)?.map((each) => each.id), ['b']);
  const state = (userId: string, presence: string,
    version: number): DeskEvent =>
    ({ cursor: 'x', type: 'agent.changed', subject: { type: 'agent', id: userId }, version,
    data: { ...agent, userId, presence, version } as AgentView });
  event(state(me, 'BREAK', 3));
  event(state(me, 'READY', 2));
  event(state('other', 'OFFLINE', 9));
  t.equal(client.getQueryData<AgentView>(keys.agent)?.presence, 'BREAK');
});

t.test('rows of growing pages are as if all pages were looked at and sorted anew, each row once', async (t) => {
  const order = (one: InteractionView, other: InteractionView): number => one.priority - other.priority
    || (one.id < other.id ? -1 : one.id > other.id ? 1 : 0);
  const some = fc.array(fc.record({ id: fc.integer({ min: 0, max: 40 }), priority: fc.integer({ min: 0, max: 3 }) }),
    { maxLength: 8 });
  const steps = fc.array(fc.oneof(fc.record({ kind: fc.constant('append' as const), rows: some }),
    fc.record({ kind: fc.constant('change' as const), rows: some, at: fc.nat(5) }),
    fc.record({ kind: fc.constant('drop' as const) })), { maxLength: 12 });
  fc.assert(fc.property(steps, fc.boolean(), (changes, sorted) => {
    const rowsOf = createRows(sorted ? order : undefined);
    let pages: ListPage[] = [];
    for (const change of changes) {
      const items = change.kind === 'drop' ? []
        : change.rows.map(({ id, priority }) => row(String(id).padStart(3, '0'), { priority }));
      if (change.kind === 'append') pages = [...pages, { items, nextCursor: 'more' }];
      if (change.kind === 'change') pages = pages.map((page, at) => (at === change.at ? { ...page, items } : page));
      if (change.kind === 'drop') pages = pages.slice(0, -1);
      const seen = new Map<string, InteractionView>();
      for (const each of pages.flatMap((page) => page.items)) if (!seen.has(each.id)) seen.set(each.id, each);
      const anew = [...seen.values()];
      t.same(rowsOf(pages), sorted ? anew.sort(order) : anew);
    }
  }), { numRuns: 300 });
});
