/** The prepared messages that Meta has approved for this business, as agents choose among them. */
import type { ChannelHost } from '#channels/channel.ts';
import { list, object, text, type Json } from '#channels/json-fields.ts';
import type { MessageTemplate } from '#domain/channels/words.ts';
import { AppError } from '#domain/errors.ts';
import { limits } from '#domain/limits.ts';
import { reasonOf } from './codes.ts';
import { graphOf, type Graph } from './graph.ts';

const TRUST_MS = 300_000;
const ASK_TIMEOUT_MS = 15_000;
const PAGE_ITEMS = 100;
const TEMPLATES_MAX = 1_000;
const CURSOR_CHARS = 2_000;
/** Buttons that need nothing to be filled in when they are sent. */
const PLAIN_BUTTONS = new Set(['QUICK_REPLY', 'PHONE_NUMBER', 'URL']);

/** How many gaps a text has; undefined where they bear names instead of numbers. */
function gapsOf(words: string): number | undefined {
  const names = [...words.matchAll(/\{\{([^{}]*)\}\}/g)].map((found) => found[1] ?? '');
  const numbers = names.map((name) => (/^[1-9]\d?$/.test(name) ? Number(name) : NaN));
  return numbers.some(Number.isNaN) ? undefined : Math.max(0, ...numbers);
}

function isPlainButton(button: Json | undefined): boolean {
  return PLAIN_BUTTONS.has(text(button?.['type']) ?? '') && !(text(button?.['url']) ?? '').includes('{{');
}

/**
 * A template as we know it; undefined for one that needs more than words to be sent: a picture above it, a code to
 * copy, a link with a gap, gaps that bear names.
 */
function templateOf(item: Json): MessageTemplate | undefined {
  const parts = new Map(list(item['components']).map((one) => [text(object(one)?.['type']), object(one)]));
  const [header, body] = [parts.get('HEADER'), text(parts.get('BODY')?.['text'])];
  const [name, language, category] = [text(item['name']), text(item['language']), text(item['category'])];
  if (name === undefined || language === undefined || body === undefined) return undefined;
  if (category === 'AUTHENTICATION') return undefined;
  if (item['status'] !== undefined && item['status'] !== 'APPROVED') return undefined;
  if (header !== undefined && header['format'] !== 'TEXT') return undefined;
  const isPlain = [...parts.keys()].every((type) => ['HEADER', 'BODY', 'FOOTER', 'BUTTONS'].includes(type ?? ''))
    && list(parts.get('BUTTONS')?.['buttons']).every((button) => isPlainButton(object(button)));
  const title = text(header?.['text']) ?? null;
  const [bodyGaps, headerGaps] = [gapsOf(body), gapsOf(title ?? '')];
  if (!isPlain || bodyGaps === undefined || headerGaps === undefined) return undefined;
  if (body.length > limits.messageTextChars || name.length > limits.handleChars) return undefined;
  return { name, language, category: category ?? '', header: title, body,
    footer: text(parts.get('FOOTER')?.['text']) ?? null, bodyGaps, headerGaps };
}

async function askAll(graph: Graph | undefined): Promise<MessageTemplate[]> {
  if (graph?.businessAccountId === undefined) {
    throw new AppError('CHANNEL_UNAVAILABLE', { reasonCode: 'SECRET_MISSING' });
  }
  const path = `${encodeURIComponent(graph.businessAccountId)}/message_templates`;
  const signal = AbortSignal.timeout(ASK_TIMEOUT_MS);
  const found: MessageTemplate[] = [];
  let after: string | undefined;
  for (let page = 0; page < TEMPLATES_MAX / PAGE_ITEMS; page += 1) {
    const query = new URLSearchParams({ status: 'APPROVED', fields: 'name,language,category,status,components',
      limit: String(PAGE_ITEMS), ...(after === undefined ? {} : { after }) });
    const answer = await graph.get(`${path}?${query}`, signal);
    if (!answer.ok) throw new AppError('CHANNEL_UNAVAILABLE', { reasonCode: reasonOf(answer.failure) });
    found.push(...list(answer.body['data']).flatMap((item) => templateOf(object(item) ?? {}) ?? []));
    const paging = object(answer.body['paging']);
    after = text(object(paging?.['cursors'])?.['after']);
    // The address of the next page has the token in it; only whether there is one is of use.
    if (paging?.['next'] === undefined || after === undefined || after.length > CURSOR_CHARS) break;
  }
  return found.slice(0, TEMPLATES_MAX);
}

interface Kept { at: number; asked: Promise<MessageTemplate[]> }

const kept = new WeakMap<ChannelHost, Kept>();

/** Those of now; where Meta does not answer, those of before. */
async function refreshed(host: ChannelHost, before: Kept | undefined): Promise<MessageTemplate[]> {
  try {
    return await askAll(await graphOf(host));
  } catch (error) {
    if (before === undefined) throw error;
    return before.asked;
  }
}

/**
 * The approved templates that need no more than words, at most 1,000, asked for anew every five minutes; where Meta
 * does not answer then, those of before. Rejects CHANNEL_UNAVAILABLE where there are none of before either.
 */
export function templates(host: ChannelHost): Promise<MessageTemplate[]> {
  const now = performance.now();
  const before = kept.get(host);
  if (before !== undefined && now - before.at < TRUST_MS) return before.asked;
  const fresh: Kept = { at: now, asked: refreshed(host, before) };
  kept.set(host, fresh);
  fresh.asked.catch(() => {
    if (kept.get(host) === fresh) kept.delete(host);
  });
  return fresh.asked;
}
