/** /api/api-keys: keys with which programs act as the user who made them, within a part of that user's rights. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { AppError } from '#domain/errors.ts';
import { newId } from '#domain/ids.ts';
import { appendJournal } from '#domain/journal/append.ts';
import type { JournalData } from '#domain/journal/events.ts';
import { limits } from '#domain/limits.ts';
import { decodePage, encodePage, pageSize } from '#domain/pages.ts';
import { can, type User } from '#domain/people/access.ts';
import { permissions, type Permission } from '#domain/people/permissions.ts';
import { statement, type Tx } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import { makeKey } from '../security/api-keys.ts';
import { idempotent } from '../security/idempotency.ts';
import { nameText, pageOf, pageQuery } from './crud.ts';

const view = z.object({
  id: z.uuid(), name: z.string(), userId: z.uuid(), userName: z.string(), last4: z.string(),
  permissions: z.array(z.string()), createdAt: z.string(), expiresAt: z.string(), lastUsedAt: z.string().nullable(),
  revokedAt: z.string().nullable(), revokeReason: z.string().nullable(),
});
type KeyView = z.output<typeof view>;

/** What no program needs, whoever made its key: rights to hand out rights. */
const NEVER = new Set<Permission>(['api-key.manage', 'security.manage', 'role.manage', 'user.manage']);
const grantable = (Object.keys(permissions) as Permission[]).filter((one) => !NEVER.has(one));

const body = z.strictObject({
  name: nameText, permissions: z.array(z.enum(grantable as [Permission, ...Permission[]])).min(1).max(grantable.length),
  days: z.number().int().min(1).max(limits.apiKeyDaysMax),
});

const COLUMNS = `k.id, k.name, k.user_id as "userId", u.name as "userName", k.last4, k.permissions, k.created_at,
  k.expires_at, k.last_used_at, k.revoked_at, k.revoke_reason as "revokeReason", k.created_at::text as cursor
  from api_keys k join users u on u.id = k.user_id and u.organisation_id = k.organisation_id`;
interface Row extends Omit<KeyView, 'createdAt' | 'expiresAt' | 'lastUsedAt' | 'revokedAt'> {
  created_at: Date; expires_at: Date; last_used_at: Date | null; revoked_at: Date | null; cursor: string;
}

const insertKey = statement('api-key.insert', `insert into api_keys (id, organisation_id, user_id, name, key_hash,
  last4, permissions, expires_at) values ($1, $2, $3, $4, $5, $6, $7, app_now() + $8 * interval '1 day')`);
const countKeys = statement('api-key.count', `select count(*)::int as n from api_keys
  where organisation_id = $1 and user_id = $2 and revoked_at is null and expires_at > app_now()`);
const lockUser = statement('api-key.lock-user', 'select 1 from users where organisation_id = $1 and id = $2 for update');
/** Own keys; those who set the rules of sign-in may revoke anybody's. */
const revokeKey = statement('api-key.revoke', `update api_keys set revoked_at = app_now(), revoke_reason = $4
  where organisation_id = $1 and id = $2 and revoked_at is null and ($3::uuid is null or user_id = $3) returning id`);
const oneKey = statement('api-key.one', `select ${COLUMNS} where k.organisation_id = $1 and k.id = $2
  and ($3::uuid is null or k.user_id = $3)`);
const listKeys = statement('api-key.list', `select ${COLUMNS} where k.organisation_id = $1
  and ($2::uuid is null or k.user_id = $2)
  and ($3::boolean is null or (k.revoked_at is null and k.expires_at > app_now()) = $3)
  and ($4::timestamptz is null or (k.created_at, k.id) < ($4, $5::uuid))
  order by k.created_at desc, k.id desc limit $6`);

function viewOf({ created_at: made, expires_at: ends, last_used_at: used, revoked_at: revoked, cursor: _cursor,
  ...row }: Row): KeyView {
  return { ...row, createdAt: made.toISOString(), expiresAt: ends.toISOString(),
    lastUsedAt: used?.toISOString() ?? null, revokedAt: revoked?.toISOString() ?? null };
}

