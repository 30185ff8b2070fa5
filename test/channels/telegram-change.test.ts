/** What was said on Telegram is changed: edited, taken back, reacted to; once, whatever Telegram answers. */
import t from 'tap';
import { newId } from '#domain/ids.ts';
import { changeFailure } from '#channels/telegram/change.ts';
import { queueReply } from '#routing/outbound.ts';
import { eventually } from '#test/support/harness.ts';
import { CUSTOMER, telegramWorld, type TelegramWorld } from './telegram-world.ts';

t.setTimeout(240_000);

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000a49444154789c63'
  + '000100000500010d0a2db40000000049454e44ae426082', 'hex');
const TOO_MANY = { status: 429, body: { ok: false, error_code: 429, description: 'Too Many Requests: retry after 1',
  parameters: { retry_after: 1 } } };

/** A world whose customer has written, served by a node. */
async function talking(t: Parameters<typeof telegramWorld>[0]): Promise<TelegramWorld> {
  const world = await telegramWorld(t);
  await world.node();
  world.fake.updates.message(CUSTOMER, { text: 'halo' });
  await eventually('the first message', async () => (await world.texts()).length === 1);
  return world;
}

/** What the customer has on their screen of us. */
function screen(world: TelegramWorld): unknown[] {
  return world.fake.delivered.map((one) => one.payload['text'] ?? one.payload['caption'] ?? one.method);
}

async function sent(world: TelegramWorld, text: string, more: { fileIds?: string[] } = {}): Promise<string> {
  const id = await world.reply(text, more);
  await world.until(id, 'sent', 30_000);
  return id;
}

/** Files of the agent, ready to be sent. */
async function files(world: TelegramWorld, ...named: [string, Buffer][]): Promise<string[]> {
  const ids: string[] = [];
  for (const [fileName, bytes] of named) {
    ids.push((await world.target.host.media.put({ fileName, bytes, uploadedBy: 'SYSTEM' })).fileId);
  }
  await world.work.db.dynamic(`update files set uploaded_by_kind = 'AGENT', uploaded_by = $1 where attached_at is null`,
    [world.world.agents[0]?.id]);
  return ids;
}

async function changed(world: TelegramWorld): Promise<{ state: string; reason_code: string | null }[]> {
  return world.work.db.dynamic(`select state, reason_code from message_changes order by place`);
}

async function ended(world: TelegramWorld, number: number): Promise<void> {
  await eventually('the changes to end', async () => {
    const rows = await changed(world);
    return rows.length === number && rows.every((row) => row.state !== 'WAITING');
  }, 30_000);
}

t.test('an edit, a recall and a reaction arrive; 429, 5xx, a lost answer and a cut change nothing but the time',
  async (t) => {
    const world = await talking(t);
    const [asked] = await world.rows();
    const id = await sent(world, 'angsuran Rp500.000');
    world.fake.script('editMessageText', TOO_MANY, { status: 502, html: '<html>' }, 'lost');
    await world.change(id, { kind: 'EDIT', text: 'angsuran Rp550.000' });
    await ended(world, 1);
    t.same(screen(world), ['angsuran Rp550.000']);
    t.equal((await world.rows()).find((row) => row.id === id)?.body, 'angsuran Rp550.000');
    world.fake.script('setMessageReaction', 'cut');
    await world.change(asked?.id ?? '', { kind: 'REACTION', emoji: '\u{1F64F}' });
    await ended(world, 2);
    t.same([...world.fake.reactions.values()], ['\u{1F64F}']);
    world.fake.script('deleteMessage', 'lost');
    await world.change(id, { kind: 'RECALL' });
    await ended(world, 3);
    t.same(screen(world), []);
    t.same((await changed(world)).map((row) => row.state), ['DONE', 'DONE', 'DONE'],
      'what an unheard answer had done is done');
    t.ok(world.fake.callsOf('deleteMessage').length >= 2, 'and was asked for again');
  });

t.test('a long text is edited part by part; it may shrink, and what no longer fits is refused by name', async (t) => {
  const world = await talking(t);
  const long = (word: string, n: number): string => Array.from({ length: n }, () => word.repeat(200)).join('\n\n');
  const id = await sent(world, long('kata ', 9));
  const parts = world.fake.delivered.length;
  t.ok(parts >= 3);
  await world.change(id, { kind: 'EDIT', text: long('satu ', 9) });
  await ended(world, 1);
  t.equal(world.fake.delivered.length, parts);
  t.ok(screen(world).every((text) => String(text).startsWith('satu')));
  await world.change(id, { kind: 'EDIT', text: 'pendek saja' });
  await ended(world, 2);
  t.same(screen(world), ['pendek saja']);
  await world.change(id, { kind: 'EDIT', text: long('panjang ', 9) });
  await ended(world, 3);
  t.match((await changed(world))[2], { state: 'FAILED', reason_code: 'EDIT_TOO_LONG' });
  await world.change(id, { kind: 'EDIT', text: 'lebih pendek' });
  await ended(world, 4);
  t.same(screen(world), ['lebih pendek']);
  await world.change(id, { kind: 'RECALL' });
  await ended(world, 5);
  t.same(screen(world), []);
});

