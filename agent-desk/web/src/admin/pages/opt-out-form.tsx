/** Registering an opt-out: find the customer, choose the number or account, the purpose and the reason. */
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, codeWord, notifyDone, type Page, SelectField, TextAreaField } from '../../kit/index.ts';
import { useRefresh } from '../data.ts';
import { EditorDrawer, FormSection } from '../parts/editor.tsx';
import { allOr } from '../parts/found.ts';
import { pathWith } from '../parts/list.tsx';
import { optOutPurposes, type OptOutRecord } from '../types.ts';
import { type Editor, useEditor } from '../use-editor.ts';
import { useWords } from '../use-words.ts';

interface ContactPoint { id: string; channel: string; handleMasked: string }
interface FoundContact { id: string; name: string | null; points: ContactPoint[] }
interface OptOutDraft { contactId: string; contactPointId: string; purpose: OptOutRecord['purpose']; reason: string }

const reasonChars = { min: 3, max: 500 };
const wordsMin = 2;

function useContacts(words: string): FoundContact[] {
  const [settled] = useDebouncedValue(words.trim(), 300);
  const query = useQuery({
    queryKey: ['admin', 'contacts', 'find', settled], enabled: settled.length >= wordsMin,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      api.get<Page<FoundContact>>(pathWith('/contacts', { q: settled, limit: '20' }), { signal }),
  });
  return query.data?.items ?? [];
}

function pointName(point: ContactPoint): string {
  return `${point.handleMasked} · ${codeWord('channel', point.channel.toUpperCase().replaceAll('-', '_'))}`;
}

function Whom({ editor }: { editor: Editor<OptOutDraft> }) {
  const w = useWords();
  const [words, setWords] = useState('');
  const [chosen, setChosen] = useState<FoundContact>();
  const { draft, errors, set } = editor;
  const found = useContacts(words);
  const all = chosen === undefined || found.some((contact) => contact.id === chosen.id) ? found : [chosen, ...found];
  const contactName = (contact: FoundContact): string =>
    `${contact.name ?? w('optOuts.unnamed')} (${contact.points[0]?.handleMasked ?? ''})`;
  const choose = (contactId: string | null): void => {
    const contact = all.find((each) => each.id === contactId);
    setChosen(contact);
    set('contactId', contact?.id ?? '');
    set('contactPointId', contact?.points.length === 1 ? contact.points[0]?.id ?? '' : '');
  };
  return (
    <FormSection>
      <SelectField label={w('optOuts.find')} description={w('optOuts.contactHint')} searchable
        value={draft.contactId === '' ? null : draft.contactId}
        data={all.map((contact) => ({ value: contact.id, label: contactName(contact) }))} searchValue={words}
        onSearchChange={setWords} required data-autofocus
        // The server has searched already, also in what is masked here.
        filter={allOr(words.trim().length < wordsMin ? w('invalid.tooShort', { min: wordsMin }) : w('common.noMatch'))}
        onChange={choose} error={errors.contactId} />
      <SelectField label={w('optOuts.handle')} description={w('optOuts.pointHint')}
        value={draft.contactPointId === '' ? null : draft.contactPointId}
        data={(chosen?.points ?? []).map((point) => ({ value: point.id, label: pointName(point) }))}
        disabled={chosen === undefined} required
        onChange={(id) => { set('contactPointId', id ?? ''); }} error={errors.contactPointId} />
    </FormSection>
  );
}

/** The drawer that registers one. */
export function OptOutForm({ onClose }: { onClose: () => void }) {
  const w = useWords();
  const refresh = useRefresh();
  const editor = useEditor<never, OptOutDraft, OptOutRecord>({
    record: undefined, draftOf: () => ({ contactId: '', contactPointId: '', purpose: 'ALL', reason: '' }),
    check: (draft) => ({
      contactId: draft.contactId === '' ? w('invalid.required') : undefined,
      contactPointId: draft.contactPointId === '' ? w('invalid.required') : undefined,
      reason: draft.reason.trim().length < reasonChars.min ? w('invalid.tooShort', { min: reasonChars.min })
        : draft.reason.trim().length > reasonChars.max ? w('invalid.tooLong', { max: reasonChars.max }) : undefined,
    }),
    create: ({ contactId: _contact, ...draft }, idempotencyKey) =>
      api.post('/opt-outs', { ...draft, reason: draft.reason.trim() }, { idempotencyKey }),
    onSaved: () => { notifyDone(w('optOuts.added')); refresh(); onClose(); },
  }, w('invalid.server'));
  const { draft, errors, set } = editor;
  return (
    <EditorDrawer title={w('optOuts.add')} editor={editor} onClose={onClose}>
      <Whom editor={editor} />
      <FormSection>
        <SelectField label={w('optOuts.purpose')} value={draft.purpose} required
          data={optOutPurposes.map((each) => ({ value: each, label: w(`optOuts.purposes.${each}`) }))}
          onChange={(purpose) => { set('purpose', (purpose ?? 'ALL') as OptOutDraft['purpose']); }}
          error={errors.purpose} />
        <TextAreaField label={w('optOuts.reason')} description={w('optOuts.reasonHint')} value={draft.reason} required
          error={errors.reason}
          onChange={(reason) => { set('reason', reason); }} />
      </FormSection>
    </EditorDrawer>
  );
}
