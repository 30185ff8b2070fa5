/** The one place that opens PostgreSQL for the hot paths: prepared statements, short transactions, bounded retries. */
import type { Socket } from 'node:net';
import pg from 'pg';
import { limits } from '#domain/limits.ts';

/** A named statement: the name makes PostgreSQL plan it once per connection. Names are unique over the product. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** What app_now() says, as a sub-select that PostgreSQL evaluates once per statement. */
const APP_NOW = "(select now() + offset_ms * interval '1 millisecond' from app_clock)";

/**
 * Declares a prepared statement. The text may use $1.. only; no value is ever put into it. Its app_now() is written
 * out: PostgreSQL cannot inline a function that reads a table, and starts it anew for every use (50 us and more).
 */
export function statement(name: string, text: string): Statement {
  return { name, text: text.replaceAll(/\(select app_now\(\)\)|app_now\(\)/g, APP_NOW) };
}

/**
 * The organisation of rows that are found by their ids: checked, never searched by. As `organisation_id = $1` it is an
 * index condition too, and a plan made while a table was young reads every row of the organisation beside the few that
 * are asked for, and keeps doing so.
 */
export function ofOrganisation(column: string, parameter = '$1'): string {
  return `${column} is not distinct from ${parameter}`;
}

type Row = Record<string, unknown>;

/** What a query needs: rows of a prepared statement. Both the pool and an open transaction offer it. */
export interface Queryable {
  /** Runs a prepared statement and gives its rows. Throws pg.DatabaseError; see isTransient. */
  rows<R = Row>(stmt: Statement, values?: readonly unknown[]): Promise<R[]>;
  /** The single row or undefined; throws if there are several. */
  one<R = Row>(stmt: Statement, values?: readonly unknown[]): Promise<R | undefined>;
  /** Runs a text whose shape is built per call (filters of lists, administration). Values are still parameters. */
  dynamic<R = Row>(text: string, values?: readonly unknown[]): Promise<R[]>;
}

/** An open transaction. */
export interface Tx extends Queryable {
  /** Runs after COMMIT, in order, never after ROLLBACK; for wake-ups only: it must not throw or wait. */
  afterCommit(hook: () => void): void;
  /**
   * The transaction's last statement, whose rows nobody needs: it leaves together with COMMIT in one round trip. If it
   * fails, PostgreSQL makes that COMMIT a ROLLBACK and the transaction rejects with the statement's error.
   */
  last(stmt: Statement, values: readonly unknown[]): void;
}

/** The pool: single statements, and transactions that retry deadlocks and serialization failures. */
export interface Db extends Queryable {
  /**
   * Runs `body` between BEGIN and COMMIT. Retried up to limits.transactionAttemptsMax times, with jitter, on 40P01 and
   * 40001; so the body must hold no effect but its statements. No network call inside (architecture: spine).
   */
  transaction<T>(body: (tx: Tx) => Promise<T>): Promise<T>;
  /** A connection of its own, outside the pool, for LISTEN or long reads; the caller ends it. */
  connect(): Promise<pg.Client>;
  readonly pool: pg.Pool;
  close(): Promise<void>;
}

export interface DbOptions {
  url: string;
  applicationName: string;
  connectionsMax?: number;
  /** How long a new connection may take; limits.databaseConnectTimeoutMs unless told. */
  connectTimeoutMs?: number;
  /** How long a connection in use may hear nothing; limits.databaseSilentMs unless told. */
  silentMs?: number;
  /** The role that statements run as; the journal is append-only for it (RA08). */
  role?: string | undefined;
  onError?: (error: Error) => void;
}

const RETRIED = new Set(['40P01', '40001']);
/** Another node opened the same work between our look and our write: look again. */
const RETRIED_CONSTRAINTS = new Set(['interactions_one_open']);
const UNAVAILABLE = new Set([
  '57P01', '57P02', '57P03', '53300', '53100', '08000', '08003', '08006', '08001', '08004', '25006',
  'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOENT', 'EADDRNOTAVAIL',
]);
/** What the driver says of a connection that broke or never came; it gives no code with these. */
const DRIVER_AWAY = new RegExp([
  'Connection terminated', 'timeout exceeded when trying to connect', 'Query read timeout', 'Client has encountered',
].join('|'), 'i');

/** The SQLSTATE or the socket's error code, if there is one. */
export function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

function isRetried(error: unknown): boolean {
  const constraint = (error as { constraint?: unknown } | null)?.constraint;
  return RETRIED.has(sqlState(error) ?? '') || (typeof constraint === 'string' && RETRIED_CONSTRAINTS.has(constraint));
}

/** True where the database is away, full or refusing: the caller answers 503 and acknowledges nothing (RF07). */
export function isUnavailable(error: unknown): boolean {
  const code = sqlState(error);
  if (code !== undefined && UNAVAILABLE.has(code)) return true;
  const message = (error as Error | null)?.message ?? '';
  return DRIVER_AWAY.test(message);
}

/** True for SQLSTATEs that a single bad row causes (bad text, bad number, a violated check): that row is poison. */
export function isPoison(error: unknown): boolean {
  const code = sqlState(error);
  return code !== undefined && (/^22/.test(code) || /^23/.test(code) || code === '54000' || code === '54001');
}

