/**
 * The desk's line to the server: connects with the cursor of the last event seen, applies what comes to the Query
 * cache, and carries what the agent does. Reconnects by itself; nothing the agent wrote is lost meanwhile.
 */
import { io, type Socket } from 'socket.io-client';
import type { QueryClient } from '@tanstack/react-query';
import { announceSessionEnd, ApiError } from '../api/client.ts';
import { learnServerTime, localNow } from '../lib/now.ts';
import { applyEvent, applySnapshot, Lately } from './apply.ts';
import { keys } from './keys.ts';
import { isHandedOn } from './lists.ts';
import { Outbox, passes, type Pending } from './outbox.ts';
import { Signals } from './signals.ts';
import { withLive, type Thread } from './thread.ts';
import {
  protocolVersion, type Ack, type DeskAnswers, type DeskEvent, type DeskRequest, type DeskRequestName, type Hello,
    type InteractionView, type MessageView, type Snapshot,
} from './types.ts';

export type Phase = 'connecting' | 'online' | 'lost' | 'outdated' | 'ended';
export interface Line {
  phase: Phase;
  /** When the next attempt is made (ms of this machine), null while one is being made. */
  retryAt: number | null;
  /** The server said it restarts: the break is no fault of the network. */
  restarting: boolean;
  /** How often the line came back since this page was opened, and how many kept messages went out with it. */
  restored: number;
  sentOnRestore: number;
}

const requestTimeoutMs = 10_000;
/** A line that is about to stand is waited for so long: a press right after the page came is no fault. */
const lineWaitMs = 3_000;
/** How long what is on its way is waited for before it is taken back. */
const recallWaitMs = 60_000;
const retryMsMin = 500;
const retryMsMax = 8_000;
const countsEveryMs = 2_000;

export class Live {
  readonly outbox: Outbox;
  readonly lately = new Lately();
  readonly signals = new Signals();
  private readonly cache: QueryClient;
  private readonly me: string;
  private readonly onHandedOn: (row: InteractionView, byMe: boolean) => void;
  private readonly tabId = crypto.randomUUID();
  private readonly socket: Socket;
  private readonly listeners = new Set<() => void>();
  private readonly sending = new Set<string>();
  /** Sent in this page and not yet given to the line: the server cannot have it. */
  private readonly untold = new Set<string>();
  /** Who waits to hear what became of a message. */
  private readonly awaited = new Map<string, ((message: MessageView | undefined) => void)[]>();
  private state: Line = { phase: 'connecting', retryAt: null, restarting: false, restored: 0, sentOnRestore: 0 };
  private cursor: string | undefined;
  private attempts = 0;
  private everOnline = false;
  private quiet = false;
  private retryTimer: number | undefined;
  private countsTimer: number | undefined;
  private looking: string | null = null;
  private readonly ownMoves = new Set<string>();

  /** `onHandedOn` hears of own work that is closed or in other hands now, and whether this user did it. */
  constructor(cache: QueryClient, userId: string, onHandedOn: (row: InteractionView, byMe: boolean) => void) {
    this.cache = cache;
    this.me = userId;
    this.onHandedOn = onHandedOn;
    this.outbox = new Outbox(localStorage, userId);
    this.socket = io('/desk', {
      autoConnect: false, reconnection: false, transports: ['websocket'], timeout: 8_000,
      auth: (give) => { give({ tabId: this.tabId, protocolVersion, cursor: this.cursor }); },
    });
    this.listen();
  }

  /**
   * This user closes these or hands them on: nobody has to tell them that they go. Returns the way to say that it was
   * refused.
   */
  handsOn(ids: readonly string[]): () => void {
    for (const id of ids) this.ownMoves.add(id);
    return () => { for (const id of ids) this.ownMoves.delete(id); };
  }

  /** What the banner shows. The same object until something changes. */
  line = (): Line => this.state;

