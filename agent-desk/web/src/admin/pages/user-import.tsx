/** Users from a CSV file: choose or paste it, read what is wrong with each line, import what is right. */
import { Button, FileButton } from '@mantine/core';
import { IconArrowLeft, IconDownload, IconFileUpload, IconFileText } from '@tabler/icons-react';
import { useState, type DragEvent } from 'react';
import { useLocation } from 'wouter';
import { type Column, DataTable, EmptyState, PageBody, PageHeader, sayError, TextAreaField, usePhone }
  from '../../kit/index.ts';
import { csvOf, saveCsv } from '../csv.ts';
import { useRefresh } from '../data.ts';
import { countStates, type ImportLine, type ImportRun, useImport } from '../import-run.ts';
import css from '../parts/admin.module.css';
import { CopyButton } from '../parts/copy.tsx';
import { Notice } from '../parts/editor.tsx';
import { LeaveDialog, type LeaveGuard, useLeaveGuard } from '../parts/leave.tsx';
import { addressOf } from '../parts/link.tsx';
import { NameCell } from '../parts/list.tsx';
import { StateWord, type StateTone } from '../parts/state-word.tsx';
import { useWords, wordOr } from '../use-words.ts';

const charsMax = 200_000;
const tones: Record<ImportLine['state'], StateTone> = { NEW: 'ok', EXISTS: 'off', WRONG: 'warn' };
const example = [['npk', 'nama', 'site', 'tim', 'cabang', 'peran', 'keahlian', 'antrean', 'kapasitas', 'bahasa'],
  ['10901', 'Sari Wulandari', 'JKT', 'Tim 1 Jakarta', '', 'AGENT', 'TEKS|SUARA', 'LIVE_CHAT|WHATSAPP', '100', 'id']];

function Source({ run }: { run: ImportRun }) {
  const w = useWords();
  const [text, setText] = useState('');
  const [over, setOver] = useState(false);
  const tooBig = text.length > charsMax;
  const take = async (file: File | null | undefined): Promise<void> => {
    if (file === null || file === undefined) return;
    // A file that cannot be a list of users is not read into the screen at all.
    setText(file.size > charsMax * 4 ? ' '.repeat(charsMax + 1) : await file.text());
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0]);
  };
  const said = run.failure === undefined ? undefined : sayError(run.failure);
  return (
    <div className={css.pane} style={{ padding: 16 }} onDrop={drop} onDragLeave={() => { setOver(false); }}
      onDragOver={(event) => { event.preventDefault(); setOver(true); }} data-over={over || undefined}>
      <div className={css.section}>
        <p className={css.help}>{w('import.columns')}</p>
        <div className={css.noticeActions} style={{ alignItems: 'center', marginTop: 0 }}>
          <FileButton accept=".csv,text/csv,text/plain" onChange={(file) => { void take(file); }}>
            {(props) => <Button {...props} variant="default" leftSection={<IconFileUpload size={16} />}>
              {w('import.choose')}</Button>}
          </FileButton>
          <Button variant="subtle" leftSection={<IconDownload size={16} />}
            onClick={() => { saveCsv('pengguna-contoh.csv', example); }}>{w('import.template')}</Button>
          <span className="meta">{w('import.drop')}</span>
        </div>
        <TextAreaField label={w('import.paste')} value={tooBig ? '' : text} onChange={setText} minRows={6} maxRows={12}
          spellCheck={false} error={tooBig ? w('import.tooBig', { max: charsMax }) : undefined}
          classNames={{ input: css.mono }} placeholder={csvOf(example)} />
        {said === undefined ? null : <Notice live tone="bad" title={w('common.notSaved')}>{said.message}</Notice>}
        <Button style={{ alignSelf: 'flex-start' }} disabled={text.trim() === '' || tooBig}
          loading={run.phase === 'checking'} onClick={() => { void run.check(text); }}>{w('import.check')}</Button>
      </div>
    </div>
  );
}

