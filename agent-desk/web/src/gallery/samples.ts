/** Invented rows, messages and offers for the gallery; the same in every theme, and no person's data. */
import type { AttachmentView, InteractionView, MessageView, OfferView } from '../live/types.ts';
import type { Notice, NoticeKind } from '../notify/notices.ts';

/** The moment at which the gallery's clocks stand, so that its pictures are the same each time. */
export const standsAt = Date.parse('2026-11-21T02:16:00.000Z');

const ago = (minutes: number): string => new Date(standsAt - minutes * 60_000).toISOString();

/** A row of the inbox; what is not named is usual. */
export function sampleRow(change: Partial<InteractionView>): InteractionView {
  return {
    id: 'contoh', conversationId: 'contoh', contactId: 'contoh', contactName: 'Budi Contoh',
    handleMasked: '0812****567', channel: 'whatsapp', reportName: 'WHATSAPP', medium: 'MESSAGING', accountId: 'contoh',
    accountName: 'Layanan 1', ticketId: 'contoh', ticketNumber: 'TK-261121-0417', ticketState: 'OPEN_T1',
    categoryId: null, categoryCode: 'PENGADUAN', state: 'IN_SERVICE', tier: 1, priority: 0, queueId: null,
    queueName: 'Layanan Umum', agentId: 'saya', agentName: 'Ayu Contoh', dateOrigin: ago(20), queuedAt: ago(20),
    waitingSince: ago(20), acceptedAt: ago(15), answeredAt: null, documentedAt: null, closedAt: null,
    snoozedUntil: null, customerEndedAt: null, outcomeCode: null, csatScore: null, clock: null, unreadCount: 0,
    lastText: 'Angsuran saya bulan ini kok terpotong dua kali?', lastDirection: 'IN', lastMessageAt: ago(3),
    lastStatus: null, masked: false, version: 1, revision: 1, ...change,
  } as InteractionView;
}

const clock = (startedMinutesAgo: number, maxMinutes: number): InteractionView['clock'] =>
  ({ kind: 'FIRST', startedAt: ago(startedMinutesAgo), idealS: maxMinutes * 30, maxS: maxMinutes * 60 });

/** Every state a row can be read in. */
export const sampleRows: readonly InteractionView[] = [
  sampleRow({ id: 'lewat', contactName: 'Toko Maju Uji', clock: clock(22, 20), unreadCount: 1 }),
  sampleRow({ id: 'segera', clock: clock(16, 20), unreadCount: 12 }),
  sampleRow({ id: 'tenang', contactName: 'RM Padang Percobaan Minang Cabang Sleman Utara', clock: clock(2, 20) }),
  sampleRow({ id: 'jam', contactName: null, clock: clock(1, 180), lastText: null, lastMessageAt: ago(1) }),
  sampleRow({ id: 'antre', masked: true, state: 'QUEUED', agentId: null, contactName: null, clock: clock(4, 20) }),
  sampleRow({ id: 'gagal', lastDirection: 'OUT', lastStatus: 'failed', lastText: 'Berikut jadwal buka outlet.' }),
  sampleRow({ id: 'dibaca', answeredAt: ago(8), lastDirection: 'OUT', lastStatus: 'read',
    lastText: 'Baik, kami bantu cek.' }),
  sampleRow({ id: 'tanpa-target', categoryCode: 'SARAN', lastText: 'Mohon aplikasinya dibuat lebih ringan.' }),
  sampleRow({ id: 'tier2', state: 'ESCALATED_T2', tier: 2, lastDirection: 'NOTE', lastText: 'Menunggu keuangan.' }),
  sampleRow({ id: 'tunda', snoozedUntil: new Date(standsAt + 3_600_000).toISOString() }),
  sampleRow({ id: 'akhir', customerEndedAt: ago(2), categoryCode: null }),
  sampleRow({ id: 'tutup', state: 'CLOSED', closedAt: ago(1), lastMessageAt: ago(1_500) }),
];

/** A message; what is not named is usual. */
export function sampleMessage(change: Partial<MessageView>): MessageView {
  return {
    id: 'contoh', conversationId: 'contoh', interactionId: 'contoh', seq: 1, direction: 'IN', authorKind: 'CUSTOMER',
    authorId: null, authorName: null, kind: 'text', text: 'Pagi, angsuran saya kok dobel?', attachments: [],
    code: null, replyToId: null, clientId: null, status: null, statusAt: null, reasonCode: null, createdAt: ago(9),
    editedAt: null, deletedAt: null, version: 1, ...change,
  } as MessageView;
}

const own = (change: Partial<MessageView>): MessageView => sampleMessage({ direction: 'OUT', authorKind: 'AGENT',
  authorId: 'saya', authorName: 'Ayu Contoh', text: 'Mohon maaf atas ketidaknyamanannya.', status: 'read', ...change });