  /** Calls the listener whenever `line` changes. Returns the way to stop. */
  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => { this.listeners.delete(listener); };
  };

  /** Opens the line. */
  start(): void {
    window.addEventListener('storage', this.onStorage);
    window.addEventListener('online', this.tryNow);
    this.socket.connect();
  }

  /** Closes it for good: signed out or the page goes. */
  stop(): void {
    window.removeEventListener('storage', this.onStorage);
    window.removeEventListener('online', this.tryNow);
    window.clearTimeout(this.retryTimer);
    window.clearTimeout(this.countsTimer);
    this.retryTimer = undefined;
    this.countsTimer = undefined;
    this.socket.disconnect();
  }

  /** Connects at once instead of at the end of the wait. */
  tryNow = (): void => {
    if (this.socket.connected || this.state.phase === 'ended' || this.state.phase === 'outdated') return;
    window.clearTimeout(this.retryTimer);
    this.patch({ retryAt: null });
    this.socket.connect();
  };

  /** True once the line stands; false where it will not within `lineWaitMs`. */
  private lineComes(): Promise<boolean> {
    if (this.socket.connected) return Promise.resolve(true);
    const never = (): boolean => this.state.phase === 'ended' || this.state.phase === 'outdated';
    const { retryAt } = this.state;
    if (never() || (retryAt !== null && retryAt - localNow() > lineWaitMs)) return Promise.resolve(false);
    return new Promise((resolve) => {
      const end = (stands: boolean): void => {
        window.clearTimeout(timer);
        forget();
        resolve(stands);
      };
      const timer = window.setTimeout(() => { end(false); }, lineWaitMs);
      const forget = this.subscribe(() => {
        if (this.state.phase === 'online') end(true);
        else if (never()) end(false);
      });
    });
  }

  /** Asks the server; throws ApiError with its code, NETWORK without a line, TIMEOUT without an answer. */
  async request<N extends DeskRequestName>(name: N, payload: DeskRequest<N>): Promise<DeskAnswers[N]> {
    if (!await this.lineComes()) throw new ApiError('NETWORK', '', 0);
    let ack: Ack<DeskAnswers[N]>;
    try {
      ack = await this.socket.timeout(requestTimeoutMs).emitWithAck(name, payload) as Ack<DeskAnswers[N]>;
    } catch {
      throw new ApiError(this.socket.connected ? 'TIMEOUT' : 'NETWORK', '', 0);
    }
    if (ack.ok) return ack.data;
    throw new ApiError(ack.code, ack.message, 0, undefined, ack.details);
  }

  /** Puts a message on its way: it is shown at once, and sent now or as soon as the line is back. */
  send(pending: Pending): void {
    this.untold.add(pending.clientId);
    this.outbox.add(pending);
    void this.flush(pending.conversationId);
  }

  /**
   * Takes a message back that waits here. What was never given to the line is off the desk: null. What was is waited
   * for: the message as the server has it, undefined where the server refused it or nothing came within
   * `recallWaitMs`.
   */
  recall({ clientId }: Pending): Promise<MessageView | null | undefined> {
    if (this.untold.delete(clientId)) {
      this.outbox.settle(clientId);
      return Promise.resolve(null);
    }
    return new Promise((resolve) => {
      this.awaited.set(clientId, [...this.awaited.get(clientId) ?? [], resolve]);
      // Another tab may have taken it out: nobody would ever hear of it.
      window.setTimeout(() => { this.arrived(clientId, undefined); }, recallWaitMs);
    });
  }

  private arrived(clientId: string, message: MessageView | undefined): void {
    for (const hear of this.awaited.get(clientId) ?? []) hear(message);
    this.awaited.delete(clientId);
  }

  /** Tries a refused message again with the same clientId. */
  sendAgain(clientId: string): void {
    const pending = this.outbox.all().find((each) => each.clientId === clientId);
    this.outbox.again(clientId);
    if (pending !== undefined) void this.flush(pending.conversationId);
  }

  /** Tells the server, and by it the others, which conversation is on this screen. */
  look(conversationId: string | null): void {
    this.looking = conversationId;
    // Said again with every new line.
    if (!this.socket.connected) return;
    this.request('conversation:look', { conversationId }).then(
      (answer) => { if (conversationId !== null) this.signals.setWatchers(conversationId, answer.watchers); },
      () => undefined,
    );
  }

  /** The counts of the lists, fetched again soon; many events make one request. */
  recount(): void {
    this.countsTimer ??= window.setTimeout(() => {
      this.countsTimer = undefined;
      void this.cache.invalidateQueries({ queryKey: keys.counts });
      void this.cache.invalidateQueries({ queryKey: keys.figures });
    }, countsEveryMs);
  }

  private patch(change: Partial<Line>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }

  private readonly onStorage = (event: StorageEvent): void => { this.outbox.changedElsewhere(event.key); };

  private listen(): void {
    this.socket.on('hello', (hello: Hello) => { this.onHello(hello); });
    this.socket.on('snapshot', (snapshot: Snapshot) => {
      applySnapshot(this.cache, snapshot, this.lately);
      this.cursor = snapshot.cursor;
    });
    this.socket.on('event', (event: DeskEvent) => { this.onEvents([event]); });
    this.socket.on('events', (events: DeskEvent[]) => { this.onEvents(events); });
    this.socket.on('resync', (reason: { code: string }) => {
      if (reason.code === 'RIGHTS_CHANGED') {
        this.cursor = undefined;
        this.quiet = true;
        void this.cache.invalidateQueries({ queryKey: ['session'] });
      }
      this.patch({ restarting: reason.code === 'RESTART' });
      this.socket.disconnect();
      this.retryIn(reason.code === 'RESTART' ? 1_500 : 200);
    });
    this.socket.on('session:ended', () => {
      this.patch({ phase: 'ended', retryAt: null });
      this.stop();
      announceSessionEnd();
    });
    this.socket.on('typing', (typing: Parameters<Signals['setTyping']>[0]) => { this.signals.setTyping(typing); });
    this.socket.on('watchers', (now: { conversationId: string; watchers: Parameters<Signals['setWatchers']>[1] }) => {
      this.signals.setWatchers(now.conversationId, now.watchers);
    });
    this.socket.on('disconnect', (reason) => { if (reason !== 'io client disconnect') this.onLost(); });
    this.socket.on('connect_error',
      (error: Error & { data?: { code?: string } }) => { this.onRefused(error.data?.code ?? error.message); });
  }

  private onHello(hello: Hello): void {
    learnServerTime(hello.serverTime);
    if (hello.protocolVersion !== protocolVersion) {
      this.patch({ phase: 'outdated', retryAt: null });
      this.stop();
      return;
    }
    // A change of rights asks for a new line; nobody was away, so there is nothing to tell.
    const back = this.everOnline && !this.quiet;
    this.quiet = false;
    this.everOnline = true;
    this.attempts = 0;
    this.patch({
      phase: 'online', retryAt: null, restarting: false, restored: this.state.restored + (back ? 1 : 0),
      sentOnRestore: back ? this.outbox.waiting().length : 0,
    });
    if (this.looking !== null) this.look(this.looking);
    for (const conversationId of new Set(this.outbox.waiting()
      .map((each) => each.conversationId))) void this.flush(conversationId);
    if (back) this.recount();
  }

  private onEvents(events: readonly DeskEvent[]): void {
    for (const event of events) {
      this.signals.beforeEvent(event, this.cache, this.me);
      if (event.type === 'interaction.changed') this.lookAfterOwn(event.data as InteractionView);
      if (event.type === 'subject.gone') this.lookAfterGone(event);
      applyEvent(this.cache, event, this.me, this.lately);
      this.cursor = event.cursor;
      if (event.type === 'interaction.changed' || event.type === 'subject.gone') this.recount();
      if (event.type === 'message.changed') {
        const message = event.data as MessageView;
        if (message.clientId !== null) {
          this.outbox.settle(message.clientId);
          this.arrived(message.clientId, message);
        }
      }
    }
  }

  private lookAfterOwn(row: InteractionView): void {
    const old = this.cache.getQueryData<InteractionView[]>(keys.mine)?.find((each) => each.id === row.id);
    if (old !== undefined && isHandedOn(old, row, this.me)) this.onHandedOn(row, this.ownMoves.has(row.id));
    if (old === undefined && row.agentId === this.me) this.ownMoves.delete(row.id);
  }

  /** Own work that left this user's sight went into other hands, unless it waits in its queue: it may come again. */
  private lookAfterGone({ subject: { id }, data }: DeskEvent): void {
    const old = this.cache.getQueryData<InteractionView[]>(keys.mine)?.find((each) => each.id === id);
    const { waits, queueId } = data as { waits?: unknown; queueId?: unknown };
    if (old === undefined || (waits === true && queueId === old.queueId)) return;
    this.onHandedOn(old, this.ownMoves.has(id));
  }

  private onRefused(code: string): void {
    if (code === 'SIGN_IN_REQUIRED') {
      this.patch({ phase: 'ended', retryAt: null });
      announceSessionEnd();
      return;
    }
    if (code === 'PROTOCOL_VERSION') {
      this.patch({ phase: 'outdated', retryAt: null });
      return;
    }
    this.onLost();
  }

  private onLost(): void {
    const wait = Math.min(retryMsMax, retryMsMin * 2 ** this.attempts);
    this.attempts += 1;
    // A little of chance, so that a whole floor does not come back in the same instant.
    this.retryIn(wait * (0.7 + Math.random() * 0.6));
  }

  private retryIn(ms: number): void {
    if (this.state.phase === 'ended' || this.state.phase === 'outdated') return;
    window.clearTimeout(this.retryTimer);
    this.signals.forgetPeople();
    this.patch({ phase: this.everOnline ? 'lost' : 'connecting', retryAt: localNow() + ms });
    this.retryTimer = window.setTimeout(this.tryNow, ms);
  }

  /** One message after the other within a conversation, so that they arrive in the order of the clicks. */
  private async flush(conversationId: string): Promise<void> {
    if (this.sending.has(conversationId)) return;
    this.sending.add(conversationId);
    try {
      for (;;) {
        const next = this.outbox.waiting().find((each) => each.conversationId === conversationId);
        if (next === undefined || !this.socket.connected) return;
        if (!await this.deliver(next)) return;
      }
    } finally {
      this.sending.delete(conversationId);
    }
  }

  /** A message as the server answered with it: shown at once, before its event comes. */
  answered(message: MessageView): void {
    this.lately.message(message);
    this.cache.setQueryData<Thread>(keys.thread(message.conversationId),
      (thread) => (thread === undefined ? thread : withLive(thread, message) ?? thread));
  }

  private async deliver(pending: Pending): Promise<boolean> {
    const { clientId, conversationId, text, files } = pending;
    this.untold.delete(clientId);
    try {
      const { message } = pending.kind === 'note'
        ? await this.request('message:note', { clientId, conversationId, text,
          mentionIds: (pending.mentions ?? []).map(({ id }) => id) })
        : await this.request('message:send',
          { clientId, conversationId, text, fileIds: files.map((file) => file.fileId),
            replyToId: pending.replyToId ?? null, undoSeconds: pending.undoSeconds ?? 0,
            ...(pending.offer === undefined ? {} : { offer: pending.offer }) });
      this.answered(message);
      this.outbox.settle(clientId);
      this.arrived(clientId, message);
      return true;
    } catch (error) {
      const { code, message } = error as ApiError;
      if (passes(code)) {
        window.setTimeout(() => { void this.flush(conversationId); }, 2_000);
        return false;
      }
      this.outbox.refuse(clientId, { code, message });
      this.arrived(clientId, undefined);
      return true;
    }
  }
}
