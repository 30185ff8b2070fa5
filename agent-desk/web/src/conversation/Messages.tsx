/** What was said, oldest first: loads earlier ones on the way up, keeps the line being read, counts what came below. */
import { Button } from '@mantine/core';
import { IconArrowDown } from '@tabler/icons-react';
import { useCallback, useEffect, useMemo, useRef, useState, type RefObject } from 'react';
import { flushSync } from 'react-dom';
import { useLocation } from 'wouter';
import { whoOf } from '../inbox/Row.tsx';
import { useLocale, useT } from '../kit/words.ts';
import { placeMessages, type Placed } from '../lib/bubbles.ts';
import { serverNow } from '../lib/now.ts';
import { dayMark, type Locale } from '../lib/time.ts';
import { useDesk, useOutbox, useSignals } from '../live/context.ts';
import { isOpen } from '../live/lists.ts';
import type { Pending } from '../live/outbox.ts';
import type { Thread } from '../live/thread.ts';
import type { InteractionView, MessageView } from '../live/types.ts';
import { useSession } from '../session/session.ts';
import { useKeys } from '../shell/useKeys.ts';
import css from './Conversation.module.css';
import { MessageItem } from './MessageItem.tsx';
import { PendingItem } from './PendingItem.tsx';
import { askReply } from '../reply/asked.ts';
import { setQuote } from '../reply/quotes.ts';
import { SettledContext, ThreadContext, ThreadItems, type ThreadContextValue } from './thread-context.ts';
import { useAnchor } from './useAnchor.ts';
import { messageHref } from './useAround.ts';
import { useDrawn, type Drawn } from './useDrawn.ts';
import { ViewerProvider } from './Viewer.tsx';

interface Props {
  row: InteractionView; thread: Thread; conversationId: string; loadOlder: () => Promise<void>;
  /** The message to go to; the screen moves there once. */
  target?: string | undefined;
  /** Given while later messages exist that are not loaded: how to load and how to leave to the newest. */
  later?: { loadNewer: () => Promise<void>; leave: () => void } | undefined;
}

const shownMs = 2_400;

/** What single messages ask of their conversation. */
function useContextValue(conversationId: string, items: readonly MessageView[], drawn: Drawn,
  content: RefObject<HTMLDivElement | null>, writable: boolean, onMoved: () => void,
  onMissing: (id: string) => void): ThreadContextValue {
  // Read when something is asked for: the answers change with every message, what asks need not be drawn again.
  const now = useRef({ items, drawn, onMoved });
  useEffect(() => { now.current = { items, drawn, onMoved }; });
  return useMemo(() => ({
    show: (id) => {
      const placeOf = (): HTMLElement | null | undefined =>
        content.current?.querySelector<HTMLElement>(`[data-message="${CSS.escape(id)}"]`);
      const loaded = now.current.items.some((each) => each.id === id);
      if (placeOf() === null && loaded) flushSync(now.current.drawn.revealAll);
      const place = placeOf();
      if (place === null || place === undefined) {
        onMissing(id);
        return false;
      }
      const centre = (): void => {
        place.scrollIntoView({ block: 'center' });
        now.current.onMoved();
      };
      centre();
      // Heights are known for sure only once the first frame is laid out.
      window.requestAnimationFrame(centre);
      place.dataset['shown'] = 'true';
      window.setTimeout(() => { delete place.dataset['shown']; }, shownMs);
      return true;
    },
    quote: writable ? (message) => {
      setQuote(conversationId, message.id);
      askReply();
    } : undefined,
  }), [conversationId, content, writable, onMissing]);
}

/** What is still on its way from this browser and not in the thread yet. */
function usePending(conversationId: string, items: readonly MessageView[]): Pending[] {
  const outbox = useOutbox();
  return useMemo(() => {
    const known = new Set(items.map((message) => message.clientId));
    return outbox.filter((pending) => pending.conversationId === conversationId && !known.has(pending.clientId));
  }, [outbox, conversationId, items]);
}

/** Tells the server that the messages were read, once they stand on a screen somebody looks at. */
function useRead(row: InteractionView, atBottom: boolean, me: string): void {
  const { live } = useDesk();
  useEffect(() => {
    if (row.unreadCount === 0 || !atBottom || row.agentId !== me) return undefined;
    const read = (): void => {
      if (document.visibilityState === 'visible')
        void live.request('interaction:read', { interactionId: row.id }).catch(() => undefined);
    };
    read();
    document.addEventListener('visibilitychange', read);
    return () => { document.removeEventListener('visibilitychange', read); };
  }, [live, row.id, row.unreadCount, row.agentId, atBottom, me]);
}

/** Loads later messages near the end of a part that does not reach the newest; leaves it when something is sent. */
function useLater(later: Props['later'], sending: boolean): (() => void) | undefined {
  const busy = useRef(false);
  const leave = later?.leave;
  useEffect(() => { if (sending) leave?.(); }, [sending, leave]);
  if (later === undefined) return undefined;
  return () => {
    if (busy.current) return;
    busy.current = true;
    void later.loadNewer().catch(() => undefined).finally(() => { busy.current = false; });
  };
}

/** Goes once to the message that was asked for, and puts the reading of the screen there. */
function useArrival(target: string | undefined, { show }: ThreadContextValue,
  content: RefObject<HTMLDivElement | null>): void {
  const arrived = useRef<string>(undefined);
  useEffect(() => {
    if (target === undefined || arrived.current === target) return;
    const place = content.current?.querySelector<HTMLElement>(`[data-message="${CSS.escape(target)}"]`);
    if (place === null || place === undefined) return;
    arrived.current = target;
    show(target);
    if (document.activeElement !== document.body) return;
    place.tabIndex = -1;
    place.focus({ preventScroll: true });
  }, [target, show, content]);
}

