/** How personal data look where nobody has asked to see them with a reason (RA09): pure text to text. */

/** A phone in E.164 as `0812****567` (Indonesian numbers in their national form); anything too short as `****`. */
export function maskPhone(phone: string): string {
  const digits = phone.replace(/[^\d+]/g, '');
  const local = digits.startsWith('+62') ? `0${digits.slice(3)}` : digits.startsWith('62') && digits.length > 9
    ? `0${digits.slice(2)}` : digits;
  if (local.length < 8) return '****';
  return `${local.slice(0, 4)}****${local.slice(-3)}`;
}

/** An address as `b****o@contoh.id`: the first and the last letter of the name, and the domain. */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf('@');
  if (at < 1) return '****';
  const name = [...email.slice(0, at)];
  const [first = ''] = name;
  return `${first}****${name.length > 2 ? name.at(-1) ?? '' : ''}${email.slice(at)}`;
}

const PHONE = /^\+?\d[\d\s().-]{6,20}$/;

/** A handle of any channel: by its shape a phone, an address, or an opaque name of which both ends stay. */
export function maskHandle(handle: string): string {
  if (PHONE.test(handle)) return maskPhone(handle);
  const at = handle.lastIndexOf('@');
  if (at > 0) {
    const name = handle.slice(0, at);
    return PHONE.test(name) ? `${maskPhone(name)}${handle.slice(at)}` : maskEmail(handle);
  }
  const signs = [...handle];
  if (signs.length <= 5) return '****';
  return `${signs.slice(0, 2).join('')}****${signs.slice(-2).join('')}`;
}

const letters = new Intl.Segmenter('id', { granularity: 'grapheme' });

/** The name in a waiting row: its initial (`B.`), or null, where the screen says "Nasabah". */
export function maskName(name: string | null): string | null {
  for (const part of letters.segment(name?.trim() ?? '')) return `${part.segment.toUpperCase()}.`;
  return null;
}
