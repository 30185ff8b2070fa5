/** /api/webhooks: where outside systems are told what happened, with which secret, and how each delivery went. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { AppError } from '#domain/errors.ts';
import { newId } from '#domain/ids.ts';
import { appendJournal } from '#domain/journal/append.ts';
import { type JournalData, journalTypes, type JournalType } from '#domain/journal/events.ts';
import { presentPosition } from '#domain/journal/tail.ts';
import { limits } from '#domain/limits.ts';
import { decodePage, encodePage, pageSize } from '#domain/pages.ts';
import type { User } from '#domain/people/access.ts';
import { statement, type Queryable, type Tx } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import { idempotent } from '../security/idempotency.ts';
import { ifMatch } from '../security/plugin.ts';
import type { SecretStore } from '../security/secret-store.ts';
import { randomToken } from '../security/tokens.ts';
import { nameText, pageOf, pageQuery } from './crud.ts';

export interface WebhookApiParts { work: Work; secrets: SecretStore }

const id = z.uuid();
/** Never back to the webhooks themselves: a failing one would tell of its failures without end. */
const typeNames = (Object.keys(journalTypes) as JournalType[]).filter((type) => !type.startsWith('webhook.'));
const fields = {
  name: nameText, active: z.boolean(),
  url: z.url({ protocol: /^https?$/ }).max(2_000).refine((text) => !/^[a-z]+:\/\/[^/]*@/i.test(text)),
  types: z.array(z.enum(['*', ...typeNames])).min(1).max(typeNames.length + 1),
};
const createBody = z.strictObject({ ...fields, active: fields.active.default(true) });
const patchBody = z.strictObject(fields).partial();
const view = z.object({ id, name: z.string(), url: z.string(), types: z.array(z.string()), active: z.boolean(),
  failingSince: z.string().nullable(), waiting: z.number().int(), createdAt: z.string(), version: z.number().int() });
const withSecret = view.extend({ secret: z.string().optional() });
type HookView = z.output<typeof view>;
const deliveryView = z.object({ id, type: z.string(), state: z.enum(['WAITING', 'DELIVERED', 'FAILED']),
  attempts: z.number().int(), answerStatus: z.number().int().nullable(), reasonCode: z.string().nullable(),
  createdAt: z.string(), dueAt: z.string(), finishedAt: z.string().nullable() });

const COLUMNS = `w.id, w.name, w.url, w.types, w.active, w.failing_since, w.created_at, w.version,
  (select count(*)::int from webhook_deliveries d where d.webhook_id = w.id and d.state = 'WAITING') as waiting
  from webhooks w where w.organisation_id = $1`;
interface Row extends Omit<HookView, 'failingSince' | 'createdAt'> { failing_since: Date | null; created_at: Date }

const listHooks = statement('webhook.list', `select ${COLUMNS} and ($2::text is null or (w.name, w.id) > ($2, $3::uuid))
  order by w.name, w.id limit $4`);
const oneHook = statement('webhook.one', `select ${COLUMNS} and w.id = $2`);
const lockHook = statement('webhook.lock',
  'select name, url, types, active, version from webhooks where organisation_id = $1 and id = $2 for update');
const lockOrganisation = statement('webhook.lock-organisation',
  `select (select count(*)::int from webhooks w where w.organisation_id = o.id) as n
  from organisations o where o.id = $1 for update`);
const insertHook = statement('webhook.insert', `insert into webhooks (id, organisation_id, name, url, types, active,
  after_epoch, after_xid, after_id) values ($1, $2, $3, $4, $5, $6, $7, $8::text::xid8, $9)`);
/** Switched on again it goes on with what happens from now: nobody waits for the past of a dead receiver. */
const updateHook = statement('webhook.update', `update webhooks set name = $3, url = $4, types = $5, active = $6,
  after_epoch = case when active or not $6 then after_epoch else $7 end,
  after_xid = case when active or not $6 then after_xid else $8::text::xid8 end,
  after_id = case when active or not $6 then after_id else $9 end, version = version + 1
  where organisation_id = $1 and id = $2`);
const listDeliveries = statement('webhook.deliveries', `select id, type, state, attempts,
    answer_status as "answerStatus", reason_code as "reasonCode", created_at, due_at, finished_at,
    created_at::text as cursor from webhook_deliveries
  where organisation_id = $1 and webhook_id = $2 and ($3::text is null or state = $3)
    and ($4::timestamptz is null or (created_at, id) < ($4, $5::uuid)) order by created_at desc, id desc limit $6`);
