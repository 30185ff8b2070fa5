/**
 * Previews of links in messages: what the page says of itself, as plain text. Only addresses that stand in a message
 * are asked for, each once a week; the address itself is kept as a hash, for it may hold what belongs to the customer.
 */
import { createHash } from 'node:crypto';
import { Parser } from 'htmlparser2';
import { limits } from '#domain/limits.ts';
import { statement } from '#domain/store/db.ts';
import { cutText, safeText } from '#domain/text.ts';
import type { Work } from '#domain/work.ts';
import { fetchPage, PageRefused, type PageFetchOptions } from './page-fetch.ts';

export interface LinkPreview {
  title: string;
  description: string | null;
  siteName: string;
}

interface Stored { title: string | null; description: string | null; site_name: string | null }

/** A page that answered is believed for a week, a failure for ten minutes. */
const kept = statement('link-previews.kept', `
select title, description, site_name from link_previews where organisation_id = $1 and address_hash = $2
  and fetched_at > app_now() - case when reason_code is null then interval '7 days' else interval '10 minutes' end`);
const keep = statement('link-previews.keep', `
insert into link_previews (organisation_id, address_hash, title, description, site_name, reason_code, fetched_at)
values ($1, $2, $3, $4, $5, $6, app_now())
on conflict (organisation_id, address_hash) do update set title = excluded.title, description = excluded.description,
  site_name = excluded.site_name, reason_code = excluded.reason_code, fetched_at = excluded.fetched_at`);
const forgetOld = statement('link-previews.forget', `
delete from link_previews where (organisation_id, address_hash) in (select organisation_id, address_hash
  from link_previews where fetched_at < app_now() - interval '30 days' order by fetched_at limit 1000)`);

const ADDRESS = /\bhttps?:\/\/[^\s<>"'`\u200e\u200f\u202a-\u202e\u2066-\u2069]+/iu;
/** What ends a sentence behind an address, and not the address. */
const TRAILING = new Set('.,;:!?)]}\'"\u201d\u2019');

/** The first web address in a text, as the desk shows it; undefined without one. */
export function firstAddress(text: string): string | undefined {
  const found = ADDRESS.exec(text)?.[0] ?? '';
  let end = found.length;
  // Sign by sign from the end: an expression would look from every place of what a customer made long on purpose.
  while (TRAILING.has(found[end - 1] ?? '')) end -= 1;
  if (end === 0 || end > limits.linkChars) return undefined;
  const address = found.slice(0, end);
  return URL.canParse(address) ? new URL(address).href : undefined;
}

function plain(text: string | undefined, chars: number): string | null {
  const line = safeText(text ?? '').replaceAll(/[\p{Cc}\u200b-\u200f\u202a-\u202e\u2066-\u2069\s]+/gu, ' ').trim();
  return line === '' ? null : cutText(line, chars);
}

/** Title, description and name of a page from its head. Pure; null where it says no title. */
export function readPage(html: string, host: string): LinkPreview | null {
  const said = new Map<string, string>();
  let title = '';
  let inTitle = false;
  const parser = new Parser({
    onopentag(name, attributes) {
      if (name === 'title' && title === '') inTitle = true;
      const key = (attributes['property'] ?? attributes['name'] ?? '').toLowerCase();
      const content = attributes['content'];
      if (name === 'meta' && content !== undefined && key !== '' && !said.has(key)) said.set(key, content);
    },
    ontext(text) { if (inTitle && title.length < 1_000) title += text; },
    onclosetag(name) { if (name === 'title') inTitle = false; },
  }, { decodeEntities: true });
  parser.end(html);
  const shown = plain(said.get('og:title') ?? said.get('twitter:title') ?? title, 140);
  if (shown === null) return null;
  return { title: shown, siteName: plain(said.get('og:site_name'), 60) ?? host,
    description: plain(said.get('og:description') ?? said.get('description'), 220) };
}

export interface LinkPreviews {
  /** What the page says of itself, or null. Never throws for what the outside does. */
  preview(organisationId: string, address: string): Promise<LinkPreview | null>;
}

/** Previews on this node: at most limits.linkPreviewsAtOnce pages are asked for at once, more get none for now. */
export function createLinkPreviews(work: Pick<Work, 'db' | 'log'>, options: PageFetchOptions = {}): LinkPreviews {
  const running = new Map<string, Promise<LinkPreview | null>>();
  let fetched = 0;

  const fetchOnce = async (organisationId: string, hash: Buffer, address: string): Promise<LinkPreview | null> => {
    let found: LinkPreview | null = null;
    let reasonCode: string | null = null;
    try {
      const page = await fetchPage(address, options);
      found = readPage(page.html, page.host);
      if (found === null) reasonCode = 'NO_TITLE';
    } catch (error) {
      reasonCode = error instanceof PageRefused ? error.code : 'NOT_A_PAGE';
    }
    await work.db.rows(keep, [organisationId, hash, found?.title ?? null, found?.description ?? null,
      found?.siteName ?? null, reasonCode]);
    fetched += 1;
    if (fetched % 100 === 0) await work.db.rows(forgetOld);
    return found;
  };

  return {
    async preview(organisationId, address) {
      const hash = createHash('sha256').update(address).digest();
      const stored = await work.db.one<Stored>(kept, [organisationId, hash]);
      if (stored !== undefined) {
        return stored.title === null ? null
          : { title: stored.title, description: stored.description, siteName: stored.site_name ?? '' };
      }
      const key = `${organisationId} ${hash.toString('hex')}`;
      const under = running.get(key);
      if (under !== undefined) return under;
      if (running.size >= limits.linkPreviewsAtOnce) return null;
      const started = fetchOnce(organisationId, hash, address).finally(() => { running.delete(key); });
      running.set(key, started);
      return started;
    },
  };
}
