/** What a hit shows: decided by the filter given, masked as everywhere, with the interaction it opens. */
import { interactionToOpen } from '#domain/conversations/queries.ts';
import { reportNameOf, type TicketStateName } from '#domain/interactions/queries.ts';
import type { Attachment } from '#domain/channels/words.ts';
import { limits } from '#domain/limits.ts';
import type { User } from '#domain/people/access.ts';
import { maskHandle } from '#domain/people/masks.ts';
import type { Queryable } from '#domain/store/db.ts';
import type { Asked } from './ask.ts';
import { excerpt, type Part } from './terms.ts';

export interface FoundContact {
  id: string; name: string | null; handleMasked: string; reportName: string | null; channel: string | null;
  domicile: string | null;
  /** The newest interaction that the user may read; null where there is none to open. */
  interactionId: string | null;
}

export interface FoundTicket {
  id: string; number: string; state: TicketStateName; categoryCode: string | null; summary: string | null;
  contactName: string | null; handleMasked: string; openedAt: string; closedAt: string | null;
  interactionId: string | null;
}

interface Place {
  messageId: string; conversationId: string; interactionId: string | null; contactName: string | null;
  handleMasked: string; channel: string; reportName: string; at: string;
}

export interface FoundMessage extends Place { direction: 'IN' | 'OUT' | 'NOTE'; seq: number; parts: Part[] }
export interface FoundFile extends Place { fileId: string; fileName: string; mediaType: string; sizeBytes: number }

/** What to show: of what is proposed part by part, the first that the filter lets through. */
export interface Chosen { parts: AsyncIterable<readonly string[]>; filter: string; limit: number }

/** The first `limit` of the proposed ids that the filter lets through, in their order. */
async function allowed(db: Queryable, from: string, chosen: Chosen): Promise<string[]> {
  const kept: string[] = [];
  const asked = new Set<string>();
  for await (const part of chosen.parts) {
    const fresh = [...new Set(part)].filter((id) => !asked.has(id));
    for (const id of fresh) asked.add(id);
    if (fresh.length === 0) continue;
    // PostgreSQL goes through them in their order and ends with the limit.
    const rows = await db.dynamic<{ id: string }>(`select asked.id
      from unnest($1::uuid[]) with ordinality asked(id, place) ${from} and ${chosen.filter}
      order by asked.place limit $2::int`, [fresh, chosen.limit - kept.length]);
    kept.push(...rows.map((row) => row.id));
    if (kept.length >= chosen.limit) return kept;
  }
  return kept;
}

const POINT = `left join lateral (select p.channel, coalesce(p.phone, p.handle) as handle from contact_points p
  where p.contact_id = ct.id order by (p.phone is not null) desc, p.created_at limit 1) point on true`;

function masked(handle: string | null): string {
  return handle === null ? '' : maskHandle(handle);
}

/** Contacts in the order of the search. */
export async function contactRows(db: Queryable, user: User, chosen: Chosen): Promise<FoundContact[]> {
  const ids = await allowed(db, 'join contacts ct on ct.id = asked.id where true', chosen);
  if (ids.length === 0) return [];
  const rows = await db.dynamic<{ id: string; name: string | null; domicile: string | null; handle: string | null;
    channel: string | null; interaction_id: string | null }>(`
    select ct.id, ct.name, ct.domicile, point.handle, point.channel,
      ${interactionToOpen(user, 'i.contact_id = ct.id', 'ct.id')} as interaction_id
    from unnest($1::uuid[]) with ordinality kept(id, place) join contacts ct on ct.id = kept.id ${POINT}
    order by kept.place`, [ids]);
  return rows.map((row) => ({ id: row.id, name: row.name, domicile: row.domicile, handleMasked: masked(row.handle),
    channel: row.channel, reportName: row.channel === null ? null : reportNameOf(row.channel),
    interactionId: row.interaction_id }));
}

