/**
 * What every command on an interaction does: lock it in the agreed order, move it, its ticket and its legs, and say
 * so.
 */
import { AppError } from '#domain/errors.ts';
import { newId } from '#domain/ids.ts';
import type { JournalCodes } from '#domain/journal/data.ts';
import { appendJournal } from '#domain/journal/append.ts';
import type { JournalData, Actor, JournalEntry, JournalType, Scope } from '#domain/journal/events.ts';
import { can, type User } from '#domain/people/access.ts';
import { statement, type Queryable, type Tx } from '#domain/store/db.ts';
import { ticketPath, type TicketMilestone, type TicketState } from '#domain/tickets/states.ts';
import { holdsCapacity, nextState, type InteractionMove, type InteractionState } from '#domain/interactions/states.ts';
import type { Medium } from '#domain/channels/words.ts';
import type { Work } from '#domain/work.ts';

/** An interaction as the commands need it, locked until the end of the transaction. */
export interface InteractionRow {
  id: string;
  organisation_id: string;
  conversation_id: string | null;
  ticket_id: string;
  channel_account_id: string;
  medium: Medium;
  state: InteractionState;
  tier: number;
  site_id: string | null;
  branch_id: string | null;
  queue_id: string | null;
  team_id: string | null;
  agent_id: string | null;
  cost_points: number;
  date_origin: Date;
  answered_at: Date | null;
  documented_at: Date | null;
  customer_ended_at: Date | null;
  awaiting_reply_since: Date | null;
  snoozed_until: Date | null;
  category_id: string | null;
  csat_score: number | null;
  version: number;
  now: Date;
}

const columns = `id, organisation_id, conversation_id, ticket_id, channel_account_id, medium, state, tier, site_id,
  branch_id,
  queue_id, team_id, agent_id, cost_points, date_origin, answered_at, documented_at, customer_ended_at,
  awaiting_reply_since, snoozed_until, category_id, csat_score, version, app_now() as now`;

/** SET of an UPDATE on interactions: it is no longer put aside, and the time it was is kept for handling times. */
export const endSnoozeSql = `snoozed_s = snoozed_s + coalesce(extract(epoch from app_now() - snoozed_at), 0)::int,
  snoozed_until = null, snoozed_at = null`;

const lockConversation = statement('interaction.lock-conversation', `
select c.id from conversations c
where c.id = (select conversation_id from interactions where id = $1 and organisation_id = $2) for no key update`);

const lockRow = statement('interaction.lock', `
select ${columns} from interactions where id = $1 and organisation_id = $2 for no key update`);

const lockTickets = statement('interaction.lock-tickets', `
select id from tickets where id = any($1::uuid[]) order by id for no key update`);

/** Locks conversation, interaction and ticket, in this order; undefined if the organisation has no such interaction. */
export async function lockInteraction(tx: Tx, organisationId: string,
  interactionId: string): Promise<InteractionRow | undefined> {
  await tx.rows(lockConversation, [interactionId, organisationId]);
  const row = await tx.one<InteractionRow>(lockRow, [interactionId, organisationId]);
  if (row !== undefined) await tx.rows(lockTickets, [[row.ticket_id]]);
  return row;
}

const lockOwned = statement('interaction.lock-owned', `
select ${columns} from interactions
where agent_id = $1 and organisation_id = $2 and state not in ('CLOSED', 'OOT_COMPLETE', 'QUEUED')
order by id for no key update`);

const lockConversationsOwned = statement('interaction.lock-conversations-owned', `
select c.id from conversations c where c.id in (select i.conversation_id from interactions i
  where i.agent_id = $1 and i.organisation_id = $2 and i.state not in ('CLOSED', 'OOT_COMPLETE', 'QUEUED'))
order by c.id for no key update`);

/** Locks all open work of an agent, in the order of its ids, with conversations before and tickets after. */
export async function lockOwnedBy(tx: Tx, organisationId: string, agentId: string): Promise<InteractionRow[]> {
  await tx.rows(lockConversationsOwned, [agentId, organisationId]);
  const rows = await tx.rows<InteractionRow>(lockOwned, [agentId, organisationId]);
  if (rows.length > 0) await tx.rows(lockTickets, [rows.map((row) => row.ticket_id)]);
  return rows;
}

/** What a command on one interaction names. */
export interface OnInteraction {
  user: User;
  interactionId: string;
}

/** Where the interaction stands, for rights and for the journal. */
export function scopeOf(row: InteractionRow): Scope {
  return { organisationId: row.organisation_id, siteId: row.site_id, branchId: row.branch_id, queueId: row.queue_id,
    teamId: row.team_id, agentId: row.agent_id };
}

