/** Live chat over a real socket: from a stranger's first word to the rating, with everything that breaks between. */
import { createHmac } from 'node:crypto';
import t from 'tap';
import { liveChat } from '#channels/live-chat/adapter.ts';
import { setClockOffsetMs } from '#domain/clock.ts';
import { newId } from '#domain/ids.ts';
import { issueToken, readToken } from '#channels/live-chat/token.ts';
import { limits } from '#domain/limits.ts';
import { TYPING } from '#agent-desk/server/looking.ts';
import { closeInteraction, documentInteraction } from '#routing/wrap-up.ts';
import { eventually } from '#test/support/harness.ts';
import { chatServer } from './chat-server.ts';
import { agentSays, conversationId, outbound, say, taken } from './chat-talk.ts';
import { declarations } from './contract.ts';

t.setTimeout(180_000);

declarations(t, liveChat);

t.test('a stranger writes, an agent answers, both read it, the agent closes, the customer rates', async (t) => {
  const server = await chatServer(t);
  outbound(t, server);
  const customer = server.customer();
  const hello = await customer.greeted();
  t.match(hello, {
    identity: null,
    reset: true,
    page: { messages: [], more: false },
    state: { interactionId: null, open: false },
  });
  t.equal(hello.settings.title.id, 'Layanan Nasabah');

  await say(customer, 'Selamat pagi');
  await eventually('the place in the queue', () => customer.state?.waiting?.position === 1);
  t.match(customer.state, { open: true, waiting: { position: 1, minutes: 2 }, agentName: null });
  const interactionId = await taken(server);
  await eventually(
    'the agent by name',
    () => customer.state?.agentName === 'Pengguna 10001' && customer.state.waiting === null,
  );

  const messageId = await agentSays(server, 'Selamat pagi, ada yang bisa dibantu?');
  const pushed = await eventually('the answer', () =>
    [...customer.messages.values()].find((message) => message.from === 'agent'),
  );
  t.match(pushed, { id: messageId, text: 'Selamat pagi, ada yang bisa dibantu?', author: 'Pengguna 10001' });
  t.match(await customer.ask('chat:seen', { delivered: pushed.seq, read: 0 }), { ok: true });
  const statusOf = async (): Promise<string | undefined> =>
    (await server.work.db.dynamic<{ status: string }>('select status from messages where id = $1', [messageId]))[0]
      ?.status;
  await eventually('delivered', async () => (await statusOf()) === 'delivered');
  t.match(await customer.ask('chat:seen', { delivered: pushed.seq, read: pushed.seq }), { ok: true });
  await eventually('read', async () => (await statusOf()) === 'read');

  const [user] = server.world.agents;
  if (user === undefined) throw new Error('no agent');
  await documentInteraction(server.work, {
    user,
    interactionId,
    form: {
      categoryId: server.world.categoryIds.INFORMASI,
      outcomeCode: 'SELESAI',
      summary: 'Ditanya dan dijawab',
      crossSellingOffered: false,
    },
  });
  await closeInteraction(server.work, { user, interactionId });
  await eventually('the end', () => customer.state?.rateable === true && !customer.state.open);
  t.match(await customer.ask('chat:rate', { score: 6 }), { ok: false, code: 'VALIDATION_FAILED' });
  t.match(await customer.ask('chat:rate', { score: 4, comment: 'Cepat' }), { ok: true });
  await eventually('the rating is known', () => customer.state?.rateable === false);
  await customer.ask('chat:rate', { score: 1 });
  t.match(await server.work.db.dynamic('select csat_score, csat_comment from interactions'), [
    { csat_score: 4, csat_comment: 'Cepat' },
  ]);
});

t.test('INV3 a message sent twice is one; what an interrupted browser sends again is one too', async (t) => {
  const server = await chatServer(t);
  const first = server.customer();
  const { token } = await first.greeted();
  const clientId = newId();
  const message = { clientId, text: 'sekali saja', fileIds: [] };
  const [one, two] = await Promise.all([first.ask('message:send', message), first.ask('message:send', message)]);
  t.ok(one.ok && two.ok);
  first.socket.disconnect();
  const second = server.customer({ token });
  await second.greeted();
  t.match(await second.ask('message:send', message), { ok: true });
  t.same(second.texts(), ['sekali saja']);
  t.equal([...second.messages.values()][0]?.clientId, clientId, 'the widget knows its own word again');
  t.same(await server.work.db.dynamic('select count(*)::int as n from messages'), [{ n: 1 }]);
});

