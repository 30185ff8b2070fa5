/** Password hashes: argon2id, few at a time, so that signing in never starves the two cores (RA01, RS24). */
import { hash, verify } from '@node-rs/argon2';
import { AppError } from '#domain/errors.ts';
import { limits } from '#domain/limits.ts';
import { commonPasswords } from './common-passwords.ts';

export interface Passwords {
  /** The PHC text of a new hash. Rejects OVERLOADED when too many wait. */
  hash(plain: string): Promise<string>;
  /**
   * Compares; without a stored hash it works just as long and says no (RS24). `outdated` tells to hash anew because the
   * parameters were weaker once.
   */
  verify(stored: string | null | undefined, plain: string): Promise<{ ok: boolean; outdated: boolean }>;
}

/** OWASP's floor for argon2id; the package's default algorithm is argon2id. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const PREFIX = '$argon2id$v=19$m=19456,t=2,p=1$';
/** Who may wait for a hash: at 2 at a time and some 40 ms each, the last of these waits about two seconds. */
const WAITING_MAX = 100;

/** At most `slots` at a time, at most WAITING_MAX behind them; more are refused at once. */
function narrowGate(slots: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= slots) {
      if (waiting.length >= WAITING_MAX) throw new AppError('OVERLOADED');
      await new Promise<void>((resolve) => { waiting.push(resolve); });
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

/** The hasher of this process. */
export function createPasswords(): Passwords {
  const gate = narrowGate(limits.passwordHashesAtOnce);
  let dummy: Promise<string> | undefined;
  const tooLong = (plain: string): boolean => plain.length > limits.passwordCharsMax;
  return {
    hash: (plain) => gate(() => hash(plain.normalize('NFC'), PARAMETERS)),
    async verify(stored, plain) {
      dummy ??= hash('nobody has this password', PARAMETERS);
      const against = stored ?? await dummy;
      const given = tooLong(plain) ? '' : plain.normalize('NFC');
      const same = await gate(() => verify(against, given)).catch((error: unknown) => {
        if (error instanceof AppError) throw error;
        return false;
      });
      const ok = same && stored !== null && stored !== undefined && !tooLong(plain);
      return { ok, outdated: !against.startsWith(PREFIX) };
    },
  };
}

/**
 * Throws VALIDATION_FAILED with a reason unless the new password may be used: 12 to 128 characters, not a common
 * one, not made of one or two characters, not the person's own number or name with decoration (RA01). Never tells
 * the password back.
 */
export function checkNewPassword(plain: string, person: { npk: string; name: string }): void {
  const refuse = (reason: string): never => {
    throw new AppError('VALIDATION_FAILED', { issues: [{ path: 'password', code: reason }] });
  };
  if (plain.length < limits.passwordCharsMin) refuse('PASSWORD_TOO_SHORT');
  if (plain.length > limits.passwordCharsMax) refuse('PASSWORD_TOO_LONG');
  const folded = plain.normalize('NFKC').toLowerCase();
  if (new Set(folded).size < 5) refuse('PASSWORD_TOO_SIMPLE');
  const bare = folded.replace(/[^a-z]/g, '');
  if (commonPasswords.has(folded) || commonPasswords.has(bare)) refuse('PASSWORD_COMMON');
  const words = [person.npk, ...person.name.toLowerCase().split(/\s+/).filter((word) => word.length >= 4)];
  const rest = words.reduce((text, word) => text.replaceAll(word, ''), folded);
  if (rest.length < 6) refuse('PASSWORD_OWN_NAME');
}
