/**
 * The one road out, its entrance: whatever is said to a customer becomes a message row under the conversation's lock,
 * with the client's UUID, and leaves through outbound-worker.ts. Nothing here talks to a provider.
 */
import type { Attachment, OfferPayload, SendStatus, TemplateUse } from '#domain/channels/words.ts';
import { cleanOffer } from '#domain/conversations/offers.ts';
import { kindOf, previewOf } from '#domain/conversations/rules.ts';
import { isRetryable } from '#domain/conversations/status.ts';
import { AppError } from '#domain/errors.ts';
import { newId } from '#domain/ids.ts';
import { nextState, type InteractionState } from '#domain/interactions/states.ts';
import { journalRecord } from '#domain/journal/append.ts';
import type { Actor, JournalEntry, Scope } from '#domain/journal/events.ts';
import { limits } from '#domain/limits.ts';
import { accessFilter, can, type User } from '#domain/people/access.ts';
import { sqlState, type Tx } from '#domain/store/db.ts';
import { safeText } from '#domain/text.ts';
import type { Work } from '#domain/work.ts';
import { takeMentions } from './mentions.ts';
import * as sql from './outbound-statements.ts';

export { recordReceipts } from './receipts.ts';
export { startOutbound } from './outbound-worker.ts';
export type { Outbound, OutboundDeps, Sender, SendJobs } from './outbound-worker.ts';

/** What an agent wrote to a customer. */
export interface Reply {
  user: User;
  conversationId: string;
  /** Made by the screen once per click; a repetition gets the first answer again. */
  clientId: string;
  text: string;
  fileIds?: readonly string[] | undefined;
  replyToId?: string | null | undefined;
  /** It waits this long before it leaves, so that the agent may take it back (withdrawMessage). Default 0. */
  undoSeconds?: number | undefined;
  /** What the customer may tap, on channels that have buttons. */
  offer?: OfferPayload | undefined;
  /** The prepared message that it uses, cleaned (domain/conversations/templates.ts); `text` are its filled words. */
  template?: TemplateUse | undefined;
}

export interface Queued {
  messageId: string;
  /** This client UUID had been taken before. */
  duplicate: boolean;
}

/** A text of the system or a bot to a customer. */
export interface SystemMessage {
  organisationId: string;
  conversationId: string;
  clientId: string;
  authorKind: 'BOT' | 'SYSTEM';
  text: string;
  purpose?: 'SERVICE' | 'FOLLOW_UP' | 'COLLECTION' | 'OFFER';
  /** Bulk waits behind what agents write. */
  bulk?: boolean;
  /** Not before. */
  dueAt?: Date;
  /** What the customer may tap, on channels that have buttons. */
  offer?: OfferPayload;
}

interface ConversationRow { id: string; channel_account_id: string; last_seq: number }
interface KnownRow { id: string; conversation_id: string; author_id: string | null; direction: string }
interface FileRow { id: string; file_name: string; media_type: string; size_bytes: number }
/** The open interaction, locked. */
export interface InteractionRow {
  id: string; state: InteractionState; version: number; answered_at: Date | null; site_id: string | null;
  branch_id: string | null; queue_id: string | null; team_id: string | null; agent_id: string | null;
}

interface Standing {
  conversation: ConversationRow | undefined;
  known: KnownRow | undefined;
  interaction: InteractionRow | undefined;
}

/**
 * Locks the conversation, then its open interaction; each statement sees what was committed before its lock was had.
 */
async function standingOf(tx: Tx, organisationId: string, conversationId: string, clientId: string): Promise<Standing> {
  const [conversation, known, interaction] = await Promise.all([
    tx.one<ConversationRow>(sql.lockConversation, [organisationId, conversationId]),
    tx.one<KnownRow>(sql.byClientId, [organisationId, clientId]),
    tx.one<InteractionRow>(sql.lockInteraction, [organisationId, conversationId]),
  ]);
  return { conversation, known, interaction };
}

/** Where what is written stands, for the journal. */
export function scopeOf(organisationId: string, interaction: InteractionRow | undefined): Scope {
  return { organisationId, siteId: interaction?.site_id ?? null, branchId: interaction?.branch_id ?? null,
    queueId: interaction?.queue_id ?? null, teamId: interaction?.team_id ?? null, agentId: interaction?.agent_id
      ?? null };
}

