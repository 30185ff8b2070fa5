/** Work finds its agent: offers to the right one in the right order, and the ways an offer ends (INV5, RI6). */
import { AppError } from '#domain/errors.ts';
import { failpoint } from '#domain/failpoints.ts';
import { newId } from '#domain/ids.ts';
import { appendJournal } from '#domain/journal/append.ts';
import type { JournalData } from '#domain/journal/events.ts';
import { limits } from '#domain/limits.ts';
import { can, mayPick, type User } from '#domain/people/access.ts';
import { AgentPool, type Candidate, type Match, type WaitingWork } from '#domain/queues/rules.ts';
import type { Tx } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import {
  freePoints, lockAgent, lockOffersOf, offerEnded, withdrawOffers, writePresence, type OfferRow,
} from './agent-state.ts';
import * as sql from './assignment-statements.ts';
import {
  aboutInteraction, actorOf, changeLeg, hintAfterCommit, lockForHandling, lockInteraction, moveTicket, moved,
  placeTicket, pointsOf, postSystem, requireReason, scopeOf, type InteractionRow, type OnInteraction,
} from './interaction-rows.ts';
import { settleMerges } from './contact-merge.ts';
import { dropDeadNodes, sweepPresence } from './presence.ts';
import { adoptStranded, giveBack } from './queues.ts';
import { repeating } from './repeating.ts';
import { sweepAbandoned } from './sla.ts';
import { sweepSnoozed } from './snooze.ts';

/** What a command on one offer names. */
export interface OnOffer {
  user: User;
  offerId: string;
}

interface CandidateRow {
  user_id: string;
  capacity_points: number;
  used_points: number;
  last_offered_at: Date | null;
  queue_ids: string[];
  skill_ids: string[];
}

interface WaitingRow {
  id: string;
  queue_id: string;
  priority: number;
  waiting_since: string;
  cost_points: number;
  skill_ids: string[];
  refused_by: string[];
  resting: string[];
}

function candidateOf(row: CandidateRow): Candidate {
  return { agentId: row.user_id, capacityPoints: row.capacity_points, usedPoints: row.used_points,
    lastOfferedMs: row.last_offered_at?.getTime() ?? null, queueIds: row.queue_ids, skillIds: new Set(row.skill_ids) };
}

function workOf(row: WaitingRow): WaitingWork {
  return { id: row.id, queueId: row.queue_id, costPoints: row.cost_points, skillIds: row.skill_ids,
    refusedBy: row.refused_by, restingIds: row.resting };
}

/** Reads what waits page by page, in the order of serving, until nobody is left who could take more. */
async function matchAll(work: Work, organisationId: string, queueId: string | undefined): Promise<Match[]> {
  const agents = await work.db.rows<CandidateRow>(sql.candidates, [organisationId]);
  const pool = new AgentPool(agents.map(candidateOf));
  const matches: Match[] = [];
  const pageItems = Math.min(limits.assignmentPageMax, Math.max(limits.assignmentPageMin, agents.length * 4));
  let after: WaitingRow | undefined;
  for (;;) {
    const queueIds = pool.queueIds.filter((id) => queueId === undefined || id === queueId);
    if (queueIds.length === 0) return matches;
    const page: WaitingRow[] = await work.db.rows<WaitingRow>(sql.waitingPage,
      [organisationId, queueIds, pageItems, after?.priority ?? null, after?.waiting_since ?? null,
        after?.id ?? null, limits.refusalRememberedSeconds, limits.refusalRestSeconds]);
    for (const row of page) {
      const match = pool.take(workOf(row));
      if (match !== undefined) matches.push(match);
    }
    if (page.length < pageItems) return matches;
    after = page.at(-1);
  }
}

/** Of the pairs found, those that still hold under lock: the work waits, the agent is there and has the room. */
async function stillValid(tx: Tx, organisationId: string, matches: readonly Match[]): Promise<Match[]> {
  const waiting = await tx.rows<{ id: string }>(sql.lockWaiting,
    [organisationId, matches.map((one) => one.interactionId)]);
  const waits = new Set(waiting.map((row) => row.id));
  const wanted = matches.filter((one) => waits.has(one.interactionId));
  const agentIds = [...new Set(wanted.map((one) => one.agentId))];
  const agents = await tx.rows<{ user_id: string; free_points: number }>(sql.lockAgents, [organisationId, agentIds]);
  const room = new Map(agents.map((row) => [row.user_id, row.free_points]));
  return wanted.filter((one) => {
    const left = (room.get(one.agentId) ?? 0) - one.costPoints;
    if (left < 0) return false;
    room.set(one.agentId, left);
    return true;
  });
}

