/** Signing in, who am I, signing out; and what a user may change about themselves. */
import type { FastifyReply } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { AppError } from '#domain/errors.ts';
import { appendJournal } from '#domain/journal/append.ts';
import type { JournalData, JournalEntry } from '#domain/journal/events.ts';
import type { User } from '#domain/people/access.ts';
import { limits } from '#domain/limits.ts';
import { permissions, type Permission } from '#domain/people/permissions.ts';
import { statement } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import { guardedProof } from '../security/guesses.ts';
import { checkNewPassword } from '../security/passwords.ts';
import type { Sessions } from '../security/sessions.ts';
import { readCookie } from '../security/tokens.ts';

export interface SessionParts {
  work: Work;
  sessions: Sessions;
}

/** The signed-in user as the desk knows them. */
export const meView = z.object({
  id: z.uuid(), npk: z.string(), name: z.string(), locale: z.enum(['id', 'en']), siteId: z.uuid().nullable(),
  teamId: z.uuid().nullable(), branchId: z.uuid().nullable(), rank: z.number().int(), roles: z.array(z.string()),
  queueIds: z.array(z.uuid()),
});

const grantView = z.object({ permission: z.string(), scopeKind: z.string(), scopeId: z.uuid().nullable() });
/** What a session answers with. */
export const sessionView = z.object({
  user: meView, csrfToken: z.string(),
  /** What the screens may show: the names held anywhere, and where each is held. */
  permissions: z.array(z.string()), grants: z.array(grantView),
});

const DEVICE_COOKIE_SECONDS = 180 * 24 * 3_600;

/** The session as the desk knows it. */
export function sessionOf(user: User, csrfToken: string): z.output<typeof sessionView> {
  const { id, npk, name, locale, siteId, teamId, branchId, rank } = user;
  const held = new Set<Permission>(user.grants.map((grant) => grant.permission));
  return {
    user: { id, npk, name, locale, siteId, teamId, branchId, rank, roles: [...user.roles],
      queueIds: [...user.queueIds] },
    csrfToken, permissions: [...held].sort(), grants: user.grants.map((grant) => ({ ...grant })),
  };
}

/** Sets the cookie of a second step; it lives as long as the step. */
export function setStepCookie(reply: FastifyReply, sessions: Sessions, step: string): void {
  void reply.setCookie(sessions.stepCookieName, step, { path: '/', httpOnly: true, sameSite: 'strict',
    secure: sessions.cookieName.startsWith('__Host-'), maxAge: limits.secondStepMinutes * 60 });
}

/** Sets the cookies of somebody who is in, and takes the one of the step away. */
export function setCookies(reply: FastifyReply, sessions: Sessions, values: { cookie: string; device: string }): void {
  const common = { path: '/', httpOnly: true, sameSite: 'lax',
    secure: sessions.cookieName.startsWith('__Host-') } as const;
  void reply.setCookie(sessions.cookieName, values.cookie, common);
  void reply.setCookie(sessions.deviceCookieName, values.device, { ...common, maxAge: DEVICE_COOKIE_SECONDS });
  void reply.clearCookie(sessions.stepCookieName, { path: '/' });
}

/** POST, GET and DELETE /api/session. */
export function sessionApi(parts: SessionParts): FastifyPluginAsyncZod {
  const { sessions } = parts;
  return async (app) => {
    app.post('/api/session', {
      config: { permission: 'public', sameOrigin: true },
      schema: {
        body: z.strictObject({ npk: z.string().regex(/^\d{4,8}$/), password: z.string().min(1).max(1_000) }),
        response: { 200: z.union([sessionView, z.object({ next: z.enum(['totp', 'enrol']) })]) },
      },
    }, async (request, reply) => {
      const { npk, password } = request.body;
      const signedIn = await sessions.signIn({
        npk, password, ip: request.ip, userAgent: request.headers['user-agent'],
        device: readCookie(request.headers.cookie, sessions.deviceCookieName),
        oldCookie: readCookie(request.headers.cookie, sessions.cookieName),
      });
      void reply.header('cache-control', 'no-store');
      if ('next' in signedIn) {
        setStepCookie(reply, sessions, signedIn.step);
        return { next: signedIn.next };
      }
      setCookies(reply, sessions, signedIn);
      return sessionOf(signedIn.user, signedIn.csrfToken);
    });

    app.get('/api/session', {
      config: { permission: 'signed-in' }, schema: { response: { 200: sessionView } },
    }, async (request, reply) => {
      void reply.header('cache-control', 'no-store');
      return sessionOf(request.user, request.session?.csrfToken ?? '');
    });

    app.delete('/api/session', {
      config: { permission: 'signed-in', peopleOnly: true }, schema: { response: { 204: z.null() } },
    }, async (request, reply) => {
      if (request.session !== null) await sessions.signOut(request.session);
      void reply.clearCookie(sessions.cookieName, { path: '/' }).code(204);
      return null;
    });

    app.get('/api/permissions', {
      config: { permission: 'signed-in' },
      schema: { response: { 200: z.object({ items: z.array(z.object({ code: z.string(),
        description: z.string() })) }) } },
    }, async () => ({ items: Object.entries(permissions).map(([code, description]) => ({ code, description })) }));
  };
}

