/** /api/interactions/:id/snooze, wake, transfer, and /bulk: what is done with work besides answering it. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { interactionView as shape } from '#agent-desk/views.ts';
import { AppError } from '#domain/errors.ts';
import { interactionView } from '#domain/interactions/queries.ts';
import { limits } from '#domain/limits.ts';
import type { User } from '#domain/people/access.ts';
import { followTicket, unfollowTicket } from '#domain/tickets/follows.ts';
import type { Work } from '#domain/work.ts';
import { releaseInteraction } from '#routing/assignment.ts';
import { readInteraction } from '#routing/reading.ts';
import { snoozeInteraction, wakeInteraction } from '#routing/snooze.ts';
import { transferInteraction, transferTargets } from '#routing/transfer.ts';
import { categoriseInteraction } from '#routing/wrap-up.ts';
import { idParams, orNotFound, type ReadingParts } from './shapes.ts';

const note = z.string().trim().max(4_000).optional();
const until = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const done = z.object({ done: z.literal(true) });
const config = { permission: 'interaction.handle' } as const;
const transferBody = z.strictObject({ queueId: z.uuid().optional(), agentId: z.uuid().optional(), note });

function single(parts: ReadingParts): FastifyPluginAsyncZod {
  const { work } = parts;
  return async (app) => {
    app.post('/api/interactions/:id/snooze', { config, schema: { params: idParams,
      body: z.strictObject({ until, note }), response: { 200: shape } } },
    async ({ user, params, body }) => {
      await snoozeInteraction(work, { user, interactionId: params.id, ...body });
      return orNotFound(await interactionView(work.db, user, params.id));
    });
    app.post('/api/interactions/:id/wake', { config, schema: { params: idParams, response: { 200: shape } } },
      async ({ user, params }) => {
        await wakeInteraction(work, { user, interactionId: params.id });
        return orNotFound(await interactionView(work.db, user, params.id));
      });
    app.post('/api/interactions/:id/transfer', { config, schema: { params: idParams, body: transferBody,
      response: { 200: done } } },
    async ({ user, params, body }) => {
      await transferInteraction(work, { user, interactionId: params.id, ...body });
      return { done: true as const };
    });
  };
}

const targets = z.object({
  queues: z.array(z.object({ id: z.uuid(), name: z.string(), waiting: z.number().int(), ready: z.number().int() })),
  agents: z.array(z.object({ id: z.uuid(), name: z.string(), presence: z.string(), able: z.boolean() })),
  moreAgents: z.boolean(),
});

function looking(parts: ReadingParts): FastifyPluginAsyncZod {
  const { work } = parts;
  return async (app) => {
    app.get('/api/interactions/:id/transfer-targets', { config, schema: { params: idParams,
      querystring: z.strictObject({ queueId: z.uuid().optional(),
        name: z.string().trim().max(limits.nameChars).optional() }), response: { 200: targets } } },
    async ({ user, params, query }) => {
      const row = orNotFound(await interactionView(work.db, user, params.id));
      return transferTargets(work, { organisationId: user.organisationId, interactionId: row.id, tier: row.tier,
        queueId: query.queueId ?? row.queueId, name: query.name });
    });
  };
}

const bulkAction = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('transfer'), queueId: z.uuid(), note }),
  z.strictObject({ action: z.literal('snooze'), until, note }),
  z.strictObject({ action: z.literal('wake') }),
  z.strictObject({ action: z.literal('release') }),
  z.strictObject({ action: z.literal('read') }),
  z.strictObject({ action: z.literal('categorise'), categoryId: z.uuid(), subcategoryId: z.uuid().nullish() }),
  z.strictObject({ action: z.literal('follow') }),
  z.strictObject({ action: z.literal('unfollow') }),
]);
const bulkBody = z.strictObject({ ids: z.array(z.uuid()).min(1).max(limits.bulkItemsMax), what: bulkAction });
const bulkAnswer = z.object({
  done: z.number().int(), results: z.array(z.object({ id: z.uuid(), ok: z.boolean(), code: z.string().nullable() })),
});

async function act(work: Work, user: User, interactionId: string, what: z.output<typeof bulkAction>): Promise<void> {
  const command = { user, interactionId };
  switch (what.action) {
    case 'transfer': await transferInteraction(work, { ...command, queueId: what.queueId, note: what.note }); return;
    case 'snooze': return snoozeInteraction(work, { ...command, until: what.until, note: what.note });
    case 'wake': return wakeInteraction(work, command);
    case 'release': return releaseInteraction(work, command);
    case 'read': await readInteraction(work, command); return;
    case 'categorise': await categoriseInteraction(work, { ...command, categoryId: what.categoryId,
      subcategoryId: what.subcategoryId ?? null }); return;
    default: {
      const { ticketId } = orNotFound(await interactionView(work.db, user, interactionId));
      await (what.action === 'follow' ? followTicket : unfollowTicket)(work.db, user, ticketId);
    }
  }
}

/** Each row by itself, in the order given: one that cannot be done says why and stops no other. */
function bulk(parts: ReadingParts): FastifyPluginAsyncZod {
  const { work } = parts;
  return async (app) => {
    app.post('/api/interactions/bulk', { config, schema: { body: bulkBody, response: { 200: bulkAnswer } } },
      async ({ user, body }) => {
        const results: z.output<typeof bulkAnswer>['results'] = [];
        for (const id of new Set(body.ids)) {
          try {
            await act(work, user, id, body.what);
            results.push({ id, ok: true, code: null });
          } catch (error) {
            if (!(error instanceof AppError)) throw error;
            results.push({ id, ok: false, code: error.code });
          }
        }
        return { done: results.filter((one) => one.ok).length, results };
      });
  };
}

/** The routes of putting aside, handing on and doing things with many rows at once. */
export function workApi(parts: ReadingParts): FastifyPluginAsyncZod {
  return async (app) => {
    await app.register(single(parts));
    await app.register(looking(parts));
    await app.register(bulk(parts));
  };
}
