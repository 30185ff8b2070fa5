/** What may be taken away as a file: pages of rows within one's rights, newest first, masked unless it is opened. */
import { contactFilter } from '#domain/contacts/queries.ts';
import { readableFilter } from '#domain/interactions/queries.ts';
import { periodFilter } from '#domain/journal/period.ts';
import { limits } from '#domain/limits.ts';
import { accessFilter, type User } from '#domain/people/access.ts';
import { maskEmail, maskHandle, maskPhone } from '#domain/people/masks.ts';
import type { Permission } from '#domain/people/permissions.ts';
import { statement, type Queryable } from '#domain/store/db.ts';
import { ticketFilter } from '#domain/tickets/queries.ts';

export const exportKinds = ['tickets', 'interactions', 'contacts', 'audit'] as const;
export type ExportKind = (typeof exportKinds)[number];

/** What one must be allowed to read, besides exporting. */
export const exportNeeds: Record<ExportKind, Permission> = {
  tickets: 'ticket.read', interactions: 'interaction.read', contacts: 'contact.read', audit: 'audit.read',
};

export interface ExportQuery {
  kind: ExportKind;
  user: User;
  /** Days of the zone, `YYYY-MM-DD`, both taken in. */
  from: string;
  to: string;
  zone: string;
  /** Shows what is behind the mask, where the user may unmask. */
  unmask: boolean;
}

type Cell = string | number | null;
type Row = Record<string, Cell> & { cursor: string; open: string };

interface Shape {
  /** Title in Indonesian and English, and its SQL; times are written in the zone ($1). */
  columns: readonly (readonly [id: string, en: string, sql: string, mask?: (text: string) => string])[];
  from: string;
  at: string;
  /** What the rows are ordered by, the newest first, with the types: the cursor holds these. */
  order: readonly (readonly [sql: string, type: string])[];
  where: (user: User) => string;
  /** SQL: this row may be shown unmasked. */
  open: (user: User) => string;
}

const time = (column: string): string => `to_char(${column} at time zone $1, 'YYYY-MM-DD HH24:MI:SS')`;
const byTime = (at: string, id: string): Shape['order'] => [[at, 'timestamptz'], [id, 'uuid']];
const never = (): string => 'false';
/** Several handles in one cell; each is masked for itself. */
const each = (mask: (text: string) => string) => (text: string): string => text.split(' | ').map(mask).join(' | ');

const shapes: Record<ExportKind, Shape> = {
  tickets: {
    columns: [['nomor', 'number', 't.number'], ['status', 'state', 't.state'], ['nasabah', 'customer', 'ct.name'],
      ['kategori', 'category', 'k.code'], ['ringkasan', 'summary', 't.summary'], ['hasil', 'outcome', 't.outcome_code'],
      ['agen', 'agent', 'u.name'], ['npk agen', 'agent npk', 'u.npk'], ['antrean', 'queue', 'q.name'],
      ['site', 'site', 's.name'], ['dibuka', 'opened', time('t.opened_at')],
      ['selesai', 'resolved', time('t.resolved_at')], ['didokumentasikan', 'documented', time('t.documented_at')],
      ['ditutup', 'closed', time('t.closed_at')], ['dibuka kembali', 'reopened', 't.reopened_count']],
    from: `tickets t join contacts ct on ct.id = t.contact_id left join categories k on k.id = t.category_id
      left join users u on u.id = t.agent_id left join queues q on q.id = t.queue_id
      left join sites s on s.id = t.site_id`,
    at: 't.opened_at', order: byTime('t.opened_at', 't.id'), open: never,
    where: (user) => `${ticketFilter(user, 't')} and ${accessFilter(user, 'ticket.read', 't')}
      and ${accessFilter(user, 'data.export', 't')}`,
  },
  interactions: {
    columns: [['tiket', 'ticket', 't.number'], ['kanal', 'channel', 'i.channel'], ['akun', 'account', 'ca.name'],
      ['status', 'state', 'i.state'], ['nasabah', 'customer', 'ct.name'],
      ['alamat', 'handle', 'cp.handle', maskHandle], ['tier', 'tier', 'i.tier'], ['antrean', 'queue', 'q.name'],
      ['agen', 'agent', 'u.name'], ['npk agen', 'agent npk', 'u.npk'], ['site', 'site', 's.name'],
      ['kategori', 'category', 'k.code'], ['hasil', 'outcome', 'i.outcome_code'], ['csat', 'csat', 'i.csat_score'],
      ['masuk', 'began', time('i.date_origin')], ['masuk antrean', 'queued', time('i.queued_at')],
      ['diambil', 'accepted', time('i.accepted_at')], ['dijawab', 'answered', time('i.answered_at')],
      ['didokumentasikan', 'documented', time('i.documented_at')], ['ditutup', 'closed', time('i.closed_at')]],
    from: `interactions i join tickets t on t.id = i.ticket_id join contacts ct on ct.id = i.contact_id
      join channel_accounts ca on ca.id = i.channel_account_id
      left join conversations c on c.id = i.conversation_id left join contact_points cp on cp.id = c.contact_point_id
      left join categories k on k.id = i.category_id left join users u on u.id = i.agent_id
      left join queues q on q.id = i.queue_id left join sites s on s.id = i.site_id`,
    at: 'i.date_origin', order: byTime('i.date_origin', 'i.id'),
    open: (user) => accessFilter(user, 'contact.unmask', 'i'),
    where: (user) => `${readableFilter(user, 'i')} and ${accessFilter(user, 'data.export', 'i')}`,
  },
  contacts: {
    columns: [['nama', 'name', 'ct.name'], ['domisili', 'domicile', 'ct.domicile'],
      ['bahasa', 'language', 'ct.language'], ['e-mail', 'e-mail', 'ct.email', maskEmail],
      ['alamat', 'handles', `(select string_agg(p.channel || ' ' || p.handle, ' | ' order by p.created_at, p.id)
        from contact_points p where p.contact_id = ct.id)`, each((text) => {
        const [channel = '', ...rest] = text.split(' ');
        return `${channel} ${maskHandle(rest.join(' '))}`;
      })],
      ['telepon', 'phones', `(select string_agg(distinct p.phone, ' | ') from contact_points p
        where p.contact_id = ct.id and p.phone is not null)`, each(maskPhone)],
      ['dibuat', 'created', time('ct.created_at')]],
    from: 'contacts ct', at: 'ct.created_at', order: byTime('ct.created_at', 'ct.id'),
    open: (user) => contactFilter(user, 'ct', 'contact.unmask'),
    where: (user) => `${contactFilter(user, 'ct')} and ${contactFilter(user, 'ct', 'data.export')}`,
  },
  audit: {
    columns: [['nomor', 'number', 'j.id'], ['waktu', 'time', time('j.at')], ['kejadian', 'event', 'j.type'],
      ['jenis', 'subject type', 'j.subject_type'], ['objek', 'subject', 'j.subject_id'],
      ['pelaku', 'actor kind', 'j.actor_kind'], ['npk pelaku', 'actor npk', 'a.npk'],
      ['nama pelaku', 'actor name', 'a.name'], ['rincian', 'details', 'j.data']],
    from: 'journal j left join users a on a.id = j.actor_id', at: 'j.at',
    order: [['j.epoch', 'int'], ['j.xid', 'xid8'], ['j.id', 'bigint']], open: never,
    where: (user) => `${accessFilter(user, 'audit.read', 'j')} and ${accessFilter(user, 'data.export', 'j')}`,
  },
};

