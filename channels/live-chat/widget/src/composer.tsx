/** Where the customer writes: a field that grows, files, a camera on phones. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from './icons.tsx';
import type { Shared } from './thread.tsx';

const TYPING_EVERY_MS = 2_000;
const ROWS_MAX_PX = 132;

function grow(area: HTMLTextAreaElement | null): void {
  if (area === null) return;
  area.style.height = 'auto';
  area.style.height = `${Math.min(area.scrollHeight, ROWS_MAX_PX)}px`;
}

function FileButton({
  label,
  icon,
  camera,
  onFiles,
}: {
  label: string;
  icon: 'clip' | 'camera';
  camera?: boolean;
  onFiles: (files: FileList) => void;
}): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  return (
    <span class={camera ? 'camera' : ''}>
      <button type="button" class="plain" aria-label={label} title={label} onClick={() => input.current?.click()}>
        <Icon name={icon} size={22} />
      </button>
      <input
        ref={input}
        type="file"
        hidden
        multiple={!camera}
        tabIndex={-1}
        aria-hidden="true"
        {...(camera ? { accept: 'image/*', capture: 'environment' } : {})}
        onChange={(event) => {
          if (event.currentTarget.files !== null) onFiles(event.currentTarget.files);
          event.currentTarget.value = '';
        }}
      />
    </span>
  );
}

/** Tells the agent that the customer types, not more often than it is of use. */
function useTyping(tell: (isTyping: boolean) => void): (isTyping: boolean) => void {
  const typedAt = useRef(0);
  return (isTyping) => {
    const due = performance.now() - typedAt.current > TYPING_EVERY_MS;
    if (isTyping ? !due : typedAt.current === 0) return;
    typedAt.current = isTyping ? performance.now() : 0;
    tell(isTyping);
  };
}

interface ComposerProps {
  shared: Shared;
  closed: boolean;
  textChars: number;
}

/** The bar at the foot. Enter sends, Shift+Enter breaks the line. */
export function Composer({ shared, closed, textChars }: ComposerProps): JSX.Element {
  const { say, chat } = shared;
  const [text, setText] = useState('');
  const area = useRef<HTMLTextAreaElement>(null);
  const typing = useTyping((isTyping) => chat.typing(isTyping));
  const empty = text.trim() === '';
  useEffect(() => grow(area.current), [text]);
  const submit = (event: Event): void => {
    event.preventDefault();
    if (empty) return;
    chat.outbox.send(text.trim());
    setText('');
    typing(false);
    area.current?.focus();
  };
  const files = (list: FileList): void => [...list].slice(0, 10).forEach((file) => chat.outbox.attach(file));
  const paste = (event: ClipboardEvent): void => {
    if (event.clipboardData === null || event.clipboardData.files.length === 0) return;
    event.preventDefault();
    files(event.clipboardData.files);
  };
  return (
    <form class="composer" onSubmit={submit}>
      <div class="composer-field">
        <FileButton label={say('attach')} icon="clip" onFiles={files} />
        <FileButton label={say('camera')} icon="camera" camera onFiles={files} />
        <textarea
          ref={area}
          id="message"
          rows={1}
          value={text}
          maxLength={textChars}
          placeholder={say(closed ? 'placeholderClosed' : 'placeholder')}
          aria-label={say('placeholder')}
          enterkeyhint="send"
          onInput={(event) => {
            setText(event.currentTarget.value);
            typing(event.currentTarget.value !== '');
          }}
          onBlur={() => typing(false)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) submit(event);
          }}
          onPaste={paste}
        />
        <button type="submit" class={`send${empty ? '' : ' ready'}`} disabled={empty} aria-label={say('send')}>
          <Icon name="send" size={22} />
        </button>
      </div>
      <p class="meta warning">{say('warning')}</p>
    </form>
  );
}
