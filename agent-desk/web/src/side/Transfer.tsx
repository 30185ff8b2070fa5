/** Handing work on: the queue it goes to, the colleague who is asked first, a note for whoever takes it. */
import { Button } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { SelectField, TextAreaField } from '../kit/fields.tsx';
import { foundOr } from '../kit/list-filters.ts';
import { notifyDone, notifyError } from '../kit/notify.ts';
import { Modal } from '../kit/over.tsx';
import { ErrorState } from '../kit/states.tsx';
import { useT } from '../kit/words.ts';
import { useDesk } from '../live/context.ts';
import { keys } from '../live/keys.ts';
import type { InteractionView } from '../live/types.ts';
import { useSession } from '../session/session.ts';
import { reasonOf, useBackToList, useBulk, useForget } from './acting.ts';
import css from './Side.module.css';
import { UnsentWarning } from './UnsentWarning.tsx';

interface Targets {
  queues: { id: string; name: string; waiting: number; ready: number }[];
  agents: Colleague[];
  /** More colleagues are on duty than are listed: the others are found by their name. */
  moreAgents: boolean;
}
interface Colleague { id: string; name: string; presence: string; able: boolean }

/** A name is looked up when typing has rested so long. */
const typingRestMs = 300;
const nameChars = 200;

function useTargets(row: InteractionView | undefined, queueId: string | null, name: string) {
  const asked = new URLSearchParams({ ...(queueId === null ? {} : { queueId }), ...(name === '' ? {} : { name }) });
  const query = asked.size === 0 ? '' : `?${asked}`;
  return useQuery({ queryKey: ['desk', 'targets', row?.id, queueId, name], enabled: row !== undefined, staleTime: 5_000,
    placeholderData: keepPreviousData, retry: 1,
    queryFn: ({ signal }) => api.get<Targets>(`/interactions/${row?.id}/transfer-targets${query}`, { signal }) });
}

interface Props { rows: readonly InteractionView[]; onClose: () => void }

function useTransfer({ rows, onClose }: Props) {
  const t = useT();
  const client = useQueryClient();
  const bulk = useBulk();
  const forget = useForget();
  const { live } = useDesk();
  const toList = useBackToList();
  const [busy, setBusy] = useState(false);
  const run = async (queueId: string | null, agentId: string | null, note: string): Promise<void> => {
    const [first] = rows;
    if (first === undefined) return;
    setBusy(true);
    const refused = live.handsOn(rows.map((row) => row.id));
    const given = { ...(queueId === null ? {} : { queueId }), ...(note.trim() === '' ? {} : { note: note.trim() }) };
    try {
      // Unheard, the dialog stays as it is: the queue and the note are the agent's work.
      if (rows.length > 1) {
        const end = await bulk(rows, { action: 'transfer', ...given });
        if (end !== 'all') refused();
        if (end === 'unheard') return;
      } else {
        await api.post(`/interactions/${first.id}/transfer`, { ...given, ...(agentId === null ? {} : { agentId }) });
        forget(first);
        notifyDone(t('work.transferred'));
      }
      client.setQueryData<InteractionView[]>(keys.mine, (mine) => (rows.length > 1 ? mine
        : mine?.filter((each) => each.id !== first.id)));
      if (rows.length === 1) toList(first.id);
      onClose();
    } catch (error) {
      refused();
      notifyError(t('work.transferFailed'), reasonOf(error));
    } finally {
      setBusy(false);
    }
  };
  return { busy, run };
}

/** The colleague who is asked first; a name that is typed is looked for among all who are on duty in the queue. */
function ColleagueField({ targets, value, onChange, words, onWords }: { targets: Targets | undefined;
  value: string | null; onChange: (agentId: string | null) => void; words: string; onWords: (words: string) => void }) {
  const t = useT();
  const [chosen, setChosen] = useState<Colleague>();
  const listed = targets?.agents ?? [];
  const all = chosen === undefined || chosen.id !== value || listed.some((each) => each.id === chosen.id)
    ? listed : [chosen, ...listed];
  return (
    <SelectField label={t('work.toAgent')} placeholder={t('work.anybody')} value={value} clearable searchable
      searchValue={words} onSearchChange={onWords} filter={foundOr(t('work.noAgent'))}
      description={targets?.moreAgents === true ? t('work.moreAgents', { n: listed.length }) : undefined}
      data={all.map((each) => ({ value: each.id, disabled: !each.able,
        label: each.able ? each.name : t('work.agentBusy', { name: each.name }) }))}
      onChange={(id) => { setChosen(all.find((each) => each.id === id)); onChange(id); }} />
  );
}

/** The dialog; for several rows only a queue can be chosen. */
export function Transfer({ rows, onClose }: Props) {
  const t = useT();
  const [first] = rows;
  const many = rows.length > 1;
  const [queueId, setQueueId] = useState<string | null>(null);
  const [agentId, setAgentId] = useState<string | null>(null);
  const [note, setNote] = useState('');
  const [words, setWords] = useState('');
  const [name] = useDebouncedValue(words.trim().slice(0, nameChars), typingRestMs);
  const targets = useTargets(first, queueId, name);
  const { busy, run } = useTransfer({ rows, onClose });
  const { user } = useSession();
  const theirs = rows.some((row) => row.agentId !== user.id);
  const stays = queueId === null || (!many && queueId === first?.queueId);
  return (
    <Modal opened onClose={onClose} title={many ? t('work.transferMany', { n: rows.length }) : t('work.transferTitle')}
      closeButtonProps={{ 'aria-label': t('app.close') }}>
      <p className={`muted ${css.dialogText}`}>{t(theirs ? 'work.transferTheirs' : 'work.transferText')}</p>
      {targets.data === undefined && targets.isError
        ? <ErrorState error={targets.error} title={t('work.noTargets')} onRetry={() => { void targets.refetch(); }} />
        : null}
      {targets.data === undefined && targets.isError ? null : (
        <div className={css.form}>
          <SelectField label={t('work.toQueue')} placeholder={t('work.chooseQueue')} value={queueId} data-autofocus
            onChange={(value) => { setQueueId(value); setAgentId(null); setWords(''); }} clearable={!many}
            data={(targets.data?.queues ?? []).map((each) => ({ value: each.id,
              label: each.id === first?.queueId && !many
              ? t('work.sameQueue', { name: each.name })
              : t('work.queueFacts', { name: each.name, ready: each.ready, waiting: each.waiting }) }))} />
          {many ? null : (
            <ColleagueField targets={targets.data} value={agentId} onChange={setAgentId} words={words}
              onWords={setWords} />
          )}
          <TextAreaField label={`${t('work.note')} (${t('form.optional')})`} value={note} onChange={setNote}
            maxLength={4_000} />
        </div>
      )}
      <UnsentWarning rows={rows} />
      <p className={`meta ${css.dialogWhy}`}>{stays && agentId === null ? t('work.needAgent') : ''}</p>
      <div className={css.dialogActions}>
        <Button variant="default" onClick={onClose}>{t('app.cancel')}</Button>
        <Button loading={busy} disabled={stays && agentId === null}
          onClick={() => { void run(queueId, agentId, note); }}>{t('work.transfer')}</Button>
      </div>
    </Modal>
  );
}
