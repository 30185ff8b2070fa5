/** /api/retention-rules, -runs and /api/legal-holds: how long data are kept, what was removed, what may not be. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { AppError } from '#domain/errors.ts';
import { newId } from '#domain/ids.ts';
import { appendJournal } from '#domain/journal/append.ts';
import type { JournalEntry } from '#domain/journal/events.ts';
import { contactView } from '#domain/contacts/queries.ts';
import { decodePage, encodePage, pageSize } from '#domain/pages.ts';
import { can, type User } from '#domain/people/access.ts';
import { statement, type Tx } from '#domain/store/db.ts';
import { safeText } from '#domain/text.ts';
import type { Work } from '#domain/work.ts';
import { openRun, retentionClasses } from '../removal.ts';
import { pageOf, pageQuery } from './crud.ts';

const id = z.uuid();
const dataClass = z.enum(retentionClasses);
const rule = z.object({ dataClass, days: z.number().int().nullable() });
const runView = z.object({ id, cause: z.enum(['SCHEDULE', 'USER']), startedByName: z.string().nullable(),
  state: z.enum(['RUNNING', 'DONE']), cutoffs: z.record(z.string(), z.string()),
  counts: z.record(z.string(), z.number()), held: z.number().int(), startedAt: z.string(),
  finishedAt: z.string().nullable() });
const holdView = z.object({ id, contactId: id, contactName: z.string().nullable(), reason: z.string(),
  placedByName: z.string(), placedAt: z.string(), releasedByName: z.string().nullable(),
  releasedAt: z.string().nullable() });

const rules = statement('retention.rules',
  'select data_class, days from retention_rules where organisation_id = $1');
const setRule = statement('retention.set', `insert into retention_rules (organisation_id, data_class, days)
  values ($1, $2, $3) on conflict (organisation_id, data_class) do update
  set days = excluded.days, updated_at = app_now(), version = retention_rules.version + 1
  where retention_rules.days <> excluded.days returning 1 as changed`);
const dropRule = statement('retention.unset',
  'delete from retention_rules where organisation_id = $1 and data_class = $2 returning 1 as changed');
const runs = statement('retention.runs', `select n.id, n.cause, u.name as "startedByName", n.state, n.cutoffs,
    n.counts, n.held, n.started_at, n.finished_at, n.started_at::text as cursor
  from retention_runs n left join users u on u.id = n.started_by where n.organisation_id = $1
    and ($2::timestamptz is null or (n.started_at, n.id) < ($2, $3::uuid))
  order by n.started_at desc, n.id desc limit $4`);
const holds = statement('legal-hold.list', `select h.id, h.contact_id as "contactId", c.name as "contactName",
    h.reason, p.name as "placedByName", h.placed_at, r.name as "releasedByName", h.released_at,
    h.placed_at::text as cursor
  from legal_holds h join contacts c on c.id = h.contact_id join users p on p.id = h.placed_by
    left join users r on r.id = h.released_by
  where h.organisation_id = $1 and ($5::uuid is null or h.id = $5)
    and ($6::boolean is null or (h.released_at is null) = $6)
    and ($2::timestamptz is null or (h.placed_at, h.id) < ($2, $3::uuid))
  order by h.placed_at desc, h.id desc limit $4`);
const placeHold = statement('legal-hold.place', `insert into legal_holds
  (id, organisation_id, contact_id, reason, placed_by) values ($1, $2, $3, $4, $5)`);
const releaseHold = statement('legal-hold.release', `update legal_holds set released_by = $3, released_at = app_now()
  where organisation_id = $1 and id = $2 and released_at is null returning contact_id`);

interface HoldRow extends Omit<z.output<typeof holdView>, 'placedAt' | 'releasedAt'> { placed_at: Date;
  released_at: Date | null; cursor: string }
interface RunRow extends Omit<z.output<typeof runView>, 'startedAt' | 'finishedAt'> { started_at: Date;
  finished_at: Date | null; cursor: string }

/** Customers' names are for those who handle their requests; others see that a hold is there. */
function holdOf(user: User, row: HoldRow): z.output<typeof holdView> {
  const { placed_at: placed, released_at: released, cursor: _cursor, ...rest } = row;
  return { ...rest, contactName: can(user, 'contact.read') ? rest.contactName : null,
    placedAt: placed.toISOString(), releasedAt: released?.toISOString() ?? null };
}

async function note(work: Work, tx: Tx, user: User, entry: Pick<JournalEntry, 'type' | 'subjectType' | 'subjectId'
  | 'data'>): Promise<void> {
  await appendJournal(tx, [{ ...entry, actor: { kind: 'USER', id: user.id },
    scope: { organisationId: user.organisationId } }]);
  tx.afterCommit(() => { work.wake.hint('journal'); });
}

const config = { permission: 'retention.manage' } as const;
const careful = { ...config, peopleOnly: true, stepUp: true } as const;
const paging = { cursor: pageQuery.cursor, limit: pageQuery.limit };

