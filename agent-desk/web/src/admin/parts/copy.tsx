/** Text to copy, and secrets that are shown exactly once. */
import { Button } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useState } from 'react';
import { notifyWarn } from '../../kit/index.ts';
import { Modal } from '../../kit/over.tsx';
import { useWords } from '../use-words.ts';
import css from './admin.module.css';
import { Notice } from './editor.tsx';

/** A button that copies; where the browser refuses, it says how to copy by hand. */
export function CopyButton({ text, label }: { text: string; label?: string }) {
  const w = useWords();
  const [done, setDone] = useState(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setDone(true);
      setTimeout(() => { setDone(false); }, 2_000);
    } catch {
      notifyWarn(w('common.copy'), w('common.copyFailed'));
    }
  };
  return (
    <Button size="xs" variant="default" style={{ flex: 'none' }}
      aria-label={label === undefined ? undefined : `${w('common.copy')}: ${label}`}
      leftSection={done ? <IconCheck size={14} /> : <IconCopy size={14} />} onClick={() => { void copy(); }}>
      <span aria-live="polite">{done ? w('common.copied') : w('common.copy')}</span>
    </Button>
  );
}

/** A labelled line of code with its copy button; the text can be selected too. */
export function CopyField({ label, help, text, once }: { label: string; help?: string; text: string; once?: boolean }) {
  return (
    <div>
      <p className={css.label}>{label}</p>
      <div className={css.copyLine}>
        <pre className={once === true ? `${css.code} ${css.once}` : css.code} tabIndex={0}
          aria-label={label}>{text}</pre>
        <CopyButton text={text} label={label} />
      </div>
      {help === undefined ? null : <p className={css.help} style={{ marginTop: 4 }}>{help}</p>}
    </div>
  );
}

export interface OnceValue { label: string; text: string }

/**
 * Secrets that exist on this screen only until the dialog is closed; neither Esc nor a click outside closes it by
 * mistake.
 */
export function OnceDialog({ title, hint, done, values, onClose }: {
  title: string; hint: string; done: string; values: OnceValue[]; onClose: () => void;
}) {
  return (
    <Modal opened onClose={onClose} title={title} withCloseButton={false} closeOnEscape={false}
      closeOnClickOutside={false} zIndex={400}>
      <div className={css.section}>
        <Notice tone="warn">{hint}</Notice>
        {values.map((value) => <CopyField key={value.label} label={value.label} text={value.text} once />)}
        <div className={css.footRow}><Button onClick={onClose} data-autofocus>{done}</Button></div>
      </div>
    </Modal>
  );
}
