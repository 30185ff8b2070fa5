/** Who is there for work: presence and seats, desks that connect and vanish, nodes that die (RF15, RF17). */
import { AppError } from '#domain/errors.ts';
import type { JournalCodes } from '#domain/journal/data.ts';
import { appendJournal } from '#domain/journal/append.ts';
import type { Actor } from '#domain/journal/events.ts';
import { limits } from '#domain/limits.ts';
import { can, type User } from '#domain/people/access.ts';
import { statement, type Tx } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import {
  aboutAgent, ensureAgent, ensureAgents, freePoints, lockAgent, lockAgents, lockOffersOf, routingSettings, stateOf,
  withdrawOffers, writePresence, type AgentRow, type AgentState, type Presence, type PresenceChange,
} from './agent-state.ts';
import { actorOf, hintAfterCommit, lockOwnedBy, pointsOf, requireReason } from './interaction-rows.ts';
import { giveBack } from './queues.ts';
import { closeBySystem } from './wrap-up.ts';

export type { AgentState, Presence } from './agent-state.ts';

const SYSTEM: Actor = { kind: 'SYSTEM' };

/** The licence that work on messages takes (A9); an organisation without any such seat row has no limit. */
const SEAT_APPLICATION = 'OMNI';

const takeSeat = statement('presence.take-seat', `
update seats set user_id = $1, taken_at = app_now() where id = (
  select id from seats where organisation_id = $2 and application = $3 and user_id is null and active
  order by (site_id = $4) desc nulls last, label limit 1 for update skip locked)
returning id`);
const seatFacts = statement('presence.seat-facts', `
select exists (select from seats where organisation_id = $2 and application = $3) as limited,
  exists (select from seats where organisation_id = $2 and application = $3 and user_id = $1) as held`);
const giveSeat = statement('presence.give-seat', `
update seats set user_id = null, taken_at = null where organisation_id = $2 and user_id = $1 and application = $3`);

async function ensureSeat(tx: Tx, row: AgentRow): Promise<void> {
  const who = [row.user_id, row.organisation_id, SEAT_APPLICATION];
  const facts = await tx.one<{ limited: boolean; held: boolean }>(seatFacts, who);
  if (facts?.limited !== true || facts.held) return;
  if (await tx.one(takeSeat, [...who, row.site_id]) === undefined) throw new AppError('NO_SEAT_FREE');
}

/**
 * Gives back what the agent owns: work that is not yet documented returns to the front of its queue, documented work to
 * which the customer has not answered is closed. The caller holds the locks of work and agent, in this order.
 */
async function letGo(tx: Tx, agent: AgentRow, owned: Awaited<ReturnType<typeof lockOwnedBy>>,
  reason: JournalCodes['reason'], actor: Actor): Promise<void> {
  let points = 0;
  for (const row of owned) {
    if (row.state === 'DOCUMENTED' && row.awaiting_reply_since === null) { await closeBySystem(tx, row); continue; }
    // What is put aside stays the agent's; if they are not there when it is due, the sweep gives it to the queue.
    if (row.snoozed_until !== null) continue;
    points += pointsOf(row);
    await giveBack(tx, row, reason, actor);
  }
  await freePoints(tx, agent.organisation_id, agent.user_id, points);
}

async function goOffline(tx: Tx, agent: AgentRow, owned: Awaited<ReturnType<typeof lockOwnedBy>>,
  reason: JournalCodes['reason'], actor: Actor): Promise<AgentRow> {
  await withdrawOffers(tx, agent.organisation_id, agent.user_id, actor, reason);
  await letGo(tx, agent, owned, reason, actor);
  await tx.rows(giveSeat, [agent.user_id, agent.organisation_id, SEAT_APPLICATION]);
  return writePresence(tx, agent, { presence: 'OFFLINE' }, actor);
}

const targetPlace = statement('presence.target', `
select site_id, team_id, branch_id from users where id = $1 and organisation_id = $2`);

