/**
 * The rights matrix: every route of an app, every role, and ids that are not theirs (RS01). Generated from the route
 * table.
 */
import { newId } from '#domain/ids.ts';
import { routeTable, type RouteLine } from '#gateway/security/plugin.ts';
import type { Browser, TestApi } from './api.ts';

export interface MatrixOptions {
  api: Pick<TestApi, 'app' | 'stranger'>;
  /** A signed-in browser for each role. */
  browsers: ReadonlyMap<string, Browser>;
  /** Ids of things that exist but belong to another organisation, or to nobody these browsers may see. */
  foreignIds: (route: RouteLine) => readonly string[];
  /** Valid bodies of writes, by `METHOD url`; without one `{}` is sent. */
  bodies?: Readonly<Record<string, unknown>>;
  /** Required queries by `METHOD url`, with the question mark. */
  queries?: Readonly<Record<string, string>>;
  skip?: (route: RouteLine) => boolean;
}

export interface Violation {
  route: string;
  role: string;
  expected: string;
  status: number;
  code: string | undefined;
}

async function call(browser: Browser, route: RouteLine, id: string,
  options: MatrixOptions): Promise<{ status: number; body: ReturnType<typeof JSON.parse> }> {
  const name = `${route.method} ${route.url}`;
  const url = `${route.url.replace(/:\w+/g, id)}${options.queries?.[name] ?? ''}`;
  const reads = route.method === 'GET' || route.method === 'DELETE';
  const body = reads ? undefined : options.bodies?.[name] ?? {};
  return browser.call(route.method, url, body, { 'if-match': '1' });
}

/**
 * Tries every route: without a session 401, with a role that lacks the permission 403, and with a foreign or an
 * unknown id 404 (never 403, never a success). Gives what did not answer so, and how many requests were made.
 */
export async function rightsMatrix(options: MatrixOptions): Promise<{ requests: number; violations: Violation[] }> {
  const violations: Violation[] = [];
  let requests = 0;
  const expect = async (browser: Browser, role: string, route: RouteLine, id: string,
    status: number): Promise<void> => {
    requests += 1;
    const answer = await call(browser, route, id, options);
    if (answer.status === status) return;
    violations.push({ route: `${route.method} ${route.url}`, role, expected: String(status), status: answer.status,
      code: answer.body?.code });
  };
  const routes = routeTable(options.api.app).filter((route) => route.permission !== 'public' && route.method !== 'HEAD'
    && route.method !== 'OPTIONS' && options.skip?.(route) !== true);
  for (const route of routes) await expect(options.api.stranger, 'nobody', route, newId(), 401);
  for (const [role, browser] of options.browsers) {
    const held = new Set((await browser.get('/api/session')).body.permissions as string[]);
    for (const route of routes) {
      const allowed = route.permission === 'signed-in' || held.has(String(route.permission));
      if (!allowed) { await expect(browser, role, route, newId(), 403); continue; }
      if (!route.url.includes(':')) continue;
      for (const id of [...options.foreignIds(route), newId()]) await expect(browser, role, route, id, 404);
    }
  }
  return { requests, violations };
}
