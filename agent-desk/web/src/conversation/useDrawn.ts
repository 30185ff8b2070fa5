/**
 * Which of the loaded messages are drawn: at first those that fill a screen, so that a conversation stands at once;
 * the earlier ones follow while nothing else is to be done, and of a long thread no more than one looks at.
 */
import { useEffect, useState } from 'react';
import type { MessageView } from '../live/types.ts';

/** What fills the tallest screen with the shortest messages. */
const firstDrawn = 18;
/** Drawn in one go: few enough to be no task that one feels. */
const step = 12;
/** Kept ready above the screen without being asked for. */
const ready = 60;
/** Drawn at most while one stands at the end. */
const most = 160;

/** The seq of the message that stands so many before the end; 0 where all are asked for. */
function seqFromEnd(items: readonly MessageView[], count: number): number {
  return items.length <= count ? 0 : items[items.length - count]?.seq ?? 0;
}

function whenIdle(act: () => void): () => void {
  // Safari has no idle callbacks; a moment later is as good.
  if (typeof window.requestIdleCallback !== 'function') {
    const timer = window.setTimeout(act, 50);
    return () => { window.clearTimeout(timer); };
  }
  const handle = window.requestIdleCallback(act, { timeout: 500 });
  return () => { window.cancelIdleCallback(handle); };
}

export interface Drawn {
  /** The messages to draw. */
  items: readonly MessageView[];
  /** The first screen and what is kept ready above it stand: what can wait may come now. */
  settled: boolean;
  /** Has more of the earlier ones drawn, in steps; false if they must be loaded first. */
  reveal: () => boolean;
  /** Draws all that is loaded, so that any of it can be gone to. */
  revealAll: () => void;
  /** Lets go of what is far above the end. */
  trim: () => void;
}

/** `whole`: everything is drawn and stays so, because one message of it is gone to. */
export function useDrawn(items: readonly MessageView[], whole: boolean): Drawn {
  const [from, setFrom] = useState(() => (whole ? 0 : seqFromEnd(items, firstDrawn)));
  const [wish, setWish] = useState(ready);
  // Without a pointer that hovers the tools of a bubble take room in it: there they come with it.
  const [settled, setSettled] = useState(() => window.matchMedia('(hover: none)').matches);
  const at = from === 0 ? 0 : Math.max(0, items.findIndex((each) => each.seq >= from));
  const count = items.length - at;
  const enough = at === 0 || count >= wish;
  useEffect(() => {
    if (enough) return settled ? undefined : whenIdle(() => { setSettled(true); });
    return whenIdle(() => { setFrom(at <= step ? 0 : items[at - step]?.seq ?? 0); });
  }, [enough, settled, at, items]);
  return {
    items: at === 0 ? items : items.slice(at), settled,
    reveal: () => {
      setWish(count + ready);
      // What is loaded now will stand before the first one drawn, and is drawn step by step.
      if (at === 0) setFrom(items[0]?.seq ?? 0);
      return at > 0;
    },
    revealAll: () => { setFrom(0); },
    trim: () => {
      if (whole || count <= most) return;
      setFrom(seqFromEnd(items, ready));
      setWish(ready);
    },
  };
}
