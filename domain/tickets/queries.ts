/** Tickets as people see them, and who may see which ticket. */
import { ofOrganisation, statement, type Queryable } from '#domain/store/db.ts';
import { accessFilter, can, type Placed, type User } from '#domain/people/access.ts';
import { maskHandle } from '#domain/people/masks.ts';
import { holdsContactFilter, interactionToOpen } from '#domain/conversations/queries.ts';
import type { TicketStateName } from '#domain/interactions/queries.ts';
import { ownWork, pageOfOwn, seesOnlyOwn } from '#domain/interactions/own-work.ts';
import { decodePage, encodePage, pageSize, type Page } from '#domain/pages.ts';

/** The same shape as the desk's ticketView. */
export interface TicketSeen {
  id: string; number: string; contactId: string; contactName: string | null;
  /** The phone, else the address of a contact without a name; empty where there is a name. */
  handleMasked: string; conversationId: string | null;
  state: TicketStateName; categoryId: string | null; categoryCode: string | null; subcategoryId: string | null;
  summary: string | null; outcomeCode: string | null; agentId: string | null; agentName: string | null;
  openedAt: string; resolvedAt: string | null; closedAt: string | null; documentedAt: string | null;
  reopenedCount: number; version: number;
}

interface Stored {
  id: string; organisation_id: string; number: string; contact_id: string; contact_name: string | null;
  handle: string | null; conversation_id: string | null; state: TicketStateName; category_id: string | null;
  category_code: string | null;
  subcategory_id: string | null; summary: string | null; outcome_code: string | null; agent_id: string | null;
  agent_name: string | null; at_key: string; opened_at: Date; resolved_at: Date | null; closed_at: Date | null;
  documented_at: Date | null; reopened_count: number; version: number; site_id: string | null;
  queue_id: string | null; team_id: string | null; branch_ids: string[] | null;
}

const SELECT = `select t.id, t.organisation_id, t.number, t.contact_id, ct.name as contact_name, t.conversation_id,
  t.state,
    t.category_id, k.code as category_code, t.subcategory_id, t.summary, t.outcome_code, t.agent_id, u.name as
      agent_name,
    t.opened_at::text as at_key, t.opened_at, t.resolved_at, t.closed_at, t.documented_at, t.reopened_count, t.version,
    t.site_id, t.queue_id, t.team_id,
    case when ct.name is null then (select coalesce(p.phone, p.handle) from contact_points p
      where p.contact_id = ct.id order by (p.phone is not null) desc, p.created_at limit 1) end as handle,
    case when t.branch_id is not null then (select array_agg(above.id) from branches here
      join branches above on above.path @> here.path where here.id = t.branch_id) end as branch_ids
  from tickets t join contacts ct on ct.id = t.contact_id left join categories k on k.id = t.category_id
  left join users u on u.id = t.agent_id`;

const byIds = statement('tickets.seen', `select ticket.*,
    coalesce((select jsonb_agg(distinct jsonb_build_object('siteId', i.site_id, 'queueId', i.queue_id, 'teamId',
      i.team_id,
      'agentId', i.agent_id, 'branchIds', case when i.branch_id is null then '[]'::jsonb
        else (select jsonb_agg(above.id) from branches here join branches above on above.path @> here.path
          where here.id = i.branch_id) end))
      from interactions i where i.ticket_id = ticket.id), '[]') as places,
    coalesce((select array_agg(distinct h.agent_id) from interactions h where h.contact_id = ticket.contact_id
      and h.organisation_id = ticket.organisation_id and h.agent_id is not null
      and h.state not in ('CLOSED', 'OOT_COMPLETE')), '{}') as holders
  from (${SELECT} where ${ofOrganisation('t.organisation_id')} and t.id = any($2::uuid[])) ticket`);

function iso(time: Date | null): string | null {
  return time === null ? null : time.toISOString();
}

function seen(row: Stored): TicketSeen {
  return {
    id: row.id, number: row.number, contactId: row.contact_id, contactName: row.contact_name,
    handleMasked: row.handle === null ? '' : maskHandle(row.handle), conversationId: row.conversation_id,
    state: row.state, categoryId: row.category_id, categoryCode: row.category_code,
    subcategoryId: row.subcategory_id, summary: row.summary, outcomeCode: row.outcome_code, agentId: row.agent_id,
    agentName: row.agent_name, openedAt: row.opened_at.toISOString(), resolvedAt: iso(row.resolved_at),
    closedAt: iso(row.closed_at), documentedAt: iso(row.documented_at), reopenedCount: row.reopened_count,
    version: row.version,
  };
}

export interface TicketFacts {
  view: TicketSeen;
  place: Placed;
  /** Where its interactions stand: whoever reads one of them sees the ticket. */
  places: Omit<Placed, 'organisationId'>[];
  /** Who serves the contact now. */
  holderIds: string[];
}

