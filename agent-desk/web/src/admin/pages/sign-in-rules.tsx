/** The rules of signing in: who needs an authenticator, and who still has none. */
import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ErrorState, notifyDone, notifyError, PageBody, PageHeader, SelectField,
  SkeletonRows } from '../../kit/index.ts';
import css from '../parts/admin.module.css';
import { Notice } from '../parts/editor.tsx';
import { useWords } from '../use-words.ts';
import { Providers } from './providers.tsx';

const policies = ['OPTIONAL', 'PRIVILEGED', 'EVERYBODY'] as const;
type Policy = (typeof policies)[number];
interface Rules { twoFactor: Policy; version: number; enrolled: number; missing: number; demo: boolean }

const key = ['admin', 'sign-in-rules', 'present'];

function Standing({ rules }: { rules: Rules }) {
  const w = useWords();
  const client = useQueryClient();
  const [chosen, setChosen] = useState<Policy>(rules.twoFactor);
  const [busy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      client.setQueryData(key, await api.patch<Rules>('/security-settings', { twoFactor: chosen },
        { version: rules.version }));
      notifyDone(w('signInRules.saved'));
    } catch (error) {
      notifyError(w('common.notSaved'), error);
      await client.invalidateQueries({ queryKey: key });
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className={`${css.pane} ${css.padded}`} aria-label={w('signInRules.rule')}>
      <div className={css.section}>
        <SelectField label={w('signInRules.rule')} description={w('signInRules.ruleHint')} value={chosen}
          data={policies.filter((each) => each !== 'OPTIONAL' || rules.demo).map((each) =>
            ({ value: each, label: w(`signInRules.policies.${each}`) }))}
          onChange={(value) => { setChosen((value ?? 'OPTIONAL') as Policy); }} maw={520} />
        {rules.demo ? <Notice tone="warn" title={w('signInRules.demoTitle')}>{w('signInRules.demo')}</Notice> : null}
        <dl className={css.facts}>
          <dt>{w('signInRules.enrolled')}</dt><dd className="num">{w('signInRules.people', { n: rules.enrolled })}</dd>
          <dt>{w('signInRules.missing')}</dt><dd className="num">{w('signInRules.people', { n: rules.missing })}</dd>
        </dl>
        <div>
          <Button loading={busy} disabled={chosen === rules.twoFactor} onClick={() => { void save(); }}>
            {w('common.save')}</Button>
        </div>
      </div>
    </section>
  );
}

/** The page of the rules of signing in. */
export function SignInRulesPage() {
  const w = useWords();
  const query = useQuery({ queryKey: key, queryFn: ({ signal }) => api.get<Rules>('/security-settings', { signal }) });
  return (
    <>
      <PageHeader title={w('signInRules.title')} description={w('signInRules.lead')} />
      <PageBody>
        {query.data !== undefined ? <Standing key={query.data.version} rules={query.data} />
          : query.isError ? <ErrorState error={query.error} onRetry={() => { void query.refetch(); }} />
          : <SkeletonRows rows={4} />}
        <Providers />
      </PageBody>
    </>
  );
}
