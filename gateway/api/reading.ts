/** The reading half of the API, one line a noun. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { agentsApi } from './agents.ts';
import { contactsApi, type ContactParts } from './contacts.ts';
import { conversationsApi } from './conversations.ts';
import { deskFactsApi } from './desk-facts.ts';
import { filesApi, type FileParts } from './files.ts';
import { interactionsApi } from './interactions.ts';
import { journalApi, type JournalParts } from './journal.ts';
import { messagesApi } from './messages.ts';
import { mergesApi } from './merges.ts';
import { metricsLiveApi } from './metrics-live.ts';
import { searchApi } from './search.ts';
import { templatesApi, type TemplateParts } from './templates.ts';
import { ticketsApi } from './tickets.ts';
import { viewsApi } from './views.ts';
import { workApi } from './work.ts';

/**
 * The plugins of interactions, conversations, tickets, contacts, agents, files, live figures and the journal's seals.
 */
export function readingApis(parts: ContactParts & FileParts & JournalParts & TemplateParts): FastifyPluginAsyncZod[] {
  return [interactionsApi(parts), conversationsApi(parts), messagesApi(parts), ticketsApi(parts), contactsApi(parts),
    agentsApi(parts), filesApi(parts),
    metricsLiveApi(parts), journalApi(parts), workApi(parts), viewsApi(parts), deskFactsApi(parts),
    mergesApi(parts), searchApi(parts), templatesApi(parts)];
}
