/** The part of a set-based statement that journals moved messages, with the scope of their interaction. */

/**
 * SQL that writes `message.status-changed` for each row of `source`, a CTE with the columns organisation_id, id,
 * conversation_id, interaction_id, version, status, reason_code.
 */
export function statusJournalSql(source: string): string {
  return `insert into journal (epoch, at, organisation_id, type, subject_type, subject_id, conversation_id, actor_kind,
      site_id, branch_id, queue_id, team_id, agent_id, version, data)
    select (select epoch from journal_epoch), (select app_now()), s.organisation_id, 'message.status-changed',
      'message', s.id,
      s.conversation_id, 'SYSTEM', i.site_id, i.branch_id, i.queue_id, i.team_id, i.agent_id, s.version,
      jsonb_strip_nulls(jsonb_build_object('status', s.status, 'reasonCode', s.reason_code))
    from ${source} s left join interactions i on i.id = s.interaction_id and i.organisation_id = s.organisation_id`;
}
