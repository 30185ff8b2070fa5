/**
 * Seals the journal behind its writers: blocks of rows, each an HMAC over the block before it and the hash of every
 * row, so that a change made behind the product's back is found and named (RA08). One node seals at a time, under a
 * lease.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { limits } from '#domain/limits.ts';
import { statement, type Queryable } from '#domain/store/db.ts';
import { startLeaseLoop, type LeaseLoop } from '#domain/store/lease-loop.ts';
import type { Work } from '#domain/work.ts';
import { comparePositions, type Position } from './cursor.ts';

/** Gives the key of a purpose, by the name of the master key it comes from (gateway/security/vault.ts). */
export interface SealKeys {
  derive(purpose: string, keyId?: string): { keyId: string; key: Uint8Array };
}

/** Where the chain stands; kept outside the database it shows that the newest blocks were cut off. */
export interface SealHead {
  block: string;
  hmac: string;
}

const PURPOSE = 'journal-seal';
const START: Position = { epoch: 0, xid: '0', id: '0' };
const GENESIS = Buffer.alloc(32);
/** id and xid (8 bytes each), then sha256 of the row: so a missing row has a name. */
export const ROW_BYTES = 48;

/**
 * Every column takes part, in a form that no session setting changes; a row's text quotes its fields and tells null
 * from empty, so lengths cannot be shifted between fields.
 */
const ROW_HASH = `int8send(j.id) || xid8send(j.xid) || sha256(convert_to(row(j.epoch, j.xid, j.id,
  (extract(epoch from j.at) * 1000000)::bigint, j.organisation_id, j.type, j.subject_type, j.subject_id,
  j.conversation_id, j.actor_kind, j.actor_id, j.site_id, j.branch_id, j.queue_id, j.team_id, j.agent_id, j.version,
  j.data)::text, 'UTF8'))`;

const nextRows = statement('seal.next', `with present as materialized (
    select pg_snapshot_xmin(pg_current_snapshot()) as xmin, (select epoch from journal_epoch) as epoch),
  rows as materialized (select j.epoch, j.xid, j.id, ${ROW_HASH} as hash from journal j, present
    where (j.epoch, j.xid, j.id) > ($1::int, $2::text::xid8, $3::bigint)
      and (j.epoch < present.epoch or j.xid < present.xmin)
    order by j.epoch, j.xid, j.id limit $4)
  select (select count(*)::int from rows) as row_count,
    (select string_agg(hash, ''::bytea order by epoch, xid, id) from rows) as hashes,
    last.epoch, last.xid::text, last.id::text
  from (select epoch, xid, id from rows order by epoch desc, xid desc, id desc limit 1) last`);

const rowsBetween = statement('seal.between',
  `select j.epoch, j.xid::text as xid_text, j.id::text as id_text, ${ROW_HASH} as hash
  from journal j where (j.epoch, j.xid, j.id) > ($1::int, $2::text::xid8, $3::bigint)
    and (j.epoch, j.xid, j.id) <= ($4::int, $5::text::xid8, $6::bigint) order by j.epoch, j.xid, j.id limit $7`);

const BLOCK = `block::text, from_epoch, from_xid::text, from_id::text, to_epoch, to_xid::text, to_id::text, row_count,
  row_hashes,
  previous_hmac, hmac, key_id`;
const lastBlock = statement('seal.last', `select ${BLOCK} from journal_seal order by journal_seal.block desc limit 1`);
const blockAt = statement('seal.at', `select ${BLOCK} from journal_seal where block = $1::bigint`);
/** Blocks from $1 on, at most $2, and no more of them than hold some $3 rows: a quiet day has thousands of small. */
const nextBlocks = statement('seal.blocks', `select ${BLOCK} from (
    select b.*, sum(b.row_count) over (order by b.block) - b.row_count as rows_before from (
      select * from journal_seal s where s.block >= $1::bigint order by s.block limit $2) b) journal_seal
  where rows_before < $3 order by journal_seal.block`);
