/**
 * Authenticators (TOTP, RFC 6238) and recovery codes: the secret sealed by the vault, each code good for one use,
 * recovery codes as keyed hashes (RA05).
 */
import { createHmac, randomBytes } from 'node:crypto';
import { generateSecret, generateURI, verify } from 'otplib';
import { appNowMs } from '#domain/clock.ts';
import { AppError } from '#domain/errors.ts';
import { appendJournal } from '#domain/journal/append.ts';
import type { JournalData, JournalType } from '#domain/journal/events.ts';
import { limits } from '#domain/limits.ts';
import { statement, type Tx } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import type { SecretStore } from './secret-store.ts';
import type { Vault } from './vault.ts';

export interface TwoFactorParts {
  work: Work;
  secrets: SecretStore;
  vault: Pick<Vault, 'derive' | 'keyIds'>;
}

/** Whose authenticator it is. */
export interface Person { id: string; organisationId: string; npk: string; siteId?: string | null;
  teamId?: string | null }

export interface Enrolment { secret: string; uri: string }

const PERIOD_S = 30;
/** A clock may be one step off, before or behind. */
const TOLERANCE_S = 30;

const findOne = statement('two-factor.one', `select confirmed_at, last_step::text as last_step,
    (select count(*)::int from recovery_codes c where c.organisation_id = f.organisation_id and c.user_id = f.user_id
      and c.used_at is null) as codes_left
  from two_factors f where organisation_id = $1 and user_id = $2`);
/** One code opens one thing: of two that come at once, one finds the step used. */
const useStep = statement('two-factor.use-step', `update two_factors set last_step = $3, updated_at = app_now()
  where organisation_id = $1 and user_id = $2 and last_step < $3 returning 1 as used`);
const confirm = statement('two-factor.confirm', `insert into two_factors
    (organisation_id, user_id, confirmed_at, last_step) values ($1, $2, app_now(), $3)
  on conflict (organisation_id, user_id) do update
    set confirmed_at = app_now(), last_step = excluded.last_step, updated_at = app_now()`);
const removeOne = statement('two-factor.remove',
  'delete from two_factors where organisation_id = $1 and user_id = $2 returning 1 as removed');
const dropCodes = statement('two-factor.drop-codes',
  'delete from recovery_codes where organisation_id = $1 and user_id = $2');
const addCodes = statement('two-factor.add-codes', `insert into recovery_codes (organisation_id, user_id, code_hash)
  select $1, $2, h from unnest($3::bytea[]) as h`);
const useCode = statement('two-factor.use-code', `update recovery_codes set used_at = app_now()
  where organisation_id = $1 and user_id = $2 and code_hash = any($3::bytea[]) and used_at is null
  returning (select count(*)::int from recovery_codes c where c.organisation_id = $1 and c.user_id = $2
    and c.used_at is null) - 1 as left`);

const owner = (person: Person) => ({ organisationId: person.organisationId, ownerKind: 'user', ownerId: person.id });

async function note(parts: TwoFactorParts, tx: Tx, person: Person, type: JournalType, by: string,
  data?: JournalData): Promise<void> {
  await appendJournal(tx, [{ type, subjectType: 'user', subjectId: person.id, actor: { kind: 'USER', id: by },
    scope: { organisationId: person.organisationId, siteId: person.siteId ?? null, teamId: person.teamId ?? null },
    ...(data === undefined ? {} : { data }) }]);
  tx.afterCommit(() => { parts.work.wake.hint('journal'); });
}

/** The time step of a right code, or undefined. */
async function stepOf(secret: string, code: string): Promise<number | undefined> {
  if (!/^\d{6}$/.test(code)) return undefined;
  const epoch = Math.floor(appNowMs() / 1_000);
  const result = await verify({ secret, token: code, period: PERIOD_S, epoch, epochTolerance: TOLERANCE_S });
  return result.valid ? Math.floor(epoch / PERIOD_S) + ('delta' in result ? result.delta : 0) : undefined;
}

const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';

/** `xxxxx-xxxxx` without look-alikes: some 49 bits. */
function recoveryCode(): string {
  const letters = Array.from({ length: 10 }, () => {
    for (;;) {
      const byte = randomBytes(1)[0] ?? 255;
      if (byte < 248) return ALPHABET[byte % ALPHABET.length];
    }
  }).join('');
  return `${letters.slice(0, 5)}-${letters.slice(5)}`;
}

function codeHash(parts: TwoFactorParts, person: Person, code: string, keyId?: string): Buffer {
  const plain = code.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return createHmac('sha256', parts.vault.derive('recovery-codes', keyId).key).update(`${person.id}|${plain}`).digest();
}

