/** Where people sit: sites, teams and the licensed seats (A1, A5, A6, A9). The tree of branches is branches.ts. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { User } from '#domain/people/access.ts';
import { SeatEntity, SiteEntity, TeamEntity } from '#domain/people/entities.ts';
import type { OrmTx } from '#domain/store/orm.ts';
import {
  codeText, nameText, queryBoolean, readRoutes, requireOwn, writeRoutes, type AdminParts, type Noun, type Values,
} from './crud.ts';
import { requireActive, requireEmpty } from './place-rules.ts';
import { zone } from './shapes.ts';

const id = z.uuid();
const configuration = { created: 'configuration.created', updated: 'configuration.updated' } as const;
const activeFilter = { active: { schema: queryBoolean, column: 't.active' } };

/** True if the change closes the place down. */
function closes(values: Values, before: Values | undefined): boolean {
  return before?.['active'] === true && values['active'] === false;
}

/** A place that comes to another site, or back to life, needs that site alive. */
async function requireLiveSite(tx: OrmTx, user: User, values: Values, before: Values | undefined): Promise<void> {
  const stays = before !== undefined && before['siteId'] === values['siteId'];
  const returns = before?.['active'] === false && values['active'] === true;
  if (!stays || returns) await requireActive(tx, user, 'sites', values['siteId']);
}

const sites: Noun = {
  path: 'sites', noun: 'site', table: 'sites', entity: SiteEntity,
  columns: {
    id: 't.id', code: 't.code', name: 't.name', timeZone: 't.time_zone', calendarId: 't.calendar_id',
    active: 't.active',
    users: `(select count(*)::int from users u where u.site_id = t.id and u.status = 'ACTIVE')`,
    seats: '(select count(*)::int from seats s where s.site_id = t.id and s.active)', version: 't.version',
  },
  view: z.object({
    id, code: z.string(), name: z.string(), timeZone: z.string(), calendarId: id.nullable(), active: z.boolean(),
    /** Active people and seats there. */
    users: z.number(), seats: z.number(), version: z.number(),
  }),
  create: z.strictObject({ code: codeText, name: nameText, timeZone: zone, calendarId: id.nullish() }),
  patch: z.strictObject({ name: nameText, timeZone: zone, calendarId: id.nullable(), active: z.boolean() }).partial(),
  defaults: { calendarId: null, active: true }, sort: 'lower(t.name)', search: ['t.name', 't.code'],
  filters: activeFilter,
  read: 'queue.read', manage: 'user.manage', journal: { ...configuration, subject: 'site' },
  async check(tx, user, values, before) {
    await requireOwn(tx, user, 'calendars', 'calendarId', values['calendarId']);
    if (values['calendarId'] !== before?.['calendarId']) {
      await requireActive(tx, user, 'calendars', values['calendarId']);
    }
    if (closes(values, before)) await requireEmpty(tx, user, 'site', before?.['id']);
  },
};

const teams: Noun = {
  path: 'teams', noun: 'team', table: 'teams', entity: TeamEntity,
  columns: {
    id: 't.id', siteId: 't.site_id', name: 't.name', leaderId: 't.leader_id', active: 't.active',
    leaderName: '(select l.name from users l where l.id = t.leader_id)',
    users: `(select count(*)::int from users u where u.team_id = t.id and u.status = 'ACTIVE')`, version: 't.version',
  },
  view: z.object({
    id, siteId: id, name: z.string(), leaderId: id.nullable(), leaderName: z.string().nullable(), active: z.boolean(),
    /** Active people in it. */
    users: z.number(), version: z.number(),
  }),
  create: z.strictObject({ siteId: id, name: nameText, leaderId: id.nullish() }),
  patch: z.strictObject({ siteId: id, name: nameText, leaderId: id.nullable(), active: z.boolean() }).partial(),
  defaults: { leaderId: null, active: true }, sort: 'lower(t.name)', search: ['t.name'],
  filters: { siteId: { schema: id, column: 't.site_id' }, ...activeFilter },
  read: 'queue.read', manage: 'user.manage', journal: { ...configuration, subject: 'team' },
  place: (values) => ({ siteId: values['siteId'] as string, teamId: values['id'] as string | undefined ?? null }),
  async check(tx, user, values, before) {
    await requireOwn(tx, user, 'sites', 'siteId', values['siteId']);
    await requireOwn(tx, user, 'users', 'leaderId', values['leaderId']);
    await requireLiveSite(tx, user, values, before);
    if (closes(values, before)) await requireEmpty(tx, user, 'team', before?.['id']);
  },
};

/** JKT-2 before JKT-10: numbers in labels count as numbers. */
const BY_NUMBER = String.raw`regexp_replace(regexp_replace(lower(t.label), '(\d+)', '00000000\1', 'g'),
  '0*(\d{8})', '\1', 'g')`;

const seats: Noun = {
  path: 'seats', noun: 'seat', table: 'seats', entity: SeatEntity,
  columns: {
    id: 't.id', siteId: 't.site_id', application: 't.application', label: 't.label', userId: 't.user_id',
    userName: '(select u.name from users u where u.id = t.user_id)',
    takenAt: `to_char(t.taken_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`, active: 't.active',
    version: 't.version',
  },
  view: z.object({
    id, siteId: id, application: z.string(), label: z.string(), userId: id.nullable(), userName: z.string().nullable(),
    takenAt: z.string().nullable(), active: z.boolean(), version: z.number(),
  }),
  create: z.strictObject({ siteId: id, application: codeText, label: nameText }),
  patch: z.strictObject({ siteId: id, application: codeText, label: nameText, active: z.boolean() }).partial(),
  defaults: { active: true }, sort: BY_NUMBER, search: ['t.label', 't.application'],
  filters: {
    siteId: { schema: id, column: 't.site_id' }, application: { schema: codeText, column: 't.application' },
    taken: { schema: queryBoolean, column: '(t.user_id is not null)' }, ...activeFilter,
  },
  read: 'queue.read', manage: 'user.manage', journal: { ...configuration, subject: 'seat' },
  place: (values) => ({ siteId: values['siteId'] as string }),
  async check(tx, user, values, before) {
    await requireOwn(tx, user, 'sites', 'siteId', values['siteId']);
    await requireLiveSite(tx, user, values, before);
  },
};

/** /api/sites */
export function sitesApi(parts: AdminParts): FastifyPluginAsyncZod {
  return async (app) => { readRoutes(app, parts, sites); writeRoutes(app, parts, sites); };
}

/** /api/teams */
export function teamsApi(parts: AdminParts): FastifyPluginAsyncZod {
  return async (app) => { readRoutes(app, parts, teams); writeRoutes(app, parts, teams); };
}

/** /api/seats */
export function seatsApi(parts: AdminParts): FastifyPluginAsyncZod {
  return async (app) => { readRoutes(app, parts, seats); writeRoutes(app, parts, seats); };
}
