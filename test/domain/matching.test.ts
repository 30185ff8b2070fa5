/** The matcher: the fast one gives what the plain rule gives, and nobody is taken beyond their capacity. */
import fc from 'fast-check';
import t from 'tap';
import { AgentPool, chooseAgent, type Candidate, type Match, type WaitingWork } from '#domain/queues/rules.ts';

const queueIds = ['q1', 'q2', 'q3'];
const skillIds = ['s1', 's2'];
const agentIds = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6'];

const candidates: fc.Arbitrary<Candidate[]> = fc.uniqueArray(fc.record({
  agentId: fc.constantFrom(...agentIds),
  capacityPoints: fc.constantFrom(100, 100, 50, 30),
  usedPoints: fc.constantFrom(0, 0, 10, 25),
  lastOfferedMs: fc.option(fc.integer({ min: 1, max: 5 })),
  queueIds: fc.subarray(queueIds),
  skillIds: fc.subarray(skillIds).map((skills) => new Set(skills)),
}), { selector: (agent) => agent.agentId });

const waiting: fc.Arbitrary<WaitingWork[]> = fc.array(fc.record({
  id: fc.uuid(), queueId: fc.constantFrom(...queueIds), costPoints: fc.constantFrom(10, 20, 25, 60, 100),
  skillIds: fc.subarray(skillIds), refusedBy: fc.subarray(agentIds), restingIds: fc.constant<string[]>([]),
}).map((work) => ({ ...work, restingIds: work.refusedBy.slice(0, 1) })), { maxLength: 30 });

/** The rule in its plainest form: one after the other; where only room is missing, the best agent is kept free. */
function plain(work: readonly WaitingWork[], agents: readonly Candidate[]): Match[] {
  let left = [...agents];
  const matches: Match[] = [];
  for (const one of work) {
    const chosen = chooseAgent(one, left);
    if (chosen === undefined) {
      const roomless = left.map((agent) => ({ ...agent, usedPoints: 0, load: agent }));
      const kept = roomless.filter((agent) => agent.load.usedPoints < agent.capacityPoints
        && !one.refusedBy.includes(agent.agentId) && chooseAgent(one, [agent]) !== undefined)
        .map((agent) => agent.load);
      const best = chooseAgent({ ...one, costPoints: 0 }, kept);
      if (best !== undefined) left = left.filter((agent) => agent !== best);
      continue;
    }
    matches.push({ interactionId: one.id, agentId: chosen.agentId, costPoints: one.costPoints });
    left = left.map((agent) => (agent !== chosen ? agent
      : { ...agent, usedPoints: agent.usedPoints + one.costPoints, lastOfferedMs: Number.MAX_SAFE_INTEGER }));
  }
  return matches;
}

t.test('P9 the pool matches as the plain rule does', async (t) => {
  fc.assert(fc.property(candidates, waiting, (agents, work) => {
    const pool = new AgentPool(agents);
    const found = work.map((one) => pool.take(one)).filter((match) => match !== undefined);
    return JSON.stringify(found) === JSON.stringify(plain(work, agents));
  }), { numRuns: 2_000 });
  t.pass('held');
});

t.test('INV5 nobody is matched beyond their capacity, outside their queues or without the skills', async (t) => {
  fc.assert(fc.property(candidates, waiting, (agents, work) => {
    const pool = new AgentPool(agents);
    const used = new Map(agents.map((agent) => [agent.agentId, agent.usedPoints]));
    for (const one of work) {
      const match = pool.take(one);
      if (match === undefined) continue;
      const agent = agents.find((candidate) => candidate.agentId === match.agentId);
      const next = (used.get(match.agentId) ?? 0) + one.costPoints;
      used.set(match.agentId, next);
      if (agent === undefined || next > agent.capacityPoints || !agent.queueIds.includes(one.queueId)) return false;
      if (one.skillIds.some((skill) => !agent.skillIds.has(skill))) return false;
      if (one.restingIds.includes(agent.agentId)) return false;
    }
    return true;
  }));
  t.pass('held');
});

t.test('a large floor is matched to the last agent, in order', async (t) => {
  const agents: Candidate[] = Array.from({ length: 500 }, (_, n) => ({ agentId: `agent-${String(n).padStart(3, '0')}`,
    capacityPoints: 100, usedPoints: 0, lastOfferedMs: n, queueIds: [`q${n % 10}`, `q${(n + 1) % 10}`],
      skillIds: new Set() }));
  const work: WaitingWork[] = Array.from({ length: 10_000 },
    (_, n) => ({ id: `w${n}`, queueId: `q${n % 10}`, costPoints: 25,
    skillIds: [], refusedBy: [], restingIds: [] }));
  const pool = new AgentPool(agents);
  const found = work.map((one) => pool.take(one)).filter((match) => match !== undefined);
  t.equal(found.length, 2_000, 'every point of every agent');
  t.same(pool.queueIds, []);
});
