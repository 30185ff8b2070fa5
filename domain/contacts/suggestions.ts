/** Which other contacts may be the same person (by phone, e-mail, handle or card), and what was merged into one. */
import { limits } from '#domain/limits.ts';
import type { User } from '#domain/people/access.ts';
import { maskHandle, maskPhone } from '#domain/people/masks.ts';
import { statement, type Queryable } from '#domain/store/db.ts';
import { contactFilter, contactsById, type ContactSeen } from './queries.ts';

export type SameAs = 'PHONE' | 'EMAIL' | 'HANDLE' | 'CARD';

export interface Suggestion {
  contact: ContactSeen;
  /** Why it may be the same person. */
  because: SameAs[];
}

/** A card tells of a person only as far as its phone goes; digits are compared, however they are written. */
const CARD_PHONE = `regexp_replace(coalesce(m.payload ->> 'phone', m.payload ->> 'phoneNumber',
  m.payload -> 'contact' ->> 'phone'), '\\D', '', 'g')`;

const like = (filter: string): string => `
with me as (select id, email from contacts where id = $2 and organisation_id = $1),
points as (select channel, handle, phone from contact_points where contact_id = $2 and organisation_id = $1),
cards as (
  select distinct ${CARD_PHONE} as digits from conversations c
  cross join lateral (select payload from messages m where m.organisation_id = $1 and m.conversation_id = c.id
    and m.seq > c.last_seq - $3::int and m.kind = 'contact' and m.direction = 'IN' and m.deleted_at is null) m
  where c.contact_id = $2 and c.organisation_id = $1
), found as (
  select o.contact_id as id, 'PHONE' as because from points p join contact_points o on o.organisation_id = $1
    and o.phone = p.phone
  union select o.contact_id, 'HANDLE' from points p join contact_points o on o.organisation_id = $1
    and o.channel = p.channel and o.handle = p.handle
  union select o.contact_id, 'CARD' from cards d join contact_points o on o.organisation_id = $1
    and o.phone = '+' || regexp_replace(d.digits, '^0', '62') where length(d.digits) >= 8
  union select o.id, 'EMAIL' from me join contacts o on o.organisation_id = $1 and lower(o.email) = lower(me.email)
)
select f.id, array_agg(distinct f.because) as because from found f join contacts ct on ct.id = f.id
where f.id <> $2 and ${filter} and not exists (select from contacts_apart a where a.organisation_id = $1
  and a.one_id = least(f.id, $2::uuid) and a.other_id = greatest(f.id, $2::uuid))
group by f.id order by count(*) desc, f.id limit $4`;

/** Contacts that may be the same person as this one; only those that the user may change as well (RS01). */
export async function mergeSuggestions(db: Queryable, user: User, contactId: string): Promise<Suggestion[]> {
  const rows = await db.dynamic<{ id: string; because: SameAs[] }>(like(contactFilter(user, 'ct', 'contact.update')),
    [user.organisationId, contactId, limits.sharedCardMessages, limits.contactSuggestionsMax]);
  const contacts = await contactsById(db, user.organisationId, rows.map((row) => row.id));
  return rows.flatMap((row) => {
    const contact = contacts.get(row.id);
    return contact === undefined ? [] : [{ contact, because: row.because }];
  });
}

/** What was merged; `mergedByName` null where a provider proved it and nobody was asked. */
export interface Merge { id: string; keptId: string; mergedId: string; mergedAt: string; mergedByName: string | null;
  /** What the merged contact was called, and how many of its points came with it. */
  mergedName: string | null; points: number;
  /** The first of those points, masked: what tells people without a name apart. */
  came: { channel: string; handleMasked: string; phoneMasked: string | null }[] }

const mergesOf = statement('merges.of', `
select m.id, m.kept_id, m.merged_id, m.merged_at, u.name as merged_by_name, c.name as merged_name,
  cardinality(m.point_ids) as points,
  array(select jsonb_build_object('channel', p.channel, 'handle', p.handle, 'phone', p.phone) from contact_points p
    where p.organisation_id = $1 and p.id = any(m.point_ids) order by p.created_at, p.id limit 3) as came
from contact_merges m join contacts c on c.id = m.merged_id left join users u on u.id = m.merged_by
where m.organisation_id = $1 and m.kept_id = $2 and m.undone_at is null order by m.merged_at desc limit 50`);
const mergeById = statement('merges.by-id', `select kept_id from contact_merges where organisation_id = $1 and id = $2
  and undone_at is null`);

/** What was merged into this contact and may be taken back, newest first. */
export async function mergesInto(db: Queryable, organisationId: string, contactId: string): Promise<Merge[]> {
  const rows = await db.rows<{ id: string; kept_id: string; merged_id: string; merged_at: Date;
    merged_by_name: string | null; merged_name: string | null; points: number;
    came: { channel: string; handle: string; phone: string | null }[] }>(mergesOf, [organisationId, contactId]);
  return rows.map((row) => ({ id: row.id, keptId: row.kept_id, mergedId: row.merged_id,
    mergedAt: row.merged_at.toISOString(), mergedByName: row.merged_by_name, mergedName: row.merged_name,
    points: row.points, came: row.came.map(({ channel, handle, phone }) => ({ channel,
      handleMasked: maskHandle(handle), phoneMasked: phone === null ? null : maskPhone(phone) })) }));
}

/** The contact that a merge was made into; undefined where there is none to take back. */
export async function keptOf(db: Queryable, organisationId: string, mergeId: string): Promise<string | undefined> {
  return (await db.one<{ kept_id: string }>(mergeById, [organisationId, mergeId]))?.kept_id;
}
