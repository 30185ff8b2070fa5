/**
 * The seals over the journal: whoever changes a row behind the product's back is found, and the first bad row is named.
 */
import { createHash } from 'node:crypto';
import t from 'tap';
import { appendJournal } from '#domain/journal/append.ts';
import { destroySubjectKey, journalDetail, readDetail, type DetailVault } from '#domain/journal/detail.ts';
import type { JournalEntry } from '#domain/journal/events.ts';
import { createSealer, sealHead, sealNext, unsealedAgeMs, verifySeals, type SealHead,
  type SealKeys } from '#domain/journal/seal.ts';
import { newId } from '#domain/ids.ts';
import { limits } from '#domain/limits.ts';
import type { Db } from '#domain/store/db.ts';
import { APP_ROLE } from '#domain/store/migrate.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import { eventually, memoryLog, localWake, openTestDb, testWork } from '#test/support/harness.ts';

const keys: SealKeys = { derive: (purpose,
  keyId = 'one') => ({ keyId, key: createHash('sha256').update(purpose + keyId).digest() }) };
const organisationId = newId();

function entry(n: number): JournalEntry {
  return { type: 'interaction.queued', subjectType: 'interaction', subjectId: newId(), actor: { kind: 'SYSTEM' },
    scope: { organisationId }, version: n, data: { seq: n } };
}

async function write(db: Db, rows: number, from = 0): Promise<void> {
  await db.transaction((tx) => appendJournal(tx, Array.from({ length: rows }, (_, n) => entry(from + n))));
}

/** What a superuser can do that the product's role cannot. */
async function tamper(db: Db, sql: string): Promise<void> {
  await db.dynamic('alter table journal disable trigger all');
  await db.dynamic('alter table journal_seal disable trigger all');
  await db.dynamic(sql);
}

/** Other databases of the cluster may have writers open, behind which nothing is sealed. */
async function sealAll(db: Db): Promise<void> {
  await eventually('everything sealed',
    async () => { await sealNext(db, keys); return await unsealedAgeMs(db) === 0; });
}

async function sealed(t: Parameters<typeof openTestDb>[0]): Promise<{ db: Db; ids: string[] }> {
  const { db } = await openTestDb(t);
  for (const block of [0, 1, 2]) {
    await write(db, 5, block * 5);
    await sealAll(db);
  }
  const rows =
    await db.dynamic<{ id: string }>('select id::text from journal order by journal.epoch, journal.xid, journal.id');
  return { db, ids: rows.map(({ id }) => id) };
}

t.test('RA08 an untouched journal verifies, to the head that was kept elsewhere', async (t) => {
  const { db } = await sealed(t);
  const head = await sealHead(db);
  t.match(await verifySeals(db, keys), { ok: true, blocks: 3, rows: 15, head });
  await write(db, 2);
  await sealAll(db);
  t.match(await verifySeals(db, keys, { expected: [head!] }), { ok: true, blocks: 4, rows: 17 });
});

