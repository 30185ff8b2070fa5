/** Whether the audit trail is whole: verified on request, against a head kept outside the database if there is one. */
import { Button } from '@mantine/core';
import { IconShieldSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { api, EmptyState, notifyError, PageBody, PageHeader, SelectField, shortDate,
  useLocale } from '../../kit/index.ts';
import css from '../parts/admin.module.css';
import { Notice } from '../parts/editor.tsx';
import { pathWith } from '../parts/list.tsx';
import { useWords, wordOr } from '../use-words.ts';

interface Head { day: string; block: string; hmac: string }
interface Verdict { ok: boolean; blocks: number | null; rows: number | null; unsealedMs: number;
  next: { block: string; hmac: string } | null; newestBlock: string | null;
  bad: { block: string; reason: string; row: { id: string } | null } | null }

interface Check {
  verdict: Verdict | undefined;
  /** How much of the chain is read, 0 to 1; undefined while nothing runs. */
  part: number | undefined;
  start: (from: Head | undefined, against: Head | undefined) => Promise<void>;
  stop: () => void;
}

/** A check of the seals: request after request, until the end of the chain, the first fault, or the page is left. */
function useCheck(): Check {
  const w = useWords();
  const [verdict, setVerdict] = useState<Verdict>();
  const [part, setPart] = useState<number>();
  const running = useRef<AbortController>(undefined);
  const stop = (): void => { running.current?.abort(); };
  useEffect(() => stop, []);
  const start: Check['start'] = async (from, against) => {
    const { signal } = running.current = new AbortController();
    setVerdict(undefined);
    setPart(0);
    try {
      let [blocks, rows, next] = [0, 0, from as Verdict['next'] | undefined];
      do {
        const read = await api.get<Verdict>(pathWith('/journal/seals', { block: against?.block, hmac: against?.hmac,
          fromBlock: next?.block, fromHmac: next?.hmac }), { signal });
        blocks += read.blocks ?? 0;
        rows += read.rows ?? 0;
        next = read.next;
        const begun = Number(from?.block ?? 0);
        if (next === null) setVerdict({ ...read, blocks, rows });
        else setPart((Number(next.block) - begun) / Math.max(1, Number(read.newestBlock) - begun));
      } while (next !== null);
    } catch (error) {
      if (!signal.aborted) notifyError(w('seals.check'), error);
    } finally {
      setPart(undefined);
    }
  };
  return { verdict, part, start, stop };
}

/** What stands below the choices: how far the check is, what it found, or that there was none yet. */
function Outcome({ check: { verdict, part, stop } }: { check: Check }) {
  const w = useWords();
  if (part !== undefined) {
    const percent = Math.min(99, Math.floor(part * 100));
    return (
      <div className={css.section}>
        <p role="status" className="num">{w('seals.running', { percent })}</p>
        <progress max={100} value={percent} aria-label={w('seals.check')} style={{ width: '100%', maxWidth: 520 }} />
        <p className={css.help}>{w('seals.runningHint')}</p>
        <Button variant="default" style={{ alignSelf: 'flex-start' }} onClick={stop}>{w('seals.stop')}</Button>
      </div>
    );
  }
  if (verdict !== undefined) return <Result verdict={verdict} />;
  return (
    <div className={css.pane}><EmptyState icon={<IconShieldSearch size={28} stroke={1.5} />}
      title={w('seals.idle')}>{w('seals.idleHint')}</EmptyState></div>
  );
}

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
  const [since, setSince] = useState('');
  const check = useCheck();
  const busy = check.part !== undefined;
  const day = chosen ?? heads[0]?.day ?? '';
  const days = heads.map((head) => ({ value: head.day, label: shortDate(`${head.day}T00:00:00Z`, { locale }) }));
  const headOf = (wanted: string): Head | undefined => heads.find((each) => each.day === wanted);
  return (
    <>
      <PageHeader title={w('seals.title')} description={w('seals.lead')}
        actions={<Button loading={busy} onClick={() => { void check.start(headOf(since), headOf(day)); }}>
          {w('seals.check')}</Button>} />
      <PageBody>
        <div className={css.section}>
          <SelectField label={w('seals.against')} description={w('seals.againstHint')} value={day} maw={520}
            disabled={busy} data={[...days, { value: '', label: w('seals.newest') }]}
            onChange={(value) => { setChosen(value ?? ''); }} />
          <SelectField label={w('seals.since')} description={w('seals.sinceHint')} value={since} maw={520}
            disabled={busy} data={[{ value: '', label: w('seals.begin') }, ...days]}
            onChange={(value) => { setSince(value ?? ''); }} />
          <Outcome check={check} />
        </div>
      </PageBody>
    </>
  );
}
