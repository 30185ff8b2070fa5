/** Retention: how long each class of data is kept, what runs removed, and whose data may not be removed. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ConfirmButton, DataTable, dayTime, ErrorState, notifyDone, notifyError, NumberField, PageBody, PageHeader,
  serverNow, SkeletonRows, tableOf, useLocale } from '../../kit/index.ts';
import * as check from '../checks.ts';
import { useRefresh } from '../data.ts';
import css from '../parts/admin.module.css';
import { LeaveDialog, useLeaveGuard } from '../parts/leave.tsx';
import { NameCell, useAdminList } from '../parts/list.tsx';
import { StateWord } from '../parts/state-word.tsx';
import { useWords, wordOr } from '../use-words.ts';
import { Holds } from './legal-holds.tsx';

interface Rule { dataClass: 'MESSAGE' | 'MEDIA' | 'RAW_INBOUND' | 'QUARANTINE' | 'WEBHOOK_DELIVERY';
  days: number | null }
interface Run { id: string; cause: 'SCHEDULE' | 'USER'; startedByName: string | null; state: 'RUNNING' | 'DONE';
  counts: Record<string, number>; held: number; startedAt: string }

const daysMax = 36_500;

function Rules({ rules }: { rules: Rule[] }) {
  const w = useWords();
  const refresh = useRefresh();
  const before = Object.fromEntries(rules.map((rule) => [rule.dataClass, rule.days ?? '' as const]));
  const [draft, setDraft] = useState<Record<string, number | ''>>(before);
  const changed = rules.filter((rule) => draft[rule.dataClass] !== before[rule.dataClass]);
  const guard = useLeaveGuard(changed.length > 0);
  const wrong = (rule: Rule) => check.wholeOrNone(w, draft[rule.dataClass] ?? '', 1, daysMax);
  const save = async (): Promise<void> => {
    try {
      for (const { dataClass } of changed) {
        const days = draft[dataClass];
        await api.put(`/retention-rules/${dataClass}`, { days: days === '' ? null : days });
      }
      guard.release();
      notifyDone(w('retention.saved'));
    } catch (error) {
      notifyError(w('common.notSaved'), error);
    }
    refresh();
  };
  const outside = rules.filter((rule) => wrong(rule) !== undefined);
  const stuck = changed.length === 0 || outside.length > 0;
  const why = outside.length > 0
    ? w('common.fix', { fields: outside.map((rule) => w(`retention.classes.${rule.dataClass}`)).join(', ') })
    : stuck ? w('common.unchanged') : undefined;
  return (
    <section className={`${css.pane} ${css.padded}`} aria-label={w('retention.rules')}>
      <div className={css.section}>
        <h2 className={css.sectionTitle}>{w('retention.rules')}</h2>
        <p className={css.sectionHint}>{w('retention.daysHint')}</p>
        <div className={css.ruleGrid}>
          {rules.map((rule) => (
            <NumberField key={rule.dataClass} label={w(`retention.classes.${rule.dataClass}`)} min={1} max={daysMax}
              value={draft[rule.dataClass] ?? ''} suffix={` ${w('retention.days').toLowerCase()}`}
              placeholder={w('retention.forever')} error={wrong(rule)}
              onChange={(value) => { setDraft((was) => ({ ...was, [rule.dataClass]: value })); }} />
          ))}
        </div>
        <div>
          <ConfirmButton title={w('retention.saveAsk')} text={w('retention.saveHint')} confirm={w('retention.save')}
            onConfirm={save} disabled={stuck} why={why}>{w('retention.save')}
          </ConfirmButton>
        </div>
      </div>
      <LeaveDialog guard={guard} />
    </section>
  );
}

function Runs() {
  const w = useWords();
  const locale = useLocale();
  const refresh = useRefresh();
  const query = useAdminList<Run>('retention-runs', '/retention-runs', {});
  const run = async (): Promise<void> => {
    try {
      await api.post('/retention-runs');
      notifyDone(w('retention.started'));
    } catch (error) {
      notifyError(w('retention.run'), error);
    }
    refresh();
  };
  const removed = (one: Run): string => {
    const parts = Object.entries(one.counts).map(([name, n]) =>
      `${wordOr(w, `retention.classes.${name}`, name)}: ${n}`);
    if (parts.length === 0 && one.state === 'RUNNING') return w('retention.counting');
    return parts.length === 0 ? w('retention.nothing') : parts.join(' · ');
  };
  return (
    <section aria-label={w('retention.runs')}>
      <div className={css.headRow}>
        <h2 className={css.sectionTitle}>{w('retention.runs')}</h2>
        <ConfirmButton danger title={w('retention.runAsk')} text={w('retention.runHint')} confirm={w('retention.run')}
          onConfirm={run}>{w('retention.run')}</ConfirmButton>
      </div>
      <DataTable label={w('retention.runs')} {...tableOf(query)} rowKey={(one) => one.id}
        empty={<div className={`${css.pane} ${css.padded}`}><p>{w('retention.noRuns')}</p>
          <p className="meta">{w('retention.noRunsHint')}</p></div>}
        columns={[
          { key: 'when', header: w('retention.when'), width: 170, cell: (one) => <NameCell
            name={dayTime(one.startedAt, serverNow(), { locale })}
            sub={one.cause === 'SCHEDULE' ? w('retention.SCHEDULE') : one.startedByName} /> },
          { key: 'removed', header: w('retention.removed'), cell: removed },
          { key: 'state', header: w('common.status'), width: 130, cell: (one) => <StateWord
            tone={one.state === 'DONE' ? 'ok' : 'busy'}>{w(`retention.${one.state}`)}</StateWord> },
        ]} />
    </section>
  );
}

/** The page of retention. */
export function RetentionPage() {
  const w = useWords();
  const query = useQuery({ queryKey: ['admin', 'retention-rules', 'all'],
    queryFn: ({ signal }) => api.get<{ items: Rule[] }>('/retention-rules', { signal }) });
  const rules = query.data?.items;
  return (
    <>
      <PageHeader title={w('retention.title')} description={w('retention.lead')} />
      <PageBody>
        <div className={css.stack}>
          {rules !== undefined ? <Rules key={JSON.stringify(rules)} rules={rules} />
            : query.isError ? <ErrorState error={query.error} onRetry={() => { void query.refetch(); }} />
            : <SkeletonRows rows={5} />}
          <Runs />
          <Holds />
        </div>
      </PageBody>
    </>
  );
}
