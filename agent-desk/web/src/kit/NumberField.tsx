/** A field for a whole number; apart from the others, for what it is made of is large and only settings ask for it. */
import { NumberInput, type NumberInputProps } from '@mantine/core';
import type { Changed } from './fields.tsx';
import { typedNumber } from './typed-number.ts';

/**
 * A whole number, '' while nothing stands there, NaN while what stands there is none yet. What was typed stays as it
 * is: `min` and `max` tell assistive technology, and the form says what is out of bounds, for a number that moves to
 * the nearest bound by itself is one that nobody meant.
 */
export function NumberField({ onChange, value, ...rest }: Changed<NumberInputProps, number | ''>) {
  return <NumberInput allowDecimal={false} hideControls withKeyboardEvents={false} {...rest} clampBehavior="none"
    value={Number.isNaN(value) ? '-' : value} onChange={(typed) => { onChange(typedNumber(typed)); }} />;
}
