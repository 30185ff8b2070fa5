/** Working hours and holidays as entities. */
import { defineEntity, p } from '@mikro-orm/core';
import type { Span, Week } from './rules.ts';

export const CalendarEntity = defineEntity({
  name: 'Calendar', tableName: 'calendars',
  properties: {
    id: p.uuid().primary(), organisationId: p.uuid(), code: p.text(), name: p.text(), timeZone: p.text(),
    weekly: p.json().$type<Week>(), active: p.boolean(), version: p.integer().version(),
  },
});

export const HolidayEntity = defineEntity({
  name: 'Holiday', tableName: 'holidays',
  properties: {
    id: p.uuid().primary(), organisationId: p.uuid(), calendarId: p.uuid().nullable(), day: p.date(), name: p.text(),
    spans: p.json().$type<Span[]>(), active: p.boolean(), version: p.integer().version(),
  },
});
