/** The rules of sign-in as administrators set them, and the heads of the seals kept outside the database (RA08). */
import { writeFile } from 'node:fs/promises';
import t from 'tap';
import { sealNext, verifySeals } from '#domain/journal/seal.ts';
import { keepSealHead } from '#gateway/seal-heads.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import { eventually } from '#test/support/harness.ts';
import { wholeApp } from '#test/support/node.ts';

t.test('RA05 the rule is set at the version seen, and tells who is still without an authenticator', async (t) => {
  const { parts, as } = await wholeApp(t);
  const world = await smallWorld(parts.work.db);
  const admin = await as(world.administrator);
  const { body } = await admin.get('/api/security-settings');
  t.match(body, { twoFactor: 'OPTIONAL', enrolled: 0, missing: 0 });
  const set = (twoFactor: string, version: number) =>
    admin.call('PATCH', '/api/security-settings', { twoFactor }, { 'if-match': String(version) });
  t.match((await set('PRIVILEGED', body.version)).body, { twoFactor: 'PRIVILEGED', missing: 2 });
  t.equal((await set('EVERYBODY', body.version)).body.code, 'VERSION_CONFLICT');
  t.equal((await set('NOBODY', body.version + 1)).status, 400);
  t.match((await set('OPTIONAL', body.version + 1)).body, { twoFactor: 'OPTIONAL', demo: true });
  await parts.work.db.dynamic(`update organisations set settings = settings - 'demo'`);
  t.match((await admin.get('/api/security-settings')).body, { twoFactor: 'PRIVILEGED', missing: 2, demo: false },
    'a company of real people: stored or not, the rule of RA05 holds');
  t.equal((await set('OPTIONAL', body.version + 2)).body.code, 'VALIDATION_FAILED');
  t.equal((await (await as(world.leader)).get('/api/security-settings')).status, 403);
});

t.test('RA08 a head kept outside shows that the newest blocks were cut off, and is never overwritten', async (t) => {
  const { parts, as } = await wholeApp(t);
  const { db } = parts.work;
  const world = await smallWorld(db);
  const admin = await as(world.administrator);
  const { dataDir } = parts.config;
  t.equal(await keepSealHead(db, dataDir), false, 'nothing is sealed yet');
  await admin.call('POST', '/api/skills', { code: 'MOBIL', name: 'Mobil' });
  await eventually('a block', async () => await sealNext(db, parts.vault) > 0);
  t.equal(await keepSealHead(db, dataDir), true);
  t.equal(await keepSealHead(db, dataDir), false, 'once a day');
  const { body: { items } } = await admin.get('/api/journal/seal-heads');
  t.equal(items.length, 1);
  const check = async () => (await admin.get(
    `/api/journal/seals?block=${items[0].block}&hmac=${items[0].hmac}`)).body;
  t.match(await check(), { ok: true });
  await db.dynamic('alter table journal_seal disable trigger all');
  await db.dynamic('delete from journal_seal');
  t.match(await verifySeals(db, parts.vault), { ok: true }, 'the database alone does not show it');
  t.match(await check(), { ok: false, bad: { reason: 'BLOCK_MISSING' } });
  await writeFile(`${dataDir}/seal-heads/2026-01-01.json`, '{"block":"1"');
  t.equal((await admin.get('/api/journal/seal-heads')).body.items.length, 1, 'a torn file is left out');
});
