/** The Cloud API comes in: the contract, the webhook and its proofs, statuses and files; and what codes mean. */
import fc from 'fast-check';
import t from 'tap';
import type { HookRequest } from '#channels/channel.ts';
import { whatsapp } from '#channels/whatsapp/adapter.ts';
import { accountWaitMs, isPassing, needsAttention, reasonOf } from '#channels/whatsapp/cloud/codes.ts';
import { graphRoot, mediaUrl, type GraphFailure } from '#channels/whatsapp/cloud/graph.ts';
import { addressOf, personOf } from '#channels/whatsapp/cloud/handles.ts';
import { partsOf } from '#channels/whatsapp/cloud/parts.ts';
import { outcomeOf } from '#channels/whatsapp/cloud/send.ts';
import { SIGNATURE_HEADER, signatureOf } from '#channels/whatsapp/cloud/webhook.ts';
import type { AccountView, Attachment } from '#domain/channels/words.ts';
import { newId } from '#domain/ids.ts';
import { graphError } from '#test/fakes/graph/answers.ts';
import { fakeGraph } from '#test/fakes/graph/server.ts';
import { eventually } from '#test/support/harness.ts';
import { declarations, payloads, totality, type Subject } from './contract.ts';
import { captured } from './support.ts';
import { CUSTOMER, graphWorld, HANDLE, talking, type GraphWorld } from './graph-world.ts';

t.setTimeout(240_000);

const secrets = { appSecret: 'rahasia-aplikasi-uji', verifyToken: 'token-verifikasi-uji' };
const account: AccountView = { id: newId(), organisationId: newId(), channel: 'whatsapp', key: 'uji', name: 'Uji',
  address: null, settings: { provider: 'cloud', phoneNumberId: '106540352242922', businessAccountId: '102290129340' } };

function sign(body: Uint8Array, nowSeconds: number): HookRequest {
  return { method: 'POST', query: {}, body, nowSeconds,
    headers: { [SIGNATURE_HEADER]: signatureOf(body, secrets.appSecret) } };
}

const subject: Subject = { channel: whatsapp, account, secrets, sign };

declarations(t, whatsapp);
payloads(t, subject);
totality(t, subject);

t.test('RS12 a tampered byte, another secret, no secret, and an account of the other kind are refused', async (t) => {
  const body = Buffer.from('{"object":"whatsapp_business_account"}');
  const verdict = (request: HookRequest, of: Record<string, string> = secrets, settings = account.settings): unknown =>
    whatsapp.verify?.(request, { ...account, settings }, (name) => of[name]);
  t.same(verdict(sign(body, 0)), { ok: true });
  t.same(verdict({ ...sign(body, 0), body: Buffer.from('{"object":"whatsapp_business_accounT"}') }),
    { ok: false, code: 'SIGNATURE_WRONG' });
  t.same(verdict(sign(body, 0), { appSecret: 'lain' }), { ok: false, code: 'SIGNATURE_WRONG' });
  t.same(verdict(sign(body, 0), {}), { ok: false, code: 'SIGNATURE_WRONG' }, 'an account without a secret is closed');
  t.same(verdict({ ...sign(body, 0), headers: { [SIGNATURE_HEADER]: signatureOf(body, '') } }, { appSecret: '' }),
    { ok: false, code: 'SIGNATURE_WRONG' });
  t.same(verdict({ ...sign(body, 0), headers: {} }), { ok: false, code: 'SIGNATURE_MISSING' });
  t.same(verdict({ ...sign(body, 0), headers: { 'x-hub-signature': 'sha1=00' } }),
    { ok: false, code: 'SIGNATURE_MISSING' });
  t.same(verdict(sign(body, 0), secrets, { provider: 'device' }), { ok: false, code: 'NOT_FOUND' });
});

t.test('INV7 what an event is kept as can be read again by itself, and is the same event', async (t) => {
  for (const one of captured('whatsapp').filter(({ expect }) => expect['throws'] === undefined)) {
    const { events } = whatsapp.parse?.(sign(Buffer.from(one.body), 0), account) ?? { events: [] };
    for (const event of events) {
      const [again] = whatsapp.parse?.(sign(event.raw, 0), account).events ?? [];
      const { raw: _kept, ...known } = event;
      t.match(JSON.parse(JSON.stringify(again)), JSON.parse(JSON.stringify(event.kind === 'edit' ? { kind: 'edit' }
        : event.kind === 'unreadable' ? { reasonCode: event.reasonCode } : known)), one.file);
    }
  }
});

