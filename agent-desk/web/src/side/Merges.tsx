/**
 * Who may be the same person as this customer, anybody else to merge, and what was merged into them; shown to those who
 * may change the customer.
 */
import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ApiError } from '../api/client.ts';
import { channelName } from '../inbox/ChannelIcon.tsx';
import { notifyDone, notifyError } from '../kit/notify.ts';
import { Modal } from '../kit/over.tsx';
import { Bdi } from '../kit/small.tsx';
import { codeWord, useLocale, useT } from '../kit/words.ts';
import { serverNow } from '../lib/now.ts';
import { visitorTag } from '../lib/people.ts';
import { dayTime } from '../lib/time.ts';
import { keys } from '../live/keys.ts';
import type { ContactView } from '../live/types.ts';
import { FindPerson, type Person } from './FindPerson.tsx';
import css from './Side.module.css';

interface Merge { id: string; mergedAt: string; mergedByName: string | null; mergedName: string | null; points: number;
  came: { channel: string; handleMasked: string; phoneMasked: string | null }[] }
interface Found {
  items: { contact: ContactView; because: string[] }[];
  merges: Merge[];
}
/** `id`: the contact to merge, or the merge to take back. */
interface Asked { kind: 'merge' | 'unmerge'; id: string; other: Person }

type Named = Pick<ContactView, 'name'> & { points: Pick<ContactView['points'][number], 'handleMasked' |
'phoneMasked'>[] };

/** The name of a contact, or what they are called without one. */
export function personName(contact: Named): string {
  if (contact.name !== null) return contact.name;
  const [point] = contact.points;
  const handle = point?.phoneMasked ?? point?.handleMasked ?? '';
  const tag = visitorTag(handle);
  if (tag === undefined) return handle === '' ? codeWord('side', 'noName') : handle;
  return tag === '' ? codeWord('work', 'visitor') : codeWord('work', 'visitorTag', { tag });
}

function places(points: Merge['came']): string {
  return points.slice(0, 3).map((point) =>
    `${channelName(point.channel.toUpperCase().replaceAll('-', '_'))} ${point.phoneMasked ?? point.handleMasked}`)
    .join(' · ');
}

function personOf(contact: ContactView): Person {
  return { id: contact.id, name: personName(contact), places: places(contact.points) };
}

/** Found, but not to be changed: the server does not tell it from one that is not there. */
function whyNot(error: unknown, words: string): unknown {
  return error instanceof ApiError && error.status === 404
    ? new ApiError(error.code, words, error.status, error.requestId) : error;
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
      () => api.post(`${path}/merge`, { otherId })
        .catch((error: unknown) => { throw whyNot(error, t('person.notYours')); })),
    apart: (otherId: string) => after(t('person.apartDone'), t('error.title'),
      () => api.post(`${path}/apart`, { otherId })),
    unmerge: (id: string) => after(t('person.unmerged'), t('person.unmergeFailed'), () => api.del(`/merges/${id}`)),
  };
}

/** The dialog while something is asked; what was asked last stands in it while it goes. */
function Ask({ contact, asked: now, onClose, onYes }: { contact: ContactView; asked: Asked | null;
  onClose: () => void; onYes: (asked: Asked) => Promise<boolean> }) {
  const t = useT();
  const [busy, setBusy] = useState(false);
  const [asked, setAsked] = useState(now);
  if (now !== null && now !== asked) setAsked(now);
  if (asked === null) return null;
  const merging = asked.kind === 'merge';
  const run = async (): Promise<void> => {
    setBusy(true);
    const done = await onYes(asked);
    setBusy(false);
    if (done) onClose();
  };
  return (
    <Modal opened={now !== null} onClose={onClose} title={t(merging ? 'person.mergeTitle' : 'person.unmergeTitle')}
      closeButtonProps={{ 'aria-label': t('app.close') }}>
      <p className="muted">{merging
        ? t('person.mergeText', { other: asked.other.name, kept: personName(contact) })
        : t('person.unmergeText', { other: asked.other.name })}</p>
      <p className="meta"><Bdi>{asked.other.places}</Bdi></p>
      <div className={css.dialogActions}>
        <Button variant="default" onClick={onClose}>{t('app.cancel')}</Button>
        <Button loading={busy} data-autofocus onClick={() => { void run(); }}>
          {t(merging ? 'person.merge' : 'person.unmerge')}</Button>
      </div>
    </Modal>
  );
}

