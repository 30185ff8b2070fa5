/** The customer's pane: contact, ticket with its documentation, history. */
import { IconX } from '@tabler/icons-react';
import { useRef } from 'react';
import { Soon } from '../kit/Soon.tsx';
import { EmptyState } from '../kit/states.tsx';
import { useT } from '../kit/words.ts';
import { useInteraction } from '../live/queries.ts';
import { useKeysComing } from '../shell/useKeys.ts';
import { useStored } from '../shell/useStored.ts';
import { ContactTab } from './ContactTab.tsx';
import { HistoryTab } from './HistoryTab.tsx';
import css from './Side.module.css';
import { TicketTab } from './TicketTab.tsx';
import { WorkActions } from './WorkActions.tsx';

const tabs = ['contact', 'ticket', 'history'] as const;
export type SideTab = (typeof tabs)[number];

/** The tab that is shown; this machine remembers it. */
export function useSideTab(): [SideTab, (tab: SideTab) => void] {
  const [stored, setTab] = useStored<string>('sideTab', 'ticket');
  return [tabs.find((each) => each === stored) ?? 'ticket', setTab];
}

/** Without an open conversation it says so. `onClose` is for small screens, where it lies over the conversation. */
export function SidePane({ interactionId, onClose }: { interactionId: string | undefined; onClose: () => void }) {
  const t = useT();
  const row = useInteraction(interactionId).data;
  const [tab, setTab] = useSideTab();
  const list = useRef<HTMLDivElement>(null);
  useKeysComing(interactionId !== undefined && row === undefined);
  const go = (by: number): void => {
    const next = tabs[(tabs.indexOf(tab) + by + tabs.length) % tabs.length] ?? 'contact';
    setTab(next);
    list.current?.querySelector<HTMLElement>(`[data-tab="${next}"]`)?.focus();
  };
  if (interactionId === undefined || row === undefined)
    return <EmptyState title={t('app.panel')}>{t('side.choose')}</EmptyState>;
  return (
    <>
      <div className={css.head}>
        <div className={css.tabs} role="tablist" tabIndex={-1} aria-label={t('side.tabs')} ref={list}
          onKeyDown={(event) => {
          if (event.key === 'ArrowRight') go(1);
          if (event.key === 'ArrowLeft') go(-1);
        }}>
          {tabs.map((each) => (
            <button key={each} type="button" role="tab" id={`side-${each}`} data-tab={each} aria-controls="side-panel"
              className={css.tab}
              aria-selected={tab === each} tabIndex={tab === each ? 0 : -1} onClick={() => { setTab(each); }}>
              {t(`side.${each}`)}
            </button>
          ))}
        </div>
        <button type="button" className={`iconButton ${css.closePane}`} aria-label={t('app.hidePanel')}
          title={t('app.hidePanel')}
          onClick={onClose}><IconX size={18} stroke={1.75} /></button>
      </div>
      {row.masked ? null
        : <Soon id={row.id} key={`work-${row.id}`} room={<div className={css.actions} />}>
          <WorkActions row={row} /></Soon>}
      <div className={css.panel} role="tabpanel" id="side-panel" aria-labelledby={`side-${tab}`} key={row.id}>
        <Soon id={row.id}>
          {row.masked ? <EmptyState title={t('talk.masked')}>{t('side.maskedText')}</EmptyState> : null}
          {!row.masked && tab === 'contact' ? <ContactTab row={row} /> : null}
          {row.masked ? null : <TicketTab row={row} shown={tab === 'ticket'} onShow={() => { setTab('ticket'); }} />}
          {!row.masked && tab === 'history' ? <HistoryTab row={row} /> : null}
        </Soon>
      </div>
    </>
  );
}
