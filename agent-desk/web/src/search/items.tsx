/** What was found, as lines: the command palette shows them beneath its own, the search page in groups. */
import { IconFile, IconListSearch, IconLock, IconMessage, IconTicket, IconUser } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';
import { messageHref } from '../conversation/useAround.ts';
import { channelName } from '../inbox/ChannelIcon.tsx';
import { whoOf } from '../inbox/Row.tsx';
import { codeWord, useLocale } from '../kit/words.ts';
import { visitorTag } from '../lib/people.ts';
import { serverNow } from '../lib/now.ts';
import { dayTime, fileSize, shortDate } from '../lib/time.ts';
import { useFound, type Found, type SearchGroup } from './found.ts';
import { keepWords } from './kept.ts';
import { useSearchWords } from './words.ts';

export interface FoundItem {
  id: string;
  kind: SearchGroup;
  /** The word of the group it stands in. */
  group: string;
  icon: ReactNode;
  text: string;
  /** The text with what was found marked, where the server said so. */
  parts?: { text: string; hit: boolean }[];
  hint: string;
  /** Where it leads; absent where there is nothing to open. */
  href?: string;
  run?: () => void;
}

const size = { size: 18, stroke: 1.75 } as const;

function joined(parts: readonly (string | null | undefined)[]): string {
  return parts.filter((part) => part !== null && part !== undefined && part !== '').join(' · ');
}

function leadsTo(interactionId: string | null, messageId?: string): { href?: string } {
  if (interactionId === null) return {};
  return { href: messageId === undefined ? `/i/${interactionId}` : messageHref(interactionId, messageId) };
}

/** All that was found in the order of its groups. */
export function useFoundItems(found: Found | undefined): FoundItem[] {
  const w = useSearchWords();
  const locale = useLocale();
  const named = (kind: SearchGroup, near = false): string => (near ? `${w(kind)} · ${w('near')}` : w(kind));
  return [
    ...(found?.contacts?.items ?? []).map((row): FoundItem => ({
      id: `contact ${row.id}`, kind: 'contacts', group: named('contacts', found?.contacts?.near),
      icon: <IconUser {...size} />, text: whoOf({ contactName: row.name, handleMasked: row.handleMasked }),
      hint: joined([row.name === null || visitorTag(row.handleMasked) !== undefined ? null : row.handleMasked,
        row.reportName === null ? null : channelName(row.reportName), row.domicile,
        row.interactionId === null ? w('notOpen') : null]), ...leadsTo(row.interactionId) })),
    ...(found?.tickets?.items ?? []).map((row): FoundItem => ({
      id: `ticket ${row.id}`, kind: 'tickets', group: named('tickets', found?.tickets?.near),
      icon: <IconTicket {...size} />, text: joined([row.number, row.summary?.slice(0, 80)]),
      hint: joined([whoOf(row), row.categoryCode === null ? null : codeWord('category', row.categoryCode),
        row.closedAt === null ? w('opened', { date: shortDate(row.openedAt, { locale }) })
          : w('closed', { date: shortDate(row.closedAt, { locale }) })]), ...leadsTo(row.interactionId) })),
    ...(found?.messages?.items ?? []).map((row): FoundItem => ({
      id: `message ${row.messageId}`, kind: 'messages', group: named('messages'),
      icon: row.direction === 'NOTE' ? <IconLock {...size} /> : <IconMessage {...size} />,
      text: row.parts.map((part) => part.text).join(''), parts: row.parts,
      hint: joined([row.direction === 'NOTE' ? w('note') : null, whoOf(row), channelName(row.reportName),
        dayTime(row.at, serverNow(), { locale })]), ...leadsTo(row.interactionId, row.messageId) })),
    ...(found?.files?.items ?? []).map((row): FoundItem => ({
      id: `file ${row.fileId}`, kind: 'files', group: named('files'), icon: <IconFile {...size} />, text: row.fileName,
      hint: joined([fileSize(row.sizeBytes, locale), whoOf(row), dayTime(row.at, serverNow(), { locale })]),
      ...leadsTo(row.interactionId, row.messageId) })),
  ];
}

const groupsOfPalette = ['contacts', 'tickets', 'messages', 'files'] as const;

/**
 * For the command palette: a few lines of each group, then the way to all of them unless there are none. `pending`
 * while an answer is on its way; after an error there are no lines.
 */
export function useSearchItems(query: string): { items: FoundItem[]; pending: boolean; error: unknown;
  again: () => void } {
  const w = useSearchWords();
  const [, navigate] = useLocation();
  const { found, asked, error, pending, again } = useFound(query, groupsOfPalette, 4);
  const lines = useFoundItems(found).filter((line) => line.href !== undefined);
  if (!asked || (lines.length === 0 && !pending && error === undefined)) return { items: [], pending, error, again };
  const all: FoundItem = { id: 'search all', kind: 'contacts', group: w('title'),
    icon: <IconListSearch {...size} />, text: w('allResults', { q: query.trim() }), hint: '',
    run: () => { keepWords(query.trim()); navigate('/search'); } };
  return { items: [...lines, all], pending, error, again };
}
