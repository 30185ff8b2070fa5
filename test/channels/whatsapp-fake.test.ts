/** The WhatsApp server of our own against the real client: what other tests prove is worth as much as this. */
import { randomBytes } from 'node:crypto';
import t, { type Test } from 'tap';
import { downloadContentFromMessage, proto, toBuffer, WA_CERT_DETAILS } from '@whiskeysockets/baileys';
import { Client, pairedClient } from '#test/fakes/whatsapp/client.ts';
import { fakeWhatsApp, type FakeWhatsApp } from '#test/fakes/whatsapp/server.ts';
import { eventually } from '#test/support/harness.ts';

t.setTimeout(120_000);

const CUSTOMER = '6281300000001';

/** A server that has nothing to complain of itself at the end, and is trusted for what it is. */
async function server(t: Test): Promise<FakeWhatsApp> {
  const fake = await fakeWhatsApp();
  WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(fake.rootKey);
  t.teardown(async () => {
    await fake.stop();
    if (fake.errors.length > 0) throw new AggregateError(fake.errors, 'the fake itself failed');
  });
  return fake;
}

async function paired(t: Test, fake: FakeWhatsApp, more: object = {}): Promise<Client> {
  const client = await pairedClient(fake, more);
  t.teardown(() => client.close());
  return client;
}

t.test('a client pairs by QR, comes back after 515, and texts go both ways with their ticks', async (t) => {
  const fake = await server(t);
  const account = fake.account();
  const client = await paired(t, fake);
  t.ok(client.ends.includes(515));
  t.match(client.creds.me, { id: '6281500000001:1@s.whatsapp.net', lid: `${account.lid}:1@lid` });
  const phone = fake.phone(CUSTOMER, { name: 'Budi Contoh' });
  await phone.says(account, 'lewat nomor', { addressing: 'pn' });
  await eventually('the first text', () => client.texts().length === 1);
  await phone.says(account, 'lewat LID');
  await eventually('both texts', () => client.texts().length === 2);
  t.same(client.texts(), ['lewat nomor', 'lewat LID']);
  t.match(client.messages.map(({ key, pushName }) => [key.remoteJid, key.remoteJidAlt, pushName]).slice(-2), [
    [`${CUSTOMER}@s.whatsapp.net`, `${phone.lid}@lid`, 'Budi Contoh'],
    [`${phone.lid}@lid`, `${CUSTOMER}@s.whatsapp.net`, 'Budi Contoh'],
  ]);
  await eventually('both to be confirmed', () => account.waiting === 0);
  for (const jid of [`${CUSTOMER}@s.whatsapp.net`, `${phone.lid}@lid`]) {
    await client.sock?.sendMessage(jid, { text: `jawab ${jid}` }, { messageId: `3EB0${jid.length}A` });
    await eventually('the answer', () => phone.inbox.at(-1)?.text === `jawab ${jid}`);
    const { id } = phone.inbox.at(-1) ?? { id: '' };
    const status = (n: number): Promise<unknown> => eventually(`status ${n}`, () => client.statuses.some((one) =>
      one.id === id && one.status === n));
    await status(3);
    await phone.reads(account, [id]);
    await status(4);
    await phone.plays(account, [id]);
    await status(5);
  }
  t.same(account.handset.inbox.map(({ text }) => text?.slice(0, 5)), ['jawab', 'jawab'], 'the handset has copies');
  t.equal(client.acks.filter(({ error }) => error === undefined).length, 2);
});

t.test('a client pairs by code; a wrong code links nobody', async (t) => {
  const fake = await server(t);
  const account = fake.account();
  const client = new Client(fake);
  t.teardown(() => client.close());
  client.connect();
  await eventually('the client to be ready', () => client.qr);
  const code = await client.sock?.requestPairingCode(account.pn) ?? '';
  await t.rejects(account.typeCode('11111111'), /the code is not the one/);
  t.notOk(account.isPaired);
  await account.typeCode(`${code.slice(0, 4)}-${code.slice(4)}`);
  t.ok(account.isPaired);
  await eventually('the client to be open', () => client.isOpen);
  await fake.phone(CUSTOMER).says(account, 'halo');
  await eventually('the text', () => client.texts().includes('halo'));
});

