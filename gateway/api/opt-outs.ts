/** Opt-outs: whom we may not contact for a purpose; the gate on the road out reads them at send time. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { AppError } from '#domain/errors.ts';
import { newId } from '#domain/ids.ts';
import { appendJournal } from '#domain/journal/append.ts';
import { limits } from '#domain/limits.ts';
import { decodePage, encodePage, pageSize } from '#domain/pages.ts';
import { accessFilter, keysOf, type User } from '#domain/people/access.ts';
import { maskHandle } from '#domain/people/masks.ts';
import { pointFilter } from '#domain/search/points.ts';
import type { Queryable } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import { idempotent } from '../security/idempotency.ts';
import { pageOf, pageQuery } from './crud.ts';
import { journalKeeper } from './search.ts';
import { journalSearch } from './shapes.ts';

const id = z.uuid();
const purpose = z.enum(['ALL', 'FOLLOW_UP', 'COLLECTION', 'OFFER']);
const optOutView = z.object({
  id, contactPointId: id, contactId: id, contactName: z.string().nullable(), channel: z.string(),
    handleMasked: z.string(),
  purpose, reason: z.string(), createdAt: z.string(), createdByName: z.string().nullable(),
    withdrawnAt: z.string().nullable(),
  withdrawnByName: z.string().nullable(),
});
type OptOut = z.output<typeof optOutView>;

interface Row extends Omit<OptOut, 'handleMasked' | 'createdAt' | 'withdrawnAt'> {
  handle: string; created_at: Date; withdrawn_at: Date | null; cursor: string;
}

/** Where a customer's interactions stand decides who may keep their opt-outs; `p` is the contact point (RS01). */
function placeFilter(user: User): string {
  if (keysOf(user, 'opt-out.manage').has(`organisation:${user.organisationId}`)) return 'true';
  return `exists (select 1 from interactions i where i.contact_id = p.contact_id and ${accessFilter(user,
    'opt-out.manage', 'i')})`;
}

async function find(db: Queryable, user: User, where: string, values: readonly unknown[],
  limit: number): Promise<Row[]> {
  return db.dynamic<Row>(`select o.id, o.contact_point_id as "contactPointId", p.contact_id as "contactId", c.name as
    "contactName",
      p.channel, p.handle, o.purpose, o.reason, o.created_at, o.withdrawn_at, made.name as "createdByName",
      ended.name as "withdrawnByName", o.created_at::text as cursor
    from opt_outs o join contact_points p on p.id = o.contact_point_id and p.organisation_id = o.organisation_id
    join contacts c on c.id = p.contact_id left join users made on made.id = o.created_by
    left join users ended on ended.id = o.withdrawn_by
    where o.organisation_id = $1 and ${placeFilter(user)} ${where} order by o.created_at desc,
      o.id desc limit ${limit}`,
  [user.organisationId, ...values]);
}

function view({ handle, created_at: createdAt, withdrawn_at: withdrawnAt, cursor: _cursor, ...row }: Row): OptOut {
  return {
    ...row, handleMasked: maskHandle(handle), createdAt: createdAt.toISOString(),
      withdrawnAt: withdrawnAt?.toISOString() ?? null,
  };
}

async function one(db: Queryable, user: User, optOutId: string): Promise<OptOut> {
  const [row] = await find(db, user, 'and o.id = $2', [optOutId], 1);
  if (row === undefined) throw new AppError('NOT_FOUND');
  return view(row);
}

async function write(work: Work, user: User, optOutId: string, type: 'opt-out.registered' | 'opt-out.withdrawn',
  sql: string,
  values: readonly unknown[], missing: 'NOT_FOUND' | 'STATE_CONFLICT'): Promise<OptOut> {
  return work.db.transaction(async (tx) => {
    const rows = await tx.dynamic(sql, values);
    if (rows.length === 0) throw new AppError(missing);
    await appendJournal(tx, [{
      type, subjectType: 'opt-out', subjectId: optOutId, actor: { kind: 'USER', id: user.id },
      scope: { organisationId: user.organisationId },
    }]);
    tx.afterCommit(() => { work.wake.hint('journal'); });
    return one(tx, user, optOutId);
  });
}

