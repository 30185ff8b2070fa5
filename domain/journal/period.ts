/**
 * Where a period lies in the journal. Rows lie almost in the order of their time, so a few looks find its ends, and no
 * index on the time is written with every message. Almost: a row carries the time of its statement, and its place
 * that of its transaction; so the ends lie limits.journalDisorderMinutes outside, and whoever reads compares `at` too.
 */
import { limits } from '#domain/limits.ts';
import { statement, type Queryable } from '#domain/store/db.ts';

/** The first transaction of an epoch and the first whose rows are not before a time, by halving what lies between. */
const seek = statement('journal.seek', `with recursive ends as (
    select (select xid from journal j where epoch = $1 order by j.epoch, j.xid, j.id limit 1)::text::bigint as low,
      (select xid from journal j where epoch = $1 order by j.epoch desc, j.xid desc, j.id desc limit 1)::text::bigint
        as high),
  search as (
    select low, high + 1 as high from ends where low is not null
    union all
    select case when probe.at < $2 then probe.xid + 1 else s.low end,
      case when probe.at < $2 then s.high else (s.low + s.high) / 2 end
    from search s cross join lateral (select j.at, j.xid::text::bigint as xid from journal j
      where j.epoch = $1 and j.xid >= ((s.low + s.high) / 2)::text::xid8 order by j.epoch, j.xid, j.id limit 1) probe
    where s.low < s.high)
  select search.low::text as xid, search.low = ends.low as is_first from search, ends where search.low >= search.high`);
const epochNow = statement('journal.epoch', 'select epoch from journal_epoch');

async function placeOf(db: Queryable, at: Date): Promise<{ epoch: number; xid: string }> {
  const { epoch: present } = await db.one<{ epoch: number }>(epochNow) ?? { epoch: 1 };
  let found = { epoch: present + 1, xid: '0' };
  for (let epoch = present; epoch > 0; epoch -= 1) {
    const place = await db.one<{ xid: string; is_first: boolean }>(seek, [epoch, at]);
    if (place === undefined) continue;
    found = { epoch, xid: place.xid };
    if (!place.is_first) break;
  }
  return found;
}

/**
 * SQL over the journal (`alias`): the stretch of it in which rows of this period lie, some before and after it as
 * well. True where there is neither begin nor end.
 */
export async function periodFilter(db: Queryable, alias: string,
  { from, to }: { from?: Date | undefined; to?: Date | undefined }): Promise<string> {
  const slackMs = limits.journalDisorderMinutes * 60_000;
  const place = `(${alias}.epoch, ${alias}.xid, ${alias}.id)`;
  const parts = ['true'];
  if (from !== undefined) {
    const { epoch, xid } = await placeOf(db, new Date(from.getTime() - slackMs));
    parts.push(`${place} >= (${epoch}, '${xid}'::xid8, 0)`);
  }
  if (to !== undefined) {
    const { epoch, xid } = await placeOf(db, new Date(to.getTime() + slackMs));
    parts.push(`${place} < (${epoch}, '${xid}'::xid8, 0)`);
  }
  return parts.join(' and ');
}
