/** The records of the administration as the API gives them. */

export interface Named { id: string; name: string }
export type Status = 'ACTIVE' | 'DISABLED';
export type ScopeKind = 'self' | 'team' | 'queue' | 'site' | 'branch' | 'organisation';

export interface Grant { roleId: string; scopeKind: ScopeKind; scopeId: string | null }
export interface SkillLevel { skillId: string; level: number }

export interface UserRecord {
  id: string; npk: string; name: string; status: Status; siteId: string | null; teamId: string | null;
  branchId: string | null;
  locale: 'id' | 'en'; capacityPoints: number; roles: Grant[]; skills: SkillLevel[];
  queueIds: string[]; passwordSet: boolean; createdAt: string; version: number;
}

/** What an administrator hands over; whoever opens it sets the password. */
export interface PasswordLink { kind: 'INVITE' | 'RESET'; path: string; expiresAt: string }

export interface SiteRecord extends Named {
  code: string; timeZone: string; calendarId: string | null; active: boolean; users: number; seats: number;
  version: number;
}

export interface TeamRecord extends Named {
  siteId: string; leaderId: string | null; leaderName: string | null; active: boolean; users: number; version: number;
}

export interface SeatRecord {
  id: string; siteId: string; application: string; label: string; userId: string | null; userName: string | null;
  takenAt: string | null; active: boolean; version: number;
}

export const branchKinds = ['HEAD_OFFICE', 'REGION', 'AREA', 'BRANCH'] as const;
export type BranchKind = (typeof branchKinds)[number];

export interface BranchRecord extends Named {
  parentId: string | null; code: string; kind: BranchKind; active: boolean; calendarId: string | null; depth: number;
  users: number; version: number;
}

export interface CalendarRecord extends Named {
  code: string; timeZone: string; weekly: [number, number][][]; active: boolean; siteIds: string[];
  queueIds: string[]; branches: number; version: number;
}

export interface HolidayRecord extends Named {
  calendarId: string | null; day: string; spans: [number, number][]; active: boolean; version: number;
}

export interface OpeningRecord extends Named {
  kind: 'site' | 'queue' | 'calendar'; calendarId: string; own: boolean; open: boolean; until: string | null;
}

export interface RoleRecord {
  id: string; code: string; nameId: string; nameEn: string; rank: number; permissions: string[];
  defaultScope: ScopeKind;
  builtIn: boolean; version: number;
}

export interface QueueRecord {
  id: string; code: string; name: string; tier: 1 | 2; siteId: string | null; priority: number;
  costPoints: number | null;
  offerTimeoutS: number; pickAllowed: boolean; active: boolean; calendarId: string | null; skillIds: string[];
  memberIds: string[]; version: number;
}

export interface SkillRecord { id: string; code: string; name: string; active: boolean; version: number }

export interface CategoryRecord {
  id: string; parentId: string | null; code: string; nameId: string; nameEn: string; targetIdealS: number | null;
  targetMaxS: number | null; reopenDays: number; active: boolean; version: number;
}

export const reasonKinds = ['BREAK', 'DECLINE', 'OUTCOME', 'OOT', 'UNMASK', 'REOPEN', 'ESCALATION'] as const;
export type ReasonKind = (typeof reasonKinds)[number];

export interface ReasonRecord {
  id: string; kind: ReasonKind; code: string; labelId: string; labelEn: string; active: boolean; sort: number;
  version: number;
}

export const optOutPurposes = ['ALL', 'FOLLOW_UP', 'COLLECTION', 'OFFER'] as const;

export interface OptOutRecord {
  id: string; contactPointId: string; contactId: string; contactName: string | null; handleMasked: string;
  channel: string;
  purpose: (typeof optOutPurposes)[number];
  reason: string; createdAt: string; createdByName: string | null; withdrawnAt: string | null;
  withdrawnByName: string | null;
}

export interface AuditRow {
  id: string; at: string; type: string; subjectType: string; subjectId: string;
  actorKind: 'USER' | 'CUSTOMER' | 'SYSTEM' | 'BOT';
  actorId: string | null; actorName: string | null; actorNpk: string | null; subjectName: string | null;
  version: number; data: Record<string, unknown> | null;
}
