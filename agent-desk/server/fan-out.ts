/**
 * Who gets what of a batch: for every desk the events it may see, as it may see them (RS19). Pure but for the audience.
 */
import { can, keysOfResource, mayPick } from '#domain/people/access.ts';
import { maskInteraction, type InteractionFacts } from '#domain/interactions/queries.ts';
import type { MessageSeen } from '#domain/conversations/queries.ts';
import type { DeskEvent } from '#agent-desk/protocol.ts';
import { keysOfPlaces, type Audience, type Viewer } from './audience.ts';
import type { Hydrated } from './hydrate.ts';

/** The events of one batch, and for every desk which of them are its own (indexes into `events`, rising). */
export interface FanOut<V> {
  events: DeskEvent[];
  shares: Map<V, number[]>;
}

interface Building<V extends Viewer> extends FanOut<V> {
  audience: Audience<V>;
  organisationId: string;
  cursor: string;
}

function give<V extends Viewer>(
  out: Building<V>, to: Iterable<V>, event: Omit<DeskEvent, 'cursor'>,
): void {
  let at = -1;
  for (const viewer of to) {
    if (at < 0) at = out.events.push({ cursor: out.cursor, ...event }) - 1;
    const share = out.shares.get(viewer);
    if (share === undefined) out.shares.set(viewer, [at]);
    else share.push(at);
  }
}

/** Who reads the interaction in full, and who may only see that it waits. */
function sightOf<V extends Viewer>(out: Building<V>, facts: InteractionFacts): { full: Set<V>; masked: Set<V> } {
  const keys = keysOfResource(facts.place);
  const full = out.audience.having('interaction.read', out.organisationId, keys);
  const masked = facts.view.state === 'QUEUED'
    ? out.audience.having('interaction.read-waiting', out.organisationId, keys).difference(full) : new Set<V>();
  return { full, masked };
}

/** Gives the row to those who see it so; who may take it by themselves is told with it. */
function giveRow<V extends Viewer>(out: Building<V>, to: Set<V>, facts: InteractionFacts,
  view: InteractionFacts['view']): void {
  const event = { type: 'interaction.changed', subject: { type: 'interaction', id: view.id },
    version: view.version } as const;
  const pickers = new Set(facts.pickable ? [...to].filter(({ user }) => mayPick(user, facts.place)) : []);
  give(out, to.difference(pickers), { ...event, data: view });
  if (pickers.size > 0) give(out, pickers, { ...event, data: { ...view, mayPick: true } });
}

/** Whoever could see it in a place it has left, and sees it no longer, is told that it is gone. */
function giveInteraction<V extends Viewer>(out: Building<V>, hydrated: Hydrated, facts: InteractionFacts): void {
  const { view } = facts;
  const { full, masked } = sightOf(out, facts);
  giveRow(out, full, facts, view);
  if (masked.size > 0) giveRow(out, masked, facts, maskInteraction(view));
  const places = hydrated.stood.get(view.id);
  if (places !== undefined) {
    const keys = keysOfPlaces(out.organisationId, places);
    const once = out.audience.having('interaction.read', out.organisationId, keys)
      .union(out.audience.having('interaction.read-waiting', out.organisationId, keys));
    give(out, once.difference(full).difference(masked),
      { type: 'subject.gone', subject: { type: 'interaction', id: view.id }, version: view.version,
        // Whether it only went back to its queue, from where it may come again: the desk keeps what was written then.
        data: { subjectType: 'interaction', ticketId: view.ticketId, queueId: view.queueId,
          waits: view.agentId === null && view.closedAt === null } });
  }
  if (hydrated.subjects.contacts.has(view.contactId)) {
    give(out, full, { type: 'configuration.changed', subject: { type: 'contact', id: view.contactId }, version: 0,
      data: { noun: 'contacts' } });
  }
}

/** Who serves a contact reads its history while they do; the twin of holdsContactFilter. */
function holders<V extends Viewer>(out: Building<V>, userIds: readonly string[]): V[] {
  return userIds.flatMap((id) => out.audience.ofUser(id)).filter(({ user }) =>
    user.organisationId === out.organisationId && can(user, 'interaction.read'));
}