t.test('what was not confirmed comes again as it was, before what is newer, and only then', async (t) => {
  const fake = await server(t);
  const account = fake.account();
  const phone = fake.phone(CUSTOMER);
  const first = await paired(t, fake);
  await phone.says(account, 'satu');
  await eventually('the first', () => first.texts().length === 1 && account.waiting === 0);
  const saved = first.saved();
  first.sock?.ws.on('CB:message', () => { void first.kill(); });
  await phone.says(account, 'dua');
  await eventually('the socket to be gone', () => !account.isOnline);
  for (const text of ['tiga', 'empat']) await phone.says(account, text);
  t.equal(account.waiting, 3);
  const second = new Client(fake, saved);
  t.teardown(() => second.close());
  await second.open();
  await eventually('all three', () => second.texts().length === 3);
  t.same(second.texts(), ['dua', 'tiga', 'empat'], 'not the one that was confirmed');
  await eventually('all to be confirmed', () => account.waiting === 0);
  await second.close();
  const third = new Client(fake, second.saved());
  t.teardown(() => third.close());
  await third.open();
  await phone.says(account, 'lima');
  await eventually('the last', () => third.texts().length > 0);
  t.same(third.texts(), ['lima']);
  t.equal(fake.replaced, 0);
});

t.test('a second login replaces the first, which is told so, and is counted', async (t) => {
  const fake = await server(t);
  const account = fake.account();
  const first = await paired(t, fake);
  const second = new Client(fake, first.saved());
  t.teardown(() => second.close());
  await second.open();
  await first.ended(440);
  t.equal(fake.replaced, 1);
  t.equal(fake.sockets(account), 1);
  t.equal(fake.loginsOf(account), 2);
});

t.test('sockets end as they are told to, and logins are refused', async (t) => {
  const fake = await server(t);
  const account = fake.account();
  const client = await paired(t, fake);
  for (const code of [515, 503, 440]) {
    account.streamError(code);
    await client.ended(code);
    if (code !== 515) client.connect();
    await eventually('it to be back', () => client.isOpen && account.isOnline);
  }
  account.drop();
  await client.ended(428);
  account.refuseConnections(true);
  client.connect();
  await client.ended(408);
  account.refuseConnections(false);
  account.refuseLogin(403);
  client.connect();
  await client.ended(403);
  account.refuseLogin(undefined);
  client.connect();
  await eventually('it to be back', () => client.isOpen);
  account.logOutFromPhone();
  await client.ended(401);
  t.notOk(account.isPaired);
  t.equal(fake.sockets(), 0);
  client.ends.length = 0;
  client.connect();
  await client.ended(401);
});

t.test('a muted server takes everything and says nothing until it speaks again', async (t) => {
  const fake = await server(t);
  const account = fake.account();
  const client = await paired(t, fake);
  const phone = fake.phone(CUSTOMER);
  await phone.says(account, 'sebelum');
  await eventually('the first text', () => client.texts().length === 1 && account.waiting === 0);
  await client.sock?.sendMessage(`${phone.lid}@lid`, { text: 'pertama' });
  await eventually('its receipt', () => client.statuses.some(({ status }) => status === 3));
  account.mute(true);
  await client.sock?.sendMessage(`${phone.lid}@lid`, { text: 'ke dalam sunyi' }, { messageId: '3EB0AAAA' });
  await phone.says(account, 'dari dalam sunyi');
  await eventually('the customer to have it', () => phone.inbox.length === 2);
  t.notOk(client.acks.some(({ id }) => id === '3EB0AAAA'));
  t.equal(client.texts().length, 1);
  account.mute(false);
  await eventually('the late word', () => client.acks.some(({ id }) => id === '3EB0AAAA'));
  await eventually('the late text', () => client.texts().length === 2);
  account.mute(true);
  await client.ended(408);
  t.equal(fake.sockets(account), 0);
  const logins = fake.loginsOf(account);
  client.connect();
  await eventually('a login that nobody answers', () => fake.loginsOf(account) === logins + 1);
  t.notOk(client.isOpen);
  account.mute(false);
  await eventually('it to be back', () => client.isOpen);
});

