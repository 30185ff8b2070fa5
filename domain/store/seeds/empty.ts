/** SEED=empty: an organisation, its roles and the first administrator; everything else is made on the screens. */
import { newId } from '#domain/ids.ts';
import type { Db } from '#domain/store/db.ts';
import { categories, reasons } from './words.ts';
import { insertOrganisation, insertRows, roleRow, seedOnce, type SeedOptions } from './base.ts';

export interface EmptySeed {
  created: boolean;
  administratorNpk: string;
}

/** Makes the organisation `UTAMA` with administrator 90001, once; a second call changes nothing. */
export async function seedEmpty(
  db: Db, options: Pick<SeedOptions, 'password' | 'hash'> & { npk?: string; name?: string; organisationName?: string },
): Promise<EmptySeed> {
  const npk = options.npk ?? '90001';
  const hash = await options.hash(options.password);
  const { created } = await seedOnce(db, 'UTAMA', async (tx) => {
    const organisationId = newId();
    const userId = newId();
    const name = options.organisationName ?? 'Organisasi Utama';
    const roles = await insertOrganisation(tx, { id: organisationId, code: 'UTAMA', name });
    await tx.dynamic('insert into users (id, organisation_id, npk, name, password_hash) values ($1, $2, $3, $4, $5)',
      [userId, organisationId, npk, options.name ?? 'Administrator', hash]);
    await insertRows(tx, 'user_roles', [roleRow(organisationId, userId, roles.get('ADMIN'), 'ADMIN', null)]);
    await insertRows(tx, 'categories', categories.map((one) => ({
      id: newId(), organisation_id: organisationId, code: one.code, name_id: one.id, name_en: one.en,
      target_ideal_s: one.ideal, target_max_s: one.max, reopen_days: 7, active: true, version: 1,
    })));
    await insertRows(tx, 'reasons', reasons.map(([kind, code, id, en], sort) => ({
      id: newId(), organisation_id: organisationId, kind, code, label_id: id, label_en: en, active: true, sort,
        version: 1,
    })));
  });
  return { created, administratorNpk: npk };
}
