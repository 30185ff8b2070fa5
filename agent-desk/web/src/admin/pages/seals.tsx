/** Whether the audit trail is whole: verified on request, against a head kept outside the database if there is one. */
import { Button } from '@mantine/core';
import { IconShieldSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, EmptyState, notifyError, PageBody, PageHeader, SelectField, shortDate,
  useLocale } from '../../kit/index.ts';
import css from '../parts/admin.module.css';
import { Notice } from '../parts/editor.tsx';
import { pathWith } from '../parts/list.tsx';
import { useWords, wordOr } from '../use-words.ts';

interface Head { day: string; block: string; hmac: string }
interface Verdict { ok: boolean; blocks: number | null; rows: number | null; unsealedMs: number;
  bad: { block: string; reason: string; row: { id: string } | null } | null }

function Result({ verdict }: { verdict: Verdict }) {
  const w = useWords();
  const locale = useLocale();
  const number = new Intl.NumberFormat(locale === 'en' ? 'en-GB' : 'id-ID');
  const waiting = <p className="meta">{w('seals.unsealed', { n: Math.ceil(verdict.unsealedMs / 1_000) })}</p>;
  if (verdict.bad === null) {
    return (
      <Notice live tone="ok" title={w('seals.ok')}>
        {w('seals.okText', { rows: number.format(verdict.rows ?? 0), blocks: number.format(verdict.blocks ?? 0) })}
        {waiting}
      </Notice>
    );
  }
  const { block, reason, row } = verdict.bad;
  return (
    <Notice live tone="bad" title={w('seals.bad')}>
      {w('seals.badText', { block, reason: wordOr(w, `seals.reasons.${reason}`, reason) })}{' '}
      {row === null ? null : w('seals.row', { id: row.id })}
      <p>{w('seals.badHint')}</p>{waiting}
    </Notice>
  );
}

/** The page of the seals. */
export function SealsPage() {
  const w = useWords();
  const locale = useLocale();
  const heads = useQuery({ queryKey: ['admin', 'seal-heads', 'all'],
    queryFn: ({ signal }) => api.get<{ items: Head[] }>('/journal/seal-heads', { signal }) }).data?.items ?? [];
  const [chosen, setChosen] = useState<string | null>(null);
  const [verdict, setVerdict] = useState<Verdict>();
  const [busy, setBusy] = useState(false);
  const day = chosen ?? heads[0]?.day ?? '';
  const check = async (): Promise<void> => {
    setBusy(true);
    setVerdict(undefined);
    try {
      const head = heads.find((each) => each.day === day);
      setVerdict(await api.get<Verdict>(pathWith('/journal/seals', { block: head?.block, hmac: head?.hmac })));
    } catch (error) {
      notifyError(w('seals.check'), error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <PageHeader title={w('seals.title')} description={w('seals.lead')}
        actions={<Button loading={busy} onClick={() => { void check(); }}>{w('seals.check')}</Button>} />
      <PageBody>
        <div className={css.section}>
          <SelectField label={w('seals.against')} description={w('seals.againstHint')} value={day} maw={520}
            data={[...heads.map((head) => ({ value: head.day, label: shortDate(`${head.day}T00:00:00Z`, { locale }) })),
              { value: '', label: w('seals.newest') }]}
            onChange={(value) => { setChosen(value ?? ''); }} />
          {verdict === undefined
            ? <div className={css.pane}><EmptyState icon={<IconShieldSearch size={28} stroke={1.5} />}
              title={w('seals.idle')}>{w('seals.idleHint')}</EmptyState></div>
            : <Result verdict={verdict} />}
        </div>
      </PageBody>
    </>
  );
}
