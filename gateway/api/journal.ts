/** /api/journal/seals: is the journal whole, and if not, which row is bad first (RA08). */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { unsealedAgeMs, verifySeals, type SealKeys } from '#domain/journal/seal.ts';
import type { ReadingParts } from './shapes.ts';

export interface JournalParts extends ReadingParts {
  vault: SealKeys;
}

const head = z.object({ block: z.string(), hmac: z.string() });
const answer = z.object({
  ok: z.boolean(), blocks: z.number().int().nullable(), rows: z.number().int().nullable(), head: head.nullable(),
    unsealedMs: z.number(),
  bad: z.object({
    block: z.string(), reason: z.string(),
    row: z.object({ epoch: z.number().int(), xid: z.string(), id: z.string() }).nullable(),
  }).nullable(),
});
/** The walk reads the whole journal. */
const VERIFICATIONS_PER_MINUTE = 4;
const query = z.strictObject({ block: z.string().regex(/^\d{1,18}$/),
  hmac: z.string().regex(/^[0-9a-f]{64}$/) }).partial()
  .refine((given) => (given.block === undefined) === (given.hmac === undefined));

/** Verifies the chain, against a head kept elsewhere if one is given. */
export function journalApi(parts: JournalParts): FastifyPluginAsyncZod {
  const { work } = parts;
  return async (app) => {
    app.get('/api/journal/seals', {
      config: { permission: 'audit.read', rateLimit: { max: VERIFICATIONS_PER_MINUTE, timeWindow: 60_000 } },
      schema: { querystring: query, response: { 200: answer } },
    }, async ({ query: { block, hmac } }) => {
      const expected = block === undefined || hmac === undefined ? undefined : { block, hmac };
      const unsealedMs = await unsealedAgeMs(work.db);
      const verdict = await verifySeals(work.db, parts.vault, expected);
      if (verdict.ok) return { ok: true, blocks: verdict.blocks, rows: verdict.rows, head: verdict.head, unsealedMs,
        bad: null };
      const { block: bad, reason, row } = verdict;
      return { ok: false, blocks: null, rows: null, head: null, unsealedMs, bad: { block: bad, reason, row } };
    });
  };
}
