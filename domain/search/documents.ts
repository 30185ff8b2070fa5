/**
 * What can be found, and how it is written down: one row a message, contact or ticket, made from its present state, so
 * that making it twice changes nothing. Personal marks carry a sign of their own, so that a word never meets a number:
 * `=` a whole number, `~` a number backwards, `@` an address or handle, `%` a word of a file's name.
 */
import { statement, type Queryable } from '#domain/store/db.ts';

/** SQL: the number of a contact point `p`, as `numberOf` writes what was typed; empty where its handle is none. */
export const pointNumber = `search_number(coalesce(p.phone,
  case when p.handle ~ '^\\+?[0-9][0-9 ().-]{6,20}(@.*)?$' then split_part(p.handle, '@', 1) end))`;

/** What the search knows, by its table: what is written of a thing, and which things there are to find. */
export const kinds = {
  messages: {
    table: 'search_messages', column: 'm.id',
    // What search_text does, written out: as a function it cleans the text twice. `offset 0` keeps it once; and
    // normalising is spared where there is nothing but ASCII.
    fields: `m.id, m.organisation_id, m.created_at, strip(to_tsvector('indonesian'::regconfig, text.plain)
        || to_tsvector('simple'::regconfig, text.plain))
      || case when m.attachments is null then '' else array_to_tsvector(array(select distinct '%' || word
        from jsonb_array_elements(case when jsonb_typeof(m.attachments) = 'array' then m.attachments end) file,
          unnest(search_names(file ->> 'fileName')) word)) end`,
    rows: `from messages m
      cross join lateral (select left(coalesce(m.body, ''), 16384) as body offset 0) given
      cross join lateral (select regexp_replace(case when octet_length(given.body) = length(given.body) then given.body
        else normalize(given.body, NFKC) end, '[^[:alnum:]]+', ' ', 'g') as plain offset 0) text
      where m.deleted_at is null and m.direction <> 'SYSTEM' and (m.body is not null or m.attachments is not null)`,
  },
  contacts: {
    table: 'search_contacts', column: 'c.id',
    fields: `c.id, c.organisation_id,
      coalesce((select max(t.opened_at) from tickets t where t.contact_id = c.id), c.created_at),
      array_to_tsvector(array(
        select word from unnest(search_names(c.name)) word
        union select '@' || left(lower(c.email), 512) where c.email <> ''
        union select mark from contact_points p, lateral (select ${pointNumber} as number) n,
          unnest(case when length(n.number) >= 7 then array['=' || n.number, '~' || reverse(n.number)]
            else array['@' || left(lower(p.handle), 512)] end) mark
          where p.contact_id = c.id and p.handle <> ''))`,
    rows: 'from contacts c where c.merged_into_id is null',
  },
  tickets: {
    table: 'search_tickets', column: 't.id',
    fields: `t.id, t.organisation_id, t.opened_at, search_text(t.summary) || array_to_tsvector(array(
      select word from unnest(search_names(t.number)) word where word <> 'tk'
      union select '=' || search_number(t.number) where search_number(t.number) <> ''
      union select word from unnest(search_names(c.name)) word))`,
    rows: "from tickets t join contacts c on c.id = t.contact_id where t.state <> 'OOT_COMPLETE'",
  },
} as const;

export type Kind = keyof typeof kinds;

/** The rows of $1 from their present state; what is not there to find any more goes. */
function writeSql(kind: Kind): string {
  const { table, column, fields, rows } = kinds[kind];
  return `with present (id, organisation_id, at, words) as materialized (
      select ${fields} ${rows} and ${column} = any($1::uuid[])),
    fresh as (insert into ${table} (id, organisation_id, at, words)
      select id, organisation_id, at, words from present order by id
      on conflict (id) do update set at = excluded.at, words = excluded.words
      where (${table}.at, ${table}.words) is distinct from (excluded.at, excluded.words))
  delete from ${table} where id = any($1::uuid[]) and id not in (select id from present)`;
}

const write = {
  messages: statement('search.write-messages', writeSql('messages')),
  contacts: statement('search.write-contacts', writeSql('contacts')),
  tickets: statement('search.write-tickets', writeSql('tickets')),
};

const learn = statement('search.learn', `insert into search_words (organisation_id, word)
  select distinct c.organisation_id, word from contacts c, unnest(search_names(c.name)) word
  where c.id = any($1::uuid[]) and c.merged_into_id is null and length(word) between 3 and 40 and word !~ '[0-9]'
  order by 1, 2 on conflict do nothing`);

/** Who opened a ticket last stands first among those of one name. */
const moveUp = statement('search.move-up', `update search_contacts s set at = last.at
  from (select t.contact_id, max(t.opened_at) as at from tickets t where t.id = any($1::uuid[]) group by 1) last
  where s.id = last.contact_id and s.at < last.at`);

const ticketsOf = statement('search.tickets-of', 'select id from tickets where contact_id = any($1::uuid[])');

/** Rows one statement writes: a writer holds back every desk's tail for as long as it is open. */
const CHUNK = 64;

/** Brings the rows of these things up to date. A contact brings its tickets along: they are found by its name. */
export async function indexThings(db: Queryable, kind: Kind, ids: readonly string[]): Promise<void> {
  const sorted = [...new Set(ids)].sort();
  for (let at = 0; at < sorted.length; at += CHUNK) {
    const chunk = sorted.slice(at, at + CHUNK);
    await db.rows(write[kind], [chunk]);
    if (kind === 'tickets') await db.rows(moveUp, [chunk]);
    if (kind === 'contacts') {
      await db.rows(learn, [chunk]);
      await indexThings(db, 'tickets', (await db.rows<{ id: string }>(ticketsOf, [chunk])).map((row) => row.id));
    }
  }
}

const forget = [
  statement('search.forget-messages', `delete from search_messages s using messages m, conversations v
    where s.id = m.id and m.organisation_id = $1 and m.conversation_id = v.id and v.contact_id = $2
      and s.organisation_id = $1`),
  statement('search.forget-tickets', `delete from search_tickets s using tickets t
    where s.id = t.id and t.contact_id = $2 and s.organisation_id = $1`),
  statement('search.forget-words', `with gone as (delete from search_contacts where id = $2 and organisation_id = $1
      returning words)
    delete from search_words w using gone
    where w.organisation_id = $1 and w.word = any(tsvector_to_array(gone.words))
      and not exists (select from search_contacts s
        where s.organisation_id = $1 and s.id <> $2
          and search_dated(s.words, s.at) @@ quote_literal(w.word)::tsquery)`),
];

/** Nothing of this person can be found any more, nor their name guessed from a wrong spelling (RL06). */
export async function forgetContact(db: Queryable, organisationId: string, contactId: string): Promise<void> {
  for (const one of forget) await db.rows(one, [organisationId, contactId]);
}
