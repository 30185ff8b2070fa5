/** The administration: what it writes, what it journals, and that versions and secrets are kept (RS03, RA10). */
import t from 'tap';
import { isRawCut, type QuarantineFilters } from '#domain/channels/quarantine.ts';
import { newId } from '#domain/ids.ts';
import { dedupHash } from '#routing/intake-threads.ts';
import { adminWorld, type AdminWorld } from '#test/support/admin-world.ts';

t.setTimeout(120_000);

t.test('users are made with an invitation shown once, changed under If-Match, and journalled', async (t) => {
  const place = await adminWorld(t);
  const { api, world, work } = place;
  const admin = await api.as(world.administrator);
  const roles = (await admin.get('/api/roles')).body.items as { id: string; code: string }[];
  const agentRole = roles.find((role) => role.code === 'AGENT')?.id;
  const body = { npk: '10999', name: 'Sari Wulan', siteId: world.siteId, teamId: world.teamId,
    roles: [{ roleId: agentRole, scopeKind: 'self', scopeId: null }] };
  const key = { 'idempotency-key': 'buat-pengguna-1' };
  const made = await admin.call('POST', '/api/users', body, key);
  t.equal(made.status, 201);
  t.match(made.body.link, { kind: 'INVITE', path: /^\/join#[\w-]{43}$/ });
  t.equal(made.body.passwordSet, false);
  t.same(made.body.roles, [{ roleId: agentRole, code: 'AGENT', scopeKind: 'self', scopeId: null }]);
  const again = await admin.call('POST', '/api/users', body, key);
  t.equal(again.status, 201);
  t.equal(again.body.id, made.body.id, 'the same key makes it once');
  t.equal(again.body.link, undefined, 'the invitation is not kept');
  t.equal((await admin.call('POST', '/api/users', { ...body, name: 'Lain' }, key)).body.code, 'IDEMPOTENCY_MISMATCH');
  t.match((await admin.call('POST', '/api/users', body)).body, { code: 'ALREADY_EXISTS', details: { field: 'npk' } });
  const path = `/api/users/${made.body.id}`;
  t.equal((await admin.call('PATCH', path, { name: 'Sari' })).body.code, 'PRECONDITION_REQUIRED');
  t.equal((await admin.call('PATCH', path, { name: 'Sari' }, { 'if-match': '7' })).body.code, 'VERSION_CONFLICT');
  const changed = await admin.call('PATCH', path, { name: 'Sari Ayu' }, { 'if-match': `"${made.body.version}"` });
  t.equal(changed.status, 200);
  t.equal(changed.body.name, 'Sari Ayu');
  t.equal(changed.body.version, made.body.version + 1);
  const signIn = await api.stranger.call('POST', '/api/join', { token: made.body.link.path.slice(6),
    password: 'kuda-nil-terbang-7' });
  t.equal(signIn.status, 200);
  const journal = await work.db.dynamic('select type, data from journal where subject_id = $1 order by id',
    [made.body.id]);
  t.same(journal, [{ type: 'user.created', data: null },
    { type: 'user.link-made', data: { kind: 'INVITE' } }, { type: 'user.updated', data: { changed: ['name'] } },
    { type: 'user.password-changed', data: { by: 'INVITE' } }, { type: 'user.signed-in', data: null }]);
  t.equal((await api.stranger.call('POST', '/api/session', { npk: '10999', password: 'kuda-nil-terbang-7' })).status,
    200);
  t.equal((await admin.get('/api/users?q=Sari')).body.items.length, 1);
  t.equal((await admin.get('/api/users?q=%25')).body.items.length, 0, 'RS20 a percent sign means itself');
  const pages = await admin.get('/api/users?limit=2');
  t.equal(pages.body.items.length, 2);
  const rest = await admin.get(`/api/users?limit=200&cursor=${pages.body.nextCursor}`);
  t.equal(rest.body.items.length, 4);
});

t.test('queues, skills, categories, reasons, sites, teams and seats are made, changed and listed', async (t) => {
  const { api, world, work } = await adminWorld(t);
  const manager = await api.as(world.administrator);
  const skill = await manager.call('POST', '/api/skills', { code: 'EMAS', name: 'Tabungan emas' });
  t.equal(skill.status, 201);
  const agent = world.agents[0]!;
  const queue = await manager.call('POST', '/api/queues', { code: 'BARU', name: 'Antrean baru', tier: 1,
    skillIds: [skill.body.id], memberIds: [agent.id] });
  t.equal(queue.status, 201);
  t.same(queue.body.memberIds, [agent.id]);
  const desk = await api.as(agent);
  t.ok((await desk.get('/api/session')).body.user.queueIds.includes(queue.body.id));
  const emptied = await manager.call('PATCH', `/api/queues/${queue.body.id}`, { memberIds: [], priority: 3 },
    { 'if-match': '1' });
  t.equal(emptied.status, 200);
  t.match(emptied.body, { memberIds: [], priority: 3, version: 2 });
  const onlyLinks = await manager.call('PATCH', `/api/queues/${queue.body.id}`, { skillIds: [] }, { 'if-match': '2' });
  t.match(onlyLinks.body, { skillIds: [], version: 3 });
  const category = await manager.call('POST', '/api/categories', { code: 'PENGADUAN_X', nameId: 'X', nameEn: 'X',
    parentId: world.categoryIds.PENGADUAN });
  t.equal(category.status, 201);
  const wrong = await manager.call('PATCH', `/api/categories/${category.body.id}`,
    { targetIdealS: 90, targetMaxS: 60 }, { 'if-match': '1' });
  t.same(wrong.body.details.issues, [{ path: 'targetIdealS', code: 'above_max' }]);
  t.equal((await manager.call('POST', '/api/reasons', { kind: 'BREAK', code: 'IBADAH', labelId: 'Ibadah',
    labelEn: 'Prayer' })).status, 201);
  t.equal((await manager.get('/api/reasons?kind=BREAK')).body.items.length, 2);
  const site = await manager.call('POST', '/api/sites', { code: 'YGY', name: 'Yogyakarta', timeZone: 'Asia/Jakarta' });
  t.equal(site.status, 201);
  t.equal((await manager.call('POST', '/api/sites', { code: 'ZZZ', name: 'Zona', timeZone: 'Asia/Nowhere' })).status,
    400);
  t.equal((await manager.call('POST', '/api/teams', { siteId: site.body.id, name: 'Tim Yogya' })).status, 201);
  t.equal((await manager.call('POST', '/api/seats', { siteId: site.body.id, application: 'OMNI',
    label: 'YGY-OMNI-1' })).status, 201);
  const types = await work.db.dynamic<{ type: string }>('select type from journal order by id');
  t.same(types.map((row) => row.type), ['skill.created', 'queue.created', 'queue.updated', 'queue.updated',
    'configuration.created',
    'configuration.created', 'configuration.created', 'configuration.created', 'configuration.created']);
});

t.test('two changes of one version: one wins, the other is told', async (t) => {
  const { api, world } = await adminWorld(t);
  const admin = await api.as(world.administrator);
  const path = `/api/users/${world.agents[0]!.id}`;
  const answers = await Promise.all(['Satu', 'Dua', 'Tiga'].map((name) => admin.call('PATCH', path, { name },
    { 'if-match': '1' })));
  t.same(answers.map((one) => one.status).sort(), [200, 409, 409]);
  t.ok(answers.filter((one) => one.status === 409).every((one) => one.body.code === 'VERSION_CONFLICT'));
});

t.test('RS03 secrets of channel accounts go in and never come out; generated ones are shown once', async (t) => {
  const { api, world, work, secrets } = await adminWorld(t);
  const admin = await api.as(world.administrator);
  const canary = 'kenari-rahasia-0123456789';
  const made = await admin.call('POST', '/api/channel-accounts', {
    channel: 'generic', key: 'mitra', name: 'Mitra', queueId: world.queueId,
      settings: { callbackUrl: 'https://mitra.example/cb' },
    secrets: { previousSecret: canary },
  }, { 'idempotency-key': 'akun-mitra-1' });
  t.equal(made.status, 201);
  t.equal(Buffer.from(made.body.generated.secret, 'base64url').length, 32);
  t.match(made.body.secrets, { secret: { set: true, last4: made.body.generated.secret.slice(-4) },
    previousSecret: { set: true, last4: '6789' } });
  const path = `/api/channel-accounts/${made.body.id}`;
  const read = await admin.get(path);
  t.equal(read.body.generated, undefined);
  t.notOk(JSON.stringify(read.body).includes(made.body.generated.secret));
  t.notOk(JSON.stringify((await admin.get('/api/channel-accounts')).body).includes(canary));
  t.equal(await secrets.get({ organisationId: world.organisationId, ownerKind: 'channel-account',
    ownerId: made.body.id }, 'previousSecret'), canary);
  const anew = await admin.call('PATCH', path, { regenerate: ['secret'], secrets: { previousSecret: null } },
    { 'if-match': '1' });
  t.equal(anew.status, 200);
  t.not(anew.body.generated.secret, made.body.generated.secret);
  t.equal(anew.body.secrets.previousSecret, undefined);
  t.equal(anew.body.version, 2);
  const bad: [object, string][] = [[{ settings: { callbackUrl: 'ftp://x' } }, 'settings.callbackUrl'],
    [{ settings: { apapun: '1' } }, 'settings.apapun'],
    [{ settings: { secret: 'x' } }, 'settings.secret'], [{ secrets: { lain: 'x' } }, 'secrets.lain']];
  for (const [body, field] of bad) {
    const answer = await admin.call('PATCH', path, body, { 'if-match': '2' });
    t.equal(answer.body.details?.issues[0].path, field);
  }
  const everything = await work.db.dynamic<{ text: string }>(`select coalesce(string_agg(x, ' '), '') as text from (
    select j::text as x from journal j union all select i::text from idempotency_keys i
    union all select a::text from channel_accounts a) all_rows`);
  for (const secret of [canary, made.body.generated.secret,
    anew.body.generated.secret]) t.notOk(everything[0]?.text.includes(secret));
  for (const agent of [world.agents[0]!, world.leader]) {
    const browser = await api.as(agent);
    for (const url of [path, '/api/channel-accounts', '/api/channels']) t.equal((await browser.get(url)).status, 403);
  }
});

t.test('RI8 a quarantined event shows its reason and its bytes escaped, and can be replayed once', async (t) => {
  const { api, world, work } = await adminWorld(t);
  const admin = await api.as(world.administrator);
  const raw = Buffer.from(JSON.stringify({ type: 'message', id: 'm1', from: { id: 'u1' }, text: 'halo \u202e\u0007' }));
  const id = '0190a000-0000-7000-8000-000000000001';
  await work.db.dynamic(`insert into inbound_events (id, organisation_id, channel_account_id, dedup_hash, kind, raw,
    received_at, state, reason_code)
    values ($1, $2, $3, '\\x01', 'message', $4, app_now(), 'QUARANTINED',
      'SQL_22P05')`, [id, world.organisationId, world.accountId, raw]);
  const list = await admin.get('/api/quarantine');
  t.match(list.body.items, [{ id, reasonCode: 'SQL_22P05', state: 'QUARANTINED', rawTotalBytes: raw.length }]);
  const one = await admin.get(`/api/quarantine/${id}`);
  t.match(one.body.raw, '\\u{202e}');
  t.notOk(one.body.raw.includes('\u202e'));
  const replay = await admin.call('POST', `/api/quarantine/${id}/replay`);
  t.equal(replay.status, 200, JSON.stringify(replay.body));
  t.match(await work.db.dynamic('select inbound_event_id, body from messages'), [{ inbound_event_id: id,
    body: /^halo/ }]);
  t.equal((await admin.call('POST', `/api/quarantine/${id}/replay`)).body.code, 'STATE_CONFLICT', 'once');
  t.equal((await (await api.as(world.agents[0]!)).get('/api/quarantine')).status, 403);
  t.same(await work.db.dynamic(`select type, data from journal where type = 'event.replayed'`),
    [{ type: 'event.replayed', data: { result: 'stored' } }]);
});

async function quarantined({ work, world }: AdminWorld, raw: Buffer, hash: string): Promise<string> {
  const id = newId();
  await work.db.dynamic(`insert into inbound_events (id, organisation_id, channel_account_id, dedup_hash, kind, raw,
    received_at, state, reason_code)
    values ($1, $2, $3, decode($4, 'hex'), 'unreadable', $5, app_now(), 'QUARANTINED', 'SQL_22P05')`,
    [id, world.organisationId, world.accountId, hash, raw]);
  return id;
}

t.test('RI8 a replay goes the way of a fresh delivery: with its files, in its place, and all that came along',
  async (t) => {
    const place = await adminWorld(t);
    const { api, world, work } = place;
    await work.db.dynamic(`update channel_accounts set channel = 'telegram' where id = $1`, [world.accountId]);
    const admin = await api.as(world.administrator);
    const said = (message: object) => ({ date: 1_799_999_990, chat: { id: 7001, type: 'private' },
      from: { id: 7001, first_name: 'R' }, ...message });
    const replay = async (update: object, hash = '01'): Promise<unknown> => {
      const id = await quarantined(place, Buffer.from(JSON.stringify({ update_id: 1, ...update })), hash);
      return (await admin.call('POST', `/api/quarantine/${id}/replay`)).body.outcome;
    };
    t.equal(await replay({ message: said({ message_id: 1, caption: 'struk', photo: [{ file_id: 'berkas', width: 9,
      height: 9 }] }) }), 'stored');
    t.match(await work.db.dynamic('select ref, state from remote_files'), [{ ref: 'berkas', state: 'WAITING' }]);
    t.equal(await replay({ edited_message: said({ message_id: 2, text: 'jam 4', edit_date: 1_799_999_995 }) }, '02'),
      'stored');
    const contact = { phone_number: '6281200000567', first_name: 'R', user_id: 7001 };
    const hash = dedupHash({ kind: 'profile', dedupKey: 'p:7001:3', raw: Buffer.from(''), handle: '7001' });
    t.equal(await replay({ message: said({ message_id: 3, contact }) }, hash), 'stored');
    t.same((await work.db.dynamic<{ body: string | null; provider_message_id: string }>(`select body,
      provider_message_id from messages order by seq`)).map((row) => [row.provider_message_id, row.body]).slice(0, 2),
      [['7001:1', 'struk'], ['7001:2', 'jam 4']]);
    t.match(await work.db.dynamic('select count(*)::int as n from messages'), [{ n: 3 }], 'each once');
    t.match(await work.db.dynamic('select phone from contact_points'), [{ phone: '+6281200000567' }]);
  });

t.test('RI8 a replay that cannot be finished leaves the event where it was', async (t) => {
  const place = await adminWorld(t);
  const { api, world, work, intake } = place;
  await work.db.dynamic(`update channel_accounts set channel = 'telegram' where id = $1`, [world.accountId]);
  const admin = await api.as(world.administrator);
  const id = await quarantined(place, Buffer.from(JSON.stringify({ update_id: 1, edited_message: { message_id: 5,
    date: 1_799_999_990, edit_date: 1_799_999_995, chat: { id: 7001, type: 'private' },
    from: { id: 7001, first_name: 'R' }, text: 'jam 4' } })), '01');
  await intake.close();
  t.match(await admin.call('POST', `/api/quarantine/${id}/replay`), { status: 503, body: { code: 'SHUTTING_DOWN' } });
  t.match(await work.db.dynamic('select state, resolved_by from inbound_events where id = $1', [id]),
    [{ state: 'QUARANTINED', resolved_by: null }]);
});

t.test('the quarantine is narrowed to an account, and a long original says that it is cut', async (t) => {
  const place = await adminWorld(t);
  const { api, world, foreign } = place;
  const admin = await api.as(world.administrator);
  const [long, short] = [await quarantined(place, Buffer.alloc(20_000, 'x'), '01'),
    await quarantined(place, Buffer.from('y'), '02')];
  const list = (filters: QuarantineFilters) => admin.get(`/api/quarantine?${new URLSearchParams({ ...filters })}`);
  t.equal((await list({ channelAccountId: world.accountId, state: 'QUARANTINED' })).body.items.length, 2);
  t.same((await list({ channelAccountId: foreign.accountId })).body.items, []);
  t.equal(isRawCut((await admin.get(`/api/quarantine/${long}`)).body), true);
  t.equal(isRawCut((await admin.get(`/api/quarantine/${short}`)).body), false);
});

t.test('two active accounts are never the same bot: refused at making, changing and enabling', async (t) => {
  const { api, world } = await adminWorld(t);
  const admin = await api.as(world.administrator);
  const whole = (token: string): string => token.padEnd(48, token.slice(-1));
  const make = (key: string, token: string) => admin.call('POST', '/api/channel-accounts', { channel: 'telegram', key,
    name: `Bot ${key}`, queueId: world.queueId, secrets: { token: whole(token) } });
  const patch = (id: string, version: number, body: object) =>
    admin.call('PATCH', `/api/channel-accounts/${id}`, body, { 'if-match': String(version) });
  const taken = { status: 409, body: { code: 'CHANNEL_IDENTITY_TAKEN', details: { account: 'Bot satu' } } };
  const first = (await make('satu', '700000001:AAA')).body.id;
  t.match(await make('dua', '700000001:BBB'), taken, 'another token of the same bot');
  const second = (await make('dua', '700000002:CCC')).body.id;
  t.match(await patch(second, 1, { secrets: { token: whole('700000001:AAA') } }), taken);
  t.equal((await patch(first, 1, { status: 'DISABLED' })).status, 200);
  t.equal((await patch(second, 1, { secrets: { token: whole('700000001:AAA') } })).status, 200);
  t.match(await patch(first, 2, { status: 'ACTIVE' }), { status: 409, body: { code: 'CHANNEL_IDENTITY_TAKEN' } });
  t.equal((await patch(first, 2, { secrets: { token: whole('700000003:DDD') }, status: 'ACTIVE' })).status, 200);
  const both = await Promise.all([make('tiga', '700000009:EEE'), make('empat', '700000009:EEE')]);
  t.same(both.map((one) => one.status).sort(), [201, 409], 'two who save at once');
});

t.test('opt-outs are registered and withdrawn by those whose customers they concern; handles stay masked',
  async (t) => {
  const { api, world, work } = await adminWorld(t);
  const o = world.organisationId;
  const [contact, point] = ['0190a000-0000-7000-8000-0000000000c1', '0190a000-0000-7000-8000-0000000000c2'];
  await work.db.dynamic(`insert into contacts (id, organisation_id, name) values ($1, $2, 'Budi')`, [contact, o]);
  await work.db.dynamic(`insert into contact_points (id, organisation_id, contact_id, channel, handle) values ($1,
    $2, $3, 'generic', '+628123456789')`,
    [point, o, contact]);
  const leader = await api.as(world.leader);
  const body = { contactPointId: point, purpose: 'ALL', reason: 'Diminta nasabah' };
  t.equal((await leader.call('POST', '/api/opt-outs', body)).status, 404,
    'no interaction of this customer in the site');
  await work.db.dynamic(`update user_roles set scope_kind = 'organisation', scope_id = null where user_id = $1`,
    [world.leader.id]);
  await api.sessions.check();
  await work.db.dynamic('update users set version = version + 1 where id = $1', [world.leader.id]);
  await api.sessions.check();
  const made = await leader.call('POST', '/api/opt-outs', body);
  t.equal(made.status, 201);
  t.equal(made.body.handleMasked, '0812****789');
  t.equal((await leader.call('POST', '/api/opt-outs', body)).body.code, 'ALREADY_EXISTS');
  t.equal((await leader.get('/api/opt-outs?active=true')).body.items.length, 1);
  const withdrawn = await leader.call('POST', `/api/opt-outs/${made.body.id}/withdraw`);
  t.ok(withdrawn.body.withdrawnAt);
  t.equal((await leader.call('POST', `/api/opt-outs/${made.body.id}/withdraw`)).body.code, 'STATE_CONFLICT');
});

t.test('RA08 the audit list shows who did what, newest first, by filter and page', async (t) => {
  const { api, world } = await adminWorld(t);
  const admin = await api.as(world.administrator);
  await admin.call('POST', '/api/skills', { code: 'SATU', name: 'Satu' });
  t.equal((await admin.get('/api/audit?type=skill.created')).body.items.length, 1);
  const user = world.agents[0]!;
  for (const name of ['Satu', 'Dua', 'Tiga']) {
    const version = (await admin.get(`/api/users/${user.id}`)).body.version;
    await admin.call('PATCH', `/api/users/${user.id}`, { name }, { 'if-match': String(version) });
  }
  const first = await admin.get(`/api/audit?subjectId=${user.id}&limit=2`);
  t.equal(first.body.items.length, 2);
  t.match(first.body.items[0], { type: 'user.updated', actorNpk: '90001', subjectName: 'Tiga',
    data: { changed: ['name'] } });
  const rest = await admin.get(`/api/audit?subjectId=${user.id}&limit=2&cursor=${first.body.nextCursor}`);
  t.equal(rest.body.items.length, 1);
  t.equal((await admin.get(`/api/audit?cursor=x`)).status, 400);
});

t.test('what does not look as the channel says is refused with words; its own secret is told to nobody', async (t) => {
  const { api, world } = await adminWorld(t);
  const admin = await api.as(world.administrator);
  const make = (settings: object, token: string) => admin.call('POST', '/api/channel-accounts', { channel: 'telegram',
    key: 'bot-uji', name: 'Bot uji', queueId: world.queueId, settings, secrets: { token } });
  const token = `700000005:${'A'.repeat(35)}`;
  t.match(await make({}, 'bukan token'), { status: 400, body: { code: 'VALIDATION_FAILED',
    details: { issues: [{ path: 'secrets.token', code: 'wrong_form', id: /^Bukan token bot/ }] } } });
  t.match(await make({ commands: 'start: Mulai, tanpa titik dua' }, token), { status: 400,
    body: { details: { issues: [{ path: 'settings.commands', id: /tanpa titik dua/ }] } } });
  const made = await make({ mode: 'webhook' }, token);
  t.equal(made.status, 201);
  t.same([made.body.generated, made.body.secrets.webhookSecret.set], [undefined, true]);
  t.match(await admin.call('PATCH', `/api/channel-accounts/${made.body.id}`, { secrets: { token: 'bukan token' } },
    { 'if-match': '1' }), { status: 400 });
});
