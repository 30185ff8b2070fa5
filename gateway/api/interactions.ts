/** /api/interactions: the inbox as lists and rows, and what an agent does with their work. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { documentationForm, documentationPart, interactionView as shape } from '#agent-desk/views.ts';
import { interactionCounts, interactionView, interactionViews } from '#domain/interactions/queries.ts';
import { agentToday } from '#domain/metrics/today.ts';
import { closeInteraction, categoriseInteraction, completeOutOfTopic, documentInteraction } from '#routing/wrap-up.ts';
import { escalateInteraction } from '#routing/escalation.ts';
import { releaseInteraction } from '#routing/assignment.ts';
import { ifMatch } from '../security/plugin.ts';
import { pageOf } from './crud.ts';
import { filterQuery } from './filters.ts';
import { idParams, journalSearch, orNotFound, paging, words, type ReadingParts } from './shapes.ts';

const reason = z.string().min(1).max(64);
const done = z.object({ done: z.literal(true) });

const list = { view: z.enum(['mine', 'queues', 'all']).default('mine'),
  state: z.enum(['open', 'closed']).default('open'), filter: filterQuery.optional(), ...paging };
const listQuery = z.strictObject(list);
/** Customers' names and numbers stand in no address, for addresses are written into logs (RA09). */
const searchBody = z.strictObject({ ...list, q: words });

const counts = z.object({
  mine: z.number().int(), queues: z.number().int(), all: z.number().int(),
  /** The agent's own day, in the zone of their site. */
  today: z.object({ closed: z.number().int(), handlingS: z.number().nullable() }),
});

function reading(parts: ReadingParts): FastifyPluginAsyncZod {
  const { work } = parts;
  return async (app) => {
    app.get('/api/interactions', { config: { permission: 'interaction.read' },
      schema: { querystring: listQuery, response: { 200: pageOf(shape) } } },
    async ({ user, query }) => interactionViews(work.db, { user, ...query }));
    app.post('/api/interactions/search', { config: { permission: 'interaction.read' },
      schema: { body: searchBody, response: { 200: pageOf(shape) } } }, async ({ user, body }) => {
      await journalSearch(work, user, 'interactions');
      return interactionViews(work.db, { user, ...body });
    });
    app.get('/api/interactions/counts',
      { config: { permission: 'interaction.read' }, schema: { response: { 200: counts } } },
      async ({ user }) => {
        const [held, today] = await Promise.all([interactionCounts(work.db, user), agentToday(work.db, user)]);
        return { ...held, today };
      });
    app.get('/api/interactions/:id', { config: { permission: 'interaction.read' },
      schema: { params: idParams, response: { 200: shape } } },
    async ({ user, params }) => orNotFound(await interactionView(work.db, user, params.id)));
  };
}

function handling(parts: ReadingParts): FastifyPluginAsyncZod {
  const { work } = parts;
  return async (app) => {
    app.patch('/api/interactions/:id', { config: { permission: 'interaction.handle' }, schema: { params: idParams,
      body: z.strictObject({ categoryId: z.uuid(), subcategoryId: z.uuid().nullish() }), response: { 200: shape } } },
    async (request) => {
      const { user, params, body } = request;
      await categoriseInteraction(work, { user, interactionId: params.id, ...body, ifVersion: ifMatch(request) });
      return orNotFound(await interactionView(work.db, user, params.id));
    });
    app.post('/api/interactions/:id/documentation', { config: { permission: 'interaction.handle' },
      schema: { params: idParams, body: documentationForm, response: { 200: shape } } },
    async ({ user, params, body }) => {
      await documentInteraction(work, { user, interactionId: params.id, form: body });
      return orNotFound(await interactionView(work.db, user, params.id));
    });
    app.post('/api/interactions/:id/close', { config: { permission: 'interaction.handle' },
      schema: { params: idParams, response: { 200: shape } } },
    async ({ user, params }) => {
      await closeInteraction(work, { user, interactionId: params.id });
      return orNotFound(await interactionView(work.db, user, params.id));
    });
    app.post('/api/interactions/:id/out-of-topic', { config: { permission: 'interaction.handle' },
      schema: { params: idParams, body: z.strictObject({ reasonCode: reason }), response: { 200: shape } } },
    async ({ user, params, body }) => {
      await completeOutOfTopic(work, { user, interactionId: params.id, ...body });
      return orNotFound(await interactionView(work.db, user, params.id));
    });
  };
}

/** After these the work may be out of the user's sight: the answer says only that it is done. */
function handingOn(parts: ReadingParts): FastifyPluginAsyncZod {
  const { work } = parts;
  return async (app) => {
    app.post('/api/interactions/:id/escalate',
      { config: { permission: 'interaction.handle' }, schema: { params: idParams,
      body: z.strictObject({ reasonCode: reason, note: z.string().trim().max(4_000).optional(),
        form: documentationPart.optional() }),
        response: { 200: done } } },
    async ({ user, params, body }) => {
      await escalateInteraction(work, { user, interactionId: params.id, ...body });
      return { done: true as const };
    });
    app.post('/api/interactions/:id/release',
      { config: { permission: 'interaction.handle' }, schema: { params: idParams,
      body: z.strictObject({ reasonCode: reason.optional() }).nullish(), response: { 200: done } } },
    async ({ user, params, body }) => {
      const reasonCode = body?.reasonCode;
      await releaseInteraction(work,
        { user, interactionId: params.id, ...(reasonCode === undefined ? {} : { reasonCode }) });
      return { done: true as const };
    });
  };
}

/** The routes of interactions. */
export function interactionsApi(parts: ReadingParts): FastifyPluginAsyncZod {
  return async (app) => {
    await app.register(reading(parts));
    await app.register(handling(parts));
    await app.register(handingOn(parts));
  };
}
