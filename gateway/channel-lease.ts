/** One holder over all nodes: a row in `leases` with a fencing token that rises at every change of hands (INV6). */
import { newId } from '#domain/ids.ts';
import { limits } from '#domain/limits.ts';
import { statement } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';

const take = statement(
  'lease.take',
  `
insert into leases (name, holder, fence, expires_at) values ($1, $2, 1, app_now() + $3 * interval '1 millisecond')
on conflict (name) do update set holder = excluded.holder, fence = leases.fence + 1, expires_at = excluded.expires_at
where leases.expires_at <= app_now() returning fence::text as fence`,
);
const renew = statement(
  'lease.renew',
  `
update leases set expires_at = app_now() + $4 * interval '1 millisecond'
where name = $1 and holder = $2 and fence = $3 returning 1 as held`,
);
const release = statement(
  'lease.release',
  `
update leases set expires_at = app_now() where name = $1 and holder = $2 and fence = $3`,
);

export interface LeaseOptions {
  name: string;
  nodeId: string;
  leaseMs?: number;
}

/**
 * Runs `body` while this caller alone holds the lease. Renewed at a third of its time; `signal` fires when somebody
 * else has
 * taken it or when it could not be renewed in time, so the body must stop at once. Gives 'held-elsewhere' without
 * running it.
 * Rejects with what the body throws, and with the database's error if the lease cannot even be asked for.
 */
export async function withLease(
  work: Work,
  options: LeaseOptions,
  body: (signal: AbortSignal, fence: bigint) => Promise<void>,
): Promise<'done' | 'held-elsewhere'> {
  const leaseMs = options.leaseMs ?? limits.leaseMs;
  const holder = `${options.nodeId}:${newId()}`;
  const taken = await work.db.one<{ fence: string }>(take, [options.name, holder, leaseMs]);
  if (taken === undefined) return 'held-elsewhere';
  const lost = new AbortController();
  let heldUntil = performance.now() + leaseMs;
  let asking = false;
  const tick = async (): Promise<void> => {
    if (performance.now() >= heldUntil) {
      lost.abort(new Error('LEASE_EXPIRED'));
      return;
    }
    if (asking) return;
    asking = true;
    const askedAt = performance.now();
    try {
      const held = await work.db.one(renew, [options.name, holder, taken.fence, leaseMs]);
      if (held === undefined) lost.abort(new Error('LEASE_TAKEN'));
      else heldUntil = askedAt + leaseMs;
    } catch (error) {
      work.log.warn({ lease: options.name, error: (error as Error).message }, 'lease not renewed yet');
    } finally {
      asking = false;
    }
  };
  const timer = setInterval(() => void tick(), leaseMs / 3);
  // A renewal that hangs must not hide that the time is over.
  const watch = setInterval(() => {
    if (performance.now() >= heldUntil) lost.abort(new Error('LEASE_EXPIRED'));
  }, leaseMs / 10);
  try {
    await body(lost.signal, BigInt(taken.fence));
    return 'done';
  } finally {
    clearInterval(timer);
    clearInterval(watch);
    await work.db.rows(release, [options.name, holder, taken.fence]).catch(() => undefined);
  }
}