t.test('463 reaches nobody and is said; who is on WhatsApp is known', async (t) => {
  const fake = await server(t);
  const account = fake.account();
  const client = await paired(t, fake);
  const phone = fake.phone(CUSTOMER);
  account.nackNext(463);
  await client.sock?.sendMessage(`${CUSTOMER}@s.whatsapp.net`, { text: 'ditolak' }, { messageId: '3EB0BBBB' });
  await eventually('the refusal', () => client.statuses.some(({ id, status }) => id === '3EB0BBBB' && status === 0));
  await client.sock?.sendMessage(`${CUSTOMER}@s.whatsapp.net`, { text: 'diterima' });
  await eventually('the next one', () => phone.inbox.length === 1);
  t.equal(phone.inbox[0]?.text, 'diterima');
  fake.absent('6281399999999');
  t.same(await client.sock?.onWhatsApp(CUSTOMER, '6281399999999'),
    [{ jid: `${CUSTOMER}@s.whatsapp.net`, exists: true }]);
});

t.test('copies, unreadable messages and second requests are as on WhatsApp', async (t) => {
  const fake = await server(t);
  const account = fake.account();
  const sent = new Map<string, object>();
  const client = await paired(t, fake, { getMessage: (key: { id: string }) => Promise.resolve(sent.get(key.id)) });
  const phone = fake.phone(CUSTOMER);
  const id = await phone.says(account, 'satu');
  await eventually('the text', () => client.texts().length === 1);
  await phone.repeats(account, id, 'same');
  await eventually('the copy to be dealt with', () => account.waiting === 0);
  t.equal(client.texts().length, 1, 'the same ciphertext is read once');
  await phone.repeats(account, id, 'fresh');
  await eventually('the fresh copy', () => client.texts().length === 2);
  t.same(client.messages.filter(({ key }) => key.id === id).length, 2);
  const unread = await phone.sendsUnreadable(account, 'akhirnya');
  await eventually('the words', () => client.texts().includes('akhirnya'));
  t.ok(client.messages.some(({ key, messageStubType }) => key.id === unread && messageStubType === 2), 'first a stub');
  t.ok(phone.receipts.some((one) => one.id === unread && one.type === 'retry'));
  await phone.says(account, 'sesudahnya');
  await eventually('what follows', () => client.texts().includes('sesudahnya') && account.waiting === 0);
  const made = await client.sock?.sendMessage(`${phone.lid}@lid`, { text: 'ulang' });
  sent.set(made?.key.id ?? '', made?.message ?? {});
  await eventually('the message', () => phone.inbox.length === 1);
  await phone.asksAgain(account, made?.key.id ?? '');
  await eventually('the second copy', () => phone.inbox.length === 2);
  t.same(phone.inbox.map((one) => [one.id, one.text]), Array(2).fill([made?.key.id, 'ulang']));
});

t.test('files go both ways encrypted', async (t) => {
  const fake = await server(t);
  const account = fake.account();
  const client = await paired(t, fake);
  const phone = fake.phone(CUSTOMER);
  const bytes = randomBytes(70_000);
  for (const kind of ['image', 'document', 'audio', 'video', 'sticker'] as const) {
    await phone.sendsFile(account, { kind, bytes, fileName: 'bukti.bin', caption: kind });
    const came = await eventually(kind,
      () => client.messages.find(({ message }) => message?.[`${kind}Message`] != null));
    const file = came.message?.[`${kind}Message`] ?? {};
    t.same(await toBuffer(await downloadContentFromMessage(file, kind)), bytes);
  }
  await client.sock?.sendMessage(`${phone.lid}@lid`, { document: bytes, mimetype: 'application/pdf', caption: 'ini',
    fileName: 'syarat.pdf' });
  await eventually('the document', () => phone.inbox.length === 1);
  t.equal(phone.inbox[0]?.text, 'ini');
  t.same(await phone.receivedFile(phone.inbox[0]?.id ?? ''), bytes);
});

