/**
 * Everything that passes over the desk's socket (namespace /desk), both ways, typed once; used by server and web.
 *
 * A desk connects with its cookie and `auth: {tabId, protocolVersion, cursor?}`. It gets `hello` and then either the
 * events since its cursor or, if that is too old or missing, `snapshot`. Afterwards every `event` carries the cursor to
 * resume from. Every request is acknowledged with {ok: true, data} or {ok: false, code, message}.
 */
import { z } from 'zod';
import { agentView, interactionView, offerView, presenceName } from './views.ts';
import type { AgentView, InteractionView, MentionView, MessageView, OfferView, TicketView } from './views.ts';

export const PROTOCOL_VERSION = 2;

const id = z.uuid();

/** What a desk may send: the name, the shape of its payload. The shape of the answer is in DeskAnswers. */
export const deskRequests = {
  'message:send': z.strictObject({
    clientId: id, conversationId: id, text: z.string().max(16_384).default(''),
    fileIds: z.array(id).max(10).default([]), replyToId: id.nullish(),
    /** It leaves after so many seconds, whatever becomes of this browser; until then message:withdraw takes it back. */
    undoSeconds: z.number().int().min(0).max(30).default(0),
    /** What the customer may tap, on channels that have buttons. */
    offer: z.strictObject({
      buttons: z.array(z.array(z.strictObject({ text: z.string().max(64), data: z.string().max(64).optional(),
        url: z.string().max(2_048).optional() })).max(4)).max(12).optional(),
      askContact: z.string().max(64).optional(),
    }).optional(),
    /** A prepared message of the provider, on channels that have them; it brings its own words, `text` counts not. */
    template: z.strictObject({ name: z.string().min(1).max(512), language: z.string().min(1).max(32),
      body: z.array(z.string().max(1_024)).max(99), header: z.array(z.string().max(1_024)).max(99).optional(),
    }).optional(),
  }),
  'message:note': z.strictObject({
    clientId: id, conversationId: id, text: z.string().trim().min(1).max(16_384),
    mentionIds: z.array(id).max(10).default([]),
  }),
  'message:retry': z.strictObject({ messageId: id }),
  'message:withdraw': z.strictObject({ messageId: id }),
  'message:send-now': z.strictObject({ messageId: id }),
  /** An edit or a recall of one's own message, a reaction to the customer's; held back for second thoughts too. */
  'message:change': z.strictObject({
    clientId: id, messageId: id, undoSeconds: z.number().int().min(0).max(30).default(0),
    wish: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('EDIT'), text: z.string().max(16_384) }),
      z.strictObject({ kind: z.literal('RECALL') }),
      z.strictObject({ kind: z.literal('REACTION'), emoji: z.string().min(1).max(16).nullable() }),
    ]),
  }),
  /** Takes a change back that has not left, or lays a failed one aside. */
  'message:change-undo': z.strictObject({ changeId: id }),
  'mention:read': z.strictObject({ conversationId: id }),
  'conversation:look': z.strictObject({ conversationId: id.nullable() }),
  'conversation:typing': z.strictObject({ conversationId: id, typing: z.boolean() }),
  'interaction:read': z.strictObject({ interactionId: id }),
  'interaction:pick': z.strictObject({ interactionId: id }),
  'interaction:release': z.strictObject({ interactionId: id, reasonCode: z.string().max(64).optional() }),
  'offer:accept': z.strictObject({ offerId: id }),
  'offer:decline': z.strictObject({ offerId: id, reasonCode: z.string().max(64) }),
  'presence:set': z.strictObject({ presence: presenceName, reasonCode: z.string().max(64).nullish() }),
} as const;

export type DeskRequestName = keyof typeof deskRequests;
export type DeskRequest<N extends DeskRequestName> = z.input<(typeof deskRequests)[N]>;

export interface DeskAnswers {
  'message:send': { message: MessageView };
  'message:note': { message: MessageView };
  'message:retry': { message: MessageView };
  'message:withdraw': { message: MessageView };
  'message:send-now': null;
  'message:change': { message: MessageView };
  'message:change-undo': { message: MessageView };
  'mention:read': null;
  /** Who else looks at and types in the conversation now. */
  'conversation:look': { watchers: Watcher[] };
  'conversation:typing': null;
  'interaction:read': null;
  'interaction:pick': { interaction: InteractionView };
  'interaction:release': null;
  'offer:accept': { interaction: InteractionView };
  'offer:decline': null;
  'presence:set': { agent: AgentView };
}

export type Ack<T> =
  | { ok: true; data: T }
  | { ok: false; code: string; message: string; details?: Record<string, unknown> };

export interface Watcher { userId: string; name: string; typing: boolean }

/**
 * First word of the server after the handshake. `resumed`: the events since the cursor follow; else a snapshot follows.
 */
export interface Hello {
  cursor: string;
  protocolVersion: number;
  tabId: string;
  userId: string;
  serverTime: string;
  resumed: boolean;
}

export const snapshotView = z.object({
  cursor: z.string(),
  agent: agentView,
  offers: z.array(offerView),
  /** Own open interactions, all of them. */
  mine: z.array(interactionView),
  counts: z.object({ mine: z.number().int(), queues: z.number().int(), all: z.number().int() }),
});
export type Snapshot = z.infer<typeof snapshotView>;

/**
 * Something changed. `data` is the subject as it is now and as this user may see it. Types:
 * `interaction.changed` InteractionView · `message.changed` MessageView · `ticket.changed` TicketView ·
 * `agent.changed` AgentView · `offer.changed` OfferView (open, to me) · `offer.gone` {id} · `subject.gone`
 * {subjectType} (no longer visible; of an interaction {ticketId, queueId, waits} too: whether it waits for somebody,
 * and where; its ticket may be out of sight as well) · `conversation.read` {conversationId, seq} ·
 * `configuration.changed` {noun} (queues, roles ...: refetch) · `mention.changed` MentionView (a note called me).
 */
export interface DeskEvent {
  cursor: string;
  type: 'interaction.changed' | 'message.changed' | 'ticket.changed' | 'agent.changed' | 'offer.changed' | 'offer.gone'
    | 'subject.gone' | 'conversation.read' | 'configuration.changed' | 'mention.changed';
  subject: { type: string; id: string };
  version: number;
  data: InteractionView | MessageView | TicketView | AgentView | OfferView | MentionView | Record<string, unknown>;
}

/** What the server sends to a desk. Those below `event` may be lost and carry no cursor. */
export interface DeskServerEvents {
  hello: (hello: Hello) => void;
  snapshot: (snapshot: Snapshot) => void;
  event: (event: DeskEvent) => void;
  /** Several events in one frame, in order: after a resume and under load. */
  events: (events: DeskEvent[]) => void;
  /** This socket fell too far behind, or the server restarts: connect again with the cursor. */
  resync: (reason: { code: 'SLOW' | 'RESTART' | 'RIGHTS_CHANGED' }) => void;
  /** The session is over; the desk shows the sign-in without losing drafts. */
  'session:ended': (reason: { code: string }) => void;
  typing: (typing: {
    conversationId: string; by: 'customer' | 'agent'; userId: string | null; name: string | null; typing: boolean;
  }) => void;
  watchers: (watchers: { conversationId: string; watchers: Watcher[] }) => void;
}
