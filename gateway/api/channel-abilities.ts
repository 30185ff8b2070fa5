/**
 * /api/channel-abilities: what each channel and each of its accounts can do now, so that screens offer what works and
 * never ask for its name.
 */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Channel } from '#channels/channel.ts';
import type { ChannelRegistry } from '#channels/registry.ts';
import { limits } from '#domain/limits.ts';
import { statement } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';

/** What the route needs of the parts of a node. */
export interface AbilityParts {
  work: Pick<Work, 'db'>;
  channels: ChannelRegistry;
}

/** What one message may have: longer texts and larger files are refused, by the house or by the provider. */
const bounds = z.object({ textChars: z.number(), fileBytes: z.number() });

const ability = z.object({ name: z.string(), reportName: z.string(), capabilities: z.record(z.string(), z.boolean()),
  reactions: z.array(z.string()), recallHours: z.number().nullable(),
  /** How long after a customer's message free words are taken, at most over the accounts; null: there is no end. */
  windowHours: z.number().nullable(), limits: bounds,
  accounts: z.array(z.object({ id: z.uuid(), capabilities: z.record(z.string(), z.boolean()),
    windowHours: z.number().nullable(), limits: bounds,
    /** False: it has no connection now, its provider refuses it, or it is disabled; what is written waits. */
    ready: z.boolean() })) });

const accountsOf = statement('abilities.accounts',
  'select id, channel, settings, status from channel_accounts where organisation_id = $1 order by id');

interface AccountRow { id: string; channel: string; settings: Record<string, unknown>; status: string }

function boundsOf(channel: Channel, account?: AccountRow): z.output<typeof bounds> {
  const { textChars, fileBytes } = { ...channel.limits,
    ...(account === undefined ? {} : channel.limitsOf?.(account)) };
  return { textChars: Math.min(textChars, limits.messageTextChars), fileBytes: Math.min(fileBytes, limits.fileBytes) };
}

function abilitiesOf(channel: Channel, all: readonly AccountRow[]): z.output<typeof ability> {
  const accounts = all.filter((account) => account.channel === channel.name).map((account) => ({ id: account.id,
    capabilities: { ...channel.capabilitiesOf?.(account) ?? channel.capabilities },
    windowHours: channel.windowHoursOf?.(account) ?? null, limits: boundsOf(channel, account),
    ready: account.status === 'ACTIVE' }));
  const hours = accounts.flatMap((account) => account.windowHours ?? []);
  return { name: channel.name, reportName: channel.reportName, capabilities: { ...channel.capabilities },
    reactions: [...channel.reactions ?? []], recallHours: channel.limits.recallHours ?? null,
    windowHours: hours.length === 0 ? null : Math.max(...hours), limits: boundsOf(channel), accounts };
}

/** The route of the channels' abilities; no secret, no setting, the same for all of a house who work with customers. */
export function channelAbilitiesApi(parts: AbilityParts): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/api/channel-abilities', { config: { permission: 'interaction.read' },
      schema: { response: { 200: z.object({ items: z.array(ability) }) } } },
    async ({ user }) => {
      const accounts = await parts.work.db.rows<AccountRow>(accountsOf, [user.organisationId]);
      return { items: [...parts.channels.values()].map((channel) => abilitiesOf(channel, accounts)) };
    });
  };
}
