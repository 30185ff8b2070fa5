/** Naming a customer and correcting what is known of them; the version guards against two who write at once. */
import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ApiError } from '../api/client.ts';
import { Form, SelectField, TextAreaField, TextField } from '../kit/fields.tsx';
import { notifyDone, notifyError, notifyWarn } from '../kit/notify.ts';
import { Modal } from '../kit/over.tsx';
import { useT } from '../kit/words.ts';
import { zoneName } from '../kit/zone.ts';
import { indonesianZones } from '../lib/time.ts';
import { keys } from '../live/keys.ts';
import type { ContactView } from '../live/types.ts';
import css from './Side.module.css';

interface Draft { name: string; domicile: string; language: string | null; timeZone: string | null; email: string;
  notes: string }

function draftOf(contact: ContactView): Draft {
  return { name: contact.name ?? '', domicile: contact.domicile ?? '', language: contact.language,
    timeZone: contact.timeZone, email: '', notes: contact.notes ?? '' };
}

/** Only what differs; the masked e-mail is never sent back, a new one only if one was typed. */
function changeOf(contact: ContactView, draft: Draft): Record<string, string | null> {
  const change: Record<string, string | null> = {};
  for (const field of ['name', 'domicile', 'notes'] as const) {
    const value = draft[field].trim();
    if (value !== (contact[field] ?? '')) change[field] = value === '' ? null : value;
  }
  for (const field of ['language', 'timeZone'] as const) {
    if (draft[field] !== contact[field]) change[field] = draft[field];
  }
  if (draft.email.trim() !== '') change['email'] = draft.email.trim();
  return change;
}

function useSave(contact: ContactView, onClose: () => void) {
  const t = useT();
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const save = async (draft: Draft): Promise<void> => {
    const change = changeOf(contact, draft);
    if (Object.keys(change).length === 0) { onClose(); return; }
    setBusy(true);
    try {
      const saved = await api.patch<ContactView>(`/contacts/${contact.id}`, change, { version: contact.version });
      client.setQueryData<ContactView>(keys.contact(contact.id), saved);
      notifyDone(t('person.saved'));
      onClose();
    } catch (error) {
      if (error instanceof ApiError && error.code === 'VERSION_CONFLICT') {
        await client.invalidateQueries({ queryKey: keys.contact(contact.id) });
        notifyWarn(t('person.saveFailed'), t('person.changed'));
      } else {
        notifyError(t('person.saveFailed'), error);
      }
    } finally {
      setBusy(false);
    }
  };
  return { busy, save };
}

/** The dialog. What was typed stays when saving failed. */
export function ContactForm({ contact, onClose }: { contact: ContactView; onClose: () => void }) {
  const t = useT();
  const [draft, setDraft] = useState<Draft>(() => draftOf(contact));
  const { busy, save } = useSave(contact, onClose);
  const set = (part: Partial<Draft>): void => { setDraft((old) => ({ ...old, ...part })); };
  return (
    <Modal opened onClose={onClose} title={t('person.title')} closeButtonProps={{ 'aria-label': t('app.close') }}>
      <Form label={t('person.title')} onSubmit={() => { if (!busy) void save(draft); }}>
        <TextField label={t('person.name')} value={draft.name} maxLength={200} data-autofocus
          onChange={(name) => { set({ name }); }} />
        <TextField label={t('person.domicile')} value={draft.domicile} maxLength={200}
          onChange={(domicile) => { set({ domicile }); }} />
        <TextField type="email" label={t('person.email')} value={draft.email} maxLength={320}
          placeholder={contact.emailMasked ?? ''} description={contact.emailMasked === null ? undefined
            : t('person.emailKept')} onChange={(email) => { set({ email }); }} />
        <SelectField label={t('person.language')} value={draft.language} clearable
          onChange={(language) => { set({ language }); }}
          data={[{ value: 'id', label: t('person.id') }, { value: 'en', label: t('person.en') }]} />
        <SelectField label={t('person.zone')} value={draft.timeZone} clearable description={t('person.zoneHint')}
          onChange={(timeZone) => { set({ timeZone }); }}
          data={[...new Set([...indonesianZones, ...(contact.timeZone === null ? [] : [contact.timeZone])])]
            .map((zone) => ({ value: zone, label: zoneName(zone) }))} />
        <TextAreaField label={t('person.notes')} value={draft.notes} maxLength={4_000}
          onChange={(notes) => { set({ notes }); }} />
        <div className={css.dialogActions}>
          <Button variant="default" onClick={onClose}>{t('app.cancel')}</Button>
          <Button type="submit" loading={busy}>{t('app.save')}</Button>
        </div>
      </Form>
    </Modal>
  );
}
