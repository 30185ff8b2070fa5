/**
 * What was changed on a form, and how it goes on when somebody else saved first: pure, so that nothing typed is
 * lost.
 */

export type Draft = Record<string, unknown>;

/** True if both hold the same, however deep; order of list items counts, order of keys does not. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = Object.entries(a);
  return left.length === Object.keys(b).length
    && left.every(([key, value]) => key in b && same(value, (b as Draft)[key]));
}

/** The fields in which the draft differs from what it began with. */
export function changedFields<D extends object>(base: D, draft: D): (keyof D & string)[] {
  return (Object.keys(draft) as (keyof D & string)[]).filter((field) => !same(base[field], draft[field]));
}

/** Only what was changed, as a PATCH wants it. */
export function changesOf<D extends object>(base: D, draft: D): Partial<D> {
  return Object.fromEntries(changedFields(base, draft).map((field) => [field, draft[field]])) as Partial<D>;
}

export interface Clash<D> { field: keyof D & string; mine: D[keyof D & string]; theirs: D[keyof D & string] }

export interface Merged<D> { draft: D; clashes: Clash<D>[] }

/**
 * Puts one's own changes on top of a newer version: fields nobody else touched keep the draft, fields only others
 * touched take theirs, fields both changed keep the draft and are named, with both values, for the person to choose.
 */
export function mergeDraft<D extends object>(base: D, draft: D, latest: D): Merged<D> {
  const merged = { ...latest };
  const clashes: Clash<D>[] = [];
  for (const field of changedFields(base, draft)) {
    merged[field] = draft[field];
    if (!same(base[field], latest[field]) && !same(draft[field], latest[field])) {
      clashes.push({ field, mine: draft[field], theirs: latest[field] });
    }
  }
  return { draft: merged, clashes };
}