/** The points of its agent's pool that the work takes now: none once documented or while it is put aside. */
export function pointsOf(row: InteractionRow): number {
  return row.agent_id !== null && row.snoozed_until === null && holdsCapacity(row.state) ? row.cost_points : 0;
}

/** Who acts, as the journal names them. */
export function actorOf(user: User | undefined): Actor {
  return user === undefined ? { kind: 'SYSTEM' } : { kind: 'USER', id: user.id };
}

/** A journal entry about the interaction. */
export function aboutInteraction(row: InteractionRow, type: JournalType, actor: Actor, version: number,
  data?: JournalData): JournalEntry {
  return { type, subjectType: 'interaction', subjectId: row.id, conversationId: row.conversation_id, actor,
    scope: scopeOf(row), version, ...(data === undefined ? {} : { data }) };
}

/**
 * Locks an interaction that the user works on: their own, or one they may reassign. Throws NOT_FOUND for what they
 * may not see, FORBIDDEN for what they see but do not own (A42).
 */
export async function lockForHandling(tx: Tx, user: User, interactionId: string): Promise<InteractionRow> {
  const row = await lockInteraction(tx, user.organisationId, interactionId);
  if (row === undefined) throw new AppError('NOT_FOUND');
  const scope = scopeOf(row);
  if (row.agent_id === user.id && can(user, 'interaction.handle', scope)) return row;
  if (row.agent_id !== null && can(user, 'interaction.reassign', scope)) return row;
  if (can(user, 'interaction.read', scope)) throw new AppError('FORBIDDEN');
  if (row.state === 'QUEUED' && can(user, 'interaction.read-waiting', scope)) throw new AppError('FORBIDDEN');
  throw new AppError('NOT_FOUND');
}

/** The state a move leads to; throws STATE_CONFLICT, naming both, where it is not possible (C2). */
export function moved(row: InteractionRow, move: InteractionMove): InteractionState {
  const next = nextState(row.state, move);
  if (next === undefined) throw new AppError('STATE_CONFLICT', { state: row.state, move });
  return next;
}

const ticketState = statement('interaction.ticket-state', `
select state from tickets where id = $1 and organisation_id = $2`);
const otherWork = statement('interaction.other-of-ticket', `
select exists (select from interactions where ticket_id = $1 and organisation_id = $2 and id <> $3
  and state not in ('CLOSED', 'OOT_COMPLETE')) as open,
  exists (select from documentations where ticket_id = $1 and organisation_id = $2 and category_id is not null
    and outcome_code is not null and summary <> '') as documented`);
const setTicketState = statement('interaction.set-ticket-state', `
update tickets set state = $3, version = version + 1,
  resolved_at = case when $3 in ('RESOLVED', 'RESOLVED_T2') then coalesce(resolved_at, app_now()) else resolved_at end,
  closed_at = case when $3 in ('CLOSED', 'OOT_COMPLETE') then app_now() else closed_at end,
  outcome_code = coalesce($4, outcome_code)
where id = $1 and organisation_id = $2 returning version`);

/**
 * Moves the ticket as far as the milestone of its interaction takes it, one journal row a step. A ticket with other
 * open work is not ended; one that is documented already is closed, not marked out of topic, by a later out-of-topic
 * word.
 */
export async function moveTicket(tx: Tx, row: InteractionRow, milestone: TicketMilestone, actor: Actor,
  outcomeCode: string | null = null): Promise<void> {
  const ticket = await tx.one<{ state: TicketState }>(ticketState, [row.ticket_id, row.organisation_id]);
  if (ticket === undefined) return;
  let reached = milestone;
  if (milestone === 'closed' || milestone === 'outOfTopic' || milestone === 'abandoned') {
    const other = await tx.one<{ open: boolean; documented: boolean }>(otherWork,
      [row.ticket_id, row.organisation_id, row.id]);
    if (other?.open === true) return;
    if (other?.documented === true) reached = 'closed';
  }
  let from = ticket.state;
  for (const to of ticketPath(ticket.state, reached)) {
    const set = await tx.one<{ version: number }>(setTicketState,
      [row.ticket_id, row.organisation_id, to, reached === milestone ? outcomeCode : null]);
    await appendJournal(tx, [{ type: 'ticket.state-changed', subjectType: 'ticket', subjectId: row.ticket_id,
      conversationId: row.conversation_id, actor, scope: scopeOf(row), version: set?.version ?? 0,
      data: { from, to } }]);
    from = to;
  }
}

