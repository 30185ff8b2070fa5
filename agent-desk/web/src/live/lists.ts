/** Lists of interactions and what an event does to them: patched by revision, kept in the order of the server. */
import { matchesFilter, type ListFilter } from '../lib/filter.ts';
import { serverNow } from '../lib/now.ts';
import type { InteractionView } from './types.ts';

export type ListName = 'mine' | 'queues' | 'all';
export type OpenOrClosed = 'open' | 'closed';
export interface ListKind { view: ListName; state: OpenOrClosed; q: string; filter?: ListFilter | undefined }

/** True while somebody still has to do something with it. */
export function isOpen(row: Pick<InteractionView, 'state'>): boolean {
  return row.state !== 'CLOSED' && row.state !== 'OOT_COMPLETE';
}

/** True if the row belongs into the list; undefined where only the server can tell (a search). */
export function belongs(row: InteractionView, kind: ListKind, me: string): boolean | undefined {
  if (kind.view === 'queues' && row.state !== 'QUEUED') return false;
  if (kind.view !== 'queues' && isOpen(row) !== (kind.state === 'open')) return false;
  if (kind.view === 'mine' && row.agentId !== me) return false;
  const matches = kind.filter === undefined ? true : matchesFilter(row, kind.filter, serverNow());
  return matches === true && kind.q !== '' ? undefined : matches;
}

function compare(one: string | null, other: string | null): number {
  return one === other ? 0 : (one ?? '') < (other ?? '') ? -1 : 1;
}

/**
 * The server's order of a list: queues by priority and longest waiting, open ones by origin, closed ones newest first.
 */
export function orderOf(kind: Pick<ListKind, 'view' | 'state'>): (one: InteractionView,
  other: InteractionView) => number {
  if (kind.state === 'closed')
    return (one, other) => compare(other.closedAt, one.closedAt) || compare(other.id, one.id);
  if (kind.view === 'queues') {
    return (one, other) =>
      other.priority - one.priority || compare(one.waitingSince, other.waitingSince) || compare(one.id, other.id);
  }
  return (one, other) => compare(one.dateOrigin, other.dateOrigin) || compare(one.id, other.id);
}

/** What the desk remembers of a page of a list. */
export interface ListPage { items: InteractionView[]; nextCursor: string | null }

/**
 * Gives the rows of the loaded pages again and again, each once and in the order of `order`, or else of the pages.
 * Where only pages came at the end, as by scrolling, what was there is neither looked at nor sorted again.
 */
export function createRows(order?: (one: InteractionView, other: InteractionView) => number):
(pages: readonly ListPage[]) => InteractionView[] {
  let known: readonly ListPage[] = [];
  let seen = new Set<string>();
  let rows: InteractionView[] = [];
  return (pages) => {
    if (known.length > pages.length || known.some((page, at) => page !== pages[at])) {
      known = [];
      seen = new Set();
      rows = [];
    }
    const fresh: InteractionView[] = [];
    for (const page of pages.slice(known.length)) {
      for (const row of page.items) {
        if (seen.has(row.id)) continue;
        seen.add(row.id);
        fresh.push(row);
      }
    }
    known = pages;
    if (order !== undefined) fresh.sort(order);
    const [last, next] = [rows.at(-1), fresh[0]];
    const inOrder = order === undefined || last === undefined || next === undefined || order(last, next) <= 0;
    rows = [...rows, ...fresh];
    if (!inOrder) rows.sort(order);
    return rows;
  };
}

/** The page that holds the row, and the row; undefined where none does. */
function pageOf(pages: readonly ListPage[], id: string): { at: number; row: InteractionView } | undefined {
  for (const [at, page] of pages.entries()) {
    const row = page.items.find((each) => each.id === id);
    if (row !== undefined) return { at, row };
  }
  return undefined;
}

/** The pages with one of them changed; the others stay the same objects, so that nothing of them is looked at again. */
function withPage(pages: readonly ListPage[], at: number, items: InteractionView[]): ListPage[] {
  return pages.map((page, index) => (index === at ? { ...page, items } : page));
}

function without(pages: readonly ListPage[], id: string): ListPage[] {
  return pages.map((page) =>
    (page.items.some((row) => row.id === id) ? { ...page, items: page.items.filter((row) => row.id !== id) } : page));
}

/** A row removed from the pages of a list. */
export function withoutRow(pages: readonly ListPage[], id: string): ListPage[] {
  return without(pages, id);
}

/** The pages after the row changed: patched, put at its place, or taken out. An older version changes nothing. */
export function withRow(pages: ListPage[], row: InteractionView, kind: ListKind, me: string): ListPage[] {
  const old = pageOf(pages, row.id);
  if (old !== undefined && old.row.revision > row.revision) return pages;
  const fits = belongs(row, kind, me);
  if (fits === false) return old === undefined ? pages : without(pages, row.id);
  if (old === undefined && fits === undefined) return pages;
  const order = orderOf(kind);
  if (old !== undefined && order(old.row, row) === 0) {
    const items = pages[old.at]?.items.map((each) => (each.id === row.id ? row : each)) ?? [];
    return withPage(pages, old.at, items);
  }
  const rest = old === undefined ? pages : without(pages, row.id);
  const at = rest.findIndex((page, index) => {
    const last = page.items.at(-1);
    const isLast = index === rest.length - 1;
    return (last !== undefined && order(row, last) < 0) || (isLast && page.nextCursor === null);
  });
  // Behind everything that is loaded, with more to come: it will come with its page.
  if (at === -1) return rest;
  return withPage(rest, at, [...rest[at]?.items ?? [], row].sort(order));
}

/** My own open work after a row changed. */
export function withMine(mine: readonly InteractionView[], row: InteractionView, me: string): InteractionView[] {
  const old = mine.find((each) => each.id === row.id);
  if (old !== undefined && old.revision > row.revision) return mine as InteractionView[];
  const rest = mine.filter((each) => each.id !== row.id);
  if (row.agentId !== me || !isOpen(row)) return old === undefined ? mine as InteractionView[] : rest;
  return [...rest, row].sort(orderOf({ view: 'mine', state: 'open' }));
}

/** True if my work went to other hands for good: closed, escalated, moved to another queue, a colleague's now. */
export function isHandedOn(old: InteractionView, row: InteractionView, me: string): boolean {
  if (old.agentId !== me || old.revision > row.revision) return false;
  return !isOpen(row) || row.tier > old.tier || row.queueId !== old.queueId
    || (row.agentId !== null && row.agentId !== me);
}

/** Of these rows one a ticket, that which was opened last: what somebody who follows the ticket is told of. */
export function newestOfTickets(rows: readonly InteractionView[]): InteractionView[] {
  const found = new Map<string, InteractionView>();
  for (const row of rows) {
    const known = found.get(row.ticketId);
    if (known === undefined || known.dateOrigin < row.dateOrigin) found.set(row.ticketId, row);
  }
  return [...found.values()];
}

/** Those rows after one of a followed ticket changed; an older version or an older interaction changes nothing. */
export function withFollowed(rows: readonly InteractionView[], row: InteractionView): InteractionView[] {
  const old = rows.find((each) => each.ticketId === row.ticketId);
  if (old !== undefined && (old.id === row.id ? old.revision > row.revision : old.dateOrigin > row.dateOrigin))
    return rows as InteractionView[];
  return [...rows.filter((each) => each !== old), row];
}
