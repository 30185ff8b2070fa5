/** The desk in a real browser over a database that the test writes into: the product, and pages of signed-in users. */
import { randomBytes } from 'node:crypto';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { User } from '#domain/people/access.ts';
import { hashId, randomToken } from '#gateway/security/tokens.ts';
import { smallWorld, type SmallWorld } from './fixtures.ts';
import { DESK_SIZE, openBrowser, openPage, type WatchedPage } from './browser.ts';
import { testServers, testWork, type Teardown, type TestWork } from './harness.ts';
import { startProduct, type Product } from './servers.ts';

export interface DeskScene {
  work: TestWork;
  world: SmallWorld;
  product: Product;
  browser: Browser;
}

/** The small world, its account of `channel`, served by the whole product, and a browser. */
export async function deskScene(t: Teardown,
  options: { channel?: string; settings?: object } = {}): Promise<DeskScene> {
  const work = await testWork(t);
  const world = await smallWorld(work.db, options);
  const product = await startProduct(t, { DATABASE_URL: work.url, REDIS_URL: testServers().redisUrl, SEED: 'none',
    MASTER_KEY: randomBytes(32).toString('base64') });
  return { work, world, product, browser: await openBrowser(t) };
}

/** Signs the user in on this browser, in place of whoever was; the session is a row written directly. */
export async function enter(scene: DeskScene, context: BrowserContext,
  user: Pick<User, 'id' | 'organisationId'>): Promise<void> {
  const [id, csrfToken] = [randomToken(), randomToken()];
  await scene.work.db.dynamic(`insert into sessions (id_hash, organisation_id, user_id, csrf_token, expires_at)
    values ($1, $2, $3, $4, app_now() + interval '12 hours')`, [hashId(id), user.organisationId, user.id, csrfToken]);
  await context.addCookies([{ name: 'sambung', value: id, url: scene.product.url }]);
}

/** A page of this user at a path of the desk. */
export async function deskPage(scene: DeskScene, user: Pick<User, 'id' | 'organisationId'>, path: string,
  options: { size?: { width: number; height: number }; colorScheme?: 'light' | 'dark' } = {}): Promise<WatchedPage> {
  const watched = await openPage(scene.browser, options.size ?? DESK_SIZE, options);
  await enter(scene, watched.page.context(), user);
  await watched.page.goto(`${scene.product.url}${path}`);
  return watched;
}

/** The message of a conversation that holds this text. */
export function bubble(page: Page, text: string) {
  return page.locator('[role=log] article').filter({ hasText: text }).first();
}
