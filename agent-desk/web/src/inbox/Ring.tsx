/** The ring of time left before a row; a dashed circle with the reason's sign where no clock runs. */
import {
  IconAlarm, IconCheck, IconChecks, IconDoorExit, IconHourglassEmpty, IconMessage, IconMessageX,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { useLocale, useT } from '../kit/words.ts';
import { ringOf } from '../lib/ring.ts';
import type { InteractionView } from '../live/types.ts';
import css from './Ring.module.css';

type IconType = ComponentType<{ size?: number; stroke?: number; 'aria-hidden'?: 'true' }>;
export type RingRow = Pick<InteractionView, 'clock' | 'state' | 'snoozedUntil' | 'lastStatus' | 'customerEndedAt'
  | 'answeredAt' | 'lastDirection'>;

type Standing = 'snoozed' | 'tier2' | 'answered' | 'ended' | 'closedRing' | 'failed' | 'untimed';

function standing(row: RingRow): { Icon: IconType; word: Standing } {
  if (row.state === 'CLOSED' || row.state === 'OOT_COMPLETE' || row.state === 'DOCUMENTED')
    return { Icon: IconCheck, word: 'closedRing' };
  if (row.snoozedUntil !== null) return { Icon: IconAlarm, word: 'snoozed' };
  if (row.state === 'ESCALATED_T2') return { Icon: IconHourglassEmpty, word: 'tier2' };
  if (row.customerEndedAt !== null) return { Icon: IconDoorExit, word: 'ended' };
  if (row.lastStatus === 'failed' && row.lastDirection === 'OUT') return { Icon: IconMessageX, word: 'failed' };
  // Where the category has no target no clock runs, though the customer waits.
  if (row.answeredAt === null || row.lastDirection === 'IN') return { Icon: IconMessage, word: 'untimed' };
  return { Icon: IconChecks, word: 'answered' };
}

/** 28 px. The meaning is said to screen readers in words. */
export function Ring({ row, now, size = 28 }: { row: RingRow; now: number; size?: 28 | 22 }) {
  const t = useT();
  const locale = useLocale();
  const stroke = size === 28 ? 2.5 : 2;
  const radius = (size - stroke) / 2;
  if (row.clock === null) {
    const { Icon, word } = standing(row);
    return (
      <span className={css.ring} style={{ height: size, width: size }} data-tone="none" role="img"
        aria-label={t(`clock.${word}`)} title={t(`clock.${word}`)}>
        <Icon size={14} stroke={2} aria-hidden="true" />
      </span>
    );
  }
  const ring = ringOf(row.clock, now, locale === 'id' ? 'j' : 'h');
  const around = 2 * Math.PI * radius;
  const said = `${t(row.clock.kind === 'FIRST' ? 'clock.first' : 'clock.next')}: ${t(ring.tone === 'late'
    ? 'clock.late' : 'clock.left', { n: ring.minutes })}`;
  return (
    <span className={css.ring} style={{ height: size, width: size }} data-tone={ring.tone} role="img"
      aria-label={said} title={said}>
      <svg width={size} height={size} aria-hidden="true">
        <circle cx={size / 2} cy={size / 2} r={radius} strokeWidth={stroke} className={css.track} />
        <circle cx={size / 2} cy={size / 2} r={radius} strokeWidth={stroke} className={css.arc}
          transform={`rotate(-90 ${size / 2} ${size / 2})`}
          strokeDasharray={around} strokeDashoffset={-around * (1 - ring.part)} />
      </svg>
      <span className="num" aria-hidden="true">{ring.label}</span>
    </span>
  );
}
