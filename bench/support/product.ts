/**
 * The product as a bench sees it: a real process on a database of its own, with one organisation and a generic account.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { hash } from '@node-rs/argon2';
import { openDb, type Db } from '#domain/store/db.ts';
import { migrate } from '#domain/store/migrate.ts';
import { secretStore } from '#gateway/security/secret-store.ts';
import { createVault, masterKeys } from '#gateway/security/vault.ts';
import { smallWorld, type SmallWorld } from '#test/support/fixtures.ts';

export interface BenchDatabase {
  url: string;
  db: Db;
  drop(): Promise<void>;
}

/** A fresh database on the server of the run. */
export async function freshDatabase(
  postgresUrl: string, name: string, connectionsMax = 3,
): Promise<BenchDatabase> {
  const admin = new pg.Client({ connectionString: postgresUrl });
  await admin.connect();
  await admin.query(`drop database if exists ${name} with (force)`);
  await admin.query(`create database ${name}`);
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  const db = openDb({ url: url.href, applicationName: 'bench', connectionsMax });
  return { url: url.href, db, async drop() {
    await db.close();
    await admin.query(`drop database if exists ${name} with (force)`);
    await admin.end();
  } };
}

export interface Product {
  port: number;
  pid: number;
  world: SmallWorld;
  database: BenchDatabase;
  secret: string;
  password: string;
  /** kill -9, then the same command again on the same database and port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

async function listening(process_: ChildProcess, dataDir: string): Promise<number> {
  const end = performance.now() + 60_000;
  while (performance.now() < end) {
    if (process_.exitCode !== null) throw new Error(`the product ended with ${process_.exitCode}`);
    const text = await readFile(join(dataDir, 'server.json'), 'utf8').catch(() => '');
    const noted = text === '' ? undefined : JSON.parse(text) as { pid: number; url: string };
    if (noted !== undefined && noted.pid === process_.pid) return Number(new URL(noted.url).port);
    await new Promise((resolve) => { setTimeout(resolve, 25); });
  }
  throw new Error('the product did not listen within 60 s');
}

/**
 * Starts the product on a seeded database. The administrator's work is done here by SQL, the work measured goes
 * by its doors.
 */
export async function startProduct(options: {
  postgresUrl: string; redisUrl: string; name: string; prepare?: (db: Db, world: SmallWorld) => Promise<void>;
}): Promise<Product> {
  const database = await freshDatabase(options.postgresUrl, options.name);
  await migrate(database.url);
  const world = await smallWorld(database.db);
  const masterKey = randomBytes(32).toString('base64');
  const secret = randomBytes(24).toString('hex');
  const password = randomBytes(12).toString('hex');
  await secretStore({ db: database.db }, createVault(masterKeys([masterKey])))
    .put({ organisationId: world.organisationId, ownerKind: 'channel-account', ownerId: world.accountId }, { secret });
  const passwordHash = await hash(password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
  await database.db.dynamic('update users set password_hash = $1', [passwordHash]);
  await database.db.dynamic(`insert into seats (id, organisation_id, site_id, application, label)
    select gen_random_uuid(), organisation_id, id, 'OMNI', 'kursi-' || n from sites, generate_series(1, 600) n`);
  await options.prepare?.(database.db, world);
  await database.db.dynamic('vacuum analyze');
  const dataDir = await mkdtemp(join(tmpdir(), 'sambung-bench-'));
  const env = { ...process.env, DATABASE_URL: database.url, REDIS_URL: options.redisUrl, MASTER_KEY: masterKey,
    DATA_DIR: dataDir, SEED: 'none', HOST: '127.0.0.1', LOG_LEVEL: 'error' };
  const start = (port: number): ChildProcess => spawn(process.execPath, ['gateway/main.ts'],
    { env: { ...env, PORT: String(port) }, stdio: ['ignore', 'ignore', 'inherit'] });
  let child = start(0);
  const port = await listening(child, dataDir);
  const ended = (): Promise<void> => new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });
  const product: Product = { port, pid: child.pid ?? 0, world, database, secret, password,
    async restart() {
      child.kill('SIGKILL');
      await ended();
      child = start(port);
      await listening(child, dataDir);
      product.pid = child.pid ?? 0;
    },
    async stop() {
      child.kill('SIGTERM');
      await ended();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    } };
  return product;
}

/**
 * 10,000 customers who each wrote once and wait, as W1 asks: contact point, conversation, interaction, ticket. `from`
 * is the number of the first, for those who seed in parts.
 */
export async function seedCustomers(db: Db, world: SmallWorld, count: number, from = 0): Promise<void> {
  const insert = `with person as (
      select n, gen_random_uuid() as contact, gen_random_uuid() as point, gen_random_uuid() as conversation,
        gen_random_uuid() as ticket, gen_random_uuid() as interaction
      from generate_series($5::int, $5::int + $4::int - 1) n),
    contact as (insert into contacts (id, organisation_id) select contact, $1::uuid from person),
    point as (insert into contact_points (id, organisation_id, contact_id, channel, channel_account_id, handle)
      select point, $1::uuid, contact, 'generic', $2::uuid, (5500000000 + n)::text from person),
    conversation as (insert into conversations (id, organisation_id, channel_account_id, contact_id, contact_point_id,
      handle) select conversation, $1::uuid, $2::uuid, contact, point, (5500000000 + n)::text from person),
    ticket as (insert into tickets (id, organisation_id, number, contact_id, conversation_id, queue_id, opened_at)
      select ticket, $1::uuid, 'TK-000101-' || n, contact, conversation, $3::uuid, now() from person)
    insert into interactions (id, organisation_id, conversation_id, contact_id, channel_account_id, channel, medium,
      ticket_id, state, queue_id, cost_points, date_origin, queued_at, waiting_since, awaiting_reply_since)
    select interaction, $1::uuid, conversation, contact, $2::uuid, 'generic', 'MESSAGING', ticket, 'QUEUED', $3::uuid,
      20, now(), now(), now(), now()
    from person`;
  await db.dynamic(insert, [world.organisationId, world.accountId, world.queueId, count, from]);
}

