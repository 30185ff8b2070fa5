/**
 * Work behind the journal that one node does at a time: it takes a lease, works, waits, and takes it again. A node that
 * dies or loses its database loses the work to another once the lease has run out.
 */
import type { Work } from '#domain/work.ts';
import { statement } from './db.ts';

const take = statement('lease-loop.take', `insert into leases (name, holder, fence, expires_at)
  values ($1, $2, 1, app_now() + $3 * interval '1 millisecond')
  on conflict (name) do update set holder = excluded.holder, expires_at = excluded.expires_at,
    fence = leases.fence + case when leases.holder = excluded.holder then 0 else 1 end
  where leases.holder = excluded.holder or leases.expires_at <= app_now() returning 1 as held`);
const drop = statement('lease-loop.drop', 'update leases set expires_at = app_now() where name = $1 and holder = $2');

/** What is done under a lease. */
export interface LeasedWork {
  /** Of the lease. */
  name: string;
  nodeId: string;
  leaseMs: number;
  /** The pause between two rounds of which the first left nothing to do. */
  everyMs: number;
  /**
   * Does a piece that takes well under leaseMs, if this node holds the lease; true asks for the next piece at once.
   * What it does must bear being done twice: a node that was stopped for long may still be in its piece.
   */
  round(holding: boolean): Promise<boolean>;
  /** Said once when rounds begin to fail; they are tried again. */
  complaint: string;
}

export interface LeaseLoop {
  /** True while this node holds the lease, as of its last round. */
  holds(): boolean;
  /** Ends after the round at hand and gives the lease back. */
  stop(): Promise<void>;
}

/** Starts the rounds; survives a database that is away. */
export function startLeaseLoop(work: Work, given: LeasedWork): LeaseLoop {
  let holding = false;
  let stopped = false;
  let wake = (): void => undefined;
  const rounds = async (): Promise<void> => {
    let more: boolean;
    do {
      holding = await work.db.one(take, [given.name, given.nodeId, given.leaseMs]) !== undefined;
      more = await given.round(holding);
    } while (more && holding && !stopped);
  };
  const run = async (): Promise<void> => {
    let failing = false;
    while (!stopped) {
      try {
        await rounds();
        failing = false;
      } catch (error) {
        holding = false;
        if (!failing) work.log.warn({ err: error, lease: given.name }, given.complaint);
        failing = true;
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, given.everyMs);
        wake = () => { clearTimeout(timer); resolve(); };
        if (stopped) wake();
      });
    }
    if (holding) await work.db.rows(drop, [given.name, given.nodeId]).catch(() => undefined);
  };
  const running = run();
  return {
    holds: () => holding,
    async stop() {
      stopped = true;
      wake();
      await running;
    },
  };
}
