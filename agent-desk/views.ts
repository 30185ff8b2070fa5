/**
 * What the desk sees of each noun: one zod schema for REST answers, socket events and the screen.
 * Times: ISO-8601 UTC, ms.
 */
import { z } from 'zod';

const id = z.uuid();
const time = z.iso.datetime({ precision: 3 });

export const attachmentView = z.object({
  fileId: id, fileName: z.string(), mediaType: z.string(), sizeBytes: z.number().int(),
});

export const sendStatus = z.enum(['queued', 'sending', 'sent', 'delivered', 'read', 'played', 'failed', 'unknown']);

export const messageView = z.object({
  id, conversationId: id, interactionId: id.nullable(), seq: z.number().int(),
  direction: z.enum(['IN', 'OUT', 'NOTE', 'SYSTEM']),
  authorKind: z.enum(['CUSTOMER', 'AGENT', 'BOT', 'SYSTEM']),
  authorId: id.nullable(), authorName: z.string().nullable(),
  kind: z.string(), text: z.string().nullable(), attachments: z.array(attachmentView),
  /** SYSTEM messages carry a code to translate and its values. */
  code: z.string().nullable(), replyToId: id.nullable(), clientId: id.nullable(),
  status: sendStatus.nullable(), statusAt: time.nullable(), reasonCode: z.string().nullable(),
  createdAt: time, editedAt: time.nullable(), deletedAt: time.nullable(), version: z.number().int(),
  /** The rest stands only where there is something to say. Until then its author may take it back (undo). */
  holdUntil: time.optional(),
  reactions: z.array(z.object({ emoji: z.string(), by: z.enum(['CUSTOMER', 'AGENT']) })).optional(),
  /** What the customer may tap; and that this is such a tap. */
  offer: z.object({
    buttons: z.array(z.array(z.object({ text: z.string(), url: z.string().optional() }))).optional(),
    askContact: z.string().optional(),
  }).optional(),
  tapped: z.literal(true).optional(),
  /** An edit, a recall or our reaction that is not with the customer yet, or was refused with a reason. */
  change: z.object({
    id, kind: z.enum(['EDIT', 'RECALL', 'REACTION']), text: z.string().nullable(), emoji: z.string().nullable(),
    state: z.enum(['WAITING', 'FAILED']), reasonCode: z.string().nullable(), authorId: id,
    /** Until then its author may take it back. */
    holdUntil: time.optional(),
  }).optional(),
  location: z.object({ latitude: z.number(), longitude: z.number(), name: z.string().nullable(),
    address: z.string().nullable() }).optional(),
  contactCard: z.object({ name: z.string().nullable(), phoneMasked: z.string().nullable() }).optional(),
  /** Files that are still being fetched; with a reason, those that could not be or are kept no longer. */
  waitingFiles: z.array(z.object({ fileName: z.string(), sizeBytes: z.number().nullable(),
    reasonCode: z.string().nullable() })).optional(),
  /** Written on the account's own phone or by another program, not by us. */
  sentOutside: z.literal(true).optional(),
  mentions: z.array(z.object({ userId: id, name: z.string() })).optional(),
  /** It could not be decrypted yet: its place is kept. */
  unreadable: z.literal(true).optional(),
  /** Why it waits stands in reasonCode; until then at least. */
  waitUntil: time.optional(),
  /** The prepared message that it uses, and what fills its gaps. */
  template: z.object({ name: z.string(), language: z.string(), body: z.array(z.string()),
    header: z.array(z.string()).optional() }).optional(),
});

/** A note called me. */
export const mentionView = z.object({
  messageId: id, conversationId: id, interactionId: id, authorName: z.string().nullable(), text: z.string(),
  contactName: z.string().nullable(), at: time, readAt: time.nullable(),
});

export const interactionState = z.enum(['QUEUED', 'PICKED_UP', 'IN_SERVICE', 'IDLE_CHECK_1', 'IDLE_CHECK_2', 'INFORMED',
  'ESCALATED_T2', 'CLOSING', 'DOCUMENTED', 'CLOSED', 'OOT_COMPLETE']);

export const ticketState = z.enum(['OPEN_T1', 'ESCALATED_T2', 'T2_IDENTIFYING', 'RESOLVED_T2', 'DISPATCHED',
  'PARTY_RECEIVED', 'PARTY_IDENTIFYING', 'PARTY_PROCESSING', 'STATUS_INFORMED', 'RESOLVED', 'CUSTOMER_INFORMED',
  'CLOSED', 'OOT_COMPLETE']);

/** The clock the ring shows: the time left to the first answer, then to the next one; null where none runs (B7-B11). */
export const clockView = z.object({
  kind: z.enum(['FIRST', 'NEXT']), startedAt: time, idealS: z.number().int().nullable(), maxS: z.number().int(),
}).nullable();

