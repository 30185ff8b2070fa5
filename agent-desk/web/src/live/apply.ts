/**
 * What events and snapshots do to the Query cache, which is the desk's whole state. A snapshot replaces; an event
 * patches by version, so that the same event twice, or an old one late, changes nothing.
 */
import type { QueryClient } from '@tanstack/react-query';
import { abilitiesChanged } from '../lib/abilities.ts';
import { withChanged, type Around } from '../lib/around.ts';
import { keys } from './keys.ts';
import { withFollowed, withMine, withoutRow, withRow, type ListKind, type ListPage } from './lists.ts';
import { withLive, type Thread } from './thread.ts';
import { withTicket, type TicketKind, type TicketPage } from './tickets.ts';
import type { AgentView, DeskEvent, InteractionView, MessageView, OfferView, Snapshot, TicketView } from './types.ts';

export type Cache = Pick<QueryClient, 'getQueryData' | 'setQueryData' | 'getQueriesData' | 'invalidateQueries'
  | 'removeQueries'>;

interface Pages { pages: ListPage[]; pageParams: unknown[] }

/** Rows that left my work, remembered so that it can be told where they went. */
const leftMax = 20;

/** What came live lately, so that an answer fetched meanwhile but read earlier on the server does not undo it. */
export class Lately {
  private readonly rows = new Map<string, InteractionView>();
  private readonly messages = new Map<string, MessageView>();
  private readonly max = 500;

  private keep<V extends { id: string }>(map: Map<string, V>, value: V, ageOf: (value: V) => number): void {
    const old = map.get(value.id);
    if (old !== undefined && ageOf(old) > ageOf(value)) return;
    map.delete(value.id);
    map.set(value.id, value);
    const oldest = map.keys().next();
    if (map.size > this.max && oldest.done !== true) map.delete(oldest.value);
  }

  /** Remembers an interaction that came live. */
  row(row: InteractionView): void { this.keep(this.rows, row, (each) => each.revision); }

  /** Remembers a message that came live. */
  message(message: MessageView): void { this.keep(this.messages, message, (each) => each.version); }

  /** The newer of a fetched row and what came live. */
  newest(row: InteractionView): InteractionView {
    const live = this.rows.get(row.id);
    return live !== undefined && live.revision > row.revision ? live : row;
  }

  /** The messages of a conversation that came live lately. */
  ofConversation(conversationId: string): MessageView[] {
    return [...this.messages.values()].filter((message) => message.conversationId === conversationId);
  }

  /** Every message that came live lately. */
  allMessages(): MessageView[] { return [...this.messages.values()]; }

  /** Forgets everything: a snapshot came. */
  clear(): void {
    this.rows.clear();
    this.messages.clear();
  }
}

interface Versioned { version: number }

function newer<T extends Versioned>(old: T | undefined, next: T): T {
  return old !== undefined && old.version > next.version ? old : next;
}

function eachList(cache: Cache, change: (pages: ListPage[], kind: ListKind) => ListPage[]): void {
  for (const [key, data] of cache.getQueriesData<Pages>({ queryKey: keys.lists })) {
    if (data === undefined) continue;
    const pages = change(data.pages, key[2] as ListKind);
    if (pages !== data.pages) cache.setQueryData<Pages>(key, { ...data, pages });
  }
}

function interactionChanged(cache: Cache, row: InteractionView, me: string): void {
  const mine = cache.getQueryData<InteractionView[]>(keys.mine)?.find((each) => each.id === row.id);
  if (mine !== undefined && mine.revision <= row.revision && row.agentId !== me)
    cache.setQueryData<InteractionView[]>(keys.left, (left = []) => [...left, row].slice(-leftMax));
  if (cache.getQueryData<string[]>(keys.follows)?.includes(row.ticketId) === true) {
    cache.setQueryData<InteractionView[]>(keys.followed,
      (rows) => (rows === undefined ? rows : withFollowed(rows, row)));
  }
  cache.setQueryData<InteractionView[]>(keys.mine, (mine) => (mine === undefined ? mine : withMine(mine, row, me)));
  // Only where it is or was open: a floor of thousands would fill the memory with rows nobody looks at.
  cache.setQueryData<InteractionView>(keys.interaction(row.id),
    (old) => (old === undefined || old.revision > row.revision ? old : row));
  eachList(cache, (pages, kind) => withRow(pages, row, kind, me));
}

function interactionGone(cache: Cache, id: string): void {
  cache.setQueryData<InteractionView[]>(keys.mine, (mine) => mine?.filter((row) => row.id !== id));
  eachList(cache, (pages) =>
    (pages.some((page) => page.items.some((row) => row.id === id)) ? withoutRow(pages, id) : pages));
  cache.removeQueries({ queryKey: keys.interaction(id), exact: true, type: 'inactive' });
  void cache.invalidateQueries({ queryKey: keys.interaction(id), exact: true });
}

/** Whether its ticket is still to be seen only the server knows: the lists that show it are asked for again. */
function ticketMayBeGone(cache: Cache, ticketId: string): void {
  for (const [queryKey, data] of cache.getQueriesData<{ pages: TicketPage[] }>({ queryKey: keys.ticketLists })) {
    if (data?.pages.some((page) => page.items.some((row) => row.id === ticketId)) === true)
      void cache.invalidateQueries({ queryKey, exact: true });
  }
  void cache.invalidateQueries({ queryKey: keys.ticket(ticketId), exact: true });
}

