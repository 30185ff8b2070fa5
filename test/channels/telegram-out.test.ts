/** Telegram goes out: each message once, whatever Telegram answers and whichever side restarts; RS13's echo rule. */
import t from 'tap';
import type { OfferPayload } from '#domain/channels/words.ts';
import { newId } from '#domain/ids.ts';
import { queueReply } from '#routing/outbound.ts';
import { eventually } from '#test/support/harness.ts';
import type { Script } from '#test/fakes/telegram/server.ts';
import { CUSTOMER, telegramWorld, type TelegramWorld } from './telegram-world.ts';

t.setTimeout(240_000);

/** A world whose customer has written, served by a node. */
async function talking(t: Parameters<typeof telegramWorld>[0], text = 'halo'): Promise<TelegramWorld> {
  const world = await telegramWorld(t);
  await world.node();
  world.fake.updates.message(CUSTOMER, { text });
  await eventually('the first message', async () => (await world.texts()).length === 1);
  return world;
}

function sentTexts(world: TelegramWorld): unknown[] {
  return world.fake.delivered.map((one) => one.payload['text'] ?? one.payload['caption'] ?? one.method);
}

t.test('a reply arrives once with its quote; its id is that of chat and message', async (t) => {
  const world = await talking(t);
  const [asked] = await world.rows();
  const id = await world.reply('Baik, kami cek.', { replyToId: asked?.id ?? '' });
  await world.until(id, 'sent');
  const [got] = world.fake.delivered;
  t.same(sentTexts(world), ['Baik, kami cek.']);
  t.equal((await world.statusOf(id)).provider_message_id, `${CUSTOMER}:${got?.messageId}`);
  t.match(got?.payload, { reply_parameters: { message_id: Number(asked?.provider_message_id?.split(':')[1]) } });
  t.equal(got?.payload['parse_mode'], undefined, 'no markup is read in an agent\'s text');
  const answer = { reply_to_message: { message_id: got?.messageId } };
  world.fake.updates.message(CUSTOMER, { text: 'ini?', ...answer });
  await eventually('the customer\'s reply', async () => (await world.texts()).length === 2);
  t.equal((await world.rows()).at(-1)?.reply_to_id, id, 'the customer quotes our message');
});

t.test('a long text leaves in parts of 4,096; a part that is refused for now is all that is sent again', async (t) => {
  const world = await talking(t);
  const paragraphs = Array.from({ length: 9 }, (_, n) => `${n} ${'kata '.repeat(200)}`.trim());
  const busy = { status: 429, body: { ok: false, error_code: 429, description: 'Too Many Requests: retry after 1',
    parameters: { retry_after: 1 } } };
  world.fake.script('sendMessage', 'pass', busy);
  const id = await world.reply(paragraphs.join('\n\n'));
  await world.until(id, 'sent', 30_000);
  const texts = sentTexts(world).map(String);
  t.ok(texts.length >= 3 && texts.every((text) => text.length <= 4_096));
  t.equal(texts.join('\n\n'), paragraphs.join('\n\n'), 'whole, in order, nothing twice');
  t.same(await world.work.db.dynamic(`select name from cursors where name like 'sent-parts%'`), []);
});

t.test('RF11 429 waits as long as it says for the whole account, and nothing is doubled', async (t) => {
  const world = await talking(t);
  world.fake.script('sendMessage', { status: 429, body: { ok: false, error_code: 429,
    description: 'Too Many Requests: retry after 2', parameters: { retry_after: 2 } } });
  const id = await world.reply('satu');
  await eventually('the pause', async () => (await world.work.db.dynamic<{ paused: boolean }>(
    'select paused_until > app_now() as paused from send_paces'))[0]?.paused === true);
  await world.until(id, 'sent');
  t.same(sentTexts(world), ['satu']);
  t.equal(world.fake.callsOf('sendMessage').length, 2);
});

t.test('403 fails with its reason and marks the customer out of reach, until they are back', async (t) => {
  const world = await talking(t);
  world.fake.blocked.add(String(CUSTOMER));
  const id = await world.reply('apakah masih di sana?');
  await world.until(id, 'failed');
  t.match(await world.statusOf(id), { reason_code: 'BLOCKED_BY_CUSTOMER' });
  const reachable = async (): Promise<boolean | undefined> => (await world.work.db.dynamic<{ ok: boolean }>(
    'select unreachable_at is null as ok from contact_points'))[0]?.ok;
  t.equal(await reachable(), false);
  t.equal(world.fake.callsOf('sendMessage').length, 1, 'final: not tried again');
  world.fake.blocked.clear();
  world.fake.updates.message(CUSTOMER, { text: 'masih' });
  await eventually('back by a message while work is open', reachable);
  await world.work.db.dynamic(`update interactions set state = 'CLOSED', closed_at = app_now()`);
  await world.work.db.dynamic('update contact_points set unreachable_at = app_now()');
  world.fake.updates.message(CUSTOMER, { text: 'lagi' });
  await eventually('back by a message that opens work', reachable);
  t.same(await world.texts(), ['halo', 'masih', 'lagi']);
  t.same((await world.work.db.dynamic<{ data: unknown }>(`select data->'changed' as data from journal
    where type = 'contact.updated' order by id`)).map((row) => row.data),
    Array.from({ length: 3 }, () => ['reachable']));
});

