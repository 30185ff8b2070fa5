/** The chat itself, without any screen: connection, thread, what waits to be sent, and what changed. */
import { io, type Socket } from 'socket.io-client';
import type {
  ChatAck,
  ChatAnswers,
  ChatHandshake,
  ChatHello,
  ChatMessage,
  ChatRequests,
  ChatServerEvents,
  ChatState,
  Form,
  Page,
  PublicSettings,
} from '../../protocol.ts';
import type { Keep } from './keep.ts';
import { createOutbox, type Outbox, type Pending } from './outbox.ts';

export type Phase = 'connecting' | 'online' | 'reconnecting' | 'refused';
export type Identity = NonNullable<ChatHandshake['identity']>;

export interface Snapshot {
  phase: Phase;
  settings: PublicSettings | null;
  state: ChatState;
  messages: ChatMessage[];
  more: boolean;
  pending: readonly Pending[];
  typing: boolean;
  identified: boolean;
  form: Form | undefined;
}

export interface Chat {
  get(): Snapshot;
  subscribe(listener: () => void): () => void;
  readonly outbox: Outbox;
  request<N extends keyof ChatRequests>(name: N, payload: ChatRequests[N]): Promise<ChatAnswers[N]>;
  older(): Promise<void>;
  setForm(form: Form): void;
  typing(isTyping: boolean): void;
  /** The customer has the chat before their eyes, or not. */
  watch(visible: boolean): void;
  token(): string;
  retryNow(): void;
}

const ACK_MS = 12_000;
const TYPING_SHOWN_MS = 6_000;
const NO_STATE: ChatState = { interactionId: null, open: false, waiting: null, agentName: null, rateable: false };

