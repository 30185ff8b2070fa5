/** One message for who may read it, what it said before, and the calls of notes to a user. */
import { accessFilter, type User } from '#domain/people/access.ts';
import { statement, type Queryable } from '#domain/store/db.ts';
import { conversationFilter, messageFilter, messageViews, type MessageSeen } from './queries.ts';

/** The message if the user may read it, wherever in its thread it stands. */
export async function messageSeen(db: Queryable, user: User, id: string): Promise<MessageSeen | undefined> {
  const rows = await db.dynamic(`select 1 from messages m join conversations c on c.id = m.conversation_id
    where m.organisation_id = $1 and m.id = $2 and ${conversationFilter(user, 'c')} and ${messageFilter(user, 'm')}`,
  [user.organisationId, id]);
  if (rows.length === 0) return undefined;
  return (await messageViews(db, user.organisationId, [id]))[0];
}

export interface EarlierText { text: string | null; replacedAt: string }

const earlier = statement('messages.earlier', `select body, replaced_at from message_edits
  where organisation_id = $1 and message_id = $2 order by replaced_at desc, id desc limit 20`);

/** What a message said before its customer changed it, newest first; for who has decided that it may be seen. */
export async function earlierTexts(db: Queryable, organisationId: string, messageId: string): Promise<EarlierText[]> {
  const rows = await db.rows<{ body: string | null; replaced_at: Date }>(earlier, [organisationId, messageId]);
  return rows.map((row) => ({ text: row.body, replacedAt: row.replaced_at.toISOString() }));
}

/** The same shape as the desk's mentionView. */
export interface MentionSeen {
  messageId: string; conversationId: string; interactionId: string; authorName: string | null; text: string;
  contactName: string | null; at: string; readAt: string | null;
}

interface StoredMention {
  message_id: string; conversation_id: string; interaction_id: string; author_name: string | null; body: string | null;
  contact_name: string | null; created_at: Date; read_at: Date | null;
}

/** The newest calls of notes to the user, in work that they may still read; at most `limit`. */
export async function mentionsOf(db: Queryable, user: User, limit: number): Promise<MentionSeen[]> {
  const rows = await db.dynamic<StoredMention>(`select x.message_id, x.conversation_id, x.interaction_id,
      u.name as author_name, m.body, p.name as contact_name, x.created_at, x.read_at
    from mentions x join messages m on m.id = x.message_id join interactions i on i.id = x.interaction_id
    join contacts p on p.id = i.contact_id left join users u on u.id = m.author_id
    where x.organisation_id = $1 and x.user_id = $2 and m.deleted_at is null
      and ${accessFilter(user, 'interaction.read', 'i')} order by x.created_at desc, x.message_id limit $3`,
  [user.organisationId, user.id, limit]);
  return rows.map((row) => ({ messageId: row.message_id, conversationId: row.conversation_id,
    interactionId: row.interaction_id, authorName: row.author_name, text: row.body ?? '',
    contactName: row.contact_name, at: row.created_at.toISOString(),
    readAt: row.read_at === null ? null : row.read_at.toISOString() }));
}
