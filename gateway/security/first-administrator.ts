/**
 * Makes an administrator from the command line: the first one of an installation, or one who gets a lost door open
 * again.
 */
import { AppError } from '#domain/errors.ts';
import { newId } from '#domain/ids.ts';
import { appendJournal } from '#domain/journal/append.ts';
import { seedEmpty } from '#domain/store/seeds/empty.ts';
import { statement } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import { checkNewPassword, type Passwords } from './passwords.ts';

export interface NewAdministrator {
  npk: string;
  name: string;
  password: string;
  /** Code of the organisation; needed only where there are several. */
  organisation?: string | undefined;
}

const organisations = statement('admin.organisations', 'select id, code from organisations order by code');
const insertUser = statement('admin.insertUser',
  `insert into users (id, organisation_id, npk, name, password_hash, password_changed_at)
  values ($1, $2, $3, $4, $5, app_now())`);
const grantAdmin = statement('admin.grant', `insert into user_roles (id, organisation_id, user_id, role_id, scope_kind)
  select $1, $2, $3, id, 'organisation' from roles where organisation_id = $2 and code = 'ADMIN' returning role_id`);

/**
 * Makes the user with the role ADMIN over the organisation; on an empty database also the organisation and its
 * roles. Throws VALIDATION_FAILED for a bad NPK or password, or where the organisation is unclear; ALREADY_EXISTS
 * comes from the database.
 */
export async function createAdministrator(work: Work, passwords: Passwords,
  given: NewAdministrator): Promise<{ organisation: string }> {
  if (!/^\d{4,8}$/.test(given.npk)) throw new AppError('VALIDATION_FAILED',
    { issues: [{ path: 'npk', code: 'four_to_eight_digits' }] });
  checkNewPassword(given.password, given);
  const found = await work.db.rows<{ id: string; code: string }>(organisations);
  if (found.length === 0) {
    await seedEmpty(work.db, { password: given.password, hash: passwords.hash, npk: given.npk, name: given.name });
    return { organisation: 'UTAMA' };
  }
  const organisation = found.length === 1 && given.organisation === undefined ? found[0]
    : found.find((one) => one.code === given.organisation);
  if (organisation === undefined) {
    throw new AppError('VALIDATION_FAILED', { issues: [{ path: 'organisation',
      code: found.map((one) => one.code).join(' | ') }] });
  }
  const hash = await passwords.hash(given.password);
  const userId = newId();
  await work.db.transaction(async (tx) => {
    await tx.rows(insertUser, [userId, organisation.id, given.npk, given.name, hash]);
    const granted = await tx.rows(grantAdmin, [newId(), organisation.id, userId]);
    if (granted.length === 0) throw new Error('the organisation has no role ADMIN');
    await appendJournal(tx, [{
      type: 'user.created', subjectType: 'user', subjectId: userId, actor: { kind: 'SYSTEM' },
      scope: { organisationId: organisation.id }, version: 1, data: { source: 'COMMAND_LINE' },
    }]);
    tx.afterCommit(() => { work.wake.hint('journal'); });
  });
  return { organisation: organisation.code };
}