/** True if the user may do this to an interaction of the conversation (to the one that is named, if one is). */
export async function reaches(tx: Tx, user: User, action: 'interaction.read' | 'interaction.reassign',
  conversationId: string, interactionId?: string): Promise<boolean> {
  const rows = await tx.dynamic(`select 1 from interactions i where i.organisation_id = $1 and i.conversation_id = $2
    and ($3::uuid is null or i.id = $3) and ${accessFilter(user, action, 'i')} limit 1`,
  [user.organisationId, conversationId, interactionId ?? null]);
  return rows.length > 0;
}

/**
 * Who may write: the owner of the open interaction, or one who may reassign it. What one may not see is NOT_FOUND;
 * what one sees but does not own ALREADY_OWNED, or STATE_CONFLICT while it waits in a queue; nothing open
 * INTERACTION_CLOSED.
 */
export async function mayWrite(tx: Tx, user: User, conversationId: string,
  interaction: InteractionRow | undefined): Promise<InteractionRow> {
  if (interaction?.agent_id === user.id && can(user, 'interaction.handle')) return interaction;
  if (interaction !== undefined && await reaches(tx, user, 'interaction.reassign', conversationId,
    interaction.id)) return interaction;
  if (!await reaches(tx, user, 'interaction.read', conversationId)) throw new AppError('NOT_FOUND');
  if (interaction === undefined) throw new AppError('INTERACTION_CLOSED');
  throw new AppError(interaction.agent_id === null ? 'STATE_CONFLICT' : 'ALREADY_OWNED');
}

/** Text as it is stored. Throws VALIDATION_FAILED where it is too long. */
export function cleanText(text: string, chars: number): string {
  const clean = safeText(text);
  if (clean.length > chars) throw new AppError('VALIDATION_FAILED', { text: `at most ${chars} characters` });
  return clean;
}

async function takeFiles(tx: Tx, reply: Reply): Promise<Attachment[]> {
  const ids = [...new Set(reply.fileIds)];
  if (ids.length === 0) return [];
  if (ids.length > limits.filesPerMessageMax) throw new AppError('VALIDATION_FAILED', { fileIds: 'too many' });
  const rows = await tx.rows<FileRow>(sql.lockFiles, [reply.user.organisationId, ids, reply.user.id,
    reply.conversationId]);
  const found = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => {
    const row = found.get(id);
    if (row === undefined) throw new AppError('VALIDATION_FAILED', { fileIds: 'unknown or already used' });
    return { fileId: row.id, fileName: row.file_name, mediaType: row.media_type, sizeBytes: row.size_bytes };
  });
}

/** The columns of a message that differ between a reply, a note and a text of the system. */
interface Draft {
  direction: 'OUT' | 'NOTE';
  authorKind: 'AGENT' | 'BOT' | 'SYSTEM';
  authorId: string | null;
  clientId: string;
  text: string;
  attachments: readonly Attachment[];
  replyToId: string | null;
  purpose: string;
  bulk: boolean;
  dueAt: Date | null;
  /** Seconds it is held back for its author. */
  holdSeconds?: number;
  offer?: OfferPayload | undefined;
  template?: TemplateUse | undefined;
  /** The interaction's next state where this is an agent's answer. */
  nextState: InteractionState | null;
  /** Users a note calls; they may read the work. */
  mentioned?: readonly string[];
}

function entriesOf(id: string, draft: Draft, scope: Scope, conversationId: string,
  interaction: InteractionRow | undefined): JournalEntry[] {
  const actor: Actor = draft.authorKind === 'AGENT' ? { kind: 'USER', id: draft.authorId } : { kind: draft.authorKind };
  const entries: JournalEntry[] = [{ type: draft.direction === 'NOTE' ? 'message.noted' : 'message.queued',
    subjectType: 'message', subjectId: id, conversationId, actor, scope, version: 1 }];
  if (draft.nextState !== null && interaction !== undefined && interaction.answered_at === null) {
    entries.push({ type: 'interaction.answered', subjectType: 'interaction', subjectId: interaction.id, conversationId,
      actor, scope, version: interaction.version + 1 });
  }
  for (const userId of draft.mentioned ?? []) {
    entries.push({ type: 'message.mentioned', subjectType: 'message', subjectId: id, conversationId, actor, scope,
      version: 1, data: { userId } });
  }
  return entries;
}

