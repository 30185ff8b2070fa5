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

  /** Takes one, or as many as given; false if fewer are left. */
  take(tokens = 1): boolean {
    const now = performance.now();
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) / 1_000) * this.#perSecond);
    this.#at = now;
    if (this.#tokens < tokens) return false;
    this.#tokens -= tokens;
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
  readonly #burst: number;
  readonly #seen = new Map<string, Seen>();

  constructor(openMax: number, perMinute: number, burst: number = perMinute) {
    this.#openMax = openMax;
    this.#perMinute = perMinute;
    this.#burst = burst;
  }

  /** Counts a new connection; false if it is one too many. Each success needs its `leave`. */
  enter(address: string, tokens = 1): boolean {
    const seen = this.#seen.get(address) ?? { open: 0, bucket: new TokenBucket(this.#burst, this.#perMinute / 60) };
    this.#seen.set(address, seen);
    this.#forget();
    if (seen.open >= this.#openMax || !seen.bucket.take(tokens)) return false;
    seen.open += 1;
    return true;
  }

  leave(address: string): void {
    const seen = this.#seen.get(address);
    if (seen !== undefined) seen.open = Math.max(0, seen.open - 1);
  }

  /** Counts one act without a connection (an upload), or the bytes of one. */
  act(address: string, tokens = 1): boolean {
    const entered = this.enter(address, tokens);
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
