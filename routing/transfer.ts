/** Handing work to another queue, or to a colleague who is asked first (A42, C4); a leg, never a new count (C13). */
import { costPoints } from '#domain/channels/words.ts';
import { AppError } from '#domain/errors.ts';
import { newId } from '#domain/ids.ts';
import { isOver } from '#domain/interactions/states.ts';
import { appendJournal } from '#domain/journal/append.ts';
import { limits } from '#domain/limits.ts';
import { containsPattern } from '#domain/pages.ts';
import { can, type User } from '#domain/people/access.ts';
import { statement, type Tx } from '#domain/store/db.ts';
import { safeText } from '#domain/text.ts';
import type { Work } from '#domain/work.ts';
import { freePoints, type OfferRow } from './agent-state.ts';
import { lockAgents, writeOffers } from './assignment-statements.ts';
import {
  aboutInteraction, actorOf, changeLeg, hintAfterCommit, lockForHandling, lockInteraction, placeTicket, pointsOf,
  postNote, postSystem, scopeOf, type InteractionRow, type OnInteraction,
} from './interaction-rows.ts';
import { withdrawOfferOf } from './wrap-up.ts';

export interface Transfer extends OnInteraction {
  /** Another queue of the same tier; without it the work stays in its own, for the agent named. */
  queueId?: string | undefined;
  /** A member of that queue who is READY and has room: offered to them before anybody else. */
  agentId?: string | undefined;
  /** For whoever takes it: an internal note. */
  note?: string | undefined;
}

interface Target {
  id: string;
  site_id: string | null;
  priority: number;
  cost_points: number | null;
  member: boolean;
}

const target = statement('transfer.target', `
select q.id, q.site_id, q.priority, q.cost_points, exists (select from queue_members m join users u on u.id = m.user_id
  where m.organisation_id = $1 and m.queue_id = q.id and m.user_id = $4 and u.status = 'ACTIVE') as member
from queues q where q.organisation_id = $1 and q.id = $2 and q.tier = $3 and q.active`);

const toQueue = statement('transfer.to-queue', `
update interactions set state = 'QUEUED', queue_id = $3, site_id = $4, priority = $5, cost_points = $6,
  agent_id = null, team_id = null, accepted_at = null, waiting_since = coalesce(waiting_since, date_origin),
  snoozed_until = null, snoozed_at = null, snoozed_s = 0, version = version + 1
where id = $1 and organisation_id = $2 returning version`);

const lockBoth = statement('transfer.lock-agents', `
select user_id from agent_states where organisation_id = $1 and user_id = any($2::uuid[]) order by user_id
for no key update`);

/** Own work, that of others with interaction.reassign, and with the same right what still waits. */
async function lockForTransfer(tx: Tx, user: User, interactionId: string): Promise<InteractionRow> {
  const row = await lockInteraction(tx, user.organisationId, interactionId);
  if (row?.state === 'QUEUED' && can(user, 'interaction.reassign', scopeOf(row))) return row;
  return lockForHandling(tx, user, interactionId);
}

async function targetOf(tx: Tx, row: InteractionRow, transfer: Transfer): Promise<Target> {
  const { queueId, agentId } = transfer;
  const stays = queueId === undefined || queueId === row.queue_id;
  if (stays && agentId === undefined) throw new AppError('VALIDATION_FAILED', { fields: ['queueId'] });
  if (agentId !== undefined && agentId === row.agent_id) {
    throw new AppError('VALIDATION_FAILED', { fields: ['agentId'] });
  }
  const found = await tx.one<Target>(target,
    [row.organisation_id, queueId ?? row.queue_id, row.tier, agentId ?? null]);
  if (found === undefined) throw new AppError('VALIDATION_FAILED', { fields: ['queueId'] });
  if (agentId !== undefined && !found.member) throw new AppError('VALIDATION_FAILED', { fields: ['agentId'] });
  return found;
}

async function offerTo(tx: Tx, row: InteractionRow, agentId: string, cost: number): Promise<void> {
  const [agent] = await tx.rows<{ free_points: number }>(lockAgents, [row.organisation_id, [agentId]]);
  if (agent === undefined) throw new AppError('STATE_CONFLICT', { reason: 'AGENT_NOT_READY' });
  if (agent.free_points < cost) throw new AppError('STATE_CONFLICT', { reason: 'AGENT_WITHOUT_ROOM' });
  const items = [{ id: newId(), interaction_id: row.id, agent_id: agentId, cost_points: cost }];
  const offers = await tx.rows<OfferRow & { version: number }>(writeOffers,
    [row.organisation_id, JSON.stringify(items), limits.offerVoiceSeconds]);
  await appendJournal(tx, offers.map((offer) => ({ type: 'interaction.offered', subjectType: 'interaction',
    subjectId: offer.interaction_id, conversationId: offer.conversation_id, actor: { kind: 'SYSTEM' },
    scope: { organisationId: row.organisation_id, siteId: offer.site_id, queueId: offer.queue_id, agentId },
    version: offer.version, data: { offerId: offer.id, agentId, transferred: true } })));
}