function write(work: Work, tx: Tx, organisationId: string, conversation: ConversationRow,
  interaction: InteractionRow | undefined, draft: Draft): string {
  const id = newId();
  const body = draft.text === '' ? null : draft.text;
  const columns = { id, organisation_id: organisationId, conversation_id: conversation.id,
    interaction_id: interaction?.id ?? null, channel_account_id: conversation.channel_account_id,
    seq: conversation.last_seq + 1, direction: draft.direction, author_kind: draft.authorKind,
      author_id: draft.authorId,
    kind: kindOf(draft.attachments), body, attachments: draft.attachments.length === 0 ? null : draft.attachments,
    reply_to_id: draft.replyToId, client_id: draft.clientId, status: draft.direction === 'OUT' ? 'queued' : null,
    purpose: draft.purpose, bulk: draft.bulk, due_at: draft.dueAt, hold_s: draft.holdSeconds ?? 0,
    payload: draft.template === undefined ? draft.offer : { template: draft.template }, preview: previewOf(body) };
  const scope = scopeOf(organisationId, interaction);
  const entries = entriesOf(id, draft, scope, conversation.id, interaction);
  tx.last(sql.writeMessage, [JSON.stringify(columns), draft.nextState, draft.attachments.map((one) => one.fileId),
    JSON.stringify(entries.map(journalRecord)), draft.mentioned ?? []]);
  tx.afterCommit(() => {
    work.wake.hint('journal');
    if (draft.direction === 'OUT') work.wake.hint(`outbound:${conversation.channel_account_id}`);
  });
  return id;
}

function sameClick(known: KnownRow,
  expected: { conversationId: string; authorId: string | null; direction: string }): Queued {
  if (known.conversation_id !== expected.conversationId || known.author_id !== expected.authorId
    || known.direction !== expected.direction) throw new AppError('IDEMPOTENCY_MISMATCH');
  return { messageId: known.id, duplicate: true };
}

/** Two first clicks at once in two conversations: the loser of the unique key reads what the winner wrote. */
export async function onceMore<T>(body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (sqlState(error) !== '23505') throw error;
    return body();
  }
}

/** True if this click has been taken before: queueReply then gives the first message, whatever else is said. */
export async function isKnownClick(work: Work, user: User, clientId: string): Promise<boolean> {
  return await work.db.one(sql.byClientId, [user.organisationId, clientId]) !== undefined;
}

/**
 * Commits an agent's reply as `queued`; it leaves by itself. Idempotent by client UUID: the second call gives the first
 * message, even when the interaction has closed meanwhile (INV3, RI3, RF19). The first reply answers the interaction.
 * Rejects NOT_FOUND, INTERACTION_CLOSED, ALREADY_OWNED, STATE_CONFLICT (it waits in a queue), VALIDATION_FAILED,
 * IDEMPOTENCY_MISMATCH (the UUID stands for something else).
 */
export async function queueReply(work: Work, reply: Reply): Promise<Queued> {
  const { user, conversationId, clientId } = reply;
  const text = cleanText(reply.text, limits.messageTextChars);
  return onceMore(() => work.db.transaction(async (tx) => {
    const { conversation, known, interaction } = await standingOf(tx, user.organisationId, conversationId, clientId);
    if (known !== undefined) return sameClick(known, { conversationId, authorId: user.id, direction: 'OUT' });
    if (conversation === undefined) throw new AppError('NOT_FOUND');
    const owned = await mayWrite(tx, user, conversationId, interaction);
    const attachments = await takeFiles(tx, reply);
    if (text.trim() === '' && attachments.length === 0) throw new AppError('VALIDATION_FAILED', { text: 'empty' });
    if (reply.replyToId != null && await tx.one(sql.quotable,
      [user.organisationId, conversationId, reply.replyToId]) === undefined) {
      throw new AppError('VALIDATION_FAILED', { replyToId: 'unknown' });
    }
    const messageId = write(work, tx, user.organisationId, conversation, owned, { direction: 'OUT', authorKind: 'AGENT',
      authorId: user.id, clientId, text, attachments, replyToId: reply.replyToId ?? null, purpose: 'SERVICE',
        bulk: false, dueAt: null, offer: cleanOffer(reply.offer), template: reply.template,
      holdSeconds: Math.min(Math.max(reply.undoSeconds ?? 0, 0), limits.undoSendSecondsMax),
      nextState: nextState(owned.state, 'answer') ?? owned.state });
    return { messageId, duplicate: false };
  }));
}

/** An internal note, and who is to look at it. */
export interface Note {
  user: User;
  conversationId: string;
  clientId: string;
  text: string;
  mentionIds?: readonly string[] | undefined;
}