/**
 * Claims the pairs in one short transaction: offers, points and events together (INV5). Gives how many offers stand.
 */
async function claim(work: Work, organisationId: string, matches: readonly Match[]): Promise<number> {
  const made = await work.db.transaction(async (tx) => {
    const valid = await stillValid(tx, organisationId, matches);
    await failpoint('assign.afterPick');
    if (valid.length === 0) return 0;
    const items = valid.map((one) => ({ id: newId(), interaction_id: one.interactionId, agent_id: one.agentId,
      cost_points: one.costPoints }));
    const offers = await tx.rows<OfferRow & { version: number }>(sql.writeOffers,
      [organisationId, JSON.stringify(items), limits.offerVoiceSeconds]);
    await appendJournal(tx, offers.map((offer) => ({ type: 'interaction.offered', subjectType: 'interaction',
      subjectId: offer.interaction_id, conversationId: offer.conversation_id, actor: { kind: 'SYSTEM' },
      scope: { organisationId, siteId: offer.site_id, queueId: offer.queue_id, agentId: offer.agent_id },
      version: offer.version, data: { offerId: offer.id, agentId: offer.agent_id } })));
    await failpoint('assign.beforeCommit');
    if (offers.length > 0) hintAfterCommit(work, tx, 'journal');
    return offers.length;
  });
  await failpoint('assign.afterCommit');
  return made;
}

async function offerIn(work: Work, organisationId: string, queueId: string | undefined): Promise<number> {
  let total = 0;
  for (let pass = 1; pass <= limits.assignmentPassesMax; pass += 1) {
    const matches = await matchAll(work, organisationId, queueId);
    let made = 0;
    for (let from = 0; from < matches.length; from += limits.assignmentClaimMax) {
      made += await claim(work, organisationId, matches.slice(from, from + limits.assignmentClaimMax));
    }
    total += made;
    if (made === matches.length) break;
  }
  return total;
}

/**
 * Offers what waits to whom it fits: by priority, then longest waiting; to the least loaded agent with the skills
 * and the room, then the longest without an offer. Several nodes may run it at once. Gives how many offers were
 * made.
 */
export async function offerNext(work: Work, options: { queueId?: string } = {}): Promise<number> {
  let total = 0;
  const organisations = await work.db.rows<{ id: string }>(sql.waitingOrganisations, [options.queueId ?? null]);
  for (const { id } of organisations) total += await offerIn(work, id, options.queueId);
  return total;
}

type TakenRow = Pick<InteractionRow, 'version' | 'site_id' | 'team_id' | 'agent_id'> & { agent_name: string };

/** The agent owns the interaction from here on: row, ticket, legs, event, and a word in the conversation. */
async function takeOver(tx: Tx, row: InteractionRow, user: User, cost: number,
  data: JournalData): Promise<void> {
  moved(row, 'accept');
  const taken = await tx.one<TakenRow>(sql.takeOver, [row.id, row.organisation_id, user.id, cost]);
  if (taken === undefined) throw new AppError('NOT_FOUND');
  const { agent_name: name, ...place } = taken;
  const owned: InteractionRow = { ...row, ...place, state: 'PICKED_UP', cost_points: cost };
  await placeTicket(tx, owned);
  await moveTicket(tx, owned, 'accepted', actorOf(user));
  await changeLeg(tx, owned, 'ACCEPTED', 'AGENT');
  await postSystem(tx, owned, 'AGENT_JOINED', { name });
  await appendJournal(tx, [aboutInteraction(owned, 'interaction.accepted', actorOf(user), taken.version, data)]);
}

/**
 * The agent takes the offered work. The points were taken with the offer. Accepting twice gives the same answer. Throws
 * OFFER_GONE if it was answered otherwise, ran out or was withdrawn.
 */
