/** A field for a whole number; apart from the others, for what it is made of is large and only settings ask for it. */
import { NumberInput, type NumberInputProps } from '@mantine/core';
import type { Changed } from './fields.tsx';

/** A whole number, or '' while nothing stands there. */
export function NumberField({ onChange, ...rest }: Changed<NumberInputProps, number | ''>) {
  return <NumberInput allowDecimal={false} hideControls {...rest}
    onChange={(value) => { onChange(typeof value === 'number' ? value : ''); }} />;
}
