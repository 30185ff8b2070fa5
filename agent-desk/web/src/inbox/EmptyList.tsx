/** Why a list is empty and what to do about it; and its shape while it loads. */
import { Button } from '@mantine/core';
import { IconFilterOff, IconInbox, IconMoodSmile } from '@tabler/icons-react';
import { useLocation } from 'wouter';
import { EmptyState } from '../kit/states.tsx';
import { useT } from '../kit/words.ts';
import type { ListName } from '../live/lists.ts';
import { useAgent, useCounts } from '../live/queries.ts';
import { keepWords } from '../search/kept.ts';
import { useSetPresence } from '../shell/presence.ts';
import css from './Inbox.module.css';

interface Props { view: ListName; q: string; onView: (view: ListName) => void; onClear: () => void }

/** One of: nothing matches, nothing is mine, the queue is empty, there is nothing at all. */
export function EmptyList({ view, q, onView, onClear }: Props) {
  const t = useT();
  const [, navigate] = useLocation();
  const agent = useAgent();
  const counts = useCounts();
  const setPresence = useSetPresence();
  if (q !== '') {
    return (
      <EmptyState icon={<IconFilterOff size={28} stroke={1.5} />} title={t('inbox.none')}
        actions={(
          <>
            <Button onClick={() => { keepWords(q); navigate('/search'); }}>{t('inbox.everywhere')}</Button>
            <Button variant="default" onClick={onClear}>{t('inbox.clear')}</Button>
          </>
        )}>
        {t('inbox.noneText', { q })}
      </EmptyState>
    );
  }
  const ready = agent?.presence === 'READY';
  const getReady = ready || agent === undefined ? null
    : <Button onClick={() => { void setPresence('READY'); }}>{t('inbox.setReady')}</Button>;
  const toMine = <Button variant="default" onClick={() => { onView('mine'); }}>{t('inbox.seeMine')}</Button>;
  if (view === 'queues')
    return <EmptyState icon={<IconMoodSmile size={28} stroke={1.5} />} title={t('inbox.emptyQueues')}
      actions={<>{getReady}{toMine}</>}>{t('inbox.emptyQueuesText')}</EmptyState>;
  if (view === 'all')
    return <EmptyState title={t('inbox.emptyAll')} actions={<>{getReady}{toMine}</>}>{t('inbox.emptyAllText')}
    </EmptyState>;
  return (
    <EmptyState icon={<IconInbox size={28} stroke={1.5} />} title={t('inbox.emptyMine')} actions={(
      <>
        {getReady}
        <Button variant="default" onClick={() => { onView('queues'); }}>{t('inbox.seeQueue')}
          {counts === undefined ? '' : ` ${counts.queues}`}</Button>
      </>
    )}>
      {ready || agent === undefined ? t('inbox.emptyMineReady')
        : t('inbox.emptyMineNotReady', { presence: t(`presence.${agent.presence}`) })}
    </EmptyState>
  );
}

/** Nothing passes the filter: says so, and how to see the rest. */
export function EmptyFiltered({ onClear }: { onClear: () => void }) {
  const t = useT();
  return (
    <EmptyState icon={<IconFilterOff size={28} stroke={1.5} />} title={t('views.emptyTitle')}
      actions={<Button variant="default" onClick={onClear}>{t('views.clear')}</Button>}>
      {t('views.emptyText')}
    </EmptyState>
  );
}

/** Grey rows of the right height while a list loads. */
export function ListSkeleton() {
  const t = useT();
  return (
    <div role="status" aria-label={t('list.rows')} className={css.scroll}>
      {[62, 74, 66, 58, 70, 64, 72].map((width, index) => (
        <div key={index} className={css.skeletonRow}>
          <span className="skeleton" />
          <div className="grow">
            <span className="skeleton" style={{ height: 10, margin: '4px 0 9px', width: `${width - 18}%` }} />
            <span className="skeleton" style={{ height: 9, marginBottom: 8, width: `${width + 16}%` }} />
            <span className="skeleton" style={{ height: 8, width: `${width - 28}%` }} />
          </div>
        </div>
      ))}
    </div>
  );
}
