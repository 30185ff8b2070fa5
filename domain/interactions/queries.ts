/** Interactions as people see them: rows of the inbox, by ids or as lists, always within what the user may see. */
import { ofOrganisation, statement, type Queryable } from '#domain/store/db.ts';
import { accessFilter, mayPick, type Placed, type User } from '#domain/people/access.ts';
import { maskHandle, maskName } from '#domain/people/masks.ts';
import { limits } from '#domain/limits.ts';
import { safeText } from '#domain/text.ts';
import { containsPattern, decodePage, encodePage, pageSize, type Page } from '#domain/pages.ts';
import { holdsContactFilter } from '#domain/conversations/queries.ts';
import type { SendStatus } from '#domain/channels/words.ts';
import { askedFor, contactLookup, ticketLookup, type Lookup } from '#domain/search/ask.ts';
import { proposals } from '#domain/search/propose.ts';
import { runningClock } from './clock.ts';
import { filterConditions, filterJoins, type InteractionFilter } from './filters.ts';

export type StateName = 'QUEUED' | 'PICKED_UP' | 'IN_SERVICE' | 'IDLE_CHECK_1' | 'IDLE_CHECK_2' | 'INFORMED'
  | 'ESCALATED_T2' | 'CLOSING' | 'DOCUMENTED' | 'CLOSED' | 'OOT_COMPLETE';
export type TicketStateName = 'OPEN_T1' | 'ESCALATED_T2' | 'T2_IDENTIFYING' | 'RESOLVED_T2' | 'DISPATCHED'
  | 'PARTY_RECEIVED' | 'PARTY_IDENTIFYING' | 'PARTY_PROCESSING' | 'STATUS_INFORMED' | 'RESOLVED' | 'CUSTOMER_INFORMED'
  | 'CLOSED' | 'OOT_COMPLETE';
export type DirectionName = 'IN' | 'OUT' | 'NOTE' | 'SYSTEM';

/** A row of the inbox. Times are ISO-8601 UTC with ms. The same shape as the desk's interactionView. */
export interface InteractionSeen {
  id: string; conversationId: string | null; contactId: string; contactName: string | null; handleMasked: string;
  channel: string; reportName: string; medium: string; accountId: string; accountName: string;
  ticketId: string; ticketNumber: string; ticketState: TicketStateName; categoryId: string | null;
  categoryCode: string | null; state: StateName; tier: number; priority: number;
  queueId: string | null; queueName: string | null; agentId: string | null; agentName: string | null;
  dateOrigin: string; queuedAt: string | null; waitingSince: string | null; acceptedAt: string | null;
  answeredAt: string | null; documentedAt: string | null; closedAt: string | null; snoozedUntil: string | null;
  customerEndedAt: string | null; outcomeCode: string | null; csatScore: number | null;
  clock: { kind: 'FIRST' | 'NEXT'; startedAt: string; idealS: number | null; maxS: number } | null;
  unreadCount: number; lastText: string | null; lastDirection: DirectionName | null; lastMessageAt: string | null;
  lastStatus: SendStatus | null; masked: boolean; mayPick?: true; version: number; revision: number;
}

/** An interaction with where it stands, so that rights can be decided without the database. */
export interface InteractionFacts {
  view: InteractionSeen;
  place: Placed;
  /** It waits in a queue whose members take work by themselves. */
  pickable: boolean;
}

interface Stored {
  id: string; organisation_id: string; conversation_id: string | null; contact_id: string; contact_name: string | null;
  handle: string | null; phone: string | null; channel: string; medium: string; channel_account_id: string;
  account_name: string; ticket_id: string; ticket_number: string; ticket_state: TicketStateName;
  category_id: string | null; category_code: string | null; target_ideal_s: number | null; target_max_s: number | null;
  state: StateName; tier: number; priority: number; site_id: string | null; branch_ids: string[] | null;
  queue_id: string | null; queue_name: string | null; team_id: string | null; agent_id: string | null;
  agent_name: string | null; date_origin: Date; queued_at: Date | null; waiting_since: Date | null;
  accepted_at: Date | null; answered_at: Date | null; documented_at: Date | null; closed_at: Date | null;
  awaiting_reply_since: Date | null; snoozed_until: Date | null; customer_ended_at: Date | null;
  outcome_code: string | null; csat_score: number | null; unread_count: number; last_text: string | null;
  last_direction: DirectionName | null; last_message_at: Date | null; last_status: SendStatus | null; version: number;
  revision: number; pick_allowed: boolean | null; readable?: boolean;
}

