/**
 * From the handshake to live: hello, then the events since the cursor or a snapshot, then whatever happens. No gap, no
 * double.
 */
import { decodeCursor, encodeCursor, comparePositions, type Position } from '#domain/journal/cursor.ts';
import type { JournalRow } from '#domain/journal/events.ts';
import { readBetweenPositions, readNewestBetween } from '#domain/journal/tail.ts';
import { appNow } from '#domain/clock.ts';
import { limits } from '#domain/limits.ts';
import { statement } from '#domain/store/db.ts';
import { interactionCounts, interactionViews, type InteractionSeen } from '#domain/interactions/queries.ts';
import { agentFacts } from '#domain/people/queries.ts';
import { offerViews } from '#domain/queues/queries.ts';
import type { User } from '#domain/people/access.ts';
import type { Work } from '#domain/work.ts';
import { Gatherer } from '#routing/gather.ts';
import { PROTOCOL_VERSION, type Snapshot } from '#agent-desk/protocol.ts';
import type { Audience } from './audience.ts';
import type { Dispatch } from './dispatch.ts';
import type { Desktop } from './viewer.ts';

/** The event after which rights may be other than they were; sockets with old rights live at most this long (RA03). */
const STALE_RIGHTS_S = 15;

/** For each desk: how old what stands at its cursor is, and whether its rights may have changed since just before. */
const cursorFacts = statement('desk.cursor-facts', `
  select d.n, extract(epoch from app_now() - coalesce(here.at, app_now()))::float8 as age_s,
    exists (select 1 from journal r where r.organisation_id = $1
      and r.type in ('user.roles-changed', 'user.updated', 'role.updated', 'queue.updated')
      and r.at > coalesce(here.at, '-infinity'::timestamptz) - $3 * interval '1 second'
      and (r.type in ('role.updated', 'queue.updated') or r.subject_id = d.user_id)) as rights_changed
  from json_to_recordset($2::json) as d (n int, epoch int, xid text, id bigint, user_id uuid)
  left join lateral (select j.at from journal j where (j.epoch, j.xid, j.id) <= (d.epoch, d.xid::xid8, d.id)
    order by j.epoch desc, j.xid desc, j.id desc limit 1) here on true`);

interface CursorFacts { n: number; age_s: number; rights_changed: boolean }

/** A desk that waits to be brought to live. */
interface Arrival { desktop: Desktop; cursor: Position | undefined }

function oldestOf(positions: readonly Position[]): Position | undefined {
  return positions.toSorted(comparePositions)[0];
}

/**
 * Of the arrivals of one organisation, those who may resume; the rest get a snapshot: their cursor is too old, too far
 * behind, unknown, or their rights are others now.
 */
async function resumable(
  work: Work, organisationId: string, arrivals: readonly Arrival[], present: Position,
): Promise<Set<Desktop>> {
  const asking = arrivals.flatMap(({ desktop, cursor }) =>
    (cursor === undefined || comparePositions(cursor, present) > 0 ? [] : [{ desktop, cursor }]));
  const oldest = oldestOf(asking.map(({ cursor }) => cursor));
  if (oldest === undefined) return new Set();
  const items = asking.map(({ desktop, cursor }, n) => ({ n, ...cursor, user_id: desktop.user.id }));
  const [facts, behind] = await Promise.all([
    work.db.rows<CursorFacts>(cursorFacts, [organisationId, JSON.stringify(items), STALE_RIGHTS_S]),
    readNewestBetween(work.db, { organisationId, from: oldest, to: present, limit: limits.resumeEventsMax + 1 }),
  ]);
  const byNumber = new Map(facts.map((one) => [one.n, one]));
  const farthest = behind.length > limits.resumeEventsMax ? behind[0] : undefined;
  const newest = behind.at(-1);
  return new Set(asking.flatMap(({ desktop, cursor }, n) => {
    const fact = byNumber.get(n);
    if (fact === undefined || fact.rights_changed) return [];
    if (farthest !== undefined && comparePositions(cursor, farthest) < 0) return [];
    const missedAny = newest !== undefined && comparePositions(cursor, newest) < 0;
    return fact.age_s > limits.resumeAgeHours * 3_600 && missedAny ? [] : [desktop];
  }));
}

