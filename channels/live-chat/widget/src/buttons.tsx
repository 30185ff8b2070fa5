/** What hangs under a message of ours: answers to tap, and addresses to open. */
import type { JSX } from 'preact';
import type { ChatButton, ChatMessage } from '../../protocol.ts';
import type { Shared } from './thread.tsx';

/** Addresses stay; the answers go as soon as the customer has said something. */
export function Buttons({
  message,
  answerable,
  shared,
}: {
  message: ChatMessage;
  answerable: boolean;
  shared: Shared;
}): JSX.Element | null {
  const shown = (button: ChatButton): boolean => answerable || button.url !== undefined;
  const rows = (message.buttons ?? []).map((row) => row.filter(shown)).filter((row) => row.length > 0);
  if (rows.length === 0 || message.deleted) return null;
  return (
    <div class="offer" role="group" aria-label={shared.say('choices')}>
      {rows.map((row, at) => (
        <div key={at} class="offer-row">
          {row.map(({ text, url }) =>
            url === undefined ? (
              <button type="button" key={text} onClick={() => shared.chat.outbox.send(text, message.id)}>
                <bdi>{text}</bdi>
              </button>
            ) : (
              <a key={text} href={url} target="_blank" rel="noopener noreferrer nofollow">
                <bdi>{text}</bdi>
              </a>
            ),
          )}
        </div>
      ))}
    </div>
  );
}
