/**
 * The one search: contacts, tickets, messages and files, newest first, never more than the user may see. The search's
 * own rows only propose; the same filters as everywhere else decide (RA06).
 */
import { contactFilter } from '#domain/contacts/queries.ts';
import { conversationFilter, messageFilter } from '#domain/conversations/queries.ts';
import { limits } from '#domain/limits.ts';
import { keysOf, type User } from '#domain/people/access.ts';
import type { Queryable } from '#domain/store/db.ts';
import { safeText } from '#domain/text.ts';
import { ticketFilter } from '#domain/tickets/queries.ts';
import { askedFor, contactLookup, fileLookup, hiddenLookup, messageLookup, nearNames, nearTicket, ticketLookup,
  type Asked, type Lookup } from './ask.ts';
import type { Kind } from './documents.ts';
import { hitsAmong, newestHits } from './hits.ts';
import { contactRows, fileRows, messageRows, ticketRows, type FoundContact, type FoundFile, type FoundMessage,
  type FoundTicket } from './rows.ts';
import { allOf, lexeme } from './terms.ts';

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

const CLOSED = "('CLOSED', 'OOT_COMPLETE')";
/** The newest work of the user: $4 organisation, $5 user, $6 how many. */
const OWN_WORK = `(select o.contact_id, o.ticket_id, o.conversation_id from interactions o
    where o.organisation_id = $4 and o.agent_id = $5 and o.state in ${CLOSED} order by o.closed_at desc limit $6::int)
  union all (select o.contact_id, o.ticket_id, o.conversation_id from interactions o
    where o.organisation_id = $4 and o.agent_id = $5 and o.state not in ${CLOSED})`;
const HELD = `select o.contact_id from interactions o where o.organisation_id = $4 and o.agent_id = $5
  and o.state not in ${CLOSED}`;

/** What one sees by serving it; the newest hits of a whole floor may hold none of it. */
const OWN: Record<Kind, string> = {
  contacts: `select distinct contact_id as id from (${OWN_WORK}) work`,
  tickets: `select ticket_id as id from (${OWN_WORK}) work
    union select t.id from tickets t where t.organisation_id = $4 and t.contact_id = any(array(${HELD}))`,
  messages: `select m.id from messages m where m.organisation_id = $4 and m.conversation_id = any(array(
      select conversation_id from (${OWN_WORK}) work
      union select c.id from conversations c where c.contact_id = any(array(${HELD}))))`,
};

async function proposed(db: Queryable, user: User, kind: Kind, lookup: Lookup,
  exact = lookup.query): Promise<string[]> {
  const { organisationId } = user;
  const max = kind === 'messages' ? limits.searchHitsMax : limits.searchNamesMax;
  const wanted = { organisationId, kind, ...lookup, exact, max };
  const hits = await newestHits(db, wanted);
  const keys = keysOf(user, 'interaction.read');
  if (hits.complete || keys.has(`organisation:${organisationId}`) || keys.size === 0) return hits.ids;
  const own = await hitsAmong(db, wanted, OWN[kind], [organisationId, user.id, limits.searchOwnWorkMax]);
  return [...new Set([...own, ...hits.ids])];
}

function grouped<T>(items: T[], limit: number, near = false): FoundGroup<T> {
  return { items: items.slice(0, limit), more: items.length > limit, near };
}

function nothing<T>(): FoundGroup<T> {
  return { items: [], more: false, near: false };
}

function exactly(asked: Asked): string {
  const { number } = asked;
  return number === undefined ? allOf(asked.words.map((word) => lexeme(word))) ?? "''" : lexeme(`=${number}`);
}

async function contacts(db: Queryable, query: SearchQuery, asked: Asked): Promise<FoundGroup<FoundContact>> {
  const { user, limit } = query;
  const find = async (lookup: Lookup | undefined,
    action: 'contact.read' | 'contact.unmask'): Promise<FoundContact[]> => {
    if (lookup === undefined) return [];
    const ids = await proposed(db, user, 'contacts', lookup, exactly(asked));
    return contactRows(db, user, { ids, filter: contactFilter(user, 'ct', action), limit: limit + 1 });
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
    const ids = await proposed(db, user, 'tickets', lookup, exactly(asked));
    return ticketRows(db, user, { ids, filter: ticketFilter(user, 't'), limit: limit + 1 });
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
  const ids = await proposed(db, query.user, 'messages', lookup);
  return grouped(await messageRows(db, query.user, { ids, filter: readable(query.user), limit: query.limit + 1 },
    asked), query.limit);
}

async function files(db: Queryable, query: SearchQuery, asked: Asked): Promise<FoundGroup<FoundFile>> {
  const lookup = fileLookup(asked);
  if (lookup === undefined || keysOf(query.user, 'interaction.read').size === 0) return nothing();
  const ids = await proposed(db, query.user, 'messages', lookup);
  return grouped(await fileRows(db, query.user, { ids, filter: readable(query.user), limit: query.limit + 1 },
    asked), query.limit);
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
