/** Ticket categories with their targets (B6-B10), and the reasons people choose from. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { AppError } from '#domain/errors.ts';
import { CategoryEntity, ReasonEntity } from '#domain/queues/entities.ts';
import {
  codeText, nameText, queryBoolean, readRoutes, requireOwn, writeRoutes, type AdminParts, type Noun,
} from './crud.ts';

const id = z.uuid();
const seconds = z.number().int().min(1).max(31_536_000).nullable();
const configuration = { created: 'configuration.created', updated: 'configuration.updated' } as const;

const categories: Noun = {
  path: 'categories', noun: 'category', table: 'categories', entity: CategoryEntity,
  columns: {
    id: 't.id', parentId: 't.parent_id', code: 't.code', nameId: 't.name_id', nameEn: 't.name_en',
    targetIdealS: 't.target_ideal_s', targetMaxS: 't.target_max_s', reopenDays: 't.reopen_days', active: 't.active',
    version: 't.version',
  },
  view: z.object({
    id, parentId: id.nullable(), code: z.string(), nameId: z.string(), nameEn: z.string(),
    targetIdealS: z.number().nullable(), targetMaxS: z.number().nullable(), reopenDays: z.number(), active: z.boolean(),
    version: z.number(),
  }),
  create: z.strictObject({
    parentId: id.nullish(), code: codeText, nameId: nameText, nameEn: nameText, targetIdealS: seconds.optional(),
    targetMaxS: seconds.optional(), reopenDays: z.number().int().min(0).max(365).optional(),
      active: z.boolean().optional(),
  }),
  patch: z.strictObject({
    nameId: nameText, nameEn: nameText, targetIdealS: seconds, targetMaxS: seconds,
    reopenDays: z.number().int().min(0).max(365), active: z.boolean(),
  }).partial(),
  defaults: { parentId: null, targetIdealS: null, targetMaxS: null, reopenDays: 7, active: true },
  sort: 't.code', search: ['t.name_id', 't.name_en', 't.code'],
  filters: { active: { schema: queryBoolean, column: 't.active' }, parentId: { schema: id, column: 't.parent_id' } },
  read: 'queue.read', manage: 'queue.manage', journal: { ...configuration, subject: 'category' },
  async check(tx, user, values) {
    await requireOwn(tx, user, 'categories', 'parentId', values['parentId']);
    const [ideal, max] = [values['targetIdealS'] as number | null, values['targetMaxS'] as number | null];
    if (ideal !== null && max !== null && ideal > max) {
      throw new AppError('VALIDATION_FAILED', { issues: [{ path: 'targetIdealS', code: 'above_max' }] });
    }
    if (values['parentId'] === null) return;
    const [parent] = await tx.dynamic('select 1 from categories where id = $1 and parent_id is null',
      [values['parentId']]);
    if (parent === undefined) throw new AppError('VALIDATION_FAILED', { issues: [{ path: 'parentId',
      code: 'too_deep' }] });
  },
};

const kinds = z.enum(['BREAK', 'DECLINE', 'OUTCOME', 'OOT', 'UNMASK', 'REOPEN', 'ESCALATION']);
const sort = z.number().int().min(0).max(9_999);

const reasons: Noun = {
  path: 'reasons', noun: 'reason', table: 'reasons', entity: ReasonEntity,
  columns: {
    id: 't.id', kind: 't.kind', code: 't.code', labelId: 't.label_id', labelEn: 't.label_en', active: 't.active',
    sort: 't.sort', version: 't.version',
  },
  view: z.object({
    id, kind: kinds, code: z.string(), labelId: z.string(), labelEn: z.string(), active: z.boolean(), sort: z.number(),
    version: z.number(),
  }),
  create: z.strictObject({
    kind: kinds, code: codeText, labelId: nameText, labelEn: nameText, active: z.boolean().optional(),
      sort: sort.optional(),
  }),
  patch: z.strictObject({ labelId: nameText, labelEn: nameText, active: z.boolean(), sort }).partial(),
  defaults: { active: true, sort: 0 }, sort: `t.kind || lpad(t.sort::text, 5, '0') || t.code`,
  search: ['t.label_id', 't.label_en', 't.code'],
  filters: { kind: { schema: kinds, column: 't.kind' }, active: { schema: queryBoolean, column: 't.active' } },
  read: 'queue.read', manage: 'queue.manage', journal: { ...configuration, subject: 'reason' },
};

/** /api/categories */
export function categoriesApi(parts: AdminParts): FastifyPluginAsyncZod {
  return async (app) => { readRoutes(app, parts, categories); writeRoutes(app, parts, categories); };
}

/** /api/reasons?kind= */
export function reasonsApi(parts: AdminParts): FastifyPluginAsyncZod {
  return async (app) => { readRoutes(app, parts, reasons); writeRoutes(app, parts, reasons); };
}
