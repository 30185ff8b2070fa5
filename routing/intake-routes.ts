/** What new work needs beside its message: where its account sends it, and a ticket number. Known for two seconds. */
import type { ThreadRoute } from '#domain/interactions/intake-plan.ts';
import { appNowMs } from '#domain/clock.ts';
import { limits } from '#domain/limits.ts';
import type { Work } from '#domain/work.ts';
import type { IntakeAccount } from './intake-threads.ts';
import { routesOfAccounts, takeTicketNumbers } from './intake-statements.ts';

type QueueFields = 'queueId' | 'queueSiteId' | 'queueTier' | 'queueCostPoints' | 'queuePriority';
type Route = Pick<ThreadRoute, QueueFields> & { timeZone: string };

interface RouteRow {
  account_id: string;
  queue_id: string | null;
  site_id: string | null;
  tier: number | null;
  cost_points: number | null;
  priority: number | null;
  time_zone: string;
}

/** A burst takes numbers ahead for itself, so that 100 new customers cost one commit and not 100. */
const BURST_AHEAD = 8;

/** The book of routes and numbers of one intake. */
export class IntakeRoutes {
  readonly #work: Work;
  readonly #routes = new Map<string, { route: Route; atMs: number }>();
  readonly #numbers = new Map<string, { day: string; next: number; last: number; atMs: number }>();

  constructor(work: Work) {
    this.#work = work;
  }

  /** Where new work of the account goes: its queue, else the organisation's first of tier 1. */
  async routeOf(account: IntakeAccount): Promise<Route> {
    const known = this.#routes.get(account.id);
    if (known !== undefined && appNowMs() - known.atMs < limits.sessionCheckMs) return known.route;
    const [row] = await this.#work.db.rows<RouteRow>(routesOfAccounts, [[account.id]]);
    const route: Route = { queueId: row?.queue_id ?? null, queueSiteId: row?.site_id ?? null, queueTier: row?.tier ?? 1,
      queueCostPoints: row?.cost_points ?? null, queuePriority: row?.priority ?? 0,
      timeZone: row?.time_zone ?? 'Asia/Jakarta' };
    this.#routes.set(account.id, { route, atMs: appNowMs() });
    return route;
  }

  /**
   * `count` ticket numbers of today in the zone, such as TK-261121-0417: a counter of the day, wider when needed. Taken
   * in a commit of its own, so that lanes never wait for each other; a crash leaves a gap, never a double.
   */
  async ticketNumbers(organisationId: string, timeZone: string, count: number): Promise<string[]> {
    let block = this.#numbers.get(organisationId);
    if (block === undefined || block.last - block.next + 1 < count || appNowMs() - block.atMs > limits.sessionCheckMs) {
      const wanted = count <= 2 ? count : count * BURST_AHEAD;
      const row = await this.#work.db.one<{ used: number; day: string }>(takeTicketNumbers,
        [organisationId, wanted, timeZone]);
      const last = row?.used ?? wanted;
      block = { day: row?.day ?? '', next: last - wanted + 1, last, atMs: appNowMs() };
      this.#numbers.set(organisationId, block);
    }
    const first = block.next;
    block.next += count;
    const { day } = block;
    return Array.from({ length: count }, (_, i) => `TK-${day}-${String(first + i).padStart(4, '0')}`);
  }
}
