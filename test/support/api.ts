/**
 * A small HTTP server with the product's own guard and error form, and browsers that sign in to it, for tests of the
 * API.
 */
import Fastify, { type FastifyInstance, type InjectOptions } from 'fastify';
import type { FastifyPluginAsyncZod, ZodTypeProvider } from 'fastify-type-provider-zod';
import { configureHttp, httpOptions } from '#gateway/http.ts';
import { hashId, randomToken } from '#gateway/security/tokens.ts';
import { createSessions, type Sessions } from '#gateway/security/sessions.ts';
import type { User } from '#domain/people/access.ts';
import type { Work } from '#domain/work.ts';
import type { Teardown } from './harness.ts';

export interface TestApi {
  app: FastifyInstance;
  sessions: Sessions;
  /** A signed-in browser of this user, by a session row written directly: no password needed. */
  as(user: Pick<User, 'id' | 'organisationId'>): Promise<Browser>;
  /** A browser that never signed in. */
  stranger: Browser;
}

export interface Answer {
  status: number;
  /** Parsed JSON, as it came. */
  body: ReturnType<typeof JSON.parse>;
  /** The body as it came, for what is no text. */
  raw: Buffer;
  headers: Record<string, string | string[] | number | undefined>;
}

export interface Browser {
  cookie: string;
  csrfToken: string;
  call(method: string, url: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  get(url: string): Promise<Answer>;
}

const ORIGIN = 'http://127.0.0.1:3000';

function browser(app: FastifyInstance, cookie: string, csrfToken: string): Browser {
  const call: Browser['call'] = async (method, url, body, headers = {}) => {
    const given = {
      host: '127.0.0.1:3000', ...(cookie === '' ? {} : { cookie }),
      ...(method === 'GET' ? {} : { origin: ORIGIN, 'x-csrf-token': csrfToken }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers,
    };
    const answer = await app.inject({
      method: method as NonNullable<InjectOptions['method']>, url, headers: given,
      ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = answer.payload;
    const isJson = /json/.test(String(answer.headers['content-type'])) && text !== '';
    const json = isJson ? JSON.parse(text) as unknown : text;
    return { status: answer.statusCode, body: json, raw: answer.rawPayload, headers: answer.headers };
  };
  return { cookie, csrfToken, call, get: (url) => call('GET', url) };
}

export interface ApiOptions {
  work: Work;
  plugins: (parts: { sessions: Sessions }) => FastifyPluginAsyncZod[];
  publicUrl?: string | null;
  sessions?: Sessions;
}

/** Browsers of an app that is ready: a stranger's, and one of any user. */
export function browsersOf(app: FastifyInstance, work: Pick<Work, 'db'>,
  sessions: Pick<Sessions, 'cookieName'>): Pick<TestApi, 'as' | 'stranger'> {
  return {
    stranger: browser(app, '', ''),
    async as(user) {
      const [id, csrfToken] = [randomToken(), randomToken()];
      await work.db.dynamic(`insert into sessions (id_hash, organisation_id, user_id, csrf_token, expires_at)
        values ($1, $2, $3, $4,
          app_now() + interval '12 hours')`, [hashId(id), user.organisationId, user.id, csrfToken]);
      return browser(app, `${sessions.cookieName}=${id}`, csrfToken);
    },
  };
}

/** Starts the server in memory; it and its sessions end with the test. */
export async function testApi(t: Teardown, options: ApiOptions): Promise<TestApi> {
  const { work, plugins, publicUrl = null, sessions: given } = options;
  const sessions = given ?? createSessions(work, { exemptsDemo: true });
  const app = Fastify({ ...httpOptions, logger: false });
  await configureHttp(app, { work, sessions, config: { publicUrl } });
  for (const plugin of plugins({ sessions })) await app.withTypeProvider<ZodTypeProvider>().register(plugin);
  await app.ready();
  t.teardown(async () => { await app.close(); if (given === undefined) await sessions.close(); });
  return { app, sessions, ...browsersOf(app, work, sessions) };
}
