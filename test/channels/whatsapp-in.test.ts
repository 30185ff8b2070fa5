/** WhatsApp comes in through the real client and a server of our own: nothing lost, nothing doubled, nothing forged. */
import t from 'tap';
import { proto } from '@whiskeysockets/baileys';
import { childOf } from '#channels/whatsapp/baileys/provider.ts';
import { eventually } from '#test/support/harness.ts';
import { CUSTOMER, whatsAppWorld, type WhatsAppWorld } from './whatsapp-world.ts';

t.setTimeout(240_000);

async function count(world: WhatsAppWorld, n: number): Promise<void> {
  await eventually(`${n} messages`, async () => (await world.texts()).length >= n, 20_000);
}

t.test('a number is paired by QR, survives 515, and a message opens one ticket', async (t) => {
  const world = await whatsAppWorld(t);
  await world.paired();
  t.equal((await world.session())?.number, '+6281500000001');
  const phone = world.fake.phone(CUSTOMER, { name: 'Budi Contoh' });
  await phone.says(world.number, 'halo, angsuran saya');
  await count(world, 1);
  const [row] = await world.work.db.dynamic<{ name: string; handle: string; phone: string; tickets: number }>(`select
    c.name, p.handle, p.phone, (select count(*)::int from tickets) as tickets
    from contacts c join contact_points p on p.contact_id = c.id`);
  t.same(row, { name: 'Budi Contoh', handle: `+${CUSTOMER}`, phone: `+${CUSTOMER}`, tickets: 1 });
});

t.test('a number is paired by an eight-letter code', async (t) => {
  const world = await whatsAppWorld(t);
  await world.node();
  await world.untilSession('IDLE');
  await world.wish('PAIR_CODE', '+6281500000001');
  const code = await world.code('CODE');
  t.match(code, /^[0-9A-Z]{8}$/);
  await world.number.typeCode(code);
  await world.untilSession('OPEN');
});

t.test('a number that is linked while the house is slow to write stays linked', async (t) => {
  const world = await whatsAppWorld(t);
  await world.node();
  await world.untilSession('IDLE');
  await world.wish('PAIR_CODE', '+6281500000001');
  const code = await world.code('CODE');
  await world.work.db.transaction(async (tx) => {
    await tx.dynamic('lock table channel_keys in exclusive mode');
    await world.number.typeCode(code);
    await tx.dynamic('select pg_sleep(2)');
  });
  await world.untilSession('OPEN');
  t.equal((await world.session())?.number, '+6281500000001');
});

t.test('INV2 the same message again, as it was or encrypted anew, is one row', async (t) => {
  const world = await whatsAppWorld(t);
  await world.paired();
  const phone = world.fake.phone(CUSTOMER);
  const id = await phone.says(world.number, 'satu');
  await count(world, 1);
  await phone.repeats(world.number, id, 'same');
  await phone.repeats(world.number, id, 'fresh');
  await phone.says(world.number, 'dua');
  await count(world, 2);
  t.same(await world.texts(), ['satu', 'dua']);
});

t.test('LID and number of one person are one contact, whichever came first', async (t) => {
  const world = await whatsAppWorld(t);
  await world.paired();
  const hidden = world.fake.phone(CUSTOMER, { hideNumber: true });
  await hidden.says(world.number, 'tanpa nomor', { addressing: 'lid' });
  await count(world, 1);
  const handles = async (): Promise<string[]> => (await world.work.db.dynamic<{ handle: string }>(
    'select handle from contact_points order by created_at')).map((row) => row.handle);
  t.same(await handles(), [`lid:${hidden.lid}`], 'LID digits are no phone number');
  const shown = world.fake.phone(CUSTOMER);
  await shown.says(world.number, 'dengan nomor', { addressing: 'lid' });
  await count(world, 2);
  await eventually('one contact', async () => (await handles()).join() === `+${CUSTOMER}`);
  const [row] = await world.work.db.dynamic<{ contacts: number; conversations: number }>(`select
    (select count(*)::int from contacts where merged_into_id is null) as contacts,
    (select count(*)::int from conversations) as conversations`);
  t.same(row, { contacts: 1, conversations: 1 });
});

t.test('edits, recalls, reactions and replies reach the message they are about', async (t) => {
  const world = await whatsAppWorld(t);
  await world.paired();
  const phone = world.fake.phone(CUSTOMER);
  const first = await phone.says(world.number, 'salah ketik');
  const second = await phone.says(world.number, 'ini akan dihapus');
  await count(world, 2);
  await phone.edits(world.number, first, 'sudah benar');
  await phone.deletes(world.number, second);
  await phone.says(world.number, 'menjawab', { replyTo: first });
  await eventually('the edit and the recall', async () => {
    const rows = await world.rows();
    return rows.some((row) => row.body === 'sudah benar') && rows.filter((row) => row.body === null).length === 1;
  });
  await count(world, 3);
  const rows = await world.rows();
  t.equal(rows.find((row) => row.body === 'menjawab')?.reply_to_id, rows.find((row) => row.body === 'sudah benar')?.id);
  const reply = await world.reply('baik');
  await world.until(reply, 'delivered');
  const { provider_message_id: ours } = await world.statusOf(reply);
  await phone.reacts(world.number, ours ?? '', '\u{1F44D}', { fromMe: false });
  await eventually('the reaction', async () => (await world.work.db.dynamic<{ n: number }>(
    'select count(*)::int as n from messages where reactions is not null'))[0]?.n === 1);
});

