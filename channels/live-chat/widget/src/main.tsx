/** Starts the customer's page: by itself at /chat, or inside the frame of the embed script. */
import { render } from 'preact';
import { App } from './app.tsx';
import { openChat, type Identity } from './chat.ts';
import { openKeep } from './keep.ts';
import './style.css';
import { firstLocale } from './words.ts';

const query = new URLSearchParams(location.search);
const account = query.get('account') ?? 'web';
const embedded = query.has('embed') && window.parent !== window;
const keep = openKeep(account);

interface FromParent {
  sambung?: string;
  open?: boolean;
  identity?: Identity;
}

function start(identity: Identity | undefined, open: boolean): void {
  const chat = openChat(account, keep, identity);
  const root = document.getElementById('chat');
  if (root === null) return;
  let parentOpen = open;
  let unread = 0;
  const watch = (): void => {
    const visible = document.visibilityState === 'visible' && parentOpen;
    if (visible) unread = 0;
    chat.watch(visible);
  };
  // The parent may be any site that the account names; it gets a number, never a word of the chat.
  const tell = (message: object): void => {
    if (embedded) window.parent.postMessage(message, '*');
  };
  let newest = 0;
  chat.subscribe(() => {
    const { messages } = chat.get();
    const last = messages.at(-1)?.seq ?? 0;
    if (last === newest) return;
    if (newest > 0) unread += messages.filter((message) => message.seq > newest && message.from !== 'customer').length;
    newest = last;
    if (!parentOpen) tell({ sambung: 'unread', count: unread });
  });
  document.addEventListener('visibilitychange', watch);
  window.addEventListener('message', (event) => {
    const message = event.data as FromParent;
    if (event.source !== window.parent || message?.sambung !== 'shown') return;
    parentOpen = message.open === true;
    watch();
    if (parentOpen) document.getElementById('message')?.focus();
  });
  window.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && embedded) tell({ sambung: 'close' });
  });
  watch();
  render(
    <App
      chat={chat}
      account={account}
      embedded={embedded}
      first={firstLocale(query.get('lang'), keep.get('locale'))}
      onLocale={(locale) => keep.set('locale', locale)}
      onMinimise={() => tell({ sambung: 'close' })}
    />,
    root,
  );
}

/** Phones shrink what one sees, not the page, when the keyboard opens. */
function followKeyboard(): void {
  const view = window.visualViewport;
  if (!view) return;
  const fit = (): void => {
    document.documentElement.style.setProperty('--height', `${view.height}px`);
  };
  view.addEventListener('resize', fit);
  fit();
}

followKeyboard();
if (!embedded) start(undefined, true);
else {
  const first = (event: MessageEvent): void => {
    const message = event.data as FromParent;
    if (event.source !== window.parent || message?.sambung !== 'start') return;
    window.removeEventListener('message', first);
    start(message.identity, message.open !== false);
  };
  window.addEventListener('message', first);
  window.parent.postMessage({ sambung: 'ready' }, '*');
}
