/** Outgoing webhooks: signed, retried, journalled, bounded by EGRESS_ALLOW (RS10), nothing lost or made twice. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { checkSignature } from '#channels/generic/signature.ts';
import { appendJournal } from '#domain/journal/append.ts';
import { limits } from '#domain/limits.ts';
import { createEgress } from '#gateway/egress.ts';
import { deliverTo, dueWebhooks, feedWebhooks, startWebhooks, webhookDelaySeconds,
  type WebhookParts } from '#gateway/webhooks.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import { eventually, type Teardown } from '#test/support/harness.ts';
import { wholeApp } from '#test/support/node.ts';

t.setTimeout(120_000);

interface Got { body: string; headers: IncomingMessage['headers'] }

async function receiver(t: Teardown) {
  const got: Got[] = [];
  const state = { status: 200 };
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part)).on('end', () => {
      got.push({ body: Buffer.concat(parts).toString(), headers: request.headers });
      response.writeHead(state.status, { location: 'http://127.0.0.1:1/' }).end();
    });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  t.teardown(() => new Promise((resolve) => { server.close(resolve); }));
  return { got, state, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/terima` };
}

/** What is due now, to every receiver; gives how much it was. */
async function deliverAll(parts: WebhookParts): Promise<number> {
  const sent = await Promise.all((await dueWebhooks(parts.work)).map((hookId) => deliverTo(parts, hookId)));
  return sent.reduce((sum, n) => sum + n, 0);
}

async function place(t: Teardown, types: string[] = ['skill.created']) {
  const whole = await wholeApp(t);
  const { work, secrets, nodeId } = whole.parts;
  const world = await smallWorld(work.db);
  const admin = await whole.as(world.administrator);
  const outside = await receiver(t);
  const made = await admin.call('POST', '/api/webhooks', { name: 'Gudang', url: outside.url, types });
  const parts: WebhookParts = { work, nodeId, secrets, egress: createEgress(['127.0.0.1']) };
  const happen = (code: string) => admin.call('POST', '/api/skills', { code, name: code });
  const round = async () => { await feedWebhooks(work); return deliverAll(parts); };
  const deliveries = async () =>
    (await admin.get(`/api/webhooks/${made.body.id}/deliveries`)).body.items as Record<string, unknown>[];
  return { ...whole, db: work.db, work, world, admin, outside, made: made.body, parts, happen, round, deliveries };
}

t.test('what happened is posted once, signed, with ids and codes only; the secret lies sealed', async (t) => {
  const { db, outside, made, happen, round, deliveries } = await place(t);
  t.match(made, { secret: /^[\w-]{43}$/, version: 1, waiting: 0 });
  await happen('MOBIL');
  await eventually('the row is decided', async () => { await round(); return outside.got.length === 1; });
  await round();
  t.equal(outside.got.length, 1, 'once');
  const [{ body, headers } = { body: '', headers: {} }] = outside.got;
  t.match(JSON.parse(body), { type: 'skill.created', subject: { type: 'skill' }, actor: { kind: 'USER' } });
  t.notMatch(body, 'organisationId');
  t.same(checkSignature(headers['sambung-signature'], Buffer.from(body), [made.secret],
    Math.floor(Date.now() / 1_000)), { ok: true });
  t.match((await deliveries())[0], { state: 'DELIVERED', attempts: 1, answerStatus: 200 });
  const dump = JSON.stringify(await db.dynamic(
    'select s::text from secrets s union all select w::text from webhooks w'));
  t.notMatch(dump, made.secret);
});

