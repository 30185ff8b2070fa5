/** What customers and agents of a chat do in the tests of the live chat. */
import { newId } from '#domain/ids.ts';
import { acceptOffer, offerNext } from '#routing/assignment.ts';
import { queueReply, startOutbound } from '#routing/outbound.ts';
import { openOfferOf, ready } from '#test/support/routing.ts';
import type { ChatServer, Customer } from './chat-server.ts';

/** The customer says something; gives what the server made of it, throws when it refuses. */
export async function say(
  customer: Customer,
  text: string,
  more: object = {},
): Promise<{ clientId: string; seq: number | null }> {
  const clientId = newId();
  const answer = await customer.ask('message:send', { clientId, text, fileIds: [], ...more });
  if (!answer.ok) throw new Error(`refused: ${answer.code} ${JSON.stringify(answer.details)}`);
  return { clientId, seq: answer.data.seq };
}

/** The only conversation of the server. */
export async function conversationId(server: ChatServer): Promise<string> {
  const [row] = await server.work.db.dynamic<{ id: string }>('select id from conversations');
  return row?.id ?? '';
}

/** The first agent takes the waiting chat. */
export async function taken(server: ChatServer): Promise<string> {
  const [agent] = server.world.agents;
  if (agent === undefined) throw new Error('no agent');
  await ready(server.work, agent);
  await offerNext(server.work);
  const offer = await openOfferOf(server.work.db, agent);
  return (await acceptOffer(server.work, { user: agent, offerId: offer.id })).interactionId;
}

/** Starts the road out, until the test ends. */
export function outbound(t: { teardown(done: () => unknown): void }, server: ChatServer): void {
  const running = startOutbound(server.work, {
    nodeId: newId(),
    sender: server.hosts.sender,
    sweepMs: 100,
    graceMs: 2_000,
    channelFacts: () => ({ sendsPerSecond: 1_000, deduplicates: true }),
  });
  t.teardown(() => running.stop());
}

/** The first agent answers; gives the message's id. */
export async function agentSays(server: ChatServer, text: string): Promise<string> {
  const [user] = server.world.agents;
  if (user === undefined) throw new Error('no agent');
  return (
    await queueReply(server.work, {
      user,
      conversationId: await conversationId(server),
      clientId: newId(),
      text,
      fileIds: [],
    })
  ).messageId;
}
