/**
 * Feeds the search behind the journal, with a place of its own, so that taking a message in costs nothing for it. One
 * node indexes at a time, under a lease; another takes over where it was. What is done twice changes nothing.
 */
import { comparePositions, type Position } from '#domain/journal/cursor.ts';
import type { JournalRow } from '#domain/journal/events.ts';
import { readJournal } from '#domain/journal/tail.ts';
import { limits } from '#domain/limits.ts';
import { statement, type Queryable } from '#domain/store/db.ts';
import { startLeaseLoop, type LeaseLoop } from '#domain/store/lease-loop.ts';
import type { Work } from '#domain/work.ts';
import { indexThings, type Kind } from './documents.ts';

const progress = statement('search.progress', 'select epoch, xid::text as xid, id::text as id from search_progress');
const advance = statement('search.advance', `update search_progress set epoch = $1, xid = $2::text::xid8, id = $3
  where (epoch, xid, id) < ($1::int, $2::text::xid8, $3::bigint)`);
const resting = statement('search.resting', `select 1 as yes from search_progress p, lateral (
    select at from journal where (epoch, xid, id) > (p.epoch, p.xid, p.id)
    order by journal.epoch, journal.xid, journal.id limit 1) oldest
  where oldest.at > app_now() - $1 * interval '1 millisecond' and exists (
    select from journal where (epoch, xid, id) > (p.epoch, p.xid, p.id)
    order by journal.epoch, journal.xid, journal.id offset $2 limit 1)`);

/** Events that say nothing new to find; without them a busy floor would index most things several times. */
const SILENT = new Set(['message.status-changed', 'message.posted', 'contact.viewed', 'contact.unmasked']);

/** What the rows ask to be written anew. */
export function touchedBy(rows: readonly JournalRow[]): Record<Kind, Set<string>> {
  const touched: Record<Kind, Set<string>> = { messages: new Set(), contacts: new Set(), tickets: new Set() };
  for (const row of rows) {
    if (SILENT.has(row.type)) continue;
    if (row.subjectType === 'message') touched.messages.add(row.subjectId);
    if (row.subjectType === 'contact') touched.contacts.add(row.subjectId);
    if (row.subjectType === 'ticket') touched.tickets.add(row.subjectId);
    if (row.subjectType === 'contact' && row.type !== 'contact.created') {
      // A merge names the other contact in its data; that one's row must go or come back with it.
      for (const value of Object.values(row.data ?? {})) {
        if (typeof value === 'string' && value.length === 36) touched.contacts.add(value);
      }
    }
  }
  return touched;
}

/** Indexes what the next journal rows touched; gives how many rows that were, 0 if none waits. */
export async function indexNext(db: Queryable): Promise<number> {
  const from = await db.one<Position>(progress) ?? { epoch: 0, xid: '0', id: '0' };
  const read = await readJournal(db, from, limits.searchIndexRowsMax);
  if (read.rows.length === 0) return 0;
  const touched = touchedBy(read.rows);
  for (const kind of ['contacts', 'tickets', 'messages'] as const) await indexThings(db, kind, [...touched[kind]]);
  if (comparePositions(read.position, from) > 0) {
    await db.rows(advance, [read.position.epoch, read.position.xid, read.position.id]);
  }
  return read.rows.length;
}

/**
 * Whether more waits than one round takes and none of it is older than limits.searchRestMs. In such a burst the
 * messages themselves come first: indexing one costs PostgreSQL about as much as taking it in.
 */
export async function isBurst(db: Queryable): Promise<boolean> {
  return await db.one(resting, [limits.searchRestMs, limits.searchIndexRowsMax]) !== undefined;
}

/** A node that is silent for longer loses the work to another. */
const LEASE_MS = 10_000;

/** Starts indexing while this node holds the lease; survives a database that is away. */
export function createSearchIndexer(work: Work, { nodeId }: { nodeId: string }): LeaseLoop {
  return startLeaseLoop(work, {
    name: 'search-index', nodeId, leaseMs: LEASE_MS, everyMs: limits.searchIndexEveryMs,
    complaint: 'the search could not be brought up to date; trying again',
    round: async (holding) => holding && !await isBurst(work.db)
      && await indexNext(work.db) === limits.searchIndexRowsMax,
  });
}
