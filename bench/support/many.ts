/**
 * A floor that has run for a year, by COPY: a million conversations, five million messages, a hundred agents on two
 * sites. Few customers write often, few words are common, few agents carry most; indexes come last.
 */
import pg from 'pg';
import type { SmallWorld } from '#test/support/fixtures.ts';
import { copyInto, type Cell, type CopySink } from './copy-sink.ts';
import { Chance, fileOf, nameOf, SUMMARIES, textOf, vocabulary, yearUntil } from './many-words.ts';

export interface Scale { conversations: number; messagesEach: number }

/** Interactions for each conversation: who writes once may write again. */
const RETURNS = 1.25;
/** Of all interactions so many are open. */
const OPEN_SHARE = 0.005;
const CHANNELS = ['generic', 'telegram', 'live-chat'];

interface Floor {
  organisationId: string;
  accounts: string[];
  queues: { id: string; site: string | null }[];
  agents: { id: string; site: string; team: string | null }[];
  categories: string[];
}

async function floorOf(client: pg.Client, world: SmallWorld): Promise<Floor> {
  const accounts = [world.accountId];
  for (const channel of CHANNELS.slice(1)) {
    const made = await client.query<{ id: string }>(`insert into channel_accounts (id, organisation_id, channel, key,
      name, queue_id) values (gen_random_uuid(), $1, $2, 'banyak-' || $2, 'Akun ' || $2, $3) returning id`,
    [world.organisationId, channel, world.queueId]);
    accounts.push(made.rows[0]?.id ?? '');
  }
  const queues = await client.query<{ id: string; site: string | null }>(
    'select id, site_id as site from queues where tier = 1 order by code');
  const agents = await client.query<{ id: string; site: string; team: string | null }>(`select id, site_id as site,
    team_id as team from users where npk between '10001' and '10100' order by npk`);
  return { organisationId: world.organisationId, accounts, queues: queues.rows, agents: agents.rows,
    categories: Object.values(world.categoryIds) };
}

/** The lexemes of every word that may be written, as PostgreSQL itself parts and stems them. */
async function lexemesOf(client: pg.Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ word: string; words: string }>(
    'select word, search_text(word)::text as words from unnest($1::text[]) word', [vocabulary]);
  return new Map(rows.map((row) => [row.word, row.words]));
}

const COLUMNS = {
  contacts: 'id organisation_id name created_at',
  contact_points: 'id organisation_id contact_id channel channel_account_id handle phone created_at',
  conversations: `id organisation_id channel_account_id contact_id contact_point_id handle last_seq last_message_at
    last_inbound_at last_text last_direction unread_count created_at`,
  tickets: `id organisation_id number contact_id conversation_id category_id state summary site_id queue_id team_id
    agent_id opened_at closed_at`,
  interactions: `id organisation_id conversation_id contact_id channel_account_id channel medium ticket_id state tier
    site_id queue_id team_id agent_id cost_points waiting_since date_origin queued_at accepted_at answered_at
    documented_at closed_at awaiting_reply_since category_id`,
  messages: `id organisation_id conversation_id interaction_id channel_account_id seq direction author_kind author_id
    kind body attachments status created_at`,
  search_messages: 'id organisation_id at words',
  search_contacts: 'id organisation_id at words',
  search_tickets: 'id organisation_id at words',
} as const;
type Table = keyof typeof COLUMNS;
const TABLES = Object.keys(COLUMNS) as Table[];
type Sinks = Record<Table, CopySink>;

interface Thread {
  id: string; contact: number; account: number; lastSeq: number; lastAt: number; point: string; ticket: string;
  open: boolean; from: number;
}

/** What is remembered of each conversation and contact until their rows are written at the end. */
interface Memory {
  conversations: Thread[];
  contacts: { id: string; name: string; from: number; lastAt: number; marks: string[] }[];
}

const iso = (ms: number): string => new Date(ms).toISOString();
const later = (ms: number, condition: boolean): Cell => condition ? iso(ms) : null;
const handleOf = (n: number): string => `628${String((n * 7_919) % 10_000_000_000).padStart(10, '0')}`;
const quoted = (words: Iterable<string>): string => [...new Set(words)].map((word) => `'${word}'`).join(' ');

/** Writes the year, one interaction after the other as they came. */
class Year {
  readonly memory: Memory = { conversations: [], contacts: [] };
  private readonly chance = new Chance(42);
  private readonly floor: Floor;
  private readonly lexemes: Map<string, string>;
  private readonly sinks: Sinks;
  private readonly messagesMean: number;
  private day = '';
  private ticketsToday = 0;
  messages = 0;

  constructor(floor: Floor, lexemes: Map<string, string>, sinks: Sinks, scale: Scale) {
    this.floor = floor;
    this.lexemes = lexemes;
    this.sinks = sinks;
    this.messagesMean = 3.3 * scale.messagesEach / 5;
  }