t.test('RA08 a superuser changes, deletes, reorders, inserts or truncates: the first bad row is named', async (t) => {
  const cases: [string, (ids: string[]) => string, (ids: string[]) => object][] = [
    ['change', (ids) => `update journal set data = '{"n": 99}' where id in (${ids[7]}, ${ids[11]})`,
      (ids) => ({ reason: 'ROW_CHANGED', block: '2', row: { id: ids[7] } })],
    ['change the time', (ids) => `update journal set at = at + interval '1 microsecond' where id = ${ids[0]}`,
      (ids) => ({ reason: 'ROW_CHANGED', block: '1', row: { id: ids[0] } })],
    ['delete', (ids) => `delete from journal where id = ${ids[6]}`,
      (ids) => ({ reason: 'ROW_MISSING', block: '2', row: { id: ids[6] } })],
    ['delete the last', (ids) => `delete from journal where id = ${ids[14]}`,
      (ids) => ({ reason: 'ROW_MISSING', block: '3', row: { id: ids[14] } })],
    ['reorder',
      (ids) => `update journal j set data = o.data, version = o.version, subject_id = o.subject_id from journal o
      where (j.id = ${ids[3]} and o.id = ${ids[12]}) or (j.id = ${ids[12]} and o.id = ${ids[3]})`,
        (ids) => ({ reason: 'ROW_CHANGED', block: '1', row: { id: ids[3] } })],
    ['insert',
      (ids) => `insert into journal (epoch, xid, id, at, organisation_id, type, subject_type, subject_id, actor_kind)
      overriding system value select epoch, xid, 0, at, organisation_id, type, subject_type, subject_id, actor_kind
        from journal where id = ${ids[5]}`,
    () => ({ reason: 'ROW_INSERTED', block: '2', row: { id: '0' } })],
    ['truncate', () => 'truncate journal', (ids) => ({ reason: 'ROW_MISSING', block: '1', row: { id: ids[0] } })],
    ['change a seal',
      () => `update journal_seal set row_hashes = set_byte(row_hashes, 20, 1 + get_byte(row_hashes, 20) % 200)
        where block = 2`, () => ({ reason: 'BLOCK_CHANGED', block: '2', row: null })],
    ['delete a seal', () => 'delete from journal_seal where block = 2',
      () => ({ reason: 'BLOCK_MISSING', block: '2', row: null })],
  ];
  for (const [name, sql, expected] of cases) {
    await t.test(name, async (t) => {
      const { db, ids } = await sealed(t);
      await tamper(db, sql(ids));
      t.match(await verifySeals(db, keys), { ok: false, ...expected(ids) });
    });
  }
});

t.test('RA08 cutting off the newest blocks with their rows shows against a head kept elsewhere', async (t) => {
  const { db, ids } = await sealed(t);
  const head = await sealHead(db);
  await tamper(db, `delete from journal where id > ${ids[9]}`);
  await db.dynamic('delete from journal_seal where block = 3');
  t.match(await verifySeals(db, keys), { ok: true }, 'alone it cannot be seen');
  t.match(await verifySeals(db, keys, { expected: [head!] }), { ok: false, reason: 'BLOCK_MISSING', block: '3' });
});

t.test('RA08 a long chain is checked in parts, each from where the last one ended, or from a kept head', async (t) => {
  const { db } = await openTestDb(t);
  for (let block = 0; block < 3; block += 1) {
    await write(db, limits.sealRowsMax, block * limits.sealRowsMax);
    await sealAll(db);
  }
  t.ok(limits.sealCheckRows < 3 * limits.sealRowsMax, 'more than one part');
  const head = await sealHead(db);
  const first = await verifySeals(db, keys, { budgetMs: 0, expected: [head!] });
  t.match(first, { ok: true, blocks: 2, rows: 2 * limits.sealRowsMax, next: { block: '2' } });
  const from = (first as { next: SealHead }).next;
  t.match(await verifySeals(db, keys, { from, expected: [head!] }),
    { ok: true, blocks: 1, rows: limits.sealRowsMax, next: null, head });
  const seen: string[] = [];
  t.match(await verifySeals(db, keys, { onProgress: ({ block }) => { seen.push(block); } }), { ok: true, blocks: 3 });
  t.same(seen, ['2', '3']);
  t.match(await verifySeals(db, keys, { from: { ...from, hmac: '0'.repeat(64) } }),
    { ok: false, reason: 'BLOCK_CHANGED', block: '2' }, 'a head that never was');
  t.match(await verifySeals(db, keys, { from: head!, expected: [{ ...from, hmac: '0'.repeat(64) }] }),
    { ok: false, reason: 'BLOCK_CHANGED', block: '2' }, 'what was kept is compared, also before the start');
  const ids = await db.dynamic<{ id: string }>('select id::text from journal order by journal.id');
  await tamper(db, `update journal set data = '{"n": -1}' where id in (${ids[1]?.id}, ${ids.at(-1)?.id})`);
  t.match(await verifySeals(db, keys), { ok: false, block: '1', row: { id: ids[1]?.id } });
  t.match(await verifySeals(db, keys, { from }), { ok: false, block: '3', row: { id: ids.at(-1)?.id } });
});

