/** WhatsApp goes out as a person would write: acknowledged, delivered, read; refused where the number may not. */
import t from 'tap';
import { childOf } from '#channels/whatsapp/baileys/provider.ts';
import { queueReply, queueSystemMessage } from '#routing/outbound.ts';
import { newId } from '#domain/ids.ts';
import { eventually } from '#test/support/harness.ts';
import { CUSTOMER, whatsAppWorld, type WhatsAppWorld } from './whatsapp-world.ts';

t.setTimeout(240_000);

async function talking(world: WhatsAppWorld): Promise<ReturnType<WhatsAppWorld['fake']['phone']>> {
  const phone = world.fake.phone(CUSTOMER);
  await phone.says(world.number, 'halo');
  await eventually('the message', async () => (await world.texts()).length >= 1, 20_000);
  return phone;
}

/** A thread with somebody who never wrote, and a message in it. */
async function writesFirst(world: WhatsAppWorld, phone: string, text: string): Promise<string> {
  const { organisationId, accountId } = world.world;
  const [contact, point, conversation] = [newId(), newId(), newId()];
  await world.work.db.dynamic(`insert into contacts (id, organisation_id, name) values ($1, $2, 'Orang Baru')`,
    [contact, organisationId]);
  await world.work.db.dynamic(`insert into contact_points (id, organisation_id, contact_id, channel, handle, phone)
    values ($1, $2, $3, 'whatsapp', $4, $4)`, [point, organisationId, contact, phone]);
  await world.work.db.dynamic(`insert into conversations (id, organisation_id, channel_account_id, contact_id,
    contact_point_id, handle) values ($1, $2, $3, $4, $5, $6)`,
  [conversation, organisationId, accountId, contact, point, phone]);
  const clientId = newId();
  await world.work.db.transaction((tx) => queueSystemMessage(world.work, tx, { organisationId,
    conversationId: conversation, clientId, authorKind: 'SYSTEM', text }));
  world.work.wake.hint(`outbound:${accountId}`);
  const [row] = await world.work.db.dynamic<{ id: string }>('select id from messages where client_id = $1', [clientId]);
  return row?.id ?? '';
}

t.test('a reply is decrypted at the customer\'s phone, and its ticks move to read and played', async (t) => {
  const world = await whatsAppWorld(t);
  await world.paired();
  const phone = await talking(world);
  phone.delivers = false;
  const reply = await world.reply('selamat pagi');
  await world.until(reply, 'sent');
  t.same(phone.inbox.map(({ text }) => text), ['selamat pagi']);
  const { provider_message_id: id } = await world.statusOf(reply);
  t.equal(phone.inbox[0]?.id, id, 'by the id that was kept before it left');
  await phone.reads(world.number, [id ?? '']);
  await world.until(reply, 'read');
  await phone.plays(world.number, [id ?? '']);
  await world.until(reply, 'played');
});

t.test('replies keep their order, quote what they answer, and may be edited, recalled and reacted with', async (t) => {
  const world = await whatsAppWorld(t);
  await world.paired();
  const phone = await talking(world);
  const [question] = await world.rows();
  const ids: string[] = [];
  for (const text of ['satu', 'dua', 'tiga']) ids.push(await world.reply(text));
  const quoting = await world.reply('empat', { replyToId: question?.id ?? '' });
  await world.until(quoting, 'delivered', 20_000);
  t.same(phone.inbox.map(({ text }) => text), ['satu', 'dua', 'tiga', 'empat']);
  const context = phone.inbox.at(-1)?.message.extendedTextMessage?.contextInfo;
  t.equal(context?.stanzaId, question?.provider_message_id);
  t.equal(context?.quotedMessage?.conversation, 'halo');
  await world.change(ids[0] ?? '', { kind: 'EDIT', text: 'satu, diperbaiki' });
  await world.change(ids[1] ?? '', { kind: 'RECALL' });
  await world.change(question?.id ?? '', { kind: 'REACTION', emoji: '\u{1F44D}' });
  await eventually('three changes', () => phone.inbox.length === 7, 20_000);
  const [edit, recall, reaction] = phone.inbox.slice(4).map(({ message }) => message);
  t.equal(edit?.protocolMessage?.editedMessage?.conversation
    ?? edit?.protocolMessage?.editedMessage?.extendedTextMessage?.text, 'satu, diperbaiki');
  t.equal(recall?.protocolMessage?.key?.id, (await world.statusOf(ids[1] ?? '')).provider_message_id);
  t.equal(reaction?.reactionMessage?.text, '\u{1F44D}');
});

