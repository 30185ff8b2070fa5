/**
 * The second step of signing in: who needs one, a short-lived place to come back to with a code, and what that place
 * still remembers of the first step. Nothing is open before it is passed (RS07).
 */
import { createHash } from 'node:crypto';
import { AppError } from '#domain/errors.ts';
import { limits } from '#domain/limits.ts';
import type { Permission } from '#domain/people/permissions.ts';
import { statement } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import { userById, type UserRow } from './session-statements.ts';
import type { SecondStep } from './sign-in.ts';
import { hashId, ID_CHARS, randomToken } from './tokens.ts';

/**
 * Who must use an authenticator: those with far-reaching rights (RA05), or everybody. OPTIONAL, nobody, is only for the
 * invented people of a demo.
 */
export const twoFactorPolicies = ['OPTIONAL', 'PRIVILEGED', 'EVERYBODY'] as const;
export type TwoFactorPolicy = (typeof twoFactorPolicies)[number];

/** From this rank on (team leader) a role is privileged, whatever its permissions are: directors, heads of branches. */
const PRIVILEGED_RANK = 40;
const PRIVILEGED = new Set<string>(['user.manage', 'role.manage', 'queue.manage', 'channel.manage', 'security.manage',
  'contact.unmask', 'data.export', 'interaction.reassign', 'audit.read', 'quarantine.replay', 'subject-data.manage',
  'subject-data.approve', 'retention.manage', 'webhook.manage', 'api-key.manage'] satisfies Permission[]);

const factsOf = statement('second-step.facts', `select o.settings->>'twoFactor' as policy,
    coalesce((o.settings->>'demo')::boolean, false) as demo,
    (select f.confirmed_at is not null from two_factors f
      where f.organisation_id = o.id and f.user_id = $2) as enrolled
  from organisations o where o.id = $1`);
const insertStep = statement('second-step.begin', `insert into sign_in_steps
    (id_hash, organisation_id, user_id, kind, method, password_mark, npk_hash, place, expires_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, app_now() + $9 * interval '1 minute')`);
/** Counts the try before the code is looked at: a thousand tries at once are a thousand counted ones. */
const tryStep = statement('second-step.try', `update sign_in_steps set attempts = attempts + $3
  where id_hash = $1 and kind = $2 and expires_at > app_now() and attempts < $4
  returning user_id, method, password_mark, npk_hash, place`);
const endStep = statement('second-step.end', 'delete from sign_in_steps where id_hash = $1 returning user_id');

export interface RuleFacts {
  /** What is stored: nothing, or one of twoFactorPolicies. */
  policy: string | null;
  /** The organisation is the one of invented people that SEED=demo makes. */
  demo: boolean;
}

/**
 * The rule that holds. Only a demo may go without authenticators, and only on a start that serves this machine alone
 * (`exemptsDemo`); everywhere else far-reaching rights need one, whatever is stored (RA05).
 */
export function policyOf({ policy, demo }: RuleFacts, exemptsDemo: boolean): TwoFactorPolicy {
  if (policy === 'EVERYBODY' || policy === 'PRIVILEGED') return policy;
  return demo && exemptsDemo ? 'OPTIONAL' : 'PRIVILEGED';
}

/** True if the rule asks these roles for an authenticator. */
export function mustEnrol(policy: TwoFactorPolicy, roles: readonly Pick<UserRow['roles'][number], 'rank'
  | 'permissions'>[]): boolean {
  if (policy !== 'PRIVILEGED') return policy === 'EVERYBODY';
  return roles.some((role) => role.rank >= PRIVILEGED_RANK || role.permissions.some((one) => PRIVILEGED.has(one)));
}

/** The step this user must still take, if any. */
export async function secondStepOf(
  work: Pick<Work, 'db'>, row: Pick<UserRow, 'id' | 'organisation_id' | 'roles'>, exemptsDemo: boolean,
): Promise<SecondStep['next'] | undefined> {
  const facts = await work.db.one<RuleFacts & { enrolled: boolean | null }>(factsOf, [row.organisation_id, row.id]);
  if (facts === undefined) throw new AppError('SIGN_IN_FAILED');
  if (facts.enrolled === true) return 'totp';
  return mustEnrol(policyOf(facts, exemptsDemo), row.roles) ? 'enrol' : undefined;
}

/** The password of the first step, unreadable: another one since then voids the step (RS06). */
function markOf(row: Pick<UserRow, 'password_hash'>): Buffer {
  return createHash('sha256').update(row.password_hash ?? '').digest();
}

/** Where the first step was counted; forgotten once the second is passed. */
interface Counted { npk: Buffer; place: string }

/** Keeps the first step for limits.secondStepMinutes; gives the secret of its cookie. */
export async function beginStep(
  work: Pick<Work, 'db'>, row: UserRow,
  { next, method, counted }: { next: SecondStep['next']; method: 'PASSWORD' | 'OIDC'; counted?: Counted | undefined },
): Promise<SecondStep> {
  const step = randomToken();
  await work.db.rows(insertStep, [hashId(step), row.organisation_id, row.id, next === 'totp' ? 'TOTP' : 'ENROL',
    method, markOf(row), counted?.npk ?? Buffer.alloc(0), counted?.place ?? '', limits.secondStepMinutes]);
  return { next, step };
}

export interface OpenStep {
  row: UserRow;
  method: 'PASSWORD' | 'OIDC';
  counted: Counted | undefined;
}

interface StepRow { user_id: string; method: 'PASSWORD' | 'OIDC'; password_mark: Buffer; npk_hash: Buffer;
  place: string }

/**
 * The step of this cookie; `counts` for a try with a code. Throws STEP_EXPIRED if it is unknown, over, tried too often,
 * or the user changed since.
 */
export async function openStep(
  work: Pick<Work, 'db'>, cookie: string | undefined, next: SecondStep['next'], counts: boolean,
): Promise<OpenStep> {
  if (cookie === undefined || cookie.length !== ID_CHARS) throw new AppError('STEP_EXPIRED');
  const found = await work.db.one<StepRow>(tryStep, [hashId(cookie), next === 'totp' ? 'TOTP' : 'ENROL',
    counts ? 1 : 0, limits.secondStepAttemptsMax]);
  const row = found === undefined ? undefined : await work.db.one<UserRow>(userById, [found.user_id]);
  if (found === undefined || row?.status !== 'ACTIVE' || !markOf(row).equals(found.password_mark)) {
    throw new AppError('STEP_EXPIRED');
  }
  const counted = found.place === '' ? undefined : { npk: found.npk_hash, place: found.place };
  return { row, method: found.method, counted };
}

/** Ends the step; throws STEP_EXPIRED if somebody else just did, so that one code opens one session. */
export async function closeStep(work: Pick<Work, 'db'>, cookie: string): Promise<void> {
  const ended = await work.db.rows(endStep, [hashId(cookie)]);
  if (ended.length === 0) throw new AppError('STEP_EXPIRED');
}
