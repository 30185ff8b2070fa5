/** What a list is narrowed to, as the server's filter does it, decided on a row that the screen holds. */
import { deadlineOf } from './ring.ts';

export interface ListFilter {
  channels?: string[] | undefined;
  queueIds?: string[] | undefined;
  categoryIds?: string[] | undefined;
  agentIds?: string[] | undefined;
  tier?: 1 | 2 | undefined;
  unread?: true | undefined;
  late?: true | undefined;
  awaiting?: true | undefined;
  snoozed?: 'only' | 'hide' | undefined;
  followed?: true | undefined;
}

interface RowFacts {
  channel: string; categoryId: string | null; tier: number; unreadCount: number; snoozedUntil: string | null;
  ticketId: string; queueId: string | null; agentId: string | null; answeredAt: string | null;
  documentedAt: string | null; customerEndedAt: string | null; lastDirection: string | null;
  clock: { startedAt: string; maxS: number } | null;
}

/** True if the customer waits for us; undefined where a row without a running clock does not tell. */
function awaits(row: RowFacts): boolean | undefined {
  if (row.documentedAt !== null) return false;
  if (row.answeredAt === null || row.clock !== null) return true;
  return row.customerEndedAt === null && row.lastDirection === 'OUT' ? false : undefined;
}

function among(value: string | null, wanted: readonly string[] | undefined): boolean {
  return wanted === undefined || (value !== null && wanted.includes(value));
}

/**
 * True if the row passes at `now` (ms). Undefined where only the server can tell: whether the customer waits, of some
 * rows, and follows while `followed` is not given.
 */
export function matchesFilter(row: RowFacts, filter: ListFilter, now: number,
  followed?: ReadonlySet<string>): boolean | undefined {
  const fits = among(row.channel, filter.channels) && among(row.categoryId, filter.categoryIds)
    && among(row.queueId, filter.queueIds) && among(row.agentId, filter.agentIds)
    && (filter.tier === undefined || filter.tier === row.tier)
    && (filter.unread === undefined || row.unreadCount > 0)
    && (filter.late === undefined || deadlineOf(row) < now)
    && (filter.snoozed === undefined || (filter.snoozed === 'only') === (row.snoozedUntil !== null));
  if (!fits) return false;
  const waits = filter.awaiting === undefined ? true : awaits(row);
  const follows = filter.followed === undefined ? true : followed?.has(row.ticketId);
  return waits === false || follows === false ? false : waits === undefined || follows === undefined ? undefined : true;
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
