/**
 * The row of an agent that assignment, presence and wrap-up share: presence, points and open offers, changed under
 * its lock.
 */
import type { JournalCodes } from '#domain/journal/data.ts';
import { appendJournal } from '#domain/journal/append.ts';
import type { JournalData, Actor, JournalEntry } from '#domain/journal/events.ts';
import { limits } from '#domain/limits.ts';
import { statement, type Queryable, type Tx } from '#domain/store/db.ts';

export type Presence = 'READY' | 'BUSY' | 'BREAK' | 'WRAP_UP' | 'OFFLINE';

/** What the commands on presence give back. */
export interface AgentState {
  userId: string;
  presence: Presence;
  reasonCode: string | null;
  since: Date;
  wrapUpUntil: Date | null;
  capacityPoints: number;
  usedPoints: number;
  vanished: boolean;
  version: number;
}

/** The locked row, with where the agent stands. */
export interface AgentRow {
  user_id: string;
  organisation_id: string;
  site_id: string | null;
  team_id: string | null;
  branch_id: string | null;
  presence: Presence;
  reason_code: string | null;
  since: Date;
  wrap_up_until: Date | null;
  capacity_points: number;
  used_points: number;
  vanished_at: Date | null;
  version: number;
  now: Date;
}

const columns = `s.user_id, s.organisation_id, u.site_id, u.team_id, u.branch_id, s.presence, s.reason_code, s.since,
  s.wrap_up_until, s.capacity_points, s.used_points, s.vanished_at, s.version, app_now() as now`;

/** A user in their organisation, as the set-based statements take them. */
export interface AgentKey {
  user_id: string;
  organisation_id: string;
}

const KEYS = 'json_to_recordset($1::json) as k (user_id uuid, organisation_id uuid)';
const ensure = statement('agent.ensure', `
insert into agent_states (user_id, organisation_id, capacity_points)
select u.id, u.organisation_id, u.capacity_points from ${KEYS}
join users u on u.id = k.user_id and u.organisation_id = k.organisation_id order by u.id
on conflict (user_id) do nothing`);
const lock = statement('agent.lock', `
select ${columns} from agent_states s join users u on u.id = s.user_id
where s.user_id = $1 and s.organisation_id = $2 for no key update of s`);
const lockMany = statement('agent.lock-many', `
select ${columns} from agent_states s join users u on u.id = s.user_id
where s.user_id = any(array(select k.user_id from ${KEYS}))
  and exists (select from ${KEYS} where k.user_id = s.user_id and k.organisation_id = s.organisation_id)
order by s.user_id for no key update of s`);

/** Makes the rows of agents who have none yet (OFFLINE, with the user's capacity). */
export async function ensureAgents(tx: Tx, agents: readonly AgentKey[]): Promise<void> {
  await tx.rows(ensure, [JSON.stringify(agents)]);
}

/** Makes the agent's row if there is none yet. */
export async function ensureAgent(tx: Tx, organisationId: string, userId: string): Promise<void> {
  await ensureAgents(tx, [{ user_id: userId, organisation_id: organisationId }]);
}

/** Locks the rows of the agents, in the order of their ids. */
export function lockAgents(tx: Tx, agents: readonly AgentKey[]): Promise<AgentRow[]> {
  return tx.rows<AgentRow>(lockMany, [JSON.stringify(agents)]);
}

/** Locks the agent's row; undefined if there is none. */
export function lockAgent(tx: Tx, organisationId: string, userId: string): Promise<AgentRow | undefined> {
  return tx.one<AgentRow>(lock, [userId, organisationId]);
}

/** A journal entry about the agent. */
export function aboutAgent(row: AgentRow, type: JournalEntry['type'], actor: Actor, version: number,
  data: JournalData = {}): JournalEntry {
  return { type, subjectType: 'agent', subjectId: row.user_id, actor, version, data,
    scope: { organisationId: row.organisation_id, siteId: row.site_id, branchId: row.branch_id, teamId: row.team_id,
      agentId: row.user_id } };
}

const write = statement('agent.write-presence', `
update agent_states s set presence = $3, reason_code = $4, since = app_now(),
  wrap_up_until = case when $3 = 'WRAP_UP' then app_now() + $5::int * interval '1 second' end,
  after_wrap_up = case when $3 = 'WRAP_UP' then 'READY' end,
  vanished_at = case when $3 = 'OFFLINE' then null else s.vanished_at end,
  capacity_points = case when $3 in ('READY', 'OFFLINE') then greatest(u.capacity_points, s.used_points)
    else s.capacity_points end,
  version = s.version + 1
from users u where s.user_id = $1 and s.organisation_id = $2 and u.id = s.user_id returning ${columns}`);

export interface PresenceChange {
  presence: Presence;
  reasonCode?: string | null;
  wrapUpSeconds?: number;
}

/** Writes another presence and its event; the caller holds the row's lock. Capacity follows the user's at READY. */
export async function writePresence(tx: Tx, row: AgentRow, change: PresenceChange, actor: Actor): Promise<AgentRow> {
  const reasonCode = change.reasonCode ?? null;
  const written = await tx.one<AgentRow>(write,
    [row.user_id, row.organisation_id, change.presence, reasonCode, change.wrapUpSeconds ?? 0]);
  if (written === undefined) throw new Error('an agent whose row is locked is gone');
  await appendJournal(tx, [aboutAgent(written, 'agent.presence-changed', actor, written.version,
    { presence: change.presence, from: row.presence, ...(reasonCode === null ? {} : { reasonCode }) })]);
  return written;
}

