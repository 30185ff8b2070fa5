/** What the API of the quarantine and the page that shows it have agreed upon. */

/** What the list may be narrowed to. */
export interface QuarantineFilters {
  channelAccountId?: string | undefined;
  state?: 'QUARANTINED' | 'REPLAYED' | undefined;
}

/** An event that could not be taken in. */
export interface QuarantinedEvent {
  id: string;
  channelAccountId: string;
  channel: string;
  accountName: string;
  kind: string;
  state: 'QUARANTINED' | 'REPLAYED' | 'DONE';
  reasonCode: string | null;
  reasonDetail: string | null;
  attempts: number;
  receivedAt: string;
  resolvedAt: string | null;
  resolvedBy: string | null;
  /** How much of the original the single view shows, and how much there is. */
  rawBytes: number;
  rawTotalBytes: number;
  /** The original with every unprintable sign written out; null in lists. */
  raw: string | null;
}

/** Whether the single view shows a part of the original only. */
export function isRawCut(event: Pick<QuarantinedEvent, 'rawBytes' | 'rawTotalBytes'>): boolean {
  return event.rawBytes < event.rawTotalBytes;
}
