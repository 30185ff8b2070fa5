/**
 * Changes to what was said, as agents ask for them: an edit or a recall of their own message, a reaction to a
 * customer's. They leave by change-worker.ts in the order of the clicks; until one has begun it can be taken back.
 */
import type { ChangeKind, SendStatus } from '#domain/channels/words.ts';
import { AppError } from '#domain/errors.ts';
import { newId } from '#domain/ids.ts';
import { journalRecord } from '#domain/journal/append.ts';
import type { JournalData, JournalEntry, Scope } from '#domain/journal/events.ts';
import { limits } from '#domain/limits.ts';
import { can, type User } from '#domain/people/access.ts';
import type { Tx } from '#domain/store/db.ts';
import { safeText } from '#domain/text.ts';
import type { Work } from '#domain/work.ts';
import * as sql from './change-statements.ts';
import { cleanText, mayWrite, onceMore, reaches, scopeOf, type InteractionRow } from './outbound.ts';
import { lockConversation, lockInteraction } from './outbound-statements.ts';

/** What an agent wants a message to be. */
export type Wish =
  | { kind: 'EDIT'; text: string }
  | { kind: 'RECALL' }
  /** Null takes the reaction back. */
  | { kind: 'REACTION'; emoji: string | null };

export interface ChangeCommand {
  user: User;
  messageId: string;
  /** Made by the screen once per click; a repetition changes nothing. */
  clientId: string;
  wish: Wish;
  /** It waits this long before it leaves, so that it may be taken back (undoChange). Default 0. */
  undoSeconds?: number | undefined;
}

interface MessageRow {
  id: string; conversation_id: string; interaction_id: string | null; channel_account_id: string; direction: string;
  author_kind: string; author_id: string | null; status: SendStatus | null; body: string | null; has_files: boolean;
  provider_message_id: string | null; version: number; deleted: boolean;
}

const ARRIVED: ReadonlySet<SendStatus | null> = new Set(['sent', 'delivered', 'read', 'played']);
/** What a new change of a message makes void of those that have not begun: a recall leaves nothing to edit. */
const VOIDS: Record<ChangeKind, readonly ChangeKind[]> = { EDIT: ['EDIT'], RECALL: ['EDIT', 'RECALL'],
  REACTION: ['REACTION'] };

function entryOf(type: JournalEntry['type'], user: User, message: MessageRow, scope: Scope,
  data: JournalData): JournalEntry {
  return { type, subjectType: 'message', subjectId: message.id, conversationId: message.conversation_id,
    actor: { kind: 'USER', id: user.id }, scope, version: message.version + 1, data };
}

/** Edits and reactions are for who writes here now; a recall is its author's at any time, or of who may reassign. */
async function requireRight(tx: Tx, user: User, command: ChangeCommand, message: MessageRow,
  open: InteractionRow | undefined): Promise<void> {
  const isOwn = message.direction === 'OUT' && message.author_kind === 'AGENT' && message.author_id === user.id;
  if (command.wish.kind !== 'RECALL') {
    await mayWrite(tx, user, message.conversation_id, open);
    if (command.wish.kind === 'EDIT' && !isOwn) throw new AppError('STATE_CONFLICT');
    return;
  }
  if (isOwn && can(user, 'interaction.handle')) return;
  const id = message.interaction_id ?? undefined;
  if (id !== undefined && await reaches(tx, user, 'interaction.reassign', message.conversation_id, id)) return;
  const isSeen = await reaches(tx, user, 'interaction.read', message.conversation_id);
  throw new AppError(isSeen ? 'STATE_CONFLICT' : 'NOT_FOUND');
}

/** What is written of the wish. Throws VALIDATION_FAILED, or STATE_CONFLICT where the message is not such a one. */
function columnsOf(wish: Wish, message: MessageRow): { body: string | null; emoji: string | null } {
  if (message.deleted || message.provider_message_id === null) throw new AppError('STATE_CONFLICT');
  if (wish.kind === 'REACTION') {
    const emoji = wish.emoji === null ? null : safeText(wish.emoji).trim();
    if (emoji === '' || (emoji?.length ?? 0) > limits.reactionChars) {
      throw new AppError('VALIDATION_FAILED', { emoji: 'one sign' });
    }
    if (message.direction !== 'IN') throw new AppError('STATE_CONFLICT');
    return { body: null, emoji };
  }
  const isOurs = message.direction === 'OUT' && message.author_kind === 'AGENT' && ARRIVED.has(message.status);
  if (!isOurs) throw new AppError('STATE_CONFLICT');
  if (wish.kind === 'RECALL') return { body: null, emoji: null };
  const text = cleanText(wish.text, limits.messageTextChars).trim();
  if (text === '' && !message.has_files) throw new AppError('VALIDATION_FAILED', { text: 'empty' });
  return { body: text, emoji: null };
}