t.test('people are known by their number, else by an id that is never taken for one', async (t) => {
  t.same(personOf('6281200000567', 'ID.1'), { handle: '+6281200000567', phone: '+6281200000567' });
  t.same(personOf(undefined, 'ID.134912'), { handle: 'bsuid:ID.134912', phone: undefined });
  t.same(personOf('ID.ENT.134912', undefined), { handle: 'bsuid:ID.ENT.134912', phone: undefined });
  t.equal(personOf('rina', { a: 1 }), undefined);
  t.same(addressOf('+6281200000567'), { recipient_type: 'individual', to: '6281200000567' });
  t.same(addressOf('bsuid:ID.134912'), { recipient_type: 'individual', recipient: 'ID.134912' });
  for (const handle of ['6281200000567', 'lid:123', 'bsuid:../x', 'bsuid:', '+0812']) {
    t.equal(addressOf(handle), undefined, handle);
  }
});

t.test('RS10 the token goes to Meta and to the account\'s own API server, nowhere else', async (t) => {
  const root = graphRoot({});
  t.equal(root, 'https://graph.facebook.com/v23.0');
  t.equal(graphRoot({ graphUrl: 'http://127.0.0.1:9/v23.0/' }), 'http://127.0.0.1:9/v23.0');
  for (const url of ['https://lookaside.fbsbx.com/x?mid=1', 'https://mmg.whatsapp.net/a',
    'https://graph.facebook.com/a']) {
    t.ok(mediaUrl(root, url), url);
  }
  for (const url of ['http://lookaside.fbsbx.com/x', 'https://fbsbx.com.example.com/', 'https://xfbsbx.com/',
    'https://u:p@lookaside.fbsbx.com/', 'https://lookaside.fbsbx.com:444/', 'https://127.0.0.1/', 'file:///etc/passwd',
    'data:,x', 'x']) {
    t.equal(mediaUrl(root, url), undefined, url);
  }
  t.ok(mediaUrl('http://127.0.0.1:9/v23.0', 'http://127.0.0.1:9/files/1'));
  t.equal(mediaUrl('http://127.0.0.1:9/v23.0', 'http://127.0.0.1:10/files/1'), undefined, 'another port');
});

function refused(code: number | undefined, status = 400): GraphFailure {
  return { kind: 'refused', status, code, retryAfterMs: undefined };
}

t.test('RF11 what a failed call means for the message', async (t) => {
  const ended = (code: number | undefined, status?: number): unknown => outcomeOf(refused(code, status));
  t.same(ended(131047), { kind: 'failed', reasonCode: 'WINDOW_CLOSED' });
  t.same(ended(131026), { kind: 'failed', reasonCode: 'UNDELIVERABLE' });
  t.same(ended(131049), { kind: 'failed', reasonCode: 'MARKETING_WITHHELD' });
  t.same(ended(131048), { kind: 'failed', reasonCode: 'SPAM_LIMITED' });
  t.same(ended(132001, 404), { kind: 'failed', reasonCode: 'TEMPLATE_MISSING' });
  t.same(ended(131999), { kind: 'failed', reasonCode: 'WHATSAPP_131999' });
  t.same(ended(131056), { kind: 'retry', reasonCode: 'PAIR_RATE' }, 'one customer\'s pace holds up nobody else');
  t.same(ended(130429), { kind: 'retry', reasonCode: 'RATE_LIMITED', afterMs: 1_000 });
  t.same(ended(4), { kind: 'retry', reasonCode: 'RATE_LIMITED', afterMs: 30_000 });
  t.same(outcomeOf({ ...refused(80007, 429), retryAfterMs: 7_000 } as GraphFailure),
    { kind: 'retry', reasonCode: 'RATE_LIMITED', afterMs: 7_000 });
  for (const code of [1, 2, 131000]) t.match(ended(code, 500), { kind: 'retry' }, String(code));
  t.same(ended(undefined, 502), { kind: 'retry', reasonCode: 'WHATSAPP_HTTP_502' });
  t.same(ended(undefined, 504), { kind: 'unknown', reasonCode: 'WHATSAPP_HTTP_504' });
  t.same(ended(190, 401), { kind: 'retry', reasonCode: 'CREDENTIALS_REFUSED' }, 'it waits for the account');
  t.same(ended(368, 403), { kind: 'failed', reasonCode: 'ACCOUNT_LOCKED' });
  t.ok(needsAttention(refused(190)) && needsAttention(refused(131042)) && !needsAttention(refused(131026)));
  t.same(outcomeOf({ kind: 'unreached', reasonCode: 'ECONNREFUSED' }), { kind: 'retry', reasonCode: 'ECONNREFUSED' });
  t.same(outcomeOf({ kind: 'unreached', reasonCode: 'EGRESS_NOT_ALLOWED' }),
    { kind: 'failed', reasonCode: 'EGRESS_NOT_ALLOWED' });
  t.same(outcomeOf({ kind: 'unanswered', reasonCode: 'ECONNRESET' }), { kind: 'unknown', reasonCode: 'ECONNRESET' });
  t.same(outcomeOf({ kind: 'unanswered', reasonCode: 'ECONNRESET' }, false),
    { kind: 'retry', reasonCode: 'ECONNRESET' }, 'of an upload nobody got anything');
  fc.assert(fc.property(fc.integer({ min: 0, max: 200_000 }), fc.integer({ min: 400, max: 599 }), (code, status) =>
    /^[A-Z][A-Z0-9_]{2,63}$/.test(reasonOf(refused(code, status)))
      && (accountWaitMs(refused(code, status)) === undefined || isPassing(refused(code, status)))));
});

