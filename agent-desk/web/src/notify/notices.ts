/**
 * What happened to this agent and is worth a line in the notification centre, told by comparing what the desk knew with
 * what it knows now: so a snapshot after a break tells as much as events would have. Pure, but for no clock.
 */
import { deadlineOf } from '../lib/ring.ts';
import type { AgentView, InteractionView, OfferView } from '../live/types.ts';

export type NoticeKind = 'offer' | 'message' | 'assigned' | 'failed' | 'late' | 'missed' | 'mention';

export interface Notice {
  /** The same for the same happening in every tab, so that it is told once. */
  id: string;
  kind: NoticeKind;
  /** Where it leads; null: nowhere. Never a name or a text: those are looked up when it is shown. */
  interactionId: string | null;
  /** Server's time in ms. */
  at: number;
  read: boolean;
}

/** What the desk knows of the agent's work at one moment. */
export interface Known {
  mine: readonly Pick<InteractionView, 'id' | 'unreadCount' | 'lastMessageAt' | 'lastDirection' | 'lastStatus'
    | 'revision' | 'clock' | 'acceptedAt'>[];
  offers: readonly Pick<OfferView, 'id' | 'interactionId'>[];
  agent: Pick<AgentView, 'presence' | 'reasonCode' | 'since'> | undefined;
}

/** Why presence changes when an offer ran out (routing/assignment.ts). */
const missedCode = 'MISSED_OFFER';

function rowNotices(old: Known['mine'][number] | undefined, row: Known['mine'][number], before: number,
  now: number): Omit<Notice, 'read' | 'at'>[] {
  const found: Omit<Notice, 'read' | 'at'>[] = [];
  const tell = (kind: NoticeKind, stamp: string): void => {
    found.push({ id: `${kind} ${row.id} ${stamp}`, kind, interactionId: row.id }); };
  if (old === undefined) tell('assigned', row.acceptedAt ?? String(row.revision));
  if (row.lastDirection === 'IN' && row.unreadCount > (old?.unreadCount ?? 0) && old !== undefined)
    tell('message', row.lastMessageAt ?? String(row.revision));
  if (row.lastStatus === 'failed' && row.lastDirection === 'OUT' && old?.lastStatus !== 'failed' && old !== undefined)
    tell('failed', row.lastMessageAt ?? String(row.revision));
  const deadline = deadlineOf(row);
  const wasLate = old !== undefined && deadlineOf(old) === deadline && deadline <= before;
  if (deadline <= now && !wasLate) tell('late', String(deadline));
  return found;
}

/**
 * What is new in `after`. `beforeMs` and `nowMs` are the server's time then and now: a target may pass with nothing
 * else changed. Without `before` (the first look) nothing is new.
 */
export function noticesOf(before: Known | undefined, after: Known, beforeMs: number, nowMs: number): Notice[] {
  if (before === undefined) return [];
  const old = new Map(before.mine.map((row) => [row.id, row]));
  const offered = new Set(before.offers.map((offer) => offer.id));
  const found = after.mine.flatMap((row) => rowNotices(old.get(row.id), row, beforeMs, nowMs));
  for (const offer of after.offers) {
    if (!offered.has(offer.id)) found.push({ id: `offer ${offer.id}`, kind: 'offer', interactionId: null });
  }
  const { agent } = after;
  if (agent?.reasonCode === missedCode && before.agent !== undefined
    && (before.agent.reasonCode !== missedCode || before.agent.since !== agent.since))
    found.push({ id: `missed ${agent.since}`, kind: 'missed', interactionId: null });
  return found.map((notice) => ({ ...notice, at: nowMs, read: false }));
}

/** Whether it stands in the list; the rest is only heard: an offer has its own card. */
export function isKept(kind: NoticeKind): boolean {
  return kind !== 'offer';
}
