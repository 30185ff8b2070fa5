/** The Cloud API goes out: each message once, within its window or by a template, whatever Meta answers. */
import t from 'tap';
import { deskCommands } from '#agent-desk/server/commands.ts';
import { whatsapp } from '#channels/whatsapp/adapter.ts';
import type { MessageTemplate, OutboundMessage } from '#domain/channels/words.ts';
import { cleanTemplate, filledText } from '#domain/conversations/templates.ts';
import { newId } from '#domain/ids.ts';
import { limits } from '#domain/limits.ts';
import { channelAbilitiesApi } from '#gateway/api/channel-abilities.ts';
import { conversationTemplates, templatesApi } from '#gateway/api/templates.ts';
import { graphError } from '#test/fakes/graph/answers.ts';
import { testApi } from '#test/support/api.ts';
import { eventually } from '#test/support/harness.ts';
import { CUSTOMER, graphWorld, HANDLE, talking, type GraphWorld } from './graph-world.ts';

t.setTimeout(240_000);

/** The customer's last message lies so far back. */
async function quietFor(world: GraphWorld, hours: number): Promise<void> {
  await world.work.db.dynamic(`update conversations set last_inbound_at = app_now() - $1::float8 * interval '1 hour'`,
    [hours]);
}

t.test('a reply arrives once with its quote, addressed by number', async (t) => {
  const world = await talking(t);
  const [asked] = await world.rows();
  const id = await world.reply('Baik, lihat https://contoh.id', { replyToId: asked?.id ?? '' });
  await world.until(id, 'sent');
  const [got] = world.fake.delivered;
  t.match(got?.payload, { messaging_product: 'whatsapp', recipient_type: 'individual', to: CUSTOMER, type: 'text',
    text: { body: 'Baik, lihat https://contoh.id', preview_url: true },
    context: { message_id: asked?.provider_message_id } });
  t.equal(got?.payload['biz_opaque_callback_data'], (await world.work.db.dynamic<{ client_id: string }>(
    'select client_id from messages where id = $1', [id]))[0]?.client_id);
  t.equal((await world.statusOf(id)).provider_message_id, got?.id);
  t.equal(world.fake.callsOf('messages').length, 1);
});

t.test('outside the window free words are refused unasked; what Meta calls outside is the same', async (t) => {
  const world = await talking(t);
  await quietFor(world, 23.9);
  const inside = await world.reply('masih boleh');
  await world.until(inside, 'sent');
  world.fake.script('messages', graphError(131047));
  const late = await world.reply('menurut Meta sudah lewat');
  await world.until(late, 'failed');
  const asked = world.fake.callsOf('messages').length;
  await quietFor(world, 24.1);
  const outside = await world.reply('sudah lewat');
  await world.until(outside, 'failed');
  for (const id of [late, outside]) t.equal((await world.statusOf(id)).reason_code, 'WINDOW_CLOSED');
  t.equal(world.fake.callsOf('messages').length, asked, 'Meta was not asked');
});

t.test('RF11 too quick, 5xx and no connection are tried again, and nothing is doubled', async (t) => {
  const world = await talking(t);
  world.fake.script('messages', graphError(131056), graphError(130429, 429), { status: 502, html: '<html>' },
    graphError(131000, 500));
  const id = await world.reply('satu');
  await world.until(id, 'sent', 40_000);
  t.same(world.fake.said(), ['satu']);
  t.equal(world.fake.callsOf('messages').length, 5);
  await world.fake.stop();
  const second = await world.reply('dua');
  await eventually('a try in vain', async () => (await world.work.db.dynamic<{ attempts: number }>(
    'select attempts from messages where id = $1', [second]))[0]?.attempts === 2, 20_000);
  await world.fake.start();
  await world.until(second, 'sent', 40_000);
  t.same(world.fake.said(), ['satu', 'dua']);
});

t.test('RF03 what left and got no answer is unknown and never sent again; what follows goes on', async (t) => {
  const world = await talking(t);
  world.fake.script('messages', 'lost', { status: 504, html: '<html>' }, { status: 200, html: '<html>login</html>' },
    'hang');
  for (const text of ['satu', 'dua', 'tiga', 'empat']) {
    const id = await world.reply(text);
    await world.until(id, 'unknown', 30_000);
  }
  const last = await world.reply('lima');
  await world.until(last, 'sent', 20_000);
  t.same(world.fake.said(), ['satu', 'lima'], 'what the customer got');
  t.equal(world.fake.callsOf('messages').length, 5);
});