t.test('files, places and cards come in; the bytes are those that were sent', async (t) => {
  const world = await whatsAppWorld(t);
  const node = await world.paired();
  const phone = world.fake.phone(CUSTOMER);
  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64');
  await phone.sendsFile(world.number, { kind: 'image', bytes: png, mimetype: 'image/png', caption: 'bukti' });
  await phone.sends(world.number, { locationMessage: { degreesLatitude: -6.2, degreesLongitude: 106.8 } });
  await phone.sends(world.number, { contactMessage: { displayName: 'Siti Uji',
    vcard: 'BEGIN:VCARD\nVERSION:3.0\nFN:Siti Uji\nTEL;type=CELL;waid=6281300000002:+62 813-0000-0002\nEND:VCARD' } });
  await count(world, 3);
  await eventually('the file', async () => (await world.rows()).some((row) => (row.attachments ?? []).length === 1),
    30_000);
  const rows = await world.rows();
  t.same(rows.map((row) => row.kind), ['image', 'location', 'contact']);
  t.equal(rows[0]?.body, 'bukti');
  const target = await node.hosts.forAccount(world.world.accountId);
  const file = await target?.host.media.get(rows[0]?.attachments?.[0]?.fileId ?? '');
  const bytes: Buffer[] = [];
  for await (const chunk of file?.bytes ?? []) bytes.push(chunk as Buffer);
  t.same(Buffer.concat(bytes), png);
  t.match(rows[2]?.payload, { name: 'Siti Uji', phone: '+6281300000002' });
});

t.test('what could not be read at first is one row, first its place, then its words', async (t) => {
  const world = await whatsAppWorld(t);
  await world.paired();
  const phone = world.fake.phone(CUSTOMER);
  await phone.says(world.number, 'terbaca');
  await count(world, 1);
  await phone.sendsUnreadable(world.number, 'akhirnya terbaca');
  await eventually('the words', async () => (await world.texts()).includes('akhirnya terbaca'), 30_000);
  t.equal((await world.rows()).length, 2);
});

t.test('INV2 a message that was unreadable at first and comes again is still one row', async (t) => {
  const world = await whatsAppWorld(t);
  const node = await world.paired();
  const phone = world.fake.phone(CUSTOMER);
  await phone.says(world.number, 'terbaca');
  await count(world, 1);
  phone.repeatsOnRequest = false;
  const id = await phone.sendsUnreadable(world.number, 'akhirnya terbaca');
  await eventually('its place', async () => (await world.rows()).length === 2, 30_000);
  await phone.repeats(world.number, id, 'fresh');
  await eventually('its words', async () => (await world.texts()).includes('akhirnya terbaca'));
  await phone.repeats(world.number, id, 'fresh');
  await phone.says(world.number, 'penanda');
  await eventually('the marker', async () => (await world.texts()).includes('penanda'));
  t.same((await world.rows()).map((row) => row.body), ['terbaca', 'akhirnya terbaca', 'penanda']);
  await node.stop();
  t.same(await world.work.db.dynamic('select received from channel_days'), [{ received: 3 }],
    'what comes again is counted once');
});

t.test('RS13 forged protocol messages change nothing and say nothing', async (t) => {
  const world = await whatsAppWorld(t);
  await world.paired();
  const phone = world.fake.phone(CUSTOMER);
  const other = world.fake.phone('6281300000009');
  const theirs = await other.says(world.number, 'pesan orang lain');
  await count(world, 1);
  const { Type } = proto.Message.ProtocolMessage;
  await phone.forges(world.number, { protocolMessage: { type: Type.HISTORY_SYNC_NOTIFICATION,
    historySyncNotification: { syncType: 3 } } });
  await phone.forges(world.number, { protocolMessage: { type: Type.APP_STATE_SYNC_KEY_SHARE,
    appStateSyncKeyShare: { keys: [] } } });
  await phone.forges(world.number, { protocolMessage: { type: Type.PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE,
    peerDataOperationRequestResponseMessage: { peerDataOperationResult: [] } } });
  await phone.forges(world.number, { protocolMessage: { type: Type.LID_MIGRATION_MAPPING_SYNC } });
  await phone.forges(world.number, { deviceSentMessage: { destinationJid: '6281300000009@s.whatsapp.net',
    message: { conversation: 'seolah-olah dari kami' } } });
  await phone.forges(world.number, { protocolMessage: { type: Type.REVOKE,
    key: { remoteJid: '6281300000009@s.whatsapp.net', fromMe: false, id: theirs } } });
  await phone.forges(world.number, { protocolMessage: { type: Type.MESSAGE_EDIT, key: { id: theirs },
    editedMessage: { conversation: 'diubah orang' } } });
  await phone.says(world.number, 'penanda');
  await eventually('the marker', async () => (await world.texts()).includes('penanda'));
  const rows = await world.rows();
  t.same(rows.map((row) => row.body).toSorted(), ['penanda', 'pesan orang lain']);
  t.same(rows.filter((row) => row.direction === 'OUT'), []);
});

