/** What every list of places shares: the word for active or not, and the filter by it. */
import { CheckField } from '../../kit/index.ts';
import { useWords } from '../use-words.ts';
import { FilterSelect } from './list.tsx';
import { StateWord } from './state-word.tsx';

/** "Aktif" or "Nonaktif" with its icon. */
export function ActiveWord({ active }: { active: boolean }) {
  const w = useWords();
  return <StateWord tone={active ? 'ok' : 'off'}>{w(active ? 'common.active' : 'common.inactive')}</StateWord>;
}

/** Narrows a list to those active, or to the others. */
export function ActiveFilter({ value, onChange }: { value: string | null; onChange: (value: string | null) => void }) {
  const w = useWords();
  return (
    <FilterSelect label={w('common.status')} all={w('common.anyStatus')} value={value} onChange={onChange}
      data={[{ value: 'true', label: w('common.active') }, { value: 'false', label: w('common.inactive') }]} />
  );
}

/** The tick of a record that exists already; a new one is active anyway. */
export function ActiveField({ label, hint, isNew, value, error, onChange }: {
  label: string; hint?: string; isNew: boolean; value: boolean; error?: string | undefined;
  onChange: (value: boolean) => void;
}) {
  if (isNew) return null;
  return <CheckField label={label} description={hint} value={value} error={error} onChange={onChange} />;
}
