/** Any other customer whom the user may see, found by name or number: for merging those that nothing suggests. */
import { useState } from 'react';
import { channelName } from '../inbox/ChannelIcon.tsx';
import { whoOf } from '../inbox/Row.tsx';
import { TextField } from '../kit/fields.tsx';
import { Modal } from '../kit/over.tsx';
import { Bdi } from '../kit/small.tsx';
import { useT } from '../kit/words.ts';
import { useFound, type FoundContact } from '../search/found.ts';
import css from './Side.module.css';

/** A customer as the dialogs name them: by name, and by where they write from, masked. */
export interface Person { id: string; name: string; places: string }

const groups = ['contacts'] as const;
const shown = 8;

function personOf(found: FoundContact): Person {
  const from = found.reportName === null ? '' : `${channelName(found.reportName)} `;
  return { id: found.id, name: whoOf({ contactName: found.name, handleMasked: found.handleMasked }),
    places: [`${from}${found.handleMasked}`, found.domicile ?? ''].filter((part) => part !== '').join(' · ') };
}

function Search({ not, onTake }: { not: string; onTake: (person: Person) => void }) {
  const t = useT();
  const [typed, setTyped] = useState('');
  const { found, asked, error, pending, again } = useFound(typed, groups, shown + 1);
  const people = (found?.contacts?.items ?? []).filter((each) => each.id !== not).map(personOf);
  const more = found?.contacts?.more === true || people.length > shown;
  const status = !asked ? t('person.findHint') : error !== undefined ? ''
    : people.length > 0 ? more ? t('person.findMore') : '' : pending ? t('app.loading') : t('person.findNone');
  return (
    <>
      <TextField label={t('person.findField')} value={typed} onChange={setTyped} maxLength={100} data-autofocus />
      <div className={css.found}>
        {error === undefined ? null : <p className="meta" role="alert">{t('person.findFailed')} <button type="button"
          className={css.link} onClick={again}>{t('app.retry')}</button></p>}
        {error === undefined ? people.slice(0, shown).map((person) => (
          <button key={person.id} type="button" className={css.foundPerson}
            aria-label={`${person.name}, ${person.places}`} onClick={() => { onTake(person); }}>
            <strong><Bdi>{person.name}</Bdi></strong>
            <span className="meta"><Bdi>{person.places}</Bdi></span>
          </button>
        )) : null}
        <p className="meta" role="status">{status}</p>
      </div>
    </>
  );
}

interface Props { not: string; opened: boolean; onTake: (person: Person) => void; onClose: () => void }

/** The dialog, there while closed as well, so that it gives the focus back; `not` is the customer before us. */
export function FindPerson({ not, opened, onTake, onClose }: Props) {
  const t = useT();
  return (
    <Modal opened={opened} onClose={onClose} title={t('person.findTitle')}
      closeButtonProps={{ 'aria-label': t('app.close') }}>
      <Search not={not} onTake={onTake} />
    </Modal>
  );
}
