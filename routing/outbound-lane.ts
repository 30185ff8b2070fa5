/**
 * One channel account on this node: its free slots, its pace, and the sends that run; so a slow account holds up
 * nobody else.
 */
import type { AccountView, OutboundMessage, SendOutcome } from '#domain/channels/words.ts';
import { failpoint } from '#domain/failpoints.ts';

export type Sender = (message: OutboundMessage, signal: AbortSignal) => Promise<SendOutcome>;

interface Facts { sendsPerSecond: number; deduplicates: boolean; atOnce?: number }

/** What may leave at once after a quiet time, as a part of a second's allowance. */
const BURST_SECONDS = 0.25;

export class Lane {
  account!: AccountView;
  sender: Sender | undefined;
  deduplicates = false;
  rate = 1;
  burst = 1;
  readAt = 0;
  /** Something may be due that this lane has not tried to claim. */
  dirty = false;
  /** The last claim left something due behind. */
  more = false;
  /** May claim one message although the account needs attention. */
  probing = false;
  #slots: number;
  readonly #slotsMax: number;
  readonly #running = new Set<Promise<void>>();
  readonly #controllers = new Set<AbortController>();
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Infinity;

  constructor(slots: number) {
    this.#slots = slots;
    this.#slotsMax = slots;
  }

  refresh(account: AccountView, facts: Facts, sender: Sender | undefined): void {
    this.account = account;
    this.sender = sender;
    this.deduplicates = facts.deduplicates;
    this.#slots = Math.min(this.#slotsMax, facts.atOnce ?? this.#slotsMax);
    this.rate = Math.max(0.001, facts.sendsPerSecond);
    this.burst = Math.max(1, Math.ceil(this.rate * BURST_SECONDS));
    this.readAt = performance.now();
  }

  get free(): number {
    return this.#slots - this.#running.size;
  }

  /** Takes a slot until the promise ends, which must not reject; `freed` is called once the slot is free again. */
  began(run: Promise<void>, freed: () => void): void {
    this.#running.add(run);
    void run.then(() => { this.#running.delete(run); freed(); });
  }

  async idle(): Promise<void> {
    await Promise.all(this.#running);
  }

  /** Calls back once, at the earliest time that was asked for. */
  wakeIn(delayMs: number, wake: () => void): void {
    const at = performance.now() + delayMs;
    if (at >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(() => { this.#timerAt = Infinity; wake(); }, Math.ceil(delayMs));
    this.#timer.unref();
  }

  /** Ends the timer; running sends go on. */
  close(): void {
    clearTimeout(this.#timer);
  }

  /** Fires the signal of every running send; each ends as unknown. */
  abort(): void {
    for (const controller of this.#controllers) controller.abort();
  }

  /**
   * Hands a message to the channel. A throw is `unknown`, and so is a send that has not ended at the deadline, whether
   * it obeys the signal or not; what it says later goes to `late`.
   */
  async send(message: OutboundMessage, deadlineMs: number, late: (outcome: SendOutcome) => void): Promise<SendOutcome> {
    const controller = new AbortController();
    this.#controllers.add(controller);
    const cut = new Promise<SendOutcome>((resolve) => {
      controller.signal.addEventListener('abort', () => resolve({ kind: 'unknown', reasonCode: 'SEND_TIMEOUT' }),
        { once: true });
    });
    const timer = setTimeout(() => controller.abort(), deadlineMs);
    try {
      const answer = this.#ask(message, controller.signal);
      await failpoint('send.afterWrite');
      const outcome = await Promise.race([answer, cut]);
      if (controller.signal.aborted) void answer.then(late);
      return outcome;
    } finally {
      clearTimeout(timer);
      this.#controllers.delete(controller);
    }
  }

  async #ask(message: OutboundMessage, signal: AbortSignal): Promise<SendOutcome> {
    try {
      if (this.sender === undefined) return { kind: 'retry', reasonCode: 'NO_SENDER' };
      return await this.sender(message, signal);
    } catch {
      // The text of an adapter's error may hold personal data; the adapter logs, here only the code is kept.
      return { kind: 'unknown', reasonCode: signal.aborted ? 'SEND_TIMEOUT' : 'SEND_THREW' };
    }
  }
}
