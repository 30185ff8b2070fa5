/** Conversations and messages as people see them, and who may read which conversation. */
import { ofOrganisation, statement, type Queryable } from '#domain/store/db.ts';
import { accessFilter, can, type Placed, type User } from '#domain/people/access.ts';
import type { Attachment, ChangeKind, SendStatus, TemplateUse } from '#domain/channels/words.ts';
import { maskPhone } from '#domain/people/masks.ts';
import { offerOf } from './offers.ts';
import { templateOf } from './templates.ts';

/** One message. The same shape as the desk's messageView; times are ISO-8601 UTC with ms. */
export interface MessageSeen {
  id: string; conversationId: string; interactionId: string | null; seq: number;
  direction: 'IN' | 'OUT' | 'NOTE' | 'SYSTEM'; authorKind: 'CUSTOMER' | 'AGENT' | 'BOT' | 'SYSTEM';
  authorId: string | null; authorName: string | null; kind: string; text: string | null; attachments: Attachment[];
  code: string | null; replyToId: string | null; clientId: string | null; status: SendStatus | null;
  statusAt: string | null; reasonCode: string | null; createdAt: string; editedAt: string | null;
  deletedAt: string | null; version: number;
  holdUntil?: string; reactions?: { emoji: string; by: 'CUSTOMER' | 'AGENT' }[];
  offer?: { buttons?: { text: string; url?: string }[][]; askContact?: string }; tapped?: true; change?: ChangeSeen;
  location?: { latitude: number; longitude: number; name: string | null; address: string | null };
  contactCard?: { name: string | null; phoneMasked: string | null }; sentOutside?: true;
  waitingFiles?: { fileName: string; sizeBytes: number | null; reasonCode: string | null }[];
  mentions?: { userId: string; name: string }[]; unreadable?: true; waitUntil?: string;
  template?: TemplateUse;
}

/** A change of the message that is not with the customer yet, or was refused. */
export interface ChangeSeen {
  id: string; kind: ChangeKind; text: string | null; emoji: string | null; state: 'WAITING' | 'FAILED';
  reasonCode: string | null; authorId: string; holdUntil?: string;
}

interface Stored {
  id: string; conversation_id: string; interaction_id: string | null; seq: number; direction: MessageSeen['direction'];
  author_kind: MessageSeen['authorKind']; author_id: string | null; author_name: string | null; kind: string;
  body: string | null; attachments: Attachment[] | null; payload: Record<string, unknown> | null;
  reply_to_id: string | null; client_id: string | null; status: SendStatus | null; status_at: Date | null;
  reason_code: string | null; created_at: Date; edited_at: Date | null; deleted_at: Date | null; version: number;
  hold_until: Date | null; reactions: MessageSeen['reactions'] | null; mentions: MessageSeen['mentions'] | null;
  agent_reaction: string | null; wait_until: Date | null;
  change: (Omit<ChangeSeen, 'holdUntil'> & { holdUntil: string | null }) | null;
}

const SELECT = `select m.id, m.conversation_id, m.interaction_id, m.seq, m.direction, m.author_kind, m.author_id,
    u.name as author_name, m.kind, m.body, m.attachments,
    case when m.direction = 'SYSTEM' or m.kind in ('location', 'contact')
      or m.payload ?| array['remoteFiles', 'sentFrom', 'buttons', 'askContact', 'button', 'unreadable', 'template']
      then m.payload end as payload,
    m.reply_to_id, m.client_id, m.status, m.status_at, m.reason_code, m.created_at, m.edited_at, m.deleted_at,
    m.version, m.reactions, m.agent_reaction, case when m.status = 'queued' and m.attempts = 0 and m.reason_code is null
      and m.author_kind = 'AGENT' and m.due_at > m.created_at then m.due_at end as hold_until,
    case when m.status = 'queued' and m.reason_code is not null then m.due_at end as wait_until,
    case when m.direction = 'NOTE' then (select jsonb_agg(jsonb_build_object('userId', x.user_id, 'name', called.name)
      order by called.name) from mentions x join users called on called.id = x.user_id
      where x.organisation_id = m.organisation_id and x.message_id = m.id) end as mentions,
    (select jsonb_build_object('id', x.id, 'kind', x.kind, 'text', x.body, 'emoji', x.emoji, 'state', x.state,
      'reasonCode', case when x.state = 'FAILED' then x.reason_code end, 'authorId', x.author_id, 'holdUntil',
      case when x.state = 'WAITING' and x.attempts = 0 and x.due_at > x.created_at then x.due_at end)
      from message_changes x where x.message_id = m.id and x.organisation_id = m.organisation_id
      and x.state in ('WAITING', 'FAILED') order by x.place desc limit 1) as change
  from messages m left join users u on u.id = m.author_id and m.author_kind = 'AGENT'`;

