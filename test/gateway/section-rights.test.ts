/** Each page of the settings is within reach of whoever holds nothing but the right that opens it. */
import t from 'tap';
import { newId } from '#domain/ids.ts';
import { seededRoles } from '#domain/people/permissions.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import { addUser } from '#test/support/admin-world.ts';
import { wholeApp } from '#test/support/node.ts';
import { firstSection, mayOpen, openSections, sections,
  type Section } from '../../agent-desk/web/src/admin/sections.ts';
import { homeOf, mayAdmin } from '../../agent-desk/web/src/shell/rights.ts';

t.setTimeout(120_000);

/** What each page asks for first; the exports ask for nothing before a button is pressed. */
const asks: Record<Section['key'], string | undefined> = {
  users: 'users', roles: 'roles', signInRules: 'security-settings', apiKeys: 'api-keys', branches: 'branches',
  sites: 'sites', teams: 'teams', seats: 'seats', calendars: 'calendars', queues: 'queues', skills: 'skills',
  categories: 'categories', reasons: 'reasons', canned: 'canned-replies', accounts: 'channel-accounts',
  quarantine: 'quarantine', optOuts: 'opt-outs', webhooks: 'webhooks', checks: 'setup-check', audit: 'audit',
  exports: undefined, seals: 'journal/seal-heads', subjectData: 'subject-requests', retention: 'retention-rules',
};

const rightsOf = (section: Section): string[] =>
  [section.permission, ...(section.or === undefined ? [] : [section.or])];

t.test('one right alone leads to its pages: the way there, the menu, the page and what it lists', async (t) => {
  const app = await wholeApp(t);
  const { db } = app.parts.work;
  const world = await smallWorld(db);
  const rights = [...new Set(sections.flatMap(rightsOf))].filter((right) => right !== 'queue.read');
  for (const [n, right] of rights.entries()) {
    await db.dynamic(`insert into roles (id, organisation_id, code, name_id, name_en, rank, permissions)
      values ($1, $2, $3, $3, $3, 1, $4)`, [newId(), world.organisationId, `SATU_${n}`, [right]]);
    const browser = await app.as(await addUser({ work: { db }, world }, String(61_000 + n), `SATU_${n}`,
      { kind: 'organisation', id: null }));
    const { permissions } = (await browser.get('/api/session')).body as { permissions: string[] };
    t.strictSame(permissions, [right]);
    const own = sections.filter((section) => rightsOf(section).includes(right));
    t.equal(mayAdmin(permissions), true, `${right}: the rail shows the settings`);
    t.equal(homeOf(permissions), '/admin', `${right}: which are all there is to do`);
    t.equal(firstSection(permissions), own[0], `${right}: and begin with its page`);
    t.strictSame(openSections(permissions), own, `${right}: the menu names its pages and no other`);
    for (const { key } of own) {
      const path = asks[key];
      if (path !== undefined) t.equal((await browser.get(`/api/${path}`)).status, 200, `${right}: ${key}`);
    }
  }
});

t.test('what every agent holds opens no settings by itself, and pages once there are some', async (t) => {
  const agent = seededRoles.find(({ code }) => code === 'AGENT')?.permissions ?? [];
  t.ok(agent.includes('queue.read'));
  t.equal(mayAdmin(agent), false);
  t.strictSame(openSections(agent), []);
  const both = [...agent, 'opt-out.manage'];
  t.equal(homeOf(both), '/', 'an agent starts with the work');
  t.equal(firstSection(both)?.key, 'optOuts');
  t.ok(sections.filter((section) => mayOpen(section, agent)).every((section) => openSections(both).includes(section)));
});
