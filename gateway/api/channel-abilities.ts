/** /api/channel-abilities: what each channel can do, so that screens offer what works and never ask for its name. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ChannelRegistry } from '#channels/registry.ts';

/** What the route needs of the parts of a node. */
export interface AbilityParts {
  channels: ChannelRegistry;
}

const ability = z.object({ name: z.string(), reportName: z.string(), capabilities: z.record(z.string(), z.boolean()),
  reactions: z.array(z.string()), recallHours: z.number().nullable() });

/** The route of the channels' abilities; no secret, no setting, the same for everybody who works with customers. */
export function channelAbilitiesApi(parts: AbilityParts): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/api/channel-abilities', { config: { permission: 'interaction.read' },
      schema: { response: { 200: z.object({ items: z.array(ability) }) } } },
    async () => ({ items: [...parts.channels.values()].map((channel) => ({ name: channel.name,
      reportName: channel.reportName, capabilities: { ...channel.capabilities },
      reactions: [...channel.reactions ?? []], recallHours: channel.limits.recallHours ?? null })) }));
  };
}
