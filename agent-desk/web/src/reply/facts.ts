/** What the blanks of a canned reply are filled with: as the customer reads it, and by the customer's clock. */
import { greetingAt, namelessAddress, type ReplyFacts,
  type ReplyLanguage } from '../../../../domain/replies/variables.ts';
import { codeWord } from '../kit/words.ts';
import { shortDate } from '../lib/time.ts';
import type { ContactView, InteractionView } from '../live/types.ts';

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/**
 * The facts for this customer now. The language is the customer's, Indonesian where it is not known; the clock is that
 * of the customer's zone, `houseZone` where none is known; who has no name is addressed without one.
 */
export function factsOf(row: Pick<InteractionView, 'contactName' | 'ticketNumber' | 'reportName'>, agentName: string,
  contact: Pick<ContactView, 'language' | 'timeZone'> | undefined, now: number, houseZone: string): ReplyFacts {
  const language: ReplyLanguage = contact?.language === 'en' ? 'en' : 'id';
  const own = contact?.timeZone ?? '';
  const zone = own !== '' && isZone(own) ? own : houseZone;
  const hour = Number(new Intl.DateTimeFormat('en', { hour: 'numeric', hourCycle: 'h23', timeZone: zone }).format(now));
  const name = row.contactName?.trim() ?? '';
  return { nama_nasabah: name === '' ? namelessAddress[language] : name, nama_agen: agentName,
    nomor_tiket: row.ticketNumber, kanal: codeWord('channel', row.reportName, undefined, language),
    salam: greetingAt(hour, language), tanggal: shortDate(now, { locale: language, zone }) };
}
