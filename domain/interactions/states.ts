/** The states of an interaction (C2) and the moves between them, as one typed table. Pure. */

export const interactionStates = ['QUEUED', 'PICKED_UP', 'IN_SERVICE', 'IDLE_CHECK_1', 'IDLE_CHECK_2', 'INFORMED',
  'ESCALATED_T2', 'CLOSING', 'DOCUMENTED', 'CLOSED', 'OOT_COMPLETE'] as const;
export type InteractionState = (typeof interactionStates)[number];

/**
 * accept: an agent took it · answer: first text of the agent, or the next after a silence · idle: a confirmation was
 * sent (C42, C43) · reply: the customer wrote during the idle check · inform: what was asked has been answered ·
 * closing: the closing greeting was sent · document: the form was completed or amended · close: the end · giveBack:
 * to the front of the queue · escalate: to a queue of tier 2 · outOfTopic: marked OOT · abandon: gone before any
 * answer.
 */
export const interactionMoves = ['accept', 'answer', 'idle', 'reply', 'inform', 'closing', 'document', 'close',
  'giveBack', 'escalate', 'outOfTopic', 'abandon'] as const;
export type InteractionMove = (typeof interactionMoves)[number];

type Table = Record<InteractionState, Partial<Record<InteractionMove, InteractionState>>>;

const owned = { document: 'DOCUMENTED', giveBack: 'QUEUED', escalate: 'QUEUED' } as const;

/**
 * Escalated work waits as QUEUED in tier 2; that it was escalated is the ticket's state (C3), so ESCALATED_T2 only
 * leads back.
 */
const table: Table = {
  QUEUED: { accept: 'PICKED_UP', abandon: 'CLOSED' },
  PICKED_UP: { ...owned, answer: 'IN_SERVICE', outOfTopic: 'OOT_COMPLETE' },
  IN_SERVICE: { ...owned, answer: 'IN_SERVICE', idle: 'IDLE_CHECK_1', inform: 'INFORMED', closing: 'CLOSING' },
  IDLE_CHECK_1: { ...owned, answer: 'IN_SERVICE', reply: 'IN_SERVICE', idle: 'IDLE_CHECK_2', closing: 'CLOSING' },
  IDLE_CHECK_2: { ...owned, answer: 'IN_SERVICE', reply: 'IN_SERVICE', closing: 'CLOSING' },
  INFORMED: { ...owned, answer: 'IN_SERVICE', reply: 'IN_SERVICE', idle: 'IDLE_CHECK_1', closing: 'CLOSING' },
  ESCALATED_T2: { giveBack: 'QUEUED' },
  CLOSING: { ...owned, answer: 'CLOSING', reply: 'IN_SERVICE' },
  DOCUMENTED: { document: 'DOCUMENTED', close: 'CLOSED', giveBack: 'QUEUED' },
  CLOSED: {},
  OOT_COMPLETE: {},
};

/** Where the move leads from this state, or undefined where it is not possible (C2, C10). */
export function nextState(state: InteractionState, move: InteractionMove): InteractionState | undefined {
  return table[state][move];
}

/** The states from which a move is possible; for the WHERE of conditional updates. */
export function statesBefore(move: InteractionMove): InteractionState[] {
  return interactionStates.filter((state) => table[state][move] !== undefined);
}

/** True while the interaction takes points of its agent's pool: owned and not yet documented (architecture 4). */
export function holdsCapacity(state: InteractionState): boolean {
  return table[state].document !== undefined && state !== 'DOCUMENTED';
}

/** True once nothing more can happen to it. */
export function isOver(state: InteractionState): boolean {
  return state === 'CLOSED' || state === 'OOT_COMPLETE';
}
