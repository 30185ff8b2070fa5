/** The commands that a desk's requests end in: those of routing/ by their own names. */
import type { MessageTemplate, OfferPayload, TemplateUse } from '#domain/channels/words.ts';
import { cleanTemplate, filledText } from '#domain/conversations/templates.ts';
import { AppError } from '#domain/errors.ts';
import type { User } from '#domain/people/access.ts';
import type { Work } from '#domain/work.ts';
import { acceptOffer, declineOffer, pickInteraction, releaseInteraction } from '#routing/assignment.ts';
import { Gatherer } from '#routing/gather.ts';
import { changeMessage, undoChange, type ChangeCommand } from '#routing/message-changes.ts';
import { addNote, isKnownClick, queueReply, retryMessage } from '#routing/outbound.ts';
import { deskDisconnected, desksConnected, setPresence, type Desk } from '#routing/presence.ts';
import { readMentions } from '#routing/mentions.ts';
import { readInteraction } from '#routing/reading.ts';
import { sendNow, withdrawMessage } from '#routing/withdrawal.ts';
import type { PresenceName } from '#agent-desk/views.ts';

const ARRIVALS_AT_ONCE = 256;

interface ReplyCommand {
  user: User; conversationId: string; clientId: string; text: string; fileIds: string[]; replyToId?: string | null;
  undoSeconds?: number; offer?: OfferPayload | undefined; template?: TemplateUse | undefined;
}

/** What the commands need of the house beside its database. */
export interface CommandDeps {
  /** The prepared messages that this user may send in a conversation; absent: there are none. */
  templates?(user: User, conversationId: string): Promise<MessageTemplate[]>;
}

export interface DeskCommands {
  queueReply(command: ReplyCommand): Promise<{ messageId: string; duplicate: boolean }>;
  addNote(command: { user: User; conversationId: string; clientId: string; text: string;
    mentionIds?: string[] }): Promise<{ messageId: string }>;
  withdrawMessage(command: { user: User; messageId: string }): Promise<unknown>;
  sendNow(command: { user: User; messageId: string }): Promise<unknown>;
  changeMessage(command: ChangeCommand): Promise<unknown>;
  undoChange(command: { user: User; changeId: string }): Promise<{ messageId: string }>;
  readMentions(command: { user: User; conversationId: string }): Promise<unknown>;
  retryMessage(command: { user: User; messageId: string }): Promise<unknown>;
  readInteraction(command: { user: User; interactionId: string }): Promise<unknown>;
  pickInteraction(command: { user: User; interactionId: string }): Promise<unknown>;
  releaseInteraction(command: { user: User; interactionId: string; reasonCode?: string }): Promise<unknown>;
  acceptOffer(command: { user: User; offerId: string }): Promise<{ interactionId: string }>;
  declineOffer(command: { user: User; offerId: string; reasonCode: string }): Promise<unknown>;
  setPresence(command: { user: User; presence: PresenceName; reasonCode?: string | null }): Promise<unknown>;
  deskConnected(command: { user: User; nodeId: string; connectionId: string; tabId: string }): Promise<unknown>;
  deskDisconnected(command: { connectionId: string }): Promise<unknown>;
}

/**
 * Fills in the words of a prepared message, so that the desk shows what the customer reads. Before anything is locked,
 * for the provider may have to be asked. Rejects VALIDATION_FAILED for a template that is unknown, ill-filled or sent
 * along with files.
 */
async function withWords(work: Work, deps: CommandDeps, command: ReplyCommand): Promise<ReplyCommand> {
  const { template } = command;
  if (template === undefined || await isKnownClick(work, command.user, command.clientId)) return command;
  if (command.fileIds.length > 0) throw new AppError('VALIDATION_FAILED', { template: 'with files' });
  const known = await deps.templates?.(command.user, command.conversationId) ?? [];
  const found = known.find((one) => one.name === template.name && one.language === template.language);
  if (found === undefined) throw new AppError('VALIDATION_FAILED', { template: 'unknown' });
  const use = cleanTemplate(found, template);
  return { ...command, text: filledText(found, use), template: use, offer: undefined };
}

/** The real ones, on this Work. */
export function deskCommands(work: Work, deps: CommandDeps = {}): DeskCommands {
  // After an outage all desks arrive at once: together, so that they do not take the pool from everybody else.
  const arrivals = new Gatherer<Desk, boolean>(ARRIVALS_AT_ONCE, (desks) => desksConnected(work, desks));
  return {
    queueReply: async (command) => queueReply(work, await withWords(work, deps, command)),
    addNote: (command) => addNote(work, command),
    retryMessage: (command) => retryMessage(work, command),
    withdrawMessage: (command) => withdrawMessage(work, command),
    sendNow: (command) => sendNow(work, command),
    changeMessage: (command) => changeMessage(work, command),
    undoChange: (command) => undoChange(work, command),
    readMentions: (command) => readMentions(work, command),
    readInteraction: (command) => readInteraction(work, command),
    pickInteraction: (command) => pickInteraction(work, command),
    releaseInteraction: (command) => releaseInteraction(work, command),
    acceptOffer: (command) => acceptOffer(work, command),
    declineOffer: (command) => declineOffer(work, command),
    setPresence: (command) => setPresence(work, command),
    deskConnected: (command) => arrivals.push(command),
    deskDisconnected: (command) => deskDisconnected(work, command),
  };
}