const setLocale = statement('me.locale', `update users set locale = $3, version = version + 1, updated_at = app_now()
  where organisation_id = $1 and id = $2`);
const passwordOf = statement('me.passwordHash',
  'select password_hash from users where organisation_id = $1 and id = $2');
const setPassword = statement('me.setPassword', `update users set password_hash = $3, password_changed_at = app_now(),
  version = version + 1, updated_at = app_now()
  where organisation_id = $1 and id = $2 and password_hash is not distinct from $4 returning id`);

function selfEntry(
  user: User, type: 'user.updated' | 'user.password-changed', data?: JournalData,
): JournalEntry {
  return {
    type, subjectType: 'user', subjectId: user.id, actor: { kind: 'USER', id: user.id },
    scope: { organisationId: user.organisationId, siteId: user.siteId, branchId: user.branchId, teamId: user.teamId },
    ...(data === undefined ? {} : { data }),
  };
}

/** PATCH /api/me and POST /api/me/password. */
export function meApi(parts: SessionParts): FastifyPluginAsyncZod {
  const { sessions, work } = parts;
  return async (app) => {
    app.patch('/api/me', {
      config: { permission: 'signed-in', peopleOnly: true },
      schema: { body: z.strictObject({ locale: z.enum(['id', 'en']) }), response: { 200: meView } },
    }, async (request) => {
      const { user } = request;
      await work.db.transaction(async (tx) => {
        await tx.rows(setLocale, [user.organisationId, user.id, request.body.locale]);
        await appendJournal(tx, [selfEntry(user, 'user.updated', { changed: ['locale'] })]);
        tx.afterCommit(() => { work.wake.hint('journal'); work.wake.hint('sessions'); });
      });
      return sessionOf({ ...user, locale: request.body.locale }, '').user;
    });

    app.post('/api/me/password', {
      config: { permission: 'signed-in', peopleOnly: true, rateLimit: { max: 10, timeWindow: 60_000 } },
      schema: {
        body: z.strictObject({ current: z.string().min(1).max(1_000), next: z.string().min(1).max(1_000) }),
        response: { 204: z.null() },
      },
    }, async (request, reply) => {
      const { user, body: { current, next } } = request;
      checkNewPassword(next, user);
      const stored = await work.db.one<{ password_hash: string | null }>(passwordOf, [user.organisationId, user.id]);
      if (request.session === null) throw new AppError('SIGN_IN_REQUIRED');
      await guardedProof(work, request.session, async () => {
        const { ok } = await sessions.passwords.verify(stored?.password_hash, current);
        if (!ok) throw new AppError('SIGN_IN_FAILED');
      });
      const hash = await sessions.passwords.hash(next);
      await work.db.transaction(async (tx) => {
        // A reset that came while the old password was looked at is not undone by it.
        const set = await tx.rows(setPassword, [user.organisationId, user.id, hash, stored?.password_hash ?? null]);
        if (set.length === 0) throw new AppError('SIGN_IN_FAILED');
        await sessions.revokeUser(user.id, 'PASSWORD_CHANGED', { tx });
        await appendJournal(tx, [selfEntry(user, 'user.password-changed')]);
        tx.afterCommit(() => { work.wake.hint('journal'); work.wake.hint('sessions'); });
      });
      await sessions.check();
      void reply.code(204);
      return null;
    });
  };
}

