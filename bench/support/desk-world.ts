/** Desks of differing scopes for benches: users with sessions, queues, conversations; and the processes they run in. */
import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { newId } from '#domain/ids.ts';
import type { Db } from '#domain/store/db.ts';
import { hashId } from '#gateway/security/tokens.ts';
import type { SmallWorld } from '#test/support/fixtures.ts';

/** Starts a file of bench/ as a process of its own that takes orders over IPC. */
export function start(file: string, ...args: string[]): ChildProcess {
  return fork(fileURLToPath(new URL(`../${file}`, import.meta.url)), args, { execArgv: ['--expose-gc'] });
}

/** Sends the order, if there is one, and gives the next word of the process; rejects if it ends instead. */
export function answer<T>(child: ChildProcess, order?: object): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`a process of the bench ended with ${code}`));
    child.once('exit', ended);
    child.once('message', (message) => { child.off('exit', ended); resolve(message as T); });
    if (order !== undefined) child.send(order);
  });
}

const PEOPLE = `insert into users (id, organisation_id, npk, name, site_id, team_id)
  select id, $1, (30000 + n)::text, 'Agen ' || n, $2, $3 from jsonb_to_recordset($4) as p (id uuid, n int)`;
/** Four of five are agents of one of ten queues; the rest read a team, a site, or the organisation. */
const ROLES = `insert into user_roles (id, organisation_id, user_id, role_id, scope_kind, scope_id)
  select gen_random_uuid(), $1, p.id, r.id, case when p.n % 25 = 24 then 'organisation' when p.n % 5 = 4 then 'site'
    else 'self' end,
    case when p.n % 5 = 4 and p.n % 25 <> 24 then $2::uuid end
  from jsonb_to_recordset($3) as p (id uuid, n int)
  join roles r on r.organisation_id = $1 and r.code = case when p.n % 5 = 4 then 'TEAM_LEADER' else 'AGENT' end`;
const MEMBERS = `insert into queue_members (organisation_id, queue_id, user_id)
  select $1, ($2::uuid[])[1 + p.n % 10], p.id from jsonb_to_recordset($3) as p (id uuid, n int) where p.n % 5 <> 4`;
const THREADS = `with person as (select n, gen_random_uuid() as contact, gen_random_uuid() as point, gen_random_uuid()
  as conversation,
      gen_random_uuid() as ticket, gen_random_uuid() as interaction, ($5::uuid[])[1 + n % 10] as queue,
      ($6::uuid[])[1 + n % array_length($6::uuid[], 1)] as agent from generate_series(0, 999) n),
    c as (insert into contacts (id, organisation_id, name) select contact, $1::uuid, 'Nasabah ' || n from person),
    p as (insert into contact_points (id, organisation_id, contact_id, channel, channel_account_id, handle)
      select point, $1::uuid, contact, 'generic', $2::uuid, 'n-' || n from person),
    v as (insert into conversations (id, organisation_id, channel_account_id, contact_id, contact_point_id,
      handle) select conversation, $1::uuid, $2::uuid, contact, point, 'n-' || n from person),
    t as (insert into tickets (id, organisation_id, number, contact_id, conversation_id, queue_id, site_id, opened_at)
      select ticket, $1::uuid, 'TK-' || n, contact, conversation, queue, $3::uuid, now() from person)
  insert into interactions (id, organisation_id, conversation_id, contact_id, channel_account_id, channel, medium,
    ticket_id, state, queue_id,
    site_id, team_id, agent_id, cost_points, date_origin, queued_at, waiting_since)
  select interaction, $1::uuid, conversation, contact, $2::uuid, 'generic', 'MESSAGING', ticket, case when n % 4 = 0
    then 'QUEUED' else 'IN_SERVICE' end,
    queue, $3::uuid, $4::uuid, case when n % 4 <> 0 then agent end, 20, now(), now(), now() from person`;

/** `desks` users of differing scopes with a session each, ten queues, 1,000 conversations. Gives their cookies. */
export async function populate(db: Db, world: SmallWorld, desks: number): Promise<string[]> {
  const people = JSON.stringify(Array.from({ length: desks }, (_, n) => ({ id: newId(), n })));
  const list = JSON.parse(people) as { id: string; n: number }[];
  const queues = Array.from({ length: 10 }, newId);
  for (const [n, id] of queues.entries()) {
    await db.dynamic(`insert into queues (id, organisation_id, code, name, tier, site_id)
      values ($1, $2, $3, $3, 1, $4)`, [id, world.organisationId, `ANTRE_${n}`, world.siteId]);
  }
  await db.dynamic(PEOPLE, [world.organisationId, world.siteId, world.teamId, people]);
  await db.dynamic(ROLES, [world.organisationId, world.siteId, people]);
  await db.dynamic(MEMBERS, [world.organisationId, queues, people]);
  const agents = list.filter(({ n }) => n % 5 !== 4).map(({ id }) => id);
  await db.dynamic(THREADS, [world.organisationId, world.accountId, world.siteId, world.teamId, queues, agents]);
  const ids = list.map(() => randomBytes(32).toString('base64url'));
  await db.dynamic(`insert into sessions (id_hash, organisation_id, user_id, csrf_token, expires_at)
    select decode(hash, 'hex'), $1, id, 'x', app_now() + interval '1 hour'
      from unnest($2::text[], $3::uuid[]) as s (hash, id)`,
  [world.organisationId, ids.map((id) => hashId(id).toString('hex')), list.map(({ id }) => id)]);
  await db.dynamic('vacuum analyze');
  return ids.map((id) => `sambung=${id}`);
}
