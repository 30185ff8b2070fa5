/** Skills: what a queue may ask of an agent. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { SkillEntity } from '#domain/queues/entities.ts';
import { codeText, nameText, queryBoolean, readRoutes, writeRoutes, type AdminParts, type Noun } from './crud.ts';

const skills: Noun = {
  path: 'skills', noun: 'skill', table: 'skills', entity: SkillEntity,
  columns: { id: 't.id', code: 't.code', name: 't.name', active: 't.active', version: 't.version' },
  view: z.object({ id: z.uuid(), code: z.string(), name: z.string(), active: z.boolean(), version: z.number() }),
  create: z.strictObject({ code: codeText, name: nameText, active: z.boolean().optional() }),
  patch: z.strictObject({ name: nameText, active: z.boolean() }).partial(),
  defaults: { active: true }, sort: 'lower(t.name)', search: ['t.name', 't.code'],
  filters: { active: { schema: queryBoolean, column: 't.active' } },
  read: 'queue.read', manage: 'queue.manage',
  journal: { created: 'skill.created', updated: 'skill.updated', subject: 'skill' },
};

/** /api/skills */
export function skillsApi(parts: AdminParts): FastifyPluginAsyncZod {
  return async (app) => { readRoutes(app, parts, skills); writeRoutes(app, parts, skills); };
}
