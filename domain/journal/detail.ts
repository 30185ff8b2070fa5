/**
 * The personal before and after of a change: beside the journal, encrypted with a key of the person it is about, so
 * that erasure destroys the key and the journal's chain stays whole (architecture: journal).
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { statement, type Queryable, type Tx } from '#domain/store/db.ts';
import { newId } from '#domain/ids.ts';
import { journalInsertSql, journalRecord } from './append.ts';
import type { JournalEntry } from './events.ts';

/** The master keys outside the database (gateway/security/vault.ts). */
export interface DetailVault {
  seal(plain: Uint8Array, aad: string): { keyId: string; sealed: Uint8Array };
  open(keyId: string, sealed: Uint8Array, aad: string): Uint8Array;
}

export interface Detail {
  before: Record<string, unknown>;
  after: Record<string, unknown>;
}

const appendOne = statement('journal.append-one', `${journalInsertSql('$1')} returning id::text`);
const keyOf = statement('journal.subject-key', `select id, sealed_key from subject_keys
  where organisation_id = $1 and subject_id = $2`);
const addKey = statement('journal.add-subject-key',
  `insert into subject_keys (id, organisation_id, subject_id, sealed_key)
  values ($1, $2, $3, $4) on conflict (organisation_id, subject_id) do nothing`);
const addDetail = statement('journal.add-detail',
  `insert into journal_detail (journal_id, organisation_id, subject_id, key_id, sealed)
  values ($1, $2, $3, $4, $5)`);
const detailOf = statement('journal.detail',
  `select d.key_id, d.sealed, d.subject_id, k.sealed_key from journal_detail d
  join subject_keys k on k.id = d.key_id where d.organisation_id = $1 and d.journal_id = $2`);
const destroyKey = statement('journal.destroy-key',
  `insert into subject_keys (id, organisation_id, subject_id, destroyed_at)
  values ($1, $2, $3, app_now())
  on conflict (organisation_id, subject_id) do update set sealed_key = null, destroyed_at = app_now()`);

function keyAad(subjectId: string): string {
  return `subject_keys|${subjectId}|sealed_key`;
}

/** The master key's name stands in front of the sealed bytes, parted by NUL. */
function packKey(vault: DetailVault, key: Uint8Array, subjectId: string): Buffer {
  const { keyId, sealed } = vault.seal(key, keyAad(subjectId));
  return Buffer.concat([Buffer.from(`${keyId}\0`), sealed]);
}

function unpackKey(vault: DetailVault, packed: Buffer, subjectId: string): Buffer {
  const end = packed.indexOf(0);
  return Buffer.from(vault.open(packed.subarray(0, end).toString(), packed.subarray(end + 1), keyAad(subjectId)));
}

function encrypt(key: Buffer, text: string, aad: string): Buffer {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(Buffer.from(aad));
  return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, sealed: Buffer, aad: string): string {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
  decipher.setAAD(Buffer.from(aad));
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]).toString('utf8');
}

interface KeyRow { id: string; sealed_key: Buffer | null }

async function subjectKey(tx: Queryable, vault: DetailVault, organisationId: string,
  subjectId: string): Promise<KeyRow> {
  const found = await tx.one<KeyRow>(keyOf, [organisationId, subjectId]);
  if (found !== undefined) return found;
  await tx.rows(addKey, [newId(), organisationId, subjectId, packKey(vault, randomBytes(32), subjectId)]);
  const made = await tx.one<KeyRow>(keyOf, [organisationId, subjectId]);
  if (made === undefined) throw new Error('the key of a person was not stored');
  return made;
}

/**
 * Appends one entry with the personal values it changed, in the caller's transaction. A person whose key was destroyed
 * gets the entry without values.
 */
export async function journalDetail(tx: Tx, vault: DetailVault, entry: JournalEntry, subjectId: string,
  detail: Detail): Promise<void> {
  const appended = await tx.one<{ id: string }>(appendOne, [JSON.stringify([journalRecord(entry)])]);
  if (appended === undefined) throw new Error('a journal row was not stored');
  const { organisationId } = entry.scope;
  const key = await subjectKey(tx, vault, organisationId, subjectId);
  if (key.sealed_key === null) return;
  const sealed = encrypt(unpackKey(vault, key.sealed_key, subjectId), JSON.stringify(detail),
    `journal_detail|${appended.id}`);
  await tx.rows(addDetail, [appended.id, organisationId, subjectId, key.id, sealed]);
}

/** The personal values of a journal row; undefined where there are none or the person was erased. */
export async function readDetail(
  db: Queryable, vault: DetailVault, organisationId: string, journalId: string,
): Promise<Detail | undefined> {
  const row = await db.one<{ sealed: Buffer; subject_id: string; sealed_key: Buffer | null }>(detailOf,
    [organisationId, journalId]);
  if (row === undefined || row.sealed_key === null) return undefined;
  const key = unpackKey(vault, row.sealed_key, row.subject_id);
  return JSON.parse(decrypt(key, row.sealed, `journal_detail|${journalId}`)) as Detail;
}

/** Makes every detail about the person unreadable for ever; journal and seals stay as they are. */
export async function destroySubjectKey(tx: Queryable, organisationId: string, subjectId: string): Promise<void> {
  await tx.rows(destroyKey, [newId(), organisationId, subjectId]);
}