t.test('history after a reload, and only what is missing after a break; pages backwards', async (t) => {
  const server = await chatServer(t);
  const first = server.customer();
  const { token } = await first.greeted();
  for (let n = 1; n <= 8; n += 1) await say(first, `pesan ${n}`);
  await eventually('all eight', () => first.messages.size === 8);
  first.socket.disconnect();
  for (const [from, to] of [
    [9, 40],
    [41, 70],
  ] as const) {
    const other = server.customer({ token });
    await other.greeted();
    for (let n = from; n <= to; n += 1) await say(other, `pesan ${n}`);
    other.socket.disconnect();
  }
  const back = server.customer({ token, after: 8 });
  const hello = await back.greeted();
  t.equal(hello.reset, false);
  await eventually('up to the newest', () => back.texts().at(-1) === 'pesan 70');
  t.same(
    back.texts().slice(-62),
    Array.from({ length: 62 }, (_, n) => `pesan ${n + 9}`),
    'nothing missing, in order',
  );
  const fresh = server.customer({ token });
  t.match(await fresh.greeted(), { reset: true, page: { more: true } });
  t.equal(fresh.messages.size, 50);
  const page = await fresh.ask('chat:before', { before: 21 });
  t.ok(page.ok && page.data.messages.length === 20 && page.data.messages[0]?.text === 'pesan 1' && !page.data.more);
  const ahead = server.customer({ token, after: 900 });
  t.match(await ahead.greeted(), { reset: true }, 'a browser that knows more than the house starts anew');
});

t.test('a torn, foreign, forged or expired token begins a new chat and shows nothing of another', async (t) => {
  const server = await chatServer(t, { secrets: { visitorSecret: 'rahasia-pengunjung' } });
  const first = server.customer();
  const { token } = await first.greeted();
  await say(first, 'rahasia saya');
  const { accountId } = server.world;
  t.match(readToken(token, accountId, 'rahasia-pengunjung'), { handle: /^visitor:/ });
  const [payload = '', signature = ''] = token.split('.');
  const forged = Buffer.from(JSON.stringify({ h: 'visitor:x', e: 9e15 })).toString('base64url');
  const bad = [
    `${payload}.`,
    `${forged}.${signature}`,
    issueToken('visitor:x', newId(), 'rahasia-pengunjung'),
    'x',
    `${token}.x`,
    issueToken('user:7', accountId, 'rahasia-pengunjung'),
    'a'.repeat(5_000),
  ];
  for (const one of bad) {
    const stranger = server.customer({ token: one });
    t.match(await stranger.greeted(), { page: { messages: [] }, state: { interactionId: null } });
    stranger.socket.disconnect();
  }
  setClockOffsetMs((limits.visitorTokenDays + 1) * 86_400_000);
  t.teardown(() => setClockOffsetMs(0));
  t.equal(readToken(token, accountId, 'rahasia-pengunjung'), undefined, 'its time is over');
});

t.test(
  'a host site signs for its user: the same thread on any device; a wrong signature counts for nothing',
  async (t) => {
    const server = await chatServer(t, { secrets: { identitySecret: 'situs' } });
    const hash = createHmac('sha256', 'situs').update('nasabah-7').digest('hex');
    const identity = { userId: 'nasabah-7', hash, name: 'Dewi Lestari', phone: '0812 0000 777' };
    const phone = server.customer({ identity });
    t.equal((await phone.greeted()).identity, 'verified');
    await say(phone, 'dari telepon');
    const laptop = server.customer({ identity });
    await laptop.greeted();
    t.same(laptop.texts(), ['dari telepon']);
    t.match(
      await server.work.db.dynamic(
        'select p.handle, p.phone, c.name from contact_points p join contacts c on c.id = p.contact_id',
      ),
      [{ handle: 'user:nasabah-7', phone: '+628120000777', name: 'Dewi Lestari' }],
    );
    const liar = server.customer({
      identity: { ...identity, hash: hash.replace(/^./, hash.startsWith('0') ? '1' : '0') },
    });
    t.match(await liar.greeted(), { identity: 'refused', page: { messages: [] } });
  },
);

