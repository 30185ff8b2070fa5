/** The SQL of assignment: what waits, who is free, the claim, and the offer's ways to end. */
import { ofOrganisation, statement } from '#domain/store/db.ts';
import { offerColumns } from './agent-state.ts';

/** Organisations with work that waits; $1 a queue to look at alone, or null. */
export const waitingOrganisations = statement('assignment.organisations', `
select o.id from organisations o where exists (select from interactions i where i.organisation_id = o.id
  and i.state = 'QUEUED' and ($1::uuid is null or i.queue_id = $1)) order by o.id`);

/** $1 organisation: everybody who could be offered work now. */
export const candidates = statement('assignment.candidates', `
select s.user_id, s.capacity_points, s.used_points, s.last_offered_at,
  array(select m.queue_id from queue_members m where m.user_id = s.user_id and m.organisation_id = $1) as queue_ids,
  array(select k.skill_id from user_skills k where k.user_id = s.user_id and k.organisation_id = $1) as skill_ids
from agent_states s join users u on u.id = s.user_id and u.status = 'ACTIVE'
where s.organisation_id = $1 and s.presence = 'READY' and s.vanished_at is null and s.used_points < s.capacity_points`);

/**
 * $1 organisation, $2 queues, $3 page size, $4-$6 priority, waiting_since and id after which to go on (null: from the
 * front), $7 seconds a refusal is remembered, $8 seconds it is absolute. In the order of serving over all the queues.
 */
export const waitingPage = statement('assignment.waiting', `
with page as (
  select w.*, q.skills from (
    select q.id, q.cost_points, array(select k.skill_id from queue_skills k where k.queue_id = q.id) as skills
    from queues q where q.organisation_id = $1 and q.id = any($2::uuid[])) q
  cross join lateral (
    select i.id, i.queue_id, i.priority, i.waiting_since, coalesce(q.cost_points, i.cost_points) as cost_points,
      i.skill_ids
    from interactions i
    where i.organisation_id = $1 and i.queue_id = q.id and i.state = 'QUEUED'
      and not exists (select from offers o where o.organisation_id = $1 and o.interaction_id = i.id
        and o.state = 'OFFERED')
      and ($4::int is null or (-i.priority, i.waiting_since, i.id) > (-$4::int, $5::timestamptz, $6::uuid))
    order by i.priority desc, i.waiting_since, i.id limit $3) w
  order by w.priority desc, w.waiting_since, w.id limit $3
)
select p.id, p.queue_id, p.priority, p.waiting_since::text as waiting_since, p.cost_points,
  p.skills || p.skill_ids as skill_ids,
  coalesce(r.refused_by, '{}') as refused_by, coalesce(r.resting, '{}') as resting
from page p left join lateral (
  select array_agg(x.agent_id) as refused_by,
    array_agg(x.agent_id) filter (where x.at > app_now() - $8::int * interval '1 second') as resting
  from (
    select o.agent_id, o.resolved_at as at from offers o
    where o.interaction_id = p.id and o.state in ('DECLINED', 'EXPIRED')
      and o.resolved_at > app_now() - $7::int * interval '1 second'
    union all
    select g.agent_id, g.ended_at from segments g
    where g.interaction_id = p.id and g.kind = 'AGENT' and g.result in ('RELEASED', 'TRANSFERRED')
      and g.ended_at > app_now() - $7::int * interval '1 second') x) r on true
order by p.priority desc, p.waiting_since, p.id`);

/**
 * $1 organisation, $2 interactions: those that still wait, locked; work that another node is just taking is skipped.
 */
export const lockWaiting = statement('assignment.lock-waiting', `
select id from interactions where ${ofOrganisation('organisation_id')} and id = any($2::uuid[]) and state = 'QUEUED'
order by id for no key update skip locked`);

/** $1 organisation, $2 agents: those who are still there for work, locked, with their room. */
export const lockAgents = statement('assignment.lock-agents', `
select user_id, capacity_points - used_points as free_points from agent_states
where organisation_id = $1 and user_id = any($2::uuid[]) and presence = 'READY' and vanished_at is null
order by user_id for no key update`);

