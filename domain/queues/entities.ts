/** The administrative nouns of work as entities: queues, skills, categories, reasons. */
import { defineEntity, p } from '@mikro-orm/core';

export const SkillEntity = defineEntity({
  name: 'Skill', tableName: 'skills',
  properties: {
    id: p.uuid().primary(), organisationId: p.uuid(), code: p.text(), name: p.text(), active: p.boolean(),
    version: p.integer().version(),
  },
});

export const QueueEntity = defineEntity({
  name: 'Queue', tableName: 'queues',
  properties: {
    id: p.uuid().primary(), organisationId: p.uuid(), code: p.text(), name: p.text(), tier: p.integer(),
    siteId: p.uuid().nullable(), priority: p.integer(), costPoints: p.integer().nullable(),
    offerTimeoutS: p.integer().name('offer_timeout_s'), pickAllowed: p.boolean(), active: p.boolean(),
    calendarId: p.uuid().nullable(), version: p.integer().version(),
  },
});

export const CategoryEntity = defineEntity({
  name: 'Category', tableName: 'categories',
  properties: {
    id: p.uuid().primary(), organisationId: p.uuid(), parentId: p.uuid().nullable(), code: p.text(), nameId: p.text(),
    nameEn: p.text(), targetIdealS: p.integer().name('target_ideal_s').nullable(),
    targetMaxS: p.integer().name('target_max_s').nullable(), reopenDays: p.integer(), active: p.boolean(),
    version: p.integer().version(),
  },
});

export const ReasonEntity = defineEntity({
  name: 'Reason', tableName: 'reasons',
  properties: {
    id: p.uuid().primary(), organisationId: p.uuid(), kind: p.text(), code: p.text(), labelId: p.text(),
    labelEn: p.text(), active: p.boolean(), sort: p.integer(), version: p.integer().version(),
  },
});
