/**
 * New users from a CSV file: each line is judged and its errors named before anything is written, and lines that are
 * right are made in small portions, each one transaction (RS16: with the same bounds as one user at a time).
 */
import { parse } from 'csv-parse/sync';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { AppError } from '#domain/errors.ts';
import { limits } from '#domain/limits.ts';
import { can, type User } from '#domain/people/access.ts';
import { requireRank, requireScope } from '#domain/people/ranks.ts';
import type { ScopeKind } from '#domain/people/permissions.ts';
import type { Queryable } from '#domain/store/db.ts';
import { idempotent } from '../security/idempotency.ts';
import { nameText } from './crud.ts';
import { joinQueues, mayFillQueue } from './queues.ts';
import { handOut, insertUser, linkView, type NewUser, type UserParts } from './users.ts';

/** Columns by the names people give them; the first is what the template says. */
const COLUMNS = {
  npk: ['npk'], name: ['nama', 'name'], site: ['site', 'lokasi'], team: ['tim', 'team'],
  branch: ['cabang', 'branch', 'kode cabang'], roles: ['peran', 'roles', 'role'],
  skills: ['keahlian', 'skills', 'skill'], queues: ['antrean', 'queues', 'queue'],
  capacity: ['kapasitas', 'capacity'], locale: ['bahasa', 'locale'],
} as const;
type Column = keyof typeof COLUMNS;
type Cells = Partial<Record<Column, string>>;

/** `word`: which of several in the cell. */
interface Issue { column: Column; code: string; word?: string }
interface Wanted extends NewUser { queueIds: string[] }
interface Line { line: number; cells: Cells; user: Wanted | undefined; issues: Issue[]; exists: boolean }

/** What names and codes of a file mean here. */
interface Known {
  sites: Map<string, string>;
  branches: Map<string, { id: string; above: string[] }>;
  teams: Map<string, { id: string; siteId: string }>;
  roles: Map<string, { id: string; rank: number; scope: ScopeKind }>;
  skills: Map<string, string>;
  /** By code, and by name; several where one name is that of several. */
  queues: Map<string, QueuePlace[]>;
  taken: Set<string>;
}

function columnOf(title: string): Column | undefined {
  const word = title.trim().toLowerCase();
  return (Object.keys(COLUMNS) as Column[]).find((column) => (COLUMNS[column] as readonly string[]).includes(word));
}

/** What parts the cells of the header parts all: a name with a comma stays whole in a file of semicolons. */
function delimiterOf(csv: string): string {
  const header = csv.slice(0, 2_000).split(/\r?\n/, 1)[0] ?? '';
  const count = (sign: string): number => header.split(sign).length;
  return [',', ';', '\t'].reduce((best, sign) => (count(sign) > count(best) ? sign : best));
}

/**
 * The lines of the file with their cells; line 1 is the header. Comma, semicolon or tab part cells. Throws
 * CSV_UNREADABLE for text that is no CSV or lacks the columns npk and nama, VALIDATION_FAILED for too many lines.
 */
function readLines(csv: string): { line: number; cells: Cells }[] {
  let rows: { record: string[]; info: { lines: number } }[];
  try {
    rows = parse(csv, { bom: true, delimiter: delimiterOf(csv), info: true, relax_column_count: true, trim: true,
      skip_empty_lines: true, skip_records_with_empty_values: true }) as unknown as typeof rows;
  } catch (error) {
    throw new AppError('CSV_UNREADABLE', { line: (error as { lines?: number }).lines ?? 1 });
  }
  const [header, ...body] = rows;
  const columns = (header?.record ?? []).map(columnOf);
  const missing = (['npk', 'name'] as const).filter((column) => !columns.includes(column));
  if (missing.length > 0) throw new AppError('CSV_UNREADABLE', { missing });
  if (body.length > limits.importRowsMax) {
    throw new AppError('VALIDATION_FAILED', { issues: [{ path: 'csv', code: 'too_many_lines' }] });
  }
  return body.map(({ record, info }) => ({
    line: info.lines, cells: Object.fromEntries(columns.flatMap((column, index) =>
      (column === undefined || (record[index] ?? '') === '' ? [] : [[column, record[index]]]))),
  }));
}

