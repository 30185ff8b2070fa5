/** Re-seals everything under the active master key while the product runs (RA10). */
import { statement, type Db, type Tx } from '#domain/store/db.ts';
import { keyPlace } from '../channel-session.ts';
import { secretPlace, type SecretOwner } from './secret-store.ts';
import type { Vault } from './vault.ts';

const ROWS_AT_ONCE = 100;

const oldSecrets = statement('rotate.secrets', `select organisation_id as "organisationId", owner_kind as "ownerKind",
    owner_id as "ownerId", name, key_id, sealed from secrets where key_id <> $1 limit ${ROWS_AT_ONCE} for update`);
const resealSecret = statement('rotate.secret', `update secrets set key_id = $5, sealed = $6
  where organisation_id = $1 and owner_kind = $2 and owner_id = $3 and name = $4`);
/** domain/journal/detail.ts packs the key's name (12 characters), NUL and the sealed bytes into one column. */
const oldSubjectKeys = statement('rotate.subjectKeys', `select id, subject_id, sealed_key from subject_keys
  where sealed_key is not null and id > $2 and encode(substring(sealed_key from 1 for 12), 'escape') <> $1
  order by id limit ${ROWS_AT_ONCE} for update`);
const resealSubjectKey = statement('rotate.subjectKey', 'update subject_keys set sealed_key = $2 where id = $1');
const oldChannelKeys = statement('rotate.channelKeys', `select organisation_id, channel_account_id, kind, id, key_id,
    sealed from channel_keys where key_id <> $1 limit ${ROWS_AT_ONCE} for update skip locked`);
const resealChannelKey = statement('rotate.channelKey', `update channel_keys set key_id = $5, sealed = $6
  where organisation_id = $1 and channel_account_id = $2 and kind = $3 and id = $4`);
const oldArchives = statement('rotate.archives', `select id, key_id, sealed from channel_key_archives
  where key_id <> $1 limit ${ROWS_AT_ONCE} for update`);
const resealArchive = statement('rotate.archive',
  'update channel_key_archives set key_id = $2, sealed = $3 where id = $1');
const forgetKeys = statement('rotate.forget', 'delete from vault_checks where key_id <> $1');

interface SecretRow extends SecretOwner { name: string; key_id: string; sealed: Buffer }
interface KeyRow { id: string; subject_id: string; sealed_key: Buffer }

async function rotateSecrets(tx: Tx, vault: Vault): Promise<number> {
  const rows = await tx.rows<SecretRow>(oldSecrets, [vault.activeKeyId]);
  for (const row of rows) {
    const place = secretPlace(row, row.name);
    const { keyId, sealed } = vault.seal(vault.open(row.key_id, row.sealed, place), place);
    await tx.rows(resealSecret, [row.organisationId, row.ownerKind, row.ownerId, row.name, keyId, sealed]);
  }
  return rows.length;
}

async function rotateSubjectKeys(tx: Tx, vault: Vault, after: string): Promise<{ count: number; last: string }> {
  const rows = await tx.rows<KeyRow>(oldSubjectKeys, [vault.activeKeyId, after]);
  for (const row of rows) {
    const end = row.sealed_key.indexOf(0);
    const place = `subject_keys|${row.subject_id}|sealed_key`;
    const plain = vault.open(row.sealed_key.subarray(0, end).toString(), row.sealed_key.subarray(end + 1), place);
    const { keyId, sealed } = vault.seal(plain, place);
    await tx.rows(resealSubjectKey, [row.id, Buffer.concat([Buffer.from(`${keyId}\0`), sealed])]);
  }
  return { count: rows.length, last: rows.at(-1)?.id ?? after };
}

interface ChannelKeyRow { organisation_id: string; channel_account_id: string; kind: string; id: string;
  key_id: string; sealed: Buffer }

async function rotateChannelKeys(tx: Tx, vault: Vault): Promise<number> {
  const rows = await tx.rows<ChannelKeyRow>(oldChannelKeys, [vault.activeKeyId]);
  for (const row of rows) {
    const place = keyPlace(row.channel_account_id, row.kind, row.id);
    const { keyId, sealed } = vault.seal(vault.open(row.key_id, row.sealed, place), place);
    await tx.rows(resealChannelKey,
      [row.organisation_id, row.channel_account_id, row.kind, row.id, keyId, sealed]);
  }
  return rows.length;
}

async function rotateArchives(tx: Tx, vault: Vault): Promise<number> {
  const rows = await tx.rows<{ id: string; key_id: string; sealed: Buffer }>(oldArchives, [vault.activeKeyId]);
  for (const row of rows) {
    const place = `channel_key_archives|${row.id}|sealed`;
    const { keyId, sealed } = vault.seal(vault.open(row.key_id, row.sealed, place), place);
    await tx.rows(resealArchive, [row.id, keyId, sealed]);
  }
  return rows.length;
}

/**
 * Re-seals secrets, the keys of sessions and those of data subjects, some rows a transaction; may be ended and run
 * again. Afterwards only the active key is needed to boot; journal blocks sealed before are still verified with the
 * key of their time, so keep it in a safe place.
 */
export async function rotateKeys(work: { db: Db }, vault: Vault): Promise<{ secrets: number; subjectKeys: number }> {
  const total = { secrets: 0, subjectKeys: 0 };
  for (let done = -1; done !== 0; total.secrets += done) done = await work.db.transaction((tx) => rotateSecrets(tx,
    vault));
  for (const rotate of [rotateChannelKeys, rotateArchives]) {
    while (await work.db.transaction((tx) => rotate(tx, vault)) > 0);
  }
  for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
    const { count, last } = await work.db.transaction((tx) => rotateSubjectKeys(tx, vault, after));
    total.subjectKeys += count;
    after = last;
    if (count === 0) break;
  }
  await work.db.rows(forgetKeys, [vault.activeKeyId]);
  return total;
}
