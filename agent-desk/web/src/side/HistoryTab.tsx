/** What this customer came with before, on every channel, newest first; each line opens that conversation. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { api, type Page } from '../api/client.ts';
import { ChannelIcon, channelName } from '../inbox/ChannelIcon.tsx';
import { SelectField } from '../kit/fields.tsx';
import { EmptyState, ErrorState, SkeletonRows } from '../kit/states.tsx';
import { codeWord, useLocale, useT } from '../kit/words.ts';
import { serverNow } from '../lib/now.ts';
import { dayTime } from '../lib/time.ts';
import { keys } from '../live/keys.ts';
import type { InteractionView } from '../live/types.ts';
import css from './Side.module.css';

function useWholeHistory(contactId: string) {
  return useInfiniteQuery({
    queryKey: [...keys.history(contactId), 'pages'], staleTime: 30_000, retry: 1, initialPageParam: '',
    queryFn: ({ pageParam, signal }) => api.get<Page<InteractionView>>(`/contacts/${contactId}/history?limit=50${
      pageParam === '' ? '' : `&cursor=${encodeURIComponent(pageParam)}`}`, { signal }),
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
}

function Item({ each, current }: { each: InteractionView; current: boolean }) {
  const t = useT();
  const locale = useLocale();
  const [, navigate] = useLocation();
  return (
    <button type="button" className={css.historyItem} disabled={current} aria-current={current || undefined}
      onClick={() => { navigate(`/i/${each.id}`); }}>
      <span className={css.historyLine}>
        <strong>{each.categoryCode === null ? t('inbox.noCategory') : codeWord('category', each.categoryCode)}</strong>
        <time className="num muted" dateTime={each.dateOrigin}>
          {dayTime(each.dateOrigin, serverNow(), { locale })}</time>
      </span>
      <span className={css.historyLine}>
        <span className="ellipsis muted">
          <ChannelIcon channel={each.channel}
            medium={each.medium} /> {channelName(each.reportName)} · {each.ticketNumber}</span>
        <span className="muted nowrap">{current ? t('course.thisOne') : t(`state.${each.state}`)}</span>
      </span>
      {each.agentName === null ? null : <span className="meta">{each.agentName}</span>}
    </button>
  );
}

/** The interactions of the contact; with several channels one of them can be chosen. */
export function HistoryTab({ row }: { row: InteractionView }) {
  const t = useT();
  const [channel, setChannel] = useState<string | null>(null);
  const history = useWholeHistory(row.contactId);
  if (history.data === undefined) {
    return history.isError
      ? <ErrorState error={history.error} title={t('side.failed')} onRetry={() => { void history.refetch(); }} />
      : <SkeletonRows rows={4} height={64} />;
  }
  const items = history.data.pages.flatMap((page) => page.items);
  if (items.every((each) => each.id === row.id)) {
    return <EmptyState title={t('side.historyEmpty')}>{t('side.historyEmptyText')}</EmptyState>;
  }
  const names = [...new Set(items.map((each) => each.reportName))];
  const shown = items.filter((each) => channel === null || each.reportName === channel);
  return (
    <>
      {names.length < 2 ? null : (
        <div className={css.historyTools}>
          <SelectField aria-label={t('views.channels')} placeholder={t('course.allChannels')} value={channel} clearable
            onChange={setChannel} data={names.map((name) => ({ value: name, label: channelName(name) }))} />
        </div>
      )}
      <ul>{shown.map((each) => <li key={each.id}><Item each={each} current={each.id === row.id} /></li>)}</ul>
      {history.hasNextPage
        ? <div className={css.historyMore}><button type="button" className={css.link}
          disabled={history.isFetchingNextPage} onClick={() => { void history.fetchNextPage(); }}>
          {t('course.historyMore')}</button></div> : null}
    </>
  );
}
