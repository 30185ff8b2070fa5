/** The journal as the audit trail: who did what to which thing, newest first; ids and codes only (RA08). */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { AppError } from '#domain/errors.ts';
import { journalTypes, type JournalType } from '#domain/journal/events.ts';
import { periodFilter } from '#domain/journal/period.ts';
import { decodePage, encodePage, pageSize } from '#domain/pages.ts';
import { accessFilter, type User } from '#domain/people/access.ts';
import type { Work } from '#domain/work.ts';
import { pageOf, pageQuery } from './crud.ts';

const id = z.uuid();
const auditRow = z.object({
  id: z.string(), at: z.string(), type: z.string(), subjectType: z.string(), subjectId: id,
    subjectName: z.string().nullable(),
  conversationId: id.nullable(), actorKind: z.enum(['USER', 'CUSTOMER', 'SYSTEM', 'BOT']), actorId: id.nullable(),
  actorName: z.string().nullable(), actorNpk: z.string().nullable(), siteId: id.nullable(), queueId: id.nullable(),
  teamId: id.nullable(), agentId: id.nullable(), version: z.number(), data: z.record(z.string(),
    z.unknown()).nullable(),
});
const time = z.iso.datetime({ offset: true });
const query = z.strictObject({
  cursor: pageQuery.cursor, limit: pageQuery.limit, type: z.enum(Object.keys(journalTypes) as [JournalType,
    ...JournalType[]]).optional(),
  subjectType: z.string().regex(/^[a-z][a-z-]{0,39}$/).optional(), subjectId: id.optional(), actorId: id.optional(),
    actorKind: z.enum(['USER', 'CUSTOMER', 'SYSTEM', 'BOT']).optional(),
  from: time.optional(), to: time.optional(),
});

interface Row extends Omit<z.output<typeof auditRow>, 'at'> { at: Date; epoch: number; xid_text: string }

/** Names of users only: customers have none here. */
const COLUMNS = `j.id::text as id, j.at, j.type, j.subject_type as "subjectType", j.subject_id as "subjectId",
  case when j.subject_type in ('user',
    'agent') then (select s.name from users s where s.id = j.subject_id) end as "subjectName",
  j.conversation_id as "conversationId", j.actor_kind as "actorKind", j.actor_id as "actorId", a.name as "actorName",
  a.npk as "actorNpk", j.site_id as "siteId", j.queue_id as "queueId", j.team_id as "teamId",
    j.agent_id as "agentId", j.version,
  j.data, j.epoch, j.xid::text as xid_text`;

const FILTERS = { subjectId: 'j.subject_id = ', actorId: 'j.actor_id = ', from: 'j.at >= ', to: 'j.at < ' } as const;
/** Words that the shape of the query allows; by the letter, for the indexes over some of them (migration 0020). */
const LITERALS = { type: 'j.type', subjectType: 'j.subject_type', actorKind: 'j.actor_kind' } as const;

function conditions(user: User, given: z.output<typeof query>): { where: string; values: unknown[] } {
  const values: unknown[] = [];
  const where = [accessFilter(user, 'audit.read', 'j')];
  for (const [name, sql] of Object.entries(FILTERS)) {
    const value = given[name as keyof typeof FILTERS];
    if (value === undefined) continue;
    values.push(value);
    where.push(`${sql}$${values.length}`);
  }
  for (const [name, sql] of Object.entries(LITERALS)) {
    const word = given[name as keyof typeof LITERALS];
    if (word !== undefined) where.push(`${sql} = '${word}'`);
  }
  if (given.cursor !== undefined) {
    const [epoch, xid, rowId] = decodePage(given.cursor, 3);
    if (![epoch, xid, rowId].every((part) =>
      /^\d{1,20}$/.test(String(part)))) throw new AppError('VALIDATION_FAILED', { field: 'cursor' });
    values.push(epoch, xid, rowId);
    const at = values.length;
    where.push(`(j.epoch, j.xid, j.id) < ($${at - 2}::int, $${at - 1}::text::xid8, $${at}::bigint)`);
  }
  return { where: where.join(' and '), values };
}

/** GET /api/audit */
export function auditApi(parts: { work: Work }): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/api/audit', {
      config: { permission: 'audit.read' }, schema: { querystring: query, response: { 200: pageOf(auditRow) } },
    }, async (request) => {
      const size = pageSize(request.query.limit);
      const { where, values } = conditions(request.user, request.query);
      const { from, to } = request.query;
      const period = await periodFilter(parts.work.db, 'j', { from: from === undefined ? from : new Date(from),
        to: to === undefined ? to : new Date(to) });
      const rows = await parts.work.db.dynamic<Row>(`select ${COLUMNS} from journal j left join users a on a.id =
        j.actor_id
        where ${where} and ${period} order by j.epoch desc, j.xid desc, j.id desc limit ${size + 1}`, values);
      const last = rows[size - 1];
      return {
        items: rows.slice(0, size).map(({ epoch: _epoch, xid_text: _xid, at, ...row }) => ({ ...row,
          at: at.toISOString() })),
        nextCursor: rows.length > size && last !== undefined ? encodePage([last.epoch, last.xid_text, last.id]) : null,
      };
    });
  };
}
