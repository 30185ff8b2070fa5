/**
 * One account's session as its node sees it: held under the lease, opened, watched, begun anew by the table of
 * reconnect.ts, and given to people where only they can decide.
 */
import type { ChannelHost, DayCount, SessionWish } from '#channels/channel.ts';
import { appNowMs } from '#domain/clock.ts';
import { failpoint } from '#domain/failpoints.ts';
import { limits } from '#domain/limits.ts';
import type { InboundEvent, InboundReceipt } from '#domain/channels/words.ts';
import type { Opened, OpenSession, Outgoing, ParentCalls, SendAnswer } from './calls.ts';
import { fleet, type Place } from './fleet.ts';
import { coldCap, REACHOUT_PAUSE_MS } from './pacing.ts';
import { afterClose, ALERT_AFTER_MS, noTries, type AfterClose, type Tries } from './reconnect.ts';
import { serverOf } from './server.ts';

/** Sends in a row without WhatsApp's word: the socket is open and dead, so it is begun anew. */
const SILENT_SENDS_MAX = 3;
/** A session of our own test server begins anew sooner: seconds are tenths. */
const OWN_SERVER_SPEED = 10;

type Step = { kind: 'wish'; wish: SessionWish } | { kind: 'closed'; code: number | undefined } | { kind: 'again' };

export class Account {
  readonly host: ChannelHost;
  readonly #fence: bigint;
  readonly #signal: AbortSignal;
  readonly #lost: AbortSignal;
  readonly #steps: Step[] = [];
  #wake: (() => void) | undefined;
  #place: Place | undefined;
  #tries: Tries = noTries;
  #openedAt: number | undefined;
  #offlineAt: number | undefined;
  #alert: NodeJS.Timeout | undefined;
  #again: NodeJS.Timeout | undefined;
  #pairNumber: string | null = null;
  #silentSends = 0;
  /** What the day's counts have still to be told; a statement a second, not one a message. */
  #counted: Partial<Record<DayCount, number>> = {};

  /** Held until one of the signals fires: `lost`, that another may hold it already, or `stopped`, in order. */
  constructor(host: ChannelHost, fence: bigint, { lost, stopped }: { lost: AbortSignal; stopped: AbortSignal }) {
    this.host = host;
    this.#fence = fence;
    this.#lost = lost;
    this.#signal = AbortSignal.any([lost, stopped]);
  }

  /** Whether messages can leave now. */
  get isOpen(): boolean {
    return this.#openedAt !== undefined;
  }

  /** The process that holds the session, if one does. */
  get pid(): number | undefined {
    return this.#place?.pid;
  }

