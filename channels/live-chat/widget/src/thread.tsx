/** The conversation: bubbles in runs, day marks, words of the system, and what is still on its way out. */
import { Fragment, type ComponentChildren, type JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ChatFile, ChatMessage, Locale } from '../../protocol.ts';
import { Buttons } from './buttons.tsx';
import type { Chat } from './chat.ts';
import { Icon } from './icons.tsx';
import type { Pending } from './outbox.ts';
import { blobUrl } from './upload.ts';
import { clockTime, dayName, isWord, sizeName, type Say } from './words.ts';

export interface Shared {
  chat: Chat;
  account: string;
  locale: Locale;
  say: Say;
}

function useBlob({ account, chat }: Shared, fileId: string): string | undefined {
  const own = chat.outbox.preview(fileId);
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (own !== undefined) return undefined;
    let gone = false;
    let made: string | undefined;
    blobUrl(account, chat.token(), fileId).then(
      (got) => {
        made = got;
        if (gone) URL.revokeObjectURL(got);
        else setUrl(got);
      },
      () => undefined,
    );
    return () => {
      gone = true;
      if (made !== undefined) URL.revokeObjectURL(made);
    };
  }, [account, chat, fileId, own]);
  return own ?? url;
}

async function save(shared: Shared, file: ChatFile): Promise<void> {
  const url = await blobUrl(shared.account, shared.chat.token(), file.fileId);
  const link = document.createElement('a');
  link.href = url;
  link.download = file.fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function Picture({ file, shared }: { file: ChatFile; shared: Shared }): JSX.Element {
  const url = useBlob(shared, file.fileId);
  return (
    <button
      type="button"
      class="picture"
      onClick={() => void save(shared, file)}
      aria-label={shared.say('download', { name: file.fileName })}
    >
      {url === undefined ? (
        <span class="picture-wait" />
      ) : (
        <img src={url} alt={shared.say('picture', { name: file.fileName })} />
      )}
    </button>
  );
}

function FileCard({ file, shared }: { file: ChatFile; shared: Shared }): JSX.Element {
  return (
    <div class="file">
      <span class="file-icon">
        <Icon name="file" size={24} />
      </span>
      <span class="file-words">
        <bdi class="file-name" title={file.fileName}>
          {file.fileName}
        </bdi>
        <span class="meta">{sizeName(file.sizeBytes, shared.locale)}</span>
      </span>
      <button
        type="button"
        class="plain"
        onClick={() => void save(shared, file)}
        aria-label={shared.say('download', { name: file.fileName })}
      >
        <Icon name="download" />
      </button>
    </div>
  );
}

const SHOWN_PICTURE = /^image\/(png|jpeg|gif|webp)$/;

function Files({ files, shared }: { files: readonly ChatFile[]; shared: Shared }): JSX.Element {
  return (
    <Fragment>
      {files.map((file) =>
        SHOWN_PICTURE.test(file.mediaType) ? (
          <Picture key={file.fileId} file={file} shared={shared} />
        ) : (
          <FileCard key={file.fileId} file={file} shared={shared} />
        ),
      )}
    </Fragment>
  );
}

function Bubble({
  own,
  files,
  first,
  last,
  children,
}: {
  own: boolean;
  files: boolean;
  first: boolean;
  last: boolean;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <div
      class={['bubble', own ? 'own' : 'theirs', files && 'with-file', first && 'first', last && 'last']
        .filter(Boolean)
        .join(' ')}
    >
      {children}
    </div>
  );
}

function Message({
  message,
  first,
  last,
  shared,
}: {
  message: ChatMessage;
  first: boolean;
  last: boolean;
  shared: Shared;
}): JSX.Element {
  const { say, locale } = shared;
  const own = message.from === 'customer';
  return (
    <Bubble own={own} files={message.files.length > 0} first={first} last={last}>
      <Files files={message.files} shared={shared} />
      {message.deleted ? (
        <p class="text gone">{say('deleted')}</p>
      ) : (
        message.text !== null && (
          <p class="text" dir="auto">
            {message.text}
          </p>
        )
      )}
      <span class="meta stamp">
        {message.edited && `${say('edited')} · `}
        <time dateTime={message.at}>{clockTime(message.at, locale)}</time>
        {own && (
          <Fragment>
            {' '}
            <Icon name="checks" size={14} /> {say('delivered')}
          </Fragment>
        )}
      </span>
    </Bubble>
  );
}

function failure(one: Pending, shared: Shared): string {
  const { say, locale } = shared;
  if (one.code === 'FILE_TOO_LARGE')
    return say('fileTooLarge', { size: sizeName(shared.chat.get().settings?.fileBytes ?? 0, locale) });
  if (one.code === 'FILE_TYPE_REFUSED') return say('fileRefused');
  if (one.code === 'FILE_LOST') return say('fileLost');
  return say(one.file === null ? 'failedText' : 'failedFile');
}

function PendingFile({ one, shared }: { one: Pending; shared: Shared }): JSX.Element | null {
  const { file } = one;
  const { say, locale } = shared;
  if (file === null) return null;
  const percent = Math.round(file.progress * 100);
  const going = one.state !== 'failed' && file.stored === null;
  return (
    <Fragment>
      {file.preview !== null && (
        <img class="preview" src={file.preview} alt={say('picture', { name: file.fileName })} />
      )}
      <div class="file">
        <span class="file-icon">
          <Icon name="file" size={24} />
        </span>
        <span class="file-words">
          <bdi class="file-name" title={file.fileName}>
            {file.fileName}
          </bdi>
          <span class="meta">
            {going
              ? say('progress', { n: percent, size: sizeName(file.sizeBytes, locale) })
              : sizeName(file.sizeBytes, locale)}
          </span>
          {going && <progress class="bar" max={100} value={percent} aria-label={file.fileName} />}
        </span>
        {going && (
          <button
            type="button"
            class="plain"
            onClick={() => shared.chat.outbox.remove(one.clientId)}
            aria-label={`${say('cancel')} ${file.fileName}`}
          >
            <Icon name="close" />
          </button>
        )}
      </div>
    </Fragment>
  );
}

function PendingMessage({
  one,
  first,
  last,
  shared,
}: {
  one: Pending;
  first: boolean;
  last: boolean;
  shared: Shared;
}): JSX.Element {
  const { say, chat } = shared;
  const word = one.state === 'failed' ? 'failed' : one.state === 'sending' ? 'sending' : 'waiting';
  return (
    <div class="pending">
      <Bubble own files={one.file !== null} first={first} last={last}>
        <PendingFile one={one} shared={shared} />
        {one.text !== '' && (
          <p class="text" dir="auto">
            {one.text}
          </p>
        )}
        <span class={`meta stamp${one.state === 'failed' ? ' bad' : ''}`}>
          <Icon name={one.state === 'failed' ? 'alert' : 'clock'} size={14} /> {say(word)}
        </span>
      </Bubble>
      {one.state === 'failed' && (
        <div class="failure" role="alert">
          <span>{failure(one, shared)}</span>
          <span class="failure-acts">
            {one.code !== 'FILE_LOST' && one.code !== 'FILE_TOO_LARGE' && (
              <button type="button" class="link" onClick={() => chat.outbox.retry(one.clientId)}>
                <Icon name="again" size={14} /> {say('retry')}
              </button>
            )}
            <button type="button" class="link" onClick={() => chat.outbox.remove(one.clientId)}>
              {say('remove')}
            </button>
          </span>
        </div>
      )}
    </div>
  );
}

/** Who speaks, once above each run of theirs. */
export function Speaker({
  from,
  author,
  say,
}: {
  from: 'agent' | 'bot' | 'system';
  author: string | null;
  say: Say;
}): JSX.Element {
  const bot = from !== 'agent';
  return (
    <div class="speaker">
      <span class="speaker-icon">
        <Icon name={bot ? 'robot' : 'person'} size={14} />
      </span>
      <bdi>{bot ? say('assistant') : (author ?? say('officer'))}</bdi>
    </div>
  );
}

interface Line {
  key: string;
  day?: string;
  notice?: string;
  message?: ChatMessage;
  first: boolean;
  last: boolean;
}

/** Where a message stands in its run: a run is one speaker on one day, without a word of the system between. */
function lines(messages: readonly ChatMessage[], shared: Shared): Line[] {
  const made: Line[] = [];
  let day = '';
  let previous: Line | undefined;
  for (const message of messages) {
    const today = dayName(message.at, shared.locale, shared.say);
    if (message.from === 'system' && message.text === null) {
      if (!isWord(message.kind)) continue;
      previous = undefined;
      made.push({
        key: message.id,
        notice: shared.say(message.kind, { name: message.author ?? shared.say('officer') }),
        first: false,
        last: false,
      });
      continue;
    }
    const same =
      today === day && previous?.message?.from === message.from && previous.message.author === message.author;
    if (same && previous) previous.last = false;
    const line: Line = { key: message.id, message, first: !same, last: true, ...(today === day ? {} : { day: today }) };
    day = today;
    previous = line;
    made.push(line);
  }
  return made;
}

/** All bubbles, oldest first, then what waits. */
export function Thread({
  messages,
  pending,
  shared,
}: {
  messages: readonly ChatMessage[];
  pending: readonly Pending[];
  shared: Shared;
}): JSX.Element {
  const made = lines(messages, shared);
  const runGoesOn = made.at(-1)?.message?.from === 'customer';
  const said = messages.findLastIndex((message) => message.from === 'customer');
  const open = shared.chat.get().state?.open !== false && pending.length === 0;
  return (
    <Fragment>
      {made.map(({ key, day, notice, message, first, last }) => (
        <Fragment key={key}>
          {day !== undefined && (
            <div class="day">
              <span>{day}</span>
            </div>
          )}
          {notice !== undefined && <p class="notice">{notice}</p>}
          {message !== undefined && first && message.from !== 'customer' && (
            <Speaker from={message.from} author={message.author} say={shared.say} />
          )}
          {message !== undefined && (
            <Message
              message={message}
              first={first}
              last={last && !(pending.length > 0 && message === made.at(-1)?.message && runGoesOn)}
              shared={shared}
            />
          )}
          {message?.buttons !== undefined && (
            <Buttons message={message} answerable={open && messages.indexOf(message) > said} shared={shared} />
          )}
        </Fragment>
      ))}
      {pending.map((one, index) => (
        <PendingMessage
          key={one.clientId}
          one={one}
          shared={shared}
          first={index === 0 && !runGoesOn}
          last={index === pending.length - 1}
        />
      ))}
    </Fragment>
  );
}
