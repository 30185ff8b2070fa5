/**
 * The administrative nouns of people as entities: sites, branches, teams, users, roles, seats. Hot paths read them by
 * statements.
 */
import { defineEntity, p, type InferEntity } from '@mikro-orm/core';

export const SiteEntity = defineEntity({
  name: 'Site', tableName: 'sites',
  properties: {
    id: p.uuid().primary(), organisationId: p.uuid(), code: p.text(), name: p.text(), timeZone: p.text(),
    calendarId: p.uuid().nullable(), active: p.boolean(), version: p.integer().version(),
  },
});

/** A unit of the tree of branches; where it stands (parent and path) is written by gateway/api/branches.ts alone. */
export const BranchEntity = defineEntity({
  name: 'Branch', tableName: 'branches',
  properties: {
    id: p.uuid().primary(), organisationId: p.uuid(), code: p.text(), name: p.text(), kind: p.text(),
    calendarId: p.uuid().nullable(), active: p.boolean(), version: p.integer().version(),
  },
});

export const TeamEntity = defineEntity({
  name: 'Team', tableName: 'teams',
  properties: {
    id: p.uuid().primary(), organisationId: p.uuid(), siteId: p.uuid(), name: p.text(), leaderId: p.uuid().nullable(),
    active: p.boolean(), version: p.integer().version(),
  },
});

export const UserEntity = defineEntity({
  name: 'User', tableName: 'users',
  properties: {
    id: p.uuid().primary(), organisationId: p.uuid(), npk: p.text(), name: p.text(),
    passwordHash: p.text().nullable().hidden().lazy(), status: p.text().$type<'ACTIVE' | 'DISABLED'>(),
    siteId: p.uuid().nullable(), branchId: p.uuid().nullable(), teamId: p.uuid().nullable(),
    locale: p.text().$type<'id' | 'en'>(), capacityPoints: p.integer(), passwordChangedAt: p.datetime().nullable(),
    updatedAt: p.datetime(), version: p.integer().version(),
  },
});

export const RoleEntity = defineEntity({
  name: 'Role', tableName: 'roles',
  properties: {
    id: p.uuid().primary(), organisationId: p.uuid(), code: p.text(), nameId: p.text(), nameEn: p.text(),
    rank: p.integer(), permissions: p.array().$type<string[]>(), defaultScope: p.text(), builtIn: p.boolean(),
    version: p.integer().version(),
  },
});

/** A licence for one application; the assignment takes and frees it, administration makes and moves it (A6, A9). */
export const SeatEntity = defineEntity({
  name: 'Seat', tableName: 'seats',
  properties: {
    id: p.uuid().primary(), organisationId: p.uuid(), siteId: p.uuid(), application: p.text(), label: p.text(),
    active: p.boolean(), version: p.integer().version(),
  },
});

export type UserRecord = InferEntity<typeof UserEntity>;
export type RoleRecord = InferEntity<typeof RoleEntity>;
