/** The states of a ticket (C3, architecture 4) and the moves between them, as one typed table. Pure. */

export const ticketStates = ['OPEN_T1', 'ESCALATED_T2', 'T2_IDENTIFYING', 'RESOLVED_T2', 'DISPATCHED', 'PARTY_RECEIVED',
  'PARTY_IDENTIFYING', 'PARTY_PROCESSING', 'STATUS_INFORMED', 'RESOLVED', 'CUSTOMER_INFORMED', 'CLOSED',
  'OOT_COMPLETE'] as const;
export type TicketState = (typeof ticketStates)[number];

type Table = Record<TicketState, readonly TicketState[]>;

const table: Table = {
  OPEN_T1: ['ESCALATED_T2', 'RESOLVED', 'OOT_COMPLETE', 'CLOSED'],
  ESCALATED_T2: ['T2_IDENTIFYING'],
  T2_IDENTIFYING: ['RESOLVED_T2', 'DISPATCHED'],
  RESOLVED_T2: ['RESOLVED'],
  DISPATCHED: ['PARTY_RECEIVED'],
  PARTY_RECEIVED: ['PARTY_IDENTIFYING'],
  PARTY_IDENTIFYING: ['PARTY_PROCESSING'],
  PARTY_PROCESSING: ['STATUS_INFORMED'],
  STATUS_INFORMED: ['RESOLVED'],
  RESOLVED: ['CUSTOMER_INFORMED', 'CLOSED'],
  CUSTOMER_INFORMED: ['CLOSED'],
  CLOSED: ['OPEN_T1'],
  OOT_COMPLETE: [],
};

/** True where a ticket may go from one state straight to another. OPEN_T1 to CLOSED is for abandoned work only. */
export function mayMove(from: TicketState, to: TicketState): boolean {
  return table[from].includes(to);
}

/** What happened to the interaction, as far as its ticket is concerned. */
export type TicketMilestone = 'accepted' | 'documented' | 'closed' | 'escalated' | 'outOfTopic' | 'abandoned';

type Paths = Record<TicketMilestone, Partial<Record<TicketState, readonly TicketState[]>>>;

const paths: Paths = {
  accepted: { ESCALATED_T2: ['T2_IDENTIFYING'] },
  documented: { OPEN_T1: ['RESOLVED'], ESCALATED_T2: ['T2_IDENTIFYING', 'RESOLVED_T2'],
    T2_IDENTIFYING: ['RESOLVED_T2'] },
  closed: {
    OPEN_T1: ['RESOLVED', 'CLOSED'], ESCALATED_T2: ['T2_IDENTIFYING', 'RESOLVED_T2', 'RESOLVED', 'CLOSED'],
    T2_IDENTIFYING: ['RESOLVED_T2', 'RESOLVED', 'CLOSED'], RESOLVED_T2: ['RESOLVED', 'CLOSED'], RESOLVED: ['CLOSED'],
    CUSTOMER_INFORMED: ['CLOSED'],
  },
  escalated: { OPEN_T1: ['ESCALATED_T2'] },
  outOfTopic: { OPEN_T1: ['OOT_COMPLETE'] },
  abandoned: { OPEN_T1: ['CLOSED'] },
};

/**
 * The states a ticket passes through at a milestone of its interaction, in order; empty where it stays (a ticket
 * that lies with a related party is not closed by closing a conversation, C54).
 */
export function ticketPath(from: TicketState, milestone: TicketMilestone): readonly TicketState[] {
  return paths[milestone][from] ?? [];
}
