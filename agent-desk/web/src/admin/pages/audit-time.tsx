/** The span of time of the audit trail: the last hour, day, week, everything, or from one moment to another. */
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { serverNow } from '../../kit/index.ts';
import css from '../parts/admin.module.css';
import { FilterSelect } from '../parts/list.tsx';
import { useWords } from '../use-words.ts';

export type Preset = 'all' | 'hour' | 'day' | 'week' | 'own';
export interface TimeRange { preset: Preset; from: string | null; to: string | null }

/** No narrowing. */
export const wholeTime: TimeRange = { preset: 'all', from: null, to: null };

const hourMs = 3_600_000;
const spansMs: Record<'hour' | 'day' | 'week', number> = { hour: hourMs, day: 24 * hourMs, week: 168 * hourMs };

function isoOf(local: string): string | null {
  const time = new Date(local);
  return local === '' || Number.isNaN(time.getTime()) ? null : time.toISOString();
}

function OwnRange({ onChange }: { onChange: (range: TimeRange) => void }) {
  const w = useWords();
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [start, end] = [isoOf(from), isoOf(to)];
  const wrong = start !== null && end !== null && start >= end;
  const tell = (nextFrom: string, nextTo: string): void => {
    const range = { preset: 'own' as const, from: isoOf(nextFrom), to: isoOf(nextTo) };
    if (range.from === null || range.to === null || range.from < range.to) onChange(range);
  };
  return (
    <>
      <TextInput type="datetime-local" className={css.filter} aria-label={w('audit.from')} value={from}
        onChange={(event) => { setFrom(event.currentTarget.value); tell(event.currentTarget.value, to); }} />
      <TextInput type="datetime-local" className={css.filter} aria-label={w('audit.to')} value={to}
        error={wrong ? w('invalid.dates') : undefined}
        onChange={(event) => { setTo(event.currentTarget.value); tell(from, event.currentTarget.value); }} />
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