t.test('RF03 RI3 the status of a message of unknown fate proves it, and never another one', async (t) => {
  const world = await talking(t);
  world.fake.script('messages', 'lost', 'cut');
  const [arrived, gone] = [await world.reply('sampai'), await world.reply('tidak sampai')];
  for (const id of [arrived, gone]) await world.until(id, 'unknown', 20_000);
  const next = await world.reply('berikutnya');
  await world.until(next, 'sent', 20_000);
  for (const one of world.fake.delivered) for (const status of ['delivered', 'sent', 'delivered']) {
    await world.fake.webhook.status(one.id, status);
  }
  t.match(await world.statusOf(arrived), { status: 'delivered', provider_message_id: world.fake.delivered[0]?.id });
  t.match(await world.statusOf(gone), { status: 'unknown', provider_message_id: null });
  t.match(await world.statusOf(next), { status: 'delivered', provider_message_id: world.fake.delivered[1]?.id });
});

t.test('RF11 a refused token pauses the account, says so and keeps what waits; a new one sends it', async (t) => {
  const world = await talking(t);
  const owner = { organisationId: world.world.organisationId, ownerKind: 'channel-account',
    ownerId: world.world.accountId };
  const setToken = async (accessToken: string): Promise<void> => {
    await world.secrets.put(owner, { accessToken });
    await world.work.db.dynamic('update channel_accounts set version = version + 1');
  };
  await setToken('EAAdicabut');
  await world.untilAccount('NEEDS_ATTENTION');
  const id = await world.reply('tertahan');
  await setToken(world.fake.token);
  await world.untilAccount('ACTIVE');
  await world.until(id, 'sent', 30_000);
  t.same(world.fake.said(), ['tertahan']);
  const told = await world.work.db.dynamic<{ reason: string | null }>(`select data->>'reasonCode' as reason from journal
    where type = 'channel-account.health-changed' order by id`);
  t.same(told.map((row) => row.reason), [null, 'CREDENTIALS_REFUSED', null], 'its first word is kept too');
});

t.test('either side restarts in the middle of a talk: 0 lost, 0 doubled', async (t) => {
  const world = await talking(t);
  const ids: string[] = [];
  const node = await world.node();
  for (let n = 1; n <= 24; n += 1) {
    await world.fake.webhook.text(CUSTOMER, `masuk ${n}`);
    if (n % 6 === 0) await world.fake.webhook.repeat();
    ids.push(await world.reply(`keluar ${n}`));
    if (n === 8) await world.fake.stop();
    if (n === 12) await world.fake.start();
    if (n === 16) await node.stop();
    if (n === 20) await world.node();
  }
  await eventually('all out', async () => (await Promise.all(ids.map(world.statusOf))).every((row) =>
    row.status === 'sent' || row.status === 'unknown'), 60_000);
  t.same(await world.texts(), ['halo', ...Array.from({ length: 24 }, (_, n) => `masuk ${n + 1}`)]);
  const said = world.fake.said();
  t.equal(new Set(said).size, said.length, 'nothing twice');
  t.same(said, said.toSorted((a, b) => Number(a.split(' ')[1]) - Number(b.split(' ')[1])), 'in order');
  const statuses = await Promise.all(ids.map(world.statusOf));
  const certain = statuses.flatMap((row, n) => (row.status === 'sent' ? [`keluar ${n + 1}`] : []));
  t.ok(certain.every((text) => said.includes(text)), 'what is called sent has arrived');
  t.ok(certain.length >= 20, `sent ${certain.length}, unknown ${statuses.length - certain.length}`);
});

t.test('a code that means no: the message fails with its reason, and the next goes on', async (t) => {
  const world = await talking(t);
  world.fake.script('messages', graphError(131026), graphError(131049), graphError(131048, 429));
  for (const reason of ['UNDELIVERABLE', 'MARKETING_WITHHELD']) {
    const id = await world.reply(reason);
    await world.until(id, 'failed');
    t.equal((await world.statusOf(id)).reason_code, reason);
  }
  const long = await world.reply('x'.repeat(4_097));
  await world.until(long, 'failed');
  t.equal((await world.statusOf(long)).reason_code, 'TEXT_TOO_LONG');
});

async function fileOf(world: GraphWorld, fileName: string, bytes: Buffer): Promise<string> {
  const { fileId } = await world.target.host.media.put({ fileName, bytes, uploadedBy: 'SYSTEM' });
  await world.work.db.dynamic(`update files set uploaded_by_kind = 'AGENT', uploaded_by = $1 where id = $2`,
    [world.world.agents[0]?.id, fileId]);
  return fileId;
}

