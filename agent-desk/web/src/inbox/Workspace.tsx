/** The agent's screen: list, conversation, customer; the panes resize and remember, on a phone they stack. */
import { useEffect, useState } from 'react';
import { Conversation } from '../conversation/Conversation.tsx';
import { useT } from '../kit/words.ts';
import { useInteraction } from '../live/queries.ts';
import { DoingContext, type Doing } from '../side/acting.ts';
import { roomForSide, SideKeys } from '../side/SideKeys.tsx';
import { SidePane } from '../side/SidePane.tsx';
import { Snooze } from '../side/Snooze.tsx';
import { Transfer } from '../side/Transfer.tsx';
import { WorkKeys } from '../side/WorkActions.tsx';
import { useStored } from '../shell/useStored.ts';
import { Inbox } from './Inbox.tsx';
import css from './Inbox.module.css';
import { NextCard } from './NextCard.tsx';
import { Resizer } from './Resizer.tsx';

const listWidths = { min: 260, max: 480, initial: 312 };
const sideWidths = { min: 296, max: 480, initial: 318 };

/** Beside the conversation as one left it last; closed at first where it would cover the conversation. */
function useSidePane(): [boolean, (open: boolean) => void] {
  const [wanted, setWanted] = useStored<boolean>('sideOpen', true);
  const [open, setOpen] = useState(() => wanted && window.matchMedia(roomForSide).matches);
  useEffect(() => {
    const room = window.matchMedia(roomForSide);
    const follow = (): void => { setOpen(wanted && room.matches); };
    room.addEventListener('change', follow);
    return () => { room.removeEventListener('change', follow); };
  }, [wanted]);
  return [open, (next) => {
    setOpen(next);
    // Where it covers the conversation it is opened for a look, and nothing is said of the next time.
    if (window.matchMedia(roomForSide).matches) setWanted(next);
  }];
}

function bounded(width: number, { min, max }: { min: number; max: number }): number {
  return Math.max(min, Math.min(max, width));
}

/** `interactionId` is the address's: the conversation that is open, or none. */
export function Workspace({ interactionId }: { interactionId: string | undefined }) {
  const t = useT();
  const [listStored, setListWidth] = useStored('listWidth', listWidths.initial);
  const [sideStored, setSideWidth] = useStored('sideWidth', sideWidths.initial);
  const [sideOpen, setSideOpen] = useSidePane();
  const [doing, setDoing] = useState<Doing | null>(null);
  const row = useInteraction(interactionId).data;
  const isClosed = interactionId === undefined;
  // Where it covers the conversation it goes with it: nobody could close it over an empty screen.
  useEffect(() => { if (isClosed && !window.matchMedia(roomForSide).matches) setSideOpen(false); },
    [isClosed, setSideOpen]);
  const listWidth = bounded(listStored, listWidths);
  const sideWidth = bounded(sideStored, sideWidths);
  useEffect(() => {
    document.documentElement.style.setProperty('--list-width', `${listWidth}px`);
    document.documentElement.style.setProperty('--side-width', `${sideWidth}px`);
  }, [listWidth, sideWidth]);
  return (
    <DoingContext value={setDoing}>
      <div className={css.panes} data-side={sideOpen ? 'open' : 'closed'}
        data-open={interactionId === undefined ? undefined : true}>
        <section className={`${css.pane} ${css.list}`} aria-label={t('inbox.title')}>
          {interactionId === undefined ? <h1 className="sr">{t('inbox.title')}</h1> : null}
          <Inbox selectedId={interactionId} />
          <Resizer label={t('app.resize')} width={listWidth} {...listWidths} edge="end" onWidth={setListWidth} />
        </section>
        <main className={css.middle}>
          {interactionId === undefined
            ? <NextCard />
            : <Conversation key={interactionId} interactionId={interactionId} sideOpen={sideOpen}
              onSide={setSideOpen} />}
        </main>
        {sideOpen
          ? (
            <aside className={`${css.pane} ${css.side}`} aria-label={t('app.panel')}>
              <Resizer label={t('side.resize')} width={sideWidth} {...sideWidths} edge="start" onWidth={setSideWidth} />
              <SidePane interactionId={interactionId} onClose={() => { setSideOpen(false); }} />
            </aside>
          ) : null}
        {row === undefined ? null : <WorkKeys row={row} />}
        {row === undefined ? null : <SideKeys row={row} open={sideOpen} onOpen={setSideOpen} />}
        {doing?.what === 'transfer' ? <Transfer rows={doing.rows} onClose={() => { setDoing(null); }} /> : null}
        {doing?.what === 'snooze' ? <Snooze rows={doing.rows} onClose={() => { setDoing(null); }} /> : null}
      </div>
    </DoingContext>
  );
}
