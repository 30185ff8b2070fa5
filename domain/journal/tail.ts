/**
 * Follows the journal: gives every row once, in (epoch, xid, id) order, and never one before all that stands in front
 * of it is decided. A row is given when its xid is below the oldest open writer of the cluster
 * (pg_snapshot_xmin), so a transaction that commits late is never skipped. Each node has one tail.
 */
import { statement, type Queryable } from '#domain/store/db.ts';
import { limits } from '#domain/limits.ts';
import type { Work } from '#domain/work.ts';
import type { JournalRow, JournalType, SubjectType } from './events.ts';
import { encodeCursor, type Position } from './cursor.ts';

/**
 * One round trip: what is ready behind the position, the snapshot's xmin, and whether a committed row waits behind an
 * open writer. The order must name the table's columns: an alias for xid::text called xid would sort as text. The bound
 * of `held` must be scalar sub-selects: a join with `seen` there reads the whole journal at every look.
 */
const READ = `epoch, xid::text as xid_text, id::text as id_text,
  (extract(epoch from at) * 1000)::float8 as at_ms, organisation_id, type, subject_type, subject_id,
  conversation_id, actor_kind, actor_id, site_id, branch_id, queue_id, team_id, agent_id, version, data`;

const readTail = statement('journal.tail', `
  with seen as materialized (
    select pg_snapshot_xmin(pg_current_snapshot()) as xmin, (select epoch from journal_epoch) as present),
  held as materialized (
    select (select h.at from journal h
      where (h.epoch, h.xid, h.id) > ((select present from seen), (select xmin from seen), 0::bigint)
      order by h.epoch, h.xid, h.id limit 1) as at)
  select held.at is not null as held, extract(epoch from (select app_now()) - held.at) * 1000 as held_ms, j.*
  from seen cross join held left join lateral (
    select ${READ} from journal where (epoch, xid, id) > ($1::int, $2::text::xid8, $3::bigint)
      and (epoch < seen.present or xid < seen.xmin)
    order by journal.epoch, journal.xid, journal.id limit $4) j on true`);

const readBetween = statement('journal.between', `
  select ${READ} from journal where (epoch, xid, id) > ($1::int, $2::text::xid8, $3::bigint)
    and (epoch, xid, id) <= ($4::int, $5::text::xid8, $6::bigint) and organisation_id = $7
  order by journal.epoch, journal.xid, journal.id limit $8`);

const readNow = statement('journal.now', `select (select epoch from journal_epoch) as epoch,
  pg_snapshot_xmin(pg_current_snapshot())::text as xmin`);

export interface StoredRow {
  epoch: number | null; xid_text: string; id_text: string; at_ms: number; organisation_id: string; type: string;
    subject_type: string;
  subject_id: string; conversation_id: string | null; actor_kind: 'USER' | 'CUSTOMER' | 'SYSTEM' | 'BOT';
  actor_id: string | null; site_id: string | null; branch_id: string | null; queue_id: string | null;
  team_id: string | null; agent_id: string | null; version: number; data: Record<string, unknown> | null;
}

/** A row of the table as the journal's word for it. */
export function journalRow(row: StoredRow): JournalRow {
  return {
    epoch: row.epoch ?? 0, xid: row.xid_text, id: row.id_text, at: new Date(row.at_ms), type: row.type as JournalType,
    subjectType: row.subject_type as SubjectType, subjectId: row.subject_id, conversationId: row.conversation_id,
    actor: { kind: row.actor_kind, id: row.actor_id },
    scope: {
      organisationId: row.organisation_id, siteId: row.site_id, branchId: row.branch_id, queueId: row.queue_id,
      teamId: row.team_id, agentId: row.agent_id,
    },
    version: row.version, ...(row.data === null ? {} : { data: row.data }),
  };
}

export interface TailRead {
  rows: JournalRow[];
  /** Where the next read goes on. */
  position: Position;
  /** A committed row stands behind a writer that is still open. */
  held: boolean;
  /** How long the oldest such row has waited, in ms; 0 where none does. */
  heldMs: number;
}

/** Reads at most `limit` decided rows behind the position. */
export async function readJournal(db: Queryable, from: Position, limit: number): Promise<TailRead> {
  const found = await db.rows<StoredRow & { held: boolean; held_ms: string | null }>(
    readTail, [from.epoch, from.xid, from.id, limit]);
  const rows = found.filter((row) => row.epoch !== null).map(journalRow);
  const last = rows.at(-1);
  const [first] = found;
  return {
    rows, position: last === undefined ? from : { epoch: last.epoch, xid: last.xid, id: last.id },
    held: first?.held ?? false, heldMs: Math.max(0, Number(first?.held_ms ?? 0)),
  };
}

/** The position behind everything that is decided now. */
export async function presentPosition(db: Queryable): Promise<Position> {
  const now = await db.one<{ epoch: number; xmin: string }>(readNow);
  return { epoch: now?.epoch ?? 1, xid: now?.xmin ?? '0', id: '0' };
}

/** The rows of one organisation in (from, to], at most `limit`, oldest first: what a desk missed. */
export async function readBetweenPositions(
  db: Queryable, range: { organisationId: string; from: Position; to: Position; limit: number },
): Promise<JournalRow[]> {
  const { from, to } = range;
  const found = await db.rows<StoredRow>(readBetween,
    [from.epoch, from.xid, from.id, to.epoch, to.xid, to.id, range.organisationId, range.limit]);
  return found.map(journalRow);
}