t.test('files are sent by what they are; a part that fails for now is all that is sent again', async (t) => {
  const world = await talking(t);
  const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000a49444154789c63'
    + '000100000500010d0a2db40000000049454e44ae426082', 'hex');
  const fileIds = [await fileOf(world, 'a.png', png), await fileOf(world, 'surat "1".txt', Buffer.from('isi surat'))];
  world.fake.script('upload', 'pass', 'cut', { status: 503 });
  world.fake.script('messages', 'pass', graphError(131000, 500));
  const id = await world.reply('ini berkasnya', { fileIds });
  await world.until(id, 'sent', 40_000);
  t.same(world.fake.delivered.map((one) => [one.type, one.file?.bytes.toString('hex')]),
    [['image', png.toString('hex')], ['document', Buffer.from('isi surat').toString('hex')]]);
  t.match(world.fake.delivered[0]?.payload, { image: { caption: 'ini berkasnya' } });
  t.match(world.fake.delivered[1]?.payload, { document: { filename: 'surat "1".txt' } });
  t.same(await world.work.db.dynamic(`select name from cursors where name like 'sent-parts%'`), []);
  const [row] = await world.work.db.dynamic<{ payload: { sentParts: string[][] } }>(
    'select payload from messages where id = $1', [id]);
  t.same(row?.payload.sentParts, world.fake.delivered.map((one) => [one.id]));
  const odd = await world.reply('', { fileIds: [await fileOf(world, 'arsip.bin', Buffer.from([0, 1, 2, 3]))] });
  await world.until(odd, 'failed');
  t.equal((await world.statusOf(odd)).reason_code, 'FILE_TYPE_REFUSED');
});

t.test('a reaction is set and taken back; an edit and a recall are not possible, and say so', async (t) => {
  const world = await talking(t);
  const [asked] = await world.rows();
  const id = await world.reply('Baik');
  await world.until(id, 'sent');
  world.fake.script('messages', 'lost');
  await world.change(asked?.id ?? '', { kind: 'REACTION', emoji: '\u{1F44D}' });
  const done = (state: string): Promise<unknown> => eventually(`the change to be ${state}`, async () =>
    (await world.work.db.dynamic(`select 1 from message_changes where state = $1`, [state])).length > 0, 20_000);
  await done('DONE');
  const reactions = world.fake.delivered.filter((one) => one.type === 'reaction').map((one) => one.payload['reaction']);
  t.same(reactions[0], { message_id: asked?.provider_message_id, emoji: '\u{1F44D}' });
  await world.change(id, { kind: 'EDIT', text: 'Baik sekali' });
  await done('FAILED');
  t.match(await world.work.db.dynamic(`select reason_code from message_changes where state = 'FAILED'`),
    [{ reason_code: 'CHANGE_NOT_POSSIBLE' }]);
});

const DUE = { name: 'jatuh_tempo', language: 'id', category: 'UTILITY', status: 'APPROVED', components: [
  { type: 'HEADER', format: 'TEXT', text: 'Gadai {{1}}' },
  { type: 'BODY', text: 'Yth. {{1}}, gadai Anda jatuh tempo {{2}}.' }, { type: 'FOOTER', text: 'Balas STOP' },
  { type: 'BUTTONS', buttons: [{ type: 'QUICK_REPLY', text: 'Perpanjang' }] }] };
const PLAIN = { name: 'sapaan', language: 'id', category: 'MARKETING', status: 'APPROVED',
  components: [{ type: 'BODY', text: 'Selamat pagi!' }] };
const body = (text: string, ...more: object[]): object => ({ language: 'id', category: 'UTILITY', status: 'APPROVED',
  components: [{ type: 'BODY', text }, ...more] });
/** Templates that need more than words, and so are not offered. */
const BEYOND = [{ ...body('Yth. {{nama}}'), name: 'bernama' },
  { ...body('Foto', { type: 'HEADER', format: 'IMAGE' }), name: 'gambar' },
  { ...body('Lacak', { type: 'BUTTONS', buttons: [{ type: 'URL', text: 'Buka', url: 'https://contoh.id/{{1}}' }] }),
    name: 'tautan' },
  { ...body('Kode {{1}}'), name: 'kode', category: 'AUTHENTICATION' }, { ...body('x'), name: 'lama', status: 'PAUSED' },
  { name: 'rusak', components: 'x' }];