const setTicketOwner = statement('interaction.set-ticket-owner', `
update tickets set queue_id = $3, site_id = $4, team_id = $5, agent_id = $6 where id = $1 and organisation_id = $2`);

/** The ticket stands where its interaction stands, so that rights on both agree; no change of its content. */
export async function placeTicket(tx: Tx, row: InteractionRow): Promise<void> {
  await tx.rows(setTicketOwner, [row.ticket_id, row.organisation_id, row.queue_id, row.site_id, row.team_id,
    row.agent_id]);
}

const endLegs = statement('interaction.end-legs', `
update segments set ended_at = app_now(), result = $2 where interaction_id = $1 and organisation_id = $3
  and ended_at is null`);
const beginLeg = statement('interaction.begin-leg', `
insert into segments (id, organisation_id, interaction_id, kind, queue_id, agent_id, started_at)
values ($1, $2, $3, $4, $5, $6, app_now())`);

/**
 * Ends the present leg with its result and, if `next` is given, begins the next with the queue and agent of the row.
 */
export async function changeLeg(tx: Tx, row: InteractionRow, result: string, next?: 'QUEUE' | 'AGENT'): Promise<void> {
  await tx.rows(endLegs, [row.id, result, row.organisation_id]);
  if (next === undefined) return;
  const agentId = next === 'AGENT' ? row.agent_id : null;
  await tx.rows(beginLeg, [newId(), row.organisation_id, row.id, next, row.queue_id, agentId]);
}

const post = statement('interaction.post', `
with next as (
  update conversations set last_seq = last_seq + 1, version = version + 1 where id = $3 and organisation_id = $2
  returning last_seq, channel_account_id
)
insert into messages (id, organisation_id, conversation_id, interaction_id, channel_account_id, seq, direction,
  author_kind,
  author_id, kind, body, payload, created_at)
select $1, $2, $3, $4, channel_account_id, last_seq, $5, $6, $7, 'text', $8, $9::jsonb, app_now() from next`);

/** The system says something in the conversation: a code with its values, translated by the screens. Needs its lock. */
export async function postSystem(tx: Tx, row: InteractionRow, code: JournalCodes['code'],
  values: Record<string, unknown> = {}): Promise<void> {
  if (row.conversation_id === null) return;
  const id = newId();
  await tx.rows(post, [id, row.organisation_id, row.conversation_id, row.id, 'SYSTEM', 'SYSTEM', null, null,
    JSON.stringify({ code, ...values })]);
  await appendJournal(tx, [{ type: 'message.posted', subjectType: 'message', subjectId: id,
    conversationId: row.conversation_id, actor: { kind: 'SYSTEM' }, scope: scopeOf(row), version: 1, data: { code } }]);
}

/** An internal note of a user, in the conversation; never sent. Needs the conversation's lock. */
export async function postNote(tx: Tx, row: InteractionRow, user: User, text: string): Promise<void> {
  if (row.conversation_id === null) return;
  const id = newId();
  await tx.rows(post, [id, row.organisation_id, row.conversation_id, row.id, 'NOTE', 'AGENT', user.id, text, null]);
  await appendJournal(tx, [{ type: 'message.noted', subjectType: 'message', subjectId: id,
    conversationId: row.conversation_id, actor: actorOf(user), scope: scopeOf(row), version: 1 }]);
}

const setRead = statement('interaction.count-as-read', `
update conversations set unread_count = 0, version = version + 1
where id = $1 and organisation_id = $2 and unread_count > 0`);

/** Nothing in the conversation is unread any more. Needs its lock. */
export async function countAsRead(tx: Tx, row: InteractionRow): Promise<void> {
  if (row.conversation_id !== null) await tx.rows(setRead, [row.conversation_id, row.organisation_id]);
}

const activeReason = statement('interaction.reason', `
select code from reasons where organisation_id = $1 and kind = $2 and code = $3 and active`);

/** Throws VALIDATION_FAILED, naming the field, where the code is no active reason of its kind (J53). */
export async function requireReason(db: Queryable, organisationId: string, kind: string, code: string,
  field = 'reasonCode'): Promise<void> {
  const found = await db.one(activeReason, [organisationId, kind, code]);
  if (found === undefined) throw new AppError('VALIDATION_FAILED', { fields: [field] });
}

/** After COMMIT: desks hear of it, and where capacity or work appeared, assignment wakes. */
export function hintAfterCommit(work: Work, tx: Tx, ...topics: ('journal' | 'assignment')[]): void {
  tx.afterCommit(() => { for (const topic of topics) work.wake.hint(topic); });
}
