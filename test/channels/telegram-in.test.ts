/** Telegram comes in: by polling and by webhook, with files and edits; nothing lost, nothing doubled. */
import t from 'tap';
import { hooks } from '#gateway/hooks.ts';
import { httpOptions } from '#gateway/http.ts';
import type { Parts } from '#gateway/parts.ts';
import Fastify from 'fastify';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';
import { telegram } from '#channels/telegram/adapter.ts';
import { webhookTrouble } from '#channels/telegram/webhook.ts';
import { limits } from '#domain/limits.ts';
import { fakeTelegram, type FakeTelegram } from '#test/fakes/telegram/server.ts';
import { eventually } from '#test/support/harness.ts';
import { CUSTOMER, telegramWorld, WEBHOOK_SECRET, type TelegramWorld } from './telegram-world.ts';

t.setTimeout(240_000);

async function count(world: TelegramWorld, n: number): Promise<void> {
  await eventually(`${n} messages`, async () => (await world.texts()).length >= n, 20_000);
}

t.test('polling brings messages in order, and confirms them only once they are stored', async (t) => {
  const world = await telegramWorld(t);
  world.fake.updates.message(CUSTOMER, { text: 'sebelum node ada' });
  await world.node();
  await count(world, 1);
  for (let n = 1; n <= 120; n += 1) world.fake.updates.message(CUSTOMER + (n % 3), { text: `pesan ${n}` });
  await count(world, 121);
  const rows = await world.rows();
  for (const conversation of new Set(rows.map((row) => row.conversation_id))) {
    const own = rows.filter((row) => row.conversation_id === conversation);
    t.same(own.map((row) => row.seq), own.map((_row, at) => at + 1), 'gap-free');
    const numbers = own.flatMap((row) => /\d+/.exec(row.body ?? '')?.map(Number) ?? []);
    t.same(numbers, numbers.toSorted((a, b) => a - b), 'in order');
  }
  await eventually('the confirmation', () => world.fake.updates.pending() === 0);
  t.equal((await world.texts()).length, 121);
});

t.test('INV2 RF12 an update that comes again is one message, over a restart and over two nodes', async (t) => {
  const world = await telegramWorld(t);
  const first = await world.node();
  world.fake.updates.message(CUSTOMER, { text: 'satu' });
  await count(world, 1);
  world.fake.updates.repeat();
  world.fake.updates.message(CUSTOMER, { text: 'dua' });
  await count(world, 2);
  await first.stop();
  world.fake.updates.repeat();
  world.fake.updates.message(CUSTOMER, { text: 'tiga' });
  await world.node();
  await world.node();
  await count(world, 3);
  world.fake.updates.repeat();
  world.fake.updates.message(CUSTOMER, { text: 'empat' });
  await count(world, 4);
  t.same(await world.texts(), ['satu', 'dua', 'tiga', 'empat']);
});

t.test('INV6 one poller over two nodes; the other takes over when it ends', async (t) => {
  const world = await telegramWorld(t);
  const nodes = [await world.node(), await world.node()];
  world.fake.updates.message(CUSTOMER, { text: 'satu' });
  await count(world, 1);
  const [lease] = await world.work.db.dynamic<{ holder: string }>('select holder from leases');
  const holder = lease?.holder;
  t.ok(holder, 'the account is held');
  await nodes[0]?.stop();
  world.fake.updates.message(CUSTOMER, { text: 'dua' });
  await count(world, 2);
  t.same(await world.texts(), ['satu', 'dua']);
});

t.test('RF05 updates that the database does not take are asked for again', async (t) => {
  const world = await telegramWorld(t);
  await world.work.db.dynamic('alter table inbound_events rename to inbound_events_away');
  await world.node();
  world.fake.updates.message(CUSTOMER, { text: 'disimpan nanti' });
  await eventually('polls in vain', () => world.fake.callsOf('getUpdates').length >= 3);
  t.equal(world.fake.updates.pending(), 1, 'not confirmed');
  await world.work.db.dynamic('alter table inbound_events_away rename to inbound_events');
  await count(world, 1);
  await eventually('the confirmation', () => world.fake.updates.pending() === 0);
  t.same(await world.texts(), ['disimpan nanti']);
});

