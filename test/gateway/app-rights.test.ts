/**
 * Rights over the whole application: every route, every role, things of their own, of another site, of another
 * organisation.
 */
import { randomBytes } from 'node:crypto';
import t from 'tap';
import { newId } from '#domain/ids.ts';
import { seededRoles } from '#domain/people/permissions.ts';
import { routeTable, type RouteLine } from '#gateway/security/plugin.ts';
import { addUser, foreignOrganisation, type Foreign } from '#test/support/admin-world.ts';
import type { Browser } from '#test/support/api.ts';
import { openInteraction, openOwnedInteraction, type OpenedInteraction } from '#test/support/conversation.ts';
import { smallWorld, type SmallWorld } from '#test/support/fixtures.ts';
import type { Teardown } from '#test/support/harness.ts';
import { rightsMatrix } from '#test/support/matrix.ts';
import { wholeApp, type WholeApp } from '#test/support/node.ts';

t.setTimeout(300_000);

/** What anybody may ask for without a session, and why that is no hole. A new public route has to be added here. */
const PUBLIC = [
  // Probes: up or down, no more.
  'GET /health/live', 'GET /health/ready',
  // Proves itself by METRICS_TOKEN or by an administrator's session, and else is not there (tested below).
  'GET /metrics',
  // Prove themselves by the signature over the raw body (RS12).
  'GET /hooks/:channel/:account', 'POST /hooks/:channel/:account',
  // Signing in. The second step proves itself by its cookie, the way back from a provider by the one of its start; what
  // the page of signing in may know of providers is their names.
  'POST /api/session', 'POST /api/session/second-step', 'POST /api/session/enrol', 'POST /api/session/enrol/confirm',
  'GET /api/session/providers', 'GET /api/session/oidc/:id/start', 'GET /api/session/oidc/callback',
  // Proves itself by a link of 256 random bits (RS05).
  'POST /api/join/look', 'POST /api/join',
  // The customer's page and what a browser may know of an account; files prove themselves by the visitor's token.
  'GET /chat', 'GET /chat/demo', 'GET /chat/widget.js', 'GET /chat/assets/*', 'GET /api/chat/:account/settings',
  'POST /api/chat/:account/files', 'GET /api/chat/:account/files/:id',
  // The desk's page and its scripts, which hold no data.
  'GET /*', 'GET /assets/*',
];
/** There only where the screens were built. */
const BUILT = new Set(['GET /chat/assets/*', 'GET /assets/*']);

type Ids = OpenedInteraction & { fileId: string; eventId: string; optOutId: string };

interface Place extends WholeApp {
  world: SmallWorld;
  foreign: Foreign;
  /** The world, moved to the other organisation or to the other site. */
  there: { organisation: SmallWorld; site: SmallWorld };
  browsers: Map<string, Browser>;
}

async function fileOf(place: WholeApp, organisationId: string, conversationId: string): Promise<string> {
  const id = newId();
  await place.parts.work.db.dynamic(`insert into files (id, organisation_id, conversation_id, storage_name, file_name,
    media_type, size_bytes, sha256, uploaded_by_kind, attached_at)
    values ($1, $2, $3, $4, 'a.txt', 'text/plain', 1, '\\x00', 'CUSTOMER', app_now())`,
  [id, organisationId, conversationId, randomBytes(20).toString('hex')]);
  return id;
}

/** A conversation with all that hangs on it: a file, an opt-out, a quarantined event. */
async function everythingOf(place: WholeApp, world: SmallWorld): Promise<Ids> {
  const { db } = place.parts.work;
  const opened = await openInteraction(db, world, { accountId: world.accountId, queueId: world.queueId });
  const [eventId, optOutId] = [newId(), newId()];
  await db.dynamic(`insert into inbound_events (id, organisation_id, channel_account_id, dedup_hash, kind, raw,
    received_at, state, reason_code) values ($1, $2, $3, $4, 'message', '\\x7b7d', app_now(), 'QUARANTINED', 'UJI')`,
  [eventId, world.organisationId, world.accountId, randomBytes(32)]);
  await db.dynamic(`insert into opt_outs (id, organisation_id, contact_point_id, reason)
    values ($1, $2, $3, 'Diminta')`,
    [optOutId, world.organisationId, opened.contactPointId]);
  return { ...opened, eventId, optOutId, fileId: await fileOf(place, world.organisationId, opened.conversationId) };
}

