/** One definition of rights: can, keysOf and accessFilter give the same set for any org tree and any grants (RA06). */
import fc from 'fast-check';
import t from 'tap';
import { newId } from '#domain/ids.ts';
import {
  accessFilter, can, keysOf, keysOfResource, type Grant, type Placed, type User,
} from '#domain/people/access.ts';
import type { Permission, ScopeKind } from '#domain/people/permissions.ts';
import type { Db } from '#domain/store/db.ts';
import { openTestDb } from '#test/support/harness.ts';

t.setTimeout(120_000);

const ACTIONS: Permission[] = ['interaction.read', 'ticket.read'];
const KINDS: ScopeKind[] = ['self', 'team', 'queue', 'site', 'branch', 'organisation'];

type Noun = 'organisations' | 'sites' | 'teams' | 'queues' | 'users';
interface World extends Record<Noun, string[]> { branches: Branch[] }
interface Branch { id: string; organisation: string; above: string[] }

/** Branches of random trees: each new one hangs below an earlier one of its organisation, or is a root. */
async function insertBranches(db: Db, organisations: string[], parents: readonly (number | null)[]): Promise<Branch[]> {
  const made: (Branch & { path: string })[] = [];
  for (const [n, parent] of parents.entries()) {
    const organisation = organisations[n % organisations.length]!;
    const own = made.filter((one) => one.organisation === organisation);
    const under = parent === null ? undefined : own[parent % Math.max(1, own.length)];
    const id = newId();
    const path = under === undefined ? `b${n}` : `${under.path}.b${n}`;
    made.push({ id, organisation, above: [id, ...under?.above ?? []], path });
    await db.dynamic(`insert into branches (id, organisation_id, parent_id, code, name, kind, path) values ($1, $2,
      $3, $4, $4, 'BRANCH', $5)`,
      [id, organisation, under?.id ?? null, `b${n}`, path]);
  }
  return made;
}

const pick = <T>(list: readonly T[], n: number): T => list[n % list.length]!;

function userOf(world: World, n: number, given: readonly [number, number, number][]): User {
  const organisationId = pick(world.organisations, n);
  const scopes: Record<string, string[]> = { team: world.teams, queue: world.queues, site: world.sites,
    branch: world.branches.map((one) => one.id) };
  const grants: Grant[] = given.map(([action, kind, id]) => {
    const scopeKind = pick(KINDS, kind);
    return { permission: pick(ACTIONS, action), scopeKind, scopeId: scopes[scopeKind] === undefined ? null
      : pick(scopes[scopeKind], id) };
  });
  return { id: pick(world.users, n), organisationId, npk: '1', name: 'x', locale: 'id', siteId: null, branchId: null,
    teamId: null, rank: 1,
    roles: [], queueIds: [], grants };
}

t.test('RA06 can, keysOf and accessFilter agree for random org trees, grants and resources', async (t) => {
  const { db } = await openTestDb(t);
  const world: World = { organisations: [newId(), newId()], sites: [newId(), newId()], teams: [newId(), newId()],
    queues: [newId(), newId()],
    users: [newId(), newId(), newId()], branches: [] };
  for (const [n, id] of world.organisations.entries()) {
    await db.dynamic('insert into organisations (id, code, name) values ($1, $2, $2)', [id, `O${n}`]);
  }
  await db.dynamic(`create table placed (id int primary key, organisation_id uuid, site_id uuid, branch_id uuid,
    queue_id uuid, team_id uuid, agent_id uuid)`);
  const index = fc.nat({ max: 30 });
  const maybe = fc.option(index, { nil: null, freq: 3 });
  await fc.assert(fc.asyncProperty(
    fc.array(maybe, { minLength: 1, maxLength: 12 }), fc.array(fc.tuple(index, index, index), { maxLength: 5 }),
    fc.array(fc.record({ o: index, site: maybe, branch: maybe, queue: maybe, team: maybe, agent: maybe }),
      { minLength: 1, maxLength: 20 }), index,
    async (tree, grants, rows, who) => {
      await db.dynamic('delete from branches');
      await db.dynamic('delete from placed');
      world.branches = await insertBranches(db, world.organisations, tree);
      const user = userOf(world, who, grants);
      const resources = rows.map((row, id) => {
        const branch = row.branch === null ? undefined : pick(world.branches, row.branch);
        const organisationId = branch?.organisation ?? pick(world.organisations, row.o);
        const at = (list: readonly string[], n: number | null): string | null => (n === null ? null : pick(list, n));
        return { id, organisationId, siteId: at(world.sites, row.site), branchId: branch?.id ?? null,
          branchIds: branch?.above ?? [],
          queueId: at(world.queues, row.queue), teamId: at(world.teams, row.team),
            agentId: at(world.users, row.agent) } satisfies Placed & { id: number };
      });
      await db.dynamic('insert into placed select * from jsonb_populate_recordset(null::placed, $1::jsonb)',
        [JSON.stringify(resources.map((one) => ({
        id: one.id, organisation_id: one.organisationId, site_id: one.siteId, branch_id: one.branchId,
          queue_id: one.queueId,
        team_id: one.teamId, agent_id: one.agentId })))]);
      for (const action of ACTIONS) {
        const byCan = resources.filter((one) => can(user, action, one)).map((one) => one.id);
        const bySql = await db.dynamic<{ id: number }>(`select id from placed p where ${accessFilter(user, action,
          'p')} order by id`);
        const keys = keysOf(user, action);
        const byKeys = resources.filter((one) => one.organisationId === user.organisationId
          && keysOfResource(one).some((key) => keys.has(key)));
        if (JSON.stringify(byCan) !== JSON.stringify(bySql.map((row) => row.id))) return false;
        if (JSON.stringify(byCan) !== JSON.stringify(byKeys.map((one) => one.id))) return false;
      }
      return true;
    }), { numRuns: 80 });
  t.pass('80 random worlds agree');
});

t.test('RA06 without a grant nothing is seen, and an id that is no id never reaches the SQL', async (t) => {
  const user: User = { id: newId(), organisationId: newId(), npk: '1', name: 'x', locale: 'id', siteId: null,
    branchId: null, teamId: null,
    rank: 100, roles: [], queueIds: [], grants: [] };
  t.equal(accessFilter(user, 'interaction.read', 'i'), 'false');
  t.equal(can(user, 'interaction.read'), false);
  const evil: User = { ...user, grants: [{ permission: 'interaction.read', scopeKind: 'site',
    scopeId: `' or true --` }] };
  t.equal(accessFilter(evil, 'interaction.read', 'i'), 'false');
});