/** Tickets by id with all that decides who may see them; for the fan-out. */
export async function ticketFacts(db: Queryable, organisationId: string,
  ids: readonly string[]): Promise<TicketFacts[]> {
  if (ids.length === 0) return [];
  const rows = await db.rows<Stored & { places: TicketFacts['places']; holders: string[] }>(byIds,
    [organisationId, ids]);
  return rows.map((row) => ({
    view: seen(row), places: row.places, holderIds: row.holders,
    place: {
      organisationId: row.organisation_id, siteId: row.site_id, queueId: row.queue_id, teamId: row.team_id,
      agentId: row.agent_id, branchIds: row.branch_ids ?? [],
    },
  }));
}

/**
 * SQL over tickets: in the user's own scope, through a readable interaction, or as history of a contact they serve.
 * `offset 0` keeps the look-up one of the row at hand: without it PostgreSQL may read every interaction to hash them.
 */
export function ticketFilter(user: User, alias: string): string {
  const parts = [accessFilter(user, 'ticket.read', alias), holdsContactFilter(user, `${alias}.contact_id`)];
  if (can(user, 'interaction.read')) {
    parts.push(`exists (select 1 from interactions seen where seen.ticket_id = ${alias}.id
      and ${accessFilter(user, 'interaction.read', 'seen')} offset 0)`);
  }
  return `(${alias}.organisation_id = '${user.organisationId}' and (${parts.join(' or ')}))`;
}

export interface TicketQuery {
  user: User;
  state?: 'open' | 'closed' | undefined;
  /** Only tickets that the user follows. */
  followed?: true | undefined;
  contactId?: string | undefined;
  cursor?: string | undefined;
  limit?: number | undefined;
}

async function ticketRows(db: Queryable, query: TicketQuery, size: number,
  own: { since: Date | null } | undefined): Promise<Stored[]> {
  const { user } = query;
  const values: unknown[] = [];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const where = [ticketFilter(user, 't'), "t.state <> 'OOT_COMPLETE'"];
  if (own !== undefined) {
    const [me, organisation] = [bind(user.id), bind(user.organisationId)];
    const since = own.since === null ? undefined : bind(own.since);
    where.push(`t.id = any(array(${ownWork('ticket_id', me, organisation, since)} union
      select held.id from tickets held where held.contact_id = any(array(select contact_id from interactions
        where organisation_id = ${organisation} and agent_id = ${me} and state not in ('CLOSED', 'OOT_COMPLETE')))))`);
  }
  // By the letter what tickets_open is an index of: few are open among years of closed ones.
  if (query.state !== undefined) where.push(query.state === 'closed' ? "t.state = 'CLOSED'" : "t.state <> 'CLOSED'");
  if (query.followed === true) {
    where.push(`t.id = any(array(select f.ticket_id from ticket_follows f
      where f.organisation_id = ${bind(user.organisationId)} and f.user_id = ${bind(user.id)}))`);
  }
  if (query.contactId !== undefined) where.push(`t.contact_id = ${bind(query.contactId)}`);
  if (query.cursor !== undefined) {
    const [at, id] = decodePage(query.cursor, 2);
    where.push(`(t.opened_at, t.id) < (${bind(at)}::timestamptz, ${bind(id)}::uuid)`);
  }
  return db.dynamic<Stored>(`${SELECT} where ${where.join(' and ')}
    order by t.opened_at desc, t.id desc limit ${size + 1}`, values);
}

/** A page of tickets, newest first; OOT tickets are hidden from lists (architecture: nouns). */
export async function ticketViews(db: Queryable, query: TicketQuery): Promise<Page<TicketSeen>> {
  const { user } = query;
  const size = pageSize(query.limit);
  // What is open or followed is little among years of work: it is read as it is, and the rights of each row asked.
  const isLittle = query.contactId !== undefined || query.state === 'open' || query.followed === true;
  const rows = seesOnlyOwn(user, ['ticket.read']) && !can(user, 'ticket.read') && !isLittle
    ? await pageOfOwn(db, user, size, (row: Stored) => row.opened_at, (since) => ticketRows(db, query, size, { since }))
    : await ticketRows(db, query, size, undefined);
  const items = rows.slice(0, size);
  const last = items.at(-1);
  return {
    items: items.map(seen),
    nextCursor: rows.length > size && last !== undefined ? encodePage([last.at_key, last.id]) : null,
  };
}

/** One ticket if the user may see it. */
export async function ticketView(db: Queryable, user: User, id: string): Promise<TicketSeen | undefined> {
  const [row] = await db.dynamic<Stored>(`${SELECT} where t.id = $1 and ${ticketFilter(user, 't')}`, [id]);
  return row === undefined ? undefined : seen(row);
}

/** Where a ticket that the user may see is read; null where there is no interaction that they may read. */
export async function ticketToOpen(db: Queryable, user: User,
  id: string): Promise<{ interactionId: string | null } | undefined> {
  const [row] = await db.dynamic<{ interaction_id: string | null }>(`select
      ${interactionToOpen(user, 'i.ticket_id = t.id', 't.contact_id')} as interaction_id
    from tickets t where t.id = $1 and ${ticketFilter(user, 't')}`, [id]);
  return row === undefined ? undefined : { interactionId: row.interaction_id };
}
