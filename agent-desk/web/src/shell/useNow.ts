/** The server's time as something that React draws again by: each second, or each so many. */
import { useEffect, useState } from 'react';
import { serverNow } from '../lib/now.ts';

/** The server's time in ms, renewed every `everyMs`. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = window.setInterval(() => { setNow(serverNow()); }, everyMs);
    return () => { window.clearInterval(timer); };
  }, [everyMs]);
  return now;
}