t.test('RF13 an edit that comes before its message ends in the same text, and adds no message', async (t) => {
  const world = await telegramWorld(t);
  await world.node();
  world.fake.updates.message(CUSTOMER, { text: 'halo' });
  await count(world, 1);
  const written = { message_id: 9_000, date: 1_799_999_990, chat: { id: CUSTOMER, type: 'private' },
    from: { id: CUSTOMER, is_bot: false, first_name: 'Rina' } };
  world.fake.updates.push({ edited_message: { ...written, text: 'jam 4 sore', edit_date: 1_799_999_995 } });
  world.fake.updates.push({ message: { ...written, text: 'jam 3 sore' } });
  world.fake.updates.message(CUSTOMER, { text: 'sudah' });
  await count(world, 3);
  await eventually('the later text', async () => (await world.texts())[1] === 'jam 4 sore');
  t.same(await world.texts(), ['halo', 'jam 4 sore', 'sudah']);
  const next = world.fake.updates.message(CUSTOMER, { text: 'dua puluh' });
  world.fake.updates.push({ edited_message: { ...next, text: '20', edit_date: 1_799_999_999 } });
  await eventually('the edit', async () => (await world.texts())[3] === '20');
  t.equal((await world.texts()).length, 4);
});

t.test('files are fetched by the server after their message is there; the token stands nowhere', async (t) => {
  const world = await telegramWorld(t);
  const bytes = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000a49444154789c63'
    + '000100000500010d0a2db40000000049454e44ae426082', 'hex');
  const photo = world.fake.hold(bytes);
  const huge = world.fake.hold(Buffer.from('x'), 30 * 1_048_576);
  const program = world.fake.hold(Buffer.from('MZ not for us'));
  world.fake.script('getFile', { status: 429, body: { ok: false, error_code: 429, description: 'Too Many Requests',
    parameters: { retry_after: 1 } } }, { status: 502, html: '<html>' });
  world.fake.script('file', 'cut');
  await world.node();
  world.fake.updates.message(CUSTOMER, { caption: 'struk', photo: [{ file_id: photo, width: 9, height: 9 }] });
  world.fake.updates.message(CUSTOMER, { document: { file_id: huge, file_name: 'film.mp4' } });
  world.fake.updates.message(CUSTOMER, { document: { file_id: program, file_name: 'aplikasi.exe' } });
  await count(world, 3);
  await eventually('the photo', async () => (await world.rows())[0]?.attachments?.length === 1, 30_000);
  await eventually('the refusals', async () => (await world.rows()).slice(1).every((row) =>
    JSON.stringify(row.payload).includes('reasonCode')), 30_000);
  const rows = await world.rows();
  t.match(rows[0], { kind: 'image', body: 'struk', payload: null, attachments: [{ mediaType: 'image/png' }] });
  t.match(rows[1]?.payload, { remoteFiles: [{ fileName: 'film.mp4', reasonCode: 'FILE_TOO_LARGE' }] });
  t.match(rows[2]?.payload, { remoteFiles: [{ fileName: 'aplikasi.exe', reasonCode: 'FILE_TYPE_REFUSED' }] });
  const file = await world.target.host.media.get(rows[0]?.attachments?.[0]?.fileId ?? '', String(CUSTOMER));
  const stored: Buffer[] = [];
  for await (const part of file?.bytes ?? []) stored.push(Buffer.from(part as Uint8Array));
  t.equal(Buffer.concat(stored).equals(bytes), true, 'byte for byte');
  world.fake.updates.repeat();
  const tables = await world.work.db.dynamic<{ text: string }>(`select string_agg(x, ' ') as text from (
    select m::text as x from messages m union all select r::text from remote_files r union all select j::text
    from journal j union all select f::text from files f union all select c::text from cursors c) all_rows`);
  t.notMatch(tables[0]?.text, world.fake.token);
  t.notMatch(world.work.log.lines.join('\n'), world.fake.token);
});

