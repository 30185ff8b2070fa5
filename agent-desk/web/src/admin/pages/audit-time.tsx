/** The span of time of the audit trail: the last hour, day, week, everything, or from one moment to another. */
import { useState } from 'react';
import { serverNow, TextField } from '../../kit/index.ts';
import { dayKey } from '../../lib/time.ts';
import { useZone } from '../../shell/useZone.ts';
import { dayTimeIn, sayDay } from '../hours.ts';
import css from '../parts/admin.module.css';
import { FilterSelect } from '../parts/list.tsx';
import { useWords } from '../use-words.ts';

export type Preset = 'all' | 'hour' | 'day' | 'week' | 'own';
export interface TimeRange { preset: Preset; from: string | null; to: string | null }

/** No narrowing. */
export const wholeTime: TimeRange = { preset: 'all', from: null, to: null };

const hourMs = 3_600_000;
const spansMs: Record<'hour' | 'day' | 'week', number> = { hour: hourMs, day: 24 * hourMs, week: 168 * hourMs };

function OwnRange({ onChange }: { onChange: (range: TimeRange) => void }) {
  const w = useWords();
  const zone = useZone();
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [start, end] = [dayTimeIn(from, zone, 'first'), dayTimeIn(to, zone, 'last')];
  const wrongFrom = from !== '' && start === undefined;
  const wrongTo = to !== '' && end === undefined;
  const order = start !== undefined && end !== undefined && start >= end;
  const tell = (nextFrom: string, nextTo: string): void => {
    const [first, last] = [dayTimeIn(nextFrom, zone, 'first'), dayTimeIn(nextTo, zone, 'last')];
    const unread = (nextFrom !== '' && first === undefined) || (nextTo !== '' && last === undefined);
    if (unread || (first !== undefined && last !== undefined && first >= last)) return;
    onChange({ preset: 'own', from: first ?? null, to: last ?? null });
  };
  const hint = `${sayDay(dayKey(serverNow(), { zone, locale: 'id' }))} 08.00`;
  return (
    <>
      <TextField className={css.filter} label={w('audit.from')} placeholder={hint} value={from} maxLength={16}
        error={wrongFrom ? w('audit.wrongTime') : undefined}
        onChange={(value) => { setFrom(value); tell(value, to); }} />
      <TextField className={css.filter} label={w('audit.to')} placeholder={hint} value={to} maxLength={16}
        error={wrongTo ? w('audit.wrongTime') : order ? w('invalid.dates') : undefined}
        onChange={(value) => { setTo(value); tell(from, value); }} />
    </>
  );
}

/** A choice of spans; "choose" opens two fields. The moment is fixed when it is chosen, so that paging stands still. */
export function AuditTime({ value, onChange }: { value: TimeRange; onChange: (range: TimeRange) => void }) {
  const w = useWords();
  const choose = (preset: string | null): void => {
    if (preset === 'hour' || preset === 'day' || preset === 'week') {
      onChange({ preset, from: new Date(serverNow() - spansMs[preset]).toISOString(), to: null });
    } else {
      onChange(preset === 'own' ? { preset: 'own', from: null, to: null } : wholeTime);
    }
  };
  return (
    <>
      <FilterSelect label={w('audit.range')} all={w('audit.ranges.all')}
        value={value.preset === 'all' ? null : value.preset} onChange={choose}
        data={(['hour', 'day', 'week', 'own'] as const).map((preset) =>
          ({ value: preset, label: w(`audit.ranges.${preset}`) }))} />
      {value.preset === 'own' ? <OwnRange onChange={onChange} /> : null}
    </>
  );
}