/** The last message is the interaction's own: nothing of a later interaction shows in a closed one's row. */
const FIELDS = `i.id, i.organisation_id, i.conversation_id, i.contact_id, ct.name as contact_name, cp.handle, cp.phone,
  i.channel, i.medium, i.channel_account_id, ca.name as account_name, i.ticket_id, t.number as ticket_number,
  t.state as ticket_state, i.category_id, k.code as category_code,
  coalesce(k.target_ideal_s, case when k.id is null then b7.target_ideal_s end) as target_ideal_s,
  coalesce(k.target_max_s, case when k.id is null then b7.target_max_s end) as target_max_s,
  i.state, i.tier, i.priority, i.site_id, i.queue_id, q.name as queue_name, i.team_id, i.agent_id, u.name as agent_name,
  case when i.branch_id is not null then (select array_agg(above.id) from branches here
    join branches above on above.path @> here.path where here.id = i.branch_id) end as branch_ids,
  i.date_origin, i.queued_at, i.waiting_since, i.accepted_at, i.answered_at, i.documented_at, i.closed_at,
  i.awaiting_reply_since, i.snoozed_until, i.customer_ended_at, i.outcome_code, i.csat_score,
  case when own.last then c.unread_count else 0 end as unread_count,
  case when own.last then c.last_text end as last_text, case when own.last then c.last_direction end as last_direction,
  case when own.last then c.last_message_at end as last_message_at, case when own.last then (select m.status
    from messages m where m.organisation_id = i.organisation_id
    and m.conversation_id = c.id and m.seq = c.last_seq and m.deleted_at is null) end as last_status,
  i.version, i.version + coalesce(c.version, 0) as revision, q.pick_allowed`;

const JOINS = `from interactions i
  join contacts ct on ct.id = i.contact_id
  join channel_accounts ca on ca.id = i.channel_account_id
  join tickets t on t.id = i.ticket_id
  left join conversations c on c.id = i.conversation_id
  left join contact_points cp on cp.id = c.contact_point_id
  left join categories k on k.id = i.category_id
  left join categories b7 on b7.organisation_id = i.organisation_id and b7.code = 'INFORMASI'
  left join queues q on q.id = i.queue_id
  left join users u on u.id = i.agent_id
  cross join lateral (select i.closed_at is null or c.last_message_at <= i.closed_at as last) own`;

const byIds = statement('interactions.seen', `select ${FIELDS} ${JOINS}
  where ${ofOrganisation('i.organisation_id')} and i.id = any($2::uuid[])`);

/**
 * What an event about something else changes in the inbox: the open interactions of a thread, ticket or contact. The
 * ids come as an array: as a join they would be reached last, after whole tables were joined (join_collapse_limit).
 */
const touched = statement('interactions.touched', `select ${FIELDS} ${JOINS}
  where ${ofOrganisation('i.organisation_id')} and i.id = any(array(
    select unnest($2::uuid[])
    union select o.id from interactions o where o.conversation_id = any($3::uuid[])
      and o.state not in ('CLOSED', 'OOT_COMPLETE')
    union select m2.interaction_id from messages m2 where m2.id = any($4::uuid[])
    union select o.id from interactions o where o.ticket_id = any($5::uuid[])
      and o.state not in ('CLOSED', 'OOT_COMPLETE')
    union select o.id from interactions o where o.contact_id = any($6::uuid[])
      and o.state not in ('CLOSED', 'OOT_COMPLETE')))`);

const OPEN = "i.state not in ('CLOSED', 'OOT_COMPLETE')";
const CLOSED = "i.state in ('CLOSED', 'OOT_COMPLETE')";

function iso(time: Date | null): string | null {
  return time === null ? null : time.toISOString();
}

function clockOf(row: Stored): InteractionSeen['clock'] {
  const clock = runningClock({
    state: row.state, dateOrigin: row.date_origin, answeredAt: row.answered_at,
    awaitingReplySince: row.awaiting_reply_since, documentedAt: row.documented_at,
      customerEndedAt: row.customer_ended_at,
  }, { idealS: row.target_ideal_s, maxS: row.target_max_s });
  return clock === null ? null : { ...clock, startedAt: clock.startedAt.toISOString() };
}

