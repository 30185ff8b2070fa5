/**
 * The widget in a real browser: on a phone, through a reload without network, embedded, for keyboard and screen
 * reader.
 */
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { readdirSync, readFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { newId } from '#domain/ids.ts';
import { acceptOffer, offerNext } from '#routing/assignment.ts';
import { startChanges } from '#routing/change-worker.ts';
import { changeMessage, type Wish } from '#routing/message-changes.ts';
import { queueReply, startOutbound } from '#routing/outbound.ts';
import { closeInteraction, documentInteraction } from '#routing/wrap-up.ts';
import { seriousFindings } from '#test/support/browser.ts';
import { eventually } from '#test/support/harness.ts';
import { openOfferOf, ready } from '#test/support/routing.ts';
import { chatServer, type ChatServer } from './chat-server.ts';

const DIST = new URL('../../channels/live-chat/widget/dist/', import.meta.url);
const KIB_MAX = 40;
const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  locale: 'id-ID',
  isMobile: true,
  hasTouch: true,
};

t.setTimeout(180_000);

function gzipped(name: string): number {
  return gzipSync(readFileSync(new URL(name, DIST))).length;
}

t.test('everything a customer loads is under 40 KiB gzipped', async (t) => {
  const parts = ['index.html', 'widget.js', ...readdirSync(new URL('assets/', DIST)).map((name) => `assets/${name}`)];
  const total = parts.reduce((sum, name) => sum + gzipped(name), 0);
  t.ok(total < KIB_MAX * 1_024, `${(total / 1_024).toFixed(1)} KiB`);
});

async function launch(t: Test): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  t.teardown(() => browser.close());
  return browser;
}

async function serve(t: Test, settings: Record<string, unknown> = {}): Promise<ChatServer> {
  const server = await chatServer(t, { settings });
  const outbound = startOutbound(server.work, {
    nodeId: newId(),
    sender: server.hosts.sender,
    sweepMs: 100,
    graceMs: 2_000,
    channelFacts: () => ({ sendsPerSecond: 1_000, deduplicates: true }),
  });
  t.teardown(() => outbound.stop());
  return server;
}

function chatUrl(server: ChatServer, more = ''): string {
  return `${server.url}/chat?account=${server.world.accountKey}${more}`;
}

async function takeAndReply(server: ChatServer, text: string): Promise<string> {
  const [user] = server.world.agents;
  if (user === undefined) throw new Error('no agent');
  await ready(server.work, user);
  await offerNext(server.work);
  const { interactionId } = await acceptOffer(server.work, {
    user,
    offerId: (await openOfferOf(server.work.db, user)).id,
  });
  const [conversation] = await server.work.db.dynamic<{ id: string }>('select id from conversations');
  await queueReply(server.work, { user, conversationId: conversation?.id ?? '', clientId: newId(), text, fileIds: [] });
  return interactionId;
}

async function finish(server: ChatServer, interactionId: string): Promise<void> {
  const [user] = server.world.agents;
  if (user === undefined) throw new Error('no agent');
  await documentInteraction(server.work, {
    user,
    interactionId,
    form: {
      categoryId: server.world.categoryIds.INFORMASI,
      outcomeCode: 'SELESAI',
      summary: 'Ditanya dan dijawab',
      crossSellingOffered: false,
    },
  });
  await closeInteraction(server.work, { user, interactionId });
}

async function texts(page: Page): Promise<string[]> {
  return page.locator('.bubble.own .text').allInnerTexts();
}

