/** People whom a provider names by two handles: their events are told apart no more, whichever handle came alone. */
import { LRUCache } from 'lru-cache';
import type { ParsedHook, SessionHost } from '#channels/channel.ts';
import type { AccountView, InboundEvent, SamePerson } from '#domain/channels/words.ts';
import { limits } from '#domain/limits.ts';

/**
 * Pairs that this node has told lately, by account: each webhook of a customer names them again. Not for ever, for an
 * erasure or a merge may have taken what was kept.
 */
const told = new LRUCache<string, true>({ max: limits.knownPairsMax, ttl: limits.knownPairsMs });

/** What of a host is needed here. */
export interface PeopleHost {
  readonly account: Pick<AccountView, 'id'>;
  readonly session: Pick<SessionHost, 'identify' | 'knownAs'>;
}

/** The event, under the handle that its person is known by: of `known`, each with the first handle. */
export function underHandle(event: InboundEvent, known: Readonly<Record<string, string>>): InboundEvent {
  if (event.kind === 'unreadable') return event;
  const is = known[event.handle];
  if (is === undefined) return event;
  return event.kind === 'message' ? { ...event, handle: is, sharedHandle: true } : { ...event, handle: is };
}

/** The events of a request, each under the handle that its person is known by. */
export async function underKnownHandles(host: PeopleHost,
  parsed: Pick<ParsedHook, 'events' | 'maybeKnown'>): Promise<InboundEvent[]> {
  const asked = [...new Set(parsed.maybeKnown)];
  if (asked.length === 0) return parsed.events;
  const known = await host.session.knownAs(asked);
  return parsed.events.map((event) => underHandle(event, known));
}

/**
 * Stores events between two looks at whose they are: before, so that whoever was known by the other handle alone keeps
 * the thread; after, for of a newcomer nothing is there to be kept before. Rejects where any of it was not stored.
 */
export async function withPeople<T>(host: PeopleHost, people: readonly SamePerson[] | undefined,
  store: () => Promise<T>): Promise<T> {
  const pairOf = ({ handle, is }: SamePerson): string => `${host.account.id} ${handle} ${is}`;
  const fresh = [...new Map((people ?? []).map((one) => [pairOf(one), one])).values()]
    .filter((one) => !told.has(pairOf(one)));
  for (const person of fresh) await host.session.identify(person);
  const stored = await store();
  for (const person of fresh) {
    await host.session.identify(person);
    told.set(pairOf(person), true);
  }
  return stored;
}