  private conversation(at: number): number {
    const { memory: { contacts, conversations }, chance, floor, sinks } = this;
    const n = conversations.length;
    let contact = contacts.length;
    if (n > 100 && chance.next() < 0.3) {
      contact = chance.pick(contacts.length);
    } else {
      contacts.push({ id: chance.id(at), name: nameOf(chance), from: at, lastAt: at, marks: [] });
      const { id, name } = contacts[contact] ?? { id: '', name: '' };
      sinks.contacts.row([id, floor.organisationId, name, iso(at)]);
    }
    const account = chance.pick(CHANNELS.length, 1.5);
    const made = { id: chance.id(at), contact, account, lastSeq: 0, lastAt: at, point: chance.id(at), ticket: '',
      open: false, from: at };
    conversations.push(made);
    const handle = handleOf(n);
    contacts[contact]?.marks.push(`0${handle.slice(2)}`);
    sinks.contact_points.row([made.point, floor.organisationId, contacts[contact]?.id ?? '', CHANNELS[account] ?? '',
      floor.accounts[account] ?? '', handle, `+${handle}`, iso(at)]);
    return n;
  }

  private number(at: number): string {
    const day = iso(at + 7 * 3_600_000).slice(2, 10).replaceAll('-', '');
    if (day !== this.day) this.ticketsToday = 0;
    this.day = day;
    this.ticketsToday += 1;
    return `TK-${day}-${String(this.ticketsToday).padStart(4, '0')}`;
  }

  /** One interaction with its messages and, mostly, a ticket of its own. Gives false where sinks want to drain. */
  interaction(which: number | undefined, at: number, open: boolean): boolean {
    const { memory, chance, floor, sinks } = this;
    const thread = memory.conversations[which ?? this.conversation(at)];
    const contact = memory.contacts[thread?.contact ?? 0];
    if (thread === undefined || contact === undefined) throw new Error('no such conversation');
    const kind = open ? chance.pick(10) : 10;
    const state = ['PICKED_UP', 'QUEUED', 'QUEUED', 'QUEUED', 'QUEUED', 'QUEUED', 'QUEUED', 'ESCALATED_T2',
      'ESCALATED_T2', 'ESCALATED_T2', 'CLOSED'][kind] ?? 'CLOSED';
    const queue = floor.queues[chance.pick(floor.queues.length, 1.4)];
    const agent = kind === 0 || kind === 10 ? floor.agents[chance.pick(floor.agents.length, 1.3)] : undefined;
    const site = agent?.site ?? queue?.site ?? floor.agents[0]?.site ?? null;
    const closedAt = at + 300_000 + chance.pick(10_000_000, 3);
    const category = floor.categories[chance.pick(floor.categories.length, 1.8)] ?? null;
    const place = [site, queue?.id ?? null, agent?.team ?? null, agent?.id ?? null];
    const id = chance.id(at);
    thread.open = open;
    if (thread.ticket === '' || open || chance.next() > 0.15) {
      thread.ticket = chance.id(at);
      const number = this.number(at);
      const summary = SUMMARIES[chance.pick(SUMMARIES.length)] ?? null;
      contact.lastAt = at;
      sinks.tickets.row([thread.ticket, floor.organisationId, number, contact.id, thread.id, category,
        state === 'CLOSED' || state === 'ESCALATED_T2' ? state : 'OPEN_T1', summary, ...place, iso(at),
        later(closedAt, !open)]);
      const digits = number.replaceAll(/\D/g, '');
      const names = quoted([...number.slice(3).split('-'), `=${digits}`, ...contact.name.toLowerCase().split(' ')]);
      sinks.search_tickets.row([thread.ticket, floor.organisationId, iso(at),
        `${this.words(summary?.split(' ') ?? [])} ${names}`]);
    }
    sinks.interactions.row([id, floor.organisationId, thread.id, contact.id, floor.accounts[thread.account] ?? '',
      CHANNELS[thread.account] ?? '', 'MESSAGING', thread.ticket, state, state === 'ESCALATED_T2' ? 2 : 1, ...place, 20,
      later(at, state === 'QUEUED'), iso(at), iso(at), later(at + 30_000, agent !== undefined),
      later(at + 120_000, !open), later(closedAt, !open), later(closedAt, !open), later(at, open), category]);
    return this.talk(thread, id, at, agent?.id ?? null);
  }

  private words(words: readonly string[], fileName?: string): string {
    const found = new Set<string>();
    for (const word of words) found.add(this.lexemes.get(word.toLowerCase()) ?? `'${word}'`);
    if (fileName !== undefined) found.add(quoted(fileName.split(/[.-]/).map((word) => `%${word}`)));
    return [...found].join(' ');
  }