async function withTemplates(t: Parameters<typeof graphWorld>[0]): Promise<GraphWorld> {
  const world = await talking(t);
  world.fake.templates.push(DUE, ...BEYOND, PLAIN);
  return world;
}

t.test('templates that need no more than words are offered, page after page, and asked for once', async (t) => {
  const world = await withTemplates(t);
  const { channel, host } = world.target;
  const both = await Promise.all([channel.templates?.(host), channel.templates?.(host)]);
  t.same(both[0], [{ name: 'jatuh_tempo', language: 'id', category: 'UTILITY', header: 'Gadai {{1}}',
    body: 'Yth. {{1}}, gadai Anda jatuh tempo {{2}}.', footer: 'Balas STOP', bodyGaps: 2, headerGaps: 1 },
  { name: 'sapaan', language: 'id', category: 'MARKETING', header: null, body: 'Selamat pagi!', footer: null,
    bodyGaps: 0, headerGaps: 0 }]);
  t.same(both[1], both[0]);
  t.equal(world.fake.callsOf('templates').length, 4, 'four pages, asked once for both');
  t.notOk(world.fake.callsOf('templates').some((call) => call.url.includes(world.fake.token)));
});

t.test('the gaps of a template are filled on one line, or it is refused', async (t) => {
  const template: MessageTemplate = { name: 'a', language: 'id', category: 'UTILITY', header: 'Gadai {{1}}',
    body: 'Yth. {{1}}, {{2}}.', footer: null, bodyGaps: 2, headerGaps: 1 };
  const use = cleanTemplate(template, { name: 'a', language: 'id', body: [' Rina\n Wulandari ', '{{1}}'],
    header: ['emas'] });
  t.same(use, { name: 'a', language: 'id', body: ['Rina Wulandari', '{{1}}'], header: ['emas'] });
  t.equal(filledText(template, use), 'Gadai emas\n\nYth. Rina Wulandari, {{1}}.', 'a value is no gap itself');
  for (const [given, header] of [[['Rina'], ['emas']], [['Rina', ' '], ['emas']], [['Rina', 'x'], []],
    [['Rina', 'x'.repeat(1_025)], ['emas']], [['Rina', 'x', 'y'], ['emas']]] as const) {
    t.throws(() => cleanTemplate(template, { name: 'a', language: 'id', body: [...given], header: [...header] }),
      { code: 'VALIDATION_FAILED' });
  }
});

t.test('outside the window a template goes out, and the desk shows its words', async (t) => {
  const world = await withTemplates(t);
  const [agent] = world.world.agents;
  const [row] = await world.rows();
  if (agent === undefined || row === undefined) throw new Error('the world has an agent and a message');
  const taken = await world.reply('sebentar');
  await world.until(taken, 'sent');
  await quietFor(world, 48);
  const commands = deskCommands(world.work, { templates: (user, conversationId) =>
    conversationTemplates({ work: world.work, hosts: world.hosts }, user, conversationId) });
  const command = { user: agent, conversationId: row.conversation_id, clientId: newId(), text: '', fileIds: [] };
  const template = { name: 'jatuh_tempo', language: 'id', body: ['Rina', '20 Januari'], header: ['emas'] };
  const { messageId } = await commands.queueReply({ ...command, template });
  t.match(await commands.queueReply({ ...command, template }), { messageId, duplicate: true }, 'INV3');
  await world.until(messageId, 'sent');
  t.match(world.fake.delivered.at(-1)?.payload, { type: 'template', template: { name: 'jatuh_tempo',
    language: { code: 'id' }, components: [{ type: 'header', parameters: [{ text: 'emas' }] },
      { type: 'body', parameters: [{ text: 'Rina' }, { text: '20 Januari' }] }] } });
  t.equal((await world.rows()).at(-1)?.body,
    'Gadai emas\n\nYth. Rina, gadai Anda jatuh tempo 20 Januari.\n\nBalas STOP');
  const refusal = (more: object): Promise<unknown> => commands.queueReply({ ...command, clientId: newId(), template,
    ...more }).then(() => 'taken', (error: { code?: string }) => error.code);
  t.equal(await refusal({ template: { ...template, name: 'tidak_ada' } }), 'VALIDATION_FAILED');
  t.equal(await refusal({ template: { ...template, body: ['Rina'] } }), 'VALIDATION_FAILED');
  t.equal(await refusal({ fileIds: [newId()] }), 'VALIDATION_FAILED');
  t.equal(await refusal({ user: world.world.agents[1] }), 'NOT_FOUND', 'RS01 another agent\'s conversation');
  world.fake.script('messages', graphError(132001, 404));
  const { messageId: gone } = await commands.queueReply({ ...command, clientId: newId(), template });
  await world.until(gone, 'failed');
  t.equal((await world.statusOf(gone)).reason_code, 'TEMPLATE_MISSING');
});

