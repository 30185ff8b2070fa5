/**
 * What must not leak does not (RA09): neither a node nor the process of its sessions prints a key, a text or a number,
 * while libsignal, left to itself, prints whole sessions in the very same run.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import type { InboundEvent } from '#domain/channels/words.ts';
import { newId } from '#domain/ids.ts';
import type { OpenSession, Outgoing, SendAnswer } from '#channels/whatsapp/baileys/calls.ts';
import { messageIdOf } from '#channels/whatsapp/baileys/provider.ts';
import { Line } from '#channels/whatsapp/baileys/wire.ts';
import { keyPlace } from '#gateway/channel-session.ts';
import { queueReply } from '#routing/outbound.ts';
import { fakeWhatsApp, type FakeAccount, type FakePhone, type FakeWhatsApp } from '#test/fakes/whatsapp/server.ts';
import { eventually } from '#test/support/harness.ts';
import { deviceWorld, type DeviceWorld } from '#test/support/whatsapp-node.ts';

t.setTimeout(150_000);

const CHILD = fileURLToPath(new URL('../../channels/whatsapp/baileys/child.ts', import.meta.url));
const CUSTOMER = '6281300000001';
const NAME = 'Melati Contoh';
/** What is said: words that nothing else would print. */
const WORDS = { before: 'kunci brankas', unreadable: 'tabungan lama', after: 'setoran besok', reply: 'baik terlampir' };
/** How keys are named where libsignal or Baileys print them. */
const KEY_WORDS = ['privKey', 'rootKey', 'chainKey', 'currentRatchet', 'indexInfo', 'SessionEntry', 'noiseKey',
  'advSecretKey', 'Closing session'];
/** Console as it was, whatever somebody puts in its place. */
const UNSILENCEABLE = `data:text/javascript,${encodeURIComponent(`for (const way of ['log', 'info', 'warn', 'error']) {
  const say = console[way].bind(console);
  Object.defineProperty(console, way, { get: () => say, set: () => undefined });
}`)}`;

/** Every key in what is kept of a session: each of its base64 values of 32 bytes and more. */
function keysIn(kept: Iterable<string>): Set<string> {
  const found = new Set<string>();
  for (const text of kept) {
    for (const [, value] of text.matchAll(/"([A-Za-z0-9+/]{43,}={0,2})"/g)) if (value !== undefined) found.add(value);
  }
  return found;
}

/** The keys that a text shows, in base64 or in hexadecimal digits, together or apart. */
function keysShown(text: string, keys: ReadonlySet<string>): string[] {
  const digits = text.replaceAll(/(?<=\b[0-9a-f]{2}) (?=[0-9a-f]{2}\b)/g, '');
  return [...keys].filter((key) => text.includes(key) || digits.includes(Buffer.from(key, 'base64').toString('hex')));
}

function saysNothing(t: Test, what: string, text: string, keys: ReadonlySet<string>, fake: FakeWhatsApp): void {
  const lids = [fake.phone(CUSTOMER).lid, fake.account().lid];
  t.ok(keys.size > 800, `${keys.size} keys to look for`);
  t.same(keysShown(text, keys), [], `${what} shows no key`);
  for (const word of [...KEY_WORDS, ...Object.values(WORDS), NAME, CUSTOMER, fake.account().pn, ...lids]) {
    t.notOk(text.includes(word), `${what} does not say ${word}`);
  }
}

interface Held {
  line: Line;
  /** Texts as they came. */
  texts: string[];
  /** Everything that was ever to be kept. */
  written: string[];
  isOpen(): boolean;
  output(): string;
  end(): Promise<void>;
}