function Merged({ merge, onPart }: { merge: Merge; onPart: (other: Person) => void }) {
  const t = useT();
  const locale = useLocale();
  const name = personName({ name: merge.mergedName, points: merge.came });
  const time = dayTime(merge.mergedAt, serverNow(), { locale });
  const came = places(merge.came);
  return (
    <div className={css.person}>
      <p><strong><Bdi>{name}</Bdi></strong></p>
      <p className="meta">{came}{merge.points > merge.came.length ? ` +${merge.points - merge.came.length}` : ''}</p>
      <p className="meta">{merge.mergedByName === null ? t('person.mergedAlone', { time })
        : t('person.mergedBy', { who: merge.mergedByName, time })}</p>
      <button type="button" className={css.link} aria-label={`${t('person.unmerge')}: ${name}`}
        onClick={() => { onPart({ id: merge.id, name, places: came }); }}>{t('person.unmerge')}</button>
    </div>
  );
}

function Suggested({ contact, because, onMerge, onApart }: Found['items'][number] & { onMerge: () => void;
  onApart: () => void }) {
  const t = useT();
  return (
    <div className={css.person}>
      <p><strong><Bdi>{personName(contact)}</Bdi></strong></p>
      <p className="meta">{places(contact.points)}</p>
      <p className="meta">{because.map((code) => codeWord('person.because', code)).join(', ')}</p>
      <div className={css.personActions}>
        <button type="button" className={css.link} onClick={onMerge}>{t('person.merge')}</button>
        <button type="button" className={css.link} onClick={onApart}>{t('person.apart')}</button>
      </div>
    </div>
  );
}

function useSuggestions(contactId: string) {
  const query = useQuery({ queryKey: [...keys.contact(contactId), 'suggestions'], staleTime: 30_000, retry: false,
    queryFn: ({ signal }) => api.get<Found>(`/contacts/${contactId}/suggestions`, { signal }) });
  // A contact one may read but not change has no suggestions: the server says 404, the pane says nothing.
  const denied = query.error instanceof ApiError && (query.error.status === 404 || query.error.status === 403);
  // While it is asked again the line with the button stays, and with it the focus.
  return { found: query.data, denied, failed: query.errorUpdateCount > 0 && query.data === undefined,
    again: () => { void query.refetch(); } };
}

/** Nothing at all where the customer is not the user's to change. */
export function Merges({ contact }: { contact: ContactView }) {
  const t = useT();
  const [asked, setAsked] = useState<Asked | null>(null);
  const [finding, setFinding] = useState(false);
  const merging = useMerging(contact);
  const { found, denied, failed, again } = useSuggestions(contact.id);
  if (denied || (found === undefined && !failed)) return null;
  const title = t(found !== undefined && found.items.length > 0 ? 'person.samePerson' : 'person.mergeTitle');
  const ask = (other: Person): void => { setAsked({ kind: 'merge', id: other.id, other }); };
  return (
    <section className={css.section} aria-label={title}>
      <div className={css.titleLine}>
        <h2 className={css.sectionTitle}>{title}</h2>
        <button type="button" className={css.link} onClick={() => { setFinding(true); }}>{t('person.find')}</button>
      </div>
      {failed ? <p className="meta" role="alert">{t('person.cannotLoad')} <button type="button" className={css.link}
        onClick={again}>{t('app.retry')}</button></p> : null}
      <div className={css.people}>
        {found?.items.map((item) => <Suggested key={item.contact.id} {...item}
          onMerge={() => { ask(personOf(item.contact)); }}
          onApart={() => { void merging.apart(item.contact.id); }} />)}
        {found?.merges.map((merge) => <Merged key={merge.id} merge={merge}
          onPart={(other) => { setAsked({ kind: 'unmerge', id: merge.id, other }); }} />)}
      </div>
      <FindPerson not={contact.id} opened={finding} onClose={() => { setFinding(false); }}
        onTake={(other) => { setFinding(false); ask(other); }} />
      <Ask contact={contact} asked={asked} onClose={() => { setAsked(null); }} onYes={({ kind, id }) =>
        (kind === 'merge' ? merging.merge(id) : merging.unmerge(id))} />
    </section>
  );
}
