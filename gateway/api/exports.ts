/**
 * POST /api/exports: tickets, interactions, contacts or the audit trail as a CSV file, streamed; only for who may read
 * and export them, after a step-up, written down before the first byte leaves and after the last (RS22, RA05, RA08).
 */
import { Readable } from 'node:stream';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { AppError } from '#domain/errors.ts';
import { BYTE_ORDER_MARK, csvLine, separators, type Separator } from '#domain/exports/csv.ts';
import { exportKinds, exportNeeds, exportRows, exportTitles, type ExportQuery } from '#domain/exports/queries.ts';
import { newId } from '#domain/ids.ts';
import { appendJournal } from '#domain/journal/append.ts';
import type { JournalData, JournalType } from '#domain/journal/events.ts';
import { limits } from '#domain/limits.ts';
import { can, type User } from '#domain/people/access.ts';
import { statement } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import { requireReason } from '#routing/interaction-rows.ts';

const day = z.iso.date();
const DAY_MS = 86_400_000;
const body = z.strictObject({
  kind: z.enum(exportKinds), from: day, to: day,
  separator: z.enum(Object.keys(separators) as [Separator, ...Separator[]]).default('semicolon'),
  /** Why what is masked is to be shown: a reason of the kind UNMASK; without it all stays masked. */
  unmaskReasonCode: z.string().min(1).max(64).optional(),
}).refine(({ from, to }) => from <= to && Date.parse(to) - Date.parse(from) < limits.exportDaysMax * DAY_MS,
  { path: ['to'], error: 'period' });

const zoneOf = statement('export.zone', 'select time_zone from sites where organisation_id = $1 and id = $2');
/** Files a minute and session: an export is for an office, not for a program. */
const EXPORTS_PER_MINUTE = 6;

async function note(work: Work, user: User, type: JournalType, data: JournalData): Promise<void> {
  await work.db.transaction(async (tx) => {
    await appendJournal(tx, [{ type, subjectType: 'organisation', subjectId: user.organisationId,
      actor: { kind: 'USER', id: user.id }, data,
      scope: { organisationId: user.organisationId, siteId: user.siteId, teamId: user.teamId } }]);
    tx.afterCommit(() => { work.wake.hint('journal'); });
  });
}

/** How far a file has come; complete only once its last line was made. */
interface Progress { rows: number; complete: boolean }

async function* fileOf(work: Work, query: ExportQuery, separator: Separator, progress: Progress):
AsyncGenerator<string> {
  yield BYTE_ORDER_MARK + csvLine(exportTitles(query.kind, query.user.locale, query.zone), separator);
  for await (const page of exportRows(work.db, query)) {
    progress.rows += page.length;
    yield page.map((cells) => csvLine(cells, separator)).join('');
  }
  progress.complete = true;
}

/** Throws FORBIDDEN, VALIDATION_FAILED unless the user may have this. */
async function requireAllowed(work: Work, user: User, given: z.output<typeof body>): Promise<void> {
  if (!can(user, exportNeeds[given.kind])) throw new AppError('FORBIDDEN');
  if (given.unmaskReasonCode === undefined) return;
  if (!can(user, 'contact.unmask')) throw new AppError('FORBIDDEN');
  await requireReason(work.db, user.organisationId, 'UNMASK', given.unmaskReasonCode, 'unmaskReasonCode');
}

/** Writes down that it begins, and gives the file; whether it ends by itself or is cut off, the journal learns it. */
async function begin(work: Work, user: User, given: z.output<typeof body>): Promise<Readable> {
  const site = await work.db.one<{ time_zone: string }>(zoneOf, [user.organisationId, user.siteId]);
  const { kind, from, to, unmaskReasonCode: reasonCode } = given;
  const unmask = reasonCode !== undefined;
  const exportId = newId();
  await note(work, user, 'export.started', { exportId, kind, from, to, unmasked: unmask,
    ...(unmask ? { reasonCode } : {}) });
  const progress: Progress = { rows: 0, complete: false };
  const query = { kind, user, from, to, zone: site?.time_zone ?? 'Asia/Jakarta', unmask };
  const stream = Readable.from(fileOf(work, query, given.separator, progress), { objectMode: false });
  stream.once('close', () => {
    note(work, user, 'export.ended', { exportId, ...progress }).catch((error: unknown) => {
      work.log.warn({ err: error }, 'the end of an export could not be written down');
    });
  });
  return stream;
}

/** The route of exports. */
export function exportsApi({ work }: { work: Work }): FastifyPluginAsyncZod {
  let running = 0;
  return async (app) => {
    app.post('/api/exports', {
      config: { permission: 'data.export', peopleOnly: true, stepUp: true,
        rateLimit: { max: EXPORTS_PER_MINUTE, timeWindow: 60_000 } },
      schema: { body },
    }, async ({ user, body: given }, reply) => {
      await requireAllowed(work, user, given);
      if (running >= limits.exportsAtOnce) throw new AppError('OVERLOADED');
      running += 1;
      const stream = await begin(work, user, given).catch((error: unknown) => { running -= 1; throw error; });
      // However the file ends, also before its first byte: the place is free again.
      stream.once('close', () => { running -= 1; });
      return reply.type('text/csv; charset=utf-8').header('cache-control', 'no-store')
        .header('content-disposition', `attachment; filename="${given.kind}-${given.from}-${given.to}.csv"`)
        .header('x-export-rows-max', String(limits.exportRowsMax)).send(stream);
    });
  };
}
