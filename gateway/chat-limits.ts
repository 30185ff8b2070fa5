/** Rates and counts for anonymous customers, in this node's memory and bounded themselves. */

/** Lets `burst` through at once and then `perSecond`. */
export class TokenBucket {
  readonly #burst: number;
  readonly #perSecond: number;
  #tokens: number;
  #at = performance.now();

  constructor(burst: number, perSecond: number) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#tokens = burst;
  }

  /** Takes one; false if none is left. */
  take(): boolean {
    const now = performance.now();
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) / 1_000) * this.#perSecond);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

interface Seen {
  open: number;
  bucket: TokenBucket;
}

/** Addresses remembered at once; beyond that the oldest idle ones are forgotten. */
const ADDRESSES_MAX = 20_000;

/** True for this machine itself: simulate, benches and a proxy without TRUST_PROXY come from there. */
export function isOwnMachine(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}

/** How many connections an address holds and how fast it makes new ones. */
export class AddressGauge {
  readonly #openMax: number;
  readonly #perMinute: number;
  readonly #seen = new Map<string, Seen>();

  constructor(openMax: number, perMinute: number) {
    this.#openMax = openMax;
    this.#perMinute = perMinute;
  }

  /** Counts a new connection; false if it is one too many. Each success needs its `leave`. */
  enter(address: string): boolean {
    const seen = this.#seen.get(address) ?? { open: 0, bucket: new TokenBucket(this.#perMinute, this.#perMinute / 60) };
    this.#seen.set(address, seen);
    this.#forget();
    if (seen.open >= this.#openMax || !seen.bucket.take()) return false;
    seen.open += 1;
    return true;
  }

  leave(address: string): void {
    const seen = this.#seen.get(address);
    if (seen !== undefined) seen.open = Math.max(0, seen.open - 1);
  }

  /** Counts one act without a connection (an upload). */
  act(address: string): boolean {
    const entered = this.enter(address);
    if (entered) this.leave(address);
    return entered;
  }

  #forget(): void {
    for (const [address, seen] of this.#seen) {
      if (this.#seen.size <= ADDRESSES_MAX) return;
      if (seen.open === 0) this.#seen.delete(address);
    }
  }
}
