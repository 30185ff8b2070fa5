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

/** How often waiting requests are looked at; a request is answered at most this much later than it should be. */
const LOOK_MS = 100;

/**
 * Answers DATABASE_UNAVAILABLE to every request that has waited for limits.databaseSlowMs while the database answers
 * nobody; looks again as often as that time passes. One timer and one probe serve all requests that wait.
 */
export function answerWithoutDatabase(app: FastifyInstance, db: Pick<Db, 'connect'>): void {
  /** Who waits, and since when; the longest first. */
  const waiting = new Map<FastifyReply, number>();
  let timer: NodeJS.Timeout | undefined;
  let probe: Promise<boolean> | undefined;
  const wait = (reply: FastifyReply): void => {
    waiting.set(reply, performance.now());
    timer ??= setTimeout(look, LOOK_MS).unref();
  };
  const ask503 = async (reply: FastifyReply): Promise<void> => {
    probe ??= ask(db).finally(() => { probe = undefined; });
    const answers = await probe;
    if (reply.sent || reply.raw.destroyed) return;
    if (answers) wait(reply);
    else void reply.send(new AppError('DATABASE_UNAVAILABLE'));
  };
  const look = (): void => {
    timer = undefined;
    const before = performance.now() - limits.databaseSlowMs;
    for (const [reply, since] of waiting) {
      if (since > before) break;
      waiting.delete(reply);
      void ask503(reply);
    }
    if (waiting.size > 0) timer = setTimeout(look, LOOK_MS).unref();
  };
  app.addHook('onRequest', (_request, reply, done) => {
    wait(reply);
    done();
  });
  app.addHook('onResponse', (_request, reply, done) => {
    waiting.delete(reply);
    done();
  });
}
