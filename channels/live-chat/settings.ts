/** The settings of a live-chat account, read with defaults: an account without any settings is a working chat. */
import type { SetupField } from '#channels/channel.ts';
import { awayField } from '#channels/first-words.ts';
import type { AccountView } from '#domain/channels/words.ts';
import { limits } from '#domain/limits.ts';
import type { FieldRule, FormField, PublicSettings, Words } from './protocol.ts';

const FORM_FIELDS: readonly FormField[] = ['name', 'phone', 'email', 'topic'];
const RULES: readonly FieldRule[] = ['off', 'optional', 'required'];
const WORDS_CHARS_MAX = 500;
const ORIGINS_MAX = 20;
const TOPICS_MAX = 20;
const MINUTES_PER_POSITION = 2;

function word(account: AccountView, name: string, fallback: string): string {
  const value = account.settings[name];
  return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, WORDS_CHARS_MAX) : fallback;
}

function words(account: AccountView, name: string, fallback: Words): Words {
  return { id: word(account, `${name}Id`, fallback.id), en: word(account, `${name}En`, fallback.en) };
}

/** A list as an administrator writes it: an array, or words between commas or line ends. */
function list(account: AccountView, name: string, itemsMax: number): string[] {
  const value = account.settings[name];
  const items = Array.isArray(value) ? value : typeof value === 'string' ? value.split(/[,\n]/) : [];
  return items
    .filter((item): item is string => typeof item === 'string')
    .map((item) => item.trim())
    .filter((item) => item !== '' && item.length <= 200)
    .slice(0, itemsMax);
}

function rule(account: AccountView, field: FormField): FieldRule {
  const value = account.settings[`form${field.charAt(0).toUpperCase()}${field.slice(1)}`];
  return RULES.find((one) => one === value) ?? 'off';
}

/**
 * Origins beside our own that may embed the chat, exactly as browsers send them; what is no origin is left out
 * (RS17).
 */
export function allowedOrigins(account: AccountView): string[] {
  return list(account, 'origins', ORIGINS_MAX).flatMap((item) => {
    const url = URL.canParse(item) ? new URL(item) : undefined;
    return url !== undefined && /^https?:$/.test(url.protocol) && url.origin !== 'null' ? [url.origin] : [];
  });
}

/** Minutes that a place in the queue stands for, when nothing better is known. */
export function minutesPerPosition(account: AccountView): number {
  const value = Number(account.settings['minutesPerPosition']);
  return Number.isFinite(value) && value > 0 && value <= 120 ? value : MINUTES_PER_POSITION;
}

/** What a browser may know of the account. */
export function publicSettings(account: AccountView): PublicSettings {
  return {
    account: account.key,
    title: words(account, 'title', { id: 'Layanan Nasabah', en: 'Customer Service' }),
    status: words(account, 'status', { id: '', en: '' }),
    welcome: words(account, 'welcome', {
      id: 'Selamat datang, Bapak/Ibu. Silakan tulis kebutuhan Anda; petugas kami akan segera membantu.',
      en: 'Welcome. Please tell us what you need; one of our officers will be with you shortly.',
    }),
    form: Object.fromEntries(FORM_FIELDS.map((field) => [field, rule(account, field)])) as Record<FormField, FieldRule>,
    topics: list(account, 'topics', TOPICS_MAX),
    fileBytes: limits.fileBytes,
    filesPerMessage: limits.filesPerMessageMax,
    textChars: limits.messageTextChars,
  };
}

function text(name: string, id: string, en: string): SetupField {
  return { name, kind: 'text', label: { id, en } };
}

function formRule(name: string, id: string, en: string): SetupField {
  return { name, kind: 'choice', choices: RULES, label: { id: `Formulir awal: ${id}`, en: `Pre-chat form: ${en}` } };
}

/** The form of the administration screen. */
export const chatSetup: readonly SetupField[] = [
  text('titleId', 'Judul (Indonesia)', 'Title (Indonesian)'),
  text('titleEn', 'Judul (Inggris)', 'Title (English)'),
  text('statusId', 'Keterangan jam layanan (Indonesia)', 'Opening hours line (Indonesian)'),
  text('statusEn', 'Keterangan jam layanan (Inggris)', 'Opening hours line (English)'),
  text('welcomeId', 'Salam pembuka (Indonesia)', 'Welcome text (Indonesian)'),
  text('welcomeEn', 'Salam pembuka (Inggris)', 'Welcome text (English)'),
  {
    ...awayField,
    label: { id: 'Balasan di luar jam layanan', en: 'Answer outside working hours' },
    help: { id: 'Dikirim sekali saat nasabah menulis selagi antrean akun ini tutup. Kosongkan bila tidak perlu.',
      en: 'Sent once when a customer writes while the queue of this account is closed. Empty: none.' },
  },
  {
    ...text('origins', 'Situs yang boleh menyematkan obrolan', 'Sites that may embed the chat'),
    help: {
      id: 'Misalnya https://www.contoh.co.id, dipisah koma. Bila kosong, hanya alamat server ini.',
      en: 'For instance https://www.example.com, separated by commas. If empty, only this server.',
    },
  },
  formRule('formName', 'nama', 'name'),
  formRule('formPhone', 'telepon', 'telephone'),
  formRule('formEmail', 'e-mail', 'e-mail'),
  formRule('formTopic', 'topik', 'topic'),
  text('topics', 'Pilihan topik, dipisah koma', 'Topics to choose from, separated by commas'),
  {
    name: 'minutesPerPosition',
    kind: 'number',
    label: { id: 'Perkiraan menit per urutan antrean', en: 'Estimated minutes per place in the queue' },
  },
  {
    name: 'visitorSecret',
    kind: 'secret',
    generated: true,
    ours: true,
    label: { id: 'Rahasia token pengunjung', en: 'Visitor token secret' },
    help: {
      id: 'Dibuat oleh server. Bila diganti, pengunjung tidak dapat melanjutkan percakapan lamanya.',
      en: 'Made by the server. Changing it cuts every visitor off from their earlier chats.',
    },
  },
  {
    name: 'identitySecret',
    kind: 'secret',
    label: { id: 'Rahasia identitas dari situs Anda', en: 'Identity secret of your site' },
    help: {
      id: 'Situs Anda menandatangani id pengguna dengan HMAC-SHA256 agar nasabah dikenali.',
      en: 'Your site signs its user id with HMAC-SHA256, so that the customer is known.',
    },
  },
];
