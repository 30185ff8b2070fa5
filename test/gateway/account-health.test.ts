/** The health of a channel account as it is shown, and the test that goes through the account and back. */
import t from 'tap';
import { newId } from '#domain/ids.ts';
import { limits } from '#domain/limits.ts';
import { createIntake, type IntakeAccount } from '#routing/intake.ts';
import { adminWorld, type AdminWorld } from '#test/support/admin-world.ts';
import { eventually } from '#test/support/harness.ts';
import { fakeProvider, startSending } from '#test/support/outbound.ts';
import { moveClock } from '#test/support/routing.ts';

t.setTimeout(120_000);

function accountOf({ world }: AdminWorld): IntakeAccount {
  return { id: world.accountId, organisationId: world.organisationId, channel: 'generic', key: world.accountKey,
    name: 'Akun Uji', address: null, settings: {}, medium: 'MESSAGING' };
}

async function writeIn(place: AdminWorld, text: string, handle = 'penguji'): Promise<void> {
  await createIntake(place.work).receive(accountOf(place), [{ kind: 'message', dedupKey: newId(),
    raw: Buffer.from('{}'), handle, messageKind: 'text', text }]);
}

t.test('a test goes in by the code and out by one answer, however often it is looked at', async (t) => {
  const place = await adminWorld(t);
  const { api, work, world } = place;
  const provider = fakeProvider();
  const sending = startSending(work, provider);
  t.teardown(() => sending.stop());
  const admin = await api.as(world.administrator);
  const home = `/api/channel-accounts/${world.accountId}`;
  const begun = await admin.call('POST', `${home}/tests`);
  t.equal(begun.status, 201);
  t.match(begun.body, { code: /^UJI-\d{6}$/, state: 'WAITING', receivedAt: null });
  const look = () => admin.call('POST', `${home}/tests/${begun.body.id}/check`);
  await writeIn(place, 'UJI-000000');
  t.equal((await look()).body.state, 'WAITING', 'another code is not it');
  await writeIn(place, ` ${String(begun.body.code).toLowerCase()} `, 'penguji-2');
  const seen = await Promise.all([look(), look(), look()]);
  t.ok(seen.every((one) => one.body.state === 'RECEIVED'));
  const done = await eventually('the answer is sent', async () => {
    const now = (await look()).body;
    return now.replyStatus === 'sent' ? now : undefined;
  });
  t.ok(done.receivedAt);
  t.equal(provider.ledger.length, 1, 'one answer');
  t.match(provider.ledger[0], { handle: 'penguji-2', authorKind: 'SYSTEM', text: new RegExp(begun.body.code) });
  const [row] = await work.db.dynamic<{ n: number }>(`select count(*)::int as n from journal
    where type = 'channel-account.tested'`, []);
  t.equal(row?.n, 1);
  const health = await admin.get(`${home}/health`);
  t.match(health.body, { status: 'ACTIVE', state: null, recentIn: 2, recentOut: 1, recentFailed: 0, waiting: 0,
    quarantined: 0 });
  t.ok(health.body.lastInAt !== null && health.body.lastOutAt !== null);
});

t.test('a test ends after its time, is not another account’s, and a disabled account has none', async (t) => {
  const place = await adminWorld(t);
  const { api, work, world, foreign } = place;
  const admin = await api.as(world.administrator);
  const home = `/api/channel-accounts/${world.accountId}`;
  const begun = (await admin.call('POST', `${home}/tests`)).body;
  t.equal((await admin.call('POST', `/api/channel-accounts/${foreign.accountId}/tests/${begun.id}/check`)).status, 404);
  t.equal((await admin.call('POST', `/api/channel-accounts/${foreign.accountId}/tests`)).status, 404);
  t.equal((await admin.get(`/api/channel-accounts/${foreign.accountId}/health`)).status, 404);
  t.equal((await (await api.as(world.leader)).call('POST', `${home}/tests`)).status, 403);
  await moveClock(work.db, limits.accountTestMinutes * 60 + 1);
  await writeIn(place, begun.code);
  t.equal((await admin.call('POST', `${home}/tests/${begun.id}/check`)).body.state, 'EXPIRED');
  await work.db.dynamic(`update channel_accounts set status = 'DISABLED' where id = $1`, [world.accountId]);
  t.equal((await admin.call('POST', `${home}/tests`)).body.code, 'STATE_CONFLICT');
});
