/** The fields of the documentation: category and subcategory, summary, outcome, cross-selling. */
import { useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api, ApiError } from '../api/client.ts';
import { CheckField, SelectField, TextAreaField, TextField } from '../kit/fields.tsx';
import { notifyError } from '../kit/notify.ts';
import { useLocale, useT } from '../kit/words.ts';
import { summaryCharsMax, type FormDraft, type FormField } from '../lib/form.ts';
import { useDesk } from '../live/context.ts';
import { keys } from '../live/keys.ts';
import { useCategories, useReasons, type CategoryView } from '../live/queries.ts';
import type { InteractionView } from '../live/types.ts';
import { reasonLabel } from '../shell/PresenceSwitch.tsx';
import css from './Side.module.css';

interface Props {
  row: InteractionView; form: FormDraft; onChange: (part: Partial<FormDraft>) => void;
  /** Fields to be marked as missing: only after closing was tried. */
  missing: readonly FormField[]; disabled: boolean;
}

/**
 * Saves the category at once: the target of the answer depends on it. A version that moved on meanwhile is tried once
 * more.
 */
function useCategorise(row: InteractionView) {
  const t = useT();
  const client = useQueryClient();
  const { live } = useDesk();
  return async (categoryId: string, subcategoryId: string | null): Promise<void> => {
    const save = (version: number): Promise<InteractionView> =>
      api.patch<InteractionView>(`/interactions/${row.id}`, { categoryId, subcategoryId }, { version });
    try {
      let saved: InteractionView;
      try {
        saved = await save(row.version);
      } catch (error) {
        if (!(error instanceof ApiError) || error.code !== 'VERSION_CONFLICT') throw error;
        saved = await save((await api.get<InteractionView>(`/interactions/${row.id}`)).version);
      }
      live.lately.row(saved);
      client.setQueryData<InteractionView>(keys.interaction(row.id),
        (old) => (old !== undefined && old.revision > saved.revision ? old : saved));
    } catch (error) {
      notifyError(t('form.categoryFailed'), error);
    }
  };
}

function nameOf(category: CategoryView, locale: string): string {
  return locale === 'en' ? category.nameEn : category.nameId;
}

/** All fields; what is missing is said under the field. */
export function Documentation({ row, form, onChange, missing, disabled }: Props) {
  const t = useT();
  const locale = useLocale();
  const data = useCategories().data;
  const outcomes = useReasons('OUTCOME').data ?? [];
  const categorise = useCategorise(row);
  const { tops, subs } = useMemo(() => {
    const categories = data ?? [];
    const chosen = categories.find((each) => each.id === form.categoryId);
    const topId = chosen?.parentId ?? chosen?.id;
    return { tops: categories.filter((each) => each.parentId === null),
      subs: categories.filter((each) => each.parentId !== null && each.parentId === topId) };
  }, [data, form.categoryId]);
  const choose = (categoryId: string | null, subcategoryId: string | null): void => {
    onChange({ categoryId, subcategoryId });
    if (categoryId !== null) void categorise(categoryId, subcategoryId);
  };
  const error = (field: FormField, text: string): string | undefined => (missing.includes(field) ? text : undefined);
  return (
    <div className={css.form}>
      <div className={subs.length > 0 ? css.pair : undefined}>
        <SelectField label={t('form.category')} placeholder={t('form.chooseCategory')} data-field="category"
          value={form.categoryId} disabled={disabled} required withAsterisk={false}
          error={error('category', t('form.chooseCategory'))} onChange={(value) => { choose(value, null); }}
          data={tops.map((each) => ({ value: each.id, label: nameOf(each, locale) }))} />
        {subs.length === 0 ? null
          : <SelectField label={t('form.subcategory')} placeholder={t('form.chooseSubcategory')}
            value={form.subcategoryId} disabled={disabled}
            onChange={(value) => { choose(form.categoryId, value); }}
              data={subs.map((each) => ({ value: each.id, label: nameOf(each, locale) }))} />}
      </div>
      <TextAreaField label={t('form.summary')} placeholder={t('form.summaryPlaceholder')} data-field="summary"
        value={form.summary} disabled={disabled} maxLength={summaryCharsMax}
        error={error('summary', t('form.summaryShort'))} onChange={(summary) => { onChange({ summary }); }} required
          withAsterisk={false} />
      <SelectField label={t('form.outcome')} placeholder={t('form.chooseOutcome')} data-field="outcome"
        value={form.outcomeCode} disabled={disabled} required withAsterisk={false}
        error={error('outcome', t('form.chooseOutcome'))} onChange={(outcomeCode) => { onChange({ outcomeCode }); }}
        data={outcomes.map((reason) => ({ value: reason.code, label: reasonLabel(reason, locale) }))} />
      <CheckField label={t('form.crossSelling')} value={form.crossSellingOffered} disabled={disabled}
        onChange={(crossSellingOffered) => { onChange({ crossSellingOffered }); }} />
      {form.crossSellingOffered
        ? <TextField label={`${t('form.interest')} (${t('form.optional')})`} value={form.productInterest}
          disabled={disabled} maxLength={200}
          onChange={(productInterest) => { onChange({ productInterest }); }} /> : null}
    </div>
  );
}
