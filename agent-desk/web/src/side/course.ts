/** The steps of a ticket's course in words: what happened, to whom, why, and what was there before. */
import { codeWord } from '../kit/words.ts';
import { serverNow } from '../lib/now.ts';
import { dayTime, type Locale } from '../lib/time.ts';

interface Named { id: string; en: string }

/** One step as the server tells it. */
export interface Step {
  id: string; at: string; type: string; actorKind: string; actorName: string | null;
  detail: { from: string | null; to: string | null; reasonCode: string | null; reason: string | null;
    queueName: string | null; agentName: string | null;
    until: string | null; score: number | null; reasonName: Named | null; outcomeName: Named | null;
    categoryName: Named | null;
    changes: { field: 'category' | 'subcategory' | 'outcome' | 'summary'; from: Named | null; to: Named | null }[] };
}

/** Reasons that say no more than the step itself. */
const plain = new Set(['NEW', 'AGENT', 'RELEASED', 'ABANDONED']);

/** What happened, in one line. */
export function saidOf(step: Step, locale: Locale): string {
  const { detail, type } = step;
  const until = detail.until === null ? '' : dayTime(detail.until, serverNow(), { locale });
  const state = (code: string | null): string => (code === null ? '' : codeWord('ticketState', code));
  const toColleague = type === 'interaction.transferred' && detail.agentName !== null;
  return codeWord('course.type', toColleague ? 'interaction.transferred-to' : type, { from: state(detail.from),
    to: state(detail.to), queue: detail.queueName ?? '', agent: detail.agentName ?? '', until,
    score: detail.score ?? 0 });
}

function change({ field, from, to }: Step['detail']['changes'][number], locale: Locale): string {
  const name = codeWord('form', field);
  if (from === null && to === null) return codeWord('course', 'rewritten', { field: name });
  const after = to?.[locale] ?? '–';
  return `${name}: ${from === null ? after : `${from[locale]} → ${after}`}`;
}

/** The lines below it: the reason in words, what changed and from what, how it was documented. */
export function aboutStep(step: Step, locale: Locale): string[] {
  const { detail, type } = step;
  const why = detail.reasonName?.[locale] ?? (detail.reasonCode === null ? null
    : codeWord('course.reason', detail.reasonCode));
  const how = detail.reason === null || plain.has(detail.reason) ? null : codeWord('course.reason', detail.reason);
  const documented = type !== 'interaction.documented' ? []
    : [detail.categoryName?.[locale], detail.outcomeName?.[locale]];
  return [why === null ? null : codeWord('course', 'why', { why }), how, ...detail.changes.map((each) =>
    change(each, locale)), documented.filter((part) => part !== undefined).join(' · ')]
    .filter((line): line is string => line !== null && line !== '');
}