t.test('RF02 a download that a kill cut off is fetched again within its lease; a slow one is kept up', async (t) => {
  const world = await telegramWorld(t);
  const { host } = world.target;
  const bytes = Buffer.from('isi surat');
  await host.receive([{ kind: 'message', dedupKey: 'm:1', raw: Buffer.from('{}'), handle: String(CUSTOMER),
    messageKind: 'document', remoteFiles: [{ ref: world.fake.hold(bytes), fileName: 'surat.txt' }],
    providerMessageId: `${CUSTOMER}:1` }]);
  // What a node left behind that was killed a moment after its claim.
  await world.work.db.dynamic(`update remote_files set attempts = 1, lease_fence = 1,
    due_at = app_now() + $1::float8 * interval '1 ms'`, [limits.remoteFileLeaseMs]);
  await world.node();
  await eventually('the file', async () => (await world.rows())[0]?.attachments?.length === 1, 30_000);
  world.fake.script('file', 'hang');
  world.fake.updates.message(CUSTOMER, { document: { file_id: world.fake.hold(bytes), file_name: 'lambat.txt' } });
  const due = async (): Promise<{ due_at: Date; attempts: number } | undefined> => (await world.work.db.dynamic<{
    due_at: Date; attempts: number }>(`select due_at, attempts from remote_files where state = 'WAITING'
    and attempts > 0`))[0];
  const first = await eventually('the claim', due, 30_000);
  await eventually('the lease kept up', async () => ((await due())?.due_at ?? 0) > first.due_at, 30_000);
  t.equal((await due())?.attempts, 1, 'by its own node, not by another claim');
});

t.test('only a contact of the sender themselves proves a phone number; blocking is noted and taken back', async (t) => {
  const world = await telegramWorld(t);
  await world.node();
  const point = async (): Promise<unknown> => (await world.work.db.dynamic(`select phone, verified,
    unreachable_at is not null as unreachable from contact_points`))[0];
  const share = (phone: string, user: number): void => void world.fake.updates.message(CUSTOMER,
    { contact: { phone_number: phone, first_name: 'R', user_id: user } });
  share('6281200000999', 7_999);
  await count(world, 1);
  t.same(await point(), { phone: null, verified: false, unreachable: false });
  share('6281200000567', CUSTOMER);
  await eventually('the number', async () => JSON.stringify(await point()).includes('+6281200000567'));
  t.same(await point(), { phone: '+6281200000567', verified: true, unreachable: false });
  const member = (status: string, date: number): void => void world.fake.updates.push({ my_chat_member: { date,
    chat: { id: CUSTOMER, type: 'private' }, from: { id: CUSTOMER }, new_chat_member: { status } } });
  member('kicked', 1_799_999_990);
  await eventually('blocked', async () => JSON.stringify(await point()).includes('"unreachable":true'));
  member('member', 1_799_999_991);
  await eventually('back', async () => JSON.stringify(await point()).includes('"unreachable":false'));
  const told = await world.work.db.dynamic<{ data: unknown }>(`select data->'changed' as data from journal
    where type = 'contact.updated' order by id`);
  t.same(told.map((row) => row.data), [['phone'], ['reachable'], ['reachable']]);
});

async function hookServer(t: Test, world: () => TelegramWorld): Promise<string> {
  const app = Fastify({ ...httpOptions, logger: false });
  const late = new Proxy({}, { get: (_none, name) => Reflect.get(world() as object, name) as unknown });
  await app.register(hooks(late as Parts));
  await app.listen({ port: 0, host: '127.0.0.1' });
  t.teardown(async () => {
    app.server.closeAllConnections();
    await app.close();
  });
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
}

