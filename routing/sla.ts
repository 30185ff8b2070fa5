/** What time does to waiting interactions: silence before any answer makes them abandoned (architecture: times). */
import { mediaWith } from '#domain/interactions/flows.ts';
import { limits } from '#domain/limits.ts';
import { statement } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import { hintAfterCommit, lockInteraction } from './interaction-rows.ts';
import { abandon, isAbandonable } from './wrap-up.ts';

export { clockOf, breachedAt } from '#domain/interactions/rules.ts';

/** $1 media, $2 minutes where the organisation sets none, $3 one interaction to look at again, or null. */
const silent = statement('sla.silent', `
select i.id, i.organisation_id from interactions i
join conversations c on c.id = i.conversation_id join organisations o on o.id = i.organisation_id
cross join lateral (select app_now() - coalesce(case when jsonb_typeof(o.settings -> 'abandonedAfterMinutes') = 'number'
  then (o.settings ->> 'abandonedAfterMinutes')::numeric end, $2::int) * interval '1 minute' as latest) m
where i.state = 'QUEUED' and i.tier = 1 and i.answered_at is null and i.medium = any($1::text[])
  and i.date_origin <= m.latest and coalesce(c.last_inbound_at, i.date_origin) <= m.latest
  and ($3::uuid is null or i.id = $3)
order by i.date_origin limit 200`);

/**
 * Closes what waited in vain: never answered, and the customer silent for 30 minutes (setting
 * abandonedAfterMinutes), where the flow has an idle check (C46, C50: no e-mail). Gives how many. Safe on several
 * nodes at once.
 */
export async function sweepAbandoned(work: Work): Promise<number> {
  const values = [mediaWith('idleCheck'), limits.abandonedAfterMinutes];
  const found = await work.db.rows<{ id: string; organisation_id: string }>(silent, [...values, null]);
  let closed = 0;
  for (const { id, organisation_id: organisationId } of found) {
    const done = await work.db.transaction(async (tx) => {
      const row = await lockInteraction(tx, organisationId, id);
      if (row === undefined || !isAbandonable(row)) return false;
      if (await tx.one(silent, [...values, id]) === undefined) return false;
      hintAfterCommit(work, tx, 'journal', 'assignment');
      return abandon(tx, row, 'SILENT');
    });
    if (done) closed += 1;
  }
  return closed;
}
