/** Choosing many people: one searched for and added at a time, those chosen listed with a way to take each off. */
import { ActionIcon } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { foundOr, SelectField } from '../../kit/index.ts';
import type { PersonOption } from '../data.ts';
import { useWords } from '../use-words.ts';
import css from './admin.module.css';

interface MembersProps {
  label: string;
  value: string[];
  people: PersonOption[];
  onChange: (value: string[]) => void;
  disabled: boolean;
}

/** The list of members; its count stands in the label. */
export function MembersField({ label, value, people, onChange, disabled }: MembersProps) {
  const w = useWords();
  const [search, setSearch] = useState('');
  const names = useMemo(() => new Map(people.map((person) => [person.value, person.label])), [people]);
  const free = people.filter((person) => !value.includes(person.value));
  const chosen = value.map((id) => ({ id, label: names.get(id) ?? id })).toSorted((a, b) =>
    a.label.localeCompare(b.label));
  return (
    <div className={css.section}>
      {disabled ? null : (
        <SelectField label={`${label} (${value.length})`} placeholder={w('queues.addMember')}
          description={w('queues.memberHint')} searchable limit={50}
          value={null} data={free} searchValue={search} onSearchChange={setSearch}
          filter={foundOr(w('queues.noneFound'))}
          onChange={(id) => { if (id !== null) { onChange([...value, id]); setSearch(''); } }} />
      )}
      {chosen.length === 0 ? <p className={css.help}>{w('queues.noMembers')}</p> : (
        // Where nothing can be changed nothing in the list takes the focus: it is shown whole instead of scrolling.
        <ul className={css.rows} aria-label={label} tabIndex={0} style={disabled ? { maxHeight: 'none' } : undefined}>
          {chosen.map((member) => (
            <li key={member.id}>
              <span className="grow ellipsis" title={member.label}>{member.label}</span>
              {disabled ? null : (
                <ActionIcon variant="subtle" color="gray" aria-label={w('queues.removeMember', { name: member.label })}
                  title={w('queues.removeMember', { name: member.label })}
                  onClick={() => { onChange(value.filter((id) => id !== member.id)); }}>
                  <IconX size={16} stroke={1.75} />
                </ActionIcon>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
