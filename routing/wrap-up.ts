/**
 * How an interaction ends: documentation, closing, out of topic, the customer's goodbye, the rating (C10, C11, C41).
 */
import { AppError } from '#domain/errors.ts';
import type { JournalCodes } from '#domain/journal/data.ts';
import { appendJournal } from '#domain/journal/append.ts';
import type { Actor } from '#domain/journal/events.ts';
import { flowOf } from '#domain/interactions/flows.ts';
import { isScore } from '#domain/interactions/rules.ts';
import { holdsCapacity, isOver, nextState } from '#domain/interactions/states.ts';
import { statement, type Tx } from '#domain/store/db.ts';
import { cutText, safeText } from '#domain/text.ts';
import type { Work } from '#domain/work.ts';
import { freeAfterDocumenting, freePoints, offerColumns, offerEnded, type OfferRow } from './agent-state.ts';
import { setCategory, writeDocumentation, type DocumentationInput } from './documentation.ts';
import {
  aboutInteraction, actorOf, changeLeg, countAsRead, endSnoozeSql, hintAfterCommit,
  lockForHandling, lockInteraction, moveTicket,
  moved, pointsOf, postSystem, requireReason, type InteractionRow, type OnInteraction,
} from './interaction-rows.ts';

export type { DocumentationInput } from './documentation.ts';

const SYSTEM: Actor = { kind: 'SYSTEM' };
const CUSTOMER: Actor = { kind: 'CUSTOMER' };

const setDocumented = statement('wrap-up.documented', `
update interactions set state = 'DOCUMENTED', documented_at = coalesce(documented_at, app_now()), outcome_code = $3,
  awaiting_reply_since = case when state = 'DOCUMENTED' then awaiting_reply_since end, ${endSnoozeSql},
  version = version + 1
where id = $1 and organisation_id = $2 returning version`);

/**
 * Completes the documentation form, or amends it while the interaction is not closed. Frees the agent's points and,
 * after the last piece of work, begins wrap-up; the ticket is resolved. Throws NOT_FOUND, FORBIDDEN, STATE_CONFLICT,
 * INTERACTION_CLOSED, VALIDATION_FAILED {fields}.
 */
export async function documentInteraction(work: Work,
  command: OnInteraction & { form: DocumentationInput }): Promise<{ version: number; amended: boolean }> {
  const { user, interactionId, form } = command;
  return work.db.transaction(async (tx) => {
    const row = await lockForHandling(tx, user, interactionId);
    if (isOver(row.state)) throw new AppError('INTERACTION_CLOSED');
    moved(row, 'document');
    const amended = row.state === 'DOCUMENTED';
    await writeDocumentation(tx, row, user, form, amended);
    const set = await tx.one<{ version: number }>(setDocumented, [row.id, row.organisation_id, form.outcomeCode]);
    if (!amended) await countAsRead(tx, row);
    const version = set?.version ?? 0;
    await appendJournal(tx, [aboutInteraction(row, 'interaction.documented', actorOf(user), version,
      { outcomeCode: form.outcomeCode, categoryId: form.categoryId, amended })]);
    await moveTicket(tx, row, 'documented', actorOf(user));
    if (holdsCapacity(row.state) && row.agent_id !== null) {
      await freeAfterDocumenting(tx, row.organisation_id, row.agent_id, pointsOf(row), actorOf(user));
    }
    hintAfterCommit(work, tx, 'journal', 'assignment');
    return { version, amended };
  });
}

const setClosed = statement('wrap-up.closed', `
update interactions set state = $3, closed_at = app_now(), closed_reason = $4,
  outcome_code = coalesce($5, outcome_code),
  awaiting_reply_since = null, version = version + 1
where id = $1 and organisation_id = $2 returning version`);

/** Ends the row with its reason and outcome; nothing of its conversation counts as unread any more. */
async function end(tx: Tx, row: InteractionRow, state: string, reason: string,
  outcome: string | null): Promise<{ version: number } | undefined> {
  await countAsRead(tx, row);
  return tx.one<{ version: number }>(setClosed, [row.id, row.organisation_id, state, reason, outcome]);
}

async function close(tx: Tx, row: InteractionRow, actor: Actor, reason: JournalCodes['reason']): Promise<void> {
  const set = await end(tx, row, 'CLOSED', reason, null);
  await moveTicket(tx, row, 'closed', actor);
  await changeLeg(tx, row, 'CLOSED');
  await postSystem(tx, row, 'CLOSED');
  await appendJournal(tx, [aboutInteraction(row, 'interaction.closed', actor, set?.version ?? 0, { reason })]);
}

