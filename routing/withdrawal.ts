/** Undo: a reply that has not left yet is taken back by its author, as if it had never been written. */
import { AppError } from '#domain/errors.ts';
import { journalInsertSql, journalRecord } from '#domain/journal/append.ts';
import type { JournalEntry } from '#domain/journal/events.ts';
import { can, type User } from '#domain/people/access.ts';
import { statement, type Tx } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import { conversationOfMessage, lockConversation, lockInteraction } from './outbound-statements.ts';

/** $1 organisation, $2 message, $3 author: locked, while it may still be taken back. */
const lockHeld = statement('withdrawal.lock', `
select m.id, m.author_id, m.version, m.channel_account_id, m.deleted_at is not null as deleted,
  (m.status = 'queued' and m.attempts = 0 and m.lease_fence = 0 and m.reason_code is null) as held
from messages m where m.organisation_id = $1 and m.id = $2 and m.author_id = $3 for update`);

/**
 * $1 organisation, $2 message, $3 its interaction where that is still open, $4 journal records. The text and the files
 * go; the row stays, for seq has no gaps (INV4). Conversation and interaction stand again as without it: the preview,
 * the first answer, since when the customer waits.
 */
const withdraw = statement('withdrawal.write', `
with gone as (
  select id, organisation_id, conversation_id, interaction_id, created_at, attachments from messages
  where organisation_id = $1 and id = $2
), message as (
  update messages m set status = 'failed', reason_code = 'WITHDRAWN', status_at = app_now(), body = null,
    attachments = null, deleted_at = app_now(), version = m.version + 1
  from gone where m.id = gone.id
), file as (
  update files f set attached_at = null from gone
  where f.organisation_id = gone.organisation_id
    and f.id in (select (one ->> 'fileId')::uuid from jsonb_array_elements(coalesce(gone.attachments, '[]')) as one)
), conversation as (
  update conversations c set version = c.version + 1, (last_text, last_direction, last_message_at) =
    (select left(x.body, 160), x.direction, x.created_at from messages x where x.organisation_id = c.organisation_id
      and x.conversation_id = c.id and x.id <> gone.id and x.deleted_at is null and x.direction <> 'SYSTEM'
      order by x.seq desc limit 1)
  from gone where c.id = gone.conversation_id and c.organisation_id = gone.organisation_id
), rest as (
  select min(x.created_at) as answered_at, max(x.seq) as last_seq from gone join messages x
    on x.organisation_id = gone.organisation_id and x.conversation_id = gone.conversation_id
    and x.interaction_id = gone.interaction_id and x.id <> gone.id
  where x.direction = 'OUT' and x.author_kind = 'AGENT' and x.deleted_at is null
), interaction as (
  update interactions i set version = i.version + 1,
    answered_at = case when i.answered_at = gone.created_at then rest.answered_at else i.answered_at end,
    state = case when i.state = 'IN_SERVICE' and i.answered_at = gone.created_at and rest.answered_at is null
      then 'PICKED_UP' else i.state end,
    awaiting_reply_since = coalesce(i.awaiting_reply_since, (select min(w.created_at) from messages w
      where w.organisation_id = i.organisation_id and w.conversation_id = gone.conversation_id
        and w.interaction_id = i.id and w.direction = 'IN' and w.deleted_at is null
        and w.seq > coalesce(rest.last_seq, 0)))
  from gone, rest where i.id = $3::uuid and i.id = gone.interaction_id and i.organisation_id = gone.organisation_id
)
${journalInsertSql('$4')}`);

interface Held { id: string; author_id: string; version: number; channel_account_id: string; deleted: boolean;
  held: boolean }
interface Open { id: string; version: number; site_id: string | null; branch_id: string | null;
  queue_id: string | null; team_id: string | null; agent_id: string | null }

function entriesOf(user: User, message: Held, conversationId: string, open: Open | undefined): JournalEntry[] {
  const actor = { kind: 'USER', id: user.id } as const;
  const scope = { organisationId: user.organisationId, siteId: open?.site_id ?? null, branchId: open?.branch_id ?? null,
    queueId: open?.queue_id ?? null, teamId: open?.team_id ?? null, agentId: open?.agent_id ?? null };
  return [{ type: 'message.withdrawn', subjectType: 'message', subjectId: message.id, conversationId, actor, scope,
    version: message.version + 1 }];
}

async function takeBack(work: Work, tx: Tx, user: User, messageId: string): Promise<void> {
  const { organisationId } = user;
  const place = await tx.one<{ conversation_id: string }>(conversationOfMessage, [organisationId, messageId]);
  if (place === undefined) throw new AppError('NOT_FOUND');
  await tx.one(lockConversation, [organisationId, place.conversation_id]);
  const open = await tx.one<Open>(lockInteraction, [organisationId, place.conversation_id]);
  const message = await tx.one<Held>(lockHeld, [organisationId, messageId, user.id]);
  if (message === undefined) throw new AppError('NOT_FOUND');
  if (message.deleted) return;
  if (!message.held) throw new AppError('ALREADY_SENT');
  const entries = entriesOf(user, message, place.conversation_id, open);
  tx.last(withdraw, [organisationId, messageId, open?.id ?? null, JSON.stringify(entries.map(journalRecord))]);
  tx.afterCommit(() => { work.wake.hint('journal'); });
}

/**
 * Takes a held reply back. Whoever claims it first wins: the worker sends it or its author withdraws it, never both.
 * The same call twice is one withdrawal. Rejects NOT_FOUND for what is not the user's own, ALREADY_SENT once it has
 * left.
 */
export async function withdrawMessage(work: Work, command: { user: User; messageId: string }): Promise<void> {
  const { user, messageId } = command;
  if (!can(user, 'interaction.handle')) throw new AppError('NOT_FOUND');
  await work.db.transaction((tx) => takeBack(work, tx, user, messageId));
}

/** $1 organisation, $2 message, $3 author: what is held up to it in its conversation goes now, in order. */
const releaseNow = statement('withdrawal.release', `
update messages m set due_at = app_now() from messages up
where up.organisation_id = $1 and up.id = $2 and up.author_id = $3 and up.direction = 'OUT'
  and m.conversation_id = up.conversation_id and m.seq <= up.seq and m.organisation_id = up.organisation_id
  and m.author_id = $3 and m.status = 'queued' and m.attempts = 0 and m.lease_fence = 0 and m.reason_code is null
returning m.channel_account_id`);

/** Sends a held reply of the user at once, and what they hold before it; nothing happens if it has left already. */
export async function sendNow(work: Work, command: { user: User; messageId: string }): Promise<void> {
  const { user, messageId } = command;
  const [row] = await work.db.rows<{ channel_account_id: string }>(releaseNow,
    [user.organisationId, messageId, user.id]);
  if (row !== undefined) work.wake.hint(`outbound:${row.channel_account_id}`);
}
