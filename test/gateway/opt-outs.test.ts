/** Opt-outs are found by customer, number and handle, within one's scope; what the mask hides cannot be tried out. */
import t from 'tap';
import { newId } from '#domain/ids.ts';
import { addUser, adminWorld, type AdminWorld } from '#test/support/admin-world.ts';
import type { Browser } from '#test/support/api.ts';
import { openInteraction } from '#test/support/conversation.ts';

t.setTimeout(120_000);

/** A customer whose work stands at this site, and who refused. */
async function refused({ work, world }: AdminWorld, name: string, handle: string, siteId: string): Promise<void> {
  const at = await openInteraction(work.db, world, { name, handle });
  await work.db.dynamic('update interactions set site_id = $2 where id = $1', [at.interactionId, siteId]);
  await work.db.dynamic(`insert into opt_outs (id, organisation_id, contact_point_id, reason)
    values ($1, $2, $3, 'Diminta')`, [newId(), world.organisationId, at.contactPointId]);
}

async function found(browser: Browser, q: string, more: object = {}): Promise<string[]> {
  const { status, body } = await browser.call('POST', '/api/opt-outs/search', { q, ...more });
  if (status !== 200) throw new Error(`${q}: ${JSON.stringify(body)}`);
  return (body.items as { contactName: string }[]).map((item) => item.contactName).toSorted();
}

async function place(t: Parameters<typeof adminWorld>[0]) {
  const at = await adminWorld(t);
  const { api, work, world } = at;
  const other = newId();
  await work.db.dynamic(`insert into sites (id, organisation_id, code, name, time_zone)
    values ($1, $2, 'YGY', 'Yogya', 'Asia/Jakarta')`, [other, world.organisationId]);
  await refused(at, 'Budi Santoso', '+628123456789', world.siteId);
  await refused(at, 'Siti Aminah', '628129876543@s.whatsapp.net', world.siteId);
  await refused(at, 'Dewi Lestari', 'dewi.lestari@contoh.id', world.siteId);
  await refused(at, 'Budi Hartono', '+628111222333', other);
  await work.db.dynamic(`insert into roles (id, organisation_id, code, name_id, name_en, rank, permissions)
    values ($1, $2, 'PENOLAKAN', 'P', 'P', 1, '{opt-out.manage}')`, [newId(), world.organisationId]);
  const all = { kind: 'organisation', id: null };
  return { ...at,
    keeper: await api.as(await addUser(at, '62001', 'PENOLAKAN', all)),
    siteLeader: await api.as(await addUser(at, '62002', 'TEAM_LEADER')),
    manager: await api.as(await addUser(at, '62003', 'OPERATION_MANAGER')) };
}

t.test('opt-outs are found by a number however it is typed, by an address and by the name', async (t) => {
  const { keeper } = await place(t);
  for (const typed of ['08123456789', '+62 812-3456-789', '628123456789', '0812.3456.789']) {
    t.strictSame(await found(keeper, typed), ['Budi Santoso'], typed);
  }
  t.strictSame(await found(keeper, '0812 9876 543'), ['Siti Aminah'], 'the number within a handle');
  t.strictSame(await found(keeper, 'Dewi.Lestari@contoh.id'), ['Dewi Lestari']);
  t.strictSame(await found(keeper, 'santoso bud'), ['Budi Santoso'], 'every word, the last half typed');
  t.strictSame(await found(keeper, 'budi'), ['Budi Hartono', 'Budi Santoso']);
  t.strictSame(await found(keeper, 'budi', { purpose: 'OFFER' }), [], 'narrowed as the list is');
  t.strictSame(await found(keeper, '%'), [], 'a sign of SQL is no word');
  const page = (await keeper.call('POST', '/api/opt-outs/search', { q: 'budi', limit: 1 })).body;
  t.strictSame(await found(keeper, 'budi', { limit: 1, cursor: page.nextCursor as string }), ['Budi Santoso']);
});

t.test('RS01 the search of opt-outs ends where the list ends', async (t) => {
  const { siteLeader, api, world, work } = await place(t);
  t.strictSame(await found(siteLeader, 'budi'), ['Budi Santoso']);
  t.strictSame(await found(siteLeader, '+62 811 1222 333'), [], 'a customer of another site');
  t.equal((await (await api.as(world.agents[0]!)).call('POST', '/api/opt-outs/search', { q: 'budi' })).status, 403);
  const [row] = await work.db.dynamic<{ data: unknown; n: string }>(`select data, count(*) over () as n from journal
    where type = 'search.performed'`);
  t.match(row, { data: { noun: 'opt-outs' }, n: '1' }, 'and is written down once, without the words');
});

t.test('RA09 digits behind the mask are found only by who may unmask them', async (t) => {
  const { keeper, manager } = await place(t);
  t.strictSame(await found(keeper, '0812'), ['Budi Santoso', 'Siti Aminah'], 'the beginning is shown');
  t.strictSame(await found(keeper, '789'), ['Budi Santoso'], 'so is the end');
  for (const hidden of ['08123', '3456', '6789', 'lestari@contoh', '812345678']) {
    t.strictSame(await found(keeper, hidden), [], hidden);
  }
  t.strictSame(await found(manager, '3456'), ['Budi Santoso']);
  t.strictSame(await found(manager, 'lestari@contoh'), ['Dewi Lestari']);
});