t.test('a file leaves encrypted and is what the customer\'s phone opens', async (t) => {
  const world = await whatsAppWorld(t, { uploads: true });
  const node = await world.paired();
  const phone = await talking(world);
  const target = await node.hosts.forAccount(world.world.accountId);
  const pdf = Buffer.from('%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n');
  const file = await target?.host.media.put({ fileName: 'syarat.pdf', bytes: pdf, uploadedBy: 'SYSTEM' });
  await world.work.db.dynamic(`update files set uploaded_by_kind = 'AGENT', uploaded_by = $1 where id = $2`,
    [world.world.agents[0]?.id, file?.fileId]);
  const reply = await world.reply('terlampir', { fileIds: [file?.fileId ?? ''] });
  await world.until(reply, 'delivered', 30_000);
  t.same(await phone.receivedFile(phone.inbox.at(-1)?.id ?? ''), pdf);
});

t.test('463 fails that message, is not tried again, and stops cold sends while answers flow', async (t) => {
  const world = await whatsAppWorld(t);
  await world.paired();
  const phone = await talking(world);
  const stranger = world.fake.phone('6281300000777');
  world.number.nackNext(463);
  const cold = await writesFirst(world, '+6281300000777', 'penawaran');
  await world.until(cold, 'failed', 20_000);
  t.equal((await world.statusOf(cold)).reason_code, 'REACHOUT_LOCKED');
  t.equal(stranger.inbox.length, 0);
  const row = await world.session();
  t.equal(row?.cold_reason_code, 'REACHOUT_LOCKED');
  t.ok((row?.cold_paused_until?.getTime() ?? 0) > Date.now() + 23 * 3_600_000);
  world.fake.phone('6281300000778');
  const later = await writesFirst(world, '+6281300000778', 'penawaran kedua');
  await eventually('the gate to say why it waits',
    async () => (await world.statusOf(later)).reason_code === 'REACHOUT_LOCKED', 20_000);
  t.equal((await world.statusOf(later)).status, 'queued');
  const warm = await world.reply('jawaban tetap sampai');
  await world.until(warm, 'delivered', 20_000);
  t.equal(phone.inbox.at(-1)?.text, 'jawaban tetap sampai');
});

t.test('the daily cap of new people holds exactly, and tomorrow is another day', async (t) => {
  const world = await whatsAppWorld(t, { settings: { coldDailyStart: 2, coldDailyMax: 2 } });
  await world.paired();
  const ids: string[] = [];
  for (let n = 1; n <= 4; n += 1) {
    world.fake.phone(`62813000001${n}0`);
    ids.push(await writesFirst(world, `+62813000001${n}0`, 'halo'));
  }
  await eventually('two to leave and two to wait', async () => {
    const now = await Promise.all(ids.map((id) => world.statusOf(id)));
    return now.filter((row) => row.status === 'delivered' || row.status === 'sent').length === 2
      && now.filter((row) => row.reason_code === 'COLD_CAP_REACHED').length === 2;
  }, 30_000);
  const [row] = await world.work.db.dynamic<{ cold: number; due: Date }>(`select d.cold,
    (select min(due_at) from messages where status = 'queued') as due from channel_days d`);
  t.equal(row?.cold, 2);
  t.ok((row?.due.getTime() ?? 0) > Date.now(), 'the others wait for tomorrow');
});

t.test('a number that is not on WhatsApp is refused before anything leaves', async (t) => {
  const world = await whatsAppWorld(t);
  await world.paired();
  world.fake.absent('6281399999999');
  const cold = await writesFirst(world, '+6281399999999', 'halo');
  await world.until(cold, 'failed', 20_000);
  t.equal((await world.statusOf(cold)).reason_code, 'NOT_ON_WHATSAPP');
});

