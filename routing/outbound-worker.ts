/**
 * The one road out, its far end: claims due messages per channel account, asks the gate, hands them to the channel and
 * commits how it ended. Claims and outcomes are batched; no provider is talked to inside a transaction.
 */
import type { AccountView, OutboundMessage, SendOutcome } from '#domain/channels/words.ts';
import { afterSend, type Attempt } from '#domain/conversations/rules.ts';
import { offerOf } from '#domain/conversations/offers.ts';
import { templateOf } from '#domain/conversations/templates.ts';
import { failpoint } from '#domain/failpoints.ts';
import { limits } from '#domain/limits.ts';
import type { Work } from '#domain/work.ts';
import * as sql from './outbound-claims.ts';
import { Ending } from './outbound-ending.ts';
import { Lane, type Sender } from './outbound-lane.ts';
import { judge } from './gate.ts';
import { sweepReceipts } from './receipts.ts';

export type { Sender } from './outbound-lane.ts';

/** Wake-ups that reach one node of several, now or later; they carry an account's id and may be lost (RI4). */
export interface SendJobs {
  /** Never throws and never waits. */
  add(accountId: string, delayMs?: number): void;
  process(handler: (accountId: string) => void): void;
}

export interface OutboundDeps {
  nodeId: string;
  /** How this node sends for an account; undefined where it cannot. The signal fires at the deadline. */
  sender(account: AccountView): Sender | undefined;
  /** What the channel declares; undefined for a channel that this release does not know. */
  channelFacts(account: { channel: string; settings?: Record<string, unknown> }):
    { sendsPerSecond: number; deduplicates: boolean; atOnce?: number } | undefined;
  jobs?: SendJobs | undefined;
  /** Tests shorten these; limits.ts says what they are. */
  leaseMs?: number;
  sweepMs?: number;
  slowSweepMs?: number;
  retryWindowMs?: number;
  concurrencyPerAccount?: number;
  graceMs?: number;
}

export interface Outbound {
  /** Messages in this node's hands. */
  inFlight(): number;
  /** Stops claiming, lets sends end within the grace, aborts the rest and gives back what never began (RF16). */
  stop(): Promise<void>;
}

type Settled = Required<Omit<OutboundDeps, 'jobs'>> & Pick<OutboundDeps, 'jobs'>;

const DOUBT_MS = 2 * limits.databaseQueryTimeoutMs;
/** Of the lease, what a send may use; the rest is for committing its outcome. */
const DEADLINE_PART = 0.8;

class Worker implements Outbound {
  readonly #work: Work;
  readonly #deps: Settled;
  readonly #ending: Ending;
  readonly #lanes = new Map<string, Lane>();
  readonly #working = new Set<string>();
  readonly #wanted = new Set<string>();
  readonly #cleanUp: (() => void)[] = [];
  #pumping: Promise<void> | undefined;
  #sweeping: Promise<void> | undefined;
  #doubtUntil = 0;
  #slowAt = 0;
  #stopping = false;
  #failing = false;
  #finished: Promise<void> | undefined;

