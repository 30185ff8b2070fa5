/** The seeds: complete, idempotent, quick, and nothing secret lies open in them. */
import { randomBytes } from 'node:crypto';
import t from 'tap';
import { createPasswords } from '#gateway/security/passwords.ts';
import { secretStore } from '#gateway/security/secret-store.ts';
import { createVault, masterKeys } from '#gateway/security/vault.ts';
import { seedDemo } from '#domain/store/seeds/demo.ts';
import { seedEmpty } from '#domain/store/seeds/empty.ts';
import { testWork } from '#test/support/harness.ts';

t.test('A5-A9 the demo organisation has its sites, 67 seats, people, queues and accounts, made once', async (t) => {
  const work = await testWork(t);
  const vault = createVault(masterKeys([randomBytes(32).toString('base64')]));
  const store = secretStore(work, vault);
  const options = { password: 'kuda-nil-terbang-7', hash: createPasswords().hash, putSecrets: store.put };
  const first = await seedDemo(work.db, options);
  const second = await seedDemo(work.db, options);
  t.equal(first.created, true);
  t.same(second, { created: false, organisationId: first.organisationId, genericSecret: undefined });
  const count = async (sql: string): Promise<unknown> => (await work.db.dynamic<{ n: unknown }>(sql))[0]?.n;
  t.equal(await count('select count(*)::int as n from seats'), 67);
  t.equal(await count(`select count(*)::int as n from users where npk between '10001' and '10105'`), 105);
  t.equal(await count(`select count(*)::int as n from users where npk between '20001' and '20010'`), 10);
  t.equal(await count(`select count(*)::int as n from users where npk between '30001' and '30020'`), 20);
  t.equal(await count('select count(distinct name)::int as n from users'),
    await count('select count(*)::int as n from users'));
  t.equal(await count(`select count(*)::int as n from users u
    where not exists (select from user_roles r where r.user_id = u.id)`), 0);
  t.same(await work.db.dynamic('select code from queues where tier = 2 order by code'),
    [{ code: 'CS_DIGITAL' }, { code: 'HELPDESK' }]);
  t.same(await work.db.dynamic(`select code, target_ideal_s as ideal, target_max_s as max from categories where
    parent_id is null
    order by code`), [{ code: 'INFORMASI', ideal: 180, max: 720 }, { code: 'PENGADUAN', ideal: 720, max: 1200 },
    { code: 'PERMINTAAN', ideal: 300, max: 1200 }, { code: 'SARAN', ideal: null, max: null }]);
  const account = (await work.db.dynamic<{ id: string }>(`select id from channel_accounts where channel = 'generic'
    and key = 'demo'`))[0];
  const owner = { organisationId: first.organisationId, ownerKind: 'channel-account', ownerId: account?.id ?? '' };
  t.equal(await store.get(owner, 'secret'), first.genericSecret);
  t.equal(await count(`select count(*)::int as n from branches a join branches b on b.path <@ a.path where a.code =
    '10000'`), 17);
});

t.test('the empty organisation has one administrator who can sign in', async (t) => {
  const work = await testWork(t);
  const passwords = createPasswords();
  t.same(await seedEmpty(work.db, { password: 'kuda-nil-terbang-7', hash: passwords.hash }),
    { created: true, administratorNpk: '90001' });
  t.same(await seedEmpty(work.db, { password: 'kuda-nil-terbang-7', hash: passwords.hash }),
    { created: false, administratorNpk: '90001' });
  const [user] = await work.db.dynamic<{ npk: string; password_hash: string }>('select npk, password_hash from users');
  t.equal(user?.npk, '90001');
  t.same(await passwords.verify(user?.password_hash, 'kuda-nil-terbang-7'), { ok: true, outdated: false });
});
