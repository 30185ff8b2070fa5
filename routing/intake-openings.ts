/** What new work needs beside its rows: its route, the ticket it belongs to, and a number for a new one. */
import type { LastTicket, Thread } from '#domain/interactions/intake-plan.ts';
import type { Queryable } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import type { IntakeRoutes } from './intake-routes.ts';
import { lastTickets } from './intake-statements.ts';
import type { IntakeAccount } from './intake-threads.ts';

/** What a batch works with. */
export interface IntakeContext {
  work: Work;
  routes: IntakeRoutes;
}

/** Fills in what only new work needs: its route, the last ticket, and a ticket number each. */
export async function prepareOpenings(
  context: IntakeContext, db: Queryable, cold: readonly { thread: Thread; account: IntakeAccount }[],
): Promise<(organisationId: string) => string> {
  const known = cold.filter(({ thread }) => !thread.isNewConversation).map(({ thread }) => thread.conversationId);
  const tickets = new Map((known.length === 0 ? [] : await db.rows<LastTicket & { conversation_id: string }>(
    lastTickets, [known])).map((row) => [row.conversation_id, row]));
  const needed = new Map<string, { timeZone: string; count: number }>();
  for (const { thread, account } of cold) {
    const { timeZone, ...route } = await context.routes.routeOf(account);
    Object.assign(thread.route, route);
    thread.lastTicket = tickets.get(thread.conversationId);
    if (thread.lastTicket?.open === true || thread.lastTicket?.reopenable === true) continue;
    const { organisationId } = thread.route;
    needed.set(organisationId, { timeZone, count: (needed.get(organisationId)?.count ?? 0) + 1 });
  }
  const numbers = new Map<string, string[]>();
  for (const [organisationId, { timeZone, count }] of needed) {
    numbers.set(organisationId, await context.routes.ticketNumbers(organisationId, timeZone, count));
  }
  return (organisationId) => {
    const number = numbers.get(organisationId)?.shift();
    if (number === undefined) throw new Error('no ticket number was taken for a new ticket');
    return number;
  };
}