interface QueuePlace { id: string; code: string; name: string; siteId: string | null }

/** A code means its queue whatever others are called. */
function byCodeOrName(queues: readonly QueuePlace[]): Map<string, QueuePlace[]> {
  const names = Map.groupBy(queues, ({ name }) => name.toLowerCase());
  return new Map([...names, ...queues.map((queue): [string, QueuePlace[]] => [queue.code.toLowerCase(), [queue]])]);
}

async function known(db: Queryable, user: User, npks: readonly string[]): Promise<Known> {
  const of = [user.organisationId];
  const [sites, branches, teams, roles, skills, queues, taken] = await Promise.all([
    db.dynamic<{ id: string; code: string; name: string }>(
      'select id, code, name from sites where organisation_id = $1 and active', of),
    db.dynamic<{ id: string; code: string; above: string[] }>(`select b.id, b.code, array(select a.id from branches a
      where a.organisation_id = b.organisation_id and a.path @> b.path) as above
      from branches b where b.organisation_id = $1 and b.active`, of),
    db.dynamic<{ id: string; name: string; site_id: string }>(
      'select id, name, site_id from teams where organisation_id = $1 and active', of),
    db.dynamic<{ id: string; code: string; rank: number; scope: ScopeKind }>(
      'select id, code, rank, default_scope as scope from roles where organisation_id = $1', of),
    db.dynamic<{ id: string; code: string }>(
      'select id, code from skills where organisation_id = $1 and active', of),
    db.dynamic<QueuePlace>(`select id, code, name, site_id as "siteId" from queues
      where organisation_id = $1 and active`, of),
    // Over all organisations: an NPK signs in alone, so it is taken everywhere.
    db.dynamic<{ npk: string }>('select npk from users where npk = any($1::text[])', [npks]),
  ]);
  const low = (text: string): string => text.toLowerCase();
  return {
    sites: new Map(sites.flatMap(({ id, code, name }) => [[low(name), id], [low(code), id]])),
    branches: new Map(branches.map((row) => [low(row.code), row])),
    teams: new Map(teams.map((row) => [low(row.name), { id: row.id, siteId: row.site_id }])),
    roles: new Map(roles.map((row) => [low(row.code), row])),
    skills: new Map(skills.map((row) => [low(row.code), row.id])),
    queues: byCodeOrName(queues),
    taken: new Set(taken.map((row) => row.npk)),
  };
}

/** Several codes in one cell: `AGENT | QC`, `AGENT/QC`, `AGENT;QC`; a name may hold the stroke that parts codes. */
function listed(cell: string | undefined, parting = /[|/;]/): string[] {
  return (cell ?? '').split(parting).map((part) => part.trim().toLowerCase()).filter((part) => part !== '');
}

/** Collects what is wrong while a line is read, so that a person sees all of it at once. */
class Reader {
  readonly issues: Issue[] = [];
  private readonly cells: Cells;

  constructor(cells: Cells) {
    this.cells = cells;
  }

  wrong(column: Column, code: string, word?: string): undefined {
    this.issues.push({ column, code, ...(word === undefined ? {} : { word }) });
    return undefined;
  }

  /** What the cell names; undefined, with an issue, if nothing has that name; null where it is empty. */
  find<T>(column: Column, among: ReadonlyMap<string, T>): T | null | undefined {
    const cell = this.cells[column];
    if (cell === undefined) return null;
    return among.get(cell.toLowerCase()) ?? this.wrong(column, 'unknown');
  }

  findAll<T>(column: Column, among: ReadonlyMap<string, T>): T[] {
    return listed(this.cells[column]).flatMap((word) => {
      const one = among.get(word);
      if (one === undefined) this.wrong(column, 'unknown');
      return one === undefined ? [] : [one];
    });
  }
}