async function ownInteractions(work: Work, user: User): Promise<InteractionSeen[]> {
  const items: InteractionSeen[] = [];
  let cursor: string | undefined;
  do {
    const page = await interactionViews(work.db, { user, view: 'mine', limit: limits.pageItemsMax, cursor });
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return items;
}

/** All that a desk needs to begin, as it is now; the cursor is that of `position`, which must be read before. */
export async function snapshot(work: Work, user: User, position: Position): Promise<Snapshot> {
  const [agents, offers, mine, counts] = await Promise.all([
    agentFacts(work.db, user.organisationId, [user.id]), offerViews(work.db, user.organisationId, user.id),
    ownInteractions(work, user), interactionCounts(work.db, user),
  ]);
  const [agent] = agents;
  if (agent === undefined) throw new Error('the user of a session does not exist');
  return { cursor: encodeCursor(position), agent: agent.view, offers, mine, counts };
}

/** Desks that missed about as much as each other: within the same power of two, so that nobody gets much again. */
function byMissed(desktops: readonly Desktop[], rows: readonly JournalRow[]): Map<number, Desktop[]> {
  return Map.groupBy(desktops, (desktop) => {
    const missed = rows.length - firstBehind(rows, desktop.position);
    return missed === 0 ? 0 : 2 ** Math.ceil(Math.log2(missed));
  });
}

/** The place of the first row behind the position, in rows that rise. */
function firstBehind(rows: readonly JournalRow[], position: Position): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (comparePositions(rows[middle] as JournalRow, position) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Reads once what the desks of an organisation missed up to `to` and gives each what it may see of it. */
async function catchUpTo(
  parts: AttachParts, organisationId: string, desktops: readonly Desktop[], to: Position,
): Promise<void> {
  const { work, dispatch } = parts;
  const from = oldestOf(desktops.map(({ position }) => position));
  if (from === undefined) return;
  const limit = limits.tailBatchMax;
  const rows = await readBetweenPositions(work.db, { organisationId, from, to, limit });
  const last = rows.length === limit ? rows.at(-1) : undefined;
  const upTo = last === undefined ? to : { epoch: last.epoch, xid: last.xid, id: last.id };
  const late = desktops.filter(({ position }) => comparePositions(position, upTo) < 0);
  for (const [missed, group] of byMissed(late, rows)) {
    await dispatch.catchUp(group, missed === 0 ? [] : rows.slice(-missed), upTo);
  }
}

/** Gives them what they missed; each joins the audience in the same turn in which it has reached the present. */
async function follow(parts: AttachParts, organisationId: string, desktops: readonly Desktop[]): Promise<void> {
  let waiting = desktops;
  for (;;) {
    const to = parts.dispatch.position();
    const present = waiting.filter((desktop) => !desktop.ended);
    waiting = present.filter(({ position }) => comparePositions(position, to) < 0);
    for (const desktop of present) if (!waiting.includes(desktop)) parts.audience.add(desktop);
    if (waiting.length === 0) return;
    await catchUpTo(parts, organisationId, waiting, to);
  }
}

function greet(desktop: Desktop, resumed: boolean): void {
  desktop.socket.emit('hello', {
    cursor: encodeCursor(desktop.position), protocolVersion: PROTOCOL_VERSION, tabId: desktop.tabId,
    userId: desktop.user.id, serverTime: appNow().toISOString(), resumed,
  });
}

/** Snapshots at once: few enough that live events are not starved. */
const SNAPSHOTS_AT_ONCE = 6;

async function attachIn(parts: AttachParts, organisationId: string, arrivals: readonly Arrival[]): Promise<void> {
  const present = parts.dispatch.position();
  const resuming = await resumable(parts.work, organisationId, arrivals, present);
  const fresh: Desktop[] = [];
  for (const { desktop, cursor } of arrivals) {
    const resumed = cursor !== undefined && resuming.has(desktop);
    desktop.position = resumed ? cursor : present;
    greet(desktop, resumed);
    if (!resumed) fresh.push(desktop);
  }
  await follow(parts, organisationId, [...resuming]);
  for (let at = 0; at < fresh.length; at += SNAPSHOTS_AT_ONCE) {
    await Promise.all(fresh.slice(at, at + SNAPSHOTS_AT_ONCE).map(async (desktop) => {
      if (!desktop.ended) desktop.socket.emit('snapshot', await snapshot(parts.work, desktop.user, present));
    }));
  }
  await follow(parts, organisationId, fresh);
}

/** What bringing desks to live takes. */
export interface AttachParts {
  work: Work;
  dispatch: Dispatch;
  audience: Audience<Desktop>;
}

/** How many desks are brought to live together; the others wait for the next round. */
const ATTACH_AT_ONCE = 128;

/**
 * Gives the way to greet a desk and bring it to live; `cursor` is whatever the client sent. Desks that come while
 * others are being served are served together: after an outage a hundred desks cost little more than one.
 */
export function createAttach(parts: AttachParts): (desktop: Desktop, cursor: unknown) => Promise<void> {
  const arrivals = new Gatherer<Arrival, undefined>(ATTACH_AT_ONCE, async (batch) => {
    for (const [organisationId, own] of Map.groupBy(batch, ({ desktop }) => desktop.user.organisationId)) {
      await attachIn(parts, organisationId, own);
    }
    return [];
  });
  return async (desktop, cursor) => { await arrivals.push({ desktop, cursor: decodeCursor(cursor) }); };
}
