/**
 * A floor that has run for a year: a million conversations, five million messages, a hundred agents on two sites; made
 * set by set on the server, indexes last. Names and words are drawn so that a few are common and most are rare.
 */
import type pg from 'pg';
import type { SmallWorld } from '#test/support/fixtures.ts';

export interface Scale { conversations: number; messagesEach: number }

const FIRST = `Budi Siti Agus Dewi Sri Eko Rina Andi Wahyu Nur Dian Ahmad Muhammad Yanti Hendra Ratna Joko Indah Bambang
  Lestari Rudi Maya Arif Putri Fajar Wulan Irfan Ayu Dedi Fitri Tono Sari Yusuf Lina Hadi Nina Rizky Tuti Iwan Ani Dimas
  Novi Galih Mega Slamet Endang Teguh Retno Surya Vina Yohanes Maria Ketut Wayan Made Nyoman Cut Teuku Zulkifli Halimah`;
const LAST = `Santoso Wijaya Rahmawati Setiawan Hidayat Lestari Nugroho Susanti Pratama Kusuma Saputra Handayani Siregar
  Nasution Simanjuntak Hutapea Ginting Sitorus Purnomo Suryani Gunawan Hartono Utami Permana Firmansyah Maulana Ramadhan
  Anggraini Wibowo Hakim Syahputra Yulianti Kurniawan Puspita Halim Tanjung Lubis Harahap Manurung Pangaribuan Batubara
  Wicaksono Prasetyo Iskandar Fauzi Rosdiana Marpaung Situmorang Nainggolan Sembiring`;
const COMMON = `angsuran saya sudah bayar belum masuk mohon dicek terima kasih selamat pagi siang bapak ibu nomor kontrak
  tanggal jatuh tempo denda pelunasan sebelum besok hari ini cabang alamat kantor buka tutup kendaraan motor mobil BPKB
  STNK asuransi klaim transfer bank bukti sisa tenor bunga gagal aplikasi masuk kata sandi tidak bisa lama tunggu jawab
  telepon petugas datang rumah keluhan pengajuan kredit syarat dokumen KTP slip gaji proses setuju tolak kapan berapa`;

function words(text: string): string {
  return `'{${text.trim().split(/\s+/).join(',')}}'::text[]`;
}

async function indexesOf(client: pg.Client, tables: readonly string[]): Promise<{ name: string; sql: string }[]> {
  const found = await client.query<{ name: string; sql: string }>(`select i.relname as name,
      pg_get_indexdef(x.indexrelid) as sql from pg_index x join pg_class i on i.oid = x.indexrelid
    join pg_class c on c.oid = x.indrelid where c.relname = any($1) and not exists
      (select from pg_constraint k where k.conindid = x.indexrelid)`, [tables]);
  return found.rows;
}

const TABLES = ['contacts', 'contact_points', 'conversations', 'tickets', 'interactions', 'messages', 'search_messages',
  'search_contacts', 'search_tickets'];

async function people(client: pg.Client, world: SmallWorld, { conversations }: Scale): Promise<void> {
  await client.query(`create unlogged table many as with agents as (select array_agg(u.id order by u.npk) as ids,
      array_agg(u.site_id order by u.npk) as sites from users u where u.npk between '10001' and '10100'),
    queues as (select array_agg(id order by code) as ids from queues where tier = 1)
    select n, uuidv7(ago) as contact, uuidv7(ago) as point, uuidv7(ago) as conversation, uuidv7(ago) as ticket,
      uuidv7(ago) as interaction, now() + ago as at, queue, name, number,
      case when n <= edge or n % 10 = 0 then agents.ids[1 + n % 100] end as agent,
      case when n <= edge or n % 10 = 0 then agents.sites[1 + n % 100] else agents.sites[1 + n % 2 * 50] end as site,
      case when n <= edge then 'CLOSED' when n % 10 = 0 then 'PICKED_UP' when n % 10 < 7 then 'QUEUED'
        else 'ESCALATED_T2' end as state
    from agents, queues, lateral (select n, $1 * 0.994 as edge, (n - $1) * interval '365 days' / $1 as ago,
        queues.ids[1 + n % 8] as queue,
        (f.names)[1 + floor(power(random(), 2) * array_length(f.names, 1))::int] || ' ' ||
        (l.names)[1 + floor(power(random(), 2) * array_length(l.names, 1))::int] ||
        case when n % 4 = 0 then ' ' || initcap(substr(md5((n % 40000)::text), 1, 6)) else '' end as name,
        '+628' || lpad((n::bigint * 7919 % 10000000000)::text, 10, '0') as number
      from generate_series(1, $1::int) n, (select ${words(FIRST)} as names) f, (select ${words(LAST)} as names) l) p`,
  [conversations]);
  await client.query(`insert into contacts (id, organisation_id, name, created_at)
    select contact, $1, name, at from many`, [world.organisationId]);
  await client.query(`insert into contact_points (id, organisation_id, contact_id, channel, channel_account_id, handle,
      phone, created_at) select point, $1, contact, 'generic', $2, substr(number, 2), number, at from many`,
  [world.organisationId, world.accountId]);
  await client.query(`insert into conversations (id, organisation_id, channel_account_id, contact_id, contact_point_id,
      handle, last_seq, last_message_at, last_inbound_at, last_text, last_direction, created_at)
    select conversation, $1, $2, contact, point, substr(number, 2), 5, at, at, 'Terima kasih', 'IN', at from many`,
  [world.organisationId, world.accountId]);
}

