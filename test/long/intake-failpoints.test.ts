/**
 * RF01: kill -9 at the Nth hit of every failpoint of intake, N = 1, 2 ... until none fires; the provider sends again.
 */
import t from 'tap';
import type { Failpoint } from '#domain/failpoints.ts';
import { outsideServers, signedPost, textEvents, type Outside, type TextEvent } from '#test/support/outside.ts';
import { startProduct, type Product } from '#test/support/servers.ts';

t.setTimeout(900_000);

const CUSTOMERS = 3;
const MESSAGES = 3;
const HITS_MAX = 40;
const POINTS: Failpoint[] = ['intake.afterReceive', 'intake.beforeCommit', 'intake.afterCommit', 'intake.afterWake',
  'intake.afterAcknowledge'];

interface Provider { outside: Outside; server: () => Promise<Product>; run: string }

/**
 * The customer whose messages go the long way of intake: a person who is known already writes for the first time, and
 * the provider sends every message once more beside the next.
 */
const LONG_WAY = CUSTOMERS - 1;

async function knowPerson({ outside: { db, world }, run }: Provider): Promise<void> {
  await db.dynamic(`with person as (insert into contacts (id, organisation_id) values (gen_random_uuid(), $1)
    returning id)
    insert into contact_points (id, organisation_id, contact_id, channel, channel_account_id, handle)
    select gen_random_uuid(), $1, id, 'generic', $2, $3 from person`,
  [world.organisationId, world.accountId, `nasabah-${run}-${LONG_WAY}`]);
}

/** As a provider does: the same event again until a 2xx; in order per customer. Says when the first is stored. */
async function deliver({ outside, server, run }: Provider, customer: number, began: () => void): Promise<void> {
  for (let n = 0; n < MESSAGES; n += 1) {
    const event = (at: number): TextEvent => (
      { id: `${run}-${customer}-${at}`, from: `nasabah-${run}-${customer}`, text: `#${run}-${customer}-${at}` });
    const body = textEvents(customer === LONG_WAY && n > 0 ? [event(n - 1), event(n)] : [event(n)]);
    for (;;) {
      const { url, ended } = await server();
      const hook = `${url}/hooks/generic/${outside.world.accountKey}`;
      const answer = await fetch(hook, signedPost(body, outside.secret)).catch(() => undefined);
      if (answer?.status === 200) break;
      if (answer === undefined) await ended;
    }
    began();
  }
}

/** All customers, each beginning once the one before is known: opening work and writing on are both swept. */
async function deliverAll(provider: Provider): Promise<void> {
  const running: Promise<void>[] = [];
  for (let customer = 0; customer < CUSTOMERS; customer += 1) {
    await new Promise<void>((began, failed) => {
      const one = deliver(provider, customer, began);
      one.catch(failed);
      running.push(one);
    });
  }
  await Promise.all(running);
}

async function faults(outside: Outside, run: string): Promise<Record<string, number>> {
  const [row] = await outside.db.dynamic<Record<string, number>>(`
    with mine as (select m.*, p.handle, split_part(m.body, '-', 2) as customer, split_part(m.body, '-', 3)::int as n
      from messages m join conversations c on c.id = m.conversation_id
      join contact_points p on p.id = c.contact_point_id
      where m.body like $1)
    select (select count(*)::int from mine) as stored,
      (select count(*)::int from (select body from mine group by body having count(*) > 1) x) as twice,
      (select count(*)::int from mine where handle <> 'nasabah-${run}-' || customer) as misfiled,
      (select count(*)::int from mine a join mine b
        on a.conversation_id = b.conversation_id and a.seq < b.seq and a.n > b.n) as disordered,
      (select count(*)::int from (select conversation_id from mine group by 1 having count(*) <> max(seq)) x) as gaps,
      (select count(*)::int from mine where not exists (
        select from journal j where j.subject_id = mine.id and j.type = 'message.received')) as unjournalled`,
  [`#${run}-%`]);
  return row ?? {};
}

for (const point of POINTS) {
  t.test(`RF01 ${point}: killed at every hit, nothing is lost, doubled, misfiled or out of order`, async (t) => {
    const outside = await outsideServers(t);
    let fired = 0;
    for (let hit = 1; hit <= HITS_MAX; hit += 1) {
      const run = `${POINTS.indexOf(point)}h${hit}`;
      let product: Product = await startProduct(t, { ...outside.env, FAILPOINT: `${point}:${hit}:kill` });
      let restarting: Promise<Product> | undefined;
      let died = false;
      const server = async (): Promise<Product> => {
        if (restarting !== undefined) product = await restarting;
        return product;
      };
      const watched = product.ended.then((end) => {
        if (end !== 'SIGKILL') return;
        died = true;
        restarting = startProduct(t, outside.env);
      });
      await knowPerson({ outside, server, run });
      await deliverAll({ outside, server, run });
      // The last acknowledgement and the process's end race: only a process that answers again has survived.
      if (!await fetch(`${product.url}/health/live`).then((answer) => answer.ok, () => false)) await watched;
      product = await server();
      t.match(await faults(outside, run),
        { stored: CUSTOMERS * MESSAGES, twice: 0, misfiled: 0, disordered: 0, gaps: 0, unjournalled: 0 }, `hit ${hit}`);
      await product.stop();
      await watched;
      if (!died) break;
      fired += 1;
      t.not(hit, HITS_MAX, 'the sweep ends by itself');
    }
    t.ok(fired >= 2, `fired at ${fired} hits`);
  });
}
