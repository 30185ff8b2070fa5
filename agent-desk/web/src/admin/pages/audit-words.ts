/** Journal rows in plain words: the sentence, the subject, and what the row tells besides. */
import { codeWord, dayTime, type Locale, serverNow, useCan } from '../../kit/index.ts';
import { reasonWord } from '../../lib/reasons.ts';
import {
  nameIn, useAllAccounts, useBranches, useCalendars, useCategories, useLocalName, usePeople, useQueues, useRoles,
  useReasonNames, useSites, useSkills, useTeams,
} from '../data.ts';
import { sayDay } from '../hours.ts';
import { adminWords } from '../i18n.ts';
import type { AuditRow, Named } from '../types.ts';
import { wordOr, type Words } from '../use-words.ts';

/** Ids in a row's data are named by these. */
export type Names = (field: string, id: string) => string | undefined;

/** How ids read: people, queues and accounts by their names where this user may see them. */
export function useNames(): Names {
  const people = usePeople(useCan('user.read'));
  const queues = useQueues();
  const accounts = useAllAccounts();
  const skills = useSkills();
  const [sites, teams, branches, calendars] = [useSites(), useTeams(), useBranches(), useCalendars()];
  const localName = useLocalName();
  const roles = useRoles().map((role) => ({ id: role.id, name: localName(role) }));
  const reasons = useReasonNames();
  const categories = useCategories().map((category) => ({ id: category.id, name: localName(category) }));
  const lists: Record<string, readonly Named[]> = {
    queueId: queues, fromQueueId: queues, queue: queues, reasonCode: reasons,
    channelAccountId: accounts, 'channel-account': accounts, skill: skills, role: roles,
    category: categories, categoryId: categories, subcategoryId: categories,
    fromSubcategoryId: categories, site: sites, team: teams,
    branch: branches, calendar: calendars,
  };
  return (field, id) => {
    if (['agentId', 'agent', 'toAgentId', 'userId'].includes(field)) {
      return people.find((person) => person.value === id)?.label;
    }
    const list = lists[field] ?? [];
    return list.some((each) => each.id === id) ? nameIn(list, id) : undefined;
  };
}

/** Who did it: a name with NPK, or what kind of actor it was. */
export function actorName(w: Words, row: AuditRow): string {
  if (row.actorKind !== 'USER') return w(`audit.actors.${row.actorKind}`);
  return row.actorName === null ? w('audit.someone') : `${row.actorName} (${row.actorNpk ?? ''})`;
}

/** "Ayu Rahayu (90001) mengubah antrean". */
export function sentenceOf(w: Words, row: AuditRow): string {
  const sentence = wordOr(w, `journal.${row.type}`, '', { actor: actorName(w, row) });
  return sentence === '' ? w('audit.unknownType', { type: row.type }) : sentence;
}

/** "Pengguna · Ayu Rahayu", else the kind with the end of its id. */
export function subjectName(w: Words, row: AuditRow, names: Names): string {
  const kind = wordOr(w, `audit.subjects.${row.subjectType}`, row.subjectType);
  return `${kind} · ${row.subjectName ?? names(row.subjectType, row.subjectId) ?? row.subjectId.slice(-8)}`;
}

type Row = Pick<AuditRow, 'type' | 'data'>;

/** Where this page keeps the words of codes that stand under `from` and `to`; what they are depends on the event. */
const fromTo: Record<string, string> = { 'agent.presence-changed': 'presence', 'ticket.state-changed': 'ticketState' };

/** Where the reasons of other events have their words; those of the house stand in `audit.codes`. */
const reasonGroups: [string, string][] = [['channel-account.session-changed', 'number.reasons'],
  ['channel-account.', 'accounts.reasons'], ['channel-account.', 'number.reasons'], ['event.', 'quarantine.reasons'],
  ['webhook.', 'webhooks.reasons']];

/** The first of these keys that this page has a word for. */
function firstWord(w: Words, keys: readonly string[], code: string): string | undefined {
  const found = keys.find((key) => wordOr(w, `${key}.${code}`, '') !== '');
  return found === undefined ? undefined : wordOr(w, `${found}.${code}`, code);
}

function fieldWord(w: Words, field: string): string {
  return firstWord(w, ['fields', 'audit.fields', 'retention.classes'], field) ?? field;
}

