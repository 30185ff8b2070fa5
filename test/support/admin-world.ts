/** Two organisations and the whole administration behind the real guard, for tests of rights. */
import { randomBytes } from 'node:crypto';
import { channels } from '#channels/registry.ts';
import { newId } from '#domain/ids.ts';
import type { Db } from '#domain/store/db.ts';
import { openOrm, type Orm } from '#domain/store/orm.ts';
import { seededRoles } from '#domain/people/permissions.ts';
import { accountHealthApi } from '#gateway/api/account-health.ts';
import { auditApi } from '#gateway/api/audit.ts';
import { branchesApi } from '#gateway/api/branches.ts';
import { calendarsApi } from '#gateway/api/calendars.ts';
import { categoriesApi, reasonsApi } from '#gateway/api/categories.ts';
import { channelAccountsApi } from '#gateway/api/channel-accounts.ts';
import { joinApi } from '#gateway/api/join.ts';
import { optOutsApi } from '#gateway/api/opt-outs.ts';
import { seatsApi, sitesApi, teamsApi } from '#gateway/api/places.ts';
import { quarantineApi } from '#gateway/api/quarantine.ts';
import { queuesApi } from '#gateway/api/queues.ts';
import { rolesApi } from '#gateway/api/roles.ts';
import { meApi, sessionApi } from '#gateway/api/session.ts';
import { setupCheckApi } from '#gateway/api/setup-check.ts';
import { skillsApi } from '#gateway/api/skills.ts';
import { userImportApi } from '#gateway/api/user-import.ts';
import { usersApi } from '#gateway/api/users.ts';
import { secretStore, type SecretStore } from '#gateway/security/secret-store.ts';
import { createVault, masterKeys, type Vault } from '#gateway/security/vault.ts';
import { createIntake, type Intake } from '#routing/intake.ts';
import { testApi, type TestApi } from './api.ts';
import { smallWorld, type SmallWorld } from './fixtures.ts';
import { testWork, type Teardown, type TestWork } from './harness.ts';

const foreignNames = ['organisationId', 'siteId', 'teamId', 'queueId', 'skillId', 'roleId', 'userId', 'categoryId',
  'reasonId', 'seatId',
  'accountId', 'branchId', 'calendarId', 'holidayId'] as const;

/** Ids of the other organisation, one of every noun. */
export type Foreign = Record<(typeof foreignNames)[number], string>;

export interface AdminWorld {
  work: TestWork;
  orm: Orm;
  vault: Vault;
  secrets: SecretStore;
  intake: Intake;
  api: TestApi;
  world: SmallWorld;
  /** Another organisation in the same database. */
  foreign: Foreign;
}

