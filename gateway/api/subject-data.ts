/**
 * /api/subject-requests: a customer asks for their data, or for their removal. Filed by one person; the removal is
 * decided by another (INV8); due within limits.subjectRequestHours (RL06).
 */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { contactView } from '#domain/contacts/queries.ts';
import { familyOf } from '#domain/contacts/removal.ts';
import { AppError } from '#domain/errors.ts';
import { newId } from '#domain/ids.ts';
import { appendJournal } from '#domain/journal/append.ts';
import type { JournalData, JournalType } from '#domain/journal/events.ts';
import { limits } from '#domain/limits.ts';
import { decodePage, encodePage, pageSize } from '#domain/pages.ts';
import { can, type User } from '#domain/people/access.ts';
import { statement, type Queryable, type Tx } from '#domain/store/db.ts';
import { safeText } from '#domain/text.ts';
import type { Work } from '#domain/work.ts';
import { idempotent } from '../security/idempotency.ts';
import type { BlobStore } from '../blob-store.ts';
import { subjectZip } from '../subject-data.ts';
import { pageOf, pageQuery, queryBoolean } from './crud.ts';

const id = z.uuid();
const state = z.enum(['REQUESTED', 'APPROVED', 'REJECTED', 'DONE']);
const kind = z.enum(['EXPORT', 'ERASURE']);
const view = z.object({ id, contactId: id, contactName: z.string().nullable(), kind, state, reason: z.string(),
  requestedById: id, requestedByName: z.string(), requestedAt: z.string(), dueAt: z.string(),
  /** Soon or already past its time: the alarm of RL06. */
  late: z.enum(['NO', 'SOON', 'YES']), decidedByName: z.string().nullable(), decidedAt: z.string().nullable(),
  finishedAt: z.string().nullable(), counts: z.record(z.string(), z.number()).nullable() });
type RequestView = z.output<typeof view>;

/** Past the alarm of RL06. */
const ALARMED = `(q.due_at < app_now()
  or q.requested_at < app_now() - ${limits.subjectRequestAlarmHours} * interval '1 hour')`;
const SELECT = `select q.id, q.contact_id as "contactId", c.name as "contactName", q.kind, q.state, q.reason,
    q.requested_by as "requestedById", r.name as "requestedByName", q.requested_at, q.due_at,
    case when q.state in ('REJECTED', 'DONE') then 'NO' when q.due_at < app_now() then 'YES'
      when ${ALARMED} then 'SOON' else 'NO' end as late,
    d.name as "decidedByName", q.decided_at, q.finished_at, q.counts, q.requested_at::text as cursor
  from subject_requests q join contacts c on c.id = q.contact_id join users r on r.id = q.requested_by
    left join users d on d.id = q.decided_by where q.organisation_id = $1`;
interface Row extends Omit<RequestView, 'requestedAt' | 'dueAt' | 'decidedAt' | 'finishedAt'> { requested_at: Date;
  due_at: Date; decided_at: Date | null; finished_at: Date | null; cursor: string }

const list = statement('subject-request.list', `${SELECT} and ($2::text is null or q.state = $2)
  and ($3::timestamptz is null or (q.requested_at, q.id) < ($3, $4::uuid))
  and (not $6 or q.state in ('REQUESTED', 'APPROVED') and ${ALARMED})
  order by q.requested_at desc, q.id desc limit $5`);
const one = statement('subject-request.one', `${SELECT} and q.id = $2`);
/** A request for a copy needs nobody's leave; a removal waits for somebody else's. */
const insert = statement('subject-request.insert', `insert into subject_requests
    (id, organisation_id, contact_id, kind, state, reason, requested_by, due_at)
  values ($1, $2, $3, $4, case when $4 = 'EXPORT' then 'APPROVED' else 'REQUESTED' end, $5, $6,
    app_now() + $7 * interval '1 hour')`);