const free = statement('agent.free', `
update agent_states set used_points = greatest(used_points - $3, 0), version = version + 1
where user_id = $1 and organisation_id = $2`);

/**
 * Gives points back to the agent's pool, in the transaction that ends the offer or the work they were taken for
 * (INV5).
 */
export async function freePoints(tx: Tx, organisationId: string, agentId: string, points: number): Promise<void> {
  if (points > 0) await tx.rows(free, [agentId, organisationId, points]);
}

export interface OfferRow {
  id: string;
  interaction_id: string;
  queue_id: string;
  agent_id: string;
  cost_points: number;
  conversation_id: string | null;
  site_id: string | null;
}

/** Columns of an offer `o` joined with its interaction `i`, as the journal of its end needs them. */
export const offerColumns =
  'o.id, o.interaction_id, o.queue_id, o.agent_id, o.cost_points, i.conversation_id, i.site_id';

/** The event of an offer that ended without being accepted; it reaches the agent's desk and the queue's viewers. */
export function offerEnded(organisationId: string, offer: OfferRow, actor: Actor, result: JournalCodes['result'],
  reasonCode?: string): JournalEntry {
  return { type: 'interaction.offer-ended', subjectType: 'interaction', subjectId: offer.interaction_id,
    conversationId: offer.conversation_id, actor,
    scope: { organisationId, siteId: offer.site_id, queueId: offer.queue_id, agentId: offer.agent_id },
    data: { offerId: offer.id, agentId: offer.agent_id, result, ...(reasonCode === undefined ? {} : { reasonCode }) } };
}

const lockOffers = statement('agent.lock-offers', `
select id from offers where agent_id = $1 and organisation_id = $2 and state = 'OFFERED' order by id for update`);
const withdraw = statement('agent.withdraw-offers', `
update offers o set state = 'WITHDRAWN', resolved_at = app_now(), reason_code = $3 from interactions i
where o.agent_id = $1 and o.organisation_id = $2 and o.state = 'OFFERED' and i.id = o.interaction_id
returning ${offerColumns}`);

/** Locks the agent's open offers: they come before the agent's row in the order of locks. */
export async function lockOffersOf(tx: Tx, organisationId: string, agentId: string): Promise<void> {
  await tx.rows(lockOffers, [agentId, organisationId]);
}

/** Takes all open offers back from the agent, whose row the caller has locked; gives how many there were. */
export async function withdrawOffers(tx: Tx, organisationId: string, agentId: string, actor: Actor,
  reasonCode: string): Promise<number> {
  const offers = await tx.rows<OfferRow>(withdraw, [agentId, organisationId, reasonCode]);
  if (offers.length === 0) return 0;
  await freePoints(tx, organisationId, agentId, offers.reduce((sum, offer) => sum + offer.cost_points, 0));
  await appendJournal(tx, offers.map((offer) => offerEnded(organisationId, offer, actor, 'WITHDRAWN', reasonCode)));
  return offers.length;
}

export interface RoutingSettings {
  socketGraceSeconds: number;
  wrapUpSeconds: number;
  abandonedAfterMinutes: number;
}

const settingsOf = statement('routing.settings', `select settings from organisations where id = $1`);

function bounded(value: unknown, fallback: number, max: number): number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 && value <= max
    ? Math.round(value) : fallback;
}

/** The organisation's own times, else the installation's grace period given and those of limits.ts. */
export async function routingSettings(db: Queryable, organisationId: string,
  graceSeconds: number = limits.socketGraceSeconds): Promise<RoutingSettings> {
  const row = await db.one<{ settings: Record<string, unknown> | null }>(settingsOf, [organisationId]);
  const settings = row?.settings ?? {};
  return {
    socketGraceSeconds: bounded(settings['socketGraceSeconds'], graceSeconds, 3600),
    wrapUpSeconds: bounded(settings['wrapUpSeconds'], limits.wrapUpSeconds, 3600),
    abandonedAfterMinutes: bounded(settings['abandonedAfterMinutes'], limits.abandonedAfterMinutes, 10_080),
  };
}

/** The row as a view of the agent. */
export function stateOf(row: AgentRow): AgentState {
  return { userId: row.user_id, presence: row.presence, reasonCode: row.reason_code, since: row.since,
    wrapUpUntil: row.wrap_up_until, capacityPoints: row.capacity_points, usedPoints: row.used_points,
    vanished: row.vanished_at !== null, version: row.version };
}

/**
 * Frees the points of work that was just documented and, where that was the last piece of a READY agent's work, begins
 * wrap-up (settings: wrapUpSeconds; 0 means none).
 */
export async function freeAfterDocumenting(tx: Tx, organisationId: string, agentId: string, points: number,
  actor: Actor): Promise<void> {
  const row = await lockAgent(tx, organisationId, agentId);
  if (row === undefined) return;
  await freePoints(tx, organisationId, agentId, points);
  if (row.presence !== 'READY' || row.used_points - points > 0) return;
  const { wrapUpSeconds } = await routingSettings(tx, organisationId);
  if (wrapUpSeconds > 0) await writePresence(tx, row, { presence: 'WRAP_UP', wrapUpSeconds }, actor);
}
