/** From journal rows to what changed: the subjects of a batch, each read once from its present state, set by set. */
import type { JournalRow } from '#domain/journal/events.ts';
import type { Queryable } from '#domain/store/db.ts';
import { placesStood, touchedInteractions, type InteractionFacts } from '#domain/interactions/queries.ts';
import { conversationReaders, messageViews, type ConversationReaders,
  type MessageSeen } from '#domain/conversations/queries.ts';
import { ticketFacts, type TicketFacts } from '#domain/tickets/queries.ts';
import { agentFacts, type AgentSeen } from '#domain/people/queries.ts';
import { offersOfInteractions, type OfferFacts } from '#domain/queues/queries.ts';
import type { Placed } from '#domain/people/access.ts';

/** The things of one organisation that a batch of rows speaks of. */
export interface Subjects {
  organisationId: string;
  interactions: Set<string>;
  /** Interactions whose offers may have changed. */
  offered: Set<string>;
  conversations: Set<string>;
  messages: Set<string>;
  tickets: Set<string>;
  contacts: Set<string>;
  agents: Set<string>;
  /** Conversations whose customer has read. */
  read: Set<string>;
  /** Configuration that screens should fetch again. */
  nouns: Set<string>;
  /** Interactions that may have left somebody's sight: they moved, or wait no longer. */
  moved: Set<string>;
  /** Notes, with the users they call. */
  mentioned: Map<string, Set<string>>;
}

const NOUNS: Readonly<Record<string, string>> = {
  user: 'users', role: 'roles', queue: 'queues', skill: 'skills', 'channel-account': 'channel-accounts',
  'canned-reply': 'canned-replies', category: 'categories', reason: 'reasons', site: 'sites', branch: 'branches',
  team: 'teams', seat: 'seats', calendar: 'calendars', holiday: 'holidays', 'opt-out': 'opt-outs',
  'subject-request': 'subject-requests',
};
/** Rows of interactions after which neither offers nor an agent's points are other than before. */
const QUIET = new Set(['interaction.read', 'interaction.answered', 'interaction.rated']);
/** Rows after which an interaction is to be seen by whoever saw it before. */
const STAYING = new Set([...QUIET, 'interaction.offered', 'interaction.offer-ended', 'interaction.documented',
  'interaction.customer-ended', 'interaction.snoozed', 'interaction.woken']);

function empty(organisationId: string): Subjects {
  return {
    organisationId, interactions: new Set(), offered: new Set(), conversations: new Set(), messages: new Set(),
    tickets: new Set(), contacts: new Set(), agents: new Set(), read: new Set(), nouns: new Set(), moved: new Set(),
    mentioned: new Map(),
  };
}

function addInteraction(subjects: Subjects, row: JournalRow): void {
  subjects.interactions.add(row.subjectId);
  if (!STAYING.has(row.type)) subjects.moved.add(row.subjectId);
  if (QUIET.has(row.type)) return;
  subjects.offered.add(row.subjectId);
  const agentId = row.data?.['agentId'];
  if (typeof agentId === 'string') subjects.agents.add(agentId);
  if (row.scope.agentId) subjects.agents.add(row.scope.agentId);
}

function addMessage(subjects: Subjects, row: JournalRow): void {
  subjects.messages.add(row.subjectId);
  const userId = row.data?.['userId'];
  if (row.type !== 'message.mentioned' || typeof userId !== 'string') return;
  const called = subjects.mentioned.get(row.subjectId) ?? new Set();
  subjects.mentioned.set(row.subjectId, called.add(userId));
}

function addContact(subjects: Subjects, row: JournalRow): void {
  if (row.type !== 'contact.updated' && row.type !== 'contact.merged' && row.type !== 'contact.unmerged') return;
  subjects.contacts.add(row.subjectId);
  const mergedId = row.data?.['mergedId'];
  if (typeof mergedId === 'string') subjects.contacts.add(mergedId);
}

function addRow(subjects: Subjects, row: JournalRow): void {
  const { subjectId, conversationId } = row;
  switch (row.subjectType) {
    case 'interaction': addInteraction(subjects, row); break;
    case 'message': addMessage(subjects, row); break;
    case 'ticket': subjects.tickets.add(subjectId); break;
    case 'agent': subjects.agents.add(subjectId); break;
    case 'contact': addContact(subjects, row); break;
    case 'conversation': if (row.type === 'conversation.read') subjects.read.add(subjectId); break;
    default: {
      const noun = NOUNS[row.subjectType];
      if (noun !== undefined && !row.type.startsWith('user.sign')) subjects.nouns.add(noun);
    }
  }
  if (conversationId && (row.subjectType === 'message' || row.subjectType === 'conversation')) {
    subjects.conversations.add(conversationId);
  }
}

/** Sorts the rows of a batch by organisation and subject. */
export function subjectsOf(rows: readonly JournalRow[]): Map<string, Subjects> {
  const found = new Map<string, Subjects>();
  for (const row of rows) {
    const { organisationId } = row.scope;
    const subjects = found.get(organisationId) ?? empty(organisationId);
    found.set(organisationId, subjects);
    addRow(subjects, row);
  }
  return found;
}

/** The present state of all that changed. */
export interface Hydrated {
  subjects: Subjects;
  interactions: InteractionFacts[];
  messages: MessageSeen[];
  readers: Map<string, ConversationReaders>;
  tickets: TicketFacts[];
  agents: { view: AgentSeen; place: Placed }[];
  offers: OfferFacts[];
  /** For what moved: every place it ever stood in. */
  stood: Map<string, Placed[]>;
}

/** Reads the subjects: at most seven statements whatever the number of rows, none for what is not there. */
export async function hydrate(db: Queryable, subjects: Subjects): Promise<Hydrated> {
  const { organisationId } = subjects;
  const messageIds = [...subjects.messages];
  const before = placesStood(db, organisationId, [...subjects.moved]);
  const messages = messageViews(db, organisationId, messageIds);
  const agentIds = before.then((stood) => new Set([...subjects.agents,
    ...[...stood.values()].flat().flatMap((place) => place.agentId ?? [])]));
  // Both stand among the awaited too, so that one that fails beside another is heard.
  const [stood, found, interactions, tickets, agents, offers, readers] = await Promise.all([
    before,
    messages,
    touchedInteractions(db, organisationId, {
      interactionIds: [...subjects.interactions], conversationIds: [...subjects.conversations], messageIds,
      ticketIds: [...subjects.tickets], contactIds: [...subjects.contacts],
    }),
    ticketFacts(db, organisationId, [...subjects.tickets]),
    agentIds.then((ids) => agentFacts(db, organisationId, [...ids])),
    offersOfInteractions(db, organisationId, [...subjects.offered]),
    conversationReaders(db, organisationId, [...new Set([...subjects.conversations, ...subjects.read])]),
  ]);
  return {
    subjects, interactions, messages: found, tickets, agents, offers, stood,
    readers: new Map(readers.map((one) => [one.conversationId, one])),
  };
}
