/** Who may be the same person as this customer, and what was merged into them; shown to those who may change both. */
import { Button, Modal } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { channelName } from '../inbox/ChannelIcon.tsx';
import { notifyDone, notifyError } from '../kit/notify.ts';
import { Bdi } from '../kit/small.tsx';
import { codeWord, useLocale, useT } from '../kit/words.ts';
import { serverNow } from '../lib/now.ts';
import { visitorTag } from '../lib/people.ts';
import { dayTime } from '../lib/time.ts';
import { keys } from '../live/keys.ts';
import type { ContactView } from '../live/types.ts';
import css from './Side.module.css';

interface Found {
  items: { contact: ContactView; because: string[] }[];
  merges: { id: string; mergedAt: string; mergedByName: string }[];
}
type Asked = { kind: 'merge'; other: ContactView } | { kind: 'unmerge'; id: string };

/** The name of a contact, or what they are called without one. */
export function personName(contact: Pick<ContactView, 'name' | 'points'>): string {
  if (contact.name !== null) return contact.name;
  const [point] = contact.points;
  const handle = point?.phoneMasked ?? point?.handleMasked ?? '';
  const tag = visitorTag(handle);
  if (tag === undefined) return handle === '' ? codeWord('side', 'noName') : handle;
  return tag === '' ? codeWord('work', 'visitor') : codeWord('work', 'visitorTag', { tag });
}

function points(contact: ContactView): string {
  return contact.points.slice(0, 3).map((point) =>
    `${channelName(point.channel.toUpperCase().replaceAll('-', '_'))} ${point.phoneMasked ?? point.handleMasked}`)
    .join(' · ');
}

function useMerging(contact: ContactView) {
  const t = useT();
  const client = useQueryClient();
  const after = async (done: string, failed: string, act: () => Promise<unknown>): Promise<boolean> => {
    try {
      await act();
      notifyDone(done);
      return true;
    } catch (error) {
      notifyError(failed, error);
      return false;
    } finally {
      for (const queryKey of [keys.contacts, keys.interactions, keys.lists]) {
        void client.invalidateQueries({ queryKey });
      }
    }
  };
  const path = `/contacts/${contact.id}`;
  return {
    merge: (otherId: string) => after(t('person.merged'), t('person.mergeFailed'),
      () => api.post(`${path}/merge`, { otherId })),
    apart: (otherId: string) => after(t('person.apartDone'), t('error.title'),
      () => api.post(`${path}/apart`, { otherId })),
    unmerge: (id: string) => after(t('person.unmerged'), t('person.unmergeFailed'), () => api.del(`/merges/${id}`)),
  };
}

function Ask({ contact, asked, onClose, onYes }: { contact: ContactView; asked: Asked; onClose: () => void;
  onYes: () => Promise<boolean> }) {
  const t = useT();
  const [busy, setBusy] = useState(false);
  const merging = asked.kind === 'merge';
  const run = async (): Promise<void> => {
    setBusy(true);
    const done = await onYes();
    setBusy(false);
    if (done) onClose();
  };
  return (
    <Modal opened onClose={onClose} title={t(merging ? 'person.mergeTitle' : 'person.unmergeTitle')}
      closeButtonProps={{ 'aria-label': t('app.close') }}>
      <p className="muted">{merging
        ? t('person.mergeText', { other: personName(asked.other), kept: personName(contact) })
        : t('person.unmergeText')}</p>
      <div className={css.dialogActions}>
        <Button variant="default" onClick={onClose}>{t('app.cancel')}</Button>
        <Button loading={busy} data-autofocus onClick={() => { void run(); }}>
          {t(merging ? 'person.merge' : 'person.unmerge')}</Button>
      </div>
    </Modal>
  );
}

/** Nothing at all where there is nothing to suggest and nothing to take apart. */
export function Merges({ contact }: { contact: ContactView }) {
  const t = useT();
  const locale = useLocale();
  const [asked, setAsked] = useState<Asked | null>(null);
  const merging = useMerging(contact);
  // A contact one may read but not change has no suggestions: the server says 404, the pane says nothing.
  const found = useQuery({ queryKey: [...keys.contact(contact.id), 'suggestions'], staleTime: 30_000, retry: false,
    queryFn: ({ signal }) => api.get<Found>(`/contacts/${contact.id}/suggestions`, { signal }) }).data;
  if (found === undefined || found.items.length + found.merges.length === 0) return null;
  return (
    <section className={css.section} aria-label={t('person.samePerson')}>
      {found.items.length === 0 ? null : <h2 className={css.sectionTitle}>{t('person.samePerson')}</h2>}
      <div className={css.people}>
        {found.items.map(({ contact: other, because }) => (
          <div key={other.id} className={css.person}>
            <p><strong><Bdi>{personName(other)}</Bdi></strong></p>
            <p className="meta">{points(other)}</p>
            <p className="meta">{because.map((code) => codeWord('person.because', code)).join(', ')}</p>
            <div className={css.personActions}>
              <button type="button" className={css.link} onClick={() => { setAsked({ kind: 'merge', other }); }}>
                {t('person.merge')}</button>
              <button type="button" className={css.link} onClick={() => { void merging.apart(other.id); }}>
                {t('person.apart')}</button>
            </div>
          </div>
        ))}
        {found.merges.map((merge) => (
          <div key={merge.id} className={css.person}>
            <p className="meta">{t('person.mergedBy', { who: merge.mergedByName,
              time: dayTime(merge.mergedAt, serverNow(), { locale }) })}</p>
            <button type="button" className={css.link}
              onClick={() => { setAsked({ kind: 'unmerge', id: merge.id }); }}>{t('person.unmerge')}</button>
          </div>
        ))}
      </div>
      {asked === null ? null
        : <Ask contact={contact} asked={asked} onClose={() => { setAsked(null); }} onYes={() =>
          (asked.kind === 'merge' ? merging.merge(asked.other.id) : merging.unmerge(asked.id))} />}
    </section>
  );
}
