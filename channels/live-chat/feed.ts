/** Keeps one browser in step with its thread: pulls on a hint, pushes only what is new, never two pulls at once. */
import type { ChannelHost, CustomerSocket, HistoryMessage, HistoryPage } from '#channels/channel.ts';
import type { InboundReceipt } from '#domain/channels/words.ts';
import type { ChatMessage, ChatState, Page } from './protocol.ts';
import { minutesPerPosition } from './settings.ts';
import { chatMessage, chatState, fingerprint, isVisible } from './view.ts';

/** The newest messages that every pull looks at again: one still on its way out may stand behind newer ones. */
const WINDOW = 30;
const PAGE = 50;
const CATCH_UP_PAGES_MAX = 5;
/** The place in a queue moves with others' chats, of which this thread hears nothing. */
const WAITING_REFRESH_MS = 10_000;

export interface Feed {
  /** The first page, for the hello; `after` is the newest seq that the browser holds. */
  open(after: number): Promise<{ page: Page; state: ChatState; reset: boolean }>;
  /** Something changed: pull soon, once, however often this is called meanwhile. */
  hint(): void;
  before(seq: number): Promise<Page>;
  /** Receipts for what was pushed up to these seqs, each once. */
  seen(delivered: number, read: number): InboundReceipt[];
  state(): ChatState | undefined;
  hasThread(): boolean;
  close(): void;
}

interface Memory {
  pushed: Map<string, string>;
  /** Everything up to here was pushed or never will be. */
  upTo: number;
  unread: Map<number, { providerMessageId: string; status: string }>;
  state: ChatState | undefined;
  thread: boolean;
}

function remember(memory: Memory, messages: readonly HistoryMessage[]): ChatMessage[] {
  const fresh: ChatMessage[] = [];
  for (const message of messages) {
    const print = fingerprint(message);
    const known = memory.pushed.get(message.id);
    memory.upTo = Math.max(memory.upTo, message.seq);
    if (known === print) continue;
    memory.pushed.delete(message.id);
    memory.pushed.set(message.id, print);
    if (!isVisible(message)) continue;
    fresh.push(chatMessage(message));
    if (message.from === 'customer' || message.status === null || message.status === 'read') continue;
    memory.unread.set(message.seq, {
      providerMessageId: message.providerMessageId ?? message.id,
      status: message.status,
    });
  }
  for (const id of memory.pushed.keys()) {
    if (memory.pushed.size <= WINDOW * 4) break;
    memory.pushed.delete(id);
  }
  return fresh;
}

/** Pages between what was pushed and the window, oldest first; undefined if there are too many to be worth it. */
async function gap(
  host: ChannelHost,
  handle: string,
  from: number,
  page: HistoryPage,
): Promise<HistoryMessage[] | undefined> {
  const first = page.messages[0]?.seq ?? 0;
  const between: HistoryMessage[] = [];
  let after = from;
  for (let n = 0; n < CATCH_UP_PAGES_MAX && first > after + 1; n += 1) {
    const { messages } = await host.history({ handle, after, limit: PAGE });
    if (messages.length === 0) return between;
    between.push(...messages.filter((message) => message.seq < first));
    after = messages.at(-1)?.seq ?? first;
  }
  return first > after + 1 ? undefined : between;
}

function receiptsUpTo(memory: Memory, delivered: number, read: number): InboundReceipt[] {
  const receipts: InboundReceipt[] = [];
  for (const [seq, one] of memory.unread) {
    if (seq <= read) {
      receipts.push({ providerMessageId: one.providerMessageId, status: 'read' });
      memory.unread.delete(seq);
    } else if (seq <= delivered && one.status !== 'delivered') {
      receipts.push({ providerMessageId: one.providerMessageId, status: 'delivered' });
      one.status = 'delivered';
    }
  }
  return receipts;
}

/** Opens the feed of one browser on one thread. */
export function createFeed(host: ChannelHost, handle: string, socket: CustomerSocket): Feed {
  const memory: Memory = { pushed: new Map(), upTo: 0, unread: new Map(), state: undefined, thread: false };
  let opened = false;
  let pulling = false;
  let again = false;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  function stateOf(page: HistoryPage): ChatState {
    memory.thread = page.conversationId !== null;
    memory.state = chatState(page, minutesPerPosition(host.account));
    clearTimeout(timer);
    if (memory.state.waiting !== null && !closed) timer = setTimeout(feed.hint, WAITING_REFRESH_MS);
    return memory.state;
  }

  async function pull(): Promise<void> {
    const page = await host.history({ handle, limit: WINDOW });
    const missed = (await gap(host, handle, memory.upTo, page)) ?? [];
    if (closed) return;
    const before = JSON.stringify(memory.state);
    const messages = remember(memory, [...missed, ...page.messages]);
    if (messages.length > 0) socket.emit('messages', { messages });
    if (JSON.stringify(stateOf(page)) !== before) socket.emit('state', memory.state);
  }

  async function run(): Promise<void> {
    pulling = true;
    try {
      do {
        again = false;
        await pull();
      } while (again && !closed);
    } catch (error) {
      // The next hint or the widget's own reconnect brings it; the thread itself is safe in the database.
      host.log.warn({ error: (error as Error).message }, 'chat feed not pulled');
    } finally {
      pulling = false;
    }
  }

  const feed: Feed = {
    async open(after) {
      const page = await host.history({ handle, limit: PAGE });
      const missed = after > 0 && after <= page.lastSeq ? await gap(host, handle, after, page) : undefined;
      const reset = missed === undefined;
      memory.upTo = page.lastSeq;
      opened = true;
      const messages = remember(memory, [...(missed ?? []), ...page.messages]);
      return {
        reset,
        state: stateOf(page),
        page: { messages, more: (page.messages[0]?.seq ?? 1) > 1 && page.messages.length === PAGE },
      };
    },
    hint() {
      // Before the first page nothing is pushed: the caller hints once it has sent it.
      if (closed || !opened) return;
      if (pulling) again = true;
      else void run();
    },
    async before(seq) {
      const { messages } = await host.history({ handle, before: seq, limit: PAGE });
      return { messages: messages.filter(isVisible).map(chatMessage), more: messages.length === PAGE };
    },
    seen: (delivered, read) => receiptsUpTo(memory, delivered, read),
    state: () => memory.state,
    hasThread: () => memory.thread,
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
  return feed;
}