const addBlock = statement('seal.add',
  `insert into journal_seal (block, from_epoch, from_xid, from_id, to_epoch, to_xid, to_id,
    row_count, row_hashes, previous_hmac, hmac, key_id, sealed_at)
  values ($1, $2, $3::text::xid8, $4, $5, $6::text::xid8, $7, $8, $9, $10, $11, $12, app_now()) on conflict do nothing
    returning 1 as added`);
const unsealed = statement('seal.unsealed',
  `select coalesce(extract(epoch from app_now() - min(at)) * 1000, 0)::float8 as age_ms
  from (select at from journal where (epoch, xid, id) > ($1::int, $2::text::xid8, $3::bigint)
    order by journal.epoch, journal.xid, journal.id limit 1) first`);

interface Block {
  block: string; from_epoch: number; from_xid: string; from_id: string; to_epoch: number; to_xid: string; to_id: string;
  row_count: number; row_hashes: Buffer; previous_hmac: Buffer; hmac: Buffer; key_id: string;
}

function endOf(block: Block | undefined): Position {
  return block === undefined ? START : { epoch: block.to_epoch, xid: block.to_xid, id: block.to_id };
}

function macOf(key: Uint8Array, block: Omit<Block, 'hmac'>): Buffer {
  const head = [block.block, block.from_epoch, block.from_xid, block.from_id, block.to_epoch, block.to_xid, block.to_id,
    block.row_count, block.key_id].join('|');
  return createHmac('sha256', key).update(block.previous_hmac).update(head).update(block.row_hashes).digest();
}

/** Seals at most limits.sealRowsMax decided rows. Gives their number; 0 if none waits or another node was faster. */
export async function sealNext(db: Queryable, keys: SealKeys): Promise<number> {
  const last = await db.one<Block>(lastBlock);
  const from = endOf(last);
  const next = await db.one<{ row_count: number; hashes: Buffer | null; epoch: number; xid: string; id: string }>(
    nextRows, [from.epoch, from.xid, from.id, limits.sealRowsMax]);
  if (next === undefined || next.row_count === 0 || next.hashes === null) return 0;
  const { keyId, key } = keys.derive(PURPOSE);
  const block: Omit<Block, 'hmac'> = {
    block: String(BigInt(last?.block ?? 0) + 1n), from_epoch: from.epoch, from_xid: from.xid, from_id: from.id,
    to_epoch: next.epoch, to_xid: next.xid, to_id: next.id, row_count: next.row_count, row_hashes: next.hashes,
    previous_hmac: last?.hmac ?? GENESIS, key_id: keyId,
  };
  const added = await db.rows(addBlock,
    [block.block, block.from_epoch, block.from_xid, block.from_id, block.to_epoch, block.to_xid,
    block.to_id, block.row_count, block.row_hashes, block.previous_hmac, macOf(key, block), block.key_id]);
  return added.length === 0 ? 0 : next.row_count;
}

/**
 * What is wrong first, or that nothing is. `row` names the journal row by its id; `blocks` and `rows` are those that
 * were read; `next` is where to go on if the walk ended before the chain did.
 */
export type SealVerdict =
  | { ok: true; blocks: number; rows: number; head: SealHead | null; next: SealHead | null }
  | { ok: false; block: string; reason: 'BLOCK_MISSING' | 'BLOCK_CHANGED'; row: null }
  | { ok: false; block: string; reason: 'ROW_CHANGED' | 'ROW_MISSING' | 'ROW_INSERTED';
    row: { epoch: number; xid: string; id: string } };

interface Present { epoch: number; xid_text: string; id_text: string; hash: Buffer }

function positionAt(block: Block, at: number): Position {
  const bytes = block.row_hashes.subarray(at * ROW_BYTES);
  const last = at === block.row_count - 1;
  return { epoch: last ? block.to_epoch : block.from_epoch === 0 ? block.to_epoch : block.from_epoch,
    xid: bytes.readBigUInt64BE(8).toString(), id: bytes.readBigInt64BE(0).toString() };
}

