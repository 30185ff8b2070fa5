/**
 * What the journal can say: every type with a line on when it is written. Rows hold ids and codes, never message text
 * or personal data (architecture: journal). Type names are `noun.past`.
 */
export const journalTypes = {
  'contact.created': 'a customer was seen for the first time',
  'contact.updated': 'a contact was edited; data.changed names the fields',
  'contact.unmasked': 'a user looked at masked personal data; data: {field, reasonCode}',
  'contact.viewed': 'a user opened the contact of a customer',
  'conversation.created': 'the permanent thread of a contact point began',
  'conversation.read': 'the customer read up to data.seq',
  'message.received': 'a message of the customer was stored',
  'message.queued': 'a message to the customer was committed and waits to be sent',
  'message.noted': 'an internal note was written',
  'message.posted': 'the system said something in the conversation (data.code)',
  'message.status-changed': 'a message to the customer moved; data: {status, reasonCode?}',
  'message.edited': 'the customer changed a message',
  'message.deleted': 'the customer withdrew a message',
  'interaction.queued': 'an interaction began to wait in a queue; data: {reason}',
  'interaction.offered': 'an offer went to agent data.agentId',
  'interaction.offer-ended': 'an offer was declined, expired or withdrawn; data: {agentId, result, reasonCode?}',
  'interaction.accepted': 'an agent took the work',
  'interaction.answered': 'the first text of an agent was written',
  'interaction.transferred': 'the interaction moved to another queue or agent',
  'interaction.released': 'the work went back to the front of its queue; data: {reason}',
  'interaction.snoozed': 'the agent put the work aside until data.until',
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
  'ticket.updated': 'category, outcome or summary changed',
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
  'role.created': 'a role was made',
  'role.updated': 'the permissions of a role changed',
  'queue.created': 'a queue was made',
  'queue.updated': 'a queue, its skills or its members changed',
  'skill.created': 'a skill was made',
  'skill.updated': 'a skill changed',
  'channel-account.created': 'an administrator connected a channel account',
  'channel-account.updated': 'settings or credentials of a channel account changed',
  'channel-account.health-changed': 'a channel account lost or found its connection',
  'event.quarantined': 'an inbound event could not be taken; data: {reasonCode}',
  'event.replayed': 'an administrator replayed a quarantined event; data: {result}',
  'configuration.created': 'a site, team, seat, category or reason was made; data.noun',
  'configuration.updated': 'a site, team, seat, category or reason changed; data: {noun, changed}',
  'opt-out.registered': 'a customer may not be contacted for a purpose',
  'opt-out.withdrawn': 'a customer may be contacted again',
  'search.performed': 'a user searched; no words are kept',
} as const;

export type JournalType = keyof typeof journalTypes;
export type SubjectType = 'contact' | 'conversation' | 'message' | 'interaction' | 'ticket' | 'agent' | 'user' | 'role'
  | 'queue' | 'skill' | 'channel-account' | 'event' | 'opt-out' | 'organisation'
  | 'site' | 'team' | 'seat' | 'category' | 'reason';

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

/** One event to append; `at`, xid, id and epoch are the database's. */
export interface JournalEntry {
  type: JournalType;
  subjectType: SubjectType;
  subjectId: string;
  conversationId?: string | null;
  actor: Actor;
  scope: Scope;
  version?: number;
  /** Ids, codes, numbers and names of fields only. */
  data?: Record<string, unknown>;
}

/** A row as the tail reads it. */
export interface JournalRow extends Omit<JournalEntry, 'version'> {
  epoch: number;
  xid: string;
  id: string;
  at: Date;
  version: number;
}
