/** What is written down of a message: the words of its text as search_text parts them, whatever was typed. */
import t from 'tap';
import fc from 'fast-check';
import { indexThings } from '#domain/search/documents.ts';
import { openInteraction } from '#test/support/conversation.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import { testWork } from '#test/support/harness.ts';

t.setTimeout(120_000);

const TEXTS = ['', ' ', 'Angsuran ke-3 sudah dibayar', 'cek https://contoh.example/a?b=1&c=2 atau budi@contoh.example',
  'No. kontrak 12.345/ABC-67', 'ﬁle ½ ＡＢＣ Å é', 'tanpa_garis "kutip" <b>tebal</b> -5 +62 812', '😀 lucu😀sekali',
  'sebesar-besarnya', 'x'.repeat(20_000), '\t\n\r\u0001 kendali', "o'clock \\ balik"];

t.test('RS20 RF22 the words of every text are those of search_text', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const opened = await openInteraction(work.db, world);
  const drawn = fc.sample(fc.oneof(fc.string({ maxLength: 60 }), fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.string({ unit: 'binary', maxLength: 60 })), 300);
  // PostgreSQL keeps no NUL; halves of signs never get as far as a row.
  const texts = [...TEXTS, ...drawn].map((text) => text.replaceAll('\0', '').toWellFormed());
  const rows = await work.db.dynamic<{ id: string }>(`insert into messages (id, organisation_id, conversation_id,
      channel_account_id, seq, direction, author_kind, kind, body, created_at)
    select uuidv7(), $1, $2, $3, 1 + place, 'IN', 'CUSTOMER', 'text', body, app_now()
    from unnest($4::text[]) with ordinality text(body, place) returning id`,
  [world.organisationId, opened.conversationId, world.accountId, texts]);
  const ids = rows.map((row) => row.id);
  await indexThings(work.db, 'messages', ids);
  t.same(await work.db.dynamic(`select m.body, s.words::text from messages m left join search_messages s on s.id = m.id
    where m.id = any($1::uuid[]) and s.words is distinct from search_text(m.body)`, [ids]), []);
  await work.db.dynamic('update messages set body = null where seq % 2 = 0');
  await indexThings(work.db, 'messages', ids);
  const [left] = await work.db.dynamic<{ rows: number; written: number }>(`select count(*)::int as rows,
    count(s.id)::int as written from messages m left join search_messages s on s.id = m.id where m.id = any($1::uuid[])
      and m.seq % 2 = 0`, [ids]);
  t.ok(left !== undefined && left.rows > 100);
  t.equal(left?.written, 0, 'and a text that is gone leaves none');
});
