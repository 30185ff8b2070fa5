/** The check of the set-up finds what keeps work waiting or hides it, names it, and falls silent when it is mended. */
import t from 'tap';
import { addUser, adminWorld } from '#test/support/admin-world.ts';
import type { Browser } from '#test/support/api.ts';

t.setTimeout(60_000);

interface Finding { code: string; severity: string; noun: string; count: number; examples: { name: string | null }[] }

async function codes(browser: Browser): Promise<Map<string, Finding>> {
  const { items } = (await browser.get('/api/setup-check')).body as { items: Finding[] };
  return new Map(items.map((one) => [one.code, one]));
}

t.test('J58 each gap is found by name and gone once it is closed', async (t) => {
  const place = await adminWorld(t);
  const { api, world, work } = place;
  const admin = await api.as(world.administrator);
  const before = await codes(admin);
  t.notOk(before.has('NO_TIER2_QUEUE'));
  const made = await admin.call('POST', '/api/queues', { code: 'KOSONG', name: 'Antrean kosong', tier: 1 });
  const skill = await admin.call('POST', '/api/skills', { code: 'LANGKA', name: 'Keahlian langka' });
  const agent = world.agents[0]!;
  t.ok((await codes(admin)).get('QUEUE_WITHOUT_MEMBERS')?.examples.some((each) => each.name === 'Antrean kosong'));
  await admin.call('PATCH', `/api/queues/${made.body.id}`, { memberIds: [agent.id], skillIds: [skill.body.id] },
    { 'if-match': '1' });
  const lacking = await codes(admin);
  t.notOk(lacking.get('QUEUE_WITHOUT_MEMBERS')?.examples.some((each) => each.name === 'Antrean kosong'));
  t.ok(lacking.get('QUEUE_WITHOUT_SKILLED')?.examples.some((each) => each.name === 'Antrean kosong'));
  t.equal(lacking.get('QUEUE_WITHOUT_SKILLED')?.severity, 'STOPS');
  await work.db.dynamic('insert into user_skills (organisation_id, user_id, skill_id) values ($1, $2, $3)',
    [world.organisationId, agent.id, skill.body.id]);
  t.notOk((await codes(admin)).get('QUEUE_WITHOUT_SKILLED')?.examples.some((each) => each.name === 'Antrean kosong'));
  await addUser(place, '10500', 'AGENT');
  t.match((await codes(admin)).get('USER_WITHOUT_QUEUE'), { noun: 'users', examples: [{ name: /10500/ }] });
  await work.db.dynamic('update queues set active = false where organisation_id = $1 and tier = 2',
    [world.organisationId]);
  t.ok((await codes(admin)).has('NO_TIER2_QUEUE'));
});

t.test('RS01 the check is for those who manage the whole organisation, and tells of no other', async (t) => {
  const place = await adminWorld(t);
  const { api, world } = place;
  const local = await api.as(await addUser(place, '80020', 'OPERATION_MANAGER', { kind: 'site', id: world.siteId }));
  t.equal((await local.get('/api/setup-check')).status, 403);
  t.equal((await (await api.as(world.leader)).get('/api/setup-check')).status, 403);
  const text = JSON.stringify((await (await api.as(world.administrator)).get('/api/setup-check')).body);
  for (const id of Object.values(place.foreign)) t.notOk(text.includes(id));
});
