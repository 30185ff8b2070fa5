/** What stands in a field for numbers, as a number that no rule mistakes for another. */

/** '' where nothing stands; NaN, which lies within no bounds, where no number stands: a lone minus. */
export function typedNumber(typed: number | bigint | string): number | '' {
  if (typeof typed === 'number') return typed;
  if (typeof typed === 'string' && typed.trim() === '') return '';
  return Number(typed);
}
