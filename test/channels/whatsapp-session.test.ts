/** The session itself: what ends it, who may hold it, what a person must decide, and what never leaks. */
import t from 'tap';
import { eventually } from '#test/support/harness.ts';
import { holds } from '#channels/whatsapp/baileys/provider.ts';
import { CUSTOMER, whatsAppWorld } from './whatsapp-world.ts';

t.setTimeout(240_000);

t.test('RF30 lost, timed out, unavailable, a broken frame: it comes back by itself', async (t) => {
  const world = await whatsAppWorld(t);
  await world.paired();
  const phone = world.fake.phone(CUSTOMER);
  let n = 0;
  const talks = async (): Promise<void> => {
    n += 1;
    await phone.says(world.number, `pesan ${n}`);
    await eventually(`message ${n}`, async () => (await world.texts()).length === n, 30_000);
  };
  await talks();
  for (const [name, fault] of Object.entries({
    drop: () => world.number.drop(), 503: () => world.number.streamError(503),
    515: () => world.number.streamError(515), frame: () => world.number.corruptFrame(),
  })) {
    const logins = world.fake.loginsOf(world.number);
    fault();
    await eventually(`a new login after ${name}`, () => world.fake.loginsOf(world.number) > logins, 30_000);
    await talks();
  }
  world.number.mute(true);
  const logins = world.fake.loginsOf(world.number);
  await eventually('the silent link to be noticed', () => world.fake.loginsOf(world.number) > logins, 30_000)
    .catch(() => undefined);
  world.number.mute(false);
  await talks();
  t.equal(world.fake.sockets(world.number), 1);
});

t.test('RF30 another client in our place: not fought, a person decides', async (t) => {
  const world = await whatsAppWorld(t);
  await world.paired();
  for (let n = 0; n < 3; n += 1) {
    const logins = world.fake.loginsOf(world.number);
    world.number.streamError(440);
    if (n < 2) await eventually('a new login', () => world.fake.loginsOf(world.number) > logins, 30_000);
    if (n < 2) await world.untilSession('OPEN');
  }
  await world.untilSession('OPERATOR', 'CONFLICT');
  const logins = world.fake.loginsOf(world.number);
  await world.wish('RECONNECT');
  await world.untilSession('OPEN');
  t.equal(world.fake.loginsOf(world.number), logins + 1);
});

t.test('RF30 the phone ends the session: keys are archived, nothing leaves, a person pairs again', async (t) => {
  const world = await whatsAppWorld(t);
  await world.paired();
  const phone = world.fake.phone(CUSTOMER);
  await phone.says(world.number, 'halo');
  await eventually('the message', async () => (await world.texts()).length === 1, 20_000);
  world.number.logOutFromPhone();
  await world.untilSession('OPERATOR', 'LOGGED_OUT');
  const [kept] = await world.work.db.dynamic<{ keys: number; archives: number }>(`select
    (select count(*)::int from channel_keys) as keys, (select count(*)::int from channel_key_archives) as archives`);
  t.same(kept, { keys: 0, archives: 1 });
  const waiting = await world.reply('menunggu nomor');
  await world.wish('PAIR_QR');
  await world.number.scan(await world.code('QR'));
  await world.untilSession('OPEN');
  await world.until(waiting, 'delivered', 30_000);
});

t.test('403 keeps everything and asks for a person', async (t) => {
  const world = await whatsAppWorld(t);
  await world.paired();
  world.number.refuseLogin(403);
  world.number.drop();
  await world.untilSession('OPERATOR', 'BANNED');
  const [kept] = await world.work.db.dynamic<{ n: number }>('select count(*)::int as n from channel_keys');
  t.ok((kept?.n ?? 0) > 0);
});

t.test('an operator logs out: WhatsApp is told, keys are archived, the state is as before pairing', async (t) => {
  const world = await whatsAppWorld(t);
  await world.paired();
  await world.wish('LOG_OUT');
  await world.untilSession('IDLE', 'NOT_PAIRED');
  await eventually('WhatsApp to know', () => world.number.removedByClient, 10_000);
  const [kept] = await world.work.db.dynamic<{ n: number }>('select count(*)::int as n from channel_keys');
  t.equal(kept?.n, 0);
});

t.test('a restart keeps the session: no second pairing, and old sessions still decrypt', async (t) => {
  const world = await whatsAppWorld(t);
  const first = await world.paired();
  const phone = world.fake.phone(CUSTOMER);
  await phone.says(world.number, 'sebelum');
  await eventually('the message', async () => (await world.texts()).length === 1, 20_000);
  await first.stop();
  await phone.says(world.number, 'selama mati');
  await world.paired();
  await phone.says(world.number, 'sesudah');
  await eventually('all three', async () => (await world.texts()).length === 3, 30_000);
  t.same(await world.texts(), ['sebelum', 'selama mati', 'sesudah']);
});

t.test('INV6 two nodes, one socket ever; the other takes over when its holder ends', async (t) => {
  const world = await whatsAppWorld(t);
  const nodes = [await world.paired(), await world.node()];
  const holder = async (): Promise<number> => {
    const held = await Promise.all(nodes.map(async ({ hosts }) => {
      const target = await hosts.forAccount(world.world.accountId);
      return target !== undefined && holds(target.host);
    }));
    t.ok(held.filter(Boolean).length <= 1);
    return held.indexOf(true);
  };
  const before = await holder();
  t.equal(world.fake.sockets(world.number), 1);
  await nodes[before]?.stop();
  await eventually('the other to hold it', async () => await holder() === 1 - before, 60_000);
  t.equal(world.fake.replaced, 0, 'never was there a second one');
  const phone = world.fake.phone(CUSTOMER);
  await phone.says(world.number, 'masih ada orang?');
  await eventually('the message', async () => (await world.texts()).length === 1, 20_000);
  const reply = await world.reply('ada');
  await world.until(reply, 'delivered', 20_000);
});

t.test('keys lie sealed: nothing readable of them is in the database', async (t) => {
  const world = await whatsAppWorld(t);
  await world.paired();
  const rows = await world.work.db.dynamic<{ text: string }>(`select encode(sealed, 'escape') as text
    from channel_keys`);
  t.ok(rows.length > 800, `${rows.length} keys`);
  t.notOk(rows.some(({ text }) => /private|noiseKey|Buffer|chainKey/.test(text)));
});
