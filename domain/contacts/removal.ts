/**
 * Taking personal data away, some rows a transaction: what a message said, its files and its raw event; and what is
 * known of a person. Rows stay, so that counts, order and the journal stay true; the person cannot be read from them.
 */
import { appendJournal } from '#domain/journal/append.ts';
import { destroySubjectKey } from '#domain/journal/detail.ts';
import type { Actor, JournalEntry } from '#domain/journal/events.ts';
import { limits } from '#domain/limits.ts';
import { forgetContact } from '#domain/search/documents.ts';
import { ofOrganisation, statement, type Queryable, type Tx } from '#domain/store/db.ts';

/** Why something went; kept in the journal. */
export type RemovalReason = 'RETENTION' | 'ERASURE';

export interface Removed {
  messages: number;
  /** Names in the BlobStore of the bytes that no row knows any more: remove them after COMMIT. */
  blobs: string[];
  /** Where the next call goes on; undefined when all is done. */
  after: string | undefined;
}

/**
 * Begins a statement with f(id): these contacts and whoever was merged with them, upwards and downwards, since a hold
 * and a request name the contact of their day, and a merge moves everything else. $1 is the organisation.
 */
const peopleOf = (contacts: string): string => `with recursive f as (${contacts}
  union select n.id from f cross join lateral (
    select c.merged_into_id as id from contacts c where c.id = f.id and ${ofOrganisation('c.organisation_id')}
      and c.merged_into_id is not null
    union all select m.merged_id from contact_merges m where m.kept_id = f.id
      and ${ofOrganisation('m.organisation_id')} and m.undone_at is null) n)`;
const HELD = peopleOf(`select h.contact_id as id from legal_holds h where h.organisation_id = $1
  and h.released_at is null`);

/** No legal hold on the person of conversation c; $1 is the organisation. Those held are read once a statement. */
export const NOT_HELD = `c.contact_id not in (${HELD} select id from f)`;

/** A point in the words of an original: there its digits stand without the signs that we put before them. */
const WORDS = `lateral (values (ltrim(replace(p.handle, 'lid:', ''), '+')), (ltrim(p.phone, '+'))) as w(word)`;

/**
 * Begins a statement over inbound_events e that leaves out RAW_HELD: an original is a held person's if a message of
 * theirs came from it, or if it names one of their points. $1 organisation, $2 and $3 between which ids.
 */
export const WITH_HELD = `${HELD},
  held_words as materialized (select distinct p.channel, p.channel_account_id, convert_to(w.word, 'UTF8') as word
    from contact_points p cross join ${WORDS} where p.contact_id in (select id from f)
      and ${ofOrganisation('p.organisation_id')} and w.word <> ''),
  held_events as materialized (select m.inbound_event_id as id from conversations c join messages m
      on m.organisation_id = $1 and m.conversation_id = c.id
    where c.contact_id in (select id from f) and ${ofOrganisation('c.organisation_id')}
      and m.inbound_event_id > $2 and m.inbound_event_id < $3)`;
/** True of an original e that WITH_HELD knows. */
export const RAW_HELD = `(e.id in (select id from held_events) or exists (select from held_words h
  where coalesce(h.channel_account_id, e.channel_account_id) = e.channel_account_id
    and position(h.word in e.raw) > 0))`;

const SAYS = '(m.body is not null or m.attachments is not null or m.payload is not null)';
const oldMessages = statement('removal.old-messages', `select m.id, m.conversation_id
  from messages m join conversations c on c.id = m.conversation_id and c.organisation_id = m.organisation_id
  where m.organisation_id = $1 and m.id > $2 and m.id < $3 and m.created_at < $4 and ${SAYS} and ${NOT_HELD}
    and not exists (select from interactions i where i.id = m.interaction_id
      and i.state not in ('CLOSED', 'OOT_COMPLETE'))
  order by m.id limit $5`);
const messagesOf = statement('removal.messages-of', `select m.id, m.conversation_id from messages m
  where m.organisation_id = $1 and m.conversation_id = any($2::uuid[]) and m.id > $3 and (${SAYS}
    or m.provider_message_id is not null) order by m.id limit $4`);
const takeFiles = statement('removal.files', `delete from files f where f.organisation_id = $1 and f.id in (
    select (a->>'fileId')::uuid from messages m cross join lateral jsonb_array_elements(
      case jsonb_typeof(m.attachments) when 'array' then m.attachments else '[]' end) a
    where m.organisation_id = $1 and m.id = any($2::uuid[]) and a->>'fileId' ~ '^[0-9a-f-]{36}$')
  returning f.storage_name`);