t.test('an album goes with all its pictures; a caption is edited where it stands', async (t) => {
  const world = await talking(t);
  const id = await sent(world, 'struk Anda', { fileIds: await files(world, ['a.png', PNG], ['b.png', PNG],
    ['surat.txt', Buffer.from('isi')]) });
  t.equal(world.fake.delivered.length, 3);
  await world.change(id, { kind: 'EDIT', text: 'struk bulan ini' });
  await ended(world, 1);
  t.equal(world.fake.delivered[0]?.payload['caption'], 'struk bulan ini');
  await world.change(id, { kind: 'EDIT', text: '' });
  await ended(world, 2);
  t.equal(world.fake.delivered[0]?.payload['caption'], '');
  await world.change(id, { kind: 'RECALL' });
  await ended(world, 3);
  t.same(screen(world), [], 'nothing of it is left');
});

t.test('buttons stay under an edited text; a message that asks for the phone number cannot be edited', async (t) => {
  const world = await talking(t);
  const agent = world.world.agents[0];
  const first = await sent(world, 'pembuka');
  const [row] = await world.rows();
  const say = async (text: string, offer: object): Promise<string> => {
    if (agent === undefined) throw new Error('the small world has agents');
    const { messageId } = await queueReply(world.work, { user: agent, conversationId: row?.conversation_id ?? '',
      clientId: newId(), text, offer });
    await world.until(messageId, 'sent');
    return messageId;
  };
  const asked = await say('Setuju?', { buttons: [[{ text: 'Ya' }, { text: 'Tidak' }]] });
  await world.change(asked, { kind: 'EDIT', text: 'Anda setuju?' });
  await ended(world, 1);
  t.match(world.fake.delivered[1]?.payload, { text: 'Anda setuju?',
    reply_markup: { inline_keyboard: [[{ text: 'Ya' }, { text: 'Tidak' }]] } });
  const phone = await say('Nomor Anda?', { askContact: 'Bagikan nomor' });
  await world.change(phone, { kind: 'EDIT', text: 'Berapa nomor Anda?' });
  await ended(world, 2);
  t.match((await changed(world))[1], { state: 'FAILED', reason_code: 'CHANGE_TOO_LATE' });
  await world.change(first, { kind: 'REACTION', emoji: '\u{1F44D}' }).catch((error: unknown) =>
    t.match(error, { code: 'STATE_CONFLICT' }));
});

t.test('what Telegram refuses is told by name and changes nothing here', async (t) => {
  const world = await talking(t);
  const [asked] = await world.rows();
  const id = await sent(world, 'lama');
  world.fake.script('deleteMessage', { status: 400, body: { ok: false, error_code: 400,
    description: 'Bad Request: message can\'t be deleted for everyone' } });
  await world.change(id, { kind: 'RECALL' });
  await ended(world, 1);
  await world.change(asked?.id ?? '', { kind: 'REACTION', emoji: '\u{1F4A9}' });
  await ended(world, 2);
  t.same(await changed(world), [{ state: 'FAILED', reason_code: 'CHANGE_TOO_LATE' },
    { state: 'FAILED', reason_code: 'CHANGE_NOT_POSSIBLE' }], 'only signs that the channel declares');
  t.equal((await world.rows()).find((row) => row.id === id)?.body, 'lama');
});

t.test('either side restarts in between: every change stands in the end, each once on the screen', async (t) => {
  const world = await talking(t);
  const ids: string[] = [];
  for (let n = 0; n < 6; n += 1) ids.push(await sent(world, `pesan ${n}`));
  const node = await world.node();
  for (const [n, id] of ids.entries()) {
    await world.change(id, n % 3 === 0 ? { kind: 'RECALL' } : { kind: 'EDIT', text: `baru ${n}` });
    if (n === 1) await world.fake.stop();
    if (n === 3) { await node.stop(); await world.fake.start(); }
    if (n === 4) await world.node();
  }
  await ended(world, 6);
  t.same(screen(world), ['baru 1', 'baru 2', 'baru 4', 'baru 5']);
});

t.test('RF11 what a failed call means for a change', async (t) => {
  const refused = (code: number, description = '', retryAfterMs?: number) =>
    ({ kind: 'refused', code, description, retryAfterMs }) as const;
  const done = /not modified/;
  t.equal(changeFailure(refused(400, 'Bad Request: message is not modified'), done), undefined);
  t.same(changeFailure(refused(429, '', 90_000), done), { kind: 'retry', reasonCode: 'RATE_LIMITED', afterMs: 90_000 });
  t.same(changeFailure(refused(400, 'Bad Request: message to edit not found'), done),
    { kind: 'failed', reasonCode: 'MESSAGE_GONE' });
  t.same(changeFailure(refused(400, 'Bad Request: REACTION_INVALID'), done),
    { kind: 'failed', reasonCode: 'REACTION_REFUSED' });
  t.same(changeFailure(refused(403, 'Forbidden: bot was blocked by the user'), done),
    { kind: 'failed', reasonCode: 'BLOCKED_BY_CUSTOMER' });
  t.same(changeFailure(refused(401), done), { kind: 'retry', reasonCode: 'CREDENTIALS_REFUSED' });
  t.same(changeFailure({ kind: 'unanswered', reasonCode: 'ECONNRESET' }, done),
    { kind: 'retry', reasonCode: 'ECONNRESET' });
});
