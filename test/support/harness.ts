/** What a test file builds on: a database cloned from a migrated template, a Redis of its own, and a Work. */
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { openDb, type Db } from '#domain/store/db.ts';
import { migrate } from '#domain/store/migrate.ts';
import type { Log, Wake, WakeTopic, Work } from '#domain/work.ts';

/** The part of tap's test object that the harness needs: something to tear down with. */
export interface Teardown {
  teardown(done: () => unknown): void;
}

/** Set by scripts/test.ts, which starts the PostgreSQL and the Redis of the run. */
export function testServers(): { postgresUrl: string; redisUrl: string } {
  const postgresUrl = process.env['TEST_POSTGRES_URL'];
  const redisUrl = process.env['TEST_REDIS_URL'];
  if (postgresUrl === undefined || redisUrl === undefined) {
    throw new Error('TEST_POSTGRES_URL and TEST_REDIS_URL are not set: run the file through `npm test -- FILE`');
  }
  return { postgresUrl, redisUrl };
}

function withDatabase(url: string, database: string): string {
  const next = new URL(url);
  next.pathname = `/${database}`;
  return next.href;
}

function schemaVersion(): string {
  const folder = new URL('../../domain/store/migrations/', import.meta.url);
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).sort()) hash.update(name).update(readFileSync(new URL(name, folder)));
  return hash.digest('hex').slice(0, 12);
}

async function ensureTemplate(admin: pg.Client, url: string): Promise<string> {
  const name = `template_${schemaVersion()}`;
  await admin.query('select pg_advisory_lock(77001)');
  const found = await admin.query('select 1 from pg_database where datname = $1 and datistemplate', [name]);
  if (found.rowCount === 0) {
    await admin.query(`drop database if exists ${name}`);
    await admin.query(`create database ${name}`);
    await migrate(withDatabase(url, name));
    await admin.query(`alter database ${name} with is_template true`);
  }
  await admin.query('select pg_advisory_unlock(77001)');
  return name;
}

export interface TestDatabase {
  url: string;
  db: Db;
}

function stillHeld(admin: pg.Client, name: string): Promise<pg.QueryResult<{ application_name: string }>> {
  return admin.query('select application_name from pg_stat_activity where datname = $1', [name]);
}

/**
 * A database of this test's own; dropped at teardown, and the test fails if somebody still holds a connection to it.
 */
export async function openTestDb(t: Teardown, options: { role?: string } = {}): Promise<TestDatabase> {
  const { postgresUrl } = testServers();
  const admin = new pg.Client({ connectionString: postgresUrl });
  await admin.connect();
  const template = await ensureTemplate(admin, postgresUrl);
  const name = `test_${randomBytes(6).toString('hex')}`;
  await admin.query(`create database ${name} template ${template}`);
  const url = withDatabase(postgresUrl, name);
  // Several files share two cores: a connection that takes seconds is no fault of what is tested here.
  const db = openDb({ url, applicationName: 'test', role: options.role, connectTimeoutMs: 20_000 });
  t.teardown(async () => {
    await db.close();
    // A backend leaves the list a moment after its connection was ended.
    let held = await stillHeld(admin, name);
    for (let tries = 0; held.rows.length > 0 && tries < 100; tries += 1) {
      await new Promise((resolve) => { setTimeout(resolve, 20); });
      held = await stillHeld(admin, name);
    }
    await admin.query(`drop database ${name} with (force)`);
    await admin.end();
    const names = held.rows.map((row) => row.application_name).join(', ');
    if (held.rows.length > 0) throw new Error(`connections left open: ${names}`);
  });
  return { url, db };
}

/** A Log that keeps its lines, for tests that look for what must not be in them. */
export function memoryLog(): Log & { lines: string[] } {
  const lines: string[] = [];
  const write = (fields: object, message: string): void => { lines.push(JSON.stringify({ ...fields, message })); };
  return { lines, debug: write, info: write, warn: write, error: write };
}

/** A Wake inside one process. */
export function localWake(): Wake {
  const listeners = new Map<string, Set<(topic: WakeTopic) => void>>();
  return {
    hint(topic) {
      for (const key of [topic, topic.replace(/:.*/, ':*')]) for (const listener of listeners.get(key) ?? []) {
        queueMicrotask(() => listener(topic));
      }
    },
    on(topic, listener) {
      const set = listeners.get(topic) ?? new Set();
      listeners.set(topic, set.add(listener));
      return () => { set.delete(listener); };
    },
  };
}

export interface TestWork extends Work {
  url: string;
  log: Log & { lines: string[] };
}

/** A Work on a database of its own. */
export async function testWork(t: Teardown): Promise<TestWork> {
  const { url, db } = await openTestDb(t);
  return { url, db, log: memoryLog(), wake: localWake() };
}

/**
 * Waits until `probe` gives something other than undefined, null or false; fails after `withinMs` with what it
 * waited for.
 */
export async function eventually<T>(
  what: string, probe: () => Promise<T> | T, withinMs = 10_000,
): Promise<NonNullable<T>> {
  const end = Date.now() + withinMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== null && value !== false) return value;
    if (Date.now() > end) throw new Error(`waited ${withinMs} ms in vain for: ${what}`);
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
}