const takeRemote = statement('removal.remote-files', `delete from remote_files r using messages m
  where m.id = any($2::uuid[]) and m.organisation_id = $1 and r.organisation_id = $1
    and r.channel_account_id = m.channel_account_id and r.provider_message_id = m.provider_message_id`);
const takeReceipts = statement('removal.receipts', `delete from receipts r using messages m
  where m.id = any($2::uuid[]) and m.organisation_id = $1 and r.organisation_id = $1
    and r.channel_account_id = m.channel_account_id and r.provider_message_id = m.provider_message_id`);
const takeRaw = statement('removal.raw', `update inbound_events e set raw = '', reason_detail = null from messages m
  where m.id = any($2::uuid[]) and m.organisation_id = $1 and e.id = m.inbound_event_id and e.organisation_id = $1`);
const takeEdits = statement('removal.edits',
  'delete from message_edits where organisation_id = $1 and message_id = any($2::uuid[])');
const takeChanges = statement('removal.changes',
  'delete from message_changes where organisation_id = $1 and message_id = any($2::uuid[])');
const takeWords = statement('removal.words',
  'delete from search_messages where organisation_id = $1 and id = any($2::uuid[])');
const blank = statement('removal.blank', `update messages set body = null, attachments = null, payload = null,
    reactions = null, provider_message_id = null, deleted_at = coalesce(deleted_at, app_now()), version = version + 1
  where organisation_id = $1 and id = any($2::uuid[]) returning id, conversation_id, version`);
const blankLast = statement('removal.last-text', `update conversations c set last_text = null
  where c.organisation_id = $1 and c.id = any($2::uuid[]) and not exists (select from messages m
    where m.organisation_id = c.organisation_id and m.conversation_id = c.id and m.body is not null)`);

// Files are asked for by conversation: who answers now may need an older one as well.
const oldFiles = statement('removal.old-files', `delete from files where id in (
    select f.id from files f left join conversations c on c.id = f.conversation_id
    where f.organisation_id = $1 and f.id > $2 and f.id < $3 and f.created_at < $4
      and (c.id is null or (${NOT_HELD} and not exists (select from interactions i where i.organisation_id = $1
        and i.conversation_id = c.id and i.state not in ('CLOSED', 'OOT_COMPLETE')))) order by f.id limit $5)
  returning id, storage_name, conversation_id`);
const lockThreads = statement('removal.lock-threads', `select id from conversations
  where organisation_id = $1 and id = any($2::uuid[]) order by id for update`);
/** $2 conversations, $3 ids of files: what a message had is told among its files that are not here, with the reason. */
const tellGone = statement('removal.tell-gone', `update messages m set version = m.version + 1,
    attachments = s.rest, payload = coalesce(m.payload, '{}')
      || jsonb_build_object('remoteFiles', coalesce(m.payload->'remoteFiles', '[]') || s.gone)
  from (select x.id, jsonb_agg(a.file order by a.place) filter (where a.file->>'fileId' <> all($3::text[])) as rest,
      jsonb_agg(jsonb_build_object('fileName', a.file->'fileName', 'sizeBytes', a.file->'sizeBytes',
        'reasonCode', 'RETENTION') order by a.place) filter (where a.file->>'fileId' = any($3::text[])) as gone
    from messages x cross join lateral jsonb_array_elements(
      case jsonb_typeof(x.attachments) when 'array' then x.attachments else '[]' end) with ordinality a(file, place)
    where x.organisation_id = $1 and x.conversation_id = any($2::uuid[]) group by x.id) s
  where m.id = s.id and s.gone is not null returning m.id, m.conversation_id, m.version`);

interface Found { id: string; conversation_id: string }

async function blankMessages(tx: Tx, organisationId: string, found: readonly Found[], actor: Actor,
  reason: RemovalReason): Promise<Removed> {
  const ids = found.map((row) => row.id);
  const after = found.length === limits.removalRowsMax ? ids.at(-1) : undefined;
  if (ids.length === 0) return { messages: 0, blobs: [], after };
  const given = [organisationId, ids];
  const blobs = await tx.rows<{ storage_name: string }>(takeFiles, given);
  for (const take of [takeRemote, takeReceipts, takeRaw, takeEdits, takeChanges, takeWords]) await tx.rows(take, given);
  const done = await tx.rows<Found & { version: number }>(blank, given);
  await tx.rows(blankLast, [organisationId, [...new Set(found.map((row) => row.conversation_id))]]);
  await appendJournal(tx, done.map((row): JournalEntry => ({ type: 'message.deleted', subjectType: 'message',
    subjectId: row.id, conversationId: row.conversation_id, actor, scope: { organisationId }, version: row.version,
    data: { reason } })));
  return { messages: done.length, blobs: blobs.map((row) => row.storage_name), after };
}

