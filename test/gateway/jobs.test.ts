/** Wake-ups through bull: coalesced without loss, and harmless whatever Redis does. */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Redis } from 'ioredis';
import t from 'tap';
import { newId } from '#domain/ids.ts';
import { createJobs, relayWakeUps, type Jobs, type JobsOptions } from '#gateway/jobs.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import { eventually, localWake, memoryLog, testServers, testWork, type Teardown } from '#test/support/harness.ts';
import { fakeProvider, ownedInteraction, reply, startSending, statusCounts } from '#test/support/outbound.ts';
import { ownRedis } from '#test/support/servers.ts';

t.setTimeout(180_000);

function open(t: Teardown, options: Partial<JobsOptions> = {}): Jobs {
  const jobs = createJobs({ redisUrl: testServers().redisUrl, log: memoryLog(), prefix: `jobs-${newId()}`,
    ...options });
  t.teardown(() => jobs.close());
  return jobs;
}

async function ready(jobs: Jobs): Promise<void> {
  await eventually('redis answers', () => jobs.connected());
}

t.test('RI4 wake-ups coalesce, and one that comes while a job runs is not lost', async (t) => {
  const prefix = `jobs-${newId()}`;
  const adders = [open(t, { prefix }), open(t, { prefix })];
  const workers = [open(t, { prefix }), open(t, { prefix })];
  await Promise.all([...adders, ...workers].map(ready));
  const accounts = [newId(), newId(), newId()];
  const committed = new Map(accounts.map((id) => [id, 0]));
  const seen = new Map(accounts.map((id) => [id, 0]));
  let heard = 0;
  for (const worker of workers) worker.process((id) => { heard += 1; seen.set(id, committed.get(id) ?? 0); });
  for (let n = 0; n < 400; n += 1) {
    const id = accounts[n % accounts.length]!;
    committed.set(id, (committed.get(id) ?? 0) + 1);
    adders[n % 2]!.add(id);
    if (Math.random() < 0.3) await new Promise((resolve) => { setImmediate(resolve); });
  }
  await eventually('whatever was committed before a wake-up was seen after it',
    () => accounts.every((id) => seen.get(id) === committed.get(id)));
  t.ok(heard < 400, `coalesced: ${heard} of 400`);
});

t.test('a later wake-up comes later and does not swallow one for now', async (t) => {
  const jobs = open(t);
  await ready(jobs);
  const heard: number[] = [];
  const id = newId();
  jobs.process(() => heard.push(performance.now()));
  const from = performance.now();
  jobs.add(id, 1_000);
  jobs.add(id, 1_010);
  await eventually('on its way', async () => await jobs.announce(id));
  await eventually('the one for now', () => heard.length === 1);
  await eventually('the later one', () => heard.length >= 2);
  t.ok(heard[1]! - from >= 900, 'later');
});

t.test('RA09 redis holds ids only, and nothing stays behind once all is done', async (t) => {
  const prefix = `jobs-${newId()}`;
  const jobs = open(t, { prefix });
  await ready(jobs);
  const redis = new Redis(testServers().redisUrl);
  t.teardown(() => redis.disconnect());
  const id = newId();
  let heard = 0;
  await jobs.announce(id);
  const [key] = await redis.keys(`${prefix}:outbound:${id}:0`);
  t.same(JSON.parse(await redis.hget(key!, 'data') ?? ''), { accountId: id });
  jobs.process(() => { heard += 1; });
  await eventually('heard', () => heard === 1);
  await eventually('no job is kept', async () => (await redis.keys(`${prefix}:outbound:${id}*`)).length === 0);
});

t.test('RF06 after a flush wake-ups go on', async (t) => {
  const server = await ownRedis(t);
  const jobs = open(t, { redisUrl: server.url });
  await ready(jobs);
  const heard: string[] = [];
  jobs.process((id) => heard.push(id));
  const first = newId();
  jobs.add(first);
  await eventually('before', () => heard.includes(first));
  const redis = new Redis(server.url);
  t.teardown(() => redis.disconnect());
  await redis.flushall();
  await redis.script('FLUSH');
  jobs.add(first);
  await eventually('after', () => heard.filter((id) => id === first).length === 2);
});

t.test('RF05 redis stopped, killed, back again: nobody waits, nothing throws, and wake-ups go on', async (t) => {
  const server = await ownRedis(t);
  const jobs = open(t, { redisUrl: server.url, addTimeoutMs: 200 });
  await ready(jobs);
  const heard: string[] = [];
  jobs.process((id) => heard.push(id));
  jobs.add('warm');
  await eventually('warm', () => heard.includes('warm'));
  server.signal('SIGSTOP');
  t.equal(await jobs.announce(newId()), false, 'hanging: given up within the bound');
  for (let n = 0; n < 1_000; n += 1) jobs.add(newId());
  server.signal('SIGCONT');
  await eventually('taken again', async () => await jobs.announce('continued'));
  await eventually('heard again', () => heard.includes('continued'));
  server.signal('SIGKILL');
  await eventually('gone', () => !jobs.connected());
  t.equal(await jobs.announce(newId()), false);
  await server.restart();
  await eventually('back', async () => await jobs.announce('returned'), 20_000);
  await eventually('heard', () => heard.includes('returned'), 20_000);
});

t.test('RF05 without any redis: boot, add and close all go through', async (t) => {
  const closed = createServer();
  const port = await new Promise<number>((resolve) => { closed.listen(0, '127.0.0.1', () =>
    resolve((closed.address() as AddressInfo).port)); });
  await new Promise((resolve) => { closed.close(resolve); });
  const log = memoryLog();
  const jobs = createJobs({ redisUrl: `redis://127.0.0.1:${port}`, log });
  jobs.process(() => undefined);
  jobs.add(newId());
  t.equal(await jobs.announce(newId()), false);
  await eventually('one line of complaint', () => log.lines.length > 0);
  await jobs.close();
  t.equal(log.lines.length, 1, 'one, not one per try');
});

t.test('RF05 RF06 sends go on whatever happens to redis: by a job, and without one by the sweep', async (t) => {
  const server = await ownRedis(t);
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const agent = world.agents[0]!;
  const provider = fakeProvider();
  const prefix = `jobs-${newId()}`;
  // Two nodes that share PostgreSQL and Redis but no wake-ups in memory: one writes, the other sends.
  const writing = { ...work, wake: localWake() };
  const there = open(t, { redisUrl: server.url, prefix });
  const here = open(t, { redisUrl: server.url, prefix });
  await Promise.all([ready(there), ready(here)]);
  t.teardown(relayWakeUps(writing, here));
  const say = async (text: string): Promise<void> => {
    await reply(writing, agent, (await ownedInteraction(work, world, agent)).conversationId, text);
  };
  const took = async (text: string): Promise<void> => {
    await eventually(text, () => provider.ledger.some((one) => one.text === text));
  };
  let outbound = startSending(work, provider, { jobs: there, sweepMs: 3_600_000 });
  await say('by a job');
  await took('by a job');
  await outbound.stop();
  outbound = startSending(work, provider, { sweepMs: 200 });
  t.teardown(() => outbound.stop());
  const redis = new Redis(server.url);
  await redis.flushall();
  redis.disconnect();
  await say('flushed');
  await took('flushed');
  server.signal('SIGSTOP');
  await say('stopped');
  await took('stopped');
  server.signal('SIGCONT');
  server.signal('SIGKILL');
  await say('dead');
  await took('dead');
  await eventually('all sent once', async () => (await statusCounts(work))['sent'] === 4);
  t.equal(provider.ledger.length, 4);
});