function useColumns(run: ImportRun): Column<ImportLine>[] {
  const w = useWords();
  const phone = usePhone();
  const made = new Set(run.made.map((each) => each.line));
  const place = (row: ImportLine): string => [row.site, row.team].filter((each) => each !== '').join(' · ');
  const work = (row: ImportLine): string => [row.roles, row.queues].filter((each) => each !== '').join(' · ');
  const all: Column<ImportLine>[] = [
    { key: 'name', header: w('common.name'), cell: (row) => (
      <NameCell name={<bdi>{row.name === '' ? '–' : row.name}</bdi>}
        sub={<>{`${w('import.line')} ${row.line} · ${row.npk === '' ? '–' : row.npk}`}
          {phone ? <><br /><bdi>{place(row)}</bdi><br /><bdi>{work(row)}</bdi></> : null}</>} />
    ) },
    { key: 'place', header: w('fields.siteId'), cell: (row) => <bdi>{place(row)}</bdi> },
    { key: 'roles', header: w('fields.roles'), cell: (row) => (
      <NameCell name={<bdi>{row.roles}</bdi>} sub={row.queues === '' ? undefined : <bdi>{row.queues}</bdi>} />
    ) },
    { key: 'state', header: w('common.status'), cell: (row) => (
      <div>
        <StateWord tone={tones[row.state]}>
          {made.has(row.line) ? w('common.created') : w(`import.states.${row.state}`)}
        </StateWord>
        {row.state === 'EXISTS' ? <p className={css.help}>{w('import.existsHint')}</p> : null}
        {row.issues.map((issue) => (
          <p key={`${issue.column} ${issue.code} ${issue.word ?? ''}`} className="bad">
            {wordOr(w, `import.cells.${issue.column}`, issue.column)}
            {issue.word === undefined ? null : <>{' '}<bdi>{issue.word}</bdi></>}:{' '}
            {wordOr(w, `import.issues.${issue.code}`, issue.code)}
          </p>
        ))}
      </div>
    ) },
  ];
  // On a phone the place and the roles stand under the name.
  return phone ? all.filter((column) => column.key === 'name' || column.key === 'state') : all;
}

function Checked({ run }: { run: ImportRun }) {
  const w = useWords();
  const lines = run.preview?.items ?? [];
  const counts = countStates(lines);
  const columns = useColumns(run);
  const busy = run.phase === 'making';
  const left = counts.NEW - run.made.length;
  return (
    <div className={css.section}>
      <p role="status" className={css.strong}>
        {[w('import.fresh', { n: counts.NEW }), w('import.exists', { n: counts.EXISTS }),
          w('import.wrong', { n: counts.WRONG })].join(' · ')}
      </p>
      {counts.WRONG > 0 ? <Notice tone="warn">{w('import.onlyRight')}</Notice> : null}
      {run.phase === 'stopped' ? (
        <Notice live tone="bad" title={w('import.stopped', { done: run.made.length, all: counts.NEW })}>
          {sayError(run.failure).message}
        </Notice>
      ) : null}
      <div className={css.noticeActions} style={{ marginTop: 0 }}>
        {counts.NEW === 0 ? <p className="muted">{w('import.nothingNew')}</p> : (
          <Button disabled={left === 0} loading={busy} onClick={() => { void run.make(); }}>
            {run.phase === 'stopped' ? w('import.resume') : w('import.make', { n: left })}
          </Button>
        )}
        <Button variant="default" disabled={busy} onClick={run.reset}>{w('import.again')}</Button>
        {busy ? <span role="status" className="num">
          {w('import.making', { done: run.made.length, all: counts.NEW })}</span> : null}
      </div>
      <DataTable<ImportLine> label={w('import.result')} rows={lines} columns={columns}
        rowKey={(row) => String(row.line)}
        empty={<EmptyState icon={<IconFileText size={28} stroke={1.5} />} title={w('import.none')} />} />
    </div>
  );
}

/** The invitations, as long as this page stands: to download or to copy, then gone. */
function Invitations({ run, guard }: { run: ImportRun; guard: LeaveGuard }) {
  const w = useWords();
  const [, go] = useLocation();
  const rows = [['npk', 'nama', 'undangan'],
    ...run.made.map((each) => [each.npk, each.name,
      each.link === undefined ? w('import.lost') : addressOf(each.link)])];
  return (
    <Notice tone="ok" live title={w('import.done', { n: run.made.length })} actions={<>
      <Button size="xs" leftSection={<IconDownload size={14} />}
        onClick={() => { saveCsv('undangan.csv', rows); }}>{w('import.download')}</Button>
      <CopyButton text={csvOf(rows)} label={w('import.done', { n: run.made.length })} />
      {run.phase === 'done' ? <Button size="xs" variant="default"
        onClick={() => { guard.release(); go('/admin/users'); }}>{w('import.noted')}</Button> : null}
    </>}>{w('import.doneHint')}</Notice>
  );
}

/** The page /admin/users/import. */
export function UserImportPage() {
  const w = useWords();
  const [, go] = useLocation();
  const refresh = useRefresh();
  const run = useImport(refresh);
  const kept = run.made.length > 0;
  // The first invitations are on their way while none is shown yet.
  const guard = useLeaveGuard(kept || run.phase === 'making');
  return (
    <>
      <PageHeader title={w('import.title')} description={w('import.lead')} actions={(
        <Button variant="default" leftSection={<IconArrowLeft size={16} />}
          onClick={() => { go('/admin/users'); }}>
          {w('import.back')}</Button>
      )} />
      <LeaveDialog guard={guard} title={w('import.leave')} hint={w('import.leaveHint')} stay={w('import.leaveNo')}
        leave={w('import.leaveYes')} />
      <PageBody>
        <div className={css.section}>
          {kept ? <Invitations run={run} guard={guard} /> : null}
          {run.preview === undefined ? <Source run={run} /> : <Checked run={run} />}
        </div>
      </PageBody>
    </>
  );
}
