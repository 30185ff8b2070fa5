/** The second step of signing in, the own authenticator, and proving again who one is (RA05). */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { appNow } from '#domain/clock.ts';
import { AppError } from '#domain/errors.ts';
import { accessFilter } from '#domain/people/access.ts';
import { requireReach } from '#domain/people/ranks.ts';
import { statement } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import { guardedProof } from '../security/guesses.ts';
import { closeStep, mustEnrol, openStep, policyOf, type OpenStep, type RuleFacts } from '../security/second-step.ts';
import type { SecretStore } from '../security/secret-store.ts';
import { userById, userOf, type UserRow } from '../security/session-statements.ts';
import type { Session, Sessions } from '../security/sessions.ts';
import { openSession } from '../security/sign-in.ts';
import { steppedUp, stepUpMethod } from '../security/step-up.ts';
import { readCookie } from '../security/tokens.ts';
import { createTwoFactor, type Person, type TwoFactor } from '../security/two-factor.ts';
import type { Vault } from '../security/vault.ts';
import { sessionOf, sessionView, setCookies } from './session.ts';

export interface SecondStepParts {
  work: Work;
  sessions: Sessions;
  secrets: SecretStore;
  vault: Pick<Vault, 'derive' | 'keyIds'>;
}

const code = z.string().trim().min(6).max(20);
const enrolment = z.object({ secret: z.string(), uri: z.string() });
const codes = z.object({ recoveryCodes: z.array(z.string()) });
/** Guesses at a code or a password; the step itself allows fewer. */
const GUESSES = { max: 10, timeWindow: 60_000 };

const passwordOf = statement('step-up.password',
  'select password_hash from users where organisation_id = $1 and id = $2');
const ruleOf = statement('two-factor.rule', `select settings->>'twoFactor' as policy,
  coalesce((settings->>'demo')::boolean, false) as demo from organisations where id = $1`);

function personOf(row: UserRow): Person {
  return { id: row.id, organisationId: row.organisation_id, npk: row.npk, siteId: row.site_id, teamId: row.team_id };
}

function stepCookie(parts: SecondStepParts, request: FastifyRequest): string | undefined {
  return readCookie(request.headers.cookie, parts.sessions.stepCookieName);
}

/** Opens the session behind a passed step; the step ends first, so that it opens one session only. */
async function enter(parts: SecondStepParts, request: FastifyRequest, reply: FastifyReply, step: OpenStep,
  provedAt?: Date) {
  const { sessions } = parts;
  await closeStep(parts.work, stepCookie(parts, request) ?? '');
  const signedIn = await openSession(parts.work, {
    ip: request.ip, userAgent: request.headers['user-agent'],
    device: readCookie(request.headers.cookie, sessions.deviceCookieName),
    oldCookie: readCookie(request.headers.cookie, sessions.cookieName),
  }, { ...step, secondFactor: true, provedAt });
  setCookies(reply, sessions, signedIn);
  return sessionOf(signedIn.user, signedIn.csrfToken);
}

/** POST /api/session/second-step, /enrol and /enrol/confirm: for a browser that holds the cookie of a step. */
function signInRoutes(parts: SecondStepParts, twoFactor: TwoFactor): FastifyPluginAsyncZod {
  const config = { permission: 'public', sameOrigin: true, rateLimit: GUESSES } as const;
  return async (app) => {
    app.addHook('onSend', async (_request, reply) => { void reply.header('cache-control', 'no-store'); });
    app.post('/api/session/second-step', {
      config, schema: { body: z.strictObject({ code }), response: { 200: sessionView } },
    }, async (request, reply) => {
      const step = await openStep(parts.work, stepCookie(parts, request), 'totp', true);
      await twoFactor.spend(personOf(step.row), request.body.code);
      return enter(parts, request, reply, step, appNow());
    });
    app.post('/api/session/enrol', { config, schema: { response: { 200: enrolment } } }, async (request) => {
      const step = await openStep(parts.work, stepCookie(parts, request), 'enrol', false);
      return twoFactor.start(personOf(step.row));
    });
    app.post('/api/session/enrol/confirm', {
      config, schema: { body: z.strictObject({ code }), response: { 200: sessionView.extend(codes.shape) } },
    }, async (request, reply) => {
      const step = await openStep(parts.work, stepCookie(parts, request), 'enrol', true);
      const recoveryCodes = await twoFactor.confirm(personOf(step.row), request.body.code);
      return { ...await enter(parts, request, reply, step), recoveryCodes };
    });
  };
}

async function isRequired({ work, sessions }: SecondStepParts, { user }: Session): Promise<boolean> {
  const [rule, row] = await Promise.all([
    work.db.one<RuleFacts>(ruleOf, [user.organisationId]), work.db.one<UserRow>(userById, [user.id])]);
  return rule !== undefined && mustEnrol(policyOf(rule, sessions.exemptsDemo), row?.roles ?? []);
}

