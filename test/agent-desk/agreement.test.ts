/**
 * Snapshot + events = fresh snapshot: whatever several agents do, a desk that followed shows what a new one is given.
 */
import fc from 'fast-check';
import t from 'tap';
import type { AgentView, InteractionView, OfferView } from '#agent-desk/views.ts';
import type { Snapshot } from '#agent-desk/protocol.ts';
import { AppError } from '#domain/errors.ts';
import { interactionViews } from '#domain/interactions/queries.ts';
import { newId } from '#domain/ids.ts';
import { appendJournal } from '#domain/journal/append.ts';
import type { User } from '#domain/people/access.ts';
import { acceptOffer, declineOffer, expireOffers, offerNext, releaseInteraction } from '#routing/assignment.ts';
import { escalateInteraction } from '#routing/escalation.ts';
import { queueReply } from '#routing/outbound.ts';
import { setPresence } from '#routing/presence.ts';
import { readInteraction } from '#routing/reading.ts';
import { mergeContacts, unmergeContacts } from '#routing/contact-merge.ts';
import { snoozeInteraction, sweepSnoozed, wakeInteraction } from '#routing/snooze.ts';
import { transferInteraction } from '#routing/transfer.ts';
import { closeInteraction, completeOutOfTopic, documentInteraction } from '#routing/wrap-up.ts';
import { openInteraction, type OpenedInteraction } from '#test/support/conversation.ts';
import { smallWorld, type SmallWorld } from '#test/support/fixtures.ts';
import { eventually, testWork, type Teardown, type TestWork } from '#test/support/harness.ts';
import { formOf } from '#test/support/routing.ts';
import { liveDesk, openDesk, signedIn, startNode, type Screen, type TestNode } from './desk-harness.ts';

const KINDS = ['open', 'open', 'offer', 'offer', 'accept', 'accept', 'accept', 'decline', 'ready', 'ready', 'busy',
  'reply', 'reply', 'reply', 'read', 'document',
  'close', 'release', 'escalate', 'spam', 'drop', 'transfer', 'hand', 'snooze', 'snooze', 'wake', 'due', 'merge',
  'part'] as const;
interface Action { kind: (typeof KINDS)[number]; agent: number; pick: number }

interface Place {
  work: TestWork; world: SmallWorld; node: TestNode; opened: OpenedInteraction[]; screens: Map<string,
    { cookie: string; screen: Screen; user: User }>;
  t: Teardown;
  /** A second queue, of which the third agent is no member. */
  otherQueueId: string;
  merges: string[];
}

const REFUSALS = new Set(['STATE_CONFLICT', 'NOT_FOUND', 'FORBIDDEN', 'OFFER_GONE', 'NOT_DOCUMENTED',
  'INTERACTION_CLOSED', 'CAPACITY_EXCEEDED',
  'ALREADY_OWNED', 'NO_SEAT_FREE', 'VALIDATION_FAILED', 'CONTACTS_MERGED']);

async function openOne({ work, world, opened }: Place): Promise<void> {
  const made = await openInteraction(work.db, world, {});
  opened.push(made);
  await work.db.transaction(async (tx) => {
    await appendJournal(tx,
      [{ type: 'interaction.queued', subjectType: 'interaction', subjectId: made.interactionId,
        actor: { kind: 'SYSTEM' },
      conversationId: made.conversationId, version: 1,
        scope: { organisationId: world.organisationId, queueId: world.queueId } }]);
    tx.afterCommit(() => work.wake.hint('journal'));
  });
}

async function offerOf(place: Place, user: User): Promise<string> {
  const [row] = await place.work.db.dynamic<{ id: string }>(`select id from offers where agent_id = $1
    and state = 'OFFERED'`, [user.id]);
  return row?.id ?? newId();
}

/** The desk loses its connection and comes back with its cursor. */
async function drop(place: Place, user: User): Promise<void> {
  const held = place.screens.get(user.id);
  if (held === undefined) return;
  const { screen } = held;
  screen.socket.disconnect();
  const again = openDesk(place.t, place.node, { cookie: held.cookie, cursor: screen.cursor });
  again.subjects = screen.subjects;
  await eventually('back', () => again.hello?.resumed === true || again.snapshot);
  held.screen = again;
}

