/**
 * Wake-ups through bull: one of several nodes hears that an account has something to send, now or later. A job carries
 * the account's id and nothing else, and decides nothing: whoever is woken claims the oldest due message from
 * PostgreSQL. Jobs may be lost, doubled or flushed at any time, for a sweep finds what they forgot (RI4, RF05, RF06).
 *
 * Wake-ups coalesce by job id, and bull ignores an id it knows, also while that job runs. So the id carries a
 * generation, which a job raises before its handler looks: a wake-up that comes later gets a new id. One that read the
 * old generation read it before the handler looked, and what it announces was committed before that; so the handler
 * sees it.
 */
import Bull from 'bull';
import { Redis, type RedisOptions } from 'ioredis';
import { limits } from '#domain/limits.ts';
import type { Log, Work } from '#domain/work.ts';

export interface Jobs {
  /**
   * Announces that the account has something to send, after `delayMs`. Call after COMMIT. Never throws and never
   * waits; while one is on its way for the account, more of them become one.
   */
  add(accountId: string, delayMs?: number): void;
  /** The same, for who wants to know: true if Redis took it within limits.jobAddTimeoutMs. Never rejects. */
  announce(accountId: string, delayMs?: number): Promise<boolean>;
  /** Hears wake-ups on this node. Called once. The handler must not wait for what it starts. */
  process(handler: (accountId: string) => void): void;
  /** True while Redis answers. */
  connected(): boolean;
  /** Ends within the grace, whether Redis answers or not. */
  close(graceMs?: number): Promise<void>;
}

export interface JobsOptions {
  redisUrl: string;
  log: Log;
  /** Apart for each test; the product has one. */
  prefix?: string;
  addTimeoutMs?: number;
}

const QUEUE = 'outbound';
const CONCURRENCY = 4;
const RESTART_MS = 1_000;
/** Later wake-ups of an account within this time are one. */
const LATER_STEP_MS = 500;
const CLOSE_GRACE_MS = 2_000;

interface WakeUp { accountId: string }

function retryStrategy(tries: number): number {
  return Math.min(tries * 100, 1_000);
}

/** For adding: fails at once while Redis is away, and within the bound while it hangs. Nothing piles up in memory. */
function addingOptions(timeoutMs: number): RedisOptions {
  return { enableReadyCheck: false, enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: timeoutMs,
    retryStrategy };
}

/** For hearing: waits for Redis to come back, as long as it takes (bull demands both). */
const hearingOptions: RedisOptions = { enableReadyCheck: false, maxRetriesPerRequest: null, retryStrategy };

