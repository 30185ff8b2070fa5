/**
 * A small organisation for tests: one site, two queues, three agents, a leader, an administrator, one channel
 * account.
 */
import { newId } from '#domain/ids.ts';
import type { Db } from '#domain/store/db.ts';
import type { User, Grant } from '#domain/people/access.ts';
import { seededRoles } from '#domain/people/permissions.ts';

export interface SmallWorld {
  organisationId: string;
  siteId: string;
  teamId: string;
  queueId: string;
  tier2QueueId: string;
  accountId: string;
  accountKey: string;
  categoryIds: Record<'INFORMASI' | 'PENGADUAN' | 'PERMINTAAN' | 'SARAN', string>;
  agents: User[];
  leader: User;
  administrator: User;
}

type Places = Omit<SmallWorld, 'agents' | 'leader' | 'administrator'>;

function userOf(world: Places, npk: string, roleCode: string, queueIds: string[]): User {
  const role = seededRoles.find((one) => one.code === roleCode);
  if (role === undefined) throw new Error(`no role ${roleCode}`);
  const grants: Grant[] = role.permissions.map((permission) => ({
    permission, scopeKind: role.scope, scopeId: role.scope === 'site' ? world.siteId : null,
  }));
  for (const queueId of queueIds) {
    grants.push({ permission: 'interaction.read-waiting', scopeKind: 'queue', scopeId: queueId });
  }
  return {
    id: newId(), organisationId: world.organisationId, npk, name: `Pengguna ${npk}`, locale: 'id', siteId: world.siteId,
    branchId: null, teamId: world.teamId, rank: role.rank, roles: [roleCode], queueIds, grants,
  };
}

async function insertPeople(db: Db, world: SmallWorld): Promise<void> {
  for (const role of seededRoles) {
    await db.dynamic(`insert into roles (id, organisation_id, code, name_id, name_en, rank, permissions, default_scope,
      built_in) values ($1, $2, $3, $4, $5, $6, $7, $8, true)`,
    [newId(), world.organisationId, role.code, role.nameId, role.nameEn, role.rank, role.permissions, role.scope]);
  }
  for (const user of [...world.agents, world.leader, world.administrator]) {
    await db.dynamic(`insert into users (id, organisation_id, npk, name, site_id, team_id)
      values ($1, $2, $3, $4, $5, $6)`,
    [user.id, user.organisationId, user.npk, user.name, user.siteId, user.teamId]);
    await db.dynamic(`insert into user_roles (id, organisation_id, user_id, role_id, scope_kind, scope_id)
      select $1, $2, $3, id, default_scope, case when default_scope = 'site' then $5::uuid end from roles
      where organisation_id = $2 and code = $4`,
    [newId(), user.organisationId, user.id, user.roles[0], user.siteId]);
    for (const queueId of user.queueIds) {
      await db.dynamic('insert into queue_members (organisation_id, queue_id, user_id) values ($1, $2, $3)',
        [user.organisationId, queueId, user.id]);
    }
  }
}

/** Writes the small organisation and gives its ids. Users have no password: sign them in through sessions directly. */
export async function smallWorld(db: Db, options: { channel?: string; settings?: object } = {}): Promise<SmallWorld> {
  const ids = {
    organisationId: newId(), siteId: newId(), teamId: newId(), queueId: newId(), tier2QueueId: newId(),
    accountId: newId(), accountKey: 'uji-satu',
    categoryIds: { INFORMASI: newId(), PENGADUAN: newId(), PERMINTAAN: newId(), SARAN: newId() },
  };
  await db.dynamic(`insert into organisations (id, code, name, settings)
    values ($1, 'UJI', 'Organisasi Uji', '{"demo": true}')`,
    [ids.organisationId]);
  await db.dynamic(`insert into sites (id, organisation_id, code, name, time_zone)
    values ($1, $2, 'JKT', 'Jakarta', 'Asia/Jakarta')`,
  [ids.siteId, ids.organisationId]);
  await db.dynamic('insert into teams (id, organisation_id, site_id, name) values ($1, $2, $3, $4)',
    [ids.teamId, ids.organisationId, ids.siteId, 'Tim Uji']);
  await db.dynamic(`insert into queues (id, organisation_id, code, name, tier)
    values ($1, $3, 'UMUM', 'Layanan Umum', 1), ($2, $3, 'TIER2', 'Tier 2', 2)`,
  [ids.queueId, ids.tier2QueueId, ids.organisationId]);
  const targets = {
    INFORMASI: [180, 720], PENGADUAN: [720, 1200], PERMINTAAN: [300, 1200], SARAN: [null, null],
  } as const;
  for (const [code, [ideal, max]] of Object.entries(targets)) {
    await db.dynamic(`insert into categories (id, organisation_id, code, name_id, name_en, target_ideal_s, target_max_s)
      values ($1, $2, $3, $3, $3, $4, $5)`,
    [ids.categoryIds[code as keyof typeof targets], ids.organisationId, code, ideal, max]);
  }
  const reasons = [['OUTCOME', 'SELESAI'], ['BREAK', 'SALAT'], ['DECLINE', 'SIBUK'], ['OOT', 'SPAM'],
    ['ESCALATION', 'DI_LUAR_WEWENANG']];
  for (const [kind, code] of reasons) {
    await db.dynamic(`insert into reasons (id, organisation_id, kind, code, label_id, label_en)
      values ($1, $2, $3, $4, $4, $4)`,
    [newId(), ids.organisationId, kind, code]);
  }
  await db.dynamic(`insert into channel_accounts (id, organisation_id, channel, key, name, queue_id, settings)
    values ($1, $2, $3, $4, 'Akun Uji', $5, $6)`,
  [ids.accountId, ids.organisationId, options.channel ?? 'generic', ids.accountKey, ids.queueId,
    JSON.stringify(options.settings ?? {})]);
  const world: SmallWorld = {
    ...ids,
    agents: ['10001', '10002', '10003'].map((npk) => userOf(ids, npk, 'AGENT', [ids.queueId])),
    leader: userOf(ids, '20001', 'TEAM_LEADER', []),
    administrator: userOf(ids, '90001', 'ADMIN', []),
  };
  await insertPeople(db, world);
  return world;
}
