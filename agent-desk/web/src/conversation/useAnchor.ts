/**
 * Keeps the line one reads where it is: at the bottom new messages move up, elsewhere they only count; whatever loads
 * or grows above that line pushes it nowhere.
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

/** The message that stays where it is, and how far from the start of the content it stood. */
interface Line { place: HTMLElement; top: number }

function topIn(content: HTMLElement, place: HTMLElement): number {
  return place.offsetTop - content.offsetTop;
}

/**
 * The first message that begins in the upper half of what one sees; the one that lies over all of it where none does.
 * Found by halving: this is asked with every step of scrolling.
 */
function lineOf(scroller: HTMLElement, content: HTMLElement): Line | undefined {
  const places = content.firstElementChild?.children;
  if (places === undefined) return undefined;
  const at = (index: number): HTMLElement | undefined => places[index] as HTMLElement | undefined;
  // The first child says where the conversation begins, and stays there whatever is put after it.
  let [from, to] = [1, places.length - 1];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    const place = at(middle);
    if (place !== undefined && topIn(content, place) < scroller.scrollTop) from = middle + 1;
    else to = middle;
  }
  const found = at(from);
  const half = scroller.scrollTop + scroller.clientHeight / 2;
  const place = found !== undefined && from > 1 && topIn(content, found) > half ? at(from - 1) : found;
  return place === undefined ? undefined : { place, top: topIn(content, place) };
}

/** Scrolls by as much as the line was pushed, whether messages came before it or something above it grew. */
function kept(scroller: HTMLElement, content: HTMLElement, line: Line | undefined): Line | undefined {
  if (line?.place.isConnected !== true) return lineOf(scroller, content);
  const top = topIn(content, line.place);
  if (top !== line.top) scroller.scrollTop += top - line.top;
  return { place: line.place, top };
}

/** Returns the ref of the scroller and of its content, whether it stands at the bottom, and the way there. */
export function useAnchor({ firstKey, lastKey, lastIsOwn, onNearTop, onNearEnd }: Options) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const open = onNearEnd !== undefined;
  const stuck = useRef(!open);
  const line = useRef<Line>(undefined);
  const [atBottom, setAtBottom] = useState(!open);
  const before = useRef({ lastKey, open });

  const toBottom = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    element.scrollTop = element.scrollHeight;
    stuck.current = true;
    setAtBottom(true);
  }, []);

  const keep = useCallback(() => {
    if (scroller.current !== null && content.current !== null)
      line.current = kept(scroller.current, content.current, line.current);
  }, []);

  useLayoutEffect(() => {
    const old = before.current;
    before.current = { lastKey, open };
    // At the end one stays there, whatever came or went above.
    if (!open && (stuck.current || (old.lastKey !== lastKey && lastIsOwn && !old.open))) toBottom();
    else keep();
    // Whatever else changes heights is seen by the observer below: asking for them after each word would cost a layout.
  }, [firstKey, lastKey, lastIsOwn, open, toBottom, keep]);

  // Bubbles grow, pictures arrive, the box below grows with its text, the window changes: all before it is painted.
  useEffect(() => {
    const element = scroller.current;
    const inner = content.current;
    if (element === null || inner === null) return undefined;
    const observer = new ResizeObserver(() => {
      if (stuck.current) element.scrollTop = element.scrollHeight;
      else keep();
    });
    observer.observe(element);
    observer.observe(inner);
    return () => { observer.disconnect(); };
  }, [keep]);

  const onScroll = useCallback(() => {
    const [element, inner] = [scroller.current, content.current];
    if (element === null || inner === null) return;
    // A step of scrolling may come before the observer hears of what was drawn since.
    if (!stuck.current) keep();
    const left = element.scrollHeight - element.scrollTop - element.clientHeight;
    const near = onNearEnd === undefined && left < bottomPx;
    stuck.current = near;
    setAtBottom(near);
    line.current = near ? undefined : lineOf(element, inner);
    if (left < topPx) onNearEnd?.();
    if (element.scrollTop < topPx) onNearTop();
  }, [onNearTop, onNearEnd, keep]);

  return { scroller, content, atBottom, toBottom, onScroll };
}