function file(mediaType: string, sizeBytes = 1_000): Attachment {
  return { fileId: newId(), fileName: 'berkas', mediaType, sizeBytes };
}

t.test('a message becomes as few calls as the API allows', async (t) => {
  const types = (text: string | null, ...attachments: Attachment[]): string[] => partsOf({ text, attachments })
    .map(({ type, content }) => `${type}${content['caption'] === undefined ? '' : ' captioned'}`);
  t.same(types('Baik'), ['text']);
  t.same(types(' '), []);
  t.same(types('struk', file('image/png')), ['image captioned']);
  t.same(types('x'.repeat(1_025), file('image/png')), ['image', 'text'], 'a caption has 1,024 characters');
  t.same(types('dengarkan', file('audio/ogg; codecs=opus')), ['audio', 'text'], 'a sound has no caption');
  t.same(types('dua', file('audio/mpeg'), file('video/mp4')), ['audio', 'video captioned']);
  t.same(types(null, file('image/jpeg', 6_000_000), file('image/webp'), file('application/pdf')),
    ['document', 'document', 'document'], 'what WhatsApp might refuse as a picture goes as a document');
  t.same(partsOf({ text: 'kata terisi', attachments: [], template: { name: 'jatuh_tempo', language: 'id',
    body: ['Rina', '20 Januari'], header: ['Gadai'] } })[0]?.content, { name: 'jatuh_tempo', language: { code: 'id' },
    components: [{ type: 'header', parameters: [{ type: 'text', text: 'Gadai' }] },
      { type: 'body', parameters: [{ type: 'text', text: 'Rina' }, { type: 'text', text: '20 Januari' }] }] });
});

t.test('the webhook is set up with its token, and answers the challenge as plain text', async (t) => {
  const { fake } = await graphWorld(t);
  const asked = { 'hub.mode': 'subscribe', 'hub.challenge': '1158201444', 'hub.verify_token': fake.verifyToken };
  t.same(await fake.webhook.setUp(asked), { status: 200, text: '1158201444' });
  for (const [wrong, status] of [[{ ...asked, 'hub.verify_token': 'tebakan' }, 401],
    [{ ...asked, 'hub.mode': 'unsubscribe' }, 404], [{ ...asked, 'hub.challenge': '<script>' }, 404],
    [{}, 404]] as const) {
    const heard = await fake.webhook.setUp(wrong);
    t.equal(heard.status, status);
    t.notMatch(heard.text, /1158201444|<script>/);
  }
});

async function until(world: GraphWorld, texts: readonly (string | null)[]): Promise<void> {
  await eventually('the texts', async () => (await world.texts()).length >= texts.length);
}

t.test('INV1 INV2 a webhook is taken once, however often it comes; one that is not Meta\'s is not taken', async (t) => {
  const world = await graphWorld(t);
  const { webhook } = world.fake;
  await webhook.text(CUSTOMER, 'satu');
  t.equal((await webhook.repeat()).status, 200);
  await webhook.text(CUSTOMER, 'dua');
  const body = JSON.stringify({ object: 'whatsapp_business_account', entry: [] });
  t.equal((await webhook.post(body, { signature: null })).status, 401);
  t.equal((await webhook.post(body, { signature: webhook.sign(`${body} `) })).status, 401);
  t.equal((await webhook.post('{"object":')).status, 400, 'signed, and no JSON');
  await until(world, ['satu', 'dua']);
  t.same(await world.texts(), ['satu', 'dua']);
  const rows = await world.rows();
  t.equal(new Set(rows.map((row) => row.conversation_id)).size, 1);
  t.same(await world.work.db.dynamic('select handle, phone, channel_account_id from contact_points'),
    [{ handle: HANDLE, phone: HANDLE, channel_account_id: null }], 'the number is the customer\'s on every account');
});

