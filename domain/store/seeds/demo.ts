/** SEED=demo: the two sites, 67 seats, roles, queues and invented people of the contact centre (A5-A9, B6-B10). */
import { randomBytes } from 'node:crypto';
import { newId } from '#domain/ids.ts';
import type { Db, Tx } from '#domain/store/db.ts';
import * as words from './words.ts';
import { insertCannedReplies } from './replies.ts';
import { insertOrganisation, insertRows, roleRow, seedOnce, type SeedOptions } from './base.ts';

export interface DemoSeed {
  created: boolean;
  organisationId: string;
  /** Signs hooks of the account `demo` of the generic channel; only when the seed was made by this call. */
  genericSecret: string | undefined;
}

interface Person {
  id: string;
  npk: string;
  role: string;
  site: 'JKT' | 'YGY';
  /** Index of the team of an agent or of its leader. */
  team: number | null;
  queues: readonly string[];
  skills: readonly string[];
}

const TIER1_QUEUES = ['LIVE_CHAT', 'WHATSAPP', 'TELEGRAM', 'EMAIL', 'MEDIA_SOSIAL', 'TELEPON', 'SAPA', 'KANAL_LAIN'];
const JAKARTA_AGENTS = 45;
const JAKARTA_TEAMS = 4;
const TEAMS = 10;

function crew(from: number, count: number, of: (n: number) => Omit<Person, 'id' | 'npk'>): Person[] {
  return Array.from({ length: count }, (_, n) => ({ id: newId(), npk: String(from + n), ...of(n) }));
}

/**
 * Everybody, in the head-counts of A7 and A8: 45 + 60 agents, 4 + 6 leaders, 8 verifiers, 1 + 4 QC, 1 QA, 1 + 1 RTFM
 * ...
 */
function everybody(): Person[] {
  const plain = (role: string, site: Person['site']): Omit<Person, 'id' | 'npk'> =>
    ({ role, site, team: null, queues: [], skills: [] });
  const agent = (n: number): Omit<Person, 'id' | 'npk'> => {
    const jakarta = n < JAKARTA_AGENTS;
    const team = jakarta ? n % JAKARTA_TEAMS : JAKARTA_TEAMS + ((n - JAKARTA_AGENTS) % (TEAMS - JAKARTA_TEAMS));
    return { role: 'AGENT', site: jakarta ? 'JKT' : 'YGY', team, queues: TIER1_QUEUES,
      skills: n % 3 === 0 ? ['TEKS', 'SUARA', 'BAHASA_INGGRIS'] : ['TEKS', 'SUARA'] };
  };
  return [
    ...crew(90001, 1, () => plain('ADMIN', 'JKT')), ...crew(80001, 1, () => plain('OPERATION_MANAGER', 'JKT')),
    ...crew(20001, TEAMS, (n) => ({ ...plain('TEAM_LEADER', n < JAKARTA_TEAMS ? 'JKT' : 'YGY'), team: n })),
    ...crew(10001, 105, agent),
    ...crew(30001, 20, (n) => ({ ...plain('TIER2', n % 2 === 0 ? 'JKT' : 'YGY'),
      queues: [n < 10 ? 'HELPDESK' : 'CS_DIGITAL'], skills: [n < 10 ? 'HELPDESK' : 'CS_DIGITAL'] })),
    ...crew(40001, 8, () => ({ ...plain('VERIFIER', 'JKT'), queues: ['VERIFIKATOR'], skills: ['VERIFIKASI'] })),
    ...crew(50001, 5, (n) => plain('QC', n === 0 ? 'JKT' : 'YGY')), ...crew(51001, 1, () => plain('QA', 'YGY')),
    ...crew(52001, 2, (n) => plain('RTFM', n === 0 ? 'JKT' : 'YGY')), ...crew(53001, 1, () => plain('WFM', 'JKT')),
    ...crew(54001, 1, () => plain('DOC_CONTROL', 'JKT')), ...crew(55001, 1, () => plain('SOCIAL_ANALYST', 'JKT')),
    ...crew(60001, 4, (n) => plain('OUTBOUND', n % 2 === 0 ? 'JKT' : 'YGY')),
    ...crew(61001, 4, (n) => plain('TELEMARKETING', n % 2 === 0 ? 'JKT' : 'YGY')),
  ];
}

interface Ground {
  organisationId: string;
  now: string;
  sites: Record<'JKT' | 'YGY', string>;
  queues: Map<string, string>;
  skills: Map<string, string>;
  roles: Map<string, string>;
}