t.test('edits, recalls, reactions, typing and forgeries come as the client expects them', async (t) => {
  const fake = await server(t);
  const account = fake.account();
  const client = await paired(t, fake);
  const phone = fake.phone(CUSTOMER);
  const id = await phone.says(account, 'salah');
  await eventually('the text', () => client.texts().length === 1);
  await phone.edits(account, id, 'benar');
  await phone.reacts(account, id, '\u{1F44D}', { fromMe: true });
  await phone.deletes(account, id);
  await phone.says(account, 'menjawab', { replyTo: id });
  const { Type } = proto.Message.ProtocolMessage;
  await eventually('all of them', () => client.messages.some(({ message }) => message?.reactionMessage?.key?.id === id)
    && [Type.MESSAGE_EDIT, Type.REVOKE].every((type) => client.messages.some(({ message }) =>
      message?.protocolMessage?.type === type && message.protocolMessage.key?.id === id))
    && client.messages.some(({ message }) => message?.extendedTextMessage?.contextInfo?.stanzaId === id));
  phone.typing(account, true);
  phone.typing(account, false);
  await eventually('the typing', () => client.presences.join() === 'composing,available');
  const before = client.messages.length;
  await phone.forges(account, { conversation: 'terbuka' }, { plaintext: 'true' });
  await phone.forges(account, { deviceSentMessage: { message: { conversation: 'seolah dari kami' } } });
  await eventually('both forgeries', () => client.messages.length === before + 2);
  t.notOk(client.messages.some(({ key, message }) => key.fromMe === true && Boolean(message?.conversation)));
  await client.sock?.sendPresenceUpdate('available');
  await client.sock?.sendPresenceUpdate('composing', `${phone.lid}@lid`);
  await eventually('the client\'s presence', () => account.presence.includes('available')
    && account.presence.at(-1) === 'composing');
  await client.sock?.readMessages([{ remoteJid: `${phone.lid}@lid`, id }]);
  await eventually('the blue tick', () => phone.receipts.some((one) => one.id === id && one.type === 'read'));
});

t.test('the handset writes and has a past; groups, statuses and channels come as crowds', async (t) => {
  const fake = await server(t);
  const account = fake.account();
  const client = await paired(t, fake);
  const [phone, hidden] = [fake.phone(CUSTOMER), fake.phone('6281300000002', { hideNumber: true })];
  await account.handsetSends(phone, 'dari ponsel');
  const own = await eventually('the handset\'s text', () => client.messages.find(({ key, message }) =>
    key.fromMe === true && message?.conversation === 'dari ponsel'));
  t.match(own.key, { remoteJid: `${phone.lid}@lid`, remoteJidAlt: `${CUSTOMER}@s.whatsapp.net` });
  t.equal(phone.inbox.length, 0);
  await account.history([{ from: phone, text: 'dulu' }, { from: hidden, text: 'dulu juga' }]);
  await eventually('the past', () => client.history.flatMap(({ messages }) => messages).length === 2);
  for (const kind of ['group', 'status', 'newsletter'] as const) await account.crowdMessage(kind, `untuk ${kind}`);
  const crowds = (): unknown[] => client.messages.filter(({ key }) => /@(g\.us|broadcast|newsletter)$/.test(
    key.remoteJid ?? '')).map(({ message }) => message?.conversation);
  await eventually('the crowds', () => crowds().length === 3);
  t.same(new Set(crowds()), new Set(['untuk group', 'untuk status', 'untuk newsletter']));
  await hidden.says(account, 'tanpa nomor');
  const unnamed = await eventually('the hidden one', () => client.messages.find(({ message }) =>
    message?.conversation === 'tanpa nomor'));
  t.match(unnamed.key, { remoteJid: `${hidden.lid}@lid`, remoteJidAlt: undefined });
  await eventually('everything to be confirmed', () => account.waiting === 0);
  await client.sock?.logout();
  await eventually('the server to know', () => account.removedByClient && !account.isPaired);
});

t.test('a frame that cannot be decrypted throws where nobody listens', async (t) => {
  const fake = await server(t);
  const client = await paired(t, fake);
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  // Every frame after the broken one throws as well: nobody else listens until the line is closed.
  const thrown = new Promise((resolve) => { process.on('unhandledRejection', resolve); });
  t.teardown(() => {
    process.removeAllListeners('unhandledRejection');
    for (const other of others) process.on('unhandledRejection', other);
  });
  fake.account().corruptFrame();
  t.match(await thrown, { message: /authenticate/ });
  await client.close();
});