t.test(
  'a phone: form, message, queue, picture, answer, rating; Indonesian; axe finds nothing serious',
  { timeout: 120_000 },
  async (t) => {
    const server = await serve(t, { formName: 'required' });
    const context = await (await launch(t)).newContext(PHONE);
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (line) => {
      if (line.type() === 'error') errors.push(line.text());
    });
    await page.goto(chatUrl(server));
    await page.getByRole('button', { name: 'Mulai obrolan' }).click();
    await page.getByText('Mohon diisi.').waitFor();
    await page.getByLabel('Nama').fill('Nur Hidayati');
    await page.keyboard.press('Enter');
    const box = page.getByRole('textbox', { name: 'Tulis pesan' });
    await box.fill('Saya ingin memperpanjang gadai');
    t.ok(Number.parseFloat(await box.evaluate((field) => getComputedStyle(field).fontSize)) >= 16, 'no zoom on phones');
    await page.keyboard.press('Enter');
    await page.getByText('Anda berada di urutan ke-1 dalam antrean').waitFor();
    const picture = await page.screenshot({ clip: { x: 0, y: 0, width: 60, height: 40 } });
    await page
      .locator('input[type=file]')
      .first()
      .setInputFiles({ name: 'cincin.png', mimeType: 'image/png', buffer: picture });
    await page.getByRole('img', { name: 'Gambar cincin.png' }).waitFor();
    t.same(await seriousFindings(page), []);
    const interactionId = await takeAndReply(server, 'Baik, Ibu Nur.');
    await page.getByText('Baik, Ibu Nur.').waitFor();
    await eventually(
      'the message is read',
      async () =>
        (await server.work.db.dynamic<{ status: string }>(`select status from messages where direction = 'OUT'`))[0]
          ?.status === 'read',
    );
    await finish(server, interactionId);
    await page.getByRole('radio', { name: 'Nilai 5 dari 5' }).focus();
    await page.keyboard.press('Space');
    t.same(await seriousFindings(page), []);
    await page.getByRole('button', { name: 'Kirim penilaian' }).click();
    await page.getByText('Terima kasih atas penilaian Anda.').waitFor();
    t.match(await server.work.db.dynamic('select csat_score from interactions'), [{ csat_score: 5 }]);
    t.same(errors, []);
  },
);

t.test(
  'words written without network wait, survive a reload, and go out once, in order',
  { timeout: 120_000 },
  async (t) => {
    const server = await serve(t);
    const context = await (await launch(t)).newContext({ ...PHONE, colorScheme: 'dark' });
    const page = await context.newPage();
    await page.goto(chatUrl(server));
    const box = page.getByRole('textbox', { name: 'Tulis pesan' });
    const write = async (text: string): Promise<void> => {
      await box.fill(text);
      await page.keyboard.press('Enter');
    };
    await write('satu');
    await page.getByText('Sampai').first().waitFor();
    await context.setOffline(true);
    await page.getByText('Koneksi terputus').waitFor();
    await write('dua');
    await write('tiga');
    t.equal(await page.locator('.stamp', { hasText: 'Menunggu' }).count(), 2);
    t.same(await seriousFindings(page), []);
    await context.setOffline(false);
    await page.reload();
    await eventually(
      'all three arrive',
      async () => (await page.locator('.bubble.own .stamp', { hasText: 'Sampai' }).count()) === 3,
    );
    t.same(await texts(page), ['satu', 'dua', 'tiga']);
    t.same(await server.work.db.dynamic(`select body from messages where direction = 'IN' order by seq`), [
      { body: 'satu' },
      { body: 'dua' },
      { body: 'tiga' },
    ]);
    await page.reload();
    await page.getByText('tiga').waitFor();
    t.same(await texts(page), ['satu', 'dua', 'tiga'], 'history after a reload');
  },
);

async function hostSite(t: Test, html: string): Promise<string> {
  const site = http.createServer((_request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(html);
  });
  await new Promise<void>((resolve) => {
    site.listen(0, '127.0.0.1', resolve);
  });
  t.teardown(() => {
    site.closeAllConnections();
    site.close();
  });
  return `http://localhost:${(site.address() as AddressInfo).port}`;
}