async function renewCodes(parts: TwoFactorParts, tx: Tx, person: Person): Promise<string[]> {
  const codes = Array.from({ length: limits.recoveryCodes }, recoveryCode);
  await tx.rows(dropCodes, [person.organisationId, person.id]);
  await tx.rows(addCodes, [person.organisationId, person.id, codes.map((code) => codeHash(parts, person, code))]);
  return codes;
}

export interface TwoFactor {
  state(person: Person): Promise<{ enabled: boolean; since: string | null; codesLeft: number }>;
  /** A new secret that waits to be confirmed; the present one goes on until then. */
  start(person: Person): Promise<Enrolment>;
  /** Confirms it with a code. Gives ten recovery codes, shown this once. Throws CODE_WRONG, STATE_CONFLICT. */
  confirm(person: Person, code: string): Promise<string[]>;
  /** Spends a code of the authenticator or a recovery code. Throws CODE_WRONG. */
  spend(person: Person, code: string): Promise<void>;
  /** Ten new recovery codes; the older ones are void. Throws STATE_CONFLICT without an authenticator. */
  renew(person: Person): Promise<string[]>;
  /** Takes the authenticator off. Gives false if there was none. */
  remove(person: Person, by: string, reason: 'SELF' | 'ADMINISTRATOR'): Promise<boolean>;
}

interface Stored { confirmed_at: Date | null; last_step: string; codes_left: number }

/** The authenticators of users. */
export function createTwoFactor(parts: TwoFactorParts): TwoFactor {
  const { work, secrets } = parts;
  const key = (person: Person): string[] => [person.organisationId, person.id];
  const stored = (person: Person) => work.db.one<Stored>(findOne, key(person));
  const spendRecovery = async (person: Person, code: string): Promise<boolean> => work.db.transaction(async (tx) => {
    const hashes = parts.vault.keyIds.map((keyId) => codeHash(parts, person, code, keyId));
    const used = await tx.one<{ left: number }>(useCode, [...key(person), hashes]);
    if (used === undefined) return false;
    await note(parts, tx, person, 'user.recovery-code-used', person.id, { left: used.left });
    return true;
  });
  return {
    async state(person) {
      const row = await stored(person);
      const enabled = row?.confirmed_at instanceof Date;
      return { enabled, since: row?.confirmed_at?.toISOString() ?? null, codesLeft: enabled ? row.codes_left : 0 };
    },
    async start(person) {
      const secret = generateSecret();
      await secrets.put(owner(person), { 'totp-next': secret });
      return { secret, uri: generateURI({ issuer: 'Sambung', label: person.npk, secret }) };
    },
    async confirm(person, code) {
      const secret = await secrets.get(owner(person), 'totp-next');
      if (secret === undefined) throw new AppError('STATE_CONFLICT');
      const step = await stepOf(secret, code);
      if (step === undefined) throw new AppError('CODE_WRONG');
      return work.db.transaction(async (tx) => {
        await secrets.put(owner(person), { totp: secret, 'totp-next': null }, tx);
        await tx.rows(confirm, [...key(person), step]);
        const codes = await renewCodes(parts, tx, person);
        await note(parts, tx, person, 'user.two-factor-enabled', person.id);
        return codes;
      });
    },
    async spend(person, code) {
      const secret = await secrets.get(owner(person), 'totp');
      const step = secret === undefined ? undefined : await stepOf(secret, code);
      if (step !== undefined) {
        if ((await work.db.rows(useStep, [...key(person), step])).length === 0) throw new AppError('CODE_WRONG');
        return;
      }
      if (secret === undefined || /^\d{6}$/.test(code) || !await spendRecovery(person, code)) {
        throw new AppError('CODE_WRONG');
      }
    },
    async renew(person) {
      if ((await stored(person))?.confirmed_at === undefined) throw new AppError('STATE_CONFLICT');
      return work.db.transaction(async (tx) => {
        const codes = await renewCodes(parts, tx, person);
        await note(parts, tx, person, 'user.recovery-codes-made', person.id);
        return codes;
      });
    },
    async remove(person, by, reason) {
      return work.db.transaction(async (tx) => {
        const removed = await tx.rows(removeOne, key(person));
        await tx.rows(dropCodes, key(person));
        await secrets.put(owner(person), { totp: null, 'totp-next': null }, tx);
        if (removed.length > 0) await note(parts, tx, person, 'user.two-factor-disabled', by, { reason });
        return removed.length > 0;
      });
    },
  };
}
