/** /api/journal/seals: is the journal whole, and if not, which row is bad first (RA08). */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { sealHead, unsealedAgeMs, verifySeals, type SealKeys } from '#domain/journal/seal.ts';
import { limits } from '#domain/limits.ts';
import type { ReadingParts } from './shapes.ts';

export interface JournalParts extends ReadingParts {
  vault: SealKeys;
}

const head = z.object({ block: z.string(), hmac: z.string() });
const answer = z.object({
  ok: z.boolean(), blocks: z.number().int().nullable(), rows: z.number().int().nullable(), head: head.nullable(),
    unsealedMs: z.number(),
  /** Where the next request goes on; null once the end of the chain was reached. */
  next: head.nullable(),
  /** The newest block, as of now. */
  newestBlock: z.string().nullable(),
  bad: z.object({
    block: z.string(), reason: z.string(),
    row: z.object({ epoch: z.number().int(), xid: z.string(), id: z.string() }).nullable(),
  }).nullable(),
});
/** Each reads some of the journal, for limits.sealCheckMs at most: one check after the other, and a few beside it. */
const REQUESTS_PER_MINUTE = 60;
const block = z.string().regex(/^\d{1,18}$/);
const hmac = z.string().regex(/^[0-9a-f]{64}$/);
const query = z.strictObject({ block, hmac, fromBlock: block, fromHmac: hmac }).partial()
  .refine((given) => (given.block === undefined) === (given.hmac === undefined))
  .refine((given) => (given.fromBlock === undefined) === (given.fromHmac === undefined));

function headOf(blockGiven: string | undefined, hmacGiven: string | undefined): z.output<typeof head> | undefined {
  return blockGiven === undefined || hmacGiven === undefined ? undefined : { block: blockGiven, hmac: hmacGiven };
}

/**
 * Verifies the chain for a while, against a head kept elsewhere if one is given, from where an earlier request ended
 * (or from a kept head) if that is given.
 */
export function journalApi(parts: JournalParts): FastifyPluginAsyncZod {
  const { work } = parts;
  return async (app) => {
    app.get('/api/journal/seals', {
      config: { permission: 'audit.read', rateLimit: { max: REQUESTS_PER_MINUTE, timeWindow: 60_000 } },
      schema: { querystring: query, response: { 200: answer } },
    }, async ({ query: given }) => {
      const expected = headOf(given.block, given.hmac);
      const about = { unsealedMs: await unsealedAgeMs(work.db),
        newestBlock: (await sealHead(work.db))?.block ?? null };
      const verdict = await verifySeals(work.db, parts.vault, { expected: expected === undefined ? [] : [expected],
        from: headOf(given.fromBlock, given.fromHmac), budgetMs: limits.sealCheckMs });
      if (verdict.ok) return { ...verdict, ...about, bad: null };
      const { block: bad, reason, row } = verdict;
      return { ok: false, blocks: null, rows: null, head: null, next: null, ...about,
        bad: { block: bad, reason, row } };
    });
  };
}
