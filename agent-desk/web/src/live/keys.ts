/** The names under which the desk keeps its state in the Query cache. */
import type { ListKind } from './lists.ts';
import type { TicketKind } from './tickets.ts';

export const keys = {
  agent: ['desk', 'agent'] as const,
  offers: ['desk', 'offers'] as const,
  mine: ['desk', 'mine'] as const,
  /** Rows that left my work lately. */
  left: ['desk', 'left'] as const,
  follows: ['desk', 'follows'] as const,
  /** The newest interaction of each ticket that is followed. */
  followed: ['desk', 'followed'] as const,
  mentions: ['desk', 'mentions'] as const,
  /** Requests about customers' data that are due soon or late. */
  dueRequests: ['desk', 'due-requests'] as const,
  counts: ['desk', 'counts'] as const,
  lists: ['desk', 'list'] as const,
  list: (kind: ListKind) => ['desk', 'list', kind] as const,
  interactions: ['desk', 'interaction'] as const,
  interaction: (id: string) => ['desk', 'interaction', id] as const,
  threads: ['desk', 'thread'] as const,
  thread: (conversationId: string) => ['desk', 'thread', conversationId] as const,
  arounds: ['desk', 'around'] as const,
  around: (conversationId: string, messageId: string) => ['desk', 'around', conversationId, messageId] as const,
  tickets: ['desk', 'ticket'] as const,
  ticket: (id: string) => ['desk', 'ticket', id] as const,
  ticketLists: ['desk', 'tickets'] as const,
  ticketList: (kind: TicketKind) => ['desk', 'tickets', kind] as const,
  contacts: ['desk', 'contact'] as const,
  contact: (id: string) => ['desk', 'contact', id] as const,
  history: (contactId: string) => ['desk', 'contact', contactId, 'history'] as const,
  categories: ['desk', 'categories'] as const,
  reasons: (kind: string) => ['desk', 'reasons', kind] as const,
  figures: ['desk', 'figures'] as const,
};