/** Every way a message can stand. */
export const sampleMessages: readonly MessageView[] = [
  sampleMessage({ id: 'm1' }),
  sampleMessage({ id: 'm2', text: 'Tanggal 18 dan 20, masing-masing Rp1.250.000.', editedAt: ago(8) }),
  sampleMessage({ id: 'm3', text: null, deletedAt: ago(7) }),
  ...(['queued', 'sending', 'sent', 'delivered', 'read', 'played'] as const).map((status) =>
    own({ id: `m-${status}`, status })),
  own({ id: 'm-failed', status: 'failed', reasonCode: 'BLOCKED', authorId: 'rekan', authorName: 'Rina Contoh' }),
  own({ id: 'm-unknown', status: 'unknown' }),
  own({ id: 'm-bot', authorKind: 'BOT', authorId: null, status: 'sent', text: 'Terima kasih, kami segera membantu.' }),
  sampleMessage({ id: 'm-note', direction: 'NOTE', authorKind: 'AGENT', authorId: 'saya',
    text: 'Kedua transaksi berstatus sukses. Perlu konfirmasi keuangan.' }),
  sampleMessage({ id: 'm-system', direction: 'SYSTEM', authorKind: 'SYSTEM', code: 'AGENT_JOINED', text: null,
    authorName: 'Ayu Contoh' }),
];

/** A name that no line holds. */
export const longName = 'Perkumpulan Pedagang Percobaan Pasar Induk Kramat Jati dan Sekitarnya Bersatu Maju Sejahtera';

/** A file; what is not named is usual. Its bytes are nowhere: pictures show that they cannot be had. */
export function sampleFile(change: Partial<AttachmentView>): AttachmentView {
  return { fileId: '00000000-0000-7000-8000-000000000000', fileName: 'bukti.png', mediaType: 'image/png',
    sizeBytes: 219_000, ...change };
}

const papers: readonly AttachmentView[] = [
  sampleFile({ fileId: 'pdf', fileName: 'mutasi november.pdf', mediaType: 'application/pdf' }),
  sampleFile({ fileId: 'zip', fileName: `${longName}.zip`, mediaType: 'application/zip', sizeBytes: 18_400_000 }),
];

/** What messages carry besides text. */
export const talkMessages: readonly MessageView[] = [
  sampleMessage({ id: 't-voice', text: null,
    attachments: [sampleFile({ fileId: 'suara', fileName: 'suara.ogg', mediaType: 'audio/ogg' })] }),
  sampleMessage({ id: 't-picture', text: 'Ini buktinya.', attachments: [sampleFile({})] }),
  own({ id: 't-papers', text: null, attachments: [...papers], status: 'delivered' }),
  sampleMessage({ id: 't-coming', text: null, waitingFiles: [
    { fileName: 'rekaman.mp4', sizeBytes: 9_000_000, reasonCode: null },
    { fileName: 'besar.mov', sizeBytes: 90_000_000, reasonCode: 'FILE_TOO_LARGE' },
    { fileName: 'hilang.pdf', sizeBytes: null, reasonCode: 'FILE_GONE' },
    { fileName: 'lama.jpg', sizeBytes: 120_000, reasonCode: 'RETENTION' }] }),
  sampleMessage({ id: 't-place', kind: 'location', text: null, location: { latitude: -6.2, longitude: 106.8,
    name: longName, address: 'Jalan Percobaan 17, Jakarta' } }),
  sampleMessage({ id: 't-contact', kind: 'contact', text: null,
    contactCard: { name: 'Sari Contoh', phoneMasked: '0813****221' } }),
  sampleMessage({ id: 't-quote', replyToId: 't-picture', text: 'Yang ini, Bu.',
    reactions: [{ emoji: '👍', by: 'CUSTOMER' }] }),
  own({ id: 't-quote-gone', replyToId: 't-voice', text: `https://contoh.id/${'panjang'.repeat(24)}`, status: 'sent' }),
  sampleMessage({ id: 't-note-call', direction: 'NOTE', authorKind: 'AGENT', authorId: 'rekan', authorName: longName,
    text: '@Ayu Contoh mohon dicek.', mentions: [{ userId: 'saya', name: 'Ayu Contoh' }] }),
];

/** An offer that still runs for half its time. */
export function sampleOffer(now: number): OfferView {
  return {
    id: 'contoh', interactionId: 'contoh', queueId: 'contoh', queueName: 'Layanan Umum', channel: 'whatsapp',
    reportName: 'WHATSAPP', contactName: 'Siti Contoh', handleMasked: '0813****221', categoryCode: null, costPoints: 20,
    offeredAt: new Date(now - 15_000).toISOString(), expiresAt: new Date(now + 15_000).toISOString(),
    waitingSince: new Date(now - 90_000).toISOString(), skills: ['Layanan digital'], reasons: ['LONGEST_WAITING'],
  } as OfferView;
}

/** One notice of each kind, the first unread. */
export const sampleNotices: readonly Notice[] =
  (['mention', 'late', 'failed', 'message', 'assigned', 'missed', 'woken',
    'followClosed', 'requestSoon', 'requestLate'] as const satisfies readonly NoticeKind[])
    .map((kind, index) => ({ id: kind, kind,
      interactionId: kind === 'missed' || kind.startsWith('request') ? null : 'contoh',
      at: standsAt - index * 60_000, read: index > 2 }));
