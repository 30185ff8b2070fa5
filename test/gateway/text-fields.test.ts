/**
 * RS08: every field of every route that takes free text is decided on, and what is written there comes back as the very
 * same text in JSON. A new field has to be added here; test/e2e/stored-names.test.ts draws them.
 */
import t from 'tap';
import type { Browser } from '#test/support/api.ts';
import { openInteraction } from '#test/support/conversation.ts';
import { smallWorld } from '#test/support/fixtures.ts';
import type { Teardown } from '#test/support/harness.ts';
import { wholeApp } from '#test/support/node.ts';
import { xssCorpus } from '#test/support/xss-corpus.ts';

t.setTimeout(240_000);

/** Never shown again: secrets, codes, passwords, files of import (their cells are judged as the fields they become). */
const SECRET = /^(POST \/api\/(session|me|join)\b|POST \/api\/users\/import|.*\.(password|clientSecret|secrets\{\})$)/;
/** Looked up in a list of the house, so that no other text is kept; tested below to be refused. */
const LOOKED_UP = /\.(timeZone|channel|channels\[\]|reasonCode|outcomeCode|unmaskReasonCode|settings\{\}|regenerate\[\])$/;
/** Asked for, never kept. */
const ASKED = new Set(['POST /api/search .q', 'POST /api/opt-outs/search .q', 'POST /api/opt-outs/search .cursor',
  ...['q', 'filter', 'cursor'].map((name) => `POST /api/interactions/search .${name}`)]);
/** Kept and shown; by route and field. */
const SHOWN = new Set([
  'users.name', 'roles.nameId', 'roles.nameEn', 'sites.name', 'branches.name', 'teams.name', 'seats.label',
  'calendars.name', 'holidays.name', 'queues.name', 'skills.name', 'categories.nameId', 'categories.nameEn',
  'reasons.labelId', 'reasons.labelEn', 'canned-replies.title', 'canned-replies.body', 'channel-accounts.name',
  'channel-accounts.address', 'opt-outs.reason', 'api-keys.name', 'webhooks.name', 'legal-holds.reason',
  'subject-requests.reason', 'identity-providers.name', 'identity-providers.clientId', 'tickets.summary',
  'contacts.name', 'contacts.domicile', 'contacts.notes', 'interactions.summary', 'interactions.productInterest',
  'interactions.form.summary', 'interactions.form.productInterest', 'interactions.note', 'interactions.what.note',
  'views.name',
]);

interface Schema { type?: string | string[]; enum?: unknown; const?: unknown; format?: string; pattern?: string;
  anyOf?: Schema[]; oneOf?: Schema[]; allOf?: Schema[]; properties?: Record<string, Schema>; items?: Schema;
  additionalProperties?: Schema | boolean }

function textsOf(schema: Schema | undefined, path: string, found: Set<string>): void {
  if (schema === undefined) return;
  for (const one of [...schema.anyOf ?? [], ...schema.oneOf ?? [], ...schema.allOf ?? []]) textsOf(one, path, found);
  const free = [schema.enum, schema.const, schema.format, schema.pattern].every((each) => each === undefined);
  if ([schema.type].flat().includes('string') && free) found.add(path);
  for (const [name, one] of Object.entries(schema.properties ?? {})) textsOf(one, `${path}.${name}`, found);
  if (schema.items !== undefined) textsOf(schema.items, `${path}[]`, found);
  if (typeof schema.additionalProperties === 'object') textsOf(schema.additionalProperties, `${path}{}`, found);
}

async function place(t: Teardown) {
  const whole = await wholeApp(t);
  const world = await smallWorld(whole.parts.work.db);
  return { ...whole, db: whole.parts.work.db, world, admin: await whole.as(world.administrator) };
}

t.test('RS08 RS15 each text field of each route is known: secret, looked up, only asked for, or kept and shown',
  async (t) => {
  const { admin } = await place(t);
  const { body } = await admin.get('/api/openapi.json');
  const found = new Set<string>();
  for (const [url, methods] of Object.entries(body.paths as Record<string, Record<string, { requestBody?: { content:
    Record<string, { schema: Schema }> } }>>)) {
    for (const [method, { requestBody }] of Object.entries(methods)) {
      textsOf(requestBody?.content['application/json']?.schema, `${method.toUpperCase()} ${url} `, found);
    }
  }
  t.ok(found.size > 60, `${found.size} text fields`);
  const open = [...found].filter((field) => {
    const [, noun = '', name = ''] = /^\w+ \/api\/([a-z-]+)\S* \.(.+)$/.exec(field) ?? [];
    return !SECRET.test(field) && !LOOKED_UP.test(field) && !ASKED.has(field) && !SHOWN.has(`${noun}.${name}`);
  });
  t.same(open, [], 'a text field that nobody decided on');
});