export async function acceptOffer(work: Work, command: OnOffer): Promise<{ interactionId: string }> {
  const { user, offerId } = command;
  return work.db.transaction(async (tx) => {
    const found = await tx.one<{ interaction_id: string }>(sql.findOffer, [offerId, user.organisationId, user.id]);
    if (found === undefined) throw new AppError('OFFER_GONE');
    const row = await lockInteraction(tx, user.organisationId, found.interaction_id);
    const offer = await tx.one<{ state: string; cost_points: number; valid: boolean }>(sql.lockOffer, [offerId]);
    if (row === undefined || offer === undefined) throw new AppError('OFFER_GONE');
    if (offer.state === 'ACCEPTED' && row.agent_id === user.id) return { interactionId: row.id };
    if (offer.state !== 'OFFERED' || !offer.valid || row.state !== 'QUEUED') throw new AppError('OFFER_GONE');
    await tx.rows(sql.endOffer, [offerId, 'ACCEPTED', null]);
    await takeOver(tx, row, user, offer.cost_points, { offerId });
    hintAfterCommit(work, tx, 'journal', 'assignment');
    return { interactionId: row.id };
  });
}

/**
 * The agent does not take it and says why; they stay READY and the next agent is asked. Throws OFFER_GONE,
 * VALIDATION_FAILED.
 */
export async function declineOffer(work: Work, command: OnOffer & { reasonCode: string }): Promise<void> {
  const { user, offerId, reasonCode } = command;
  await work.db.transaction(async (tx) => {
    const found = await tx.one(sql.findOffer, [offerId, user.organisationId, user.id]);
    if (found === undefined) throw new AppError('OFFER_GONE');
    await requireReason(tx, user.organisationId, 'DECLINE', reasonCode);
    const offer = await tx.one<{ state: string }>(sql.lockOffer, [offerId]);
    if (offer?.state === 'DECLINED') return;
    const ended = await tx.one<OfferRow>(sql.endOffer, [offerId, 'DECLINED', reasonCode]);
    if (ended === undefined) throw new AppError('OFFER_GONE');
    await freePoints(tx, user.organisationId, user.id, ended.cost_points);
    await appendJournal(tx, [offerEnded(user.organisationId, ended, actorOf(user), 'DECLINED', reasonCode)]);
    hintAfterCommit(work, tx, 'journal', 'assignment');
  });
}

const SYSTEM = { kind: 'SYSTEM' } as const;

/**
 * An agent who lets an offer run out is not there: no more offers, and the desk says why (presence BREAK,
 * MISSED_OFFER).
 */
async function setMissed(tx: Tx, organisationId: string, agentId: string): Promise<void> {
  await lockOffersOf(tx, organisationId, agentId);
  const agent = await lockAgent(tx, organisationId, agentId);
  if (agent === undefined || agent.presence !== 'READY') return;
  await withdrawOffers(tx, organisationId, agentId, SYSTEM, 'MISSED_OFFER');
  await writePresence(tx, agent, { presence: 'BREAK', reasonCode: 'MISSED_OFFER' }, SYSTEM);
}

interface ExpiredRow { id: string; agent_id: string; organisation_id: string }

/** Ends the offers whose time is over and sets those agents not ready. Gives how many offers ran out. */
export async function expireOffers(work: Work): Promise<number> {
  return work.db.transaction(async (tx) => {
    const expired = await tx.rows<ExpiredRow>(sql.lockExpired, [limits.assignmentClaimMax]);
    for (const [agentId, rows] of Map.groupBy(expired, (row) => row.agent_id)) {
      const [{ organisation_id: organisationId }] = rows as [ExpiredRow];
      for (const row of rows) {
        const ended = await tx.one<OfferRow>(sql.endOffer, [row.id, 'EXPIRED', 'MISSED_OFFER']);
        if (ended === undefined) continue;
        await appendJournal(tx, [offerEnded(organisationId, ended, SYSTEM, 'EXPIRED', 'MISSED_OFFER')]);
        await freePoints(tx, organisationId, agentId, ended.cost_points);
      }
      await setMissed(tx, organisationId, agentId);
    }
    if (expired.length > 0) hintAfterCommit(work, tx, 'journal', 'assignment');
    return expired.length;
  });
}