function reasonCodeWord(w: Words, row: Row, code: string, names: Names): string {
  const groups = reasonGroups.filter(([type]) => row.type.startsWith(type)).map(([, group]) => group);
  return firstWord(w, [...groups, 'audit.codes.reasonCode'], code) ?? names('reasonCode', code) ?? reasonWord(code);
}

function countsText(w: Words, counts: object): string {
  const parts = Object.entries(counts).map(([name, n]) =>
    `${firstWord(w, ['audit.counts', 'retention.classes'], name) ?? name} ${String(n)}`);
  return parts.length === 0 ? w('audit.nothingCounted') : parts.join(', ');
}

function codeText(w: Words, row: Row, field: string, code: string, names: Names): string | undefined {
  switch (field) {
    case 'status': case 'previous': return codeWord('status', code);
    case 'state': return firstWord(w, row.type.startsWith('channel-account.session')
      ? ['number.states', 'accounts.states'] : ['accounts.states', 'number.states'], code);
    case 'purpose': return firstWord(w, ['optOuts.purposes'], code);
    case 'days': return code === 'FOREVER' ? w('retention.forever') : undefined;
    case 'field': return fieldWord(w, code);
    case 'outcomeCode': case 'fromOutcomeCode': return names('reasonCode', code);
    case 'reasonCode': return reasonCodeWord(w, row, code, names);
    case 'from': case 'to': {
      const prefix = fromTo[row.type];
      if (prefix !== undefined) return codeWord(prefix, code);
      return firstWord(w, ['signInRules.policies'], code) ?? names('categoryId', code);
    }
    default: return firstWord(w, [`audit.codes.${field}`], code);
  }
}

/** How one value of a row reads: codes by their words, ids by names, dates as they are written here. */
function valueText(w: Words, row: Row, field: string, value: unknown, names: Names, locale: Locale): string {
  if (typeof value === 'boolean') return w(value ? 'common.yes' : 'common.no');
  if (Array.isArray(value)) {
    return value.map((item) => (field === 'permissions' ? wordOr(w, `perm.${String(item)}.0`, String(item))
      // Of "secret:token" the kind: what a channel calls it is the channel's.
      : fieldWord(w, String(item).replace(/:.*$/, '')))).join(', ');
  }
  if (typeof value === 'object' && value !== null) return countsText(w, value);
  const text = String(value);
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return sayDay(text);
  if (/^\d{4}-\d{2}-\d{2}T/.test(text)) return dayTime(text, serverNow(), { locale });
  return names(field, text) ?? codeText(w, row, field, text, names) ?? text;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;
/** `from` before `to`, and the rest as the journal lists its keys. */
const order = Object.keys(adminWords.id.audit.values);

function labelOf(w: Words, row: Row, field: string): string {
  // An export is of a span of time: "until", where other rows tell what became of something.
  return field === 'to' && row.type.startsWith('export.') ? w('audit.to') : wordOr(w, `audit.values.${field}`, field);
}

/** What the row tells besides its sentence; ids nobody could read are left to the raw view. */
export function detailsOf(w: Words, row: Row, names: Names, locale: Locale): { label: string; text: string }[] {
  return Object.entries(row.data ?? {}).filter(([field, value]) => field !== 'noun' && value !== null
    && value !== undefined && value !== '')
    .toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b))
    .map(([field, value]) => ({ label: labelOf(w, row, field), text: valueText(w, row, field, value, names, locale) }))
    .filter((each) => !uuid.test(each.text));
}

/** Every type of event for the filter, under the name of its noun. */
export function typeGroups(w: Words): { value: string; label: string }[] {
  return Object.entries(adminWords.id.journal).flatMap(([noun, verbs]) => Object.keys(verbs).map((verb) => ({
    value: `${noun}.${verb}`, label: wordOr(w, `journal.${noun}.${verb}`, '', { actor: '…' }),
  })));
}

/** Every kind of subject for the filter. */
export function subjectTypes(w: Words): { value: string; label: string }[] {
  return Object.keys(adminWords.id.audit.subjects).filter((kind) => kind !== 'search')
    .map((kind) => ({ value: kind, label: wordOr(w, `audit.subjects.${kind}`, kind) }))
    .toSorted((a, b) => a.label.localeCompare(b.label));
}
