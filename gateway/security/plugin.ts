/**
 * The guard of every route: who is it, may they, did the request come from our screen. A route that does not say
 * what it needs does not boot (default deny, RS01). Also the helpers for If-Match and Idempotency-Key.
 */
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '#domain/errors.ts';
import { can, type User } from '#domain/people/access.ts';
import type { Permission } from '#domain/people/permissions.ts';
import type { Work } from '#domain/work.ts';
import { addressKey } from './address.ts';
import { originAllowed, type OriginRule } from './origin.ts';
import { KEY_PREFIX } from './api-keys.ts';
import type { Session, Sessions } from './sessions.ts';
import { requireStepUp } from './step-up.ts';
import { sameText } from './tokens.ts';

/**
 * What a route needs: nothing, a session, or a permission held within some scope (the handler narrows it to the
 * resource).
 */
export type RoutePermission = 'public' | 'signed-in' | Permission;

declare module 'fastify' {
  interface FastifyContextConfig {
    permission?: RoutePermission;
    /** false: the route proves its requests otherwise (a signature), so neither token nor Origin is asked. */
    csrf?: boolean;
    /** true on a public route that sets cookies: a browser's request must come from our own origin. */
    sameOrigin?: boolean;
    /** true: the session must have proved itself within limits.stepUpMinutes (RA05). */
    stepUp?: boolean;
    /** true: for people only; an API key is refused, whatever it may do elsewhere. */
    peopleOnly?: boolean;
  }
  interface FastifyRequest {
    /** The verified session; null on public routes. */
    session: Session | null;
    /** The signed-in user with present rights. Throws SIGN_IN_REQUIRED on a public route. */
    readonly user: User;
  }
  interface FastifyInstance {
    routeList: RouteOptions[];
  }
}

export interface SecurityParts extends OriginRule {
  work: Work;
  sessions: Sessions;
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
/**
 * Per session, or per address without one; in this node's memory, for it only tames floods (logins are counted in
 * PostgreSQL).
 */
const REQUESTS_PER_MINUTE = 1_200;

function checkOrigin(parts: SecurityParts, request: FastifyRequest): void {
  if (SAFE_METHODS.has(request.method)) return;
  const { origin, host } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if (origin !== undefined && !originAllowed(parts, origin, host)) throw new AppError('ORIGIN_REFUSED');
  const strange = site !== undefined && site !== 'same-origin' && site !== 'none';
  if (origin === undefined && strange) throw new AppError('ORIGIN_REFUSED');
}

function checkToken(session: Session, request: FastifyRequest): void {
  if (SAFE_METHODS.has(request.method)) return;
  const given = request.headers['x-csrf-token'];
  if (typeof given !== 'string' || !sameText(given, session.csrfToken)) throw new AppError('CSRF_FAILED');
}

async function guardPerson(
  parts: SecurityParts, request: FastifyRequest, permission: Exclude<RoutePermission, 'public'>,
): Promise<void> {
  const { csrf, stepUp, peopleOnly } = request.routeOptions.config;
  // A program names its key itself; no browser does that for a page that forges requests, so no token is asked.
  const { authorization, cookie } = request.headers;
  const session = authorization?.startsWith(`Bearer ${KEY_PREFIX}`) === true
    ? await parts.sessions.verifyKey(authorization) : await parts.sessions.verify(cookie);
  if (session === undefined) throw new AppError('SIGN_IN_REQUIRED');
  request.session = session;
  if (session.apiKeyId !== undefined && peopleOnly === true) throw new AppError('FORBIDDEN');
  if (csrf !== false && session.apiKeyId === undefined) {
    checkOrigin(parts, request);
    checkToken(session, request);
  }
  if (permission !== 'signed-in' && !can(session.user, permission)) throw new AppError('FORBIDDEN');
  if (stepUp === true) await requireStepUp(parts.work, session);
}

/** Resolves or throws for a route that asks who it is; at once, without a promise, for a public one. */
function guard(parts: SecurityParts, request: FastifyRequest): Promise<void> | undefined {
  if (request.is404) return undefined;
  const { permission, sameOrigin } = request.routeOptions.config;
  if (permission === undefined) throw new Error(`route ${request.routeOptions.url} declares no permission`);
  if (permission !== 'public') return guardPerson(parts, request, permission);
  if (sameOrigin === true) checkOrigin(parts, request);
  return undefined;
}

/** Puts the guard on the whole app: call it before any route is registered. */
export async function security(app: FastifyInstance, parts: SecurityParts): Promise<void> {
  app.decorate('routeList', []);
  app.decorateRequest('session', null);
  app.decorateRequest('user', {
    getter(this: FastifyRequest) {
      if (this.session === null) throw new AppError('SIGN_IN_REQUIRED');
      return this.session.user;
    },
  });
  app.addHook('onRoute', (route) => { app.routeList.push(route); });
  app.addHook('onReady', async () => {
    const open = app.routeList.filter((route) => route.config?.permission === undefined);
    const names = open.map((route) => `${String(route.method)} ${route.url}`).join(', ');
    if (open.length > 0) throw new Error(`routes without config.permission: ${names}`);
  });
  app.addHook('onRequest', (request, _reply, done) => {
    try {
      const guarding = guard(parts, request);
      if (guarding === undefined) done();
      else guarding.then(() => { done(); }, done);
    } catch (error) {
      done(error as Error);
    }
  });
  await app.register(rateLimit, {
    global: true, max: REQUESTS_PER_MINUTE, timeWindow: 60_000, cache: 20_000,
    keyGenerator: (request) => request.session?.sessionId ?? addressKey(request.ip),
    errorResponseBuilder: () => new AppError('TOO_MANY_REQUESTS'),
  });
}

/**
 * Gives every route that `app` (a scope of its own) registers from now on this permission; for plugins that bring
 * routes.
 */
export function routesNeed(app: FastifyInstance, permission: RoutePermission): void {
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, permission: route.config?.permission ?? permission };
  });
}

export interface RouteLine {
  method: string;
  url: string;
  permission: RoutePermission | undefined;
  csrf: boolean;
}

/** Every route of the app, one line per method: what the rights matrix of the tests runs over (RS01). */
export function routeTable(app: FastifyInstance): RouteLine[] {
  return app.routeList.flatMap((route) => [route.method].flat().map((method) => ({
    method, url: route.url, permission: route.config?.permission, csrf: route.config?.csrf !== false,
  })));
}

/**
 * The version the caller changes, from If-Match. Throws PRECONDITION_REQUIRED without it, VALIDATION_FAILED if
 * unreadable.
 */
export function ifMatch(request: FastifyRequest): number {
  const header = request.headers['if-match'];
  if (header === undefined) throw new AppError('PRECONDITION_REQUIRED');
  const version = /^(?:W\/)?"?(\d{1,9})"?$/.exec(header)?.[1];
  if (version === undefined) {
    throw new AppError('VALIDATION_FAILED', { issues: [{ path: 'If-Match', code: 'invalid_version' }] });
  }
  return Number(version);
}
