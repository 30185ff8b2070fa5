/** Emoji to put into the text: those used lately first, found by words of both languages. */
import { Popover, TextInput, Tooltip } from '@mantine/core';
import { IconMoodSmile } from '@tabler/icons-react';
import { useState, type KeyboardEvent } from 'react';
import { useT } from '../kit/words.ts';
import { stored } from '../lib/stored.ts';
import { useKeys } from '../shell/useKeys.ts';
import { findEmoji } from './emojis.ts';
import css from './Reply.module.css';

const recentMax = 8;
const columns = 8;

function recent(): string[] {
  return stored.get('emoji.recent', '').split(' ').filter((sign) => sign !== '');
}

/** Arrow keys move in the grid as on a board. */
function onGridKey(event: KeyboardEvent<HTMLButtonElement>): void {
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
  if (step === undefined) return;
  const buttons = [...event.currentTarget.parentElement?.querySelectorAll('button') ?? []];
  const at = buttons.indexOf(event.currentTarget);
  const next = buttons[at + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}

function Grid({ signs, label, onPick }: { signs: readonly string[]; label: string; onPick: (sign: string) => void }) {
  return (
    <div className={css.emojis} role="group" aria-label={label}>
      {signs.map((sign) => (
        <button key={sign} type="button" className={css.emoji} aria-label={sign} onKeyDown={onGridKey}
          onClick={() => { onPick(sign); }}>{sign}</button>
      ))}
    </div>
  );
}

/** The button and its picker. */
export function EmojiButton({ onPick }: { onPick: (sign: string) => void }) {
  const t = useT();
  const [open, setOpen] = useState(false);
  const [words, setWords] = useState('');
  const change = (next: boolean): void => {
    setOpen(next);
    setWords('');
  };
  const pick = (sign: string): void => {
    stored.set('emoji.recent', [sign, ...recent().filter((each) => each !== sign)].slice(0, recentMax).join(' '));
    change(false);
    onPick(sign);
  };
  useKeys({ I: () => { change(true); } });
  const found = findEmoji(words);
  const lately = recent();
  return (
    <Popover opened={open} onChange={change} width={300} position="top-start" trapFocus returnFocus withinPortal>
      <Popover.Target>
        <Tooltip label={`${t('say.emoji')} (I)`}>
          <button type="button" className="iconButton" aria-label={t('say.emoji')} aria-expanded={open}
            aria-keyshortcuts="I"
            onClick={() => { change(!open); }}>
            <IconMoodSmile size={18} stroke={1.75} aria-hidden="true" /></button>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('say.emoji')}>
        <TextInput size="xs" value={words} aria-label={t('say.emojiSearch')} placeholder={t('say.emojiSearch')}
          data-autofocus onChange={(event) => { setWords(event.currentTarget.value); }} />
        <div className={css.emojiScroll}>
          {words === '' && lately.length > 0
            ? <><p className="meta">{t('say.emojiRecent')}</p>
              <Grid signs={lately} label={t('say.emojiRecent')} onPick={pick} /></> : null}
          {found.length === 0 ? <p className="muted" role="status">{t('say.emojiNone')}</p>
            : <Grid signs={found} label={t('say.emoji')} onPick={pick} />}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