const addTest = statement('webhook.add-test', `insert into webhook_deliveries
  (id, organisation_id, webhook_id, journal_id, type, body) values ($1, $2, $3, $4, 'webhook.test', $5)`);
const repeatDelivery = statement('webhook.repeat', `update webhook_deliveries set state = 'WAITING', attempts = 0,
  due_at = app_now(), finished_at = null where organisation_id = $1 and id = $2 and state <> 'WAITING'
  returning webhook_id`);

function viewOf({ failing_since: failing, created_at: made, ...row }: Row): HookView {
  return { ...row, failingSince: failing?.toISOString() ?? null, createdAt: made.toISOString() };
}

async function find(db: Queryable, user: User, hookId: string): Promise<HookView> {
  const row = await db.one<Row>(oneHook, [user.organisationId, hookId]);
  if (row === undefined) throw new AppError('NOT_FOUND');
  return viewOf(row);
}

async function note(work: Work, tx: Tx, user: User, hookId: string,
  type: 'webhook.created' | 'webhook.updated' | 'webhook.delivery-repeated',
  data: JournalData = {}): Promise<void> {
  await appendJournal(tx, [{ type, subjectType: 'webhook', subjectId: hookId, actor: { kind: 'USER', id: user.id },
    scope: { organisationId: user.organisationId }, data }]);
  tx.afterCommit(() => { work.wake.hint('journal'); });
}

function owner(user: User, hookId: string) {
  return { organisationId: user.organisationId, ownerKind: 'webhook', ownerId: hookId };
}

async function create(parts: WebhookApiParts, user: User, body: z.output<typeof createBody>) {
  const hookId = newId();
  const secret = randomToken();
  return parts.work.db.transaction(async (tx) => {
    const count = await tx.one<{ n: number }>(lockOrganisation, [user.organisationId]);
    if ((count?.n ?? 0) >= limits.webhooksMax) throw new AppError('STATE_CONFLICT');
    const now = await presentPosition(tx);
    await tx.rows(insertHook, [hookId, user.organisationId, body.name, body.url, body.types, body.active,
      now.epoch, now.xid, now.id]);
    await parts.secrets.put(owner(user, hookId), { secret }, tx);
    await note(parts.work, tx, user, hookId, 'webhook.created');
    return { ...await find(tx, user, hookId), secret };
  });
}

async function change(parts: WebhookApiParts, user: User, hookId: string, version: number,
  body: z.output<typeof patchBody>): Promise<HookView> {
  return parts.work.db.transaction(async (tx) => {
    const before = await tx.one<Pick<Row, 'name' | 'url' | 'types' | 'active' | 'version'>>(lockHook,
      [user.organisationId, hookId]);
    if (before === undefined) throw new AppError('NOT_FOUND');
    if (before.version !== version) throw new AppError('VERSION_CONFLICT', { version: before.version });
    const after = { ...before, ...body };
    const changed = (Object.keys(body) as (keyof typeof body)[]).filter((field) =>
      JSON.stringify(before[field]) !== JSON.stringify(after[field]));
    if (changed.length === 0) return find(tx, user, hookId);
    const now = await presentPosition(tx);
    await tx.rows(updateHook, [user.organisationId, hookId, after.name, after.url, after.types, after.active,
      now.epoch, now.xid, now.id]);
    await note(parts.work, tx, user, hookId, 'webhook.updated', { changed });
    return find(tx, user, hookId);
  });
}

const config = { permission: 'webhook.manage', peopleOnly: true } as const;
const params = z.object({ id });
const paging = { cursor: pageQuery.cursor, limit: pageQuery.limit };

