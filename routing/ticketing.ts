/** Changing a ticket by itself: category, summary and outcome, by whoever may in its scope. */
import { AppError } from '#domain/errors.ts';
import { appendJournal } from '#domain/journal/append.ts';
import { can, type User } from '#domain/people/access.ts';
import { statement, type Tx } from '#domain/store/db.ts';
import { safeText } from '#domain/text.ts';
import type { Work } from '#domain/work.ts';
import { setCategory } from './documentation.ts';
import { actorOf, hintAfterCommit, lockInteraction, requireReason } from './interaction-rows.ts';

export interface TicketChange {
  categoryId?: string | undefined;
  subcategoryId?: string | null | undefined;
  summary?: string | null | undefined;
  outcomeCode?: string | null | undefined;
}

interface TicketRow {
  id: string; conversation_id: string | null; site_id: string | null; branch_id: string | null; queue_id: string | null;
  team_id: string | null; agent_id: string | null; version: number;
}

const newestInteraction = statement('ticketing.interaction', `select id from interactions
  where ticket_id = $1 and organisation_id = $2
  order by (state not in ('CLOSED', 'OOT_COMPLETE')) desc, date_origin desc limit 1`);
const lockTicket = statement('ticketing.lock',
  `select id, conversation_id, site_id, branch_id, queue_id, team_id, agent_id, version
  from tickets where id = $1 and organisation_id = $2 for no key update`);
const write = statement('ticketing.write', `update tickets set version = version + 1,
    summary = case when $3 then $4 else summary end, outcome_code = case when $5 then $6 else outcome_code end
  where id = $1 and organisation_id = $2 returning version, outcome_code, old.outcome_code as from_outcome`);

async function writeFields(tx: Tx, user: User, ticket: TicketRow, change: TicketChange): Promise<void> {
  const changed = (['summary', 'outcomeCode'] as const).filter((field) => change[field] !== undefined);
  if (changed.length === 0) return;
  if (change.outcomeCode) await requireReason(tx, user.organisationId, 'OUTCOME', change.outcomeCode, 'outcomeCode');
  const summary = change.summary === undefined || change.summary === null ? null : safeText(change.summary);
  const written = await tx.one<{ version: number; outcome_code: string | null; from_outcome: string | null }>(write,
    [ticket.id, user.organisationId, change.summary !== undefined,
    summary, change.outcomeCode !== undefined, change.outcomeCode ?? null]);
  await appendJournal(tx, [{
    type: 'ticket.updated', subjectType: 'ticket', subjectId: ticket.id, conversationId: ticket.conversation_id,
    actor: actorOf(user), version: written?.version ?? 0, data: { changed, ...(change.outcomeCode === undefined ? {}
      : { outcomeCode: written?.outcome_code ?? null, fromOutcomeCode: written?.from_outcome ?? null }) },
    scope: { organisationId: user.organisationId, siteId: ticket.site_id, branchId: ticket.branch_id,
      queueId: ticket.queue_id, teamId: ticket.team_id, agentId: ticket.agent_id },
  }]);
}

/**
 * Changes the fields that are given. The category goes to the newest interaction too, whose clock follows. Throws
 * NOT_FOUND outside the user's ticket.update scope, VERSION_CONFLICT, VALIDATION_FAILED {fields}.
 */
export async function updateTicket(work: Work, command: {
  user: User; ticketId: string; ifVersion: number; change: TicketChange;
}): Promise<void> {
  const { user, ticketId, change } = command;
  await work.db.transaction(async (tx) => {
    const newest = await tx.one<{ id: string }>(newestInteraction, [ticketId, user.organisationId]);
    const row = newest === undefined ? undefined : await lockInteraction(tx, user.organisationId, newest.id);
    const ticket = await tx.one<TicketRow>(lockTicket, [ticketId, user.organisationId]);
    if (ticket === undefined || !can(user, 'ticket.update',
      { organisationId: user.organisationId, siteId: ticket.site_id,
      branchId: ticket.branch_id, queueId: ticket.queue_id, teamId: ticket.team_id, agentId: ticket.agent_id })) {
      throw new AppError('NOT_FOUND');
    }
    if (ticket.version !== command.ifVersion) throw new AppError('VERSION_CONFLICT', { version: ticket.version });
    if (change.categoryId !== undefined) {
      if (row === undefined) throw new AppError('STATE_CONFLICT');
      await setCategory(tx, row, user, change.categoryId, change.subcategoryId ?? null);
    }
    await writeFields(tx, user, ticket, change);
    hintAfterCommit(work, tx, 'journal');
  });
}
