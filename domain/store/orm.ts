/**
 * MikroORM for administration: entities in a unit of work, one fork per request, journal rows in the same
 * transaction.
 */
import { MikroORM, type EntityManager } from '@mikro-orm/postgresql';
import { CompiledQuery, type Transaction } from 'kysely';
import { CalendarEntity, HolidayEntity } from '#domain/calendars/entities.ts';
import { ChannelAccountEntity } from '#domain/channels/entities.ts';
import { BranchEntity, RoleEntity, SeatEntity, SiteEntity, TeamEntity, UserEntity } from '#domain/people/entities.ts';
import { CategoryEntity, QueueEntity, ReasonEntity, SkillEntity } from '#domain/queues/entities.ts';
import { CannedReplyEntity } from '#domain/replies/entities.ts';
import { limits } from '#domain/limits.ts';
import type { Queryable, Statement, Tx } from './db.ts';

/** Few: administration is rare, and the hot paths have a pool of their own. */
const CONNECTIONS_MAX = 3;

const entities = [SiteEntity, TeamEntity, UserEntity, RoleEntity, SeatEntity, QueueEntity, SkillEntity, CategoryEntity,
  ReasonEntity, ChannelAccountEntity, BranchEntity, CalendarEntity, HolidayEntity, CannedReplyEntity] as const;

/** Any noun of the administration. */
export type AdminEntity = (typeof entities)[number];

/** What a statement can do inside the ORM's transaction. */
export type OrmTx = Omit<Tx, 'last'>;

export interface Orm {
  /**
   * One transaction: changes to entities are written before it commits, statements of `tx` run inside it, afterCommit
   * hooks run once it is through. A version that moved meanwhile rejects with OptimisticLockError.
   */
  write<T>(body: (em: EntityManager, tx: OrmTx) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

function statementsOn(em: EntityManager): Queryable {
  const run = async <R>(text: string, values: readonly unknown[] = []): Promise<R[]> => {
    const transaction = em.getTransactionContext<Transaction<unknown>>();
    if (transaction === undefined) throw new Error('statements of an Orm need its transaction');
    return (await transaction.executeQuery<R>(CompiledQuery.raw(text, [...values]))).rows;
  };
  return {
    rows: <R>(stmt: Statement, values?: readonly unknown[]) => run<R>(stmt.text, values),
    async one<R>(stmt: Statement, values?: readonly unknown[]) {
      const found = await run<R>(stmt.text, values);
      if (found.length > 1) throw new Error(`statement ${stmt.name} gave ${found.length} rows, one expected`);
      return found[0];
    },
    dynamic: run,
  };
}

/** Opens the ORM on a small pool; `role` as migrate() gave it. Connects lazily. */
export async function openOrm(url: string, role?: string): Promise<Orm> {
  const orm = await MikroORM.init({
    clientUrl: url,
    entities: [...entities],
    pool: { min: 0, max: CONNECTIONS_MAX },
    driverOptions: {
      application_name: 'sambung-orm', connectionTimeoutMillis: limits.databaseConnectTimeoutMs,
      statement_timeout: limits.databaseQueryTimeoutMs, query_timeout: limits.databaseQueryTimeoutMs,
      idle_in_transaction_session_timeout: limits.databaseQueryTimeoutMs,
      ...(role === undefined ? {} : { options: `-c role=${role}` }),
    },
    forceUtcTimezone: true,
  });
  return {
    async write(body) {
      const hooks: (() => void)[] = [];
      const result = await orm.em.fork().transactional(async (em) =>
        body(em, { ...statementsOn(em), afterCommit: (hook) => void hooks.push(hook) }));
      for (const hook of hooks) hook();
      return result;
    },
    close: () => orm.close(true),
  };
}