/**
 * Moves open work to another queue of its tier, where it keeps its place by date_origin, or offers it to one colleague
 * first; who declines or lets it pass leaves it to the queue. Frees the former agent's points in the same transaction
 * (INV5). Throws STATE_CONFLICT {reason: AGENT_NOT_READY | AGENT_WITHOUT_ROOM} or for documented work,
 * VALIDATION_FAILED {fields}, INTERACTION_CLOSED, NOT_FOUND, FORBIDDEN.
 */
export async function transferInteraction(work: Work, transfer: Transfer): Promise<{ queueId: string }> {
  const { user, interactionId, agentId, note } = transfer;
  const actor = actorOf(user);
  return work.db.transaction(async (tx) => {
    const row = await lockForTransfer(tx, user, interactionId);
    if (isOver(row.state)) throw new AppError('INTERACTION_CLOSED');
    if (row.state === 'DOCUMENTED') throw new AppError('STATE_CONFLICT', { state: row.state });
    const queue = await targetOf(tx, row, transfer);
    if (row.agent_id === null) await withdrawOfferOf(tx, row, 'TRANSFERRED');
    if (note !== undefined && note.trim() !== '') await postNote(tx, row, user, safeText(note.trim()));
    const cost = queue.cost_points ?? costPoints[row.medium];
    const set = await tx.one<{ version: number }>(toQueue,
      [row.id, row.organisation_id, queue.id, queue.site_id, queue.priority, cost]);
    const moved: InteractionRow = { ...row, state: 'QUEUED', queue_id: queue.id, site_id: queue.site_id, agent_id: null,
      team_id: null, cost_points: cost };
    await placeTicket(tx, moved);
    await changeLeg(tx, moved, 'TRANSFERRED', 'QUEUE');
    await postSystem(tx, moved, 'TRANSFERRED');
    await tx.rows(lockBoth, [row.organisation_id, [row.agent_id, agentId].filter((id) => id != null)]);
    if (row.agent_id !== null) await freePoints(tx, row.organisation_id, row.agent_id, pointsOf(row));
    await appendJournal(tx, [aboutInteraction({ ...moved, agent_id: row.agent_id }, 'interaction.transferred', actor,
      set?.version ?? 0, { fromQueueId: row.queue_id, queueId: queue.id, agentId: row.agent_id,
        toAgentId: agentId ?? null })]);
    if (agentId !== undefined) await offerTo(tx, moved, agentId, cost);
    hintAfterCommit(work, tx, 'journal', 'assignment');
    return { queueId: queue.id };
  });
}

const targetQueues = statement('transfer.queues', `
select q.id, q.name, (select count(*) from interactions w where w.organisation_id = $1 and w.queue_id = q.id
    and w.state = 'QUEUED')::int as waiting,
  (select count(*) from queue_members m join agent_states s on s.user_id = m.user_id where m.organisation_id = $1
    and m.queue_id = q.id and s.presence = 'READY' and s.vanished_at is null)::int as ready
from queues q where q.organisation_id = $1 and q.tier = $2 and q.active order by q.name`);
const targetAgents = statement('transfer.agents', `
select u.id, u.name, coalesce(s.presence, 'OFFLINE') as presence, coalesce(s.presence = 'READY'
    and s.vanished_at is null and s.capacity_points - s.used_points >= coalesce(q.cost_points, i.cost_points), false)
    as able
from queue_members m join users u on u.id = m.user_id and u.status = 'ACTIVE'
join queues q on q.id = m.queue_id join interactions i on i.id = $3
left join agent_states s on s.user_id = u.id
where m.organisation_id = $1 and m.queue_id = $2 and i.organisation_id = $1 and u.id is distinct from i.agent_id
  and coalesce(s.presence, 'OFFLINE') <> 'OFFLINE' and ($4::text is null or u.name ilike $4)
order by able desc, u.name, u.id limit ${limits.transferAgentsMax + 1}`);

export interface TransferTargets {
  queues: { id: string; name: string; waiting: number; ready: number }[];
  /** Who is there in the queue asked for; `able`: READY and with room. */
  agents: { id: string; name: string; presence: string; able: boolean }[];
  /** There are more than limits.transferAgentsMax: the others are found by their name. */
  moreAgents: boolean;
}

/**
 * Where this work may go: queues of its tier with what waits there, and the colleagues in one of them, those first who
 * can take it now. `name` narrows the colleagues to those whose name contains it.
 */
export async function transferTargets(work: Pick<Work, 'db'>, asked: {
  organisationId: string; interactionId: string; tier: number; queueId: string | null; name?: string | undefined;
}): Promise<TransferTargets> {
  const { organisationId, interactionId, tier, queueId, name = '' } = asked;
  const [queues, agents] = await Promise.all([
    work.db.rows<TransferTargets['queues'][number]>(targetQueues, [organisationId, tier]),
    work.db.rows<TransferTargets['agents'][number]>(targetAgents,
      [organisationId, queueId, interactionId, name === '' ? null : containsPattern(name)]),
  ]);
  const most = limits.transferAgentsMax;
  return { queues, agents: agents.slice(0, most), moreAgents: agents.length > most };
}
