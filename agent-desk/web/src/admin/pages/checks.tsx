/** The check of the set-up: what keeps work waiting or hides it, with the way to mend it. */
import { Button } from '@mantine/core';
import { IconCircleCheck, IconRefresh } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { api, EmptyState, ErrorState, PageBody, PageHeader, SkeletonRows } from '../../kit/index.ts';
import css from '../parts/admin.module.css';
import { StateWord } from '../parts/state-word.tsx';
import { useWords, wordOr } from '../use-words.ts';

interface Finding {
  code: string; severity: 'STOPS' | 'HIDES'; noun: string; count: number;
  examples: { id: string | null; name: string | null }[];
}

function Item({ finding }: { finding: Finding }) {
  const w = useWords();
  const { code, severity, noun, count, examples } = finding;
  const named = examples.filter((each) => each.name !== null);
  const rest = count - examples.length;
  return (
    <li className={css.finding}>
      <div className="grow">
        <p className={css.strong}>{wordOr(w, `checks.codes.${code}`, code)}</p>
        <p className={css.help}>
          <StateWord tone={severity === 'STOPS' ? 'warn' : 'none'}>{w(`checks.severities.${severity}`)}</StateWord>
          {named.length === 0 ? null : <> · {w('checks.count', { n: count })}</>}
        </p>
        {named.length === 0 ? null : (
          <p className={css.links}>
            {named.map((each) => (each.id === null
              ? <span key={each.name}>{wordOr(w, `reasons.kinds.${each.name ?? ''}`, each.name ?? '')}</span>
              : <Link key={each.id} href={`/admin/${noun}/${each.id}`}><bdi>{each.name}</bdi></Link>))}
            {rest > 0 ? <span className="meta">{w('checks.more', { n: rest })}</span> : null}
          </p>
        )}
      </div>
      <Button component={Link} href={`/admin/${noun}`} variant="default" size="xs"
        aria-label={`${w('checks.fix')}: ${wordOr(w, `checks.codes.${code}`, code)}`}>{w('checks.fix')}</Button>
    </li>
  );
}

/** The page of the set-up check. */
export function ChecksPage() {
  const w = useWords();
  const query = useQuery({
    queryKey: ['admin', 'checks', 'all'], staleTime: 0,
    queryFn: ({ signal }) => api.get<{ items: Finding[] }>('/setup-check', { signal }),
  });
  const items = query.data?.items;
  return (
    <>
      <PageHeader title={w('checks.title')} description={w('checks.lead')} actions={(
        <Button variant="default" leftSection={<IconRefresh size={16} stroke={1.75} />} loading={query.isRefetching}
          onClick={() => { void query.refetch(); }}>{w('audit.refresh')}</Button>
      )} />
      <PageBody>
        {items === undefined ? (query.isError
          ? <ErrorState error={query.error} onRetry={() => { void query.refetch(); }} /> : <SkeletonRows rows={6} />)
          : items.length === 0 ? (
            <div className={css.pane}>
              <EmptyState icon={<IconCircleCheck size={28} stroke={1.5} />} title={w('checks.empty')}>
                {w('checks.emptyHint')}</EmptyState>
            </div>
          ) : (
            <ul className={css.pane} aria-label={w('checks.title')}>
              {items.map((finding) => <Item key={finding.code} finding={finding} />)}
            </ul>
          )}
      </PageBody>
    </>
  );
}