  private talk(thread: Thread, interaction: string, from: number, agent: string | null): boolean {
    const { chance, floor, sinks } = this;
    const count = 1 + Math.floor(-Math.log(1 - chance.next()) * this.messagesMean)
      + (chance.next() < 0.005 ? 30 + chance.pick(120) : 0);
    let goOn = true;
    for (let n = 0; n < count; n += 1) {
      const ours = n % 2 === 1 && agent !== null;
      const at = from + n * 40_000;
      const [id, words] = [chance.id(at), textOf(chance, ours)];
      const fileName = chance.next() < 0.03 ? fileOf(chance) : undefined;
      thread.lastSeq += 1;
      thread.lastAt = at;
      const more = sinks.messages.row([id, floor.organisationId, thread.id, interaction,
        floor.accounts[thread.account] ?? '', thread.lastSeq, ours ? 'OUT' : 'IN', ours ? 'AGENT' : 'CUSTOMER',
        ours ? agent : null, fileName === undefined ? 'text' : 'document', words.join(' '),
        fileName === undefined ? null : JSON.stringify([{ fileId: chance.id(at), fileName,
          mediaType: fileName.endsWith('pdf') ? 'application/pdf' : 'image/jpeg', sizeBytes: 120_000 }]),
        ours ? 'delivered' : null, iso(at)]);
      const found = sinks.search_messages.row([id, floor.organisationId, iso(at), this.words(words, fileName)]);
      goOn = goOn && more && found;
    }
    this.messages += count;
    return goOn;
  }

  /** The rows that only the end of the year knows. */
  async close(): Promise<void> {
    const { memory: { conversations, contacts }, floor, sinks } = this;
    for (const [n, one] of conversations.entries()) {
      const goOn = sinks.conversations.row([one.id, floor.organisationId, floor.accounts[one.account] ?? '',
        contacts[one.contact]?.id ?? '', one.point, handleOf(n), one.lastSeq, iso(one.lastAt), iso(one.lastAt),
        'Terima kasih atas bantuannya', 'IN', one.open ? 1 + n % 4 : 0, iso(one.from)]);
      if (!goOn) await sinks.conversations.drained();
    }
    // As the indexer leaves them: who wrote last stands last.
    for (const one of contacts.toSorted((a, b) => a.lastAt - b.lastAt)) {
      const goOn = sinks.search_contacts.row([one.id, floor.organisationId, iso(one.lastAt),
        quoted([...one.name.toLowerCase().split(' '), ...one.marks.flatMap((mark) =>
          [`=${mark}`, `~${[...mark].reverse().join('')}`])])]);
      if (!goOn) await sinks.search_contacts.drained();
    }
  }
}

async function write(url: string, floor: Floor, lexemes: Map<string, string>, scale: Scale,
  say: (what: string) => void): Promise<void> {
  const opened = await Promise.all(TABLES.map(async (table) =>
    [table, await copyInto(url, table, COLUMNS[table].split(/\s+/))] as const));
  const sinks = Object.fromEntries(opened) as Sinks;
  const year = new Year(floor, lexemes, sinks, scale);
  const when = yearUntil(Date.now() - 60_000);
  const interactions = Math.round(scale.conversations * RETURNS);
  const closed = interactions - Math.round(scale.conversations * OPEN_SHARE);
  const back = new Chance(7);
  for (let n = 0; n < interactions; n += 1) {
    const known = year.memory.conversations.length;
    const fresh = Math.floor((n + 1) / RETURNS) > Math.floor(n / RETURNS) || known === 0;
    // Who came lately comes back soonest; among the open ones nobody twice.
    const which = fresh ? undefined
      : n < closed ? known - 1 - back.pick(known, 2) : (n * 7_919) % Math.floor(scale.conversations * 0.8);
    if (!year.interaction(which, when(n / interactions), n >= closed)) {
      await Promise.all(TABLES.map((table) => sinks[table].drained()));
    }
  }
  await year.close();
  await Promise.all(TABLES.map((table) => sinks[table].end()));
  say(`${interactions} interactions, ${year.messages} messages, ${year.memory.contacts.length} contacts`);
}

async function indexesOf(client: pg.Client): Promise<{ name: string; sql: string }[]> {
  const found = await client.query<{ name: string; sql: string }>(`select i.relname as name,
      pg_get_indexdef(x.indexrelid) as sql from pg_index x join pg_class i on i.oid = x.indexrelid
    join pg_class c on c.oid = x.indrelid where c.relname = any($1) and not exists
      (select from pg_constraint k where k.conindid = x.indexrelid)`, [TABLES]);
  return found.rows;
}

/** The year's work of two sites with fifty agents each. Says on the way what it does. */
export async function seedMany(url: string, world: SmallWorld, scale: Scale,
  say: (what: string) => void): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`set synchronous_commit = off; set work_mem = '256MB'; set maintenance_work_mem = '1GB';
    set statement_timeout = 0`);
  const dropped = await indexesOf(client);
  for (const { name } of dropped) await client.query(`drop index ${name}`);
  const [floor, lexemes] = [await floorOf(client, world), await lexemesOf(client)];
  const steps: [string, () => Promise<unknown>][] = [
    ['rows', () => write(url, floor, lexemes, scale, say)],
    ['names', () => client.query(`insert into search_words (organisation_id, word) select distinct organisation_id, word
      from contacts, unnest(search_names(name)) word where length(word) > 2 on conflict do nothing`)],
    ['indexes', async () => { for (const { sql } of dropped) await client.query(sql); }],
    ['statistics', () => client.query('vacuum analyze')],
  ];
  for (const [what, step] of steps) {
    const from = performance.now();
    await step();
    say(`${what}: ${Math.round((performance.now() - from) / 1_000)} s`);
  }
  await client.end();
}
