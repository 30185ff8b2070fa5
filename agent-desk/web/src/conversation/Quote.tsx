/** The message that another one answers: who said it and how it began; a click leads there. */
import { useQuery } from '@tanstack/react-query';
import { api } from '../api/client.ts';
import { codeWord, useT } from '../kit/words.ts';
import type { MessageView } from '../live/types.ts';
import css from './Extras.module.css';
import { useLoaded, useThreadContext } from './thread-context.ts';

/** How a message is named in one line: its text, else its file or place. */
export function gist(message: MessageView): string {
  if (message.deletedAt !== null) return codeWord('talk', 'deleted');
  if (message.text !== null && message.text !== '') return message.text;
  const [file] = message.attachments;
  if (file !== undefined) return codeWord('say', 'quotedFile', { name: file.fileName });
  return message.location === undefined ? codeWord('talk', 'unsupported')
    : message.location.name ?? codeWord('say', 'quotedPlace');
}

/** Who said it, in the reader's words. */
export function speakerOf(message: MessageView, me: string): string {
  if (message.direction === 'IN') return codeWord('talk', 'customer');
  if (message.authorKind !== 'AGENT') return codeWord('talk', 'bot');
  return message.authorId === me ? codeWord('talk', 'you') : message.authorName ?? '';
}

/** The quoted message: from the thread if it is loaded, else fetched once. */
export function useQuoted(id: string | null): MessageView | undefined {
  const loaded = useLoaded(id);
  const query = useQuery<MessageView>({
    queryKey: ['desk', 'message', id], enabled: id !== null && loaded === undefined, staleTime: 60_000, retry: false,
    queryFn: ({ signal }) => api.get<MessageView>(`/messages/${id}`, { signal }),
  });
  return loaded ?? query.data;
}

/** The quote above a bubble's own text. */
export function Quote({ id, me }: { id: string; me: string }) {
  const t = useT();
  const { show } = useThreadContext();
  const message = useQuoted(id);
  if (message === undefined) return <p className={css.quote}>{t('say.quoteGone')}</p>;
  const text = gist(message);
  return (
    <button type="button" className={css.quote} onClick={() => { show(id); }} title={t('say.toQuote')}>
      <bdi className={css.quoteWho}>{speakerOf(message, me)}</bdi>
      <bdi className={css.quoteText}>{text.slice(0, 300)}</bdi>
    </button>
  );
}
