/** Signing in through identity providers, and setting them up: /api/session/oidc and /api/identity-providers. */
import type { FastifyReply } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { AppError } from '#domain/errors.ts';
import { newId } from '#domain/ids.ts';
import { appendJournal } from '#domain/journal/append.ts';
import type { User } from '#domain/people/access.ts';
import { ADMINISTRATOR_RANK } from '#domain/people/ranks.ts';
import { statement, type Queryable, type Tx } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import type { Config } from '../config.ts';
import { createEgress } from '../egress.ts';
import { idempotent } from '../security/idempotency.ts';
import { createOidc, isLoopbackIssuer, type OidcParts } from '../security/oidc.ts';
import { ifMatch } from '../security/plugin.ts';
import { beginStep, secondStepOf } from '../security/second-step.ts';
import type { Sessions } from '../security/sessions.ts';
import { openSession } from '../security/sign-in.ts';
import { steppedUp } from '../security/step-up.ts';
import { readCookie } from '../security/tokens.ts';
import { nameText, queryBoolean } from './crud.ts';
import { setCookies, setStepCookie } from './session.ts';

export interface ProviderParts extends Omit<OidcParts, 'egress'> {
  sessions: Sessions;
  config: Pick<Config, 'publicUrl' | 'egressAllow'>;
}

const CALLBACK = '/api/session/oidc/callback';
const STARTS = { max: 30, timeWindow: 60_000 };
const COOKIE_SECONDS = 600;

const listActive = statement('provider.active', 'select id, name from identity_providers where active order by name');

/** GET /api/session/providers, /api/session/oidc/:id/start and the callback: for browsers that are not in yet. */
function signInRoutes(parts: ProviderParts): FastifyPluginAsyncZod {
  const { work, sessions } = parts;
  const oidc = createOidc({ ...parts, egress: createEgress(parts.config.egressAllow) });
  const secure = sessions.cookieName.startsWith('__Host-');
  const cookieName = secure ? '__Host-sambung-oidc' : 'sambung-oidc';
  const redirect = (reply: FastifyReply, to: string): void => {
    void reply.header('cache-control', 'no-store').redirect(to, 303);
  };
  const config = { permission: 'public', rateLimit: STARTS } as const;
  return async (app) => {
    app.get('/api/session/providers', { config: { permission: 'public' },
      schema: { response: { 200: z.object({ items: z.array(z.object({ id: z.uuid(), name: z.string() })) }) } } },
    async () => ({ items: await work.db.rows<{ id: string; name: string }>(listActive) }));

    // `proof` is for somebody who is in and has to prove who they are: the provider asks again.
    app.get('/api/session/oidc/:id/start', { config, schema: { params: z.object({ id: z.uuid() }),
      querystring: z.strictObject({ proof: queryBoolean.default(false) }) } },
      async (request, reply) => {
        const origin = parts.config.publicUrl ?? `http://${request.host}`;
        const { url, cookie } = await oidc.start(request.params.id, `${origin}${CALLBACK}`,
          request.query.proof);
        void reply.setCookie(cookieName, cookie, { path: '/', httpOnly: true, sameSite: 'lax', secure,
          maxAge: COOKIE_SECONDS });
        redirect(reply, url);
      });

    // A browser stands here, not a program: whatever happens, it goes back to the page of signing in.
    app.get(CALLBACK, { config }, async (request, reply) => {
      void reply.clearCookie(cookieName, { path: '/' });
      const brought = readCookie(request.headers.cookie, cookieName);
      const isProof = oidc.wantsProof(brought);
      try {
        const address = new URL(request.url, 'http://localhost');
        const { row, provider, provedAt } = await oidc.finish(brought, address);
        if (isProof) {
          const session = await sessions.verify(request.headers.cookie);
          if (session?.user.id !== row.id) throw new AppError('PROVIDER_FAILED');
          await steppedUp(work, session, 'provider');
          redirect(reply, '/?stepUp=done');
          return;
        }
        const next = provider.second_step_done ? undefined : await secondStepOf(work, row, sessions.exemptsDemo);
        if (next !== undefined) {
          setStepCookie(reply, sessions, (await beginStep(work, row, { next, method: 'OIDC' })).step);
          redirect(reply, `/?step=${next}`);
          return;
        }
        setCookies(reply, sessions, await openSession(work, {
          ip: request.ip, userAgent: request.headers['user-agent'],
          device: readCookie(request.headers.cookie, sessions.deviceCookieName),
          oldCookie: readCookie(request.headers.cookie, sessions.cookieName),
        }, { row, method: 'OIDC', secondFactor: provider.second_step_done, provedAt }));
        redirect(reply, '/');
      } catch (error) {
        if (!(error instanceof AppError) || error.status >= 500) throw error;
        redirect(reply, isProof ? `/?stepUp=${error.code}` : '/?signIn=PROVIDER_FAILED');
      }
    });
  };
}

const fields = {
  name: nameText, clientId: z.string().trim().min(1).max(300), active: z.boolean(), secondStepDone: z.boolean(),
  issuer: z.url({ protocol: /^https?$/ }).max(500)
    .refine((text) => text.startsWith('https://') || isLoopbackIssuer(text)),
  npkClaim: z.string().regex(/^[A-Za-z0-9_:./-]{1,100}$/), clientSecret: z.string().min(1).max(1_000),
};
const createBody = z.strictObject({ ...fields, active: fields.active.default(true),
  secondStepDone: fields.secondStepDone.default(false), npkClaim: fields.npkClaim.default('npk') });