t.test('RF11 RF03 5xx and no connection are tried again; an answer that got lost is unknown, never sent again',
  async (t) => {
    const world = await talking(t);
    world.fake.script('sendMessage', { status: 502, html: '<html>Bad Gateway</html>' });
    const first = await world.reply('satu');
    await world.until(first, 'sent', 20_000);
    world.fake.script('sendMessage', 'lost');
    const second = await world.reply('dua');
    await world.until(second, 'unknown', 20_000);
    const third = await world.reply('tiga');
    await world.until(third, 'sent', 20_000);
    t.same(sentTexts(world), ['satu', 'dua', 'tiga'], 'what the customer got');
    t.equal((await world.statusOf(second)).status, 'unknown');
  });

t.test('401 pauses the account, says so and keeps what waits; a new token sends it', async (t) => {
  const world = await talking(t);
  const owner = { organisationId: world.world.organisationId, ownerKind: 'channel-account',
    ownerId: world.world.accountId };
  await world.secrets.put(owner, { token: '1:dicabut' });
  await world.work.db.dynamic('update channel_accounts set version = version + 1');
  await world.untilAccount('NEEDS_ATTENTION');
  const id = await world.reply('tertahan');
  await eventually('nothing sent', async () => (await world.statusOf(id)).status !== 'sent');
  await world.secrets.put(owner, { token: world.fake.token });
  await world.work.db.dynamic('update channel_accounts set version = version + 1');
  await world.untilAccount('ACTIVE');
  await world.until(id, 'sent', 30_000);
  t.same(sentTexts(world), ['tertahan']);
});

const notFound = (description: string): Script => ({ status: 404, body: { ok: false, error_code: 404, description } });
const unauthorized = { status: 401, body: { ok: false, error_code: 401, description: 'Unauthorized' } };

async function statusOfAccount({ work }: TelegramWorld): Promise<string | undefined> {
  return (await work.db.dynamic<{ status: string }>('select status from channel_accounts'))[0]?.status;
}

t.test('RF11 one stray 401 or 404 pauses nothing; a refusal that is proved ends with the first call that is taken',
  async (t) => {
    const world = await talking(t);
    const { fake } = world;
    fake.script('sendMessage', unauthorized, notFound('Not Found'));
    const first = await world.reply('satu');
    await world.until(first, 'sent', 20_000);
    fake.script('setMessageReaction', notFound('Not Found: method not found'));
    const [asked] = await world.rows();
    await world.change(asked?.id ?? '', { kind: 'REACTION', emoji: '\u2764' });
    await eventually('the method that is not there', () => fake.callsOf('setMessageReaction').length === 1);
    t.same(await world.work.db.dynamic(`select 1 from journal
      where type = 'channel-account.health-changed' and data->>'state' <> 'CONNECTED'`), []);
    fake.script('sendMessage', unauthorized);
    fake.script('getMe', unauthorized);
    const second = await world.reply('dua');
    await world.untilAccount('NEEDS_ATTENTION');
    await world.until(second, 'sent', 30_000);
    await world.untilAccount('ACTIVE');
    t.same(sentTexts(world), ['satu', 'dua']);
  });

t.test('what another node told of the account ends with a poll that is well', async (t) => {
  const world = await talking(t);
  world.target.host.health('NEEDS_ATTENTION', 'CREDENTIALS_REFUSED');
  await world.untilAccount('NEEDS_ATTENTION');
  await eventually('the account to be well', async () => {
    if (world.fake.updates.pending() === 0) world.fake.updates.message(CUSTOMER, { text: 'lagi' });
    return await statusOfAccount(world) === 'ACTIVE';
  }, 25_000);
});

