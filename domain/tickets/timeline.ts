/** What happened to a ticket, read from the journal: its own rows and those of its interactions, newest first. */
import type { Queryable } from '#domain/store/db.ts';
import { decodePage, encodePage, pageSize, type Page } from '#domain/pages.ts';

/** One step. `detail` holds codes and names to be put into words by the screen. */
export interface TimelineStep {
  id: string;
  at: string;
  type: string;
  subjectType: 'ticket' | 'interaction';
  actorKind: string;
  actorName: string | null;
  detail: {
    from: string | null; to: string | null; reasonCode: string | null; reason: string | null;
    outcomeCode: string | null; categoryCode: string | null; queueName: string | null; agentName: string | null;
    until: string | null; score: number | null;
  };
}

/** What says something about the course of a case; reading and single offers do not. */
const SHOWN = ['ticket.opened', 'ticket.reopened', 'ticket.updated', 'ticket.state-changed', 'interaction.queued',
  'interaction.accepted', 'interaction.answered', 'interaction.transferred', 'interaction.released',
  'interaction.snoozed', 'interaction.woken', 'interaction.documented', 'interaction.escalated',
  'interaction.customer-ended', 'interaction.abandoned', 'interaction.closed', 'interaction.completed-out-of-topic',
  'interaction.rated'];

interface Stored {
  epoch: number; xid: string; id: string; at: Date; type: string; subject_type: 'ticket' | 'interaction';
  actor_kind: string; actor_name: string | null; queue_name: string | null; agent_name: string | null;
  category_code: string | null; data: Record<string, unknown> | null;
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function step(row: Stored): TimelineStep {
  const { data } = row;
  return {
    id: `${row.epoch}-${row.xid}-${row.id}`, at: row.at.toISOString(), type: row.type, subjectType: row.subject_type,
    actorKind: row.actor_kind, actorName: row.actor_name,
    detail: {
      from: text(data?.['from']), to: text(data?.['to']), reasonCode: text(data?.['reasonCode']),
      reason: text(data?.['reason']), outcomeCode: text(data?.['outcomeCode']), categoryCode: row.category_code,
      queueName: row.queue_name, agentName: row.agent_name, until: text(data?.['until']),
      score: typeof data?.['score'] === 'number' ? data['score'] : null,
    },
  };
}

/** A page of the ticket's course. Who may see the ticket is decided before; ids stand in the journal, names do not. */
export async function ticketTimeline(db: Queryable, query: {
  organisationId: string; ticketId: string; cursor?: string | undefined; limit?: number | undefined;
}): Promise<Page<TimelineStep>> {
  const values: unknown[] = [query.organisationId, query.ticketId, SHOWN];
  let after = '';
  if (query.cursor !== undefined) {
    values.push(...decodePage(query.cursor, 3));
    after = 'and (j.epoch, j.xid, j.id) < ($4::int, $5::text::xid8, $6::bigint)';
  }
  const size = pageSize(query.limit);
  values.push(size + 1);
  const rows = await db.dynamic<Stored>(`select j.epoch, j.xid::text as xid, j.id::text as id, j.at, j.type,
      j.subject_type, j.actor_kind, who.name as actor_name, q.name as queue_name, a.name as agent_name,
      k.code as category_code, j.data
    from journal j
    left join users who on who.id = j.actor_id and j.actor_kind = 'USER'
    left join queues q on q.id = coalesce((j.data ->> 'queueId')::uuid, j.queue_id)
    left join users a on a.id = coalesce((j.data ->> 'toAgentId')::uuid, (j.data ->> 'agentId')::uuid, j.agent_id)
    left join categories k on k.id = (j.data ->> 'categoryId')::uuid
    where j.organisation_id = $1 and j.type = any($3::text[]) and j.subject_id = any(array(
      select $2::uuid union all select i.id from interactions i where i.organisation_id = $1 and i.ticket_id = $2))
      ${after}
    order by j.epoch desc, j.xid desc, j.id desc limit $${values.length}`, values);
  const items = rows.slice(0, size);
  const last = items.at(-1);
  return { items: items.map(step),
    nextCursor: rows.length > size && last !== undefined ? encodePage([last.epoch, last.xid, last.id]) : null };
}