function basics(reader: Reader, cells: Cells): Pick<NewUser, 'npk' | 'name' | 'locale' | 'capacityPoints'> {
  const npk = cells.npk ?? '';
  if (!/^\d{4,8}$/.test(npk)) reader.wrong('npk', 'not_npk');
  const name = nameText.safeParse(cells.name ?? '');
  if (!name.success) reader.wrong('name', cells.name === undefined ? 'required' : 'not_name');
  const capacity = cells.capacity === undefined ? 100 : Number(cells.capacity);
  if (!Number.isInteger(capacity) || capacity < 0 || capacity > 1_000) reader.wrong('capacity', 'not_capacity');
  const locale = { id: 'id', indonesia: 'id', en: 'en', inggris: 'en', english: 'en' }[
    (cells.locale ?? 'id').toLowerCase()] as 'id' | 'en' | undefined;
  if (locale === undefined) reader.wrong('locale', 'unknown');
  return { npk, name: name.data ?? '', locale: locale ?? 'id', capacityPoints: capacity };
}

/** The queues of a line: those that the giver may change the members of, as in the form of a queue. */
function queuesOf(user: User, cells: Cells, reader: Reader, among: Known): string[] {
  const ids = new Set<string>();
  for (const word of listed(cells.queues, /[|;]/)) {
    const [queue, ...others] = among.queues.get(word) ?? [];
    if (queue === undefined) reader.wrong('queues', 'unknown', word);
    else if (others.length > 0) reader.wrong('queues', 'several', word);
    else if (!mayFillQueue(user, queue)) reader.wrong('queues', 'not_yours', word);
    else ids.add(queue.id);
  }
  return [...ids];
}

/** The user of a line, with the scope that each role has by default; what is wrong is in the reader. */
function userOf(user: User, cells: Cells, reader: Reader, among: Known): Wanted {
  const base = basics(reader, cells);
  const team = reader.find('team', among.teams);
  const siteId = reader.find('site', among.sites) ?? team?.siteId ?? null;
  if (team != null && team.siteId !== siteId) reader.wrong('team', 'other_site');
  const branch = reader.find('branch', among.branches);
  const place: Partial<Record<ScopeKind, string | null>> = { site: siteId, team: team?.id ?? null,
    branch: branch?.id ?? null };
  const roles = reader.findAll('roles', among.roles).map((role) => {
    const scopeId = place[role.scope] ?? null;
    if (role.scope !== 'self' && role.scope !== 'organisation' && scopeId === null) reader.wrong('roles', 'no_place');
    return { roleId: role.id, scopeKind: role.scope, scopeId };
  });
  const managed = can(user, 'user.manage', { organisationId: user.organisationId, siteId, teamId: team?.id ?? null,
    branchIds: branch?.above ?? [] });
  if (!managed) reader.wrong(branch == null ? 'site' : 'branch', 'not_yours');
  return { ...base, siteId, teamId: team?.id ?? null, branchId: branch?.id ?? null, roles,
    queueIds: queuesOf(user, cells, reader, among),
    skills: reader.findAll('skills', among.skills).map((skillId) => ({ skillId, level: 3 })) };
}

async function requireReach(db: Queryable, user: User, made: NewUser, reader: Reader, among: Known): Promise<void> {
  for (const grant of made.roles ?? []) {
    const role = [...among.roles.values()].find((one) => one.id === grant.roleId);
    try {
      requireRank(user, role?.rank ?? 0);
      await requireScope(db, user, grant);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      reader.wrong('roles', 'not_yours');
    }
  }
}

/** Each line of the file with what is wrong with it. Writes nothing. Throws as readLines does. */
async function judge(db: Queryable, user: User, csv: string): Promise<Line[]> {
  const lines = readLines(csv);
  const among = await known(db, user, lines.map(({ cells }) => cells.npk ?? ''));
  const seen = new Set<string>();
  const judged: Line[] = [];
  for (const { line, cells } of lines) {
    const reader = new Reader(cells);
    const made = userOf(user, cells, reader, among);
    if (reader.issues.length === 0) await requireReach(db, user, made, reader, among);
    if (seen.has(made.npk)) reader.wrong('npk', 'twice');
    seen.add(made.npk);
    judged.push({ line, cells, issues: reader.issues, exists: among.taken.has(made.npk),
      user: reader.issues.length === 0 ? made : undefined });
  }
  return judged;
}

