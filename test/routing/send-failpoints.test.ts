/** RF03: the sending node is killed at every hit of every failpoint, N = 1.. until none fires. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { failpoints, type Failpoint } from '#domain/failpoints.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import { eventually, testWork, type Teardown, type TestWork } from '#test/support/harness.ts';
import { ownedInteraction, reply, startSending, statusCounts } from '#test/support/outbound.ts';
import type { SendChildOptions } from '#test/support/send-child.ts';

t.setTimeout(180_000);

type Test = Pick<typeof t, 'equal' | 'ok'> & Teardown;

const LEASE_MS = 1_500;
const child = fileURLToPath(new URL('../support/send-child.ts', import.meta.url));

/** Runs a sending node to its end; true if the failpoint killed it. */
function runChild(options: SendChildOptions): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const node = spawn(process.execPath, [child, JSON.stringify(options)], { stdio: ['ignore', 'ignore', 'pipe'] });
    let complaint = '';
    node.stderr.on('data', (chunk) => { complaint += String(chunk); });
    node.on('exit', (code, signal) => {
      if (signal === 'SIGKILL') resolve(true);
      else if (code === 0) resolve(false);
      else reject(new Error(`the node ended with ${code ?? signal}: ${complaint}`));
    });
  });
}

interface Row { client_id: string; status: string; took_ms: number | null }

async function outcomes(work: TestWork): Promise<Row[]> {
  return work.db.dynamic<Row>(`select m.client_id, m.status,
    (select extract(epoch from u.at - s.at)::float8 * 1000 from journal u,
      journal s where u.subject_id = m.id and s.subject_id = m.id and u.data->>'status' = 'unknown'
        and s.data->>'status' = 'sending'
      order by u.id desc, s.id desc limit 1) as took_ms from messages m where direction = 'OUT'`);
}

async function sweepOne(t: Test, name: Failpoint): Promise<void> {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const agent = world.agents[0]!;
  const folder = mkdtempSync(join(tmpdir(), 'ledger-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const ledger = join(folder, 'ledger');
  writeFileSync(ledger, '');
  let killed = true;
  let n = 0;
  for (let expected = 3; killed; expected += 3) {
    n += 1;
    if (n > 12) throw new Error('the failpoint never stops firing');
    const two = await ownedInteraction(work, world, agent);
    const one = await ownedInteraction(work, world, agent);
    for (const conversation of [two, one, two]) await reply(work, agent, conversation.conversationId, 'x');
    killed = await runChild({ url: work.url, ledger, failpoint: `${name}:${n}`, leaseMs: LEASE_MS });
    // Another node takes over what is left.
    const after = startSending(work, { async send(message) {
      writeFileSync(ledger, `${message.clientId}\n`, { flag: 'a' });
      return { kind: 'sent', providerMessageId: `p-${message.clientId}` };
    } }, { leaseMs: LEASE_MS });
    await eventually('everything has an end', async () => {
      const counts = await statusCounts(work);
      return (counts['sent'] ?? 0) + (counts['unknown'] ?? 0) === expected;
    });
    await after.stop();
    const taken = readFileSync(ledger, 'utf8').split('\n').filter((line) => line !== '');
    t.equal(taken.length, new Set(taken).size, `${name}:${n} the provider got each client UUID at most once`);
    const rows = await outcomes(work);
    t.equal(rows.length, expected, 'none lost');
    t.ok(rows.every((row) => row.status !== 'sent' || taken.includes(row.client_id)), 'what is called sent was taken');
    t.ok(rows.every((row) => row.status !== 'unknown' || (row.took_ms ?? Infinity) <= 2 * LEASE_MS),
      'unknown within twice the lease');
  }
  t.ok(n > 1, `${name} fired ${n - 1} times`);
  const unknown = (await outcomes(work)).filter((row) => row.status === 'unknown').length;
  // After the commit nothing of that message is open; another one may have been on its way at the same moment.
  if (name !== 'send.afterCommit') t.ok(unknown > 0, 'what a kill leaves open is said to be unknown');
}

const places = (Object.keys(failpoints) as Failpoint[]).filter((name) => failpoints[name] === 'RF03');

t.test('RF03 a kill at any hit of any failpoint of a send loses nothing and sends nothing twice', async (t) => {
  t.same(places, ['send.afterClaim', 'send.beforeWrite', 'send.afterWrite', 'send.beforeCommit', 'send.afterCommit']);
  t.jobs = 3;
  t.setTimeout(180_000);
  for (const name of places) void t.test(name, { timeout: 180_000 }, (t) => sweepOne(t, name));
});