/** Makes one of the noun per text and gives what the list says of the field afterwards. */
async function writeAll(by: Browser, path: string, body: (text: string, n: number) => object, field: string) {
  const refused = new Set<string>();
  for (const [n, text] of xssCorpus.entries()) {
    const answer = await by.call('POST', `/api/${path}`, body(text, n));
    if (answer.status !== 201) refused.add(text);
  }
  const read: unknown[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const answer = await by.get(`/api/${path}?limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`);
    read.push(...answer.body.items.map((row: Record<string, unknown>) => row[field]));
    cursor = answer.body.nextCursor ?? null;
  }
  return { refused, read };
}

t.test('RS08 what is written in a field comes back as that very text, and as JSON', async (t) => {
  const { as, world } = await place(t);
  const code = (n: number): string => `U${String(n).padStart(3, '0')}`;
  const nouns: [string, string, (text: string, n: number) => object][] = [
    ['skills', 'name', (name, n) => ({ code: code(n), name })],
    ['categories', 'nameId', (name, n) => ({ code: code(n), nameId: name, nameEn: name })],
    ['reasons', 'labelId', (label, n) => ({ kind: 'BREAK', code: code(n), labelId: label, labelEn: label })],
    ['roles', 'nameId', (name, n) => ({ code: code(n), nameId: name, nameEn: name, rank: 1, permissions: [] })],
    ['sites', 'name', (name, n) => ({ code: code(n), name, timeZone: 'Asia/Jakarta' })],
    ['teams', 'name', (name) => ({ siteId: world.siteId, name })],
    ['queues', 'name', (name, n) => ({ code: code(n), name, tier: 1 })],
    ['users', 'name', (name, n) => ({ npk: String(40_000 + n), name })],
    ['canned-replies', 'title', (title, n) => ({ shortcut: `u${n}`, title, body: title.replaceAll('{{', '{ {') })],
  ];
  for (const [path, field, body] of nouns) {
    const { refused, read } = await writeAll(await as(world.administrator), path, body, field);
    const kept = xssCorpus.filter((text) => !refused.has(text));
    t.ok(kept.length >= 60, `${path}: ${kept.length} of ${xssCorpus.length} are text that may stand there`);
    t.same(kept.filter((text) => !read.includes(text.trim())), [], `${path}.${field} comes back as it was`);
  }
});

t.test('RS08 a text where the house has a list is refused, in every such field', async (t) => {
  const { db, as, world } = await place(t);
  const opened = await openInteraction(db, world, {});
  const admin = await as(world.administrator);
  const leader = await as(world.leader);
  const work = `/api/interactions/${opened.interactionId}`;
  for (const text of xssCorpus.slice(0, 12)) {
    const answers = await Promise.all([
      admin.call('POST', '/api/sites', { code: 'XX', name: 'x', timeZone: text }),
      admin.call('POST', '/api/channel-accounts', { channel: text, key: 'xx', name: 'x' }),
      admin.call('POST', '/api/channel-accounts', { channel: 'generic', key: 'xx', name: 'x',
        settings: { [text]: text } }),
      leader.call('POST', `${work}/escalate`, { reasonCode: text.slice(0, 64), note: 'x' }),
      leader.call('POST', `${work}/out-of-topic`, { reasonCode: text.slice(0, 64) }),
      leader.call('POST', `/api/contacts/${opened.contactId}/unmask`, { field: 'email',
        reasonCode: text.slice(0, 64) }),
    ]);
    t.ok(answers.every(({ status }) => status >= 400 && status < 500), answers.map(({ status }) => status).join());
    t.ok(answers.every(({ headers }) => String(headers['content-type']).startsWith('application/json')
      && headers['x-content-type-options'] === 'nosniff'));
  }
});
