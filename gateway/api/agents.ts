/** /api/agents: who is present, and setting the presence of somebody else. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { agentView as shape, presenceName } from '#agent-desk/views.ts';
import { agentFacts, agentViews } from '#domain/people/queries.ts';
import { setPresence } from '#routing/presence.ts';
import { pageOf, queryBoolean } from './crud.ts';
import { idParams, orNotFound, paging, type ReadingParts } from './shapes.ts';

const listQuery = z.strictObject({ present: queryBoolean.optional(), ...paging });
const change = z.strictObject({ presence: presenceName, reasonCode: z.string().max(64).nullish() });

/** The routes of agents. An agent without presence.read sees only themself. */
export function agentsApi(parts: ReadingParts): FastifyPluginAsyncZod {
  const { work } = parts;
  return async (app) => {
    app.get('/api/agents', { config: { permission: 'signed-in' },
      schema: { querystring: listQuery, response: { 200: pageOf(shape) } } },
    async ({ user, query }) => agentViews(work.db, { user, ...query }));
    app.put('/api/agents/:id/presence', { config: { permission: 'presence.manage' },
      schema: { params: idParams, body: change, response: { 200: shape } } },
    async ({ user, params, body }) => {
      await setPresence(work,
        { user, presence: body.presence, reasonCode: body.reasonCode ?? null, target: params.id });
      const [agent] = await agentFacts(work.db, user.organisationId, [params.id]);
      return orNotFound(agent).view;
    });
  };
}
