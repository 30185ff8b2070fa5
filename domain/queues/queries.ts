/** Offers as the agent they go to sees them: whose, which channel, why to me; personal data masked. */
import { statement, type Queryable } from '#domain/store/db.ts';
import { maskHandle } from '#domain/people/masks.ts';
import { reportNameOf } from '#domain/interactions/queries.ts';

/** The same shape as the desk's offerView. */
export interface OfferSeen {
  id: string; interactionId: string; queueId: string; queueName: string; channel: string; reportName: string;
  contactName: string | null; handleMasked: string; categoryCode: string | null; costPoints: number; offeredAt: string;
  expiresAt: string; waitingSince: string | null; skills: string[]; reasons: string[];
}

/** An offer with whom it went to and whether it is still open. */
export interface OfferFacts {
  view: OfferSeen;
  agentId: string;
  open: boolean;
}

interface Stored {
  id: string; interaction_id: string; queue_id: string; queue_name: string; channel: string;
    contact_name: string | null;
  handle: string | null; phone: string | null; category_code: string | null; cost_points: number; offered_at: Date;
  expires_at: Date; waiting_since: Date | null; agent_id: string; open: boolean; skills: string[];
  /** How the agent before gave it up. */
  came_by: string | null;
}

const SELECT = `select o.id, o.interaction_id, o.queue_id, q.name as queue_name, i.channel, ct.name as contact_name,
  cp.handle,
    cp.phone, k.code as category_code, o.cost_points, o.offered_at, o.expires_at, i.waiting_since, o.agent_id,
    o.state = 'OFFERED' as open,
    array(select s.name from skills s where s.id = any(i.skill_ids) order by s.name) as skills,
    case when i.queued_at is not null then (select g.result from segments g where g.interaction_id = i.id
      and g.kind = 'AGENT' order by g.started_at desc limit 1) end as came_by
  from offers o join interactions i on i.id = o.interaction_id join queues q on q.id = o.queue_id
  join contacts ct on ct.id = i.contact_id left join conversations c on c.id = i.conversation_id
  left join contact_points cp on cp.id = c.contact_point_id left join categories k on k.id = i.category_id`;

const ofInteractions = statement('offers.of-interactions', `${SELECT}
  where o.organisation_id = $1 and o.interaction_id = any($2::uuid[])
    and (o.state = 'OFFERED' or o.resolved_at > app_now() - interval '15 minutes')
  order by o.offered_at, i.waiting_since, o.id`);

const ofAgent = statement('offers.of-agent', `${SELECT}
  where o.organisation_id = $1 and o.agent_id = $2 and o.state = 'OFFERED'
  order by o.offered_at, i.waiting_since, o.id`);

/** Why it is offered, in a code that the desk has words for. */
function reasonOf(cameBy: string | null): string {
  if (cameBy === null) return 'LONGEST_WAITING';
  return cameBy === 'TRANSFERRED' || cameBy === 'ESCALATED' ? cameBy : 'RETURNED';
}

function facts(row: Stored): OfferFacts {
  return {
    agentId: row.agent_id, open: row.open,
    view: {
      id: row.id, interactionId: row.interaction_id, queueId: row.queue_id, queueName: row.queue_name,
        channel: row.channel,
      reportName: reportNameOf(row.channel), contactName: row.contact_name,
      handleMasked: row.handle === null ? '' : maskHandle(row.phone ?? row.handle), categoryCode: row.category_code,
      costPoints: row.cost_points, offeredAt: row.offered_at.toISOString(), expiresAt: row.expires_at.toISOString(),
      waitingSince: row.waiting_since === null ? null : row.waiting_since.toISOString(),
      skills: row.skills, reasons: [reasonOf(row.came_by)],
    },
  };
}

/** The offers of the interactions that are open or ended lately (an older one is long gone from its screen). */
export async function offersOfInteractions(
  db: Queryable, organisationId: string, interactionIds: readonly string[],
): Promise<OfferFacts[]> {
  if (interactionIds.length === 0) return [];
  return (await db.rows<Stored>(ofInteractions, [organisationId, interactionIds])).map(facts);
}

/** The open offers of one agent, oldest first. */
export async function offerViews(db: Queryable, organisationId: string, agentId: string): Promise<OfferSeen[]> {
  return (await db.rows<Stored>(ofAgent, [organisationId, agentId])).map((row) => facts(row).view);
}