t.test('Telegram out of reach is told with its time, and that it is back', async (t) => {
  const world = await talking(t);
  const last = async (): Promise<unknown> => (await world.work.db.dynamic(`select data from journal
    where type = 'channel-account.health-changed' order by id desc limit 1`))[0];
  await world.fake.stop();
  await eventually('the word of it', async () => JSON.stringify(await last()) ===
    '{"data":{"state":"CONNECTING","reasonCode":"UNREACHABLE"}}', 20_000);
  t.equal(await statusOfAccount(world), 'ACTIVE', 'what leaves is tried');
  await world.fake.start();
  await eventually('the word that it is back', async () => JSON.stringify(await last()) ===
    '{"data":{"state":"CONNECTED"}}', 20_000);
});

t.test('409 by another program with our token is borne for a while, then told; polling goes on', async (t) => {
  const world = await telegramWorld(t);
  const conflict = { status: 409, body: { ok: false, error_code: 409,
    description: 'Conflict: terminated by other getUpdates request' } };
  world.fake.script('getUpdates', conflict, conflict, conflict, conflict);
  await world.node();
  await world.untilAccount('NEEDS_ATTENTION');
  world.fake.updates.message(CUSTOMER, { text: 'masih sampai' });
  await eventually('the message', async () => (await world.texts()).length === 1, 30_000);
  await world.untilAccount('ACTIVE');
  t.same(await world.texts(), ['masih sampai']);
});

t.test('either side restarts in the middle of a talk: 0 lost, 0 doubled', async (t) => {
  const world = await talking(t, 'masuk 0');
  const ids: string[] = [];
  const node = await world.node();
  for (let n = 1; n <= 30; n += 1) {
    world.fake.updates.message(CUSTOMER, { text: `masuk ${n}` });
    if (n % 6 === 0) world.fake.updates.repeat();
    ids.push(await world.reply(`keluar ${n}`));
    if (n === 10) await world.fake.stop();
    if (n === 14) await world.fake.start();
    if (n === 20) await node.stop();
    if (n === 24) await world.node();
  }
  await eventually('all in', async () => (await world.texts()).length === 31, 60_000);
  await eventually('all out', async () => (await Promise.all(ids.map(world.statusOf))).every((row) =>
    row.status === 'sent' || row.status === 'unknown'), 60_000);
  t.same(await world.texts(), Array.from({ length: 31 }, (_, n) => `masuk ${n}`));
  const sent = sentTexts(world);
  t.equal(new Set(sent).size, sent.length, 'nothing twice');
  const statuses = await Promise.all(ids.map(world.statusOf));
  const certain = statuses.flatMap((row, n) => (row.status === 'sent' ? [`keluar ${n + 1}`] : []));
  t.ok(certain.every((text) => sent.includes(text)), 'what is called sent has arrived');
  t.comment(`sent ${certain.length}, unknown ${statuses.length - certain.length}, delivered ${sent.length}`);
});

t.test('files go out by what they are, and as albums', async (t) => {
  const world = await talking(t);
  const [agent] = world.world.agents;
  const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000a49444154789c63'
    + '000100000500010d0a2db40000000049454e44ae426082', 'hex');
  const fileIds: string[] = [];
  for (const [fileName, bytes] of [['a.png', png], ['b.png', png], ['surat.txt', Buffer.from('isi surat')]] as const) {
    const file = await world.target.host.media.put({ fileName, bytes, uploadedBy: 'SYSTEM' });
    fileIds.push(file.fileId);
  }
  await world.work.db.dynamic(`update files set uploaded_by_kind = 'AGENT', uploaded_by = $1`, [agent?.id]);
  const id = await world.reply('ini berkasnya', { fileIds });
  await world.until(id, 'sent');
  t.same(world.fake.delivered.map((one) => [one.method, one.files.map((file) => file.fileName)]), [
    ['sendMediaGroup', ['a.png']], ['sendMediaGroup', ['b.png']], ['sendDocument', ['surat.txt']]]);
  t.equal(world.fake.delivered[0]?.files[0]?.bytes.equals(png), true);
  t.equal(world.fake.delivered[0]?.payload['caption'], 'ini berkasnya');
});