/** Ends documented work whose agent is gone; the caller holds its lock. */
export async function closeBySystem(tx: Tx, row: InteractionRow): Promise<void> {
  await close(tx, row, SYSTEM, 'AGENT_GONE');
}

/**
 * Closes a documented interaction, and its ticket with it unless other work on the ticket is open. Closing twice is the
 * same as once. Throws NOT_DOCUMENTED (C10), NOT_FOUND, FORBIDDEN.
 */
export async function closeInteraction(work: Work, command: OnInteraction): Promise<void> {
  const { user, interactionId } = command;
  await work.db.transaction(async (tx) => {
    const row = await lockForHandling(tx, user, interactionId);
    if (row.state === 'CLOSED') return;
    if (row.state === 'OOT_COMPLETE') throw new AppError('INTERACTION_CLOSED');
    if (nextState(row.state, 'close') === undefined) throw new AppError('NOT_DOCUMENTED');
    await close(tx, row, actorOf(user), 'AGENT');
    hintAfterCommit(work, tx, 'journal', 'assignment');
  });
}

const accountFlow = statement('wrap-up.account-flow', `
select settings -> 'flow' as flow from channel_accounts where id = $1`);

/**
 * Marks the interaction as out of topic, with a reason and without documentation, right after pick-up and only where
 * the channel's flow has that decision (C25, C35, C40, C48). Throws STATE_CONFLICT, VALIDATION_FAILED, NOT_FOUND,
 * FORBIDDEN.
 */
export async function completeOutOfTopic(work: Work, command: OnInteraction & { reasonCode: string }): Promise<void> {
  const { user, interactionId, reasonCode } = command;
  await work.db.transaction(async (tx) => {
    const row = await lockForHandling(tx, user, interactionId);
    if (row.state === 'OOT_COMPLETE') return;
    if (isOver(row.state)) throw new AppError('INTERACTION_CLOSED');
    const account = await tx.one<{ flow: unknown }>(accountFlow, [row.channel_account_id]);
    const flow = flowOf(row.medium, account?.flow);
    if (!flow.outOfTopic) throw new AppError('STATE_CONFLICT', { reason: 'FLOW_WITHOUT_OOT' });
    const state = moved(row, 'outOfTopic');
    await requireReason(tx, row.organisation_id, 'OOT', reasonCode);
    const set = await end(tx, row, state, 'OOT', reasonCode);
    await moveTicket(tx, row, 'outOfTopic', actorOf(user), reasonCode);
    await changeLeg(tx, row, 'OOT');
    await appendJournal(tx, [aboutInteraction(row, 'interaction.completed-out-of-topic', actorOf(user),
      set?.version ?? 0, { reasonCode })]);
    if (row.agent_id !== null) await freePoints(tx, row.organisation_id, row.agent_id, pointsOf(row));
    hintAfterCommit(work, tx, 'journal', 'assignment');
  });
}

/**
 * Sets category and subcategory of interaction and ticket; the clocks follow, counted from date_origin, and a breach
 * that has happened stays. Throws VERSION_CONFLICT if `ifVersion` is no longer the interaction's,
 * INTERACTION_CLOSED, VALIDATION_FAILED {fields}, NOT_FOUND, FORBIDDEN.
 */
export async function categoriseInteraction(work: Work, command: OnInteraction & {
  categoryId: string; subcategoryId?: string | null | undefined; ifVersion?: number | undefined;
}): Promise<{ version: number }> {
  const { user, interactionId, categoryId, ifVersion } = command;
  return work.db.transaction(async (tx) => {
    const row = await lockForHandling(tx, user, interactionId);
    if (isOver(row.state)) throw new AppError('INTERACTION_CLOSED');
    if (ifVersion !== undefined && ifVersion !== row.version) {
      throw new AppError('VERSION_CONFLICT', { version: row.version });
    }
    const version = await setCategory(tx, row, user, categoryId, command.subcategoryId ?? null);
    hintAfterCommit(work, tx, 'journal');
    return { version };
  });
}

