/** What the list above the box offers: canned replies filled for this customer, or colleagues who may read the work. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { fillReply } from '../../../../domain/replies/variables.ts';
import { fetchAll, rowsOf } from '../api/all.ts';
import { api, type Page } from '../api/client.ts';
import { serverNow } from '../lib/now.ts';
import { useContact } from '../live/queries.ts';
import type { InteractionView } from '../live/types.ts';
import { useSession } from '../session/session.ts';
import { useZone } from '../shell/useZone.ts';
import { factsOf } from './facts.ts';
import type { Suggestion } from './Suggest.tsx';
import type { Token } from './tokens.ts';

const shownMax = 30;

interface CannedReply { id: string; shortcut: string; title: string; body: string; queueId: string | null }
export interface Colleague { id: string; name: string; npk: string }

/** Those that fit the word, best first: the shortcut it begins, then the title, then the text. */
export function matchCanned<T extends Pick<CannedReply, 'shortcut' | 'title' | 'body'>>(all: readonly T[],
  word: string): T[] {
  const rank = (each: T): number => (each.shortcut.startsWith(word) ? 0
    : each.title.toLowerCase().includes(word) ? 1 : each.body.toLowerCase().includes(word) ? 2 : 3);
  return all.map((each) => ({ each, at: rank(each) })).filter(({ at }) => at < 3)
    .sort((a, b) => a.at - b.at || (a.each.shortcut < b.each.shortcut ? -1 : 1)).map(({ each }) => each);
}

export interface Offered {
  items: Suggestion[];
  /** What is put in the token's place. */
  insert: (index: number) => { text: string; colleague?: Colleague } | undefined;
  state: 'loading' | 'failed' | 'none' | 'no-match' | 'some';
}

function stateOf(query: { isError: boolean; data: unknown }, all: number, found: number): Offered['state'] {
  if (query.data === undefined) return query.isError ? 'failed' : 'loading';
  return all === 0 ? 'none' : found === 0 ? 'no-match' : 'some';
}

const nothing: Offered = { items: [], insert: () => undefined, state: 'loading' };

function useCanned(row: InteractionView, token: Token | undefined): Offered {
  const { user } = useSession();
  const zone = useZone();
  const asked = token?.kind === 'canned';
  const contact = useContact(asked ? row.contactId : undefined);
  const query = useQuery({
    queryKey: ['desk', 'canned'], enabled: asked, staleTime: 5 * 60_000,
    queryFn: ({ signal }) => fetchAll<CannedReply>('/canned-replies?active=true', signal), select: rowsOf<CannedReply>,
  });
  const { data } = query;
  const word = token?.word ?? '';
  // There may be thousands: they are gone through once a word, not once a key of everything that is written.
  const { all, found } = useMemo(() => {
    const ours = !asked ? [] : (data ?? []).filter((each) => each.queueId === null || each.queueId === row.queueId);
    return { all: ours.length, found: matchCanned(ours, word).slice(0, shownMax) };
  }, [asked, data, word, row.queueId]);
  if (!asked) return nothing;
  // In whose language and zone is known first; where it cannot be asked, the house's own serve.
  if (contact.isPending) return nothing;
  const facts = factsOf(row, user.name, contact.data, serverNow(), zone);
  return { state: stateOf(query, all, found.length),
    items: found.map((each) => ({ id: each.id, title: each.title, sub: `/${each.shortcut}`,
      text: fillReply(each.body, facts) })),
    insert: (index) => (found[index] === undefined ? undefined : { text: fillReply(found[index].body, facts) }) };
}

function useColleagues(conversationId: string, token: Token | undefined): Offered {
  const word = token?.kind === 'mention' ? token.word.trim() : '';
  const query = useQuery({
    queryKey: ['desk', 'mentionable', conversationId, word], enabled: token?.kind === 'mention', staleTime: 60_000,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => (await api.get<Page<Colleague>>(
      `/conversations/${conversationId}/mentionable?${new URLSearchParams({ q: word }).toString()}`, { signal })).items,
  });
  const found = query.data ?? [];
  return { state: stateOf(query, word === '' ? found.length : 1, found.length),
    items: found.map((each) => ({ id: each.id, title: each.name, sub: each.npk })),
    insert: (index) => (found[index] === undefined ? undefined
      : { text: `@${found[index].name} `, colleague: found[index] }) };
}

/** The offers for the token at the caret. */
export function useSuggestions(row: InteractionView, conversationId: string, token: Token | undefined): Offered {
  const canned = useCanned(row, token);
  const colleagues = useColleagues(conversationId, token);
  return token?.kind === 'mention' ? colleagues : canned;
}