interface PickRules {
  pick_allowed: boolean;
  cost_points: number;
  offered_to: string | null;
  offer_id: string | null;
  is_member: boolean;
}

/**
 * Takes waiting work out of a queue that allows picking: its members, and who holds interaction.pick there. Throws
 * NOT_FOUND for what one may not see, FORBIDDEN, ALREADY_OWNED if it no longer waits for everybody,
 * CAPACITY_EXCEEDED.
 */
export async function pickInteraction(work: Work, command: OnInteraction): Promise<{ interactionId: string }> {
  const { user, interactionId } = command;
  return work.db.transaction(async (tx) => {
    const row = await lockInteraction(tx, user.organisationId, interactionId);
    if (row === undefined) throw new AppError('NOT_FOUND');
    const scope = scopeOf(row);
    if (row.agent_id === user.id) return { interactionId };
    const maySee = can(user, 'interaction.read-waiting', scope) || can(user, 'interaction.read', scope);
    if (!maySee) throw new AppError('NOT_FOUND');
    if (row.state !== 'QUEUED') throw new AppError('ALREADY_OWNED');
    const rules = await tx.one<PickRules>(sql.pickRules, [interactionId, user.organisationId, user.id]);
    const isAllowed = rules?.pick_allowed === true && mayPick(user, scope, rules.is_member);
    if (rules === undefined || !isAllowed) throw new AppError('FORBIDDEN');
    if (rules.offered_to !== null && rules.offered_to !== user.id) throw new AppError('ALREADY_OWNED');
    if (rules.offer_id !== null) {
      const ended = await tx.one<OfferRow>(sql.endOffer, [rules.offer_id, 'ACCEPTED', null]);
      if (ended === undefined) throw new AppError('ALREADY_OWNED');
      await freePoints(tx, user.organisationId, user.id, ended.cost_points);
    }
    const taken = await tx.one(sql.takePoints, [user.id, user.organisationId, rules.cost_points]);
    if (taken === undefined) throw new AppError('CAPACITY_EXCEEDED');
    await takeOver(tx, row, user, rules.cost_points, { picked: true });
    hintAfterCommit(work, tx, 'journal', 'assignment');
    return { interactionId };
  });
}

/**
 * Gives owned work back to the front of its queue: one's own, or that of others with interaction.reassign. It is
 * offered to the one who released it only if there is nobody else.
 */
export async function releaseInteraction(work: Work, command: OnInteraction & { reasonCode?: string }): Promise<void> {
  const { user, interactionId } = command;
  await work.db.transaction(async (tx) => {
    const row = await lockForHandling(tx, user, interactionId);
    moved(row, 'giveBack');
    if (row.state === 'DOCUMENTED') throw new AppError('STATE_CONFLICT', { state: row.state, move: 'giveBack' });
    await giveBack(tx, row, 'RELEASED', actorOf(user), command.reasonCode);
    await freePoints(tx, row.organisation_id, row.agent_id ?? user.id, pointsOf(row));
    hintAfterCommit(work, tx, 'journal', 'assignment');
  });
}

/**
 * Keeps assignment going on this node: at once on every hint, and by a sweep every limits.assignmentSweepMs for what
 * a lost hint forgot (expired offers and grace periods with it); dead nodes, silence and stranded work every
 * limits.slowSweepMs. A failed round is logged and the next one tries again. `stop` waits for the round that runs.
 */
export function startAssignment(work: Work,
  options: { socketGraceSeconds?: number } = {}): { stop(): Promise<void> } {
  // A hint asks for offers only: in a burst it comes with every batch, and what runs out is looked at by the sweep.
  const offers = repeating(work, limits.assignmentSweepMs, () => offerNext(work));
  const quick = repeating(work, limits.assignmentSweepMs, async () => {
    await expireOffers(work);
    await sweepPresence(work, options.socketGraceSeconds);
    await sweepSnoozed(work);
  });
  const slow = repeating(work, limits.slowSweepMs, async () => {
    await dropDeadNodes(work);
    await sweepAbandoned(work);
    await adoptStranded(work);
    await settleMerges(work);
  });
  const off = work.wake.on('assignment', () => offers.now());
  return {
    async stop() {
      off();
      await Promise.all([offers.stop(), quick.stop(), slow.stop()]);
    },
  };
}
