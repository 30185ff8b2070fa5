/** Above the text: which message is answered, and the way to answer none. */
import { IconX } from '@tabler/icons-react';
import { gist, speakerOf, useQuoted } from '../conversation/Quote.tsx';
import { useT } from '../kit/words.ts';
import css from './Reply.module.css';
import { setQuote, useQuote } from './quotes.ts';

/** Nothing where nothing is quoted. */
export function QuoteBar({ conversationId, me, unseen }: { conversationId: string; me: string;
  /** The channel shows the customer no quote. */
  unseen: boolean }) {
  const t = useT();
  const id = useQuote(conversationId);
  const message = useQuoted(id);
  if (id === null) return null;
  return (
    <div className={css.quoting}>
      <span className="grow">
        <span className={css.quotingWho}>
          <bdi>{t('say.quoting', { who: message === undefined ? '…' : speakerOf(message, me) })}</bdi></span>
        <span className={`ellipsis ${css.quotingText}`}>
          <bdi>{message === undefined ? t('say.loading') : gist(message).slice(0, 200)}</bdi></span>
        {unseen ? <span className={css.quotingText}>{t('say.quoteUnseen')}</span> : null}
      </span>
      <button type="button" className="iconButton" aria-label={t('say.dropQuote')} title={t('say.dropQuote')}
        onClick={() => { setQuote(conversationId, null); }}>
        <IconX size={16} stroke={1.75} aria-hidden="true" /></button>
    </div>
  );
}
