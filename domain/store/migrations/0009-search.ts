/** Ninth migration: what the one search looks in, kept behind the journal and outside the hot tables. */
import { Migration } from '@mikro-orm/migrations';

// A row of these tables says that something can be found, never that somebody may see it: rights are asked of the
// tables themselves at every search. So they carry no scope, and a transfer changes nothing here.

export class Search extends Migration {
  override up(): void {
    this.addSql(`
create function search_names(given text) returns text[] language sql immutable parallel safe as $$
  select coalesce(array_agg(word order by place), '{}') from (
    select left(word, 64) as word, min(place) as place
    from regexp_split_to_table(lower(normalize(coalesce(given, ''), NFKC)), '[^[:alnum:]]+') with ordinality s(word, place)
    where word <> '' group by 1) words $$;
create function search_text(given text) returns tsvector language sql immutable parallel safe as $$
  select strip(to_tsvector('indonesian'::regconfig, plain) || to_tsvector('simple'::regconfig, plain))
  from (select regexp_replace(normalize(left(coalesce(given, ''), 16384), NFKC), '[^[:alnum:]]+', ' ', 'g') as plain) p $$;
create function search_number(given text) returns text language sql immutable parallel safe as $$
  select case when digits like '62%' and length(digits) >= 9 then '0' || substr(digits, 3) else digits end
  from (select regexp_replace(coalesce(given, ''), '[^0-9]', '', 'g') as digits) d $$;

create table search_messages (
  id uuid primary key, organisation_id uuid not null, at timestamptz not null, words tsvector not null);
create table search_contacts (
  id uuid primary key, organisation_id uuid not null, at timestamptz not null, words tsvector not null);
create table search_tickets (
  id uuid primary key, organisation_id uuid not null, at timestamptz not null, words tsvector not null);
create table search_words (
  organisation_id uuid not null, word text not null, primary key (organisation_id, word));
create table search_progress (
  singleton boolean primary key default true check (singleton), epoch int not null, xid xid8 not null,
  id bigint not null);
insert into search_progress (epoch, xid, id) values (0, '0', 0);

create index search_messages_newest on search_messages (organisation_id, at, id);
create index search_contacts_newest on search_contacts (organisation_id, at, id);
create index search_tickets_newest on search_tickets (organisation_id, at, id);
create index search_messages_words on search_messages using gin (words) with (gin_pending_list_limit = 256);
create index search_contacts_words on search_contacts using gin (words) with (gin_pending_list_limit = 256);
create index search_tickets_words on search_tickets using gin (words) with (gin_pending_list_limit = 256);
create index interactions_agent_closed on interactions (agent_id, closed_at) where state in ('CLOSED', 'OOT_COMPLETE');
create index search_words_near on search_words using gin (word gin_trgm_ops);
`);
  }
}
