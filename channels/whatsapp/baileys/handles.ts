/**
 * Who somebody is: WhatsApp knows a person by a number (PN) and by a number of its own that hides it (LID). A handle is
 * the number where it is known, in E.164, else `lid:` and the other. LID digits are never shown as a telephone number.
 */

/** What a jid names. Devices (`:7`) are dropped. */
export interface Jid { user: string; server: string }

/** The parts of `628...:7@s.whatsapp.net`; undefined for what is no jid. */
export function readJid(jid: string | null | undefined): Jid | undefined {
  const found = /^([^@:]+)(?::\d+)?@([a-z.]+)$/.exec(jid ?? '');
  return found === null ? undefined : { user: found[1] ?? '', server: found[2] ?? '' };
}

/** True for chats of several: groups, broadcasts, channels, statuses. They are none of ours. */
export function isCrowd(jid: string | null | undefined): boolean {
  return /@(g\.us|broadcast|newsletter)$/.test(jid ?? '');
}

const PHONE = /^[1-9]\d{6,14}$/;

/** E.164 of a jid that carries a number; undefined for a LID or anything else. */
export function phoneOf(jid: string | null | undefined): string | undefined {
  const read = readJid(jid);
  return read !== undefined && (read.server === 's.whatsapp.net' || read.server === 'c.us') && PHONE.test(read.user)
    ? `+${read.user}` : undefined;
}

/** The handle of somebody who is known by these jids; undefined if none of them names a person. */
export function handleOf(...jids: (string | null | undefined)[]): string | undefined {
  const phone = jids.map(phoneOf).find((one) => one !== undefined);
  if (phone !== undefined) return phone;
  const lid = jids.map(readJid).find((one) => one?.server === 'lid');
  return lid === undefined ? undefined : `lid:${lid.user}`;
}

/** Where a handle is written to, if no other address of it is known. */
export function jidOf(handle: string): string | undefined {
  if (handle.startsWith('lid:')) return `${handle.slice(4)}@lid`;
  return /^\+[1-9]\d{6,14}$/.test(handle) ? `${handle.slice(1)}@s.whatsapp.net` : undefined;
}
