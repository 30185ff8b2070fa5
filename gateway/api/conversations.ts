/** /api/conversations: a thread and its messages, page by page. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { interactionView as interactionShape, messageView } from '#agent-desk/views.ts';
import { conversationView, messagePage } from '#domain/conversations/queries.ts';
import { interactionFacts } from '#domain/interactions/queries.ts';
import { idParams, journalView, orNotFound, paging, type ReadingParts } from './shapes.ts';

const conversationShape = z.object({
  id: z.uuid(), contactId: z.uuid(), channelAccountId: z.uuid(), lastSeq: z.number().int(),
    customerReadSeq: z.number().int(),
  version: z.number().int(),
});
const seq = z.coerce.number().int().min(0).max(2_147_483_647);
const messageQuery = z.strictObject({ before: seq.optional(), after: seq.optional(), limit: paging.limit });

/**
 * The routes of conversations. What a page before or behind holds is asked for by `before` and `after`, not by a
 * cursor.
 */
export function conversationsApi(parts: ReadingParts): FastifyPluginAsyncZod {
  const { work } = parts;
  return async (app) => {
    app.get('/api/conversations/:id',
      { config: { permission: 'interaction.read' }, schema: { params: idParams, response: { 200:
      z.object({ conversation: conversationShape, interaction: interactionShape.nullable(),
        contactId: z.uuid() }) } } },
    async ({ user, params }) => {
      const { conversation, interactionId } = orNotFound(await conversationView(work.db, user, params.id));
      const ids = interactionId === null ? [] : [interactionId];
      const [facts] = await interactionFacts(work.db, user.organisationId, ids);
      await journalView(work, user, conversation.contactId);
      return { conversation, interaction: facts?.view ?? null, contactId: conversation.contactId };
    });
    app.get('/api/conversations/:id/messages', { config: { permission: 'interaction.read' }, schema: { params: idParams,
      querystring: messageQuery, response: { 200:
        z.object({ items: z.array(messageView), nextCursor: z.string().nullable() }) } } },
    async ({ user, params, query }) => {
      orNotFound(await conversationView(work.db, user, params.id));
      const page = await messagePage(work.db,
        { user, conversationId: params.id, ...query });
      const edge = query.after === undefined ? page.items[0] : page.items.at(-1);
      return { items: page.items, nextCursor: page.more && edge !== undefined ? String(edge.seq) : null };
    });
  };
}
