/** The documentation without which nothing closes (C10, C11): what is filled in, what is missing, what is sent. */

export interface FormDraft {
  categoryId: string | null;
  subcategoryId: string | null;
  outcomeCode: string | null;
  summary: string;
  crossSellingOffered: boolean;
  productInterest: string;
}

export type FormField = 'category' | 'outcome' | 'summary';

export const emptyForm: FormDraft = {
  categoryId: null, subcategoryId: null, outcomeCode: null, summary: '', crossSellingOffered: false,
    productInterest: '',
};

/** The name under which the browser keeps a user's form of an interaction. */
export function formKey(userId: string, interactionId: string): string {
  return `sambung.form.${userId}.${interactionId}`;
}

/** The shortest summary the server takes. */
export const summaryCharsMin = 3;
export const summaryCharsMax = 4_000;

/** What is still missing, in the order of the screen. */
export function missingFields(form: FormDraft): FormField[] {
  const missing: FormField[] = [];
  if (form.categoryId === null) missing.push('category');
  if (form.summary.trim().length < summaryCharsMin) missing.push('summary');
  if (form.outcomeCode === null) missing.push('outcome');
  return missing;
}

/** "Hasil, Ringkasan dan Kategori". */
export function listWords(words: readonly string[], and: string): string {
  const last = words.at(-1);
  if (last === undefined) return '';
  return words.length === 1 ? last : `${words.slice(0, -1).join(', ')} ${and} ${last}`;
}

/** What the server is sent; only for a form that misses nothing. */
export function formBody(form: FormDraft): Record<string, unknown> {
  const interest = form.productInterest.trim();
  return {
    categoryId: form.categoryId, subcategoryId: form.subcategoryId, outcomeCode: form.outcomeCode,
      summary: form.summary.trim(),
    crossSellingOffered: form.crossSellingOffered,
      productInterest: form.crossSellingOffered && interest !== '' ? interest : null,
  };
}

/** What is filled in so far, for those who go on with it; undefined where nothing is. */
export function partBody(form: FormDraft): Record<string, unknown> | undefined {
  const given = Object.entries(formBody(form)).filter(([, value]) => value !== null && value !== '' && value !== false);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

/** A form kept by the browser; anything unreadable is an empty one. */
export function readForm(stored: string | null): FormDraft {
  if (stored === null) return emptyForm;
  try {
    const value = JSON.parse(stored) as Record<string, unknown>;
    const text = (name: string): string | null => (typeof value[name] === 'string' ? value[name] : null);
    return {
      categoryId: text('categoryId'), subcategoryId: text('subcategoryId'), outcomeCode: text('outcomeCode'),
        summary: text('summary') ?? '',
      crossSellingOffered: value['crossSellingOffered'] === true, productInterest: text('productInterest') ?? '',
    };
  } catch {
    return emptyForm;
  }
}
