/** Tells the customer's side that somebody writes: at most every 3 seconds, and that it is over. */
import { useEffect, useMemo } from 'react';
import { localNow } from '../lib/now.ts';
import { useDesk } from '../live/context.ts';

const everyMs = 3_000;
const idleMs = 4_000;

/** `typed` on each change of the text, `stop` when it is sent or left. */
export function useTyping(conversationId: string): { typed: () => void; stop: () => void } {
  const { live } = useDesk();
  const typing = useMemo(() => {
    let told = 0;
    let idle: number | undefined;
    const tell = (now: boolean): void => {
      void live.request('conversation:typing', { conversationId, typing: now }).catch(() => undefined); };
    const stop = (): void => {
      window.clearTimeout(idle);
      if (told !== 0) tell(false);
      told = 0;
    };
    const typed = (): void => {
      if (localNow() - told > everyMs) {
        told = localNow();
        tell(true);
      }
      window.clearTimeout(idle);
      idle = window.setTimeout(stop, idleMs);
    };
    return { typed, stop };
  }, [live, conversationId]);
  useEffect(() => typing.stop, [typing]);
  return typing;
}
