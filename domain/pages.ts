/** Pages of lists: the opaque place to go on from, and words to search for that mean only themselves. */
import { AppError } from '#domain/errors.ts';
import { limits } from '#domain/limits.ts';

export type PageKey = string | number | null;

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** The opaque cursor behind a row with these sort values. */
export function encodePage(keys: readonly PageKey[]): string {
  return Buffer.from(JSON.stringify(keys)).toString('base64url');
}

/**
 * The sort values of a cursor. Throws VALIDATION_FAILED for one that was not made by encodePage with as many values.
 */
export function decodePage(cursor: string, count: number): PageKey[] {
  try {
    const keys: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(keys) && keys.length === count
      && keys.every((key) => key === null || typeof key === 'number'
        || (typeof key === 'string' && key.length <= 512))) {
      return keys as PageKey[];
    }
  } catch {
    // Falls through: a cursor that is no JSON is as wrong as one with other values.
  }
  throw new AppError('VALIDATION_FAILED', { field: 'cursor' });
}

/** The number of rows to give: at least 1, at most limits.pageItemsMax. */
export function pageSize(limit: number | undefined): number {
  return Math.min(limits.pageItemsMax, Math.max(1, Math.trunc(limit ?? limits.pageItemsDefault)));
}

/** A pattern for ILIKE that finds the words as they stand: % and _ mean themselves (RS20). */
export function containsPattern(words: string): string {
  return `%${words.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
}
