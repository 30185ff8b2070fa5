/** Fourteenth migration: the search's rows by stretches of time, so that the newest hits cost what they are. */
import { Migration } from '@mikro-orm/migrations';

// An index of words holds a word's rows in no order: the newest thousand of a common word, or of two that seldom meet,
// were found by looking at all of them. With the stretch of time as one more word the index itself skips to it. The
// index writes that word; the rows stay as they are, so the release before goes on writing them.
// contacts_name served a list that was read by words no one asked for any more, and cost every new contact a trigram
// index.
// interactions_closed_*: without them a view of closed work that few rows fit read a year of them, 3 s of a million.
// Opening work and writing in it cost nothing more (measured: 44 us a row with and without them), closing 10 us.

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
create index if not exists interactions_closed_queue on interactions (organisation_id, queue_id, closed_at)
  where state in ('CLOSED', 'OOT_COMPLETE');
create index if not exists interactions_closed_category on interactions (organisation_id, category_id, closed_at)
  where state in ('CLOSED', 'OOT_COMPLETE');
create index if not exists interactions_closed_channel on interactions (organisation_id, channel, closed_at)
  where state in ('CLOSED', 'OOT_COMPLETE');
create index if not exists interactions_closed_undocumented on interactions (organisation_id, closed_at)
  where state in ('CLOSED', 'OOT_COMPLETE') and documented_at is null;
`);
  }
}