/** The process of sessions with its output caught, and a parent that keeps the keys in memory. */
function holdSession(t: Test, fake: FakeWhatsApp, execArgv: string[]): Held {
  const child = fork(CHILD, [], { serialization: 'advanced', execArgv, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const options: OpenSession = { url: `${fake.url.replace('http:', 'ws:')}/ws/chat`, version: null, pairNumber: null,
    isOwnServer: true };
  const kept = new Map<string, string>();
  const [texts, written]: [string[], string[]] = [[], []];
  let [said, isOpen] = ['', false];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => { said += String(chunk); });
  const nothing = (): undefined => undefined;
  const line = new Line((packet) => { child.send(packet as object); }, {
    receipts: nothing, identify: nothing, typing: nothing, count: nothing, paired: nothing, log: nothing,
    reachoutLocked: nothing,
    keysGet: (_account, { kind, ids }: { kind: string; ids: string[] }) => Object.fromEntries(ids.flatMap((id) => {
      const value = kept.get(`${kind} ${id}`);
      return value === undefined ? [] : [[id, value]];
    })),
    keysPut(_account, values: Record<string, Record<string, string | null>>) {
      for (const [kind, byId] of Object.entries(values)) for (const [id, value] of Object.entries(byId)) {
        if (value === null) kept.delete(`${kind} ${id}`);
        else kept.set(`${kind} ${id}`, value);
        if (value !== null) written.push(value);
      }
    },
    receive(_account, { events }: { events: InboundEvent[] }) {
      for (const event of events) if (event.kind === 'message') texts.push(event.text ?? '');
      return [];
    },
    code: (_account, { value }: { value: string }) => fake.account().scan(value),
    opened() { isOpen = true; },
    closed() {
      isOpen = false;
      void line.call('uji', 'open', options);
    },
  });
  child.on('message', (packet) => { line.take(packet); });
  const ended = new Promise<void>((resolve) => { child.once('close', () => { resolve(); }); });
  const end = async (): Promise<void> => {
    line.close();
    child.kill('SIGTERM');
    await ended;
  };
  t.teardown(end);
  void line.call('uji', 'open', options);
  return { line, texts, written, isOpen: () => isOpen, output: () => said, end };
}

interface Watched { until(what: string, text: string): Promise<void>; reply(): Promise<unknown>; open(): Promise<void> }

/** In and out, what cannot be read at first, a session begun anew by either side, and a new connection. */
async function talkAbout(number: FakeAccount, phone: FakePhone, watched: Watched): Promise<void> {
  await watched.open();
  await phone.says(number, WORDS.before);
  await watched.until('the first text', WORDS.before);
  await watched.reply();
  await eventually('the reply', () => phone.inbox.length === 1, 20_000);
  await phone.sendsUnreadable(number, WORDS.unreadable);
  await watched.until('what was said again in a new session', WORDS.unreadable);
  await phone.asksAgain(number, phone.inbox[0]?.id ?? '');
  await eventually('the reply in a new session', () => phone.inbox.length === 2, 20_000);
  number.streamError(440);
  await eventually('the connection to end', () => !number.isOnline);
  await eventually('a new connection', () => number.isOnline, 30_000);
  await watched.open();
  await phone.says(number, WORDS.after);
  await watched.until('the last text', WORDS.after);
}

/** The whole run with the process of sessions alone: what it printed, and the keys that it used. */
async function sessionAlone(t: Test, execArgv: string[]): Promise<{ fake: FakeWhatsApp; output: string;
  keys: Set<string> }> {
  const fake = await fakeWhatsApp({ mediaCa: false });
  t.teardown(() => fake.stop());
  const held = holdSession(t, fake, execArgv);
  const out: Outgoing = { providerMessageId: messageIdOf('uji'), handle: `+${CUSTOMER}`, text: WORDS.reply, file: null,
    quoted: null, typingMs: 0, timeoutMs: 15_000 };
  await talkAbout(fake.account(), fake.phone(CUSTOMER, { name: NAME }), {
    open: async () => { await eventually('the session to open', () => held.isOpen(), 30_000); },
    until: async (what, text) => { await eventually(what, () => held.texts.includes(text), 30_000); },
    reply: async () => { t.same(await held.line.call('uji', 'send', out) as SendAnswer, { kind: 'sent' }); },
  });
  await held.end();
  return { fake, output: held.output(), keys: keysIn(held.written) };
}

async function sealedKeys({ work, world, vault }: DeviceWorld): Promise<Set<string>> {
  const rows = await work.db.dynamic<{ kind: string; id: string; key_id: string; sealed: Buffer }>(
    'select kind, id, key_id, sealed from channel_keys');
  return keysIn(rows.map((row) => vault.open(row.key_id, row.sealed, keyPlace(world.accountId, row.kind, row.id))
    .toString('utf8')));
}

t.test('the process of sessions prints nothing at all', async (t) => {
  const { fake, output, keys } = await sessionAlone(t, []);
  t.equal(output, '');
  saysNothing(t, 'it', output, keys, fake);
});

t.test('the same run prints whole sessions, private keys and all, where the console is not silent', async (t) => {
  const { output, keys } = await sessionAlone(t, ['--import', UNSILENCEABLE]);
  t.match(output, /Closing session: ?SessionEntry/);
  for (const word of ['privKey', 'rootKey', 'currentRatchet', 'indexInfo']) t.ok(output.includes(word), word);
  t.ok(keysShown(output, keys).length > 0, 'and these are keys that were kept');
});

t.test('a node says what happens, and no key, text, name or number', async (t) => {
  const device = await deviceWorld(t);
  const { work, world, fake, number } = device;
  const node = device.start();
  await device.pair();
  await node.open();
  const atFirst = await sealedKeys(device);
  const rows = (): Promise<{ body: string | null; conversation_id: string }[]> =>
    work.db.dynamic('select body, conversation_id from messages');
  await talkAbout(number, fake.phone(CUSTOMER, { name: NAME }), {
    open: async () => {
      await eventually('the session to be open', async () => (await work.db.dynamic(
        `select 1 from channel_connections where state = 'OPEN'`)).length > 0, 30_000);
    },
    until: async (what, text) => { await eventually(what, async () => (await rows()).some((one) => one.body === text),
      30_000); },
    async reply() {
      const [user] = world.agents;
      const [row] = await rows();
      if (user === undefined || row === undefined) throw new Error('no agent or no conversation');
      await work.db.dynamic(`update interactions set state = 'PICKED_UP', agent_id = $1, team_id = $2,
        accepted_at = app_now()`, [user.id, user.teamId]);
      await queueReply(work, { user, conversationId: row.conversation_id, clientId: newId(), text: WORDS.reply });
    },
  });
  const keys = new Set([...atFirst, ...await sealedKeys(device)]);
  await node.stop();
  t.equal(node.end(), '0');
  t.ok(node.output().includes('"session":"open"'), 'it is not that nothing was caught');
  saysNothing(t, 'it', node.output(), keys, fake);
});
