/** Keeps one browser in step with its thread: pulls on a hint, pushes only what is new, never two pulls at once. */
import type { ChannelHost, CustomerSocket, HistoryMessage, HistoryPage } from '#channels/channel.ts';
import type { InboundReceipt } from '#domain/channels/words.ts';
import type { ChatMessage, ChatState, Page } from './protocol.ts';
import { minutesPerPosition } from './settings.ts';
import { chatMessage, chatState, fingerprint, isVisible } from './view.ts';

/** The newest messages that every pull looks at again: one still on its way out may stand behind newer ones. */
const WINDOW = 30;
/** As far back as a browser is told of what changed there; further up it learns of it when it is opened again. */
const FAR_WINDOW = WINDOW * 4;
const PAGE = 50;
const CATCH_UP_PAGES_MAX = 5;
/** The place in a queue moves with others' chats, of which this thread hears nothing. */
const WAITING_REFRESH_MS = 10_000;
const AGAIN_MS = 2_000;

export interface Opening {
  page: Page;
  state: ChatState;
  /** The browser holds nothing of use: it takes this page alone. */
  reset: boolean;
}

export interface Feed {
  /** The first page, for the hello; `after` is the newest seq that the browser holds. */
  open(after: number): Promise<Opening>;
  /** Something changed, perhaps far up: pull soon, once, however often this is called meanwhile. */
  hint(isFar?: boolean): void;
  before(seq: number): Promise<Page>;
  /** Receipts for what was pushed up to these seqs, each once. */
  seen(delivered: number, read: number): InboundReceipt[];
  state(): ChatState | undefined;
  /** True if this browser was shown the message: only such a one can it answer. */
  showed(messageId: string): boolean;
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
    if (memory.pushed.size <= FAR_WINDOW) break;
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

class ThreadFeed implements Feed {
  readonly #host: ChannelHost;
  readonly #handle: string;
  readonly #socket: CustomerSocket;
  readonly #memory: Memory = { pushed: new Map(), upTo: 0, unread: new Map(), state: undefined, thread: false };
  #opened = false;
  #pulling = false;
  #again = false;
  #far = false;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(host: ChannelHost, handle: string, socket: CustomerSocket) {
    this.#host = host;
    this.#handle = handle;
    this.#socket = socket;
  }

  async open(after: number): Promise<Opening> {
    const page = await this.#host.history({ handle: this.#handle, limit: PAGE });
    const known = after > 0 && after <= page.lastSeq;
    const missed = known ? await gap(this.#host, this.#handle, after, page) : undefined;
    this.#memory.upTo = page.lastSeq;
    this.#opened = true;
    const messages = remember(this.#memory, [...(missed ?? []), ...page.messages]);
    const more = (page.messages[0]?.seq ?? 1) > 1 && page.messages.length === PAGE;
    return { reset: missed === undefined, state: this.#stateOf(page), page: { messages, more } };
  }

  hint(isFar = false): void {
    this.#far ||= isFar;
    // Before the first page nothing is pushed: the caller hints once it has sent it.
    if (this.#closed || !this.#opened) return;
    if (this.#pulling) this.#again = true;
    else void this.#run();
  }

  async before(seq: number): Promise<Page> {
    const { messages } = await this.#host.history({ handle: this.#handle, before: seq, limit: PAGE });
    return { messages: messages.filter(isVisible).map(chatMessage), more: messages.length === PAGE };
  }

  seen(delivered: number, read: number): InboundReceipt[] {
    return receiptsUpTo(this.#memory, delivered, read);
  }

  state(): ChatState | undefined {
    return this.#memory.state;
  }

  showed(messageId: string): boolean {
    return this.#memory.pushed.has(messageId);
  }

  hasThread(): boolean {
    return this.#memory.thread;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #hintAfter(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#closed) this.#timer = setTimeout(() => this.hint(), ms);
  }

  #stateOf(page: HistoryPage): ChatState {
    const state = chatState(page, minutesPerPosition(this.#host.account));
    this.#memory.thread = page.conversationId !== null;
    this.#memory.state = state;
    clearTimeout(this.#timer);
    if (state.waiting !== null) this.#hintAfter(WAITING_REFRESH_MS);
    return state;
  }

  async #pull(): Promise<void> {
    const limit = this.#far ? FAR_WINDOW : WINDOW;
    this.#far = false;
    const page = await this.#host.history({ handle: this.#handle, limit });
    const missed = (await gap(this.#host, this.#handle, this.#memory.upTo, page)) ?? [];
    if (this.#closed) return;
    const before = JSON.stringify(this.#memory.state);
    const messages = remember(this.#memory, [...missed, ...page.messages]);
    if (messages.length > 0) this.#socket.emit('messages', { messages });
    const state = this.#stateOf(page);
    if (JSON.stringify(state) !== before) this.#socket.emit('state', state);
  }

  async #run(): Promise<void> {
    this.#pulling = true;
    try {
      do {
        this.#again = false;
        await this.#pull();
      } while (this.#again && !this.#closed);
    } catch (error) {
      // The database is away: what changed is safe in it, and is looked for until it is back.
      this.#host.log.warn({ error: (error as Error).message }, 'chat feed not pulled; trying again');
      this.#hintAfter(AGAIN_MS);
    } finally {
      this.#pulling = false;
    }
  }
}

/** Opens the feed of one browser on one thread. */
export function createFeed(host: ChannelHost, handle: string, socket: CustomerSocket): Feed {
  return new ThreadFeed(host, handle, socket);
}
