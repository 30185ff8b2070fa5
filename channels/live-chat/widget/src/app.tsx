/** The customer's screen: head, banner, thread and composer, in the language they chose. */
import { Fragment, type JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Locale } from '../../protocol.ts';
import { FormCard, formFields, QueueCard, RateCard } from './cards.tsx';
import type { Chat, Snapshot } from './chat.ts';
import { Composer } from './composer.tsx';
import { FilledCheck, Icon } from './icons.tsx';
import { Speaker, Thread, type Shared } from './thread.tsx';
import { wordsOf, type Say } from './words.ts';

const NEAR_END_PX = 80;

function statusLine(now: Snapshot, locale: Locale, say: Say): JSX.Element {
  const line = now.settings?.status[locale] ?? '';
  if (now.phase === 'online')
    return (
      <p class="status">
        <FilledCheck />
        {[say('connected'), line].filter((part) => part !== '').join(' · ')}
      </p>
    );
  return <p class="status">{say(now.phase === 'connecting' ? 'connecting' : 'offline')}</p>;
}

function Menu({
  shared,
  canEnd,
  onLocale,
  onEnd,
}: {
  shared: Shared;
  canEnd: boolean;
  onLocale: (locale: Locale) => void;
  onEnd: () => void;
}): JSX.Element {
  const { say, locale } = shared;
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!open) return undefined;
    root.current?.querySelector<HTMLButtonElement>('[role=menuitem]')?.focus();
    const away = (event: Event): void => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', away);
    return () => document.removeEventListener('pointerdown', away);
  }, [open]);
  const choose = (act: () => void): void => {
    setOpen(false);
    button.current?.focus();
    act();
  };
  const keys = (event: KeyboardEvent): void => {
    const items = [...(root.current?.querySelectorAll<HTMLButtonElement>('[role=menuitem]') ?? [])];
    const at = items.indexOf(document.activeElement as HTMLButtonElement);
    if (event.key === 'Escape') {
      event.stopPropagation();
      choose(() => undefined);
    }
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      items.at((at + (event.key === 'ArrowDown' ? 1 : -1)) % items.length)?.focus();
    }
  };
  return (
    <div class="menu" ref={root} onKeyDown={open ? keys : undefined}>
      <button
        ref={button}
        type="button"
        class="plain"
        aria-label={say('menu')}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Icon name="dots" size={20} />
      </button>
      {open && (
        <div class="menu-list" role="menu">
          <button type="button" role="menuitem" onClick={() => choose(() => onLocale(locale === 'id' ? 'en' : 'id'))}>
            {say('language')}
          </button>
          {canEnd && (
            <button type="button" role="menuitem" class="bad" onClick={() => choose(onEnd)}>
              {say('end')}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function EndDialog({ shared, onClose }: { shared: Shared; onClose: () => void }): JSX.Element {
  const { say, chat } = shared;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const end = (): void => {
    void chat
      .request('chat:end', {})
      .catch(() => undefined)
      .then(() => dialog.current?.close());
  };
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="end-title">
      <h2 id="end-title">{say('endQuestion')}</h2>
      <p class="meta">{say('endHint')}</p>
      <div class="dialog-acts">
        <button type="button" class="quiet" onClick={() => dialog.current?.close()}>
          {say('endNo')}
        </button>
        <button type="button" class="filled danger" onClick={end}>
          {say('endYes')}
        </button>
      </div>
    </dialog>
  );
}

/** Keeps the end in sight while the customer is there; else counts what came and leaves the text where it is. */
function useScroll(
  count: number,
  last: unknown,
): { box: { current: HTMLDivElement | null }; unseen: number; toEnd: () => void; onScroll: () => void } {
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const height = useRef(0);
  const before = useRef(count);
  const [unseen, setUnseen] = useState(0);
  const toEnd = (): void => {
    box.current?.scrollTo({ top: box.current.scrollHeight });
    setUnseen(0);
  };
  useLayoutEffect(() => {
    const more = count - before.current;
    before.current = count;
    if (atEnd.current) toEnd();
    else if (more > 0) setUnseen((known) => known + more);
  }, [count, last]);
  useEffect(() => {
    // The keyboard, a picture that loads, a field that grows: the end stays in sight.
    const follow = new ResizeObserver(() => {
      if (atEnd.current) toEnd();
    });
    if (box.current !== null) {
      follow.observe(box.current);
      if (box.current.firstElementChild) follow.observe(box.current.firstElementChild);
    }
    return () => follow.disconnect();
  }, []);
  const onScroll = (): void => {
    const area = box.current;
    if (area === null) return;
    // A browser that scrolls because the keyboard took room is no customer who scrolls.
    const resized = area.clientHeight !== height.current;
    height.current = area.clientHeight;
    if (resized && atEnd.current) {
      toEnd();
      return;
    }
    atEnd.current = area.scrollHeight - area.scrollTop - area.clientHeight < NEAR_END_PX;
    if (atEnd.current) setUnseen(0);
  };
  return { box, unseen, toEnd, onScroll };
}

function Older({ shared, box }: { shared: Shared; box: { current: HTMLDivElement | null } }): JSX.Element {
  const [busy, setBusy] = useState(false);
  const load = (): void => {
    const area = box.current;
    const fromEnd = area === null ? 0 : area.scrollHeight - area.scrollTop;
    setBusy(true);
    // What one was reading stays where it was.
    void shared.chat
      .older()
      .catch(() => undefined)
      .then(() => {
        setBusy(false);
        if (area !== null) area.scrollTop = area.scrollHeight - fromEnd;
      });
  };
  return (
    <button type="button" class="quiet older" disabled={busy} onClick={load}>
      {shared.say('older')}
    </button>
  );
}

function Refused({ shared }: { shared: Shared }): JSX.Element {
  return (
    <div class="refused" role="alert">
      <h2>{shared.say('refused')}</h2>
      <p class="meta">{shared.say('refusedHint')}</p>
      <button type="button" class="filled" onClick={() => shared.chat.retryNow()}>
        {shared.say('reload')}
      </button>
    </div>
  );
}

function Head({
  now,
  shared,
  embedded,
  canEnd,
  onLocale,
  onEnd,
  onMinimise,
}: {
  now: Snapshot;
  shared: Shared;
  embedded: boolean;
  canEnd: boolean;
  onLocale: (locale: Locale) => void;
  onEnd: () => void;
  onMinimise: () => void;
}): JSX.Element {
  const { say, locale } = shared;
  return (
    <header>
      <span class="logo">
        <Icon name="logo" size={26} />
      </span>
      <div class="head-words">
        <h1>{now.settings?.title[locale] ?? ' '}</h1>
        {statusLine(now, locale, say)}
      </div>
      <Menu shared={shared} canEnd={canEnd} onLocale={onLocale} onEnd={onEnd} />
      {embedded && (
        <button type="button" class="plain" aria-label={say('minimise')} title={say('minimise')} onClick={onMinimise}>
          <Icon name="down" size={20} />
        </button>
      )}
    </header>
  );
}

export interface AppProps {
  chat: Chat;
  account: string;
  first: Locale;
  embedded: boolean;
  onLocale(locale: Locale): void;
  onMinimise(): void;
}

function Welcome({ text, say }: { text: string; say: Say }): JSX.Element {
  return (
    <Fragment>
      <Speaker from="bot" author={null} say={say} />
      <div class="bubble theirs first last">
        <p class="text">{text}</p>
      </div>
    </Fragment>
  );
}

/** The form after a chat, once for each, and thanks for it. */
function Rating({ now, shared }: { now: Snapshot; shared: Shared }): JSX.Element | null {
  const [thanked, setThanked] = useState<string | null>(null);
  const { interactionId, rateable } = now.state;
  if (interactionId !== null && thanked === interactionId) {
    return (
      <p class="card thanks" role="status">
        {shared.say('rateThanks')}
      </p>
    );
  }
  return rateable ? <RateCard key={interactionId} shared={shared} onDone={() => setThanked(interactionId)} /> : null;
}

function focusMessage(): void {
  setTimeout(() => document.getElementById('message')?.focus());
}

/** The conversation and where one writes. */
function Conversation({ now, shared }: { now: Snapshot; shared: Shared }): JSX.Element {
  const { settings, state, messages, pending, more, typing } = now;
  const { say, locale } = shared;
  const { box, unseen, toEnd, onScroll } = useScroll(messages.length + pending.length, typing || state.open);
  const unknown = messages.length + pending.length === 0 && !now.identified && now.form === undefined;
  const asks = settings !== null && unknown && formFields(settings).length > 0;
  const closed = state.interactionId !== null && !state.open;
  const log = { role: 'log', 'aria-live': 'polite', 'aria-relevant': 'additions' } as const;
  return (
    <Fragment>
      {state.waiting !== null && <QueueCard waiting={state.waiting} say={say} />}
      <div class="log" ref={box} onScroll={onScroll} {...log} aria-label={say('conversation')} tabIndex={0}>
        <div class="log-inside">
          {more && <Older shared={shared} box={box} />}
          {settings !== null && !more && <Welcome text={settings.welcome[locale]} say={say} />}
          {settings !== null && asks && <FormCard settings={settings} shared={shared} onDone={focusMessage} />}
          <Thread messages={messages} pending={pending} shared={shared} />
          {typing && <p class="typing">{say('typing', { name: state.agentName ?? say('officer') })}</p>}
          <Rating now={now} shared={shared} />
        </div>
      </div>
      {unseen > 0 && (
        <button type="button" class="pill" onClick={toEnd}>
          <Icon name="down" size={14} /> {say('newMessages', { n: unseen })}
        </button>
      )}
      {settings !== null && !asks && <Composer shared={shared} closed={closed} textChars={settings.textChars} />}
    </Fragment>
  );
}

function Banner({ now, say }: { now: Snapshot; say: Say }): JSX.Element {
  return (
    <div role="status" class="banner-place">
      {now.phase === 'reconnecting' && (
        <p class="banner">
          <Icon name="clock" size={14} /> {say('reconnecting')}
        </p>
      )}
    </div>
  );
}

/** The whole widget. */
export function App({ chat, account, first, embedded, onLocale, onMinimise }: AppProps): JSX.Element {
  const [now, setNow] = useState(chat.get());
  const [locale, setLocale] = useState(first);
  const [ending, setEnding] = useState(false);
  useEffect(() => {
    setNow(chat.get());
    return chat.subscribe(() => setNow(chat.get()));
  }, [chat]);
  useEffect(() => {
    document.documentElement.lang = locale;
    if (now.settings) document.title = now.settings.title[locale];
  }, [locale, now.settings]);
  const shared: Shared = { chat, account, locale, say: wordsOf(locale) };
  const choose = (next: Locale): void => {
    setLocale(next);
    onLocale(next);
  };
  return (
    <div class={`chat${embedded ? ' embedded' : ''}`}>
      <Head
        now={now}
        shared={shared}
        embedded={embedded}
        canEnd={now.state.open}
        onLocale={choose}
        onEnd={() => setEnding(true)}
        onMinimise={onMinimise}
      />
      <Banner now={now} say={shared.say} />
      {now.phase === 'refused' ? <Refused shared={shared} /> : <Conversation now={now} shared={shared} />}
      {ending && <EndDialog shared={shared} onClose={() => setEnding(false)} />}
    </div>
  );
}