async function mayManage(tx: Tx, user: User, target: string): Promise<void> {
  if (target === user.id) return;
  const place = await tx.one<{ site_id: string | null; team_id: string | null; branch_id: string | null }>(
    targetPlace, [target, user.organisationId]);
  if (place === undefined) throw new AppError('NOT_FOUND');
  const scope = { organisationId: user.organisationId, siteId: place.site_id, teamId: place.team_id,
    branchId: place.branch_id, agentId: target };
  if (can(user, 'presence.manage', scope)) return;
  throw new AppError(can(user, 'presence.read', scope) ? 'FORBIDDEN' : 'NOT_FOUND');
}

async function changeOf(tx: Tx, user: User, presence: Presence,
  reasonCode: string | undefined): Promise<PresenceChange> {
  if (presence === 'BREAK') {
    if (reasonCode === undefined) throw new AppError('VALIDATION_FAILED', { fields: ['reasonCode'] });
    await requireReason(tx, user.organisationId, 'BREAK', reasonCode);
    return { presence, reasonCode };
  }
  if (presence === 'WRAP_UP') {
    const { wrapUpSeconds } = await routingSettings(tx, user.organisationId);
    return { presence, wrapUpSeconds: wrapUpSeconds === 0 ? limits.wrapUpSeconds : wrapUpSeconds };
  }
  return { presence };
}

/**
 * Sets the presence of oneself, or of `target` with presence.manage. READY takes a seat (NO_SEAT_FREE if there is
 * none) and wakes assignment; anything else takes open offers back at once; BREAK needs an active reason; OFFLINE
 * gives the seat and all open work back, to the front of its queues. Throws VALIDATION_FAILED, FORBIDDEN, NOT_FOUND.
 */
export async function setPresence(work: Work, command: {
  user: User; presence: Presence; reasonCode?: string | null | undefined; target?: string | undefined;
}): Promise<AgentState> {
  const { user, presence } = command;
  const target = command.target ?? user.id;
  const { organisationId } = user;
  const actor = actorOf(user);
  return work.db.transaction(async (tx) => {
    await mayManage(tx, user, target);
    if (target === user.id && presence === 'READY' && !can(user, 'interaction.handle')) throw new AppError('FORBIDDEN');
    const change = await changeOf(tx, user, presence, command.reasonCode ?? undefined);
    await ensureAgent(tx, organisationId, target);
    const owned = presence === 'OFFLINE' ? await lockOwnedBy(tx, organisationId, target) : [];
    await lockOffersOf(tx, organisationId, target);
    const agent = await lockAgent(tx, organisationId, target);
    if (agent === undefined) throw new AppError('NOT_FOUND');
    if (agent.presence === presence && agent.reason_code === (change.reasonCode ?? null)) return stateOf(agent);
    hintAfterCommit(work, tx, 'journal', 'assignment');
    if (presence === 'OFFLINE') return stateOf(await goOffline(tx, agent, owned, 'OFFLINE', actor));
    if (presence === 'READY') await ensureSeat(tx, agent);
    else await withdrawOffers(tx, organisationId, target, actor, 'NOT_READY');
    return stateOf(await writePresence(tx, agent, change, actor));
  });
}

/** One socket of a desk. */
export interface Desk {
  user: User;
  nodeId: string;
  connectionId: string;
  tabId: string;
}

const insertConnections = statement('presence.connect', `
insert into desk_connections (id, organisation_id, user_id, node_id, tab_id)
select id, organisation_id, user_id, node_id, tab_id from json_to_recordset($1::json) as d (id uuid,
  organisation_id uuid, user_id uuid, node_id uuid, tab_id text)
on conflict (id) do update set node_id = excluded.node_id`);
const markReturned = statement('presence.returned', `
update agent_states set vanished_at = null, version = version + 1
where user_id = any($1::uuid[]) and vanished_at is not null returning user_id, version`);

/** A desk is connected: it counts until deskDisconnected, or until its node is dead. A vanished agent has returned. */
export async function deskConnected(work: Work, desk: Desk): Promise<void> {
  if (!(await desksConnected(work, [desk]))[0]) throw new AppError('NOT_FOUND');
}

/**
 * The same for many desks, in one short transaction: after an outage all come at once. False at the place of a desk
 * whose user does not exist.
 */
