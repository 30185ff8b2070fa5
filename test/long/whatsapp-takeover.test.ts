/** INV6, RF30: the server that holds a number is killed while another waits for it; the lease runs out by itself. */
import t from 'tap';
import { limits } from '#domain/limits.ts';
import { eventually } from '#test/support/harness.ts';
import { deviceWorld, hasGone } from '#test/support/whatsapp-node.ts';

t.setTimeout(240_000);

/** What the desk promises. */
const TAKEOVER_MS = 60_000;
const CUSTOMER = '6281300000001';

t.test('INV6 RF30 the holder is killed: the other has the number within 60 s, one socket ever, no fight', async (t) => {
  const device = await deviceWorld(t);
  const { fake, number, work } = device;
  const phone = fake.phone(CUSTOMER);
  const said: string[] = [];
  const says = async (): Promise<void> => { said.push(await phone.says(number, `pesan ${said.length}`)); };
  const stored = async (): Promise<string[]> => (await work.db.dynamic<{ id: string }>(`select provider_message_id as id
    from messages where direction = 'IN' order by seq`)).map((row) => row.id);

  const first = device.start();
  await device.pair();
  await first.open();
  const second = device.start();
  await says();
  await eventually('the first message', async () => (await stored()).length === 1, 20_000);
  t.equal(second.sessionPid(), undefined, 'who waits holds nothing');
  t.equal(fake.sockets(), 1);

  const session = first.sessionPid() ?? 0;
  const killedAt = performance.now();
  process.kill(first.pid, 'SIGKILL');
  await eventually('the dead holder\'s socket to close', () => fake.sockets() === 0);
  await eventually('the process of the session to end with its server', () => hasGone(session));
  await says();
  await says();
  await second.open();
  const tookMs = Math.round(performance.now() - killedAt);
  t.comment(`taken over after ${tookMs} ms; a lease lasts ${limits.leaseMs} ms`);
  t.ok(tookMs <= TAKEOVER_MS, `${tookMs} ms`);
  await eventually('what was written meanwhile', async () => (await stored()).length === said.length, 20_000);
  t.same(await stored(), said, 'each once, in order');

  const late = device.start();
  await says();
  await eventually('the next message', async () => (await stored()).length === said.length, 20_000);
  t.equal(late.sessionPid(), undefined, 'who comes back does not take it away');
  t.equal(fake.sockets(), 1, 'one socket');
  t.equal(fake.replaced, 0, 'none was ever replaced by another');
  t.same(fake.errors, []);
  const gaps = await work.db.dynamic<{ reason_code: string; recovered: number; closed: boolean; seconds: number }>(`
    select reason_code, recovered, until_at is not null as closed, extract(epoch from until_at - from_at)::int as seconds
    from channel_gaps order by from_at`);
  t.match(gaps, [{ reason_code: 'SERVER_LOST', recovered: 2, closed: true }], 'the gap is in the report of the number');
  t.ok((gaps[0]?.seconds ?? 0) >= limits.leaseMs / 1_000, `${gaps[0]?.seconds} s`);
  await second.stop();
  await eventually('the next in line to take what was given back', () => late.sessionPid(), 20_000);
  t.equal(fake.replaced, 0, 'nor then');
  t.match(await work.db.dynamic(`select reason_code, until_at is not null as closed from channel_gaps
    order by from_at desc limit 1`), [{ reason_code: 'SERVER_STOPPED', closed: true }]);
});