t.test('buttons and the question for a phone number go out; a tap comes back as the customer\'s answer', async (t) => {
  const world = await talking(t);
  const [agent] = world.world.agents;
  if (agent === undefined) return;
  const offering = async (offer: OfferPayload): Promise<unknown> => {
    const [row] = await world.rows();
    return queueReply(world.work, { user: agent, conversationId: row?.conversation_id ?? '', clientId: newId(),
      text: 'Silakan pilih', offer }).then((queued) => queued.messageId, (error: { code?: string }) => error.code);
  };
  await world.reply('sebentar');
  const asked = await offering({ buttons: [[{ text: 'Bayar', data: 'bayar' },
    { text: 'Situs', url: 'https://contoh.id' }]] });
  await world.until(String(asked), 'sent');
  t.match(world.fake.delivered.at(-1)?.payload['reply_markup'], { inline_keyboard: [[{ callback_data: 'bayar' },
    { url: 'https://contoh.id/' }]] });
  const phone = await offering({ askContact: 'Bagikan nomor' });
  await world.until(String(phone), 'sent');
  t.match(world.fake.delivered.at(-1)?.payload['reply_markup'], { keyboard: [[{ request_contact: true }]] });
  t.equal(await offering({ buttons: [[{ text: 'x', url: 'javascript:alert(1)' }]] }), 'VALIDATION_FAILED');
  t.equal(await offering({ buttons: [[{ text: 'x', data: 'é'.repeat(33) }]] }), 'VALIDATION_FAILED');
  t.equal(await offering({ buttons: [[{ text: ' ', data: 'x' }]] }), 'VALIDATION_FAILED');
  const { messageId } = world.fake.delivered.find((one) => one.payload['reply_markup'] !== undefined) ?? {};
  world.fake.updates.push({ callback_query: { id: '9', data: 'bayar', from: { id: CUSTOMER, first_name: 'R' },
    message: { message_id: messageId, date: 1, chat: { id: CUSTOMER, type: 'private' },
      reply_markup: { inline_keyboard: [[{ text: 'Bayar', callback_data: 'bayar' }]] } } } });
  await eventually('the tap', async () => (await world.texts()).includes('Bayar'));
  t.match((await world.rows()).at(-1), { payload: { button: 'bayar' }, reply_to_id: asked });
  await eventually('its acknowledgement', () => world.fake.callsOf('answerCallbackQuery').length === 1);
});

t.test('RS13 an echo of ours is matched to the outbox; what somebody wrote outside is marked so', async (t) => {
  const world = await talking(t);
  const echo = (messageId: number, text: string): void => void world.fake.updates.push({ message: { text,
    message_id: messageId, date: 1_799_999_990, chat: { id: CUSTOMER, type: 'private' },
    from: { id: world.fake.botId, is_bot: true, first_name: 'Bot' } } });
  const known = await world.reply('pesan kita');
  await world.until(known, 'sent');
  echo(world.fake.delivered[0]?.messageId ?? 0, 'pesan kita');
  world.fake.script('sendMessage', 'lost');
  const doubtful = await world.reply('sampai atau tidak');
  await world.until(doubtful, 'unknown', 20_000);
  echo(world.fake.delivered[1]?.messageId ?? 0, 'sampai atau tidak');
  await world.until(doubtful, 'sent');
  echo(55_555, 'ditulis dari ponsel');
  await eventually('the outside message', async () => (await world.rows()).some((row) => row.body?.includes('ponsel')));
  const rows = await world.rows();
  t.same(rows.filter((row) => row.direction === 'IN').map((row) => row.body), ['halo'], 'no word of the customer');
  t.equal(rows.filter((row) => row.direction === 'OUT').length, 3);
  t.match(rows.at(-1), { direction: 'OUT', status: 'sent', payload: { sentFrom: 'PHONE' }, seq: rows.length });
});

t.test('typing is shown to the customer, not more often than Telegram keeps it', async (t) => {
  const world = await talking(t);
  const { channel, host } = world.target;
  for (let n = 0; n < 5; n += 1) channel.agentTyping?.(host, String(CUSTOMER), true);
  channel.agentTyping?.(host, String(CUSTOMER), false);
  await eventually('the sign', () => world.fake.callsOf('sendChatAction').length > 0);
  t.equal(world.fake.callsOf('sendChatAction').length, 1);
  t.match(world.fake.callsOf('sendChatAction')[0]?.payload, { action: 'typing', chat_id: String(CUSTOMER) });
});

t.test('RS10 an own Bot API server is reached only where EGRESS_ALLOW lists it', async (t) => {
  const world = await telegramWorld(t, { egressAllow: ['10.1.2.3'] });
  const sent = await world.hosts.sender({ id: world.world.accountId })?.({ id: newId(), clientId: newId(), seq: 1,
    conversationId: newId(), handle: String(CUSTOMER), threadKey: '', authorKind: 'AGENT', authorName: null,
    kind: 'text', text: 'x', attachments: [], replyToProviderId: null, createdAt: new Date(0) },
  new AbortController().signal);
  t.match(sent, { kind: 'failed', reasonCode: 'EGRESS_NOT_ALLOWED' });
  await world.node();
  await world.untilAccount('NEEDS_ATTENTION');
  t.equal(world.fake.calls.length, 0);
});
