/** A desk that reads nothing costs the server a bounded buffer, and nobody else anything (RF18). */
import t from 'tap';
import type { MessageView } from '#agent-desk/views.ts';
import { newId } from '#domain/ids.ts';
import type { User } from '#domain/people/access.ts';
import type { Work } from '#domain/work.ts';
import { addNote } from '#routing/outbound.ts';
import { openOwnedInteraction } from '#test/support/conversation.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import { eventually, testWork } from '#test/support/harness.ts';
import { liveDesk, openDesk, signedIn, startNode, type Screen } from './desk-harness.ts';

async function note(work: Work, user: User, conversationId: string, text: string): Promise<void> {
  await addNote(work, { user, clientId: newId(), conversationId, text });
}

function texts(screen: Screen): (string | null)[] {
  return screen.held<MessageView>('message').map(({ text }) => text);
}

t.test('RF18 a desk that reads nothing is cut at the bound; the others go on and it resumes by its cursor',
  async (t) => {
  const work = await testWork(t);
  const world = await smallWorld(work.db);
  const node = await startNode(t, work);
  const [agent] = world.agents;
  if (agent === undefined) throw new Error('no agent');
  const opened = await openOwnedInteraction(work.db, world, agent.id, { answered: true });
  const cookie = await signedIn(work, agent);
  const quick = await liveDesk(t, work, node, agent, { cookie });
  const slow = await liveDesk(t, work, node, agent, { cookie });
  const cursor = slow.cursor;
  const { ws } = slow.socket.io.engine.transport as unknown as { ws: { _socket: { pause(): void; destroy(): void } } };
  const wire = ws._socket;
  wire.pause();
  t.teardown(() => { wire.destroy(); });
  let sent = 0;
  while (node.desk.stats().slow === 0 && sent < 600) {
    await Promise.all(Array.from({ length: 10 },
      () => note(work, agent, opened.conversationId, '\u8a9e'.repeat(16_000))));
    sent += 10;
    await eventually('the quick desk to keep up', () => quick.held('message').length === sent);
  }
  t.equal(node.desk.stats().slow, 1, 'it was cut');
  await note(work, agent, opened.conversationId, 'akhir');
  await eventually('the other desk lives', () => texts(quick).includes('akhir'));
  await eventually('one desk is left', () => node.desk.stats().sockets === 1);
  const back = openDesk(t, node, { cookie, cursor });
  await eventually('it caught up', () => texts(back).includes('akhir'));
  t.equal(back.held('message').length, sent + 1, 'nothing is missing');
});