t.test('RF13 statuses come out of order, doubled, and before the message is known: the highest stands', async (t) => {
  const world = await talking(t);
  const id = await world.reply('Baik, kami cek.');
  await world.until(id, 'sent');
  const [sent] = world.fake.delivered;
  const wamid = sent?.id ?? '';
  t.equal((await world.statusOf(id)).provider_message_id, wamid);
  for (const status of ['read', 'sent', 'delivered', 'read', 'sent']) await world.fake.webhook.status(wamid, status);
  t.equal((await world.statusOf(id)).status, 'read');
  const second = await world.reply('Ada lagi?');
  await world.until(second, 'sent');
  await world.fake.webhook.status(world.fake.delivered[1]?.id ?? '', 'failed', 131026);
  t.match(await world.statusOf(second), { status: 'failed', reason_code: 'UNDELIVERABLE' });
  await world.fake.webhook.status('wamid.NIEMALS', 'delivered');
  t.equal((await world.rows()).length, 3, 'a status of a stranger\'s message makes none');
});

t.test('a customer\'s reply, reaction, edit and withdrawal find their messages', async (t) => {
  const world = await talking(t);
  const { webhook } = world.fake;
  const id = await world.reply('Jam berapa?');
  await world.until(id, 'sent');
  const wamid = world.fake.delivered[0]?.id ?? '';
  const said = await webhook.text(CUSTOMER, 'jam 3', { context: { from: '6281500000001', id: wamid } });
  await webhook.message(CUSTOMER, { type: 'reaction', reaction: { message_id: wamid, emoji: '\u{1F44D}' } });
  await webhook.message(CUSTOMER, { type: 'edit', edit: { original_message_id: said,
    message: { type: 'text', text: { body: 'jam 4' } } } });
  const gone = await webhook.text(CUSTOMER, 'salah kirim');
  await webhook.message(CUSTOMER, { type: 'revoke', revoke: { original_message_id: gone } });
  const rows = await world.rows();
  t.match(rows.map((row) => row.body), ['halo', 'Jam berapa?', 'jam 4', null]);
  t.equal(rows[2]?.reply_to_id, id);
  const [reacted] = await world.work.db.dynamic<{ reactions: unknown }>(
    'select reactions from messages where id = $1', [id]);
  t.same(reacted?.reactions, [{ emoji: '\u{1F44D}', by: 'CUSTOMER' }]);
});

t.test('who hides the number is served by id, and answered by it', async (t) => {
  const world = await graphWorld(t);
  await world.node();
  await world.fake.webhook.text('ID.13491208655302741918', 'halo, tanpa nomor');
  const id = await world.reply('Halo, ada yang bisa dibantu?');
  await world.until(id, 'sent');
  t.match(world.fake.delivered[0]?.payload, { recipient: 'ID.13491208655302741918', recipient_type: 'individual' });
  t.equal(world.fake.delivered[0]?.payload['to'], undefined);
  t.same(await world.work.db.dynamic('select handle, phone from contact_points'),
    [{ handle: 'bsuid:ID.13491208655302741918', phone: null }]);
});

const OWN_ID = 'ID.2204981';

async function threads(world: GraphWorld): Promise<unknown[]> {
  return world.work.db.dynamic(`select c.handle, count(distinct c.contact_id)::int as contacts,
    array_agg(m.body order by m.seq) as said from conversations c join messages m on m.conversation_id = c.id
    group by c.id, c.handle order by min(m.created_at)`);
}

t.test('who hides the number later stays the same customer, in the same conversation', async (t) => {
  const world = await graphWorld(t);
  await world.node();
  await world.fake.webhook.text(CUSTOMER, 'halo', { from_user_id: OWN_ID });
  await world.fake.webhook.text(OWN_ID, 'sekarang tanpa nomor');
  await world.fake.webhook.text(CUSTOMER, 'dan lagi', { from_user_id: OWN_ID });
  t.same(await threads(world), [{ handle: HANDLE, contacts: 1, said: ['halo', 'sekarang tanpa nomor', 'dan lagi'] }]);
  t.same(await world.work.db.dynamic(`select handle, phone, verified from contact_points order by handle`),
    [{ handle: HANDLE, phone: HANDLE, verified: true }, { handle: `bsuid:${OWN_ID}`, phone: HANDLE, verified: true }]);
  await world.fake.webhook.text('ID.99', 'orang lain');
  t.equal((await threads(world)).length, 2);
});