/** Compares the rows that stand in the block's range with those that were sealed; gives the first difference. */
function firstDifference(block: Block, rows: readonly Present[]): SealVerdict | undefined {
  for (let at = 0; at < Math.max(block.row_count, rows.length); at += 1) {
    const row = rows[at];
    const sealed = block.row_hashes.subarray(at * ROW_BYTES, (at + 1) * ROW_BYTES);
    if (row !== undefined && sealed.length === ROW_BYTES && row.hash.equals(sealed)) continue;
    const here = row === undefined ? undefined : { epoch: row.epoch, xid: row.xid_text, id: row.id_text };
    if (sealed.length < ROW_BYTES) {
      return here === undefined ? undefined : { ok: false, block: block.block, reason: 'ROW_INSERTED', row: here };
    }
    const expected = positionAt(block, at);
    if (here === undefined) return { ok: false, block: block.block, reason: 'ROW_MISSING', row: expected };
    const order = comparePositions({ ...here, epoch: 0 }, { ...expected, epoch: 0 });
    const reason = order === 0 ? 'ROW_CHANGED' : order > 0 ? 'ROW_MISSING' : 'ROW_INSERTED';
    return { ok: false, block: block.block, reason, row: reason === 'ROW_INSERTED' ? here : expected };
  }
  return undefined;
}

function blockFits(block: Block, before: Block | undefined, keys: SealKeys): boolean {
  const from = endOf(before);
  const chained = block.previous_hmac.equals(before?.hmac ?? GENESIS)
    && block.row_hashes.length === block.row_count * ROW_BYTES
    && block.from_epoch === from.epoch && block.from_xid === from.xid && block.from_id === from.id;
  if (!chained) return false;
  try {
    const mac = macOf(keys.derive(PURPOSE, block.key_id).key, block);
    return mac.length === block.hmac.length && timingSafeEqual(mac, block.hmac);
  } catch {
    return false;
  }
}

/** What is wrong with the block in the chain, if anything; takes what was expected of it off the list. */
function blockFault(block: Block, before: Block | undefined, keys: SealKeys,
  ahead: Map<string, string>): SealVerdict | undefined {
  const wanted = String(BigInt(before?.block ?? 0) + 1n);
  if (block.block !== wanted) return { ok: false, block: wanted, reason: 'BLOCK_MISSING', row: null };
  const hmac = ahead.get(wanted);
  ahead.delete(wanted);
  const fits = blockFits(block, before, keys) && (hmac === undefined || hmac === block.hmac.toString('hex'));
  return fits ? undefined : { ok: false, block: wanted, reason: 'BLOCK_CHANGED', row: null };
}