const issue = z.object({ column: z.string(), code: z.string(), word: z.string().optional() });
const lineView = z.object({
  line: z.number(), npk: z.string(), name: z.string(), site: z.string(), team: z.string(), roles: z.string(),
  queues: z.string(),
  /** NEW is made by the import; EXISTS is left as it is; WRONG names its issues. */
  state: z.enum(['NEW', 'EXISTS', 'WRONG']), issues: z.array(issue),
});
const madeView = z.object({
  items: z.array(z.object({ line: z.number(), npk: z.string(), name: z.string(),
    /** The invitation to hand over, shown this once; absent when the request is repeated. */
    link: linkView.optional() })),
});
const csvText = z.string().min(1).max(limits.importChars);

function shown({ line, cells, exists, issues }: Line): z.output<typeof lineView> {
  return { line, npk: cells.npk ?? '', name: cells.name ?? '', site: cells.site ?? '', team: cells.team ?? '',
    roles: cells.roles ?? '', queues: cells.queues ?? '',
    state: issues.length > 0 ? 'WRONG' : exists ? 'EXISTS' : 'NEW', issues };
}

/**
 * Makes the users of these lines in one transaction and gives their invitations. A line that is not (or no longer) new
 * and right refuses all: VALIDATION_FAILED with the lines, or ALREADY_EXISTS.
 */
async function makeUsers(parts: UserParts, user: User, csv: string,
  wanted: readonly number[]): Promise<z.output<typeof madeView>> {
  const judged = new Map((await judge(parts.work.db, user, csv)).map((line) => [line.line, line]));
  const wrong = wanted.filter((line) => judged.get(line)?.user === undefined || judged.get(line)?.exists === true);
  if (wrong.length > 0) {
    const issues = wrong.map((line) => ({ path: `line.${line}`, code: 'not_new' }));
    throw new AppError('VALIDATION_FAILED', { issues });
  }
  const items: z.output<typeof madeView>['items'] = [];
  await parts.orm.write(async (em, tx) => {
    items.length = 0;
    const members = new Map<string, string[]>();
    for (const line of wanted) {
      const made = judged.get(line)?.user as Wanted;
      const row = await insertUser(parts, em, tx, user, made, null);
      for (const queueId of made.queueIds) members.set(queueId, [...members.get(queueId) ?? [], String(row['id'])]);
      items.push({ line, npk: made.npk, name: made.name, link: await handOut(parts, tx, user, row) });
    }
    await joinQueues(parts, tx, user, members);
  });
  return { items };
}

/** POST /api/users/import/preview and POST /api/users/import (Idempotency-Key) */
export function userImportApi(parts: UserParts): FastifyPluginAsyncZod {
  const config = { permission: 'user.manage' } as const;
  return async (app) => {
    app.post('/api/users/import/preview', {
      config, schema: { body: z.strictObject({ csv: csvText }),
        response: { 200: z.object({ items: z.array(lineView), rowsPerRequest: z.number() }) } },
    }, async ({ user, body }) => ({ items: (await judge(parts.work.db, user, body.csv)).map(shown),
      rowsPerRequest: limits.importRowsPerRequestMax }));

    app.post('/api/users/import', {
      config: { ...config, peopleOnly: true, stepUp: true }, schema: {
        body: z.strictObject({ csv: csvText, lines: z.array(z.number().int().min(1)).min(1)
          .max(limits.importRowsPerRequestMax).refine((lines) => new Set(lines).size === lines.length, 'unique') }),
        response: { 201: madeView },
      },
    }, async (request, reply) => idempotent<z.output<typeof madeView>>(parts.work, request, reply, async () =>
      ({ status: 201, body: await makeUsers(parts, request.user, request.body.csv, request.body.lines) }),
    ({ items }) => ({ items: items.map(({ link: _shownOnce, ...rest }) => rest) })));
  };
}