async function run<R>(client: pg.Pool | pg.PoolClient, config: pg.QueryConfig): Promise<R[]> {
  return (await client.query(config)).rows as R[];
}

function queryable(client: pg.Pool | pg.PoolClient): Queryable {
  return {
    rows: <R>(stmt: Statement, values: readonly unknown[] = []) =>
      run<R>(client, { name: stmt.name, text: stmt.text, values: values as unknown[] }),
    async one<R>(stmt: Statement, values: readonly unknown[] = []) {
      const found = await run<R>(client, { name: stmt.name, text: stmt.text, values: values as unknown[] });
      if (found.length > 1) throw new Error(`statement ${stmt.name} gave ${found.length} rows, one expected`);
      return found[0];
    },
    dynamic: <R>(text: string, values: readonly unknown[] = []) =>
      run<R>(client, { text, values: values as unknown[] }),
  };
}

function streamOf(client: pg.PoolClient): Socket {
  return (client as unknown as { connection: { stream: Socket } }).connection.stream;
}

/** What is sent in this turn of the event loop leaves in one write, and wakes PostgreSQL once. */
function together(client: pg.PoolClient): void {
  const stream = streamOf(client);
  stream.cork();
  process.nextTick(() => { stream.uncork(); });
}

async function attempt<T>(pool: pg.Pool, body: (tx: Tx) => Promise<T>): Promise<T> {
  const hooks: (() => void)[] = [];
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    // Not awaited: BEGIN and the first statement share a round trip, as the last one does with COMMIT.
    together(client);
    const begun = client.query('BEGIN');
    begun.catch(() => undefined);
    let final: { stmt: Statement; values: readonly unknown[] } | undefined;
    const result = await body({ ...queryable(client), afterCommit: (hook) => void hooks.push(hook),
      last: (stmt, values) => { final = { stmt, values }; } });
    await begun;
    together(client);
    const ends = final === undefined ? [] : [queryable(client).rows(final.stmt, final.values)];
    ends.push(client.query('COMMIT').then(() => []));
    const settled = await Promise.allSettled(ends);
    const failed = settled.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    for (const hook of hooks) hook();
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((failed: Error) => { broken = failed; });
    throw error;
  } finally {
    client.release(broken);
  }
}

/**
 * A connection in use that hears nothing for so long is given up: statement_timeout ends no statement of a server that
 * is gone without a word. By the socket's own clock: the driver's query_timeout starts a timer for each query, and
 * what those leave behind keeps the rows of all queries before alive until the whole heap is collected.
 */
function giveUpSilent(pool: pg.Pool, silentMs: number): void {
  const inUse = new WeakSet<pg.PoolClient>();
  pool.on('acquire', (client) => { inUse.add(client); });
  pool.on('release', (_error, client) => { inUse.delete(client); });
  pool.on('connect', (client) => {
    const stream = streamOf(client);
    stream.setTimeout(silentMs, () => {
      if (inUse.has(client)) stream.destroy(new Error('Query read timeout'));
    });
  });
}

/** Opens the pool. It connects lazily and recovers by itself after PostgreSQL was away. */
export function openDb(options: DbOptions): Db {
  const role = options.role === undefined ? '' : ` -c role=${options.role}`;
  const settings: pg.PoolConfig & { pipeline: boolean } = {
    connectionString: options.url,
    application_name: options.applicationName,
    max: options.connectionsMax ?? limits.databaseConnectionsMax,
    idleTimeoutMillis: limits.databaseIdleMs,
    maxLifetimeSeconds: limits.databaseLifetimeSeconds,
    connectionTimeoutMillis: options.connectTimeoutMs ?? limits.databaseConnectTimeoutMs,
    statement_timeout: limits.databaseQueryTimeoutMs,
    idle_in_transaction_session_timeout: limits.databaseQueryTimeoutMs,
    keepAlive: true,
    pipeline: true,
    // Data lie on flash or in memory: an index look-up costs about what the next page does. Without this the planner
    // reads whole tables for a batch of 16 as long as they are small.
    options: `-c random_page_cost=1.1 -c enable_seqscan=off -c plan_cache_mode=force_generic_plan${role}`,
  };
  const pool = new pg.Pool(settings);
  pool.on('error', (error) => options.onError?.(error));
  // The pool listens to idle connections only. One that breaks inside a transaction tells its query and its holder;
  // without a listener of its own its 'error' would end the process as well (RF07).
  pool.on('connect', (client) => { client.on('error', () => undefined); });
  giveUpSilent(pool, options.silentMs ?? limits.databaseSilentMs);
  return {
    ...queryable(pool),
    pool,
    async transaction<T>(body: (tx: Tx) => Promise<T>): Promise<T> {
      for (let tries = 1; ; tries += 1) {
        try {
          return await attempt(pool, body);
        } catch (error) {
          if (!isRetried(error) || tries >= limits.transactionAttemptsMax) throw error;
          await new Promise((resolve) => { setTimeout(resolve, Math.random() * 20 * tries); });
        }
      }
    },
    async connect() {
      const client = new pg.Client({ ...settings, query_timeout: limits.databaseQueryTimeoutMs });
      client.on('error', (error) => options.onError?.(error));
      await client.connect();
      return client;
    },
    close: () => pool.end(),
  };
}