t.test('a phone that asks for a message again gets the same message', async (t) => {
  const world = await whatsAppWorld(t);
  await world.paired();
  const phone = await talking(world);
  const reply = await world.reply('ulang');
  await world.until(reply, 'delivered', 20_000);
  const { provider_message_id: id } = await world.statusOf(reply);
  await phone.asksAgain(world.number, id ?? '');
  await eventually('the second copy', () => phone.inbox.length === 2, 20_000);
  t.same(phone.inbox.map((one) => [one.id, one.text]), [[id, 'ulang'], [id, 'ulang']]);
});

t.test('RF03 RF30 kill -9 of the child while replies leave: none twice, none silently lost', async (t) => {
  const world = await whatsAppWorld(t);
  const node = await world.paired();
  const phone = await talking(world);
  const replies: string[] = [];
  for (let n = 0; n < 12; n += 1) {
    replies.push(await world.reply(`jawaban ${n}`));
    if (n === 5) {
      const target = await node.hosts.forAccount(world.world.accountId);
      const pid = target && childOf(target.host);
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
    }
  }
  await eventually('every reply to have ended', async () => {
    const now = await Promise.all(replies.map((id) => world.statusOf(id)));
    return now.every(({ status }) => ['sent', 'delivered', 'unknown', 'failed'].includes(status));
  }, 90_000);
  const copies = new Map<string, number>();
  for (const { text } of phone.inbox) copies.set(text ?? '', (copies.get(text ?? '') ?? 0) + 1);
  t.same([...copies.values()].filter((n) => n > 1), [], 'none twice');
  for (const [n, id] of replies.entries()) {
    const { status } = await world.statusOf(id);
    if (status === 'sent' || status === 'delivered') t.equal(copies.get(`jawaban ${n}`), 1, `jawaban ${n} has arrived`);
  }
});

t.test('the customer learns that an agent read what they wrote, unless the account keeps it to itself', async (t) => {
  const world = await whatsAppWorld(t);
  const node = await world.paired();
  const phone = await talking(world);
  const [row] = await world.rows();
  const target = await node.hosts.forAccount(world.world.accountId);
  const tell = (): void => {
    if (target !== undefined) target.channel.changed?.(target.host,
      { handle: `+${CUSTOMER}`, threadKey: '', type: 'interaction.read' });
  };
  tell();
  const isRead = (): boolean => phone.receipts.some(({ id, type }) => id === row?.provider_message_id
    && type === 'read');
  await eventually('the blue ticks', isRead, 10_000);
  tell();
  await phone.says(world.number, 'penanda');
  await eventually('the marker', async () => (await world.texts()).length === 2);
  t.equal(phone.receipts.filter(({ type }) => type === 'read').length, 1, 'told once');
});

t.test('at a person\'s pace: typing shows before each message, and chats are a second apart or more', async (t) => {
  const world = await whatsAppWorld(t, { settings: { pace: true } });
  await world.paired();
  const phones = ['6281300000501', '6281300000502', '6281300000503'].map((pn) => world.fake.phone(pn));
  for (const phone of phones) await phone.says(world.number, 'halo');
  await eventually('three messages', async () => (await world.texts()).length === 3, 20_000);
  const [agent] = world.world.agents;
  const threads = await world.work.db.dynamic<{ id: string }>('select id from conversations');
  await world.work.db.dynamic(`update interactions set agent_id = $1, team_id = $2, state = 'PICKED_UP',
    accepted_at = app_now()`, [agent?.id, agent?.teamId]);
  const text = 'Selamat pagi, kami bantu cek dahulu.';
  for (const { id } of threads) {
    if (agent !== undefined) await queueReply(world.work, { user: agent, conversationId: id, clientId: newId(), text });
  }
  await eventually('three replies', () => phones.every(({ inbox }) => inbox.length === 1), 40_000);
  const at = phones.map(({ inbox }) => inbox[0]?.at ?? 0).toSorted((a, b) => a - b);
  const apart = at.slice(1).map((each, n) => each - (at[n] ?? 0));
  t.ok(apart.every((ms) => ms >= 1_000 + text.length * 30 - 50), `${apart.join()} ms apart`);
  t.equal(world.number.presence.filter((state) => state === 'composing').length, 3);
});