/**
 * Commits an internal note: seen by colleagues, never sent. Idempotent and refused as queueReply is; VALIDATION_FAILED
 * too where somebody is mentioned who may not read the work: a mention never opens a door.
 */
export async function addNote(work: Work, note: Note): Promise<Queued> {
  const { user, conversationId, clientId } = note;
  const text = cleanText(note.text, limits.noteTextChars);
  if (text.trim() === '') throw new AppError('VALIDATION_FAILED', { text: 'empty' });
  return onceMore(() => work.db.transaction(async (tx) => {
    const { conversation, known, interaction } = await standingOf(tx, user.organisationId, conversationId, clientId);
    if (known !== undefined) return sameClick(known, { conversationId, authorId: user.id, direction: 'NOTE' });
    if (conversation === undefined) throw new AppError('NOT_FOUND');
    const owned = await mayWrite(tx, user, conversationId, interaction);
    const mentioned = await takeMentions(tx, user, owned.id, note.mentionIds ?? []);
    const messageId = write(work, tx, user.organisationId, conversation, owned,
      { direction: 'NOTE', authorKind: 'AGENT',
      authorId: user.id, clientId, text, attachments: [], replyToId: null, purpose: 'SERVICE', bulk: false, dueAt: null,
      nextState: null, mentioned });
    return { messageId, duplicate: false };
  }));
}

/**
 * Queues a text of the system or a bot in the caller's transaction, of which it is the last statement (tx.last): lock
 * the conversation first or nothing else. Never counts as an answer (architecture: times). Idempotent by client UUID.
 */
export async function queueSystemMessage(work: Work, tx: Tx, message: SystemMessage): Promise<Queued> {
  const { organisationId, conversationId, clientId } = message;
  const { conversation, known, interaction } = await standingOf(tx, organisationId, conversationId, clientId);
  if (known !== undefined) return sameClick(known, { conversationId, authorId: null, direction: 'OUT' });
  if (conversation === undefined) throw new AppError('NOT_FOUND');
  const messageId = write(work, tx, organisationId, conversation, interaction, { direction: 'OUT',
    authorKind: message.authorKind, authorId: null, clientId, text: cleanText(message.text, limits.messageTextChars),
    attachments: [], replyToId: null, purpose: message.purpose ?? 'SERVICE', bulk: message.bulk ?? false,
    dueAt: message.dueAt ?? null, offer: cleanOffer(message.offer), nextState: null });
  return { messageId, duplicate: false };
}

interface MessageRow { id: string; channel_account_id: string; status: SendStatus | null; version: number;
  deleted: boolean }

/**
 * The agent's decision on a message that failed or whose fate is unknown: it is queued again under the same client
 * UUID, and the journal says who decided and from which status (RI3). Rejects STATE_CONFLICT for any other status, and
 * as queueReply does.
 */
export function retryMessage(work: Work, command: { user: User; messageId: string }): Promise<{ messageId: string }> {
  const { user, messageId } = command;
  const { organisationId } = user;
  return work.db.transaction(async (tx) => {
    const place = await tx.one<{ conversation_id: string }>(sql.conversationOfMessage, [organisationId, messageId]);
    if (place === undefined) throw new AppError('NOT_FOUND');
    const conversationId = place.conversation_id;
    await tx.one(sql.lockConversation, [organisationId, conversationId]);
    const open = await tx.one<InteractionRow>(sql.lockInteraction, [organisationId, conversationId]);
    const interaction = await mayWrite(tx, user, conversationId, open);
    const message = await tx.one<MessageRow>(sql.lockMessage, [organisationId, messageId]);
    if (message === undefined || message.deleted || !isRetryable(message.status)) throw new AppError('STATE_CONFLICT');
    const entry: JournalEntry = { type: 'message.status-changed', subjectType: 'message', subjectId: messageId,
      conversationId,
      actor: { kind: 'USER', id: user.id }, scope: scopeOf(organisationId, interaction), version: message.version + 1,
      data: { status: 'queued', previous: message.status, reasonCode: 'RETRIED_BY_AGENT' } };
    tx.last(sql.queueAgain, [organisationId, messageId, JSON.stringify([journalRecord(entry)])]);
    tx.afterCommit(() => {
      work.wake.hint('journal');
      work.wake.hint(`outbound:${message.channel_account_id}`);
    });
    return { messageId };
  });
}
