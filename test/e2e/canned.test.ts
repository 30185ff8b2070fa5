/** Canned replies as they are filled for a customer, in Chromium: whose clock, whose language, how addressed. */
import type { Page } from 'playwright-core';
import t from 'tap';
import { newId } from '#domain/ids.ts';
import { openOwnedInteraction } from '#test/support/conversation.ts';
import { deskPage, deskScene } from '#test/support/desk-page.ts';
import { eventually } from '#test/support/harness.ts';

t.setTimeout(180_000);

const body = '{{salam}}, Bapak/Ibu {{nama_nasabah}}. Lewat {{kanal}}.';

/** A zone whose clock shows this hour now, minutes as they are. */
function zoneAt(hour: number): string {
  const ahead = (hour - new Date().getUTCHours() + 36) % 24 - 12;
  return ahead === 0 ? 'Etc/UTC' : `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
}

/** What the box holds once the canned reply of this shortcut was chosen. */
async function chosen(page: Page, shortcut: string): Promise<string> {
  const box = page.getByRole('textbox', { name: /Tulis balasan/ });
  await box.fill(`/${shortcut}`);
  await page.getByRole('option', { name: new RegExp(`/${shortcut}`) }).waitFor();
  await page.keyboard.press('Enter');
  return eventually('it stands in the box', async () => {
    const text = await box.inputValue();
    return text.startsWith('/') ? undefined : text;
  });
}

t.test('a canned reply speaks to its customer: title once, the house\'s clock, or their own and their language',
  async (t) => {
    const scene = await deskScene(t);
    const { work, world } = scene;
    const agent = world.agents[0]!;
    // The browser's clock is that of Jakarta: the house lives at another time of day.
    const inJakarta = (new Date().getUTCHours() + 7) % 24;
    const atNight = inJakarta >= 3 && inJakarta < 12;
    await work.db.dynamic('update sites set time_zone = $1', [zoneAt(atNight ? 20 : 8)]);
    await work.db.dynamic(`insert into canned_replies (id, organisation_id, shortcut, title, body)
      values ($1, $2, 'salam', 'Salam pembuka', $3)`, [newId(), world.organisationId, body]);
    const siti = await openOwnedInteraction(work.db, world, agent.id, { name: 'Ibu Siti Contoh', text: 'Selamat' });
    const guest = await openOwnedInteraction(work.db, world, agent.id, { name: 'Tamu', text: 'Hello' });
    await work.db.dynamic('update contacts set name = null, language = $2, time_zone = $3 where id = $1',
      [guest.contactId, 'en', zoneAt(13)]);

    const { page, faults } = await deskPage(scene, agent, `/i/${siti.interactionId}`);
    t.equal(await chosen(page, 'salam'),
      `Selamat ${atNight ? 'malam' : 'pagi'}, Ibu Siti Contoh. Lewat Kanal umum.`);
    await page.goto(`${scene.product.url}/i/${guest.interactionId}`);
    t.equal(await chosen(page, 'salam'), 'Good afternoon, Bapak/Ibu. Lewat General channel.');
    t.same(faults, []);
  });