function seen(row: Stored): InteractionSeen {
  return {
    id: row.id, conversationId: row.conversation_id, contactId: row.contact_id, contactName: row.contact_name,
    handleMasked: row.handle === null ? '' : maskHandle(row.phone ?? row.handle), channel: row.channel,
    reportName: reportNameOf(row.channel), medium: row.medium, accountId: row.channel_account_id,
    accountName: row.account_name, ticketId: row.ticket_id, ticketNumber: row.ticket_number,
      ticketState: row.ticket_state,
    categoryId: row.category_id, categoryCode: row.category_code, state: row.state, tier: row.tier,
      priority: row.priority,
    queueId: row.queue_id, queueName: row.queue_name, agentId: row.agent_id, agentName: row.agent_name,
    dateOrigin: row.date_origin.toISOString(), queuedAt: iso(row.queued_at), waitingSince: iso(row.waiting_since),
    acceptedAt: iso(row.accepted_at), answeredAt: iso(row.answered_at), documentedAt: iso(row.documented_at),
    closedAt: iso(row.closed_at), snoozedUntil: iso(row.snoozed_until), customerEndedAt: iso(row.customer_ended_at),
    outcomeCode: row.outcome_code, csatScore: row.csat_score, clock: clockOf(row), unreadCount: row.unread_count,
    lastText: row.last_text, lastDirection: row.last_direction, lastMessageAt: iso(row.last_message_at),
    lastStatus: row.last_status, masked: false, version: row.version,
    revision: row.revision,
  };
}

/** The name of a channel in reports (B2): `live-chat` is LIVE_CHAT. */
export function reportNameOf(channel: string): string {
  return channel.toUpperCase().replaceAll('-', '_');
}

/** The same row for who may only see that it waits: no text, the name an initial (RA09). */
export function maskInteraction(view: InteractionSeen): InteractionSeen {
  return { ...view, contactName: maskName(view.contactName), lastText: null, masked: true };
}

function placeOf(row: Stored): Placed {
  return {
    organisationId: row.organisation_id, siteId: row.site_id, queueId: row.queue_id, teamId: row.team_id,
    agentId: row.agent_id, branchIds: row.branch_ids ?? [],
  };
}

function factsOf(row: Stored): InteractionFacts {
  return { view: seen(row), place: placeOf(row), pickable: row.state === 'QUEUED' && row.pick_allowed === true };
}

/** The row as this user sees it. */
function seenBy(user: User, row: Stored, readable: boolean): InteractionSeen {
  const { view, place, pickable } = factsOf(row);
  const visible = readable ? view : maskInteraction(view);
  return pickable && mayPick(user, place) ? { ...visible, mayPick: true } : visible;
}

/** Interactions by id, unmasked, with where they stand; for the fan-out, which decides for each socket itself. */
export async function interactionFacts(
  db: Queryable, organisationId: string, ids: readonly string[],
): Promise<InteractionFacts[]> {
  if (ids.length === 0) return [];
  const rows = await db.rows<Stored>(byIds, [organisationId, ids]);
  return rows.map(factsOf);
}

/** Ids whose change shows in interactions. */
export interface Touched {
  interactionIds: readonly string[];
  conversationIds: readonly string[];
  messageIds: readonly string[];
  ticketIds: readonly string[];
  contactIds: readonly string[];
}

/** The interactions that an inbox must show anew after these things changed; for the fan-out. */
export async function touchedInteractions(
  db: Queryable, organisationId: string, ids: Touched,
): Promise<InteractionFacts[]> {
  if (Object.values(ids).every((list: readonly string[]) => list.length === 0)) return [];
  const rows = await db.rows<Stored>(touched, [organisationId, ids.interactionIds, ids.conversationIds, ids.messageIds,
    ids.ticketIds, ids.contactIds]);
  return rows.map(factsOf);
}

const stood = statement('interactions.stood', `select subject_id, site_id, branch_id, queue_id, team_id, agent_id,
    case when branch_id is not null then (select array_agg(above.id) from branches here
      join branches above on above.path @> here.path where here.id = branch_id) end as branch_ids
  from (select distinct subject_id, site_id, branch_id, queue_id, team_id, agent_id from journal
    where subject_id = any($2::uuid[]) and subject_type = 'interaction' and organisation_id = $1) places`);

/** Every place where the interactions ever stood, as the journal has it: who may have them on the screen. */
export async function placesStood(
  db: Queryable, organisationId: string, ids: readonly string[],
): Promise<Map<string, Placed[]>> {
  const found = new Map<string, Placed[]>();
  if (ids.length === 0) return found;
  const rows = await db.rows<{
    subject_id: string; site_id: string | null; queue_id: string | null; team_id: string | null;
      agent_id: string | null;
    branch_ids: string[] | null;
  }>(stood, [organisationId, ids]);
  for (const row of rows) {
    const place: Placed = {
      organisationId, siteId: row.site_id, queueId: row.queue_id, teamId: row.team_id, agentId: row.agent_id,
      branchIds: row.branch_ids ?? [],
    };
    found.set(row.subject_id, [...found.get(row.subject_id) ?? [], place]);
  }
  return found;
}

