/** /api/messages and /api/mentions: one message, what it said before, its link; and whom a note may call. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { mentionView, messageView } from '#agent-desk/views.ts';
import { earlierTexts, mentionsOf, messageSeen } from '#domain/conversations/single.ts';
import { conversationView } from '#domain/conversations/queries.ts';
import { limits } from '#domain/limits.ts';
import { containsPattern } from '#domain/pages.ts';
import { mentionable } from '#routing/mentions.ts';
import { createLinkPreviews, firstAddress, type LinkPreviews } from '../link-previews.ts';
import { idParams, orNotFound, paging, type ReadingParts } from './shapes.ts';

const config = { permission: 'interaction.read' } as const;
const preview = z.object({ title: z.string(), description: z.string().nullable(), siteName: z.string() });
const earlier = z.object({ text: z.string().nullable(), replacedAt: z.iso.datetime({ precision: 3 }) });
const colleague = z.object({ id: z.uuid(), name: z.string(), npk: z.string() });

/** The routes of single messages and of mentions. `previews` is for tests; the product has one of its own. */
export function messagesApi(parts: ReadingParts,
  previews: LinkPreviews = createLinkPreviews(parts.work)): FastifyPluginAsyncZod {
  const { db } = parts.work;
  return async (app) => {
    app.get('/api/messages/:id', { config, schema: { params: idParams, response: { 200: messageView } } },
      async ({ user, params }) => orNotFound(await messageSeen(db, user, params.id)));
    app.get('/api/messages/:id/earlier', { config,
      schema: { params: idParams, response: { 200: z.object({ items: z.array(earlier) }) } } },
    async ({ user, params }) => {
      const message = orNotFound(await messageSeen(db, user, params.id));
      return { items: message.deletedAt === null ? await earlierTexts(db, user.organisationId, message.id) : [] };
    });
    // The address is taken from the message, never from the request: this is no proxy for whoever is signed in.
    app.get('/api/messages/:id/link', { config,
      schema: { params: idParams, response: { 200: z.object({ preview: preview.nullable() }) } } },
    async ({ user, params }) => {
      const message = orNotFound(await messageSeen(db, user, params.id));
      const address = firstAddress(message.text ?? '');
      return { preview: address === undefined ? null : await previews.preview(user.organisationId, address) };
    });
    app.get('/api/conversations/:id/mentionable', { config, schema: { params: idParams,
      querystring: z.strictObject({ q: z.string().trim().max(100).optional() }),
      response: { 200: z.object({ items: z.array(colleague) }) } } },
    async ({ user, params, query }) => {
      const { interactionId } = orNotFound(await conversationView(db, user, params.id));
      const pattern = query.q === undefined || query.q === '' ? null : containsPattern(query.q);
      return { items: interactionId === null ? [] : await mentionable(db, user, interactionId, pattern) };
    });
    app.get('/api/mentions', { config, schema: { querystring: z.strictObject({ limit: paging.limit }),
      response: { 200: z.object({ items: z.array(mentionView) }) } } },
    async ({ user, query }) => ({ items: await mentionsOf(db, user, Math.min(query.limit, limits.pageItemsMax)) }));
  };
}
