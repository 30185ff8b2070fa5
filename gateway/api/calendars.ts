/**
 * Working hours and holidays: named calendars that sites, queues and branches point to, and who is open now (J47,
 * J49, J50). A queue without a calendar of its own follows its site; without any, it has no hours: always open.
 */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { CalendarEntity, HolidayEntity } from '#domain/calendars/entities.ts';
import { isOpen, nextChange, spansAreSound, type Span, type Week } from '#domain/calendars/rules.ts';
import { appNow } from '#domain/clock.ts';
import { limits } from '#domain/limits.ts';
import type { User } from '#domain/people/access.ts';
import type { Db } from '#domain/store/db.ts';
import {
  codeText, nameText, queryBoolean, readRoutes, requireOwn, writeRoutes, type AdminParts, type Noun,
} from './crud.ts';
import { requireActive, requireEmpty } from './place-rules.ts';
import { zone } from './shapes.ts';

const id = z.uuid();
const configuration = { created: 'configuration.created', updated: 'configuration.updated' } as const;
const minute = z.number().int().min(0).max(1_440);
const spans = z.array(z.tuple([minute, minute])).max(limits.calendarSpansPerDayMax)
  .refine((list) => spansAreSound(list), 'in order, without overlap');
const weekly = z.array(spans).length(7);

const calendars: Noun = {
  path: 'calendars', noun: 'calendar', table: 'calendars', entity: CalendarEntity,
  columns: {
    id: 't.id', code: 't.code', name: 't.name', timeZone: 't.time_zone', weekly: 't.weekly', active: 't.active',
    siteIds: 'array(select s.id from sites s where s.calendar_id = t.id order by 1)',
    queueIds: 'array(select q.id from queues q where q.calendar_id = t.id order by 1)',
    branches: '(select count(*)::int from branches b where b.calendar_id = t.id)', version: 't.version',
  },
  view: z.object({
    id, code: z.string(), name: z.string(), timeZone: z.string(), weekly, active: z.boolean(),
    /** Who points to it. */
    siteIds: z.array(id), queueIds: z.array(id), branches: z.number(), version: z.number(),
  }),
  create: z.strictObject({ code: codeText, name: nameText, timeZone: zone, weekly }),
  patch: z.strictObject({ name: nameText, timeZone: zone, weekly, active: z.boolean() }).partial(),
  defaults: { active: true }, sort: 'lower(t.name)', search: ['t.name', 't.code'],
  filters: { active: { schema: queryBoolean, column: 't.active' } },
  read: 'queue.read', manage: 'queue.manage', journal: { ...configuration, subject: 'calendar' },
  async check(tx, user, values, before) {
    if (before?.['active'] === true && values['active'] === false) {
      await requireEmpty(tx, user, 'calendar', before['id']);
    }
  },
};

const day = z.iso.date();

const holidays: Noun = {
  path: 'holidays', noun: 'holiday', table: 'holidays', entity: HolidayEntity,
  columns: {
    id: 't.id', calendarId: 't.calendar_id', day: `to_char(t.day, 'YYYY-MM-DD')`, name: 't.name', spans: 't.spans',
    active: 't.active', version: 't.version',
  },
  view: z.object({
    /** Null: on every calendar. */
    id, calendarId: id.nullable(), day: z.string(), name: z.string(), spans, active: z.boolean(), version: z.number(),
  }),
  create: z.strictObject({ calendarId: id.nullish(), day, name: nameText, spans: spans.optional() }),
  patch: z.strictObject({ name: nameText, spans, active: z.boolean() }).partial(),
  defaults: { calendarId: null, spans: [], active: true }, sort: `to_char(t.day, 'YYYY-MM-DD')`, search: ['t.name'],
  filters: {
    calendarId: { schema: id, column: 't.calendar_id' }, active: { schema: queryBoolean, column: 't.active' },
    year: { schema: z.coerce.number().int().min(2_000).max(2_200), column: 'extract(year from t.day)::int' },
  },
  read: 'queue.read', manage: 'queue.manage', journal: { ...configuration, subject: 'holiday' },
  async check(tx, user, values, before) {
    await requireOwn(tx, user, 'calendars', 'calendarId', values['calendarId']);
    if (before === undefined) await requireActive(tx, user, 'calendars', values['calendarId']);
  },
};

interface PlaceRow { kind: 'site' | 'queue' | 'calendar'; id: string; name: string; calendar_id: string; own: boolean }
interface CalendarRow { id: string; time_zone: string; weekly: Week; holidays: [string, Span[]][] | null }

const openingView = z.object({
  kind: z.enum(['site', 'queue', 'calendar']), id, name: z.string(), calendarId: id,
  /** False: the queue follows its site. */
  own: z.boolean(), open: z.boolean(),
  /** When that changes; null if not within limits.calendarLookAheadDays. */
  until: z.string().nullable(),
});

/** Which active sites and queues have hours, and each calendar by itself: whether they are open now, until when. */
export async function openings(db: Pick<Db, 'dynamic'>, user: Pick<User, 'organisationId'>,
  at: Date): Promise<z.output<typeof openingView>[]> {
  const places = await db.dynamic<PlaceRow>(`select 'site' as kind, s.id, s.name, s.calendar_id, true as own
      from sites s where s.organisation_id = $1 and s.active and s.calendar_id is not null
    union all select 'queue', q.id, q.name, coalesce(q.calendar_id, s.calendar_id), q.calendar_id is not null
      from queues q left join sites s on s.id = q.site_id
      where q.organisation_id = $1 and q.active and coalesce(q.calendar_id, s.calendar_id) is not null
    union all select 'calendar', c.id, c.name, c.id, true from calendars c
      where c.organisation_id = $1 and c.active
    order by kind desc, name`, [user.organisationId]);
  const rows = await db.dynamic<CalendarRow>(`select c.id, c.time_zone, c.weekly,
      (select jsonb_agg(jsonb_build_array(to_char(h.day, 'YYYY-MM-DD'), h.spans)
        order by h.calendar_id nulls first) from holidays h
        where h.organisation_id = c.organisation_id and h.active and (h.calendar_id is null or h.calendar_id = c.id)
          and h.day between app_now()::date - 2 and app_now()::date + $2::int) as holidays
    from calendars c where c.organisation_id = $1 and c.active`,
  [user.organisationId, limits.calendarLookAheadDays + 2]);
  const found = new Map(rows.map((row) => [row.id, { timeZone: row.time_zone, weekly: row.weekly,
    // A calendar's own day stands behind the one for all, and so replaces it.
    holidays: new Map(row.holidays ?? []) }]));
  return places.flatMap((place) => {
    const calendar = found.get(place.calendar_id);
    if (calendar === undefined) return [];
    return [{ kind: place.kind, id: place.id, name: place.name, calendarId: place.calendar_id, own: place.own,
      open: isOpen(calendar, at), until: nextChange(calendar, at)?.toISOString() ?? null }];
  });
}

/** /api/calendars, /api/holidays and GET /api/opening-hours */
export function calendarsApi(parts: AdminParts): FastifyPluginAsyncZod {
  return async (app) => {
    readRoutes(app, parts, calendars);
    writeRoutes(app, parts, calendars);
    readRoutes(app, parts, holidays);
    writeRoutes(app, parts, holidays);
    app.get('/api/opening-hours', {
      config: { permission: 'queue.read' },
      schema: { response: { 200: z.object({ at: z.string(), items: z.array(openingView) }) } },
    }, async (request) => {
      const at = appNow();
      return { at: at.toISOString(), items: await openings(parts.work.db, request.user, at) };
    });
  };
}
