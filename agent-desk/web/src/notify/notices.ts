/**
 * What happened to this agent and is worth a line in the notification centre, told by comparing what the desk knew with
 * what it knows now: so a snapshot after a break tells as much as events would have. Pure, but for no clock.
 */
import { deadlineOf } from '../lib/ring.ts';
import { isOpen } from '../live/lists.ts';
import type { AgentView, InteractionView, OfferView } from '../live/types.ts';

export type NoticeKind = 'offer' | 'message' | 'assigned' | 'failed' | 'late' | 'missed' | 'mention' | 'woken'
  | 'wokenAway' | 'followWrote' | 'followMoved' | 'followEscalated' | 'followClosed' | 'followReopened'
  | 'requestSoon' | 'requestLate';

export interface Notice {
  /** The same for the same happening in every tab, so that it is told once. */
  id: string;
  kind: NoticeKind;
  /** The conversation it is about; null: none. Never a name or a text: those are looked up when it is shown. */
  interactionId: string | null;
  /** Server's time in ms. */
  at: number;
  read: boolean;
}

export type Followed = Pick<InteractionView, 'id' | 'ticketId' | 'state' | 'tier' | 'queueId' | 'agentId'
  | 'lastDirection' | 'lastMessageAt' | 'dateOrigin' | 'queuedAt' | 'acceptedAt' | 'closedAt'>;

/** What the desk knows of the agent's work at one moment. */
export interface Known {
  mine: readonly Pick<InteractionView, 'id' | 'unreadCount' | 'lastMessageAt' | 'lastDirection' | 'lastStatus'
    | 'revision' | 'clock' | 'acceptedAt' | 'snoozedUntil'>[];
  /** What left that work lately, as it was then. */
  left?: readonly Pick<InteractionView, 'id' | 'state' | 'agentId' | 'lastDirection' | 'lastMessageAt'>[] | undefined;
  /** The newest interaction of each ticket that this agent follows and may see. */
  followed?: readonly Followed[] | undefined;
  offers: readonly Pick<OfferView, 'id' | 'interactionId'>[];
  agent: Pick<AgentView, 'presence' | 'reasonCode' | 'since'> | undefined;
}

/** Why presence changes when an offer ran out (routing/assignment.ts). */
const missedCode = 'MISSED_OFFER';

/** The server's clock may be this much ahead of what the desk takes it for. */
const clockSlackMs = 2_000;

type Found = Omit<Notice, 'read' | 'at'>;

/** True if the time of what was put aside has come; the agent who takes it up earlier knows it already. */
function isDue(until: string | null, now: number): until is string {
  return until !== null && Date.parse(until) <= now + clockSlackMs;
}

function rowNotices(old: Known['mine'][number] | undefined, row: Known['mine'][number], before: number,
  now: number): Found[] {
  const found: Found[] = [];
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
  if (old !== undefined && row.snoozedUntil === null && isDue(old.snoozedUntil, now)) tell('woken', old.snoozedUntil);
  return found;
}

/** Work that was put aside and went to the queue at its time, or when the customer wrote: there was no room for it. */
function awayNotices(before: Known, after: Known, now: number): Found[] {
  const here = new Set(after.mine.map((row) => row.id));
  return before.mine.flatMap(({ id, snoozedUntil, lastMessageAt }) => {
    if (snoozedUntil === null || here.has(id)) return [];
    const left = after.left?.findLast((row) => row.id === id);
    const wrote = left?.lastDirection === 'IN' && (left.lastMessageAt ?? '') > (lastMessageAt ?? '');
    const waits = left === undefined || (left.state === 'QUEUED' && left.agentId === null);
    return waits && (wrote || isDue(snoozedUntil, now))
      ? [{ id: `wokenAway ${id} ${snoozedUntil}`, kind: 'wokenAway', interactionId: id }] : [];
  });
}

/** What others did with a ticket that is followed. One's own work is told as such, or was done by oneself. */
function followNotices(old: Followed | undefined, row: Followed, me: string | undefined): Found[] {
  if (old === undefined || old === row || old.agentId === me || row.agentId === me) return [];
  const found: Found[] = [];
  const tell = (kind: NoticeKind, ...stamp: (string | number | null)[]): void => {
    found.push({ id: [kind, row.ticketId, ...stamp].join(' '), kind, interactionId: row.id }); };
  if (isOpen(old) && !isOpen(row)) tell('followClosed', row.closedAt ?? row.id);
  else if (!isOpen(old) && isOpen(row)) tell('followReopened', row.id);
  else if (old.tier < row.tier) tell('followEscalated', row.tier, row.queuedAt);
  else if (old.queueId !== row.queueId || (old.agentId !== null && row.agentId !== null && old.agentId !== row.agentId))
    tell('followMoved', row.queueId, row.queuedAt, row.acceptedAt);
  if (row.lastDirection === 'IN' && (row.lastMessageAt ?? '') > (old.lastMessageAt ?? ''))
    tell('followWrote', row.lastMessageAt);
  return found;
}

/**
 * What is new in `after`. `beforeMs` and `nowMs` are the server's time then and now: a target may pass with nothing
 * else changed. Without `before` (the first look) nothing is new. `me` is the user's id.
 */
export function noticesOf(before: Known | undefined, after: Known, beforeMs: number, nowMs: number,
  me?: string): Notice[] {
  if (before === undefined) return [];
  const old = new Map(before.mine.map((row) => [row.id, row]));
  const offered = new Set(before.offers.map((offer) => offer.id));
  const followed = new Map(before.followed?.map((row) => [row.ticketId, row]));
  const found = [...after.mine.flatMap((row) => rowNotices(old.get(row.id), row, beforeMs, nowMs)),
    ...awayNotices(before, after, nowMs),
    ...(after.followed ?? []).flatMap((row) => followNotices(followed.get(row.ticketId), row, me))];
  for (const offer of after.offers) {
    if (!offered.has(offer.id)) found.push({ id: `offer ${offer.id}`, kind: 'offer', interactionId: null });
  }
  const { agent } = after;
  if (agent?.reasonCode === missedCode && before.agent !== undefined
    && (before.agent.reasonCode !== missedCode || before.agent.since !== agent.since))
    found.push({ id: `missed ${agent.since}`, kind: 'missed', interactionId: null });
  return found.map((notice) => ({ ...notice, at: nowMs, read: false }));
}

/** The id of the notice of a call. */
export function mentionId({ messageId }: { messageId: string }): string {
  return `mention ${messageId}`;
}

/** A request about a customer's data that has waited for long; `late` as the server tells it. */
export interface DueRequest { id: string; late: 'NO' | 'SOON' | 'YES' }

/** The notice of it: one when it is due soon, another when it is late. */
export function dueNotice({ id, late }: DueRequest): Pick<Notice, 'id' | 'kind' | 'interactionId'> {
  const kind = late === 'YES' ? 'requestLate' : 'requestSoon';
  return { id: `${kind} ${id}`, kind, interactionId: null };
}

/** The path to what it is about; undefined: it leads nowhere. */
export function placeOf({ kind, interactionId }: Pick<Notice, 'kind' | 'interactionId'>): string | undefined {
  if (kind === 'requestSoon' || kind === 'requestLate') return '/admin/subject-requests';
  return interactionId === null ? undefined : `/i/${interactionId}`;
}

/** Whether it stands in the list; the rest is only heard: an offer has its own card. */
export function isKept(kind: NoticeKind): boolean {
  return kind !== 'offer';
}
