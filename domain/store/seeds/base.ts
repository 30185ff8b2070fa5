/** What every seeded organisation starts with: itself, its roles, and rows written in sets. */
import { newId } from '#domain/ids.ts';
import { seededRoles } from '#domain/people/permissions.ts';
import type { Db, Tx } from '#domain/store/db.ts';

type Row = Record<string, unknown>;

/** Sealed secrets of one owner, written in the seed's transaction; gateway/security/secret-store.ts brings it. */
export type PutSecrets = (
  owner: { organisationId: string; ownerKind: string; ownerId: string }, values: Record<string, string>, tx: Pick<Tx,
    'rows'>,
) => Promise<void>;

export interface SeedOptions {
  /** The password of everybody who is made. */
  password: string;
  hash(plain: string): Promise<string>;
  putSecrets: PutSecrets;
}

/** Inserts all rows of one table with one statement; the first row tells the columns. */
export async function insertRows(tx: Tx, table: string, rows: readonly Row[]): Promise<void> {
  const first = rows[0];
  if (first === undefined) return;
  const columns = Object.keys(first).join(', ');
  await tx.dynamic(`insert into ${table} (${columns})
    select ${columns} from jsonb_populate_recordset(null::${table}, $1::jsonb)`, [JSON.stringify(rows)]);
}

const SEED_LOCK = 7_215_002;

/** Runs `body` in one transaction, alone over all nodes, if no organisation of this code exists yet. */
export async function seedOnce(db: Db, code: string, body: (tx: Tx) => Promise<void>): Promise<{ created: boolean }> {
  return db.transaction(async (tx) => {
    await tx.dynamic('select pg_advisory_xact_lock($1)', [SEED_LOCK]);
    const found = await tx.dynamic('select 1 from organisations where code = $1', [code]);
    if (found.length > 0) return { created: false };
    await body(tx);
    return { created: true };
  });
}

/** The organisation and its roles; gives the ids of the roles by code. */
export async function insertOrganisation(
  tx: Tx, organisation: { id: string; code: string; name: string; settings?: Row },
): Promise<Map<string, string>> {
  await tx.dynamic('insert into organisations (id, code, name, settings) values ($1, $2, $3, $4)',
    [organisation.id, organisation.code, organisation.name, JSON.stringify(organisation.settings ?? {})]);
  const ids = new Map(seededRoles.map((role) => [role.code, newId()]));
  for (const role of seededRoles) {
    await tx.dynamic(`insert into roles (id, organisation_id, code, name_id, name_en, rank, permissions,
      default_scope, built_in)
      values ($1, $2, $3, $4, $5, $6, $7, $8, true)`, [ids.get(role.code), organisation.id, role.code,
      role.nameId, role.nameEn, role.rank, role.permissions, role.scope]);
  }
  return ids;
}

/** A row of user_roles with the scope that the role has by default. */
export function roleRow(organisationId: string, userId: string, roleId: string | undefined, roleCode: string,
  siteId: string | null): Row {
  const scope = seededRoles.find((role) => role.code === roleCode)?.scope ?? 'self';
  return {
    id: newId(), organisation_id: organisationId, user_id: userId, role_id: roleId, scope_kind: scope,
    scope_id: scope === 'site' ? siteId : null,
  };
}
