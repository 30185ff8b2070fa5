/** Writes journal rows in the caller's transaction: a state change and its event are one commit. */
import { statement, type Tx } from '#domain/store/db.ts';
import type { JournalEntry } from './events.ts';

/** The columns of an entry, as the set-based statements of the hot paths take them too. */
export interface JournalRecord {
  type: string;
  subject_type: string;
  subject_id: string;
  conversation_id: string | null;
  actor_kind: string;
  actor_id: string | null;
  organisation_id: string;
  site_id: string | null;
  branch_id: string | null;
  queue_id: string | null;
  team_id: string | null;
  agent_id: string | null;
  version: number;
  data: Record<string, unknown> | null;
}

/** An entry as a record of columns. */
export function journalRecord(entry: JournalEntry): JournalRecord {
  const { scope } = entry;
  return {
    type: entry.type, subject_type: entry.subjectType, subject_id: entry.subjectId,
    conversation_id: entry.conversationId ?? null, actor_kind: entry.actor.kind, actor_id: entry.actor.id ?? null,
    organisation_id: scope.organisationId, site_id: scope.siteId ?? null, branch_id: scope.branchId ?? null,
    queue_id: scope.queueId ?? null, team_id: scope.teamId ?? null, agent_id: scope.agentId ?? null,
    version: entry.version ?? 0, data: entry.data ?? null,
  };
}

/** The part of a statement that turns `$n::jsonb` (an array of JournalRecord) into journal rows. */
export function journalInsertSql(parameter: string): string {
  return `insert into journal (epoch, at, organisation_id, type, subject_type, subject_id, conversation_id, actor_kind,
      actor_id, site_id, branch_id, queue_id, team_id, agent_id, version, data)
    select (select epoch from journal_epoch), app_now(), organisation_id, type, subject_type, subject_id, conversation_id,
      actor_kind, actor_id, site_id, branch_id, queue_id, team_id, agent_id, version, data
    from jsonb_to_recordset(${parameter}::jsonb) as j (type text, subject_type text, subject_id uuid, conversation_id uuid,
      actor_kind text, actor_id uuid, organisation_id uuid, site_id uuid, branch_id uuid, queue_id uuid, team_id uuid,
      agent_id uuid, version int, data jsonb)`;
}

const appendEntries = statement('journal.append', journalInsertSql('$1'));

/** Appends the entries, in order. */
export async function appendJournal(tx: Pick<Tx, 'rows'>, entries: readonly JournalEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await tx.rows(appendEntries, [JSON.stringify(entries.map(journalRecord))]);
}
