/**
 * Choosing a prepared message and filling its gaps: search, list, gaps, and the words as the customer will read them.
 * By keyboard: arrows choose, Enter goes to the gaps, Enter in the last one sends, Esc closes.
 */
import { Button } from '@mantine/core';
import { useEffect, useId, useRef, useState, type FormEvent, type KeyboardEvent } from 'react';
import { sayError } from '../kit/errors.ts';
import { TextField } from '../kit/fields.tsx';
import { Modal } from '../kit/over.tsx';
import { Kbd } from '../kit/small.tsx';
import { EmptyState, ErrorState, SkeletonRows } from '../kit/states.tsx';
import { useLocale, useT } from '../kit/words.ts';
import { emptyGaps, findTemplates, maxGapChars, maxShown, openGaps, piecesOf, templateKey, templateTitle, filledUse,
  type GapValues, type Template, type TemplateUse } from './templates.ts';
import css from './Template.module.css';

/** Words with their gaps: filled ones stand out, open ones say which they are. */
function Words({ text, values }: { text: string; values: readonly string[] }) {
  const t = useT();
  return <>{piecesOf(text, values).map(({ text: words, gap, isOpen }, at) => (
    gap === null ? <span key={at}>{words}</span>
      : isOpen ? <span key={at} className={css.open}>{t('template.gapLeft', { n: gap })}</span>
        : <mark key={at} className={css.filled}><bdi>{words}</bdi></mark>))}</>;
}

/** The message as the customer will read it. */
export function TemplatePreview({ template, values }: { template: Template; values: GapValues }) {
  const t = useT();
  const id = useId();
  return (
    <div>
      <p id={id} className={css.label}>{t('template.preview')}</p>
      <div className={css.preview} role="group" aria-labelledby={id} tabIndex={0} lang={template.language.slice(0, 2)}>
        {template.header === null ? null : <strong><Words text={template.header} values={values.header} /></strong>}
        <Words text={template.body} values={values.body} />
        {template.footer === null ? null : <span className={css.footer}>{template.footer}</span>}
      </div>
    </div>
  );
}

interface UseProps { template: Template; start: GapValues; busy: boolean; problem: string | undefined;
  onValues: (values: GapValues) => void; onSend: (use: TemplateUse) => void; onClose: () => void }

/** The gaps of the chosen template, its words, and the button that sends. */
function UseTemplate({ template, start, busy, problem, onValues, onSend, onClose }: UseProps) {
  const t = useT();
  const [values, setValues] = useState(start);
  const form = useRef<HTMLFormElement>(null);
  const left = openGaps(values);
  const write = (part: keyof GapValues, at: number, text: string): void => {
    const next = { ...values, [part]: values[part].map((old, place) => (place === at ? text : old)) };
    setValues(next);
    onValues(next);
  };
  const submit = (event?: FormEvent): void => {
    event?.preventDefault();
    event?.stopPropagation();
    if (busy) return;
    if (left === 0) { onSend(filledUse(template, values)); return; }
    [...form.current?.querySelectorAll('input') ?? []].find((field) => field.value.trim() === '')?.focus();
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation();
    submit();
  };
  const gap = (part: keyof GapValues, at: number) => (
    <TextField key={`${part} ${at}`} size="sm" value={values[part][at] ?? ''} maxLength={maxGapChars} required
      label={t(part === 'body' ? 'template.gap' : 'template.headerGap', { n: at + 1 })}
      onChange={(text) => { write(part, at, text); }} />
  );
  return (
    <div onKeyDown={onKey}>
      <form ref={form} className={css.use} noValidate onSubmit={submit} data-template-use="">
        {values.header.length + values.body.length === 0 ? null : (
          <div className={css.gaps}>
            {values.header.map((_value, at) => gap('header', at))}
            {values.body.map((_value, at) => gap('body', at))}
          </div>
        )}
        <TemplatePreview template={template} values={values} />
        {problem === undefined ? null : <p className="bad" role="alert">{t('template.notSent')}. {problem}</p>}
        <div className={css.actions}>
          <span className={css.why} role="status">
            {left > 0 ? t('template.missing', { n: left }) : t('template.ready')}</span>
          <Button variant="default" onClick={onClose}>{t('app.cancel')}</Button>
          <Button type="submit" loading={busy} rightSection={<Kbd>Ctrl ↵</Kbd>} aria-keyshortcuts="Control+Enter">
            {t('template.send')}</Button>
        </div>
      </form>
    </div>
  );
}

interface ListProps { found: readonly Template[]; chosen: string | undefined; active: number; id: string;
  onPick: (template: Template) => void }

