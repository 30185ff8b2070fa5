/** Commits how claims ended, many at once, and does not let go of an outcome before it is committed. */
import type { AfterSend } from '#domain/conversations/rules.ts';
import { failpoint } from '#domain/failpoints.ts';
import { limits } from '#domain/limits.ts';
import { isPoison, isUnavailable } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import { Gatherer } from './gather.ts';
import { settle, type SettledRow, type Settlement } from './outbound-claims.ts';
import { mergeWaiting, providerIdOf, reasonOf, type ProviderKey } from './receipts.ts';

const RETRY_MS = 250;

const nothing = { provider_id: null, delay_ms: 0, until: null, pause_ms: 0, exhausted: false } as const;

export class Ending {
  readonly #work: Work;
  readonly #settlements: Gatherer<Settlement, void>;
  readonly #known: Gatherer<ProviderKey, void>;
  #closing = false;

  constructor(work: Work) {
    this.#work = work;
    this.#settlements = new Gatherer(limits.sendBatchMax, (batch) => this.#commit(batch));
    this.#known = new Gatherer(limits.sendBatchMax, (batch) => this.#merge(batch));
  }

  /** Outcomes that are not in a batch yet. */
  get waiting(): number {
    return this.#settlements.length;
  }

  outcome(id: string, fence: number, after: AfterSend): Promise<void> {
    return this.#settlements.push(columnsOf(id, fence, 'outcome', after));
  }

  /** The lease ran out; void if its holder has settled it meanwhile. */
  expire(id: string, fence: number, after: AfterSend): Promise<void> {
    return this.#settlements.push(columnsOf(id, fence, 'expire', after));
  }

  /** It never began: back to the queue as if it had not been claimed. */
  release(id: string, fence: number): Promise<void> {
    return this.#settlements.push({ ...nothing, id, fence, mode: 'release', status: 'queued', reason_code: null });
  }

  refuse(id: string, fence: number, reasonCode: string): Promise<void> {
    return this.#settlements.push({ ...nothing, id, fence, mode: 'outcome', status: 'failed',
      reason_code: reasonOf(reasonCode) });
  }

  defer(id: string, fence: number, until: Date, reasonCode: string): Promise<void> {
    return this.#settlements.push({ ...nothing, id, fence, mode: 'defer', status: 'queued',
      reason_code: reasonOf(reasonCode),
      until: until.toISOString() });
  }

  /** Commits what is left; outcomes that the database does not take now are left to their leases. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#settlements.drained();
    await this.#known.drained();
  }

  async #commit(batch: readonly Settlement[]): Promise<readonly void[]> {
    for (let tries = 1; ; tries += 1) {
      try {
        await failpoint('send.beforeCommit');
        const rows = await this.#work.db.rows<SettledRow>(settle, [JSON.stringify(batch)]);
        await failpoint('send.afterCommit');
        this.#work.wake.hint('journal');
        this.#announce(rows);
        return batch.map(() => undefined);
      } catch (error) {
        if (isPoison(error)) return this.#oneByOne(batch);
        // While the database is away its outcomes wait here; anything else is our own fault and left to the lease.
        if (this.#closing || (!isUnavailable(error) && tries >= limits.transactionAttemptsMax)) throw error;
        await new Promise((resolve) => { setTimeout(resolve, RETRY_MS * (0.5 + Math.random())); });
      }
    }
  }

  async #oneByOne(batch: readonly Settlement[]): Promise<readonly void[]> {
    const [only] = batch;
    if (batch.length > 1) {
      for (const one of batch) await this.#commit([one]);
    } else if (only !== undefined && only.reason_code !== 'OUTCOME_UNREADABLE') {
      this.#work.log.error({ messageId: only.id }, 'the outcome of a send could not be stored; the message is unknown');
      await this.#commit([{ ...nothing, id: only.id, fence: only.fence, mode: 'outcome', status: 'unknown',
        reason_code: 'OUTCOME_UNREADABLE' }]);
    }
    return batch.map(() => undefined);
  }

  /** Receipts may have come before the provider's id was known. */
  #announce(rows: readonly SettledRow[]): void {
    for (const row of rows) {
      if (row.providerMessageId === null || (row.status !== 'sent' && row.status !== 'delivered')) continue;
      void this.#known.push({ organisationId: row.organisationId, accountId: row.accountId,
        providerMessageId: row.providerMessageId }).catch(() => undefined);
    }
  }

  async #merge(batch: readonly ProviderKey[]): Promise<readonly void[]> {
    try {
      await mergeWaiting(this.#work, batch);
    } catch (error) {
      this.#work.log.warn({ error: (error as Error).message }, 'receipts wait for the sweep');
    }
    return batch.map(() => undefined);
  }
}

function columnsOf(id: string, fence: number, mode: Settlement['mode'], after: AfterSend): Settlement {
  return { id, fence, mode, status: after.status, reason_code: reasonOf(after.reasonCode ?? undefined),
    provider_id: after.providerMessageId === null ? null : providerIdOf(after.providerMessageId),
    parts: after.parts, delay_ms: after.delayMs, until: null, pause_ms: after.pauseMs, exhausted: after.exhausted };
}
