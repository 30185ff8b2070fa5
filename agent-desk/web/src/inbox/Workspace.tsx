/** The agent's screen: list, conversation, customer; the panes resize and remember, on a phone they stack. */
import { IconMessages } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { Conversation } from '../conversation/Conversation.tsx';
import { EmptyState } from '../kit/states.tsx';
import { useT } from '../kit/words.ts';
import { SidePane } from '../side/SidePane.tsx';
import { useStored } from '../shell/useStored.ts';
import { Inbox } from './Inbox.tsx';
import css from './Inbox.module.css';
import { Resizer } from './Resizer.tsx';

const listWidths = { min: 260, max: 480, initial: 312 };
const sideWidths = { min: 296, max: 480, initial: 318 };

function bounded(width: number, { min, max }: { min: number; max: number }): number {
  return Math.max(min, Math.min(max, width));
}

/** `interactionId` is the address's: the conversation that is open, or none. */
export function Workspace({ interactionId }: { interactionId: string | undefined }) {
  const t = useT();
  const [listStored, setListWidth] = useStored('listWidth', listWidths.initial);
  const [sideStored, setSideWidth] = useStored('sideWidth', sideWidths.initial);
  const [sideOpen, setSideOpen] = useState(() => window.matchMedia('(min-width: 1101px)').matches);
  const listWidth = bounded(listStored, listWidths);
  const sideWidth = bounded(sideStored, sideWidths);
  useEffect(() => {
    document.documentElement.style.setProperty('--list-width', `${listWidth}px`);
    document.documentElement.style.setProperty('--side-width', `${sideWidth}px`);
  }, [listWidth, sideWidth]);
  return (
    <div className={css.panes} data-side={sideOpen ? 'open' : 'closed'}
      data-open={interactionId === undefined ? undefined : true}>
      <section className={`${css.pane} ${css.list}`} aria-label={t('inbox.title')}>
        {interactionId === undefined ? <h1 className="sr">{t('inbox.title')}</h1> : null}
        <Inbox selectedId={interactionId} />
        <Resizer label={t('app.resize')} width={listWidth} {...listWidths} edge="end" onWidth={setListWidth} />
      </section>
      <main className={css.middle}>
        {interactionId === undefined
          ? <EmptyState icon={<IconMessages size={28} stroke={1.5} />} title={t('inbox.chooseTitle')}>
            {t('inbox.chooseText')}</EmptyState>
          : <Conversation key={interactionId} interactionId={interactionId} sideOpen={sideOpen} onSide={setSideOpen} />}
      </main>
      {sideOpen
        ? (
          <aside className={`${css.pane} ${css.side}`} aria-label={t('app.panel')}>
            <Resizer label={t('side.resize')} width={sideWidth} {...sideWidths} edge="start" onWidth={setSideWidth} />
            <SidePane interactionId={interactionId} onClose={() => { setSideOpen(false); }} />
          </aside>
        ) : null}
    </div>
  );
}