async function place(t: Teardown): Promise<Place> {
  const whole = await wholeApp(t);
  const { db } = whole.parts.work;
  const world = await smallWorld(db);
  await db.dynamic('update queues set site_id = $1 where organisation_id = $2', [world.siteId, world.organisationId]);
  const foreign = await foreignOrganisation(db);
  const [siteId, queueId] = [newId(), newId()];
  await db.dynamic(`insert into sites (id, organisation_id, code, name, time_zone)
    values ($1, $2, 'YGY', 'Yogya', 'Asia/Jakarta')`,
    [siteId, world.organisationId]);
  await db.dynamic(`insert into queues (id, organisation_id, code, name, tier, site_id)
    values ($1, $2, 'YGY', 'Yogya', 1, $3)`,
    [queueId, world.organisationId, siteId]);
  const browsers = new Map<string, Browser>();
  for (const [n, role] of seededRoles.entries()) {
    const scope = role.scope === 'queue' ? { kind: 'queue', id: world.queueId } : undefined;
    const user = await addUser({ work: { db } as never, world }, String(60_000 + n), role.code, scope);
    browsers.set(role.code, await whole.as(user));
  }
  return { ...whole, world, foreign, browsers, there: {
    organisation: { ...world, organisationId: foreign.organisationId, accountId: foreign.accountId,
      queueId: foreign.queueId,
      siteId: foreign.siteId },
    site: { ...world, siteId, queueId },
  } };
}

/** The id of the noun that the route is about. */
function idFor(route: RouteLine, ids: Ids, foreign: Foreign): string | undefined {
  const noun = route.url.split('/')[2] ?? '';
  const by: Record<string, string> = {
    interactions: ids.interactionId, conversations: ids.conversationId, tickets: ids.ticketId, contacts: ids.contactId,
    files: ids.fileId, quarantine: ids.eventId, 'opt-outs': ids.optOutId, users: foreign.userId, agents: foreign.userId,
    roles: foreign.roleId, queues: foreign.queueId, skills: foreign.skillId, sites: foreign.siteId,
      teams: foreign.teamId,
    seats: foreign.seatId, categories: foreign.categoryId, reasons: foreign.reasonId,
    'channel-accounts': foreign.accountId, branches: foreign.branchId,
  };
  return by[noun];
}

function bodies(world: SmallWorld): Record<string, unknown> {
  return {
    'POST /api/interactions/:id/snooze': { until: new Date(performance.timeOrigin + 86_400_000).toISOString() },
    'POST /api/interactions/:id/transfer': { queueId: world.queueId }, 'PATCH /api/views/:id': { name: 'x' },
    'POST /api/contacts/:id/merge': { otherId: world.queueId },
    'POST /api/contacts/:id/apart': { otherId: world.queueId },
    'POST /api/interactions/:id/documentation': { categoryId: world.categoryIds.INFORMASI, outcomeCode: 'SELESAI',
      summary: 'selesai', crossSellingOffered: false },
    'POST /api/interactions/:id/out-of-topic': { reasonCode: 'SPAM' },
    'PATCH /api/interactions/:id': { categoryId: world.categoryIds.SARAN },
    'POST /api/interactions/:id/escalate': { reasonCode: 'DI_LUAR_WEWENANG', note: 'x' },
    'POST /api/contacts/:id/unmask': { field: 'email', reasonCode: 'VERIFIKASI_IDENTITAS' },
    'PATCH /api/contacts/:id': { notes: 'x' }, 'PUT /api/agents/:id/presence': { presence: 'OFFLINE' },
    'PATCH /api/tickets/:id': { categoryId: world.categoryIds.SARAN }, 'PATCH /api/me': { locale: 'id' },
    'POST /api/subject-requests/:id/decide': { decision: 'REJECTED' },
    'POST /api/channel-accounts/:id/session/wishes': { kind: 'RECONNECT' },
  };
}

/** Would end the browser's session; and one whose parameter names a class of data, the same in every organisation. */
const signsOut = (route: RouteLine): boolean => (route.url === '/api/session' && route.method === 'DELETE')
  || route.url === '/api/retention-rules/:dataClass';