/** Opening hours: those of the contact centre, and those of the branches with the holidays of two years. */
async function insertCalendars(tx: Tx, { organisationId, now }: Ground): Promise<Map<string, string>> {
  const ids = new Map<string, string>(words.calendars.map(([code]) => [code, newId()]));
  await insertRows(tx, 'calendars', words.calendars.map(([code, name, workday, saturday, sunday]) => ({
    id: ids.get(code), organisation_id: organisationId, code, name, time_zone: 'Asia/Jakarta', active: true,
    weekly: [workday, workday, workday, workday, workday, saturday, sunday], created_at: now, version: 1,
  })));
  const year = Number(now.slice(0, 4));
  await insertRows(tx, 'holidays', [year, year + 1].flatMap((each) => words.holidays.map(([day, name]) => ({
    id: newId(), organisation_id: organisationId, calendar_id: ids.get('KANTOR'), day: `${each}-${day}`, name,
    spans: [], active: true, created_at: now, version: 1,
  }))));
  return ids;
}

async function insertPlaces(tx: Tx, ground: Ground): Promise<void> {
  const { organisationId, now, sites } = ground;
  const calendars = await insertCalendars(tx, ground);
  await insertRows(tx, 'sites', [['JKT', 'Jakarta'], ['YGY', 'Yogyakarta']].map(([code, name]) => ({
    id: sites[code as 'JKT' | 'YGY'], organisation_id: organisationId, code, name, time_zone: 'Asia/Jakarta',
    calendar_id: calendars.get('LAYANAN'), active: true, created_at: now, version: 1,
  })));
  const ids = new Map<string, string>(words.branches.map(([code]) => [code, newId()]));
  const paths = new Map<string, string>();
  for (const [code, parent] of words.branches) paths.set(code, parent === null ? code : `${paths.get(parent)}.${code}`);
  await insertRows(tx, 'branches', words.branches.map(([code, parent, kind, name]) => ({
    id: ids.get(code), organisation_id: organisationId, parent_id: parent === null ? null : ids.get(parent), code,
      name, kind,
    path: paths.get(code), calendar_id: calendars.get('KANTOR'), active: true, created_at: now, version: 1,
  })));
  const seats = words.seats.flatMap(([application, jakarta, yogyakarta]) => [
    ...Array.from({ length: jakarta }, (_, n) => ({ site: sites.JKT, application,
      label: `JKT-${application}-${n + 1}` })),
    ...Array.from({ length: yogyakarta }, (_, n) => (
      { site: sites.YGY, application, label: `YGY-${application}-${n + 1}` })),
  ]);
  await insertRows(tx, 'seats', seats.map(({ site, application, label }) => ({
    id: newId(), organisation_id: organisationId, site_id: site, application, label, active: true, version: 1,
  })));
}

async function insertWork(tx: Tx, ground: Ground): Promise<void> {
  const { organisationId, now, queues, skills } = ground;
  await insertRows(tx, 'skills', words.skills.map(([code, name]) => ({
    id: skills.get(code), organisation_id: organisationId, code, name, active: true, created_at: now, version: 1,
  })));
  await insertRows(tx, 'queues', words.queues.map(([code, name, tier]) => ({
    id: queues.get(code), organisation_id: organisationId, code, name, tier, priority: 0, offer_timeout_s: 30,
    pick_allowed: false, active: true, created_at: now, version: 1,
  })));
  await insertRows(tx, 'queue_skills', words.queues.map(([code, , , skill]) => ({
    organisation_id: organisationId, queue_id: queues.get(code), skill_id: skills.get(skill),
  })));
  for (const category of words.categories) {
    const parentId = newId();
    const row = (id: string, parent: string | null, code: string, nameId: string, nameEn: string): Record<string,
      unknown> => ({
      id, organisation_id: organisationId, parent_id: parent, code, name_id: nameId, name_en: nameEn,
      target_ideal_s: category.ideal, target_max_s: category.max, reopen_days: 7, active: true, version: 1,
    });
    await insertRows(tx, 'categories', [row(parentId, null, category.code, category.id, category.en),
      ...category.under.map(([code, id, en]) => row(newId(), parentId, code, id, en))]);
  }
  await insertRows(tx, 'reasons', words.reasons.map(([kind, code, id, en], sort) => ({
    id: newId(), organisation_id: organisationId, kind, code, label_id: id, label_en: en, active: true, sort,
      version: 1,
  })));
}