/** /api/me/two-factor: the own authenticator and recovery codes. */
function ownRoutes(parts: SecondStepParts, twoFactor: TwoFactor): FastifyPluginAsyncZod {
  const { work } = parts;
  const signedIn = { permission: 'signed-in', peopleOnly: true } as const;
  const proved = { ...signedIn, stepUp: true, rateLimit: GUESSES };
  const sessionIn = (request: FastifyRequest): Session => {
    if (request.session === null) throw new AppError('SIGN_IN_REQUIRED');
    return request.session;
  };
  return async (app) => {
    app.addHook('onSend', async (_request, reply) => { void reply.header('cache-control', 'no-store'); });
    app.get('/api/me/two-factor', { config: signedIn, schema: { response: { 200: z.object({ enabled: z.boolean(),
      since: z.string().nullable(), codesLeft: z.number(), required: z.boolean() }) } } },
    async (request) => ({ ...await twoFactor.state(request.user),
      required: await isRequired(parts, sessionIn(request)) }));
    app.post('/api/me/two-factor/start', { config: proved, schema: { response: { 200: enrolment } } },
      async (request) => twoFactor.start(request.user));
    app.post('/api/me/two-factor/confirm', {
      config: proved, schema: { body: z.strictObject({ code }), response: { 200: codes } },
    }, async (request) => ({ recoveryCodes: await twoFactor.confirm(request.user, request.body.code) }));
    app.post('/api/me/two-factor/recovery-codes', { config: proved, schema: { response: { 200: codes } } },
      async (request) => ({ recoveryCodes: await twoFactor.renew(request.user) }));
    app.delete('/api/me/two-factor', { config: proved, schema: { response: { 204: z.null() } } },
      async (request, reply) => {
        if (await isRequired(parts, sessionIn(request))) throw new AppError('TWO_FACTOR_REQUIRED');
        await twoFactor.remove(request.user, request.user.id, 'SELF');
        void reply.code(204);
        return null;
      });
    app.post('/api/session/step-up', {
      config: { ...signedIn, rateLimit: GUESSES },
      schema: { body: z.strictObject({ code: code.optional(), password: z.string().min(1).max(1_000).optional() }),
        response: { 204: z.null() } },
    }, async (request, reply) => {
      const { user, body } = request;
      const method = await stepUpMethod(work, user);
      if (method === 'sign-in') throw new AppError('STEP_UP_REQUIRED', { method });
      await guardedProof(work, sessionIn(request), async () => {
        if (method === 'code') return twoFactor.spend(user, body.code ?? '');
        const row = await work.db.one<{ password_hash: string | null }>(passwordOf, [user.organisationId, user.id]);
        const { ok } = await parts.sessions.passwords.verify(row?.password_hash, body.password ?? '');
        if (!ok) throw new AppError('SIGN_IN_FAILED');
        return undefined;
      });
      await steppedUp(work, sessionIn(request), method);
      void reply.code(204);
      return null;
    });
  };
}

/** DELETE /api/users/:id/two-factor: for somebody who lost the device and the codes; their sessions end. */
function resetRoute(parts: SecondStepParts, twoFactor: TwoFactor): FastifyPluginAsyncZod {
  const { work } = parts;
  return async (app) => {
    app.delete('/api/users/:id/two-factor', {
      config: { permission: 'user.manage', peopleOnly: true, stepUp: true },
      schema: { params: z.object({ id: z.uuid() }), response: { 204: z.null() } },
    }, async (request, reply) => {
      const { user, params: { id } } = request;
      const seen = await work.db.dynamic(`select 1 from users t where t.id = $1
        and ${accessFilter(user, 'user.manage', 't', ['queue_id', 'agent_id'])}`, [id]);
      const row = seen.length === 0 ? undefined : await work.db.one<UserRow>(userById, [id]);
      if (row === undefined) throw new AppError('NOT_FOUND');
      if (userOf(row).rank >= user.rank && user.rank < 100) throw new AppError('RANK_TOO_HIGH');
      await requireReach(work.db, user, id);
      if (await twoFactor.remove(personOf(row), user.id, 'ADMINISTRATOR')) {
        await parts.sessions.revokeUser(id, 'SIGNED_OUT_BY_ADMINISTRATOR');
      }
      void reply.code(204);
      return null;
    });
  };
}

/** Every route of the second step. */
export function secondStepApi(parts: SecondStepParts): FastifyPluginAsyncZod {
  const twoFactor = createTwoFactor(parts);
  return async (app) => {
    await app.register(signInRoutes(parts, twoFactor));
    await app.register(ownRoutes(parts, twoFactor));
    await app.register(resetRoute(parts, twoFactor));
  };
}
