/**
 * How times, dates, spans, money and sizes are written on the screens: "09.12", "kemarin 16.40", "21 Nov 2026",
 * "Rp5.000.000".
 */

export type Locale = 'id' | 'en';

/** The three zones of Indonesia: WIB, WITA, WIT. */
export const indonesianZones = ['Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura'] as const;

const words = { id: { yesterday: 'kemarin', today: 'hari ini' },
  en: { yesterday: 'yesterday', today: 'today' } } as const;
const tags = { id: 'id-ID', en: 'en-GB' } as const;
const formats = new Map<string, Intl.DateTimeFormat>();
let homeZone: string | undefined;

/** The zone in which times are written where none is named: that of the user's site, not that of the browser. */
export function setHomeZone(zone: string): void {
  homeZone = zone;
}

/** The zone of setHomeZone; the browser's own until the site's is known. */
export function theHomeZone(): string {
  return homeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function format(locale: Locale, given: string | undefined, name: string,
  options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const zone = given ?? homeZone;
  const key = `${locale} ${zone ?? ''} ${name}`;
  let found = formats.get(key);
  if (found === undefined) {
    found = new Intl.DateTimeFormat(tags[locale], { ...options, timeZone: zone });
    formats.set(key, found);
  }
  return found;
}

export interface When { locale: Locale; zone?: string | undefined }

/** The hour and minute: "09.12" in Indonesian, "09:12" in English. */
export function clockTime(iso: string | number | Date, { locale, zone }: When): string {
  const parts = format(locale, zone, 'clock', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
    .formatToParts(new Date(iso));
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? '';
  return `${part('hour')}${locale === 'id' ? '.' : ':'}${part('minute')}`;
}

/** No zone of the world begins a day or shifts its clock within a quarter of an hour: one reckoning serves it all. */
const quarterMs = 15 * 60_000;
const daysKept = 4_000;
const days = new Map<string, Map<number, string>>();

/** The calendar day as "2026-11-21" in the reader's zone: for grouping and comparing. */
export function dayKey(iso: string | number | Date, { zone }: When): string {
  const date = new Date(iso);
  const quarter = Math.floor(date.getTime() / quarterMs);
  const place = zone ?? homeZone ?? '';
  let known = days.get(place);
  if (known === undefined || known.size > daysKept) {
    known = new Map();
    days.set(place, known);
  }
  let key = known.get(quarter);
  if (key === undefined) {
    const parts = format('en', zone, 'day', { year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(date);
    const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? '';
    key = `${part('year')}-${part('month')}-${part('day')}`;
    known.set(quarter, key);
  }
  return key;
}

/** The date: "21 Nov 2026". */
export function shortDate(iso: string | number | Date, { locale, zone }: When): string {
  const parts = format(locale, zone, 'date', { day: 'numeric', month: 'short', year: 'numeric' })
    .formatToParts(new Date(iso));
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? '';
  return `${part('day')} ${part('month')} ${part('year')}`;
}

/** The mark between two days of a conversation: "Sabtu, 21 Nov 2026", today "hari ini" alone. */
export function dayMark(iso: string | number | Date, now: number, when: When): string {
  if (dayKey(iso, when) === dayKey(now, when)) {
    const today = words[when.locale].today;
    return today.charAt(0).toUpperCase() + today.slice(1);
  }
  const weekday = format(when.locale, when.zone, 'weekday', { weekday: 'long' }).format(new Date(iso));
  return `${weekday}, ${shortDate(iso, when)}`;
}

/** The time as a list shows it: today "09.12", the day before "kemarin", else "21 Nov 2026". */
export function listTime(iso: string, now: number, when: When): string {
  const key = dayKey(iso, when);
  if (key === dayKey(now, when)) return clockTime(iso, when);
  if (key === dayKey(now - 86_400_000, when)) return words[when.locale].yesterday;
  return shortDate(iso, when);
}

/** The time with its day when that is not today: "09.12", "kemarin 16.40", "21 Nov 2026 16.40". */
export function dayTime(iso: string, now: number, when: When): string {
  const key = dayKey(iso, when);
  const clock = clockTime(iso, when);
  if (key === dayKey(now, when)) return clock;
  if (key === dayKey(now - 86_400_000, when)) return `${words[when.locale].yesterday} ${clock}`;
  return `${shortDate(iso, when)} ${clock}`;
}

/** A running span: "00.42" (minutes and seconds), from an hour on "1.02.05"; English with colons. */
export function span(ms: number, locale: Locale): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  const separator = locale === 'id' ? '.' : ':';
  const hours = Math.floor(seconds / 3600);
  const rest = [two(Math.floor((seconds % 3600) / 60)), two(seconds % 60)];
  return (hours > 0 ? [String(hours), ...rest] : rest).join(separator);
}

/** Whole rupiah: "Rp5.000.000". */
export function rupiah(amount: number): string {
  return `${amount < 0 ? '-' : ''}Rp${Math.abs(Math.trunc(amount)).toString().replace(/\B(?=(\d{3})+$)/g, '.')}`;
}

/** A size of a file: "214 KB", "1,2 MB" (English "1.2 MB"). */
export function fileSize(bytes: number, locale: Locale): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1_048_576) return `${Math.round(bytes / 1024)} KB`;
  const mega = (Math.round(bytes / 104_857.6) / 10).toString();
  return `${locale === 'id' ? mega.replace('.', ',') : mega} MB`;
}

/** A phone number as it may be shown to anybody: "0812****567". Numbers too short to hide anything become "****". */
export function maskPhone(phone: string): string {
  const digits = phone.replace(/\D/g, '');
  const national = digits.startsWith('62') ? `0${digits.slice(2)}` : digits;
  return national.length < 8 ? '****' : `${national.slice(0, 4)}****${national.slice(-3)}`;
}
