/**
 * What somebody can narrow a list of interactions to: the queues and agents whose work they may read, and the channels
 * of the organisation.
 */
import { limits } from '#domain/limits.ts';
import { accessFilter, type User } from '#domain/people/access.ts';
import { statement, type Queryable } from '#domain/store/db.ts';

export interface Choice { id: string; name: string }
export interface FilterChoices { queues: Choice[]; agents: Choice[]; channels: string[] }

/** Of accounts that are switched off as well: their conversations are there. */
const channelsOf = statement('filter-choices.channels', `select distinct channel from channel_accounts
  where organisation_id = $1 order by channel`);

/** Agents are those who stand in a queue: nobody else ever owns an interaction. */
const PEOPLE = `(select u.id, u.organisation_id, u.name, u.site_id, u.branch_id, u.team_id, u.id as agent_id, m.queue_id
  from queue_members m join users u on u.id = m.user_id and u.organisation_id = m.organisation_id
  where u.organisation_id = $1 and u.status = 'ACTIVE')`;
const QUEUES = `(select id, organisation_id, name, site_id, id as queue_id, null::uuid as branch_id,
  null::uuid as team_id, null::uuid as agent_id from queues where organisation_id = $1 and active)`;

/** By name; at most limits.filterChoicesMax of each, which more than one floor never has. */
export async function filterChoices(db: Queryable, user: User): Promise<FilterChoices> {
  const own = [user.organisationId, user.queueIds];
  const queues = await db.dynamic<Choice>(`select q.id, q.name from ${QUEUES} q where q.id = any($2::uuid[])
      or ${accessFilter(user, 'interaction.read', 'q')}
      or exists (select from ${PEOPLE} p where p.queue_id = q.id and ${accessFilter(user, 'interaction.read', 'p')})
    order by lower(q.name), q.id limit ${limits.filterChoicesMax}`, own);
  const agents = await db.dynamic<Choice>(`select p.id, p.name from ${PEOPLE} p
    where ${accessFilter(user, 'interaction.read', 'p')} group by p.id, p.name
    order by lower(p.name), p.id limit ${limits.filterChoicesMax}`, [user.organisationId]);
  const channels = await db.rows<{ channel: string }>(channelsOf, [user.organisationId]);
  return { queues, agents, channels: channels.map(({ channel }) => channel) };
}
