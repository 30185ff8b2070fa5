/** One person under two handles: told by several nodes at the same moment, it becomes one person once. */
import t from 'tap';
import type { SamePerson } from '#domain/channels/words.ts';
import { unmergeContacts } from '#routing/contact-merge.ts';
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
  return { work, world, account, told };
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

for (const [how, sql] of [['whose merge was taken back', `insert into contact_merges (id, organisation_id, kept_id,
    merged_id, point_ids, interaction_ids, ticket_ids, filled, undone_at)
  values (gen_random_uuid(), $1, $2, $3, '{}', '{}', '{}', '{}', app_now())`],
['who were said to be two', `insert into contacts_apart (organisation_id, one_id, other_id, said_by)
    values ($1, least($2::uuid, $3::uuid), greatest($2::uuid, $3::uuid), (select id from users limit 1))`]] as const) {
  t.test(`two ${how} stay two: what one writes lands in no thread of the other`, async (t) => {
    const { work, account, told } = await scene(t, [HIDDEN, PHONE]);
    const people = async () => work.db.dynamic<{ handle: string; contact_id: string; phone: string | null }>(
      'select handle, contact_id, phone from contact_points order by handle');
    const before = await people();
    await work.db.dynamic(sql, [account.organisationId, ...before.map((one) => one.contact_id)]);
    const results = await told({ handle: HIDDEN, is: PHONE, keeps: true });
    t.same(results.filter((one) => one.status === 'rejected'), []);
    t.same(await people(), before);
    t.same(await knownAs(work.db, account, [HIDDEN]), {});
  });
}

t.test('after a merge is taken back the second handle leads to the first no longer', async (t) => {
  const { work, world, account, told } = await scene(t, [HIDDEN, PHONE]);
  await told({ handle: HIDDEN, is: PHONE, phone: PHONE, keeps: true });
  t.same(await knownAs(work.db, account, [HIDDEN]), { [HIDDEN]: PHONE });
  const [merge] = await work.db.dynamic<{ id: string }>('select id from contact_merges');
  await unmergeContacts(work, { user: world.leader, mergeId: merge?.id ?? '' });
  t.same(await knownAs(work.db, account, [HIDDEN]), {});
});
