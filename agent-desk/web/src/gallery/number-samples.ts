/** Invented sessions, templates and waiting messages for the gallery: no company's number, no person's data. */
import type { SessionView } from '../admin/pages/account-session-facts.ts';
import type { MessageView } from '../live/types.ts';
import type { Template } from '../reply/templates.ts';
import { sampleMessage } from './samples.ts';

/** A session that is open and well; what is not named is usual. */
export function sampleSession(now: number, change: Partial<SessionView>): SessionView {
  const ago = (minutes: number): string => new Date(now - minutes * 60_000).toISOString();
  const days = Array.from({ length: 14 }, (_unused, back) => ({ day: ago(back * 1_440).slice(0, 10),
    cold: back === 0 ? 3 : 10 - (back % 4), warm: 120 + back * 7, failed: back === 2 ? 4 : 0, received: 210 + back * 11,
    ignored: back * 3 }));
  return {
    state: 'OPEN', reasonCode: null, since: ago(95), number: '+6281500000001', displayName: 'Layanan Contoh',
    pairedAt: ago(12 * 1_440), code: null, wish: null,
    cold: { cap: 10, today: 3, pausedUntil: null, reasonCode: null, afterDays: 30 }, days,
    gaps: [{ reasonCode: 'CONNECTION_LOST', from: ago(99), until: ago(95), recovered: 7 },
      { reasonCode: 'UNAVAILABLE', from: ago(1_600), until: ago(1_590), recovered: 0 }], ...change,
  };
}

/** One session of each state and reason. */
export function sampleSessions(now: number): SessionView[] {
  const until = new Date(now + 45_000).toISOString();
  const fresh = { number: null, displayName: null, pairedAt: null, days: [], gaps: [] };
  const reasons = ['CONFLICT', 'LOGGED_OUT', 'BANNED', 'CLIENT_OUTDATED', 'MULTIDEVICE_MISMATCH', 'BAD_SESSION',
    'STOPPED', 'EGRESS_REFUSED', 'KODE_BARU'];
  return [
    sampleSession(now, { ...fresh, state: 'IDLE', reasonCode: 'NOT_PAIRED' }),
    sampleSession(now, { ...fresh, state: 'IDLE', reasonCode: 'PAIRING_EXPIRED' }),
    sampleSession(now, { ...fresh, state: 'IDLE', reasonCode: 'NOT_PAIRED', wish: 'PAIR_QR' }),
    sampleSession(now, { ...fresh, state: 'PAIRING', code: { kind: 'QR', until,
      value: `2@${'contoh+kode/rekaan='.repeat(9)},percobaan` } }),
    sampleSession(now, { ...fresh, state: 'PAIRING', code: { kind: 'CODE', until, value: 'ABCD1234' } }),
    sampleSession(now, { ...fresh, state: 'PAIRING' }),
    sampleSession(now, { state: 'CONNECTING' }),
    sampleSession(now, {}),
    sampleSession(now, { state: 'OFFLINE', reasonCode: 'CONNECTION_LOST' }),
    ...reasons.map((reasonCode) => sampleSession(now, { state: 'OPERATOR', reasonCode })),
    sampleSession(now, { ...fresh, state: 'PAIRING' }),
  ];
}

const template = (change: Partial<Template>): Template => ({ name: 'pengingat_angsuran', language: 'id',
  category: 'UTILITY', header: 'Pengingat untuk {{1}}', footer: 'Balas pesan ini bila ada pertanyaan.',
  body: 'Yth. Bapak/Ibu {{1}}, angsuran ke-{{2}} sebesar {{3}} jatuh tempo pada {{4}}.', bodyGaps: 4, headerGaps: 1,
  ...change });

/** Prepared messages: with gaps, without, in another language, with a name that no line holds. */
export const sampleTemplates: readonly Template[] = [
  template({}),
  template({ name: 'salam_pembuka', header: null, footer: null, bodyGaps: 0, headerGaps: 0,
    body: 'Selamat siang, kami dari Layanan Contoh. Boleh kami bantu?' }),
  template({ name: 'installment_reminder', language: 'en', header: null, footer: null, bodyGaps: 2, headerGaps: 0,
    body: 'Dear {{1}}, your installment is due on {{2}}.' }),
  template({ name: `undangan_${'panjang_'.repeat(12)}sekali`, header: null, bodyGaps: 1, headerGaps: 0,
    body: `${'Kami mengundang Bapak/Ibu {{1}} ke acara percobaan. '.repeat(6)}` }),
];

const own = (change: Partial<MessageView>): MessageView => sampleMessage({ direction: 'OUT', authorKind: 'AGENT',
  authorId: 'saya', authorName: 'Ayu Contoh', text: 'Selamat siang, kami hendak mengabari sesuatu.', status: 'queued',
  ...change });

/** What waits to be sent and why, what failed by a code, and what cannot be read yet. */
export const waitingMessages: readonly MessageView[] = [
  own({ id: 'w-cap', reasonCode: 'COLD_CAP_REACHED', ...{ waitUntil: '2026-11-21T17:00:00.000Z' } }),
  own({ id: 'w-away', reasonCode: 'NOT_CONNECTED' }),
  own({ id: 'w-absent', status: 'failed', reasonCode: 'NOT_ON_WHATSAPP' }),
  own({ id: 'w-code', status: 'failed', reasonCode: 'WHATSAPP_479' }),
  sampleMessage({ id: 'w-unreadable', kind: 'other', text: null, ...{ unreadable: true } }),
];
