/** One step of the load: both ways at one rate for a while, then what became of every message. */
import { readFileSync } from 'node:fs';
import { newId } from '#domain/ids.ts';
import { queueReply } from '#routing/outbound.ts';
import { cpuMicros, cpuMicrosOfTree, residentMiB } from './cpu.ts';
import type { WhatsAppReport } from './whatsapp-server.ts';
import { until, type WhatsAppWorld } from './whatsapp-world.ts';

/** What has not come this long after the last was sent is lost. */
const SETTLE_MS = 15_000;
/** A message that comes twice shows itself within this. */
const TWICE_MS = 1_000;
const SAMPLE_MS = 2_000;
/** Replies that wait for their commit; beyond them the agents wait, and their waiting is measured. */
const QUEUEING_MAX = 200;
const CHILD = 'whatsapp/baileys/child';

interface Cost {
  /** Resident, the most at any sample. */
  productMiB: number;
  childrenMiB: number[];
  /** Cores kept busy; by everything on the machine too, for where others take them a rate says little. */
  cores: { product: number; children: number; phones: number; postgres: number; machine: number };
  /** Transactions of the product's database, those that only read too, for each message of either way. */
  transactionsPerMessage: number;
}

export interface Faults { lost: number; doubled: number }

export interface StepResult {
  perSecond: number;
  seconds: number;
  in: Faults & { sent: number; stored: number; misordered: number };
  out: Faults & { sent: number; read: number; notSent: Record<string, number> };
  /** Ms from when it was due: the row's transaction, and the product's word at the phone, which follows the commit. */
  storedMs: number[];
  confirmedMs: number[];
  /** Ms from the agent's click: decrypted at the phone, and the status in the database. */
  readMs: number[];
  statusMs: number[];
  /** Ms that the commit of a reply took at the entrance: how fast the database was meanwhile. */
  queueingMs: number[];
  repetitions: number;
  errors: string[];
  cost: Cost;
}

const now = (): number => performance.timeOrigin + performance.now();

/** The processes that hold the sessions. */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').map(Number).filter((child) =>
      child > 0 && readFileSync(`/proc/${child}/cmdline`, 'utf8').includes(CHILD));
  } catch {
    return [];
  }
}

/** CPU microseconds that all processes of the machine have used. */
function machineMicros(): number {
  const [user = NaN, nice = NaN, system = NaN] = readFileSync('/proc/stat', 'utf8').split('\n')[0]?.split(/\s+/)
    .slice(1).map(Number) ?? [];
  return (user + nice + system) * 10_000;
}

async function transactions({ work }: WhatsAppWorld): Promise<number> {
  const [row] = await work.db.dynamic<{ n: number }>(
    'select xact_commit::float8 as n from pg_stat_database where datname = current_database()');
  return row?.n ?? NaN;
}

/** Of a database on this machine; of another nothing is known. */
async function postmaster({ work }: WhatsAppWorld): Promise<number> {
  const [row] = await work.db.dynamic<{ directory: string }>("select current_setting('data_directory') as directory");
  try {
    return Number(readFileSync(`${row?.directory}/postmaster.pid`, 'utf8').split('\n')[0]);
  } catch {
    return NaN;
  }
}

/** Does something while the product and its children are watched: their memory, and how many cores each kept busy. */
async function watched<T>(world: WhatsAppWorld, body: () => Promise<T>):
Promise<{ got: T; cost: Omit<Cost, 'transactionsPerMessage'> }> {
  const { product, server } = world;
  const children = childrenOf(product.pid);
  const database = await postmaster(world);
  const cpu = (): number[] => [cpuMicros(product.pid), children.reduce((sum, pid) => sum + cpuMicros(pid), 0),
    cpuMicros(server.pid ?? 0), Number.isNaN(database) ? NaN : cpuMicrosOfTree(database), machineMicros()];
  const [from, before] = [now(), cpu()];
  let productMiB = 0;
  const childrenMiB = children.map(() => 0);
  const sample = (): void => {
    productMiB = Math.max(productMiB, residentMiB(product.pid));
    for (const [n, pid] of children.entries()) childrenMiB[n] = Math.max(childrenMiB[n] ?? 0, residentMiB(pid));
  };
  const timer = setInterval(sample, SAMPLE_MS);
  try {
    const got = await body();
    sample();
    const micros = (now() - from) * 1_000;
    const [own = NaN, held = NaN, phones = NaN, postgres = NaN, machine = NaN] = cpu().map((spent, n) =>
      (spent - (before[n] ?? 0)) / micros);
    return { got, cost: { productMiB, childrenMiB,
      cores: { product: own, children: held, phones, postgres, machine } } };
  } finally {
    clearInterval(timer);
  }
}

/** When each click was due, by its text; and how long the commits took. */
interface Clicks { clicks: Map<string, number>; queueingMs: number[] }

