/** What the present set-up keeps waiting, or hides from everybody: named, counted, and where to mend it (J58). */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { AppError } from '#domain/errors.ts';
import { can, type User } from '#domain/people/access.ts';
import type { Queryable } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';

type Noun = 'queues' | 'channel-accounts' | 'teams' | 'users' | 'reasons' | 'categories' | 'branches' | 'calendars';

interface Check {
  code: string;
  /** STOPS: work waits for ever. HIDES: something is missing that people will ask for. */
  severity: 'STOPS' | 'HIDES';
  /** Where it is mended. */
  noun: Noun;
  /** SQL giving id (null where it is about nothing in particular) and name; $1 is the organisation. */
  sql: string;
}

const EXAMPLES = 5;

const CHECKS: readonly Check[] = [
  { code: 'NO_TIER2_QUEUE', severity: 'STOPS', noun: 'queues', sql: `select null::uuid as id, null as name
    where not exists (select 1 from queues where organisation_id = $1 and active and tier = 2)` },
  { code: 'QUEUE_WITHOUT_MEMBERS', severity: 'STOPS', noun: 'queues', sql: `select q.id, q.name from queues q
    where q.organisation_id = $1 and q.active and not exists (select 1 from queue_members m
      join users u on u.id = m.user_id and u.status = 'ACTIVE' where m.queue_id = q.id)` },
  { code: 'QUEUE_WITHOUT_SKILLED', severity: 'STOPS', noun: 'queues', sql: `select q.id, q.name from queues q
    where q.organisation_id = $1 and q.active
      and exists (select 1 from queue_members m join users u on u.id = m.user_id and u.status = 'ACTIVE'
        where m.queue_id = q.id)
      and not exists (select 1 from queue_members m join users u on u.id = m.user_id and u.status = 'ACTIVE'
        where m.queue_id = q.id and not exists (select 1 from queue_skills s where s.queue_id = q.id
          and not exists (select 1 from user_skills k where k.user_id = u.id and k.skill_id = s.skill_id)))` },
  { code: 'ACCOUNT_WITHOUT_QUEUE', severity: 'STOPS', noun: 'channel-accounts', sql: `select a.id, a.name
    from channel_accounts a left join queues q on q.id = a.queue_id and q.active
    where a.organisation_id = $1 and a.status <> 'DISABLED' and q.id is null` },
  { code: 'NO_CATEGORY', severity: 'STOPS', noun: 'categories', sql: `select null::uuid as id, null as name
    where not exists (select 1 from categories where organisation_id = $1 and active)` },
  { code: 'REASONS_MISSING', severity: 'STOPS', noun: 'reasons', sql: `select null::uuid as id, k.kind as name
    from unnest('{BREAK,DECLINE,OUTCOME,OOT,UNMASK,REOPEN,ESCALATION}'::text[]) as k (kind)
    where not exists (select 1 from reasons r where r.organisation_id = $1 and r.kind = k.kind and r.active)` },
  { code: 'USER_WITHOUT_ROLE', severity: 'HIDES', noun: 'users', sql: `select u.id, u.npk || ' · ' || u.name as name
    from users u where u.organisation_id = $1 and u.status = 'ACTIVE'
      and not exists (select 1 from user_roles g where g.user_id = u.id)` },
  { code: 'USER_WITHOUT_QUEUE', severity: 'HIDES', noun: 'users', sql: `select u.id, u.npk || ' · ' || u.name as name
    from users u where u.organisation_id = $1 and u.status = 'ACTIVE'
      and exists (select 1 from user_roles g join roles r on r.id = g.role_id
        where g.user_id = u.id and r.default_scope = 'self' and 'interaction.handle' = any(r.permissions)
          and r.code not in ('OUTBOUND', 'TELEMARKETING'))
      and not exists (select 1 from queue_members m join queues q on q.id = m.queue_id and q.active
        where m.user_id = u.id)` },
  { code: 'USER_WITHOUT_PLACE', severity: 'HIDES', noun: 'users', sql: `select u.id, u.npk || ' · ' || u.name as name
    from users u left join sites s on s.id = u.site_id left join teams t on t.id = u.team_id
      left join branches b on b.id = u.branch_id
    where u.organisation_id = $1 and u.status = 'ACTIVE' and false in (s.active, t.active, b.active)` },
  { code: 'TEAM_WITHOUT_LEADER', severity: 'HIDES', noun: 'teams', sql: `select t.id, t.name from teams t
    left join users l on l.id = t.leader_id and l.status = 'ACTIVE'
    where t.organisation_id = $1 and t.active and l.id is null` },
  { code: 'BRANCH_UNDER_CLOSED', severity: 'HIDES', noun: 'branches', sql: `select b.id, b.name from branches b
    join branches p on p.id = b.parent_id where b.organisation_id = $1 and b.active and not p.active` },
  { code: 'HOLIDAYS_MISSING', severity: 'HIDES', noun: 'calendars', sql: `select null::uuid as id, null as name
    where exists (select 1 from calendars where organisation_id = $1 and active)
      and not exists (select 1 from holidays where organisation_id = $1 and active
        and extract(year from day) = extract(year from app_now()))` },
];

const finding = z.object({
  code: z.string(), severity: z.enum(['STOPS', 'HIDES']), noun: z.string(), count: z.number(),
  /** The first few, by name. */
  examples: z.array(z.object({ id: z.uuid().nullable(), name: z.string().nullable() })),
});

/** Every finding of the organisation, those that stop work first. */
export async function checkSetup(db: Pick<Queryable, 'dynamic'>,
  organisationId: string): Promise<z.output<typeof finding>[]> {
  const found: z.output<typeof finding>[] = [];
  for (const { code, severity, noun, sql } of CHECKS) {
    const rows = await db.dynamic<{ id: string | null; name: string | null; n: number }>(
      `select f.id, f.name, count(*) over ()::int as n from (${sql}) f order by f.name limit ${EXAMPLES}`,
      [organisationId]);
    if (rows[0] === undefined) continue;
    found.push({ code, severity, noun, count: rows[0].n, examples: rows.map(({ id, name }) => ({ id, name })) });
  }
  return found;
}

function requireEverywhere(user: User): void {
  if (!can(user, 'queue.manage', { organisationId: user.organisationId })) throw new AppError('FORBIDDEN');
}

/** GET /api/setup-check */
export function setupCheckApi({ work }: { work: Work }): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/api/setup-check', {
      config: { permission: 'queue.manage' }, schema: { response: { 200: z.object({ items: z.array(finding) }) } },
    }, async ({ user }) => {
      requireEverywhere(user);
      return { items: await checkSetup(work.db, user.organisationId) };
    });
  };
}
