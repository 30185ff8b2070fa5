/** WhatsApp's pure rules: what to do after a close, at which pace to write, and who somebody is. */
import fc from 'fast-check';
import t from 'tap';
import { handleOf, isCrowd, jidOf, phoneOf } from '#channels/whatsapp/baileys/handles.ts';
import { coldCap, paceOf } from '#channels/whatsapp/baileys/pacing.ts';
import { messageIdOf } from '#channels/whatsapp/baileys/provider.ts';
import { afterClose, noTries, OPEN_COUNTS_MS, type Tries } from '#channels/whatsapp/baileys/reconnect.ts';
import { receiptsIn } from '#channels/whatsapp/baileys/signals.ts';

const close = (code: number | undefined, more: { openMs?: number; nowMs?: number } = {}) =>
  ({ code, openMs: 0, nowMs: 0, random: 1, ...more });

t.test('RF30 515 begins anew at once and counts as nothing', async (t) => {
  const { tries, next } = afterClose({ ...noTries, attempts: 4 }, close(515));
  t.same(next, { kind: 'again', afterMs: 0, reasonCode: 'RESTART_REQUIRED' });
  t.equal(tries.attempts, 4);
});

t.test('RF30 a lost connection is tried again for ever, at most a minute apart', async (t) => {
  for (const code of [428, 408, 503, 599, undefined]) {
    let tries: Tries = noTries;
    const waits: number[] = [];
    for (let n = 0; n < 30; n += 1) {
      const after = afterClose(tries, close(code));
      if (after.next.kind !== 'again') return t.fail(`${code} gave up`);
      tries = after.tries;
      waits.push(after.next.afterMs);
    }
    t.same(waits.slice(0, 7), [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000], `${code}`);
    t.equal(Math.max(...waits), 60_000);
    const well = afterClose(tries, close(code, { openMs: OPEN_COUNTS_MS })).next;
    t.same(well.kind === 'again' && well.afterMs, 1_000, 'after a minute of being open it begins anew');
  }
  return undefined;
});

t.test('RF30 another client in our place is not fought: three times within a minute and a person decides', async (t) => {
  const first = afterClose(noTries, close(440, { nowMs: 0 }));
  t.same(first.next, { kind: 'again', afterMs: 5_000, reasonCode: 'REPLACED' });
  const second = afterClose(first.tries, close(440, { nowMs: 20_000 }));
  t.equal(second.next.kind, 'again');
  t.same(afterClose(second.tries, close(440, { nowMs: 50_000 })).next, { kind: 'operator', reasonCode: 'CONFLICT' });
  t.equal(afterClose(second.tries, close(440, { nowMs: 90_000 })).next.kind, 'again', 'the first was long ago');
});

t.test('RF30 what only a person can decide waits for one; nothing is wiped but a session that the phone ended',
  async (t) => {
    t.same(afterClose(noTries, close(401)).next, { kind: 'logged-out', reasonCode: 'LOGGED_OUT' });
    t.same(afterClose(noTries, close(403)).next, { kind: 'operator', reasonCode: 'BANNED' });
    t.same(afterClose(noTries, close(411)).next, { kind: 'operator', reasonCode: 'MULTIDEVICE_MISMATCH' });
    t.same(afterClose(noTries, close(405)).next,
      { kind: 'again', afterMs: 1_800_000, reasonCode: 'CLIENT_OUTDATED' });
    let tries: Tries = noTries;
    const kinds = [1, 2, 3].map(() => {
      const after = afterClose(tries, close(500));
      tries = after.tries;
      return after.next.kind;
    });
    t.same(kinds, ['again', 'again', 'operator'], 'a bad session is tried three times');
  });

t.test('the pace is a person\'s: typing by length, a pause between chats, none within one', async () => {
  fc.assert(fc.property(fc.nat(5_000), fc.boolean(), fc.nat(10_000), fc.double({ min: 0, max: 0.999, noNaN: true }),
    (chars, sameChat, sinceMs, random) => {
      const { typingMs, pauseMs } = paceOf({ chars, sameChat, sinceMs, random });
      return typingMs === Math.min(5_000, chars * 30) && pauseMs >= 0 && pauseMs <= 3_000
        && (sameChat ? pauseMs === 0 : pauseMs + sinceMs >= 1_000 || sinceMs >= 1_000);
    }));
});

t.test('a young number writes to few people first, an older one to more, none to many', async (t) => {
  const pairedAt = new Date('2026-11-01T00:00:00Z');
  const cap = (days: number): number => coldCap({ start: 10, max: 50, pairedAt,
    nowMs: pairedAt.getTime() + days * 86_400_000 });
  t.same([0, 6, 7, 14, 28, 365].map(cap), [10, 10, 20, 30, 50, 50]);
  t.equal(coldCap({ start: 0, max: 50, pairedAt, nowMs: Date.now() }), 0, 'none at all is a choice');
});

t.test('a number is a number and a LID is none, however it is written', async (t) => {
  t.equal(phoneOf('6281300000001:7@s.whatsapp.net'), '+6281300000001');
  t.equal(phoneOf('123456789012345@lid'), undefined);
  t.equal(handleOf('123456789012345@lid', '6281300000001@s.whatsapp.net'), '+6281300000001');
  t.equal(handleOf('123456789012345:3@lid'), 'lid:123456789012345');
  t.equal(handleOf('status@broadcast', undefined), undefined);
  t.equal(jidOf('+6281300000001'), '6281300000001@s.whatsapp.net');
  t.equal(jidOf('lid:99'), '99@lid');
  t.equal(jidOf('halo'), undefined);
  t.same(['1@g.us', 'status@broadcast', '2@newsletter', '3@lid'].map(isCrowd), [true, true, true, false]);
});

t.test('INV3 a message has one id, however often it is tried', async (t) => {
  const id = messageIdOf('01a22008-c049-7fa0-8387-78d622cce0ff');
  t.match(id, /^3EB0[0-9A-F]{18}$/);
  t.equal(id, messageIdOf('01a22008-c049-7fa0-8387-78d622cce0ff'));
  t.not(id, messageIdOf('01a22008-c049-7fa0-8387-78d622cce0fe'));
});

t.test('a receipt speaks of messages of ours, of one or of many, and of nothing else', async (t) => {
  const receipt = (attrs: Record<string, string>, items: string[] = []): unknown => receiptsIn({ tag: 'receipt',
    attrs: { id: 'A1', from: '6281300000001@s.whatsapp.net', t: '1764547200', ...attrs },
    ...(items.length === 0 ? {} : { content: [{ tag: 'list', attrs: {},
      content: items.map((id) => ({ tag: 'item', attrs: { id } })) }] }) });
  const at = new Date('2025-12-01T00:00:00Z');
  t.same(receipt({}), [{ providerMessageId: 'A1', status: 'delivered', providerAt: at }]);
  t.same(receipt({ type: 'read' }, ['A2', 'A3']), ['A1', 'A2', 'A3'].map((providerMessageId) =>
    ({ providerMessageId, status: 'read', providerAt: at })));
  t.same(receipt({ type: 'played', t: 'x' }), [{ providerMessageId: 'A1', status: 'played' }]);
  t.same(receipt({ type: 'sender', recipient: '99@lid' }),
    [{ providerMessageId: 'A1', status: 'sent', providerAt: at }]);
  t.same(receipt({ type: 'read', recipient: '99@lid' }), [], 'our own phone read what the customer wrote');
  for (const type of ['retry', 'server-error', 'inactive', 'hist_sync']) t.same(receipt({ type }), [], type);
  t.same(receipt({ from: '1@g.us' }), [], 'a group is nobody');
});
