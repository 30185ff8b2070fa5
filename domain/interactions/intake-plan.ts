/** Pure: what a batch of customers' messages changes, given the threads they belong to. No clock, no I/O. */
import type { InboundMessage, Medium } from '#domain/channels/words.ts';
import { costPoints } from '#domain/channels/words.ts';
import type { JournalEntry, Scope } from '#domain/journal/events.ts';
import { limits } from '#domain/limits.ts';
import { cutText, safeText } from '#domain/text.ts';

/** Where a thread's new work goes: the facts of its channel account and that account's queue. */
export interface ThreadRoute {
  organisationId: string;
  accountId: string;
  channel: string;
  medium: Medium;
  queueId: string | null;
  queueSiteId: string | null;
  queueTier: number;
  queueCostPoints: number | null;
  queuePriority: number;
}

export interface OpenInteraction extends Scope {
  id: string;
  ticketId: string;
}

/** The newest ticket of the conversation, where no interaction is open. */
export interface LastTicket {
  id: string;
  open: boolean;
  /** Closed, but within its category's reopen days. */
  reopenable: boolean;
}

export interface Thread {
  route: ThreadRoute;
  conversationId: string;
  contactId: string;
  contactPointId: string;
  lastSeq: number;
  isNewContact: boolean;
  isNewConversation: boolean;
  interaction: OpenInteraction | undefined;
  lastTicket: LastTicket | undefined;
}

/** One message with the ids it will have. */
export interface Arrival {
  thread: Thread;
  message: InboundMessage;
  eventId: string;
  messageId: string;
}

export interface PlanTools {
  now: Date;
  newId(): string;
  /** The next ticket number of the organisation; taken before, so that planning needs no I/O. */
  ticketNumber(organisationId: string): string;
}

export type Columns = Record<string, unknown>;

/** Rows to write, as columns of their tables (absent ones are NULL), and the seq of each arrival. */
export interface IntakePlan {
  messages: Columns[];
  newInteractions: Columns[];
  newTickets: Columns[];
  reopenedTickets: string[];
  journal: JournalEntry[];
  seqs: number[];
}

const CUSTOMER = { kind: 'CUSTOMER' } as const;
const PREVIEW_CHARS = 160;

/** What the inbox shows of a message. */
export function previewOf(message: InboundMessage): string | undefined {
  return message.text === undefined ? undefined : cutText(safeText(message.text), PREVIEW_CHARS);
}

/** The provider's time where it can be believed, else our own; never in the future (RF14, architecture: times). */
export function originOf(now: Date, providerAt: Date | undefined): Date {
  if (providerAt === undefined || Number.isNaN(providerAt.getTime())) return now;
  const skewMs = now.getTime() - providerAt.getTime();
  return skewMs >= 0 && skewMs <= limits.providerTimeSkewMs ? providerAt : now;
}

/** A provider's time that PostgreSQL can hold and a screen can show, or undefined (RF14). */
export function plausibleTime(time: Date | undefined): string | undefined {
  if (time === undefined || Number.isNaN(time.getTime())) return undefined;
  const year = time.getUTCFullYear();
  return year >= 2000 && year <= 2200 ? time.toISOString() : undefined;
}

function scopeOf(thread: Thread): Scope {
  const { interaction, route } = thread;
  if (interaction !== undefined) return interaction;
  return { organisationId: route.organisationId, siteId: route.queueSiteId, queueId: route.queueId };
}

function openTicket(plan: IntakePlan, thread: Thread, tools: PlanTools, origin: Date): string {
  const { route, lastTicket } = thread;
  const scope = { organisationId: route.organisationId, siteId: route.queueSiteId, queueId: route.queueId };
  if (lastTicket?.open === true) return lastTicket.id;
  if (lastTicket?.reopenable === true) {
    plan.reopenedTickets.push(lastTicket.id);
    plan.journal.push({ type: 'ticket.reopened', subjectType: 'ticket', subjectId: lastTicket.id,
      conversationId: thread.conversationId, actor: CUSTOMER, scope, data: { reason: 'NEW_MESSAGE' } });
    return lastTicket.id;
  }
  const id = tools.newId();
  plan.newTickets.push({ id, organisation_id: route.organisationId, number: tools.ticketNumber(route.organisationId),
    contact_id: thread.contactId, conversation_id: thread.conversationId, site_id: route.queueSiteId,
    queue_id: route.queueId, opened_at: origin.toISOString() });
  plan.journal.push({ type: 'ticket.opened', subjectType: 'ticket', subjectId: id,
    conversationId: thread.conversationId, actor: CUSTOMER, scope });
  return id;
}