/** A queue beside the first, seen by two of the agents; their rights are what their sessions will load. */
async function secondQueue(work: TestWork, world: SmallWorld): Promise<string> {
  const id = newId();
  await work.db.dynamic(`insert into queues (id, organisation_id, code, name, tier) values ($1, $2, 'DUA', 'Dua', 1)`,
    [id, world.organisationId]);
  for (const [at, agent] of world.agents.slice(0, 2).entries()) {
    await work.db.dynamic('insert into queue_members (organisation_id, queue_id, user_id) values ($1, $2, $3)',
      [world.organisationId, id, agent.id]);
    world.agents[at] = { ...agent, queueIds: [...agent.queueIds, id], grants: [...agent.grants,
      { permission: 'interaction.read-waiting', scopeKind: 'queue', scopeId: id }] };
  }
  return id;
}

/** Time, or a message of the customer, makes everything due that was put aside. */
async function makeDue({ work }: Place): Promise<void> {
  await work.db.dynamic('update interactions set snoozed_until = app_now() where snoozed_until is not null');
  await sweepSnoozed(work);
}

async function moveOn(place: Place, action: Action, user: User, one: OpenedInteraction): Promise<void> {
  const { work, world, otherQueueId, opened, merges } = place;
  const other = opened[(action.pick + 1) % opened.length];
  if (other === undefined) return;
  const command = { user, interactionId: one.interactionId };
  switch (action.kind) {
    case 'transfer':
      await transferInteraction(work, { ...command, queueId: action.pick % 2 === 0 ? otherQueueId : world.queueId });
      return;
    case 'hand': {
      const agentId = world.agents[(action.agent + 1) % 3]?.id ?? '';
      await transferInteraction(work, { ...command, agentId, note: 'tolong dilanjutkan' });
      return;
    }
    case 'snooze': return snoozeInteraction(work, { ...command, until: new Date(Date.now() + 3_600_000) });
    case 'wake': return wakeInteraction(work, command);
    case 'merge':
      merges.push((await mergeContacts(work, { user, keptId: one.contactId, mergedId: other.contactId })).mergeId);
      return;
    case 'part':
      await unmergeContacts(work, { user, mergeId: merges[action.pick % Math.max(1, merges.length)] ?? newId() });
      return;
    default:
  }
}

/** Mostly somebody's own work, so that more than refusals happens. */
async function actorAndWork(place: Place, action: Action): Promise<{ user: User | undefined;
  one: OpenedInteraction | undefined }> {
  const { work, world, opened } = place;
  const any = { user: world.agents[action.agent], one: opened[action.pick % Math.max(1, opened.length)] };
  if (action.pick % 4 === 0) return any;
  const held = await work.db.dynamic<{ id: string; agent_id: string }>(`select id, agent_id from interactions
    where agent_id is not null and state not in ('CLOSED', 'OOT_COMPLETE') order by id`);
  const own = held[action.pick % Math.max(1, held.length)];
  const one = opened.find((each) => each.interactionId === own?.id);
  return one === undefined ? any : { one, user: world.agents.find((each) => each.id === own?.agent_id) };
}

async function act(place: Place, action: Action): Promise<void> {
  const { work, world } = place;
  const onWork = !['open', 'drop', 'due', 'offer', 'accept', 'decline', 'ready', 'busy'].includes(action.kind);
  const { user, one } = onWork ? await actorAndWork(place, action)
    : { user: world.agents[action.agent], one: undefined };
  if (user === undefined) return;
  if (action.kind === 'open') return openOne(place);
  if (action.kind === 'drop') return drop(place, user);
  if (action.kind === 'due') return makeDue(place);
  if (action.kind === 'offer') { await offerNext(work); await expireOffers(work); return; }
  if (action.kind === 'accept') { await acceptOffer(work, { user, offerId: await offerOf(place, user) }); return; }
  if (action.kind === 'decline') { await declineOffer(work,
    { user, offerId: await offerOf(place, user), reasonCode: 'SIBUK' }); return; }
  if (action.kind === 'ready' || action.kind === 'busy') { await setPresence(work,
    { user, presence: action.kind === 'ready' ? 'READY' : 'BUSY' }); return; }
  if (one === undefined) return;
  const { interactionId, conversationId } = one;
  const command = { user, interactionId };
  await moveOn(place, action, user, one);
  if (action.kind === 'reply') await queueReply(work,
    { user, conversationId, clientId: newId(), text: 'baik', fileIds: [] });
  if (action.kind === 'read') await readInteraction(work, command);
  if (action.kind === 'document') await documentInteraction(work, { ...command, form: formOf(world) });
  if (action.kind === 'close') await closeInteraction(work, command);
  if (action.kind === 'release') await releaseInteraction(work, command);
  if (action.kind === 'escalate') await escalateInteraction(work, { ...command, reasonCode: 'DI_LUAR_WEWENANG' });
  if (action.kind === 'spam') await completeOutOfTopic(work, { ...command, reasonCode: 'SPAM' });
}

