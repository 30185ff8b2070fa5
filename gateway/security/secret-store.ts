/**
 * Credentials at rest: write-only for people, readable by the code that needs them, sealed by the vault (RA10,
 * RS03).
 */
import { statement, type Db, type Queryable } from '#domain/store/db.ts';
import type { Vault } from './vault.ts';

/** Whose secret it is: ('channel-account', id), ('user', id) ... always inside one organisation. */
export interface SecretOwner {
  organisationId: string;
  ownerKind: string;
  ownerId: string;
}

export interface SecretStore {
  get(owner: SecretOwner, name: string): Promise<string | undefined>;
  /** All secrets of an owner; one query. Pass the open transaction to see what it has put. */
  getAll(owner: SecretOwner, tx?: Pick<Queryable, 'rows'>): Promise<Record<string, string>>;
  /** All or none; null removes. Pass the open transaction to commit it with the caller's rows. */
  put(owner: SecretOwner, values: Readonly<Record<string, string | null>>, tx?: Pick<Queryable, 'rows'>): Promise<void>;
  /** What a screen may know: which secrets are set, and the last 4 characters of those long enough to spare them. */
  hints(owner: SecretOwner): Promise<Record<string, { set: true; last4: string | null; updatedAt: string }>>;
}

interface SecretRow { name: string; key_id: string; sealed: Buffer; updated_at: Date }

const selectAll = statement('secret.ofOwner', `select name, key_id, sealed, updated_at from secrets
  where organisation_id = $1 and owner_kind = $2 and owner_id = $3 order by name`);
const selectOne = statement('secret.one', `select name, key_id, sealed, updated_at from secrets
  where organisation_id = $1 and owner_kind = $2 and owner_id = $3 and name = $4`);
const upsert = statement('secret.put',
  `insert into secrets (organisation_id, owner_kind, owner_id, name, key_id, sealed)
  values ($1, $2, $3, $4, $5, $6) on conflict (organisation_id, owner_kind, owner_id, name)
  do update set key_id = excluded.key_id, sealed = excluded.sealed, updated_at = app_now()`);
const remove = statement('secret.remove', `delete from secrets
  where organisation_id = $1 and owner_kind = $2 and owner_id = $3 and name = $4`);

/** Fewer characters than this, and the last four would tell too much. */
const HINT_CHARS_MIN = 16;

/** The place a secret is bound to. */
export function secretPlace(owner: SecretOwner, name: string): string {
  return `secrets|${owner.organisationId}/${owner.ownerKind}/${owner.ownerId}/${name}|sealed`;
}

/** The store over `secrets`. Errors: those of the vault (a row moved or changed does not open) and of the database. */
export function secretStore(work: { db: Db }, vault: Vault): SecretStore {
  const key = (owner: SecretOwner): string[] => [owner.organisationId, owner.ownerKind, owner.ownerId];
  const open = (owner: SecretOwner, row: SecretRow): string =>
    vault.open(row.key_id, row.sealed, secretPlace(owner, row.name)).toString('utf8');
  return {
    async get(owner, name) {
      const row = await work.db.one<SecretRow>(selectOne, [...key(owner), name]);
      return row === undefined ? undefined : open(owner, row);
    },
    async getAll(owner, tx = work.db) {
      const rows = await tx.rows<SecretRow>(selectAll, key(owner));
      return Object.fromEntries(rows.map((row) => [row.name, open(owner, row)]));
    },
    async put(owner, values, tx) {
      const write = async (on: Pick<Queryable, 'rows'>): Promise<void> => {
        for (const [name, value] of Object.entries(values)) {
          if (value === null) { await on.rows(remove, [...key(owner), name]); continue; }
          const { keyId, sealed } = vault.seal(Buffer.from(value, 'utf8'), secretPlace(owner, name));
          await on.rows(upsert, [...key(owner), name, keyId, sealed]);
        }
      };
      if (tx === undefined) await work.db.transaction(write);
      else await write(tx);
    },
    async hints(owner) {
      const rows = await work.db.rows<SecretRow>(selectAll, key(owner));
      return Object.fromEntries(rows.map((row) => {
        const value = open(owner, row);
        const last4 = value.length >= HINT_CHARS_MIN ? value.slice(-4) : null;
        return [row.name, { set: true as const, last4, updatedAt: row.updated_at.toISOString() }];
      }));
    },
  };
}