/** Who reads a message of this interaction, or without one whatever else is told of the conversation. */
function readersOf<V extends Viewer>(out: Building<V>, hydrated: Hydrated, conversationId: string,
  interactionId: string | null): Set<V> {
  const readers = hydrated.readers.get(conversationId);
  if (readers === undefined) return new Set();
  const places = interactionId === null ? readers.places
    : hydrated.interactions.filter(({ view }) => view.id === interactionId).map(({ place }) => place);
  return out.audience.having('interaction.read', out.organisationId, keysOfPlaces(out.organisationId, places))
    .union(new Set(holders(out, readers.holderIds)));
}

/** Tells those a note calls, if they may still read it. */
function giveMentions<V extends Viewer>(out: Building<V>, hydrated: Hydrated, note: MessageSeen, who: Set<V>): void {
  const called = hydrated.subjects.mentioned.get(note.id);
  if (called === undefined || note.interactionId === null) return;
  const { interactionId } = note;
  const contactName = hydrated.interactions.find(({ view }) => view.id === interactionId)?.view.contactName ?? null;
  const data = { messageId: note.id, conversationId: note.conversationId, interactionId, authorName: note.authorName,
    text: note.text ?? '', contactName, at: note.createdAt, readAt: null };
  give(out, [...who].filter(({ user }) => called.has(user.id)),
    { type: 'mention.changed', subject: { type: 'mention', id: note.id }, version: 1, data });
}

function giveMessages<V extends Viewer>(out: Building<V>, hydrated: Hydrated): void {
  const known = new Map<string, Set<V>>();
  const readers = (conversationId: string, interactionId: string | null): Set<V> => {
    const key = `${conversationId} ${interactionId}`;
    const found = known.get(key) ?? readersOf(out, hydrated, conversationId, interactionId);
    known.set(key, found);
    return found;
  };
  for (const view of hydrated.messages.toSorted((a, b) => a.seq - b.seq)) {
    const who = readers(view.conversationId, view.interactionId);
    give(out, who,
      { type: 'message.changed', subject: { type: 'message', id: view.id }, version: view.version, data: view });
    giveMentions(out, hydrated, view, who);
  }
  for (const id of hydrated.subjects.read) {
    give(out, readers(id, null), { type: 'conversation.read', subject: { type: 'conversation', id }, version: 0,
      data: { conversationId: id, seq: hydrated.readers.get(id)?.customerReadSeq ?? 0 } });
  }
}

function giveTickets<V extends Viewer>(out: Building<V>, hydrated: Hydrated): void {
  for (const { view, place, places, holderIds } of hydrated.tickets) {
    const who = out.audience.having('ticket.read', out.organisationId, keysOfResource(place))
      .union(out.audience.having('interaction.read', out.organisationId, keysOfPlaces(out.organisationId, places)))
      .union(new Set(holders(out, holderIds)));
    give(out, who,
      { type: 'ticket.changed', subject: { type: 'ticket', id: view.id }, version: view.version, data: view });
  }
}

function giveAgents<V extends Viewer>(out: Building<V>, hydrated: Hydrated): void {
  for (const { view, place } of hydrated.agents) {
    const who = out.audience.having('presence.read', out.organisationId, keysOfResource(place))
      .union(new Set(out.audience.ofUser(view.userId)));
    give(out, who,
      { type: 'agent.changed', subject: { type: 'agent', id: view.userId }, version: view.version, data: view });
  }
}

function giveOffers<V extends Viewer>(out: Building<V>, hydrated: Hydrated): void {
  for (const { view, agentId, open } of hydrated.offers) {
    const subject = { type: 'offer', id: view.id };
    if (open) give(out, out.audience.ofUser(agentId), { type: 'offer.changed', subject, version: 1, data: view });
    else give(out, out.audience.ofUser(agentId), { type: 'offer.gone', subject, version: 2, data: { id: view.id } });
  }
}

/** Decides for every desk of the organisation what it is told of the batch; `cursor` is the place behind it. */
export function fanOut<V extends Viewer>(audience: Audience<V>, hydrated: Hydrated, cursor: string): FanOut<V> {
  const { organisationId } = hydrated.subjects;
  const out: Building<V> = { audience, organisationId, cursor, events: [], shares: new Map() };
  giveOffers(out, hydrated);
  for (const facts of hydrated.interactions) giveInteraction(out, hydrated, facts);
  giveMessages(out, hydrated);
  giveTickets(out, hydrated);
  giveAgents(out, hydrated);
  for (const noun of hydrated.subjects.nouns) {
    give(out, audience.ofOrganisation(organisationId),
      { type: 'configuration.changed', subject: { type: noun, id: organisationId }, version: 0, data: { noun } });
  }
  return { events: out.events, shares: out.shares };
}
