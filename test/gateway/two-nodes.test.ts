/**
 * Nodes side by side on one database and one Redis: web, worker and channels apart, a third that is all; and one
 * dies.
 */
import t, { type Test } from 'tap';
import { newId } from '#domain/ids.ts';
import { eventually, type Teardown } from '#test/support/harness.ts';
import { outsideServers, signedPost, textEvent, type Outside } from '#test/support/outside.ts';
import { ownRedis, startProduct, type OwnServer, type Product } from '#test/support/servers.ts';
import {
  addLiveChat, callbackServer, openAgent, openCustomer, readyAgent, rest, sessionOf, type Agent, type Callback,
    type Cookie,
} from '#test/support/talk.ts';

t.setTimeout(400_000);

const GRACE_S = 3;

interface House {
  outside: Outside;
  redis: OwnServer;
  /** Roles web; worker and channels; all three. */
  web: Product;
  worker: Product;
  all: Product;
  callback: Callback;
}

async function house(t: Teardown): Promise<House> {
  const outside = await outsideServers(t);
  const redis = await ownRedis(t);
  await addLiveChat(outside);
  const callback = await callbackServer(t, outside);
  // Each node has a directory of its own, as on machines of their own.
  const env: Record<string, string> = { ...outside.env, REDIS_URL: redis.url, EGRESS_ALLOW: '127.0.0.1',
    SOCKET_GRACE_S: String(GRACE_S) };
  delete env['DATA_DIR'];
  const roles = ['web', 'worker,channels', 'web,worker,channels'];
  const [web, worker, all] = await Promise.all(roles.map((role) => startProduct(t, env, ['--role', role])));
  if (web === undefined || worker === undefined || all === undefined) throw new Error('three nodes were expected');
  return { outside, redis, web, worker, all, callback };
}

async function bring(house: House, node: Product, id: string, handle: string): Promise<void> {
  const { outside } = house;
  const answer = await fetch(`${node.url}/hooks/generic/${outside.world.accountKey}`,
    signedPost(textEvent(id, handle, `pesan ${id}`), outside.secret));
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
}

/** The interaction that a message of this text belongs to. */
async function interactionOf(house: House, text: string): Promise<{ id: string; conversationId: string }> {
  return eventually(`the interaction of ${text}`, async () => (await house.outside.db.dynamic<{ id: string;
    conversationId: string }>(`select interaction_id as id, conversation_id as "conversationId" from messages
    where body = $1`, [text]))[0]);
}

async function answered(house: House, agent: Agent, text: string, replies: string[]): Promise<void> {
  const { id, conversationId } = await interactionOf(house, text);
  await agent.accept(id);
  for (const reply of replies) {
    const clientId = newId();
    // As two clicks: the second is answered like the first, and one message leaves (INV3).
    const both = await Promise.all([agent.reply(conversationId, reply, clientId), agent.reply(conversationId, reply,
      clientId)]);
    if (!both.every((answer) => answer.ok)) throw new Error('a reply was refused');
  }
}

function ledgerOf(house: House, prefix: string): string[] {
  return house.callback.ledger.filter((entry) => entry.text.startsWith(prefix)).map((entry) => entry.text);
}

async function people(house: House): Promise<[Cookie, Cookie]> {
  const [first, second] = house.outside.world.agents;
  if (first === undefined || second === undefined) throw new Error('two agents were expected');
  return [await sessionOf(house.outside.db, first), await sessionOf(house.outside.db, second)];
}

interface Scene { h: House; second: Cookie; here: Agent; there: Agent }

async function crossing(t: Test, { h, here, there }: Scene): Promise<void> {
  await bring(h, h.web, 'a-1', 'nasabah-a');
  await answered(h, there, 'pesan a-1', ['a 1', 'a 2', 'a 3']);
  await there.ask('presence:set', { presence: 'BUSY' });
  await here.ask('presence:set', { presence: 'READY' });
  await bring(h, h.all, 'b-1', 'nasabah-b');
  await answered(h, here, 'pesan b-1', ['b 1', 'b 2', 'b 3']);
  await eventually('all replies have left', () => h.callback.ledger.length >= 6, 20_000);
  t.same(ledgerOf(h, 'a '), ['a 1', 'a 2', 'a 3']);
  t.same(ledgerOf(h, 'b '), ['b 1', 'b 2', 'b 3']);
  t.equal(new Set(h.callback.ledger.map((entry) => entry.clientId)).size, h.callback.ledger.length);
}

