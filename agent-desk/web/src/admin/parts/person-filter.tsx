/** Narrowing a list to one person, found by name or NPK. */
import { foundOr, SelectField } from '../../kit/index.ts';
import type { PersonOption } from '../data.ts';
import { useWords } from '../use-words.ts';
import css from './admin.module.css';

/** Nothing where this user may not see people. */
export function PersonFilter({ people, value, onChange }: {
  people: PersonOption[]; value: string | null; onChange: (value: string | null) => void;
}) {
  const w = useWords();
  if (people.length === 0) return null;
  return (
    <SelectField className={css.filter} aria-label={w('audit.actorId')} placeholder={w('audit.actorId')} value={value}
      data={people} searchable clearable
      limit={50} allowDeselect filter={foundOr(w('queues.noneFound'))}
      clearButtonProps={{ 'aria-label': w('common.clearFilters') }}
      onChange={onChange} />
  );
}
