/** /api/join: somebody who was handed a link sets their own password and goes on to sign in (RS05, RA05). */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { AppError } from '#domain/errors.ts';
import { appendJournal } from '#domain/journal/append.ts';
import { limits } from '#domain/limits.ts';
import { statement } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import { openLink, useLink, type OpenLink } from '../security/links.ts';
import { checkNewPassword } from '../security/passwords.ts';
import { beginStep, secondStepOf } from '../security/second-step.ts';
import { userById, type UserRow } from '../security/session-statements.ts';
import type { Sessions } from '../security/sessions.ts';
import { openSession } from '../security/sign-in.ts';
import { readCookie } from '../security/tokens.ts';
import { sessionOf, sessionView, setCookies, setStepCookie } from './session.ts';

export interface JoinParts { work: Work; sessions: Sessions }

const token = z.string().min(1).max(200);
const lookView = z.object({ kind: z.enum(['INVITE', 'RESET']), npk: z.string(), name: z.string(),
  expiresAt: z.string(), passwordCharsMin: z.number(),
  /** What comes after the password: a code, setting up an authenticator, or the desk at once. */
  next: z.enum(['totp', 'enrol']).nullable() });
/** A link cannot be guessed; this tames floods, and lets a whole class of newcomers behind one router in. */
const LOOKS = { max: 120, timeWindow: 60_000 };
const WRITES = { max: 60, timeWindow: 60_000 };

/** Only while the user is still the one the link was made for: active, and with the password that was theirs then. */
const setPassword = statement('join.password', `update users set password_hash = $3, password_changed_at = app_now(),
    version = version + 1, updated_at = app_now()
  where organisation_id = $1 and id = $2 and status = 'ACTIVE' and password_hash is not distinct from $4
  returning id`);

async function keepPassword(parts: JoinParts, link: OpenLink, secret: string, hash: string): Promise<void> {
  const { work, sessions } = parts;
  const { row } = link;
  await work.db.transaction(async (tx) => {
    await useLink(tx, secret);
    const set = await tx.rows(setPassword, [row.organisation_id, row.id, hash, row.password_hash]);
    if (set.length === 0) throw new AppError('LINK_INVALID', { reason: 'REPLACED' });
    await sessions.revokeUser(row.id, 'PASSWORD_CHANGED', { tx });
    await appendJournal(tx, [{ type: 'user.password-changed', subjectType: 'user', subjectId: row.id,
      actor: { kind: 'USER', id: row.id }, data: { by: link.kind },
      scope: { organisationId: row.organisation_id, siteId: row.site_id, branchId: row.branch_id,
        teamId: row.team_id } }]);
    tx.afterCommit(() => { work.wake.hint('journal'); work.wake.hint('sessions'); });
  });
  await sessions.check();
}

/** POST /api/join/look and POST /api/join; the secret travels in bodies only, never in an address. */
export function joinApi(parts: JoinParts): FastifyPluginAsyncZod {
  const { work, sessions } = parts;
  const config = { permission: 'public', sameOrigin: true } as const;
  return async (app) => {
    app.addHook('onSend', async (_request, reply) => { void reply.header('cache-control', 'no-store'); });
    app.post('/api/join/look', { config: { ...config, rateLimit: LOOKS },
      schema: { body: z.strictObject({ token }), response: { 200: lookView } } }, async ({ body }) => {
      const { kind, row, expiresAt } = await openLink(work.db, body.token);
      return { kind, npk: row.npk, name: row.name, expiresAt: expiresAt.toISOString(),
        passwordCharsMin: limits.passwordCharsMin, next: await secondStepOf(work, row, sessions.exemptsDemo) ?? null };
    });
    app.post('/api/join', { config: { ...config, rateLimit: WRITES }, schema: {
      body: z.strictObject({ token, password: z.string().min(1).max(1_000) }),
      response: { 200: z.union([sessionView, z.object({ next: z.enum(['totp', 'enrol']) })]) },
    } }, async (request, reply) => {
      const { token: secret, password } = request.body;
      const link = await openLink(work.db, secret);
      checkNewPassword(password, link.row);
      await keepPassword(parts, link, secret, await sessions.passwords.hash(password));
      const row = await work.db.one<UserRow>(userById, [link.row.id]);
      if (row === undefined) throw new AppError('SIGN_IN_FAILED');
      const next = await secondStepOf(work, row, sessions.exemptsDemo);
      if (next !== undefined) {
        setStepCookie(reply, sessions, (await beginStep(work, row, { next, method: 'PASSWORD' })).step);
        return { next };
      }
      const signedIn = await openSession(work, { ip: request.ip, userAgent: request.headers['user-agent'],
        device: readCookie(request.headers.cookie, sessions.deviceCookieName),
        oldCookie: readCookie(request.headers.cookie, sessions.cookieName) }, { row, method: 'PASSWORD' });
      setCookies(reply, sessions, signedIn);
      return sessionOf(signedIn.user, signedIn.csrfToken);
    });
  };
}
