/** Under the text: what the customer will be able to tap, as it will look, and the way to offer nothing. */
import { IconX } from '@tabler/icons-react';
import { Offered } from '../conversation/Offered.tsx';
import { useT } from '../kit/words.ts';
import { rowsOf, setOffer, useOffer } from './offers.ts';
import css from './Offers.module.css';

/** Nothing where nothing is offered. */
export function OfferBar({ conversationId }: { conversationId: string }) {
  const t = useT();
  const rows = rowsOf(useOffer(conversationId));
  if (rows === undefined) return null;
  return (
    <div className={css.bar}>
      <div className="grow">
        <Offered offer={rows} />
        {rows.askContact === undefined ? null : <p className="meta">{t('ask.contactHint')}</p>}
      </div>
      <button type="button" className="iconButton" aria-label={t('ask.drop')} title={t('ask.drop')}
        onClick={() => { setOffer(conversationId, null); }}>
        <IconX size={16} stroke={1.75} aria-hidden="true" /></button>
    </div>
  );
}
