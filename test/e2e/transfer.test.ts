/** Handing work to a colleague by name, where more are on duty than one list shows. */
import t from 'tap';
import { limits } from '#domain/limits.ts';
import { DESK_SIZE, seriousFindings } from '#test/support/browser.ts';
import { openOwnedInteraction } from '#test/support/conversation.ts';
import { deskPage, deskScene } from '#test/support/desk-page.ts';
import { eventually } from '#test/support/harness.ts';

t.setTimeout(240_000);

t.test('C4 a colleague beyond the first two hundred is found by typing, by keyboard alone, and asked first', async (t) => {
  const scene = await deskScene(t);
  const { work, world } = scene;
  const agent = world.agents[0]!;
  await work.db.dynamic(`with people as (insert into users (id, organisation_id, npk, name, site_id, team_id)
      select gen_random_uuid(), u.organisation_id, (40000 + n)::text,
        case n when 206 then 'Xena Contoh' else 'Rekan ' || lpad(n::text, 3, '0') end, u.site_id, u.team_id
      from users u, generate_series(1, 206) n where u.id = $1 returning id, organisation_id),
    members as (insert into queue_members (organisation_id, queue_id, user_id)
      select organisation_id, $2, id from people)
    insert into agent_states (user_id, organisation_id, presence) select id, organisation_id, 'READY' from people`,
  [agent.id, world.queueId]);
  const { interactionId } = await openOwnedInteraction(work.db, world, agent.id, { answered: true });
  const { page, faults } = await deskPage(scene, agent, `/i/${interactionId}`, { size: DESK_SIZE });
  await page.getByRole('button', { name: 'Alihkan' }).first().press('Enter');
  const field = page.getByLabel('Tawarkan dahulu kepada').first();
  await page.getByText(`Daftar ini memuat ${limits.transferAgentsMax} rekan pertama.`).waitFor();
  await field.focus();
  await page.keyboard.type('tidak ada orang');
  await page.getByRole('option', { name: 'Tidak ada rekan yang sedang bertugas dengan nama itu' }).waitFor();
  t.same(await seriousFindings(page), []);
  await field.fill('');
  await page.keyboard.type('xena');
  await page.getByRole('option', { name: 'Xena Contoh' }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.locator('[data-combobox-option][data-combobox-selected]').waitFor();
  t.same(await seriousFindings(page), [], 'the line that the keys stand on is read as well');
  await page.keyboard.press('Enter');
  await page.waitForFunction((one) => (one as HTMLInputElement).value === 'Xena Contoh', await field.elementHandle());
  await page.getByRole('dialog').getByRole('button', { name: 'Alihkan' }).press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  t.ok(await eventually('she is asked', async () => {
    const [offer] = await work.db.dynamic<{ name: string }>(`select u.name from offers o
      join users u on u.id = o.agent_id where o.interaction_id = $1`, [interactionId]);
    return offer?.name === 'Xena Contoh';
  }));
  t.same(faults, []);
});
