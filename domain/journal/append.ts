/** Writes journal rows in the caller's transaction: a state change and its event are one commit. */
import { statement, type Tx } from '#domain/store/db.ts';
import type { JournalEntry } from './events.ts';

/** The columns of an entry, as the set-based statements of the hot paths take them too; absent ones are NULL. */
export interface JournalRecord {
  type: string;
  subject_type: string;
  subject_id: string;
  conversation_id?: string | undefined;
  actor_kind: string;
  actor_id?: string | undefined;
  organisation_id: string;
  site_id?: string | undefined;
  branch_id?: string | undefined;
  queue_id?: string | undefined;
  team_id?: string | undefined;
  agent_id?: string | undefined;
  version: number;
  data?: Record<string, unknown> | undefined;
}

/** An entry as a record of columns. */
export function journalRecord(entry: JournalEntry): JournalRecord {
  const { scope } = entry;
  return {
    type: entry.type, subject_type: entry.subjectType, subject_id: entry.subjectId,
    conversation_id: entry.conversationId ?? undefined,
    actor_kind: entry.actor.kind, actor_id: entry.actor.id ?? undefined,
    organisation_id: scope.organisationId, site_id: scope.siteId ?? undefined, branch_id: scope.branchId ?? undefined,
    queue_id: scope.queueId ?? undefined, team_id: scope.teamId ?? undefined, agent_id: scope.agentId ?? undefined,
    version: entry.version ?? 0, data: entry.data ?? undefined,
  };
}

/** The part of a statement that turns `$n::json` (an array of JournalRecord) into journal rows. */
export function journalInsertSql(parameter: string): string {
  return `insert into journal (epoch, at, organisation_id, type, subject_type, subject_id, conversation_id, actor_kind,
      actor_id, site_id, branch_id, queue_id, team_id, agent_id, version, data)
    select (select epoch from journal_epoch), (select app_now()), organisation_id, type, subject_type, subject_id,
      conversation_id,
      actor_kind, actor_id, site_id, branch_id, queue_id, team_id, agent_id, version, data
    from json_to_recordset(${parameter}::json) as j (type text, subject_type text, subject_id uuid,
      conversation_id uuid,
      actor_kind text, actor_id uuid, organisation_id uuid, site_id uuid, branch_id uuid, queue_id uuid, team_id uuid,
      agent_id uuid, version int, data jsonb)`;
}

const appendEntries = statement('journal.append', journalInsertSql('$1'));

/** Appends the entries, in order. */
export async function appendJournal(tx: Pick<Tx, 'rows'>, entries: readonly JournalEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await tx.rows(appendEntries, [JSON.stringify(entries.map(journalRecord))]);
}