function openInteraction(
  plan: IntakePlan, thread: Thread, tools: PlanTools, message: InboundMessage,
): OpenInteraction {
  const { route } = thread;
  const origin = originOf(tools.now, message.providerAt);
  const ticketId = openTicket(plan, thread, tools, origin);
  const id = tools.newId();
  const now = tools.now.toISOString();
  plan.newInteractions.push({ id, organisation_id: route.organisationId, conversation_id: thread.conversationId,
    contact_id: thread.contactId, channel_account_id: route.accountId, channel: route.channel, medium: route.medium,
    ticket_id: ticketId, tier: route.queueTier, priority: route.queuePriority, site_id: route.queueSiteId,
    queue_id: route.queueId, cost_points: route.queueCostPoints ?? costPoints[route.medium],
    date_origin: origin.toISOString(), provider_origin_at: plausibleTime(message.providerAt), queued_at: now,
    waiting_since: origin.toISOString(), segment_id: tools.newId() });
  const scope = { organisationId: route.organisationId, siteId: route.queueSiteId, queueId: route.queueId };
  plan.journal.push({ type: 'interaction.queued', subjectType: 'interaction', subjectId: id,
    conversationId: thread.conversationId, actor: CUSTOMER, scope, version: 1,
    data: { reason: thread.lastTicket === undefined ? 'NEW' : 'CONTINUED' } });
  return { ...scope, id, ticketId };
}

function announceThread(plan: IntakePlan, thread: Thread): void {
  const scope = scopeOf(thread);
  if (thread.isNewContact) {
    plan.journal.push({ type: 'contact.created', subjectType: 'contact', subjectId: thread.contactId,
      conversationId: thread.conversationId, actor: CUSTOMER, scope });
    thread.isNewContact = false;
  }
  if (thread.isNewConversation) {
    plan.journal.push({ type: 'conversation.created', subjectType: 'conversation', subjectId: thread.conversationId,
      conversationId: thread.conversationId, actor: CUSTOMER, scope });
    thread.isNewConversation = false;
  }
}

/** The columns of a message's row that the message alone decides; absent ones are NULL. */
export function messageColumns(message: InboundMessage): Columns {
  return {
    body: message.text === undefined ? undefined : cutText(safeText(message.text), limits.messageTextChars),
    attachments: message.attachments?.length ? message.attachments : undefined, payload: message.payload,
    provider_message_id: message.providerMessageId, reply_to_provider_id: message.replyToProviderId,
    provider_at: plausibleTime(message.providerAt),
  };
}

function messageRow(arrival: Arrival, seq: number, interactionId: string, now: string): Columns {
  const { message, thread } = arrival;
  return { id: arrival.messageId, organisation_id: thread.route.organisationId, conversation_id: thread.conversationId,
    interaction_id: interactionId, channel_account_id: thread.route.accountId, seq, kind: message.messageKind,
    inbound_event_id: arrival.eventId, created_at: now, ...messageColumns(message) };
}

/**
 * Plans the batch in the order of its arrivals: one gap-free seq per conversation (INV4), an interaction where none is
 * open, its ticket by the rules of attaching, reopening or opening (architecture 4, C13), and one event per change.
 */
export function planIntake(arrivals: readonly Arrival[], tools: PlanTools): IntakePlan {
  const plan: IntakePlan = {
    messages: [], newInteractions: [], newTickets: [], reopenedTickets: [], journal: [], seqs: [],
  };
  const now = tools.now.toISOString();
  for (const arrival of arrivals) {
    const { thread, message } = arrival;
    announceThread(plan, thread);
    const interaction = thread.interaction ?? openInteraction(plan, thread, tools, message);
    thread.interaction = interaction;
    thread.lastSeq += 1;
    plan.seqs.push(thread.lastSeq);
    plan.messages.push(messageRow(arrival, thread.lastSeq, interaction.id, now));
    plan.journal.push({ type: 'message.received', subjectType: 'message', subjectId: arrival.messageId,
      conversationId: thread.conversationId, actor: CUSTOMER, scope: interaction });
  }
  return plan;
}