/** Null: everybody's keys are seen; else only the own ones. */
function whose(user: User): string | null {
  return can(user, 'security.manage') ? null : user.id;
}

async function note(work: Work, tx: Tx, user: User, id: string, type: 'api-key.created' | 'api-key.revoked',
  data: JournalData): Promise<void> {
  await appendJournal(tx, [{ type, subjectType: 'api-key', subjectId: id, actor: { kind: 'USER', id: user.id },
    scope: { organisationId: user.organisationId }, data }]);
  tx.afterCommit(() => { work.wake.hint('journal'); });
}

async function createKey(work: Work, user: User, wanted: z.output<typeof body>) {
  for (const permission of wanted.permissions) if (!can(user, permission)) throw new AppError('FORBIDDEN');
  const id = newId();
  const { key, hash, last4 } = makeKey(id);
  return work.db.transaction(async (tx) => {
    await tx.rows(lockUser, [user.organisationId, user.id]);
    const count = await tx.one<{ n: number }>(countKeys, [user.organisationId, user.id]);
    if ((count?.n ?? 0) >= limits.apiKeysPerUserMax) throw new AppError('STATE_CONFLICT');
    const rights = [...new Set(wanted.permissions)].sort();
    await tx.rows(insertKey, [id, user.organisationId, user.id, wanted.name, hash, last4, rights, wanted.days]);
    await note(work, tx, user, id, 'api-key.created', { permissions: rights, days: wanted.days });
    const row = await tx.one<Row>(oneKey, [user.organisationId, id, user.id]);
    if (row === undefined) throw new Error('an API key was not stored');
    return { ...viewOf(row), key };
  });
}

/** The routes of API keys; for people only, or a leaked key could make itself a lasting one. */
export function apiKeysApi(parts: { work: Work }): FastifyPluginAsyncZod {
  const { work } = parts;
  const config = { permission: 'api-key.manage', peopleOnly: true } as const;
  return async (app) => {
    app.get('/api/api-keys', {
      config, schema: { querystring: z.strictObject({ cursor: pageQuery.cursor, limit: pageQuery.limit,
        active: z.enum(['true', 'false']).optional() }), response: { 200: pageOf(view) } },
    }, async ({ user, query }) => {
      const size = pageSize(query.limit);
      const [at, after] = query.cursor === undefined ? [null, null] : decodePage(query.cursor, 2);
      const active = query.active === undefined ? null : query.active === 'true';
      const rows = await work.db.rows<Row>(listKeys, [user.organisationId, whose(user), active, at, after, size + 1]);
      const last = rows[size - 1];
      return { items: rows.slice(0, size).map(viewOf),
        nextCursor: rows.length > size && last !== undefined ? encodePage([last.cursor, last.id]) : null };
    });
    app.post('/api/api-keys', {
      config: { ...config, stepUp: true },
      schema: { body, response: { 201: view.extend({ key: z.string().optional() }) } },
    }, async (request, reply) => {
      void reply.header('cache-control', 'no-store');
      return idempotent<KeyView & { key?: string }>(work, request, reply,
        async () => ({ status: 201, body: await createKey(work, request.user, request.body) }),
        ({ key: _shownOnce, ...rest }) => rest);
    });
    app.post('/api/api-keys/:id/revoke', {
      config, schema: { params: z.object({ id: z.uuid() }), response: { 200: view } },
    }, async ({ user, params }) => work.db.transaction(async (tx) => {
      const reason = 'REVOKED';
      const row = await tx.one<Row>(oneKey, [user.organisationId, params.id, whose(user)]);
      if (row === undefined) throw new AppError('NOT_FOUND');
      const done = await tx.rows(revokeKey, [user.organisationId, params.id, whose(user), reason]);
      if (done.length > 0) await note(work, tx, user, params.id, 'api-key.revoked', { reason });
      const after = await tx.one<Row>(oneKey, [user.organisationId, params.id, whose(user)]);
      return viewOf(after ?? row);
    }));
  };
}
