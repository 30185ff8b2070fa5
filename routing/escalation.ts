/** The way up: an agent hands work to tier 2, where it is offered like any other (A44, C5, C9). */
import { costPoints } from '#domain/channels/words.ts';
import { AppError } from '#domain/errors.ts';
import { appendJournal } from '#domain/journal/append.ts';
import type { User } from '#domain/people/access.ts';
import { statement } from '#domain/store/db.ts';
import { safeText } from '#domain/text.ts';
import type { Work } from '#domain/work.ts';
import { freePoints } from './agent-state.ts';
import { writePart, type DocumentationPart } from './documentation.ts';
import {
  aboutInteraction, actorOf, changeLeg, hintAfterCommit, lockForHandling, moveTicket, moved, placeTicket, pointsOf,
  postNote, postSystem, requireReason, type InteractionRow,
} from './interaction-rows.ts';

/** The organisation's tier-2 queue: the one asked for, else of the same site first, then by priority and code. */
const tier2Queue = statement('escalation.queue', `
select id, site_id, priority from queues
where organisation_id = $1 and tier = 2 and active and ($3::uuid is null or id = $3)
order by (site_id = $2) desc nulls last, priority desc, code limit 1`);

const toTier2 = statement('escalation.to-tier-2', `
update interactions set state = $3, tier = 2, queue_id = $4, site_id = $5, priority = $6, agent_id = null,
  team_id = null,
  accepted_at = null, waiting_since = app_now(), cost_points = $7, snoozed_until = null, snoozed_at = null,
  snoozed_s = 0, version = version + 1
where id = $1 and organisation_id = $2 returning version`);

/**
 * Hands the interaction to tier 2: it waits there from now, the agent's points are free, the ticket is ESCALATED_T2.
 * What the agent has filled in of the documentation is their own part (`form`, C9) and stands on the ticket; `note`
 * stays in the conversation as an internal note.
 * Throws STATE_CONFLICT (already tier 2, not owned), NO_TIER2_QUEUE, VALIDATION_FAILED, NOT_FOUND, FORBIDDEN.
 */
export async function escalateInteraction(work: Work, command: {
  user: User; interactionId: string; reasonCode: string; note?: string | undefined; queueId?: string | undefined;
  form?: DocumentationPart | undefined;
}): Promise<{ queueId: string }> {
  const { user, interactionId, reasonCode, note, form } = command;
  const actor = actorOf(user);
  return work.db.transaction(async (tx) => {
    const row = await lockForHandling(tx, user, interactionId);
    if (row.tier !== 1) throw new AppError('STATE_CONFLICT', { reason: 'ALREADY_TIER_2' });
    const state = moved(row, 'escalate');
    await requireReason(tx, row.organisation_id, 'ESCALATION', reasonCode);
    const queue = await tx.one<{ id: string; site_id: string | null; priority: number }>(tier2Queue,
      [row.organisation_id, row.site_id, command.queueId ?? null]);
    if (queue === undefined) throw new AppError('NO_TIER2_QUEUE');
    if (note !== undefined && note.trim() !== '') await postNote(tx, row, user, safeText(note.trim()));
    const documented = form !== undefined && await writePart(tx, row, user, form);
    const set = await tx.one<{ version: number }>(toTier2, [row.id, row.organisation_id, state, queue.id, queue.site_id,
      queue.priority, costPoints[row.medium]]);
    const up: InteractionRow = { ...row, state, tier: 2, queue_id: queue.id, site_id: queue.site_id, agent_id: null,
      team_id: null };
    await placeTicket(tx, up);
    await moveTicket(tx, up, 'escalated', actor);
    await changeLeg(tx, up, 'ESCALATED', 'QUEUE');
    await postSystem(tx, up, 'TRANSFERRED');
    if (row.agent_id !== null) await freePoints(tx, row.organisation_id, row.agent_id, pointsOf(row));
    const data = { reasonCode, agentId: row.agent_id, fromQueueId: row.queue_id, queueId: queue.id,
      documented };
    const scope = { ...up, agent_id: row.agent_id };
    await appendJournal(tx, [aboutInteraction(scope, 'interaction.escalated', actor, set?.version ?? 0, data)]);
    hintAfterCommit(work, tx, 'journal', 'assignment');
    return { queueId: queue.id };
  });
}
