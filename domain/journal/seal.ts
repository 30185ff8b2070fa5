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
    and (j.epoch, j.xid, j.id) <= ($4::int, $5::text::xid8, $6::bigint) order by j.epoch, j.xid, j.id`);

const BLOCK = `block::text, from_epoch, from_xid::text, from_id::text, to_epoch, to_xid::text, to_id::text, row_count,
  row_hashes,
  previous_hmac, hmac, key_id`;
const lastBlock = statement('seal.last', `select ${BLOCK} from journal_seal order by journal_seal.block desc limit 1`);
const blockAt = statement('seal.at',
  `select ${BLOCK} from journal_seal where block >= $1::bigint order by journal_seal.block limit 1`);
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

/** What is wrong first, or that nothing is. `row` names the journal row by its id. */
export type SealVerdict =
  | { ok: true; blocks: number; rows: number; head: SealHead | null }
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

/**
 * Walks the whole chain and names the first bad row: changed, missing, inserted or out of order. `expected`, a head
 * that was kept elsewhere, also shows blocks cut off at the end.
 */
export async function verifySeals(db: Queryable, keys: SealKeys, expected?: SealHead): Promise<SealVerdict> {
  let before: Block | undefined;
  let rows = 0;
  let wanted = 1n;
  let expectedSeen = expected === undefined;
  for (;;) {
    const block = await db.one<Block>(blockAt, [String(wanted)]);
    if (block === undefined) break;
    if (BigInt(block.block) !== wanted) return { ok: false, block: String(wanted), reason: 'BLOCK_MISSING', row: null };
    if (!blockFits(block, before, keys)) return { ok: false, block: block.block, reason: 'BLOCK_CHANGED', row: null };
    const present = await db.rows<Present>(rowsBetween,
      [block.from_epoch, block.from_xid, block.from_id, block.to_epoch, block.to_xid, block.to_id]);
    const wrong = firstDifference(block, present);
    if (wrong !== undefined) return wrong;
    if (expected?.block === block.block) {
      if (block.hmac.toString('hex') !== expected.hmac) return { ok: false, block: block.block,
        reason: 'BLOCK_CHANGED', row: null };
      expectedSeen = true;
    }
    rows += block.row_count;
    before = block;
    wanted += 1n;
  }
  if (!expectedSeen) return { ok: false, block: String(wanted), reason: 'BLOCK_MISSING', row: null };
  return { ok: true, blocks: Number(wanted - 1n), rows, head: before === undefined ? null : headOf(before) };
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
