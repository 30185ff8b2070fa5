/** /api/channel-abilities: what each channel can do, so that screens offer what works and never ask for its name. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Channel } from '#channels/channel.ts';
import type { ChannelRegistry } from '#channels/registry.ts';
import { statement } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';

/** What the route needs of the parts of a node. */
export interface AbilityParts {
  work: Pick<Work, 'db'>;
  channels: ChannelRegistry;
}

const ability = z.object({ name: z.string(), reportName: z.string(), capabilities: z.record(z.string(), z.boolean()),
  reactions: z.array(z.string()), recallHours: z.number().nullable(),
  /** How long after a customer's message free words are taken, at most over the accounts; null: there is no end. */
  windowHours: z.number().nullable() });

const accountsOf = statement('abilities.accounts',
  `select channel, settings from channel_accounts where organisation_id = $1 and status <> 'DISABLED'`);

interface AccountRow { channel: string; settings: Record<string, unknown> }

function windowHours(channel: Channel, accounts: readonly AccountRow[]): number | null {
  const hours = accounts.filter((account) => account.channel === channel.name)
    .flatMap((account) => channel.windowHoursOf?.(account) ?? []);
  return hours.length === 0 ? null : Math.max(...hours);
}

/** The route of the channels' abilities; no secret, no setting, the same for all of a house who work with customers. */
export function channelAbilitiesApi(parts: AbilityParts): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/api/channel-abilities', { config: { permission: 'interaction.read' },
      schema: { response: { 200: z.object({ items: z.array(ability) }) } } },
    async ({ user }) => {
      const accounts = await parts.work.db.rows<AccountRow>(accountsOf, [user.organisationId]);
      return { items: [...parts.channels.values()].map((channel) => ({ name: channel.name,
        reportName: channel.reportName, capabilities: { ...channel.capabilities },
        reactions: [...channel.reactions ?? []], recallHours: channel.limits.recallHours ?? null,
        windowHours: windowHours(channel, accounts) })) };
    });
  };
}