export async function desksConnected(work: Work, desks: readonly Desk[]): Promise<boolean[]> {
  return work.db.transaction(async (tx) => {
    const people = desks.map(({ user }) => ({ user_id: user.id, organisation_id: user.organisationId }));
    await ensureAgents(tx, people);
    const agents = new Map((await lockAgents(tx, people)).map((row) => [row.user_id, row]));
    const known = desks.filter(({ user }) => agents.has(user.id));
    await tx.rows(insertConnections, [JSON.stringify(known.map((desk) => ({ id: desk.connectionId,
      organisation_id: desk.user.organisationId, user_id: desk.user.id, node_id: desk.nodeId, tab_id: desk.tabId })))]);
    const vanished = [...agents.values()].filter((row) => row.vanished_at !== null).map((row) => row.user_id);
    if (vanished.length > 0) {
      const returned = await tx.rows<{ user_id: string; version: number }>(markReturned, [vanished]);
      await appendJournal(tx, returned.flatMap(({ user_id: id, version }) => {
        const row = agents.get(id);
        return row === undefined ? [] : [aboutAgent(row, 'agent.returned', { kind: 'USER', id }, version)];
      }));
      hintAfterCommit(work, tx, 'journal', 'assignment');
    }
    return desks.map(({ user }) => agents.has(user.id));
  });
}

const connections = statement('presence.connections', `
select count(*)::int as open from desk_connections where user_id = $1`);
const markVanished = statement('presence.vanished', `
update agent_states set vanished_at = app_now(), version = version + 1 where user_id = $1 and organisation_id = $2
returning version`);

/** If no desk of the agent is connected any more: the grace period begins, and open offers go to others at once. */
async function vanishIfGone(work: Work, tx: Tx, organisationId: string, userId: string): Promise<boolean> {
  const agent = await lockAgent(tx, organisationId, userId);
  if (agent === undefined || agent.presence === 'OFFLINE' || agent.vanished_at !== null) return false;
  const left = await tx.one<{ open: number }>(connections, [userId]);
  if ((left?.open ?? 0) > 0) return false;
  const gone = await tx.one<{ version: number }>(markVanished, [userId, organisationId]);
  await appendJournal(tx, [aboutAgent(agent, 'agent.vanished', SYSTEM, gone?.version ?? 0)]);
  await withdrawOffers(tx, organisationId, userId, SYSTEM, 'VANISHED');
  hintAfterCommit(work, tx, 'journal', 'assignment');
  return true;
}

const findConnection = statement('presence.find-connection', `
select user_id, organisation_id from desk_connections where id = $1`);
const removeConnection = statement('presence.disconnect', `delete from desk_connections where id = $1`);

/** A desk's socket is gone. With the last one of an agent who is not OFFLINE the grace period begins (RF17). */
export async function deskDisconnected(work: Work, desk: { connectionId: string }): Promise<void> {
  await work.db.transaction(async (tx) => {
    const found = await tx.one<{ user_id: string; organisation_id: string }>(findConnection, [desk.connectionId]);
    if (found === undefined) return;
    await lockOffersOf(tx, found.organisation_id, found.user_id);
    await lockAgent(tx, found.organisation_id, found.user_id);
    await tx.rows(removeConnection, [desk.connectionId]);
    await vanishIfGone(work, tx, found.organisation_id, found.user_id);
  });
}

interface Person { user_id: string; organisation_id: string }

const wrapUpOver = statement('presence.wrap-up-over', `
select user_id, organisation_id from agent_states where presence = 'WRAP_UP' and wrap_up_until <= app_now()
order by user_id limit 200`);
const graceOver = statement('presence.grace-over', `
select s.user_id, s.organisation_id from agent_states s join organisations o on o.id = s.organisation_id
where s.presence <> 'OFFLINE' and s.vanished_at <= app_now() - coalesce((case
  when jsonb_typeof(o.settings -> 'socketGraceSeconds') = 'number'
    then (o.settings ->> 'socketGraceSeconds')::numeric end),
  $1::int) * interval '1 second'
order by s.user_id limit 200`);
const unconnected = statement('presence.unconnected', `
select s.user_id, s.organisation_id from agent_states s
where s.presence <> 'OFFLINE' and s.vanished_at is null and s.since < app_now() - $1::int * interval '1 second'
  and not exists (select from desk_connections d where d.user_id = s.user_id)
order by s.user_id limit 200`);