function deliveryRoutes(parts: WebhookApiParts): FastifyPluginAsyncZod {
  const { work } = parts;
  return async (app) => {
    app.get('/api/webhooks/:id/deliveries', { config, schema: { params, querystring: z.strictObject({ ...paging,
      state: deliveryView.shape.state.optional() }), response: { 200: pageOf(deliveryView) } } },
    async ({ user, params: { id: hookId }, query }) => {
      await find(work.db, user, hookId);
      const size = pageSize(query.limit);
      const [at, after] = query.cursor === undefined ? [null, null] : decodePage(query.cursor, 2);
      const rows = await work.db.rows<Record<string, unknown> & { id: string; created_at: Date; due_at: Date;
        finished_at: Date | null; cursor: string }>(listDeliveries, [user.organisationId, hookId, query.state ?? null,
        at, after, size + 1]);
      const last = rows[size - 1];
      const items = rows.slice(0, size).map((row) => ({ ...row, createdAt: row.created_at.toISOString(),
        dueAt: row.due_at.toISOString(), finishedAt: row.finished_at?.toISOString() ?? null }));
      return { items: items as unknown as z.output<typeof deliveryView>[],
        nextCursor: rows.length > size && last !== undefined ? encodePage([last.cursor, last.id]) : null };
    });
    app.post('/api/webhooks/:id/test', { config: { ...config, rateLimit: { max: 10, timeWindow: 60_000 } },
      schema: { params, response: { 202: z.object({ id }) } } }, async ({ user, params: { id: hookId } }, reply) => {
      await find(work.db, user, hookId);
      const deliveryId = newId();
      // A number that no journal row has, so that tests do not collide with each other.
      const number = -Number.parseInt(deliveryId.replaceAll('-', '').slice(-12), 16);
      await work.db.rows(addTest, [deliveryId, user.organisationId, hookId, number,
        JSON.stringify({ id: deliveryId, type: 'webhook.test', at: new Date().toISOString() })]);
      void reply.code(202);
      return { id: deliveryId };
    });
    app.post('/api/webhook-deliveries/:id/repeat', { config, schema: { params, response: { 204: z.null() } } },
      async ({ user, params: { id: deliveryId } }, reply) => {
        await work.db.transaction(async (tx) => {
          const done = await tx.one<{ webhook_id: string }>(repeatDelivery, [user.organisationId, deliveryId]);
          if (done === undefined) throw new AppError('NOT_FOUND');
          await note(work, tx, user, done.webhook_id, 'webhook.delivery-repeated', { deliveryId });
        });
        void reply.code(204);
        return null;
      });
  };
}

/** The routes of webhooks; for people only. */
export function webhooksApi(parts: WebhookApiParts): FastifyPluginAsyncZod {
  const { work } = parts;
  return async (app) => {
    await app.register(deliveryRoutes(parts));
    app.get('/api/webhooks', { config, schema: { querystring: z.strictObject(paging),
      response: { 200: pageOf(view) } } }, async ({ user, query }) => {
      const size = pageSize(query.limit);
      const [name, after] = query.cursor === undefined ? [null, null] : decodePage(query.cursor, 2);
      const rows = await work.db.rows<Row>(listHooks, [user.organisationId, name, after, size + 1]);
      const last = rows[size - 1];
      return { items: rows.slice(0, size).map(viewOf),
        nextCursor: rows.length > size && last !== undefined ? encodePage([last.name, last.id]) : null };
    });
    app.get('/api/webhooks/:id', { config, schema: { params, response: { 200: view } } },
      async ({ user, params: { id: hookId } }) => find(work.db, user, hookId));
    app.post('/api/webhooks', { config, schema: { body: createBody, response: { 201: withSecret } } },
      async (request, reply) => {
        void reply.header('cache-control', 'no-store');
        return idempotent<z.output<typeof withSecret>>(work, request, reply,
          async () => ({ status: 201, body: await create(parts, request.user, request.body) }),
          ({ secret: _shownOnce, ...rest }) => rest);
      });
    app.patch('/api/webhooks/:id', { config, schema: { params, body: patchBody, response: { 200: view } } },
      async (request) => change(parts, request.user, request.params.id, ifMatch(request), request.body));
    app.post('/api/webhooks/:id/secret', { config: { ...config, stepUp: true },
      schema: { params, response: { 200: z.object({ secret: z.string() }) } } },
    async ({ user, params: { id: hookId } }, reply) => {
      const secret = randomToken();
      await work.db.transaction(async (tx) => {
        if (await tx.one(lockHook, [user.organisationId, hookId]) === undefined) throw new AppError('NOT_FOUND');
        await parts.secrets.put(owner(user, hookId), { secret }, tx);
        await note(work, tx, user, hookId, 'webhook.updated', { changed: ['secret'] });
      });
      void reply.header('cache-control', 'no-store');
      return { secret };
    });
  };
}
