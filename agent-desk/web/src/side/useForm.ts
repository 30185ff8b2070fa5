/** The documentation of one interaction while it is being filled in: kept in the browser until it is saved. */
import { useCallback, useState } from 'react';
import { emptyForm, formKey, partBody, readForm, type FormDraft } from '../lib/form.ts';
import { serverNow } from '../lib/now.ts';
import type { InteractionView, TicketView } from '../live/types.ts';

/** The form and the way to change it; the category of the interaction is the server's, the rest waits here. */
export function useForm(row: InteractionView, ticket: TicketView | undefined, userId: string) {
  const key = formKey(userId, row.id);
  const [kept, setKept] = useState<FormDraft>(() => {
    try { return readForm(localStorage.getItem(key)); } catch { return emptyForm; }
  });
  const form: FormDraft = {
    ...kept, categoryId: row.categoryId ?? kept.categoryId,
      subcategoryId: kept.subcategoryId ?? ticket?.subcategoryId ?? null,
    // What tier 1 left stands on the ticket; that of an interaction before this one is no answer to it.
    outcomeCode: kept.outcomeCode ?? row.outcomeCode ?? (row.tier === 2 ? ticket?.outcomeCode ?? null : null),
      summary: kept.summary === '' ? ticket?.summary ?? '' : kept.summary,
  };
  const change = useCallback((part: Partial<FormDraft>) => {
    setKept((old) => {
      const next = { ...old, ...part };
      const dated = JSON.stringify({ ...next, at: serverNow() });
      try { localStorage.setItem(key, dated); } catch { /* kept for this page only */ }
      return next;
    });
  }, [key]);
  return { form, change, isTyped: partBody(kept) !== undefined };
}