/** The first row that is not as these blocks, which follow each other, sealed it. */
async function rowFault(db: Queryable, blocks: readonly Block[]): Promise<SealVerdict | undefined> {
  const [first, last] = [blocks[0], blocks.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  // One row more than was sealed is enough to see that some were inserted, however many.
  const sealed = blocks.reduce((sum, block) => sum + block.row_count, 0);
  const present = await db.rows<Present>(rowsBetween, [first.from_epoch, first.from_xid, first.from_id, last.to_epoch,
    last.to_xid, last.to_id, sealed + 1]);
  let at = 0;
  for (const block of blocks) {
    const end = endOf(block);
    const rows: Present[] = [];
    for (let row = present[at]; row !== undefined; row = present[at]) {
      if (comparePositions({ epoch: row.epoch, xid: row.xid_text, id: row.id_text }, end) > 0) break;
      rows.push(row);
      at += 1;
    }
    const wrong = firstDifference(block, rows);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** Whether the head still stands in the chain as it was kept. */
async function headFault(db: Queryable, { block, hmac }: SealHead): Promise<SealVerdict | undefined> {
  const found = await db.one<Block>(blockAt, [block]);
  if (found?.hmac.toString('hex') === hmac) return undefined;
  return { ok: false, block, reason: found === undefined ? 'BLOCK_MISSING' : 'BLOCK_CHANGED', row: null };
}

export interface SealWalk {
  /** Heads that were kept elsewhere: they also show blocks cut off at the end. */
  expected?: readonly SealHead[];
  /** Where an earlier check ended, or a kept head: what stands before it is not read. */
  from?: SealHead | undefined;
  /** The walk ends after the batch that passes this time; without it, at the end of the chain. */
  budgetMs?: number;
  /** Hears after each batch how far the walk is. */
  onProgress?: (head: SealHead) => void;
}

/** Walks the chain, batch by batch, and names the first bad row: changed, missing, inserted or out of order. */
export async function verifySeals(db: Queryable, keys: SealKeys,
  { expected = [], from, budgetMs, onProgress }: SealWalk = {}): Promise<SealVerdict> {
  const until = performance.now() + (budgetMs ?? Number.POSITIVE_INFINITY);
  const isBehind = ({ block }: SealHead): boolean => from !== undefined && BigInt(block) <= BigInt(from.block);
  for (const head of [...(from === undefined ? [] : [from]), ...expected.filter(isBehind)]) {
    const fault = await headFault(db, head);
    if (fault !== undefined) return fault;
  }
  const ahead = new Map(expected.filter((head) => !isBehind(head)).map(({ block, hmac }) => [block, hmac]));
  let before = from === undefined ? undefined : await db.one<Block>(blockAt, [from.block]);
  let [blocks, rows, isLate] = [0, 0, false];
  while (!isLate) {
    const batch = await db.rows<Block>(nextBlocks, [String(BigInt(before?.block ?? 0) + 1n), limits.sealCheckBlocks,
      limits.sealCheckRows]);
    if (batch.length === 0) break;
    const fitting: Block[] = [];
    let fault: SealVerdict | undefined;
    for (const block of batch) {
      fault = blockFault(block, before, keys, ahead);
      if (fault !== undefined) break;
      fitting.push(block);
      before = block;
      rows += block.row_count;
    }
    fault = await rowFault(db, fitting) ?? fault;
    if (fault !== undefined) return fault;
    blocks += fitting.length;
    if (before !== undefined) onProgress?.(headOf(before));
    isLate = performance.now() >= until;
  }
  const head = before === undefined ? null : headOf(before);
  if (!isLate && ahead.size > 0) {
    return { ok: false, block: String(BigInt(before?.block ?? 0) + 1n), reason: 'BLOCK_MISSING', row: null };
  }
  return { ok: true, blocks, rows, head, next: isLate ? head : null };
}

function headOf(block: Block): SealHead {
  return { block: block.block, hmac: block.hmac.toString('hex') };
}

/** The newest block, to be kept outside the database. */
export async function sealHead(db: Queryable): Promise<SealHead | null> {
  const last = await db.one<Block>(lastBlock);
  return last === undefined ? null : headOf(last);
}

/** Age in ms of the oldest row that no block covers, whichever node seals; stays <= 5 s (RA08). */
export async function unsealedAgeMs(db: Queryable): Promise<number> {
  const from = endOf(await db.one<Block>(lastBlock));
  return (await db.one<{ age_ms: number }>(unsealed, [from.epoch, from.xid, from.id]))?.age_ms ?? 0;
}

export interface Sealer extends LeaseLoop {
  /** Age of the oldest unsealed row as of the last round of this node, in ms. */
  unsealedMs(): number;
}

/** How long a node may be silent before another takes the sealing over; with the round it stays below 5 s. */
const LEASE_MS = 3_000;

/** Starts sealing every limits.sealEveryMs while this node holds the lease; survives a database that is away. */
export function createSealer(work: Work, keys: SealKeys, { nodeId }: { nodeId: string }): Sealer {
  let ageMs = 0;
  const loop = startLeaseLoop(work, {
    name: 'journal-seal', nodeId, leaseMs: LEASE_MS, everyMs: limits.sealEveryMs,
    complaint: 'the journal could not be sealed; trying again',
    async round(holding) {
      const more = holding && await sealNext(work.db, keys) === limits.sealRowsMax;
      if (!more) ageMs = await unsealedAgeMs(work.db);
      return more;
    },
  });
  return { ...loop, unsealedMs: () => ageMs };
}
