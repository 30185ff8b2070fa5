/** Every word the widget says, Indonesian first; a language lacks no key, for the type asks for both. */
import type { Locale } from '../../protocol.ts';

const indonesian = {
  connecting: 'Menyambungkan ...',
  connected: 'Tersambung',
  offline: 'Terputus',
  reconnecting: 'Koneksi terputus, mencoba lagi ... Pesan Anda tetap tersimpan.',
  refused: 'Obrolan ini sedang tidak tersedia.',
  refusedHint: 'Silakan coba lagi nanti. Pesan Anda tetap tersimpan di perangkat ini.',
  reload: 'Coba lagi',
  queuePosition: 'Anda berada di urutan ke-{n} dalam antrean',
  queueMinutes: 'Perkiraan waktu tunggu {n} menit',
  queueKept: 'Anda boleh menutup halaman ini. Percakapan tetap tersimpan di perangkat ini.',
  assistant: 'Asisten otomatis',
  officer: 'Petugas',
  you: 'Anda',
  typing: '{name} sedang mengetik ...',
  today: 'Hari ini',
  yesterday: 'Kemarin',
  older: 'Pesan sebelumnya',
  newMessages: '{n} pesan baru',
  conversation: 'Percakapan',
  placeholder: 'Tulis pesan',
  placeholderClosed: 'Tulis pesan baru',
  send: 'Kirim',
  attach: 'Lampirkan berkas',
  camera: 'Ambil foto',
  warning: 'Jangan berikan PIN, kata sandi, atau kode OTP kepada siapa pun, termasuk petugas kami.',
  waiting: 'Menunggu',
  sending: 'Mengirim',
  delivered: 'Sampai',
  failed: 'Gagal',
  edited: 'diubah',
  choices: 'Pilihan jawaban',
  deleted: 'Pesan ini dihapus',
  progress: 'Mengirim {n}% dari {size}',
  cancel: 'Batalkan',
  retry: 'Kirim ulang',
  remove: 'Hapus',
  download: 'Unduh {name}',
  picture: 'Gambar {name}',
  failedText: 'Pesan belum terkirim, tetapi tersimpan di perangkat ini. Coba kirim ulang.',
  failedFile: 'Berkas belum terkirim. Coba kirim ulang.',
  fileTooLarge: 'Berkas melebihi batas {size}. Pilih berkas yang lebih kecil.',
  fileRefused: 'Jenis berkas ini tidak diterima. Kirim dalam bentuk lain, misalnya PDF atau foto.',
  fileLost: 'Halaman dimuat ulang sebelum berkas selesai terkirim. Pilih berkasnya lagi.',
  menu: 'Menu',
  minimise: 'Tutup jendela obrolan',
  language: 'English',
  end: 'Akhiri obrolan',
  endQuestion: 'Akhiri obrolan ini?',
  endHint: 'Riwayat percakapan tetap dapat dibaca.',
  endYes: 'Akhiri',
  endNo: 'Lanjutkan obrolan',
  formTitle: 'Sebelum memulai',
  formHint: 'Agar petugas dapat membantu Anda dengan cepat.',
  formStart: 'Mulai obrolan',
  name: 'Nama',
  phone: 'Nomor telepon',
  email: 'E-mail',
  topic: 'Topik',
  optional: '(boleh kosong)',
  choose: 'Pilih topik',
  fieldMissing: 'Mohon diisi.',
  phoneWrong: 'Nomor telepon belum benar.',
  emailWrong: 'Alamat e-mail belum benar.',
  rateTitle: 'Bagaimana layanan kami?',
  rateLow: 'Tidak puas',
  rateHigh: 'Sangat puas',
  rateComment: 'Komentar (boleh kosong)',
  rateSend: 'Kirim penilaian',
  rateThanks: 'Terima kasih atas penilaian Anda.',
  rateFailed: 'Penilaian belum terkirim. Coba lagi.',
  rateValue: 'Nilai {n} dari 5',
  AGENT_JOINED: '{name} bergabung',
  CUSTOMER_ENDED: 'Anda mengakhiri obrolan',
  CLOSED: 'Obrolan selesai',
  TRANSFERRED: 'Anda dialihkan ke petugas lain',
};

export type WordKey = keyof typeof indonesian;

