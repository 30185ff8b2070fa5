/** The audit trail at size: whatever it is filtered by, a page of it reads some of the journal, never all. */
import t from 'tap';
import { exportRows } from '#domain/exports/queries.ts';
import type { Queryable } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import { auditApi } from '#gateway/api/audit.ts';
import { testApi } from '#test/support/api.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import { testWork, type Teardown } from '#test/support/harness.ts';

t.setTimeout(180_000);

const ROWS = 100_000;
/** A page, and what lies around a period of a day: a thousand rows. */
const READ_MAX = 3_000;
const BEGIN = '2026-03-01T00:00:00Z';

interface Node { 'Relation Name'?: string; 'Actual Rows': number; 'Actual Loops': number;
  'Rows Removed by Filter'?: number; 'Rows Removed by Index Recheck'?: number; Plans?: Node[] }

function journalRows(node: Node): number {
  const read = node['Relation Name'] !== 'journal' ? 0 : (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)
    + (node['Rows Removed by Index Recheck'] ?? 0)) * node['Actual Loops'];
  return (node.Plans ?? []).reduce((sum, child) => sum + journalRows(child), read);
}

/** The same database, which also says how many rows of the journal its lists read. */
function measured<D extends Queryable>(db: D): { db: D; read: () => number } {
  let rows = 0;
  const dynamic: Queryable['dynamic'] = async (text, values) => {
    const [told] = await db.dynamic<{ 'QUERY PLAN': { Plan: Node }[] }>(
      `explain (analyze, format json) ${text}`, values);
    rows += journalRows(told!['QUERY PLAN'][0]!.Plan);
    return db.dynamic(text, values);
  };
  return { db: { ...db, dynamic }, read: () => { const was = rows; rows = 0; return was; } };
}

/** A hundred days: customers and twenty agents talk all the time; the rest happened a few times, long ago. */
async function place(t: Teardown) {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const [agent, other] = world.agents;
  await work.db.dynamic(`insert into journal (epoch, xid, at, organisation_id, type, subject_type, subject_id,
      actor_kind, actor_id)
    select 1, (10 + n / 3)::text::xid8, $2::timestamptz + n * interval '86.4 seconds', $1,
      case when n in (700, 900) then 'role.updated' when n % 2 = 0 then 'message.received' else 'message.queued' end,
      case when n in (700, 900) then 'role' else 'message' end, gen_random_uuid(),
      case when n = 800 then 'BOT' when n in (700, 900) or n % 2 = 1 then 'USER'
        when n % 10 = 0 then 'SYSTEM' else 'CUSTOMER' end,
      case when n in (700, 900) then $3::uuid when n % 2 = 1 then $4::uuid end
    from generate_series(1, $5) n`, [world.organisationId, BEGIN, other!.id, agent!.id, ROWS]);
  await work.db.dynamic('analyze journal');
  const { db, read } = measured(work.db);
  const user = world.administrator;
  const api = await testApi(t, { work, plugins: () => [auditApi({ work: { ...work, db } as Work })] });
  return { work, world, db, read, user, rare: other!.id, manager: await api.as(user) };
}

t.test('no filter of the trail reads the whole journal, and each finds what it should', async (t) => {
  const { manager, read, rare } = await place(t);
  const ask = async (query: string): Promise<{ at: string; type: string }[]> => {
    const { status, body } = await manager.get(`/api/audit?limit=50&${query}`);
    t.equal(status, 200, query);
    const rows = read();
    t.ok(rows < READ_MAX, `${query}: ${rows} rows read`);
    return body.items;
  };
  const [from, to] = ['2026-04-10T00:00:00Z', '2026-04-10T06:00:00Z'];
  for (const [query, found] of [['', 50], ['type=message.received', 50], ['type=role.updated', 2],
    ['type=user.created', 0], ['subjectType=message', 50], ['subjectType=role', 2], ['subjectType=seat', 0],
    [`actorId=${rare}`, 2], [`actorId=${crypto.randomUUID()}`, 0], ['actorKind=BOT', 1], ['actorKind=SYSTEM', 50],
    [`subjectId=${crypto.randomUUID()}`, 0], [`from=${from}&to=${to}&type=message.received`, 50],
    [`from=${from}&to=${to}&actorKind=BOT`, 0], [`from=${from}&to=${to}&subjectType=interaction`, 0],
    [`to=${BEGIN}`, 0], ['from=2027-01-01T00:00:00Z', 0], [`type=role.updated&actorId=${rare}`, 2]] as const) {
    t.equal((await ask(query)).length, found, query);
  }
  const day = await ask(`from=${from}&to=${to}`);
  t.ok(day.every(({ at }) => at >= from.replace('Z', '.000Z') && at < to), 'of the period only');
  t.equal(day[0]?.at, '2026-04-10T05:58:33.600Z', 'the newest of it first');
  const first = await ask('to=2026-03-01T00:05:00Z');
  t.equal(first.length, 3, 'the first rows there are');
});

t.test('an export of a day reads that day, page after page', async (t) => {
  const { db, read, user } = await place(t);
  let rows = 0;
  for await (const page of exportRows(db, { kind: 'audit', user, from: '2026-04-10', to: '2026-04-10', zone: 'UTC',
    unmask: false })) rows += page.length;
  t.equal(rows, 1_000);
  t.ok(read() < READ_MAX);
});
