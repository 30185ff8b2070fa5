/** The form by which an administrator sets up a WhatsApp number; which fields it shows depends on the provider. */
import type { SetupField } from '#channels/channel.ts';
import { awayField, greetingField } from '#channels/first-words.ts';

const cloud = { field: 'provider', value: 'cloud' };
const device = { field: 'provider', value: 'device' };

export const setup: readonly SetupField[] = [
  {
    name: 'provider', kind: 'choice', choices: ['device', 'cloud'], required: true,
    label: { id: 'Cara terhubung', en: 'How it connects' },
    help: {
      id: 'Perangkat tertaut: nomor perusahaan ditautkan seperti WhatsApp Web, dengan memindai kode QR. Cloud API: '
        + 'layanan resmi Meta; wajib untuk pesan massal.',
      en: 'Linked device: a company number is linked as WhatsApp Web is, by scanning a QR code. Cloud API: the official '
        + 'service of Meta; required for bulk messages.',
    },
  },
  greetingField,
  awayField,
  {
    name: 'coldDailyStart', kind: 'number', when: device,
    label: { id: 'Kontak baru per hari, minggu pertama', en: 'New contacts a day, first week' },
    help: {
      id: 'Orang yang belum menulis dalam 30 hari dan disapa lebih dahulu. Bertambah sebanyak ini tiap minggu. '
        + 'Bila kosong: 10.',
      en: 'People who have not written in 30 days and are written to first. Grows by as many each week. Empty: 10.',
    },
  },
  {
    name: 'coldDailyMax', kind: 'number', when: device,
    label: { id: 'Kontak baru per hari, paling banyak', en: 'New contacts a day, at most' },
    help: { id: 'Bila kosong: 50. Nomor yang menyapa terlalu banyak orang diblokir WhatsApp.',
      en: 'Empty: 50. WhatsApp shuts off numbers that write to too many people first.' },
  },
  {
    name: 'readReceipts', kind: 'boolean', when: device,
    label: { id: 'Kirim laporan dibaca', en: 'Send read receipts' },
  },
  {
    name: 'clientVersion', kind: 'text', when: device,
    label: { id: 'Versi klien', en: 'Client version' },
    help: { id: 'Hanya bila WhatsApp menolak versi bawaan, misalnya 2.3000.1043857760.',
      en: 'Only if WhatsApp refuses the built-in version, such as 2.3000.1043857760.' },
  },
  {
    name: 'serverUrl', kind: 'url', when: device,
    label: { id: 'Server uji sendiri', en: 'Own test server' },
    help: { id: 'Kosongkan untuk WhatsApp. Host server sendiri harus terdaftar di EGRESS_ALLOW.',
      en: 'Leave empty for WhatsApp. The host of an own server must be in EGRESS_ALLOW.' },
  },
  {
    name: 'pace', kind: 'boolean', when: device,
    label: { id: 'Jeda kirim alami pada server uji', en: 'Human pace on the test server' },
    help: { id: 'Ke WhatsApp selalu dengan jeda alami.', en: 'To WhatsApp always at the pace of a person.' },
  },
  {
    name: 'phoneNumberId', kind: 'text', required: true, when: cloud,
    label: { id: 'ID nomor telepon', en: 'Phone number ID' },
    help: { id: 'Dari WhatsApp Manager, bukan nomor teleponnya.', en: 'From WhatsApp Manager, not the number itself.' },
  },
  {
    name: 'businessAccountId', kind: 'text', required: true, when: cloud,
    label: { id: 'ID akun WhatsApp Business', en: 'WhatsApp Business account ID' },
    help: { id: 'Untuk mengambil daftar templat.', en: 'To fetch the list of templates.' },
  },
  {
    name: 'accessToken', kind: 'secret', required: true, when: cloud,
    label: { id: 'Token akses', en: 'Access token' },
    help: { id: 'Token pengguna sistem yang tidak kedaluwarsa.', en: 'A system user token that does not expire.' },
  },
  {
    name: 'appSecret', kind: 'secret', required: true, when: cloud,
    label: { id: 'Rahasia aplikasi', en: 'App secret' },
    help: { id: 'Membuktikan bahwa webhook berasal dari Meta.', en: 'Proves that webhooks come from Meta.' },
  },
  {
    name: 'verifyToken', kind: 'secret', generated: true, when: cloud,
    label: { id: 'Token verifikasi webhook', en: 'Webhook verify token' },
    help: { id: 'Isikan di dasbor Meta saat mendaftarkan webhook.', en: 'Enter it in the Meta dashboard.' },
  },
  {
    name: 'graphUrl', kind: 'url', when: cloud,
    label: { id: 'Alamat Graph API', en: 'Graph API address' },
    help: { id: 'Kosongkan untuk https://graph.facebook.com/v23.0. Host lain harus terdaftar di EGRESS_ALLOW.',
      en: 'Leave empty for https://graph.facebook.com/v23.0. Another host must be in EGRESS_ALLOW.' },
  },
];
