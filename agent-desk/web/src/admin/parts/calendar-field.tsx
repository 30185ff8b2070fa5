/** Choosing the opening hours of a place, and how they read in a list. */
import { useQuery } from '@tanstack/react-query';
import { api, dayTime, SelectField, serverNow, useLocale } from '../../kit/index.ts';
import { optionsOf, useCalendars } from '../data.ts';
import type { OpeningRecord } from '../types.ts';
import { useWords } from '../use-words.ts';
import { StateWord } from './state-word.tsx';

/** The calendar of a place; `none` says what holds without one. */
export function CalendarField({ value, none, error, onChange }: {
  value: string | null; none: string; error?: string | undefined; onChange: (value: string | null) => void;
}) {
  const w = useWords();
  const calendars = useCalendars();
  return (
    <SelectField label={w('calendars.calendar')} value={value ?? ''} error={error}
      data={[{ value: '', label: none },
        ...optionsOf(calendars.filter((each) => each.active || each.id === value))]}
      onChange={(chosen) => { onChange(chosen === '' ? null : chosen); }} />
  );
}

/** Who is open now, asked anew each minute while it is looked at; undefined until it is known. */
export function useOpenings(): OpeningRecord[] | undefined {
  const query = useQuery({
    queryKey: ['admin', 'openings', 'all'], refetchInterval: 60_000, staleTime: 30_000,
    queryFn: ({ signal }) => api.get<{ items: OpeningRecord[] }>('/opening-hours', { signal }),
  });
  return query.data?.items;
}

/** "Buka sampai 17.00", "Tutup, buka lagi 08.00"; always open where there are no hours, nothing while unknown. */
export function OpenWord({ openings, id }: { openings: OpeningRecord[] | undefined; id: string }) {
  const w = useWords();
  const locale = useLocale();
  const opening = openings?.find((each) => each.id === id);
  if (openings === undefined) return null;
  if (opening === undefined) return <span className="meta">{w('calendars.always')}</span>;
  const time = opening.until === null ? null : dayTime(opening.until, serverNow(), { locale });
  const word = time === null ? w(opening.open ? 'calendars.open' : 'calendars.shut')
    : w(opening.open ? 'calendars.openUntil' : 'calendars.shutUntil', { time });
  return <StateWord tone={opening.open ? 'ok' : 'off'}>{word}</StateWord>;
}