/** Agents answer at an even pace, whatever became of what they answered before. */
async function answerCustomers(world: WhatsAppWorld, mark: string, perSecond: number, count: number): Promise<Clicks> {
  const { conversations, agent, work } = world;
  const clicks = new Map<string, number>();
  const queueing = new Set<Promise<void>>();
  const refused: Error[] = [];
  const queueingMs: number[] = [];
  const from = now();
  while (clicks.size < count && refused.length === 0) {
    const due = Math.min(count, Math.floor(((now() - from) / 1_000) * perSecond) + 1);
    for (let n = clicks.size; n < due && queueing.size < QUEUEING_MAX; n += 1) {
      const text = `${mark}-${n}`;
      clicks.set(text, from + (n / perSecond) * 1_000);
      // Not the customer who writes at this moment.
      const conversationId = conversations[(n + Math.floor(conversations.length / 2)) % conversations.length] ?? '';
      const clickedAt = now();
      const one: Promise<void> = queueReply(work, { user: agent, conversationId, clientId: newId(), text }).then(
        () => { queueingMs.push(now() - clickedAt); }, (error: Error) => { refused.push(error); })
        .then(() => { queueing.delete(one); });
      queueing.add(one);
    }
    await new Promise((resolve) => { setTimeout(resolve, 2); });
  }
  await Promise.all(queueing);
  if (refused[0] !== undefined) throw refused[0];
  return { clicks, queueingMs };
}

interface InRow { body: string; conversation_id: string; created_at: Date }
interface OutRow { body: string; status: string; reason_code: string | null; sent_at: Date | null }

async function settled({ work }: WhatsAppWorld, mark: string, count: number): Promise<void> {
  await until('every message to have arrived', async () => {
    const [row] = await work.db.dynamic<{ stored: number; open: number }>(`select
        (count(*) filter (where direction = 'IN'))::int as stored,
        (count(*) filter (where direction = 'OUT' and status in ('queued', 'sending')))::int as open
      from messages where body like $1`, [`${mark}%`]);
    return row !== undefined && row.stored >= count && row.open === 0;
  }, SETTLE_MS).catch(() => undefined);
  await new Promise((resolve) => { setTimeout(resolve, TWICE_MS); });
}

function incoming(rows: readonly InRow[], { written }: WhatsAppReport): Pick<StepResult, 'in' | 'storedMs'
  | 'confirmedMs'> {
  const stored = new Map<string, { at: number; times: number }>();
  const last = new Map<string, number>();
  let misordered = 0;
  for (const { body, conversation_id: thread, created_at: at } of rows) {
    stored.set(body, { at: stored.get(body)?.at ?? at.getTime(), times: (stored.get(body)?.times ?? 0) + 1 });
    const n = Number(body.slice(body.lastIndexOf('-') + 1));
    if (n < (last.get(thread) ?? -1)) misordered += 1;
    last.set(thread, n);
  }
  return {
    in: { sent: written.length, stored: rows.length, lost: written.filter(({ text }) => !stored.has(text)).length,
      doubled: [...stored.values()].filter(({ times }) => times > 1).length, misordered },
    // A row that is not there took for ever.
    storedMs: written.map(({ text, at }) => (stored.get(text)?.at ?? Infinity) - at),
    confirmedMs: written.map(({ at, confirmedAt }) => (confirmedAt ?? Infinity) - at),
  };
}

function outgoing(rows: readonly OutRow[], clicks: ReadonlyMap<string, number>, report: WhatsAppReport):
Pick<StepResult, 'out' | 'readMs' | 'statusMs'> {
  const read = new Map(report.read.map((one) => [one.text, one]));
  const status = new Map(rows.map((row) => [row.body, row]));
  const notSent: Record<string, number> = {};
  for (const { status: how, reason_code: why, sent_at: at } of rows) {
    if (at === null) notSent[`${how} ${why ?? ''}`.trim()] = (notSent[`${how} ${why ?? ''}`.trim()] ?? 0) + 1;
  }
  const all = [...clicks];
  return {
    out: { sent: clicks.size, read: all.filter(([text]) => read.has(text)).length, notSent,
      lost: all.filter(([text]) => !read.has(text)).length,
      doubled: all.filter(([text]) => (read.get(text)?.times ?? 0) > 1).length },
    readMs: all.map(([text, at]) => (read.get(text)?.at ?? Infinity) - at),
    statusMs: all.map(([text, at]) => (status.get(text)?.sent_at?.getTime() ?? Infinity) - at),
  };
}

/** Both ways at `perSecond` messages a second per number. Rejects if a reply is refused at the entrance. */
export async function runStep(world: WhatsAppWorld, perSecond: number, seconds: number, mark: string):
Promise<StepResult> {
  const rate = perSecond * world.accounts.length;
  const count = Math.round(rate * seconds);
  const before = await transactions(world);
  const { got: [{ clicks, queueingMs }], cost } = await watched(world, () => Promise.all([
    answerCustomers(world, `${mark}o`, rate, count),
    world.order({ op: 'write', mark: `${mark}i`, perSecond: rate, count })]));
  await settled(world, mark, count);
  const transactionsPerMessage = (await transactions(world) - before) / (2 * count);
  const { db } = world.work;
  const report = await world.order<WhatsAppReport>({ op: 'report' });
  const inRows = await db.dynamic<InRow>(`select body, conversation_id, created_at from messages
    where direction = 'IN' and body like $1 order by conversation_id, seq`, [`${mark}i-%`]);
  // Where the customer's receipt was faster than the server's word, being delivered says that it was sent.
  const outRows = await db.dynamic<OutRow>(`select m.body, m.status, m.reason_code, (select min(j.at) from journal j
      where j.subject_id = m.id and j.type = 'message.status-changed'
        and j.data->>'status' in ('sent', 'delivered')) as sent_at
    from messages m where m.direction = 'OUT' and m.body like $1`, [`${mark}o-%`]);
  return { perSecond, seconds, ...incoming(inRows, report), ...outgoing(outRows, clicks, report),
    queueingMs, repetitions: report.repetitions, errors: report.errors, cost: { ...cost, transactionsPerMessage } };
}
