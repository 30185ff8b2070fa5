/** What an agent has read: the unread count of their own work goes to zero, once, with its event. */
import { statement } from '#domain/store/db.ts';
import { appendJournal } from '#domain/journal/append.ts';
import type { User } from '#domain/people/access.ts';
import type { Work } from '#domain/work.ts';

const markRead = statement('interactions.mark-read', `update conversations c
  set unread_count = 0, version = c.version + 1
  from interactions i where i.organisation_id = $1 and i.id = $2 and i.agent_id = $3 and c.id = i.conversation_id
    and c.organisation_id = i.organisation_id and c.unread_count > 0
  returning c.id as conversation_id, i.site_id, i.branch_id, i.queue_id, i.team_id, i.version`);

interface Marked {
  conversation_id: string; site_id: string | null; branch_id: string | null; queue_id: string | null;
  team_id: string | null; version: number;
}

/** The owner has read up to the newest message. Changes nothing for anybody else, and says so (`changed`). */
export async function readInteraction(
  work: Work, command: { user: User; interactionId: string },
): Promise<{ changed: boolean }> {
  const { user, interactionId } = command;
  return work.db.transaction(async (tx) => {
    const row = await tx.one<Marked>(markRead, [user.organisationId, interactionId, user.id]);
    if (row === undefined) return { changed: false };
    await appendJournal(tx, [{
      type: 'interaction.read', subjectType: 'interaction', subjectId: interactionId,
        conversationId: row.conversation_id,
      actor: { kind: 'USER', id: user.id }, version: row.version,
      scope: { organisationId: user.organisationId, siteId: row.site_id, branchId: row.branch_id, queueId: row.queue_id,
        teamId: row.team_id, agentId: user.id },
    }]);
    tx.afterCommit(() => work.wake.hint('journal'));
    return { changed: true };
  });
}
