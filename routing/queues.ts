/**
 * What waits in a queue: the place of one interaction, the way out for work that no queue holds, and giving work
 * back.
 */
import type { JournalCodes } from '#domain/journal/data.ts';
import { appendJournal } from '#domain/journal/append.ts';
import type { Actor } from '#domain/journal/events.ts';
import { statement, type Queryable, type Tx } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import { aboutInteraction, changeLeg, hintAfterCommit, placeTicket, type InteractionRow } from './interaction-rows.ts';

const position = statement('queue.position', `
select count(*) filter (where (-o.priority, o.waiting_since, o.id) <= (-i.priority, i.waiting_since,
  i.id))::int as position,
  count(*)::int as waiting
from interactions i
join interactions o on o.organisation_id = i.organisation_id and o.queue_id = i.queue_id and o.state = 'QUEUED'
where i.id = $1 and i.organisation_id = $2 and i.state = 'QUEUED'
group by i.id`);

/** The place of a waiting interaction in its queue, from 1, and how many wait there; null if it does not wait. */
export async function queuePosition(db: Queryable, where: { organisationId: string; interactionId: string }):
Promise<{ position: number; waiting: number } | null> {
  return await db.one<{ position: number; waiting: number }>(position, [where.interactionId, where.organisationId])
    ?? null;
}

const requeue = statement('queue.requeue', `
update interactions i set state = 'QUEUED', agent_id = null, team_id = null, accepted_at = null,
  site_id = (select q.site_id from queues q where q.id = i.queue_id),
    waiting_since = coalesce(i.waiting_since, i.date_origin),
  documented_at = null, snoozed_until = null, snoozed_at = null, snoozed_s = 0, version = i.version + 1
where i.id = $1 and i.organisation_id = $2 returning i.version, i.site_id`);

/**
 * Puts owned work back to the front of its queue: it keeps waiting_since and date_origin (C13). The caller holds its
 * lock and gives the points back. The event names the former agent, so that their desk lets go of it.
 */
export async function giveBack(tx: Tx, row: InteractionRow, reason: JournalCodes['reason'], actor: Actor,
  reasonCode?: string): Promise<void> {
  const back = await tx.one<{ version: number; site_id: string | null }>(requeue, [row.id, row.organisation_id]);
  const waiting: InteractionRow = { ...row, agent_id: null, team_id: null, site_id: back?.site_id ?? null,
    state: 'QUEUED' };
  await placeTicket(tx, waiting);
  await changeLeg(tx, waiting, reason, 'QUEUE');
  await appendJournal(tx, [aboutInteraction(row, 'interaction.released', actor, back?.version ?? 0,
    { reason, agentId: row.agent_id, ...(reasonCode === undefined ? {} : { reasonCode }) })]);
}

const adopt = statement('queue.adopt', `
with home as (
  select distinct on (organisation_id) organisation_id, id, site_id from queues where active and tier = 1
  order by organisation_id, code
), adopted as (
  update interactions i set queue_id = h.id, site_id = h.site_id, queued_at = coalesce(i.queued_at, app_now()),
    waiting_since = coalesce(i.waiting_since, i.date_origin), version = i.version + 1
  from home h where h.organisation_id = i.organisation_id and i.state = 'QUEUED' and i.queue_id is null
  returning i.*, app_now() as now
) select * from adopted`);

/**
 * Work that was taken in while there was no queue at all joins the first queue of tier 1, as soon as there is one
 * (J58).
 */
export async function adoptStranded(work: Work): Promise<number> {
  return work.db.transaction(async (tx) => {
    const rows = await tx.rows<InteractionRow>(adopt);
    for (const row of rows) {
      await placeTicket(tx, row);
      await changeLeg(tx, row, 'QUEUED', 'QUEUE');
    }
    await appendJournal(tx, rows.map((row) =>
      aboutInteraction(row, 'interaction.queued', { kind: 'SYSTEM' }, row.version, { reason: 'QUEUE_FOUND' })));
    if (rows.length > 0) hintAfterCommit(work, tx, 'journal', 'assignment');
    return rows.length;
  });
}
