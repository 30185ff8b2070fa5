/**
 * /api/conversations/:id/templates: the prepared messages that may be sent in a conversation, and until when free words
 * may be said there.
 */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { MessageTemplate } from '#domain/channels/words.ts';
import { appNowMs } from '#domain/clock.ts';
import type { User } from '#domain/people/access.ts';
import { statement } from '#domain/store/db.ts';
import { mayWrite, type InteractionRow } from '#routing/outbound.ts';
import type { Hosts, Target } from '../channel-host.ts';
import { idParams, orNotFound, type ReadingParts } from './shapes.ts';

/** What the route needs of the parts of a node; without hosts no conversation has templates. */
export type TemplateParts = ReadingParts & { hosts?: Pick<Hosts, 'forAccount'> };

const template = z.object({ name: z.string(), language: z.string(), category: z.string(), header: z.string().nullable(),
  body: z.string(), footer: z.string().nullable(), bodyGaps: z.number().int(), headerGaps: z.number().int() });
const answer = z.object({ items: z.array(template),
  /** `hours` null: free words may always be said; `openUntil` null beside hours: not now. */
  window: z.object({ hours: z.number().nullable(), openUntil: z.string().nullable() }) });

const placeOf = statement('templates.place', `
select c.channel_account_id, c.last_inbound_at from conversations c where c.organisation_id = $1 and c.id = $2`);
const openWork = statement('templates.open-work', `
select id, state, version, answered_at, site_id, branch_id, queue_id, team_id, agent_id from interactions
where organisation_id = $1 and conversation_id = $2 and state not in ('CLOSED', 'OOT_COMPLETE')`);

interface Place { channel_account_id: string; last_inbound_at: Date | null }

/** The conversation's account, if the user may write there; rejects as queueReply does. */
async function writable({ work, hosts }: TemplateParts, user: User,
  conversationId: string): Promise<{ place: Place; target: Target | undefined }> {
  const place = await work.db.transaction(async (tx) => {
    const open = await tx.one<InteractionRow>(openWork, [user.organisationId, conversationId]);
    await mayWrite(tx, user, conversationId, open);
    return tx.one<Place>(placeOf, [user.organisationId, conversationId]);
  });
  const known = orNotFound(place);
  return { place: known, target: await hosts?.forAccount(known.channel_account_id) };
}

async function templatesAt(target: Target | undefined): Promise<MessageTemplate[]> {
  return await target?.channel.templates?.(target.host) ?? [];
}

/**
 * The prepared messages that the user may send in this conversation (agent-desk/server/commands.ts). Rejects as
 * queueReply does where they may not write, CHANNEL_UNAVAILABLE where the provider does not answer.
 */
export async function conversationTemplates(parts: TemplateParts, user: User,
  conversationId: string): Promise<MessageTemplate[]> {
  return templatesAt((await writable(parts, user, conversationId)).target);
}

function windowOf(target: Target | undefined, lastInboundAt: Date | null): z.output<typeof answer>['window'] {
  const hours = target?.channel.windowHoursOf?.(target.account) ?? null;
  const untilMs = hours === null || lastInboundAt === null ? 0 : lastInboundAt.getTime() + hours * 3_600_000;
  return { hours, openUntil: untilMs > appNowMs() ? new Date(untilMs).toISOString() : null };
}

/** The route of prepared messages, for who may write in the conversation. */
export function templatesApi(parts: TemplateParts): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/api/conversations/:id/templates', { config: { permission: 'interaction.read' },
      schema: { params: idParams, response: { 200: answer } } },
    async ({ user, params }) => {
      const { place, target } = await writable(parts, user, params.id);
      return { items: await templatesAt(target), window: windowOf(target, place.last_inbound_at) };
    });
  };
}