function ruleRoutes(parts: { work: Work }): FastifyPluginAsyncZod {
  const { work } = parts;
  return async (app) => {
    app.get('/api/retention-rules', { config, schema: { response: { 200: z.object({ items: z.array(rule) }) } } },
      async ({ user }) => {
        const set = new Map((await work.db.rows<{ data_class: string; days: number }>(rules, [user.organisationId]))
          .map((row) => [row.data_class, row.days]));
        return { items: retentionClasses.map((name) => ({ dataClass: name, days: set.get(name) ?? null })) };
      });
    app.put('/api/retention-rules/:dataClass', { config: careful, schema: { params: z.object({ dataClass }),
      body: z.strictObject({ days: z.number().int().min(1).max(36_500).nullable() }), response: { 200: rule } } },
    async ({ user, params, body }) => work.db.transaction(async (tx) => {
      const given = [user.organisationId, params.dataClass];
      const changed = body.days === null ? await tx.rows(dropRule, given) : await tx.rows(setRule, [...given,
        body.days]);
      if (changed.length > 0) {
        await note(work, tx, user, { type: 'configuration.updated', subjectType: 'organisation',
          subjectId: user.organisationId,
          data: { noun: 'retention-rule', changed: [params.dataClass], days: body.days ?? 'FOREVER' } });
      }
      return { dataClass: params.dataClass, days: body.days };
    }));
    app.get('/api/retention-runs', { config, schema: { querystring: z.strictObject(paging),
      response: { 200: pageOf(runView) } } }, async ({ user, query }) => {
      const size = pageSize(query.limit);
      const [at, after] = query.cursor === undefined ? [null, null] : decodePage(query.cursor, 2);
      const rows = await work.db.rows<RunRow>(runs, [user.organisationId, at, after, size + 1]);
      const last = rows[size - 1];
      return { items: rows.slice(0, size).map(({ started_at: started, finished_at: ended, cursor: _cursor, ...row }) =>
        ({ ...row, startedAt: started.toISOString(), finishedAt: ended?.toISOString() ?? null })),
      nextCursor: rows.length > size && last !== undefined ? encodePage([last.cursor, last.id]) : null };
    });
    app.post('/api/retention-runs', { config: careful, schema: { response: { 202: z.object({ id }) } } },
      async ({ user }, reply) => {
        const runId = await work.db.transaction((tx) => openRun(tx, user.organisationId, user.id));
        if (runId === undefined) throw new AppError('STATE_CONFLICT');
        void reply.code(202);
        return { id: runId };
      });
  };
}

function holdRoutes(parts: { work: Work }): FastifyPluginAsyncZod {
  const { work } = parts;
  const one = async (user: User, holdId: string): Promise<z.output<typeof holdView>> => {
    const [row] = await work.db.rows<HoldRow>(holds, [user.organisationId, null, null, 1, holdId, null]);
    if (row === undefined) throw new AppError('NOT_FOUND');
    return holdOf(user, row);
  };
  return async (app) => {
    app.get('/api/legal-holds', { config, schema: { querystring: z.strictObject({ ...paging,
      active: z.enum(['true', 'false']).optional() }), response: { 200: pageOf(holdView) } } },
    async ({ user, query }) => {
      const size = pageSize(query.limit);
      const [at, after] = query.cursor === undefined ? [null, null] : decodePage(query.cursor, 2);
      const active = query.active === undefined ? null : query.active === 'true';
      const rows = await work.db.rows<HoldRow>(holds, [user.organisationId, at, after, size + 1, null, active]);
      const last = rows[size - 1];
      return { items: rows.slice(0, size).map((row) => holdOf(user, row)),
        nextCursor: rows.length > size && last !== undefined ? encodePage([last.cursor, last.id]) : null };
    });
    app.post('/api/legal-holds', { config: { ...config, peopleOnly: true },
      schema: { body: z.strictObject({ contactId: id,
        reason: z.string().trim().min(3).max(500).transform(safeText) }), response: { 201: holdView } } },
    async ({ user, body }, reply) => {
      if (await contactView(work.db, user, body.contactId) === undefined) throw new AppError('NOT_FOUND');
      const holdId = newId();
      await work.db.transaction(async (tx) => {
        await tx.rows(placeHold, [holdId, user.organisationId, body.contactId, body.reason, user.id]);
        await note(work, tx, user, { type: 'legal-hold.placed', subjectType: 'contact', subjectId: body.contactId });
      });
      void reply.code(201);
      return one(user, holdId);
    });
    app.post('/api/legal-holds/:id/release', { config: careful,
      schema: { params: z.object({ id }), response: { 200: holdView } } }, async ({ user, params }) => {
      await one(user, params.id);
      await work.db.transaction(async (tx) => {
        const row = await tx.one<{ contact_id: string }>(releaseHold, [user.organisationId, params.id, user.id]);
        if (row === undefined) throw new AppError('STATE_CONFLICT');
        await note(work, tx, user, { type: 'legal-hold.released', subjectType: 'contact', subjectId: row.contact_id });
      });
      return one(user, params.id);
    });
  };
}

/** The routes of retention and legal holds. */
export function retentionApi(parts: { work: Work }): FastifyPluginAsyncZod {
  return async (app) => {
    await app.register(ruleRoutes(parts));
    await app.register(holdRoutes(parts));
  };
}
