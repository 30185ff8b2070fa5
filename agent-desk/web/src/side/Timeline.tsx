/** The course of a ticket, read from the journal: who did what when, newest first; opened when asked for. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Page } from '../api/client.ts';
import { ErrorState, SkeletonRows } from '../kit/states.tsx';
import { Bdi } from '../kit/small.tsx';
import { useLocale, useT } from '../kit/words.ts';
import { serverNow } from '../lib/now.ts';
import { dayTime } from '../lib/time.ts';
import { keys } from '../live/keys.ts';
import { aboutStep, saidOf, type Step } from './course.ts';
import css from './Side.module.css';

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
            <strong>{saidOf(step, locale)}</strong>
            <br />
            {aboutStep(step, locale).map((line) => <span key={line} className={css.stepLine}><Bdi>{line}</Bdi></span>)}
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