const decide = statement('subject-request.decide', `update subject_requests set state = $3, decided_by = $4,
    decided_at = app_now(), finished_at = case when $3 = 'REJECTED' then app_now() end, version = version + 1
  where organisation_id = $1 and id = $2 and state = 'REQUESTED' returning id`);
const handedOut = statement('subject-request.handed-out', `update subject_requests set state = 'DONE',
    finished_at = app_now(), version = version + 1
  where organisation_id = $1 and id = $2 and kind = 'EXPORT' and state = 'APPROVED' returning id`);

function viewOf(user: User, { requested_at: at, due_at: due, decided_at: decided, finished_at: ended, cursor: _cursor,
  ...row }: Row): RequestView {
  return { ...row, contactName: can(user, 'subject-data.manage') ? row.contactName : null,
    requestedAt: at.toISOString(), dueAt: due.toISOString(), decidedAt: decided?.toISOString() ?? null,
    finishedAt: ended?.toISOString() ?? null };
}

async function find(db: Queryable, user: User, requestId: string): Promise<RequestView> {
  const row = await db.one<Row>(one, [user.organisationId, requestId]);
  if (row === undefined) throw new AppError('NOT_FOUND');
  return viewOf(user, row);
}

async function note(work: Work, tx: Tx, user: User, requestId: string, type: JournalType,
  data: JournalData): Promise<void> {
  await appendJournal(tx, [{ type, subjectType: 'subject-request', subjectId: requestId,
    actor: { kind: 'USER', id: user.id }, scope: { organisationId: user.organisationId }, data }]);
  tx.afterCommit(() => { work.wake.hint('journal'); });
}

/** Throws LEGAL_HOLD or WORK_OPEN where this person's data may not go now. */
async function requireErasable(db: Queryable, user: User, contactId: string, alsoClosed: boolean): Promise<void> {
  const person = await familyOf(db, user.organisationId, contactId);
  if (person.held) throw new AppError('LEGAL_HOLD');
  if (alsoClosed && person.open) throw new AppError('WORK_OPEN');
}

const body = z.strictObject({ contactId: id, kind, reason: z.string().trim().min(3).max(500).transform(safeText) });

async function file(work: Work, user: User, given: z.output<typeof body>): Promise<RequestView> {
  const contact = await contactView(work.db, user, given.contactId);
  if (contact === undefined) throw new AppError('NOT_FOUND');
  if (given.kind === 'ERASURE') await requireErasable(work.db, user, given.contactId, false);
  const requestId = newId();
  return work.db.transaction(async (tx) => {
    await tx.rows(insert, [requestId, user.organisationId, given.contactId, given.kind, given.reason, user.id,
      limits.subjectRequestHours]);
    await note(work, tx, user, requestId, 'subject-request.filed', { kind: given.kind, contactId: given.contactId });
    return find(tx, user, requestId);
  });
}

/** The request whose copy may be handed out to the user now. Throws NOT_FOUND, STATE_CONFLICT. */
async function handable(db: Queryable, user: User, requestId: string): Promise<RequestView> {
  const found = await find(db, user, requestId);
  if (found.kind !== 'EXPORT') throw new AppError('STATE_CONFLICT');
  // Who was merged since is seen as the contact that was kept.
  const { kept } = await familyOf(db, user.organisationId, found.contactId);
  if (await contactView(db, user, kept) === undefined) throw new AppError('NOT_FOUND');
  return found;
}

function nameOf(request: RequestView): string {
  return `data-${request.contactId.slice(-12)}.zip`;
}

async function finishCopy(work: Work, user: User, requestId: string): Promise<void> {
  await work.db.transaction(async (tx) => {
    if ((await tx.rows(handedOut, [user.organisationId, requestId])).length === 0) return;
    await note(work, tx, user, requestId, 'subject-request.finished', { kind: 'EXPORT' });
  });
}

