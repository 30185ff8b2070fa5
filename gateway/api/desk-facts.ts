/** What the desk asks once after signing in: the zone of the user's site, and what lists can be narrowed to. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { filterChoices } from '#domain/interactions/filter-choices.ts';
import { statement } from '#domain/store/db.ts';
import type { ReadingParts } from './shapes.ts';

/** Without a site of one's own the organisation's first; without any, Jakarta, as everywhere (metrics/today.ts). */
const zoneOf = statement('me.zone', `select coalesce((select time_zone from sites where organisation_id = $1 and id = $2),
  (select time_zone from sites where organisation_id = $1 and active order by created_at, id limit 1),
  'Asia/Jakarta') as zone`);

const choices = z.array(z.object({ id: z.uuid(), name: z.string() }));

/** GET /api/me/zone and GET /api/views/choices. */
export function deskFactsApi(parts: ReadingParts): FastifyPluginAsyncZod {
  const { work } = parts;
  return async (app) => {
    app.get('/api/me/zone', { config: { permission: 'signed-in' },
      schema: { response: { 200: z.object({ timeZone: z.string() }) } } },
    async ({ user }) => {
      const found = await work.db.one<{ zone: string }>(zoneOf, [user.organisationId, user.siteId]);
      return { timeZone: found?.zone ?? 'Asia/Jakarta' };
    });
    app.get('/api/views/choices', { config: { permission: 'interaction.read' },
      schema: { response: { 200: z.object({ queues: choices, agents: choices,
        channels: z.array(z.string()) }) } } },
    async ({ user }) => filterChoices(work.db, user));
  };
}