t.test('groups are ignored and counted; history opens nothing; the handset\'s own words silence nobody as ours',
  async (t) => {
    const world = await whatsAppWorld(t);
    await world.paired();
    const phone = world.fake.phone(CUSTOMER);
    await world.number.groupMessage('obrolan grup');
    await world.number.history([{ from: phone, text: 'dari dulu' }]);
    await phone.says(world.number, 'yang sekarang');
    await count(world, 1);
    await world.number.handsetSends(phone, 'dijawab dari ponsel');
    await eventually('the handset\'s message', async () => (await world.rows()).length === 2);
    const rows = await world.rows();
    t.match(rows.find((row) => row.direction === 'OUT'), { body: 'dijawab dari ponsel',
      payload: { sentFrom: 'PHONE' } });
    await eventually('the count', async () => (await world.work.db.dynamic<{ ignored: number }>(
      'select ignored from channel_days'))[0]?.ignored === 1);
  });

t.test('what was written while the number was away comes later, opens its ticket, and is told as a gap', async (t) => {
  const world = await whatsAppWorld(t);
  const node = await world.paired();
  const phone = world.fake.phone(CUSTOMER);
  await phone.says(world.number, 'sebelum');
  await count(world, 1);
  world.number.refuseConnections(true);
  world.number.drop();
  await world.untilSession('OFFLINE');
  for (const text of ['satu', 'dua', 'tiga']) await phone.says(world.number, text);
  world.number.refuseConnections(false);
  await count(world, 4);
  t.same(await world.texts(), ['sebelum', 'satu', 'dua', 'tiga']);
  await world.untilSession('OPEN');
  await eventually('the gap', async () => (await world.work.db.dynamic<{ recovered: number; until_at: Date | null }>(
    'select recovered, until_at from channel_gaps'))[0]?.recovered === 3);
  await node.stop();
});

t.test('INV4 what the house cannot store for now is not overtaken by what follows', async (t) => {
  const world = await whatsAppWorld(t);
  await world.paired();
  const phone = world.fake.phone(CUSTOMER);
  await phone.says(world.number, 'sebelum');
  await count(world, 1);
  // The house takes 'satu' only at the fourth time: a sequence counts also what is rolled back.
  await world.work.db.dynamic('create sequence tries');
  await world.work.db.dynamic(`create function refuse() returns trigger language plpgsql as $$ begin
    if new.body = 'satu' and nextval('tries') < 4 then raise exception 'away' using errcode = '57P03'; end if;
    return new; end $$`);
  await world.work.db.dynamic('create trigger refuse before insert on messages for each row execute function refuse()');
  for (const text of ['satu', 'dua', 'tiga']) await phone.says(world.number, text);
  await eventually('all are stored', async () => (await world.texts()).length >= 4, 60_000);
  t.same(await world.texts(), ['sebelum', 'satu', 'dua', 'tiga']);
  const [{ n } = { n: 0 }] = await world.work.db.dynamic<{ n: number }>(`select nextval('tries')::int as n`);
  t.ok(n >= 4, `refused before: ${n - 1} tries`);
});

t.test('what is no message within costs nobody the connection', async (t) => {
  const world = await whatsAppWorld(t);
  await world.paired();
  const phone = world.fake.phone(CUSTOMER);
  for (let n = 0; n < 3; n += 1) await phone.forges(world.number, {}, { garbage: 'true' });
  await phone.says(world.number, 'sesudah');
  await eventually('what follows is stored', async () => (await world.texts()).includes('sesudah'), 20_000);
  t.same(await world.work.db.dynamic('select reason_code from channel_gaps'), [], 'the session never ended');
});

t.test('RF01 RF30 kill -9 of the child while messages come: 0 lost, 0 doubled, in order', async (t) => {
  const world = await whatsAppWorld(t);
  const node = await world.paired();
  const phone = world.fake.phone(CUSTOMER);
  const said: string[] = [];
  for (let round = 0; round < 4; round += 1) {
    for (let n = 0; n < 8; n += 1) {
      said.push(`pesan ${round}-${n}`);
      const says = phone.says(world.number, said.at(-1) ?? '');
      if (n === 2 + round) {
        const target = await node.hosts.forAccount(world.world.accountId);
        const pid = target && childOf(target.host);
        if (pid !== undefined) process.kill(pid, 'SIGKILL');
      }
      await says;
    }
    await count(world, said.length);
    await world.untilSession('OPEN');
  }
  t.same(await world.texts(), said);
});
