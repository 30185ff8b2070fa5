/** Finding a customer by name or number, for what is written down about one. */
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { allOr, api, SelectField } from '../../kit/index.ts';
import { useWords } from '../use-words.ts';

interface Found { id: string; name: string | null; handleMasked: string }

const wordsMin = 2;

interface PickerProps { label: string; value: string; onChange: (contactId: string) => void;
  error?: string | undefined }

/**
 * A field that searches while one types; '' while nobody is chosen. The words go in the body, never in an address, and
 * leave the memory after a minute.
 */
export function ContactPicker({ label, value, onChange, error }: PickerProps) {
  const w = useWords();
  const [words, setWords] = useState('');
  const [chosen, setChosen] = useState<Found>();
  const [settled] = useDebouncedValue(words.trim().slice(0, 100), 300);
  const query = useQuery({
    queryKey: ['admin', 'contacts', 'find', settled], enabled: settled.length >= wordsMin,
    placeholderData: keepPreviousData, gcTime: 60_000,
    queryFn: ({ signal }) => api.post<{ contacts?: { items: Found[] } }>('/search',
      { q: settled, groups: ['contacts'], limit: 20 }, { signal }),
  });
  const found = query.data?.contacts?.items ?? [];
  const all = chosen === undefined || found.some((each) => each.id === chosen.id) ? found : [chosen, ...found];
  return (
    <SelectField label={label} description={w('optOuts.contactHint')} searchable required data-autofocus
      value={value === '' ? null : value} error={error} searchValue={words} onSearchChange={setWords}
      data={all.map((each) => ({ value: each.id,
        label: `${each.name ?? w('optOuts.unnamed')} (${each.handleMasked})` }))}
      // The server has searched already, also in what is masked here.
      filter={allOr(words.trim().length < wordsMin ? w('invalid.tooShort', { min: wordsMin }) : w('common.noMatch'))}
      onChange={(id) => { setChosen(all.find((each) => each.id === id)); onChange(id ?? ''); }} />
  );
}