/** The lowest id that a row made at this moment can have: ids begin with their time. */
export function idAt(ms: number): string {
  const hex = Math.max(0, Math.trunc(ms)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-0000-0000-000000000000`;
}

/** Blanks at most limits.removalRowsMax messages older than the moment, behind `after`; held and open work stays. */
export async function removeOldMessages(tx: Tx, organisationId: string, before: Date, after: string): Promise<Removed> {
  const found = await tx.rows<Found>(oldMessages,
    [organisationId, after, idAt(before.getTime()), before, limits.removalRowsMax]);
  return blankMessages(tx, organisationId, found, { kind: 'SYSTEM' }, 'RETENTION');
}

/**
 * Removes at most limits.removalRowsMax files older than the moment, behind `after`, and says so in their messages;
 * held people's and those of open work stay.
 */
export async function removeOldFiles(tx: Tx, organisationId: string, before: Date, after: string):
Promise<Omit<Removed, 'messages'> & { files: number }> {
  const found = await tx.rows<{ id: string; storage_name: string; conversation_id: string | null }>(oldFiles,
    [organisationId, after, idAt(before.getTime()), before, limits.removalRowsMax]);
  const threads = [...new Set(found.flatMap((row) => row.conversation_id ?? []))];
  const ids = found.map((row) => row.id).toSorted();
  if (threads.length > 0) {
    await tx.rows(lockThreads, [organisationId, threads]);
    const told = await tx.rows<Found & { version: number }>(tellGone, [organisationId, threads, ids]);
    await appendJournal(tx, told.map((row): JournalEntry => ({ type: 'message.file-removed', subjectType: 'message',
      subjectId: row.id, conversationId: row.conversation_id, actor: { kind: 'SYSTEM' }, scope: { organisationId },
      version: row.version, data: { reason: 'RETENTION' } })));
  }
  return { files: found.length, blobs: found.map((row) => row.storage_name),
    after: found.length === limits.removalRowsMax ? ids.at(-1) : undefined };
}

/** Blanks at most limits.removalRowsMax messages of these conversations behind `after`. */
export async function removeMessagesOf(
  tx: Tx, organisationId: string, conversationIds: readonly string[], after: string, actor: Actor,
): Promise<Removed> {
  const found = await tx.rows<Found>(messagesOf, [organisationId, conversationIds, after, limits.removalRowsMax]);
  return blankMessages(tx, organisationId, found, actor, 'ERASURE');
}

const family = statement('removal.family', `${peopleOf('select $2::uuid as id')}
  select array(select id from f order by id) as contacts,
    coalesce((select c.id from contacts c where c.id in (select id from f) and ${ofOrganisation('c.organisation_id')}
      and c.merged_into_id is null), $2) as kept,
    array(select v.id from conversations v where v.organisation_id = $1 and v.contact_id in (select id from f)
      union select v.id from conversations v join contact_points p on p.id = v.contact_point_id
        where v.organisation_id = $1 and p.contact_id in (select id from f) order by id) as conversations,
    array(select distinct w.word from contact_points p cross join ${WORDS} where p.organisation_id = $1
      and p.contact_id in (select id from f) and w.word <> '' and p.handle not like 'erased:%') as words,
    array(select a.id from channel_accounts a where a.organisation_id = $1 and exists (select from contact_points p
      where p.organisation_id = $1 and p.contact_id in (select id from f)
        and (p.channel_account_id = a.id or (p.channel_account_id is null and p.channel = a.channel)))) as accounts,
    exists (select from interactions i where i.organisation_id = $1 and i.contact_id in (select id from f)
      and i.state not in ('CLOSED', 'OOT_COMPLETE')) as open,
    exists (select from legal_holds h where h.organisation_id = $1 and h.contact_id in (select id from f)
      and h.released_at is null) as held`);

/** A person: a contact with all that was merged into it, whichever of them was asked for. */
export interface Family {
  contacts: string[];
  /** The one of them that the others were merged into. */
  kept: string;
  conversations: string[];
  /** How originals name them, and on which accounts. */
  words: string[]; accounts: string[];
  /** Work with them goes on. */
  open: boolean;
  held: boolean;
}

/** Everything that is this person. */
export async function familyOf(db: Queryable, organisationId: string, contactId: string): Promise<Family> {
  const found = await db.one<Family>(family, [organisationId, contactId]);
  if (found === undefined) throw new Error('the family of a contact was not read');
  return found;
}

const rawOf = statement('removal.raw-of', `with batch as (select id from inbound_events
    where organisation_id = $1 and id > $2 order by id limit $5),
  cleared as (update inbound_events e set raw = '', reason_detail = null
    where e.organisation_id = $1 and e.id in (select id from batch) and e.channel_account_id = any($3::uuid[])
      and octet_length(e.raw) > 0
      and exists (select from unnest($4::text[]) h where position(convert_to(h, 'UTF8') in e.raw) > 0)
    returning 1)
  select (select max(id::text) from batch) as after, (select count(*)::int from cleared) as cleared`);

/**
 * Empties the raw events that name one of the person's points: those of edits, reactions and quarantine have no
 * message to be found by. Walks limits.removalRowsMax x 10 events; gives where to go on, or undefined at the end.
 */
export async function removeRawOf(tx: Tx, organisationId: string, person: Family,
  after: string): Promise<string | undefined> {
  const row = await tx.one<{ after: string | null }>(rawOf,
    [organisationId, after, person.accounts, person.words, limits.removalRowsMax * 10]);
  return row?.after ?? undefined;
}

/** Each takes $1 organisation and $2 the ids of the contacts. */
const OF_PERSON = [
  statement('erase.tickets', `update tickets set summary = null, version = version + 1
    where organisation_id = $1 and contact_id = any($2::uuid[]) and summary is not null`),
  statement('erase.documentations', `update documentations d set summary = '', product_interest = null
    from tickets k where k.id = d.ticket_id and k.organisation_id = $1 and d.organisation_id = $1
      and k.contact_id = any($2::uuid[])`),
  statement('erase.ratings', `update interactions set csat_comment = null
    where organisation_id = $1 and contact_id = any($2::uuid[]) and csat_comment is not null`),
  statement('erase.opt-outs', `update opt_outs o set reason = '-' from contact_points p
    where p.id = o.contact_point_id and o.organisation_id = $1 and p.contact_id = any($2::uuid[])`),
  // What a session keeps by the person's number: where to answer, whether it is on WhatsApp, files not fetched yet, and
  // the keys of their phone; those are made anew if they ever write again. Before the points, which name it.
  statement('erase.session-keys', `delete from channel_keys k using contact_points p
    where p.organisation_id = $1 and p.contact_id = any($2::uuid[]) and k.organisation_id = $1
      and (k.id = p.handle or starts_with(k.id, p.handle || ':') or (k.kind not in ('creds', 'pre-key', 'sent')
        and length(p.handle) > 6 and starts_with(k.id, ltrim(replace(p.handle, 'lid:', ''), '+'))))`),
  statement('erase.points', `update contact_points set handle = 'erased:' || id, phone = null, verified = false,
    version = version + 1 where organisation_id = $1 and contact_id = any($2::uuid[])`),
  statement('erase.holds', `update legal_holds set reason = '-'
    where organisation_id = $1 and contact_id = any($2::uuid[])`),
  statement('erase.requests', `update subject_requests set reason = '-'
    where organisation_id = $1 and contact_id = any($2::uuid[])`),
];
const eraseConversations = statement('erase.conversations', `update conversations set handle = 'erased:' || id,
  thread_key = id::text, last_text = null, version = version + 1 where organisation_id = $1 and id = any($2::uuid[])`);
const eraseFiles = statement('erase.files', `delete from files where organisation_id = $1
  and conversation_id = any($2::uuid[]) returning storage_name`);
const eraseContacts = statement('erase.contacts', `update contacts set name = null, email = null, domicile = null,
    notes = null, time_zone = null, language = null, version = version + 1, updated_at = app_now()
  where organisation_id = $1 and id = any($2::uuid[]) returning id, version`);

/**
 * The last step of an erasure, after every message of the person was blanked: what is known of them goes, and the key
 * of what the journal's details hold. Gives the names of blobs to remove after COMMIT.
 */
export async function eraseFamily(tx: Tx, organisationId: string, person: Family, actor: Actor): Promise<string[]> {
  const given = [organisationId, person.contacts];
  const files = await tx.rows<{ storage_name: string }>(eraseFiles, [organisationId, person.conversations]);
  for (const id of person.contacts) await forgetContact(tx, organisationId, id);
  for (const one of OF_PERSON) await tx.rows(one, given);
  await tx.rows(eraseConversations, [organisationId, person.conversations]);
  const rows = await tx.rows<{ id: string; version: number }>(eraseContacts, given);
  for (const { id } of rows) await destroySubjectKey(tx, organisationId, id);
  await appendJournal(tx, rows.map(({ id, version }): JournalEntry => ({ type: 'contact.erased',
    subjectType: 'contact', subjectId: id, actor, scope: { organisationId }, version })));
  return files.map((row) => row.storage_name);
}