/** Earlier messages: those that are loaded are drawn, then more are fetched. */
function useOlder(thread: Thread, drawn: Drawn, loadOlder: () => Promise<void>) {
  const [loading, setLoading] = useState(false);
  const busy = useRef(false);
  const more = (): void => {
    if (busy.current || drawn.reveal() || thread.complete) return;
    busy.current = true;
    setLoading(true);
    void loadOlder().catch(() => undefined).finally(() => { busy.current = false; setLoading(false); });
  };
  return { loading, more };
}

/** Where the drawn messages stand. */
function usePlaced(items: readonly MessageView[], drawn: number, locale: Locale): readonly Placed<MessageView>[] {
  return useMemo(() => placeMessages(items, { locale }), [items, locale]).slice(items.length - drawn);
}

/** How many messages of others came since the bottom was left. */
function useUnseen(items: readonly MessageView[], atBottom: boolean): number {
  const lastSeq = items.at(-1)?.seq ?? 0;
  const [seenSeq, setSeenSeq] = useState(lastSeq);
  if (atBottom && seenSeq !== lastSeq) setSeenSeq(lastSeq);
  return items.filter((message) => message.seq > seenSeq && message.direction !== 'SYSTEM').length;
}

/**
 * The seq up to which a message is old: it is read aloud by nobody while it is drawn or loaded on the way up. What
 * comes later speaks, but not while one reads far from the newest.
 */
function useHeard(items: readonly MessageView[], apart: boolean): number {
  const lastSeq = items.at(-1)?.seq ?? 0;
  const [heard, setHeard] = useState(lastSeq);
  const [wasApart, setWasApart] = useState(apart);
  if (wasApart !== apart) setWasApart(apart);
  // What joins in the moment in which the newest are reached is as old as the rest.
  if ((apart || wasApart) && heard < lastSeq) setHeard(lastSeq);
  return heard;
}

/** The scrolling part of the conversation. */
export function Messages({ row, thread, conversationId, loadOlder, target, later }: Props) {
  const t = useT();
  const locale = useLocale();
  const { user } = useSession();
  const signals = useSignals();
  const pending = usePending(conversationId, thread.items);
  const drawn = useDrawn(thread.items, target !== undefined);
  const { loading, more } = useOlder(thread, drawn, loadOlder);
  const onNearEnd = useLater(later, pending.length > 0);
  const [, navigate] = useLocation();
  const last = thread.items.at(-1);
  const { scroller, content, atBottom, toBottom, onScroll } = useAnchor({
    firstKey: drawn.items[0]?.id, lastKey: pending.at(-1)?.clientId ?? last?.clientId ?? last?.id,
    lastIsOwn: pending.length > 0 || last?.authorId === user.id, onNearTop: more, onNearEnd,
  });
  useRead(row, atBottom, user.id);
  const writable = isOpen(row) && row.agentId === user.id;
  const below = useUnseen(thread.items, atBottom);
  const heard = useHeard(thread.items, later !== undefined);
  const unseen = later === undefined ? below : row.unreadCount;
  useEffect(() => { if (atBottom) drawn.trim(); }, [atBottom, drawn]);
  const placed = usePlaced(thread.items, drawn.items.length, locale);
  const typing = signals.customerTypes(conversationId);
  const context = useContextValue(conversationId, thread.items, drawn, content, writable, onScroll,
    useCallback((id: string) => { navigate(messageHref(row.id, id)); }, [navigate, row.id]));
  useArrival(target, context, content);
  const toNewest = later === undefined ? toBottom : later.leave;
  useKeys({ End: ({ target: at }) => {
    if (at instanceof Node && at !== document.body && !scroller.current?.isSameNode(at)) return false;
    toNewest();
    return true;
  } });
  const now = serverNow();
  return (
    <ThreadContext value={context}><ThreadItems value={thread.items}><SettledContext value={drawn.settled}>
    <ViewerProvider messages={thread.items}>
    <div className={css.talk}>
      <div ref={scroller} className={css.scroller} onScroll={onScroll} tabIndex={0} role="log"
        aria-label={t('talk.label', { who: whoOf(row) })} aria-live="polite">
        <div ref={content} className={css.messages}><div>
          <p className={`meta ${css.start}`}>{loading ? t('talk.older')
            : thread.complete && placed.length === thread.items.length ? t('talk.start') : ' '}</p>
          {placed.map((each) => (
            <div key={each.message.clientId ?? each.message.id} className={css.place}
              aria-live={each.message.seq <= heard ? 'off' : undefined}
              data-first={each.first || undefined} data-message={each.message.id}
              data-aimed={each.message.id === target || undefined}>
              {each.newDay ? <p className={css.day}><span>{dayMark(each.message.createdAt, now, { locale })}</span>
                </p> : null}
              <MessageItem placed={each} row={row} me={user.id} />
            </div>
          ))}
          {pending.map((each) => <PendingItem key={each.clientId} pending={each} />)}
          <p className={css.typing}>
            {typing ? <><span className={css.dots} aria-hidden="true"><i /><i /><i />
              </span>{t('talk.typing', { who: whoOf(row) })}</> : null}
          </p>
        </div></div>
      </div>
      {atBottom ? null : (
        <Button className={css.pill} variant="default" size="xs" leftSection={<IconArrowDown size={14} stroke={2} />}
          onClick={toNewest} aria-keyshortcuts="End">
          {unseen > 0 ? t('talk.newMessages', { n: unseen }) : t('talk.toBottom')}
        </Button>
      )}
    </div>
    </ViewerProvider>
    </SettledContext></ThreadItems></ThreadContext>
  );
}