async function endWrapUp(work: Work, person: Person): Promise<void> {
  await work.db.transaction(async (tx) => {
    const agent = await lockAgent(tx, person.organisation_id, person.user_id);
    if (agent?.presence !== 'WRAP_UP' || agent.wrap_up_until === null || agent.wrap_up_until > agent.now) return;
    await writePresence(tx, agent, { presence: 'READY' }, SYSTEM);
    hintAfterCommit(work, tx, 'journal', 'assignment');
  });
}

/** The grace period is over: everything goes back, once; who returned in between keeps it (RF17). */
async function takeBack(work: Work, person: Person, graceSeconds: number): Promise<void> {
  await work.db.transaction(async (tx) => {
    const owned = await lockOwnedBy(tx, person.organisation_id, person.user_id);
    await lockOffersOf(tx, person.organisation_id, person.user_id);
    const agent = await lockAgent(tx, person.organisation_id, person.user_id);
    if (agent === undefined || agent.presence === 'OFFLINE' || agent.vanished_at === null) return;
    const { socketGraceSeconds } = await routingSettings(tx, person.organisation_id, graceSeconds);
    if (agent.vanished_at.getTime() + socketGraceSeconds * 1000 > agent.now.getTime()) return;
    await goOffline(tx, agent, owned, 'VANISHED', SYSTEM);
    hintAfterCommit(work, tx, 'journal', 'assignment');
  });
}

/**
 * What time does to presence: wrap-up ends, grace periods end, and an agent without any desk is noticed even if the
 * disconnect was lost. Gives how many agents it looked at. Several nodes may run it at once. `graceSeconds` counts
 * where the organisation has no period of its own.
 */
export async function sweepPresence(work: Work, graceSeconds: number = limits.socketGraceSeconds): Promise<number> {
  const ended = await work.db.rows<Person>(wrapUpOver);
  for (const person of ended) await endWrapUp(work, person);
  const gone = await work.db.rows<Person>(unconnected, [graceSeconds]);
  for (const person of gone) await noticeGone(work, person);
  const over = await work.db.rows<Person>(graceOver, [graceSeconds]);
  for (const person of over) await takeBack(work, person, graceSeconds);
  return ended.length + gone.length + over.length;
}

async function noticeGone(work: Work, person: Person): Promise<void> {
  await work.db.transaction(async (tx) => {
    await lockOffersOf(tx, person.organisation_id, person.user_id);
    await vanishIfGone(work, tx, person.organisation_id, person.user_id);
  });
}

export interface NodeSign {
  nodeId: string;
  roles: string[];
  release?: string;
}

const beat = statement('presence.heartbeat', `
insert into nodes (id, roles, release, started_at, seen_at) values ($1, $2, $3, app_now(), app_now())
on conflict (id) do update set seen_at = app_now(), roles = excluded.roles
returning (xmax = 0) as fresh`);

/**
 * A node says that it lives; call it every limits.nodeSeenMs / 2 or so. `fresh`: it was not known (any more), so its
 * open desks were dropped: call deskConnected again for each of them.
 */
export async function heartbeatNode(work: Work, node: NodeSign): Promise<{ fresh: boolean }> {
  const row = await work.db.one<{ fresh: boolean }>(beat, [node.nodeId, node.roles, node.release ?? '']);
  return { fresh: row?.fresh ?? false };
}

const dropNodes = statement('presence.drop-nodes', `
with dead as (delete from nodes where seen_at < app_now() - $1::int * interval '1 millisecond' returning id)
delete from desk_connections d where d.connected_at < app_now() - $1::int * interval '1 millisecond'
  and not exists (select from nodes n where n.id = d.node_id
    and n.seen_at >= app_now() - $1::int * interval '1 millisecond')
returning d.user_id, d.organisation_id`);

/**
 * Nodes that were not seen for limits.nodeDeadMs lose their desks' connections, so that their agents vanish. Gives
 * how many.
 */
export async function dropDeadNodes(work: Work): Promise<number> {
  const dropped = await work.db.rows<Person>(dropNodes, [limits.nodeDeadMs]);
  const people = new Map(dropped.map((row) => [row.user_id, row]));
  for (const person of people.values()) await noticeGone(work, person);
  return dropped.length;
}
