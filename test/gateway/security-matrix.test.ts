/** The rights matrix over the reading half of the API: things of another organisation and of another site (RS01). */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import t from 'tap';
import { newId } from '#domain/ids.ts';
import { seededRoles } from '#domain/people/permissions.ts';
import { readingApis } from '#gateway/api/reading.ts';
import { sessionApi } from '#gateway/api/session.ts';
import { createBlobStore } from '#gateway/blob-store.ts';
import { routeTable } from '#gateway/security/plugin.ts';
import { createVault, masterKeys } from '#gateway/security/vault.ts';
import { addUser, foreignOrganisation } from '#test/support/admin-world.ts';
import { testApi, type Browser } from '#test/support/api.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import { testWork, type TestWork } from '#test/support/harness.ts';
import { rightsMatrix } from '#test/support/matrix.ts';

t.setTimeout(180_000);

type Things = Record<'interactions' | 'conversations' | 'tickets' | 'contacts' | 'files', string> & { pointId: string };

/** A whole conversation with its ticket and a file, waiting in a queue of the organisation and site given. */
async function conversationIn(
  work: TestWork, place: { organisationId: string; siteId: string; queueId: string; accountId: string }, number: string,
): Promise<Things> {
  const ids: Things = { interactions: newId(), conversations: newId(), tickets: newId(), contacts: newId(),
    files: newId(), pointId: newId() };
  const { organisationId: o, siteId, queueId, accountId } = place;
  const run = (sql: string, ...values: unknown[]): Promise<unknown> => work.db.dynamic(sql, values);
  await run(`insert into contacts (id, organisation_id, name) values ($1, $2, 'Budi')`, ids.contacts, o);
  await run(`insert into contact_points (id, organisation_id, contact_id, channel, channel_account_id, handle)
    values ($1, $2, $3, 'generic', $4, 'u-1')`, ids.pointId, o, ids.contacts, accountId);
  await run(`insert into conversations (id, organisation_id, channel_account_id, contact_id, contact_point_id,
      handle) values ($1, $2, $3, $4, $5, 'u-1')`, ids.conversations, o, accountId, ids.contacts, ids.pointId);
  await run(`insert into tickets (id, organisation_id, number, contact_id, conversation_id, site_id, queue_id,
    opened_at)
    values ($1, $2, $3, $4, $5, $6, $7,
      app_now())`, ids.tickets, o, number, ids.contacts, ids.conversations, siteId, queueId);
  await run(`insert into interactions (id, organisation_id, conversation_id, contact_id, channel_account_id, channel,
    medium, ticket_id,
      state, site_id, queue_id, cost_points, date_origin, queued_at, waiting_since)
    values ($1, $2, $3, $4, $5, 'generic', 'MESSAGING', $6, 'QUEUED', $7, $8, 20, app_now(), app_now(), app_now())`,
  ids.interactions, o, ids.conversations, ids.contacts, accountId, ids.tickets, siteId, queueId);
  await run(`insert into files (id, organisation_id, conversation_id, storage_name, file_name, media_type,
    size_bytes, sha256,
      uploaded_by_kind, attached_at) values ($1, $2, $3, $4, 'a.txt', 'text/plain', 1, '\\x00', 'CUSTOMER', app_now())`,
  ids.files, o, ids.conversations, `f${number}`);
  return ids;
}

t.test('RS01 RA06 what customers wrote elsewhere is 404 on every route, for every role', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const foreign = await foreignOrganisation(work.db);
  const folder = await mkdtemp(path.join(tmpdir(), 'sambung-matrix-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const parts = { work, vault: createVault(masterKeys([randomBytes(32).toString('base64')])),
    blobs: createBlobStore(folder) };
  const api = await testApi(t, { work, plugins: ({ sessions }) => [sessionApi({ work, sessions }),
    ...readingApis(parts)] });
  const elsewhere = await conversationIn(work, foreign, 'TK-1');
  const browsers = new Map<string, Browser>();
  for (const [n, role] of seededRoles.entries()) {
    const scope = role.scope === 'queue' ? { kind: 'queue', id: world.queueId } : undefined;
    browsers.set(role.code, await api.as(await addUser({ work, world }, String(60_000 + n), role.code, scope)));
  }
  const form = { categoryId: world.categoryIds.INFORMASI, outcomeCode: 'SELESAI', summary: 'selesai',
    crossSellingOffered: false };
  const result = await rightsMatrix({
    api, browsers,
    foreignIds: ({ url }) => [url.startsWith('/api/agents') ? foreign.userId
      : elsewhere[(url.split('/')[2] ?? 'interactions') as keyof Things] ?? elsewhere.interactions],
    bodies: {
      'POST /api/interactions/:id/documentation': form,
        'POST /api/interactions/:id/out-of-topic': { reasonCode: 'SPAM' },
      'PATCH /api/interactions/:id': { categoryId: world.categoryIds.SARAN },
      'POST /api/interactions/:id/escalate': { reasonCode: 'DI_LUAR_WEWENANG', note: 'x' },
      'POST /api/contacts/:id/unmask': { field: 'email', reasonCode: 'VERIFIKASI_IDENTITAS' },
      'PATCH /api/contacts/:id': { notes: 'x' }, 'PUT /api/agents/:id/presence': { presence: 'OFFLINE' },
      'POST /api/interactions/:id/snooze': { until: new Date(performance.timeOrigin + 86_400_000).toISOString() },
      'POST /api/interactions/:id/transfer': { queueId: world.queueId }, 'PATCH /api/views/:id': { name: 'x' },
      'POST /api/contacts/:id/merge': { otherId: elsewhere.contacts },
      'POST /api/contacts/:id/apart': { otherId: elsewhere.contacts },
      'PATCH /api/tickets/:id': { categoryId: world.categoryIds.SARAN },
    },
    skip: (route) => route.url === '/api/session' && route.method === 'DELETE',
  });
  t.same(result.violations, []);
  for (const [role, browser] of browsers) for (const { method, url } of routeTable(api.app)) {
    if (method !== 'GET' || url.includes(':')) continue;
    const text = JSON.stringify((await browser.get(url)).body);
    for (const id of Object.values(elsewhere)) if (text.includes(id)) t.fail(`${role} sees another organisation in
      ${url}`);
  }
});
