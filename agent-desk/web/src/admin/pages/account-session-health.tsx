/** The health of a linked number: whom it may still write to first, what its days were like, when it was offline. */
import { clockTime, type Column, DataTable, dayTime, serverNow, shortDate, useLocale,
  type Locale } from '../../kit/index.ts';
import { dayKey } from '../../lib/time.ts';
import parts from '../parts/admin.module.css';
import { Notice } from '../parts/editor.tsx';
import { useWords, type Words } from '../use-words.ts';
import { coldPart, noonOf, type SessionDay, type SessionGap, type SessionView } from './account-session-facts.ts';
import { pauseReason, sessionReason } from './account-session-words.ts';
import css from './account-session.module.css';

/** The days of an account's counts are those of the house. */
const houseZone = 'Asia/Jakarta';

function Cold({ cold }: { cold: SessionView['cold'] }) {
  const w = useWords();
  const locale = useLocale();
  const part = coldPart(cold);
  const full = part !== null && part >= 1;
  return (
    <div className={css.panel}>
      <p className={css.own}>{cold.cap === null ? w('number.coldFree', { n: cold.today })
        : w('number.cold', { n: cold.today, cap: cold.cap })}</p>
      {part === null ? null : <div className={css.meter} data-full={full || undefined} aria-hidden="true">
        <span style={{ width: `${Math.round(part * 100)}%` }} /></div>}
      {cold.pausedUntil === null ? null : (
        <Notice tone="warn" title={w('number.paused',
          { time: dayTime(cold.pausedUntil, serverNow(), { locale }) })}>
          {pauseReason(w, cold.reasonCode)} {w('number.pausedHelp')}</Notice>
      )}
      {full && cold.pausedUntil === null ? <Notice tone="warn">{w('number.coldFull')}</Notice> : null}
      <p className={parts.help}>{w('number.coldHelp', { days: cold.afterDays })}</p>
    </div>
  );
}

function useColumns(): Column<SessionDay>[] {
  const w = useWords();
  const locale = useLocale();
  return [
    { key: 'day', header: w('number.day'), cell: ({ day }) => (
      <span className="nowrap">{shortDate(noonOf(day), { locale, zone: houseZone })}</span>) },
    { key: 'cold', header: w('number.coldDay'), numeric: true, cell: ({ cold }) => cold },
    { key: 'warm', header: w('number.warmDay'), numeric: true, cell: ({ warm }) => warm },
    { key: 'failed', header: w('number.failedDay'), numeric: true,
      cell: ({ failed }) => <span className={failed > 0 ? 'bad' : undefined}>{failed}</span> },
    { key: 'received', header: w('number.receivedDay'), numeric: true, cell: ({ received }) => received },
    { key: 'ignored', header: w('number.ignoredDay'), numeric: true, cell: ({ ignored }) => ignored },
  ];
}

/** "03.10–03.14", the day before it where it is not today; "sejak 03.10, belum tersambung". */
function gapTime(w: Words, gap: SessionGap, now: number, locale: Locale): string {
  const from = dayTime(gap.from, now, { locale });
  if (gap.until === null) return w('number.gapOpen', { from });
  const sameDay = dayKey(gap.from, { locale }) === dayKey(gap.until, { locale });
  return w('number.gap', { from, until: sameDay ? clockTime(gap.until, { locale })
    : dayTime(gap.until, now, { locale }) });
}

function Gaps({ gaps }: { gaps: readonly SessionGap[] }) {
  const w = useWords();
  const locale = useLocale();
  const now = serverNow();
  if (gaps.length === 0) return <p className="muted">{w('number.gapsEmpty')}</p>;
  return (
    <ul className={css.gaps} tabIndex={0} aria-label={w('number.gaps')}>
      {gaps.map((gap) => (
        <li key={gap.from}>
          <span className={`num ${css.strong}`}>{gapTime(w, gap, now, locale)}</span>
          {gap.until === null && gap.recovered === 0 ? null
            : <span>{gap.recovered > 0 ? w('number.recovered', { n: gap.recovered })
              : w('number.recoveredNone')}</span>}
          <span className="muted">{sessionReason(w, gap.reasonCode)}</span>
        </li>
      ))}
    </ul>
  );
}

/** All of it, under one heading each. */
export function NumberHealth({ view }: { view: SessionView }) {
  const w = useWords();
  const columns = useColumns();
  if (view.number === null && view.days.length === 0) return <p className="muted">{w('number.unused')}</p>;
  return (
    <>
      <Cold cold={view.cold} />
      <div>
        <h3 className={css.subTitle}>{w('number.days')}</h3>
        {view.days.length === 0 ? <p className="muted">{w('number.daysEmpty')}</p> : (
          <>
            <div className={css.days}>
              <DataTable label={w('number.days')} columns={columns} rows={view.days} rowKey={({ day }) => day} />
            </div>
            <p className={parts.help} style={{ marginTop: 4 }}>{w('number.daysHelp')}</p>
          </>
        )}
      </div>
      <div>
        <h3 className={css.subTitle}>{w('number.gaps')}</h3>
        <Gaps gaps={view.gaps} />
      </div>
    </>
  );
}
