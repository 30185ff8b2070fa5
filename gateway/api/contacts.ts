/** /api/contacts: customers, masked; editing them, looking behind the mask with a reason, and their history. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { contactView as shape, interactionView as interactionShape } from '#agent-desk/views.ts';
import { AppError } from '#domain/errors.ts';
import { contactView, contactViews } from '#domain/contacts/queries.ts';
import { contactHistory } from '#domain/contacts/history.ts';
import { journalDetail, type DetailVault } from '#domain/journal/detail.ts';
import { limits } from '#domain/limits.ts';
import type { User } from '#domain/people/access.ts';
import { statement, type Tx } from '#domain/store/db.ts';
import { safeText } from '#domain/text.ts';
import { requireReason } from '#routing/interaction-rows.ts';
import { ifMatch } from '../security/plugin.ts';
import { pageOf } from './crud.ts';
import { idParams, journal, journalView, orNotFound, paging, zone, type ReadingParts } from './shapes.ts';

export interface ContactParts extends ReadingParts {
  vault: DetailVault;
}

const line = z.string().trim().max(limits.nameChars).transform(safeText);
const change = z.strictObject({
  name: line.nullable(), domicile: line.nullable(), language: z.enum(['id', 'en']).nullable(),
  timeZone: zone.nullable(), email: z.email().max(320).nullable(),
  notes: z.string().trim().max(4_000).transform(safeText).nullable(),
}).partial().refine((body) => Object.keys(body).length > 0);
type Change = z.output<typeof change>;

/** Looks behind the mask per minute and session; more is a list being drawn up. */
const UNMASK_PER_MINUTE = 20;
const unmask = z.strictObject({ field: z.enum(['handle', 'phone', 'email']), pointId: z.uuid().optional(),
  reasonCode: z.string().min(1).max(64) })
  .refine((body) => body.field === 'email' || body.pointId !== undefined);

const lockContact = statement('contacts.lock',
  `select name, domicile, language, time_zone as "timeZone", email, notes, branch_id, version from contacts
  where organisation_id = $1 and id = $2 for update`);
const writeContact = statement('contacts.write',
  `update contacts set name = $3, domicile = $4, language = $5, email = $6, notes = $7, time_zone = $8,
  updated_at = app_now(), version = version + 1 where organisation_id = $1 and id = $2 returning version`);
const pointValue = statement('contacts.point-value', `select handle, phone from contact_points
  where organisation_id = $1 and contact_id = $2 and id = $3`);
const contactEmail = statement('contacts.email', 'select email from contacts where organisation_id = $1 and id = $2');

type Fields = Record<'name' | 'domicile' | 'language' | 'timeZone' | 'email' | 'notes', string | null>;

async function edit(tx: Tx, parts: ContactParts, user: User, id: string, body: Change, version: number): Promise<void> {
  const row = await tx.one<Fields & { branch_id: string | null; version: number }>(lockContact,
    [user.organisationId, id]);
  if (row === undefined) throw new AppError('NOT_FOUND');
  if (row.version !== version) throw new AppError('VERSION_CONFLICT', { version: row.version });
  const before: Fields = { name: row.name, domicile: row.domicile, language: row.language,
    timeZone: row.timeZone, email: row.email, notes: row.notes };
  const after: Fields = { ...before, ...body };
  const changed = (Object.keys(before) as (keyof Fields)[]).filter((field) => before[field] !== after[field]);
  if (changed.length === 0) return;
  const written = await tx.one<{ version: number }>(writeContact,
    [user.organisationId, id, after.name, after.domicile, after.language, after.email, after.notes, after.timeZone]);
  const only = (fields: Fields): Record<string,
    unknown> => Object.fromEntries(changed.map((field) => [field, fields[field]]));
  await journalDetail(tx, parts.vault, {
    type: 'contact.updated', subjectType: 'contact', subjectId: id, actor: { kind: 'USER', id: user.id },
      version: written?.version ?? 0,
    scope: { organisationId: user.organisationId, branchId: row.branch_id }, data: { changed },
  }, id, { before: only(before), after: only(after) });
  tx.afterCommit(() => parts.work.wake.hint('journal'));
}

async function behindMask(parts: ContactParts, user: User, id: string, body: z.output<typeof unmask>): Promise<string> {
  const { work } = parts;
  orNotFound(await contactView(work.db, user, id, 'contact.unmask'));
  await requireReason(work.db, user.organisationId, 'UNMASK', body.reasonCode);
  const row = body.field === 'email'
    ? await work.db.one<{ email: string | null }>(contactEmail, [user.organisationId, id])
    : await work.db.one<{ handle: string; phone: string | null }>(pointValue, [user.organisationId, id, body.pointId]);
  const value = (row as Record<string, string | null> | undefined)?.[body.field];
  if (value === undefined || value === null) throw new AppError('NOT_FOUND');
  await journal(work, {
    type: 'contact.unmasked', subjectType: 'contact', subjectId: id, actor: { kind: 'USER', id: user.id },
    scope: { organisationId: user.organisationId, siteId: user.siteId, teamId: user.teamId, agentId: user.id },
    data: { field: body.field, reasonCode: body.reasonCode,
      ...(body.pointId === undefined ? {} : { pointId: body.pointId }) },
  });
  return value;
}

function reading(parts: ContactParts): FastifyPluginAsyncZod {
  const { work } = parts;
  return async (app) => {
    // Open to whoever is signed in: several rights lead to a contact, and the list is empty without one of them.
    app.get('/api/contacts', { config: { permission: 'signed-in' },
      schema: { querystring: z.strictObject(paging), response: { 200: pageOf(shape) } } },
    async ({ user, query }) => contactViews(work.db, { user, ...query }));
    app.get('/api/contacts/:id',
      { config: { permission: 'signed-in' }, schema: { params: idParams, response: { 200: shape } } },
      async ({ user, params }) => {
        const found = orNotFound(await contactView(work.db, user, params.id));
        await journalView(work, user, params.id);
        return found;
      });
    app.get('/api/contacts/:id/history', { config: { permission: 'signed-in' },
      schema: { params: idParams, querystring: z.strictObject(paging), response: { 200: pageOf(interactionShape) } } },
    async ({ user, params, query }) => {
      orNotFound(await contactView(work.db, user, params.id));
      await journalView(work, user, params.id);
      return contactHistory(work.db, { user, contactId: params.id, ...query });
    });
  };
}

/** The routes of contacts. */
export function contactsApi(parts: ContactParts): FastifyPluginAsyncZod {
  const { work } = parts;
  return async (app) => {
    await app.register(reading(parts));
    app.patch('/api/contacts/:id', { config: { permission: 'contact.update' },
      schema: { params: idParams, body: change, response: { 200: shape } } },
    async (request) => {
      const { user, params, body } = request;
      orNotFound(await contactView(work.db, user, params.id, 'contact.update'));
      const version = ifMatch(request);
      await work.db.transaction((tx) => edit(tx, parts, user, params.id, body, version));
      return orNotFound(await contactView(work.db, user, params.id, 'contact.update'));
    });
    app.post('/api/contacts/:id/unmask', {
      config: { permission: 'contact.unmask', stepUp: true, rateLimit: { max: UNMASK_PER_MINUTE, timeWindow: 60_000 } },
      schema: { params: idParams, body: unmask, response: { 200: z.object({ value: z.string() }) } } },
    async ({ user, params, body }, reply) => {
      void reply.header('cache-control', 'no-store');
      return { value: await behindMask(parts, user, params.id, body) };
    });
  };
}
