/** The gallery's own words: titles of its parts and of the states shown. */
import { defineWords } from '../kit/words.ts';

const id = {
  title: 'Galeri komponen', text: 'Setiap komponen dalam setiap keadaan, terang dan gelap, dengan data rekaan.',
  light: 'Terang', dark: 'Gelap', buttons: 'Tombol', fields: 'Isian', choices: 'Pilihan', states: 'Keadaan halaman',
  rows: 'Baris kotak masuk', rings: 'Cincin waktu', messages: 'Pesan', offer: 'Tawaran', notices: 'Pemberitahuan',
  bars: 'Bilah status', people: 'Status agen', table: 'Tabel', small: 'Bagian kecil', primary: 'Utama', plain: 'Biasa',
  quiet: 'Halus', danger: 'Hapus', disabled: 'Tidak aktif', loading: 'Memuat', label: 'Nama', filled: 'Budi Contoh',
  wrong: 'Isi nama lebih dahulu.', hint: 'Seperti pada kartu identitas.', empty: 'Kosong', choose: 'Pilih',
  compact: 'Rapat', roomy: 'Longgar', tableName: 'Daftar antrean', queue: 'Antrean', waiting: 'Menunggu',
  confirm: 'Hapus data', confirmText: 'Data tidak dapat dikembalikan.', error: 'Contoh kesalahan',
  reading: 'Keadaan membaca', carried: 'Berkas, suara, tempat, kutipan', onTheWay: 'Dalam perjalanan',
  uploads: 'Berkas untuk dikirim', bulk: 'Bilah pilihan', loadingTalk: 'Percakapan sedang dimuat', dialogs: 'Dialog',
  snooze: 'Tunda', transfer: 'Alihkan', transferMany: 'Alihkan beberapa', filter: 'Saringan', manage: 'Tampilan saya',
  viewer: 'Penampil gambar', sessions: 'Sesi nomor', health: 'Kesehatan nomor', templates: 'Templat',
  noTemplates: 'Tanpa templat', failedTemplates: 'Templat gagal dimuat', loadingTemplates: 'Templat sedang dimuat',
  waits: 'Pesan yang menunggu', forms: 'Dokumentasi', escalate: 'Eskalasi', palette: 'Palet perintah',
  keys: 'Tombol pintas',
};
const en: Record<keyof typeof id, string> = {
  title: 'Component gallery', text: 'Every component in every state, light and dark, with invented data.',
  light: 'Light', dark: 'Dark', buttons: 'Buttons', fields: 'Fields', choices: 'Choices', states: 'States of a page',
  rows: 'Rows of the inbox', rings: 'Rings of time', messages: 'Messages', offer: 'Offer', notices: 'Notifications',
  bars: 'Status bars', people: 'Presence', table: 'Table', small: 'Small parts', primary: 'Primary', plain: 'Plain',
  quiet: 'Quiet', danger: 'Delete', disabled: 'Disabled', loading: 'Loading', label: 'Name', filled: 'Budi Contoh',
  wrong: 'Enter a name first.', hint: 'As on the identity card.', empty: 'Empty', choose: 'Choose',
  compact: 'Compact', roomy: 'Roomy', tableName: 'List of queues', queue: 'Queue', waiting: 'Waiting',
  confirm: 'Delete the data', confirmText: 'The data cannot be brought back.', error: 'An error for show',
  reading: 'State while reading', carried: 'Files, voice, places, quotes', onTheWay: 'On its way',
  uploads: 'Files to send', bulk: 'Bar of chosen rows', loadingTalk: 'A conversation loading', dialogs: 'Dialogs',
  snooze: 'Snooze', transfer: 'Transfer', transferMany: 'Transfer several', filter: 'Filter', manage: 'My views',
  viewer: 'Picture viewer', sessions: 'Session of a number', health: 'Health of a number', templates: 'Templates',
  noTemplates: 'No templates', failedTemplates: 'Templates that failed', loadingTemplates: 'Templates loading',
  waits: 'Messages that wait', forms: 'Documentation', escalate: 'Escalation', palette: 'Command palette',
  keys: 'Keyboard shortcuts',
};

/** `const w = useGalleryWords(); w('title')`. */
export const useGalleryWords = defineWords('gallery', { id, en });