const readNewest = statement('journal.newest', `
  select ${READ} from journal where (epoch, xid, id) > ($1::int, $2::text::xid8, $3::bigint)
    and (epoch, xid, id) <= ($4::int, $5::text::xid8, $6::bigint) and organisation_id = $7
  order by journal.epoch desc, journal.xid desc, journal.id desc limit $8`);

/** The newest rows of one organisation in (from, to], at most `limit`, oldest first. */
export async function readNewestBetween(
  db: Queryable, range: { organisationId: string; from: Position; to: Position; limit: number },
): Promise<JournalRow[]> {
  const { from, to } = range;
  const found = await db.rows<StoredRow>(readNewest,
    [from.epoch, from.xid, from.id, to.epoch, to.xid, to.id, range.organisationId, range.limit]);
  return found.toReversed().map(journalRow);
}

export interface TailBatch {
  rows: readonly JournalRow[];
  /** The position behind the last row. */
  position: Position;
}

/**
 * A reader of batches. The tail waits for what it returns, so that a slow reader gets larger batches, not more of them.
 */
export type TailListener = (batch: TailBatch) => void | Promise<void>;

export interface Tail {
  /** Calls the listener for every batch from now on; gives the way to stop that. A throw is logged, never repeated. */
  subscribe(listener: TailListener): () => void;
  /** Opaque: behind the last row given to the listeners. */
  cursor(): string;
  position(): Position;
  /** At most `limit` rows of the organisation behind `from`, up to where this tail is. */
  readSince(organisationId: string, from: Position, limit: number): Promise<JournalRow[]>;
  /** Age in ms of the oldest committed row not yet given (0 if none), for /metrics and its alarm. */
  lagMs(): number;
  /** Ms since the last successful read of the journal. */
  silentMs(): number;
  stop(): Promise<void>;
}

export interface TailOptions {
  /** Start here instead of at the present. */
  from?: Position;
  batchMax?: number;
}

interface State {
  position: Position;
  stopped: boolean;
  /** A hint came since the last read began. */
  hinted: boolean;
  wake: () => void;
  heldMs: number;
  heldReads: number;
  readAtMs: number;
}

/** Two to five ms while a row is held back by an open writer, longer once it has been so for a while. */
function heldWaitMs(reads: number): number {
  return reads < 100 ? 2 + Math.min(3, reads) : reads < 300 ? 10 : 50;
}

/** Under load reads stand at least this far apart, so that a batch gathers; the first after a pause goes at once. */
const READ_GAP_MS = 4;

async function deliver(work: Work, listeners: Set<TailListener>, batch: TailBatch): Promise<void> {
  await Promise.all([...listeners].map(async (listener) => {
    try {
      await listener(batch);
    } catch (error) {
      work.log.error({ err: error, rows: batch.rows.length }, 'a reader of the journal failed');
    }
  }));
}

async function sleep(state: State, ms: number): Promise<void> {
  if (state.hinted || state.stopped) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    state.wake = () => { clearTimeout(timer); resolve(); };
  });
  state.wake = () => undefined;
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => { setTimeout(resolve, ms); });
}

async function step(work: Work, state: State, listeners: Set<TailListener>, batchMax: number): Promise<void> {
  state.hinted = false;
  const read = await readJournal(work.db, state.position, batchMax);
  state.readAtMs = performance.now();
  state.heldMs = read.held ? read.heldMs : 0;
  state.heldReads = read.held ? state.heldReads + 1 : 0;
  if (read.rows.length > 0) {
    const position = read.position;
    await deliver(work, listeners, { rows: read.rows, position });
    state.position = position;
    if (read.rows.length < batchMax) await pause(READ_GAP_MS);
    return;
  }
  if (read.held) { await pause(heldWaitMs(state.heldReads)); return; }
  await sleep(state, limits.tailPollMs);
}

async function follow(work: Work, state: State, listeners: Set<TailListener>, batchMax: number): Promise<void> {
  let failures = 0;
  while (!state.stopped) {
    try {
      await step(work, state, listeners, batchMax);
      failures = 0;
    } catch (error) {
      failures += 1;
      if (failures === 1) work.log.warn({ err: error }, 'the journal cannot be read; trying again');
      await sleep(state, Math.min(1_000, 50 * failures));
      state.hinted = false;
    }
  }
}

/**
 * Starts following the journal at the present (or at options.from). Rejects if the database is away at that moment;
 * afterwards it survives restarts of the database and goes on where it was.
 */
export async function createTail(work: Work, options: TailOptions = {}): Promise<Tail> {
  const listeners = new Set<TailListener>();
  const state: State = {
    position: options.from ?? await presentPosition(work.db), stopped: false, hinted: false, wake: () => undefined,
    heldMs: 0, heldReads: 0, readAtMs: performance.now(),
  };
  const unhint = work.wake.on('journal', () => { state.hinted = true; state.wake(); });
  const running = follow(work, state, listeners, options.batchMax ?? limits.tailBatchMax);
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => { listeners.delete(listener); };
    },
    cursor: () => encodeCursor(state.position),
    position: () => state.position,
    readSince: (organisationId, from, limit) =>
      readBetweenPositions(work.db, { organisationId, from, to: state.position, limit }),
    lagMs: () => state.heldMs,
    silentMs: () => performance.now() - state.readAtMs,
    async stop() {
      state.stopped = true;
      unhint();
      state.wake();
      await running;
    },
  };
}
