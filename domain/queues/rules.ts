/** Who gets which work: pure, in memory, cheap for thousands of waiting items and hundreds of agents (INV5, P9). */

/**
 * An interaction that waits, with what it asks of an agent. Lists are in order: priority first, then longest
 * waiting.
 */
export interface WaitingWork {
  id: string;
  queueId: string;
  /** Points of an agent's pool that it takes. */
  costPoints: number;
  /** Skills of its queue and its own, all of which the agent must have. */
  skillIds: readonly string[];
  /** Agents who declined, missed or gave back this very work lately: only if there is nobody else. */
  refusedBy: readonly string[];
  /** Those who did so a moment ago: not even then. */
  restingIds: readonly string[];
}

/** An agent who is READY and connected. */
export interface Candidate {
  agentId: string;
  capacityPoints: number;
  usedPoints: number;
  /** Milliseconds since 1970 of the last offer to this agent; null if there was none. */
  lastOfferedMs: number | null;
  queueIds: readonly string[];
  skillIds: ReadonlySet<string>;
}

export interface Match {
  interactionId: string;
  agentId: string;
  costPoints: number;
}

/** Least loaded first, then longest without an offer; the id decides what is left, so that two nodes agree. */
export function compareCandidates(a: Candidate, b: Candidate): number {
  const load = a.usedPoints * b.capacityPoints - b.usedPoints * a.capacityPoints;
  if (load !== 0) return load;
  const idle = (a.lastOfferedMs ?? 0) - (b.lastOfferedMs ?? 0);
  if (idle !== 0) return idle;
  return a.agentId < b.agentId ? -1 : 1;
}

function isSkilled(work: WaitingWork, agent: Candidate): boolean {
  return work.skillIds.every((skill) => agent.skillIds.has(skill));
}

/**
 * The agent for one piece of work among all candidates, or undefined. This is the rule in plain form; AgentPool
 * gives the same answers faster.
 */
export function chooseAgent(work: WaitingWork, candidates: readonly Candidate[]): Candidate | undefined {
  const fitting = candidates.filter((agent) => agent.queueIds.includes(work.queueId) && isSkilled(work, agent)
    && agent.capacityPoints - agent.usedPoints >= work.costPoints && !work.restingIds.includes(agent.agentId));
  const fresh = fitting.filter((agent) => !work.refusedBy.includes(agent.agentId));
  return (fresh.length > 0 ? fresh : fitting).toSorted(compareCandidates)[0];
}

interface Entry { agent: Candidate; stamp: number }

/** A binary heap of entries, best candidate on top. */
class Heap {
  readonly items: Entry[] = [];

  push(entry: Entry): void {
    const { items } = this;
    let at = items.push(entry) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (compareCandidates((items[above] as Entry).agent, entry.agent) <= 0) break;
      items[at] = items[above] as Entry;
      at = above;
    }
    items[at] = entry;
  }

  pop(): Entry | undefined {
    const { items } = this;
    const top = items[0];
    const last = items.pop();
    if (top === undefined || last === undefined || items.length === 0) return top;
    let at = 0;
    for (;;) {
      let next = 2 * at + 1;
      if (next >= items.length) break;
      const right = items[next + 1];
      if (right !== undefined && compareCandidates(right.agent, (items[next] as Entry).agent) < 0) next += 1;
      if (compareCandidates(last.agent, (items[next] as Entry).agent) <= 0) break;
      items[at] = items[next] as Entry;
      at = next;
    }
    items[at] = last;
    return top;
  }
}

interface Search { chosen: Entry | undefined; fallback: Entry | undefined; tooFull: Entry | undefined }

/**
 * The agents of one pass, a heap per queue. `take` gives the agent for the next piece of work and counts its points
 * at once.
 *
 * Where work finds agents but none with room, one of them is kept free for it: nobody behind may take the room that
 * opens up there, so that big work is not passed over for ever by small work that came later.
 */
export class AgentPool {
  readonly #heaps = new Map<string, Heap>();
  readonly #stamps = new Map<string, number>();
  readonly #hopeless = new Set<string>();

  constructor(candidates: readonly Candidate[]) {
    for (const agent of candidates) this.#enter(agent);
  }

  /** True while some agent of the queue may still be taken. */
  hasAgents(queueId: string): boolean {
    return (this.#heaps.get(queueId)?.items.length ?? 0) > 0;
  }

  get queueIds(): string[] {
    return [...this.#heaps.keys()].filter((queueId) => this.hasAgents(queueId));
  }

  #enter(agent: Candidate): void {
    const stamp = (this.#stamps.get(agent.agentId) ?? 0) + 1;
    this.#stamps.set(agent.agentId, stamp);
    if (agent.usedPoints >= agent.capacityPoints) return;
    for (const queueId of agent.queueIds) {
      const heap = this.#heaps.get(queueId) ?? new Heap();
      heap.push({ agent, stamp });
      this.#heaps.set(queueId, heap);
    }
  }

  #leave(agentId: string): void {
    this.#stamps.set(agentId, (this.#stamps.get(agentId) ?? 0) + 1);
  }

  #search(work: WaitingWork, heap: Heap): Search {
    const found: Search = { chosen: undefined, fallback: undefined, tooFull: undefined };
    const aside: Entry[] = [];
    for (let entry = heap.pop(); entry !== undefined; entry = heap.pop()) {
      const { agent, stamp } = entry;
      if (stamp !== this.#stamps.get(agent.agentId)) continue;
      aside.push(entry);
      if (!isSkilled(work, agent) || work.restingIds.includes(agent.agentId)) continue;
      const hasRoom = agent.capacityPoints - agent.usedPoints >= work.costPoints;
      if (hasRoom && !work.refusedBy.includes(agent.agentId)) { found.chosen = entry; break; }
      if (hasRoom) found.fallback ??= entry;
      else if (agent.capacityPoints >= work.costPoints && !work.refusedBy.includes(agent.agentId)) {
        found.tooFull ??= entry;
      }
    }
    for (const entry of aside) heap.push(entry);
    return found;
  }

  /** The agent for this work, or undefined if nobody can take it now. */
  take(work: WaitingWork): Match | undefined {
    const heap = this.#heaps.get(work.queueId);
    if (heap === undefined || heap.items.length === 0) return undefined;
    const isPlain = work.refusedBy.length === 0 && work.restingIds.length === 0;
    const key = `${work.queueId} ${work.costPoints} ${work.skillIds.join()}`;
    if (isPlain && this.#hopeless.has(key)) return undefined;
    const { chosen, fallback, tooFull } = this.#search(work, heap);
    const agent = (chosen ?? fallback)?.agent;
    if (agent === undefined) {
      if (tooFull !== undefined) this.#leave(tooFull.agent.agentId);
      else if (isPlain) this.#hopeless.add(key);
      return undefined;
    }
    this.#enter({ ...agent, usedPoints: agent.usedPoints + work.costPoints, lastOfferedMs: Number.MAX_SAFE_INTEGER });
    return { interactionId: work.id, agentId: agent.agentId, costPoints: work.costPoints };
  }
}