async function anywhere(t: Test, { h, here, there, second }: Scene): Promise<void> {
  for (const [n, node] of [h.web, h.worker, h.all].entries()) await bring(h, node, `a-${n + 2}`, 'nasabah-a');
  await eventually('three more messages at the desk', () =>
    ['a-2', 'a-3', 'a-4'].every((id) => [...there.messages.values()].some((one) => one.text === `pesan ${id}`)),
      15_000);
  const { conversationId } = await interactionOf(h, 'pesan a-1');
  const { items } = (await rest(h.web.url, second, 'GET', `/api/conversations/${conversationId}/messages`)).body as {
    items: { seq: number; text: string; direction: string }[] };
  t.same(items.filter((one) => one.direction === 'IN').map((one) => one.text),
    ['pesan a-1', 'pesan a-2', 'pesan a-3', 'pesan a-4'], 'and any node reads it');
  t.equal((await here.reply(conversationId, 'bukan punya saya')).ok, false, 'the work of the other agent');
}

async function liveChat(t: Test, { h, here }: Scene): Promise<void> {
  const customer = await openCustomer(t, h.all.url);
  t.match(await customer.say('halo dari web'), { ok: true, data: { seq: 1 } });
  await answered(h, here, 'halo dari web', ['selamat pagi', 'ada yang bisa dibantu?']);
  await eventually('the customer hears it', () => customer.heard().length === 2, 15_000);
  t.same(customer.heard(), ['selamat pagi', 'ada yang bisa dibantu?']);
}

async function withoutRedis(t: Test, { h, there }: Scene): Promise<void> {
  h.redis.signal('SIGKILL');
  const { conversationId } = await interactionOf(h, 'pesan a-1');
  await bring(h, h.web, 'a-9', 'nasabah-a');
  await eventually('the desk polls it', () => [...there.messages.values()].some((one) => one.text === 'pesan a-9'),
    15_000);
  t.match(await there.reply(conversationId, 'a 4'), { ok: true });
  await eventually('the reply leaves', () => ledgerOf(h, 'a ').length === 4, 20_000);
  await h.redis.restart();
  for (const node of [h.web, h.worker, h.all]) {
    await eventually('Redis is noticed', async () =>
      (await (await fetch(`${node.url}/health/ready`)).json() as { status: string }).status === 'ready', 20_000);
  }
  t.match(await there.reply(conversationId, 'a 5'), { ok: true });
  await eventually('the reply leaves', () => ledgerOf(h, 'a ').length === 5, 20_000);
  t.same(ledgerOf(h, 'a '), ['a 1', 'a 2', 'a 3', 'a 4', 'a 5'], 'each once, in order');
}

async function nodeDies(t: Test, { h, here, there, second }: Scene): Promise<void> {
  const { id, conversationId } = await interactionOf(h, 'pesan a-1');
  h.all.kill('SIGKILL');
  await h.all.ended;
  there.close();
  await here.accept(id);
  const released = await h.outside.db.dynamic<{ data: { reason: string } }>(
    `select data from journal where subject_id = $1 and type = 'interaction.released'`, [id]);
  t.match(released, [{ data: { reason: 'VANISHED' } }]);
  t.equal(released.length, 1);
  const [vanished] = await h.outside.db.dynamic(`select count(*)::int as n, (select presence from agent_states
    where user_id = $1) as presence, (select used_points from agent_states where user_id = $1) as points
    from journal where subject_id = $1 and type = 'agent.vanished'`, [h.outside.world.agents[1]?.id]);
  t.same(vanished, { n: 1, presence: 'OFFLINE', points: 0 });
  t.match(await here.reply(conversationId, 'a 6'), { ok: true });
  await eventually('the reply leaves', () => ledgerOf(h, 'a ').length === 6, 20_000);
  const back = await openAgent(t, h.web.url, second);
  t.equal(back.presence, 'OFFLINE');
  t.same([...back.interactions.keys()], [], 'and it is no longer theirs');
}

t.test('INV3 INV5 three nodes of different roles are one house', async (t) => {
  const h = await house(t);
  const [first, second] = await people(h);
  const scene: Scene = { h, second, here: await openAgent(t, h.web.url, first), there: await readyAgent(t, h.all.url,
    second) };
  await t.test('a message brought to one node is offered at a desk of another; its replies leave once, in order',
    (t) => crossing(t, scene));
  await t.test('what comes in at any node reaches the agent wherever the desk sits', (t) => anywhere(t, scene));
  await t.test('a customer of the live chat at one node, the agent at another', (t) => liveChat(t, scene));
  await t.test('RF05 Redis killed: events still reach desks of other nodes, replies still leave',
    (t) => withoutRedis(t, scene));
  await t.test('RF02 RF17 a node dies with an agent\'s desk: after the grace period the work goes back, once',
    (t) => nodeDies(t, scene));
});