function List({ found, chosen, active, id, onPick }: ListProps) {
  const t = useT();
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => { list.current?.children[active]?.scrollIntoView({ block: 'nearest' }); }, [active]);
  return (
    <div ref={list} className={css.list} role="listbox" id={`${id}list`} aria-label={t('template.list')} tabIndex={-1}>
      {found.map((template, at) => (
        <div key={templateKey(template)} id={`${id}${at}`} role="option" tabIndex={-1} className={css.option}
          aria-selected={templateKey(template) === chosen} data-active={at === active || undefined}
          onClick={() => { onPick(template); }}>
          <span className={css.optionHead}>
            <span className={css.optionTitle}>{templateTitle(template.name)}</span>
            <span className="badge">{template.language}</span>
          </span>
          <span className={css.optionText}>
            {piecesOf(template.body, []).map(({ text, isOpen }) => (isOpen ? '…' : text)).join('')}</span>
        </div>
      ))}
      {found.length > 0 ? null : <p className={`muted ${css.option}`}>{t('template.none')}</p>}
    </div>
  );
}

/** The search field and the list under it, moved by arrows. */
function Choose({ items, chosen, onPick }: { items: readonly Template[]; chosen: string | undefined;
  onPick: (template: Template, byKey: boolean) => void }) {
  const t = useT();
  const locale = useLocale();
  const id = useId();
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const found = findTemplates(items, query, locale).slice(0, maxShown);
  const active = Math.max(0, Math.min(found.length - 1, at));
  const onKey = (event: KeyboardEvent): void => {
    const count = Math.max(1, found.length);
    const moves: Record<string, number> = { ArrowDown: (active + 1) % count, ArrowUp: (active - 1 + count) % count };
    const move = moves[event.key];
    const template = found[active];
    if (move !== undefined) setAt(move);
    else if (event.key === 'Enter' && template !== undefined && !event.nativeEvent.isComposing) onPick(template, true);
    else return;
    event.preventDefault();
  };
  return (
    <div className={css.listPane}>
      <TextField aria-label={t('template.search')} placeholder={t('template.search')} value={query} data-autofocus
        role="combobox" aria-expanded="true" aria-controls={`${id}list`} aria-autocomplete="list" maxLength={200}
        aria-activedescendant={found.length === 0 ? undefined : `${id}${active}`} onKeyDown={onKey}
        onChange={(text) => { setQuery(text); setAt(0); }} />
      <List found={found} chosen={chosen} active={active} id={id} onPick={(template) => { onPick(template, false); }} />
      <p className="meta"><span role="status">{t('template.found', { n: found.length })}</span>
        {' · '}{t('template.keys')}</p>
    </div>
  );
}

export interface TemplateDialogProps {
  items: readonly Template[] | undefined; error: unknown; onRetry: () => void; onClose: () => void;
  /** Rejects with what to say; resolved once the server has the message. */
  onSend: (use: TemplateUse) => Promise<void>;
  /** What was typed into gaps before, by template; kept while the conversation is open. */
  kept: Map<string, GapValues>;
  /** The key of the one that is chosen at first. */
  first?: string | undefined;
}

function Inside({ items, kept, first, onSend, onClose }: TemplateDialogProps & { items: readonly Template[] }) {
  const t = useT();
  const [template, setTemplate] = useState(() => items.find((each) => templateKey(each) === first));
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const panes = useRef<HTMLDivElement>(null);
  const pick = (next: Template, byKey: boolean): void => {
    setTemplate(next);
    setProblem(undefined);
    // A key goes on to the first gap; a pointer stays where it is, to compare.
    if (!byKey) return;
    requestAnimationFrame(() => {
      const form = panes.current?.querySelector('[data-template-use]');
      form?.querySelector<HTMLElement>('input, [type=submit]')?.focus();
    });
  };
  const send = (use: TemplateUse): void => {
    setBusy(true);
    setProblem(undefined);
    onSend(use).then(onClose, (error: unknown) => {
      setProblem(sayError(error).message);
      setBusy(false);
    });
  };
  if (items.length === 0) return <EmptyState title={t('template.empty')}>{t('template.emptyText')}</EmptyState>;
  const key = template === undefined ? undefined : templateKey(template);
  return (
    <div ref={panes} className={css.panes}>
      <Choose items={items} chosen={key} onPick={pick} />
      {template === undefined || key === undefined ? <p className={css.none}>{t('template.choose')}</p>
        : <UseTemplate key={key} template={template} start={kept.get(key) ?? emptyGaps(template)} busy={busy}
          problem={problem} onValues={(values) => { kept.set(key, values); }} onSend={send} onClose={onClose} />}
    </div>
  );
}

/** The dialog: loading, failed, empty and full. */
export function TemplateDialog(props: TemplateDialogProps) {
  const t = useT();
  const { items, error, onRetry, onClose } = props;
  return (
    <Modal opened onClose={onClose} title={t('template.title')} size={820}
      closeButtonProps={{ 'aria-label': t('app.close') }}>
      {items !== undefined ? <Inside {...props} items={items} />
        : error === null ? <SkeletonRows rows={6} height={48} />
          : <ErrorState error={error} title={t('template.failed')} onRetry={onRetry} />}
    </Modal>
  );
}
