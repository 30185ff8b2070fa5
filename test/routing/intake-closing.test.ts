/** A customer writes at the very moment the agent closes: the message never ends in work that nobody looks at. */
import t from 'tap';
import type { InboundMessage } from '#domain/channels/words.ts';
import { createIntake, type IntakeAccount } from '#routing/intake.ts';
import { closeInteraction, documentInteraction } from '#routing/wrap-up.ts';
import { openOwnedInteraction } from '#test/support/conversation.ts';
import { formOf, ready, setUp } from '#test/support/routing.ts';

t.setTimeout(120_000);

const ROUNDS = 40;

t.test('INV4 C10 closing and writing at once: what comes after the close opens new work, what comes before is in it',
  async (t) => {
    const { work, world, agents: [agent] } = await setUp(t);
    await ready(work, agent);
    const intake = createIntake(work);
    const account: IntakeAccount = { id: world.accountId, organisationId: world.organisationId, channel: 'generic',
      key: world.accountKey, name: 'Akun Uji', address: null, settings: {}, medium: 'MESSAGING' };
    for (let round = 0; round < ROUNDS; round += 1) {
      const open = await openOwnedInteraction(work.db, world, agent.id, { answered: true });
      const who = { user: agent, interactionId: open.interactionId };
      await documentInteraction(work, { ...who, form: formOf(world) });
      const messages = Array.from({ length: 3 }, (_, n): InboundMessage => ({ kind: 'message',
        dedupKey: `${round}-${n}`, raw: Buffer.from('{}'), handle: open.handle, messageKind: 'text', text: `${n}` }));
      // Now the one, now the other begins.
      const early = messages.splice(0, round % 3).map((message) => intake.receive(account, [message]));
      const close = closeInteraction(work, who);
      for (const message of messages) await intake.receive(account, [message]);
      await Promise.all([close, ...early]);
    }
    const [counts] = await work.db.dynamic<{ lost: string; before: string; after: string; holes: string }>(`
      with closing as (select conversation_id, interaction_id, seq from messages
        where direction = 'SYSTEM' and payload ->> 'code' = 'CLOSED'),
      inbound as (select m.*, m.seq > k.seq as late, m.interaction_id = k.interaction_id as old
        from messages m join closing k on k.conversation_id = m.conversation_id where m.direction = 'IN')
      select count(*) filter (where late and old) as lost, count(*) filter (where not late and not old) as before,
        count(*) filter (where late) as after,
        (select count(*) from (select 1 from messages group by conversation_id having count(*) <> max(seq)) x) as holes
      from inbound`);
    t.comment(JSON.stringify(counts));
    t.match(counts, { lost: '0', before: '0', holes: '0' });
    t.ok(Number(counts?.after) > 0, 'some came after the close');
    const waiting = await work.db.dynamic(`select 1 from conversations c where unread_count > 0 and not exists
      (select from interactions i where i.conversation_id = c.id and i.state not in ('CLOSED', 'OOT_COMPLETE'))`);
    t.same(waiting, [], 'nothing unread without open work');
    await intake.close();
  });
