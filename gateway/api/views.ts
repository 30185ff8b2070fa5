/** /api/views: the user's saved views with their counts; /api/follows: the tickets they follow. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { changeView, countViews, removeView, savedViews, saveView } from '#domain/interactions/saved-views.ts';
import { limits } from '#domain/limits.ts';
import { safeText } from '#domain/text.ts';
import { followedTickets, followTicket, unfollowTicket } from '#domain/tickets/follows.ts';
import { ticketView } from '#domain/tickets/queries.ts';
import { idempotent } from '../security/idempotency.ts';
import { ifMatch } from '../security/plugin.ts';
import { definitionShape } from './filters.ts';
import { idParams, orNotFound, type ReadingParts } from './shapes.ts';

const name = z.string().trim().min(1).max(60).transform(safeText);
const viewShape = definitionShape.extend({
  id: z.uuid(), name: z.string(), sort: z.number().int(), version: z.number().int(), count: z.number().int(),
});
const done = z.object({ done: z.literal(true) });
const config = { permission: 'interaction.read' } as const;

function views(parts: ReadingParts): FastifyPluginAsyncZod {
  const { work } = parts;
  return async (app) => {
    app.get('/api/views', { config, schema: { response: { 200: z.object({ items: z.array(viewShape) }) } } },
      async ({ user }) => ({ items: await savedViews(work.db, user) }));
    app.post('/api/views', { config, schema: { body: z.strictObject({ name, definition: definitionShape }),
      response: { 201: viewShape } } },
    async (request, reply) => idempotent(work, request, reply, async () => ({ status: 201,
      body: await saveView(work.db, request.user, request.body.name, request.body.definition) })));
    app.post('/api/views/counts', { config, schema: {
      body: z.strictObject({ views: z.array(definitionShape).min(1).max(limits.savedViewsMax) }),
      response: { 200: z.object({ counts: z.array(z.number().int()) }) } } },
    async ({ user, body }) => ({ counts: await countViews(work.db, user, body.views) }));
    app.patch('/api/views/:id', { config, schema: { params: idParams,
      body: z.strictObject({ name, definition: definitionShape, sort: z.number().int().min(0).max(1_000) }).partial(),
      response: { 200: viewShape } } },
    async (request) => changeView(work.db, request.user, request.params.id, ifMatch(request), request.body));
    app.delete('/api/views/:id', { config, schema: { params: idParams, response: { 200: done } } },
      async ({ user, params }) => {
        await removeView(work.db, user, params.id);
        return { done: true as const };
      });
  };
}

function follows(parts: ReadingParts): FastifyPluginAsyncZod {
  const { work } = parts;
  return async (app) => {
    app.get('/api/follows', { config, schema: { response: { 200: z.object({ ticketIds: z.array(z.uuid()) }) } } },
      async ({ user }) => ({ ticketIds: await followedTickets(work.db, user) }));
    app.put('/api/tickets/:id/follow', { config, schema: { params: idParams, response: { 200: done } } },
      async ({ user, params }) => {
        orNotFound(await ticketView(work.db, user, params.id));
        await followTicket(work.db, user, params.id);
        return { done: true as const };
      });
    app.delete('/api/tickets/:id/follow', { config, schema: { params: idParams, response: { 200: done } } },
      async ({ user, params }) => {
        orNotFound(await ticketView(work.db, user, params.id));
        await unfollowTicket(work.db, user, params.id);
        return { done: true as const };
      });
  };
}

/** The routes of saved views and follows: each user's own, nobody else's. */
export function viewsApi(parts: ReadingParts): FastifyPluginAsyncZod {
  return async (app) => {
    await app.register(views(parts));
    await app.register(follows(parts));
  };
}
