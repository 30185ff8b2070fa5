/** What hangs under a message to the customer: the buttons as they see them, or the wish for their phone number. */
import { IconExternalLink, IconPhone } from '@tabler/icons-react';
import { useT } from '../kit/words.ts';
import css from './Changes.module.css';

interface Offer { buttons?: { text: string; url?: string | undefined }[][] | undefined;
  askContact?: string | undefined }

/** A picture of the buttons: they are the customer's to press, so nothing here can be pressed. */
export function Offered({ offer }: { offer: Offer }) {
  const t = useT();
  const rows = offer.askContact === undefined ? offer.buttons ?? [] : [[{ text: offer.askContact, url: undefined }]];
  return (
    <div className={css.offered} role="group"
      aria-label={t(offer.askContact === undefined ? 'ask.buttons' : 'ask.contact')}>
      {rows.map((row, at) => (
        <div key={at} className={css.offeredRow}>
          {row.map((button) => (
            <span key={button.text} className={css.offeredButton} title={button.url}>
              {offer.askContact === undefined ? null : <IconPhone size={14} stroke={2} aria-hidden="true" />}
              <bdi>{button.text}</bdi>
              {button.url === undefined ? null : <IconExternalLink size={14} stroke={2} aria-hidden="true" />}
            </span>
          ))}
        </div>
      ))}
    </div>
  );
}
