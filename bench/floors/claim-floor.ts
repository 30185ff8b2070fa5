/**
 * The floor of P9's claim: one prepared statement an assignment, which takes the agent's points, writes the offer and
 * its journal row and commits; ten connections, the pairs decided beforehand.
 */
import type { Db } from '#domain/store/db.ts';
import { statement } from '#domain/store/db.ts';

export interface Pair { interactionId: string; agentId: string; costPoints: number }

const claimOne = statement('floor.claim', `
with waiting as (
  select id, queue_id, conversation_id from interactions where organisation_id = $1 and id = $2 and state = 'QUEUED'
  for no key update
), taken as (
  update agent_states set used_points = used_points + $4, version = version + 1
  where organisation_id = $1 and user_id = $3 and used_points + $4 <= capacity_points returning user_id
), offer as (
  insert into offers (id, organisation_id, interaction_id, queue_id, agent_id, state, cost_points, offered_at,
    expires_at)
  select gen_random_uuid(), $1, w.id, w.queue_id, t.user_id, 'OFFERED', $4, now(), now() + interval '30 seconds'
  from waiting w, taken t returning id, interaction_id, agent_id
)
insert into journal (epoch, at, organisation_id, type, subject_type, subject_id, actor_kind, agent_id, version)
select 1, now(), $1, 'interaction.offered', 'interaction', interaction_id, 'SYSTEM', agent_id, 1 from offer`);

const CONNECTIONS = 10;

/** Claims the pairs; gives claims a second. */
export async function claimEach(db: Db, organisationId: string, pairs: readonly Pair[]): Promise<number> {
  let next = 0;
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
    for (let pair = pairs[next]; pair !== undefined; pair = pairs[next]) {
      next += 1;
      await db.rows(claimOne, [organisationId, pair.interactionId, pair.agentId, pair.costPoints]);
    }
  }));
  return pairs.length / ((performance.now() - startedAt) / 1_000);
}
