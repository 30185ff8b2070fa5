/** From the tail to the sockets: each batch is read once from present state and given to every desk that may see it. */
import { LRUCache } from 'lru-cache';
import { encodeCursor, comparePositions, type Position } from '#domain/journal/cursor.ts';
import type { JournalRow } from '#domain/journal/events.ts';
import type { TailBatch } from '#domain/journal/tail.ts';
import { limits } from '#domain/limits.ts';
import type { Work } from '#domain/work.ts';
import type { DeskEvent } from '#agent-desk/protocol.ts';
import { createAudience, type Audience } from './audience.ts';
import { fanOut, type FanOut } from './fan-out.ts';
import { hydrate, subjectsOf, type Hydrated } from './hydrate.ts';
import { isSlow, resync, type Desktop } from './viewer.ts';

export interface DispatchStats {
  batches: number;
  events: number;
  deliveries: number;
  slow: number;
}

export interface Dispatch {
  /** Reads and gives out one batch; tries again until it is done or the server stops. */
  run(batch: TailBatch): Promise<void>;
  /** The place behind the last batch that was given out. */
  position(): Position;
  /** Emits to the desks of one organisation what these rows mean to each of them now. */
  catchUp(desktops: readonly Desktop[], rows: readonly JournalRow[], behind: Position): Promise<void>;
  stop(): void;
  readonly stats: DispatchStats;
}

async function hydrateWithRetry(work: Work, rows: readonly JournalRow[], audience: Audience<Desktop>,
  running: () => boolean): Promise<Hydrated[]> {
  for (let tries = 1; running(); tries += 1) {
    try {
      const found: Hydrated[] = [];
      for (const [organisationId, subjects] of subjectsOf(rows)) {
        if (audience.ofOrganisation(organisationId).length > 0) found.push(await hydrate(work.db, subjects));
      }
      return found;
    } catch (error) {
      if (tries === 1) work.log.warn({ err: error }, 'a batch of events cannot be read; trying again');
      await new Promise((resolve) => { setTimeout(resolve, Math.min(1_000, 50 * tries)); });
    }
  }
  return [];
}

/** What these rows of one organisation are known by: between two of its rows all others are given. */
function nameOf(rows: readonly JournalRow[]): string {
  const [first, last] = [rows[0], rows.at(-1)];
  return `${first?.scope.organisationId} ${rows.length} ${first?.id} ${last?.id}`;
}

/**
 * Reads what rows mean, once for all desks that missed the same: after an outage they come in rounds of a hundred. What
 * was read after the last of the rows is new enough for each of them; what changed since has rows of its own, which
 * they get next.
 */
function createMissed(work: Work): (rows: readonly JournalRow[]) => Promise<Hydrated[]> {
  const kept = new LRUCache<string, Promise<Hydrated[]>>({ max: limits.missedKeptMax, ttl: limits.missedKeptMs });
  return (rows) => {
    const name = nameOf(rows);
    const known = kept.get(name);
    if (known !== undefined) return known;
    const read = Promise.all([...subjectsOf(rows).values()].map((subjects) => hydrate(work.db, subjects)));
    kept.set(name, read);
    read.catch(() => { kept.delete(name); });
    return read;
  };
}

/** Desks with the same share of a batch get one frame that is encoded once. */
function byShare(out: FanOut<Desktop>): Map<string, Desktop[]> {
  const groups = new Map<string, Desktop[]>();
  for (const [desktop, share] of out.shares) {
    const key = share.join();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [desktop]);
    else group.push(desktop);
  }
  return groups;
}

function emitEvents(desktops: readonly Desktop[], events: readonly DeskEvent[]): void {
  const [first] = desktops;
  const [event] = events;
  if (first === undefined || event === undefined) return;
  const target = desktops.length === 1 ? first.socket : first.socket.nsp.local.to(desktops.map(({ id }) => id));
  if (events.length === 1) target.emit('event', event);
  else target.emit('events', [...events]);
}

/** Emits a batch; who has too much unsent is cut and resumes by itself (RF18). */
function deliver(audience: Audience<Desktop>, out: FanOut<Desktop>, stats: DispatchStats): void {
  for (const group of byShare(out).values()) {
    const quick: Desktop[] = [];
    for (const desktop of group) {
      if (desktop.ended) continue;
      if (!isSlow(desktop)) { quick.push(desktop); continue; }
      stats.slow += 1;
      audience.remove(desktop);
      resync(desktop, 'SLOW');
    }
    const [any] = quick;
    const share = any === undefined ? [] : out.shares.get(any) ?? [];
    emitEvents(quick, share.flatMap((at) => out.events[at] ?? []));
    stats.deliveries += quick.length * share.length;
  }
  stats.events += out.events.length;
}

/** Starts at `from`; everything behind it comes through run(). */
export function createDispatch(work: Work, audience: Audience<Desktop>, from: Position): Dispatch {
  const stats: DispatchStats = { batches: 0, events: 0, deliveries: 0, slow: 0 };
  const missed = createMissed(work);
  let position = from;
  let running = true;
  return {
    stats,
    position: () => position,
    async run(batch) {
      const hydrated = await hydrateWithRetry(work, batch.rows, audience, () => running);
      if (!running) return;
      // From here to the new position nothing waits: who joins the audience does so wholly before or behind this batch.
      const cursor = encodeCursor(batch.position);
      for (const one of hydrated) deliver(audience, fanOut(audience, one, cursor), stats);
      position = batch.position;
      stats.batches += 1;
    },
    async catchUp(desktops, rows, behind) {
      const late = createAudience<Desktop>();
      for (const desktop of desktops) late.add(desktop);
      const cursor = encodeCursor(behind);
      for (const one of await missed(rows)) deliver(late, fanOut(late, one, cursor), stats);
      for (const desktop of desktops) desktop.position = behind;
    },
    stop() { running = false; },
  };
}

/** True if a stands at or behind b. */
export function reached(a: Position, b: Position): boolean {
  return comparePositions(a, b) >= 0;
}
