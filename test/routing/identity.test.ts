/** One person under two handles: told by several nodes at the same moment, it becomes one person once. */
import t from 'tap';
import type { SamePerson } from '#domain/channels/words.ts';
import { identifyHandle, knownAs } from '#routing/identity.ts';
import { createIntake } from '#routing/intake.ts';
import type { IntakeAccount } from '#routing/intake-threads.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import { testWork, type Teardown } from '#test/support/harness.ts';

const PHONE = '+6281234567567';
const HIDDEN = 'ID.13491208655302741918';
const AT_ONCE = 8;

async function scene(t: Teardown, handles: readonly string[]) {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const account: IntakeAccount = { id: world.accountId, organisationId: world.organisationId, channel: 'generic',
    key: world.accountKey, name: 'Akun Uji', address: null, settings: {}, medium: 'MESSAGING' };
  const intake = createIntake(work);
  for (const handle of handles) {
    await intake.receive(account, [{ kind: 'message', dedupKey: `dari ${handle}`, raw: Buffer.from('{}'), handle,
      messageKind: 'text', text: 'Halo', providerMessageId: handle, name: 'Nasabah Uji' }]);
  }
  /** Each as a node of its own would: nobody waits for another. */
  const told = async (person: SamePerson): Promise<PromiseSettledResult<void>[]> =>
    Promise.allSettled(Array.from({ length: AT_ONCE }, () => identifyHandle(work, account, person)));
  return { work, account, told };
}

t.test('both handles known, told by many nodes at once: one merge, one contact, each thread its own handle', async (t) => {
  const { work, account, told } = await scene(t, [HIDDEN, PHONE]);
  const before = await work.db.dynamic<{ contact_id: string }>(
    'select contact_id from contact_points where handle = $1', [PHONE]);
  const results = await told({ handle: HIDDEN, is: PHONE, phone: PHONE, keeps: true });
  t.same(results.filter((one) => one.status === 'rejected'), []);
  t.same(await work.db.dynamic(`select handle, contact_id from contact_points order by handle`),
    [PHONE, HIDDEN].map((handle) => ({ handle, contact_id: before[0]?.contact_id })));
  t.same(await work.db.dynamic('select handle from conversations order by handle'),
    [{ handle: PHONE }, { handle: HIDDEN }]);
  t.same(await work.db.dynamic(`select count(*)::int as n from journal where type = 'contact.merged'`), [{ n: 1 }]);
  t.same(await knownAs(work.db, account, [HIDDEN]), { [HIDDEN]: PHONE });
});

t.test('one handle known, told by many nodes at once: its thread goes on under the other, told once', async (t) => {
  const { work, account, told } = await scene(t, [HIDDEN]);
  const results = await told({ handle: HIDDEN, is: PHONE, phone: PHONE, keeps: true });
  t.same(results.filter((one) => one.status === 'rejected'), []);
  t.same(await work.db.dynamic('select handle from conversations'), [{ handle: PHONE }]);
  t.same(await work.db.dynamic('select count(*)::int as n from contacts'), [{ n: 1 }]);
  t.same(await work.db.dynamic(`select count(*)::int as n from journal where type = 'contact.updated'`), [{ n: 1 }]);
  t.same(await knownAs(work.db, account, [HIDDEN]), { [HIDDEN]: PHONE });
});
