/** What the browser keeps for the agent: drafts and unsent messages, over reload, in every tab, each message once. */
import t from 'tap';
import { Drafts } from '../../agent-desk/web/src/lib/drafts.ts';
import { Outbox, passes, type Keep, type Pending } from '../../agent-desk/web/src/live/outbox.ts';

/** The browser's store as several tabs see it. */
function store(): Keep & { map: Map<string, string>; full: boolean } {
  const map = new Map<string, string>();
  return {
    map, full: false,
    getItem: (key) => map.get(key) ?? null,
    setItem(key, value) {
      if (this.full) throw new Error('QuotaExceededError');
      map.set(key, value);
    },
    removeItem: (key) => { map.delete(key); },
  };
}

const pending = (clientId: string,
  conversationId = 'c'): Pending =>
  ({ clientId, kind: 'send', conversationId, text: clientId, files: [], at: '2026-11-21T01:00:00.000Z' });

t.test('a draft survives a reload, is seen in another tab, and is nobody else\'s', async (t) => {
  const keep = store();
  const first = new Drafts(keep, 'u1');
  const second = new Drafts(keep, 'u1');
  t.equal(second.get('c').text, '');
  const heard: string[] = [];
  second.subscribe((key) => { heard.push(key); });
  first.set('c', { text: 'Selamat pagi' }, 5);
  first.set('c', { note: 'cek' }, 6);
  t.equal(second.get('c').text, '', 'not before the browser told');
  second.changedElsewhere('sambung.draft.u1.c');
  t.match(second.get('c'), { text: 'Selamat pagi', note: 'cek', at: 6 });
  t.equal(heard.length, 1);
  t.equal(second.get('c'), second.get('c'), 'the same object until it changes');
  t.match(new Drafts(keep, 'u1').get('c'), { text: 'Selamat pagi' }, 'after a reload');
  t.match(new Drafts(keep, 'u2').get('c'), { text: '' });
  first.set('c', { text: '', note: '' }, 7);
  t.equal(keep.map.size, 0, 'an empty draft leaves nothing behind');
});

t.test('a full or broken store loses nothing in this tab', async (t) => {
  const keep = store();
  keep.map.set('sambung.draft.u.c', '{broken');
  const drafts = new Drafts(keep, 'u');
  t.match(drafts.get('c'), { text: '', note: '' });
  keep.full = true;
  drafts.set('c', { text: 'tetap' }, 1);
  t.equal(drafts.get('c').text, 'tetap');
  keep.map.set('sambung.outbox.u', '[{"clientId": 5}, null]');
  const outbox = new Outbox(keep, 'u');
  t.same(outbox.all(), []);
  outbox.add(pending('a'));
  t.equal(outbox.all().length, 1);
});

t.test('INV3 unsent messages survive a reload with the same clientId and are added once', async (t) => {
  const keep = store();
  const outbox = new Outbox(keep, 'u');
  outbox.add(pending('a'));
  outbox.add(pending('b'));
  outbox.add(pending('a'));
  t.same(new Outbox(keep, 'u').waiting().map((each) => each.clientId), ['a', 'b']);
  outbox.settle('a');
  outbox.settle('a');
  t.same(new Outbox(keep, 'u').all().map((each) => each.clientId), ['b']);
});

t.test('a refused message waits for the agent; what passes by itself is tried again', async (t) => {
  const keep = store();
  const outbox = new Outbox(keep, 'u');
  outbox.add(pending('a'));
  outbox.refuse('a', { code: 'INTERACTION_CLOSED', message: 'x' });
  t.same(outbox.waiting(), []);
  t.match(new Outbox(keep, 'u').all()[0]?.refused, { code: 'INTERACTION_CLOSED' });
  outbox.again('a');
  t.equal(outbox.waiting().length, 1);
  t.ok(passes('OVERLOADED'));
  t.notOk(passes('OPTED_OUT'));
});

t.test('two tabs agree: what one settles the other forgets', async (t) => {
  const keep = store();
  const one = new Outbox(keep, 'u');
  const other = new Outbox(keep, 'u');
  let told = 0;
  other.subscribe(() => { told += 1; });
  one.add(pending('a'));
  other.changedElsewhere('sambung.outbox.u');
  t.equal(other.all().length, 1);
  one.settle('a');
  other.changedElsewhere('sambung.outbox.u');
  t.same(other.all(), []);
  other.changedElsewhere('something else');
  t.equal(told, 2);
});
