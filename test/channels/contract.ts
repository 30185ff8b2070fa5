/** The contract that every adapter keeps: on captured payloads, on broken ones, and in what it declares. */
import fc from 'fast-check';
import type { Test } from 'tap';
import type { Channel, HookRequest, ParsedHook } from '#channels/channel.ts';
import { channels } from '#channels/registry.ts';
import type { AccountView, InboundEvent } from '#domain/channels/words.ts';
import { AppError } from '#domain/errors.ts';
import { limits } from '#domain/limits.ts';
import { captured } from './support.ts';

type Tester = Pick<Test, 'test'>;

export interface Subject {
  channel: Channel;
  account: AccountView;
  secrets: Record<string, string>;
  /** A request that carries the body as the provider would sign it. */
  sign(body: Uint8Array, nowSeconds: number): HookRequest;
}

const NOW = 1_800_000_000;
const KINDS = new Set([
  'message', 'edit', 'delete', 'reaction', 'profile', 'echo', 'ended', 'rating', 'unreadable',
]);
const BODY_ERRORS = new Set(['MALFORMED_JSON', 'TOO_DEEP', 'VALIDATION_FAILED']);

/** What the channel declares fits together. */
export function declarations(t: Tester, channel: Channel): void {
  t.test(`${channel.name}: what it declares fits together`, async (t) => {
    t.equal(channels.get(channel.name), channel, 'it stands in the registry under its name');
    t.ok(/^[a-z][a-z-]*$/.test(channel.name) && /^[A-Z][A-Z_]*$/.test(channel.reportName));
    t.ok(channel.limits.textChars > 0 && channel.limits.sendsPerSecond > 0);
    t.equal(channel.limits.fileBytes > 0, channel.capabilities.attachments, 'a size for files where it takes files');
    const { editSent, recallSent, react } = channel.capabilities;
    t.equal(channel.change !== undefined, editSent || recallSent || react, 'it changes what it says it can');
    t.equal((channel.reactions ?? []).length > 0, react, 'signs to react with');
    t.ok((channel.reactions ?? []).every((sign) => sign.length <= limits.reactionChars));
    t.ok(channel.limits.recallHours === undefined || recallSent);
    t.equal(channel.verify === undefined, channel.parse === undefined, 'what it parses it verifies');
    t.equal(channel.page === undefined, channel.connected === undefined, 'a page for customers needs their socket');
    t.equal(new Set(channel.setup.map((field) => field.name)).size, channel.setup.length, 'each field once');
    for (const field of channel.setup) {
      t.ok(field.label.id !== '' && field.label.en !== '', `${field.name} has both languages`);
      t.equal(field.kind === 'choice', field.choices !== undefined, `${field.name} has choices if it is one`);
      t.ok(field.generated !== true || field.kind === 'secret', `${field.name}: only secrets are generated`);
    }
  });
}

function checkEvent(t: Test, event: InboundEvent, body: Uint8Array): void {
  t.ok(KINDS.has(event.kind) && event.dedupKey !== '', 'an event has a kind and a key');
  t.ok(event.raw.byteLength > 0 && event.raw.byteLength <= body.byteLength * 2, 'and the bytes it was read from');
  if (event.kind === 'unreadable') t.ok(/^[A-Z][A-Z0-9_]*$/.test(event.reasonCode), 'a code says why');
  else t.ok(event.handle !== '', 'somebody wrote it');
}

/** As plain data, so that two readings compare by content; of the bytes their text. */
function plain(parsed: ParsedHook): unknown {
  const events = parsed.events.map((event) => ({ ...event, raw: Buffer.from(event.raw).toString('utf8') }));
  return JSON.parse(JSON.stringify({ ...parsed, events }));
}

/** Every captured payload is verified, read twice alike, and read as its file says. */
export function payloads(t: Tester, subject: Subject): void {
  const { channel, account } = subject;
  for (const one of captured(channel.name)) {
    t.test(`${channel.name}: ${one.about}`, async (t) => {
      const body = Buffer.from(one.body);
      const before = body.toString('hex');
      const request = Object.freeze(subject.sign(body, NOW));
      t.same(
        channel.verify?.(request, account, (name) => subject.secrets[name]),
        { ok: true },
      );
      if (typeof one.expect['throws'] === 'string') {
        t.equal(
          codeOf(() => channel.parse?.(request, account)),
          one.expect['throws'],
        );
        return;
      }
      const first = channel.parse?.(request, account) as ParsedHook;
      const second = channel.parse?.(subject.sign(Buffer.from(one.body), NOW + 60), account) as ParsedHook;
      t.same(plain(first), plain(second), 'pure: the same bytes are read alike at any time');
      t.equal(body.toString('hex'), before, 'the body is left as it came');
      t.match(plain(first), one.expect);
      t.equal(new Set(first.events.map((event) => event.dedupKey)).size, first.events.length, 'a key of its own each');
      for (const event of first.events) checkEvent(t, event, body);
    });
  }
}

function codeOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}

/** Bytes broken in ways that wires and strangers break them. */
function broken(bodies: readonly string[]): fc.Arbitrary<Buffer> {
  const start = fc.constantFrom(...bodies).map((body) => Buffer.from(body));
  const flipped = fc
    .tuple(start, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }))
    .map(([body, flips]) => {
      for (const [at, value] of flips) body[at % body.length] = value;
      return body;
    });
  const cut = fc.tuple(start, fc.nat()).map(([body, at]) => body.subarray(0, at % body.length));
  const swapped = fc.tuple(start, fc.json({ maxDepth: 3 })).map(([body, json]) => {
    const text = body.toString();
    return Buffer.from(text.replace(/"[^"\\]*"(?=[,}\]])/, () => json));
  });
  return fc.oneof(
    flipped,
    cut,
    swapped,
    fc.json().map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  );
}

/** Nothing that arrives makes the adapter throw anything but a named refusal of the whole body. */
export function totality(t: Tester, subject: Subject, runs = 2_000): void {
  const { channel, account } = subject;
  const secret = (name: string): string | undefined => subject.secrets[name];
  t.test(
    `${channel.name}: any broken body is read or refused by name, and never throws else (RF20-RF23)`,
    async (t) => {
      let read = 0;
      fc.assert(
        fc.property(broken(captured(channel.name).map((one) => one.body)), (body) => {
          const request = subject.sign(body, NOW);
          let parsed: ParsedHook | undefined;
          const code = codeOf(() => {
            parsed = channel.parse?.(request, account);
          });
          if (code !== undefined) {
            if (!BODY_ERRORS.has(code)) throw new Error(`threw ${code}`);
            return;
          }
          read += 1;
          for (const event of parsed?.events ?? []) {
            if (!KINDS.has(event.kind) || event.dedupKey === '' || event.raw.byteLength === 0)
              throw new Error('a malformed event');
          }
        }),
        { numRuns: runs },
      );
      t.ok(read > 0, 'some of them were still readable');
    },
  );
  t.test(`${channel.name}: no header makes verify throw, and none but the right one passes (RS12)`, async (t) => {
    const body = Buffer.from(captured(channel.name)[0]?.body ?? '{}');
    const signed = subject.sign(body, NOW);
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...Object.keys(signed.headers)), fc.oneof(fc.string(), fc.base64String())),
        (headers) => {
          const verdict = channel.verify?.({ ...signed, headers }, account, secret);
          if (verdict?.ok !== false) throw new Error('a stranger passed');
        },
      ),
      { numRuns: runs / 4 },
    );
    t.same(channel.verify?.(signed, account, secret), { ok: true });
  });
}