function within<T>(promise: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => { timer = setTimeout(() => resolve(undefined), timeoutMs); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

class BullJobs implements Jobs {
  readonly #options: Required<JobsOptions>;
  readonly #clients: Redis[] = [];
  readonly #adding: Bull.Queue<WakeUp>;
  readonly #client: Redis;
  /** Accounts with an add in flight; true: wanted again meanwhile. */
  readonly #onTheWay = new Map<string, boolean>();
  #hearing: Bull.Queue<WakeUp> | undefined;
  #complained = false;
  #closed = false;

  constructor(options: Required<JobsOptions>) {
    this.#options = options;
    this.#client = this.#connect(addingOptions(options.addTimeoutMs), 'jobs-out');
    this.#adding = this.#queue(() => this.#client);
  }

  add(accountId: string, delayMs = 0): void {
    const key = delayMs > 0 ? `${accountId}:${this.#stepOf(delayMs)}` : accountId;
    if (this.#closed) return;
    if (this.#onTheWay.has(key)) {
      this.#onTheWay.set(key, true);
      return;
    }
    this.#onTheWay.set(key, false);
    void this.announce(accountId, delayMs).then(() => {
      const again = this.#onTheWay.get(key);
      this.#onTheWay.delete(key);
      // Later ones are one by their step; of those for now, the last must be read after what it announces.
      if (again === true && delayMs === 0) this.add(accountId);
    });
  }

  async announce(accountId: string, delayMs = 0): Promise<boolean> {
    if (this.#closed || this.#client.status !== 'ready') return false;
    const added = this.#put(accountId, delayMs).then(() => true, (error: Error) => this.#complain(error));
    return await within(added, this.#options.addTimeoutMs) ?? false;
  }

  process(handler: (accountId: string) => void): void {
    if (this.#hearing !== undefined) throw new Error('jobs are processed already');
    this.#hear(handler);
  }

  connected(): boolean {
    return this.#client.status === 'ready';
  }

  async close(graceMs = CLOSE_GRACE_MS): Promise<void> {
    this.#closed = true;
    // Waits for the jobs that run; with Redis away it would wait for ever.
    if (this.#hearing !== undefined && this.connected()) await within(this.#hearing.close().catch(() => undefined),
      graceMs);
    for (const client of this.#clients) client.disconnect();
    // Ends bull's timers; without connections this needs no Redis.
    await within(Promise.allSettled([this.#adding.close(true), this.#hearing?.close(true)]), 200);
  }

  #hear(handler: (accountId: string) => void): void {
    const queue = this.#queue((type) => this.#connect(hearingOptions, `jobs-${type}`));
    this.#hearing = queue;
    queue.process(CONCURRENCY, async (job) => {
      // Before the handler looks: see the head of this file. Without an answer the handler is called all the same.
      await within(this.#client.hincrby(this.#generations(), job.data.accountId, 1).catch(() => 0),
        this.#options.addTimeoutMs);
      if (!this.#closed) handler(job.data.accountId);
    }).catch((error: Error) => {
      // Bull gives up for good if Redis fails it while it starts: begin again.
      this.#complain(error);
      if (this.#closed) return;
      void queue.close(true).catch(() => undefined);
      setTimeout(() => { if (!this.#closed) this.#hear(handler); }, RESTART_MS).unref();
    });
  }

  async #put(accountId: string, delayMs: number): Promise<void> {
    const options = { removeOnComplete: true, removeOnFail: true, attempts: 1 };
    if (delayMs > 0) {
      await this.#adding.add({ accountId }, { ...options, delay: delayMs,
        jobId: `${accountId}:later:${this.#stepOf(delayMs)}` });
      return;
    }
    const generation = await this.#client.hget(this.#generations(), accountId) ?? '0';
    await this.#adding.add({ accountId }, { ...options, jobId: `${accountId}:${generation}` });
  }

  #stepOf(delayMs: number): number {
    return Math.ceil((performance.timeOrigin + performance.now() + delayMs) / LATER_STEP_MS);
  }

  #generations(): string {
    return `${this.#options.prefix}:${QUEUE}:generations`;
  }

  #queue(createClient: (type: string) => Redis): Bull.Queue<WakeUp> {
    const queue = new Bull<WakeUp>(QUEUE, { prefix: this.#options.prefix, createClient,
      settings: { retryProcessDelay: RESTART_MS } });
    queue.on('error', (error: Error) => { this.#complain(error); });
    return queue;
  }

  #connect(options: RedisOptions, name: string): Redis {
    const client = new Redis(this.#options.redisUrl, { ...options, connectionName: name });
    client.on('error', (error: Error) => { this.#complain(error); });
    client.on('ready', () => { this.#complained = false; });
    this.#clients.push(client);
    return client;
  }

  #complain(error: Error): false {
    if (!this.#complained && !this.#closed) {
      this.#options.log.warn({ error: error.message }, 'redis is away; the sweep finds what is due');
    }
    this.#complained = true;
    return false;
  }
}

/** Connects wake-ups to Redis. Never fails: while Redis is away nothing is announced and sweeps do the work. */
export function createJobs(options: JobsOptions): Jobs {
  return new BullJobs({ prefix: 'sambung', addTimeoutMs: limits.jobAddTimeoutMs, ...options });
}

/** On nodes that do not send themselves: passes each hint `outbound:<account>` on as a job. Gives the way to stop. */
export function relayWakeUps(work: Pick<Work, 'wake'>, jobs: Jobs): () => void {
  return work.wake.on('outbound:*', (topic) => jobs.add(topic.slice('outbound:'.length)));
}
