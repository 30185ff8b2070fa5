/**
 * A database that hangs (stopped, a dead disk) breaks no connection, so a request would wait for the whole time a
 * statement may run. Here a request that waits long asks whether the database answers anybody, and says 503 if not.
 */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { AppError } from '#domain/errors.ts';
import { limits } from '#domain/limits.ts';
import type { Db } from '#domain/store/db.ts';

/** What the probe may take: with the wait before it a hanging database is a 503 within 2 s (RF07). */
const PROBE_MS = 600;

/** A timer that fires this late says that this process was busy, not that the database is silent. */
const LATE_MS = 100;

/** True if the work succeeds in time; the time begins anew, a few times, while this process itself is held up. */
function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout;
    const wait = (again: number): void => {
      const due = performance.now() + ms;
      timer = setTimeout(() => {
        if (again > 0 && performance.now() - due > LATE_MS) wait(again - 1);
        else resolve(false);
      }, ms);
    };
    wait(3);
    work.then(() => { resolve(true); }, () => { resolve(false); }).finally(() => { clearTimeout(timer); });
  });
}

/** Asks over a connection of its own: those of the pool may all be waiting behind the same lock. */
async function ask(db: Pick<Db, 'connect'>): Promise<boolean> {
  const asking = (async () => {
    const client = await db.connect();
    try {
      await client.query('select 1');
    } finally {
      void client.end().catch(() => undefined);
    }
  })();
  return within(PROBE_MS, asking);
}

/**
 * Answers DATABASE_UNAVAILABLE to every request that has waited for limits.databaseSlowMs while the database answers
 * nobody; looks again as often as that time passes. One probe serves all requests that wait. Costs a timer a request.
 */
export function answerWithoutDatabase(app: FastifyInstance, db: Pick<Db, 'connect'>): void {
  const timers = new WeakMap<FastifyReply, NodeJS.Timeout>();
  let probe: Promise<boolean> | undefined;
  const look = async (reply: FastifyReply): Promise<void> => {
    probe ??= ask(db).finally(() => { probe = undefined; });
    const answers = await probe;
    if (reply.sent || reply.raw.destroyed) return;
    if (answers) arm(reply);
    else void reply.send(new AppError('DATABASE_UNAVAILABLE'));
  };
  const arm = (reply: FastifyReply): void => {
    timers.set(reply, setTimeout(() => { void look(reply); }, limits.databaseSlowMs).unref());
  };
  app.addHook('onRequest', async (_request, reply) => { arm(reply); });
  const disarm = async (reply: FastifyReply): Promise<void> => { clearTimeout(timers.get(reply)); };
  app.addHook('onResponse', (_request, reply) => disarm(reply));
}
