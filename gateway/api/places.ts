/** Where people sit: sites, teams and the licensed seats; branches to choose from (A1, A5, A6, A9). */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { IANAZone } from 'luxon';
import { z } from 'zod';
import { SeatEntity, SiteEntity, TeamEntity } from '#domain/people/entities.ts';
import { codeText, nameText, readRoutes, requireOwn, writeRoutes, type AdminParts, type Noun } from './crud.ts';

const id = z.uuid();
const configuration = { created: 'configuration.created', updated: 'configuration.updated' } as const;
const zone = z.string().max(64).refine((name) => IANAZone.isValidZone(name), 'time zone');

const sites: Noun = {
  path: 'sites', noun: 'site', table: 'sites', entity: SiteEntity,
  columns: { id: 't.id', code: 't.code', name: 't.name', timeZone: 't.time_zone', version: 't.version' },
  view: z.object({ id, code: z.string(), name: z.string(), timeZone: z.string(), version: z.number() }),
  create: z.strictObject({ code: codeText, name: nameText, timeZone: zone }),
  patch: z.strictObject({ name: nameText, timeZone: zone }).partial(),
  defaults: {}, sort: 'lower(t.name)', search: ['t.name', 't.code'], filters: {},
  read: 'queue.read', manage: 'user.manage', journal: { ...configuration, subject: 'site' },
};

const teams: Noun = {
  path: 'teams', noun: 'team', table: 'teams', entity: TeamEntity,
  columns: { id: 't.id', siteId: 't.site_id', name: 't.name', leaderId: 't.leader_id', version: 't.version' },
  view: z.object({ id, siteId: id, name: z.string(), leaderId: id.nullable(), version: z.number() }),
  create: z.strictObject({ siteId: id, name: nameText, leaderId: id.nullish() }),
  patch: z.strictObject({ siteId: id, name: nameText, leaderId: id.nullable() }).partial(),
  defaults: { leaderId: null }, sort: 'lower(t.name)', search: ['t.name'],
  filters: { siteId: { schema: id, column: 't.site_id' } },
  read: 'queue.read', manage: 'user.manage', journal: { ...configuration, subject: 'team' },
  place: (values) => ({ siteId: values['siteId'] as string }),
  async check(tx, user, values) {
    await requireOwn(tx, user, 'sites', 'siteId', values['siteId']);
    await requireOwn(tx, user, 'users', 'leaderId', values['leaderId']);
  },
};

const seats: Noun = {
  path: 'seats', noun: 'seat', table: 'seats', entity: SeatEntity,
  columns: {
    id: 't.id', siteId: 't.site_id', application: 't.application', label: 't.label', userId: 't.user_id',
      version: 't.version',
  },
  view: z.object({
    id, siteId: id, application: z.string(), label: z.string(), userId: id.nullable(), version: z.number(),
  }),
  create: z.strictObject({ siteId: id, application: codeText, label: nameText }),
  patch: z.strictObject({ siteId: id, application: codeText, label: nameText }).partial(),
  defaults: {}, sort: 'lower(t.label)', search: ['t.label', 't.application'],
  filters: { siteId: { schema: id, column: 't.site_id' }, application: { schema: codeText, column: 't.application' } },
  read: 'queue.read', manage: 'user.manage', journal: { ...configuration, subject: 'seat' },
  place: (values) => ({ siteId: values['siteId'] as string }),
  check: (tx, user, values) => requireOwn(tx, user, 'sites', 'siteId', values['siteId']),
};

/** The branch tree is read only here; the programmes that live in branches bring its maintenance. */
const branches: Noun = {
  ...sites, path: 'branches', noun: 'branch', table: 'branches',
  columns: { id: 't.id', parentId: 't.parent_id', code: 't.code', name: 't.name', kind: 't.kind',
    version: 't.version' },
  view: z.object({
    id, parentId: id.nullable(), code: z.string(), name: z.string(), kind: z.string(), version: z.number(),
  }),
  sort: 't.path::text', filters: { kind: { schema: z.string().max(20), column: 't.kind' } },
};

/** /api/sites */
export function sitesApi(parts: AdminParts): FastifyPluginAsyncZod {
  return async (app) => { readRoutes(app, parts, sites); writeRoutes(app, parts, sites); readRoutes(app, parts,
    branches); };
}

/** /api/teams */
export function teamsApi(parts: AdminParts): FastifyPluginAsyncZod {
  return async (app) => { readRoutes(app, parts, teams); writeRoutes(app, parts, teams); };
}

/** /api/seats */
export function seatsApi(parts: AdminParts): FastifyPluginAsyncZod {
  return async (app) => { readRoutes(app, parts, seats); writeRoutes(app, parts, seats); };
}
