/** Turns the house's history into what a customer's screen shows. Pure. */
import type { HistoryMessage, HistoryPage } from '#channels/channel.ts';
import type { MessageButton } from '#domain/channels/words.ts';
import type { ChatButton, ChatMessage, ChatState } from './protocol.ts';

/** Statuses in which a message to the customer is not theirs to see yet, or never was sent. */
const HIDDEN = new Set(['queued', 'sending', 'failed']);
const CLOSED = new Set(['CLOSED', 'OOT_COMPLETE']);
const CUSTOMER_ENDED = 'CUSTOMER_ENDED';

/** True if the customer may see it now. */
export function isVisible(message: HistoryMessage): boolean {
  return message.from === 'customer' || message.status === null || !HIDDEN.has(message.status);
}

/** The id under which the house knows a message of a customer: with the handle, for a client's id is only its own. */
export function providerIdOf(handle: string, clientId: string): string {
  return `${handle}:${clientId}`;
}

/** What a button sends back is its words: nothing else leaves the house. */
function buttonsOf(row: readonly MessageButton[]): ChatButton[] {
  return row.map(({ text, url }) => ({ text, ...(url === undefined ? {} : { url }) }));
}

/** A message as the widget gets it. */
export function chatMessage(message: HistoryMessage): ChatMessage {
  const own = message.from === 'customer' ? message.providerMessageId : null;
  return {
    id: message.id,
    seq: message.seq,
    from: message.from,
    author: message.authorName,
    kind: message.kind,
    text: message.text,
    files: message.attachments,
    clientId: own === null ? null : own.slice(own.lastIndexOf(':') + 1),
    at: message.createdAt,
    deleted: message.deleted,
    edited: message.edited,
    ...(message.offer?.buttons === undefined ? {} : { buttons: message.offer.buttons.map(buttonsOf) }),
  };
}

/** Changes whenever the customer should see the message anew. */
export function fingerprint(message: HistoryMessage): string {
  return `${isVisible(message) ? 'v' : 'h'}${message.deleted ? 'd' : ''}${message.edited ? (message.text ?? '') : ''}`;
}

/** True if the customer said goodbye and nobody wrote since, as the postings of the thread tell. */
function endedByCustomer(messages: readonly HistoryMessage[]): boolean {
  for (const message of messages.toReversed()) {
    if (message.from === 'system' && message.kind === CUSTOMER_ENDED) return true;
    if (message.from === 'customer') return false;
  }
  return false;
}

/** Where the chat stands, from the newest page of the thread. */
export function chatState(page: HistoryPage, minutesPerPosition: number): ChatState {
  const { interaction } = page;
  if (interaction === null)
    return { interactionId: null, open: false, waiting: null, agentName: null, rateable: false };
  const open = !CLOSED.has(interaction.state) && !endedByCustomer(page.messages);
  const position = interaction.queuePosition;
  return {
    interactionId: interaction.id,
    open,
    rateable: !open && !interaction.rated && interaction.agentName !== null,
    waiting: open && position !== null ? { position, minutes: Math.ceil(position * minutesPerPosition) } : null,
    agentName: open ? interaction.agentName : null,
  };
}
