/** The reading half of the API, one line a noun. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { agentsApi } from './agents.ts';
import { contactsApi, type ContactParts } from './contacts.ts';
import { conversationsApi } from './conversations.ts';
import { filesApi, type FileParts } from './files.ts';
import { interactionsApi } from './interactions.ts';
import { journalApi, type JournalParts } from './journal.ts';
import { metricsLiveApi } from './metrics-live.ts';
import { ticketsApi } from './tickets.ts';

/**
 * The plugins of interactions, conversations, tickets, contacts, agents, files, live figures and the journal's seals.
 */
export function readingApis(parts: ContactParts & FileParts & JournalParts): FastifyPluginAsyncZod[] {
  return [interactionsApi(parts), conversationsApi(parts), ticketsApi(parts), contactsApi(parts), agentsApi(parts),
    filesApi(parts),
    metricsLiveApi(parts), journalApi(parts)];
}
