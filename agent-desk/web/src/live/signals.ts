/** What may be lost and is never stored: who types, who looks, which offer went away unanswered. */
import type { QueryClient } from '@tanstack/react-query';
import { keys } from './keys.ts';
import type { AgentView, DeskEvent, OfferView, Watcher } from './types.ts';

export interface Typing { conversationId: string; by: 'customer' | 'agent'; userId: string | null;
  name: string | null; typing: boolean }
export interface Missed { offer: OfferView | undefined; presence: AgentView['presence'] }

const typingMs = 6_000;
/** Why presence changes when an offer ran out (routing/assignment.ts). */
const missedCode = 'MISSED_OFFER';

export class Signals {
  private readonly typing = new Map<string, { typing: Typing; timer: number }>();
  private readonly watching = new Map<string, Watcher[]>();
  private readonly listeners = new Set<() => void>();
  private gone: OfferView | undefined;
  private missedNow: Missed | undefined;
  private stamp = 0;

  /** Rises with every change: what React compares. */
  version = (): number => this.stamp;

  /** Calls the listener on every change. Returns the way to stop. */
  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => { this.listeners.delete(listener); };
  };

  private changed(): void {
    this.stamp += 1;
    for (const listener of this.listeners) listener();
  }

  /** Somebody types, or stopped; without further word it is over after some seconds. */
  setTyping(typing: Typing): void {
    const key = `${typing.conversationId} ${typing.by} ${typing.userId ?? ''}`;
    window.clearTimeout(this.typing.get(key)?.timer);
    this.typing.delete(key);
    if (typing.typing) {
      const timer = window.setTimeout(() => {
        this.typing.delete(key);
        this.changed();
      }, typingMs);
      this.typing.set(key, { typing, timer });
    }
    this.changed();
  }

  /** True while the customer of the conversation types. */
  customerTypes(conversationId: string): boolean {
    return this.typing.has(`${conversationId} customer `);
  }

  /** Who else has the conversation on the screen. */
  setWatchers(conversationId: string, watchers: Watcher[]): void {
    this.watching.set(conversationId, watchers);
    this.changed();
  }

  /** The others who look at the conversation now. */
  watchers(conversationId: string): readonly Watcher[] {
    return this.watching.get(conversationId) ?? [];
  }

  /** A message of the customer ends their typing; an offer that goes is remembered, in case it was missed. */
  beforeEvent(event: DeskEvent, cache: QueryClient, me: string): void {
    if (event.type === 'message.changed' && 'direction' in event.data && event.data.direction === 'IN') {
      const conversationId = String(event.data['conversationId']);
      if (this.customerTypes(conversationId))
        this.setTyping({ conversationId, by: 'customer', userId: null, name: null, typing: false });
    }
    if (event.type === 'offer.gone') {
      this.gone = cache.getQueryData<OfferView[]>(keys.offers)?.find((offer) => offer.id === event.subject.id)
        ?? this.gone;
    }
    if (event.type !== 'agent.changed') return;
    const agent = event.data as AgentView;
    const old = cache.getQueryData<AgentView>(keys.agent);
    if (agent.userId !== me || old === undefined || agent.version <= old.version) return;
    if (old.presence === 'READY' && agent.presence !== 'READY' && agent.reasonCode === missedCode)
      this.miss(agent, cache);
    else if (agent.presence === 'READY' && this.missedNow !== undefined) this.forgetMissed();
  }

  private miss(agent: AgentView, cache: QueryClient): void {
    this.missedNow = { offer: cache.getQueryData<OfferView[]>(keys.offers)?.[0] ?? this.gone,
      presence: agent.presence };
    this.changed();
  }

  /** The offer that ran out and took the agent out of Ready with it; undefined once read. */
  missed(): Missed | undefined {
    return this.missedNow;
  }

  /** The agent has read it. */
  forgetMissed(): void {
    this.missedNow = undefined;
    this.changed();
  }

  /** Without a line nobody is known to look or type. */
  forgetPeople(): void {
    for (const { timer } of this.typing.values()) window.clearTimeout(timer);
    this.typing.clear();
    this.watching.clear();
    this.changed();
  }
}
