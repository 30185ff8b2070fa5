/** What lists of interactions may be narrowed to, as it comes in an address or a saved view. */
import { z } from 'zod';
import { limits } from '#domain/limits.ts';

const ids = z.array(z.uuid()).min(1).max(50);

/** The shape of domain/interactions/filters.ts:InteractionFilter. */
export const filterShape = z.strictObject({
  channels: z.array(z.string().min(1).max(40)).min(1).max(20), queueIds: ids, categoryIds: ids, agentIds: ids,
  tier: z.union([z.literal(1), z.literal(2)]), unread: z.literal(true), late: z.literal(true),
  awaiting: z.literal(true), snoozed: z.enum(['only', 'hide']), followed: z.literal(true),
}).partial();

/** A filter as JSON in the address. Anything else is VALIDATION_FAILED. */
export const filterQuery = z.string().max(limits.filterChars).transform((text, context) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue({ code: 'custom', message: 'no JSON' });
    return z.NEVER;
  }
}).pipe(filterShape);

export const definitionShape = z.strictObject({
  view: z.enum(['mine', 'queues', 'all']), state: z.enum(['open', 'closed']), filter: filterShape,
});