/** What a screen shows, in the terms of a snapshot and of the lists beside it. */
function shown(screen: Screen): { mine: unknown[]; queues: unknown[]; offers: unknown[]; agent: unknown } {
  const byId = <T extends { id: string }>(rows: T[]): T[] => rows.toSorted((a, b) => a.id.localeCompare(b.id));
  const rows = screen.held<InteractionView>('interaction').filter(({ state }) => state !== 'CLOSED'
    && state !== 'OOT_COMPLETE');
  const agent = screen.held<AgentView>('agent')[0];
  return {
    mine: byId(rows.filter(({ agentId }) => agentId === agent?.userId)),
      queues: byId(rows.filter(({ state }) => state === 'QUEUED')),
    offers: byId(screen.held<OfferView>('offer')), agent,
  };
}

async function fresh(place: Place, user: User, cookie: string): Promise<ReturnType<typeof shown>> {
  const screen = openDesk(place.t, place.node, { cookie });
  const snapshot: Snapshot = await eventually('a fresh snapshot', () => screen.snapshot);
  screen.socket.disconnect();
  const queues = await interactionViews(place.work.db, { user, view: 'queues', limit: 200 });
  const mine = shown(screen);
  return { ...mine, queues: queues.items.toSorted((a, b) => a.id.localeCompare(b.id)), agent: snapshot.agent };
}

async function quiet({ work, node }: Place): Promise<void> {
  const [last] = await work.db.dynamic<{ id: string }>('select coalesce(max(id), 0)::text as id from journal');
  await eventually('the tail to be at the end', () => BigInt(node.tail.position().id) >= BigInt(last?.id ?? 0));
}

const action: fc.Arbitrary<Action> = fc.record({ kind: fc.constantFrom(...KINDS), agent: fc.nat(2), pick: fc.nat(20) });

t.test('a desk that followed the events shows what a fresh desk is given, whatever the agents do', async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const otherQueueId = await secondQueue(work, world);
  const node = await startNode(t, work);
  const place: Place = { work, world, node, opened: [], screens: new Map(), t, otherQueueId, merges: [] };
  for (const user of world.agents) {
    const cookie = await signedIn(work, user);
    place.screens.set(user.id, { cookie, user, screen: await liveDesk(t, work, node, user, { cookie }) });
  }
  await fc.assert(fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 40 }), async (actions) => {
    for (const one of actions) {
      await act(place, one).catch((error: unknown) => {
        if (!(error instanceof AppError) || !REFUSALS.has(error.code)) throw error;
      });
    }
    await quiet(place);
    for (const { screen, cookie, user } of place.screens.values()) {
      const wanted = await fresh(place, user, cookie);
      // The last events are on their way to the screen: agreement is waited for, and compared in full if it does not
      // come.
      await eventually('agreement', () => JSON.stringify(shown(screen)) === JSON.stringify(wanted),
        3_000).catch(() => undefined);
      t.same(shown(screen), wanted, `desk of ${user.npk}`);
      if (JSON.stringify(shown(screen)) !== JSON.stringify(wanted)) throw new Error('the desks disagree');
    }
  }), { numRuns: 8, endOnFailure: true, interruptAfterTimeLimit: 18_000 });
});
