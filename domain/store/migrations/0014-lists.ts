/** Fourteenth migration: the search's rows by stretches of time, so that the newest hits cost what they are. */
import { Migration } from '@mikro-orm/migrations';

// An index of words holds a word's rows in no order: the newest thousand of a common word, or of two that seldom meet,
// were found by looking at all of them. With the stretch of time as one more word the index itself skips to it. The
// index writes that word; the rows stay as they are, so the release before goes on writing them.
// contacts_name served a list that was read by words no one asked for any more, and cost every new contact a trigram
// index.

export class Lists extends Migration {
  override up(): void {
    this.addSql(`
create function search_dated(words tsvector, at timestamptz) returns tsvector language sql immutable parallel safe as $$
  select words || array_to_tsvector(
    array['#' || floor(extract(epoch from at at time zone 'UTC') / 345600)::int::text]) $$;
create index search_messages_dated on search_messages using gin (search_dated(words, at))
  with (gin_pending_list_limit = 256);
create index search_contacts_dated on search_contacts using gin (search_dated(words, at))
  with (gin_pending_list_limit = 256);
create index search_tickets_dated on search_tickets using gin (search_dated(words, at))
  with (gin_pending_list_limit = 256);
drop index search_messages_words;
drop index search_contacts_words;
drop index search_tickets_words;
drop index contacts_name;
`);
  }
}
