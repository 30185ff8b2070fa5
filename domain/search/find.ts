/**
 * The one search: contacts, tickets, messages and files, newest first, never more than the user may see. The search's
 * own rows only propose; the same filters as everywhere else decide (RA06).
 */
import { limits } from '#domain/limits.ts';
import { contactFilter } from '#domain/contacts/queries.ts';
import { conversationFilter, messageFilter } from '#domain/conversations/queries.ts';
import { keysOf, type User } from '#domain/people/access.ts';
import type { Queryable } from '#domain/store/db.ts';
import { safeText } from '#domain/text.ts';
import { ticketFilter } from '#domain/tickets/queries.ts';
import { askedFor, contactLookup, fileLookup, hiddenLookup, messageLookup, nearNames, nearTicket, ticketLookup,
  wholeWords, type Asked, type Lookup } from './ask.ts';
import { exactly, proposals, seesPart } from './propose.ts';
import { contactRows, fileRows, messageRows, ticketRows, type FoundContact, type FoundFile, type FoundMessage,
  type FoundTicket } from './rows.ts';

export const groups = ['contacts', 'tickets', 'messages', 'files'] as const;
export type Group = (typeof groups)[number];

export interface SearchQuery {
  user: User;
  typed: string;
  groups: readonly Group[];
  /** Items a group. */
  limit: number;
}

/** `near`: nothing is written so, these are spelled alike. */
export interface FoundGroup<T> { items: T[]; more: boolean; near: boolean }

export interface Found {
  contacts?: FoundGroup<FoundContact>;
  tickets?: FoundGroup<FoundTicket>;
  messages?: FoundGroup<FoundMessage>;
  files?: FoundGroup<FoundFile>;
}

function grouped<T>(items: T[], limit: number, near = false): FoundGroup<T> {
  return { items: items.slice(0, limit), more: items.length > limit, near };
}

function nothing<T>(): FoundGroup<T> {
  return { items: [], more: false, near: false };
}

/** Hits of which the rights are asked: some more than are shown, then at most `max`. */
function bounds(limit: number, max: number): { few: number; max: number } {
  return { few: Math.min(max, Math.max(limits.searchFewHits, (limit + 1) * 4)), max };
}

/**
 * The same of names. Of a whole floor's newest hits who sees little of it sees few: own work and another letter find
 * more than a longer look.
 */
function nameBounds({ user, limit }: SearchQuery): { few: number; max: number } {
  return bounds(limit, seesPart(user) ? limits.searchNarrowNamesMax : limits.searchNamesMax);
}

async function contacts(db: Queryable, query: SearchQuery, asked: Asked): Promise<FoundGroup<FoundContact>> {
  const { user, limit } = query;
  const find = async (lookup: Lookup | undefined,
    action: 'contact.read' | 'contact.unmask'): Promise<FoundContact[]> => {
    if (lookup === undefined) return [];
    const parts = proposals(db, { user, kind: 'contacts', lookup, exact: exactly(asked), ...nameBounds(query) });
    return contactRows(db, user, { parts, filter: contactFilter(user, 'ct', action), limit: limit + 1 });
  };
  const [open, hidden] = await Promise.all([find(contactLookup(asked), 'contact.read'),
    find(hiddenLookup(user, asked), 'contact.unmask')]);
  const known = new Set(open.map((row) => row.id));
  const found = [...open, ...hidden.filter((row) => !known.has(row.id))];
  if (found.length > 0) return grouped(found, limit);
  return grouped(await find(await nearNames(db, user.organisationId, asked), 'contact.read'), limit, true);
}

async function tickets(db: Queryable, query: SearchQuery, asked: Asked): Promise<FoundGroup<FoundTicket>> {
  const { user, limit } = query;
  const find = async (lookup: Lookup | undefined): Promise<FoundTicket[]> => {
    if (lookup === undefined) return [];
    const parts = proposals(db, { user, kind: 'tickets', lookup, exact: exactly(asked), ...nameBounds(query) });
    return ticketRows(db, user, { parts, filter: ticketFilter(user, 't'), limit: limit + 1 });
  };
  const found = await find(ticketLookup(asked));
  if (found.length > 0) return grouped(found, limit);
  const near = nearTicket(asked) ?? await nearNames(db, user.organisationId, asked);
  return grouped(await find(near), limit, true);
}

function readable(user: User): string {
  return `${messageFilter(user, 'm')} and exists (select 1 from conversations reached
    where reached.id = m.conversation_id and ${conversationFilter(user, 'reached')})`;
}

async function messages(db: Queryable, query: SearchQuery, asked: Asked): Promise<FoundGroup<FoundMessage>> {
  const lookup = messageLookup(asked);
  if (lookup === undefined || keysOf(query.user, 'interaction.read').size === 0) return nothing();
  const { user, limit } = query;
  const parts = proposals(db, { user, kind: 'messages', lookup, exact: wholeWords(asked),
    ...bounds(limit, limits.searchHitsMax) });
  return grouped(await messageRows(db, user, { parts, filter: readable(user), limit: limit + 1 }, asked), limit);
}

async function files(db: Queryable, query: SearchQuery, asked: Asked): Promise<FoundGroup<FoundFile>> {
  const lookup = fileLookup(asked);
  if (lookup === undefined || keysOf(query.user, 'interaction.read').size === 0) return nothing();
  const { user, limit } = query;
  const parts = proposals(db, { user, kind: 'messages', lookup, exact: lookup.query,
    ...bounds(limit, limits.searchNamesMax) });
  return grouped(await fileRows(db, user, { parts, filter: readable(user), limit: limit + 1 }, asked), limit);
}

/**
 * Searches the groups asked for. Below two signs nothing is looked up: every row begins with some letter. Words that
 * were typed are kept nowhere.
 */
export async function search(db: Queryable, query: SearchQuery): Promise<Found> {
  const asked = await askedFor(db, safeText(query.typed));
  const enough = asked.words.join('').length >= 2;
  const wants = (group: Group): boolean => query.groups.includes(group);
  const [people, cases, texts, names] = await Promise.all([
    wants('contacts') ? enough ? contacts(db, query, asked) : nothing<FoundContact>() : undefined,
    wants('tickets') ? enough ? tickets(db, query, asked) : nothing<FoundTicket>() : undefined,
    wants('messages') ? enough ? messages(db, query, asked) : nothing<FoundMessage>() : undefined,
    wants('files') ? enough ? files(db, query, asked) : nothing<FoundFile>() : undefined,
  ]);
  return { ...(people && { contacts: people }), ...(cases && { tickets: cases }), ...(texts && { messages: texts }),
    ...(names && { files: names }) };
}
