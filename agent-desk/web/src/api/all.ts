/** Whole lists of the settings, page after page, bounded: for choosing from and for naming. */
import { api, type Page } from './client.ts';

/** Rows that one request asks for; the server gives no more. */
const pageRows = 200;
/** Rows after which a list is cut; the screen says so (shell/CutLists.tsx). */
export const wholeRowsMax = 4_000;

/** The rows of a list, and whether it has more than wholeRowsMax of them. */
export interface Whole<T> { rows: T[]; cut: boolean }

/** All rows of a list, to wholeRowsMax; the path may hold filters already. */
export async function fetchAll<T>(path: string, signal: AbortSignal): Promise<Whole<T>> {
  const rows: T[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ limit: String(pageRows), ...(cursor === null ? {} : { cursor }) });
    const page: Page<T> = await api.get<Page<T>>(`${path}${path.includes('?') ? '&' : '?'}${query.toString()}`,
      { signal });
    rows.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null && rows.length < wholeRowsMax);
  return { rows, cut: cursor !== null };
}

/** For `select` of a query that holds a whole list: its rows. */
export function rowsOf<T>(whole: Whole<T>): T[] {
  return whole.rows;
}

/** True for a list that was cut; for data of any query. */
export function isCut(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'rows' in data && 'cut' in data && data.cut === true;
}