t.test('webhook: set with its secret, taken once, taps acknowledged in the answer; a change of mode loses nothing',
  async (t) => {
    const served: { world?: TelegramWorld } = {};
    const publicUrl = await hookServer(t, () => served.world as TelegramWorld);
    const world = await telegramWorld(t, { mode: 'webhook', publicUrl });
    served.world = world;
    const { fake, work } = world;
    fake.updates.message(CUSTOMER, { text: 'sebelum webhook' });
    await world.node();
    await count(world, 1);
    t.match(fake.webhook, { url: `${publicUrl}/hooks/telegram/uji-satu`, secret: WEBHOOK_SECRET });
    fake.updates.message(CUSTOMER, { text: 'lewat webhook' });
    fake.updates.repeat();
    fake.updates.push({ callback_query: { id: '77', data: 'ya', from: { id: CUSTOMER, first_name: 'R' },
      message: { message_id: 3, date: 1, chat: { id: CUSTOMER, type: 'private' } } } });
    await count(world, 3);
    await eventually('the word to the tap', () => fake.callsOf('answerCallbackQuery').length === 1);
    t.same(await world.texts(), ['sebelum webhook', 'lewat webhook', 'ya']);
    const stranger = await fetch(fake.webhook.url, { method: 'POST', body: '{"update_id":1}',
      headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': 'tebakan' } });
    t.equal(stranger.status, 401);
    await work.db.dynamic(`update channel_accounts set settings = settings || '{"mode":"polling"}',
      version = version + 1`);
    await eventually('the webhook to be gone', () => fake.webhook.url === '', 20_000);
    fake.updates.message(CUSTOMER, { text: 'lewat polling' });
    await count(world, 4);
    t.equal((await world.texts()).length, 4);
  });

/** The account's token becomes that of another bot, or of the first one again, as an administrator enters it. */
async function giveBot({ work, secrets, world }: TelegramWorld, fake: FakeTelegram): Promise<void> {
  await secrets.put({ organisationId: world.organisationId, ownerKind: 'channel-account', ownerId: world.accountId },
    { token: fake.token });
  await work.db.dynamic(`update channel_accounts set version = version + 1,
    settings = settings || jsonb_build_object('apiRoot', $1::text)`, [fake.url]);
}

async function secondBot(t: Test): Promise<FakeTelegram> {
  const other = fakeTelegram({ botId: 700_000_002 });
  await other.start();
  t.teardown(() => other.stop());
  return other;
}

t.test('INV2 another bot on the account loses nothing: neither its updates nor its messages are the first one\'s',
  async (t) => {
    const world = await telegramWorld(t, { settings: { commands: 'start: Mulai' } });
    const other = await secondBot(t);
    await world.node();
    for (const text of ['satu', 'dua', 'tiga']) world.fake.updates.message(CUSTOMER, { text });
    await count(world, 3);
    await eventually('the offset', async () => (await world.target.host.cursor.get('update-offset')) !== undefined);
    for (const text of ['empat', 'lima']) other.updates.message(CUSTOMER, { text });
    await giveBot(world, other);
    await count(world, 5);
    t.same(await world.texts(), ['satu', 'dua', 'tiga', 'empat', 'lima'], 'same chat, same numbers, other bot');
    other.updates.repeat();
    const [, , , fourth] = await world.rows();
    const id = await world.reply('jawaban bot kedua', { replyToId: fourth?.id ?? '' });
    await world.until(id, 'sent');
    const [got] = other.delivered;
    t.match(got?.payload, { reply_parameters: { message_id: 101 } });
    await world.change(id, { kind: 'EDIT', text: 'jawaban yang diralat' });
    await eventually('the edit', () => other.delivered[0]?.payload['text'] === 'jawaban yang diralat');
    other.updates.push({ edited_message: { message_id: 102, date: 1_799_999_990, edit_date: 1_799_999_995, text: 'LIMA',
      chat: { id: CUSTOMER, type: 'private' }, from: { id: CUSTOMER, first_name: 'R' } } });
    await eventually('the edit of its own message', async () => (await world.texts())[4] === 'LIMA');
    t.same(await world.texts(), ['satu', 'dua', 'tiga', 'empat', 'LIMA']);
    t.equal(other.callsOf('setMyCommands').length, 1, 'its menu too');
    world.fake.updates.message(CUSTOMER, { text: 'enam' });
    world.fake.updates.push({ edited_message: { message_id: 101, date: 1, edit_date: 2, text: 'SATU',
      chat: { id: CUSTOMER, type: 'private' }, from: { id: CUSTOMER, first_name: 'R' } } });
    await giveBot(world, world.fake);
    await eventually('the first bot again', async () => (await world.texts())[0] === 'SATU', 20_000);
    t.same(await world.texts(), ['SATU', 'dua', 'tiga', 'empat', 'LIMA', 'enam'], 'under the keys that it had');
    t.match((await world.rows())[0], { provider_message_id: `${CUSTOMER}:101` });
  });

t.test('a webhook that Telegram cannot deliver to shows why, until it can', async (t) => {
  const served: { world?: TelegramWorld } = {};
  const publicUrl = await hookServer(t, () => served.world as TelegramWorld);
  const world = await telegramWorld(t, { mode: 'webhook', publicUrl });
  const { fake, work } = world;
  await world.node();
  await eventually('the webhook', () => fake.webhook.url !== '');
  const last = async (): Promise<unknown> => (await work.db.dynamic<{ data: unknown }>(`select data from journal
    where type = 'channel-account.health-changed' order by id desc limit 1`))[0]?.data;
  const lookAgain = () => work.db.dynamic('update channel_accounts set version = version + 1');
  fake.updates.message(CUSTOMER, { text: 'tertahan' });
  await eventually('its error', () => fake.webhook.lastError !== undefined);
  await lookAgain();
  await eventually('the reason', async () => JSON.stringify(await last())?.includes('WEBHOOK_ANSWERED_WRONG'), 20_000);
  t.same(await last(), { state: 'CONNECTING', reasonCode: 'WEBHOOK_ANSWERED_WRONG' });
  served.world = world;
  await count(world, 1);
  await lookAgain();
  await eventually('that it is well', async () => JSON.stringify(await last()) === '{"state":"CONNECTED"}', 20_000);
});

t.test('the errors of Telegram that it cannot deliver by, while updates wait and the error is not old', async (t) => {
  const now = 1_800_000_000_000;
  const reason = (said: string, more = {}): unknown => webhookTrouble({ last_error_message: said,
    last_error_date: now / 1_000 - 60, pending_update_count: 2, ...more }, now);
  t.equal(reason('Wrong response from the webhook: 502 Bad Gateway'), 'WEBHOOK_ANSWERED_WRONG');
  t.equal(reason('SSL error {error:0A000086:SSL routines::certificate verify failed}'), 'WEBHOOK_CERTIFICATE');
  t.equal(reason('Failed to resolve host: Name or service not known'), 'WEBHOOK_HOST_UNKNOWN');
  t.equal(reason('Connection timed out'), 'WEBHOOK_TIMED_OUT');
  t.equal(reason('Connection refused'), 'WEBHOOK_UNREACHED');
  t.equal(reason('Connection refused', { pending_update_count: 0 }), undefined);
  t.equal(reason('Connection refused', { last_error_date: now / 1_000 - 7_200 }), undefined);
});

t.test('a webhook says which bot calls, and an event of it is read alike when it is replayed', async (t) => {
  const served: { world?: TelegramWorld } = {};
  const publicUrl = await hookServer(t, () => served.world as TelegramWorld);
  const world = await telegramWorld(t, { mode: 'webhook', publicUrl });
  served.world = world;
  const other = await secondBot(t);
  await world.node();
  world.fake.updates.message(CUSTOMER, { text: 'satu' });
  await count(world, 1);
  await giveBot(world, other);
  await eventually('its webhook', () => other.webhook.url.endsWith('?bot=700000002'), 20_000);
  await eventually('the host of this test', async () =>
    (await world.hosts.forAccount(world.world.accountId))?.account.settings['apiRoot'] === other.url);
  other.updates.message(CUSTOMER, { text: 'dua' });
  await count(world, 2);
  t.same(await world.texts(), ['satu', 'dua']);
  t.equal((await world.rows())[1]?.provider_message_id, `700000002/${CUSTOMER}:101`);
  const [kept] = await world.work.db.dynamic<{ raw: Buffer }>(`select raw from inbound_events
    order by received_at desc limit 1`);
  const again = telegram.parse?.({ method: 'POST', headers: {}, query: {}, body: kept?.raw ?? Buffer.alloc(0),
    nowSeconds: 0 }, world.target.account);
  t.match(again?.events, [{ dedupKey: `m:700000002/${CUSTOMER}:101`, text: 'dua' }]);
});