/** Tickets in the order of the search. */
export async function ticketRows(db: Queryable, user: User, chosen: Chosen): Promise<FoundTicket[]> {
  const ids = await allowed(db, "join tickets t on t.id = asked.id where t.state <> 'OOT_COMPLETE'", chosen);
  if (ids.length === 0) return [];
  const rows = await db.dynamic<{ id: string; number: string; state: TicketStateName; code: string | null;
    summary: string | null; name: string | null; handle: string | null; opened_at: Date; closed_at: Date | null;
    interaction_id: string | null }>(`
    select t.id, t.number, t.state, k.code, t.summary, t.opened_at, t.closed_at, ct.name, point.handle,
      ${interactionToOpen(user, 'i.ticket_id = t.id', 't.contact_id')} as interaction_id
    from unnest($1::uuid[]) with ordinality kept(id, place) join tickets t on t.id = kept.id
    join contacts ct on ct.id = t.contact_id left join categories k on k.id = t.category_id ${POINT}
    order by kept.place`, [ids]);
  return rows.map((row) => ({ id: row.id, number: row.number, state: row.state, categoryCode: row.code,
    summary: row.summary, contactName: row.name, handleMasked: masked(row.handle),
    openedAt: row.opened_at.toISOString(), closedAt: row.closed_at?.toISOString() ?? null,
    interactionId: row.interaction_id }));
}

interface StoredMessage {
  id: string; conversation_id: string; interaction_id: string | null; name: string | null; handle: string | null;
  channel: string; created_at: Date; direction: FoundMessage['direction']; seq: number; body: string | null;
  attachments: Attachment[] | null;
}

async function storedMessages(db: Queryable, user: User, chosen: Chosen): Promise<StoredMessage[]> {
  const ids = await allowed(db, `join messages m on m.id = asked.id where m.deleted_at is null
    and m.organisation_id = '${user.organisationId}'`, chosen);
  if (ids.length === 0) return [];
  return db.dynamic<StoredMessage>(`select m.id, m.conversation_id, m.created_at, m.direction, m.seq, m.body,
      m.attachments, ct.name, ca.channel, coalesce(cp.phone, c.handle) as handle,
      coalesce(m.interaction_id, ${interactionToOpen(user, 'i.conversation_id = c.id', 'c.contact_id')}) as interaction_id
    from unnest($1::uuid[]) with ordinality kept(id, place) join messages m on m.id = kept.id
    join conversations c on c.id = m.conversation_id
    join contacts ct on ct.id = c.contact_id join channel_accounts ca on ca.id = c.channel_account_id
    left join contact_points cp on cp.id = c.contact_point_id order by kept.place`, [ids]);
}

function placeOf(row: StoredMessage): Place {
  return { messageId: row.id, conversationId: row.conversation_id, interactionId: row.interaction_id,
    contactName: row.name, handleMasked: masked(row.handle), channel: row.channel,
    reportName: reportNameOf(row.channel), at: row.created_at.toISOString() };
}

/** Messages, newest first, each with the piece of its text that was found. */
export async function messageRows(db: Queryable, user: User, chosen: Chosen, asked: Asked): Promise<FoundMessage[]> {
  return (await storedMessages(db, user, chosen)).map((row) => ({ ...placeOf(row), direction: row.direction,
    seq: row.seq, parts: excerpt(row.body ?? '', asked.words, asked.stems, limits.searchExcerptChars) }));
}

/** Files whose names hold the words, newest first; a message may bring several. */
export async function fileRows(db: Queryable, user: User, chosen: Chosen, { words }: Asked): Promise<FoundFile[]> {
  return (await storedMessages(db, user, chosen)).flatMap((row) => (row.attachments ?? []).filter(({ fileName }) => {
    const parts = fileName.normalize('NFKC').toLowerCase().split(/[^\p{L}\p{N}\p{M}]+/u);
    return words.every((word) => parts.some((part) => part.startsWith(word)));
  }).map(({ fileId, fileName, mediaType, sizeBytes }) =>
    ({ ...placeOf(row), fileId, fileName, mediaType, sizeBytes })));
}
