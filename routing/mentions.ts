/** Mentions in internal notes: who may be called to a piece of work, and that one has seen the call. */
import { AppError } from '#domain/errors.ts';
import { limits } from '#domain/limits.ts';
import type { User } from '#domain/people/access.ts';
import { statement, type Queryable } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';

/**
 * $1 organisation, $2 interaction, $3 users (null: anybody), $4 pattern of a name or NPK (null: any), $5 how many:
 * active users whose role reads this interaction where it stands; the SQL twin of can(interaction.read).
 */
const readersOfWork = statement('mentions.readers', `
select u.id, u.name, u.npk from interactions i join users u on u.organisation_id = i.organisation_id
where i.organisation_id = $1 and i.id = $2 and u.status = 'ACTIVE'
  and ($3::uuid[] is null or u.id = any($3::uuid[])) and ($4::text is null or u.name ilike $4 or u.npk ilike $4)
  and exists (select from user_roles ur join roles r on r.id = ur.role_id
    where ur.user_id = u.id and 'interaction.read' = any(r.permissions) and (ur.scope_kind = 'organisation'
      or (ur.scope_kind = 'self' and i.agent_id = u.id) or (ur.scope_kind = 'team' and ur.scope_id = i.team_id)
      or (ur.scope_kind = 'queue' and ur.scope_id = i.queue_id) or (ur.scope_kind = 'site' and ur.scope_id = i.site_id)
      or (ur.scope_kind = 'branch' and exists (select from branches above join branches below on below.path <@ above.path
        where above.id = ur.scope_id and below.id = i.branch_id))))
order by u.name, u.id limit $5`);

/** Somebody who may be mentioned. */
export interface Mentionable { id: string; name: string; npk: string }

/** Colleagues who may read the interaction, by name; never the asking user. */
export async function mentionable(db: Queryable, user: User, interactionId: string,
  pattern: string | null): Promise<Mentionable[]> {
  const rows = await db.rows<Mentionable>(readersOfWork,
    [user.organisationId, interactionId, null, pattern, limits.mentionsOfferedMax + 1]);
  return rows.filter((row) => row.id !== user.id).slice(0, limits.mentionsOfferedMax);
}

/**
 * The users a note calls, each once. Rejects VALIDATION_FAILED for too many, or for one who may not read the work.
 */
export async function takeMentions(db: Queryable, user: User, interactionId: string,
  ids: readonly string[]): Promise<string[]> {
  const wanted = [...new Set(ids)].filter((id) => id !== user.id);
  if (wanted.length === 0) return [];
  if (wanted.length > limits.mentionsPerNoteMax) throw new AppError('VALIDATION_FAILED', { mentionIds: 'too many' });
  const found = await db.rows<Mentionable>(readersOfWork,
    [user.organisationId, interactionId, wanted, null, wanted.length]);
  if (found.length < wanted.length) throw new AppError('VALIDATION_FAILED', { mentionIds: 'unknown or without sight' });
  return wanted;
}

const seenOne = statement('mentions.seen', `
update mentions set read_at = coalesce(read_at, app_now())
where organisation_id = $1 and user_id = $2 and conversation_id = $3 and read_at is null`);

/** The user has opened the conversation: its calls to them are seen. */
export async function readMentions(work: Work, command: { user: User; conversationId: string }): Promise<void> {
  const { user, conversationId } = command;
  await work.db.rows(seenOne, [user.organisationId, user.id, conversationId]);
}