  constructor(work: Work, deps: Settled) {
    this.#work = work;
    this.#deps = deps;
    this.#ending = new Ending(work);
    this.#cleanUp.push(work.wake.on('outbound:*', (topic) => this.#wake(topic.slice('outbound:'.length))));
    deps.jobs?.process((accountId) => this.#wake(accountId));
    const timer = setInterval(() => { this.#sweepOnce(); }, deps.sweepMs);
    this.#cleanUp.push(() => clearInterval(timer));
    this.#sweepOnce();
  }

  inFlight(): number {
    return this.#working.size;
  }

  stop(): Promise<void> {
    this.#finished ??= this.#stop();
    return this.#finished;
  }

  async #stop(): Promise<void> {
    this.#stopping = true;
    for (const done of this.#cleanUp) done();
    for (const lane of this.#lanes.values()) lane.close();
    await this.#pumping;
    await this.#sweeping;
    const sends = Promise.all([...this.#lanes.values()].map((lane) => lane.idle()));
    const grace = new Promise<'late'>((resolve) => { setTimeout(() => resolve('late'), this.#deps.graceMs).unref(); });
    if (await Promise.race([sends, grace]) === 'late') for (const lane of this.#lanes.values()) lane.abort();
    await Promise.race([sends, new Promise((resolve) => { setTimeout(resolve, 1_000).unref(); })]);
    await this.#ending.close();
  }

  #wake(accountId: string): void {
    if (this.#stopping) return;
    const lane = this.#lanes.get(accountId);
    if (lane === undefined) this.#wanted.add(accountId);
    else lane.dirty = true;
    // Another node may have the slots that this one lacks.
    if (lane !== undefined && lane.free === 0) this.#deps.jobs?.add(accountId);
    this.#pump();
  }

  #later(lane: Lane, delayMs: number): void {
    lane.wakeIn(delayMs, () => { lane.dirty = true; this.#pump(); });
    // Worth a job only where this node might be gone by then.
    if (delayMs >= this.#deps.sweepMs) this.#deps.jobs?.add(lane.account.id, delayMs);
  }

  #pump(): void {
    if (this.#stopping || this.#pumping !== undefined) return;
    this.#pumping = this.#rounds().finally(() => {
      this.#pumping = undefined;
      if (!this.#failing && (this.#wanted.size > 0 || this.#ready().length > 0)) this.#pump();
    });
  }

  #ready(): Lane[] {
    return [...this.#lanes.values()].filter((lane) => lane.dirty && lane.free > 0 && lane.sender !== undefined);
  }

  async #rounds(): Promise<void> {
    // One turn of the event loop, so that slots and wake-ups that come together share a claim.
    await new Promise((resolve) => { setImmediate(resolve); });
    try {
      while (!this.#stopping) {
        await this.#open();
        if (performance.now() < this.#doubtUntil) await this.#returnUnheard();
        const lanes = this.#ready().slice(0, limits.sendBatchMax);
        // What waits for its commit is bounded too: a database that takes no outcomes gets no claims.
        if (lanes.length === 0 || this.#ending.waiting > 2 * limits.sendBatchMax) break;
        await this.#claim(lanes);
      }
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#work.log.warn({ error: (error as Error).message },
        'sending waits: the database did not answer');
      // The sweep tries again; what a lost answer claimed is returned before the next claim.
      this.#failing = true;
      for (const lane of this.#lanes.values()) lane.dirty = true;
    }
  }

  /** Makes the lanes of accounts that were named, and refreshes those whose facts are old. */
  async #open(): Promise<void> {
    const named = [...this.#wanted];
    this.#wanted.clear();
    const now = performance.now();
    const stale = [...this.#lanes.values()].filter((lane) => lane.dirty && now - lane.readAt > limits.sessionCheckMs);
    if (named.length === 0 && stale.length === 0) return;
    const ids = [...named, ...stale.map((lane) => lane.account.id)].filter((id) => /^[0-9a-f-]{36}$/.test(id));
    for (const row of await this.#work.db.rows<sql.AccountRow>(sql.loadAccounts, [ids])) {
      const { status, ...account } = row;
      const facts = this.#deps.channelFacts(account);
      if (facts === undefined) continue;
      const lane = this.#lanes.get(row.id) ?? new Lane(this.#deps.concurrencyPerAccount);
      lane.refresh(account, facts, this.#deps.sender(account));
      lane.probing = lane.probing && status === 'NEEDS_ATTENTION';
      if (!this.#lanes.has(row.id)) lane.dirty = true;
      this.#lanes.set(row.id, lane);
    }
  }

  async #claim(lanes: readonly Lane[]): Promise<void> {
    const asked = lanes.map((lane) => ({ account_id: lane.account.id, free: lane.free, rate: lane.rate,
      burst: lane.burst,
      probe: lane.probing }));
    for (const lane of lanes) { lane.dirty = false; lane.probing = false; }
    const askedAt = performance.now();
    let rows: (sql.ClaimedRow | (sql.LaneRow & { id: null }))[];
    try {
      rows = await this.#work.db.rows(sql.claimDue, [JSON.stringify(asked), this.#deps.nodeId, this.#deps.leaseMs]);
    } catch (error) {
      this.#doubtUntil = performance.now() + DOUBT_MS;
      throw error;
    }
    const taken = new Map<string, number>();
    for (const row of rows) {
      const lane = this.#lanes.get(row.accountId);
      if (lane === undefined) continue;
      lane.more = row.more;
      if (row.id === null) { taken.set(row.accountId, 0); continue; }
      taken.set(row.accountId, (taken.get(row.accountId) ?? 0) + 1);
      this.#working.add(row.id);
      this.#carry(lane, row, askedAt);
    }
    for (const row of rows) {
      const lane = this.#lanes.get(row.accountId);
      if (lane !== undefined && row.more) this.#plan(lane, row, taken.get(row.accountId) ?? 0);
    }
  }

  /**
   * When a lane that has more to send may claim again: at the end of a pause, with its next token, or when a send
   * ends.
   */
  #plan(lane: Lane, row: sql.LaneRow, taken: number): void {
    if (row.pausedMs > 0) this.#later(lane, row.pausedMs);
    else if (row.tokens - taken < 1) this.#later(lane, ((1 - (row.tokens - taken)) / lane.rate) * 1_000);
  }

  async #returnUnheard(): Promise<void> {
    const rows = await this.#work.db.rows<{ id: string; fence: number }>(sql.unheardClaims,
      [this.#deps.nodeId, [...this.#working]]);
    if (rows.length > 0) await Promise.all(rows.map((row) => this.#ending.release(row.id, row.fence)));
  }

  /**
   * Carries one message from its claim to its committed outcome. Its slot is free once the send has ended: the next is
   * claimed while this outcome is being committed.
   */
  #carry(lane: Lane, row: sql.ClaimedRow, askedAt: number): void {
    const sending = failpoint('send.afterClaim').then(() => this.#judgeAndSend(lane, row, askedAt));
    lane.began(sending.then(() => undefined, () => undefined), () => this.#freed(lane));
    const settling = sending.then((settled) => settled()).catch((error: unknown) => {
      this.#work.log.error({ messageId: row.id, error: (error as Error).message },
        'a send was not settled; its lease ends it');
    }).then(() => {
      this.#working.delete(row.id);
      // The next of the same conversation was held back until now.
      this.#freed(lane);
    });
    void settling;
  }

  #freed(lane: Lane): void {
    if (lane.more) lane.dirty = true;
    if (lane.dirty) this.#pump();
  }

  /** Asks the gate, then sends; gives what commits the outcome. */
  async #judgeAndSend(lane: Lane, row: sql.ClaimedRow, askedAt: number): Promise<() => Promise<void>> {
    const verdict = judge({ purpose: row.purpose, bulk: row.bulk, authorKind: row.authorKind, optOuts: row.optOuts,
      customerWrote: row.customerWrote, coldUntil: row.coldUntil, coldReasonCode: row.coldReasonCode });
    if (verdict.kind === 'refuse') return () => this.#ending.refuse(row.id, row.fence, verdict.reasonCode);
    if (verdict.kind === 'defer') return () => this.#ending.defer(row.id, row.fence, verdict.until, verdict.reasonCode);
    const leftMs = this.#deps.leaseMs * DEADLINE_PART - (performance.now() - askedAt);
    // A node that was stopped since its claim must not send under a lease that others may have ended (RF15).
    if (this.#stopping || leftMs <= 0 || lane.sender === undefined) return () =>
      this.#ending.release(row.id, row.fence);
    await failpoint('send.beforeWrite');
    const attempt = (): Attempt => ({ attempts: row.attempts, heldMs: row.heldMs + performance.now() - askedAt,
      deduplicates: lane.deduplicates, windowMs: this.#deps.retryWindowMs, random: Math.random() });
    const late = (outcome: SendOutcome): void => {
      if (outcome.kind === 'sent' || outcome.kind === 'failed') {
        this.#ending.outcome(row.id, row.fence, afterSend(outcome, attempt())).catch(() => undefined);
      }
    };
    const after = afterSend(await lane.send(messageOf(row), leftMs, late), attempt());
    return async () => {
      await this.#ending.outcome(row.id, row.fence, after);
      if (after.status === 'queued' && !this.#stopping) this.#later(lane, after.delayMs);
    };
  }

  #sweepOnce(): void {
    if (this.#stopping || this.#sweeping !== undefined) return;
    this.#sweeping = this.#sweep().catch((error: unknown) => {
      if (!this.#failing) this.#work.log.warn({ error: (error as Error).message }, 'the sweep of outbound failed');
      this.#failing = true;
    }).finally(() => {
      this.#sweeping = undefined;
      this.#pump();
    });
  }

  async #sweep(): Promise<void> {
    const slow = performance.now() >= this.#slowAt;
    for (const row of await this.#work.db.rows<{ id: string; status: string }>(sql.dueAccounts)) {
      const lane = this.#lanes.get(row.id);
      if (lane === undefined) { this.#wanted.add(row.id); continue; }
      lane.dirty = true;
      // One message now and then tells whether the account has recovered.
      if (slow && row.status === 'NEEDS_ATTENTION') lane.probing = true;
    }
    const expired = await this.#work.db.rows<sql.ExpiredRow>(sql.expiredLeases);
    await Promise.all(expired.map((row) => this.#expire(row)));
    if (slow) {
      await sweepReceipts(this.#work);
      this.#slowAt = performance.now() + this.#deps.slowSweepMs;
    }
  }

  #expire(row: sql.ExpiredRow): Promise<void> {
    const after = afterSend({ kind: 'unknown', reasonCode: 'LEASE_EXPIRED' },
      { attempts: row.attempts, heldMs: row.heldMs,
      deduplicates: this.#deps.channelFacts({ channel: row.channel })?.deduplicates ?? false,
      windowMs: this.#deps.retryWindowMs,
      random: Math.random() });
    return this.#ending.expire(row.id, row.fence, after);
  }
}

function messageOf(row: sql.ClaimedRow): OutboundMessage {
  return { id: row.id, clientId: row.clientId ?? row.id, conversationId: row.conversationId, seq: row.seq,
    handle: row.handle,
    threadKey: row.threadKey, authorKind: row.authorKind, authorName: row.authorName, kind: row.kind, text: row.text,
    attachments: row.attachments ?? [], replyToProviderId: row.replyToProviderId, createdAt: row.createdAt,
    replyToText: row.replyToText, replyToFromUs: row.replyToFromUs === true,
    offer: offerOf(row.payload), template: templateOf(row.payload) };
}

/**
 * Starts sending on this node: at each wake-up `outbound:<account>`, at each job, and by a sweep. Any number of nodes
 * may run side by side: claims are conditional, paces are shared in PostgreSQL, outcomes are fenced (RI3, RI4, RF15).
 */
export function startOutbound(work: Work, deps: OutboundDeps): Outbound {
  return new Worker(work, { leaseMs: limits.sendLeaseMs, sweepMs: limits.outboundSweepMs,
    slowSweepMs: limits.slowSweepMs,
    retryWindowMs: limits.sendRetryWindowMs, concurrencyPerAccount: limits.sendConcurrencyPerAccount,
    graceMs: limits.shutdownGraceMs, ...deps });
}