t.test('RA08 the product\'s own role can neither change nor delete the journal or its seals', async (t) => {
  const { db } = await openTestDb(t, { role: APP_ROLE });
  await write(db, 1);
  await sealNext(db, keys);
  for (const table of ['journal', 'journal_seal']) {
    for (const sql of [`delete from ${table}`, `truncate ${table}`]) await t.rejects(db.dynamic(sql),
      { code: '42501' });
  }
  await t.rejects(db.dynamic(`update journal set type = 'x'`), { code: '42501' });
});

t.test('RA08 two nodes: one seals at a time, the other takes over, the chain stays whole', async (t) => {
  const work = await testWork(t);
  const other = { ...work, log: memoryLog(), wake: localWake() };
  const [one, two] = [newId(), newId()];
  const first = createSealer(work, keys, { nodeId: one });
  await eventually('the first holds', () => first.holds());
  const second = createSealer(other, keys, { nodeId: two });
  await write(work.db, 20);
  await eventually('everything sealed', async () => await unsealedAgeMs(work.db) === 0);
  t.notOk(second.holds());
  await first.stop();
  await write(work.db, 20);
  await eventually('the second took over', () => second.holds());
  await eventually('everything sealed', async () => await unsealedAgeMs(work.db) === 0);
  await second.stop();
  t.match(await verifySeals(work.db, keys), { ok: true, rows: 40 });
});

t.test('RA08 sealing never passes over a transaction that is still open', async (t) => {
  const { db } = await openTestDb(t);
  await db.transaction(async (tx) => {
    await appendJournal(tx, [entry(1)]);
    await write(db, 1, 2);
    t.equal(await sealNext(db, keys), 0, 'the younger row waits');
  });
  await sealAll(db);
  t.match(await verifySeals(db, keys), { ok: true, rows: 2 });
});

t.test('personal before and after are readable until the key of the person is destroyed; the chain stays whole',
  async (t) => {
  const { db } = await openTestDb(t);
  const world = await smallWorld(db);
  const subjectId = newId();
  const vault: DetailVault = {
    seal: (plain, aad) => ({ keyId: 'k1', sealed: Buffer.concat([createHash('sha256').update(aad).digest(), plain]) }),
    open: (keyId, bytes, aad) => {
      if (keyId !== 'k1'
        || !Buffer.from(bytes.subarray(0,
          32)).equals(createHash('sha256').update(aad).digest())) throw new Error('wrong place');
      return bytes.subarray(32);
    },
  };
  const changed = { ...entry(1), type: 'contact.updated' as const, scope: { organisationId: world.organisationId } };
  await db.transaction((tx) => journalDetail(tx, vault, changed, subjectId,
    { before: { name: 'Kenari Lama' }, after: { name: 'Kenari Baru' } }));
  await db.transaction((tx) => journalDetail(tx, vault, changed, subjectId,
    { before: { name: 'Kenari Baru' }, after: { name: 'Kenari' } }));
  await sealAll(db);
  const [row] =
    await db.dynamic<{ journal_id: string;
      sealed: Buffer }>('select journal_id::text, sealed from journal_detail order by journal_id');
  t.notMatch(row?.sealed.toString('latin1'), /Kenari/);
  t.same(await readDetail(db, vault, world.organisationId, row?.journal_id ?? ''),
    { before: { name: 'Kenari Lama' }, after: { name: 'Kenari Baru' } });
  t.equal(await readDetail(db, vault, newId(), row?.journal_id ?? ''), undefined, 'not from another organisation');
  await destroySubjectKey(db, world.organisationId, subjectId);
  t.equal(await readDetail(db, vault, world.organisationId, row?.journal_id ?? ''), undefined);
  await db.transaction((tx) => journalDetail(tx, vault, changed, subjectId, { before: {}, after: { name: 'x' } }));
  await sealAll(db);
  t.match(await verifySeals(db, keys), { ok: true, rows: 3 });
});