const setEnded = statement('wrap-up.customer-ended', `
update interactions set customer_ended_at = coalesce($3, app_now()), version = version + 1
where id = $1 and organisation_id = $2 returning version`);
const withdrawOffer = statement('wrap-up.withdraw-offer', `
update offers o set state = 'WITHDRAWN', resolved_at = app_now(), reason_code = $3 from interactions i
where o.interaction_id = $1 and o.organisation_id = $2 and o.state = 'OFFERED' and i.id = o.interaction_id
returning ${offerColumns}`);

/** Takes back the open offer of waiting work, if there is one; its agent's points are free. Needs the row's locks. */
export async function withdrawOfferOf(tx: Tx, row: InteractionRow, reasonCode: string): Promise<void> {
  const offers = await tx.rows<OfferRow>(withdrawOffer, [row.id, row.organisation_id, reasonCode]);
  for (const offer of offers) {
    await freePoints(tx, row.organisation_id, offer.agent_id, offer.cost_points);
    await appendJournal(tx, [offerEnded(row.organisation_id, offer, SYSTEM, 'WITHDRAWN', reasonCode)]);
  }
}

/** True for work that nobody ever answered and nobody owns: it may end as abandoned. Escalated work never does. */
export function isAbandonable(row: InteractionRow): boolean {
  return nextState(row.state, 'abandon') !== undefined && row.answered_at === null && row.tier === 1;
}

/**
 * Ends what nobody answered: closed with outcome ABANDONED, its offer withdrawn, its ticket with it. Needs the row's
 * locks.
 */
export async function abandon(tx: Tx, row: InteractionRow, reason: 'CUSTOMER_ENDED' | 'SILENT'): Promise<boolean> {
  const set = await end(tx, row, 'CLOSED', 'ABANDONED', 'ABANDONED');
  await moveTicket(tx, row, 'abandoned', SYSTEM, 'ABANDONED');
  await withdrawOfferOf(tx, row, 'ABANDONED');
  await changeLeg(tx, row, 'ABANDONED');
  await postSystem(tx, row, 'CLOSED');
  const version = set?.version ?? 0;
  await appendJournal(tx, [aboutInteraction(row, 'interaction.abandoned', SYSTEM, version, { reason }),
    aboutInteraction(row, 'interaction.closed', SYSTEM, version, { reason: 'ABANDONED' })]);
  return true;
}

/**
 * The customer ended the conversation (C41): its agent goes straight to documentation; what nobody had answered is
 * abandoned. Runs in the caller's transaction, which holds the conversation's lock and gives the hints.
 */
export async function customerEnded(tx: Tx, ended: {
  organisationId: string; interactionId: string; at?: Date;
}): Promise<void> {
  const row = await lockInteraction(tx, ended.organisationId, ended.interactionId);
  if (row === undefined || isOver(row.state) || row.customer_ended_at !== null) return;
  const set = await tx.one<{ version: number }>(setEnded, [row.id, row.organisation_id, ended.at ?? null]);
  await appendJournal(tx, [aboutInteraction(row, 'interaction.customer-ended', CUSTOMER, set?.version ?? 0)]);
  await postSystem(tx, row, 'CUSTOMER_ENDED');
  if (isAbandonable(row)) await abandon(tx, row, 'CUSTOMER_ENDED');
}

const setRating = statement('wrap-up.rated', `
update interactions set csat_score = $3, csat_comment = $4, csat_at = app_now(), version = version + 1
where id = $1 and organisation_id = $2 and csat_score is null returning version`);
const COMMENT_CHARS = 2_000;

/**
 * Keeps the customer's rating, 1 to 5, once: a second one changes nothing. False if it was not kept. The comment
 * stays out of the journal. Runs in the caller's transaction, which gives the hints.
 */
export async function rateInteraction(tx: Tx, rating: {
  organisationId: string; interactionId: string; score: number; comment?: string;
}): Promise<boolean> {
  if (!isScore(rating.score)) return false;
  const row = await lockInteraction(tx, rating.organisationId, rating.interactionId);
  if (row === undefined) return false;
  const comment = rating.comment === undefined ? null : cutText(safeText(rating.comment), COMMENT_CHARS);
  const set = await tx.one<{ version: number }>(setRating, [row.id, row.organisation_id, rating.score, comment]);
  if (set === undefined) return false;
  await appendJournal(tx, [aboutInteraction(row, 'interaction.rated', CUSTOMER, set.version, { score: rating.score })]);
  return true;
}
