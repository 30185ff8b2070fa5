/** What is not a message: edits, deletions, the customer's goodbye and their rating; one at a time, in order. */
import type {
  InboundChange, InboundEcho, InboundProfile, InboundSignal, ReceiveResult,
} from '#domain/channels/words.ts';
import type { Thread } from '#domain/interactions/intake-plan.ts';
import { newId } from '#domain/ids.ts';
import { appendJournal } from '#domain/journal/append.ts';
import { limits } from '#domain/limits.ts';
import { statement, type Tx } from '#domain/store/db.ts';
import { cutText, safeText } from '#domain/text.ts';
import { applyEcho, applyProfile } from './intake-profiles.ts';
import type { IntakeAccount } from './intake-threads.ts';
import { deleteMessage, editMessage, reactToMessage, revealMessage } from './intake-statements.ts';
import { customerEnded, rateInteraction } from './wrap-up.ts';

const lastInteraction = statement('intake.last-interaction', `
select id from interactions where conversation_id = $1 order by date_origin desc, id desc limit 1`);

const TOLD = { edit: 'message.edited', delete: 'message.deleted', reaction: 'message.reacted',
  reveal: 'message.edited' } as const;
const REACTION_CHARS_MAX = 32;

/** A reaction as it is stored: one sign, cleaned; null takes it back. */
function reactionOf(emoji: string | undefined): string | null {
  const sign = cutText(safeText(emoji ?? ''), REACTION_CHARS_MAX).trim();
  return sign === '' ? null : JSON.stringify([{ emoji: sign, by: 'CUSTOMER' }]);
}

async function applyChange(tx: Tx, account: IntakeAccount, event: InboundChange,
  thread: Thread): Promise<string | undefined> {
  const clean = (text: string | undefined): string | null =>
    (text === undefined ? null : cutText(safeText(text), limits.messageTextChars));
  const text = clean(event.text);
  const values = [thread.conversationId, account.id, event.providerMessageId];
  const ask = { edit: [editMessage, [...values, text, newId()]], delete: [deleteMessage, values],
    reaction: [reactToMessage, [...values, reactionOf(event.emoji)]],
    reveal: [revealMessage, [...values, event.whole?.messageKind ?? 'other', clean(event.whole?.text),
      event.whole?.payload === undefined ? null : JSON.stringify(event.whole.payload)]] } as const;
  const [stmt, given] = ask[event.kind];
  const changed = await tx.one<{ id: string; version: number }>(stmt, given);
  if (changed === undefined) return undefined;
  await appendJournal(tx, [{ type: TOLD[event.kind], subjectType: 'message',
    subjectId: changed.id, conversationId: thread.conversationId, actor: { kind: 'CUSTOMER' },
    scope: thread.interaction ?? { organisationId: account.organisationId }, version: changed.version }]);
  return changed.id;
}

async function applySignalOf(tx: Tx, account: IntakeAccount, event: InboundSignal, thread: Thread): Promise<void> {
  const { organisationId } = account;
  if (event.kind === 'ended') {
    if (thread.interaction !== undefined) {
      await customerEnded(tx, { organisationId, interactionId: thread.interaction.id });
    }
    return;
  }
  const last = await tx.one<{ id: string }>(lastInteraction, [thread.conversationId]);
  if (last === undefined || event.score === undefined) return;
  await rateInteraction(tx, { organisationId, interactionId: last.id, score: event.score,
    ...(event.comment === undefined ? {} : { comment: event.comment }) });
}

type Signal = InboundChange | InboundSignal | InboundProfile | InboundEcho;

function isChange(event: Signal): event is InboundChange {
  return event.kind in TOLD;
}

/**
 * Applies one change or signal in the batch's transaction. An edit of a message nobody knows changes nothing (RF13);
 * the result names the message that was changed.
 */
export async function applySignal(tx: Tx, account: IntakeAccount, event: Signal,
  thread: Thread): Promise<ReceiveResult> {
  if (event.kind === 'profile') return applyProfile(tx, account, event, thread);
  if (event.kind === 'echo') return applyEcho(tx, account, event, thread);
  if (isChange(event)) {
    const messageId = await applyChange(tx, account, event, thread);
    const { conversationId } = thread;
    return { outcome: 'stored', conversationId, ...(messageId === undefined ? {} : { messageId }) };
  }
  await applySignalOf(tx, account, event, thread);
  return { outcome: 'stored', conversationId: thread.conversationId };
}
