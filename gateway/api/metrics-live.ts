/** /api/metrics/live: the figures of today within the user's scope, by the definitions of domain/metrics. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { liveMetrics } from '#domain/metrics/live.ts';
import type { ReadingParts } from './shapes.ts';

const count = z.number().int();
const share = z.object({ part: count, whole: count, ratio: z.number().nullable() });
const shape = z.object({
  at: z.iso.datetime({ precision: 3 }),
  queues: z.array(z.object({ queueId: z.uuid(), name: z.string(), tier: count, waiting: count,
    longestWaitS: count.nullable() })),
  agents: z.object({ READY: count, BUSY: count, BREAK: count, WRAP_UP: count, OFFLINE: count }),
  caseIn: count, outOfTopic: count, answered: share, abandoned: count, withinTarget: share, day: z.literal('site'),
});

/** The route of the live figures. */
export function metricsLiveApi(parts: ReadingParts): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/api/metrics/live', { config: { permission: 'metrics.read' }, schema: { response: { 200: shape } } },
      async ({ user }) => liveMetrics(parts.work.db, user));
  };
}