/** A row of the inbox: an interaction with what its list line needs. `masked` rows carry no text and a masked name. */
export const interactionView = z.object({
  id, conversationId: id.nullable(), contactId: id, contactName: z.string().nullable(), handleMasked: z.string(),
  channel: z.string(), reportName: z.string(), medium: z.string(), accountId: id, accountName: z.string(),
  ticketId: id, ticketNumber: z.string(), ticketState, categoryId: id.nullable(), categoryCode: z.string().nullable(),
  state: interactionState, tier: z.number().int(), priority: z.number().int(),
  queueId: id.nullable(), queueName: z.string().nullable(), agentId: id.nullable(), agentName: z.string().nullable(),
  dateOrigin: time, queuedAt: time.nullable(), waitingSince: time.nullable(), acceptedAt: time.nullable(),
  answeredAt: time.nullable(), documentedAt: time.nullable(), closedAt: time.nullable(), snoozedUntil: time.nullable(),
  customerEndedAt: time.nullable(), outcomeCode: z.string().nullable(), csatScore: z.number().int().nullable(),
  clock: clockView, unreadCount: z.number().int(),
  lastText: z.string().nullable(), lastDirection: z.enum(['IN', 'OUT', 'NOTE', 'SYSTEM']).nullable(),
  lastMessageAt: time.nullable(), lastStatus: sendStatus.nullable(),
  masked: z.boolean(),
  /** It waits, and whoever sees this row may take it by themselves. */
  mayPick: z.literal(true).optional(), version: z.number().int(),
  /** Rises with every change of the interaction or its conversation; `version` with the interaction's own only. */
  revision: z.number().int(),
});

export const offerView = z.object({
  id, interactionId: id, queueId: id, queueName: z.string(), channel: z.string(), reportName: z.string(),
  contactName: z.string().nullable(), handleMasked: z.string(), categoryCode: z.string().nullable(),
  costPoints: z.number().int(), offeredAt: time, expiresAt: time, waitingSince: time.nullable(),
  /** Why to me: skill codes, LONGEST_WAITING, RETURNED, TRANSFERRED, ESCALATED. */
  /** Names of the skills that were asked for, and codes of what else decided. */
  skills: z.array(z.string()), reasons: z.array(z.string()),
});

export const presenceName = z.enum(['READY', 'BUSY', 'BREAK', 'WRAP_UP', 'OFFLINE']);

export const agentView = z.object({
  userId: id, npk: z.string(), name: z.string(), siteId: id.nullable(), teamId: id.nullable(),
  presence: presenceName, reasonCode: z.string().nullable(), since: time, wrapUpUntil: time.nullable(),
  capacityPoints: z.number().int(), usedPoints: z.number().int(), vanished: z.boolean(), version: z.number().int(),
});

export const contactView = z.object({
  id, name: z.string().nullable(), domicile: z.string().nullable(), language: z.string().nullable(),
  timeZone: z.string().nullable(), emailMasked: z.string().nullable(), notes: z.string().nullable(), createdAt: time,
  version: z.number().int(),
  points: z.array(z.object({
    id, channel: z.string(), handleMasked: z.string(), phoneMasked: z.string().nullable(), verified: z.boolean(),
    unreachable: z.boolean(), optedOut: z.array(z.string()),
  })),
});

export const ticketView = z.object({
  id, number: z.string(), contactId: id, contactName: z.string().nullable(), handleMasked: z.string(),
  conversationId: id.nullable(), state: ticketState, categoryId: id.nullable(), categoryCode: z.string().nullable(),
  subcategoryId: id.nullable(),
  summary: z.string().nullable(), outcomeCode: z.string().nullable(),
  agentId: id.nullable(), agentName: z.string().nullable(),
  openedAt: time, resolvedAt: time.nullable(), closedAt: time.nullable(), documentedAt: time.nullable(),
  reopenedCount: z.number().int(), version: z.number().int(),
});

/** The documentation form without which nothing closes (C10, C11). */
export const documentationForm = z.strictObject({
  categoryId: id, subcategoryId: id.nullish(), outcomeCode: z.string().min(1).max(64),
  summary: z.string().trim().min(3).max(4000), crossSellingOffered: z.boolean(),
  productInterest: z.string().trim().max(200).nullish(),
});

/** The same as far as it is filled in: what an agent who hands the work on leaves of it (C9). */
export const documentationPart = documentationForm.partial()
  .extend({ summary: z.string().trim().max(4000).optional() });

export type AttachmentView = z.infer<typeof attachmentView>;
export type MessageView = z.infer<typeof messageView>;
export type MentionView = z.infer<typeof mentionView>;
export type InteractionView = z.infer<typeof interactionView>;
export type OfferView = z.infer<typeof offerView>;
export type AgentView = z.infer<typeof agentView>;
export type ContactView = z.infer<typeof contactView>;
export type TicketView = z.infer<typeof ticketView>;
export type DocumentationForm = z.infer<typeof documentationForm>;
export type PresenceName = z.infer<typeof presenceName>;