t.test(
  'RS17 one line embeds it on a site that the account names, and on no other; Escape closes it',
  { timeout: 120_000 },
  async (t) => {
    const server = await serve(t);
    const { accountKey } = server.world;
    const data = `data-account="${accountKey}" data-lang="en"`;
  const line = `<script src="${server.url}/chat/widget.js" ${data} async></script>`;
    const html = `<!doctype html><html lang="en"><title>Shop</title><body>${line}`;
    const site = await hostSite(t, html);
    const context = await (await launch(t)).newContext({ viewport: { width: 1366, height: 768 } });
    const page = await context.newPage();
    const refused: string[] = [];
    page.on('console', (line) => {
      if (/frame-ancestors/.test(line.text())) refused.push(line.text());
    });
    await page.goto(site);
    const open = async (): Promise<void> => {
      await page.waitForFunction(() => document.querySelector('body > div') !== null);
      await page.mouse.click(1_366 - 48, 768 - 48);
    };
    await open();
    await eventually('the browser refuses the frame', () => refused.length > 0);
    await server.work.db.dynamic(`update channel_accounts set settings = $1, version = version + 1`, [
      JSON.stringify({ origins: site }),
    ]);
    await server.hosts.reload();
    await page.reload();
    await open();
    const frame = await eventually('the chat in its frame', () =>
      page.frames().find((one) => one.url().startsWith(server.url)),
    );
    const box = frame.getByRole('textbox', { name: 'Write a message' });
    await box.fill('hello');
    await box.press('Enter');
    await frame.getByText('Delivered').waitFor();
    await box.press('Escape');
    await eventually('closed', async () => !(await frame.frameElement().then((element) => element.isVisible())));
  },
);

t.test(
  'buttons under an answer are tapped once, links stay; what is edited or taken back changes on the page',
  { timeout: 120_000 },
  async (t) => {
    const server = await serve(t);
    const changes = startChanges(server.work, { sweepMs: 100, changer: (account) => server.hosts.changer(account) });
    t.teardown(() => changes.stop());
    const page = await (await (await launch(t)).newContext({ ...PHONE, colorScheme: 'dark' })).newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(chatUrl(server));
    await page.getByRole('textbox', { name: 'Tulis pesan' }).fill('halo');
    await page.keyboard.press('Enter');
    await page.getByText('Sampai').first().waitFor();
    await takeAndReply(server, 'Selamat datang.');
    const [user] = server.world.agents;
    const [conversation] = await server.work.db.dynamic<{ id: string }>('select id from conversations');
    if (user === undefined || conversation === undefined) return;
    const { messageId } = await queueReply(server.work, {
      user,
      conversationId: conversation.id,
      clientId: newId(),
      text: 'Setuju dengan syaratnya?',
      offer: {
        buttons: [[{ text: 'Ya, setuju' }, { text: 'Tidak' }], [{ text: 'Syarat', url: 'https://contoh.id/s' }]],
      },
    });
    const yes = page.getByRole('button', { name: 'Ya, setuju' });
    await yes.waitFor();
    t.same(await seriousFindings(page), []);
    await yes.click();
    await eventually('the answer', async () => (await texts(page)).includes('Ya, setuju'));
    await yes.waitFor({ state: 'detached' });
    t.equal(await page.getByRole('link', { name: 'Syarat' }).getAttribute('href'), 'https://contoh.id/s');
    const answers = await server.work.db.dynamic(
      `select 1 from messages where reply_to_id = $1 and payload ->> 'button' = 'Ya, setuju'`,
      [messageId],
    );
    t.equal(answers.length, 1, 'it is an answer to the question');
    const change = (wish: Wish): Promise<unknown> =>
      changeMessage(server.work, { user, messageId, clientId: newId(), wish });
    await change({ kind: 'EDIT', text: 'Apakah Anda setuju?' });
    await page.getByText('Apakah Anda setuju?').waitFor();
    await change({ kind: 'RECALL' });
    await page.getByText('Pesan ini dihapus').waitFor();
    await page.getByRole('link', { name: 'Syarat' }).waitFor({ state: 'detached' });
    t.same(await seriousFindings(page), []);
    t.same(errors, []);
  },
);
