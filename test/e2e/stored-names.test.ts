/** RS08: names, titles and reasons that people write in the settings stay text on every page that shows them. */
import t, { type Test } from 'tap';
import { newId } from '#domain/ids.ts';
import type { User } from '#domain/people/access.ts';
import { addUser } from '#test/support/admin-world.ts';
import { calm, watch } from '#test/support/calm.ts';
import { openInteraction } from '#test/support/conversation.ts';
import { deskPage, deskScene, type DeskScene } from '#test/support/desk-page.ts';
import { xssCorpus } from '#test/support/xss-corpus.ts';

t.setTimeout(300_000);

/** One row of the noun per text of the corpus; `$1` the organisation, `n` and `text` of each. */
async function fill({ work, world }: DeskScene): Promise<void> {
  const { contactId, contactPointId } = await openInteraction(work.db, world, {});
  const from = `from unnest($2::text[]) with ordinality as x (text, n)`;
  const add = (columns: string, values: string, table: string): Promise<unknown> => work.db.dynamic(
    `insert into ${table} (id, organisation_id, ${columns}) select gen_random_uuid(), $1, ${values} ${from}`,
    [world.organisationId, [...new Set(xssCorpus)]]);
  await add('code, name', `'X' || n, text`, 'skills');
  await add('code, name, time_zone', `'X' || n, text, 'Asia/Jakarta'`, 'sites');
  await add('site_id, name', `'${world.siteId}', text`, 'teams');
  await add('site_id, application, label', `'${world.siteId}', 'OMNI', text`, 'seats');
  await add('code, name, kind, path', `'X' || n, text, 'HEAD_OFFICE', ('x' || n)::ltree`, 'branches');
  await add('code, name, tier', `'X' || n, text, 1`, 'queues');
  await add('code, name_id, name_en, rank, permissions', `'X' || n, text, text, 1, '{}'`, 'roles');
  await add('code, name_id, name_en', `'X' || n, text, text`, 'categories');
  await add('kind, code, label_id, label_en', `'BREAK', 'X' || n, text, text`, 'reasons');
  await add('npk, name', `(50000 + n)::text, text`, 'users');
  await add('channel, key, name, address', `'generic', 'x-' || n, text, text`, 'channel_accounts');
  await add('shortcut, title, body', `'x' || n, text, text`, 'canned_replies');
  await add('code, name, time_zone, weekly', `'X' || n, text, 'Asia/Jakarta', '[[],[],[],[],[],[],[]]'`, 'calendars');
  await add('contact_point_id, reason, withdrawn_at', `'${contactPointId}', text, app_now()`, 'opt_outs');
  await add('name, issuer, client_id', `text, 'https://idp.contoh.id', text`, 'identity_providers');
  const { administrator } = world;
  await add('user_id, name, key_hash, last4, permissions, expires_at',
    `'${administrator.id}', text, sha256(text::bytea), 'abcd', '{}', app_now() + interval '1 day'`, 'api_keys');
  await add('name, url, types, after_epoch, after_xid, after_id', `text, 'https://contoh.id', '{}', 1, '1', 1`,
    'webhooks');
  await add('contact_id, kind, state, reason, requested_by, due_at',
    `'${contactId}', 'EXPORT', 'DONE', text, '${administrator.id}', app_now()`, 'subject_requests');
  await add('contact_id, reason, placed_by, released_at', `'${contactId}', text, '${administrator.id}', app_now()`,
    'legal_holds');
}

const lists = ['skills', 'users', 'roles', 'sign-in-rules', 'api-keys', 'branches', 'sites', 'teams', 'seats',
  'calendars',
  'queues', 'categories', 'reasons', 'canned-replies', 'channel-accounts', 'webhooks', 'subject-requests',
  'retention', 'setup-check', 'audit'];
/** Nouns whose drawer or page of one shows more fields than the list. */
const ones: [path: string, table: string][] = [['users', 'users'], ['roles', 'roles'], ['sites', 'sites'],
  ['queues', 'queues'], ['channel-accounts', 'channel_accounts'], ['canned-replies', 'canned_replies'],
  ['categories', 'categories'], ['calendars', 'calendars']];

/** Goes from page to page within the desk and looks each time whether anything acted. */
async function walk(t: Test, scene: DeskScene, user: Pick<User, 'id' | 'organisationId'>,
  paths: readonly string[]): Promise<void> {
  const { page, faults } = await deskPage(scene, user, `/admin/${paths[0]}`);
  const seen = await watch(page, scene.product.url);
  await page.locator('main h1').first().waitFor();
  for (const path of paths) {
    // Within the page that is there: the watch goes on, and nobody waits for the scripts again.
    await page.evaluate(`history.pushState(null, '', '/admin/${path}')`);
    await page.evaluate('dispatchEvent(new PopStateEvent("popstate"))');
    await page.locator('main h1, [role=dialog]').first().waitFor();
    await page.waitForLoadState('networkidle');
    if (path === 'skills') await page.getByText('__xss').first().waitFor();
    await calm(t, page, seen, path);
  }
  t.same(faults, []);
}

t.test('RS08 no name, title or reason of the settings acts on any page of them', async (t) => {
  const scene = await deskScene(t);
  await fill(scene);
  const drawers = await Promise.all(ones.map(async ([path, table]) => {
    const [row] = await scene.work.db.dynamic<{ id: string }>(`select id from ${table}
      where organisation_id = $1 order by id desc limit 1`, [scene.world.organisationId]);
    return `${path}/${row?.id ?? newId()}`;
  }));
  await walk(t, scene, scene.world.administrator, [...lists, ...drawers]);
  const manager = await addUser(scene, '80701', 'OPERATION_MANAGER');
  await walk(t, scene, manager, ['opt-outs', 'subject-requests', 'retention', 'exports']);
});
