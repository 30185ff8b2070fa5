/** The rows that the inbox shows: own work from the cache, other lists page by page, both by the same filter. */
import { useCallback, useMemo } from 'react';
import { isEmptyFilter, matchesFilter, readFilter } from '../lib/filter.ts';
import { createRows, type ListName } from '../live/lists.ts';
import { useList, useMine } from '../live/queries.ts';
import type { InteractionView } from '../live/types.ts';
import { useSession } from '../session/session.ts';
import { useFollows } from '../side/acting.ts';
import { useStored } from '../shell/useStored.ts';
import { byUrgency } from './NextCard.tsx';
import type { Definition } from './views.ts';

/** The three lists in the order of their tabs. */
export const listNames: readonly ListName[] = ['mine', 'queues', 'all'];

/** What the inbox is narrowed to; this machine remembers it for each user, for the next shift sits at the same one. */
export function useDefinition(): [Definition, (definition: Definition) => void] {
  const { user } = useSession();
  const [view, setView] = useStored<string>(`inboxView.${user.id}`, 'mine');
  const [state, setState] = useStored<string>(`inboxState.${user.id}`, 'open');
  const [filter, setFilter] = useStored<string>(`inboxFilter.${user.id}`, '{}');
  const definition = useMemo<Definition>(() => ({ view: listNames.find((each) => each === view) ?? 'mine',
    state: state === 'closed' ? 'closed' : 'open', filter: readFilter(filter) }), [view, state, filter]);
  const change = useCallback((next: Definition): void => {
    setView(next.view);
    setState(next.view === 'queues' ? 'open' : next.state);
    setFilter(JSON.stringify(next.filter));
  }, [setView, setState, setFilter]);
  return [definition, change];
}

/** `own`: decided here, on rows that the line keeps whole and true; what rows do not tell is the server's to say. */
export function useRows({ view, state, filter }: Definition, q: string, now: number) {
  const mine = useMine();
  const follows = useFollows();
  const own = view === 'mine' && state === 'open' && q === '' && filter.awaiting === undefined;
  const plain = isEmptyFilter(filter);
  const list = useList({ view, state, q, ...(plain ? {} : { filter }) }, !own);
  const pages = list.data?.pages;
  // Only a filter on own work asks the clock: everything else stays the same rows until the rows change.
  const at = own && !plain ? now : 0;
  const urgent = view !== 'queues' && state !== 'closed';
  const listed = useMemo(() => createRows(urgent ? byUrgency : undefined), [urgent]);
  const rows = useMemo<InteractionView[] | undefined>(() => {
    if (!own) return pages === undefined ? undefined : listed(pages);
    const found = mine?.filter((row) => plain || matchesFilter(row, filter, at, follows) === true);
    return urgent ? found?.sort(byUrgency) : found;
  }, [own, mine, pages, listed, urgent, filter, plain, follows, at]);
  return { rows, list, own };
}
