/**
 * A line of the inbox: 70 px, three lines (compact: two); read by time, then by name. Scrolling draws hundreds of them
 * a second: its parts are plain elements made by plain functions, and nothing in it listens by itself.
 */
import { IconAlertTriangle, IconArrowUpRight, IconCheck, IconChecks, IconClock, IconDoorExit, IconExclamationCircle,
  IconLock } from '@tabler/icons-react';
import { memo, type ReactNode } from 'react';
import { codeWord, useLocale, useT } from '../kit/words.ts';
import { visitorTag } from '../lib/people.ts';
import { ringOf } from '../lib/ring.ts';
import { dayTime, listTime, type Locale } from '../lib/time.ts';
import type { InteractionView } from '../live/types.ts';
import { useDensity, useTextSize } from '../shell/prefs.ts';
import { ChannelIcon, channelName } from './ChannelIcon.tsx';
import css from './Inbox.module.css';
import { Ring } from './Ring.tsx';

/** The height of a row in px at the design's own text size: with its third line, and without. */
const heights = { roomy: 70, compact: 52 } as const;

/** The height of a row in px as this person wants it, for the virtual list. */
export function useRowHeight(): number {
  const [density] = useDensity();
  const [textSize] = useTextSize();
  return Math.round(heights[density] * textSize / 100);
}

/** The name as it may be shown: the contact's, else the masked phone or address, else "Pengunjung" with a tag. */
export function whoOf(row: Pick<InteractionView, 'contactName' | 'handleMasked'>): string {
  if (row.contactName !== null) return row.contactName;
  const tag = row.handleMasked === '' ? undefined : visitorTag(row.handleMasked);
  if (tag === undefined) return row.handleMasked === '' ? codeWord('side', 'noName') : row.handleMasked;
  return tag === '' ? codeWord('work', 'visitor') : codeWord('work', 'visitorTag', { tag });
}

type T = ReturnType<typeof useT>;

function preview(row: InteractionView, mine: boolean, t: T): ReactNode {
  if (row.masked) return <span className="word"><IconLock size={14} stroke={2} aria-hidden="true" />{t('inbox.hidden')}
    </span>;
  if (row.lastText === null || row.lastText === '')
    return row.lastMessageAt === null ? t('inbox.noText') : t('inbox.file');
  const text = row.lastText.replaceAll(/\s+/g, ' ');
  if (row.lastDirection === 'OUT')
    // Before the first answer it was the automatic one that spoke.
    return <>{t(mine && row.answeredAt !== null ? 'inbox.you' : 'inbox.us', { text: '' })}<bdi>{text}</bdi></>;
  if (row.lastDirection === 'NOTE') return <>{t('inbox.note', { text: '' })}<bdi>{text}</bdi></>;
  if (row.lastDirection === 'SYSTEM') return codeWord('system', text, { name: row.agentName ?? '' });
  return <bdi>{text}</bdi>;
}

function lateWord(minutes: number, t: T): ReactNode {
  return (
    <span className="word bad">
      <IconAlertTriangle size={14} stroke={2} aria-hidden="true" />
      {minutes >= 60 ? t('inbox.lateHours', { n: Math.floor(minutes / 60) }) : t('inbox.late', { n: minutes })}
    </span>
  );
}

/** The sign of a status, as the message itself bears it. */
function tickOf(status: NonNullable<InteractionView['lastStatus']>): typeof IconCheck {
  if (status === 'queued' || status === 'sending') return IconClock;
  return status === 'delivered' || status === 'read' || status === 'played' ? IconChecks : IconCheck;
}

