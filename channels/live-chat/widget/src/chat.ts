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

/** An answer that says no, or none at all (code TIMEOUT). */
export class RequestFailed extends Error {
  readonly details: Record<string, unknown>;
  constructor(code: string, details: Record<string, unknown> = {}) {
    super(code);
    this.details = details;
  }
}

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

/** Opens the chat of an account and keeps it open: it reconnects by itself, catches up by seq and sends what waits. */
export function openChat(account: string, keep: Keep, identity: Identity | undefined): Chat {
  const listeners = new Set<() => void>();
  let now: Snapshot = {
    phase: 'connecting',
    settings: null,
    state: NO_STATE,
    messages: [],
    more: false,
    pending: [],
    typing: false,
    identified: false,
    form: keep.form(),
  };
  let visible = true;
  let seen = { delivered: 0, read: 0 };
  let typingTimer = 0;
  let comeBack = 0;

  const change = (part: Partial<Snapshot>): void => {
    now = { ...now, ...part };
    for (const listener of listeners) listener();
  };
  const newest = (): number => now.messages.at(-1)?.seq ?? 0;
  const socket = connect(account, keep, newest, identity);

  const request: Chat['request'] = (name, payload) =>
    new Promise((resolve, reject) => {
      emit(socket, name, payload).then(
        (answer) => {
          if (answer.ok) resolve(answer.data);
          else reject(new RequestFailed(answer.code, answer.details));
        },
        () => reject(new RequestFailed('TIMEOUT')),
      );
    });

  const outbox = createOutbox({
    account,
    keep,
    request,
    token: () => keep.get('token') ?? '',
    online: () => now.phase === 'online',
    form: () => (now.messages.some((message) => message.from === 'customer') ? undefined : now.form),
    fileBytesMax: () => now.settings?.fileBytes ?? Infinity,
    changed: (pending) => change({ pending }),
    sent(message) {
      if (message.seq > 0) take([message]);
    },
  });

  function tellSeen(): void {
    const next = { delivered: newest(), read: visible ? newest() : seen.read };
    if (now.phase !== 'online' || (next.delivered === seen.delivered && next.read === seen.read)) return;
    seen = next;
    request('chat:seen', next).catch(() => {
      seen = { delivered: 0, read: 0 };
    });
  }

  function take(messages: readonly ChatMessage[], reset = false): void {
    change({ messages: merged(reset ? [] : now.messages, messages) });
    outbox.acknowledge(messages.flatMap((message) => message.clientId ?? []));
    tellSeen();
  }

  function leave(retry: boolean): void {
    clearTimeout(comeBack);
    if (!retry) {
      change({ phase: 'refused' });
      return;
    }
    change({ phase: now.settings === null ? 'connecting' : 'reconnecting' });
    // Spread out, for after a restart everybody comes back at once.
    comeBack = window.setTimeout(() => socket.connect(), 1_000 + Math.random() * 3_000);
  }

  socket.on('hello', (hello: ChatHello) => {
    keep.set('token', hello.token);
    seen = { delivered: 0, read: 0 };
    if (hello.reset) now = { ...now, messages: [] };
    change({
      phase: 'online',
      settings: hello.settings,
      state: hello.state,
      identified: hello.identity === 'verified',
      ...(hello.reset ? { more: hello.page.more } : {}),
    });
    take(hello.page.messages);
    outbox.pump();
  });
  socket.on('messages', ({ messages }) => {
    change({ typing: false });
    take(messages);
  });
  socket.on('state', (state) => change({ state }));
  socket.on('typing', ({ typing }) => {
    clearTimeout(typingTimer);
    change({ typing });
    if (typing) typingTimer = window.setTimeout(() => change({ typing: false }), TYPING_SHOWN_MS);
  });
  socket.on('refused', ({ retry }) => leave(retry));
  socket.on('disconnect', (reason) => {
    if (now.phase === 'refused') return;
    change({ phase: 'reconnecting', typing: false });
    if (reason === 'io server disconnect') leave(true);
  });
  socket.on('connect_error', (error) => {
    const refusal = (error as Error & { data?: { retry?: boolean } }).data;
    if (refusal !== undefined) leave(refusal.retry !== false);
    else if (now.phase === 'online') change({ phase: 'reconnecting' });
  });
  window.addEventListener('online', () => {
    if (!socket.connected && now.phase !== 'refused') socket.connect();
  });

  return {
    get: () => now,
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    outbox,
    request,
    async older() {
      const page: Page = await request('chat:before', { before: now.messages[0]?.seq ?? 0 });
      change({ messages: merged(now.messages, page.messages), more: page.more });
    },
    setForm(form) {
      keep.setForm(form);
      change({ form });
    },
    typing(isTyping) {
      if (now.phase === 'online') void request('chat:typing', { typing: isTyping }).catch(() => undefined);
    },
    watch(next) {
      visible = next;
      tellSeen();
    },
    token: () => keep.get('token') ?? '',
    retryNow() {
      change({ phase: 'connecting' });
      socket.disconnect().connect();
    },
  };
}
