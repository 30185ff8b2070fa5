/**
 * From the handshake to live: hello, then the events since the cursor or a snapshot, then whatever happens. No gap, no
 * double.
 */
import { decodeCursor, encodeCursor, comparePositions, type Position } from '#domain/journal/cursor.ts';
import { readBetweenPositions } from '#domain/journal/tail.ts';
import { appNow } from '#domain/clock.ts';
import { limits } from '#domain/limits.ts';
import { statement } from '#domain/store/db.ts';
import { interactionCounts, interactionViews, type InteractionSeen } from '#domain/interactions/queries.ts';
import { agentFacts } from '#domain/people/queries.ts';
import { offerViews } from '#domain/queues/queries.ts';
import type { User } from '#domain/people/access.ts';
import type { Work } from '#domain/work.ts';
import { PROTOCOL_VERSION, type Snapshot } from '#agent-desk/protocol.ts';
import type { Audience } from './audience.ts';
import type { Dispatch } from './dispatch.ts';
import type { Desktop } from './viewer.ts';

/** The event after which rights may be other than they were; sockets with old rights live at most this long (RA03). */
const STALE_RIGHTS_S = 15;

/** The age of what stands at the cursor, and whether the user's rights may have changed since shortly before it. */
const cursorFacts = statement('desk.cursor-facts', `
  with here as (select at from journal where (epoch, xid, id) <= ($2::int, $3::text::xid8, $4::bigint)
    order by journal.epoch desc, journal.xid desc, journal.id desc limit 1)
  select extract(epoch from app_now() - coalesce((select at from here), app_now()))::float8 as age_s,
    exists (select 1 from journal r where r.organisation_id = $1
      and r.type in ('user.roles-changed', 'user.updated', 'role.updated', 'queue.updated')
      and r.at > coalesce((select at from here), '-infinity'::timestamptz) - $6 * interval '1 second'
      and (r.type in ('role.updated', 'queue.updated') or r.subject_id = $5)) as rights_changed`);

/**
 * The position to resume from, or undefined where only a snapshot is right: too old, too far, unknown, or other rights.
 */
export async function resumablePosition(
  work: Work, user: User, cursor: unknown, present: Position,
): Promise<Position | undefined> {
  const position = decodeCursor(cursor);
  if (position === undefined || comparePositions(position, present) > 0) return undefined;
  const facts = await work.db.one<{ age_s: number; rights_changed: boolean }>(cursorFacts,
    [user.organisationId, position.epoch, position.xid, position.id, user.id, STALE_RIGHTS_S]);
  if (facts === undefined || facts.rights_changed) return undefined;
  const behind = await readBetweenPositions(work.db,
    { organisationId: user.organisationId, from: position, to: present, limit: limits.resumeEventsMax + 1 });
  const tooOld = facts.age_s > limits.resumeAgeHours * 3_600 && behind.length > 0;
  return behind.length > limits.resumeEventsMax || tooOld ? undefined : position;
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

/** What the desk missed while it was catching up; ends in the same turn in which it joins the audience. */
async function follow(work: Work, dispatch: Dispatch, audience: Audience<Desktop>, desktop: Desktop): Promise<void> {
  for (;;) {
    const to = dispatch.position();
    if (desktop.ended) return;
    if (comparePositions(desktop.position, to) >= 0) { audience.add(desktop); return; }
    const rows = await readBetweenPositions(work.db, {
      organisationId: desktop.user.organisationId, from: desktop.position, to, limit: limits.tailBatchMax });
    const last = rows.length === limits.tailBatchMax ? rows.at(-1) : undefined;
    await dispatch.catchUp(desktop, rows, last === undefined ? to : { epoch: last.epoch, xid: last.xid, id: last.id });
  }
}

/** Greets a desk and brings it to live. `cursor` is whatever the client sent. */
export async function attach(
  parts: { work: Work; dispatch: Dispatch; audience: Audience<Desktop> }, desktop: Desktop, cursor: unknown,
): Promise<void> {
  const { work, dispatch } = parts;
  const present = dispatch.position();
  const from = await resumablePosition(work, desktop.user, cursor, present);
  desktop.position = from ?? present;
  const hello = {
    cursor: encodeCursor(desktop.position), protocolVersion: PROTOCOL_VERSION, tabId: desktop.tabId,
    userId: desktop.user.id, serverTime: appNow().toISOString(), resumed: from !== undefined,
  };
  desktop.socket.emit('hello', hello);
  if (from === undefined) desktop.socket.emit('snapshot', await snapshot(work, desktop.user, present));
  await follow(work, dispatch, parts.audience, desktop);
}