const english: Record<WordKey, string> = {
  connecting: 'Connecting ...',
  connected: 'Connected',
  offline: 'Disconnected',
  reconnecting: 'Connection lost, retrying ... Your messages are kept.',
  refused: 'This chat is not available now.',
  refusedHint: 'Please try again later. Your messages are kept on this device.',
  reload: 'Try again',
  queuePosition: 'You are number {n} in the queue',
  queueMinutes: 'Estimated wait {n} min',
  queueKept: 'You may close this page. The conversation is kept on this device.',
  assistant: 'Automatic assistant',
  officer: 'Officer',
  you: 'You',
  typing: '{name} is typing ...',
  today: 'Today',
  yesterday: 'Yesterday',
  older: 'Earlier messages',
  newMessages: '{n} new messages',
  conversation: 'Conversation',
  placeholder: 'Write a message',
  placeholderClosed: 'Write a new message',
  send: 'Send',
  attach: 'Attach a file',
  camera: 'Take a photo',
  warning: 'Never send a PIN or OTP code to anyone.',
  waiting: 'Waiting',
  sending: 'Sending',
  delivered: 'Delivered',
  failed: 'Failed',
  edited: 'edited',
  choices: 'Answers to choose from',
  deleted: 'This message was deleted',
  progress: 'Sending {n}% of {size}',
  cancel: 'Cancel',
  retry: 'Send again',
  remove: 'Remove',
  download: 'Download {name}',
  picture: 'Picture {name}',
  failedText: 'The message was not sent, but is kept on this device. Try sending it again.',
  failedFile: 'The file was not sent. Try sending it again.',
  fileTooLarge: 'The file is over the limit of {size}. Choose a smaller one.',
  fileRefused: 'This type of file is not accepted. Send it in another form, such as a PDF or a photo.',
  fileLost: 'The page was reloaded before the file was sent. Choose it again.',
  menu: 'Menu',
  minimise: 'Close the chat window',
  language: 'Bahasa Indonesia',
  end: 'End the chat',
  endQuestion: 'End this chat?',
  endHint: 'You can still read the conversation.',
  endYes: 'End',
  endNo: 'Continue the chat',
  formTitle: 'Before we start',
  formHint: 'So that an officer can help you quickly.',
  formStart: 'Start the chat',
  name: 'Name',
  phone: 'Telephone number',
  email: 'E-mail',
  topic: 'Topic',
  optional: '(optional)',
  choose: 'Choose a topic',
  fieldMissing: 'Please fill this in.',
  phoneWrong: 'The telephone number does not look right.',
  emailWrong: 'The e-mail address does not look right.',
  rateTitle: 'How was our service?',
  rateLow: 'Dissatisfied',
  rateHigh: 'Very satisfied',
  rateComment: 'Comment (optional)',
  rateSend: 'Send rating',
  rateThanks: 'Thank you for your rating.',
  rateFailed: 'The rating was not sent. Try again.',
  rateValue: '{n} out of 5',
  AGENT_JOINED: '{name} joined',
  CUSTOMER_ENDED: 'You ended the chat',
  CLOSED: 'The chat is over',
  TRANSFERRED: 'You were transferred to another officer',
};

const all: Record<Locale, Record<WordKey, string>> = { id: indonesian, en: english };

export type Say = (key: WordKey, values?: Record<string, string | number>) => string;

/** The words of one language; `{name}` is filled from the values. */
export function wordsOf(locale: Locale): Say {
  return (key, values = {}) => all[locale][key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}

/** True for codes of the system that a customer is told about. */
export function isWord(code: string): code is WordKey {
  return code in indonesian;
}

/** The language to begin with: asked for, chosen before, the browser's if that is English, else Indonesian. */
export function firstLocale(asked: string | null, chosen: string | null): Locale {
  const wanted = (asked || chosen || navigator.language).toLowerCase();
  return wanted.startsWith('en') ? 'en' : 'id';
}

/** 09.12 (Indonesian) or 09:12. */
export function clockTime(iso: string, locale: Locale): string {
  return new Intl.DateTimeFormat(locale === 'id' ? 'id-ID' : 'en-GB', { hour: '2-digit', minute: '2-digit' }).format(
    new Date(iso),
  );
}

/** Hari ini, Kemarin, or 21 Nov 2026. */
export function dayName(iso: string, locale: Locale, say: Say): string {
  const day = (date: Date): string => date.toDateString();
  const at = new Date(iso);
  if (day(at) === day(new Date())) return say('today');
  if (day(at) === day(new Date(Date.now() - 86_400_000))) return say('yesterday');
  return new Intl.DateTimeFormat(locale === 'id' ? 'id-ID' : 'en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  }).format(at);
}

/** 1,2 MB (Indonesian) or 1.2 MB. */
export function sizeName(bytes: number, locale: Locale): string {
  const [value, unit] = bytes >= 1_048_576 ? [bytes / 1_048_576, 'MB'] : [Math.max(1, bytes / 1_024), 'KB'];
  const figure = new Intl.NumberFormat(locale === 'id' ? 'id-ID' : 'en-GB', {
    maximumFractionDigits: unit === 'MB' ? 1 : 0,
  });
  return `${figure.format(value)} ${unit}`;
}
