/** Lists of tickets, newest first as the server gives them, and what a ticket that changed does to them. */
import type { TicketView } from './types.ts';

export const ticketKinds = ['open', 'closed', 'followed', 'all'] as const;
export type TicketKind = (typeof ticketKinds)[number];

/** What the desk remembers of a page of tickets. */
export interface TicketPage { items: TicketView[]; nextCursor: string | null }

/** True if the ticket belongs into the list; `follows` are the ids of the tickets that the user follows, if known. */
export function ticketBelongs(ticket: TicketView, kind: TicketKind, follows: readonly string[] | undefined): boolean {
  if (ticket.state === 'OOT_COMPLETE') return false;
  if (kind === 'followed') return follows?.includes(ticket.id) ?? true;
  return kind === 'all' || (ticket.state === 'CLOSED') === (kind === 'closed');
}

function comesBefore(one: TicketView, other: TicketView): boolean {
  return one.openedAt === other.openedAt ? one.id > other.id : one.openedAt > other.openedAt;
}

/** The pages with the ticket where its time places it; beyond the last row it is left to the page that comes next. */
function withInserted(pages: readonly TicketPage[], ticket: TicketView): readonly TicketPage[] {
  const at = pages.findIndex((page) => page.items.some((each) => comesBefore(ticket, each)));
  if (at === -1 && pages.at(-1)?.nextCursor !== null) return pages;
  return pages.map((page, index) => {
    if (index !== (at === -1 ? pages.length - 1 : at)) return page;
    const before = page.items.findIndex((each) => comesBefore(ticket, each));
    return { ...page, items: page.items.toSpliced(before === -1 ? page.items.length : before, 0, ticket) };
  });
}

/** The pages after the ticket changed; the same object where that changes none of them. */
export function withTicket(pages: readonly TicketPage[], ticket: TicketView, kind: TicketKind,
  follows: readonly string[] | undefined): readonly TicketPage[] {
  const known = pages.flatMap((page) => page.items).find((each) => each.id === ticket.id);
  const belongs = ticketBelongs(ticket, kind, follows);
  if (known === undefined ? !belongs || pages.length === 0 : known.version > ticket.version) return pages;
  if (known === undefined) return kind === 'followed' && follows === undefined ? pages : withInserted(pages, ticket);
  return pages.map((page) => (page.items.includes(known)
    ? { ...page, items: page.items.flatMap((each) => (each !== known ? [each] : belongs ? [ticket] : [])) } : page));
}