async function work(client: pg.Client, world: SmallWorld): Promise<void> {
  await client.query(`insert into tickets (id, organisation_id, number, contact_id, conversation_id, category_id, state,
      summary, site_id, queue_id, agent_id, opened_at, closed_at)
    select ticket, $1, 'TK-' || to_char(at, 'YYMMDD') || '-' || lpad(row_number() over (partition by at::date order by
        n)::text, 4, '0'), contact, conversation, $2,
      case state when 'CLOSED' then 'CLOSED' when 'ESCALATED_T2' then 'ESCALATED_T2' else 'OPEN_T1' end,
      case when n % 3 = 0 then 'Angsuran terpotong dua kali' when n % 3 = 1 then 'Ubah nomor telepon' end, site, queue,
      agent, at, case when state = 'CLOSED' then at + interval '1 hour' end from many`,
  [world.organisationId, world.categoryIds.INFORMASI]);
  await client.query(`insert into interactions (id, organisation_id, conversation_id, contact_id, channel_account_id,
      channel, medium, ticket_id, state, site_id, queue_id, agent_id, cost_points, waiting_since, date_origin, queued_at,
      accepted_at, answered_at, documented_at, closed_at, awaiting_reply_since, category_id)
    select interaction, $1, conversation, contact, $2, 'generic', 'MESSAGING', ticket, state, site, queue, agent, 20,
      case when state = 'QUEUED' then at end, at, at, case when agent is not null then at end,
      case when state = 'CLOSED' then at end, case when state = 'CLOSED' then at end,
      case when state = 'CLOSED' then at + interval '1 hour' end, case when state <> 'CLOSED' then at end, $3 from many`,
  [world.organisationId, world.accountId, world.categoryIds.INFORMASI]);
}

/** 20,000 sentences of seven words, of which the sixth is one of 5,000 rare ones; each message adds a number. */
async function texts(client: pg.Client, world: SmallWorld, { messagesEach }: Scale): Promise<void> {
  await client.query(`create unlogged table sentences as select n, body, search_text(body) as words from (
      select s as n, string_agg(case when w = 6 then 'k' || translate(substr(md5((power(random(), 2) * 5000)::int::text),
          1, 7), '0123456789', 'ghijklmnop') else
          (c.words)[1 + floor(power(random(), 2.5) * array_length(c.words, 1))::int] end, ' ') as body
      from generate_series(0, 19999) s, generate_series(1, 7) w, (select ${words(COMMON)} as words) c group by s) t`);
  await client.query('alter table sentences add primary key (n)');
  await client.query(`insert into messages (id, organisation_id, conversation_id, interaction_id, channel_account_id, seq,
      direction, author_kind, kind, body, status, created_at)
    select uuidv7(many.at - now() + seq * interval '1 second'), $1, conversation, interaction, $2, seq,
      case when seq % 2 = 1 then 'IN' else 'OUT' end, case when seq % 2 = 1 then 'CUSTOMER' else 'AGENT' end, 'text',
      s.body || ' ' || (many.n % 100000), case when seq % 2 = 0 then 'delivered' end,
      many.at + seq * interval '1 second'
    from many cross join generate_series(1, $3::int) seq
      join sentences s on s.n = (many.n::bigint * 31 + seq * 7919) % 20000`,
  [world.organisationId, world.accountId, messagesEach]);
  await client.query(`insert into search_messages (id, organisation_id, at, words)
    select m.id, m.organisation_id, m.created_at, s.words || array_to_tsvector(array[(many.n % 100000)::text])
    from messages m join many on many.conversation = m.conversation_id
      join sentences s on s.n = (many.n::bigint * 31 + m.seq * 7919) % 20000`);
}

async function index(client: pg.Client): Promise<void> {
  await client.query(`insert into search_contacts (id, organisation_id, at, words)
    select c.id, c.organisation_id, m.at, array_to_tsvector(search_names(c.name) || array['=' || search_number(m.number),
      '~' || reverse(search_number(m.number))]) from many m join contacts c on c.id = m.contact`);
  await client.query(`insert into search_tickets (id, organisation_id, at, words)
    select t.id, t.organisation_id, t.opened_at, search_text(t.summary) || array_to_tsvector(array(
      select distinct w from unnest(search_names(t.number) || search_names(m.name) || ('=' || search_number(t.number))) w
      where w <> 'tk')) from many m join tickets t on t.id = m.ticket`);
  await client.query(`insert into search_words (organisation_id, word) select distinct organisation_id, word
    from contacts, unnest(search_names(name)) word where length(word) > 2 and word !~ '[0-9]' on conflict do nothing`);
}

/** Two sites with fifty agents each, eight queues, and the year's work. Says on the way what it does. */
export async function seedMany(client: pg.Client, world: SmallWorld, scale: Scale,
  say: (what: string) => void): Promise<void> {
  await client.query(`set synchronous_commit = off; set work_mem = '256MB'; set maintenance_work_mem = '1GB';
    set statement_timeout = 0; select setseed(0.42)`);
  const dropped = await indexesOf(client, TABLES);
  for (const { name } of dropped) await client.query(`drop index ${name}`);
  await client.query(`alter table conversations disable trigger all; alter table interactions disable trigger all;
    alter table contact_points disable trigger all; alter table tickets disable trigger all`);
  const steps: [string, () => Promise<void>][] = [
    ['people', () => people(client, world, scale)], ['work', () => work(client, world)],
    ['texts', () => texts(client, world, scale)], ['search rows', () => index(client)],
    ['indexes', async () => { for (const { sql } of dropped) await client.query(sql); }],
    ['statistics', async () => {
      await client.query('drop table many, sentences');
      await client.query('vacuum analyze');
    }],
  ];
  for (const [what, step] of steps) {
    const from = performance.now();
    await step();
    say(`${what}: ${Math.round((performance.now() - from) / 1_000)} s`);
  }
  await client.query(`alter table conversations enable trigger all; alter table interactions enable trigger all;
    alter table contact_points enable trigger all; alter table tickets enable trigger all`);
}
