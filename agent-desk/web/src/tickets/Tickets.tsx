/** The page of tickets: every case that one may see, newest first; a row opens its conversation. */
import { Button } from '@mantine/core';
import { IconSearch, IconTicket } from '@tabler/icons-react';
import { useMemo, useRef, type RefObject } from 'react';
import { useLocation } from 'wouter';
import { whoOf } from '../inbox/Row.tsx';
import { Bdi, codeWord, DataTable, dayTime, EmptyState, Kinds, PageBody, PageHeader, serverNow, tableOf, useLocale,
  usePhone, useSession, useT, type Column, type Locale } from '../kit/index.ts';
import { ticketKinds, type TicketKind } from '../live/tickets.ts';
import type { TicketView } from '../live/types.ts';
import { useStored } from '../shell/useStored.ts';
import { useKeys } from '../shell/useKeys.ts';
import { useFollows } from '../side/acting.ts';
import css from './Tickets.module.css';
import { ticketsMax, useTickets } from './useTickets.ts';
import { useTicketWords } from './words.ts';

function useColumns(kind: TicketKind): Column<TicketView>[] {
  const w = useTicketWords();
  const t = useT();
  const locale: Locale = useLocale();
  const phone = usePhone();
  const time = (iso: string | null): string => (iso === null ? '' : dayTime(iso, serverNow(), { locale }));
  return [
    { key: 'number', header: w('number'), ...(phone ? {} : { width: 160 }),
      cell: (row) => <span className={css.first}><span className="num nowrap">{row.number}</span>
        {phone ? <span className={`meta ${css.second}`}><span className="ellipsis"><Bdi>{whoOf(row)}</Bdi></span>
          <span className="nowrap">· {time(row.openedAt)}</span></span> : null}</span> },
    { key: 'customer', header: w('customer'), wide: true, width: 200,
      cell: (row) => <span className={`ellipsis ${css.cut}`} title={whoOf(row)}><Bdi>{whoOf(row)}</Bdi></span> },
    { key: 'category', header: w('category'), wide: true, width: 150,
      cell: (row) => (row.categoryCode === null ? <span className="muted nowrap">{w('noCategory')}</span>
        : codeWord('category', row.categoryCode)) },
    { key: 'summary', header: w('summary'), wide: true,
      cell: (row) => <span className={`ellipsis ${css.summary}`} title={row.summary ?? undefined}>
        {row.summary === null ? null : <Bdi>{row.summary}</Bdi>}</span> },
    { key: 'state', header: w('state'), width: phone ? 140 : 180,
      cell: (row) => <span className={phone ? undefined : 'nowrap'}>{t(`ticketState.${row.state}`)}</span> },
    { key: 'agent', header: w('agent'), wide: true, width: 160,
      cell: (row) => (row.agentName === null ? <span className="muted">{w('noAgent')}</span>
        : <span className={`ellipsis ${css.cut}`}><Bdi>{row.agentName}</Bdi></span>) },
    { key: 'opened', header: kind === 'closed' ? w('closedAt') : w('opened'), wide: true, width: 130,
      cell: (row) => <span className="num nowrap">{time(kind === 'closed' ? row.closedAt : row.openedAt)}</span> },
  ];
}

/** J and K go from row to row, Enter opens: as in the inbox. */
function useRowKeys(): RefObject<HTMLElement | null> {
  const page = useRef<HTMLElement>(null);
  const step = (by: 1 | -1): void => {
    const buttons = [...page.current?.querySelectorAll<HTMLElement>('tbody button') ?? []];
    const at = buttons.findIndex((each) => each === document.activeElement);
    buttons[at === -1 ? 0 : Math.max(0, Math.min(buttons.length - 1, at + by))]?.focus();
  };
  useKeys({ J: () => { step(1); }, K: () => { step(-1); } });
  return page;
}

/** The page at /tickets. */
export default function Tickets() {
  const w = useTicketWords();
  const { user } = useSession();
  const [, navigate] = useLocation();
  const [stored, setStored] = useStored<string>(`tickets.${user.id}`, 'open');
  const kind = ticketKinds.find((each) => each === stored) ?? 'open';
  const query = useTickets(kind);
  const follows = useFollows();
  const table = tableOf(query);
  const columns = useColumns(kind);
  const page = useRowKeys();
  // Whoever stops following takes the ticket out of that list at once.
  const rows = useMemo(() => (kind === 'followed' && follows !== undefined
    ? table.rows?.filter((row) => follows.has(row.id)) : table.rows), [kind, follows, table.rows]);
  const full = !query.hasNextPage && query.data?.pages.at(-1)?.nextCursor !== null && (rows?.length ?? 0) > 0;
  return (
    <main ref={page} className={css.page}>
      <PageHeader title={w('title')} description={w('lead')}
        actions={<Button variant="default" leftSection={<IconSearch size={16} stroke={1.75} />}
          onClick={() => { navigate('/search'); }}>{w('search')}</Button>} />
      <PageBody>
        <div className={css.kinds}><Kinds label={w('kinds')} value={kind} onChange={setStored}
          kinds={ticketKinds.map((each) => ({ value: each, label: w(each) }))} /></div>
        <DataTable label={w('title')} columns={columns} rowKey={(row) => row.id} {...table} rows={rows}
          onOpen={(row) => { navigate(`/t/${row.id}`); }}
          empty={<EmptyState icon={<IconTicket size={28} stroke={1.5} />} title={w(`${kind}None`)}>
            {w(`${kind}NoneText`)}</EmptyState>} />
        {full ? <p className={css.full}>{w('full', { n: ticketsMax })}</p> : null}
      </PageBody>
    </main>
  );
}
