/** Queues: their tier, the skills they ask for, and who is a member; a member sees what waits there. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { AppError } from '#domain/errors.ts';
import { can, type User } from '#domain/people/access.ts';
import { QueueEntity } from '#domain/queues/entities.ts';
import type { OrmTx } from '#domain/store/orm.ts';
import {
  codeText, nameText, queryBoolean, readRoutes, record, requireOwn, rightsChanged, writeRoutes,
  type AdminParts, type Noun,
} from './crud.ts';
import { requireActive } from './place-rules.ts';

const id = z.uuid();
const idList = z.array(id).max(2_000).refine((ids) => new Set(ids).size === ids.length, 'unique');

const fields = {
  name: nameText, siteId: id.nullable(), priority: z.number().int().min(0).max(9),
  costPoints: z.number().int().min(1).max(100).nullable(), offerTimeoutS: z.number().int().min(5).max(600),
  pickAllowed: z.boolean(), active: z.boolean(), calendarId: id.nullable(), skillIds: idList, memberIds: idList,
};

async function setMembers(tx: OrmTx, organisationId: string, queueId: string, userIds: string[]): Promise<void> {
  const changed = await tx.dynamic<{ user_id: string }>(`with gone as (
      delete from queue_members where organisation_id = $1 and queue_id = $2 and user_id <> all($3::uuid[])
      returning user_id),
    come as (insert into queue_members (organisation_id, queue_id, user_id) select $1, $2, unnest($3::uuid[])
      on conflict do nothing returning user_id)
    select user_id from gone union select user_id from come`, [organisationId, queueId, userIds]);
  await rightsChanged(tx, organisationId, changed.map((row) => row.user_id));
}

/** True if the user may say who works in this queue: by the right over the queue, not over its people (RS16). */
export function mayFillQueue(user: User, queue: { id: string; siteId: string | null }): boolean {
  return can(user, 'queue.manage', { organisationId: user.organisationId, siteId: queue.siteId, queueId: queue.id });
}

/**
 * Puts people into queues beside those who are there, in the caller's transaction; whoever has the form of such a queue
 * open is told of the newer version. Throws FORBIDDEN for a queue that is not the user's to fill or was deactivated.
 */
export async function joinQueues(parts: AdminParts, tx: OrmTx, user: User,
  members: ReadonlyMap<string, readonly string[]>): Promise<void> {
  // Always in the same order: two imports at once wait for each other, and never both.
  for (const [queueId, userIds] of [...members].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const [queue] = await tx.dynamic<{ site_id: string | null; version: number }>(`update queues
      set version = version + 1 where organisation_id = $1 and id = $2 and active returning site_id, version`,
    [user.organisationId, queueId]);
    if (queue === undefined || !mayFillQueue(user, { id: queueId, siteId: queue.site_id })) {
      throw new AppError('FORBIDDEN');
    }
    await tx.dynamic(`insert into queue_members (organisation_id, queue_id, user_id) select $1, $2, unnest($3::uuid[])
      on conflict do nothing`, [user.organisationId, queueId, userIds]);
    await rightsChanged(tx, user.organisationId, userIds);
    await record(parts, tx, [{ type: 'queue.updated', subjectType: 'queue', subjectId: queueId,
      actor: { kind: 'USER', id: user.id }, scope: { organisationId: user.organisationId }, version: queue.version,
      data: { noun: 'queue', changed: ['memberIds'] } }]);
  }
}

async function setSkills(tx: OrmTx, organisationId: string, queueId: string, skillIds: string[]): Promise<void> {
  await tx.dynamic(`delete from queue_skills where organisation_id = $1 and queue_id = $2
    and skill_id <> all($3::uuid[])`,
    [organisationId, queueId, skillIds]);
  await tx.dynamic(`insert into queue_skills (organisation_id, queue_id, skill_id) select $1, $2, unnest($3::uuid[])
    on conflict do nothing`, [organisationId, queueId, skillIds]);
}

const queues: Noun = {
  path: 'queues', noun: 'queue', table: 'queues', entity: QueueEntity,
  columns: {
    id: 't.id', code: 't.code', name: 't.name', tier: 't.tier', siteId: 't.site_id', priority: 't.priority',
    costPoints: 't.cost_points', offerTimeoutS: 't.offer_timeout_s', pickAllowed: 't.pick_allowed', active: 't.active',
    calendarId: 't.calendar_id',
    skillIds: 'array(select s.skill_id from queue_skills s where s.queue_id = t.id order by 1)',
    memberIds: 'array(select m.user_id from queue_members m where m.queue_id = t.id order by 1)', version: 't.version',
  },
  view: z.object({
    id, code: z.string(), name: z.string(), tier: z.number(), siteId: id.nullable(), priority: z.number(),
    costPoints: z.number().nullable(), offerTimeoutS: z.number(), pickAllowed: z.boolean(), active: z.boolean(),
    calendarId: id.nullable(), skillIds: z.array(id), memberIds: z.array(id), version: z.number(),
  }),
  create: z.strictObject({ code: codeText, tier: z.union([z.literal(1), z.literal(2)]), ...fields }).partial()
    .required({ code: true, name: true, tier: true }),
  patch: z.strictObject(fields).partial(),
  defaults: {
    siteId: null, priority: 0, costPoints: null, offerTimeoutS: 30, pickAllowed: false, active: true, calendarId: null,
    skillIds: [], memberIds: [],
  },
  sort: 't.tier::text || lower(t.name)', search: ['t.name', 't.code'],
  filters: {
    active: { schema: queryBoolean, column: 't.active' }, tier: { schema: z.coerce.number().int(), column: 't.tier' },
    siteId: { schema: id, column: 't.site_id' },
  },
  read: 'queue.read', manage: 'queue.manage',
  journal: { created: 'queue.created', updated: 'queue.updated', subject: 'queue' },
  place: (values) => ({ siteId: values['siteId'] as string | null, queueId: values['id'] as string | undefined }),
  links: ['skillIds', 'memberIds'],
  async check(tx, user, values, before) {
    await requireOwn(tx, user, 'sites', 'siteId', values['siteId']);
    await requireOwn(tx, user, 'calendars', 'calendarId', values['calendarId']);
    if (values['siteId'] !== before?.['siteId']) await requireActive(tx, user, 'sites', values['siteId']);
    if (values['calendarId'] !== before?.['calendarId']) {
      await requireActive(tx, user, 'calendars', values['calendarId']);
    }
    await requireOwn(tx, user, 'skills', 'skillIds', values['skillIds']);
    await requireOwn(tx, user, 'users', 'memberIds', values['memberIds']);
  },
  async link(tx, user, queueId, values) {
    const { skillIds, memberIds } = values as { skillIds?: string[]; memberIds?: string[] };
    if (skillIds !== undefined) await setSkills(tx, user.organisationId, queueId, skillIds);
    if (memberIds !== undefined) await setMembers(tx, user.organisationId, queueId, memberIds);
  },
};

/** /api/queues; a change wakes the assignment, for waiting work may now have somebody. */
export function queuesApi(parts: AdminParts): FastifyPluginAsyncZod {
  const waking: Noun = { ...queues,
    after: async (tx) => { tx.afterCommit(() => { parts.work.wake.hint('assignment'); }); } };
  return async (app) => { readRoutes(app, parts, queues); writeRoutes(app, parts, waking); };
}
