/** The prepared message that a message to the customer uses, as it stands in its payload. */
import type { MessageTemplate, TemplateUse } from '#domain/channels/words.ts';
import { AppError } from '#domain/errors.ts';
import { safeText } from '#domain/text.ts';

function texts(value: unknown): string[] | undefined {
  return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : undefined;
}

/** The template in a message's payload; undefined where it uses none. */
export function templateOf(payload: Record<string, unknown> | null | undefined): TemplateUse | undefined {
  const use = payload?.['template'] as Partial<Record<keyof TemplateUse, unknown>> | undefined;
  const body = texts(use?.body);
  if (typeof use?.name !== 'string' || typeof use.language !== 'string' || body === undefined) return undefined;
  const header = texts(use.header);
  return { name: use.name, language: use.language, body, ...(header === undefined ? {} : { header }) };
}

/** The words of a template with its gaps filled, as the customer reads them. Pure. */
export function filledText(template: Pick<MessageTemplate, 'header' | 'body' | 'footer'>,
  use: Pick<TemplateUse, 'body' | 'header'>): string {
  const fill = (text: string, values: readonly string[]): string =>
    text.replaceAll(/\{\{(\d+)\}\}/g, (gap, n: string) => values[Number(n) - 1] ?? gap);
  return [template.header === null ? null : fill(template.header, use.header ?? []), fill(template.body, use.body),
    template.footer].filter((part) => part !== null && part !== '').join('\n\n');
}

/** What providers take into a gap of the body; a header is a line. */
const GAP_CHARS_MAX = 1_024;
const HEADER_GAP_CHARS_MAX = 60;

/** The values of a part's gaps, each on one line. Throws VALIDATION_FAILED where one is missing, empty or too long. */
function cleanGaps(values: readonly string[], gaps: number, charsMax: number, part: 'body' | 'header'): string[] {
  if (values.length !== gaps) throw new AppError('VALIDATION_FAILED', { template: part, gaps });
  return values.map((value) => {
    const clean = safeText(value).replaceAll(/\s+/g, ' ').trim();
    if (clean === '' || clean.length > charsMax) throw new AppError('VALIDATION_FAILED', { template: part, charsMax });
    return clean;
  });
}

/**
 * The use of a template as it is stored: every gap filled, on one line, for providers take no others. Throws
 * VALIDATION_FAILED with the part that is wrong. Pure.
 */
export function cleanTemplate(template: MessageTemplate, use: TemplateUse): TemplateUse {
  const header = cleanGaps(use.header ?? [], template.headerGaps, HEADER_GAP_CHARS_MAX, 'header');
  return { name: template.name, language: template.language,
    body: cleanGaps(use.body, template.bodyGaps, GAP_CHARS_MAX, 'body'), ...(header.length === 0 ? {} : { header }) };
}