const byIds = statement('messages.seen', `${SELECT}
  where ${ofOrganisation('m.organisation_id')} and m.id = any($2::uuid[])`);

function iso(time: Date | null): string | null {
  return time === null ? null : time.toISOString();
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function locationOf(payload: Stored['payload']): MessageSeen['location'] {
  const [latitude, longitude] = [payload?.['latitude'], payload?.['longitude']];
  if (typeof latitude !== 'number' || typeof longitude !== 'number') return undefined;
  return { latitude, longitude, name: text(payload?.['name']), address: text(payload?.['address']) };
}

/** Files the provider still holds, and those it did not give, with the reason. */
function waitingFiles(payload: Stored['payload']): NonNullable<MessageSeen['waitingFiles']> {
  const files = payload?.['remoteFiles'];
  return (Array.isArray(files) ? files as Record<string, unknown>[] : []).map((file) => ({
    fileName: text(file['fileName']) ?? '', reasonCode: text(file['reasonCode']),
    sizeBytes: typeof file['sizeBytes'] === 'number' ? file['sizeBytes'] : null }));
}

/** The customer's reactions, and ours. */
function reactionsOf(row: Stored): NonNullable<MessageSeen['reactions']> {
  const own = row.agent_reaction === null ? [] : [{ emoji: row.agent_reaction, by: 'AGENT' as const }];
  return [...(row.reactions ?? []), ...own];
}

/** What a message of ours offers to tap, without what its buttons send back. */
function offerSeen(row: Stored): MessageSeen['offer'] {
  const offer = row.direction === 'OUT' ? offerOf(row.payload) : undefined;
  if (offer === undefined) return undefined;
  const buttons = offer.buttons?.map((line) => line.map(({ text: words, url }) =>
    ({ text: words, ...(url === undefined ? {} : { url }) })));
  return { ...(buttons === undefined ? {} : { buttons }),
    ...(offer.askContact === undefined ? {} : { askContact: offer.askContact }) };
}

function changeSeen({ change }: Stored): ChangeSeen | undefined {
  if (change === null) return undefined;
  const { holdUntil, ...rest } = change;
  return { ...rest, ...(holdUntil === null ? {} : { holdUntil: new Date(holdUntil).toISOString() }) };
}

/** What only some messages have. */
function extrasOf(row: Stored): Partial<MessageSeen> {
  const place = row.kind === 'location' ? locationOf(row.payload) : undefined;
  const phone = text(row.payload?.['phone']);
  const [reactions, offer, change] = [reactionsOf(row), offerSeen(row), changeSeen(row)];
  const template = row.direction === 'OUT' ? templateOf(row.payload) : undefined;
  return {
    ...(row.hold_until === null ? {} : { holdUntil: row.hold_until.toISOString() }),
    ...(reactions.length === 0 ? {} : { reactions }),
    ...(offer === undefined ? {} : { offer }),
    ...(template === undefined ? {} : { template }),
    ...(row.direction === 'IN' && row.payload?.['button'] !== undefined ? { tapped: true as const } : {}),
    ...(change === undefined ? {} : { change }),
    ...(place === undefined ? {} : { location: place }),
    ...(row.kind !== 'contact' || row.direction === 'SYSTEM' ? {} : { contactCard: {
      name: text(row.payload?.['name']), phoneMasked: phone === null ? null : maskPhone(phone) } }),
    ...(row.payload?.['remoteFiles'] === undefined ? {} : { waitingFiles: waitingFiles(row.payload) }),
    ...(row.payload?.['sentFrom'] === undefined || row.direction !== 'OUT' ? {} : { sentOutside: true as const }),
    ...(row.mentions == null ? {} : { mentions: row.mentions }),
    ...(row.payload?.['unreadable'] === true ? { unreadable: true as const } : {}),
    ...(row.wait_until === null ? {} : { waitUntil: row.wait_until.toISOString() }),
  };
}

/** What the customer withdrew is gone for everybody: neither text nor files. */
function seen(row: Stored): MessageSeen {
  const gone = row.deleted_at !== null;
  return {
    id: row.id, conversationId: row.conversation_id, interactionId: row.interaction_id, seq: row.seq,
    direction: row.direction, authorKind: row.author_kind, authorId: row.author_id,
    authorName: row.author_name ?? text(row.payload?.['name']), kind: row.kind, text: gone ? null : row.body,
    attachments: gone ? [] : (row.attachments ?? []).map(({ fileId, fileName, mediaType, sizeBytes }) =>
      ({ fileId, fileName, mediaType, sizeBytes })),
    code: text(row.payload?.['code']), replyToId: row.reply_to_id, clientId: row.client_id, status: row.status,
    statusAt: iso(row.status_at), reasonCode: row.reason_code, createdAt: row.created_at.toISOString(),
    editedAt: iso(row.edited_at), deletedAt: iso(row.deleted_at), version: row.version, ...(gone ? {} : extrasOf(row)),
  };
}

/** Messages by id, for who has decided already that they may be seen. */
export async function messageViews(db: Queryable, organisationId: string,
  ids: readonly string[]): Promise<MessageSeen[]> {
  if (ids.length === 0) return [];
  return (await db.rows<Stored>(byIds, [organisationId, ids])).map(seen);
}

export interface MessagePage {
  user: User;
  conversationId: string;
  /** The newest with seq below this; without both, the newest of all. */
  before?: number | undefined;
  /** The oldest with seq above this. */
  after?: number | undefined;
  limit: number;
}

/** A page of what the user may read of one conversation, ascending by seq. */
export async function messagePage(db: Queryable, page: MessagePage): Promise<{ items: MessageSeen[]; more: boolean }> {
  const { user, conversationId, limit } = page;
  const forward = page.after !== undefined;
  const rows = await db.dynamic<Stored>(`${SELECT} where m.organisation_id = $1 and m.conversation_id = $2
    and m.seq ${forward ? '>' : '<'} $3 and ${messageFilter(user, 'm')}
    order by m.seq ${forward ? '' : 'desc'} limit $4`,
  [user.organisationId, conversationId, forward ? page.after : page.before ?? 2_147_483_647, limit + 1]);
  if (!forward) rows.reverse();
  const more = rows.length > limit;
  const kept = !more ? rows : forward ? rows.slice(0, limit) : rows.slice(1);
  return { items: kept.map(seen), more };
}

/** SQL: the user holds an open interaction of the contact in `column`, and so sees that contact's history. */
export function holdsContactFilter(user: User, column: string): string {
  if (!can(user, 'interaction.read')) return 'false';
  return `exists (select 1 from interactions held where held.organisation_id = '${user.organisationId}'
    and held.contact_id = ${column} and held.agent_id = '${user.id}' and held.state not in ('CLOSED', 'OOT_COMPLETE'))`;
}

/**
 * SQL: of the interactions that `where` names (as `i`) the one to open: the open one first, then the newest that the
 * user may read; `contact` is the column of their contact.
 */
export function interactionToOpen(user: User, where: string, contact: string): string {
  return `(select i.id from interactions i where ${where} and i.organisation_id = '${user.organisationId}'
    and (${accessFilter(user, 'interaction.read', 'i')} or ${holdsContactFilter(user, contact)})
    order by (i.state not in ('CLOSED', 'OOT_COMPLETE')) desc, i.date_origin desc limit 1)`;
}

/** SQL over conversations: readable through one of its interactions, or as history of a contact the user serves. */
export function conversationFilter(user: User, alias: string): string {
  return `(${alias}.organisation_id = '${user.organisationId}' and (exists (select 1 from interactions seen
    where seen.conversation_id = ${alias}.id and ${accessFilter(user, 'interaction.read', 'seen')} offset 0)
    or ${holdsContactFilter(user, `${alias}.contact_id`)}))`;
}

/**
 * SQL over messages of a readable conversation: those of readable interactions, or all of them while one serves the
 * contact. A thread outlives its interactions: who served one of them reads nothing of what others did later (RA07).
 */
export function messageFilter(user: User, alias: string): string {
  return `(${alias}.interaction_id is null or exists (select 1 from interactions own
      where own.id = ${alias}.interaction_id and ${accessFilter(user, 'interaction.read', 'own')} offset 0)
    or exists (select 1 from conversations served where served.id = ${alias}.conversation_id
      and ${holdsContactFilter(user, 'served.contact_id')} offset 0))`;
}

export interface ConversationSeen {
  id: string; contactId: string; channelAccountId: string; lastSeq: number; customerReadSeq: number; version: number;
}

/** The conversation if the user may read it, with the interaction to show: the open one, else the newest readable. */
export async function conversationView(
  db: Queryable, user: User, id: string,
): Promise<{ conversation: ConversationSeen; interactionId: string | null } | undefined> {
  const [row] = await db.dynamic<{
    id: string; contact_id: string; channel_account_id: string; last_seq: number; customer_read_seq: number;
    version: number; interaction_id: string | null;
  }>(`select c.id, c.contact_id, c.channel_account_id, c.last_seq, c.customer_read_seq, c.version,
      ${interactionToOpen(user, 'i.conversation_id = c.id', 'c.contact_id')} as interaction_id
    from conversations c where c.id = $1 and ${conversationFilter(user, 'c')}`, [id]);
  if (row === undefined) return undefined;
  return {
    conversation: {
      id: row.id, contactId: row.contact_id, channelAccountId: row.channel_account_id, lastSeq: row.last_seq,
      customerReadSeq: row.customer_read_seq, version: row.version,
    },
    interactionId: row.interaction_id,
  };
}

export interface ConversationReaders {
  conversationId: string;
  contactId: string;
  customerReadSeq: number;
  /** Where its interactions stand, one row each; and the agents who hold open work of the contact. */
  places: Omit<Placed, 'organisationId'>[];
  holderIds: string[];
}

const readers = statement('conversations.readers', `select c.id, c.contact_id, c.customer_read_seq,
    coalesce((select jsonb_agg(distinct jsonb_build_object('siteId', i.site_id, 'queueId', i.queue_id, 'teamId',
      i.team_id,
      'agentId', i.agent_id, 'branchIds', case when i.branch_id is null then '[]'::jsonb
        else (select jsonb_agg(above.id) from branches here join branches above on above.path @> here.path
          where here.id = i.branch_id) end))
      from interactions i where i.conversation_id = c.id), '[]') as places,
    coalesce((select array_agg(distinct h.agent_id) from interactions h where h.contact_id = c.contact_id
      and h.organisation_id = c.organisation_id and h.agent_id is not null
      and h.state not in ('CLOSED', 'OOT_COMPLETE')), '{}') as holders
  from conversations c where ${ofOrganisation('c.organisation_id')} and c.id = any($2::uuid[])`);

/** Who may read each conversation, as the keys of conversationFilter say it; for the fan-out. */
export async function conversationReaders(
  db: Queryable, organisationId: string, ids: readonly string[],
): Promise<ConversationReaders[]> {
  if (ids.length === 0) return [];
  const rows = await db.rows<{
    id: string; contact_id: string; customer_read_seq: number; places: ConversationReaders['places']; holders: string[];
  }>(readers, [organisationId, ids]);
  return rows.map((row) => ({
    conversationId: row.id, contactId: row.contact_id, customerReadSeq: row.customer_read_seq, places: row.places,
    holderIds: row.holders,
  }));
}