t.test('RS01 every route declares what it needs, and the public ones are exactly those listed', async (t) => {
  const { app, parts, stranger, browsers } = await place(t);
  const lines = routeTable(app);
  t.same(lines.filter((line) => line.permission === undefined), []);
  const open = lines.filter((line) => line.permission === 'public'
    && line.method !== 'HEAD').map((line) => `${line.method} ${line.url}`);
  t.same(open.filter((line) => !PUBLIC.includes(line)), [], 'a public route that nobody decided on');
  t.same(PUBLIC.filter((line) => !open.includes(line) && !BUILT.has(line)), [], 'a listed route that is not there');
  const writes = lines.filter((line) => line.permission !== 'public' && !line.csrf);
  t.same(writes, [], 'every route of a session asks for the token');

  t.equal((await stranger.get('/metrics')).status, 404);
  t.equal((await stranger.call('GET', '/metrics', undefined,
    { authorization: 'Bearer salah-salah-salah-salah' })).status, 404);
  const given = { authorization: `Bearer ${parts.config.metricsToken ?? ''}` };
  t.equal((await stranger.call('GET', '/metrics', undefined, given)).status, 200);
  t.equal((await browsers.get('ADMIN')?.get('/metrics'))?.status, 200);
  t.equal((await browsers.get('AGENT')?.get('/metrics'))?.status, 404, 'RS25');
  t.equal((await stranger.get('/api/openapi.json')).status, 401);
  t.equal((await stranger.get('/docs/')).status, 401);
});

t.test('RS01 another organisation and unknown ids are 404 on every route, for every role; nothing of them in any list',
  async (t) => {
  const all = await place(t);
  const ids = await everythingOf(all, all.there.organisation);
  const result = await rightsMatrix({ api: all, browsers: all.browsers, bodies: bodies(all.world), skip: signsOut,
    foreignIds: (route) => [idFor(route, ids, all.foreign) ?? newId()] });
  t.same(result.violations, []);
  t.ok(result.requests > 1_000, `${result.requests} requests`);
  const secret = [...Object.values(ids), ...Object.values(all.foreign)];
  for (const [role, browser] of all.browsers) for (const { method, url, permission } of routeTable(all.app)) {
    if (method !== 'GET' || /[:*]/.test(url) || !url.startsWith('/api') || permission === 'public') continue;
    const text = JSON.stringify((await browser.get(url)).body);
    for (const id of secret) if (text.includes(id)) t.fail(`${role} sees another organisation in ${url}`);
  }
});

t.test('RS01 RA06 another site is 404 for who holds a site, a team, a queue or themselves', async (t) => {
  const all = await place(t);
  const ids = await everythingOf(all, all.there.site);
  const stranger = await addUser({ work: all.parts.work as never, world: all.world }, '61000', 'AGENT', undefined,
    { siteId: all.there.site.siteId });
  const narrow = new Map([...all.browsers].filter(([code]) =>
    seededRoles.find((role) => role.code === code)?.scope !== 'organisation'));
  // Opt-outs and the quarantine are kept for the organisation as a whole, words of the administration are read by all.
  const about = /^\/api\/(interactions|conversations|tickets|contacts|files|users|agents)\//;
  const result = await rightsMatrix({ api: all, browsers: narrow, bodies: bodies(all.world),
    skip: (route) => !about.test(route.url) || signsOut(route),
    foreignIds: (route) => [/\/(users|agents)\//.test(route.url) ? stranger.id : idFor(route, ids,
      all.foreign) ?? newId()] });
  t.same(result.violations, []);
  t.ok(result.requests > 200, `${result.requests} requests`);
});

t.test('RS01 what is theirs opens: the agent who holds it, the leader of its site; no other agent, no administrator',
  async (t) => {
  const all = await place(t);
  const { db } = all.parts.work;
  const [agent, other] = all.world.agents;
  if (agent === undefined || other === undefined) throw new Error('no agents');
  const ids = await openOwnedInteraction(db, all.world, agent.id);
  const fileId = await fileOf(all, all.world.organisationId, ids.conversationId);
  await db.dynamic(`update messages set attachments = $2 where id = $1`, [ids.messageId,
    JSON.stringify([{ fileId, fileName: 'a.txt', mediaType: 'text/plain', sizeBytes: 1 }])]);
  const urls = [`/api/interactions/${ids.interactionId}`, `/api/conversations/${ids.conversationId}`,
    `/api/conversations/${ids.conversationId}/messages`, `/api/tickets/${ids.ticketId}`,
      `/api/contacts/${ids.contactId}`,
    `/api/contacts/${ids.contactId}/history`];
  const who = { agent: await all.as(agent), leader: await all.as(all.world.leader), other: await all.as(other),
    administrator: await all.as(all.world.administrator) };
  for (const url of urls) {
    t.equal((await who.agent.get(url)).status, 200, `agent ${url}`);
    t.equal((await who.leader.get(url)).status, 200, `leader ${url}`);
    t.equal((await who.other.get(url)).status, 404, `other ${url}`);
    t.ok([403, 404].includes((await who.administrator.get(url)).status), `administrator ${url}`);
  }
  for (const one of [who.other, who.administrator]) t.equal((await one.get(`/api/files/${fileId}`)).status, 404);
});
