/** Exports: tickets, interactions, contacts or the audit trail of a period as a CSV file for a spreadsheet. */
import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { downloadFile, fetchAll, Form, notifyDone, PageBody, PageHeader, rowsOf, sayError, SelectField, serverNow,
  TextField, useCan, useLocale, useSession } from '../../kit/index.ts';
import { dayKey, theHomeZone } from '../../lib/time.ts';
import { parseDay, sayDay } from '../hours.ts';
import css from '../parts/admin.module.css';
import { Notice, Pair } from '../parts/editor.tsx';
import { saveFile } from '../csv.ts';
import type { ReasonRecord } from '../types.ts';
import { useWords } from '../use-words.ts';

const needs = { tickets: 'ticket.read', interactions: 'interaction.read', contacts: 'contact.read',
  audit: 'audit.read' } as const;
type Kind = keyof typeof needs;
const periods = ['today', 'week', 'month', 'year', 'own'] as const;
type Period = (typeof periods)[number];
const daysOf: Record<Exclude<Period, 'own'>, number> = { today: 1, week: 7, month: 30, year: 366 };
const dayMs = 86_400_000;
const separatorKey = 'sambung:csv-separator';

interface Draft { kind: Kind; period: Period; from: string; to: string; separator: 'semicolon' | 'comma';
  reason: string }

/** Both days as the server wants them; undefined where one cannot be read or they stand the wrong way round. */
function daysIn(draft: Draft): { from: string; to: string } | undefined {
  const today = dayKey(serverNow(), { zone: theHomeZone(), locale: 'id' });
  if (draft.period !== 'own') {
    const first = new Date(Date.parse(today) - (daysOf[draft.period] - 1) * dayMs).toISOString().slice(0, 10);
    return { from: first, to: today };
  }
  const [from, to] = [parseDay(draft.from), parseDay(draft.to)];
  return from !== undefined && to !== undefined && from <= to && Date.parse(to) - Date.parse(from) < 366 * dayMs
    ? { from, to } : undefined;
}

function useUnmaskReasons(enabled: boolean): { value: string; label: string }[] {
  const locale = useLocale();
  const { data } = useQuery({ queryKey: ['admin', 'reasons', 'unmask'], enabled, staleTime: 60_000,
    queryFn: ({ signal }) => fetchAll<ReasonRecord>('/reasons?kind=UNMASK', signal), select: rowsOf<ReasonRecord> });
  return (data ?? []).filter((each) => each.active)
    .map((each) => ({ value: each.code, label: locale === 'id' ? each.labelId : each.labelEn }));
}

function PeriodFields({ draft, set, wrong }: { draft: Draft; set: (part: Partial<Draft>) => void; wrong: boolean }) {
  const w = useWords();
  const today = sayDay(dayKey(serverNow(), { zone: theHomeZone(), locale: 'id' }));
  return (
    <>
      <SelectField label={w('exports.period')} value={draft.period} allowDeselect={false}
        data={periods.map((each) => ({ value: each, label: w(`exports.periods.${each}`) }))}
        onChange={(value) => { set({ period: (value ?? 'week') as Period }); }} />
      {draft.period !== 'own' ? null : (
        <Pair>
          <TextField label={w('exports.from')} placeholder={today} value={draft.from} maxLength={10} required
            onChange={(from) => { set({ from }); }} error={wrong ? w('exports.wrongDays') : undefined} />
          <TextField label={w('exports.to')} placeholder={today} value={draft.to} maxLength={10} required
            onChange={(to) => { set({ to }); }} />
        </Pair>
      )}
    </>
  );
}

