/** The floor of a list: the smallest route that reads a page of fifty rows by an index and gives them as JSON. */
import type { FastifyInstance } from 'fastify';
import { statement, type Queryable } from '#domain/store/db.ts';

const page = statement('bench.page', `select id, state, contact_id, date_origin from interactions
  where organisation_id = $1 and state not in ('CLOSED', 'OOT_COMPLETE') order by date_origin limit 50`);

/** Adds the route: no session, no rights, no joins, no schema. */
export function addListFloor(app: FastifyInstance, db: Queryable, organisationId: string): void {
  app.get('/floor', { config: { permission: 'public', rateLimit: false } },
    async () => ({ items: await db.rows(page, [organisationId]) }));
}
