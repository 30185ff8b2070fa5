/**
 * RF01, RF03, RF30: the server that holds a WhatsApp number is killed at the first hits of every failpoint of the way
 * in and the way out, while customers write and an agent replies; the next one takes the number over.
 */
import t, { type Test } from 'tap';
import type { Failpoint } from '#domain/failpoints.ts';
import type { FakePhone } from '#test/fakes/whatsapp/server.ts';
import { newId } from '#domain/ids.ts';
import { queueReply } from '#routing/outbound.ts';
import { eventually } from '#test/support/harness.ts';
import { deviceWorld, hasGone, type DeviceWorld, type NodeProcess } from '#test/support/whatsapp-node.ts';

t.setTimeout(480_000);

const POINTS: Failpoint[] = ['whatsapp.received', 'whatsapp.stored', 'whatsapp.receipts', 'send.afterClaim',
  'send.beforeWrite', 'send.afterWrite', 'send.beforeCommit', 'send.afterCommit'];
const HITS = 3;
/** What each customer writes, and what each who is known is answered, while a node may be killed. */
const MESSAGES = 3;
const SETTLE_MS = 60_000;
const ENDED = ['delivered', 'unknown'];

interface Customer { phone: FakePhone; said: string[] }
interface Reply { id: string; text: string; to: Customer }
interface Talk { device: DeviceWorld; known: Customer[]; everybody: Customer[]; replies: Reply[] }
interface Stored { id: string; handle: string; direction: string; provider_message_id: string | null; status: string;
  body: string }

const handleOf = (customer: Customer): string => `+${customer.phone.pn}`;

function newCustomer(talk: Talk): Customer {
  const customer = { phone: talk.device.fake.phone(`62813000${String(10_000 + talk.everybody.length)}`), said: [] };
  talk.everybody.push(customer);
  return customer;
}

async function writes({ device }: Talk, customer: Customer): Promise<void> {
  for (let n = 0; n < MESSAGES; n += 1) {
    customer.said.push(await customer.phone.says(device.number, `pesan ${customer.phone.pn} ${customer.said.length}`));
  }
}

/** The agent who holds every conversation answers one of them. */
async function replies({ device: { work, world }, replies: all }: Talk, to: Customer): Promise<void> {
  const [user] = world.agents;
  const [row] = await work.db.dynamic<{ id: string }>('select id from conversations where handle = $1', [handleOf(to)]);
  if (user === undefined || row === undefined) throw new Error('no agent or no conversation');
  for (let n = 0; n < MESSAGES; n += 1) {
    const text = `jawaban ${all.length} ${to.phone.pn}`;
    const reply = { id: '', text, to };
    all.push(reply);
    reply.id = (await queueReply(work, { user, conversationId: row.id, clientId: newId(), text })).messageId;
  }
}

function stored({ device }: Talk): Promise<Stored[]> {
  return device.work.db.dynamic<Stored>(`select m.id, c.handle, m.direction, m.provider_message_id, m.status, m.body
    from messages m join conversations c on c.id = m.conversation_id order by c.id, m.seq`);
}

/**
 * What has no end yet: what was said and is not stored, a reply of which it is not known that it arrived, a word that
 * WhatsApp has still to deliver.
 */
async function openEnds(talk: Talk): Promise<string[]> {
  const rows = await stored(talk);
  const known = new Set(rows.map((row) => row.provider_message_id));
  return [...talk.everybody.flatMap(({ said }) => said.filter((id) => !known.has(id))),
    ...talk.replies.flatMap(({ id, text }) => {
      const status = rows.find((row) => row.id === id)?.status ?? 'not stored';
      return ENDED.includes(status) ? [] : [`${text}: ${status}`];
    }), ...(talk.device.number.waiting === 0 ? [] : [`${talk.device.number.waiting} stanzas`])];
}

/** Waits until nothing is open any more, or until `isOver`. */
async function settled(talk: Talk, isOver = (): boolean => false): Promise<void> {
  let left: string[] = [];
  await eventually('everything to have its end', async () => {
    if (isOver()) return true;
    left = await openEnds(talk);
    return left.length === 0;
  }, SETTLE_MS).catch((error: unknown) => { throw new Error(`still open: ${left.join(', ')}`, { cause: error }); });
}