/** SQL: the user may read the interaction with its conversation. */
export function readableFilter(user: User, alias: string): string {
  return accessFilter(user, 'interaction.read', alias);
}

/** SQL: the user may see that the interaction is there: readable, or waiting in a queue they may look at (A42). */
export function visibleFilter(user: User, alias: string): string {
  const waiting = accessFilter(user, 'interaction.read-waiting', alias);
  const readable = readableFilter(user, alias);
  return waiting === 'false' ? readable : `(${readable} or (${alias}.state = 'QUEUED' and ${waiting}))`;
}

/** Interactions by a condition of the caller's making, unmasked; the condition holds the rights and the order. */
export async function interactionsWhere(db: Queryable, where: string,
  values: readonly unknown[]): Promise<InteractionSeen[]> {
  return (await db.dynamic<Stored>(`select ${FIELDS} ${JOINS} where ${where}`, values)).map(seen);
}

export interface InteractionQuery {
  user: User;
  view: 'mine' | 'queues' | 'all';
  state?: 'open' | 'closed';
  /** Words in the customer's name or the ticket's number; finds only what the user may read. */
  q?: string | undefined;
  contactId?: string | undefined;
  /** What the list is narrowed to. */
  filter?: InteractionFilter | undefined;
  cursor?: string | undefined;
  limit?: number | undefined;
}

/** What the words of a closed list may mean. */
interface Found { contactIds: string[]; ticketIds: string[] }

interface Order { columns: string[]; types: string[]; descending: boolean }

function orderOf(query: InteractionQuery): Order {
  if (query.state === 'closed') {
    return { columns: ['i.closed_at', 'i.id'], types: ['timestamptz', 'uuid'], descending: true };
  }
  if (query.view === 'queues') {
    return { columns: ['-i.priority', 'i.waiting_since', 'i.id'], types: ['int', 'timestamptz', 'uuid'],
      descending: false };
  }
  return { columns: ['i.date_origin', 'i.id'], types: ['timestamptz', 'uuid'], descending: false };
}

/** Open work is little: its names are read as they stand. */
function openWords(words: string, bind: (value: unknown) => string): string {
  const pattern = bind(containsPattern(words));
  return `(ct.name ilike ${pattern} or t.number ilike ${pattern})`;
}

/** Closed work is years of it: only what the search knows of, which follows the journal within a second. */
async function closedByWords(db: Queryable, user: User, words: string): Promise<Found> {
  const asked = await askedFor(db, safeText(words));
  const ids = async (kind: 'contacts' | 'tickets', lookup: Lookup | undefined): Promise<string[]> => {
    if (lookup === undefined) return [];
    const [max, few] = [limits.searchHitsMax, limits.searchHitsMax];
    return (await Array.fromAsync(proposals(db, { user, kind, lookup, exact: lookup.query, max, few }))).flat();
  };
  const [contactIds, ticketIds] = await Promise.all([ids('contacts', contactLookup(asked)),
    ids('tickets', ticketLookup(asked))]);
  return { contactIds, ticketIds };
}

/** The WHERE of a list: rights, view, words and filter; the same for its rows and its count. */
export function conditions(query: InteractionQuery, bind: (value: unknown) => string, found?: Found): string[] {
  const { user } = query;
  const where = [`i.organisation_id = ${bind(user.organisationId)}`];
  if (query.view === 'queues') where.push("i.state = 'QUEUED'");
  else where.push(query.state === 'closed' ? CLOSED : OPEN);
  if (query.view === 'mine') where.push(`i.agent_id = ${bind(user.id)}`, readableFilter(user, 'i'));
  // What is closed waits for nobody: without that half of the right the index of an agent's closed work serves.
  else where.push(query.q !== undefined || (query.state === 'closed' && query.view === 'all')
    ? readableFilter(user, 'i') : visibleFilter(user, 'i'));
  if (query.contactId !== undefined) where.push(`i.contact_id = ${bind(query.contactId)}`);
  if (query.filter !== undefined) where.push(...filterConditions(query.filter, user, bind));
  if (query.filter?.unread === true && query.state === 'closed' && query.view !== 'queues') {
    where.push(`i.closed_at > (select app_now()) - interval '${limits.closedUnreadDays} days'`);
  }
  if (found !== undefined) {
    where.push(`(i.contact_id = any(${bind(found.contactIds)}::uuid[])
      or i.ticket_id = any(${bind(found.ticketIds)}::uuid[]))`);
  } else if (query.q !== undefined) {
    where.push(openWords(query.q, bind));
  }
  return where;
}

