/** What this customer came with before, newest first; each line opens that conversation. */
import { useLocation } from 'wouter';
import { ChannelIcon, channelName } from '../inbox/ChannelIcon.tsx';
import { EmptyState, ErrorState, SkeletonRows } from '../kit/states.tsx';
import { codeWord, useLocale, useT } from '../kit/words.ts';
import { serverNow } from '../lib/now.ts';
import { dayTime } from '../lib/time.ts';
import { useHistory } from '../live/queries.ts';
import type { InteractionView } from '../live/types.ts';
import css from './Side.module.css';

/** The other interactions of the contact. */
export function HistoryTab({ row }: { row: InteractionView }) {
  const t = useT();
  const locale = useLocale();
  const [, navigate] = useLocation();
  const history = useHistory(row.contactId);
  if (history.data === undefined) {
    return history.isError
      ? <ErrorState error={history.error} title={t('side.failed')} onRetry={() => { void history.refetch(); }} />
      : <SkeletonRows rows={4} height={64} />;
  }
  const items = history.data.items.filter((each) => each.id !== row.id);
  if (items.length === 0) return <EmptyState title={t('side.historyEmpty')}>{t('side.historyEmptyText')}</EmptyState>;
  return (
    <ul>
      {items.map((each) => (
        <li key={each.id}>
          <button type="button" className={css.historyItem} onClick={() => { navigate(`/i/${each.id}`); }}>
            <span className={css.historyLine}>
              <strong>{each.categoryCode === null ? t('inbox.noCategory') : codeWord('category', each.categoryCode)}
                </strong>
              <time className="num muted" dateTime={each.dateOrigin}>
                {dayTime(each.dateOrigin, serverNow(), { locale })}</time>
            </span>
            <span className={css.historyLine}>
              <span className="ellipsis muted">
                <ChannelIcon channel={each.channel}
                medium={each.medium} /> {channelName(each.reportName)} · {each.ticketNumber}</span>
              <span className="muted nowrap">{t(`state.${each.state}`)}</span>
            </span>
            {each.agentName === null ? null : <span className="meta">{each.agentName}</span>}
          </button>
        </li>
      ))}
    </ul>
  );
}
