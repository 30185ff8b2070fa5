/**
 * The main job in a real browser: a customer writes, an agent answers; the server, Redis and PostgreSQL are
 * killed meanwhile.
 */
import type { Page } from 'playwright-core';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { DESK_SIZE, openBrowser, openPage, PHONE_SIZE, seriousFindings, signIn } from '#test/support/browser.ts';
import { eventually, type Teardown } from '#test/support/harness.ts';
import { temporaryDirectory } from '#test/support/cluster.ts';
import { startProduct, type Product } from '#test/support/servers.ts';

const PASSWORD = 'rahasia-uji-coba-26';
t.setTimeout(300_000);

async function start(t: Teardown, dataDir: string, port: string): Promise<Product> {
  return startProduct(t,
    { DATA_DIR: dataDir, PORT: port, SEED: 'demo', DEMO_PASSWORD: PASSWORD, SOCKET_GRACE_S: '60' });
}

async function customerSays(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox').last().fill(text);
  await page.keyboard.press('Enter');
}

async function agentSays(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: /balas/i }).first().fill(text);
  await page.keyboard.press('Control+Enter');
}

/** How often the text stands in the page's conversation. */
function shown(page: Page, text: string): Promise<number> {
  return page.locator('[role=log]').getByText(text, { exact: true }).count();
}

async function bothShow(customer: Page, agent: Page, texts: readonly string[]): Promise<void> {
  for (const text of texts) {
    await eventually(`the customer sees ${text}`, async () => (await shown(customer, text)) >= 1, 30_000);
    await eventually(`the agent sees ${text}`, async () => (await shown(agent, text)) >= 1, 30_000);
  }
}

function embeddedPid(dataDir: string, name: 'postgres' | 'redis'): number {
  const file = name === 'postgres' ? join(dataDir, 'postgres/data/postmaster.pid') : join(dataDir, 'redis/redis.pid');
  return Number(readFileSync(file, 'utf8').split('\n')[0]);
}

async function ready(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
  return answer?.ok === true && (await answer.json() as { status: string }).status === 'ready';
}

t.test('RF01 RF05 RF07 RF17 two talk on while everything under them is killed', { timeout: 240_000 }, async (outer) => {
  const dataDir = temporaryDirectory();
  let product = await start(outer, dataDir, '0');
  const { url } = product;
  const browser = await openBrowser(outer);
  const agent = await openPage(browser, DESK_SIZE);
  const customer = await openPage(browser, PHONE_SIZE);
  const said: string[] = [];
  const exchange = async (round: string): Promise<void> => {
    await customerSays(customer.page, `nasabah ${round}`);
    await agentSays(agent.page, `agen ${round}`);
    said.push(`nasabah ${round}`, `agen ${round}`);
  };

  await signIn(agent.page, url, '10001', PASSWORD);
  await agent.page.getByRole('button', { name: 'Ubah ke Siap' }).click();
  await customer.page.goto(`${url}/chat`);
  await customerSays(customer.page, 'nasabah 0');
  await agent.page.getByRole('button', { name: /^Ambil/ }).click();
  await agent.page.getByRole('textbox', { name: /balas/i }).first().waitFor();
  await agentSays(agent.page, 'agen 0');
  said.push('nasabah 0', 'agen 0');
  await bothShow(customer.page, agent.page, said);

  await outer.test('kill -9 of the server in the middle: both sides catch up by themselves', async (t) => {
    await exchange('1');
    product.kill('SIGKILL');
    await product.ended;
    await exchange('2 selagi server mati');
    product = await start(outer, dataDir, new URL(url).port);
    await exchange('3');
    await bothShow(customer.page, agent.page, said);
    t.equal(product.url, url);
  });
  await outer.test('Redis killed: it is back within 10 s and nothing is lost', async (t) => {
    process.kill(embeddedPid(dataDir, 'redis'), 'SIGKILL');
    await exchange('4 tanpa redis');
    await bothShow(customer.page, agent.page, said);
    t.ok(await eventually('redis is back', () => ready(url), 15_000));
  });

  await outer.test('PostgreSQL killed: no acknowledgement meanwhile, then all goes on without a restart', async (t) => {
    process.kill(embeddedPid(dataDir, 'postgres'), 'SIGKILL');
    await exchange('5 tanpa postgres');
    t.ok(await eventually('postgresql is back', () => ready(url), 20_000));
    await exchange('6');
    await bothShow(customer.page, agent.page, said);
  });

  await outer.test('everything that was said stands there once, in order, on both sides', async (t) => {
    for (const page of [customer.page, agent.page]) {
      for (const text of said) t.equal(await shown(page, text), 1, text);
    }
    t.same(customer.faults, []);
    t.same(agent.faults, []);
    t.same(await seriousFindings(customer.page), []);
    t.same(await seriousFindings(agent.page), []);
    t.notOk(product.logs().includes('tanpa postgres'), 'no message text in the log');
  });
});
