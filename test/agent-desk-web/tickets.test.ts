/** Lists of tickets stay true by what the line tells: in their order, each ticket once, and in its own lists only. */
import t from 'tap';
import { withTicket, type TicketPage } from '../../agent-desk/web/src/live/tickets.ts';
import type { TicketView } from '../../agent-desk/web/src/live/types.ts';

const ticket = (id: number, change: Partial<TicketView> = {}): TicketView =>
  ({ id: `ticket-${id}`, state: 'OPEN_T1', openedAt: new Date(Date.UTC(2026, 10, 21, 2, id)).toISOString(), version: 1,
    ...change }) as TicketView;
const pageOf = (ids: readonly number[], nextCursor: string | null = null): TicketPage =>
  ({ items: ids.map((id) => ticket(id)), nextCursor });
const idsOf = (pages: readonly TicketPage[]): string =>
  pages.map((page) => page.items.map((each) => each.id.slice(7)).join(' ')).join(' | ');

t.test('a new ticket stands where its time places it, one older than what is loaded waits for its page', async (t) => {
  const pages = [pageOf([9, 7], 'more'), pageOf([5, 3], 'more')];
  t.equal(idsOf(withTicket(pages, ticket(10), 'open', undefined)), '10 9 7 | 5 3');
  t.equal(idsOf(withTicket(pages, ticket(6), 'open', undefined)), '9 7 | 6 5 3');
  t.equal(idsOf(withTicket(pages, ticket(1), 'open', undefined)), '9 7 | 5 3');
  t.equal(idsOf(withTicket([pageOf([9, 7])], ticket(1), 'open', undefined)), '9 7 1', 'the last page has room');
  t.equal(idsOf(withTicket([pageOf([])], ticket(1), 'open', undefined)), '1', 'an empty list gets its first');
  t.same(withTicket([], ticket(1), 'open', undefined), [], 'what was never fetched stays so');
});

t.test('a ticket that is closed leaves the open ones and comes to the closed ones; an older version changes nothing',
  async (t) => {
    const pages = [pageOf([9, 7, 5])];
    const closed = ticket(7, { state: 'CLOSED', version: 2 });
    t.equal(idsOf(withTicket(pages, closed, 'open', undefined)), '9 5');
    t.equal(idsOf(withTicket([pageOf([8, 6])], closed, 'closed', undefined)), '8 7 6');
    const all = withTicket(pages, closed, 'all', undefined);
    t.equal(all[0]?.items[1]?.state, 'CLOSED');
    t.equal(all[0]?.items[0], pages[0]?.items[0], 'its neighbours are the same rows');
    t.equal(withTicket(all, ticket(7), 'all', undefined), all, 'an old event late');
    t.equal(idsOf(withTicket(pages, ticket(7, { state: 'OOT_COMPLETE', version: 2 }), 'all', undefined)), '9 5');
  });

t.test('followed ones are those that are followed', async (t) => {
  const pages = [pageOf([9, 7])];
  t.equal(idsOf(withTicket(pages, ticket(8), 'followed', ['ticket-8'])), '9 8 7');
  t.equal(withTicket(pages, ticket(8), 'followed', ['ticket-7']), pages);
  t.equal(withTicket(pages, ticket(8), 'followed', undefined), pages, 'not known: the next fetch tells');
  t.equal(withTicket(pages, ticket(7, { summary: 'baru', version: 2 }), 'followed', undefined)[0]?.items[1]?.summary,
    'baru');
});