const narrowing = z.strictObject({
  purpose: purpose.optional(), active: z.enum(['true', 'false']).optional(), contactId: id.optional(),
  cursor: pageQuery.cursor, limit: pageQuery.limit,
});

/** A page of those this user keeps, newest first; `words` are a customer's name, number or handle. */
async function list(db: Queryable, user: User, query: z.output<typeof narrowing>,
  words?: string): Promise<{ items: OptOut[]; nextCursor: string | null }> {
  const { purpose: wanted, active, contactId, cursor, limit } = query;
  const size = pageSize(limit);
  const [at, after] = cursor === undefined ? [null, null] : decodePage(cursor, 2);
  const values: unknown[] = [wanted ?? null, active === undefined ? null : active === 'true', contactId ?? null, at,
    after];
  const found = words === undefined ? 'true'
    : await pointFilter(db, user, words, (value) => `$${values.push(value) + 1}`);
  const rows = await find(db, user, `and ($2::text is null or o.purpose = $2)
    and ($3::boolean is null or (o.withdrawn_at is null) = $3) and ($4::uuid is null or p.contact_id = $4)
    and ($5::timestamptz is null or (o.created_at, o.id) < ($5, $6::uuid)) and ${found}`, values, size + 1);
  const last = rows[size - 1];
  const nextCursor = rows.length > size && last !== undefined ? encodePage([last.cursor, last.id]) : null;
  return { items: rows.slice(0, size).map(view), nextCursor };
}

const search = narrowing.extend({ q: z.string().trim().min(1).max(limits.searchCharsMax) });

/** /api/opt-outs */
export function optOutsApi(parts: { work: Work }): FastifyPluginAsyncZod {
  const { work } = parts;
  const config = { permission: 'opt-out.manage' } as const;
  const isNew = journalKeeper();
  return async (app) => {
    app.get('/api/opt-outs', { config, schema: { querystring: narrowing, response: { 200: pageOf(optOutView) } } },
      async ({ user, query }) => list(work.db, user, query));

    // The words stand in the body, never in an address: they are names and numbers of customers (RA09).
    app.post('/api/opt-outs/search', {
      config: { ...config, rateLimit: { max: limits.searchesPerMinute, timeWindow: 60_000 } },
      schema: { body: search, response: { 200: pageOf(optOutView) } },
    }, async ({ user, body: { q, ...query } }, reply) => {
      void reply.header('cache-control', 'no-store');
      if (isNew(user.id)) await journalSearch(work, user, 'opt-outs');
      return list(work.db, user, query, q);
    });

    app.post('/api/opt-outs', {
      config,
      schema: {
        body: z.strictObject({ contactPointId: id, purpose, reason: z.string().trim().min(3).max(500) }),
        response: { 201: optOutView },
      },
    }, async (request, reply) => idempotent<OptOut>(work, request, reply, async () => {
      const { user, body } = request;
      const optOutId = newId();
      const made = await write(work, user, optOutId, 'opt-out.registered', `insert into opt_outs
          (id, organisation_id, contact_point_id, purpose, reason, created_by)
        select $1, $2, p.id, $4, $5,
          $6 from contact_points p where p.organisation_id = $2 and p.id = $3 and ${placeFilter(user)}
        returning id`, [optOutId, user.organisationId, body.contactPointId, body.purpose, body.reason, user.id],
          'NOT_FOUND');
      return { status: 201, body: made };
    },
    // The name and the words are a customer's data: a replayed answer goes without.
    (made) => ({ ...made, contactName: null, reason: '' })));

    app.post('/api/opt-outs/:id/withdraw', {
      config, schema: { params: z.object({ id }), response: { 200: optOutView } },
    }, async (request) => {
      const { user, params } = request;
      await one(work.db, user, params.id);
      return write(work, user, params.id, 'opt-out.withdrawn',
        `update opt_outs set withdrawn_at = app_now(), withdrawn_by = $3
        where organisation_id = $1 and id = $2 and withdrawn_at is null returning id`,
      [user.organisationId, params.id, user.id], 'STATE_CONFLICT');
    });
  };
}