const patchBody = z.strictObject(fields).partial();
const view = z.object({ id: z.uuid(), name: z.string(), issuer: z.string(), clientId: z.string(),
  npkClaim: z.string(), secondStepDone: z.boolean(), active: z.boolean(), version: z.number().int() });
type ProviderView = z.output<typeof view>;

const SELECT = `select id, name, issuer, client_id as "clientId", npk_claim as "npkClaim",
  second_step_done as "secondStepDone", active, version from identity_providers where organisation_id = $1`;
const listAll = statement('provider.list', `${SELECT} order by name, id`);
const oneProvider = statement('provider.one', `${SELECT} and id = $2`);
const insertProvider = statement('provider.insert', `insert into identity_providers (id, organisation_id, name, issuer,
  client_id, npk_claim, second_step_done, active) values ($1, $2, $3, $4, $5, $6, $7, $8)`);
const updateProvider = statement('provider.update', `update identity_providers set name = $3, issuer = $4,
    client_id = $5, npk_claim = $6, second_step_done = $7, active = $8, version = version + 1
  where organisation_id = $1 and id = $2 and version = $9 returning 1 as done`);
/** Another issuer's subjects are other people. */
const dropLinks = statement('provider.drop-links',
  'delete from user_identities where organisation_id = $1 and provider_id = $2');

async function find(db: Queryable, user: User, id: string): Promise<ProviderView> {
  const row = await db.one<ProviderView>(oneProvider, [user.organisationId, id]);
  if (row === undefined) throw new AppError('NOT_FOUND');
  return row;
}

async function note(work: Work, tx: Tx, user: User, id: string, changed?: string[]): Promise<void> {
  await appendJournal(tx, [{ type: changed === undefined ? 'configuration.created' : 'configuration.updated',
    subjectType: 'identity-provider', subjectId: id, actor: { kind: 'USER', id: user.id },
    scope: { organisationId: user.organisationId },
    data: { noun: 'identity-provider', ...(changed === undefined ? {} : { changed }) } }]);
  tx.afterCommit(() => { work.wake.hint('journal'); });
}

const owner = (user: User, id: string) =>
  ({ organisationId: user.organisationId, ownerKind: 'identity-provider', ownerId: id });

/** Who vouches for people could vouch for the administrator: only an administrator says who may (RS16). */
function requireAdministratorRank(user: User): void {
  if (user.rank < ADMINISTRATOR_RANK) throw new AppError('RANK_TOO_HIGH');
}

async function create(parts: ProviderParts, user: User, body: z.output<typeof createBody>): Promise<ProviderView> {
  requireAdministratorRank(user);
  const id = newId();
  return parts.work.db.transaction(async (tx) => {
    await tx.rows(insertProvider, [id, user.organisationId, body.name, body.issuer, body.clientId, body.npkClaim,
      body.secondStepDone, body.active]);
    await parts.secrets.put(owner(user, id), { clientSecret: body.clientSecret }, tx);
    await note(parts.work, tx, user, id);
    return find(tx, user, id);
  });
}

async function change(parts: ProviderParts, user: User, id: string, version: number,
  { clientSecret, ...body }: z.output<typeof patchBody>): Promise<ProviderView> {
  return parts.work.db.transaction(async (tx) => {
    const before = await find(tx, user, id);
    requireAdministratorRank(user);
    const after = { ...before, ...body };
    const done = await tx.rows(updateProvider, [user.organisationId, id, after.name, after.issuer, after.clientId,
      after.npkClaim, after.secondStepDone, after.active, version]);
    if (done.length === 0) throw new AppError('VERSION_CONFLICT', { version: before.version });
    if (clientSecret !== undefined) await parts.secrets.put(owner(user, id), { clientSecret }, tx);
    if (after.issuer !== before.issuer) await tx.rows(dropLinks, [user.organisationId, id]);
    await note(parts.work, tx, user, id, [...Object.keys(body), ...(clientSecret === undefined ? []
      : ['clientSecret'])]);
    return find(tx, user, id);
  });
}

/** The routes of identity providers. */
export function identityProvidersApi(parts: ProviderParts): FastifyPluginAsyncZod {
  const { work } = parts;
  const config = { permission: 'security.manage', peopleOnly: true } as const;
  const careful = { ...config, stepUp: true } as const;
  const params = z.object({ id: z.uuid() });
  return async (app) => {
    await app.register(signInRoutes(parts));
    app.get('/api/identity-providers', { config, schema: { response: { 200: z.object({ items: z.array(view) }) } } },
      async ({ user }) => ({ items: await work.db.rows<ProviderView>(listAll, [user.organisationId]) }));
    app.get('/api/identity-providers/:id', { config, schema: { params, response: { 200: view } } },
      async ({ user, params: { id } }) => find(work.db, user, id));
    app.post('/api/identity-providers', { config: careful, schema: { body: createBody, response: { 201: view } } },
      async (request, reply) => idempotent<ProviderView>(work, request, reply,
        async () => ({ status: 201, body: await create(parts, request.user, request.body) })));
    app.patch('/api/identity-providers/:id', { config: careful,
      schema: { params, body: patchBody, response: { 200: view } } },
    async (request) => change(parts, request.user, request.params.id, ifMatch(request), request.body));
  };
}
