/** What happened to a ticket, read from the journal: its own rows and those of its interactions, newest first. */
import type { Queryable } from '#domain/store/db.ts';
import { decodePage, encodePage, pageSize, type Page } from '#domain/pages.ts';

/** What the administration calls a category or a reason, in both languages. */
export interface Named { id: string; en: string }

/** A field of the ticket that changed. Of the summary only that it did: texts stand in no journal. */
export interface TicketChanged {
  field: 'category' | 'subcategory' | 'outcome' | 'summary';
  from: Named | null;
  to: Named | null;
}

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
    reasonName: Named | null; outcomeName: Named | null; categoryName: Named | null; changes: TicketChanged[];
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
  reason: Named | null; outcome: Named | null; from_outcome: Named | null; category: Named | null;
  from_category: Named | null; subcategory: Named | null; from_subcategory: Named | null;
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function changesOf(row: Stored): TicketChanged[] {
  if (row.type !== 'ticket.updated') return [];
  const { data } = row;
  const changed = new Set(Array.isArray(data?.['changed']) ? data['changed'] as unknown[] : []);
  const other = (one: string, before: string): boolean => text(data?.[one]) !== text(data?.[before]);
  return [
    ...(changed.has('category') && other('categoryId', 'from')
      ? [{ field: 'category' as const, from: row.from_category, to: row.category }] : []),
    ...(changed.has('category') && other('subcategoryId', 'fromSubcategoryId')
      ? [{ field: 'subcategory' as const, from: row.from_subcategory, to: row.subcategory }] : []),
    ...(changed.has('outcome') || changed.has('outcomeCode')
      ? [{ field: 'outcome' as const, from: row.from_outcome, to: row.outcome }] : []),
    ...(changed.has('summary') ? [{ field: 'summary' as const, from: null, to: null }] : []),
  ];
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
      reasonName: row.reason, outcomeName: row.outcome, categoryName: row.category, changes: changesOf(row),
    },
  };
}

function named(alias: string, as: string, column: 'name' | 'label'): string {
  return `case when ${alias}.id is not null
    then jsonb_build_object('id', ${alias}.${column}_id, 'en', ${alias}.${column}_en) end as ${as}`;
}

/** Reasons have their codes once per kind: which kind it is says the type of the step. */
function reasonJoin(alias: string, kind: string, code: string): string {
  return `left join reasons ${alias} on ${alias}.organisation_id = $1 and ${alias}.kind = ${kind}
      and ${alias}.code = j.data ->> '${code}'`;
}

const NAMES = [named('r', 'reason', 'label'), named('o', 'outcome', 'label'), named('fo', 'from_outcome', 'label'),
  named('k', 'category', 'name'), named('fk', 'from_category', 'name'), named('s', 'subcategory', 'name'),
  named('fs', 'from_subcategory', 'name')].join(', ');
const NAMING = `left join categories k on k.id = (j.data ->> 'categoryId')::uuid
    left join categories fk on fk.id = case when j.type = 'ticket.updated' then (j.data ->> 'from')::uuid end
    left join categories s on s.id = (j.data ->> 'subcategoryId')::uuid
    left join categories fs on fs.id = (j.data ->> 'fromSubcategoryId')::uuid
    ${reasonJoin('r', `case j.type when 'interaction.escalated' then 'ESCALATION'
      when 'interaction.completed-out-of-topic' then 'OOT' end`, 'reasonCode')}
    ${reasonJoin('o', "'OUTCOME'", 'outcomeCode')}
    ${reasonJoin('fo', "'OUTCOME'", 'fromOutcomeCode')}`;

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
      k.code as category_code, j.data, ${NAMES}
    from journal j
    left join users who on who.id = j.actor_id and j.actor_kind = 'USER'
    left join queues q on q.id = coalesce((j.data ->> 'queueId')::uuid, j.queue_id)
    left join users a on a.id = case when j.type = 'interaction.transferred' then (j.data ->> 'toAgentId')::uuid
      else coalesce((j.data ->> 'agentId')::uuid, j.agent_id) end
    ${NAMING}
    where j.organisation_id = $1 and j.type = any($3::text[]) and j.subject_id = any(array(
      select $2::uuid union all select i.id from interactions i where i.organisation_id = $1 and i.ticket_id = $2))
      and not (j.type = 'ticket.updated' and j.data -> 'changed' = '[]')
      ${after}
    order by j.epoch desc, j.xid desc, j.id desc limit $${values.length}`, values);
  const items = rows.slice(0, size);
  const last = items.at(-1);
  return { items: items.map(step),
    nextCursor: rows.length > size && last !== undefined ? encodePage([last.epoch, last.xid, last.id]) : null };
}
