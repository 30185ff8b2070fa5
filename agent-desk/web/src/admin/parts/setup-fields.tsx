/**
 * The form of any channel, drawn from the fields its registry declares: nothing here knows one channel from
 * another.
 */
import { Button } from '@mantine/core';
import { useEffect, useRef, type RefObject } from 'react';
import { CheckField, NumberField, SecretField, SelectField, TextField, useLocale } from '../../kit/index.ts';
import type { SecretHint, SetupField } from '../account-types.ts';
import { useWords, wordOr, type Words } from '../use-words.ts';
import css from './admin.module.css';
import { Notice } from './editor.tsx';

/**
 * New values of secrets by name: text replaces, null removes, '' has the server make one; what is missing stays as
 * it is.
 */
export type SecretDraft = Record<string, string | null>;

interface SetupProps {
  fields: readonly SetupField[];
  settings: Record<string, unknown>;
  secrets: SecretDraft;
  hints: Record<string, SecretHint>;
  isNew: boolean;
  errors: Partial<Record<string, string>>;
  onSetting: (name: string, value: unknown) => void;
  onSecret: (name: string, value: string | null | undefined) => void;
}

function hintText(w: Words, hint: SecretHint | undefined): string {
  if (hint?.set !== true) return w('accounts.secretEmpty');
  return hint.last4 === null ? w('accounts.secretSetPlain') : w('accounts.secretSet', { last4: hint.last4 });
}

interface OneProps { field: SetupField; label: string; help: string | undefined; error: string | undefined }

/** Follows a secret into the form it takes: the button that asked for that is gone, and had the keyboard. */
function useFollow(shape: string): RefObject<HTMLDivElement | null> {
  const box = useRef<HTMLDivElement>(null);
  const before = useRef(shape);
  useEffect(() => {
    if (before.current === shape) return;
    before.current = shape;
    if (document.activeElement === document.body) box.current?.querySelector<HTMLElement>('input, button')?.focus();
  }, [shape]);
  return box;
}

function SecretInput({ field, label, help, error, value, hint, isNew, onChange }: OneProps & {
  value: string | null | undefined; hint: SecretHint | undefined; isNew: boolean;
  onChange: (value: string | null | undefined) => void;
}) {
  const w = useWords();
  const stored = hint?.set === true;
  const box = useFollow(value === null ? 'cleared' : typeof value);
  if (isNew && field.generated === true && value === undefined) {
    return (
      <div ref={box}>
        <p className={css.label}>{label}</p>
        <p>{w(field.ours === true ? 'accounts.secretOurs' : 'accounts.secretWillGenerate')}</p>
        <Button size="xs" variant="subtle" onClick={() => { onChange(''); }}>{w('accounts.secretOwn')}</Button>
      </div>
    );
  }
  if (typeof value === 'string') {
    return (
      <div ref={box}>
        <SecretField label={label} description={help} value={value} required={field.required} error={error}
          onChange={onChange}
          placeholder={field.generated === true ? w('accounts.secretWillGenerate') : undefined} />
        {stored || field.generated === true
          ? <Button size="xs" variant="subtle"
            onClick={() => { onChange(undefined); }}>{w(isNew
            ? 'accounts.secretGenerate' : 'accounts.secretKeep')}</Button> : null}
      </div>
    );
  }
  return (
    <div ref={box}>
      <p className={css.label}>{label}{field.required === true ? <span className="warn"> *</span> : null}</p>
      <div className={css.copyLine} style={{ alignItems: 'center' }}>
        <span className="grow">{value === null ? w('accounts.secretCleared') : hintText(w, hint)}</span>
        {value === null
          ? <Button size="xs" variant="default"
            onClick={() => { onChange(undefined); }}>{w('accounts.secretKeep')}</Button>
          : <Button size="xs" variant="default"
            onClick={() => { onChange(''); }}>{w(stored ? 'accounts.secretReplace' : 'accounts.secretFill')}</Button>}
        {stored && field.required !== true && value === undefined
          ? <Button size="xs" variant="default"
            onClick={() => { onChange(null); }}>{w('common.remove')}</Button> : null}
      </div>
      {help === undefined ? null : <p className={css.help} style={{ marginTop: 4 }}>{help}</p>}
      {error === undefined ? null : <p className="bad" role="alert">{error}</p>}
    </div>
  );
}

function PlainInput({ field, label, help, error, value,
  onChange }: OneProps & { value: unknown; onChange: (value: unknown) => void }) {
  const w = useWords();
  const common = { label, description: help, required: field.required, error };
  const words = typeof value === 'string' ? value
    : Array.isArray(value) ? value.join(', ') : field.usual ?? '';
  switch (field.kind) {
    case 'boolean':
      return <CheckField label={label} description={help} value={value === true} onChange={onChange} error={error} />;
    case 'number':
      return (
        <NumberField {...common}
          value={typeof value === 'number' ? value : value === undefined || value === null || value === ''
          ? '' : Number(value)}
          onChange={(number) => { onChange(number === '' ? undefined : number); }} />
      );
    case 'choice':
      return (
        <SelectField {...common} value={words === '' ? null : words} allowDeselect={field.usual === undefined}
          onChange={(chosen) => { onChange(chosen ?? undefined); }}
          clearable={field.required !== true && field.usual === undefined}
          data={(field.choices ?? []).map((choice) =>
            ({ value: choice, label: wordOr(w, `accounts.choices.${choice}`, choice) }))} />
      );
    default:
      return (
        <TextField {...common} value={words} onChange={(text) => { onChange(text === '' ? undefined : text); }}
          {...(field.kind === 'url' ? { inputMode: 'url' as const, placeholder: 'https://' } : {})} />
      );
  }
}

/** All fields of a channel's setup, in the order it declares them. */
export function SetupFields(props: SetupProps) {
  const w = useWords();
  const locale = useLocale();
  if (props.fields.length === 0) return <p className={css.help}>{w('accounts.noSetup')}</p>;
  return (
    <>
      {props.fields.map((field) => {
        const one: OneProps = { field, label: field.label[locale], help: field.help?.[locale],
          error: props.errors[field.name] };
        if (field.kind === 'qr' || field.kind === 'code') {
          return <Notice key={field.name} tone="plain" title={one.label}>{one.help ?? w('accounts.qrWait')}</Notice>;
        }
        if (field.kind === 'secret') {
          return (
            <SecretInput key={field.name} {...one} value={props.secrets[field.name]} hint={props.hints[field.name]}
              isNew={props.isNew}
              onChange={(value) => { props.onSecret(field.name, value); }} />
          );
        }
        return (
          <PlainInput key={field.name} {...one} value={props.settings[field.name]}
            onChange={(value) => { props.onSetting(field.name, value); }} />
        );
      })}
    </>
  );
}
