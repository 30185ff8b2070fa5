/**
 * What the journal can say: every type with a line on when it is written. Rows hold ids and codes, never message text
 * or personal data (architecture: journal). Type names are `noun.past`.
 */
import type { JournalCodes, JournalKey } from './data.ts';

export const journalTypes = {
  'contact.created': 'a customer was seen for the first time',
  'contact.updated': 'a contact was edited; data.changed names the fields',
  'contact.unmasked': 'a user looked at masked personal data; data: {field, reasonCode}',
  'contact.merged': 'two contacts are one person; data: {mergedId, filled}',
  'contact.unmerged': 'a merge was taken back; data: {mergedId}',
  'contact.viewed': 'a user opened the contact of a customer',
  'conversation.created': 'the permanent thread of a contact point began',
  'conversation.read': 'the customer read up to data.seq',
  'message.received': 'a message of the customer was stored',
  'message.queued': 'a message to the customer was committed and waits to be sent',
  'message.noted': 'an internal note was written',
  'message.posted': 'the system said something in the conversation (data.code)',
  'message.status-changed': 'a message to the customer moved; data: {status, reasonCode?}',
  'message.edited': 'a message was changed after it was sent: by its customer, or (actor USER) by us',
  'message.deleted': 'a message was withdrawn after it was sent: by its customer, or (actor USER) by us',
  'message.change-queued': 'an agent asked to edit, recall or react to a message; data: {changeId, change}',
  'message.change-withdrawn': 'that wish was taken back, or its failure seen; data: {changeId, change}',
  'message.change-failed': 'the channel refused an edit, recall or reaction; data: {changeId, change, reasonCode}',
  'message.file-fetched': 'a file of a customer was fetched from the provider; data: {fileId} or {result, reasonCode}',
  'message.file-removed': 'files of a message were removed when their time was over; data: {reason}',
  'message.echoed': 'a message left from our own account, but not through us (its phone or app)',
  'message.reacted': 'a reaction was put on a message, or taken back: by the customer, or (actor USER) by us',
  'message.withdrawn': 'an agent took a reply back before it left',
  'message.mentioned': 'a note called colleague data.userId',
  'interaction.queued': 'an interaction began to wait in a queue; data: {reason}',
  'interaction.offered': 'an offer went to agent data.agentId',
  'interaction.offer-ended': 'an offer was declined, expired or withdrawn; data: {agentId, result, reasonCode?}',
  'interaction.accepted': 'an agent took the work',
  'interaction.answered': 'the first text of an agent was written',
  'interaction.transferred': 'the interaction moved to another queue or agent',
  'interaction.released': 'the work went back to the front of its queue; data: {reason}',
  'interaction.snoozed': 'the agent put the work aside until data.until',
  'interaction.woken': 'work that was put aside came back to its agent; data: {reason}',
  'interaction.documented': 'the documentation form was completed',
  'interaction.escalated': 'the work went to tier 2',
  'interaction.customer-ended': 'the customer closed the chat',
  'interaction.abandoned': 'the customer was gone before any answer',
  'interaction.closed': 'the interaction ended',
  'interaction.completed-out-of-topic': 'the agent marked it OOT with a reason',
  'interaction.rated': 'the customer gave a CSAT score',
  'interaction.read': 'the agent read up to the newest message',
  'ticket.opened': 'a ticket was born with an interaction',
  'ticket.reopened': 'a new message came within the reopen days; data: {reason}',
  'ticket.updated': 'data.changed names the fields; data: {categoryId, from, ..., outcomeCode, fromOutcomeCode}',
  'ticket.state-changed': 'the ticket moved; data: {from, to}',
  'agent.presence-changed': 'an agent is ready, busy, on break, in wrap-up or offline; data: {presence, reasonCode?}',
  'agent.vanished': 'the last socket of an agent is gone; the grace period runs',
  'agent.returned': 'the agent was back before the grace period ended',
  'user.signed-in': 'a session began',
  'user.signed-out': 'a session ended; data: {reason}',
  'user.sign-in-failed': 'a wrong password was given for a known user',
  'user.created': 'an administrator made a user',
  'user.updated': 'an administrator changed a user; data.changed names the fields',
  'user.roles-changed': 'roles or scopes of a user changed',
  'user.password-changed': 'the password was changed or reset',
  'user.link-made': 'an administrator made a link by which the user sets a password; data: {kind}',
  'user.two-factor-enabled': 'a user confirmed an authenticator',
  'user.two-factor-disabled': 'the authenticator of a user was taken off; data: {reason}',
  'user.recovery-codes-made': 'a user got ten new recovery codes; the older ones are void',
  'user.recovery-code-used': 'a user passed the second step with a recovery code; data: {left}',
  'user.stepped-up': 'a user proved again who they are; data: {method}',
  'api-key.created': 'a user made an API key; data: {permissions, expiresAt}',
  'api-key.revoked': 'an API key was revoked; data: {reason}',
  'webhook.created': 'an administrator set up an outgoing webhook',
  'webhook.updated': 'an outgoing webhook changed; data: {changed}',
  'webhook.delivery-failed': 'a delivery was given up after its last attempt; data: {deliveryId, reasonCode}',
  'webhook.delivery-repeated': 'an administrator had a delivery sent again; data: {deliveryId}',
  'export.started': 'a user takes data away as a file; data: {exportId, kind, from, to, unmasked, reasonCode?}',
  'export.ended': 'the file is whole, or was cut off; data: {exportId, rows, complete}',
  'subject-request.filed': 'a request of a customer about their data was filed; data: {kind, contactId}',
  'subject-request.decided': 'somebody else approved or rejected it; data: {kind, decision}',
  'subject-request.finished': 'the request was fulfilled; data: {kind, counts}',
  'subject-request.downloaded': 'the data of a customer were handed out',
  'contact.erased': 'the personal data of a customer were erased',
  'legal-hold.placed': 'the data of a customer may not be removed',
  'legal-hold.released': 'the data of a customer may be removed again',
  'retention.run-finished': 'what was older than its time was removed; data: {counts}',
  'role.created': 'a role was made',
  'role.updated': 'the permissions of a role changed',
  'queue.created': 'a queue was made',
  'queue.updated': 'a queue, its skills or its members changed',
  'skill.created': 'a skill was made',
  'skill.updated': 'a skill changed',
  'channel-account.created': 'an administrator connected a channel account',
  'channel-account.updated': 'settings or credentials of a channel account changed',
  'channel-account.health-changed': 'a channel account lost or found its connection',
  'channel-account.session-changed': 'the session of a channel account stands otherwise; data: {state, reasonCode}',
  'channel-account.session-wished': 'an operator wants something of a session; data: {wish}',
  'channel-account.tested': 'the code of a test came in and was answered; data: {result}',
  'event.quarantined': 'an inbound event could not be taken; data: {reasonCode}',
  'event.viewed': 'a user looked at the bytes of a quarantined event',
  'event.replayed': 'an administrator replayed a quarantined event; data: {result}',
  'configuration.created': 'a site, branch, team, seat, calendar, holiday, category or reason was made; data.noun',
  'configuration.updated': 'a site, team, seat, category or reason changed; data: {noun, changed}',
  'opt-out.registered': 'a customer may not be contacted for a purpose',
  'opt-out.withdrawn': 'a customer may be contacted again',
  'search.performed': 'a user searched; no words are kept',
} as const;