/** An organisation of its own with one row of every administrative noun. */
export async function foreignOrganisation(db: Db): Promise<Foreign> {
  const ids = Object.fromEntries(foreignNames.map((name) => [name, newId()])) as Foreign;
  const o = ids.organisationId;
  const run = (sql: string, ...values: unknown[]): Promise<unknown> => db.dynamic(sql, values);
  await run(`insert into organisations (id, code, name) values ($1, 'ASING', 'Organisasi Lain')`, o);
  await run(`insert into sites (id, organisation_id, code, name, time_zone) values ($1, $2, 'SBY', 'Surabaya',
    'Asia/Jakarta')`, ids.siteId, o);
  await run('insert into teams (id, organisation_id, site_id, name) values ($1, $2, $3, $4)', ids.teamId, o,
    ids.siteId, 'Tim Lain');
  await run(`insert into queues (id, organisation_id, code, name, tier) values ($1, $2, 'LAIN', 'Lain', 1)`,
    ids.queueId, o);
  await run(`insert into skills (id, organisation_id, code, name) values ($1, $2, 'LAIN', 'Lain')`, ids.skillId, o);
  await run(`insert into branches (id, organisation_id, code, name, kind, path) values ($1, $2, '9', 'Lain',
    'HEAD_OFFICE', '9')`, ids.branchId, o);
  await run(`insert into roles (id, organisation_id, code, name_id, name_en, rank, permissions) values ($1, $2,
    'LAIN', 'Lain', 'Other', 1, '{}')`,
    ids.roleId, o);
  await run(`insert into users (id, organisation_id, npk, name, site_id) values ($1, $2, '77001', 'Orang Lain', $3)`,
    ids.userId, o, ids.siteId);
  await run(`insert into categories (id, organisation_id, code, name_id, name_en) values ($1, $2, 'LAIN', 'Lain',
    'Other')`, ids.categoryId, o);
  await run(`insert into reasons (id, organisation_id, kind, code, label_id, label_en) values ($1, $2, 'BREAK',
    'LAIN', 'Lain', 'Other')`,
    ids.reasonId, o);
  await run(`insert into seats (id, organisation_id, site_id, application, label) values ($1, $2, $3, 'OMNI',
    'L-1')`, ids.seatId, o, ids.siteId);
  await run(`insert into channel_accounts (id, organisation_id, channel, key, name) values ($1, $2, 'generic',
    'lain', 'Lain')`, ids.accountId, o);
  await run(`insert into calendars (id, organisation_id, code, name, time_zone, weekly) values ($1, $2, 'LAIN', 'Lain',
    'Asia/Jakarta', '[[],[],[],[],[],[],[]]')`, ids.calendarId, o);
  await run(`insert into holidays (id, organisation_id, calendar_id, day, name) values ($1, $2, $3, '2026-12-25',
    'Lain')`, ids.holidayId, o, ids.calendarId);
  return ids;
}

/** The administration over the small organisation, beside a foreign one. */
export async function adminWorld(t: Teardown): Promise<AdminWorld> {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const foreign = await foreignOrganisation(work.db);
  const orm = await openOrm(work.url);
  t.teardown(() => orm.close());
  const vault = createVault(masterKeys([randomBytes(32).toString('base64')]));
  const secrets = secretStore(work, vault);
  const intake = createIntake(work);
  t.teardown(() => intake.close());
  const api = await testApi(t, {
    work,
    plugins: ({ sessions }) => {
      const parts = { work, orm, sessions, secrets, channels, intake };
      return [sessionApi, meApi, joinApi, usersApi, userImportApi, rolesApi, queuesApi, skillsApi, sitesApi,
        branchesApi, teamsApi, seatsApi, calendarsApi, categoriesApi, reasonsApi,
        channelAccountsApi, accountHealthApi, setupCheckApi, quarantineApi, optOutsApi,
        auditApi].map((make) => make(parts));
    },
  });
  return { work, orm, vault, secrets, intake, api, world, foreign };
}

/** A user with one seeded role in the default scope of it (or the one given). */
export async function addUser(
  { work, world }: { work: Pick<TestWork, 'db'>; world: SmallWorld }, npk: string, roleCode: string,
  scope?: { kind: string; id: string | null }, place: { siteId?: string | null; branchId?: string
    | null; teamId?: string | null } = {},
): Promise<{ id: string; organisationId: string }> {
  const id = newId();
  const role = seededRoles.find((one) => one.code === roleCode);
  const kind = scope?.kind ?? role?.scope ?? 'self';
  const siteId = place.siteId === undefined ? world.siteId : place.siteId;
  const scopeId = scope === undefined ? (kind === 'site' ? world.siteId : null) : scope.id;
  await work.db.dynamic(`insert into users (id, organisation_id, npk, name, site_id, branch_id, team_id)
    values ($1, $2, $3, $4, $5, $6, $7)`,
    [id, world.organisationId, npk, `Pengguna ${npk}`, siteId, place.branchId ?? null, place.teamId ?? null]);
  await work.db.dynamic(`insert into user_roles (id, organisation_id, user_id, role_id, scope_kind, scope_id)
    select $1, $2, $3, id, $5,
      $6 from roles where organisation_id = $2 and code = $4`, [newId(), world.organisationId, id, roleCode, kind,
      scopeId]);
  return { id, organisationId: world.organisationId };
}
