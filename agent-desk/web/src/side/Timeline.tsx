/** The course of a ticket, read from the journal: who did what when, newest first; opened when asked for. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Page } from '../api/client.ts';
import { ErrorState, SkeletonRows } from '../kit/states.tsx';
import { Bdi } from '../kit/small.tsx';
import { codeWord, useLocale, useT } from '../kit/words.ts';
import { serverNow } from '../lib/now.ts';
import { dayTime, type Locale } from '../lib/time.ts';
import { keys } from '../live/keys.ts';
import css from './Side.module.css';

interface Step {
  id: string; at: string; type: string; actorKind: string; actorName: string | null;
  detail: { from: string | null; to: string | null; reasonCode: string | null; queueName: string | null;
    agentName: string | null; until: string | null; score: number | null };
}
const steps = 20;

function useTimeline(ticketId: string, enabled: boolean) {
  return useInfiniteQuery({
    // Below the ticket's own key: what has the ticket fetched again has its course fetched again.
    queryKey: [...keys.ticket(ticketId), 'timeline'], enabled, initialPageParam: '', retry: 1, refetchInterval: 15_000,
    queryFn: ({ pageParam, signal }) => api.get<Page<Step>>(`/tickets/${ticketId}/timeline?limit=${steps}${
      pageParam === '' ? '' : `&cursor=${encodeURIComponent(pageParam)}`}`, { signal }),
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
}

function said(step: Step, locale: Locale): string {
  const { detail } = step;
  const until = detail.until === null ? '' : dayTime(detail.until, serverNow(), { locale });
  const state = (code: string | null): string => (code === null ? '' : codeWord('ticketState', code));
  return codeWord('course.type', step.type, { from: state(detail.from), to: state(detail.to),
    queue: detail.queueName ?? '', agent: detail.agentName ?? '', until, score: detail.score ?? 0 });
}

function Steps({ ticketId }: { ticketId: string }) {
  const t = useT();
  const locale = useLocale();
  const query = useTimeline(ticketId, true);
  if (query.data === undefined) {
    return query.isError
      ? <ErrorState error={query.error} title={t('course.failed')} onRetry={() => { void query.refetch(); }} />
      : <SkeletonRows rows={4} height={32} />;
  }
  const items = query.data.pages.flatMap((page) => page.items);
  if (items.length === 0) return <p className="meta">{t('course.empty')}</p>;
  const who = (step: Step): string => step.actorName
    ?? t(step.actorKind === 'CUSTOMER' ? 'course.customer' : 'course.system');
  return (
    <>
      <ol className={css.course}>
        {items.map((step) => (
          <li key={step.id} className={css.step}>
            <strong>{said(step, locale)}</strong>
            <br />
            <span className="muted"><time className="num" dateTime={step.at}>
              {dayTime(step.at, serverNow(), { locale })}</time> · <Bdi>{who(step)}</Bdi></span>
          </li>
        ))}
      </ol>
      {query.hasNextPage
        ? <button type="button" className={css.link} disabled={query.isFetchingNextPage}
          onClick={() => { void query.fetchNextPage(); }}>{t('course.more')}</button> : null}
    </>
  );
}

/** A section that is folded until it is asked for. */
export function Timeline({ ticketId }: { ticketId: string }) {
  const t = useT();
  const [open, setOpen] = useState(false);
  return (
    <section className={css.section} aria-labelledby="course-title">
      <div className={css.titleLine}>
        <h2 className={css.sectionTitle} id="course-title">{t('course.title')}</h2>
        <button type="button" className={css.link} aria-expanded={open} onClick={() => { setOpen(!open); }}>
          {t(open ? 'course.hide' : 'course.show')}</button>
      </div>
      {open ? <Steps ticketId={ticketId} /> : null}
    </section>
  );
}