/**
 * $1 organisation, $2 pairs as JSON, $3 the longest a call may ring in seconds: writes the offers and takes the agents'
 * points, in one statement (INV5).
 */
export const writeOffers = statement('assignment.write-offers', `
with item as (
  select * from json_to_recordset($2::json) as x (id uuid, interaction_id uuid, agent_id uuid, cost_points int)
), offer as (
  insert into offers (id, organisation_id, interaction_id, queue_id, agent_id, state, cost_points, offered_at,
    expires_at)
  select x.id, $1, x.interaction_id, i.queue_id, x.agent_id, 'OFFERED', x.cost_points, app_now(),
    app_now() + interval '1 second' * case when i.medium = 'VOICE' then least(q.offer_timeout_s, $3::int)
      else q.offer_timeout_s end
  from item x join interactions i on i.id = x.interaction_id join queues q on q.id = i.queue_id
  on conflict do nothing returning id, interaction_id, queue_id, agent_id, cost_points
), taken as (
  update agent_states s set used_points = s.used_points + p.points, last_offered_at = app_now(), version = s.version + 1
  from (select agent_id, sum(cost_points)::int as points from offer group by agent_id) p where s.user_id = p.agent_id
)
select ${offerColumns}, i.version from offer o join interactions i on i.id = o.interaction_id`);

/** $1 offer, $2 organisation, $3 agent: what it is for, unlocked, so that the interaction can be locked first. */
export const findOffer = statement('assignment.find-offer', `
select id, interaction_id from offers where id = $1 and organisation_id = $2 and agent_id = $3`);

/** $1 offer: locked. */
export const lockOffer = statement('assignment.lock-offer', `
select state, cost_points, expires_at > app_now() as valid from offers where id = $1 for update`);

/** $1 offer, $2 state, $3 reason: ends it and gives what its event needs. */
export const endOffer = statement('assignment.end-offer', `
update offers o set state = $2, resolved_at = app_now(), reason_code = $3 from interactions i
where o.id = $1 and o.state = 'OFFERED' and i.id = o.interaction_id returning ${offerColumns}`);

/** Offers whose time is over, locked, agent by agent; $1 how many. */
export const lockExpired = statement('assignment.lock-expired', `
select id, agent_id, organisation_id from offers where state = 'OFFERED' and expires_at <= app_now()
order by agent_id, id limit $1 for update skip locked`);

/** $1 interaction, $2 organisation, $3 agent, $4 cost: the agent owns it from here on. */
export const takeOver = statement('assignment.take-over', `
update interactions i set state = 'PICKED_UP', agent_id = u.id, team_id = u.team_id,
  site_id = coalesce(u.site_id, i.site_id), accepted_at = app_now(), cost_points = $4, version = i.version + 1
from users u where i.id = $1 and i.organisation_id = $2 and u.id = $3
returning i.version, i.site_id, i.team_id, i.agent_id, u.name as agent_name`);

/** $1 interaction, $2 organisation: how its queue lets it be picked, and an offer that stands. */
export const pickRules = statement('assignment.pick-rules', `
select q.pick_allowed, coalesce(q.cost_points, i.cost_points) as cost_points, i.queue_id,
  (select o.agent_id from offers o where o.organisation_id = $2 and o.interaction_id = i.id
    and o.state = 'OFFERED') as offered_to,
  (select o.id from offers o where o.organisation_id = $2 and o.interaction_id = i.id
    and o.state = 'OFFERED') as offer_id,
  exists (select from queue_members m where m.queue_id = q.id and m.user_id = $3) as is_member
from interactions i join queues q on q.id = i.queue_id where i.id = $1 and i.organisation_id = $2`);

/** $1 agent, $2 organisation, $3 points: takes them if there is room. */
export const takePoints = statement('assignment.take-points', `
update agent_states set used_points = used_points + $3, version = version + 1
where user_id = $1 and organisation_id = $2 and used_points + $3 <= capacity_points
  and presence in ('READY', 'BUSY', 'WRAP_UP')
  and vanished_at is null returning used_points`);