t.test('the pre-chat form is asked as the settings say, and once', async (t) => {
  const server = await chatServer(t, {
    settings: { formName: 'required', formPhone: 'optional', formTopic: 'optional', topics: 'Gadai, Cicilan' },
  });
  const customer = server.customer();
  const { settings } = await customer.greeted();
  t.same(
    [settings.form, settings.topics],
    [{ name: 'required', phone: 'optional', email: 'off', topic: 'optional' }, ['Gadai', 'Cicilan']],
  );
  const send = (form: unknown): Promise<unknown> =>
    customer.ask('message:send', { clientId: newId(), text: 'halo', fileIds: [], form });
  t.match(await send(undefined), { ok: false, code: 'VALIDATION_FAILED', details: { fields: ['name'] } });
  t.match(await send({ name: 'Rudi', phone: '12' }), {
    ok: false,
    code: 'VALIDATION_FAILED',
    details: { field: 'phone' },
  });
  t.match(await send({ name: 'Rudi', phone: '0812-3456-789', topic: 'Gadai' }), { ok: true });
  await eventually('the thread', () => customer.state?.open === true);
  t.match(await send(undefined), { ok: true }, 'later messages need it no more');
  t.match(
    await server.work.db.dynamic('select c.name, p.phone from contact_points p join contacts c on c.id = p.contact_id'),
    [{ name: 'Rudi', phone: '+628123456789' }],
  );
});

t.test('the customer ends the chat; what nobody had answered is not asked to be rated', async (t) => {
  const server = await chatServer(t);
  const customer = server.customer();
  await customer.greeted();
  t.match(await customer.ask('chat:end', {}), { ok: false, code: 'STATE_CONFLICT' });
  await say(customer, 'tidak jadi');
  await eventually('open', () => customer.state?.open === true);
  t.match(await customer.ask('chat:end', {}), { ok: true });
  await eventually('over', () => customer.state?.open === false);
  t.equal(customer.state?.rateable, false);
  await say(customer, 'ada lagi');
  await eventually('a new one', () => customer.state?.open === true);
});

t.test('who types is told both ways, by ids only', async (t) => {
  const server = await chatServer(t);
  const customer = server.customer();
  await customer.greeted();
  await say(customer, 'halo');
  await eventually('a thread', () => customer.state?.open === true);
  const told: unknown[] = [];
  server.bus.subscribe(TYPING, (payload) => {
    told.push(payload);
  });
  await customer.ask('chat:typing', { typing: true });
  const id = await conversationId(server);
  await eventually('the desk hears it', () => told.length > 0);
  t.same(told[0], {
    organisationId: server.world.organisationId,
    conversationId: id,
    by: 'customer',
    userId: null,
    typing: true,
  });
  server.bus.publish(TYPING, {
    organisationId: server.world.organisationId,
    conversationId: id,
    by: 'agent',
    userId: newId(),
    typing: true,
  });
  await eventually('the customer sees it', () => customer.typing);
});

t.test('RS17 a foreign origin is refused, a listed one and our own are not', async (t) => {
  const server = await chatServer(t, { settings: { origins: 'https://www.contoh.co.id' } });
  for (const origin of [
    'https://jahat.example',
    'null',
    'https://www.contoh.co.id.jahat.example',
    'http://www.contoh.co.id',
  ]) {
    const evil = server.customer({ origin });
    await eventually('a refusal', () => evil.refused?.code === 'ORIGIN_REFUSED');
    t.equal(evil.hello, undefined);
  }
  await server.customer({ origin: 'https://www.contoh.co.id' }).greeted();
  await server.customer({ origin: server.url }).greeted();
});

t.test('RS18 nonsense and floods are answered by name, and the server lives', async (t) => {
  const server = await chatServer(t);
  const unknown = server.customer({ account: 'tidak-ada' });
  await eventually('unknown account', () => unknown.refused?.code === 'CHANNEL_ACCOUNT_UNKNOWN');
  const customer = server.customer();
  await customer.greeted();
  for (const payload of [
    null,
    [],
    'x',
    5,
    { clientId: 'x' },
    { clientId: newId(), text: 7 },
    { clientId: newId(), text: '' },
    { clientId: newId(), text: 'a', fileIds: [newId()] },
    { clientId: newId(), text: 'a'.repeat(limits.messageTextChars + 1) },
    { clientId: newId(), text: 'a', fileIds: Array.from({ length: 11 }, newId) },
  ]) {
    t.match(await customer.ask('message:send', payload), { ok: false, code: 'VALIDATION_FAILED' });
  }
  customer.socket.emit('join', 'room', () => undefined);
  const flood = await Promise.all(Array.from({ length: 120 }, () => customer.ask('chat:before', { before: 5 })));
  t.ok(flood.some((answer) => !answer.ok && answer.code === 'TOO_MANY_REQUESTS'));
  await server.customer().greeted();
});

t.test('an account that is disabled ends its chats', async (t) => {
  const server = await chatServer(t);
  const customer = server.customer();
  await customer.greeted();
  await server.work.db.dynamic(`update channel_accounts set status = 'DISABLED', version = version + 1`);
  await server.hosts.reload();
  customer.socket.emit('chat:typing', { typing: true });
  await eventually('told so', () => customer.refused?.code === 'CHANNEL_UNAVAILABLE');
});
