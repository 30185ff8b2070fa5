/** Canned replies: what agents say often, kept by those who run the queues, offered behind `/` in the reply box. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { AppError } from '#domain/errors.ts';
import { limits } from '#domain/limits.ts';
import { CannedReplyEntity } from '#domain/replies/entities.ts';
import { unknownBlanks } from '#domain/replies/variables.ts';
import { safeText } from '#domain/text.ts';
import { nameText, queryBoolean, readRoutes, requireOwn, writeRoutes, type AdminParts, type Noun } from './crud.ts';

const shortcut = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/);
const body = z.string().trim().min(1).max(limits.cannedReplyChars).transform(safeText);
const queueId = z.uuid().nullable();

const cannedReplies: Noun = {
  path: 'canned-replies', noun: 'canned-reply', table: 'canned_replies', entity: CannedReplyEntity,
  columns: { id: 't.id', shortcut: 't.shortcut', title: 't.title', body: 't.body', queueId: 't.queue_id',
    active: 't.active', version: 't.version' },
  view: z.object({ id: z.uuid(), shortcut: z.string(), title: z.string(), body: z.string(), queueId,
    active: z.boolean(), version: z.number() }),
  create: z.strictObject({ shortcut, title: nameText, body, queueId: queueId.optional(),
    active: z.boolean().optional() }),
  patch: z.strictObject({ shortcut, title: nameText, body, queueId, active: z.boolean() }).partial(),
  defaults: { queueId: null, active: true }, sort: 't.shortcut', search: ['t.title', 't.shortcut', 't.body'],
  filters: { active: { schema: queryBoolean, column: 't.active' },
    queueId: { schema: z.uuid(), column: 't.queue_id' } },
  read: 'queue.read', manage: 'queue.manage',
  journal: { created: 'configuration.created', updated: 'configuration.updated', subject: 'canned-reply' },
  async check(tx, user, values, before) {
    await requireOwn(tx, user, 'queues', 'queueId', values['queueId']);
    const [unknown] = unknownBlanks(String(values['body']));
    if (unknown !== undefined) {
      throw new AppError('VALIDATION_FAILED', { issues: [{ path: 'body', code: 'unknown_blank', blank: unknown }] });
    }
    if (before !== undefined) return;
    const [row] = await tx.dynamic<{ n: number }>(
      'select count(*)::int as n from canned_replies where organisation_id = $1', [user.organisationId]);
    if ((row?.n ?? 0) >= limits.cannedRepliesMax) {
      throw new AppError('VALIDATION_FAILED', { issues: [{ path: 'shortcut', code: 'too_many' }] });
    }
  },
};

/** /api/canned-replies */
export function cannedRepliesApi(parts: AdminParts): FastifyPluginAsyncZod {
  return async (app) => { readRoutes(app, parts, cannedReplies); writeRoutes(app, parts, cannedReplies); };
}
