/**
 * The first words to whoever's work was just opened: the account's greeting, or outside of its queue's hours what the
 * account says then. Once per interaction, whoever sends it; a text that nobody wrote is not sent.
 */
import { isOpen, type Span, type Week } from '#domain/calendars/rules.ts';
import { appNowMs } from '#domain/clock.ts';
import { limits } from '#domain/limits.ts';
import { statement } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import { queueSystemMessage } from './outbound.ts';

/** A customer who wrote while nobody was there is greeted for so long afterwards; later it would only confuse. */
const GREETED_WITHIN_MINUTES = 10;
const AT_ONCE = 100;

// The id is made of the interaction's, so that two nodes, and a second look, write the same message (INV3).
const dueSql = `
select i.organisation_id, i.conversation_id, i.id, i.date_origin::text as at_key, md5('greeting ' || i.id)::uuid as client_id,
  a.settings ->> 'greeting' as greeting, a.settings ->> 'awayText' as away, c.time_zone, c.weekly,
  (select jsonb_agg(jsonb_build_array(to_char(h.day, 'YYYY-MM-DD'), h.spans) order by h.calendar_id nulls first)
    from holidays h where h.organisation_id = i.organisation_id and h.active
      and (h.calendar_id is null or h.calendar_id = c.id)
      and h.day between app_now()::date - 1 and app_now()::date + 1) as holidays
from channel_accounts a
join interactions i on i.organisation_id = a.organisation_id and i.channel_account_id = a.id
  and i.state not in ('CLOSED', 'OOT_COMPLETE')
  and i.date_origin > app_now() - interval '${GREETED_WITHIN_MINUTES} minutes'
left join queues q on q.id = i.queue_id left join sites s on s.id = coalesce(q.site_id, i.site_id)
left join calendars c on c.id = coalesce(q.calendar_id, s.calendar_id) and c.active
where a.status <> 'DISABLED' and (coalesce(a.settings ->> 'greeting', '') <> ''
    or coalesce(a.settings ->> 'awayText', '') <> '')
  and not exists (select from messages m where m.organisation_id = i.organisation_id
    and m.client_id = md5('greeting ' || i.id)::uuid)
  and (i.date_origin, i.id) > ($1::text::timestamptz, $2::uuid)
order by i.date_origin, i.id limit ${AT_ONCE}`;
const due = statement('greetings.due', dueSql);
/** Mostly no account greets: then nothing of a burst of newcomers is looked at. */
const anyGreets = statement('greetings.any', `select 1 as is from channel_accounts
  where settings ? 'greeting' or settings ? 'awayText' limit 1`);

interface DueRow {
  id: string; at_key: string; organisation_id: string; conversation_id: string; client_id: string;
  greeting: string | null; away: string | null;
  time_zone: string | null; weekly: Week | null; holidays: [string, Span[]][] | null;
}

function textOf(row: DueRow, at: Date): string | null {
  const isAway = row.time_zone !== null && row.weekly !== null
    && !isOpen({ timeZone: row.time_zone, weekly: row.weekly, holidays: new Map(row.holidays ?? []) }, at);
  const text = isAway ? row.away : row.greeting;
  return text === null || text.trim() === '' ? null : text;
}

/** Greets whoever is due; gives how many. */
export async function greet(work: Work): Promise<number> {
  let greeted = 0;
  if (await work.db.one(anyGreets) === undefined) return 0;
  let after: [string, string] = ['-infinity', '00000000-0000-0000-0000-000000000000'];
  for (;;) {
    const rows = await work.db.rows<DueRow>(due, after);
    for (const row of rows) {
      const text = textOf(row, new Date(appNowMs()));
      if (text === null) continue;
      await work.db.transaction((tx) => queueSystemMessage(work, tx, { organisationId: row.organisation_id,
        conversationId: row.conversation_id, clientId: row.client_id, authorKind: 'SYSTEM', text }));
      greeted += 1;
    }
    // Those to whom nothing is said stay due for a while: nobody behind them waits for that.
    const last = rows.at(-1);
    if (last === undefined || rows.length < AT_ONCE) return greeted;
    after = [last.at_key, last.id];
  }
}

export interface Greetings { stop(): Promise<void> }

/** Greets at each hint that work came in, and by a sweep; any number of nodes may run side by side. */
export function startGreetings(work: Work, options: { sweepMs?: number } = {}): Greetings {
  let running: Promise<unknown> | undefined;
  let isAgain = false;
  const look = (): void => {
    if (running !== undefined) {
      isAgain = true;
      return;
    }
    running = greet(work).catch((error: Error) => {
      work.log.warn({ error: error.message }, 'greetings wait');
    }).finally(() => {
      running = undefined;
      if (isAgain) { isAgain = false; look(); }
    });
  };
  const unhear = work.wake.on('assignment', look);
  const timer = setInterval(look, options.sweepMs ?? limits.greetingSweepMs);
  return {
    async stop() {
      unhear();
      clearInterval(timer);
      isAgain = false;
      await running;
    },
  };
}
