/**
 * What the pages share of the API: the small lists to choose from, one record by its id, and refreshing after a
 * change.
 */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api, fetchAll, rowsOf, type SessionUser, useCan, useLocale, useSession } from '../kit/index.ts';
import type {
  BranchRecord, CalendarRecord, CategoryRecord, Named, QueueRecord, ReasonRecord, RoleRecord, SiteRecord,
  SkillRecord, TeamRecord,
} from './types.ts';

function useAll<T>(noun: string, path: string, enabled = true) {
  const query = useQuery({
    queryKey: ['admin', noun, 'all'], queryFn: ({ signal }) => fetchAll<T>(path, signal), select: rowsOf<T>,
    staleTime: 60_000, enabled,
  });
  return query.data ?? [];
}

/** The sites, for choosing and for naming. */
export const useSites = () => useAll<SiteRecord>('sites', '/sites');
/** The teams with their site. */
export const useTeams = () => useAll<TeamRecord>('teams', '/teams');
/** The units of the organisation, in the order of their tree. */
export const useBranches = () => useAll<BranchRecord>('branches', '/branches');
/** The calendars of opening hours. */
export const useCalendars = () => useAll<CalendarRecord>('calendars', '/calendars');
/** The roles, highest rank first. */
export const useRoles = () => useAll<RoleRecord>('roles', '/roles').toSorted((a, b) => b.rank - a.rank);
/** The queues. */
export const useQueues = () => useAll<QueueRecord>('queues', '/queues');
/** The skills. */
export const useSkills = () => useAll<SkillRecord>('skills', '/skills');
/** The categories, subcategories included. */
export const useCategories = () => useAll<CategoryRecord>('categories', '/categories');

/** Reasons and outcomes by their codes, as the audit trail names them. */
export function useReasonNames(): Named[] {
  const locale = useLocale();
  return useAll<ReasonRecord>('reasons', '/reasons').map((reason) =>
    ({ id: reason.code, name: locale === 'id' ? reason.labelId : reason.labelEn }));
}

/** The name of a row in a list; a dash where it is gone or nothing was chosen. */
export function nameIn(list: readonly Named[], id: string | null | undefined): string {
  return list.find((each) => each.id === id)?.name ?? '–';
}

/** As the fields to choose from want it. */
export function optionsOf(list: readonly Named[]): { value: string; label: string }[] {
  return list.map((each) => ({ value: each.id, label: each.name }));
}

/** The name of something that has one in both languages. */
export function useLocalName(): (row: { nameId: string; nameEn: string }) => string {
  const locale = useLocale();
  return (row) => (locale === 'en' ? row.nameEn : row.nameId);
}

/** One record for its drawer, always fetched anew when it is opened. */
export function useRecord<T>(noun: string, path: string, id: string | undefined) {
  return useQuery({
    queryKey: ['admin', noun, 'one', id], queryFn: ({ signal }) => api.get<T>(`${path}/${id ?? ''}`, { signal }),
    enabled: id !== undefined && id !== 'new', gcTime: 0, staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false, retry: 1,
  });
}

/** Refreshes everything of the settings after a change; the lists keep standing until the new ones are there. */
export function useRefresh(): () => void {
  const client = useQueryClient();
  return () => {
    void client.invalidateQueries({
      predicate: ({ queryKey }) => queryKey[0] === 'admin' && queryKey[2] !== 'one',
    });
  };
}

export interface PersonOption { value: string; label: string; disabled?: boolean }

/**
 * Everybody this user may see, as "10001 · Ayu Setyaningrum", for choosing members and actors; empty without
 * user.read.
 */
export function usePeople(enabled: boolean): PersonOption[] {
  const people = useAll<{ id: string; npk: string; name: string }>('users', '/users', enabled);
  return people.map((person) => ({ value: person.id, label: `${person.npk} · ${person.name}` }));
}

interface OwnRights { user: SessionUser & { rank?: number }; grants?: { permission: string; scopeKind: string }[] }

const administratorRank = 100;

export interface Reach {
  /** The highest rank this user may give or change. */
  max: number;
  /**
   * True if they may give or change a role or person of that rank: below their own; the administrator beside it too
   * (RS16).
   */
  over: (rank: number) => boolean;
  /** True if they may put the permission into a role: what they hold over the whole organisation themselves. */
  holds: (permission: string) => boolean;
}

/** How far the rights of the signed-in user reach over others; the server decides again. */
export function useReach(): Reach {
  const { user, grants } = useSession() as ReturnType<typeof useSession> & OwnRights;
  const rank = user.rank ?? 0;
  const max = rank >= administratorRank ? administratorRank : rank - 1;
  return {
    max: Math.max(0, max), over: (other) => other <= max,
    holds: (permission) => rank >= administratorRank
      || grants?.some((grant) => grant.permission === permission && grant.scopeKind === 'organisation') === true,
  };
}

/** The channel accounts, for naming; empty without channel.read. */
export const useAllAccounts = () =>
  useAll<Named & { channel: string }>('channel-accounts', '/channel-accounts', useCan('channel.read'));