export type JournalType = keyof typeof journalTypes;
export type SubjectType = 'contact' | 'conversation' | 'message' | 'interaction' | 'ticket' | 'agent' | 'user' | 'role'
  | 'queue' | 'skill' | 'channel-account' | 'event' | 'opt-out' | 'organisation'
  | 'site' | 'team' | 'seat' | 'category' | 'reason' | 'canned-reply' | 'branch' | 'calendar'
  | 'holiday'
  | 'api-key' | 'webhook' | 'subject-request' | 'retention-run' | 'identity-provider';

/** Who may see a thing is decided by where it stands: these are the only fields rights look at. */
export interface Scope {
  organisationId: string;
  siteId?: string | null;
  branchId?: string | null;
  queueId?: string | null;
  teamId?: string | null;
  agentId?: string | null;
}

export interface Actor {
  kind: 'USER' | 'CUSTOMER' | 'SYSTEM' | 'BOT';
  id?: string | null;
}

/** Ids, codes, numbers and names of fields only; under keys that the audit trail has words for. */
export type JournalData = { [K in JournalKey]?: K extends keyof JournalCodes ? JournalCodes[K] : unknown };

/** One event to append; `at`, xid, id and epoch are the database's. */
export interface JournalEntry {
  type: JournalType;
  subjectType: SubjectType;
  subjectId: string;
  conversationId?: string | null;
  actor: Actor;
  scope: Scope;
  version?: number;
  data?: JournalData;
}

/** A row as the tail reads it. */
export interface JournalRow extends Omit<JournalEntry, 'version' | 'data'> {
  epoch: number;
  xid: string;
  id: string;
  at: Date;
  version: number;
  /** Rows of other releases may hold other keys. */
  data?: Record<string, unknown>;
}