t.test('a failing receiver is tried again with growing pauses, given up in the end, and repeated by hand', async (t) => {
  const { db, admin, outside, made, happen, round, deliveries } = await place(t);
  outside.state.status = 302;
  await happen('MOBIL');
  await eventually('the first try', async () => { await round(); return outside.got.length === 1; });
  t.match((await deliveries())[0], { state: 'WAITING', attempts: 1, answerStatus: 302, reasonCode: 'ANSWER_NOT_2XX' });
  t.ok((await admin.get(`/api/webhooks/${made.id}`)).body.failingSince);
  t.equal(await round(), 0, 'not before its time');
  t.same([0, 1, 2, 30].map(webhookDelaySeconds), [10, 20, 40, limits.webhookDelaySecondsMax]);
  for (let tries = 1; tries < limits.webhookAttemptsMax; tries += 1) {
    await db.dynamic('update webhook_deliveries set due_at = app_now()');
    await round();
  }
  const [failed] = await deliveries();
  t.match(failed, { state: 'FAILED', attempts: limits.webhookAttemptsMax });
  const types = await db.dynamic<{ type: string }>(`select type from journal where type like 'webhook.%' order by id`);
  t.same(types.map((row) => row.type), ['webhook.created', 'webhook.delivery-failed']);
  outside.state.status = 204;
  t.equal((await admin.call('POST', `/api/webhook-deliveries/${String(failed?.['id'])}/repeat`, {})).status, 204);
  await round();
  t.match((await deliveries())[0], { state: 'DELIVERED' });
  t.equal((await admin.get(`/api/webhooks/${made.id}`)).body.failingSince, null);
});

t.test('RS10 an address outside EGRESS_ALLOW is never called, whatever it is named', async (t) => {
  const { work, admin, parts, happen, deliveries, made, outside } = await place(t);
  const closed = { ...parts, egress: createEgress(['hooks.example.com']) };
  await happen('MOBIL');
  await eventually('it was tried', async () => {
    await feedWebhooks(work);
    await deliverAll(closed);
    return (await deliveries())[0]?.['reasonCode'] === 'EGRESS_NOT_ALLOWED';
  });
  t.equal(outside.got.length, 0);
  for (const url of ['ftp://hooks.example.com', 'http://user:pass@hooks.example.com', 'javascript:alert(1)', 'x']) {
    const answer = await admin.call('PATCH', `/api/webhooks/${made.id}`, { url }, { 'if-match': '1' });
    t.equal(answer.status, 400, url);
  }
});

t.test('nothing is lost or made twice by two feeders at once, and other organisations stay out', async (t) => {
  const { work, db, parts, outside } = await place(t, ['*']);
  const [{ id: own = '' } = {}] = await db.dynamic<{ id: string }>('select id from organisations');
  const other = crypto.randomUUID();
  await db.dynamic(`insert into organisations (id, code, name) values ($1, 'ASING', 'Lain')`, [other]);
  for (const organisationId of [own, other]) {
    await db.transaction((tx) => appendJournal(tx, Array.from({ length: 40 }, () => ({
      type: 'search.performed' as const, subjectType: 'user' as const, subjectId: other,
      actor: { kind: 'SYSTEM' as const }, scope: { organisationId } }))));
  }
  await eventually('all are there', async () => {
    await Promise.all([feedWebhooks(work), feedWebhooks(work), feedWebhooks(work)]);
    while (await deliverAll(parts) > 0);
    return outside.got.filter((one) => one.headers['sambung-event'] === 'search.performed').length >= 40;
  });
  const bodies = outside.got.filter((one) => one.headers['sambung-event'] === 'search.performed');
  t.equal(bodies.length, 40);
  t.equal(new Set(bodies.map((one) => one.headers['sambung-delivery'])).size, 40);
});

t.test('a receiver that hangs holds up no other', async (t) => {
  const { admin, outside, parts, happen } = await place(t);
  const asked: string[] = [];
  const hanging = createServer((request) => { asked.push(request.url ?? ''); });
  await new Promise<void>((resolve) => { hanging.listen(0, '127.0.0.1', resolve); });
  const url = `http://127.0.0.1:${(hanging.address() as AddressInfo).port}/diam`;
  t.equal((await admin.call('POST', '/api/webhooks', { name: 'Diam', url, types: ['skill.created'] })).status, 201);
  await happen('SATU');
  const webhooks = startWebhooks(parts);
  t.teardown(async () => {
    hanging.close();
    hanging.closeAllConnections();
    await webhooks.stop();
  });
  await eventually('both are asked', () => asked.length === 1 && outside.got.length === 1);
  const began = performance.now();
  await happen('DUA');
  await eventually('the one that answers has the next', () => outside.got.length === 2);
  t.ok(performance.now() - began < limits.webhookTimeoutMs / 2, 'while the other is still waited for');
  t.equal(asked.length, 1);
});