/** The titles of the columns in the language; those of times name the zone they are written in. */
export function exportTitles(kind: ExportKind, locale: 'id' | 'en', zone: string): string[] {
  return shapes[kind].columns.map(([id, en, sql]) => {
    const title = locale === 'id' ? id : en;
    return sql.startsWith('to_char(') ? `${title} (${zone})` : title;
  });
}

/** Cells of one row as they leave: masked unless this row may be shown. */
function cellsOf(shape: Shape, row: Row, unmask: boolean): Cell[] {
  const open = unmask && row.open === 'true';
  return shape.columns.map(([, , , mask], at) => {
    const cell = row[`c${at}`] ?? null;
    return mask === undefined || open || cell === null ? cell : mask(String(cell));
  });
}

const DAY_BEGIN = '$2::date::timestamp at time zone $1';
const DAY_END = '($3::date + 1)::timestamp at time zone $1';
const daysOf = statement('export.days', `select ${DAY_BEGIN} as "from", ${DAY_END} as "to"`);

async function trailPeriod(db: Queryable, days: readonly string[]): Promise<string> {
  return periodFilter(db, 'j', await db.one<{ from: Date; to: Date }>(daysOf, days) ?? {});
}

/**
 * The rows, page after page, each page a statement of its own, so that no connection is held while somebody's network
 * is slow; at most limits.exportRowsMax.
 */
export async function* exportRows(db: Queryable, query: ExportQuery): AsyncGenerator<Cell[][]> {
  const shape = shapes[query.kind];
  const list = shape.columns.map(([, , sql], at) => `(${sql})::text as c${at}`).join(', ');
  const order = shape.order.map(([sql]) => sql).join(', ');
  const places = shape.order.map(([, type], at) => `$${at + 4}::text::${type}`).join(', ');
  const days = [query.zone, query.from, query.to];
  const period = query.kind === 'audit' ? await trailPeriod(db, days) : 'true';
  let after: string[] = [];
  for (let given = 0; given < limits.exportRowsMax;) {
    const size = Math.min(limits.exportPageRows, limits.exportRowsMax - given);
    const rows = await db.dynamic<Row>(`select ${list}, concat_ws('|', ${order}) as cursor,
        (${query.unmask ? shape.open(query.user) : 'false'})::text as open
      from ${shape.from} where ${shape.where(query.user)} and ${period}
        and ${shape.at} >= ${DAY_BEGIN} and ${shape.at} < ${DAY_END}
        ${after.length === 0 ? '' : `and (${order}) < (${places})`}
      order by ${shape.order.map(([sql]) => `${sql} desc`).join(', ')} limit ${size}`, [...days, ...after]);
    if (rows.length > 0) yield rows.map((row) => cellsOf(shape, row, query.unmask));
    const last = rows.at(-1);
    given += rows.length;
    if (rows.length < size || last === undefined) return;
    after = last.cursor.split('|');
  }
}