  /** Holds the session until a signal fires. Never throws for what WhatsApp does. */
  async run(): Promise<void> {
    const { session } = this.host;
    const look = (): void => { void this.#look(); };
    const unhear = session.onWish(look);
    const timer = setInterval(look, limits.sessionWishMs);
    const counting = setInterval(() => { void this.#tellCounts(); }, limits.sessionCountMs);
    const onAbort = (): void => { this.#wake?.(); };
    this.#signal.addEventListener('abort', onAbort);
    try {
      await this.#begin();
      while (!this.#signal.aborted) {
        const step = this.#steps.shift();
        if (step === undefined) await new Promise<void>((resolve) => { this.#wake = resolve; });
        else await this.#do(step);
      }
    } finally {
      unhear();
      clearInterval(timer);
      clearInterval(counting);
      this.#signal.removeEventListener('abort', onAbort);
      if (this.isOpen && !this.#lost.aborted) await session.gap.open('SERVER_STOPPED').catch(() => undefined);
      await this.#shut();
      await this.#tellCounts();
    }
  }

  /** Adds to the day's counts of the number, within limits.sessionCountMs; a kill may lose the last of it. */
  count(what: DayCount, by: number): void {
    if (by > 0) this.#counted[what] = (this.#counted[what] ?? 0) + by;
  }

  async #tellCounts(): Promise<void> {
    const counted = this.#counted;
    this.#counted = {};
    for (const [what, by] of Object.entries(counted) as [DayCount, number][]) {
      await this.host.session.count(what, by).catch(() => { this.count(what, by); });
    }
  }

  /** Hands a message to WhatsApp. */
  async send(out: Outgoing): Promise<SendAnswer> {
    const answer = await this.#call('send', out, out.timeoutMs + out.typingMs + 20_000);
    this.#silentSends = answer.kind === 'unknown' && answer.reasonCode === 'NO_ACK' ? this.#silentSends + 1 : 0;
    if (this.#silentSends >= SILENT_SENDS_MAX) {
      this.#silentSends = 0;
      this.#push({ kind: 'closed', code: 408 });
    }
    return answer;
  }

  change(name: 'edit' | 'recall' | 'react', body: object): Promise<SendAnswer> {
    return this.#call(name, body, 25_000);
  }

  async typing(handle: string, isTyping: boolean): Promise<void> {
    await this.#place?.call('typing', { handle, isTyping });
  }

  async read(handle: string, ids: readonly string[]): Promise<void> {
    await this.#place?.call('read', { handle, ids });
  }

  /** Keeps a fact of the account, sealed as its keys are. */
  async keep(kind: string, id: string, value: object): Promise<void> {
    await this.host.session.keys.put({ [kind]: { [id]: JSON.stringify(value) } }, this.#fence);
  }

  /** Whether the number is on WhatsApp; undefined where nobody answered. */
  async check(phone: string): Promise<boolean | undefined> {
    const answer = await this.#place?.call('check', { phone }, 15_000).catch(() => undefined);
    return (answer as { exists: boolean } | undefined)?.exists;
  }

  async #call(name: string, body: unknown, timeoutMs: number): Promise<SendAnswer> {
    const place = this.#place;
    if (place === undefined || !this.isOpen) return { kind: 'not-sent', reasonCode: 'NOT_CONNECTED' };
    try {
      return await place.call(name, body, timeoutMs) as SendAnswer;
    } catch (error) {
      const { code } = error as { code?: string };
      // The child went while it was sending: nobody knows whether it had left.
      return code === 'NOT_CONNECTED' ? { kind: 'not-sent', reasonCode: code }
        : { kind: 'unknown', reasonCode: code ?? 'CONNECTION_CLOSED' };
    }
  }

  #push(step: Step): void {
    this.#steps.push(step);
    this.#wake?.();
  }

  async #look(): Promise<void> {
    const wish = await this.host.session.takeWish().catch(() => undefined);
    if (wish !== undefined) this.#push({ kind: 'wish', wish });
  }

  /** Whether WhatsApp has given this session a device of a number. */
  async #isPaired(): Promise<boolean> {
    const { creds } = await this.host.session.keys.get('creds', ['creds']);
    return creds !== undefined && /"account":\{/.test(creds);
  }

  async #begin(): Promise<void> {
    const { session } = this.host;
    const [current, isPaired] = await Promise.all([session.current(), this.#isPaired()]);
    if (current?.state === 'OPERATOR') {
      this.host.health('NEEDS_ATTENTION', current.reasonCode ?? 'OPERATOR_NEEDED');
    } else if (isPaired) {
      // Whoever held it before ended without a word, at the earliest when it last renewed its lease.
      if (current?.state === 'OPEN') {
        await session.gap.open('SERVER_LOST', new Date(appNowMs() - limits.leaseMs));
      }
      await this.#open();
    } else {
      await session.tell({ state: 'IDLE', reasonCode: 'NOT_PAIRED', code: null });
      this.host.health('NEEDS_ATTENTION', 'NOT_PAIRED');
    }
    await this.#look();
  }

  async #do(step: Step): Promise<void> {
    try {
      if (step.kind === 'again') await this.#open();
      else if (step.kind === 'closed') await this.#closed(step.code);
      else await this.#wish(step.wish);
    } catch (error) {
      this.host.log.warn({ error: (error as Error).message }, 'a step of a session failed; it is tried again');
      this.#later(5_000);
    }
  }

  async #wish(wish: SessionWish): Promise<void> {
    const { session } = this.host;
    clearTimeout(this.#again);
    this.#tries = noTries;
    this.#pairNumber = wish.kind === 'PAIR_CODE' ? wish.number ?? null : null;
    if (wish.kind === 'LOG_OUT') {
      await this.#place?.call('logOut', undefined).catch(() => undefined);
      await this.#shut();
      await session.keys.archive('LOGGED_OUT_BY_OPERATOR', this.#fence);
      await session.tell({ state: 'IDLE', reasonCode: 'NOT_PAIRED', number: null, displayName: null, code: null });
      this.host.health('NEEDS_ATTENTION', 'NOT_PAIRED');
      return;
    }
    if (wish.kind === 'STOP') {
      await this.#shut();
      await session.tell({ state: 'OPERATOR', reasonCode: 'STOPPED', code: null });
      this.host.health('NEEDS_ATTENTION', 'STOPPED');
      return;
    }
    // What a code that nobody typed left behind would be taken for a device that was removed.
    if (wish.kind !== 'RECONNECT' && !await this.#isPaired()) {
      await this.#shut();
      await session.keys.put({ creds: { creds: null } }, this.#fence);
    }
    await this.#open();
  }

  async #open(): Promise<void> {
    const { host } = this;
    await this.#shut();
    if (this.#signal.aborted) return;
    const server = serverOf(host);
    if (server === undefined) {
      await host.session.tell({ state: 'OPERATOR', reasonCode: 'EGRESS_REFUSED', code: null });
      host.health('NEEDS_ATTENTION', 'EGRESS_REFUSED');
      return;
    }
    await host.session.tell({ state: 'CONNECTING', reasonCode: null });
    const options: OpenSession = { url: server.url, version: server.version, pairNumber: this.#pairNumber,
      isOwnServer: server.isOwn };
    const place = fleet.join(host.account.id, { handlers: this.#handlers(),
      onLost: () => { if (this.#place === place) this.#push({ kind: 'closed', code: undefined }); } });
    this.#place = place;
    await place.call('open', options);
  }

  async #shut(): Promise<void> {
    clearTimeout(this.#again);
    clearTimeout(this.#alert);
    this.#openedAt = undefined;
    const place = this.#place;
    this.#place = undefined;
    if (place === undefined) return;
    await place.call('close', undefined, 3_000).catch(() => undefined);
    place.leave();
  }

  #later(afterMs: number): void {
    clearTimeout(this.#again);
    const speed = serverOf(this.host)?.isOwn === true ? OWN_SERVER_SPEED : 1;
    this.#again = setTimeout(() => { this.#push({ kind: 'again' }); }, afterMs / speed);
  }

  async #closed(code: number | undefined): Promise<void> {
    const openMs = this.#openedAt === undefined ? 0 : performance.now() - this.#openedAt;
    await this.#shut();
    const { tries, next } = afterClose(this.#tries, { code, openMs, nowMs: performance.now(), random: Math.random() });
    this.#tries = tries;
    const { session } = this.host;
    // Before it was ever linked nothing is missed.
    if (code !== 515 && await this.#isPaired()) {
      await session.gap.open(next.reasonCode);
      this.#offlineAt ??= performance.now();
    }
    if (next.kind === 'again') return this.#awaitAgain(next, code);
    if (next.kind === 'logged-out') await session.keys.archive(next.reasonCode, this.#fence);
    await session.tell({ state: 'OPERATOR', reasonCode: next.reasonCode, code: null });
    this.host.health('NEEDS_ATTENTION', next.reasonCode);
  }

  async #awaitAgain(next: Extract<AfterClose, { kind: 'again' }>, code: number | undefined): Promise<void> {
    const { session } = this.host;
    if (code !== 515 && !await this.#isPaired()) {
      // Nobody scanned in time: the next code is shown when somebody asks for it.
      await session.tell({ state: 'IDLE', reasonCode: 'PAIRING_EXPIRED', code: null });
      this.host.health('NEEDS_ATTENTION', 'NOT_PAIRED');
      return;
    }
    await session.tell({ state: code === 515 ? 'CONNECTING' : 'OFFLINE', reasonCode: next.reasonCode, code: null });
    this.host.health('CONNECTING', next.reasonCode);
    const alertInMs = ALERT_AFTER_MS - (performance.now() - (this.#offlineAt ?? performance.now()));
    this.#alert = setTimeout(() => { this.host.health('NEEDS_ATTENTION', 'OFFLINE'); }, Math.max(0, alertInMs));
    this.#later(next.afterMs);
  }

  async #opened({ number, displayName }: Opened): Promise<void> {
    const { host } = this;
    clearTimeout(this.#alert);
    this.#openedAt = performance.now();
    this.#offlineAt = undefined;
    this.#pairNumber = null;
    await host.session.tell({ state: 'OPEN', reasonCode: null, number, displayName, code: null });
    await host.session.gap.close();
    await this.setCap();
    host.health('CONNECTED');
  }

  /** How many people this number may write to first today, by its age. */
  async setCap(): Promise<void> {
    const { session, account } = this.host;
    const setting = (name: string, otherwise: number): number => {
      const value = account.settings[name];
      return typeof value === 'number' && value >= 0 ? Math.floor(value) : otherwise;
    };
    const current = await session.current();
    await session.cold.cap(coldCap({ start: setting('coldDailyStart', 10), max: setting('coldDailyMax', 50),
      pairedAt: current?.pairedAt ?? null, nowMs: appNowMs() }));
  }

  #handlers(): { [Name in keyof ParentCalls]: (body: never) => Promise<unknown> | unknown } {
    const { host } = this;
    const { session } = host;
    return {
      keysGet: ({ kind, ids }: { kind: string; ids: string[] }) => session.keys.get(kind, ids),
      keysPut: (values: Record<string, Record<string, string | null>>) => session.keys.put(values, this.#fence),
      receive: (given: ParentCalls['receive'][0]) => this.#receive(given),
      receipts: (receipts: InboundReceipt[]) => this.#receipts(receipts),
      identify: (person: { handle: string; is: string; phone: string }) => session.identify(person),
      typing: ({ handle, isTyping }: { handle: string; isTyping: boolean }) => { host.typing(handle, isTyping); },
      count: ({ what, by }: ParentCalls['count'][0]) => { this.count(what, by); },
      code: (code: ParentCalls['code'][0]) => session.tell({ state: 'PAIRING', reasonCode: null, code }),
      paired: () => session.tell({ state: 'CONNECTING', reasonCode: null, paired: true, code: null }),
      opened: (opened: Opened) => this.#opened(opened),
      closed: ({ code }: { code: number | null }) => { this.#push({ kind: 'closed', code: code ?? undefined }); },
      reachoutLocked: ({ untilMs }: { untilMs: number | null }) => this.lockReachout(untilMs),
      log: ({ level, message, fields }: ParentCalls['log'][0]) => { host.log[level](fields, message); },
    };
  }

  /** Nobody new may be written to until then: WhatsApp said so (463), or its own query did. */
  async lockReachout(untilMs: number | null): Promise<void> {
    await this.host.session.cold.pause(new Date(untilMs ?? appNowMs() + REACHOUT_PAUSE_MS), 'REACHOUT_LOCKED');
  }

  /**
   * What of the events is still to be stored: the words of a message whose place is shown go there. A message that is
   * stored with its words comes again after a broken connection, under another key where its place was shown first,
   * and as a place where the session that could read it is gone: none of it is new.
   */
  async #wanted({ events, ifShown }: ParentCalls['receive'][0]): Promise<readonly InboundEvent[]> {
    const [event] = events;
    if (event?.kind !== 'message' || event.providerMessageId === undefined) return events;
    const standing = await this.host.session.standing(event.providerMessageId, event.handle);
    if (standing === 'READ') return [];
    return standing === 'UNREADABLE' ? ifShown ?? events : events;
  }

  async #receipts(receipts: InboundReceipt[]): Promise<void> {
    await failpoint('whatsapp.receipts');
    await this.host.receipt(receipts);
  }

  async #receive(call: ParentCalls['receive'][0]): Promise<unknown> {
    const { media, offline } = call;
    const { session } = this.host;
    await failpoint('whatsapp.received');
    if (Object.keys(media).length > 0) {
      await session.keys.put({ media: Object.fromEntries(Object.entries(media).map(([ref, key]) =>
        [ref, JSON.stringify(key)])) }, this.#fence);
    }
    const wanted = await this.#wanted(call);
    const results = wanted.length === 0 ? [] : await this.host.receive(wanted);
    await failpoint('whatsapp.stored');
    // WhatsApp hands out again what was not confirmed: only what is new counts.
    const fresh = wanted.filter((_event, n) => results[n]?.outcome === 'stored');
    const messages = fresh.filter((event) => event.kind === 'message').length;
    this.count('received', messages);
    const recovered = messages + fresh.filter((event) => event.kind === 'reveal').length;
    if (offline && recovered > 0) await session.gap.recovered(recovered).catch(() => undefined);
    return results;
  }
}
