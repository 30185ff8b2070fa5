/** Journal rows in plain words: the sentence, the subject, and what the row tells besides. */
import { codeWord, useCan } from '../../kit/index.ts';
import {
  nameIn, useAllAccounts, useBranches, useCalendars, useCategories, useLocalName, usePeople, useQueues, useRoles,
  useSites, useSkills, useTeams,
} from '../data.ts';
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
  const categories = useCategories().map((category) => ({ id: category.id, name: localName(category) }));
  const lists: Record<string, readonly Named[]> = {
    queueId: queues, queue: queues, channelAccountId: accounts, 'channel-account': accounts, skill: skills, role: roles,
    category: categories, categoryId: categories, subcategoryId: categories, site: sites, team: teams,
    branch: branches, calendar: calendars,
  };
  return (field, id) => {
    if (field === 'agentId' || field === 'agent') return people.find((person) => person.value === id)?.label;
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

/** Where the desk keeps the words of codes of this field. */
const codePrefixes: Record<string, string> = {
  status: 'status', previous: 'status', presence: 'presence', from: 'ticketState', to: 'ticketState',
  reasonCode: 'reason',
};

function valueText(w: Words, field: string, value: unknown, names: Names): string {
  if (Array.isArray(value)) return value.map((item) => wordOr(w, `fields.${String(item)}`, String(item))).join(', ');
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  const text = String(value);
  if (field === 'reason') return wordOr(w, `audit.endings.${text}`, text);
  if (field === 'state') return wordOr(w, `accounts.states.${text}`, text);
  const prefix = codePrefixes[field];
  return names(field, text) ?? (prefix !== undefined && /^[A-Za-z_0-9]+$/.test(text) ? codeWord(prefix, text) : text);
}

const uuid = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

/** What the row tells besides its sentence; ids nobody could read are left to the raw view. */
export function detailsOf(w: Words, row: AuditRow, names: Names): { label: string; text: string }[] {
  return Object.entries(row.data ?? {}).filter(([field, value]) => field !== 'noun' && value !== null
    && value !== undefined && value !== '')
    .map(([field, value]) =>
      ({ label: wordOr(w, `audit.values.${field}`, field), text: valueText(w, field, value, names) }))
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
