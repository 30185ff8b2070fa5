/** The buttons under the next reply, written by keyboard: one line a button; or the wish for the phone number. */
import { Button, Popover, SegmentedControl, TextInput } from '@mantine/core';
import { IconLayoutGrid, IconLink, IconPhone, IconPlus, IconX } from '@tabler/icons-react';
import { useRef, useState, type KeyboardEvent } from 'react';
import { Kbd } from '../kit/small.tsx';
import { useT } from '../kit/words.ts';
import type { Abilities } from '../lib/abilities.ts';
import { useKeys } from '../shell/useKeys.ts';
import { buttonFault, maxButtonChars, maxButtons, maxPerRow, setOffer, useOffer, type OfferButton,
  type OfferDraft } from './offers.ts';
import css from './Offers.module.css';

const nothing: OfferDraft = { buttons: [], perRow: 1, askContact: null };

interface LineProps { button: OfferButton; others: readonly OfferButton[]; number: number; shown: boolean;
  onChange: (button: OfferButton) => void; onRemove: () => void }

/** One button: its words, and the address where it is a link. */
function Line({ button, others, number, shown, onChange, onRemove }: LineProps) {
  const t = useT();
  const fault = buttonFault(button, others);
  const error = shown && fault !== undefined ? t(`ask.fault_${fault}`) : undefined;
  return (
    <div className={css.line}>
      <div className={css.fields}>
        <TextInput size="xs" value={button.text} maxLength={maxButtonChars} data-offer-field=""
          aria-label={t('ask.text', { n: number })} placeholder={t('ask.textHint')}
          error={fault === 'url' ? undefined : error}
          onChange={(event) => { onChange({ ...button, text: event.currentTarget.value }); }} />
        {button.url === undefined ? null
          : <TextInput size="xs" value={button.url} type="url" aria-label={t('ask.url', { n: number })}
            placeholder="https://" maxLength={2_048} error={fault === 'url' ? error : undefined}
            onChange={(event) => { onChange({ ...button, url: event.currentTarget.value }); }} />}
      </div>
      <button type="button" className="iconButton" aria-pressed={button.url !== undefined} title={t('ask.asLink')}
        aria-label={t('ask.asLink')} onClick={() => {
          onChange(button.url === undefined ? { ...button, url: '' } : { text: button.text });
        }}><IconLink size={16} stroke={1.75} aria-hidden="true" /></button>
      <button type="button" className="iconButton" title={t('ask.remove', { n: number })}
        aria-label={t('ask.remove', { n: number })} onClick={onRemove}>
        <IconX size={16} stroke={1.75} aria-hidden="true" /></button>
    </div>
  );
}

/** The lines being written: Enter begins the next one, and on an empty last line is done. */
function useLines(start: OfferDraft, done: (draft: OfferDraft | null) => void) {
  const [buttons, setButtons] = useState<OfferButton[]>(start.buttons.length === 0 ? [{ text: '' }] : start.buttons);
  const [perRow, setPerRow] = useState(start.perRow);
  const [shown, setShown] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  const focusLast = (): void => {
    requestAnimationFrame(() => {
      [...list.current?.querySelectorAll<HTMLInputElement>('[data-offer-field]') ?? []].at(-1)?.focus();
    });
  };
  const written = buttons.filter((button) => button.text.trim() !== '' || (button.url ?? '') !== '');
  const save = (): void => {
    if (written.some((button) => buttonFault(button, written) !== undefined)) { setShown(true); return; }
    done(written.length === 0 ? null : { buttons: written, perRow, askContact: null });
  };
  const add = (): void => {
    if (buttons.length >= maxButtons) return;
    setButtons([...buttons, { text: '' }]);
    focusLast();
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault();
    if (event.ctrlKey || event.metaKey || buttons.at(-1)?.text.trim() === '') save();
    else add();
  };
  return { buttons, setButtons, perRow, setPerRow, shown, list, written, save, add, onKey };
}

function Lines({ start, done }: { start: OfferDraft; done: (draft: OfferDraft | null) => void }) {
  const t = useT();
  const lines = useLines(start, done);
  const { buttons, setButtons } = lines;
  return (
    <div ref={lines.list} onKeyDown={lines.onKey}>
      {buttons.map((button, at) => (
        <Line key={at} button={button} others={buttons} number={at + 1} shown={lines.shown}
          onChange={(next) => { setButtons(buttons.map((each, place) => (place === at ? next : each))); }}
          onRemove={() => { setButtons(buttons.filter((_each, place) => place !== at)); }} />
      ))}
      <div className={css.makerRow}>
        <Button size="compact-xs" variant="subtle" leftSection={<IconPlus size={14} stroke={2} />}
          disabled={buttons.length >= maxButtons} onClick={lines.add}>{t('ask.add')}</Button>
        <span className="grow" />
        <span className="meta" id="offer-per-row">{t('ask.perRow')}</span>
        <SegmentedControl size="xs" aria-labelledby="offer-per-row" value={String(lines.perRow)}
          data={Array.from({ length: maxPerRow }, (_, at) => String(at + 1))}
          onChange={(value) => { lines.setPerRow(Number(value)); }} />
      </div>
      <p className="meta">{buttons.length >= maxButtons ? t('ask.full', { max: maxButtons }) : t('ask.hint')}</p>
      <div className={css.makerActions}>
        <Button size="xs" onClick={lines.save}>{t('ask.use')}</Button>
      </div>
    </div>
  );
}

interface Props { conversationId: string; abilities: Abilities; onDone: () => void }

/** The button in the tool row, and the maker it opens. Shown where the channel has buttons or asks for numbers. */
export function OfferButtonTool({ conversationId, abilities, onDone }: Props) {
  const t = useT();
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const present = useOffer(conversationId);
  const { buttons, askContact } = abilities.capabilities;
  useKeys({ B: () => { setOpen(true); } });
  // Left without a choice the keyboard goes back to the button; with one, into the text that belongs to it.
  const change = (next: boolean): void => {
    setOpen(next);
    if (!next) button.current?.focus();
  };
  const done = (draft: OfferDraft | null): void => {
    setOffer(conversationId, draft);
    setOpen(false);
    onDone();
  };
  return (
    <Popover opened={open} onChange={change} width={340} position="top-start" trapFocus withinPortal>
      <Popover.Target>
        <button ref={button} type="button" className="iconButton" aria-label={t('ask.make')} title={t('ask.make')}
          aria-expanded={open} aria-keyshortcuts="B" aria-pressed={present !== null}
          onClick={() => { setOpen(!open); }}>
          <IconLayoutGrid size={18} stroke={1.75} aria-hidden="true" /></button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('ask.make')}>
        <p className={css.makerTitle}>{t('ask.title')} <Kbd>B</Kbd></p>
        {buttons === true ? <Lines start={present?.askContact === null ? present : nothing} done={done} /> : null}
        {askContact === true ? (
          <Button size="xs" variant="default" fullWidth mt={8} leftSection={<IconPhone size={16} stroke={1.75} />}
            onClick={() => { done({ ...nothing, askContact: t('ask.contactWords') }); }}>{t('ask.contact')}</Button>
        ) : null}
      </Popover.Dropdown>
    </Popover>
  );
}