t.test('RS01 the API gives templates and the window to who may write, and the channel\'s abilities name the window',
  async (t) => {
    const world = await withTemplates(t);
    const { work, hosts } = world;
    const [agent, other] = world.world.agents;
    if (agent === undefined || other === undefined) throw new Error('the world has agents');
    const api = await testApi(t, { work, plugins: () => [templatesApi({ work, hosts }),
      channelAbilitiesApi({ work, channels: world.hostParts.channels })] });
    const id = (await world.rows())[0]?.conversation_id ?? '';
    const first = await world.reply('sebentar');
    await world.until(first, 'sent');
    const path = `/api/conversations/${id}/templates`;
    const mine = await api.as(agent);
    const open = await mine.get(path);
    t.equal(open.status, 200);
    t.match(open.body, { items: [{ name: 'jatuh_tempo', bodyGaps: 2 }, { name: 'sapaan' }], window: { hours: 24 } });
    t.ok(Date.parse(open.body.window.openUntil) > Date.now() + 23 * 3_600_000);
    await quietFor(world, 25);
    t.match((await mine.get(path)).body, { window: { hours: 24, openUntil: null } });
    t.equal((await (await api.as(other)).get(path)).status, 404);
    t.equal((await api.stranger.get(path)).status, 401);
    t.equal((await mine.get(`/api/conversations/${newId()}/templates`)).status, 404);
    const { items } = (await mine.get('/api/channel-abilities')).body as {
      items: { name: string; windowHours: unknown; limits: unknown; accounts: unknown[] }[] };
    t.same(items.map((one) => [one.name, one.windowHours]).filter(([, hours]) => hours !== null), [['whatsapp', 24]]);
    const accounts = items.flatMap((one) => one.accounts);
    t.match(accounts, [{ id: world.world.accountId, windowHours: 24, ready: true,
      capabilities: { attachments: true, react: true, editSent: false, recallSent: false } }],
    'an account of the Cloud API offers no change that Meta has no call for');
    t.match(accounts, [{ limits: { textChars: 4_096, fileBytes: limits.fileBytes } }], 'nor a text that Meta refuses');
    t.equal(whatsapp.limitsOf?.({ settings: { provider: 'device' } }).textChars, limits.messageTextChars,
      'a phone takes longer ones');
    t.match(Object.fromEntries(items.map((one) => [one.name, one.limits])), { generic: { fileBytes: 0 },
      telegram: { textChars: limits.messageTextChars } }, 'Telegram cuts long texts itself');
    await work.db.dynamic(`update channel_accounts set status = 'NEEDS_ATTENTION'`);
    t.match((await mine.get('/api/channel-abilities')).body, { items: items.map((one) => (
      { name: one.name, accounts: one.accounts.map(() => ({ ready: false })) })) }, 'nor does anything leave now');
    await work.db.dynamic(`update channel_accounts set status = 'ACTIVE'`);
    await work.db.dynamic('update channel_accounts set version = version + 1');
    world.fake.script('templates', 'cut');
    await eventually('Meta that does not answer to be said', async () => (await mine.get(path)).status === 503);
  });

t.test('RS10 an own Graph server is reached only where EGRESS_ALLOW lists it', async (t) => {
  const world = await graphWorld(t, { egressAllow: ['10.1.2.3'] });
  const message: OutboundMessage = { id: newId(), clientId: newId(), seq: 1, conversationId: newId(), handle: HANDLE,
    threadKey: '', authorKind: 'AGENT', authorName: null, kind: 'text', text: 'x', attachments: [],
    replyToProviderId: null, createdAt: new Date(0), template: { name: 'sapaan', language: 'id', body: [] } };
  const send = world.hosts.sender({ id: world.world.accountId });
  t.match(await send?.(message, new AbortController().signal), { kind: 'failed', reasonCode: 'EGRESS_NOT_ALLOWED' });
  await world.node();
  await world.untilAccount('NEEDS_ATTENTION');
  t.equal(world.fake.calls.length, 0);
});
