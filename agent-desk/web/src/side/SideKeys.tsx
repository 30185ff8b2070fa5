/** The keys of the customer's pane, hidden or not: one opens and closes it, the others bring it and act there. */
import { useEffect, useRef } from 'react';
import type { InteractionView } from '../live/types.ts';
import { useSession } from '../session/session.ts';
import { keyBoard, useKeys, type KeyActions } from '../shell/useKeys.ts';
import { useSideTab, type SideTab } from './SidePane.tsx';
import { writable } from './TicketTab.tsx';

/** There it stands beside the conversation; below, over it. */
export const roomForSide = '(min-width: 1101px)';

interface Props { row: InteractionView; open: boolean; onOpen: (open: boolean) => void }

/** Draws nothing; stands behind the pane, so that the pane's own keys are there before it says so. */
export function SideKeys({ row, open, onOpen }: Props) {
  const { user } = useSession();
  const [, setTab] = useSideTab();
  const there = useRef<() => void>(undefined);
  const settle = (): void => {
    there.current?.();
    there.current = undefined;
  };
  useEffect(() => { if (open) settle(); }, [open]);
  useEffect(() => settle, []);
  const bring = (name: string): KeyActions[string] => (event) => {
    settle();
    there.current = keyBoard.hold(name, event);
    onOpen(true);
  };
  const show = (tab: SideTab) => (): void => {
    setTab(tab);
    onOpen(true);
  };
  useKeys({ P: () => { onOpen(!open); }, '4': show('contact'), '5': show('ticket'), '6': show('history') });
  // Where the pane lies over the conversation it is the topmost thing.
  useKeys(open && !window.matchMedia(roomForSide).matches ? { Escape: () => {
    onOpen(false);
    document.querySelector<HTMLElement>('[role=log]')?.focus({ preventScroll: true });
  } } : {}, { first: true });
  useKeys(!open && writable(row, user.id) ? { D: bring('D'), E: bring('E'), X: bring('X') } : {});
  return null;
}
