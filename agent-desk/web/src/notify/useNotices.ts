/** Watches what the desk knows, keeps the notices, and speaks: sound, and the browser's notice while out of sight. */
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { useLocation } from 'wouter';
import { codeWord } from '../kit/words.ts';
import { serverNow } from '../lib/now.ts';
import { keys } from '../live/keys.ts';
import type { AgentView, InteractionView, OfferView } from '../live/types.ts';
import { browserNoticesWanted, type SoundName } from '../shell/prefs.ts';
import { showBrowserNotice } from './browser.ts';
import { Center } from './center.ts';
import { isLeader, runForLeader } from './leader.ts';
import { isKept, noticesOf, placeOf, type Known, type Notice, type NoticeKind } from './notices.ts';
import { playSound } from './sounds.ts';
import { useFollowed } from './useFollowed.ts';

/** Changes within this time are looked at together; an offer is heard at once all the same. */
const settleMs = 150;
/** What is looked at again when it changes. */
const watched: ReadonlySet<string> = new Set(['mine', 'offers', 'agent', 'followed']);
/** How often passed targets are looked for. */
const lateEveryMs = 5_000;

const soundOf: Record<NoticeKind, SoundName | undefined> = {
  offer: 'offer', message: 'message', mention: 'mention', late: 'late', failed: 'failed', assigned: 'message',
  missed: 'failed', woken: 'woken', wokenAway: 'woken', followWrote: 'message', followMoved: 'message',
  followEscalated: 'message', followClosed: 'message', followReopened: 'message', requestSoon: 'late',
  requestLate: 'late',
};

let center: Center | undefined;

/** Tells of something that only its own screen knows (a mention, say). Told once for the same id. */
export function announce(notice: Pick<Notice, 'id' | 'kind' | 'interactionId'>): void {
  if (center !== undefined) take(center, [{ ...notice, at: serverNow(), read: false }]);
}

function known(client: QueryClient): Known | undefined {
  const mine = client.getQueryData<InteractionView[]>(keys.mine);
  if (mine === undefined) return undefined;
  return { mine, offers: client.getQueryData<OfferView[]>(keys.offers) ?? [],
    agent: client.getQueryData<AgentView>(keys.agent), left: client.getQueryData<InteractionView[]>(keys.left),
    followed: client.getQueryData<InteractionView[]>(keys.followed) };
}

/** The conversation that is open before the agent's eyes; undefined where the page is out of sight. */
function lookedAt(): string | undefined {
  if (document.hidden) return undefined;
  return /^\/i\/([^/]+)/.exec(window.location.pathname)?.[1];
}

let openNotice: (notice: Notice) => void = () => undefined;

function speak(notice: Notice): void {
  if (!isLeader()) return;
  const sound = soundOf[notice.kind];
  if (sound !== undefined) playSound(sound);
  if (!document.hidden || !browserNoticesWanted()) return;
  showBrowserNotice(`${notice.kind} ${notice.interactionId ?? ''}`, 'Sambung', codeWord('notice', notice.kind),
    () => { openNotice(notice); });
}

function take(into: Center, notices: readonly Notice[]): void {
  const open = lookedAt();
  // What happens in the open conversation is before the agent's eyes; a passed target still counts.
  const news = notices.filter((each) => each.interactionId === null || each.interactionId !== open
    || each.kind === 'late' || each.kind === 'mention');
  const heard = into.add(news.filter((each) => isKept(each.kind)));
  for (const notice of [...heard, ...news.filter((each) => !isKept(each.kind))]) speak(notice);
}

function watch(client: QueryClient, into: Center, me: string): () => void {
  let last = known(client);
  let lastMs = serverNow();
  let timer: number | undefined;
  const look = (): void => {
    timer = undefined;
    const next = known(client);
    const now = serverNow();
    if (next !== undefined) take(into, noticesOf(last, next, lastMs, now, me));
    last = next ?? last;
    lastMs = now;
  };
  const stop = client.getQueryCache().subscribe(({ query, type }) => {
    if (type !== 'updated') return;
    const name = String(query.queryKey[1]);
    if (watched.has(name)) timer ??= window.setTimeout(look, settleMs);
  });
  const late = window.setInterval(look, lateEveryMs);
  return () => {
    stop();
    window.clearTimeout(timer);
    window.clearInterval(late);
  };
}

/** The notices of this user; watches while the frame is there. */
export function useNotices(userId: string): { notices: readonly Notice[]; center: Center } {
  const client = useQueryClient();
  const [location, navigate] = useLocation();
  const own = useMemo(() => new Center(localStorage, userId), [userId]);
  useFollowed();
  const notices = useSyncExternalStore(own.subscribe, own.all);
  useEffect(() => {
    center = own;
    runForLeader();
    const onStorage = (event: StorageEvent): void => { own.changedElsewhere(event.key); };
    window.addEventListener('storage', onStorage);
    const stop = watch(client, own, userId);
    return () => {
      center = undefined;
      window.removeEventListener('storage', onStorage);
      stop();
    };
  }, [client, own, userId]);
  useEffect(() => {
    openNotice = (notice) => { navigate(placeOf(notice) ?? '/'); };
  }, [navigate]);
  // What is opened is read, and so is what was told about it.
  useEffect(() => {
    own.markRead((each) => {
      const place = placeOf(each);
      return place !== undefined && `${location}/`.startsWith(`${place}/`);
    });
  }, [location, own, notices]);
  return { notices, center: own };
}