/** What stands at the end of the third line: the most urgent fact, as sign and word. `mine` hides the owner. */
function fact(row: InteractionView, now: number, mine: boolean, t: T, locale: Locale): ReactNode {
  if (row.lastDirection === 'OUT' && row.lastStatus === 'failed') {
    return <span className="word bad"><IconExclamationCircle size={14} stroke={2} aria-hidden="true" />
      {t('status.failed')}</span>;
  }
  if (row.clock !== null) {
    const ring = ringOf(row.clock, now, 'j');
    if (ring.tone === 'late') return lateWord(ring.minutes, t);
    if (ring.tone === 'warn')
      return <span className="word warn"><IconClock size={14} stroke={2} aria-hidden="true" />
      {t('inbox.left', { n: ring.minutes })}</span>;
  }
  if (row.snoozedUntil !== null) return <span className="word">{dayTime(row.snoozedUntil, now, { locale })}</span>;
  if (row.state === 'ESCALATED_T2')
    return <span className="word"><IconArrowUpRight size={14} stroke={2} aria-hidden="true" />{t('state.ESCALATED_T2')}
    </span>;
  if (row.state === 'CLOSED' || row.state === 'OOT_COMPLETE' || row.state === 'DOCUMENTED') {
    return <span className="word"><IconCheck size={14} stroke={2} aria-hidden="true" />{t(`state.${row.state}`)}</span>;
  }
  if (row.customerEndedAt !== null)
    return <span className="word"><IconDoorExit size={14} stroke={2} aria-hidden="true" />{t('clock.ended')}</span>;
  if (row.lastDirection === 'OUT' && row.lastStatus !== null) {
    const Tick = tickOf(row.lastStatus);
    const word = t(`status.${row.lastStatus}`);
    return <span className="word"><Tick size={14} stroke={2} aria-hidden="true" />{word}</span>;
  }
  return row.agentName !== null && !mine && row.state !== 'QUEUED'
    ? <span className={css.owner}>{row.agentName}</span> : null;
}

/** What must be seen even where the third line is dropped. */
function urgent(row: InteractionView, now: number): boolean {
  return (row.lastDirection === 'OUT' && row.lastStatus === 'failed')
    || (row.clock !== null && ringOf(row.clock, now, 'j').tone !== 'calm');
}

interface RowProps {
  row: InteractionView; now: number; selected: boolean; active: boolean; mine: boolean; id: string; top: number;
  height: number;
  /** Its number in the list, and how many there are: -1 while that is not known. */
  place: number; of: number;
  /** While rows are being chosen: whether this one is. */
  picked?: boolean | undefined;
  /** Two lines instead of three: the third line's fact stands in the first where it is urgent. */
  compact?: boolean | undefined;
}

/** Memoised: only rows that changed are drawn again; the list hears clicks and keys. `mine` hides the owner. */
export const Row = memo(function Row({ row, now, selected, active, mine, id, top,
  height, place, of, picked, compact = false }: RowProps) {
  const t = useT();
  const locale = useLocale();
  const time = row.state === 'QUEUED' ? row.waitingSince ?? row.dateOrigin : row.lastMessageAt ?? row.dateOrigin;
  const who = whoOf(row);
  return (
    <div role="option" id={id} tabIndex={-1} data-letters="free" aria-selected={picked ?? selected}
      aria-posinset={place} aria-setsize={of}
      className={css.row} data-row={row.id}
      data-active={active || undefined} data-unread={row.unreadCount > 0 || undefined}
      style={{ height, top }}>
      {picked === undefined ? <Ring row={row} now={now} />
        : <span className={css.pick} aria-hidden="true"><span data-on={picked || undefined}>
          {picked ? <IconCheck size={14} stroke={2.5} /> : null}</span></span>}
      <div className={css.lines}>
        <div className={css.line}>
          <span className={`ellipsis ${css.name}`} title={who}><bdi>{who}</bdi></span>
          {row.tier === 2 ? <span className="badge">Tier 2</span> : null}
          {compact && urgent(row, now) ? <span className={css.time}>{fact(row, now, false, t, locale)}</span>
            : <time className={`num ${css.time}`} dateTime={time}>{listTime(time, now, { locale })}</time>}
        </div>
        <div className={css.line}>
          <span className={`ellipsis ${css.preview}`}>{preview(row, mine, t)}</span>
          {row.unreadCount > 0
            ? <span className="count" aria-label={t('inbox.unread', { n: row.unreadCount })}>
            {row.unreadCount > 99 ? '99+' : row.unreadCount}</span> : null}
        </div>
        <div className={css.line}>
          <span className={`ellipsis ${css.channel}`}>
            <ChannelIcon channel={row.channel} medium={row.medium} />
            {channelName(row.reportName)} · {row.categoryCode === null ? t('inbox.noCategory')
              : codeWord('category', row.categoryCode)}
          </span>
          <span className={css.fact}>{fact(row, now, mine, t, locale)}</span>
        </div>
      </div>
    </div>
  );
});
