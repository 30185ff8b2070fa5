/** The product with WhatsApp numbers that are linked to a server of our own, customers who wrote, and their agent. */
import type { ChildProcess } from 'node:child_process';
import { newId } from '#domain/ids.ts';
import type { Db } from '#domain/store/db.ts';
import type { User } from '#domain/people/access.ts';
import type { Log, Work } from '#domain/work.ts';
import { createWake, type WakeBus } from '#gateway/wake.ts';
import type { SmallWorld } from '#test/support/fixtures.ts';
import { answer, start } from './desk-world.ts';
import type { BenchOptions } from './figures.ts';
import { startProduct, type Product } from './product.ts';
import { signIn } from './subscriber.ts';
import type { People, WhatsAppOrder, WhatsAppReport } from './whatsapp-server.ts';

const PATIENCE_MS = 90_000;
const LOOK_MS = 200;
/** All customers together, when they write for the first time. */
const HELLOS_PER_SECOND = 20;

export interface WhatsAppWorld {
  product: Product;
  server: ChildProcess;
  accounts: readonly string[];
  agent: User;
  /** Ids, in the order of the customers; the n-th is of account n % accounts. */
  conversations: readonly string[];
  /** The database of the product and wake-ups that reach it, as another node has them. */
  work: Work;
  order<T>(order: WhatsAppOrder): Promise<T>;
  stop(): Promise<void>;
}

const quiet = (): void => undefined;
const log: Log = { debug: quiet, info: quiet, warn: quiet,
  error: (fields, message) => { process.stderr.write(`${message} ${JSON.stringify(fields)}\n`); } };

/** Looks until it is so; rejects with what it waited for. */
export async function until(what: string, isSo: () => Promise<boolean>, withinMs = PATIENCE_MS): Promise<void> {
  const end = performance.now() + withinMs;
  while (!await isSo()) {
    if (performance.now() > end) throw new Error(`waited ${withinMs} ms in vain for ${what}`);
    await new Promise((resolve) => { setTimeout(resolve, LOOK_MS); });
  }
}

async function addAccounts(db: Db, world: SmallWorld, ids: readonly string[], serverUrl: string): Promise<void> {
  await db.dynamic(`insert into channel_accounts (id, organisation_id, channel, key, name, queue_id, settings)
    select id, $1, 'whatsapp', 'wa-' || n, 'Nomor ' || n, $2, $4
    from unnest($3::uuid[]) with ordinality as a (id, n)`,
  [world.organisationId, world.queueId, ids, JSON.stringify({ provider: 'device', serverUrl })]);
}

/** Starts the product with numbers that may talk to this machine. */
async function startLinked(options: BenchOptions, ids: readonly string[], serverUrl: string): Promise<Product> {
  const before = process.env['EGRESS_ALLOW'];
  process.env['EGRESS_ALLOW'] = '127.0.0.1';
  try {
    return await startProduct({ ...options, name: 'bench_whatsapp',
      prepare: (db, world) => addAccounts(db, world, ids, serverUrl) });
  } finally {
    if (before === undefined) delete process.env['EGRESS_ALLOW'];
    else process.env['EGRESS_ALLOW'] = before;
  }
}

async function inState(db: Db, state: string): Promise<number> {
  const [row] = await db.dynamic<{ n: number }>(
    'select count(*)::int as n from channel_connections where state = $1', [state]);
  return row?.n ?? 0;
}

/** Links every number by the administration's own doors: asks for a code, reads it, and has the phone scan it. */
async function pair(product: Product, accounts: readonly string[], order: WhatsAppWorld['order']): Promise<void> {
  const { db } = product.database;
  const { cookie, csrfToken } = await signIn(product.port, product.world.administrator.npk, product.password);
  const origin = `http://127.0.0.1:${product.port}`;
  const headers = { cookie, origin, 'x-csrf-token': csrfToken, 'content-type': 'application/json' };
  await until('the numbers to be held', async () => await inState(db, 'IDLE') === accounts.length);
  for (const [account, id] of accounts.entries()) {
    const url = `${origin}/api/channel-accounts/${id}/session`;
    const asked = await fetch(`${url}/wishes`, { method: 'POST', headers, body: JSON.stringify({ kind: 'PAIR_QR' }) });
    if (asked.status !== 202) throw new Error(`no code may be asked for: ${asked.status} ${await asked.text()}`);
    await until('a code to scan', async () => {
      const session = await (await fetch(url, { headers })).json() as { code: { value: string } | null };
      if (session.code === null) return false;
      await order({ op: 'scan', account, qr: session.code.value });
      return true;
    });
  }
  await until('the sessions to be open', async () => await inState(db, 'OPEN') === accounts.length);
}

/** Every customer writes once; their work is given to the agent. Gives the conversations in the customers' order. */
async function acquaint(world: Omit<WhatsAppWorld, 'conversations'>, numbers: readonly string[]): Promise<string[]> {
  const { db } = world.work;
  await world.order({ op: 'write', mark: 'halo', perSecond: HELLOS_PER_SECOND, count: numbers.length });
  const found = async (): Promise<Map<string, string>> => new Map((await db.dynamic<{ handle: string; id: string }>(
    `select c.handle, c.id from conversations c join messages m on m.conversation_id = c.id and m.direction = 'IN'`))
    .map(({ handle, id }) => [handle, id]));
  await until('every customer to be heard', async () => (await found()).size === numbers.length);
  await db.dynamic(`update interactions set agent_id = $1, team_id = $2, accepted_at = app_now(),
    state = 'PICKED_UP' where state = 'QUEUED'`, [world.agent.id, world.agent.teamId]);
  const byHandle = await found();
  return numbers.map((number) => byHandle.get(`+${number}`) ?? '');
}

async function assemble(options: BenchOptions, server: ChildProcess, size: { accounts: number;
  customersPerAccount: number }): Promise<WhatsAppWorld> {
  const order = <T>(given: WhatsAppOrder): Promise<T> => answer<T>(server, given);
  const { url, numbers } = await order<People>({ op: 'people', ...size });
  const accounts = Array.from({ length: size.accounts }, newId);
  const product = await startLinked(options, accounts, url);
  const wake: WakeBus = createWake(options.redisUrl, log);
  const stop = async (): Promise<void> => {
    await wake.close();
    await product.stop();
    server.disconnect();
  };
  try {
    await pair(product, accounts, order);
    const [agent] = product.world.agents;
    if (agent === undefined) throw new Error('the small world has agents');
    const world = { product, server, accounts, agent, work: { db: product.database.db, log, wake }, order, stop };
    const conversations = await acquaint(world, numbers);
    await order<WhatsAppReport>({ op: 'report' });
    return { ...world, conversations };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts everything: after this the numbers are linked and every customer has written and has an agent. */
export async function whatsAppWorld(options: BenchOptions, size: { accounts: number; customersPerAccount: number }):
Promise<WhatsAppWorld> {
  const server = start('support/whatsapp-server.ts');
  try {
    return await assemble(options, server, size);
  } catch (error) {
    if (server.connected) server.disconnect();
    throw error;
  }
}
