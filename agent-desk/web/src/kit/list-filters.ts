/** What a searched list shows when nothing fits: a line that cannot be chosen, so that it is read out as well. */
import type { ComboboxItem, OptionsFilter } from '@mantine/core';

function orSaid(found: ComboboxItem[], message: string): ComboboxItem[] {
  return found.length > 0 ? found : [{ value: '', label: message, disabled: true }];
}

/** Finds the typed words anywhere in a line; `message` stands where nothing fits. */
export function foundOr(message: string): OptionsFilter {
  return ({ options, search, limit }) => {
    const words = search.trim().toLowerCase();
    const lines = options.filter((option): option is ComboboxItem => 'label' in option);
    const found = lines.filter((line) => line.label.toLowerCase().includes(words));
    return orSaid(found.slice(0, limit), message);
  };
}

/** Shows what the server found as it is; `message` stands where that is nothing. */
export function allOr(message: string): OptionsFilter {
  return ({ options }) => orSaid(options.filter((option): option is ComboboxItem => 'label' in option), message);
}