/** After a kill: what held the session dies as well, and the next server takes over once the lease has run out. */
async function takeOver(t: Test, talk: Talk, dead: NodeProcess): Promise<void> {
  const { device } = talk;
  t.equal(dead.end(), 'SIGKILL', 'killed at the failpoint and by nothing else');
  await eventually('the process of the session to end with its parent', () => hasGone(dead.sessionPid() ?? 0));
  await eventually('its socket to close', () => device.fake.sockets() === 0);
  await device.expireLease();
  const next = await device.start().open();
  await settled(talk);
  await next.stop();
  await eventually('nor is one left by a server that stops', () => hasGone(next.sessionPid() ?? 0));
}

/** Customers write and are answered by a server that dies at this hit. False if it did not. */
async function round(t: Test, talk: Talk, point: Failpoint, hit: number): Promise<boolean> {
  const node = await talk.device.start(`${point}:${hit}:kill`).open();
  const newcomer = newCustomer(talk);
  await Promise.all([...[...talk.known, newcomer].map((customer) => writes(talk, customer)),
    ...talk.known.map((customer) => replies(talk, customer))]);
  await settled(talk, () => node.end() !== undefined);
  if (node.end() === undefined) {
    await node.stop();
    return false;
  }
  await takeOver(t, talk, node);
  return true;
}

async function judge(t: Test, talk: Talk, what: string): Promise<void> {
  const rows = await stored(talk);
  for (const customer of talk.everybody) {
    t.same(rows.filter((row) => row.direction === 'IN' && row.handle === handleOf(customer))
      .map((row) => row.provider_message_id), customer.said, `${what}: each message once, in order`);
  }
  t.equal(rows.filter((row) => row.direction === 'OUT').length, talk.replies.length, `${what}: no reply is lost`);
  for (const { id, text, to } of talk.replies) {
    const row = rows.find((one) => one.id === id);
    const copies = to.phone.inbox.filter((one) => one.text === text);
    t.ok(ENDED.includes(row?.status ?? ''), `${what}: ${text} has an end`);
    if (row?.status === 'unknown') t.ok(copies.length <= 1, `${what}: ${text} is not there twice`);
    else t.same(copies.map((one) => one.id), [row?.provider_message_id], `${what}: ${text} is there once`);
  }
  t.same(talk.device.fake.errors, []);
  t.equal(talk.device.fake.replaced, 0, `${what}: there never was a second socket`);
}

/** The number linked, two customers whom the agent has taken, and no server running. */
async function talking(t: Test): Promise<Talk> {
  const talk: Talk = { device: await deviceWorld(t), known: [], everybody: [], replies: [] };
  const { device } = talk;
  const node = device.start();
  await device.pair();
  await node.open();
  talk.known.push(newCustomer(talk), newCustomer(talk));
  for (const customer of talk.known) await writes(talk, customer);
  await settled(talk);
  const [agent] = device.world.agents;
  await device.work.db.dynamic(`update interactions set state = 'PICKED_UP', agent_id = $1, team_id = $2,
    accepted_at = app_now()`, [agent?.id, agent?.teamId]);
  await node.stop();
  return talk;
}

t.test('RF01 RF03 RF30 the server is killed where it hurts: 0 lost, 0 doubled, in order, none sent twice', async (t) => {
  const talk = await talking(t);
  let kills = 0;
  for (const point of POINTS) {
    let fired = 0;
    while (fired < HITS && await round(t, talk, point, fired + 1)) fired += 1;
    t.ok(fired >= 2, `${point} killed ${fired} times`);
    kills += fired;
    await judge(t, talk, point);
  }
  const unknown = (await stored(talk)).filter((row) => row.status === 'unknown').length;
  t.ok(unknown > 0 && unknown <= kills, `${unknown} of ${talk.replies.length} replies are of unknown fate`);
});
