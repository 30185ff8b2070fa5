/** Putting answered work aside until a time, and bringing it back: to its agent, or to the front of its queue. */
import { AppError } from '#domain/errors.ts';
import { holdsCapacity, isOver } from '#domain/interactions/states.ts';
import type { JournalCodes } from '#domain/journal/data.ts';
import { appendJournal } from '#domain/journal/append.ts';
import type { Actor } from '#domain/journal/events.ts';
import { limits } from '#domain/limits.ts';
import { statement, type Tx } from '#domain/store/db.ts';
import { safeText } from '#domain/text.ts';
import type { Work } from '#domain/work.ts';
import { freePoints } from './agent-state.ts';
import { takePoints } from './assignment-statements.ts';
import {
  aboutInteraction, actorOf, endSnoozeSql, hintAfterCommit, lockForHandling, lockInteraction, pointsOf, postNote,
  type InteractionRow, type OnInteraction,
} from './interaction-rows.ts';
import { giveBack } from './queues.ts';

const SYSTEM: Actor = { kind: 'SYSTEM' };
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const putAside = statement('snooze.put-aside', `
update interactions set snoozed_until = $3, snoozed_at = coalesce(snoozed_at, app_now()), version = version + 1
where id = $1 and organisation_id = $2 returning version`);
const bringBack = statement('snooze.bring-back', `
update interactions set ${endSnoozeSql}, version = version + 1 where id = $1 and organisation_id = $2
returning version`);

/**
 * Puts answered work aside until a time: its agent keeps it, its points are free (architecture 4), its clocks go on. A
 * customer who writes brings it back at once. Snoozing again moves the time. Throws STATE_CONFLICT before the first
 * answer (nobody is left waiting unheard) or after documentation, VALIDATION_FAILED {fields: until} outside one minute
 * to limits.snoozeDaysMax, INTERACTION_CLOSED, NOT_FOUND, FORBIDDEN.
 */
export async function snoozeInteraction(work: Work, command: OnInteraction & {
  until: Date; note?: string | undefined;
}): Promise<void> {
  const { user, interactionId, until, note } = command;
  await work.db.transaction(async (tx) => {
    const row = await lockForHandling(tx, user, interactionId);
    if (isOver(row.state)) throw new AppError('INTERACTION_CLOSED');
    if (!holdsCapacity(row.state)) throw new AppError('STATE_CONFLICT', { state: row.state });
    if (row.answered_at === null) throw new AppError('STATE_CONFLICT', { reason: 'NOT_ANSWERED' });
    const aheadMs = until.getTime() - row.now.getTime();
    if (!(aheadMs >= MINUTE_MS / 2 && aheadMs <= limits.snoozeDaysMax * DAY_MS)) {
      throw new AppError('VALIDATION_FAILED', { fields: ['until'] });
    }
    if (note !== undefined && note.trim() !== '') await postNote(tx, row, user, safeText(note.trim()));
    const set = await tx.one<{ version: number }>(putAside, [row.id, row.organisation_id, until]);
    await appendJournal(tx, [aboutInteraction(row, 'interaction.snoozed', actorOf(user), set?.version ?? 0,
      { until: until.toISOString(), agentId: row.agent_id })]);
    await freePoints(tx, row.organisation_id, row.agent_id ?? user.id, pointsOf(row));
    hintAfterCommit(work, tx, 'journal', 'assignment');
  });
}

async function toAgent(tx: Tx, row: InteractionRow, actor: Actor,
  reason: JournalCodes['reason']): Promise<boolean> {
  const points = holdsCapacity(row.state) ? row.cost_points : 0;
  if (await tx.one(takePoints, [row.agent_id, row.organisation_id, points]) === undefined) return false;
  const set = await tx.one<{ version: number }>(bringBack, [row.id, row.organisation_id]);
  await appendJournal(tx, [aboutInteraction(row, 'interaction.woken', actor, set?.version ?? 0,
    { reason, agentId: row.agent_id })]);
  return true;
}

/**
 * Takes work up again before its time. Changes nothing where it is not put aside. Throws CAPACITY_EXCEEDED where the
 * agent has no room for it (INV5), NOT_FOUND, FORBIDDEN.
 */
export async function wakeInteraction(work: Work, command: OnInteraction): Promise<void> {
  const { user, interactionId } = command;
  await work.db.transaction(async (tx) => {
    const row = await lockForHandling(tx, user, interactionId);
    if (row.snoozed_until === null) return;
    if (!await toAgent(tx, row, actorOf(user), 'AGENT')) throw new AppError('CAPACITY_EXCEEDED');
    hintAfterCommit(work, tx, 'journal');
  });
}

const due = statement('snooze.due', `
select id, organisation_id from interactions where snoozed_until <= app_now()
  and state not in ('CLOSED', 'OOT_COMPLETE') order by snoozed_until limit 200`);
const wroteSince = statement('snooze.wrote-since', `
select coalesce(c.last_inbound_at > i.snoozed_at, false) as wrote
from interactions i left join conversations c on c.id = i.conversation_id where i.id = $1 and i.organisation_id = $2`);

/**
 * Brings back what was put aside and is due: to its agent who is there and has room, else to the front of its queue,
 * so that no customer waits for an agent who left. Gives how many came back. Safe on several nodes at once.
 */
export async function sweepSnoozed(work: Work): Promise<number> {
  const found = await work.db.rows<{ id: string; organisation_id: string }>(due);
  let back = 0;
  for (const { id, organisation_id: organisationId } of found) {
    back += await work.db.transaction(async (tx) => {
      const row = await lockInteraction(tx, organisationId, id);
      if (row === undefined || row.snoozed_until === null || row.snoozed_until > row.now || isOver(row.state)) return 0;
      const facts = await tx.one<{ wrote: boolean }>(wroteSince, [id, organisationId]);
      const taken = row.agent_id !== null
        && await toAgent(tx, row, SYSTEM, facts?.wrote === true ? 'CUSTOMER' : 'TIME');
      if (!taken) await giveBack(tx, row, 'SNOOZE_ENDED', SYSTEM);
      hintAfterCommit(work, tx, 'journal', 'assignment');
      return 1;
    });
  }
  return back;
}
