/** Fields of forms: a label always, what is wrong under the field in words, and the field named to screen readers. */
import {
  Checkbox, MultiSelect, PasswordInput, Select, Textarea, TextInput, type CheckboxProps, type MultiSelectProps,
  type PasswordInputProps, type SelectProps, type TextareaProps, type TextInputProps,
} from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';
import css from './page.module.css';
import { useT } from './words.ts';

/** The properties of a field whose change gives the value itself. */
export type Changed<P, V> = Omit<P, 'onChange' | 'value'> & { value: V; onChange: (value: V) => void };

/** One line of text. */
export function TextField({ onChange, ...rest }: Changed<TextInputProps, string>) {
  return <TextInput autoComplete="off" {...rest} onChange={(event) => { onChange(event.currentTarget.value); }} />;
}

/** A secret: never shown unless asked, never filled in again. */
export function SecretField({ onChange, ...rest }: Changed<PasswordInputProps, string>) {
  const t = useT();
  return (
    <PasswordInput autoComplete="new-password" visibilityToggleButtonProps={{ 'aria-label': t('signIn.show') }}
      {...rest}
      onChange={(event) => { onChange(event.currentTarget.value); }} />
  );
}

/** Several lines; grows with the text. */
export function TextAreaField({ onChange, ...rest }: Changed<TextareaProps, string>) {
  return <Textarea autosize minRows={2} maxRows={8} {...rest}
    onChange={(event) => { onChange(event.currentTarget.value); }} />;
}

/** One of a list; long lists can be searched by typing. */
export function SelectField({ onChange, data, ...rest }: Changed<SelectProps, string | null>) {
  return <Select searchable={(data?.length ?? 0) > 8} data={data} {...rest}
    onChange={(value) => { onChange(value); }} />;
}

/** Several of a list. */
export function MultiSelectField({ onChange, ...rest }: Changed<MultiSelectProps, string[]>) {
  return <MultiSelect searchable {...rest} onChange={onChange} />;
}

/** Yes or no. */
export function CheckField({ onChange, value,
  ...rest }: Omit<CheckboxProps, 'onChange' | 'value' | 'checked'> & { value: boolean;
  onChange: (value: boolean) => void }) {
  return <Checkbox {...rest} checked={value} onChange={(event) => { onChange(event.currentTarget.checked); }} />;
}

/** A form that sends itself by Enter and never by the browser; fields stand 14 px apart. */
export function Form({ children, onSubmit, label }: { children: ReactNode; onSubmit: () => void; label: string }) {
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSubmit();
  };
  return <form className={css.form} aria-label={label} onSubmit={submit} noValidate>{children}</form>;
}
