/**
 * The floors of intake: the smallest servers that take a Meta-shaped message and keep contact, conversation, message
 * and outbox row before they answer. Argument 1: tx (a transaction a request) or batch_w0 (group commit, two lanes,
 * no timer).
 */
import Fastify from 'fastify';
import pg from 'pg';

interface Item {
  run: string;
  from: string;
  id: string;
  text: string;
  payload: string;
}

const [mode = 'batch_w0', url = ''] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: url, max: 10 });

async function prepareTables(): Promise<void> {
  await pool.query(`drop table if exists f_outbox, f_messages, f_conversations, f_contacts;
    create table f_contacts (id bigint generated always as identity primary key, tenant int not null,
      channel text not null, external_id text not null, unique (tenant, channel, external_id));
    create table f_conversations (id bigint generated always as identity primary key, contact_id bigint not null,
      channel text not null, status int not null default 0, last_message_at timestamptz);
    create unique index on f_conversations (contact_id, channel) where status < 3;
    create table f_messages (id bigint generated always as identity primary key, tenant int not null,
      channel text not null, external_id text not null, conversation_id bigint not null, body text, payload jsonb,
      unique (tenant, channel, external_id));
    create index on f_messages (conversation_id, id);
    create table f_outbox (id bigint generated always as identity primary key, message_id bigint not null,
      type text not null);
    insert into f_contacts (tenant, channel, external_id) select 1, 'whatsapp', (5500000000 + n)::text
      from generate_series(0, 9999) n;
    insert into f_conversations (contact_id, channel) select id, 'whatsapp' from f_contacts`);
  await pool.query('vacuum analyze f_contacts, f_conversations');
}

const batchSql = `
with item as (select * from jsonb_to_recordset($1::jsonb) as i ("from" text, id text, text text, payload jsonb)),
contact as (
  insert into f_contacts (tenant, channel, external_id) select distinct 1, 'whatsapp', "from" from item order by 3
  on conflict (tenant, channel, external_id) do update set external_id = excluded.external_id
  returning id, external_id),
conversation as (
  insert into f_conversations (contact_id, channel, last_message_at)
  select id, 'whatsapp', now() from contact order by 1
  on conflict (contact_id, channel) where status < 3 do update set last_message_at = now() returning id, contact_id),
message as (
  insert into f_messages (tenant, channel, external_id, conversation_id, body, payload)
  select 1, 'whatsapp', i.id, v.id, i.text, i.payload from item i join contact c on c.external_id = i."from"
    join conversation v on v.contact_id = c.id
  on conflict do nothing returning id)
insert into f_outbox (message_id, type) select id, 'message.created' from message`;

async function storeOne(item: Item): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const contact = await client.query({ name: 'c', text: `insert into f_contacts (tenant, channel, external_id)
      values (1, 'whatsapp', $1) on conflict (tenant, channel, external_id)
      do update set external_id = excluded.external_id returning id`, values: [item.from] });
    const found = await client.query({ name: 'f', text: `select id from f_conversations where contact_id = $1
      and channel = 'whatsapp' and status < 3 for update`, values: [contact.rows[0].id] });
    const conversation = found.rows[0] ?? (await client.query({
      name: 'n', text: `insert into f_conversations (contact_id, channel)
      values ($1, 'whatsapp') on conflict (contact_id, channel) where status < 3
      do update set channel = excluded.channel returning id`, values: [contact.rows[0].id] })).rows[0];
    await client.query({ name: 'u', text: 'update f_conversations set last_message_at = now() where id = $1',
      values: [conversation.id] });
    const message = await client.query({ name: 'm', text: `insert into f_messages (tenant, channel, external_id,
      conversation_id, body, payload) values (1, 'whatsapp', $1, $2, $3, $4) on conflict do nothing returning id`,
    values: [item.id, conversation.id, item.text, item.payload] });
    if (message.rows[0] !== undefined) {
      await client.query({ name: 'o', text: `insert into f_outbox (message_id, type) values ($1, 'message.created')`,
        values: [message.rows[0].id] });
    }
    await client.query('commit');
  } finally {
    client.release();
  }
}

interface Waiting { item: Item; done(): void; failed(error: unknown): void }

const lanes: Waiting[][] = [[], []];
const running = [false, false];

async function runLane(lane: number): Promise<void> {
  running[lane] = true;
  for (let batch = lanes[lane]?.splice(0, 256) ?? []; batch.length > 0; batch = lanes[lane]?.splice(0, 256) ?? []) {
    try {
      const values = JSON.stringify(batch.map(({ item }) => (
        { from: item.from, id: item.id, text: item.text, payload: JSON.parse(item.payload) })));
      await pool.query({ name: 'b', text: batchSql, values: [values] });
      for (const one of batch) one.done();
    } catch (error) {
      for (const one of batch) one.failed(error);
    }
  }
  running[lane] = false;
}

function storeBatched(item: Item): Promise<void> {
  const lane = Number(item.from.at(-1)) % 2;
  return new Promise((done, failed) => {
    lanes[lane]?.push({ item, done, failed });
    if (running[lane] !== true) void runLane(lane);
  });
}

function readItem(text: string): Item {
  const body = JSON.parse(text);
  const value = body.entry[0].changes[0].value;
  const message = value.messages[0];
  return { run: '', from: message.from, id: message.id, text: message.text.body, payload: text };
}

await prepareTables();
const app = Fastify();
app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, body));
app.post('/in', async (request) => {
  const item = readItem(request.body as string);
  await (mode === 'tx' ? storeOne(item) : storeBatched(item));
  return { ok: true };
});
app.get('/stored', async () => (await pool.query(`select (select count(*)::int from f_messages) as messages,
  (select count(*)::int from f_outbox) as outbox`)).rows[0]);
await app.listen({ host: '127.0.0.1', port: 0 });
const address = app.server.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;
process.stdout.write(`${JSON.stringify({ port })}\n`);