/**
 * Commits the wish; it leaves by itself. Idempotent by client UUID. Rejects NOT_FOUND; STATE_CONFLICT for a message
 * that has not arrived, is gone or is not one's own; ALREADY_OWNED, INTERACTION_CLOSED, VALIDATION_FAILED,
 * IDEMPOTENCY_MISMATCH as queueReply does.
 */
export async function changeMessage(work: Work, command: ChangeCommand): Promise<{ changeId: string }> {
  const { user, messageId, clientId, wish } = command;
  const { organisationId } = user;
  return onceMore(() => work.db.transaction(async (tx) => {
    const place = await tx.one<{ conversation_id: string }>(sql.placeOf, [organisationId, messageId]);
    if (place === undefined) throw new AppError('NOT_FOUND');
    await tx.one(lockConversation, [organisationId, place.conversation_id]);
    const known = await tx.one<{ id: string; message_id: string; author_id: string }>(sql.byClientId,
      [organisationId, clientId]);
    if (known !== undefined) {
      if (known.message_id !== messageId || known.author_id !== user.id) throw new AppError('IDEMPOTENCY_MISMATCH');
      return { changeId: known.id };
    }
    const open = await tx.one<InteractionRow>(lockInteraction, [organisationId, place.conversation_id]);
    const message = await tx.one<MessageRow>(sql.lockMessage, [organisationId, messageId]);
    if (message === undefined) throw new AppError('NOT_FOUND');
    await requireRight(tx, user, command, message, open);
    const hold = Math.min(Math.max(command.undoSeconds ?? 0, 0), limits.undoSendSecondsMax);
    const columns = { id: newId(), organisation_id: organisationId, client_id: clientId, message_id: messageId,
      conversation_id: message.conversation_id, channel_account_id: message.channel_account_id, author_id: user.id,
      kind: wish.kind, hold_s: hold, ...columnsOf(wish, message) };
    const entry = entryOf('message.change-queued', user, message, scopeOf(organisationId, open),
      { changeId: columns.id, change: wish.kind });
    tx.last(sql.ask, [JSON.stringify(columns), VOIDS[wish.kind], JSON.stringify([journalRecord(entry)])]);
    tx.afterCommit(() => {
      work.wake.hint('journal');
      work.wake.hint('message-changes');
    });
    return { changeId: columns.id };
  }));
}

/**
 * Takes a change back that has not begun, or lays a failed one aside; by its author. The same call twice is one.
 * Rejects NOT_FOUND for what is not the user's own, ALREADY_SENT once it has begun.
 */
export async function undoChange(work: Work,
  command: { user: User; changeId: string }): Promise<{ messageId: string }> {
  const { user, changeId } = command;
  const { organisationId } = user;
  return work.db.transaction(async (tx) => {
    const place = await tx.one<{ conversation_id: string; message_id: string; author_id: string }>(sql.changePlace,
      [organisationId, changeId]);
    if (place === undefined || place.author_id !== user.id) throw new AppError('NOT_FOUND');
    await tx.one(lockConversation, [organisationId, place.conversation_id]);
    const open = await tx.one<InteractionRow>(lockInteraction, [organisationId, place.conversation_id]);
    const message = await tx.one<MessageRow>(sql.lockMessage, [organisationId, place.message_id]);
    const change = await tx.one<{ state: string; attempts: number; kind: ChangeKind }>(sql.lockChange,
      [organisationId, changeId]);
    if (message === undefined || change === undefined) throw new AppError('NOT_FOUND');
    if (change.state === 'WITHDRAWN') return { messageId: message.id };
    const isHeld = change.state === 'WAITING' && change.attempts === 0;
    if (!isHeld && change.state !== 'FAILED') throw new AppError('ALREADY_SENT');
    const entry = entryOf('message.change-withdrawn', user, message, scopeOf(organisationId, open),
      { changeId, change: change.kind });
    tx.last(sql.giveUp, [organisationId, changeId, JSON.stringify([journalRecord(entry)])]);
    tx.afterCommit(() => work.wake.hint('journal'));
    return { messageId: message.id };
  });
}