function messageChanged(cache: Cache, message: MessageView): void {
  for (const [around, data] of cache.getQueriesData<Around<MessageView>>({ queryKey: [...keys.arounds,
    message.conversationId] })) {
    if (data !== undefined) cache.setQueryData<Around<MessageView>>(around, withChanged(data, message));
  }
  const key = keys.thread(message.conversationId);
  const thread = cache.getQueryData<Thread>(key);
  if (thread === undefined) return;
  const next = withLive(thread, message);
  if (next === undefined) void cache.invalidateQueries({ queryKey: key, exact: true });
  else if (next !== thread) cache.setQueryData<Thread>(key, next);
}

function ticketChanged(cache: Cache, ticket: TicketView): void {
  cache.setQueryData<TicketView>(keys.ticket(ticket.id), (old) => (old === undefined ? old : newer(old, ticket)));
  const follows = cache.getQueryData<string[]>(keys.follows);
  for (const [key, data] of cache.getQueriesData<{ pages: TicketPage[] }>({ queryKey: keys.ticketLists })) {
    if (data === undefined) continue;
    const pages = withTicket(data.pages, ticket, key[2] as TicketKind, follows);
    if (pages !== data.pages) cache.setQueryData(key, { ...data, pages });
  }
}

/** Offers that came together in the order in which their customers wait, as the server gives them. */
function byOffer(one: OfferView, other: OfferView): number {
  const place = ({ offeredAt, waitingSince, id }: OfferView): string[] => [offeredAt, waitingSince ?? '~', id];
  const [mine, theirs] = [place(one), place(other)];
  const at = mine.findIndex((part, index) => part !== theirs[index]);
  return at === -1 ? 0 : (mine[at] ?? '') < (theirs[at] ?? '') ? -1 : 1;
}

function offerChanged(cache: Cache, offer: OfferView): void {
  cache.setQueryData<OfferView[]>(keys.offers,
    (offers = []) => [...offers.filter((each) => each.id !== offer.id), offer].sort(byOffer));
}

const nouns: Record<string, readonly string[]> = { categories: ['desk', 'categories'],
  reasons: ['desk', 'reasons'], 'canned-replies': ['desk', 'canned'], contacts: ['desk', 'contact'],
  'subject-requests': keys.dueRequests };

/**
 * Lists of the settings that stand on the screen are fetched anew: another administrator changed something they show
 * or count. A form that is open is left alone; it hears of it when it is saved (If-Match).
 */
function refreshSettings(cache: Cache): void {
  void cache.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === 'admin' && queryKey[2] !== 'one' });
}

/** Applies one event. `me` is the user's id: it decides what is "mine". */
export function applyEvent(cache: Cache, event: DeskEvent, me: string, lately: Lately): void {
  switch (event.type) {
    case 'interaction.changed': {
      const row = event.data as InteractionView;
      lately.row(row);
      return interactionChanged(cache, row, me);
    }
    case 'message.changed': {
      const message = event.data as MessageView;
      lately.message(message);
      return messageChanged(cache, message);
    }
    case 'ticket.changed': return ticketChanged(cache, event.data as TicketView);
    case 'agent.changed': {
      const agent = event.data as AgentView;
      if (agent.userId === me) cache.setQueryData<AgentView>(keys.agent, (old) => newer(old, agent));
      return;
    }
    case 'offer.changed': return offerChanged(cache, event.data as OfferView);
    case 'offer.gone':
      cache.setQueryData<OfferView[]>(keys.offers,
        (offers = []) => offers.filter((each) => each.id !== event.subject.id));
      return;
    case 'subject.gone':
      if (event.subject.type === 'interaction') {
        interactionGone(cache, event.subject.id);
        const { ticketId } = event.data as { ticketId?: unknown };
        if (typeof ticketId === 'string') ticketMayBeGone(cache, ticketId);
      }
      return;
    case 'conversation.read':
      void cache.invalidateQueries({ queryKey: keys.counts });
      return;
    case 'configuration.changed': {
      const name = String((event.data as { noun?: unknown }).noun);
      if (name === 'channel-accounts') abilitiesChanged();
      void cache.invalidateQueries({ queryKey: nouns[name] ?? ['desk', 'configuration'] });
      refreshSettings(cache);
      return;
    }
    case 'mention.changed':
      void cache.invalidateQueries({ queryKey: keys.mentions });
      return;
    default:
      // A later server may know more types; what this desk does not know it does not show.
  }
}

/** Replaces what the snapshot holds and has everything else fetched again where it is looked at. */
export function applySnapshot(cache: Cache, snapshot: Snapshot, lately: Lately): void {
  lately.clear();
  cache.setQueryData<AgentView>(keys.agent, snapshot.agent);
  cache.setQueryData<OfferView[]>(keys.offers, snapshot.offers);
  cache.setQueryData<InteractionView[]>(keys.mine, snapshot.mine);
  cache.setQueryData(keys.counts, snapshot.counts);
  for (const row of snapshot.mine) {
    cache.setQueryData<InteractionView>(keys.interaction(row.id), (old) => (old === undefined ? old : row));
  }
  for (const queryKey of [keys.lists, keys.interactions, keys.threads, keys.arounds, keys.tickets,
    keys.ticketLists, keys.contacts, keys.followed]) void cache.invalidateQueries({ queryKey });
  abilitiesChanged();
  refreshSettings(cache);
}
