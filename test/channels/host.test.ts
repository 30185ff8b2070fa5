/** What the house gives to channels: leases, cursors, secrets, health, egress, accounts that follow the database. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { newId } from '#domain/ids.ts';
import { withLease } from '#gateway/channel-lease.ts';
import { createEgress } from '#gateway/egress.ts';
import { eventually } from '#test/support/harness.ts';
import { chatServer } from './chat-server.ts';
import { channelWorld } from './support.ts';

t.test('INV6 one holder at a time; the fence rises; a taken lease stops its former holder', async (t) => {
  const { work } = await channelWorld(t, { channel: 'generic' });
  const options = { name: 'uji', nodeId: newId(), leaseMs: 3_000 };
  const until = async (): Promise<number> =>
    (await work.db.dynamic<{ expires_at: Date }>('select expires_at from leases'))[0]?.expires_at.getTime() ?? 0;
  const fences: bigint[] = [];
  let entered = false;
  const first = withLease(work, options, async (signal, fence) => {
    fences.push(fence);
    entered = true;
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve());
    });
  });
  await eventually('the first to enter', () => entered);
  const other = async (): Promise<string> =>
    withLease(work, { ...options, nodeId: newId() }, async (_signal, fence) => void fences.push(fence));
  t.equal(await other(), 'held-elsewhere');
  const begun = await until();
  await eventually('the renewal', async () => (await until()) > begun);
  t.equal(await other(), 'held-elsewhere');
  await work.db.dynamic(`update leases set holder = 'other', fence = fence + 1`);
  t.equal(await first, 'done', 'the signal ended it');
  await work.db.dynamic(`update leases set expires_at = app_now()`);
  t.equal(await other(), 'done');
  t.equal(fences.length, 2);
  t.ok((fences[1] ?? 0n) > (fences[0] ?? 0n));
});

t.test("cursors and secrets are the account's own; a missing secret is asked for again", async (t) => {
  const { target, secrets, world } = await channelWorld(t, { channel: 'generic' });
  const { host } = target;
  t.equal(await host.cursor.get('offset'), undefined);
  await host.cursor.put('offset', '7');
  await host.cursor.put('offset', '8');
  t.equal(await host.cursor.get('offset'), '8');
  t.equal(await host.secrets.get('secret'), undefined);
  const owner = { organisationId: world.organisationId, ownerKind: 'channel-account', ownerId: world.accountId };
  await secrets.put(owner, { secret: 'dari node lain' });
  await eventually("another node's secret", async () => (await host.secrets.get('secret')) === 'dari node lain');
  await host.secrets.put({ secret: null, other: 'x' });
  t.same([await host.secrets.get('secret'), await host.secrets.get('other')], [undefined, 'x']);
});

t.test('health is journalled when it changes, not each time it is told', async (t) => {
  const { target, work } = await channelWorld(t, { channel: 'generic' });
  const told = async (): Promise<unknown[]> =>
    work.db.dynamic(
      `select data->>'state' as state from journal where type = 'channel-account.health-changed' order by id`,
    );
  target.host.health('NEEDS_ATTENTION', 'LOGGED_OUT');
  await eventually('first', async () => (await told()).length === 1);
  target.host.health('NEEDS_ATTENTION', 'LOGGED_OUT');
  target.host.health('CONNECTED');
  await eventually('second', async () => (await told()).length === 2);
  t.same(await told(), [{ state: 'NEEDS_ATTENTION' }, { state: 'CONNECTED' }]);
  const words = [['CONNECTING', 'UNREACHABLE'], ['CONNECTING', 'UNREACHABLE'], ['CONNECTED'], ['CONNECTED']] as const;
  for (const [state, reason] of words) target.host.health(state, reason);
  await eventually('lost and found, though it is active all the time', async () => (await told()).length === 4);
  target.host.health('NEEDS_ATTENTION', 'SECRET_MISSING');
  await eventually('the last', async () => (await told()).length === 5);
  t.same((await told()).slice(2), [{ state: 'CONNECTING' }, { state: 'CONNECTED' }, { state: 'NEEDS_ATTENTION' }]);
});

t.test('accounts come, change and go with the database, without a restart', async (t) => {
  const { hosts, work, world } = await channelWorld(t, { channel: 'generic' });
  t.equal((await hosts.byKey('generic', world.accountKey))?.account.name, 'Akun Uji');
  t.equal(await hosts.byKey('live-chat', world.accountKey), undefined);
  t.equal(await hosts.withPage(world.accountKey), undefined, 'the generic channel has no page');
  await work.db.dynamic(`update channel_accounts set name = 'Baru', version = version + 1`);
  await eventually(
    'the new name',
    async () => (await hosts.byKey('generic', world.accountKey))?.account.name === 'Baru',
  );
  await work.db.dynamic(`update channel_accounts set status = 'DISABLED', version = version + 1`);
  await eventually('gone', async () => (await hosts.forAccount(world.accountId)) === undefined);
});

t.test('RS10 egress: only what is listed, by name or network; the judged address is the one called', async (t) => {
  const server = http.createServer((_request, response) => {
    response.end('x'.repeat(300_000));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const init = { method: 'GET', headers: {}, timeoutMs: 2_000 };
  const reach = async (allowed: string[], url: string): Promise<unknown> =>
    createEgress(allowed)
      .fetch(url, init)
      .then(
        (answer) => answer.status,
        (error: { reasonCode?: string }) => error.reasonCode,
      );
  t.equal(await reach(['127.0.0.0/8'], `http://127.0.0.1:${port}/`), 200);
  t.equal(await reach(['localhost', '127.0.0.1'], `http://localhost:${port}/`), 200);
  t.equal(await reach([], `http://127.0.0.1:${port}/`), 'EGRESS_NOT_ALLOWED');
  t.equal(
    await reach(['10.0.0.0/8'], `http://2130706433:${port}/`),
    'EGRESS_NOT_ALLOWED',
    'a decimal address is an address',
  );
  t.equal(await reach(['10.0.0.0/8'], `http://[::ffff:127.0.0.1]:${port}/`), 'EGRESS_NOT_ALLOWED');
  t.equal(await reach(['169.254.169.254.nip'], 'http://169.254.169.254/'), 'EGRESS_NOT_ALLOWED');
  t.equal(await reach(['127.0.0.1'], 'file:///etc/passwd'), 'URL_NOT_HTTP');
  t.equal(await reach(['127.0.0.1'], `http://a:b@127.0.0.1:${port}/`), 'URL_WITH_CREDENTIALS');
  const { body } = await createEgress(['127.0.0.1']).fetch(`http://127.0.0.1:${port}/`, init);
  t.ok(body.length <= 262_144, 'an endless answer is cut');
});

t.test('a signed hook comes in over HTTP as the documentation shows, and its duplicate is none', async (t) => {
  const { createHmac } = await import('node:crypto');
  const server = await chatServer(t, { channel: 'generic', secrets: { secret: 'kunci' } });
  const body = JSON.stringify({ type: 'message', id: 'm-1', from: { id: 'c-1', name: 'Rina' }, text: 'Halo' });
  const post = async (secret: string): Promise<{ status: number; answer: unknown }> => {
    const seconds = Math.floor(Date.now() / 1_000);
    const signature = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
    const answer = await fetch(`${server.url}/hooks/generic/${server.world.accountKey}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', 'sambung-signature': `t=${seconds},v1=${signature}` },
    });
    return { status: answer.status, answer: await answer.json() };
  };
  t.match(await post('kunci'), { status: 200, answer: { stored: 1, duplicates: 0, quarantined: 0 } });
  t.match(await post('kunci'), { status: 200, answer: { stored: 0, duplicates: 1, quarantined: 0 } });
  t.match(await post('salah'), { status: 401, answer: { code: 'SIGNATURE_WRONG' } });
});
