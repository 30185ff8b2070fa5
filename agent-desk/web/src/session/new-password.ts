/** What is wrong with a new password, in words: the server's rules, said one by one. */
import { ApiError } from '../api/client.ts';
import { sayError } from '../kit/errors.ts';
import type { useT } from '../kit/words.ts';

const known = ['PASSWORD_TOO_SHORT', 'PASSWORD_TOO_LONG', 'PASSWORD_TOO_SIMPLE', 'PASSWORD_COMMON',
  'PASSWORD_OWN_NAME'] as const;

/** The rule that the password broke, or whatever else the error says. */
export function sayPasswordError(t: ReturnType<typeof useT>, error: unknown): string {
  const issues = error instanceof ApiError ? error.details?.['issues'] : undefined;
  const codes = Array.isArray(issues) ? issues.map((one: { code?: unknown }) => one.code) : [];
  const broken = known.find((code) => codes.includes(code));
  return broken === undefined ? sayError(error).message : t(`join.rule.${broken}`);
}