/**
 * What waits, from each queue the first `rows` that fit: an index holds them in this order, and thousands that wait
 * need not be sorted for a page of fifty. $1 is the organisation.
 */
function firstOfQueues(where: string, rows: number): string {
  const first = (more: string): string => `select i.* from interactions i where ${where} and ${more}
    order by i.priority desc, i.waiting_since, i.id limit ${rows}`;
  return `((select i.* from queues q cross join lateral (${first('i.queue_id = q.id')}) i where q.organisation_id = $1)
    union all (${first('i.queue_id is null')})) i`;
}

/**
 * A page of interactions: queues by priority and longest waiting, open ones by origin, closed ones newest first. First
 * which rows, from the fewest tables; then those rows in full by a prepared statement: a list joins nine tables, and
 * planning that took longer than reading it.
 */
export async function interactionViews(db: Queryable, query: InteractionQuery): Promise<Page<InteractionSeen>> {
  const { user } = query;
  const values: unknown[] = [];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const found = query.q === undefined || query.state !== 'closed' ? undefined
    : await closedByWords(db, user, query.q);
  const where = conditions(query, bind, found);
  const order = orderOf(query);
  const size = pageSize(query.limit);
  if (query.cursor !== undefined) {
    const keys = decodePage(query.cursor, order.columns.length).map((key, at) => `${bind(key)}::${order.types[at]}`);
    where.push(`(${order.columns.join(', ')}) ${order.descending ? '<' : '>'} (${keys.join(', ')})`);
  }
  const direction = order.descending ? ' desc' : '';
  const isPlain = query.filter === undefined && query.q === undefined;
  const from = query.view === 'queues' && isPlain ? firstOfQueues(where.join(' and '), size + 1)
    : `interactions i ${query.filter === undefined ? '' : filterJoins(query.filter)} ${
      query.q === undefined || found !== undefined ? ''
        : 'join contacts ct on ct.id = i.contact_id join tickets t on t.id = i.ticket_id'}
      where ${where.join(' and ')}`;
  // The keys of the cursor as PostgreSQL writes them: a Date knows milliseconds only, and would lose or repeat rows.
  const chosen = await db.dynamic<{ id: string; readable: boolean; keys: string[] }>(`select i.id,
      ${readableFilter(user, 'i')} as readable,
      array[${order.columns.map((column) => `(${column})::text`).join()}] as keys
    from ${from} order by ${order.columns.map((column) => column + direction).join(', ')}
    limit ${size + 1}`, values);
  const page = chosen.slice(0, size);
  const stored = new Map((page.length === 0 ? [] : await db.rows<Stored>(byIds,
    [user.organisationId, page.map((row) => row.id)])).map((row) => [row.id, row]));
  const items = page.flatMap(({ id, readable }) => {
    const row = stored.get(id);
    return row === undefined ? [] : [seenBy(user, row, readable)];
  });
  const last = page.at(-1);
  return {
    items,
    nextCursor: chosen.length > size && last !== undefined ? encodePage(last.keys) : null,
  };
}

/**
 * One interaction as the user may see it, history of a contact they serve too; undefined where they may not know of it.
 */
export async function interactionView(db: Queryable, user: User, id: string): Promise<InteractionSeen | undefined> {
  const readable = `(${readableFilter(user, 'i')} or ${holdsContactFilter(user, 'i.contact_id')})`;
  const [row] = await db.dynamic<Stored>(`select ${FIELDS}, ${readable} as readable ${JOINS}
    where i.organisation_id = $1 and i.id = $2 and (${readable} or ${visibleFilter(user, 'i')})`,
      [user.organisationId, id]);
  return row === undefined ? undefined : seenBy(user, row, row.readable === true);
}

export interface InteractionCounts { mine: number; queues: number; all: number }

/** How many open interactions each view of the inbox holds for the user; the same conditions as the lists. */
export async function interactionCounts(db: Queryable, user: User): Promise<InteractionCounts> {
  const readable = readableFilter(user, 'i');
  const [row] = await db.dynamic<InteractionCounts>(`select
      (count(*) filter (where i.agent_id = $2 and ${readable}))::int as mine,
      (count(*) filter (where i.state = 'QUEUED'))::int as queues, count(*)::int as "all"
    from interactions i where i.organisation_id = $1 and ${OPEN} and ${visibleFilter(user, 'i')}`,
  [user.organisationId, user.id]);
  return row ?? { mine: 0, queues: 0, all: 0 };
}
