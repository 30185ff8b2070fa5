/**
 * Keeps the line one reads where it is: at the bottom new messages move up, elsewhere they only count; earlier ones
 * that load push nothing away.
 */
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** Nearer to the end than this counts as "at the bottom". */
const bottomPx = 40;
/** Nearer to the start than this asks for earlier messages. */
const topPx = 240;

interface Options {
  /** Identity of the first and last thing drawn: what changed there tells what happened. */
  firstKey: string | undefined;
  lastKey: string | undefined;
  /** The last thing was written by this user: then the screen goes to it whatever was read. */
  lastIsOwn: boolean;
  onNearTop: () => void;
  /** What stands below is not loaded: nothing draws to the end, and near it more is asked for. */
  onNearEnd?: (() => void) | undefined;
}

/** Returns the ref of the scroller and of its content, whether it stands at the bottom, and the way there. */
export function useAnchor({ firstKey, lastKey, lastIsOwn, onNearTop, onNearEnd }: Options) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const open = onNearEnd !== undefined;
  const stuck = useRef(!open);
  const [atBottom, setAtBottom] = useState(!open);
  const before = useRef({ firstKey, lastKey, height: 0, open });

  const toBottom = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    element.scrollTop = element.scrollHeight;
    stuck.current = true;
    setAtBottom(true);
  }, []);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const old = before.current;
    const prepended = old.firstKey !== undefined && old.firstKey !== firstKey && old.lastKey === lastKey;
    // At the end one stays there, whatever came or went above.
    if (!open && (stuck.current || (!prepended && old.lastKey !== lastKey && lastIsOwn && !old.open))) toBottom();
    else if (prepended) element.scrollTop += element.scrollHeight - old.height;
    before.current = { firstKey, lastKey, height: element.scrollHeight, open };
    // Whatever else changes heights is seen by the observer below: asking for them after each word would cost a layout.
  }, [firstKey, lastKey, lastIsOwn, open, toBottom]);

  // The box below grows with its text, pictures arrive, the window changes: at the bottom one stays there.
  useEffect(() => {
    const element = scroller.current;
    const inner = content.current;
    if (element === null || inner === null) return undefined;
    const observer = new ResizeObserver(() => {
      if (stuck.current) element.scrollTop = element.scrollHeight;
      before.current.height = element.scrollHeight;
    });
    observer.observe(element);
    observer.observe(inner);
    return () => { observer.disconnect(); };
  }, []);

  const onScroll = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    const left = element.scrollHeight - element.scrollTop - element.clientHeight;
    const near = onNearEnd === undefined && left < bottomPx;
    stuck.current = near;
    setAtBottom(near);
    if (left < topPx) onNearEnd?.();
    if (element.scrollTop < topPx) onNearTop();
  }, [onNearTop, onNearEnd]);

  return { scroller, content, atBottom, toBottom, onScroll };
}