function merged(known: readonly ChatMessage[], more: readonly ChatMessage[]): ChatMessage[] {
  const bySeq = new Map(known.map((message) => [message.seq, message]));
  for (const message of more) bySeq.set(message.seq, message);
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

/** An answer that says no, or none at all; its message is the code (TIMEOUT for none). */
export class RequestFailed extends Error {}

type Requests = {
  [N in keyof ChatRequests]: (payload: ChatRequests[N], ack: (answer: ChatAck<ChatAnswers[N]>) => void) => void;
};
type ChatSocket = Socket<ChatServerEvents, Requests>;

function connect(account: string, keep: Keep, after: () => number, identity: Identity | undefined): ChatSocket {
  return io('/chat', {
    // Most networks carry WebSocket at once; those that do not fall back to polling.
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    reconnectionDelay: 500,
    reconnectionDelayMax: 5_000,
    auth: (give) => {
      const token = keep.get('token');
      const handshake: ChatHandshake = {
        account,
        after: after(),
        ...(token === null ? {} : { token }),
        ...(identity ? { identity } : {}),
      };
      give(handshake as unknown as Record<string, unknown>);
    },
  });
}

/** The client's own types lose the tie between a name and its payload; here it is kept. */
function emit<N extends keyof ChatRequests>(
  socket: ChatSocket,
  name: N,
  payload: ChatRequests[N],
): Promise<ChatAck<ChatAnswers[N]>> {
  const sender = socket.timeout(ACK_MS) as unknown as {
    emitWithAck(name: N, payload: ChatRequests[N]): Promise<ChatAck<ChatAnswers[N]>>;
  };
  return sender.emitWithAck(name, payload);
}

function firstSnapshot(form: Form | undefined): Snapshot {
  const thread = { messages: [], more: false, pending: [], state: NO_STATE };
  return { phase: 'connecting', settings: null, typing: false, identified: false, form, ...thread };
}

const NOTHING_SEEN = { delivered: 0, read: 0 };

class OpenChat implements Chat {
  readonly outbox: Outbox;
  readonly #keep: Keep;
  readonly #socket: ChatSocket;
  readonly #listeners = new Set<() => void>();
  #now: Snapshot;
  #visible = true;
  #seen = NOTHING_SEEN;
  #typingTimer = 0;
  #comeBack = 0;

  constructor(account: string, keep: Keep, identity: Identity | undefined) {
    this.#keep = keep;
    this.#now = firstSnapshot(keep.form());
    this.outbox = createOutbox({
      account,
      keep,
      request: (name, payload) => this.request(name, payload),
      token: () => this.token(),
      online: () => this.#now.phase === 'online',
      form: () => (this.#now.messages.some((message) => message.from === 'customer') ? undefined : this.#now.form),
      fileBytesMax: () => this.#now.settings?.fileBytes ?? Infinity,
      changed: (pending) => this.#change({ pending }),
      sent: (message) => {
        if (message.seq > 0) this.#take([message]);
      },
    });
    this.#socket = connect(account, keep, () => this.#newest(), identity);
    this.#listen();
  }

  get(): Snapshot {
    return this.#now;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  async request<N extends keyof ChatRequests>(name: N, payload: ChatRequests[N]): Promise<ChatAnswers[N]> {
    const answer = await emit(this.#socket, name, payload).catch(() => ({ ok: false as const, code: 'TIMEOUT' }));
    if (answer.ok) return answer.data;
    throw new RequestFailed(answer.code);
  }

  async older(): Promise<void> {
    const { messages } = this.#now;
    const page: Page = await this.request('chat:before', { before: messages[0]?.seq ?? 0 });
    this.#change({ messages: merged(this.#now.messages, page.messages), more: page.more });
  }

  setForm(form: Form): void {
    this.#keep.setForm(form);
    this.#change({ form });
  }

  typing(isTyping: boolean): void {
    if (this.#now.phase !== 'online') return;
    void this.request('chat:typing', { typing: isTyping }).catch(() => undefined);
  }

  watch(visible: boolean): void {
    this.#visible = visible;
    this.#tellSeen();
  }

  token(): string {
    return this.#keep.get('token') ?? '';
  }

  retryNow(): void {
    this.#change({ phase: 'connecting' });
    this.#socket.disconnect().connect();
  }

  #change(part: Partial<Snapshot>): void {
    this.#now = { ...this.#now, ...part };
    for (const listener of this.#listeners) listener();
  }

  #newest(): number {
    return this.#now.messages.at(-1)?.seq ?? 0;
  }

  #tellSeen(): void {
    const next = { delivered: this.#newest(), read: this.#visible ? this.#newest() : this.#seen.read };
    const told = next.delivered === this.#seen.delivered && next.read === this.#seen.read;
    if (this.#now.phase !== 'online' || told) return;
    this.#seen = next;
    this.request('chat:seen', next).catch(() => {
      this.#seen = NOTHING_SEEN;
    });
  }

  #take(messages: readonly ChatMessage[]): void {
    this.#change({ messages: merged(this.#now.messages, messages) });
    this.outbox.acknowledge(messages.flatMap((message) => message.clientId ?? []));
    this.#tellSeen();
  }

  #greeted(hello: ChatHello): void {
    this.#keep.set('token', hello.token);
    this.#seen = NOTHING_SEEN;
    this.#change({
      phase: 'online',
      settings: hello.settings,
      state: hello.state,
      identified: hello.identity === 'verified',
      ...(hello.reset ? { messages: [], more: hello.page.more } : {}),
    });
    this.#take(hello.page.messages);
    this.outbox.pump();
  }

  #typingShown(typing: boolean): void {
    clearTimeout(this.#typingTimer);
    this.#change({ typing });
    if (typing) this.#typingTimer = window.setTimeout(() => this.#change({ typing: false }), TYPING_SHOWN_MS);
  }

  #leave(retry: boolean): void {
    clearTimeout(this.#comeBack);
    if (!retry) {
      this.#change({ phase: 'refused' });
      return;
    }
    this.#change({ phase: this.#now.settings === null ? 'connecting' : 'reconnecting' });
    // Spread out, for after a restart everybody comes back at once.
    this.#comeBack = window.setTimeout(() => this.#socket.connect(), 1_000 + Math.random() * 3_000);
  }

  #listen(): void {
    const socket = this.#socket;
    socket.on('hello', (hello) => this.#greeted(hello));
    socket.on('messages', ({ messages }) => {
      this.#typingShown(false);
      this.#take(messages);
    });
    socket.on('state', (state) => this.#change({ state }));
    socket.on('typing', ({ typing }) => this.#typingShown(typing));
    socket.on('refused', ({ retry }) => this.#leave(retry));
    socket.on('disconnect', (reason) => {
      if (this.#now.phase === 'refused') return;
      this.#change({ phase: 'reconnecting', typing: false });
      if (reason === 'io server disconnect') this.#leave(true);
    });
    socket.on('connect_error', (error) => {
      const refusal = (error as Error & { data?: { retry?: boolean } }).data;
      if (refusal !== undefined) this.#leave(refusal.retry !== false);
      else if (this.#now.phase === 'online') this.#change({ phase: 'reconnecting' });
    });
    window.addEventListener('online', () => {
      if (!socket.connected && this.#now.phase !== 'refused') socket.connect();
    });
  }
}

/** Opens the chat of an account and keeps it open: it reconnects by itself, catches up by seq and sends what waits. */
export function openChat(account: string, keep: Keep, identity: Identity | undefined): Chat {
  return new OpenChat(account, keep, identity);
}
