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
}

/** Returns the ref of the scroller and of its content, whether it stands at the bottom, and the way there. */
export function useAnchor({ firstKey, lastKey, lastIsOwn, onNearTop }: Options) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const stuck = useRef(true);
  const [atBottom, setAtBottom] = useState(true);
  const before = useRef({ firstKey, lastKey, height: 0 });

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
    if (prepended) element.scrollTop += element.scrollHeight - old.height;
    else if (stuck.current || (old.lastKey !== lastKey && lastIsOwn)) toBottom();
    before.current = { firstKey, lastKey, height: element.scrollHeight };
  });

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
    const near = element.scrollHeight - element.scrollTop - element.clientHeight < bottomPx;
    stuck.current = near;
    setAtBottom(near);
    if (element.scrollTop < topPx) onNearTop();
  }, [onNearTop]);

  return { scroller, content, atBottom, toBottom, onScroll };
}
