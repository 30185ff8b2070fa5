/** /api/tickets: cases as lists and rows, and changing what a ticket says. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ticketView as shape } from '#agent-desk/views.ts';
import { ticketToOpen, ticketView, ticketViews } from '#domain/tickets/queries.ts';
import { ticketTimeline } from '#domain/tickets/timeline.ts';
import { updateTicket } from '#routing/ticketing.ts';
import { ifMatch } from '../security/plugin.ts';
import { pageOf } from './crud.ts';
import { idParams, orNotFound, paging, type ReadingParts } from './shapes.ts';

const listQuery = z.strictObject({
  state: z.enum(['open', 'closed']).optional(), contactId: z.uuid().optional(),
  followed: z.literal('true').transform(() => true as const).optional(), ...paging,
});
const change = z.strictObject({
  categoryId: z.uuid(), subcategoryId: z.uuid().nullable(), summary: z.string().trim().min(3).max(4_000).nullable(),
  outcomeCode: z.string().min(1).max(64).nullable(),
}).partial().refine((body) => Object.keys(body).length > 0)
  .refine((body) => body.subcategoryId === undefined || body.categoryId !== undefined);

const maybe = z.string().nullable();
const named = z.object({ id: z.string(), en: z.string() }).nullable();
const stepShape = z.object({
  id: z.string(), at: z.string(), type: z.string(), subjectType: z.enum(['ticket', 'interaction']),
  actorKind: z.string(), actorName: maybe,
  detail: z.object({ from: maybe, to: maybe, reasonCode: maybe, reason: maybe, outcomeCode: maybe,
    categoryCode: maybe, queueName: maybe, agentName: maybe, until: maybe, score: z.number().nullable(),
    reasonName: named, outcomeName: named, categoryName: named, changes: z.array(z.object({
      field: z.enum(['category', 'subcategory', 'outcome', 'summary']), from: named, to: named })) }),
});

/**
 * The routes of tickets. Lists are open to whoever is signed in: several rights lead to a ticket, and without one they
 * are empty.
 */
export function ticketsApi(parts: ReadingParts): FastifyPluginAsyncZod {
  const { work } = parts;
  return async (app) => {
    app.get('/api/tickets', { config: { permission: 'signed-in' },
      schema: { querystring: listQuery, response: { 200: pageOf(shape) } } }, async ({ user, query }) =>
      ticketViews(work.db, { user, ...query }));
    app.get('/api/tickets/:id',
      { config: { permission: 'signed-in' }, schema: { params: idParams, response: { 200: shape } } },
      async ({ user, params }) => orNotFound(await ticketView(work.db, user, params.id)));
    app.get('/api/tickets/:id/interaction', { config: { permission: 'signed-in' },
      schema: { params: idParams, response: { 200: z.object({ interactionId: z.uuid().nullable() }) } } },
    async ({ user, params }) => orNotFound(await ticketToOpen(work.db, user, params.id)));
    app.get('/api/tickets/:id/timeline', { config: { permission: 'signed-in' },
      schema: { params: idParams, querystring: z.strictObject(paging), response: { 200: pageOf(stepShape) } } },
    async ({ user, params, query }) => {
      orNotFound(await ticketView(work.db, user, params.id));
      return ticketTimeline(work.db, { organisationId: user.organisationId, ticketId: params.id, ...query });
    });
    app.patch('/api/tickets/:id', { config: { permission: 'ticket.update' },
      schema: { params: idParams, body: change, response: { 200: shape } } }, async (request) => {
      const { user, params, body } = request;
      await updateTicket(work, { user, ticketId: params.id, ifVersion: ifMatch(request), change: body });
      return orNotFound(await ticketView(work.db, user, params.id));
    });
  };
}
