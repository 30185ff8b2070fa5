/** Legal holds: whose data neither a run nor an erasure may touch, why, and since when. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import { api, ConfirmButton, DataTable, dayTime, notifyDone, notifyError, serverNow, tableOf, TextAreaField, useCan,
  useLocale } from '../../kit/index.ts';
import { useRefresh } from '../data.ts';
import css from '../parts/admin.module.css';
import { ContactPicker } from '../parts/contact-picker.tsx';
import { EditorDrawer, FormSection } from '../parts/editor.tsx';
import { NameCell, useAdminList } from '../parts/list.tsx';
import { StateWord } from '../parts/state-word.tsx';
import { useEditor } from '../use-editor.ts';
import { useWords, wordOr } from '../use-words.ts';

interface Hold { id: string; contactId: string; contactName: string | null; reason: string; placedByName: string;
  placedAt: string; releasedByName: string | null; releasedAt: string | null }
interface Draft { contactId: string; reason: string }

const reasonCharsMin = 3;

function HoldForm({ onClose }: { onClose: () => void }) {
  const w = useWords();
  const refresh = useRefresh();
  const editor = useEditor<never, Draft, Hold>({
    record: undefined, draftOf: () => ({ contactId: '', reason: '' }),
    check: (draft) => ({ contactId: draft.contactId === '' ? w('invalid.required') : undefined,
      reason: draft.reason.trim().length < reasonCharsMin ? w('invalid.tooShort', { min: reasonCharsMin })
        : undefined }),
    create: (draft) => api.post('/legal-holds', { contactId: draft.contactId, reason: draft.reason.trim() }),
    onSaved: () => { notifyDone(w('retention.placed')); refresh(); onClose(); },
  }, w('invalid.server'));
  const { draft, errors, set } = editor;
  return (
    <EditorDrawer title={w('retention.hold')} editor={editor} onClose={onClose}>
      <FormSection hint={w('retention.holdHint')}>
        <ContactPicker label={w('retention.customer')} value={draft.contactId} error={errors.contactId}
          onChange={(value) => { set('contactId', value); }} />
        <TextAreaField label={w('retention.why')} description={w('retention.whyHint')} value={draft.reason} required
          maxLength={500} error={errors.reason} onChange={(value) => { set('reason', value); }} />
      </FormSection>
    </EditorDrawer>
  );
}

/** The list of holds with a way to place one; placing needs the right to see customers. */
export function Holds() {
  const w = useWords();
  const locale = useLocale();
  const refresh = useRefresh();
  const maySee = useCan('contact.read');
  const [adding, setAdding] = useState(false);
  const query = useAdminList<Hold>('legal-holds', '/legal-holds', {});
  const time = (iso: string): string => dayTime(iso, serverNow(), { locale });
  const release = (hold: Hold) => async (): Promise<void> => {
    try {
      await api.post(`/legal-holds/${hold.id}/release`);
      notifyDone(w('retention.released'));
    } catch (error) {
      notifyError(w('retention.release'), error);
    }
    refresh();
  };
  return (
    <section aria-label={w('retention.holds')}>
      <div className={css.headRow}>
        <h2 className={css.sectionTitle}>{w('retention.holds')}</h2>
        {maySee ? <Button variant="default" onClick={() => { setAdding(true); }}>{w('retention.hold')}</Button> : null}
      </div>
      <DataTable label={w('retention.holds')} {...tableOf(query)} rowKey={(hold) => hold.id}
        empty={<div className={`${css.pane} ${css.padded}`}><p>{w('retention.noHolds')}</p>
          <p className="meta">{maySee ? w('retention.noHoldsHint')
            : w('common.onlyWith', { permission: wordOr(w, 'perm.contact.read.0', 'contact.read') })}</p></div>}
        columns={[
          { key: 'who', header: w('retention.customer'), cell: (hold) => <NameCell sub={hold.reason}
            name={<bdi>{hold.contactName ?? w('subjectData.hidden', { end: hold.contactId.slice(-6) })}</bdi>} /> },
          { key: 'by', header: w('retention.by'), width: 180, cell: (hold) => <NameCell name={hold.placedByName}
            sub={time(hold.placedAt)} /> },
          { key: 'state', header: w('common.status'), width: 150, cell: (hold) => (hold.releasedAt === null
            ? <StateWord tone="warn">{w('retention.active')}</StateWord>
            : <NameCell name={<StateWord tone="off">{w('retention.over')}</StateWord>}
              sub={time(hold.releasedAt)} />) },
          { key: 'act', header: w('common.actions'), width: 110, cell: (hold) => (hold.releasedAt !== null ? null
            : <ConfirmButton title={w('retention.releaseAsk')} text={w('retention.releaseHint')}
              confirm={w('retention.release')} onConfirm={release(hold)}>{w('retention.release')}</ConfirmButton>) },
        ]} />
      {adding ? <HoldForm onClose={() => { setAdding(false); }} /> : null}
    </section>
  );
}
