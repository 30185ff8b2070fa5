/** Lists to choose from that are longer than a page of the server: all of them are there, or the screen says so. */
import type { Page } from 'playwright-core';
import t from 'tap';
import { openOwnedInteraction } from '#test/support/conversation.ts';
import { isAbsent, seriousFindings } from '#test/support/browser.ts';
import { deskPage, deskScene, type DeskScene } from '#test/support/desk-page.ts';

t.setTimeout(240_000);

/** 260 canned replies, reasons to look behind a mask, outcomes and categories. */
async function fill({ work, world }: DeskScene): Promise<void> {
  const { organisationId } = world;
  await work.db.dynamic(`insert into canned_replies (id, organisation_id, shortcut, title, body)
    select gen_random_uuid(), $1, 'jawab-' || lpad(n::text, 3, '0'), 'Jawaban ' || n, 'Isi ' || n
    from generate_series(1, 260) n`, [organisationId]);
  await work.db.dynamic(`insert into reasons (id, organisation_id, kind, code, label_id, label_en, sort)
    select gen_random_uuid(), $1, kind, 'ALASAN_' || n, 'Alasan ke-' || n, 'Reason ' || n, n
    from generate_series(1, 260) n, unnest(array['UNMASK', 'OUTCOME']) kind`, [organisationId]);
  await work.db.dynamic(`insert into categories (id, organisation_id, code, name_id, name_en)
    select gen_random_uuid(), $1, 'ZZ_' || lpad(n::text, 3, '0'), 'Kategori ke-' || n, 'Category ' || n
    from generate_series(1, 260) n`, [organisationId]);
}

/** The last of a long list is found by its words in the field with this label. */
async function finds(page: Page, label: string, word: string): Promise<void> {
  const field = page.getByRole('combobox', { name: label }).or(page.getByRole('textbox', { name: label })).first();
  await field.click();
  await field.fill(word);
  await page.getByRole('option', { name: word, exact: true }).waitFor();
  await page.keyboard.press('Escape');
}

t.test('lists of settings are fetched whole, and one that is cut is named', async (t) => {
  const scene = await deskScene(t);
  const { work, world } = scene;
  const agent = world.agents[0]!;
  await fill(scene);
  const at = await openOwnedInteraction(work.db, world, agent.id, { name: 'Budi Contoh', answered: true });

  await t.test('canned replies, categories and outcomes of the agent', async (t) => {
    const { page, faults } = await deskPage(scene, agent, `/i/${at.interactionId}`);
    await page.getByRole('textbox', { name: /Tulis balasan/ }).fill('/jawab-260');
    await page.getByRole('option', { name: /jawab-260/ }).waitFor();
    await page.getByRole('textbox', { name: /Tulis balasan/ }).fill('');
    await page.keyboard.press('Escape');
    await page.keyboard.press('d');
    await finds(page, 'Kategori', 'Kategori ke-260');
    await finds(page, 'Hasil', 'Alasan ke-260');
    t.ok(await isAbsent(page.getByText('Daftar tidak lengkap')));
    t.same(faults, []);
  });

  await t.test('reasons of an export; users beyond the bound are named while their list is on the screen', async (t) => {
    await work.db.dynamic(`update user_roles set scope_kind = 'organisation', scope_id = null,
      role_id = (select id from roles where code = 'OPERATION_MANAGER') where user_id = $1`, [world.leader.id]);
    const { page, faults } = await deskPage(scene, world.leader, '/admin/exports');
    await page.getByRole('combobox', { name: 'Data', exact: true })
      .or(page.getByRole('textbox', { name: 'Data', exact: true })).first().click();
    await page.getByRole('option', { name: 'Kontak', exact: true }).click();
    await finds(page, 'Data pribadi', 'Alasan ke-260');
    await work.db.dynamic(`insert into users (id, organisation_id, npk, name)
      select gen_random_uuid(), $1, (100000 + n)::text, 'Orang ' || n from generate_series(1, 4001) n`,
    [world.organisationId]);
    await page.goto(`${scene.product.url}/admin/audit`);
    await page.getByText('Pengguna: hanya 4.000 baris pertama yang dapat dipilih di sini.').waitFor();
    t.same(await seriousFindings(page), []);
    await page.goto(`${scene.product.url}/admin/exports`);
    await page.getByRole('heading', { level: 1, name: 'Ekspor' }).waitFor();
    t.ok(await isAbsent(page.locator('strong').getByText('Daftar tidak lengkap')), 'no such list is seen here');
    t.same(faults, []);
  });
});
