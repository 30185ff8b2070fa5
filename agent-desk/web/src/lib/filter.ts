/** What a list is narrowed to, as the server's filter does it, decided on a row that the screen holds. */
import { deadlineOf } from './ring.ts';

export interface ListFilter {
  channels?: string[] | undefined;
  categoryIds?: string[] | undefined;
  tier?: 1 | 2 | undefined;
  unread?: true | undefined;
  late?: true | undefined;
  snoozed?: 'only' | 'hide' | undefined;
  followed?: true | undefined;
}

interface RowFacts {
  channel: string; categoryId: string | null; tier: number; unreadCount: number; snoozedUntil: string | null;
  ticketId: string; clock: { startedAt: string; maxS: number } | null;
}

/** True if the row passes at `now` (ms). Undefined where that hangs on follows and `followed` is not given. */
export function matchesFilter(row: RowFacts, filter: ListFilter, now: number,
  followed?: ReadonlySet<string>): boolean | undefined {
  const fits = (filter.channels === undefined || filter.channels.includes(row.channel))
    && (filter.categoryIds === undefined || (row.categoryId !== null && filter.categoryIds.includes(row.categoryId)))
    && (filter.tier === undefined || filter.tier === row.tier)
    && (filter.unread === undefined || row.unreadCount > 0)
    && (filter.late === undefined || deadlineOf(row) < now)
    && (filter.snoozed === undefined || (filter.snoozed === 'only') === (row.snoozedUntil !== null));
  if (!fits || filter.followed === undefined) return fits;
  return followed === undefined ? undefined : followed.has(row.ticketId);
}

/** True if it narrows nothing. */
export function isEmptyFilter(filter: ListFilter): boolean {
  return Object.values(filter).every((value) => value === undefined);
}

/** A filter as it was remembered; anything unreadable narrows nothing. */
export function readFilter(text: string): ListFilter {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as ListFilter : {};
  } catch {
    return {};
  }
}
