/** /api/search: the one search over contacts, tickets, messages and files, while somebody types. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ticketState } from '#agent-desk/views.ts';
import { limits } from '#domain/limits.ts';
import { groups, search } from '#domain/search/find.ts';
import { journalSearch, type ReadingParts } from './shapes.ts';

const id = z.uuid();
const time = z.iso.datetime({ precision: 3 });
const group = z.enum(groups);
/** The words stand in the body, never in an address: they are names and numbers of customers (RA09). */
const body = z.strictObject({
  q: z.string().trim().min(1).max(limits.searchCharsMax), groups: z.array(group).min(1).max(4).default([...groups]),
  limit: z.number().int().min(1).max(limits.searchItemsMax).default(5),
});

const place = { messageId: id, conversationId: id, interactionId: id.nullable(), contactName: z.string().nullable(),
  handleMasked: z.string(), channel: z.string(), reportName: z.string(), at: time };
const foundContact = z.object({ id, name: z.string().nullable(), handleMasked: z.string(),
  reportName: z.string().nullable(), channel: z.string().nullable(), domicile: z.string().nullable(),
  interactionId: id.nullable() });
const foundTicket = z.object({ id, number: z.string(), state: ticketState, categoryCode: z.string().nullable(),
  summary: z.string().nullable(), contactName: z.string().nullable(), handleMasked: z.string(), openedAt: time,
  closedAt: time.nullable(), interactionId: id.nullable() });
const foundMessage = z.object({ ...place, direction: z.enum(['IN', 'OUT', 'NOTE']), seq: z.number().int(),
  parts: z.array(z.object({ text: z.string(), hit: z.boolean() })) });
const foundFile = z.object({ ...place, fileId: id, fileName: z.string(), mediaType: z.string(),
  sizeBytes: z.number().int() });

function found<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), more: z.boolean(), near: z.boolean() }).optional();
}

const answer = z.object({ contacts: found(foundContact), tickets: found(foundTicket), messages: found(foundMessage),
  files: found(foundFile) });

/** When each user's searching was last journalled by this node: results while typing are one search (RA08). */
export function journalKeeper(): (userId: string) => boolean {
  const lately = new Map<string, number>();
  return (userId) => {
    const now = performance.now();
    const last = lately.get(userId);
    if (last !== undefined && now - last < limits.searchJournalMs) return false;
    for (const [other, at] of lately) if (now - at >= limits.searchJournalMs) lately.delete(other);
    lately.set(userId, now);
    return true;
  };
}

/** The route of the search. Open to whoever is signed in: several rights lead to results, without one it finds none. */
export function searchApi(parts: ReadingParts): FastifyPluginAsyncZod {
  const { work } = parts;
  const isNew = journalKeeper();
  return async (app) => {
    app.post('/api/search', {
      config: { permission: 'signed-in', rateLimit: { max: limits.searchesPerMinute, timeWindow: 60_000 } },
      schema: { body, response: { 200: answer } } },
    async ({ user, body: { q, groups: wanted, limit } }, reply) => {
      void reply.header('cache-control', 'no-store');
      if (isNew(user.id)) await journalSearch(work, user, 'search');
      return search(work.db, { user, typed: q, groups: wanted, limit });
    });
  };
}