/** The routes of requests about customers' data. */
export function subjectDataApi(parts: { work: Work; blobs: BlobStore }): FastifyPluginAsyncZod {
  const { work, blobs } = parts;
  const manage = { permission: 'subject-data.manage', peopleOnly: true } as const;
  const either = { permission: 'signed-in', peopleOnly: true } as const;
  const params = z.object({ id });
  const mayLook = (user: User): void => {
    if (!can(user, 'subject-data.manage') && !can(user, 'subject-data.approve')) throw new AppError('FORBIDDEN');
  };
  return async (app) => {
    app.get('/api/subject-requests', { config: either, schema: { querystring: z.strictObject({
      cursor: pageQuery.cursor, limit: pageQuery.limit, state: state.optional(),
      /** True: only what waits and is past its alarm. */
      late: queryBoolean.default(false) }),
    response: { 200: pageOf(view) } } }, async ({ user, query }) => {
      mayLook(user);
      const size = pageSize(query.limit);
      const [at, after] = query.cursor === undefined ? [null, null] : decodePage(query.cursor, 2);
      const rows = await work.db.rows<Row>(list, [user.organisationId, query.state ?? null, at, after, size + 1,
        query.late]);
      const last = rows[size - 1];
      return { items: rows.slice(0, size).map((row) => viewOf(user, row)),
        nextCursor: rows.length > size && last !== undefined ? encodePage([last.cursor, last.id]) : null };
    });
    app.post('/api/subject-requests', { config: manage, schema: { body, response: { 201: view } } },
      async (request, reply) => idempotent<RequestView>(work, request, reply,
        async () => ({ status: 201, body: await file(work, request.user, request.body) }),
        // The name and the words of the request are a customer's data: a replayed answer goes without.
        (made) => ({ ...made, contactName: null, reason: '' })));
    app.post('/api/subject-requests/:id/decide', {
      config: { permission: 'subject-data.approve', peopleOnly: true, stepUp: true },
      schema: { params, body: z.strictObject({ decision: z.enum(['APPROVED', 'REJECTED']) }),
        response: { 200: view } },
    }, async ({ user, params: { id: requestId }, body: { decision } }) => {
      const before = await find(work.db, user, requestId);
      if (before.requestedById === user.id) throw new AppError('OWN_REQUEST');
      if (decision === 'APPROVED') await requireErasable(work.db, user, before.contactId, true);
      return work.db.transaction(async (tx) => {
        const done = await tx.rows(decide, [user.organisationId, requestId, decision, user.id]);
        if (done.length === 0) throw new AppError('STATE_CONFLICT');
        await note(work, tx, user, requestId, 'subject-request.decided', { kind: before.kind, decision });
        return find(tx, user, requestId);
      });
    });
    const handing = { ...manage, stepUp: true, rateLimit: { max: 10, timeWindow: 60_000 } } as const;
    // The browser itself fetches the ZIP, so that it goes to the disk as it comes: what refuses it is asked before.
    app.get('/api/subject-requests/:id/data/name', { config: handing, schema: { params,
      response: { 200: z.object({ fileName: z.string() }) } } }, async ({ user, params: { id: requestId } }) =>
      ({ fileName: nameOf(await handable(work.db, user, requestId)) }));
    app.get('/api/subject-requests/:id/data', { config: handing, schema: { params }, exposeHeadRoute: false },
      async ({ user, params: { id: requestId } }, reply) => {
        const found = await handable(work.db, user, requestId);
        await work.db.transaction((tx) =>
          note(work, tx, user, requestId, 'subject-request.downloaded', { contactId: found.contactId }));
        const zip = await subjectZip({ db: work.db, blobs }, user.organisationId, found.contactId);
        // Only a copy that went out whole answers the request.
        reply.raw.once('finish', () => {
          finishCopy(work, user, requestId).catch((error: unknown) => {
            work.log.warn({ err: error }, 'that the data were handed out could not be written down');
          });
        });
        return reply.type('application/zip').header('cache-control', 'no-store')
          .header('content-disposition', `attachment; filename="${nameOf(found)}"`).send(zip);
      });
  };
}
