/** What stands under the text: files, camera, emoji, canned replies; why it cannot go yet; the button that sends. */
import { Button, Menu, Tooltip } from '@mantine/core';
import { IconAt, IconChevronDown, IconMessageBolt, IconPaperclip } from '@tabler/icons-react';
import { useRef, type ReactNode } from 'react';
import { Kbd } from '../kit/small.tsx';
import { useT } from '../kit/words.ts';
import { useKeys } from '../shell/useKeys.ts';
import { useStored } from '../shell/useStored.ts';
import { CameraButton } from './Camera.tsx';
import { EmojiButton } from './Emoji.tsx';
import css from './Reply.module.css';

/** The longest text in code units (domain/limits.ts); a channel may take less. */
export const maxChars = 16_384;
const countFromPart = 0.9;
export const undoChoices = [0, 5, 10, 20] as const;

/** How many seconds a reply waits for second thoughts on this machine. */
export function useUndoSeconds(): [number, (seconds: number) => void] {
  return useStored<number>('undoSeconds', 5);
}

function UndoMenu() {
  const t = useT();
  const [seconds, setSeconds] = useUndoSeconds();
  return (
    <Menu position="top-end" width={200}>
      <Menu.Target>
        <button type="button" className="iconButton" aria-label={t('say.undoSetting')} title={t('say.undoSetting')}>
          <IconChevronDown size={16} stroke={1.75} aria-hidden="true" /></button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('say.undoSetting')}</Menu.Label>
        {undoChoices.map((each) => (
          <Menu.Item key={each} role="menuitemradio" aria-checked={each === seconds}
            rightSection={each === seconds ? '✓' : null} onClick={() => { setSeconds(each); }}>
            {each === 0 ? t('say.undoOff') : t('say.undoSeconds', { n: each })}</Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

export interface ToolbarProps { mode: 'text' | 'note'; length: number;
  /** The longest text that may be sent. */
  chars: number;
  /** Why no file can be sent. */
  noFiles: string | undefined; blocked: string | undefined; disabled: boolean;
  onFiles: (files: File[]) => void; onSend: () => void; onInsert: (text: string) => void;
  /** Begins `/` or `@` in the text. */
  onToken: (sign: '/' | '@') => void;
  /** Further tools of a reply, by what its channel can. */
  more?: ReactNode }

function FileButton({ onFiles, refusal }: { onFiles: (files: File[]) => void; refusal: string | undefined }) {
  const t = useT();
  const label = [t('reply.attach'), refusal].filter(Boolean).join(': ');
  const input = useRef<HTMLInputElement>(null);
  const choose = (): void => { if (refusal === undefined) input.current?.click(); };
  useKeys({ U: refusal === undefined ? choose : undefined });
  return (
    <>
      <Tooltip label={refusal === undefined ? `${label} (U)` : label}>
        <button type="button" className="iconButton" aria-label={label} aria-keyshortcuts="U"
          aria-disabled={refusal !== undefined || undefined} onClick={choose}>
          <IconPaperclip size={18} stroke={1.75} aria-hidden="true" />
        </button>
      </Tooltip>
      <input ref={input} type="file" multiple hidden tabIndex={-1} aria-hidden="true" onChange={(event) => {
        onFiles([...(event.currentTarget.files ?? [])]);
        event.currentTarget.value = '';
      }} />
    </>
  );
}

/** One row; on a phone the words go and the signs stay. */
export function Toolbar({ mode, length, chars, noFiles, blocked, disabled, onFiles, onSend, onInsert, onToken,
  more }: ToolbarProps) {
  const t = useT();
  const left = length > chars * countFromPart ? t('reply.left', { n: chars - length }) : null;
  return (
    <div className={css.toolbar}>
      {mode === 'text' ? <FileButton onFiles={onFiles} refusal={noFiles} /> : null}
      {mode === 'text' ? <CameraButton refusal={noFiles} onPhoto={(file) => { onFiles([file]); }} /> : null}
      <EmojiButton onPick={onInsert} />
      {mode === 'text'
        ? <button type="button" className={css.toolWord} aria-label={t('say.canned')}
          onClick={() => { onToken('/'); }}>
          <IconMessageBolt size={18} stroke={1.75} aria-hidden="true" /><span>{t('say.canned')}</span><Kbd>/</Kbd>
        </button>
        : <button type="button" className={css.toolWord} aria-label={t('say.mention')}
          onClick={() => { onToken('@'); }}>
          <IconAt size={16} stroke={1.75} aria-hidden="true" /><span>{t('say.mention')}</span></button>}
      {mode === 'text' ? more : null}
      <span className={`grow ${css.why}`} role="status">
        {blocked === undefined ? left : <span className="warn">{blocked}</span>}</span>
      <Button onClick={onSend} disabled={disabled} rightSection={<Kbd>Ctrl ↵</Kbd>} aria-keyshortcuts="Control+Enter">
        {t(mode === 'text' ? 'reply.send' : 'reply.saveNote')}
      </Button>
      {mode === 'text' ? <UndoMenu /> : null}
    </div>
  );
}
