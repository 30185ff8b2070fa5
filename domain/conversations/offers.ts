/** What a message to a customer may offer to tap, cleaned and bounded. Pure. */
import type { MessageButton, OfferPayload } from '#domain/channels/words.ts';
import { AppError } from '#domain/errors.ts';
import { limits } from '#domain/limits.ts';
import { safeText } from '#domain/text.ts';

function cleanButton(button: MessageButton): MessageButton {
  const text = safeText(button.text).trim();
  if (text === '' || text.length > limits.buttonTextChars) throw new AppError('VALIDATION_FAILED', { buttons: 'text' });
  if (button.url !== undefined) {
    if (!URL.canParse(button.url) || new URL(button.url).protocol !== 'https:') {
      throw new AppError('VALIDATION_FAILED', { buttons: 'url' });
    }
    return { text, url: new URL(button.url).href };
  }
  const data = safeText(button.data ?? text);
  if (Buffer.byteLength(data) > limits.buttonDataBytes) throw new AppError('VALIDATION_FAILED', { buttons: 'data' });
  return { text, data };
}

/**
 * The offer as it is stored; undefined for one that offers nothing. Links are https only, for a customer trusts a
 * button of the company. Throws VALIDATION_FAILED with what is wrong.
 */
export function cleanOffer(offer: OfferPayload | undefined): OfferPayload | undefined {
  const rows = (offer?.buttons ?? []).filter((row) => row.length > 0);
  if (rows.flat().length > limits.buttonsPerMessageMax) {
    throw new AppError('VALIDATION_FAILED', { buttons: 'too many' });
  }
  if (rows.length > 0) return { buttons: rows.map((row) => row.map(cleanButton)) };
  const ask = safeText(offer?.askContact ?? '').trim();
  if (ask.length > limits.buttonTextChars) throw new AppError('VALIDATION_FAILED', { askContact: 'too long' });
  return ask === '' ? undefined : { askContact: ask };
}

/** The provider's ids by part, of a message that left in several. */
export function sentPartsOf(payload: Record<string, unknown> | null): string[][] | null {
  const parts = payload?.['sentParts'];
  return Array.isArray(parts) ? parts as string[][] : null;
}

/** The offer of a stored message. */
export function offerOf(payload: Record<string, unknown> | null): OfferPayload | undefined {
  const { buttons, askContact } = (payload ?? {}) as OfferPayload;
  return buttons === undefined && askContact === undefined ? undefined : { buttons, askContact };
}
