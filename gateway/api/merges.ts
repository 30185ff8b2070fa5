/** /api/contacts/:id/suggestions, merge, apart and /api/merges/:id: which contacts are one person. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { contactView as contactShape } from '#agent-desk/views.ts';
import { contactView } from '#domain/contacts/queries.ts';
import { keptOf, mergesInto, mergeSuggestions } from '#domain/contacts/suggestions.ts';
import type { User } from '#domain/people/access.ts';
import type { Work } from '#domain/work.ts';
import { keepApart, mergeContacts, unmergeContacts } from '#routing/contact-merge.ts';
import { idParams, orNotFound, type ReadingParts } from './shapes.ts';

const config = { permission: 'contact.update' } as const;
const other = z.strictObject({ otherId: z.uuid() });
const done = z.object({ done: z.literal(true) });
const suggestions = z.object({
  items: z.array(z.object({ contact: contactShape, because: z.array(z.enum(['PHONE', 'EMAIL', 'HANDLE', 'CARD'])) })),
  merges: z.array(z.object({ id: z.uuid(), keptId: z.uuid(), mergedId: z.uuid(), mergedAt: z.string(),
    mergedByName: z.string().nullable(), mergedName: z.string().nullable(), points: z.number().int(),
    came: z.array(z.object({ channel: z.string(), handleMasked: z.string(), phoneMasked: z.string().nullable() })) })),
});

/** Both must be the user's to change; what one may not see is not there (RS01). */
async function requireBoth(work: Work, user: User, ...ids: string[]): Promise<void> {
  for (const id of ids) orNotFound(await contactView(work.db, user, id, 'contact.update'));
}

/** The routes of merging and taking a merge back. */
export function mergesApi(parts: ReadingParts): FastifyPluginAsyncZod {
  const { work } = parts;
  return async (app) => {
    app.get('/api/contacts/:id/suggestions', { config, schema: { params: idParams, response: { 200: suggestions } } },
      async ({ user, params }) => {
        await requireBoth(work, user, params.id);
        const [items, merges] = await Promise.all([mergeSuggestions(work.db, user, params.id),
          mergesInto(work.db, user.organisationId, params.id)]);
        return { items, merges };
      });
    app.post('/api/contacts/:id/merge', { config, schema: { params: idParams, body: other,
      response: { 200: z.object({ mergeId: z.uuid(), contact: contactShape }) } } },
    async ({ user, params, body }) => {
      await requireBoth(work, user, params.id, body.otherId);
      const { mergeId } = await mergeContacts(work, { user, keptId: params.id, mergedId: body.otherId });
      return { mergeId, contact: orNotFound(await contactView(work.db, user, params.id, 'contact.update')) };
    });
    app.post('/api/contacts/:id/apart', { config, schema: { params: idParams, body: other, response: { 200: done } } },
      async ({ user, params, body }) => {
        await requireBoth(work, user, params.id, body.otherId);
        await keepApart(work, { user, contactId: params.id, otherId: body.otherId });
        return { done: true as const };
      });
    app.delete('/api/merges/:id', { config, schema: { params: idParams, response: { 200: done } } },
      async ({ user, params }) => {
        const keptId = orNotFound(await keptOf(work.db, user.organisationId, params.id));
        await requireBoth(work, user, keptId);
        await unmergeContacts(work, { user, mergeId: params.id });
        return { done: true as const };
      });
  };
}
