/** The first words of an account: once per interaction, by the hours of its queue, by however many nodes. */
import t from 'tap';
import { channels } from '#channels/registry.ts';
import { greet } from '#routing/greetings.ts';
import { newId } from '#domain/ids.ts';
import { channelWorld, type ChannelWorld } from '../channels/support.ts';

t.setTimeout(60_000);

async function writes(world: ChannelWorld, text: string, handle = 'nasabah-1'): Promise<void> {
  await world.target.host.receive([{ kind: 'message', dedupKey: newId(), raw: Buffer.from(text), handle,
    messageKind: 'text', text }]);
}

async function said(world: ChannelWorld): Promise<string[]> {
  return (await world.work.db.dynamic<{ body: string }>(`select body from messages where direction = 'OUT'
    order by conversation_id, seq`)).map((row) => row.body);
}

async function closedAlways({ work, world }: ChannelWorld): Promise<void> {
  const calendar = newId();
  await work.db.dynamic(`insert into calendars (id, organisation_id, code, name, time_zone, weekly)
    values ($1, $2, 'TUTUP', 'Selalu tutup', 'Asia/Jakarta', '[[],[],[],[],[],[],[]]')`,
  [calendar, world.organisationId]);
  await work.db.dynamic('update queues set calendar_id = $1', [calendar]);
}

const greeting = 'Selamat datang. Ada yang bisa kami bantu?';
const awayText = 'Kami buka pukul 08.00-17.00.';

t.test('whoever begins a conversation is greeted once, whoever looks and how often', async (t) => {
  const world = await channelWorld(t, { channel: 'whatsapp', settings: { provider: 'device', greeting, awayText } });
  await writes(world, 'halo');
  await Promise.all([greet(world.work), greet(world.work), greet(world.work)]);
  await writes(world, 'satu lagi');
  t.equal(await greet(world.work), 0);
  t.same(await said(world), [greeting]);
});

t.test('J47 while the queue is closed the account says so; a text that nobody wrote is not sent', async (t) => {
  const world = await channelWorld(t, { channel: 'whatsapp', settings: { provider: 'device', greeting, awayText } });
  await closedAlways(world);
  await writes(world, 'halo');
  await greet(world.work);
  t.same(await said(world), [awayText]);
  await world.work.db.dynamic(`update channel_accounts set settings = settings - 'awayText'`);
  await writes(world, 'halo', 'nasabah-2');
  t.equal(await greet(world.work), 0);
  t.same(await said(world), [awayText]);
});

for (const channel of ['telegram', 'live-chat'] as const) {
  t.test(`J47 an account of ${channel} has an answer for the hours without anybody`, async (t) => {
    const fields = channels.get(channel)?.setup.map(({ name }) => name) ?? [];
    t.ok(fields.includes('awayText'), 'its form asks for it');
    const world = await channelWorld(t, { channel, settings: { awayText } });
    await closedAlways(world);
    await writes(world, 'halo');
    await greet(world.work);
    t.same(await said(world), [awayText]);
  });
}

t.test('those to whom nothing is said hold up nobody behind them', async (t) => {
  const world = await channelWorld(t, { channel: 'whatsapp', settings: { provider: 'device', awayText } });
  for (let n = 0; n < 130; n += 1) await writes(world, 'halo', `nasabah-${n}`);
  t.equal(await greet(world.work), 0, 'it is open, and nothing is written for that');
  await closedAlways(world);
  t.equal(await greet(world.work), 130);
});

t.test('an account without a greeting is silent, and work of yesterday is not greeted today', async (t) => {
  const silent = await channelWorld(t, { channel: 'whatsapp', settings: { provider: 'device' } });
  await writes(silent, 'halo');
  t.equal(await greet(silent.work), 0);
  const world = await channelWorld(t, { channel: 'whatsapp', settings: { provider: 'device', greeting } });
  await writes(world, 'halo');
  await world.work.db.dynamic(`update interactions set date_origin = date_origin - interval '1 day'`);
  t.equal(await greet(world.work), 0);
});