async function insertPeople(tx: Tx, ground: Ground, hash: string): Promise<void> {
  const { organisationId, now, sites, roles, queues, skills } = ground;
  const people = everybody();
  const leaders = people.filter((person) => person.role === 'TEAM_LEADER');
  const teams = leaders.map(() => newId());
  await insertRows(tx, 'teams', leaders.map((leader, n) => ({
    id: teams[n], organisation_id: organisationId, site_id: sites[leader.site], 
    name: `Tim ${n + 1} ${leader.site === 'JKT' ? 'Jakarta' : 'Yogyakarta'}`, created_at: now, version: 1,
  })));
  await insertRows(tx, 'users', people.map((person, n) => ({
    id: person.id, organisation_id: organisationId, npk: person.npk, name: words.inventedName(n), password_hash: hash,
    status: 'ACTIVE', site_id: sites[person.site], team_id: person.team === null ? null : teams[person.team],
      locale: 'id',
    capacity_points: 100, password_changed_at: now, created_at: now, updated_at: now, version: 1,
  })));
  for (const [n, leader] of leaders.entries()) {
    await tx.dynamic('update teams set leader_id = $2 where id = $1', [teams[n], leader.id]);
  }
  await insertRows(tx, 'user_roles', people.map((person) =>
    roleRow(organisationId, person.id, roles.get(person.role), person.role, sites[person.site])));
  await insertRows(tx, 'queue_members', people.flatMap((person) => person.queues.map((code) => ({
    organisation_id: organisationId, queue_id: queues.get(code), user_id: person.id,
  }))));
  await insertRows(tx, 'user_skills', people.flatMap((person) => person.skills.map((code) => ({
    organisation_id: organisationId, user_id: person.id, skill_id: skills.get(code), level: 3,
  }))));
}

interface Account { id: string; channel: string; key: string; name: string; queue: string; secrets: Record<string,
  string> }

async function insertAccounts(
  tx: Tx, ground: Ground, genericSecret: string, putSecrets: SeedOptions['putSecrets'],
): Promise<void> {
  const { organisationId, now, queues } = ground;
  const accounts: Account[] = [
    { id: newId(), channel: 'live-chat', key: 'web', name: 'Live Chat Situs', queue: 'LIVE_CHAT',
      secrets: { visitorSecret: randomBytes(32).toString('base64url') } },
    { id: newId(), channel: 'generic', key: 'demo', name: 'Webhook Demo', queue: 'KANAL_LAIN',
      secrets: { secret: genericSecret } },
  ];
  await insertRows(tx, 'channel_accounts', accounts.map(({ id, channel, key, name, queue }) => ({
    id, organisation_id: organisationId, channel, key, name, queue_id: queues.get(queue), status: 'ACTIVE',
      settings: {},
    created_at: now, version: 1,
  })));
  for (const { id, secrets } of accounts) {
    await putSecrets({ organisationId, ownerKind: 'channel-account', ownerId: id }, secrets, tx);
  }
}

/**
 * Makes the demo organisation once, in one transaction; a second call changes nothing. One hash serves all its
 * people, so it takes well under two seconds.
 */
export async function seedDemo(db: Db, options: SeedOptions): Promise<DemoSeed> {
  const hash = await options.hash(options.password);
  const genericSecret = randomBytes(32).toString('base64url');
  const organisationId = newId();
  const { created } = await seedOnce(db, 'DEMO', async (tx) => {
    const clock = await tx.dynamic<{ now: Date }>('select app_now() as now');
    const ground: Ground = {
      organisationId, now: clock[0]?.now.toISOString() ?? '', sites: { JKT: newId(), YGY: newId() },
      queues: new Map(words.queues.map(([code]) => [code, newId()])),
      skills: new Map(words.skills.map(([code]) => [code, newId()])),
      roles: await insertOrganisation(tx, { id: organisationId, code: 'DEMO', name: 'Pusat Layanan Nusantara',
        // Invented people: on a start that serves this machine alone they need no authenticator (RA05).
        settings: { demo: true } }),
    };
    await insertPlaces(tx, ground);
    await insertWork(tx, ground);
    await insertPeople(tx, ground, hash);
    await insertAccounts(tx, ground, genericSecret, options.putSecrets);
    await insertCannedReplies(tx, organisationId, ground.now);
  });
  if (created) return { created, organisationId, genericSecret };
  const found = await db.dynamic<{ id: string }>(`select id from organisations where code = 'DEMO'`);
  return { created, organisationId: found[0]?.id ?? '', genericSecret: undefined };
}
