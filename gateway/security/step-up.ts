/**
 * Step-up: what reaches far (looking behind a mask, handing out a customer's data, taking an authenticator off) asks a
 * signed-in user to prove again who they are, at most limits.stepUpMinutes ago (RA05). Signing in with a password
 * counts; through an identity provider it counts from when that says it asked, for a single sign-on may ask nobody.
 */
import { AppError } from '#domain/errors.ts';
import { appendJournal } from '#domain/journal/append.ts';
import { limits } from '#domain/limits.ts';
import { statement } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import type { Session } from './sessions.ts';

const proved = statement('step-up.proved', `select greatest(case when method = 'PASSWORD' then created_at end,
    stepped_up_at) > app_now() - $2 * interval '1 minute' as fresh
  from sessions where id_hash = $1 and revoked_at is null`);
const prove = statement('step-up.prove', 'update sessions set stepped_up_at = app_now() where id_hash = $1');
const factors = statement('step-up.factors', `select u.password_hash is not null as password,
    exists (select from two_factors f where f.organisation_id = u.organisation_id and f.user_id = u.id
      and f.confirmed_at is not null) as code
  from users u where u.organisation_id = $1 and u.id = $2`);

/** How this user can prove themselves: the strongest that is set up; `sign-in` where only their provider can ask. */
export async function stepUpMethod(work: Pick<Work, 'db'>, user: Session['user']): Promise<'code' | 'password'
  | 'sign-in'> {
  const held = await work.db.one<{ password: boolean; code: boolean }>(factors, [user.organisationId, user.id]);
  if (held?.code === true) return 'code';
  return held?.password === true ? 'password' : 'sign-in';
}

/** Throws STEP_UP_REQUIRED {method} unless the session proved itself lately; a program with a key never did. */
export async function requireStepUp(work: Pick<Work, 'db'>, session: Session): Promise<void> {
  if (session.apiKeyId !== undefined) throw new AppError('FORBIDDEN');
  const row = await work.db.one<{ fresh: boolean }>(proved,
    [Buffer.from(session.sessionId, 'hex'), limits.stepUpMinutes]);
  if (row?.fresh === true) return;
  throw new AppError('STEP_UP_REQUIRED', { method: await stepUpMethod(work, session.user) });
}

/** Writes down that the session proved itself now. */
export async function steppedUp(work: Work, session: Session, method: 'code' | 'password'
  | 'provider'): Promise<void> {
  const { user } = session;
  await work.db.transaction(async (tx) => {
    await tx.rows(prove, [Buffer.from(session.sessionId, 'hex')]);
    await appendJournal(tx, [{ type: 'user.stepped-up', subjectType: 'user', subjectId: user.id,
      actor: { kind: 'USER', id: user.id }, data: { method },
      scope: { organisationId: user.organisationId, siteId: user.siteId, branchId: user.branchId,
        teamId: user.teamId } }]);
    tx.afterCommit(() => { work.wake.hint('journal'); });
  });
}
