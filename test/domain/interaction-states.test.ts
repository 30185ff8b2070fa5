/** The tables of states, flows and clocks: what must hold of them whatever is done. */
import fc from 'fast-check';
import t from 'tap';
import { flowOf, flows, mediaWith } from '#domain/interactions/flows.ts';
import { breachedAt, clockOf, gradeOf, informasiTarget, isScore } from '#domain/interactions/rules.ts';
import {
  holdsCapacity, interactionMoves, interactionStates, isOver, nextState, statesBefore, type InteractionState,
} from '#domain/interactions/states.ts';
import { mayMove, ticketPath, ticketStates, type TicketMilestone, type TicketState } from '#domain/tickets/states.ts';

const moves = fc.array(fc.constantFrom(...interactionMoves), { maxLength: 40 });

t.test('C10 no walk reaches CLOSED but through DOCUMENTED, or abandoned from the queue', async (t) => {
  fc.assert(fc.property(moves, (walk) => {
    let state: InteractionState = 'QUEUED';
    for (const move of walk) {
      const next = nextState(state, move);
      if (next === undefined) continue;
      if (next === 'CLOSED') {
        const allowed = (state === 'DOCUMENTED' && move === 'close') || (state === 'QUEUED' && move === 'abandon');
        if (!allowed) return false;
      }
      if (next === 'OOT_COMPLETE' && state !== 'PICKED_UP') return false;
      state = next;
    }
    return true;
  }));
  t.pass('held');
});

t.test('what is over stays over; every live state is reached; points are held from pick-up to document', async (t) => {
  const reached = new Set<InteractionState>(['QUEUED']);
  for (const state of reached) {
    for (const move of interactionMoves) {
      const next = nextState(state, move);
      if (next !== undefined) reached.add(next);
      if (isOver(state)) t.equal(next, undefined);
    }
  }
  t.same(interactionStates.filter((state) => !reached.has(state)), ['ESCALATED_T2']);
  t.same(interactionStates.filter(holdsCapacity),
    ['PICKED_UP', 'IN_SERVICE', 'IDLE_CHECK_1', 'IDLE_CHECK_2', 'INFORMED', 'CLOSING']);
  t.same(statesBefore('outOfTopic'), ['PICKED_UP']);
  t.same(statesBefore('idle'), ['IN_SERVICE', 'IDLE_CHECK_1', 'INFORMED'], 'C43 exactly two confirmations');
});

t.test('C3 every step of a ticket is a step of the table, and ends where the milestone says', async (t) => {
  const ends: Record<TicketMilestone, TicketState[]> = { accepted: ['T2_IDENTIFYING'],
    documented: ['RESOLVED', 'RESOLVED_T2'],
    closed: ['CLOSED'], escalated: ['ESCALATED_T2'], outOfTopic: ['OOT_COMPLETE'], abandoned: ['CLOSED'] };
  for (const milestone of Object.keys(ends) as TicketMilestone[]) {
    for (const from of ticketStates) {
      const path = ticketPath(from, milestone);
      let at = from;
      for (const to of path) {
        t.ok(mayMove(at, to), `${milestone}: ${at} to ${to}`);
        at = to;
      }
      if (path.length > 0) t.ok(ends[milestone].includes(at));
    }
  }
  t.same(ticketPath('DISPATCHED', 'closed'), [], 'C54 what lies with a related party is not closed by a conversation');
  t.same(ticketPath('OOT_COMPLETE', 'closed'), []);
});

t.test('C47-C52, C64 the matrix of flows is the one of the field', async (t) => {
  const row = (feature: 'historyCheck' | 'outOfTopic' | 'idleCheck' | 'otherHelp'): boolean[] =>
    (['call', 'social', 'email', 'whatsapp', 'live-chat'] as const).map((name) => flows[name][feature]);
  t.same(row('historyCheck'), [false, true, false, false, false], 'C47');
  t.same(row('outOfTopic'), [false, true, false, true, false], 'C48');
  t.same(row('idleCheck'), [false, true, false, true, true], 'C50');
  t.same(row('otherHelp'), [true, true, false, true, true], 'C51');
  t.same(Object.values(flows).map((flow) => flow.documentation), ['before-closing', 'last', 'last', 'last', 'last'],
    'C52');
  t.same(flows.call.identification, ['name', 'domicile'], 'C49');
  t.equal(flowOf('CHAT'), flows['live-chat']);
  t.equal(flowOf('CHAT', 'whatsapp'), flows.whatsapp);
  for (const odd of [null, 5, 'constructor', '']) t.equal(flowOf('EMAIL', odd), flows.email);
  t.same(mediaWith('idleCheck').toSorted(), ['CHAT', 'MESSAGING', 'SOCIAL']);
});

const origin = new Date('2026-11-21T03:00:00.000Z');
const facts = { state: 'PICKED_UP', dateOrigin: origin, answeredAt: null, awaitingReplySince: null, documentedAt: null,
  customerEndedAt: null };

t.test('B7-B10, C13 the clock: first from the origin, then from the first unanswered message; none where none runs',
  async (t) => {
  const pengaduan = { idealS: 720, maxS: 1200 };
  const later = new Date(origin.getTime() + 300_000);
  t.same(clockOf(facts, null), { kind: 'FIRST', startedAt: origin.toISOString(), ...informasiTarget });
  t.same(clockOf(facts, pengaduan), { kind: 'FIRST', startedAt: origin.toISOString(), ...pengaduan });
  t.equal(clockOf(facts, { idealS: null, maxS: null }), null, 'B10');
  t.equal(clockOf({ ...facts, answeredAt: later }, pengaduan), null);
  t.same(clockOf({ ...facts, answeredAt: origin, awaitingReplySince: later }, pengaduan),
    { kind: 'NEXT', startedAt: later.toISOString(), ...pengaduan });
  for (const over of [{ state: 'CLOSED' }, { customerEndedAt: later }, { documentedAt: later }]) {
    t.equal(clockOf({ ...facts, ...over }, pengaduan), null);
  }
});

t.test('B12 a breach is what came after the upper bound; the grades', async (t) => {
  const at = (seconds: number): Date => new Date(origin.getTime() + seconds * 1000);
  t.same(breachedAt(facts, null, at(721)), at(720));
  t.equal(breachedAt(facts, null, at(720)), null);
  t.equal(breachedAt({ ...facts, answeredAt: at(10) }, null, at(5000)), null);
  t.same(breachedAt({ ...facts, answeredAt: at(800) }, null, at(5000)), at(720));
  t.equal(breachedAt(facts, { idealS: null, maxS: null }, at(9999)), null);
  const target = { idealS: 180, maxS: 720 };
  t.same([180, 181, 720, 721].map((seconds) => gradeOf(seconds, target)), ['ideal', 'within', 'within', 'over']);
  t.equal(gradeOf(1, { idealS: null, maxS: null }), 'no-target');
  t.same([1, 5, 0, 6, 1.5, Number.NaN].map(isScore), [true, true, false, false, false, false]);
});