t.test('who showed only the id before goes on where they were once the number is known', async (t) => {
  const world = await graphWorld(t);
  await world.node();
  await world.fake.webhook.text(OWN_ID, 'tanpa nomor');
  await world.fake.webhook.text(CUSTOMER, 'dengan nomor', { from_user_id: OWN_ID });
  await world.fake.webhook.text(OWN_ID, 'tanpa lagi');
  t.same(await threads(world), [{ handle: HANDLE, contacts: 1, said: ['tanpa nomor', 'dengan nomor', 'tanpa lagi'] }]);
});

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000a49444154789c63'
  + '000100000500010d0a2db40000000049454e44ae426082', 'hex');

t.test('files are fetched by the server, checked, and the token stands nowhere', async (t) => {
  const world = await graphWorld(t);
  const { fake } = world;
  const stranger = fakeGraph();
  await stranger.start();
  t.teardown(() => stranger.stop());
  const ids = { photo: fake.hold(PNG), huge: fake.hold(Buffer.from('x'), { sizeBytes: 30 * 1_048_576 }),
    elsewhere: fake.hold(PNG, { url: `${new URL(stranger.url).origin}/files/1` }),
    forged: fake.hold(PNG, { sha256: '0'.repeat(64) }) };
  fake.script('media', graphError(130429, 429), { status: 502, html: '<html>' });
  fake.script('file', 'cut', { status: 404 });
  await world.node();
  const image = (id: string, caption: string): Promise<string> => fake.webhook.message(CUSTOMER,
    { type: 'image', image: { id, caption, mime_type: 'image/png' } });
  await image(ids.photo, 'struk');
  await image(ids.huge, 'film');
  await image(ids.elsewhere, 'lain');
  await image('12345', 'hilang');
  const reasons = async (): Promise<string[]> => (await world.rows()).map((row) => JSON.stringify(row.payload));
  await eventually('the photo', async () => (await world.rows())[0]?.attachments?.length === 1, 30_000);
  await eventually('the refusals', async () =>
    (await reasons()).slice(1).every((one) => one.includes('reasonCode')), 30_000);
  t.match(await reasons(), [/null/, /FILE_TOO_LARGE/, /FILE_ADDRESS_REFUSED/, /FILE_GONE/]);
  t.equal(stranger.calls.length, 0, 'nobody else was asked, so nobody else has the token');
  const stored = await world.target.host.media.get((await world.rows())[0]?.attachments?.[0]?.fileId ?? '', HANDLE);
  const parts: Buffer[] = [];
  for await (const part of stored?.bytes ?? []) parts.push(Buffer.from(part as Uint8Array));
  t.equal(Buffer.concat(parts).equals(PNG), true, 'byte for byte');
  await image(ids.forged, 'palsu');
  await eventually('other bytes than announced are asked for again', async () => (await world.work.db.dynamic(
    `select 1 from remote_files where reason_code = 'FETCH_BROKEN' and state = 'WAITING'`)).length === 1, 30_000);
  const tables = await world.work.db.dynamic<{ text: string }>(`select string_agg(x, ' ') as text from (
    select m::text as x from messages m union all select r::text from remote_files r union all select j::text
    from journal j union all select f::text from files f union all select c::text from cursors c) all_rows`);
  t.notMatch(tables[0]?.text, fake.token);
  t.notMatch(world.work.log.lines.join('\n'), fake.token);
  t.notOk(fake.calls.some((call) => call.url.includes(fake.token)), 'nor in an address');
});

t.test('what Meta could not hand on waits in quarantine, and a message beside it is stored', async (t) => {
  const world = await graphWorld(t);
  await world.fake.webhook.change({ contacts: [], errors: [{ code: 130429, title: 'x' }],
    messages: [{ from: CUSTOMER, id: 'wamid.A', timestamp: '1799999990', type: 'text', text: { body: 'utuh' } },
      { id: 'wamid.B', type: 'text', text: { body: 'tanpa pengirim' } },
      { from: CUSTOMER, id: 'wamid.C', type: 'text' },
      { from: CUSTOMER, id: 'wamid.D', type: 'image', image: { id: '../me' } }] });
  t.same(await world.texts(), ['utuh', null, null]);
  t.same((await world.rows()).map((row) => row.payload), [null, null, { unreadableFile: true }]);
  t.same(await world.work.db.dynamic(`select reason_code from inbound_events where state = 'QUARANTINED'
    order by reason_code`), [{ reason_code: 'META_ERROR_130429' }, { reason_code: 'SENDER_UNKNOWN' }]);
});