/** What the form holds and what came of it. */
function useExport(first: Kind) {
  const w = useWords();
  const [draft, setDraft] = useState<Draft>({ kind: first, period: 'week', from: '', to: '', reason: '',
    separator: localStorage.getItem(separatorKey) === 'comma' ? 'comma' : 'semicolon' });
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const [wrong, setWrong] = useState(false);
  const [cut, setCut] = useState<number>();
  const set = (part: Partial<Draft>): void => {
    setDraft((before) => ({ ...before, ...part }));
    setWrong(false);
    setCut(undefined);
  };
  const run = async (): Promise<void> => {
    const days = daysIn(draft);
    setWrong(days === undefined);
    if (days === undefined || busy) return;
    setBusy(true);
    setFailure(undefined);
    setCut(undefined);
    localStorage.setItem(separatorKey, draft.separator);
    try {
      const { blob, headers } = await downloadFile('/exports', { kind: draft.kind, ...days,
        separator: draft.separator, ...(draft.reason === '' ? {} : { unmaskReasonCode: draft.reason }) });
      const rows = Number(headers.get('x-export-rows-max') ?? 0);
      // A cell may hold line ends, so this counts too many at worst and then asks for nothing but a look.
      if (rows > 0 && (await blob.text()).split('\r\n').length - 2 >= rows) setCut(rows);
      saveFile(`${draft.kind}-${days.from}-${days.to}.csv`, blob);
      notifyDone(w('exports.done'));
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  return { draft, set, run, busy, failure, wrong, cut };
}

function ExportForm({ kinds }: { kinds: Kind[] }) {
  const w = useWords();
  const mayUnmask = useCan('contact.unmask');
  const { draft, set, run, busy, failure, wrong, cut } = useExport(kinds[0] ?? 'tickets');
  const personal = draft.kind === 'contacts' || draft.kind === 'interactions';
  const reasons = useUnmaskReasons(mayUnmask);
  return (
    <section className={`${css.pane} ${css.padded}`} style={{ maxWidth: 640 }}>
      <Form label={w('exports.title')} onSubmit={() => { void run(); }}>
        <SelectField label={w('exports.kind')} value={draft.kind} allowDeselect={false}
          description={w(`exports.kindHint.${draft.kind}`)}
          data={kinds.map((each) => ({ value: each, label: w(`exports.kinds.${each}`) }))}
          onChange={(value) => { set({ kind: (value ?? 'tickets') as Kind, reason: '' }); }} />
        <PeriodFields draft={draft} set={set} wrong={wrong} />
        <SelectField label={w('exports.separator')} description={w('exports.separatorHint')} value={draft.separator}
          allowDeselect={false} data={(['semicolon', 'comma'] as const).map((each) =>
            ({ value: each, label: w(`exports.separators.${each}`) }))}
          onChange={(value) => { set({ separator: value === 'comma' ? 'comma' : 'semicolon' }); }} />
        {!personal || !mayUnmask ? null : (
          <SelectField label={w('exports.unmask')} description={w('exports.unmaskHint')} value={draft.reason}
            allowDeselect={false} data={[{ value: '', label: w('exports.masked') }, ...reasons]}
            onChange={(value) => { set({ reason: value ?? '' }); }} />
        )}
        {draft.reason === '' ? null : <Notice tone="warn">{w('exports.openWarning')}</Notice>}
        {failure === undefined ? null
          : <Notice live tone="bad" title={w('exports.failed')}>{sayError(failure).message}</Notice>}
        {cut === undefined ? null : <Notice live tone="warn" title={w('exports.cutTitle', { n: cut })}>
          {w('exports.cut')}</Notice>}
        <div className={css.noticeActions} style={{ marginTop: 0 }}>
          <Button type="submit" loading={busy} leftSection={<IconDownload size={16} stroke={1.75} />}>
            {w('exports.run')}</Button>
        </div>
        <p className="meta">{w('exports.recorded')}</p>
      </Form>
    </section>
  );
}

/** The page of exports; offers only what the user may read as well. */
export function ExportsPage() {
  const w = useWords();
  const { permissions } = useSession();
  const kinds = (Object.keys(needs) as Kind[]).filter((kind) => permissions.includes(needs[kind]));
  return (
    <>
      <PageHeader title={w('exports.title')} description={w('exports.lead')} />
      <PageBody>
        {kinds.length === 0 ? <Notice tone="plain">{w('exports.nothing')}</Notice> : <ExportForm kinds={kinds} />}
      </PageBody>
    </>
  );
}
